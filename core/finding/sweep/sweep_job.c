#include "finding/sweep/sweep_job.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/worker/worker.h"
#include "finding/sweep/sweep_archive.h"
#include "finding/sweep/sweep_log.h"
#include "finding/sweep/sweep_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_LIMIT  512
#define HEAD        (64U << 10)
#define SIGN_EVERY  SWEEP_PIECE /* bytes between two signs of life */
#define SUMS_EVERY  (8U << 20)
#define MEMBER_NAME 1024   /* bytes of the path of a member that are told */
#define KEPT_MOST   200000 /* hits that a part tells */

/* What one indicator had in a part. */
struct sweep_sum {
	uint64_t hits; /* since they were told last */
	uint64_t met;  /* in all */
	char first[40];
	char last[40];
	char **clients;
	size_t client_count;
};

struct sweeping {
	struct worker *w;
	struct sweep_set *set;
	size_t indicators;
	uint64_t max;
	uint64_t kept;
	/* the part: */
	size_t part;
	int fd; /* -1: a medium */
	size_t medium;
	int streams;         /* cannot be read at an offset */
	int rows;            /* blocks of observations */
	int is_text;         /* defanged text is looked for */
	uint64_t at;         /* the next byte to read */
	unsigned char *head; /* its first bytes */
	size_t head_n;
	struct sweep_log log;
	struct sweep_sum *sums; /* of each indicator */
	uint32_t *touched;      /* those that have hits */
	size_t touched_count;
	char *member; /* path of archives' names, or "" */
	unsigned depth;
	const struct buf *held; /* an archive in an archive */
	uint64_t read;          /* bytes of its content, decoded */
	uint64_t lines;
	uint64_t members;
	uint64_t told_decoded;
	uint64_t told;   /* bytes of which a sign of life was given */
	uint64_t summed; /* bytes whose sums were told */
};

/* ---- reading the part */

static ssize_t read_at(struct sweeping *s, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (s->fd < 0) {
		uint64_t size = worker_media_size(s->w, s->medium);
		if (offset >= size)
			return 0;
		if (n > WORKER_RANGE)
			n = WORKER_RANGE;
		if (n > size - offset)
			n = (size_t)(size - offset);
		return worker_media_read(s->w, s->medium, offset, bytes, n, err) < 0 ? -1 : (ssize_t)n;
	}
	for (;;) {
		ssize_t got = s->streams ? read(s->fd, bytes, n) : pread(s->fd, bytes, n, (off_t)offset);
		if (got < 0 && errno == ESPIPE && !s->streams) {
			s->streams = 1;
			continue;
		}
		if (got >= 0 || errno != EINTR)
			return got < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot be read")) : got;
	}
}

static ssize_t read_next(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct sweeping *s = ctx;
	if (s->streams && s->at < s->head_n) { /* the head of a stream was read already */
		size_t left = s->head_n - (size_t)s->at;
		n = n < left ? n : left;
		memcpy(bytes, s->head + s->at, n);
		s->at += n;
		return (ssize_t)n;
	}
	ssize_t got = read_at(s, s->at, bytes, n, err);
	s->at += got > 0 ? (uint64_t)got : 0;
	return got;
}

/* ---- hits */

static void take_text(const struct sweep_place *p, struct buf *out)
{
	size_t low = p->hit.at > 128 && p->n > TEXT_LIMIT ? p->hit.at - 128 : 0;
	size_t high = p->n - low > TEXT_LIMIT ? low + TEXT_LIMIT : p->n;
	if (p->hit.encoding == SWEEP_UTF16LE || p->hit.encoding == SWEEP_UTF16BE) {
		struct buf units = BUF_INIT;
		size_t order = p->hit.encoding == SWEEP_UTF16BE;
		size_t i = p->hit.at - (p->hit.at > 256 ? 256 : p->hit.at & ~(size_t)1);
		for (; i + 1 < p->n && units.len < TEXT_LIMIT; i += 2) {
			unsigned unit = (unsigned)p->text[i + order] | (unsigned)p->text[i + 1 - order] << 8;
			if (unit == 0 && i >= p->hit.end)
				break;
			if (unit == 0)
				buf_clear(&units);
			else if (unit < 0x80)
				buf_addc(&units, (char)unit);
			else if (unit < 0x800)
				buf_addf(&units, "%c%c", (int)(0xC0 | unit >> 6), (int)(0x80 | (unit & 0x3F)));
			else
				buf_addf(&units, "%c%c%c", (int)(0xE0 | unit >> 12), (int)(0x80 | (unit >> 6 & 0x3F)),
				         (int)(0x80 | (unit & 0x3F)));
		}
		printable_add(out, units.data, units.len, PRINTABLE_LINE);
		buf_release(&units);
	} else {
		const unsigned char *before = memrchr(p->text + low, 0, p->hit.at - low);
		const unsigned char *after =
		    high > p->hit.end ? memchr(p->text + p->hit.end, 0, high - p->hit.end) : NULL;
		if (before)
			low = (size_t)(before - p->text) + 1;
		if (after)
			high = (size_t)(after - p->text);
		while (high > low && (p->text[high - 1] == '\r' || p->text[high - 1] == '\n'))
			high--;
		printable_add(out, p->text + low, high - low, PRINTABLE_LINE);
	}
	size_t n = out->len;
	if (n > TEXT_LIMIT)
		for (n = TEXT_LIMIT; n > 0 && ((unsigned char)out->data[n] & 0xC0) == 0x80;)
			n--;
	buf_truncate(out, n);
}

static json_t *printable_json_text(const char *text, size_t n)
{
	struct buf out = BUF_INIT;
	printable_add(&out, text ? text : "", n, PRINTABLE_LINE);
	json_t *json = json_stringn(out.data, out.len);
	buf_release(&out);
	return json;
}

static void count_client(struct sweep_sum *sum, const struct sweep_span *client)
{
	if (!client->n || client->n > 255)
		return;
	for (size_t i = 0; i < sum->client_count; i++)
		if (strlen(sum->clients[i]) == client->n && memcmp(sum->clients[i], client->text, client->n) == 0)
			return;
	if (sum->client_count == SWEEP_CLIENTS)
		return;
	sum->clients = xrealloc(sum->clients, (sum->client_count + 1) * sizeof *sum->clients);
	sum->clients[sum->client_count++] = xstrndup(client->text, client->n);
}

static int found(void *ctx, const struct sweep_place *place, struct err *err)
{
	struct sweeping *s = ctx;
	struct sweep_sum *sum = &s->sums[place->hit.indicator];
	struct sweep_line line;
	int is_text = place->hit.encoding != SWEEP_UTF16LE && place->hit.encoding != SWEEP_UTF16BE;
	sweep_log_line(&s->log, (const char *)place->text, is_text && !s->rows ? place->n : 0, &line);
	sum->hits++;
	if (sum->met++ == 0)
		s->touched[s->touched_count++] = place->hit.indicator;
	if (*line.when && (!*sum->first || strcmp(line.when, sum->first) < 0))
		memcpy(sum->first, line.when, sizeof sum->first);
	if (*line.when && strcmp(line.when, sum->last) > 0)
		memcpy(sum->last, line.when, sizeof sum->last);
	count_client(sum, &line.client);
	if (sum->met > s->max || s->kept >= KEPT_MOST)
		return 0;
	s->kept++;
	struct buf text = BUF_INIT;
	take_text(place, &text);
	json_t *hit = json_pack(
	    "{s:i, s:i, s:s, s:s, s:s, s:I, s:I, s:s%, s:s, s:s, s:o, s:o, s:o}", "hit", (int)place->hit.indicator,
	    "part", (int)s->part, "match", sweep_match_name(place->hit.match), "encoding",
	    sweep_encoding_name(place->hit.encoding), "member", s->member, "offset", (json_int_t)place->offset, "line",
	    (json_int_t)place->line, "text", text.data, text.len, "when", line.when, "clock",
	    sweep_clock_name(line.clock), "client", printable_json_text(line.client.text, line.client.n), "method",
	    printable_json_text(line.method.text, line.method.n), "url",
	    printable_json_text(line.url.text, line.url.n < 4096 ? line.url.n : 4096));
	if (hit && line.status.n && line.status.n < 10)
		json_object_set_new(hit, "status", json_integer(strtol(line.status.text, NULL, 10)));
	if (hit && line.bytes.n && line.bytes.n < 19)
		json_object_set_new(hit, "bytes", json_integer(strtoll(line.bytes.text, NULL, 10)));
	buf_release(&text);
	return worker_emit_take(s->w, hit, err);
}

static int tell_sums(struct sweeping *s, int last, struct err *err);

/* A sign of life: how far it is. From time to time the sums, so that little is lost with a worker. */
static int step(void *ctx, uint64_t offset, struct err *err)
{
	struct sweeping *s = ctx;
	if (s->at < s->told + SIGN_EVERY && offset < s->told_decoded + SIGN_EVERY)
		return 0;
	s->told = s->at;
	s->told_decoded = offset;
	if (s->at >= s->summed + SUMS_EVERY) {
		s->summed = s->at;
		if (tell_sums(s, 0, err) < 0)
			return -1;
	}
	return worker_emit_raw(s->w, &s->at, sizeof s->at, err);
}

static int tell_problem(struct sweeping *s, uint64_t offset, const char *reason, struct err *err)
{
	return worker_emit_take(s->w,
	                        json_pack("{s:s, s:i, s:s, s:I}", "problem", reason, "part", (int)s->part, "member",
	                                  s->member, "offset", (json_int_t)offset),
	                        err);
}

static int tell_sums(struct sweeping *s, int last, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->touched_count && rc == 0; i++) {
		struct sweep_sum *sum = &s->sums[s->touched[i]];
		uint64_t met = last ? 0 : sum->met;
		if (!sum->hits) {
			sum->met = met;
			continue;
		}
		json_t *clients = json_array();
		for (size_t k = 0; k < sum->client_count; k++) {
			json_array_append_new(clients, printable_json_text(sum->clients[k], strlen(sum->clients[k])));
			free(sum->clients[k]);
		}
		free(sum->clients);
		rc = worker_emit_take(s->w,
		                      json_pack("{s:i, s:i, s:I, s:s, s:s, s:o}", "sum", (int)s->touched[i], "part",
		                                (int)s->part, "hits", (json_int_t)sum->hits, "first", sum->first,
		                                "last", sum->last, "clients", clients),
		                      err);
		*sum = (struct sweep_sum){.met = met};
	}
	if (last)
		s->touched_count = 0;
	return rc;
}

/* ---- content */

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

static unsigned look_of(const struct sweeping *s, const unsigned char *head, size_t n)
{
	const json_t *request = worker_request(s->w);
	unsigned look = s->is_text || json_is_true(json_object_get(request, "defanged")) ? SWEEP_LOOK_DEFANGED : 0;
	if (s->rows)
		return look;
	if (n >= 2 && head[0] == 0xFF && head[1] == 0xFE)
		return look | SWEEP_LOOK_UTF16LE;
	if (n >= 2 && head[0] == 0xFE && head[1] == 0xFF)
		return look | SWEEP_LOOK_UTF16BE;
	return memchr(head, 0, n) ? look | SWEEP_LOOK_UTF16 : look; /* not text: hives, EVTX, images, memory */
}

/* Reads the bytes as they are. `from` and `to` are those of a part. */
static int sweep_plain(struct sweeping *s, const struct sweep_input *input, const unsigned char *head, size_t n,
                       uint64_t start, uint64_t from, uint64_t to, struct err *err)
{
	struct err why = ERR_INIT;
	struct sweep_stream stream = {.set = s->set,
	                              .kernel = sweep_kernel_best(),
	                              .look = look_of(s, head, n),
	                              .start = start,
	                              .from = from,
	                              .to = to,
	                              .found = found,
	                              .step = step,
	                              .ctx = s};
	s->log = (struct sweep_log){0};
	if (!s->rows)
		sweep_log_begin(&s->log, (const char *)head, n);
	s->told_decoded = start;
	int rc = sweep_stream_run(&stream, input, &why);
	s->read += stream.end > from ? stream.end - from : 0;
	s->lines += stream.lines;
	return rc < 0 ? tell_problem(s, stream.end, why.message, err) : 0;
}

static int sweep_bytes(struct sweeping *s, const struct sweep_input *input, struct err *err);

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
	    .set = s->set, .kernel = sweep_kernel_best(), .to = UINT64_MAX, .found = found, .ctx = s};
	s->log = (struct sweep_log){0};
	return sweep_stream_run(&stream, &input, err);
}

static int take_member(void *ctx, const char *name, const struct sweep_input *input, const char *problem,
                       struct err *err)
{
	struct sweeping *s = ctx;
	char *above = s->member;
	struct buf path = BUF_INIT;
	int rc = 0;
	if (*above && *name)
		buf_addf(&path, "%s!/", above);
	printable_add(&path, *name ? name : above, strlen(*name ? name : above), PRINTABLE_LINE);
	if (path.len > MEMBER_NAME) {
		size_t n = MEMBER_NAME;
		while (n > 0 && ((unsigned char)path.data[n] & 0xC0) == 0x80)
			n--;
		buf_truncate(&path, n);
	}
	s->member = path.data;
	s->members++;
	if (*name)
		rc = sweep_name(s, name, err);
	if (rc == 0 && problem)
		rc = tell_problem(s, 0, problem, err);
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
static int sweep_archive(struct sweeping *s, struct sweep_archive *archive, struct err *err)
{
	struct err why = ERR_INIT;
	if (s->depth >= SWEEP_DEPTH)
		return tell_problem(s, 0, _("over a limit: archives in archives in archives are not opened further"),
		                    err);
	archive->member = take_member;
	archive->ctx = s;
	s->depth++;
	int rc = sweep_archive_each(archive, &why);
	s->depth--;
	if (rc > 0)
		return tell_problem(s, s->at, why.message, err);
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
	int rc = sweep_archive(s, &archive, err);
	s->held = above;
	buf_release(&bytes);
	return rc;
}

/* Bytes that come in order, whatever they are. */
static int sweep_bytes(struct sweeping *s, const struct sweep_input *input, struct err *err)
{
	unsigned char *head = xmalloc(HEAD);
	struct headed h = {.head = head, .below = input, .why = ERR_INIT};
	struct sweep_input all = {read_headed, &h};
	ssize_t got = 0;
	while (h.n < HEAD && (got = input->read(input->ctx, head + h.n, HEAD - h.n, &h.why)) > 0)
		h.n += (size_t)got;
	enum sweep_packing packing = sweep_packing_of(head, h.n);
	int rc;
	if (packing != SWEEP_AS_IT_IS && s->depth < SWEEP_DEPTH) {
		struct sweep_source *source = sweep_source_new(packing, &all);
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

/* ---- a part */

static uint64_t size_of(struct sweeping *s)
{
	struct stat st;
	if (s->fd < 0)
		return worker_media_size(s->w, s->medium);
	return fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static ssize_t read_archive(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct sweeping *s = ctx;
	ssize_t got = read_at(s, offset, bytes, n, err);
	if (got > 0 && offset + (uint64_t)got > s->at)
		s->at = offset + (uint64_t)got;
	return got;
}

/* What is packed is read from the front, in one part; some archives in any order. */
static int sweep_packed(struct sweeping *s, int is_archive, struct err *err)
{
	struct sweep_input below = {read_next, s};
	uint64_t size = size_of(s);
	s->at = 0;
	s->held = NULL;
	if (worker_emit_take(s->w, json_pack("{s:b, s:i}", "packed", 1, "part", (int)s->part), err) < 0)
		return -1;
	if (!is_archive || s->streams || !size)
		return sweep_bytes(s, &below, err);
	struct sweep_archive archive = {.read_at = read_archive, .size = size};
	archive.ctx = s;
	return sweep_archive(s, &archive, err);
}

static int sweep_part(struct sweeping *s, const json_t *part, struct err *err)
{
	uint64_t from = (uint64_t)json_integer_value(json_object_get(part, "from"));
	json_int_t to = json_integer_value(json_object_get(part, "to"));
	const char *kind = json_string_value(json_object_get(part, "kind"));
	struct err why = ERR_INIT;
	s->at = s->told = s->summed = s->told_decoded = 0;
	s->read = s->lines = s->members = 0;
	s->streams = 0;
	s->kept = 0;
	s->head_n = 0;
	s->depth = 0;
	s->rows = kind && strcmp(kind, "rows") == 0;
	s->is_text = kind && strcmp(kind, "text") == 0;
	ssize_t got;
	while (s->head_n < HEAD && (got = read_at(s, s->head_n, s->head + s->head_n, HEAD - s->head_n, &why)) != 0) {
		if (got < 0)
			return tell_problem(s, s->head_n, why.message, err);
		s->head_n += (size_t)got;
	}
	int as_it_is = s->rows || (kind && strcmp(kind, "raw") == 0);
	int is_archive = !as_it_is && sweep_archive_is(s->head, s->head_n);
	int rc;
	if (is_archive || (!as_it_is && sweep_packing_of(s->head, s->head_n) != SWEEP_AS_IT_IS)) {
		rc = sweep_packed(s, is_archive, err);
	} else {
		struct sweep_input below = {read_next, s};
		size_t before = sweep_stream_before(s->set);
		uint64_t start = from > before ? from - before : 0;
		s->at = start;
		rc = sweep_plain(s, &below, s->head, s->head_n, start, from, to < 0 ? UINT64_MAX : (uint64_t)to, err);
	}
	if (rc == 0)
		rc = tell_sums(s, 1, err);
	if (rc == 0)
		rc = worker_emit_take(s->w,
		                      json_pack("{s:i, s:I, s:I, s:I}", "done", (int)s->part, "read",
		                                (json_int_t)s->read, "lines", (json_int_t)s->lines, "members",
		                                (json_int_t)s->members),
		                      err);
	return rc;
}

static int read_list(struct sweeping *s, struct err *err)
{
	struct sweep_list list = {0};
	struct buf text = BUF_INIT;
	int rc = buf_read_fd(&text, worker_input(s->w), (size_t)256 << 20, err);
	if (rc == 0)
		rc = sweep_list_parse(&list, text.data, text.len, err);
	if (rc == 0) {
		s->indicators = list.count;
		s->set =
		    sweep_compile(&list, (unsigned)json_integer_value(json_object_get(worker_request(s->w), "flags")));
	}
	sweep_list_release(&list);
	buf_release(&text);
	return rc;
}

static int sweep_job_run(struct worker *w, struct err *err)
{
	char none[] = "";
	struct sweeping s = {.w = w, .member = none};
	const json_t *request = worker_request(w);
	const json_t *parts = json_object_get(request, "parts");
	size_t files = worker_input_count(w);
	s.max = (uint64_t)json_integer_value(json_object_get(request, "max"));
	if (files == 0 || read_list(&s, err) < 0)
		return err_set(err, ERR_INVALID, "list of indicators");
	s.sums = xcalloc(s.indicators + 1, sizeof *s.sums);
	s.touched = xcalloc(s.indicators + 1, sizeof *s.touched);
	s.head = xmalloc(HEAD);
	int rc = 0;
	for (s.part = 0; s.part < json_array_size(parts) && rc == 0; s.part++) {
		int is_file = s.part + 1 < files;
		s.fd = is_file ? worker_input(w) + 1 + (int)s.part : -1;
		s.medium = is_file ? 0 : s.part + 1 - files;
		rc = sweep_part(&s, json_array_get(parts, s.part), err);
	}
	free(s.head);
	free(s.sums);
	free(s.touched);
	sweep_set_free(s.set);
	return rc;
}

const struct worker_job sweep_job = {.name = SWEEP_JOB, .run = sweep_job_run};
