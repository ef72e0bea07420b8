/* The caged side of reading: each file through its parser, one after the other. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/worker/worker.h"
#include "finding/triage/parse/whole.h"
#include "finding/triage/parsers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct triage_place {
	struct worker *w;
	int fd;       /* or */
	size_t media; /* that one of the parent's */
};

static int read_file(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct triage_place *p = ctx;
	char *to = bytes;
	while (n > 0) {
		ssize_t got = pread(p->fd, to, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot read at byte %llu"),
			                     (unsigned long long)offset);
		if (got == 0)
			return err_set(err, ERR_FAILED, _("the file became shorter while it was read"));
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

static int read_media(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct triage_place *p = ctx;
	char *to = bytes;
	while (n > 0) {
		size_t piece = n < WORKER_RANGE ? n : WORKER_RANGE;
		if (worker_media_read(p->w, p->media, offset, to, piece, err) < 0)
			return -1;
		to += piece;
		offset += piece;
		n -= piece;
	}
	return 0;
}

static int give_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	return worker_emit_raw(ctx, bytes, n, err);
}

/* What belongs to the file: small, and read whole. */
static void read_beside(struct worker *w, const json_t *beside, struct triage_file *file)
{
	const json_t *item;
	size_t i;
	json_array_foreach(beside, i, item) {
		struct triage_place place = {
		    .w = w, .fd = worker_input_at(w, (size_t)json_integer_value(json_object_get(item, "file")))};
		struct triage_file open = {.read = read_file, .ctx = &place};
		struct err ignored = ERR_INIT;
		struct stat st;
		if (file->beside_count == TRIAGE_BESIDE || place.fd < 0 || fstat(place.fd, &st) < 0)
			continue;
		open.size = (uint64_t)st.st_size;
		struct triage_beside *to = &file->beside[file->beside_count];
		to->suffix = json_string_value(json_object_get(item, "suffix"));
		to->bytes = to->suffix ? triage_whole(&open, TRIAGE_BESIDE_MOST, &to->n, &ignored) : NULL;
		file->beside_count += to->bytes != NULL;
		if (to->suffix && !to->bytes && open.size)
			file->unread = to->suffix;
	}
}

static int read_one(struct worker *w, size_t i, const json_t *item, struct err *err)
{
	const char *path;
	const char *name;
	json_int_t size;
	json_int_t media;
	if (json_unpack((json_t *)item, "{s:s, s:s, s:I, s:I}", "path", &path, "parser", &name, "size", &size, "media",
	                &media) != 0)
		return err_set(err, ERR_USAGE, _("nobody said how to read it"));
	const struct triage_parser *parser = triage_parser_find(name);
	if (!parser)
		return err_set(err, ERR_USAGE, _("there is no parser %s"), name);
	struct triage_place place = {.w = w, .fd = worker_input_at(w, i), .media = (size_t)media};
	struct triage_file file = {
	    .path = path, .size = (uint64_t)size, .read = media < 0 ? read_file : read_media, .ctx = &place};
	struct triage_done done;
	file.recover = json_is_true(json_object_get(worker_request(w), "recover"));
	file.modified = json_integer_value(json_object_get(item, "modified"));
	read_beside(w, json_object_get(item, "beside"), &file);
	if (worker_emit_take(w, json_pack("{s:I}", "begin", (json_int_t)i), err) < 0)
		return -1;
	int rc = triage_parse(parser, &file, give_rows, w, &done, err);
	if (rc == 0)
		rc = worker_emit_take(w,
		                      json_pack("{s:I, s:O, s:O, s:s}", "end", (json_int_t)i, "facts", done.facts,
		                                "problems", done.problems, "failed", done.failed.message),
		                      err);
	triage_done_release(&done);
	for (size_t k = 0; k < file.beside_count; k++)
		free(file.beside[k].bytes);
	return rc;
}

static int triage_job_run(struct worker *w, struct err *err)
{
	const json_t *files = json_object_get(worker_request(w), "files");
	const json_t *item;
	size_t i;
	json_array_foreach(files, i, item)
		if (read_one(w, i, item, err) < 0)
			return -1;
	return 0;
}

const struct worker_job triage_job = {.name = "triage", .run = triage_job_run};
