#include "finding/triage/parse/parser.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE        (1U << 20)
#define PROBLEM_TEXT 511 /* bytes of its words at most */
#define PROBLEMS     50

struct triage_out {
	const struct triage_file *file;
	struct buf rows;
	triage_rows_fn fn;
	void *ctx;
	struct triage_done *done;
	uint64_t problems;
	uint64_t last_problem;
};

static int flush(struct triage_out *out, size_t keep, struct err *err)
{
	size_t n = out->rows.len - keep;
	int rc = n ? out->fn(out->ctx, out->rows.data, n, err) : 0;
	memmove(out->rows.data, out->rows.data + n, keep);
	buf_truncate(&out->rows, keep);
	return rc;
}

int triage_row(struct triage_out *out, struct observation *o, struct err *err)
{
	return triage_row_at(out, out->file->path, o, err);
}

int triage_row_at(struct triage_out *out, const char *path, struct observation *o, struct err *err)
{
	struct err trouble = ERR_INIT;
	size_t before = out->rows.len;
	o->path = path;
	o->flags |= out->file->flags;
	if (observation_pack(o, &out->rows, &trouble) < 0) {
		triage_problem(out, o->offset, "%s", trouble.message);
		return 0;
	}
	out->done->rows++;
	return out->rows.len > PIECE ? flush(out, out->rows.len - before, err) : 0;
}

void triage_problem(struct triage_out *out, uint64_t offset, const char *format, ...)
{
	va_list args;
	out->problems++;
	out->last_problem = offset;
	if (out->problems > PROBLEMS)
		return;
	va_start(args, format);
	char *safe = printable_vdup(format, args); /* what is no UTF-8 is no JSON, and would be lost */
	va_end(args);
	safe[text_whole(safe, strlen(safe), PROBLEM_TEXT)] = '\0';
	json_array_append_new(out->done->problems,
	                      json_pack("{s:I, s:s}", "offset", (json_int_t)offset, "reason", safe));
	free(safe);
}

void triage_fact(struct triage_out *out, const char *name, json_t *value)
{
	json_object_set_new(out->done->facts, name, value);
}

int triage_parse(const struct triage_parser *parser, const struct triage_file *f, triage_rows_fn rows, void *ctx,
                 struct triage_done *done, struct err *err)
{
	struct triage_out out = {.file = f, .rows = BUF_INIT, .fn = rows, .ctx = ctx, .done = done};
	*done = (struct triage_done){.facts = json_object(), .problems = json_array()};
	buf_grow(&out.rows, PIECE + OBSERVATION_ROW);
	if (parser->run(f, &out, &done->failed) < 0 && done->failed.code == ERR_NONE)
		err_set(&done->failed, ERR_FAILED, _("could not be read"));
	if (f->damaged)
		triage_problem(&out, f->damaged_at, "%s", f->damaged);
	if (f->unread)
		triage_problem(
		    &out, 0,
		    _("the file %s beside it could not be read, or is larger than %u MiB: what stands in it alone "
		      "is missing"),
		    f->unread, TRIAGE_BESIDE_MOST >> 20);
	if (out.problems > PROBLEMS) {
		char text[128];
		snprintf(text, sizeof text,
		         P_("%llu more place could not be read: here",
		            "%llu more places could not be read, the last here",
		            (unsigned long long)(out.problems - PROBLEMS)),
		         (unsigned long long)(out.problems - PROBLEMS));
		json_array_append_new(done->problems,
		                      json_pack("{s:I, s:s}", "offset", (json_int_t)out.last_problem, "reason", text));
	}
	int rc = flush(&out, 0, err);
	buf_release(&out.rows);
	return rc;
}

void triage_done_release(struct triage_done *done)
{
	json_decref(done->facts);
	json_decref(done->problems);
	done->facts = done->problems = NULL;
}
