/* What a text of several lines is called where there is room for one: its first line in which something stands. */
#ifndef GENBA_CASE_KIND_FIRST_LINE_H
#define GENBA_CASE_KIND_FIRST_LINE_H

#include <stddef.h>

struct buf;

/* Where that line begins; *n gets its length, *more (may be NULL) whether something stands below it. */
const char *first_line_of(const char *text, size_t *n, int *more);

/* Keeps of what is in `out` that line alone, with " …" behind it if something stands below. */
void first_line_keep(struct buf *out);

#endif
