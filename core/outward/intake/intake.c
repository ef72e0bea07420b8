#include "outward/intake/intake.h"
#include "outward/intake/intake_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"

#include <string.h>
#include <unistd.h>

#define DIFFERENT 200 /* reasons that are told apart */
#define SECONDS   3600

void intake_lose(struct intake *in, const char *kind, const char *what, const char *reason, uint64_t count)
{
	size_t i;
	json_t *line;
	const char *type = *kind ? "field" : "item";
	if (!*kind)
		in->named += count;
	if (json_array_size(in->loss) >= DIFFERENT)
		reason = _("further reasons");
	json_array_foreach(in->loss, i, line)
		if (json_is(line, "what", type) && json_is(line, "field", what) && json_is(line, "reason", reason) &&
		    json_is(line, "kind", kind)) {
			json_int_t before = json_integer_value(json_object_get(line, "records"));
			json_object_set_new(line, "records", json_integer(before + (json_int_t)count));
			return;
		}
	json_array_append_new(in->loss, json_pack("{s:s, s:s, s:s, s:I, s:s}", "what", type, "kind", kind, "field",
	                                          what, "records", (json_int_t)count, "reason", reason));
}

static int take_line(void *ctx, const json_t *line, struct err *err)
{
	struct intake_feed *f = ctx;
	const char *lost = json_get_string(line, "lost");
	json_t *items = json_object_get(line, "items");
	if (lost) {
		const char *what = json_get_string(line, "what");
		const char *reason = json_get_string(line, "reason");
		json_int_t count = json_integer_value(json_object_get(line, "count"));
		if (!what || !reason || count < 1)
			return err_set(err, ERR_INVALID, _("what the reading gave cannot be understood"));
		intake_lose(f->in, lost, what, reason, (uint64_t)count);
		return 0;
	}
	if (items) {
		f->in->items = (uint64_t)json_integer_value(items);
		f->rows = (uint64_t)json_integer_value(json_object_get(line, "rows"));
	}
	return f->line ? f->line(f, line, err) : 0;
}

int intake_feed(struct intake_feed *f, struct err *err)
{
	struct worker_result result;
	json_t *request = json_pack("{s:s, s:s}", "format", f->in->format->name, "name", f->in->name);
	struct worker_call call = {
	    .job = intake_job.name,
	    .request = request,
	    .input = f->in->fd,
	    .limits = {.output = (size_t)1 << 40, .line = JSON_LIMIT, .cpu_seconds = SECONDS, .seconds = SECONDS},
	    .line = take_line,
	    .raw = f->raw,
	    .ctx = f,
	    .progress = f->in->progress,
	    .what = _("reading the file")};
	int rc = request ? worker_run(&call, &result, err) : err_set(err, ERR_INVALID, _("the file's name is no text"));
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_INVALID, "%s: %s", f->in->name, result.reason);
	json_decref(request);
	return rc;
}

int intake_run(struct intake *in, struct err *err)
{
	in->loss = json_array();
	buf_init(&in->labels);
	if (lseek(in->fd, 0, SEEK_SET) < 0)
		return err_set(err, ERR_USAGE, _("%s cannot be read twice: give a file, not a pipe"), in->name);
	int rc = in->format->timeline && !in->records ? intake_as_observations(in, err) : intake_as_records(in, err);
	if (rc == 0 && in->taken + in->named != in->items)
		rc = err_set(err, ERR_DAMAGED,
		             _("%llu items, of which %llu were taken in and %llu named: this is a fault of genba"),
		             (unsigned long long)in->items, (unsigned long long)in->taken,
		             (unsigned long long)in->named);
	return rc;
}

void intake_release_result(struct intake *in)
{
	json_decref(in->loss);
	in->loss = NULL;
	buf_release(&in->labels);
}
