/* The document as one page of HTML for A4 paper: fonts of the host, nothing loaded, no script. */
#include "outward/incident/document.h"

#include "base/i18n.h"
#include "outward/report/html.h"

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
    ".grid th:first-child{white-space:nowrap}"
    ".grid td:first-child{white-space:nowrap;font-family:\"DejaVu Sans Mono\",Consolas,monospace}"
    ".picture{margin:2mm 0}.picture svg{break-inside:avoid;max-width:100%;height:auto;display:block}"
    "@media screen{body{padding:8mm 5mm}}";

struct state {
	struct buf *out;
	int list;
	unsigned columns; /* of the open table; 0: none */
	unsigned cell;    /* in its row */
};

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
	buf_adds(s->out, s->cell == 0 ? "<tr><td>" : "<td>");
	html_text(s->out, part->text);
	buf_adds(s->out, "</td>");
	if (++s->cell == s->columns) {
		buf_adds(s->out, "</tr>\n");
		s->cell = 0;
	}
}

static void add_part(struct state *s, const struct document_part *part, const struct document_part *next)
{
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
		buf_adds(s->out, "<table class=\"grid\"><thead><tr>");
		__attribute__((fallthrough));
	case DOCUMENT_COLUMN:
		buf_adds(s->out, "<th>");
		html_text(s->out, part->text);
		buf_adds(s->out, "</th>");
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
		add_part(&s, &d->parts[i], i + 1 < d->count ? &d->parts[i + 1] : NULL);
	close_open(&s, DOCUMENT_HEADING);
	buf_adds(out, "</td></tr></tbody></table>\n</body></html>\n");
}
