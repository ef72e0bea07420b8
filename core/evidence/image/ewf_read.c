/* An E01 image as a source's layer: a thread takes the stream out of the cage, a MiB at a time, a few ahead of the reader. */
#include "evidence/image/ewf.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD  4             /* pieces */
#define SKIP   (16ULL << 20) /* a step forward of up to this much is read over, not begun anew */
#define MEMORY (1024U << 20) /* of the worker: libewf keeps tables of chunks */

struct ewf_read_slot {
	uint64_t offset;
	size_t n;
	struct ranges bad;
	unsigned char *bytes;
};

struct ewf {
	const struct ewf_set *set;
	struct ewf_about about;
	pthread_t thread;
	int running; /* the thread is to be joined */
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct ewf_read_slot ring[AHEAD];
	size_t first;  /* slot of the oldest piece */
	size_t count;  /* of whole pieces */
	uint64_t next; /* offset of the piece that is being taken */
	int about_known;
	int stop;
	int ended;
	char failure[600]; /* of the stream; "" */
};

/* ---- the stream's thread */

static struct ewf_read_slot *filling(struct ewf *m)
{
	return &m->ring[(m->first + m->count) % AHEAD];
}

static int take_about(struct ewf *m, const json_t *value)
{
	struct ewf_about *a = &m->about;
	const char *md5 = json_get_string(value, "md5");
	const char *sha1 = json_get_string(value, "sha1");
	const json_t *list = json_object_get(value, "unreadable");
	json_int_t size = json_integer_value(json_object_get(value, "size"));
	if (!md5 || !sha1 || size < 0 || !json_is_object(json_object_get(value, "words")))
		return -1;
	a->size = (uint64_t)size;
	if (strlen(md5) == 32 && strspn(md5, "0123456789abcdef") == 32)
		memcpy(a->md5, md5, 33);
	if (strlen(sha1) == 40 && strspn(sha1, "0123456789abcdef") == 40)
		memcpy(a->sha1, sha1, 41);
	a->words = json_deep_copy(json_object_get(value, "words"));
	a->corrupted = json_is_true(json_object_get(value, "corrupted"));
	json_int_t more = json_integer_value(json_object_get(value, "more"));
	a->more = more > 0 ? (uint64_t)more : 0;
	uint64_t end = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_int_t offset = json_integer_value(json_array_get(json_array_get(list, i), 0));
		json_int_t n = json_integer_value(json_array_get(json_array_get(list, i), 1));
		if (offset < 0 || n <= 0 || (uint64_t)offset < end || offset > size || n > size - offset)
			continue; /* not in order, or outside: it tells nothing */
		ranges_add(&a->unreadable, (uint64_t)offset, (uint64_t)n);
		end = (uint64_t)offset + (uint64_t)n;
	}
	m->about_known = 1;
	return 0;
}

/* Damaged places of the piece that comes next; the cage is not believed: what lies outside of it counts for all of it. */
static int take_bad(struct ewf *m, const json_t *list)
{
	struct ewf_read_slot *s = filling(m);
	size_t n = m->about.size - m->next < DIGEST_PIECE ? (size_t)(m->about.size - m->next) : DIGEST_PIECE;
	uint64_t end = m->next;
	for (size_t i = 0; i < json_array_size(list); i++) {
		uint64_t offset = (uint64_t)json_integer_value(json_array_get(json_array_get(list, i), 0));
		uint64_t length = (uint64_t)json_integer_value(json_array_get(json_array_get(list, i), 1));
		if (offset < end || offset - m->next > n || length > n - (offset - m->next)) {
			s->bad.count = 0;
			ranges_add(&s->bad, m->next, n);
			return 0;
		}
		ranges_add(&s->bad, offset, length);
		end = offset + length;
	}
	return 0;
}

static int wait_for_room(struct ewf *m, struct err *err)
{
	while (m->count == AHEAD - 1 && !m->stop)
		pthread_cond_wait(&m->change, &m->lock);
	return m->stop ? err_set(err, ERR_CANCELLED, _("cancelled")) : 0;
}

static int on_line(void *ctx, const json_t *value, struct err *err)
{
	struct ewf *m = ctx;
	const json_t *bad = json_object_get(value, "bad");
	pthread_mutex_lock(&m->lock);
	int rc;
	if (json_is_array(bad) && m->about_known)
		rc = wait_for_room(m, err) < 0 ? -1 : take_bad(m, bad);
	else
		rc = m->about_known ? 0 : take_about(m, value); /* a stream that was begun anew says it again */
	if (rc < 0)
		err_set(err, ERR_DAMAGED, _("the parser wrote what is not a result"));
	pthread_cond_broadcast(&m->change);
	pthread_mutex_unlock(&m->lock);
	return rc;
}

/* Only this thread touches the slot that is being filled: bytes are copied without the lock. */
static int on_bytes(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct ewf *m = ctx;
	const unsigned char *p = bytes;
	while (n > 0) {
		pthread_mutex_lock(&m->lock);
		int rc = wait_for_room(m, err);
		struct ewf_read_slot *s = filling(m);
		pthread_mutex_unlock(&m->lock);
		if (rc < 0)
			return -1;
		if (!m->about_known || m->next >= m->about.size)
			return err_set(err, ERR_DAMAGED, _("the parser wrote more than the image holds"));
		size_t whole =
		    m->about.size - m->next < DIGEST_PIECE ? (size_t)(m->about.size - m->next) : DIGEST_PIECE;
		size_t part = n < whole - s->n ? n : whole - s->n;
		memcpy(s->bytes + s->n, p, part);
		s->n += part;
		p += part;
		n -= part;
		if (s->n < whole)
			continue;
		pthread_mutex_lock(&m->lock);
		s->offset = m->next;
		m->next += whole;
		m->count++;
		filling(m)->n = 0;
		filling(m)->bad.count = 0;
		pthread_cond_broadcast(&m->change);
		pthread_mutex_unlock(&m->lock);
	}
	return 0;
}

static int stop_step(void *ctx, const char *what, uint64_t done, uint64_t of)
{
	struct ewf *m = ctx;
	(void)what;
	(void)done;
	(void)of;
	pthread_mutex_lock(&m->lock);
	int stop = m->stop;
	pthread_mutex_unlock(&m->lock);
	return stop;
}

static void *run_stream(void *ctx)
{
	struct ewf *m = ctx;
	struct err err = ERR_INIT;
	struct worker_result result;
	struct progress progress = {.step = stop_step, .ctx = m};
	json_t *request = json_pack("{s:I}", "from", (json_int_t)m->next);
	struct worker_call call = {.job = ewf_job.name,
	                           .request = request,
	                           .input = -1,
	                           .files = m->set->fds,
	                           .file_count = m->set->count,
	                           .line = on_line,
	                           .raw = on_bytes,
	                           .ctx = m,
	                           .progress = &progress,
	                           .limits = {.memory = MEMORY, .cpu_seconds = INT_MAX, .seconds = 120}};
	int rc = worker_run(&call, &result, &err);
	pthread_mutex_lock(&m->lock);
	if (rc < 0)
		snprintf(m->failure, sizeof m->failure, "%.599s", err.message);
	else if (result.end != WORKER_DONE)
		snprintf(m->failure, sizeof m->failure, "%.599s", result.reason);
	else if (!m->about_known || m->next < m->about.size)
		snprintf(m->failure, sizeof m->failure, "%.599s", _("the parser stopped before the image's end"));
	m->ended = 1;
	pthread_cond_broadcast(&m->change);
	pthread_mutex_unlock(&m->lock);
	json_decref(request);
	return NULL;
}

static int begin_stream(struct ewf *m, uint64_t from)
{
	m->next = from;
	m->first = m->count = 0;
	m->stop = m->ended = 0;
	m->failure[0] = '\0';
	m->ring[0].n = 0;
	m->ring[0].bad.count = 0;
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the calling thread's */
	m->running = pthread_create(&m->thread, NULL, run_stream, m) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return m->running ? 0 : -1;
}

static void end_stream(struct ewf *m)
{
	if (!m->running)
		return;
	pthread_mutex_lock(&m->lock);
	m->stop = 1;
	pthread_cond_broadcast(&m->change);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	m->running = 0;
}

/* ---- the reader */

struct ewf *ewf_open(const struct ewf_set *set, struct err *err)
{
	struct ewf *m = xcalloc(1, sizeof *m);
	m->set = set;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->change, NULL);
	for (size_t i = 0; i < AHEAD; i++)
		m->ring[i].bytes = xmalloc(DIGEST_PIECE);
	if (begin_stream(m, 0) < 0) {
		err_set(err, ERR_FAILED, _("cannot start a thread"));
		ewf_close(m);
		return NULL;
	}
	pthread_mutex_lock(&m->lock);
	while (!m->about_known && !m->ended)
		pthread_cond_wait(&m->change, &m->lock);
	int known = m->about_known;
	pthread_mutex_unlock(&m->lock);
	if (!known) {
		err_set(err, ERR_DAMAGED, _("'%s' cannot be read as an E01 image: %s"), set->first, m->failure);
		ewf_close(m);
		return NULL;
	}
	return m;
}

const struct ewf_about *ewf_about(const struct ewf *m)
{
	return &m->about;
}

/* Bytes of a piece from `offset` up to the next damaged place. */
static ssize_t ewf_read_serve(const struct ewf_read_slot *s, void *bytes, size_t n, uint64_t offset)
{
	size_t within = (size_t)(offset - s->offset);
	if (n > s->n - within)
		n = s->n - within;
	for (size_t i = 0; i < s->bad.count; i++) {
		const struct range *bad = &s->bad.items[i];
		if (offset >= bad->offset && offset < bad->offset + bad->length) {
			errno = EBADMSG;
			return -1;
		}
		if (bad->offset > offset && bad->offset - offset < n)
			n = (size_t)(bad->offset - offset);
	}
	memcpy(bytes, s->bytes + within, n);
	return (ssize_t)n;
}

/* Makes the piece that holds `offset` the oldest one: 1; 0: the stream has ended before it; -1: the stream must begin anew. */
static int ewf_read_find(struct ewf *m, uint64_t offset)
{
	for (;;) {
		const struct ewf_read_slot *s = &m->ring[m->first];
		if (m->count && offset < s->offset)
			return -1;
		if (m->count && offset < s->offset + s->n)
			return 1;
		if (m->count) {
			m->first = (m->first + 1) % AHEAD;
			m->count--;
			pthread_cond_broadcast(&m->change);
			continue;
		}
		if (offset < m->next || offset > m->next + SKIP)
			return -1;
		if (m->ended)
			return 0;
		pthread_cond_wait(&m->change, &m->lock);
	}
}

ssize_t ewf_read(void *image, void *bytes, size_t n, uint64_t offset)
{
	struct ewf *m = image;
	if (offset >= m->about.size || n == 0)
		return 0;
	pthread_mutex_lock(&m->lock);
	int found = ewf_read_find(m, offset);
	if (found < 0 && !(m->ended && *m->failure && offset >= m->next)) { /* behind a failure there is nothing */
		pthread_mutex_unlock(&m->lock);
		end_stream(m);
		if (begin_stream(m, offset / DIGEST_PIECE * DIGEST_PIECE) < 0) {
			errno = EAGAIN;
			return -1;
		}
		pthread_mutex_lock(&m->lock);
		found = ewf_read_find(m, offset);
	}
	ssize_t got = -1;
	errno = EBADMSG;
	if (found > 0)
		got = ewf_read_serve(&m->ring[m->first], bytes, n, offset);
	pthread_mutex_unlock(&m->lock);
	return got;
}

const char *ewf_failure(const struct ewf *m)
{
	return *m->failure ? m->failure : NULL;
}

void ewf_close(struct ewf *m)
{
	if (!m)
		return;
	end_stream(m);
	for (size_t i = 0; i < AHEAD; i++) {
		free(m->ring[i].bytes);
		ranges_release(&m->ring[i].bad);
	}
	ranges_release(&m->about.unreadable);
	json_decref(m->about.words);
	pthread_mutex_destroy(&m->lock);
	pthread_cond_destroy(&m->change);
	free(m);
}
