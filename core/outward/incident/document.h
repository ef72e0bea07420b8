/*
 * A document: headings, paragraphs, lists, tables and pictures in order, written as HTML, Markdown or text.
 *
 *     struct document d = {.title = …};
 *     document_heading(&d, "3", _("Extent"), "RS.AN-08");
 *     document_paragraph(&d, text);
 *     document_table(&d, headings, 4);  document_cell(&d, "…"); …
 *     document_html(&d, &out);
 *     document_release(&d);
 *
 * Everything that is put in is made printable there. The HTML is one file that loads nothing and holds no script, for A4;
 * its head is repeated on each page. A picture is SVG that genba drew; its description stands in Markdown and text.
 */
#ifndef GENBA_OUTWARD_INCIDENT_DOCUMENT_H
#define GENBA_OUTWARD_INCIDENT_DOCUMENT_H

#include "base/buf.h"

#include <stddef.h>

enum document_sort {
	DOCUMENT_HEADING,
	DOCUMENT_PARAGRAPH,
	DOCUMENT_NOTICE, /* a paragraph that must not be overlooked */
	DOCUMENT_ITEM,   /* of a list */
	DOCUMENT_TABLE,  /* begins one: `text` is the first heading, `columns` how many there are */
	DOCUMENT_COLUMN, /* a further heading */
	DOCUMENT_CELL,
	DOCUMENT_PICTURE,
};

struct document_part {
	enum document_sort sort;
	unsigned columns;
	char *text;  /* printable; a picture: what it shows */
	char *extra; /* a heading's number; a picture's SVG; or NULL */
	char *mark;  /* a heading's mark in the margin, or NULL */
};

struct document {
	char *title;  /* printable */
	char *state;  /* case, TLP, commit, time: on every page */
	char *tlp;    /* "TLP:AMBER" */
	char *notice; /* "Draft", or NULL: on every page */
	struct document_part *parts;
	size_t count;
	size_t cap;
};

/* Frees the parts and title, state, tlp and notice, which are the document's from the beginning. */
void document_release(struct document *d);

/* Each copies what it is given, in any bytes. `number` ("3.1") and `mark` ("RS.AN-08") may be NULL. A table has `count` columns, at
 * least one; its cells follow row by row. */
void document_heading(struct document *d, const char *number, const char *text, const char *mark);
void document_paragraph(struct document *d, const char *text);
void document_notice(struct document *d, const char *text);
void document_item(struct document *d, const char *text);
void document_table(struct document *d, const char *const *columns, unsigned count);
void document_cell(struct document *d, const char *text);

/* `svg` goes into the HTML as it is: it is genba's own drawing, whose texts are escaped already (report/flow.h, time_picture.c). */
void document_picture(struct document *d, const char *svg, const char *description);

/* Append the whole document, in UTF-8. */
void document_html(const struct document *d, struct buf *out);
void document_markdown(const struct document *d, struct buf *out);
void document_text(const struct document *d, struct buf *out);

#endif
