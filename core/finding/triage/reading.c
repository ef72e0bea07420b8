#include "finding/triage/reading.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/worker/worker.h"
#include "evidence/image/stored.h"
#include "finding/triage/parsers.h"
#include "finding/triage/reading_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH       64U
#define BATCH_BYTES (64U << 20)
#define BATCH_PATHS (128U << 10)
#define IMAGE_LEAST (64U << 10) /* what is no file of a known form, and so large, may be an image */
#define DEEPEST     200         /* folders within each other */

struct batch {
	const struct triage_reading *r;
	struct triage_read_sum *sum;
	struct source *source; /* instead of descriptors */
	int fds[BATCH];
	int beside[BATCH][TRIAGE_BESIDE]; /* descriptors of files that belong to it; -1: none */
	char *paths[BATCH];
	const struct triage_parser *parsers[BATCH];
	uint64_t sizes[BATCH];
	size_t count;
	uint64_t bytes;
	size_t path_bytes;
	/* of the worker that runs */
	size_t first; /* the file that its number 0 means */
	size_t begun; /* the file that it is at */
	int in_file;
	struct buf cut; /* the beginning of a row */
};

static int reading_wants(const char *only, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = only; at && *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == n && strncmp(at, name, n) == 0)
			return 1;
	return !only;
}

int triage_only_check(const char *only, struct err *err)
{
	for (const char *at = only; at && *at; at += strcspn(at, ","), at += *at == ',') {
		char *name = xstrndup(at, strcspn(at, ","));
		const struct triage_parser *p = triage_parser_find(name);
		if (!p && strcmp(name, "file") != 0) {
			struct buf all = BUF_INIT;
			buf_adds(&all, "file");
			for (size_t i = 0; (p = triage_parser_at(i)) != NULL; i++)
				buf_addf(&all, ", %s", p->name);
			err_set(err, ERR_USAGE, _("no parser is called '%s'; there are: %s"), name, all.data);
			buf_release(&all);
			free(name);
			return -1;
		}
		free(name);
	}
	return 0;
}

int reading_problem(const struct triage_reading *r, struct triage_read_sum *sum, const char *path, uint64_t offset,
                    const char *reason, struct err *err)
{
	sum->problems++;
	return r->problem ? r->problem(r->ctx, path, offset, reason, err) : 0;
}

/* Whether the text begins as the format does, up to its %s. */
static int begins_as(const char *text, const char *format)
{
	return strncmp(text, format, strcspn(format, "%")) == 0;
}

int reading_unparsed(const struct triage_reading *r, struct triage_read_sum *sum, const char *path, uint64_t offset,
                     const char *reason, struct err *err)
{
	if (begins_as(reason, _("not covered: %s")) || begins_as(reason, _("could not be parsed: %s")))
		return reading_problem(r, sum, path, offset, reason, err);
	char *text = xasprintf(_("could not be parsed: %s"), reason);
	int rc = reading_problem(r, sum, path, offset, text, err);
	free(text);
	return rc;
}

static int problem(struct batch *b, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	return reading_unparsed(b->r, b->sum, path, offset, reason, err);
}

/* ---- what a worker says */

static int on_end(struct batch *b, size_t i, const json_t *value, struct err *err)
{
	const json_t *item;
	size_t k;
	const char *failed = json_string_value(json_object_get(value, "failed"));
	json_array_foreach(json_object_get(value, "problems"), k, item) {
		const char *reason = json_string_value(json_object_get(item, "reason"));
		json_int_t offset = json_integer_value(json_object_get(item, "offset"));
		if (reason && problem(b, b->paths[i], (uint64_t)offset, reason, err) < 0)
			return -1;
	}
	if (failed && *failed && problem(b, b->paths[i], 0, failed, err) < 0)
		return -1;
	json_array_append_new(b->sum->parsed_files,
	                      json_pack("{s:s, s:s, s:O?}", "path", b->paths[i], "parser", b->parsers[i]->name, "facts",
	                                json_object_get(value, "facts")));
	b->in_file = 0;
	return 0;
}

static int on_line(void *ctx, const json_t *value, struct err *err)
{
	struct batch *b = ctx;
	json_t *begin = json_object_get(value, "begin");
	json_t *end = json_object_get(value, "end");
	json_int_t i = json_integer_value(begin ? begin : end) + (json_int_t)b->first;
	if (i < (json_int_t)b->first || i >= (json_int_t)b->count)
		return 0; /* a parser gone wild: what it says of no file is nothing */
	if (begin) {
		b->begun = (size_t)i;
		b->in_file = 1;
		return progress_step(b->r->progress, b->paths[i], b->sum->parsed, 0, err);
	}
	return end && b->in_file && b->begun == (size_t)i ? on_end(b, (size_t)i, value, err) : 0;
}

/* Gives whole rows on; the beginning of one is kept for the next piece. */
int reading_rows(const struct triage_reading *r, struct buf *cut, const void *bytes, size_t n, struct err *err)
{
	size_t whole = 0;
	buf_add(cut, bytes, n);
	while (cut->len - whole >= 4) {
		size_t row = (size_t)bytes_le32(cut->data + whole) + 4;
		if (row > OBSERVATION_ROW)
			return err_set(err, ERR_INVALID, _("a parser sent what is no row"));
		if (row > cut->len - whole)
			break;
		whole += row;
	}
	int rc = whole ? r->rows(r->ctx, cut->data, whole, err) : 0;
	memmove(cut->data, cut->data + whole, cut->len - whole);
	buf_truncate(cut, cut->len - whole);
	return rc;
}

static int on_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct batch *b = ctx;
	return reading_rows(b->r, &b->cut, bytes, n, err);
}

static int read_source(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	size_t got = 0;
	if (source_read_at(ctx, "", offset, bytes, n, NULL, &got, err) < 0)
		return -1;
	return got == n ? 0 : err_set(err, ERR_FAILED, _("it ends before its size"));
}

/* The time of the file, for logs whose lines have no year. */
static int64_t modified_of(int fd)
{
	struct stat st;
	return fd >= 0 && fstat(fd, &st) == 0 ? observation_from_unix(st.st_mtime, 0) : 0;
}

/* One worker, for the files from `first` on. */
static int run_worker(struct batch *b, struct worker_result *result, struct err *err)
{
	json_t *files = json_array();
	uint64_t bytes = 0;
	int fds[BATCH * (1 + TRIAGE_BESIDE)];
	size_t fd_count = 0;
	for (size_t i = b->first; i < b->count; i++)
		fds[fd_count++] = b->fds[i];
	for (size_t i = b->first; i < b->count; i++) {
		json_t *beside = json_array();
		for (size_t k = 0; k < TRIAGE_BESIDE && !b->source; k++)
			if (b->beside[i][k] >= 0) {
				json_array_append_new(beside,
				                      json_pack("{s:s, s:I}", "suffix", b->parsers[i]->beside[k],
				                                "file", (json_int_t)fd_count));
				fds[fd_count++] = b->beside[i][k];
			}
		json_array_append_new(files, json_pack("{s:s, s:s, s:I, s:i, s:I, s:o}", "path", b->paths[i], "parser",
		                                       b->parsers[i]->name, "size", (json_int_t)b->sizes[i], "media",
		                                       b->source ? 0 : -1, "modified",
		                                       (json_int_t)modified_of(b->fds[i]), "beside", beside));
		bytes += b->sizes[i];
	}
	json_t *request = json_pack("{s:o, s:b}", "files", files, "recover", b->r->recover);
	unsigned seconds = bytes >> 20 < 100000 ? 10 + (unsigned)(bytes / (8U << 20)) : 12800;
	struct worker_media media = {.size = b->sizes[0], .read = read_source, .ctx = b->source};
	struct worker_call call = {
	    .job = "triage",
	    .request = request,
	    .input = -1,
	    .files = b->source ? NULL : fds,
	    .file_count = b->source ? 0 : fd_count,
	    .media = b->source ? &media : NULL,
	    .media_count = b->source ? 1 : 0,
	    .limits = {.cpu_seconds = seconds, .seconds = 4 * seconds},
	    .line = on_line,
	    .raw = on_raw,
	    .ctx = b,
	    .progress = b->r->progress,
	    .what = b->paths[b->first],
	};
	b->in_file = 0;
	b->begun = b->first;
	buf_clear(&b->cut);
	int rc = worker_run(&call, result, err);
	json_decref(request);
	return rc;
}

static void empty_batch(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		if (b->fds[i] >= 0)
			close(b->fds[i]);
		for (size_t k = 0; k < TRIAGE_BESIDE; k++)
			if (b->beside[i][k] >= 0)
				close(b->beside[i][k]);
		free(b->paths[i]);
	}
	b->count = b->path_bytes = 0;
	b->bytes = 0;
}

static int finish_batch(struct batch *b, struct err *err)
{
	int rc = 0;
	b->first = 0;
	while (rc == 0 && b->first < b->count) {
		struct worker_result result;
		rc = run_worker(b, &result, err);
		if (rc < 0 || result.end == WORKER_DONE)
			break;
		/* it ended in a file, or before or behind it: that one is told, and the rest goes on */
		rc = problem(b, b->paths[b->begun], 0, result.reason, err);
		b->first = b->begun + 1;
	}
	empty_batch(b);
	return rc;
}

void reading_note_parser(struct triage_read_sum *sum, const char *name, unsigned version)
{
	char text[64];
	size_t n = strlen(sum->parsers);
	snprintf(text, sizeof text, "%s %u", name, version);
	if (!strstr(sum->parsers, text))
		snprintf(sum->parsers + n, sizeof sum->parsers - n, "%s%s", n ? ", " : "", text);
}

/* Opens what belongs to the file that was added last. */
static void open_beside(struct batch *b, int dir, const char *name)
{
	const struct triage_parser *p = b->parsers[b->count - 1];
	for (size_t k = 0; k < TRIAGE_BESIDE; k++) {
		int *fd = &b->beside[b->count - 1][k];
		*fd = -1;
		if (!p->beside[k] || dir == -1)
			continue;
		char *path = xasprintf("%s%s", name, p->beside[k]);
		*fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
		if (*fd >= 0 && !source_is_file(*fd)) {
			close(*fd);
			*fd = -1;
		}
		free(path);
	}
}

/* Takes the descriptor. `dir` (-1: none) and `name` are where it was opened. */
static int add_file(struct batch *b, int dir, const char *name, int fd, uint64_t size, const char *path,
                    const unsigned char *head, size_t n, int alone, struct err *err)
{
	const struct triage_parser *p = triage_parser_of(path, head, n);
	int rc = 0;
	enum reading_form form = reading_form_of(path, head, n, !p && alone && size >= IMAGE_LEAST);
	if (form != READING_PLAIN) {
		rc = reading_tree_file(b->r, b->sum, fd, form, path, err);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	b->sum->files++;
	if (!p || !reading_wants(b->r->only, p->name)) {
		if (fd >= 0)
			close(fd);
		return alone
		           ? problem(b, path, 0,
		                     p ? _("not read: --only names other forms") : _("no parser knows this form"), err)
		           : 0;
	}
	if (b->count && (b->bytes + size > BATCH_BYTES || b->path_bytes + strlen(path) > BATCH_PATHS))
		rc = finish_batch(b, err);
	b->sum->parsed++;
	reading_note_parser(b->sum, p->name, p->version);
	b->fds[b->count] = fd;
	b->paths[b->count] = xstrdup(path);
	b->parsers[b->count] = p;
	b->sizes[b->count++] = size;
	b->bytes += size;
	b->path_bytes += strlen(path);
	open_beside(b, dir, name);
	return rc == 0 && b->count == BATCH ? finish_batch(b, err) : rc;
}

/* ---- files and folders */

static char *join(const char *folder, const char *name)
{
	struct buf path = BUF_INIT;
	if (*folder)
		buf_addf(&path, "%s/", folder);
	pathname_escape(name, &path);
	return buf_take(&path, NULL);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int walk(struct batch *b, int dir, const char *name, const char *path, int deep, struct err *err);

static int walk_folder(struct batch *b, int fd, const char *path, int deep, struct err *err)
{
	struct dirent **entries = NULL;
	int n = deep > DEEPEST ? -1 : scandirat(fd, ".", &entries, is_entry, by_name);
	int rc = 0;
	if (n < 0)
		rc = problem(b, path, 0,
		             deep > DEEPEST ? _("folders too deep within each other") : err_system_text(errno), err);
	for (int i = 0; i < n; i++) {
		char *below = join(path, entries[i]->d_name);
		if (rc == 0)
			rc = walk(b, fd, entries[i]->d_name, below, deep + 1, err);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Links are not followed; what is neither a file nor a folder has no bytes to read. */
static int walk(struct batch *b, int dir, const char *name, const char *path, int deep, struct err *err)
{
	struct stat st;
	int top = deep == 0;
	int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (top ? 0 : O_NOFOLLOW));
	if (fd < 0 || fstat(fd, &st) < 0) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		if (top)
			return err_set_errno(err, error == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, error,
			                     _("cannot open %s"), name);
		return error == ELOOP || error == ENXIO ? 0 : problem(b, path, 0, err_system_text(error), err);
	}
	if (S_ISDIR(st.st_mode)) {
		int rc = progress_step(b->r->progress, path, b->sum->files, 0, err);
		if (rc == 0)
			rc = walk_folder(b, fd, path, deep, err);
		close(fd);
		return rc;
	}
	unsigned char head[TRIAGE_HEAD];
	ssize_t n = S_ISREG(st.st_mode) ? pread(fd, head, sizeof head, 0) : -1;
	if (n < 0) {
		int rc = 0;
		if (top)
			rc = err_set(err, ERR_USAGE, _("%s is neither a file nor a folder that could be read"), name);
		else if (S_ISREG(st.st_mode))
			rc = problem(b, path, 0, err_system_text(errno), err);
		close(fd);
		return rc;
	}
	return add_file(b, dir, name, fd, (uint64_t)st.st_size, path, head, (size_t)n, top, err);
}

static void begin_batch(struct batch *b, const struct triage_reading *r, struct triage_read_sum *sum)
{
	*sum = (struct triage_read_sum){.parsed_files = json_array()};
	*b = (struct batch){.r = r, .sum = sum};
	buf_init(&b->cut);
}

/* An image in several files, named by its first. 1: it was read; 0: it is none. */
static int read_set(const struct triage_reading *r, const char *path, const char *name, struct triage_read_sum *sum,
                    struct err *err)
{
	unsigned char head[TRIAGE_HEAD];
	struct parts parts;
	struct ewf_set set;
	struct source source;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = fd >= 0 && source_is_file(fd) ? pread(fd, head, sizeof head, 0) : -1;
	if (fd >= 0)
		close(fd);
	if (n > 0 && ewf_is_image(head, (size_t)n)) {
		if (ewf_set_open(&set, path, err) < 0)
			return -1;
		struct buf faults = BUF_INIT;
		uint64_t size = 0;
		struct stat st;
		for (size_t i = 0; i < set.count; i++)
			size += fstat(set.fds[i], &st) == 0 ? (uint64_t)st.st_size : 0;
		ewf_set_explain(&set, &faults);
		int rc = faults.len ? reading_problem(r, sum, name, 0, faults.data, err) : 0;
		if (rc == 0)
			rc = reading_tree_set(r, sum, &set, 4 * size, name, err);
		buf_release(&faults);
		ewf_set_close(&set);
		return rc < 0 ? -1 : 1;
	}
	if (n > 0 && parts_is_first(path) && parts_are_there(path)) {
		if (parts_open(&parts, path, err) < 0)
			return -1;
		source_from_layer(&source, parts_read, &parts, parts.size);
		int rc = reading_tree_source(r, sum, &source, READING_IMAGE, name, err);
		parts_close(&parts);
		return rc < 0 ? -1 : 1;
	}
	return 0;
}

int triage_read_path(const struct triage_reading *r, const char *path, struct triage_read_sum *sum, struct err *err)
{
	struct batch b;
	struct stat st;
	begin_batch(&b, r, sum);
	const char *slash = strrchr(path, '/');
	int folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	char *name = folder ? xstrdup("") : join("", slash ? slash + 1 : path);
	int rc = folder ? 0 : read_set(r, path, name, sum, err);
	if (rc == 0)
		rc = walk(&b, AT_FDCWD, path, name, 0, err);
	else if (rc > 0)
		rc = 0;
	if (rc == 0)
		rc = finish_batch(&b, err);
	empty_batch(&b);
	buf_release(&b.cut);
	free(name);
	return rc;
}

static int read_layer(const struct triage_reading *r, struct source *source, const char *name,
                      struct triage_read_sum *sum, struct err *err)
{
	struct batch b;
	unsigned char head[TRIAGE_HEAD];
	size_t n = 0;
	begin_batch(&b, r, sum);
	b.source = source;
	char *path = join("", name);
	int rc = source_read_at(source, name, 0, head, sizeof head, NULL, &n, err);
	enum reading_form form =
	    rc == 0 ? reading_form_of(path, head, n, !triage_parser_of(path, head, n) && source->size >= IMAGE_LEAST)
	            : READING_PLAIN;
	if (form != READING_PLAIN)
		rc = reading_tree_source(r, sum, source, form, path, err);
	else if (rc == 0)
		rc = add_file(&b, -1, name, -1, source->size, path, head, n, 1, err);
	if (rc == 0)
		rc = finish_batch(&b, err);
	empty_batch(&b);
	buf_release(&b.cut);
	free(path);
	return rc;
}

int triage_read_stored(const struct triage_reading *r, struct stored *s, const char *name, struct triage_read_sum *sum,
                       struct err *err)
{
	if (s->kind != STORED_EWF)
		return read_layer(r, &s->source, name, sum, err);
	struct batch b;
	begin_batch(&b, r, sum);
	buf_release(&b.cut);
	return reading_tree_set(r, sum, &s->set, s->source.size, name, err);
}

void triage_read_sum_release(struct triage_read_sum *sum)
{
	json_decref(sum->parsed_files);
	sum->parsed_files = NULL;
}
