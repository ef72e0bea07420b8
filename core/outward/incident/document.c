#include "outward/incident/document.h"

#include "base/err.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>

void document_release(struct document *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->parts[i].text);
		free(d->parts[i].extra);
		free(d->parts[i].mark);
	}
	free(d->parts);
	free(d->title);
	free(d->state);
	free(d->tlp);
	free(d->notice);
	memset(d, 0, sizeof *d);
}

static char *printable_lines(const char *text)
{
	struct buf out = BUF_INIT;
	printable_add(&out, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	return buf_take(&out, NULL);
}

static struct document_part *put(struct document *d, enum document_sort sort, const char *text)
{
	if (d->count == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 256;
		d->parts = xrealloc(d->parts, d->cap * sizeof *d->parts);
	}
	struct document_part *part = &d->parts[d->count++];
	*part = (struct document_part){.sort = sort, .text = printable_lines(text)};
	return part;
}

void document_heading(struct document *d, const char *number, const char *text, const char *mark)
{
	struct document_part *part = put(d, DOCUMENT_HEADING, text);
	part->extra = number ? xstrdup(number) : NULL;
	part->mark = mark && *mark ? xstrdup(mark) : NULL;
}

void document_paragraph(struct document *d, const char *text)
{
	put(d, DOCUMENT_PARAGRAPH, text);
}

void document_notice(struct document *d, const char *text)
{
	put(d, DOCUMENT_NOTICE, text);
}

void document_item(struct document *d, const char *text)
{
	put(d, DOCUMENT_ITEM, text);
}

void document_table(struct document *d, const char *const *columns, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct document_part *part = put(d, i ? DOCUMENT_COLUMN : DOCUMENT_TABLE, columns[i]);
		part->columns = count;
	}
}

void document_cell(struct document *d, const char *text)
{
	put(d, DOCUMENT_CELL, text);
}

void document_picture(struct document *d, const char *svg, const char *description)
{
	put(d, DOCUMENT_PICTURE, description)->extra = xstrdup(svg);
}
