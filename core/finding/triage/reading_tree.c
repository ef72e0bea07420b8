/* The parent's side of trees: hands the evidence to the cage, takes rows and what is said of each unit. */
#include "finding/triage/reading_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/worker/worker.h"
#include "evidence/image/stored.h"
#include "finding/triage/parse/opening.h"
#include "finding/triage/parsers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESTARTS 1000U /* workers that one evidence may end */

struct tree_reading {
	const struct triage_reading *r;
	struct triage_read_sum *sum;
	const char *path; /* of the evidence */
	struct buf cut;
	/* of the worker that runs */
	json_int_t unit;
	int in_unit;
	int is_walk;       /* or an opening: not to be tried again */
	const char *opens; /* what; NULL: no opening */
	char *at;          /* path of the unit */
	char *parser;      /* and its parser */
	json_t *lost;
};

static int on_uncovered(struct tree_reading *t, const char *path, const char *reason, struct err *err)
{
	char *text = xasprintf(_("not covered: %s"), reason);
	int rc = reading_problem(t->r, t->sum, *path ? path : t->path, 0, text, err);
	free(text);
	return rc;
}

static int on_begin(struct tree_reading *t, json_int_t unit, const json_t *value, struct err *err)
{
	const char *path = json_string_value(json_object_get(value, "path"));
	const char *parser = json_string_value(json_object_get(value, "parser"));
	const json_t *opens = json_object_get(value, "opens");
	const struct triage_parser *p = parser ? triage_parser_find(parser) : NULL;
	t->opens = json_is_integer(opens) ? tree_opening_name(json_integer_value(opens)) : NULL;
	if (unit < t->unit || !path || (!parser && !t->opens))
		return err_set(err, ERR_INVALID, _("a parser sent what is no row"));
	t->unit = unit;
	t->in_unit = 1;
	t->is_walk = t->opens || strcmp(parser, "file") == 0;
	free(t->at);
	free(t->parser);
	t->at = xstrdup(path);
	t->parser = xstrdup(t->opens ? "" : parser);
	if (t->opens)
		return progress_step(t->r->progress, path, t->sum->parsed, 0, err);
	if (p)
		t->sum->parsed++;
	reading_note_parser(t->sum, parser, p ? p->version : 1);
	return progress_step(t->r->progress, path, t->sum->parsed, 0, err);
}

static int on_end(struct tree_reading *t, const json_t *value, struct err *err)
{
	const json_t *item;
	size_t i;
	const char *failed = json_string_value(json_object_get(value, "failed"));
	const char *path = *t->at ? t->at : t->path;
	json_t *facts = json_object_get(value, "facts");
	json_array_foreach(json_object_get(value, "problems"), i, item) {
		const char *reason = json_string_value(json_object_get(item, "reason"));
		json_int_t offset = json_integer_value(json_object_get(item, "offset"));
		if (reason && reading_unparsed(t->r, t->sum, path, (uint64_t)offset, reason, err) < 0)
			return -1;
	}
	if (failed && *failed && reading_unparsed(t->r, t->sum, path, 0, failed, err) < 0)
		return -1;
	t->in_unit = 0;
	if (t->opens)
		return 0;
	json_int_t files = json_integer_value(json_object_get(facts, "files"));
	if (t->is_walk && files > 0)
		t->sum->files += (uint64_t)files;
	json_array_append_new(t->sum->parsed_files,
	                      json_pack("{s:s, s:s, s:O?}", "path", t->at, "parser", t->parser, "facts", facts));
	return 0;
}

static int on_line(void *ctx, const json_t *value, struct err *err)
{
	struct tree_reading *t = ctx;
	json_t *begin = json_object_get(value, "begin");
	json_t *end = json_object_get(value, "end");
	const char *uncovered = json_string_value(json_object_get(value, "uncovered"));
	const char *path = json_string_value(json_object_get(value, "path"));
	if (uncovered)
		return on_uncovered(t, path ? path : "", uncovered, err);
	if (begin)
		return on_begin(t, json_integer_value(begin), value, err);
	return end && t->in_unit && json_integer_value(end) == t->unit ? on_end(t, value, err) : 0;
}

static int on_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct tree_reading *t = ctx;
	return reading_rows(t->r, &t->cut, bytes, n, err);
}

static int read_source(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	size_t got = 0;
	if (source_read_at(ctx, "", offset, bytes, n, NULL, &got, err) < 0)
		return -1;
	return got == n ? 0 : err_set(err, ERR_FAILED, _("it ends before its size"));
}

static int tell_end_of_worker(const struct tree_reading *t, const char *reason, struct err *err)
{
	const char *path = t->in_unit && *t->at ? t->at : t->path;
	if (!t->in_unit || !t->opens)
		return reading_problem(t->r, t->sum, path, 0, reason, err);
	char *text =
	    xasprintf(_("not covered: %s could not be opened here; the rest was read. Open it in another tool. %s"),
	              t->opens, reason);
	int rc = reading_problem(t->r, t->sum, path, 0, text, err);
	free(text);
	return rc;
}

/* Runs workers until one comes to the end. `call` says where the bytes are. */
static int run(struct tree_reading *t, struct worker_call *call, enum reading_form form, uint64_t size, struct err *err)
{
	const char *only = t->r->only ? t->r->only : "";
	json_int_t from = 0;
	int rc = 0;
	size_t restarts = 0;
	uint64_t seconds = 15 + (size >> 22);
	t->lost = json_array();
	buf_init(&t->cut);
	call->job = "tree";
	call->input = -1;
	call->line = on_line;
	call->raw = on_raw;
	call->ctx = t;
	call->progress = t->r->progress;
	call->what = t->path;
	call->limits = (struct worker_limits){.memory = (size_t)2 << 30,
	                                      .output = (size_t)1 << 30,
	                                      .cpu_seconds = seconds < 20000 ? (unsigned)seconds : 20000,
	                                      .seconds = seconds < 5000 ? (unsigned)(4 * seconds) : 20000};
	for (;;) {
		struct worker_result result;
		json_t *request = json_pack(
		    "{s:s, s:i, s:b, s:s, s:b, s:b, s:s, s:I, s:O}", "form", form == READING_ZIP ? "zip" : "image",
		    "media", call->media ? 0 : -1, "ewf", form == READING_EWF, "only", only, "recover", t->r->recover,
		    "vss", t->r->vss, "key", t->r->key ? t->r->key : "", "from", from, "lost", t->lost);
		call->request = request;
		t->unit = from;
		t->in_unit = t->is_walk = 0;
		buf_clear(&t->cut);
		rc = worker_run(call, &result, err);
		json_decref(request);
		if (rc < 0 || result.end == WORKER_DONE)
			break;
		/* it ended in a unit: that one is told, and what is behind it goes on */
		rc = tell_end_of_worker(t, result.reason, err);
		if (rc < 0 || !t->in_unit || ++restarts == RESTARTS)
			break;
		if (t->is_walk)
			json_array_append_new(t->lost, json_integer(t->unit));
		from = t->unit + 1;
	}
	json_decref(t->lost);
	free(t->at);
	free(t->parser);
	buf_release(&t->cut);
	return rc;
}

int reading_tree_file(const struct triage_reading *r, struct triage_read_sum *sum, int fd, enum reading_form form,
                      const char *path, struct err *err)
{
	struct tree_reading t = {.r = r, .sum = sum, .path = path};
	struct worker_call call = {.files = &fd, .file_count = 1};
	off_t size = lseek(fd, 0, SEEK_END);
	return run(&t, &call, form, size > 0 ? (uint64_t)size : 0, err);
}

int reading_tree_source(const struct triage_reading *r, struct triage_read_sum *sum, struct source *source,
                        enum reading_form form, const char *path, struct err *err)
{
	struct tree_reading t = {.r = r, .sum = sum, .path = path};
	struct worker_media media = {.size = source->size, .read = read_source, .ctx = source};
	struct worker_call call = {.media = &media, .media_count = 1};
	return run(&t, &call, form, source->size, err);
}

int reading_tree_set(const struct triage_reading *r, struct triage_read_sum *sum, const struct ewf_set *set,
                     uint64_t size, const char *path, struct err *err)
{
	struct tree_reading t = {.r = r, .sum = sum, .path = path};
	struct worker_call call = {.files = set->fds, .file_count = set->count};
	return run(&t, &call, READING_EWF, size, err);
}

/* ---- which form it is */

static int ends_with(const char *path, const char *end)
{
	size_t n = strlen(path);
	size_t k = strlen(end);
	return n >= k && strcasecmp(path + n - k, end) == 0;
}

enum reading_form reading_form_of(const char *path, const unsigned char *head, size_t n, int image)
{
	static const char *const images[] = {".dd", ".raw", ".img", ".001", ".vmdk", ".vhd", ".vhdx", ".qcow2", ".iso"};
	if (ewf_is_image(head, n))
		return READING_EWF;
	if (n >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0) &&
	    (image || ends_with(path, ".zip")))
		return READING_ZIP;
	for (size_t i = 0; !image && i < sizeof images / sizeof *images; i++)
		image = ends_with(path, images[i]);
	return image ? READING_IMAGE : READING_PLAIN;
}
