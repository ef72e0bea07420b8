/* The caged side of trees: units one after the other. */
#include "finding/triage/tree/tree.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/image/ewf.h"
#include "finding/triage/parse/whole.h"
#include "finding/triage/parsers.h"
#include "finding/triage/tree/tree_disk.h"
#include "finding/triage/tree/tree_once.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNCOVERED_TEXT 1023 /* bytes of its words at most */
#define FOUND_MOST     1000000U

/* ---- the evidence */

/* Of the file itself, whose size a virtual disk in it does not tell. */
static int read_file(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct tree_media *m = ctx;
	char *to = bytes;
	if (m->ewf)
		return ewf_caged_read(m->ewf, offset, bytes, n, err);
	while (n > 0) {
		size_t piece = n < WORKER_RANGE ? n : WORKER_RANGE;
		if (m->fd < 0) {
			if (worker_media_read(m->w, m->media, offset, to, piece, err) < 0)
				return -1;
		} else {
			ssize_t got = pread(m->fd, to, piece, (off_t)offset);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				return err_set_errno(err, ERR_FAILED, got < 0 ? errno : EIO,
				                     _("cannot read at byte %llu"), (unsigned long long)offset);
			piece = (size_t)got;
		}
		to += piece;
		offset += piece;
		n -= piece;
	}
	return 0;
}

int tree_media_open(struct tree_media *m, struct tree_run *run, struct err *err)
{
	const json_t *request = worker_request(run->w);
	json_int_t media = json_integer_value(json_object_get(request, "media"));
	struct stat st;
	*m = (struct tree_media){.w = run->w,
	                         .fd = -1,
	                         .media = (size_t)media,
	                         .copied = OBSERVATION_NO_TIME,
	                         .vss = json_is_true(json_object_get(request, "vss")),
	                         .key = json_string_value(json_object_get(request, "key"))};
	if (json_is_true(json_object_get(request, "ewf"))) {
		m->ewf = ewf_caged_open(run->w, err);
		if (!m->ewf)
			return -1;
		m->size = ewf_caged_size(m->ewf);
	} else if (media >= 0) {
		m->size = worker_media_size(run->w, m->media);
	} else {
		m->fd = worker_input_at(run->w, 0);
		if (m->fd < 0 || fstat(m->fd, &st) < 0)
			return err_set(err, ERR_FAILED, _("nobody handed the evidence over"));
		off_t end = lseek(m->fd, 0, SEEK_END); /* of a device, too */
		m->size = end > 0 ? (uint64_t)end : 0;
	}
	struct tree_bytes file = {.size = m->size, .read = read_file, .ctx = m};
	m->disk = tree_disk_open(&file, &m->size, m->why);
	return 0;
}

int tree_media_read(struct tree_media *m, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (offset > m->size || n > m->size - offset)
		return err_set(err, ERR_INVALID, _("byte %llu lies beyond the end"), (unsigned long long)offset);
	return m->disk ? tree_disk_read(m->disk, offset, bytes, n, err) : read_file(m, offset, bytes, n, err);
}

void tree_media_close(struct tree_media *m)
{
	tree_disk_close(m->disk);
	if (m->ewf)
		ewf_caged_close(m->ewf);
}

/* ---- rows of files */

static int is_wanted(const char *only, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = only; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == n && strncmp(at, name, n) == 0)
			return 1;
	return !*only;
}

static int is_beside(const char *path)
{
	const struct triage_parser *p;
	for (size_t i = 0; (p = triage_parser_at(i)) != NULL; i++)
		for (size_t k = 0; k < TRIAGE_BESIDE && p->beside[k]; k++)
			if (triage_path_ends(path, p->beside[k]))
				return 1;
	return 0;
}

static void add_found(struct tree_found **files, size_t *count, struct tree_found found)
{
	if (*count % 64 == 0)
		*files = xrealloc(*files, (*count + 64) * sizeof **files);
	found.path = xstrdup(found.path);
	(*files)[(*count)++] = found;
}

static void free_found(struct tree_found *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(files[i].path);
	free(files);
}

static void collect(struct tree *t, const struct tree_item *e, const char *path)
{
	int is_file = strcmp(e->type, "file") == 0 && e->size > 0;
	const struct triage_parser *p = is_file ? triage_parser_of(path, (const unsigned char *)"", 0) : NULL;
	struct tree_found found = {.path = (char *)(uintptr_t)path,
	                           .parser = p,
	                           .place = e->place,
	                           .size = e->size,
	                           .modified = e->times.modified,
	                           .recovered = e->deleted};
	if (is_file && !p && !e->deleted && is_beside(path) && t->found.beside_count < FOUND_MOST) {
		add_found(&t->found.beside, &t->found.beside_count, found);
		return;
	}
	if (p && t->has_table && strcmp(p->name, "mft") == 0)
		return;
	if (!p || !is_wanted(t->run->only, p->name) || (e->deleted && !t->run->recover))
		return;
	if (t->found.count == FOUND_MOST) {
		t->found.more++;
		return;
	}
	add_found(&t->found.files, &t->found.count, found);
}

int tree_item(struct tree *t, const struct tree_item *e, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf fields = BUF_INIT;
	int rc = 0;
	buf_addf(&path, "%s%s", t->name, e->path);
	t->entries += strcmp(e->type, "file") == 0;
	collect(t, e, path.data);
	if (t->out && is_wanted(t->run->only, "file")) {
		observation_field(&fields, "type", e->type);
		observation_field_number(&fields, "size", (int64_t)e->size);
		observation_field(&fields, "deleted", e->deleted ? "true" : "false");
		if (e->more)
			buf_add(&fields, e->more->data, e->more->len);
		struct file_rows rows = {.path = path.data,
		                         .times = e->times,
		                         .place = e->place,
		                         .artefact = OBSERVATION_file,
		                         .clock = e->clock,
		                         .deleted = e->deleted,
		                         .fields = &fields};
		rc = file_rows_give(t->out, &rows, err);
	}
	buf_release(&fields);
	buf_release(&path);
	return rc;
}

int tree_stream(struct tree *t, const struct tree_item *e, const char *name)
{
	char *path = xasprintf("%s%s:%s", t->name, e->path, name);
	struct tree_item stream = *e;
	stream.type = "file";
	stream.size = 1; /* how much there is shows when it is opened */
	collect(t, &stream, path);
	free(path);
	return 0;
}

/* ---- units */

/* Of it, only what the volume and later copies have not said. */
static int is_shadow(const struct tree *t)
{
	return strstr(t->name, "vss") != NULL;
}

/* The rows, with a field that says of when the shadow copy is that has them. */
static void add_copied(const struct buf *rows, int64_t copied, struct buf *out)
{
	char when[32];
	struct observation o;
	struct buf fields = BUF_INIT;
	size_t size = 0;
	observation_when(copied, when);
	for (size_t at = 0; at < rows->len && observation_unpack(rows->data + at, rows->len - at, &o, &size, NULL) > 0;
	     at += size) {
		buf_clear(&fields);
		buf_add(&fields, o.fields, o.fields_size);
		observation_field(&fields, "shadow_copy", when);
		o.fields = fields.data;
		o.fields_size = fields.len;
		if (observation_pack(&o, out, NULL) < 0)
			buf_add(out, rows->data + at, size); /* as long as a row may be */
	}
	buf_release(&fields);
}

static int give_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct tree *t = ctx;
	struct tree_run *run = t->run;
	struct buf fresh = BUF_INIT;
	struct buf told = BUF_INIT;
	int rc = 0;
	if (run->once)
		tree_once_rows(run->once, bytes, n, is_shadow(t) ? &fresh : NULL);
	if (is_shadow(t)) {
		add_copied(&fresh, t->copied, &told);
		for (size_t at = 0; rc == 0 && at < told.len; at += WORKER_RAW)
			rc = worker_emit_raw(run->w, told.data + at,
			                     told.len - at < WORKER_RAW ? told.len - at : WORKER_RAW, err);
	} else {
		rc = worker_emit_raw(run->w, bytes, n, err);
	}
	buf_release(&fresh);
	buf_release(&told);
	return rc;
}

static int is_lost(const struct tree_run *run, json_int_t unit)
{
	const json_t *item;
	size_t i;
	json_array_foreach(run->lost, i, item)
		if (json_integer_value(item) == unit)
			return 1;
	return 0;
}

static int tell_begin(struct tree_run *run, json_int_t unit, const char *path, const char *parser, struct err *err)
{
	return worker_emit_take(run->w, json_pack("{s:I, s:s, s:s}", "begin", unit, "path", path, "parser", parser),
	                        err);
}

static int tell_end(struct tree_run *run, json_int_t unit, struct triage_done *done, int rc, struct err *err)
{
	if (rc == 0)
		rc = worker_emit_take(run->w,
		                      json_pack("{s:I, s:O, s:O, s:s}", "end", unit, "facts", done->facts, "problems",
		                                done->problems, "failed", done->failed.message),
		                      err);
	triage_done_release(done);
	return rc;
}

static int walk_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct tree *t = f->ctx;
	t->out = out;
	int rc = t->walk(t, err);
	triage_fact(out, "files", json_integer((json_int_t)t->entries));
	return rc;
}

static int walk_tree(struct tree_run *run, struct tree *t, struct err *err)
{
	static const struct triage_parser walker = {"file", 1, NULL, walk_run, {NULL}};
	struct triage_file *file = &t->file;
	struct triage_done done;
	json_int_t unit = run->unit++;
	*file = (struct triage_file){.path = t->name, .ctx = t};
	if (unit < run->from) {
		t->out = NULL;
		t->walk(t, NULL); /* what is wrong with it was told */
		return 0;
	}
	if (tell_begin(run, unit, t->name, "file", err) < 0)
		return -1;
	int rc = triage_parse(&walker, file, give_rows, t, &done, err);
	return tell_end(run, unit, &done, rc, err);
}

/* Reads into memory what belongs to the file. One tree has one file open at a time. */
static void read_beside(struct tree *t, const struct tree_found *found, struct triage_file *file)
{
	for (size_t k = 0; k < TRIAGE_BESIDE && found->parser->beside[k]; k++) {
		size_t n = strlen(found->path);
		for (size_t i = 0; i < t->found.beside_count; i++) {
			const struct tree_found *b = &t->found.beside[i];
			struct triage_file open = {.path = b->path};
			struct err ignored = ERR_INIT;
			if (strncasecmp(b->path, found->path, n) != 0 ||
			    strcasecmp(b->path + n, found->parser->beside[k]) != 0)
				continue;
			struct triage_beside *to = &file->beside[file->beside_count];
			if (t->open(t, b, &open, &ignored) == 0)
				to->bytes = triage_whole(&open, TRIAGE_BESIDE_MOST, &to->n, &ignored);
			t->close(t);
			to->suffix = found->parser->beside[k];
			file->beside_count += to->bytes != NULL;
			if (!to->bytes && b->size > 0)
				file->unread = to->suffix;
			break;
		}
	}
}

static int parse_found(struct tree_run *run, struct tree *t, const struct tree_found *found, struct err *err)
{
	json_int_t unit = run->unit++;
	struct triage_file file = {.path = found->path,
	                           .size = found->size,
	                           .modified = found->modified,
	                           .recover = run->recover,
	                           .flags = found->recovered ? OBSERVATION_RECOVERED : 0};
	struct triage_done done = {.facts = NULL};
	int rc = 0;
	if (unit < run->from)
		return 0;
	if (tell_begin(run, unit, found->path, found->parser->name, err) < 0)
		return -1;
	read_beside(t, found, &file);
	if (t->open(t, found, &file, &done.failed) < 0) {
		done.facts = json_object();
		done.problems = json_array();
	} else {
		rc = triage_parse(found->parser, &file, give_rows, t, &done, err);
	}
	t->close(t);
	for (size_t i = 0; i < file.beside_count; i++)
		free(file.beside[i].bytes);
	return tell_end(run, unit, &done, rc, err);
}

int tree_run(struct tree_run *run, struct tree *t, struct err *err)
{
	int rc = 0;
	t->run = run;
	if (is_lost(run, run->unit))
		run->unit++;
	else
		rc = walk_tree(run, t, err);
	if (rc == 0 && t->found.more)
		rc = tree_uncovered(
		    run, t->name, err,
		    _("it holds %llu files more than the %u that parsers are given: they were not parsed. "
		      "Read fewer kinds at a time (--only)"),
		    (unsigned long long)t->found.more, FOUND_MOST);
	for (size_t i = 0; rc == 0 && i < t->found.count; i++)
		rc = parse_found(run, t, &t->found.files[i], err);
	free_found(t->found.files, t->found.count);
	free_found(t->found.beside, t->found.beside_count);
	t->found = (struct tree_files){.count = 0};
	return rc;
}

int tree_open_begin(struct tree_run *run, const char *path, enum tree_opening what, struct err *err)
{
	json_int_t unit = run->unit++;
	if (is_lost(run, unit))
		return 0;
	if (unit < run->from)
		return 1;
	return worker_emit_take(run->w, json_pack("{s:I, s:s, s:i}", "begin", unit, "path", path, "opens", (int)what),
	                        err) < 0
	           ? -1
	           : 1;
}

int tree_open_end(struct tree_run *run, struct err *err)
{
	json_int_t unit = run->unit - 1;
	return unit < run->from ? 0 : worker_emit_take(run->w, json_pack("{s:I}", "end", unit), err);
}

int tree_uncovered(struct tree_run *run, const char *path, struct err *err, const char *format, ...)
{
	va_list args;
	if (run->unit < run->from)
		return 0; /* it was told */
	va_start(args, format);
	char *safe = printable_vdup(format, args); /* it may name a file as a foreign archive spells it */
	va_end(args);
	safe[text_whole(safe, strlen(safe), UNCOVERED_TEXT)] = '\0';
	int rc = worker_emit_take(run->w, json_pack("{s:s, s:s}", "uncovered", safe, "path", path), err);
	free(safe);
	return rc;
}

static int tree_job_run(struct worker *w, struct err *err)
{
	const json_t *request = worker_request(w);
	const char *form = json_string_value(json_object_get(request, "form"));
	const char *only = json_string_value(json_object_get(request, "only"));
	struct tree_run run = {.w = w,
	                       .only = only ? only : "",
	                       .recover = json_is_true(json_object_get(request, "recover")),
	                       .from = json_integer_value(json_object_get(request, "from")),
	                       .lost = json_object_get(request, "lost")};
	if (json_is_true(json_object_get(request, "vss")))
		run.once = tree_once_new();
	int rc = form && strcmp(form, "zip") == 0 ? tree_zip(&run, err) : tree_image(&run, err);
	tree_once_free(run.once);
	return rc;
}

const struct worker_job tree_job = {.name = "tree", .run = tree_job_run};
