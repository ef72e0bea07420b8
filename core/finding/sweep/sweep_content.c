/* What bytes are: text, packed text, archives, observations. */
#include "finding/sweep/sweep_job_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MEMBER_NAME 1024 /* bytes of the path of a member that are told */
#define TIME_LINES  16   /* at the beginning and at the end that are asked for their time */

int sweep_is_text_name(const char *name)
{
	static const char *const endings[] = {".eml", ".msg", ".mbox", ".txt", ".md", ".htm", ".html", ".rtf"};
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t k = strlen(endings[i]);
		if (n > k && strcasecmp(name + n - k, endings[i]) == 0)
			return 1;
	}
	return 0;
}

/* Its first bytes, which were looked at, and then the rest. */
struct headed {
	const unsigned char *head;
	size_t n;
	size_t at;
	const struct sweep_input *below;
	struct err why; /* what came instead of the rest */
};

static ssize_t read_headed(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct headed *h = ctx;
	if (h->at < h->n) {
		n = n < h->n - h->at ? n : h->n - h->at;
		memcpy(bytes, h->head + h->at, n);
		h->at += n;
		return (ssize_t)n;
	}
	if (h->why.code)
		return err_set(err, h->why.code, "%s", h->why.message);
	return h->below->read(h->below->ctx, bytes, n, err);
}

unsigned sweep_look_of(const struct sweeping *s, int is_text, const unsigned char *head, size_t n)
{
	const json_t *request = worker_request(s->w);
	unsigned look = is_text || json_is_true(json_object_get(request, "defanged")) ? SWEEP_LOOK_DEFANGED : 0;
	if (s->rows)
		return look;
	if (n >= 2 && head[0] == 0xFF && head[1] == 0xFE)
		return look | SWEEP_LOOK_UTF16LE;
	if (n >= 2 && head[0] == 0xFE && head[1] == 0xFF)
		return look | SWEEP_LOOK_UTF16BE;
	return memchr(head, 0, n) ? look | SWEEP_LOOK_UTF16 : look; /* not text: hives, EVTX, images, memory */
}

/* The times of the first and the last lines that tell one: the span of a log is part of what was looked at. */
static void note_time(struct sweeping *s, const char *text, size_t n)
{
	struct sweep_line line;
	sweep_log_line(&s->log, text, n, &line);
	if (*line.when && (!*s->first || strcmp(line.when, s->first) < 0))
		memcpy(s->first, line.when, sizeof s->first);
	if (*line.when && strcmp(line.when, s->last) > 0)
		memcpy(s->last, line.when, sizeof s->last);
}

static void note_first_lines(struct sweeping *s, const unsigned char *bytes, size_t n)
{
	const char *at = (const char *)bytes;
	const char *end = at + n;
	for (unsigned i = 0; i < TIME_LINES && at < end; i++) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		note_time(s, at, (size_t)((line ? line : end) - at));
		at = line ? line + 1 : end;
	}
}

static void note_last_lines(void *ctx, const unsigned char *bytes, size_t n)
{
	struct sweeping *s = ctx;
	for (unsigned i = 0; i < TIME_LINES && n > 0 && !s->rows; i++) {
		const unsigned char *line = memrchr(bytes, '\n', n);
		size_t begin = line ? (size_t)(line - bytes) + 1 : 0;
		note_time(s, (const char *)bytes + begin, n - begin);
		n = line ? begin - 1 : 0;
	}
}

/* Reads the bytes as they are. `from` and `to` are those of a part. */
int sweep_plain(struct sweeping *s, const struct sweep_input *input, const unsigned char *head, size_t n,
                uint64_t start, uint64_t from, uint64_t to, struct err *err)
{
	struct err why = ERR_INIT;
	struct sweep_stream stream = {.set = s->set,
	                              .kernel = sweep_kernel_best(),
	                              .look = sweep_look_of(s, s->is_text, head, n),
	                              .start = start,
	                              .from = from,
	                              .to = to,
	                              .found = sweep_job_found,
	                              .step = sweep_job_step,
	                              .tail = note_last_lines,
	                              .ctx = s};
	s->log = (struct sweep_log){0};
	if (!s->rows) {
		sweep_log_begin(&s->log, (const char *)head, n);
		note_first_lines(s, head, n);
	}
	s->told_decoded = start;
	int rc = sweep_stream_run(&stream, input, &why);
	s->read += stream.end > from ? stream.end - from : 0;
	s->lines += stream.lines;
	if (rc == 0 && from && stream.end <= from && to > from)
		return sweep_job_problem(s, from, _("the file became shorter while it was read"), err);
	return rc < 0 ? sweep_job_problem(s, stream.end, why.message, err) : 0;
}

static ssize_t read_nothing(void *ctx, void *bytes, size_t n, struct err *err)
{
	(void)ctx, (void)bytes, (void)n, (void)err;
	return 0;
}

/* The name of a member is text, too. */
static int sweep_name(struct sweeping *s, const char *name, struct err *err)
{
	struct sweep_input nothing = {read_nothing, NULL};
	struct headed h = {(const unsigned char *)name, strlen(name), 0, &nothing, ERR_INIT};
	struct sweep_input input = {read_headed, &h};
	struct sweep_stream stream = {
	    .set = s->set, .kernel = sweep_kernel_best(), .to = UINT64_MAX, .found = sweep_job_found, .ctx = s};
	s->log = (struct sweep_log){0};
	return sweep_stream_run(&stream, &input, err);
}

void sweep_member_name(struct buf *path, const char *above, const char *name)
{
	if (*above && *name)
		buf_addf(path, "%s!/", above);
	printable_add(path, *name ? name : above, strlen(*name ? name : above), PRINTABLE_LINE);
	if (path->len > MEMBER_NAME) {
		size_t n = MEMBER_NAME;
		while (n > 0 && ((unsigned char)path->data[n] & 0xC0) == 0x80)
			n--;
		buf_truncate(path, n);
	}
}

static int take_member(void *ctx, const char *name, const struct sweep_input *input, const char *problem,
                       struct err *err)
{
	struct sweeping *s = ctx;
	char *above = s->member;
	struct buf path = BUF_INIT;
	int rc = 0;
	sweep_member_name(&path, above, name);
	s->member = path.data;
	s->members += *name || !problem;
	if (*name)
		rc = sweep_name(s, name, err);
	if (rc == 0 && problem)
		rc = sweep_job_problem(s, 0, problem, err);
	else if (rc == 0)
		rc = sweep_bytes(s, input, err);
	s->member = above;
	buf_release(&path);
	return rc;
}

static ssize_t read_held(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct sweeping *s = ctx;
	const struct buf *held = s->held;
	(void)err;
	if (offset >= held->len)
		return 0;
	n = n < held->len - offset ? n : held->len - (size_t)offset;
	memcpy(bytes, held->data + offset, n);
	return (ssize_t)n;
}

/* Reads all of it into memory, if it is not too large. 1: it is, or cannot be read. */
static int hold(const struct sweep_input *input, struct buf *out)
{
	struct err why = ERR_INIT;
	for (;;) {
		buf_grow(out, SWEEP_PIECE);
		ssize_t got = input->read(input->ctx, out->data + out->len, SWEEP_PIECE, &why);
		if (got <= 0)
			return got < 0;
		out->len += (size_t)got;
		if (out->len > SWEEP_HELD)
			return 1;
	}
}

/* `at` tells where bytes are read in any order; NULL: in order, from `input`. */
int sweep_members(struct sweeping *s, struct sweep_archive *archive, struct err *err)
{
	struct err why = ERR_INIT;
	if (s->depth >= SWEEP_DEPTH)
		return sweep_job_problem(
		    s, 0, _("over a limit: archives in archives in archives are not opened further"), err);
	archive->member = take_member;
	archive->ctx = s;
	archive->ratio = s->ratio;
	archive->passwords = json_object_get(worker_request(s->w), "passwords");
	s->depth++;
	int rc = sweep_archive_each(archive, &why);
	s->depth--;
	if (rc > 0)
		return sweep_job_problem(s, s->at, why.message, err);
	return rc < 0 ? err_set(err, why.code ? why.code : ERR_FAILED, "%s", why.message) : 0;
}

/* An archive that comes in order: held in memory if it is small, since some have their table at the end. */
static int sweep_inner_archive(struct sweeping *s, const struct sweep_input *input, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct headed h = {.below = input};
	const struct buf *above = s->held;
	int too_large = hold(input, &bytes);
	struct sweep_archive archive = {.read_at = read_held, .size = bytes.len};
	struct sweep_input rest = {read_headed, &h};
	h.head = (const unsigned char *)bytes.data;
	h.n = bytes.len;
	if (too_large)
		archive = (struct sweep_archive){.input = &rest};
	s->held = &bytes;
	int rc = sweep_members(s, &archive, err);
	s->held = above;
	buf_release(&bytes);
	return rc;
}

/* Bytes that come in order, whatever they are. */
int sweep_bytes(struct sweeping *s, const struct sweep_input *input, struct err *err)
{
	unsigned char *head = xmalloc(SWEEP_JOB_HEAD);
	struct headed h = {.head = head, .below = input, .why = ERR_INIT};
	struct sweep_input all = {read_headed, &h};
	ssize_t got = 0;
	while (h.n < SWEEP_JOB_HEAD && (got = input->read(input->ctx, head + h.n, SWEEP_JOB_HEAD - h.n, &h.why)) > 0)
		h.n += (size_t)got;
	enum sweep_packing packing = sweep_packing_of(head, h.n);
	int rc;
	if (packing != SWEEP_AS_IT_IS && s->depth >= SWEEP_DEPTH) {
		rc = sweep_job_problem(
		    s, 0, _("over a limit: what is packed in archives in archives is not unpacked further"), err);
	} else if (packing != SWEEP_AS_IT_IS) {
		struct sweep_source *source = sweep_source_new(packing, &all, s->ratio);
		struct sweep_input inner = {sweep_source_read, source};
		s->depth++;
		rc = sweep_bytes(s, &inner, err);
		s->depth--;
		sweep_source_free(source);
	} else if (sweep_archive_is(head, h.n)) {
		rc = sweep_inner_archive(s, &all, err);
	} else {
		rc = sweep_plain(s, &all, head, h.n, 0, 0, UINT64_MAX, err);
	}
	free(head);
	return rc;
}
