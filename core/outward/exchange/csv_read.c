/* Reading a foreign CSV file in the cage: the job, and what its parent makes of the lines. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "outward/exchange/csv.h"

#include <string.h>

#define LINE ((size_t)JSON_LIMIT) /* a row with every character escaped is at most six times as long, and rare */

static int emit_row(void *ctx, const struct csv_row *row, struct err *err)
{
	json_t *cells = json_array();
	for (size_t i = 0; i < row->count; i++)
		json_array_append_new(cells, json_string(row->cells[i]));
	return worker_emit_take(
	    ctx, json_pack("{s:I s:i s:o}", "line", (json_int_t)row->line, "fault", (int)row->fault, "cells", cells),
	    err);
}

static int csv_run(struct worker *w, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct buf text = BUF_INIT;
	char piece[65536];
	ssize_t n;
	enum csv_encoding found = CSV_AUTO;
	const json_t *request = worker_request(w);
	int encoding = (int)json_integer_value(json_object_get(request, "encoding"));
	char separator = (char)json_integer_value(json_object_get(request, "separator"));
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
		buf_add(&bytes, piece, (size_t)n);
	int rc = n < 0 || encoding < 0 || encoding >= CSV_ENCODINGS
	             ? -1
	             : csv_decode(bytes.data, bytes.len, (enum csv_encoding)encoding, &text, &found, err);
	if (rc == 0 && !separator)
		separator = csv_separator(text.data, text.len);
	if (rc == 0)
		rc = worker_emit_take(w, json_pack("{s:i s:i}", "encoding", (int)found, "separator", (int)separator),
		                      err);
	if (rc == 0)
		rc = csv_parse(text.data, text.len, separator, emit_row, w, err);
	buf_release(&text);
	buf_release(&bytes);
	return rc;
}

const struct worker_job csv_job = {.name = "csv", .prepare = csv_prepare, .run = csv_run};

/* ---- in the parent */

/* What Excel writes unless it is told otherwise: a zip, or, long ago, a compound file. */
static int is_workbook(const char *bytes, size_t n)
{
	return n > 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "\xD0\xCF\x11\xE0", 4) == 0);
}

static int is_row(const json_t *value)
{
	size_t i;
	json_t *cell;
	const json_t *cells = json_object_get(value, "cells");
	json_int_t fault = json_integer_value(json_object_get(value, "fault"));
	if (!json_is_array(cells) || json_array_size(cells) > CSV_CELLS || fault < CSV_FINE || fault > CSV_LARGE ||
	    json_integer_value(json_object_get(value, "line")) < 1)
		return 0;
	json_array_foreach(cells, i, cell)
		if (!json_is_string(cell))
			return 0;
	return 1;
}

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct csv_file *file = ctx;
	json_int_t encoding = json_integer_value(json_object_get(value, "encoding"));
	json_int_t separator = json_integer_value(json_object_get(value, "separator"));
	if (!file->separator && encoding > CSV_AUTO && encoding < CSV_ENCODINGS && separator > 0 && separator < 128) {
		file->encoding = (enum csv_encoding)encoding;
		file->separator = (char)separator;
		return 0;
	}
	if (!file->separator || !is_row(value))
		return err_set(err, ERR_INVALID, _("what the reading gave cannot be understood"));
	json_array_append(file->rows, (json_t *)(uintptr_t)value);
	return 0;
}

int csv_read(const void *bytes, size_t n, enum csv_encoding encoding, char separator, struct csv_file *file,
             const struct progress *progress, struct err *err)
{
	struct worker_result result;
	json_t *request = json_pack("{s:i s:i}", "encoding", (int)encoding, "separator", (int)separator);
	struct worker_call call = {.job = csv_job.name,
	                           .request = request,
	                           .input = -1,
	                           .bytes = bytes,
	                           .n = n,
	                           .limits = {.memory = (size_t)1 << 30, .output = (size_t)1 << 30, .line = LINE},
	                           .line = take_line,
	                           .ctx = file,
	                           .progress = progress,
	                           .what = _("reading the list")};
	*file = (struct csv_file){.rows = json_array()};
	int rc = is_workbook(bytes, n)
	             ? err_set(err, ERR_INVALID,
	                       _("this is an Excel workbook: save it there as CSV UTF-8, and take that file in"))
	             : worker_run(&call, &result, err);
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_INVALID, "%s", result.reason);
	if (rc == 0 && !file->separator)
		rc = err_set(err, ERR_INVALID, _("what the reading gave cannot be understood"));
	file->guessed = encoding == CSV_AUTO && file->encoding >= CSV_CP932;
	json_decref(request);
	if (rc < 0)
		csv_file_release(file);
	return rc;
}

void csv_file_release(struct csv_file *file)
{
	json_decref(file->rows);
	file->rows = NULL;
}
