#include "evidence/image/pipeline.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MOST 8

struct pipeline_slot {
	struct piece piece;
	unsigned done;
	unsigned running;
};

struct pipeline {
	const struct stage *stages;
	size_t count;
	struct pipeline_slot ring[PIPELINE_RING];
	uint64_t head;                  /* oldest piece that is not retired */
	uint64_t next[PIPELINE_STAGES]; /* of an ordered stage: the piece it takes next */
	int busy[PIPELINE_STAGES];
	uint64_t end; /* number of pieces, once the end of the stream was met */
	int failed;
	atomic_int stopping; /* workers go home */
	struct err err;      /* the first */
	pthread_mutex_t lock;
	pthread_cond_t work;    /* something can be done */
	pthread_cond_t retired; /* the oldest piece may be through */
};

static _Thread_local struct pipeline *worker_of;

int pipeline_stopping(void)
{
	return worker_of && atomic_load(&worker_of->stopping);
}

static struct pipeline_slot *slot_of(struct pipeline *p, uint64_t index)
{
	return &p->ring[index % PIPELINE_RING];
}

/* Is the piece before through this stage? */
static int has_passed(struct pipeline *p, uint64_t index, unsigned bit)
{
	return index < p->head || (slot_of(p, index)->done & bit);
}

static int can_run(struct pipeline *p, uint64_t index, size_t s)
{
	const struct stage *stage = &p->stages[s];
	const struct pipeline_slot *slot = slot_of(p, index);
	unsigned bit = 1U << s;
	if (stage->ordered && (p->busy[s] || p->next[s] != index))
		return 0;
	if (s == 0)
		return 1;
	if (stage->begins && !stage->begins(stage->ctx, index) && !has_passed(p, index - 1, bit))
		return 0;
	return (slot->done & 1) && !((slot->done | slot->running) & bit) && (slot->done & stage->after) == stage->after;
}

/* The next thing to do, oldest piece first. */
static int find_work(struct pipeline *p, uint64_t *index, size_t *stage)
{
	uint64_t limit = p->head + PIPELINE_RING < p->end ? p->head + PIPELINE_RING : p->end;
	for (uint64_t i = p->head; i < limit && i <= p->next[0]; i++)
		for (size_t s = 0; s < p->count; s++)
			if (can_run(p, i, s)) {
				*index = i;
				*stage = s;
				return 1;
			}
	return 0;
}

static void do_work(struct pipeline *p, uint64_t index, size_t s)
{
	struct pipeline_slot *slot = slot_of(p, index);
	struct err err = ERR_INIT;
	slot->running |= 1U << s;
	p->busy[s] = p->stages[s].ordered;
	if (s == 0) {
		slot->piece.index = index;
		slot->piece.n = 0;
		slot->piece.mark = 0;
		slot->piece.unreadable.count = 0;
	}
	pthread_mutex_unlock(&p->lock);
	int rc = p->stages[s].run(p->stages[s].ctx, &slot->piece, &err);
	pthread_mutex_lock(&p->lock);
	slot->running &= ~(1U << s);
	p->busy[s] = 0;
	if (rc < 0) {
		if (!p->failed)
			p->err = err;
		p->failed = 1;
	} else if (s == 0 && slot->piece.n == 0) {
		p->end = index;
	} else {
		slot->done |= 1U << s;
		p->next[s] = p->stages[s].ordered ? index + 1 : 0;
	}
	pthread_cond_broadcast(&p->work);
	pthread_cond_signal(&p->retired);
}

static void *pipeline_worker(void *arg)
{
	struct pipeline *p = arg;
	worker_of = p;
	pthread_mutex_lock(&p->lock);
	while (!p->failed && !atomic_load(&p->stopping)) {
		uint64_t index;
		size_t stage;
		if (find_work(p, &index, &stage))
			do_work(p, index, stage);
		else
			pthread_cond_wait(&p->work, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* The calling thread's part: takes what is through, in order, until the end, an error, or a stop. Called with the lock held. */
static int own(struct pipeline *p, const struct pipeline_owner *owner, struct err *err)
{
	unsigned all = (1U << p->count) - 1;
	int rc = 0;
	while (rc == 0 && !p->failed && p->head < p->end) {
		struct pipeline_slot *slot = slot_of(p, p->head);
		if (slot->done == all) {
			pthread_mutex_unlock(&p->lock);
			rc = owner->retire(owner->ctx, &slot->piece, err);
			pthread_mutex_lock(&p->lock);
			slot->done = 0;
			p->head++;
			pthread_cond_broadcast(&p->work);
			continue;
		}
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 4 * 1000 * 1000; /* whoever shows the progress may have keys to look at */
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_cond_timedwait(&p->retired, &p->lock, &until) == ETIMEDOUT && owner->idle) {
			pthread_mutex_unlock(&p->lock);
			rc = owner->idle(owner->ctx, err);
			pthread_mutex_lock(&p->lock);
		}
	}
	if (rc == 0 && p->failed)
		rc = err_take(err, &p->err);
	return rc;
}

/* One worker a processor, and one more for the time that reading and writing wait. Signals are the calling thread's. */
static size_t start_workers(struct pipeline *p, pthread_t *threads)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = processors < 1 ? 2 : processors + 1 > WORKERS_MOST ? WORKERS_MOST : (size_t)processors + 1;
	size_t started = 0;
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < wanted && pthread_create(&threads[started], NULL, pipeline_worker, p) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

int pipeline_run(const struct stage *stages, size_t count, uint64_t first, const struct pipeline_owner *owner,
                 struct err *err)
{
	struct pipeline *p = xcalloc(1, sizeof *p);
	pthread_t threads[WORKERS_MOST];
	p->stages = stages;
	p->count = count;
	p->head = first;
	p->end = UINT64_MAX;
	err_clear(&p->err);
	for (size_t s = 0; s < count; s++)
		p->next[s] = first;
	unsigned char *room = aligned_alloc(2U << 20, (size_t)PIPELINE_RING * DIGEST_PIECE);
	if (!room)
		abort();
	madvise(room, (size_t)PIPELINE_RING * DIGEST_PIECE, MADV_HUGEPAGE);
	for (size_t i = 0; i < PIPELINE_RING; i++) {
		p->ring[i].piece.bytes = room + i * DIGEST_PIECE;
		buf_init(&p->ring[i].piece.packed);
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->retired, NULL);
	size_t started = start_workers(p, threads);
	int rc = started ? 0 : err_set(err, ERR_FAILED, _("cannot start a thread"));
	pthread_mutex_lock(&p->lock);
	if (rc == 0)
		rc = own(p, owner, err);
	atomic_store(&p->stopping, 1);
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->retired);
	for (size_t i = 0; i < PIPELINE_RING; i++) {
		buf_release(&p->ring[i].piece.packed);
		ranges_release(&p->ring[i].piece.unreadable);
	}
	free(room);
	free(p);
	return rc;
}
