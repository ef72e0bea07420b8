/* The document as Markdown and as plain text. */
#include "outward/incident/document.h"

#include "base/markdown.h"
#include "base/printable.h"

#include <string.h>

#define COLUMNS 78

/* ---- Markdown: what it reads as marks is escaped, a title from outside stays text */

static void add_markdown(struct buf *out, const char *text, int in_table)
{
	for (size_t n; *text; text += n) {
		n = strcspn(text, "\n");
		markdown_add(out, text, n, "\\`*_{}[]<>()#+-!|~&.");
		if (text[n] == '\n') {
			buf_adds(out, in_table ? " " : "  \n");
			n++;
		}
	}
}

void document_markdown(const struct document *d, struct buf *out)
{
	unsigned columns = 0;
	unsigned cell = 0;
	buf_adds(out, "# ");
	add_markdown(out, d->title, 1);
	buf_adds(out, "\n\n");
	add_markdown(out, d->state, 1);
	buf_addf(out, " · **%s**\n\n", d->tlp);
	if (d->notice) {
		buf_adds(out, "> ");
		add_markdown(out, d->notice, 1);
		buf_adds(out, "\n\n");
	}
	for (size_t i = 0; i < d->count; i++) {
		const struct document_part *part = &d->parts[i];
		const struct document_part *next = i + 1 < d->count ? part + 1 : NULL;
		switch (part->sort) {
		case DOCUMENT_HEADING:
			buf_addf(out, "\n## %s%s", part->extra ? part->extra : "", part->extra ? "\\. " : "");
			add_markdown(out, part->text, 1);
			if (part->mark)
				buf_addf(out, " `%s`", part->mark);
			buf_adds(out, "\n\n");
			break;
		case DOCUMENT_PARAGRAPH:
		case DOCUMENT_PICTURE:
			add_markdown(out, part->text, 0);
			buf_adds(out, "\n\n");
			break;
		case DOCUMENT_NOTICE:
			buf_adds(out, "> ");
			add_markdown(out, part->text, 1);
			buf_adds(out, "\n\n");
			break;
		case DOCUMENT_ITEM:
			buf_adds(out, "- ");
			add_markdown(out, part->text, 1);
			buf_adds(out, next && next->sort == DOCUMENT_ITEM ? "\n" : "\n\n");
			break;
		case DOCUMENT_TABLE:
			columns = part->columns;
			cell = 0;
			__attribute__((fallthrough));
		case DOCUMENT_COLUMN:
			buf_adds(out, part->sort == DOCUMENT_TABLE ? "| " : " ");
			add_markdown(out, part->text, 1);
			buf_adds(out, " |");
			if (!next || next->sort != DOCUMENT_COLUMN) {
				buf_adds(out, "\n|");
				for (unsigned k = 0; k < columns; k++)
					buf_adds(out, "---|");
				buf_adds(out, next && next->sort == DOCUMENT_CELL ? "\n" : "\n\n");
			}
			break;
		case DOCUMENT_CELL:
			buf_adds(out, cell == 0 ? "| " : " ");
			add_markdown(out, part->text, 1);
			buf_adds(out, " |");
			if (++cell == columns) {
				cell = 0;
				buf_adds(out, next && next->sort == DOCUMENT_CELL ? "\n" : "\n\n");
			}
			break;
		}
	}
}

/* ---- text: a table is a list of its rows, since cells are long */

static void add_wrapped(struct buf *out, const char *text, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		buf_addc(out, ' ');
	text_wrap(out, text, COLUMNS - indent, indent);
	buf_addc(out, '\n');
}

static void add_row(const struct document *d, size_t heading, size_t first, unsigned columns, struct buf *out)
{
	struct buf line = BUF_INIT;
	for (unsigned k = 0; k < columns; k++) {
		const char *text = d->parts[first + k].text;
		if (k == 0)
			buf_addf(&line, "%s", text);
		else if (*text)
			buf_addf(&line, " · %s: %s", d->parts[heading + k].text, text);
	}
	for (char *p = line.data; *p; p++)
		if (*p == '\n')
			*p = ' ';
	add_wrapped(out, line.data, 2);
	buf_release(&line);
}

void document_text(const struct document *d, struct buf *out)
{
	buf_addf(out, "%s\n%s\n%s\n", d->title, d->state, d->tlp);
	if (d->notice) {
		buf_addc(out, '\n');
		add_wrapped(out, d->notice, 0);
	}
	for (size_t i = 0, heading = 0; i < d->count; i++) {
		const struct document_part *part = &d->parts[i];
		switch (part->sort) {
		case DOCUMENT_HEADING:
			buf_addf(out, "\n%s%s%s\n\n", part->extra ? part->extra : "", part->extra ? ". " : "",
			         part->text);
			break;
		case DOCUMENT_NOTICE:
			buf_adds(out, "!");
			add_wrapped(out, part->text, 1);
			break;
		case DOCUMENT_PARAGRAPH:
		case DOCUMENT_PICTURE:
			add_wrapped(out, part->text, 0);
			break;
		case DOCUMENT_ITEM:
			add_wrapped(out, part->text, 2);
			break;
		case DOCUMENT_TABLE: /* apart from the rows and items before it, which look like its own */
			if (i > 0 && (part[-1].sort == DOCUMENT_CELL || part[-1].sort == DOCUMENT_ITEM))
				buf_addc(out, '\n');
			heading = i;
			break;
		case DOCUMENT_COLUMN:
			break;
		case DOCUMENT_CELL:
			add_row(d, heading, i, d->parts[heading].columns, out);
			i += d->parts[heading].columns - 1;
			break;
		}
	}
}
