#include "finding/sweep/sweep_job.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "finding/sweep/sweep_job_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_LIMIT 512
#define SIGN_EVERY SWEEP_PIECE /* bytes between two signs of life */
#define SUMS_EVERY (8U << 20)
#define KEPT_MOST  200000 /* hits that a part tells */

/* ---- reading the part */

ssize_t sweep_job_read(struct sweeping *s, uint64_t offset, void *bytes, size_t n, struct err *err)
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
	ssize_t got = sweep_job_read(s, s->at, bytes, n, err);
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

int sweep_job_found(void *ctx, const struct sweep_place *place, struct err *err)
{
	struct sweeping *s = ctx;
	struct sweep_sum *sum = &s->sums[place->hit.indicator];
	struct sweep_line line;
	struct image_place where;
	if (s->file && s->depth == 0 && sweep_image_is_seen(s, place))
		return 0;
	int is_placed = s->map.n && !s->file && sweep_image_place(s, place->offset, &where);
	int is_text = place->hit.encoding != SWEEP_UTF16LE && place->hit.encoding != SWEEP_UTF16BE;
	sweep_log_line(&s->log, (const char *)place->text, is_text && !s->rows ? place->n : 0, &line);
	int is_service = place->hit.indicator >= s->services;
	if (is_service || s->is_upload[place->hit.indicator])
		sweep_upload_count(s, place, &line);
	if (sweep_upload_is_full(s) && sweep_upload_tell(s, err) < 0)
		return -1;
	if (is_service)
		return 0;
	sum->hits++;
	if (sum->met++ == 0)
		s->touched[s->touched_count++] = place->hit.indicator;
	if (*line.when && (!*sum->first || strcmp(line.when, sum->first) < 0))
		memcpy(sum->first, line.when, sizeof sum->first);
	if (*line.when && strcmp(line.when, sum->last) > 0)
		memcpy(sum->last, line.when, sizeof sum->last);
	count_client(sum, &line.client);
	if (sum->client_count == SWEEP_CLIENTS && sweep_job_sums(s, 0, err) < 0) /* and begins anew: none is lost */
		return -1;
	if (sum->met > s->max || s->kept >= KEPT_MOST)
		return 0;
	s->kept++;
	struct buf text = BUF_INIT;
	struct buf member = BUF_INIT;
	take_text(place, &text);
	if (is_placed)
		sweep_member_name(&member, "", image_map_path(&s->map, where.file));
	json_t *hit = json_pack(
	    "{s:i, s:i, s:s, s:s, s:s, s:I, s:I, s:s%, s:s, s:s, s:o, s:o, s:o}", "hit", (int)place->hit.indicator,
	    "part", (int)s->part, "match", sweep_match_name(place->hit.match), "encoding",
	    sweep_encoding_name(place->hit.encoding), "member", is_placed ? member.data : s->member, "offset",
	    (json_int_t)(is_placed ? where.at : place->offset), "line", (json_int_t)(is_placed ? 0 : place->line),
	    "text", text.data, text.len, "when", line.when, "clock", sweep_clock_name(line.clock), "client",
	    printable_json_text(line.client.text, line.client.n), "method",
	    printable_json_text(line.method.text, line.method.n), "url",
	    printable_json_text(line.url.text, line.url.n < 4096 ? line.url.n : 4096));
	if (hit && line.status.n && line.status.n < 10)
		json_object_set_new(hit, "status", json_integer(strtol(line.status.text, NULL, 10)));
	if (hit && line.bytes.n && line.bytes.n < 19)
		json_object_set_new(hit, "bytes", json_integer(strtoll(line.bytes.text, NULL, 10)));
	if (hit && is_placed)
		json_object_set_new(hit, "raw", json_integer((json_int_t)place->offset));
	buf_release(&text);
	buf_release(&member);
	return worker_emit_take(s->w, hit, err);
}

/* A sign of life: how far it is. From time to time the sums, so that little is lost with a worker. */
int sweep_job_step(void *ctx, uint64_t offset, struct err *err)
{
	struct sweeping *s = ctx;
	if (s->at < s->told + SIGN_EVERY && offset < s->told_decoded + SIGN_EVERY)
		return 0;
	s->told = s->at;
	s->told_decoded = offset;
	if (s->at >= s->summed + SUMS_EVERY) {
		s->summed = s->at;
		if (sweep_job_sums(s, 0, err) < 0)
			return -1;
	}
	return worker_emit_raw(s->w, &s->at, sizeof s->at, err);
}

int sweep_job_problem(struct sweeping *s, uint64_t offset, const char *reason, struct err *err)
{
	return worker_emit_take(s->w,
	                        json_pack("{s:s, s:i, s:s, s:I}", "problem", reason, "part", (int)s->part, "member",
	                                  s->member, "offset", (json_int_t)offset),
	                        err);
}

int sweep_job_sums(struct sweeping *s, int last, struct err *err)
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
	return rc < 0 ? -1 : sweep_upload_tell(s, err);
}

/* ---- a part */

uint64_t sweep_job_size(struct sweeping *s)
{
	struct stat st;
	if (s->fd < 0)
		return worker_media_size(s->w, s->medium);
	return fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static ssize_t read_archive(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct sweeping *s = ctx;
	ssize_t got = sweep_job_read(s, offset, bytes, n, err);
	if (got > 0 && offset + (uint64_t)got > s->at)
		s->at = offset + (uint64_t)got;
	return got;
}

/* What is packed is read from the front, in one part; some archives in any order. */
static int sweep_packed(struct sweeping *s, int is_archive, struct err *err)
{
	struct sweep_input below = {read_next, s};
	uint64_t size = sweep_job_size(s);
	s->at = 0;
	s->held = NULL;
	if (worker_emit_take(s->w, json_pack("{s:b, s:i}", "packed", 1, "part", (int)s->part), err) < 0)
		return -1;
	if (!is_archive || s->streams || !size)
		return sweep_bytes(s, &below, err);
	struct sweep_archive archive = {.read_at = read_archive, .size = size};
	archive.ctx = s;
	return sweep_members(s, &archive, err);
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
	*s->first = *s->last = '\0';
	s->depth = 0;
	s->file = NULL;
	s->log_file = 0;
	s->rows = kind && strcmp(kind, "rows") == 0;
	s->is_text = kind && strcmp(kind, "text") == 0;
	ssize_t got;
	while (s->head_n < SWEEP_JOB_HEAD &&
	       (got = sweep_job_read(s, s->head_n, s->head + s->head_n, SWEEP_JOB_HEAD - s->head_n, &why)) != 0) {
		if (got < 0)
			return sweep_job_problem(s, s->head_n, why.message, err);
		s->head_n += (size_t)got;
	}
	int as_it_is = s->rows || (kind && strcmp(kind, "raw") == 0);
	int is_archive = !as_it_is && sweep_archive_is(s->head, s->head_n);
	int rc;
	if (kind && strcmp(kind, "files") == 0) {
		rc = s->map.n ? sweep_image_files(s, (size_t)from, err) : 0;
	} else if (is_archive || (!as_it_is && sweep_packing_of(s->head, s->head_n) != SWEEP_AS_IT_IS)) {
		rc = sweep_packed(s, is_archive, err);
	} else {
		struct sweep_input below = {read_next, s};
		size_t before = sweep_stream_before(s->set);
		uint64_t start = from > before ? from - before : 0;
		s->at = start;
		rc = sweep_plain(s, &below, s->head, s->head_n, start, from, to < 0 ? UINT64_MAX : (uint64_t)to, err);
	}
	if (rc == 0)
		rc = sweep_job_sums(s, 1, err);
	if (rc == 0)
		rc = worker_emit_take(s->w,
		                      json_pack("{s:i, s:I, s:I, s:I, s:s, s:s}", "done", (int)s->part, "read",
		                                (json_int_t)s->read, "lines", (json_int_t)s->lines, "members",
		                                (json_int_t)s->members, "from", s->first, "until", s->last),
		                      err);
	return rc;
}

static int read_list(struct sweeping *s, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = buf_read_fd(&text, worker_input(s->w), (size_t)256 << 20, err);
	if (rc == 0) {
		json_int_t flags = json_integer_value(json_object_get(worker_request(s->w), "flags"));
		s->set = sweep_compile(&text, (unsigned)flags, &s->indicators, err);
	}
	buf_release(&text);
	return s->set ? 0 : -1;
}

static void read_uploads(struct sweeping *s, const json_t *request)
{
	const json_t *services = json_object_get(request, "services");
	const json_t *number;
	size_t i;
	s->services = json_is_integer(services) ? (size_t)json_integer_value(services) : s->indicators;
	json_array_foreach(json_object_get(request, "uploads"), i, number)
		if (json_integer_value(number) >= 0 && (size_t)json_integer_value(number) < s->indicators)
			s->is_upload[json_integer_value(number)] = 1;
}

static int sweep_job_run(struct worker *w, struct err *err)
{
	char none[] = "";
	struct sweeping s = {.w = w, .member = none};
	const json_t *request = worker_request(w);
	const json_t *parts = json_object_get(request, "parts");
	size_t inputs = worker_input_count(w);
	size_t maps = (size_t)json_integer_value(json_object_get(request, "maps"));
	size_t files = maps < inputs ? inputs - maps : 0;
	s.max = (uint64_t)json_integer_value(json_object_get(request, "max"));
	s.ratio = (uint64_t)json_integer_value(json_object_get(request, "ratio"));
	if (files == 0 || read_list(&s, err) < 0)
		return err_set(err, ERR_INVALID, "list of indicators");
	s.sums = xcalloc(s.indicators + 1, sizeof *s.sums);
	s.touched = xcalloc(s.indicators + 1, sizeof *s.touched);
	s.is_upload = xcalloc(s.indicators + 1, sizeof *s.is_upload);
	s.uploads = json_object();
	read_uploads(&s, request);
	s.head = xmalloc(SWEEP_JOB_HEAD);
	int rc = 0;
	for (s.part = 0; s.part < json_array_size(parts) && rc == 0; s.part++) {
		const json_t *part = json_array_get(parts, s.part);
		const json_t *map = json_object_get(part, "map");
		int is_file = s.part + 1 < files;
		s.fd = is_file ? worker_input_at(w, 1 + s.part) : -1;
		s.medium = is_file ? 0 : s.part + 1 - files;
		if (json_is_integer(map) && json_integer_value(map) >= 0)
			image_map_open(&s.map, worker_input_at(w, files + (size_t)json_integer_value(map)));
		rc = sweep_part(&s, part, err);
		image_map_close(&s.map);
	}
	free(s.head);
	free(s.sums);
	free(s.touched);
	free(s.is_upload);
	json_decref(s.uploads);
	sweep_set_free(s.set);
	return rc;
}

const struct worker_job sweep_job = {.name = SWEEP_JOB, .run = sweep_job_run};
