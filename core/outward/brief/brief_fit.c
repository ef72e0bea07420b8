/* The brief on one page: what is cut, and how that is said. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/brief/brief.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_LINES 4 /* the title, and the line with the case's id, commit and time, which may need two or three */
#define MOST_ROWS  12
#define LEAST_ROWS 3 /* before the page is set tight */

/* A section: its heading, and so many rows behind it. */
static size_t section_rows(const struct brief *b, size_t heading)
{
	size_t n = 0;
	while (heading + 1 + n < b->count && b->rows[heading + 1 + n].sort != BRIEF_HEADING)
		n++;
	return n;
}

struct limits {
	size_t rows;  /* of records in a section; sentences are not cut */
	size_t alarm; /* of what must not be overlooked */
};

static size_t rows_left(const struct brief *b, size_t heading, const struct limits *limits)
{
	size_t n = section_rows(b, heading);
	if (n == 0 || !b->rows[heading + 1].name)
		return n;
	size_t most = b->rows[heading + 1].sort == BRIEF_ALARM ? limits->alarm : limits->rows;
	return n > most ? most + 1 : n;
}

/* As text; a row that wraps may take several. */
static size_t lines_of(const struct brief_row *row)
{
	size_t lines = 1;
	struct buf wrapped = BUF_INIT;
	if (row->wraps) {
		char *line = brief_line(row);
		text_wrap(&wrapped, line, BRIEF_COLUMNS - 2, 2);
		free(line);
	}
	for (const char *p = wrapped.data; (p = strchr(p, '\n')); p++)
		lines++;
	buf_release(&wrapped);
	return lines;
}

static size_t page_lines(const struct brief *b, const struct limits *limits)
{
	size_t lines = HEAD_LINES;
	for (size_t i = 0; i < b->count; i++)
		if (b->rows[i].sort == BRIEF_HEADING)
			lines += (b->is_tight ? 1 : 2) + rows_left(b, i, limits);
		else
			lines += lines_of(&b->rows[i]) - 1;
	return lines;
}

static void row_release(struct brief_row *row)
{
	free(row->text);
	free(row->name);
}

static void put_names(struct brief *b, const char *heading, struct buf *names)
{
	if (names->len == 0) /* else two rows went at least: there is room */
		return;
	b->rows[b->count++] = (struct brief_row){.sort = BRIEF_HEADING, .text = xstrdup(heading)};
	b->rows[b->count++] = (struct brief_row){.sort = BRIEF_LINE, .text = buf_take(names, NULL), .wraps = 1};
}

/* The sections with nothing in them, together at the end. That no measure is open does not say that none is on record. */
static void merge_empty(struct brief *b)
{
	struct buf none = BUF_INIT;
	struct buf none_open = BUF_INIT;
	size_t kept = 0;
	for (size_t i = 0; i < b->count; i++) {
		if (i + 1 < b->count && b->rows[i].sort == BRIEF_HEADING && b->rows[i + 1].is_none) {
			struct buf *names = b->rows[i + 1].is_none_open ? &none_open : &none;
			buf_addf(names, "%s%s", names->len ? " · " : "", b->rows[i].text);
			row_release(&b->rows[i]);
			row_release(&b->rows[++i]);
			continue;
		}
		b->rows[kept++] = b->rows[i];
	}
	b->count = kept;
	put_names(b, _("Nothing on record of"), &none);
	put_names(b, _("No open measure of"), &none_open);
	buf_release(&none);
	buf_release(&none_open);
}

/* What is left out of a section: how many, and their names as far as the line goes. */
static struct brief_row rest_of(const struct brief *b, size_t from, size_t to, size_t more)
{
	struct buf line = BUF_INIT;
	buf_addf(&line, _("and %zu more: "), to - from + more);
	for (size_t i = from; i < to; i++) {
		if (text_width(line.data) + text_width(b->rows[i].name) + 6 > BRIEF_COLUMNS) {
			buf_adds(&line, "…");
			break;
		}
		buf_addf(&line, "%s%s%s", b->rows[i].name, i + 1 < to || more ? _(", ") : "",
		         i + 1 == to && more ? "…" : "");
	}
	return (struct brief_row){.sort = b->rows[from].sort, .text = buf_take(&line, NULL)};
}

static void cut_sections(struct brief *b, const struct limits *limits)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->count;) {
		size_t rows = section_rows(b, i);
		size_t left = rows_left(b, i, limits);
		size_t first = i + 1;
		b->rows[kept++] = b->rows[i];
		i = first + rows;
		if (left == rows) {
			memmove(&b->rows[kept], &b->rows[first], rows * sizeof *b->rows);
			kept += rows;
			continue;
		}
		struct brief_row rest = rest_of(b, first + left - 1, first + rows, b->rows[kept - 1].more);
		for (size_t k = first + left - 1; k < first + rows; k++)
			row_release(&b->rows[k]);
		memmove(&b->rows[kept], &b->rows[first], (left - 1) * sizeof *b->rows);
		kept += left - 1;
		b->rows[kept++] = rest;
	}
	b->count = kept;
}

/* The sentences of the first section in one row. */
static void join_state(struct brief *b)
{
	size_t rows = section_rows(b, 0);
	struct buf all = BUF_INIT;
	if (rows < 2)
		return;
	for (size_t i = 1; i <= rows; i++) {
		buf_addf(&all, "%s%s", i > 1 ? " · " : "", b->rows[i].text);
		row_release(&b->rows[i]);
	}
	b->rows[1] = (struct brief_row){.sort = BRIEF_LINE, .text = buf_take(&all, NULL), .wraps = 1};
	memmove(&b->rows[2], &b->rows[rows + 1], (b->count - rows - 1) * sizeof *b->rows);
	b->count -= rows - 1;
}

/* Where the page has room, what is told of a record is not cut at the edge. */
static void wrap_what_fits(struct brief *b)
{
	const struct limits all = {(size_t)-1, (size_t)-1};
	size_t lines = page_lines(b, &all);
	for (size_t i = 0; i < b->count && lines <= BRIEF_LINES; i++) {
		struct brief_row *row = &b->rows[i];
		if (row->sort == BRIEF_HEADING || row->wraps)
			continue;
		row->wraps = 1;
		size_t more = lines_of(row) - 1;
		row->wraps = lines + more <= BRIEF_LINES;
		lines += row->wraps ? more : 0;
	}
}

static void fit_page(struct brief *b)
{
	struct limits limits = {(size_t)-1, (size_t)-1};
	if (page_lines(b, &limits) <= BRIEF_LINES)
		return;
	merge_empty(b);
	limits = (struct limits){MOST_ROWS, MOST_ROWS};
	while (limits.rows > LEAST_ROWS && page_lines(b, &limits) > BRIEF_LINES)
		limits = (struct limits){limits.rows - 1, limits.rows - 1};
	if (page_lines(b, &limits) > BRIEF_LINES) {
		b->is_tight = 1;
		join_state(b);
	}
	while (limits.rows > 1 && page_lines(b, &limits) > BRIEF_LINES)
		limits = (struct limits){limits.rows - 1, limits.rows - 1};
	do /* what room there is left goes to the alarms */
		limits.alarm++;
	while (limits.alarm < MOST_ROWS && page_lines(b, &limits) <= BRIEF_LINES);
	limits.alarm -= page_lines(b, &limits) > BRIEF_LINES;
	cut_sections(b, &limits);
}

void brief_fit(struct brief *b)
{
	fit_page(b);
	wrap_what_fits(b);
}
