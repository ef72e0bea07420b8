#include "outward/exchange/csv.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"
#include "case/store/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Bytes of a first line that names the separator, as Excel reads and writes it (sep=;), or 0. */
static size_t separator_line(const char *text, size_t n, char *separator)
{
	size_t quote = n > 0 && *text == '"';
	if (n < quote + 5 || strncasecmp(text + quote, "sep=", 4) != 0)
		return 0;
	size_t end = quote + 5;
	*separator = text[quote + 4];
	if (!strchr(",;|\t", *separator) || (quote && (end == n || text[end++] != '"')))
		return 0;
	while (end < n && strchr(",;|\t ", text[end])) /* saved again, it gets the separators of the other rows */
		end++;
	if (end < n && text[end] != '\n' && text[end] != '\r')
		return 0;
	end += end < n && text[end] == '\r';
	return end + (end < n && text[end] == '\n');
}

char csv_separator(const char *text, size_t n)
{
	static const char separators[] = {',', ';', '\t', '|'};
	size_t counts[4] = {0};
	int quoted = 0;
	char named;
	if (separator_line(text, n, &named))
		return named;
	size_t best = 0;
	for (size_t i = 0; i < n && (quoted || counts[best] == 0 || (text[i] != '\n' && text[i] != '\r')); i++) {
		if (text[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; k < 4 && !quoted; k++)
			if (text[i] == separators[k] && ++counts[k] > counts[best])
				best = k;
	}
	return separators[best];
}

/* ---- reading */

struct csv_reader {
	const char *p;
	const char *end;
	char separator;
	struct buf bytes; /* the cells, each with its NUL */
	size_t starts[CSV_CELLS];
	size_t count;
};

static int at_line_end(const struct csv_reader *r)
{
	return r->p == r->end || *r->p == '\n' || *r->p == '\r';
}

static void skip_line_end(struct csv_reader *r)
{
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	else if (r->p < r->end && *r->p == '\n') {
		r->p++;
		return;
	}
	if (r->p < r->end && *r->p == '\n')
		r->p++;
}

/* What is inside quotes; the place is behind the opening one. -1: never closed. */
static int quoted_cell(struct csv_reader *r)
{
	while (r->p < r->end && r->bytes.len <= CSV_ROW) {
		if (*r->p != '"') {
			buf_addc(&r->bytes, *r->p++);
		} else if (r->p + 1 < r->end && r->p[1] == '"') {
			buf_addc(&r->bytes, '"');
			r->p += 2;
		} else {
			r->p++;
			return at_line_end(r) || *r->p == r->separator ? 0 : -1;
		}
	}
	return -1;
}

static void bare_cell(struct csv_reader *r)
{
	while (!at_line_end(r) && *r->p != r->separator && r->bytes.len <= CSV_ROW)
		buf_addc(&r->bytes, *r->p++);
}

/* One row; quotes mean nothing where `bare`. Stays where it was if it is faulty. */
static enum csv_fault read_row(struct csv_reader *r, int bare)
{
	const char *start = r->p;
	enum csv_fault fault = CSV_FINE;
	buf_clear(&r->bytes);
	r->count = 0;
	for (;;) {
		if (r->count == CSV_CELLS)
			fault = CSV_LARGE;
		else
			r->starts[r->count++] = r->bytes.len;
		if (fault == CSV_FINE && !bare && r->p < r->end && *r->p == '"') {
			r->p++;
			if (quoted_cell(r) < 0)
				fault = CSV_QUOTE;
		} else if (fault == CSV_FINE) {
			bare_cell(r);
		}
		if (r->bytes.len > CSV_ROW && fault == CSV_FINE)
			fault = CSV_LARGE;
		if (fault != CSV_FINE) {
			r->p = start;
			return fault;
		}
		buf_addc(&r->bytes, '\0');
		if (at_line_end(r))
			break;
		r->p++; /* the separator */
	}
	skip_line_end(r);
	return fault;
}

static size_t lines_between(const char *from, const char *to)
{
	size_t lines = 0;
	for (; from < to; from++)
		lines += *from == '\n' || (*from == '\r' && (from + 1 == to || from[1] != '\n'));
	return lines;
}

static int is_empty(const struct csv_reader *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->bytes.data[r->starts[i]])
			return 0;
	return 1;
}

static int hand_out(struct csv_reader *r, struct csv_row *row, csv_row_fn fn, void *ctx, struct err *err)
{
	char *cells[CSV_CELLS];
	if (row->fault == CSV_FINE || row->fault == CSV_QUOTE)
		for (row->count = 0; row->count < r->count; row->count++) {
			cells[row->count] = r->bytes.data + r->starts[row->count];
			if (row->fault == CSV_FINE && strstr(cells[row->count], REPLACEMENT))
				row->fault = CSV_BYTES;
		}
	row->cells = cells;
	return fn(ctx, row, err);
}

int csv_parse(const char *text, size_t n, char separator, csv_row_fn fn, void *ctx, struct err *err)
{
	struct csv_reader *r = xcalloc(1, sizeof *r);
	*r = (struct csv_reader){.p = text, .end = text + n, .separator = separator};
	buf_init(&r->bytes);
	int rc = 0;
	char named;
	size_t skipped = separator_line(text, n, &named);
	r->p += skipped;
	for (size_t line = skipped ? 2 : 1; r->p < r->end && rc == 0;) {
		const char *start = r->p;
		struct csv_row row = {.line = line, .fault = read_row(r, 0)};
		if (row.fault == CSV_QUOTE && read_row(r, 1) != CSV_FINE)
			row.fault = CSV_LARGE;
		if (row.fault == CSV_LARGE) {
			while (!at_line_end(r))
				r->p++;
			skip_line_end(r);
		}
		line += lines_between(start, r->p);
		if (row.fault != CSV_FINE || !is_empty(r))
			rc = hand_out(r, &row, fn, ctx, err);
	}
	buf_release(&r->bytes);
	free(r);
	return rc;
}

/* ---- writing */

/* Blanks before it do not keep a spreadsheet from reading a formula, and an input method types full-width signs. */
int csv_is_formula(const char *text)
{
	static const char *const signs[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
	for (;;) {
		if (*text && strchr(" \t\r\n", *text))
			text++;
		else if (strncmp(text, "\xE3\x80\x80", 3) == 0) /* ideographic space */
			text += 3;
		else
			break;
	}
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(text, signs[i], strlen(signs[i])) == 0)
			return 1;
	return 0;
}

void csv_cell(struct buf *out, const char *text, int first)
{
	struct buf safe = BUF_INIT;
	printable_add(&safe, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	const char *p = safe.data;
	int formula = csv_is_formula(p);
	if (!first)
		buf_addc(out, ',');
	if (!formula && !strpbrk(p, "\",\n")) {
		buf_adds(out, p);
	} else {
		buf_adds(out, formula ? "\"'" : "\"");
		for (; *p; p++) {
			if (*p == '"')
				buf_addc(out, '"');
			buf_addc(out, *p);
		}
		buf_addc(out, '"');
	}
	buf_release(&safe);
}

void csv_value(struct buf *out, const json_t *value, int first)
{
	struct buf text = BUF_INIT;
	size_t i;
	json_t *member;
	if (json_is_integer(value))
		buf_addf(&text, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		buf_adds(&text, json_string_value(value));
	json_array_foreach(value, i, member)
		value_add_member(&text, ", ", json_string_value(member) ? json_string_value(member) : "");
	csv_cell(out, text.data, first);
	buf_release(&text);
}
