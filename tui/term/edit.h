/*
 * Text under the cursor: the bytes being typed, and where in them one is.
 *
 *     struct editing e = {.text = BUF_INIT};
 *     edit_key(&e, key);                       moves, inserts, deletes; other keys change nothing
 *
 * UTF-8, moved through by whole characters; at most EDIT_LIMIT bytes.
 */
#ifndef GENBA_TUI_TERM_EDIT_H
#define GENBA_TUI_TERM_EDIT_H

#include "base/buf.h"

#define EDIT_LIMIT (16U << 20)
#define EDIT_PAGE  10 /* lines that PgUp and PgDn go */

struct editing {
	struct buf text;
	size_t at;   /* byte offset of the cursor, at a character's beginning */
	int pasting; /* between the marks of a bracketed paste: Enter is text */
	int changed; /* the text was changed; set back by whoever looks at it */
};

void edit_key(struct editing *e, int key);
void edit_insert(struct editing *e, int c); /* a code point; no character: nothing */
void edit_set(struct editing *e, const char *text);

/* The text as it is shown, broken into rows of `cells`, appended; and where the cursor is in them. */
void edit_lay_out(const struct editing *e, int cells, struct buf *rows, int *cursor_row, int *cursor_column);

/* 0 while more is coming: drawing each character of a paste of megabytes would take hours. */
int edit_may_draw(const struct editing *e);

#endif
