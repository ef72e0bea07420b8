/*
 * A text of several lines: the output of a command, an error that lists things, an explanation. A line that begins with the label
 * of a record is that record's: it bears its name, and Enter opens it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/kind/kinds.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows of a text, wrapped */

#define PROSE_MOST 90 /* cells of a line that is read with ease */

/* One line of a text; what is wrapped keeps its indentation. */
static void add_line_wrapped(struct view *v, enum tone tone, const char *label, const char *line, int indent, int cells)
{
	struct buf wrapped = BUF_INIT;
	int own = (int)strspn(line, " ");
	own = own < cells / 2 ? own : 0;
	cells -= own;
	text_wrap(&wrapped, line + own, cells > 10 ? (size_t)cells : 10, 0);
	for (const char *part = wrapped.data;;) {
		size_t n = strcspn(part, "\n");
		view_addf(v, tone, label, "%*s%.*s", indent + own, "", (int)n, part);
		if (!part[n])
			break;
		part += n + 1;
	}
	buf_release(&wrapped);
}

static void add_wrapped(struct view *v, enum tone tone, const char *label, const char *text, int indent, int columns)
{
	struct buf safe = BUF_INIT;
	printable_add(&safe, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	for (char *line = safe.data;;) {
		size_t n = strcspn(line, "\n");
		int last = !line[n];
		line[n] = '\0';
		add_line_wrapped(v, tone, label, line, indent, columns - indent - 1);
		if (last)
			break;
		line += n + 1;
	}
	buf_release(&safe);
}

void view_add_text(struct view *v, enum tone tone, const char *label, const char *text, int indent)
{
	int room = v->side ? view_cells(v) : v->columns;
	add_wrapped(v, tone, label, text, indent, room < PROSE_MOST ? room : PROSE_MOST);
}

void view_add_page(struct view *v, const char *text)
{
	add_wrapped(v, TONE_PLAIN, NULL, text, 0, v->columns + 1);
}

/* ---- the view */

#define NAMED 2000 /* lines that get their record's name: each is looked up */

struct shown_text {
	char *title;
	int placed; /* the cursor is where it began */
	size_t named;
};

/* `R1-A1`, `R1-E1 1cec79…`, `new: R1-K1 triage`: the first word, or the one behind a word with a colon. "": it is none. */
static void label_of_line(const char *line, size_t n, char label[LABEL_TEXT])
{
	size_t at = 0;
	for (int i = 0; i < 2; i++) {
		at += strspn(line + at, " ");
		size_t word = at < n ? strcspn(line + at, " \n") : 0;
		size_t bare = word && (line[at + word - 1] == ':' || line[at + word - 1] == ',') ? word - 1 : word;
		snprintf(label, LABEL_TEXT, "%.*s", bare < LABEL_TEXT ? (int)bare : 0, line + at);
		if (kind_of_label(label))
			return;
		if (bare == word)
			break;
		at += word;
	}
	*label = '\0';
}

static void add_line(struct view *v, const char *line, size_t n)
{
	struct shown_text *t = v->data;
	char label[LABEL_TEXT];
	struct buf text = BUF_INIT;
	buf_add(&text, line, n);
	label_of_line(line, n, label);
	if (*label && strlen(label) == n && t->named++ < NAMED)
		buf_addf(&text, "  %s", workbench_name(v->wb, label));
	if (*label && !t->placed) {
		t->placed = 1;
		v->selected = v->count;
	}
	add_wrapped(v, TONE_PLAIN, label, text.data, 1, v->columns); /* it may be a table: as wide as the screen */
	buf_release(&text);
}

static int names_records(const char *text)
{
	char label[LABEL_TEXT];
	for (const char *line = text;;) {
		size_t n = strcspn(line, "\n");
		label_of_line(line, n, label);
		if (*label || !line[n])
			return *label != '\0';
		line += n + 1;
	}
}

/* A page that was made for this width is not wrapped a second time for the sake of a margin. */
static int fills_the_screen(const char *text, int columns)
{
	size_t widest = 0;
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t width = text_width_n(at, strcspn(at, "\n"));
		widest = width > widest ? width : widest;
	}
	return widest + 2 > (size_t)columns && widest <= (size_t)columns;
}

static int fill_text(struct view *v, int columns, struct err *err)
{
	struct shown_text *t = v->data;
	(void)err;
	v->heading = xstrdup(t->title);
	t->named = 0;
	if (!names_records(v->argument) && fills_the_screen(v->argument, columns)) {
		view_add_page(v, v->argument);
		return 0;
	}
	for (const char *line = v->argument;;) {
		size_t n = strcspn(line, "\n");
		add_line(v, line, n);
		if (!line[n])
			return 0;
		line += n + 1;
	}
}

static void release_text(struct view *v)
{
	struct shown_text *t = v->data;
	free(t->title);
	free(t);
}

static enum redraw open_line(struct view *v)
{
	workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static const char *refuses_open(struct view *v)
{
	return *view_label(v) ? NULL : _("this line is of no record");
}

static const struct view_key keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open the record of the line"), open_line, refuses_open},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_ops text_ops = {
    .name = "text", .title = "", .text = 1, .fill = fill_text, .release = release_text};

static const struct view_ops records_ops = {
    .name = "text", .title = "", .searched = 1, .fill = fill_text, .release = release_text, .keys = keys};

struct view *view_text(struct workbench *wb, const char *title, const char *text)
{
	struct view *v = view_new(wb, names_records(text) ? &records_ops : &text_ops, text);
	struct shown_text *t = xcalloc(1, sizeof *t);
	t->title = xstrdup(title);
	v->data = t;
	return v;
}
