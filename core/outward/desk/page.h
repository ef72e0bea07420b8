/*
 * The activity report as a page: text, markdown, HTML that prints on A4, CSV.
 *
 * Without names nothing on it was ever entered by anybody: it is made of the numbers of
 * activity.h, of labels of the program and of the day on which it is made. No date of a
 * case is finer than a quarter. Cells below `suppress` are shown as "<3", and no share
 * or average that would give them away.
 */
#ifndef GENBA_OUTWARD_DESK_PAGE_H
#define GENBA_OUTWARD_DESK_PAGE_H

#include "outward/desk/activity.h"

struct buf;

struct page_options {
	long suppress;                    /* 0: off */
	const struct desk_affairs *names; /* NULL: anonymous; else the affairs are listed by name */
};

enum page_block_sort { PAGE_BLOCK_HEADING, PAGE_BLOCK_TEXT, PAGE_BLOCK_TABLE, PAGE_BLOCK_BARS };

struct page_block {
	enum page_block_sort sort;
	char *text; /* heading or paragraph; of a table its name; printable */
	size_t
	    columns; /* PAGE_BLOCK_TABLE: the first row is the heading. PAGE_BLOCK_BARS: series and one for the label */
	size_t keys; /* columns at the left that say what a row is of */
	char **cells;
	size_t count;
	size_t cap;
};

struct page {
	char *title;
	struct page_block *blocks;
	size_t count;
};

/* Makes the blocks from the numbers; `cases` and `options` are read only meanwhile. The page is the caller's to release. */
void page_make(const struct activity *a, const struct desk_cases *cases, const struct page_options *options,
               struct page *page);
void page_release(struct page *page);

/* Append the page, in UTF-8: lines of 80 cells, a document of Markdown, one HTML file that loads nothing, rows of CSV. */
void page_text(const struct page *page, struct buf *out);
void page_markdown(const struct page *page, struct buf *out);
void page_html(const struct page *page, struct buf *out);
void page_csv(const struct page *page, struct buf *out);

#endif
