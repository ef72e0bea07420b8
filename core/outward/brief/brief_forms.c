/* The brief as text, as Markdown and as one self-contained HTML page. */
#include "base/buf.h"
#include "base/err.h"
#include "base/markdown.h"
#include "base/printable.h"
#include "outward/brief/brief.h"
#include "outward/report/html.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN_LABEL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

/* A line of the page, cut where it is too long for it. */
static void put_line(struct buf *out, const char *text)
{
	if (text_width(text) > BRIEF_COLUMNS)
		text_pad(out, text, BRIEF_COLUMNS);
	else
		buf_adds(out, text);
	while (out->len && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
	buf_addc(out, '\n');
}

char *brief_line(const struct brief_row *row)
{
	return xasprintf("  %s%s%s%s", row->sort == BRIEF_ALARM ? "! " : "", row->label, *row->label ? "  " : "",
	                 row->text);
}

void brief_text(const struct brief *b, struct buf *out)
{
	buf_addf(out, "%s\n%s\n", b->title, b->state);
	for (size_t i = 0; i < b->count; i++) {
		const struct brief_row *row = &b->rows[i];
		struct buf line = BUF_INIT;
		if (row->sort == BRIEF_HEADING)
			buf_addf(&line, "%s%s", b->is_tight ? "" : "\n", row->text);
		else {
			char *text = brief_line(row);
			buf_adds(&line, text);
			free(text);
		}
		if (row->wraps) {
			text_wrap(out, line.data, BRIEF_COLUMNS - 2, 2);
			buf_addc(out, '\n');
		} else {
			put_line(out, line.data);
		}
		buf_release(&line);
	}
}

/* Characters that Markdown reads as marks are escaped: a title from outside stays text. */
static void add_markdown(struct buf *out, const char *text)
{
	markdown_add(out, text, strlen(text), "\\`*_{}[]<>()#+-!|~&");
}

void brief_markdown(const struct brief *b, struct buf *out)
{
	buf_adds(out, "# ");
	add_markdown(out, b->title);
	buf_adds(out, "\n\n");
	add_markdown(out, b->state);
	buf_addc(out, '\n');
	for (size_t i = 0; i < b->count; i++) {
		const struct brief_row *row = &b->rows[i];
		buf_adds(out, row->sort == BRIEF_HEADING ? "\n## " : "- ");
		if (*row->label) {
			buf_adds(out, "**");
			if (row->label[strspn(row->label, PLAIN_LABEL)])
				add_markdown(out, row->label);
			else
				buf_adds(out, row->label);
			buf_adds(out, "** ");
		}
		add_markdown(out, row->text);
		buf_adds(out, row->sort == BRIEF_HEADING ? "\n\n" : "\n");
	}
}

void brief_html(const struct brief *b, struct buf *out)
{
	static const char style[] =
	    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
	    "h1{font-size:1.4em}h2{font-size:1.1em;border-bottom:1px solid #999;margin-top:1.5em}"
	    ".state{color:#555}.label{font-family:monospace;font-weight:bold}"
	    ".alarm{border-left:.3em solid #b00;padding-left:.5em}@media print{body{margin:0}}";
	int open = 0;
	html_begin(out, b->title, style);
	buf_adds(out, "<h1>");
	html_text(out, b->title);
	buf_adds(out, "</h1>\n<p class=\"state\">");
	html_text(out, b->state);
	buf_adds(out, "</p>\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct brief_row *row = &b->rows[i];
		if (row->sort == BRIEF_HEADING) {
			buf_adds(out, open ? "</ul>\n<h2>" : "<h2>");
			html_text(out, row->text);
			buf_adds(out, "</h2>\n<ul>\n");
			open = 1;
			continue;
		}
		buf_adds(out, row->sort == BRIEF_ALARM ? "<li class=\"alarm\">" : "<li>");
		if (*row->label) {
			buf_adds(out, "<span class=\"label\">");
			html_text(out, row->label);
			buf_adds(out, "</span> ");
		}
		html_text(out, row->text);
		buf_adds(out, "</li>\n");
	}
	buf_adds(out, open ? "</ul>\n</body></html>\n" : "</body></html>\n");
}
