/* What the workers say, as the objects of the command. The lines are foreign: they are checked here. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/sweep/sweep_run_private.h"
#include "finding/sweep/sweep_upload.h"

#include <stdlib.h>
#include <string.h>

/* Of an indicator. */
struct sweep_sums {
	uint64_t hits;
	uint64_t nothing; /* of them: what stands for none, or for one that was told */
	uint64_t kept;    /* told, of the present file */
	size_t kept_file;
	size_t last_file; /* + 1: where it was hit last */
	uint64_t evidence;
	char *first;
	char *last;
	json_t *clients; /* names as keys */
};

void sweep_run_begin(struct sweep_run *run)
{
	sweep_run_sums_free(run);
	run->sums = xcalloc(run->list->count + 1, sizeof *run->sums);
	sweep_uploads_free(run->uploads);
	run->uploads = sweep_uploads_new(run->list);
	run->bytes = run->hits = run->kept = run->members = 0;
}

void sweep_run_sums_free(struct sweep_run *run)
{
	for (size_t i = 0; run->sums && i < run->list->count; i++) {
		free(run->sums[i].first);
		free(run->sums[i].last);
		json_decref(run->sums[i].clients);
	}
	free(run->sums);
	sweep_uploads_free(run->uploads);
	run->sums = NULL;
	run->uploads = NULL;
}

static const char *text_of(const json_t *line, const char *name)
{
	const char *text = json_string_value(json_object_get(line, name));
	return text ? text : "";
}

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *path_text(const char *path)
{
	struct buf out = BUF_INIT;
	pathname_encode(path, &out);
	json_t *json = json_string(out.data);
	buf_release(&out);
	return json;
}

/* Lines of the parts of the file that lie before this one. */
static uint64_t lines_before(const struct sweep_run *run, size_t unit)
{
	uint64_t lines = 0;
	for (size_t i = run->units[unit].is_files ? 0 : unit; i-- > 0 && run->units[i].file == run->units[unit].file;)
		lines += run->units[i].lines;
	return lines;
}

const char *sweep_run_time(const struct sweep_run *run, const struct sweep_unit *unit, const char *text, char when[40])
{
	snprintf(when, 40, "%.39s", text);
	if (*when && run->zone && unit->target)
		run->zone(run->ctx, unit->target, when);
	return when;
}

static void widen(struct sweep_sums *sum, const char *first, const char *last)
{
	if (*first && (!sum->first || strcmp(first, sum->first) < 0)) {
		free(sum->first);
		sum->first = xstrdup(first);
	}
	if (*last && (!sum->last || strcmp(last, sum->last) > 0)) {
		free(sum->last);
		sum->last = xstrdup(last);
	}
}

static int take_hit(struct sweep_run *run, const struct sweep_unit *unit, size_t number, const json_t *line,
                    struct err *err)
{
	struct sweep_sums *sum = &run->sums[number];
	char when[40];
	const struct sweep_indicator *indicator = &run->list->all[number];
	static const char *const texts[] = {"match", "encoding", "member", "text"};
	static const char *const said[] = {"client", "method", "url"};
	static const char *const numbers[] = {"status", "bytes"};
	if (sum->kept_file != unit->file + 1) {
		sum->kept_file = unit->file + 1;
		sum->kept = 0;
	}
	if (sum->kept++ >= run->max)
		return 0;
	json_t *hit = json_pack("{s:s, s:s, s:s, s:s, s:n, s:o, s:o, s:n}", "label", indicator->label, "kind", "hit",
	                        "indicator", indicator->value, "type", indicator->type, "evidence", "source",
	                        path_text(unit->source), "path", path_text(unit->name), "asset");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		json_object_set_new(hit, texts[i], json_string(text_of(line, texts[i])));
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		json_object_set_new(hit, said[i], json_string(text_of(line, said[i])));
	json_object_set_new(hit, "when", text_or_null(sweep_run_time(run, unit, text_of(line, "when"), when)));
	if (unit->target && unit->target->evidence)
		json_object_set_new(hit, "evidence", json_string(unit->target->evidence));
	json_object_set_new(hit, "clock", json_string(text_of(line, "clock")));
	json_object_set_new(hit, "offset", json_integer(json_integer_value(json_object_get(line, "offset"))));
	const json_t *raw = json_object_get(line, "raw");
	json_object_set_new(hit, "raw", json_is_integer(raw) ? json_integer(json_integer_value(raw)) : json_null());
	json_int_t number_of_line = json_integer_value(json_object_get(line, "line"));
	if (!json_is_integer(raw) && /* where a file of an image has its lines, nobody counted */
	    __builtin_add_overflow(number_of_line, lines_before(run, (size_t)(unit - run->units)), &number_of_line))
		number_of_line = 0;
	json_object_set_new(hit, "line", json_integer(number_of_line));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const json_t *value = json_object_get(line, numbers[i]);
		json_object_set_new(hit, numbers[i],
		                    json_is_integer(value) ? json_integer(json_integer_value(value)) : json_null());
	}
	int rc = run->complete && unit->target ? run->complete(run->ctx, unit->target, hit, err) : 0;
	if (rc) { /* what stands for nothing does not count */
		json_decref(hit);
		sum->kept--;
		sum->nothing++;
		return rc < 0 ? -1 : 0;
	}
	run->kept++;
	const char *known = text_of(hit, "when");
	if (*known)
		widen(sum, known, known);
	return run->object(run->ctx, hit, err);
}

static int take_sum(struct sweep_run *run, const struct sweep_unit *unit, size_t number, const json_t *line)
{
	struct sweep_sums *sum = &run->sums[number];
	const char *first = text_of(line, "first");
	const char *last = text_of(line, "last");
	json_int_t hits = json_integer_value(json_object_get(line, "hits"));
	size_t i;
	json_t *client;
	if (hits <= 0)
		return 0;
	sum->hits += (uint64_t)hits;
	run->hits += (uint64_t)hits;
	if (sum->last_file != unit->file + 1) {
		sum->last_file = unit->file + 1;
		sum->evidence++;
	}
	char from[40];
	char until[40];
	widen(sum, sweep_run_time(run, unit, first, from), sweep_run_time(run, unit, last, until));
	if (!sum->clients)
		sum->clients = json_object();
	json_array_foreach(json_object_get(line, "clients"), i, client)
		if (json_is_string(client))
			json_object_set_new(sum->clients, json_string_value(client), json_true());
	return 0;
}

int sweep_run_problem(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *reason,
                      struct err *err)
{
	run->problems++;
	return run->object(run->ctx,
	                   json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s, s:i, s:s}", "label", "", "kind", "problem",
	                             "evidence", target ? target->evidence : NULL, "source",
	                             target ? path_text(target->source) : json_string(""), "path", path_text(path),
	                             "member", "", "offset", 0, "reason", reason),
	                   err);
}

static int take_problem(struct sweep_run *run, const struct sweep_unit *unit, const json_t *line, struct err *err)
{
	run->problems++;
	return run->object(
	    run->ctx,
	    json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s, s:I, s:s}", "label", "", "kind", "problem", "evidence",
	              unit->target ? unit->target->evidence : NULL, "source", path_text(unit->source), "path",
	              path_text(unit->name), "member", text_of(line, "member"), "offset",
	              json_integer_value(json_object_get(line, "offset")), "reason", text_of(line, "problem")),
	    err);
}

int sweep_target_wants(const struct sweep_target *target, const struct sweep_list *list, size_t number)
{
	if (number >= list->count)
		return !target->no_services;
	return !target->wanted || target->wanted[number / 8] >> (number % 8) & 1;
}

int sweep_run_take(struct sweep_run *run, const json_t *line, struct err *err)
{
	json_int_t number = json_integer_value(json_object_get(line, "unit"));
	if (number < 0 || (size_t)number >= run->unit_count)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	struct sweep_unit *unit = &run->units[number];
	const json_t *hit = json_object_get(line, "hit");
	const json_t *sum = json_object_get(line, "sum");
	const json_t *which = hit ? hit : sum;
	if (json_object_get(line, "upload"))
		return sweep_uploads_take(run->uploads, run, (size_t)number, line, err);
	if (json_object_get(line, "problem"))
		return take_problem(run, unit, line, err);
	if (json_object_get(line, "done")) {
		json_int_t bytes = json_integer_value(json_object_get(line, "read"));
		json_int_t lines = json_integer_value(json_object_get(line, "lines"));
		run->bytes += bytes > 0 ? (uint64_t)bytes : 0;
		unit->lines += lines > 0 ? (uint64_t)lines : 0;
		json_int_t members = json_integer_value(json_object_get(line, "members"));
		run->members += members > 0 ? (uint64_t)members : 0;
		char first[40];
		char last[40];
		if (run->span && unit->target)
			run->span(run->ctx, unit->target, sweep_run_time(run, unit, text_of(line, "from"), first),
			          sweep_run_time(run, unit, text_of(line, "until"), last));
		return 0;
	}
	json_int_t i = json_integer_value(which);
	if (json_is_integer(which) && i >= 0 && (size_t)i < run->list->count && unit->target &&
	    !sweep_target_wants(unit->target, run->list, (size_t)i))
		return 0;
	if (!json_is_integer(which) || i < 0 || (size_t)i >= run->list->count)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	return hit ? take_hit(run, unit, (size_t)i, line, err) : take_sum(run, unit, (size_t)i, line);
}

int sweep_run_end(struct sweep_run *run, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < run->list->count && rc == 0; i++) {
		struct sweep_sums *sum = &run->sums[i];
		const struct sweep_indicator *indicator = &run->list->all[i];
		uint64_t less =
		    sum->nothing < sum->hits ? sum->nothing : sum->hits; /* a worker that broke told no sum */
		sum->hits -= less;
		run->hits -= less;
		if (!sum->hits)
			continue;
		rc = run->object(
		    run->ctx,
		    json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:I, s:I}", "label", indicator->label, "kind",
		              "indicator", "indicator", indicator->value, "type", indicator->type, "hits",
		              (json_int_t)sum->hits, "first", text_or_null(sum->first ? sum->first : ""), "last",
		              text_or_null(sum->last ? sum->last : ""), "clients",
		              (json_int_t)json_object_size(sum->clients), "evidence", (json_int_t)sum->evidence),
		    err);
	}
	return rc < 0 ? -1 : sweep_uploads_tell(run->uploads, run, err);
}
