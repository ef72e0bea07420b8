/* The document as one page of HTML for A4 paper: fonts of the host, nothing loaded, no script. */
#include "outward/incident/document.h"

#include "base/i18n.h"
#include "base/printable.h"
#include "outward/report/html.h"

#include <stdio.h>
#include <string.h>

/* The head is that of a table, because browsers repeat it on each page; page numbers come from the margin box. */
static const char style[] =
    "@page{size:A4;margin:14mm 15mm 16mm}@page{@bottom-right{content:counter(page) \" / \" counter(pages);font:8pt "
    "sans-serif}}"
    "*{box-sizing:border-box}"
    "body{font:9.5pt/1.5 \"Noto Sans CJK JP\",\"Hiragino Sans\",\"Yu Gothic\",Meiryo,sans-serif;margin:0 "
    "auto;max-width:180mm;color:#000;background:#fff}"
    "table{width:100%;border-collapse:collapse}td,th{text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    ".page>thead td,.page>tbody>tr>td{padding:0}"
    ".state{display:flex;justify-content:space-between;align-items:baseline;gap:4mm;font-size:7.5pt;border-bottom:.3mm "
    "solid;padding-bottom:.5mm;margin-bottom:3mm}.state span{overflow-wrap:anywhere}"
    ".tlp{font:bold 11pt sans-serif;white-space:nowrap}"
    "h1{font-size:16pt;line-height:1.25;margin:0 0 2mm;overflow-wrap:anywhere}"
    "h2{font-size:11.5pt;margin:6mm 0 1.5mm;border-bottom:.2mm solid #888;break-after:avoid;display:flex;"
    "justify-content:space-between;gap:4mm}h2 small{font:7pt monospace;color:#555;white-space:nowrap;align-self:end}"
    "p{margin:1mm 0;overflow-wrap:anywhere;white-space:pre-line}"
    "ul{margin:1mm 0;padding-left:5mm}li{overflow-wrap:anywhere}"
    ".notice{border-left:1mm solid #b00;padding-left:2mm}"
    ".grid{table-layout:auto;font-size:8pt;margin:1.5mm 0}.grid th,.grid td{border:.2mm solid #999;padding:.5mm "
    "1mm;white-space:pre-line}"
    ".grid th{background:#eee;print-color-adjust:exact;font-weight:600}.grid tr{break-inside:avoid}"
    ".grid th,.grid td{overflow-wrap:break-word}.grid .whole{white-space:nowrap}.grid .long{overflow-wrap:anywhere}"
    ".grid th:first-child{white-space:nowrap}"
    ".grid td:first-child{white-space:nowrap;font-family:\"DejaVu Sans Mono\",Consolas,monospace}"
    ".picture{margin:2mm 0}.picture svg{break-inside:avoid;max-width:100%;height:auto;display:block}"
    "@media screen{body{padding:8mm 5mm}}";

#define PAPER   108 /* characters of a row of a table: 180 mm of 8 points, bold ones among them */
#define BESIDE  2   /* that a column takes besides its text */
#define COLUMNS 16  /* that are measured */
#define SHORT   10  /* a text of so many is not broken at all */
#define LONGEST 28  /* a word of so many is, whatever room there is */

struct state {
	struct buf *out;
	int list;
	unsigned columns; /* of the open table; 0: none */
	unsigned cell;    /* in its row */
	size_t whole;     /* characters of a word that is not broken in it */
};

/* How wide the widest piece of a text is that is better not broken: a short text, or a word of letters that are not Japanese. */
static size_t piece_of(const char *text)
{
	size_t widest = 0;
	size_t all = text_width(text);
	if (all <= SHORT && !strchr(text, '\n'))
		return all;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " \n-");
		size_t narrow = 0;
		while (narrow < n && !(p[narrow] & 0x80))
			narrow++;
		size_t width = text_width_n(p, narrow) + (p[narrow] == '-');
		widest = width > widest ? width : widest;
		p += narrow;
		if (narrow < n)
			while (*p & 0x80)
				p++;
		else
			p += *p != '\0';
	}
	return widest;
}

/* Up to how many characters words of the table that begins at the part are left whole, so that it fits on the paper. */
static size_t whole_words(const struct document *d, size_t first)
{
	size_t widest[COLUMNS] = {0};
	unsigned columns = d->parts[first].columns;
	size_t column = 0;
	size_t most = LONGEST;
	for (size_t i = first; i < d->count; i++) {
		enum document_sort sort = d->parts[i].sort;
		if (i > first && sort != DOCUMENT_COLUMN && sort != DOCUMENT_CELL)
			break;
		size_t piece = piece_of(d->parts[i].text);
		if (column < COLUMNS && piece > widest[column])
			widest[column] = piece;
		column = column + 1 < columns ? column + 1 : 0;
	}
	for (; most > 4; most--) {
		size_t sum = 0;
		for (size_t i = 0; i < columns && i < COLUMNS; i++)
			sum += BESIDE + (i == 0 || widest[i] < most ? widest[i] : most); /* the label is never broken */
		if (sum <= PAPER)
			break;
	}
	return most;
}

/* Begins a cell of the kind "td" or "th". */
static void begin_cell(struct state *s, const char *kind, const char *text)
{
	size_t piece = piece_of(text);
	buf_addf(s->out, "<%s%s>", kind,
	         piece > s->whole                     ? " class=\"long\""
	         : piece == text_width(text) && piece ? " class=\"whole\""
	                                              : "");
	html_text(s->out, text);
	buf_addf(s->out, "</%s>", kind);
}

static void close_open(struct state *s, enum document_sort next)
{
	if (s->list && next != DOCUMENT_ITEM) {
		buf_adds(s->out, "</ul>\n");
		s->list = 0;
	}
	if (s->columns && next != DOCUMENT_CELL && next != DOCUMENT_COLUMN) {
		buf_adds(s->out, s->cell ? "</tr></tbody></table>\n" : "</tbody></table>\n");
		s->columns = 0;
		s->cell = 0;
	}
}

static void add_cell(struct state *s, const struct document_part *part)
{
	if (s->cell == 0)
		buf_adds(s->out, "<tr>");
	begin_cell(s, "td", part->text);
	if (++s->cell == s->columns) {
		buf_adds(s->out, "</tr>\n");
		s->cell = 0;
	}
}

static void add_part(struct state *s, const struct document *d, size_t i)
{
	const struct document_part *part = &d->parts[i];
	const struct document_part *next = i + 1 < d->count ? part + 1 : NULL;
	close_open(s, part->sort);
	switch (part->sort) {
	case DOCUMENT_HEADING:
		buf_adds(s->out, "<h2><span>");
		if (part->extra) {
			html_text(s->out, part->extra);
			buf_adds(s->out, ". ");
		}
		html_text(s->out, part->text);
		buf_adds(s->out, "</span>");
		if (part->mark) {
			buf_adds(s->out, "<small>");
			html_text(s->out, part->mark);
			buf_adds(s->out, "</small>");
		}
		buf_adds(s->out, "</h2>\n");
		break;
	case DOCUMENT_PARAGRAPH:
	case DOCUMENT_NOTICE:
		buf_adds(s->out, part->sort == DOCUMENT_NOTICE ? "<p class=\"notice\">" : "<p>");
		html_text(s->out, part->text);
		buf_adds(s->out, "</p>\n");
		break;
	case DOCUMENT_ITEM:
		buf_adds(s->out, s->list ? "<li>" : "<ul>\n<li>");
		s->list = 1;
		html_text(s->out, part->text);
		buf_adds(s->out, "</li>\n");
		break;
	case DOCUMENT_TABLE:
		s->columns = part->columns;
		s->cell = 0;
		s->whole = whole_words(d, i);
		buf_adds(s->out, "<table class=\"grid\"><thead><tr>");
		__attribute__((fallthrough));
	case DOCUMENT_COLUMN:
		begin_cell(s, "th", part->text);
		if (!next || next->sort != DOCUMENT_COLUMN)
			buf_adds(s->out, "</tr></thead><tbody>\n");
		break;
	case DOCUMENT_CELL:
		add_cell(s, part);
		break;
	case DOCUMENT_PICTURE:
		buf_adds(s->out, "<div class=\"picture\">");
		buf_adds(s->out, part->extra);
		buf_adds(s->out, "</div>\n");
		break;
	}
}

void document_html(const struct document *d, struct buf *out)
{
	struct state s = {.out = out};
	html_begin(out, d->title, style);
	buf_adds(out, "<table class=\"page\"><thead><tr><td><div class=\"state\"><span>");
	html_text(out, d->state);
	buf_adds(out, "</span><b class=\"tlp\">");
	html_text(out, d->tlp);
	buf_adds(out, "</b></div></td></tr></thead><tbody><tr><td>\n<h1>");
	html_text(out, d->title);
	buf_adds(out, "</h1>\n");
	if (d->notice) {
		buf_adds(out, "<p class=\"notice\">");
		html_text(out, d->notice);
		buf_adds(out, "</p>\n");
	}
	for (size_t i = 0; i < d->count; i++)
		add_part(&s, d, i);
	close_open(&s, DOCUMENT_HEADING);
	buf_adds(out, "</td></tr></tbody></table>\n</body></html>\n");
}
