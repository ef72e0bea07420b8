/* A list of strangers: any encoding, any rows. What is read and written again reads the same. */
#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"
#include "outward/exchange/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	size_t line;
	struct buf again; /* what was fine, written as CSV */
	size_t rows;
};

static int take_row(void *ctx, const struct csv_row *row, struct err *err)
{
	struct reading *r = ctx;
	(void)err;
	if (row->line <= r->line || row->count > CSV_CELLS || (row->fault != CSV_LARGE && row->count == 0))
		abort();
	r->line = row->line;
	for (size_t i = 0; i < row->count; i++) {
		if (!text_is_utf8(row->cells[i], strlen(row->cells[i])))
			abort();
		csv_cell(&r->again, row->cells[i], i == 0);
	}
	if (row->count)
		buf_adds(&r->again, "\r\n");
	r->rows += row->count > 0;
	return 0;
}

static int count_row(void *ctx, const struct csv_row *row, struct err *err)
{
	(void)err;
	if (row->fault != CSV_FINE && row->fault != CSV_BYTES && row->fault != CSV_LARGE)
		abort(); /* what csv_cell() wrote is well quoted */
	for (size_t i = 0; i < row->count; i++)
		if (*row->cells[i] && strchr("=+-@", *row->cells[i]))
			abort(); /* a formula */
	++*(size_t *)ctx;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	enum csv_encoding found;
	if (size == 0)
		return 0;
	if (csv_decode(data + 1, size - 1, (enum csv_encoding)(data[0] % CSV_ENCODINGS), &text, &found, NULL) == 0) {
		struct reading r = {.again = BUF_INIT};
		size_t rows = 0;
		if (!text_is_utf8(text.data, text.len) || found == CSV_AUTO)
			abort();
		csv_parse(text.data, text.len, csv_separator(text.data, text.len), take_row, &r, NULL);
		csv_parse(r.again.data, r.again.len, ',', count_row, &rows, NULL);
		if (rows > r.rows)
			abort();
		buf_release(&r.again);
	}
	buf_release(&text);
	return 0;
}
