/* The drawing in cells, and as SVG. */
#include "outward/report/flow.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };
enum style { SOLID, DASHED, DOTTED };

struct cell {
	char text[16]; /* a character with what combines with it; "" where a wide one reaches over */
	unsigned char lines;
	unsigned char style;
	unsigned char covered;
};

struct grid {
	struct cell *cells;
	int width, height;
};

static struct cell *at(struct grid *g, int x, int y)
{
	return x >= 0 && y >= 0 && x < g->width && y < g->height ? &g->cells[(size_t)y * (size_t)g->width + (size_t)x]
	                                                         : NULL;
}

static const char *line_text(unsigned lines, unsigned style)
{
	static const char *const shapes[16] = {" ", "│", "│", "│", "─", "┘", "┐", "┤",
	                                       "─", "└", "┌", "├", "─", "┴", "┬", "┼"};
	if (style == DASHED && (lines == (LEFT | RIGHT) || lines == LEFT || lines == RIGHT))
		return "╌";
	if (style == DASHED && (lines == (UP | DOWN) || lines == UP || lines == DOWN))
		return "╎";
	if (style == DOTTED && (lines == (LEFT | RIGHT) || lines == LEFT || lines == RIGHT))
		return "┈";
	if (style == DOTTED && (lines == (UP | DOWN) || lines == UP || lines == DOWN))
		return "┊";
	return shapes[lines & 15];
}

static void put_line(struct grid *g, int x, int y, unsigned lines, enum style style)
{
	struct cell *c = at(g, x, y);
	if (!c)
		return;
	c->style = c->lines ? SOLID : (unsigned char)style; /* where two cross, the crossing is solid */
	c->lines = (unsigned char)(c->lines | lines);
}

/* Puts text, at most `cells` wide, character by character. */
static void put_text(struct grid *g, int x, int y, const char *text, int cells)
{
	int end = x + cells;
	while (*text) {
		size_t n = 1;
		while (((unsigned char)text[n] & 0xC0) == 0x80)
			n++;
		int wide = (int)text_width_n(text, n);
		if (x + wide > end)
			break;
		struct cell *c = at(g, x, y);
		if (c && n < sizeof c->text) {
			memcpy(c->text, text, n);
			c->text[n] = '\0';
			for (int i = 1; i < wide; i++)
				if (at(g, x + i, y))
					at(g, x + i, y)->covered = 1;
		}
		x += wide;
		text += n;
	}
}

static void draw_box(struct grid *g, const struct flow *f, const struct flow_node *node)
{
	int right = node->x + f->box_width - 1;
	int bottom = node->y + f->box_height - 1;
	for (int x = node->x + 1; x < right; x++) {
		put_line(g, x, node->y, LEFT | RIGHT, SOLID);
		put_line(g, x, bottom, LEFT | RIGHT, SOLID);
	}
	for (int y = node->y + 1; y < bottom; y++) {
		put_line(g, node->x, y, UP | DOWN, SOLID);
		put_line(g, right, y, UP | DOWN, SOLID);
	}
	put_line(g, node->x, node->y, RIGHT | DOWN, SOLID);
	put_line(g, right, node->y, LEFT | DOWN, SOLID);
	put_line(g, node->x, bottom, RIGHT | UP, SOLID);
	put_line(g, right, bottom, LEFT | UP, SOLID);
	put_text(g, node->x + 1, node->y, node->label, f->box_width - 2);
	struct buf wrapped = BUF_INIT;
	text_wrap(&wrapped, node->title, (size_t)(f->box_width - 2), 0);
	const char *line = wrapped.data;
	for (int i = 0; i < f->box_height - 2; i++) {
		size_t n = strcspn(line, "\n");
		char *one = xstrndup(line, n);
		int more = i == f->box_height - 3 && line[n];
		put_text(g, node->x + 1, node->y + 1 + i, one, f->box_width - 2 - more);
		if (more)
			put_text(g, right - 1, node->y + 1 + i, "…", 1);
		free(one);
		if (!line[n])
			break;
		line += n + 1;
	}
	buf_release(&wrapped);
}

static void draw_segment(struct grid *g, struct flow_point a, struct flow_point b, enum style style)
{
	if (a.y == b.y) {
		int low = a.x < b.x ? a.x : b.x;
		int high = a.x < b.x ? b.x : a.x;
		for (int x = low; x <= high; x++)
			put_line(g, x, a.y, (x > low ? LEFT : 0) | (x < high ? RIGHT : 0), style);
		return;
	}
	int low = a.y < b.y ? a.y : b.y;
	int high = a.y < b.y ? b.y : a.y;
	for (int y = low; y <= high; y++)
		put_line(g, a.x, y, (y > low ? UP : 0) | (y < high ? DOWN : 0), style);
}

static enum style style_of(const struct flow_link *l)
{
	return l->failed ? DASHED : l->doubtful ? DOTTED : SOLID;
}

/* Whether another line begins where this one does: then its numbers stand at its other end. */
static int shares_beginning(const struct flow *f, const struct flow_link *l)
{
	for (size_t i = 0; i < f->link_count; i++) {
		const struct flow_link *other = &f->links[i];
		if (other != l && other->point_count && other->points[0].x == l->points[0].x &&
		    other->points[0].y == l->points[0].y)
			return 1;
	}
	return 0;
}

static void draw_link(struct grid *g, const struct flow *f, const struct flow_link *l)
{
	if (l->point_count < 2)
		return;
	for (size_t i = 1; i < l->point_count; i++)
		draw_segment(g, l->points[i - 1], l->points[i], style_of(l));
	struct flow_point first = l->points[0];
	struct flow_point last = l->points[l->point_count - 1];
	put_line(g, first.x, first.y, LEFT | RIGHT, style_of(l));
	if (l->backwards)
		put_text(g, first.x, first.y, "<", 1);
	else
		put_text(g, last.x, last.y, ">", 1);
	int wide = (int)text_width(l->numbers);
	wide = wide > 3 ? 3 : wide;
	if (shares_beginning(f, l))
		put_text(g, last.x - wide + (l->backwards ? 1 : 0), last.y, l->numbers, wide);
	else
		put_text(g, first.x + (l->backwards ? 1 : 0), first.y, l->numbers, wide);
}

void flow_draw(const struct flow *f, struct buf *out)
{
	struct grid g = {NULL, f->width, f->height};
	if (f->width <= 0 || f->height <= 0)
		return;
	g.cells = xcalloc((size_t)g.width * (size_t)g.height, sizeof *g.cells);
	for (size_t i = 0; i < f->link_count; i++)
		draw_link(&g, f, &f->links[i]);
	for (size_t i = 0; i < f->node_count; i++)
		if (f->nodes[i].seen)
			draw_box(&g, f, &f->nodes[i]);
	for (int y = 0; y < g.height; y++) {
		size_t start = out->len;
		for (int x = 0; x < g.width; x++) {
			const struct cell *c = at(&g, x, y);
			if (!c->covered)
				buf_adds(out, *c->text ? c->text : line_text(c->lines, c->style));
		}
		while (out->len > start && out->data[out->len - 1] == ' ')
			buf_truncate(out, out->len - 1);
		buf_addc(out, '\n');
	}
	free(g.cells);
}

/* ---- SVG */

enum { CELL_X = 9, CELL_Y = 20, MARGIN = 20, LETTER = 8 /* most of a character of a title */ };

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>\"", *text))
			buf_addf(out, "&#%d;", *text);
		else
			buf_addc(out, *text);
	}
}

static int px(int x)
{
	return MARGIN + x * CELL_X;
}

static int py(int y)
{
	return MARGIN * 3 + y * CELL_Y;
}

static void svg_link(const struct flow_link *l, struct buf *out)
{
	static const char *const dashes[] = {"", " stroke-dasharray=\"8 5\"", " stroke-dasharray=\"2 4\""};
	if (l->point_count < 2)
		return;
	buf_adds(out, "<polyline points=\"");
	for (size_t i = 0; i < l->point_count; i++) {
		/* the first and the last bend touch their boxes */
		int x = px(l->points[i].x) + (i == 0 ? 0 : i + 1 == l->point_count ? CELL_X : CELL_X / 2);
		buf_addf(out, "%d,%d ", x, py(l->points[i].y) + CELL_Y / 2);
	}
	buf_addf(out, "\" fill=\"none\" stroke=\"#333\" stroke-width=\"1.5\" %s=\"url(#arrow)\"%s/>\n",
	         l->backwards ? "marker-start" : "marker-end", dashes[style_of(l)]);
	buf_addf(out, "<text class=\"mark\" x=\"%d\" y=\"%d\">", px(l->points[0].x) + 4, py(l->points[0].y) + 4);
	add_escaped(out, l->numbers);
	buf_adds(out, "</text>\n");
}

static void svg_node(const struct flow *f, const struct flow_node *node, struct buf *out)
{
	buf_addf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"#fff\" stroke=\"#333\"/>\n",
	         px(node->x), py(node->y), f->box_width * CELL_X, f->box_height * CELL_Y - CELL_Y / 2);
	buf_addf(out, "<text class=\"label\" x=\"%d\" y=\"%d\">", px(node->x) + 6, py(node->y) + 14);
	add_escaped(out, node->label);
	buf_adds(out, "</text>\n");
	const size_t cells = (size_t)(f->box_width * CELL_X - 12) / LETTER;
	const int lines = f->box_height - 2;
	struct buf wrapped = BUF_INIT;
	text_wrap(&wrapped, node->title, cells, 0);
	char *p = wrapped.data;
	for (int line = 0; p && line < lines; line++) {
		struct buf shown = BUF_INIT;
		char *next = strchr(p, '\n');
		if (next && line + 1 == lines) { /* the rest, as far as there is room */
			for (char *q = next; (q = strchr(q, '\n')) != NULL;)
				*q = ' ';
			buf_add(&shown, p, text_fit(p, cells - 1, NULL));
			buf_adds(&shown, "…");
			next = NULL;
		} else {
			buf_add(&shown, p, next ? (size_t)(next - p) : strlen(p));
		}
		buf_addf(out, "<text x=\"%d\" y=\"%d\">", px(node->x) + 6, py(node->y) + 33 + line * 18);
		add_escaped(out, shown.data);
		buf_adds(out, "</text>\n");
		buf_release(&shown);
		p = next ? next + 1 : NULL;
	}
	buf_release(&wrapped);
}

/* What the three sorts of line mean, at the lower edge. */
static void svg_legend(int y, struct buf *out)
{
	static const struct {
		const char *text;
		const char *dash;
	} lines[] = {{N_("established"), ""},
	             {N_("failed"), " stroke-dasharray=\"8 5\""},
	             {N_("doubtful, or open"), " stroke-dasharray=\"2 4\""}};
	int x = MARGIN;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *text = i18n_text(lines[i].text);
		buf_addf(out,
		         "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#333\" stroke-width=\"1.5\"%s/>\n", x,
		         y - 4, x + 40, y - 4, lines[i].dash);
		buf_addf(out, "<text class=\"legend\" x=\"%d\" y=\"%d\">", x + 46, y);
		add_escaped(out, text);
		buf_adds(out, "</text>\n");
		x += 60 + (int)text_width(text) * CELL_X;
	}
}

void flow_svg(const struct flow *f, const char *title, const char *state, size_t acts, struct buf *out)
{
	if (acts > f->act_count)
		acts = f->act_count;
	int width = px(f->width) + MARGIN;
	int height = py(f->height) + (int)acts * CELL_Y + MARGIN * 3;
	if (width < 720)
		width = 720;
	buf_addf(
	    out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
	    "<style>text{font:14px sans-serif}.label{font:bold 11px monospace;fill:#555}.mark{font-weight:bold}"
	    ".title{font:bold 17px sans-serif}.state,.legend{font-size:12px;fill:#555}</style>\n"
	    "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
	    "orient=\"auto-start-reverse\"><path d=\"M0,0 L8,4 L0,8 z\" fill=\"#333\"/></marker></defs>\n"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text class=\"title\" x=\"%d\" y=\"%d\">",
	    width, height, width, height, MARGIN, MARGIN + 12);
	add_escaped(out, title);
	buf_adds(out, "</text>\n");
	if (state) {
		buf_addf(out, "<text class=\"state\" x=\"%d\" y=\"%d\">", MARGIN, MARGIN + 30);
		add_escaped(out, state);
		buf_adds(out, "</text>\n");
	}
	for (size_t i = 0; i < f->link_count; i++)
		svg_link(&f->links[i], out);
	for (size_t i = 0; i < f->node_count; i++)
		if (f->nodes[i].seen)
			svg_node(f, &f->nodes[i], out);
	for (size_t i = 0; i < acts; i++) {
		buf_addf(out, "<text x=\"%d\" y=\"%d\">", MARGIN, py(f->height) + MARGIN + (int)i * CELL_Y);
		add_escaped(out, f->acts[i].line);
		buf_adds(out, "</text>\n");
	}
	svg_legend(height - MARGIN, out);
	buf_adds(out, "</svg>\n");
}
