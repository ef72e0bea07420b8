#include "evidence/acquire/hash_pool.h"

#include "base/i18n.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RING         64 /* three descriptors each */
#define WORKERS_MOST 8
#define CHUNK        ((size_t)1 << 18) /* small enough to stay in the processor's cache */

enum job_state { JOB_FREE, JOB_QUEUED, JOB_TAKEN, JOB_DONE };

struct hash_pool {
	const struct progress *progress;
	uint64_t total;
	struct filejob ring[RING];
	enum job_state state[RING];
	size_t head;
	size_t tail;
	size_t next; /* to be taken by a worker */
	_Atomic uint64_t bytes;
	atomic_int cancelled;
	int stop;
	pthread_mutex_t lock;
	pthread_cond_t queued;
	pthread_cond_t done;
	pthread_t threads[WORKERS_MOST];
	size_t thread_count;
	uint64_t shown; /* files since progress was shown last */
};

/* The worker's progress: counts bytes, and hears of a cancellation. */
struct counting {
	struct hash_pool *pool;
	uint64_t before;
};

static int count_bytes(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct counting *c = ctx;
	(void)what;
	(void)total;
	atomic_fetch_add(&c->pool->bytes, done - c->before);
	c->before = done;
	return atomic_load(&c->pool->cancelled);
}

/* A copy that cannot be written is not the source's fault: that is read to its end all the same. */
static void write_copy(struct filejob *job, int rc)
{
	if (rc == 0)
		return;
	int error = job->copy.error;
	volume_close(&job->copy, 1);
	job->copy.error = error;
	job->has_copy = 0;
}

static int read_all(struct filejob *job, struct digest *digest, const struct progress *progress, unsigned char *chunk)
{
	const char *label = job->path.data;
	uint64_t offset = 0;
	size_t n = CHUNK;
	while (n == CHUNK) {
		if (source_read_at(&job->source, label, offset, chunk, CHUNK, job->retry ? &job->unreadable : NULL, &n,
		                   &job->err) < 0)
			return -1;
		digest_add(digest, chunk, n);
		if (job->has_copy)
			write_copy(job, volume_write_data(&job->copy, offset, chunk, n, &job->copy_err));
		offset += n;
		if (progress_step(progress, label, offset, 0, &job->err) < 0)
			return -1;
		if (job->limit && offset > job->limit)
			return err_set(&job->err, ERR_FAILED, _("it does not end: more than %llu bytes were read"),
			               (unsigned long long)job->limit);
	}
	if (job->has_copy)
		write_copy(job, volume_truncate(&job->copy, offset, &job->copy_err));
	if (job->has_copy)
		write_copy(job, volume_finish(&job->copy, &job->copy_err));
	return 0;
}

static void do_job(struct hash_pool *pool, struct filejob *job, struct digest *digest, unsigned char *chunk)
{
	struct counting counting = {pool, 0};
	struct progress progress = {count_bytes, &counting};
	if (job->drop_cache)
		job->reread = source_drop_cache(job->source.fd);
	job->rc = atomic_load(&pool->cancelled) ? err_set(&job->err, ERR_CANCELLED, _("%s: cancelled"), job->path.data)
	                                        : read_all(job, digest, &progress, chunk);
	digest_end(digest, &job->result);
	job->changed = source_changed(&job->source) || job->result.size != (uint64_t)job->source.before.st_size;
}

static void *hash_pool_worker(void *arg)
{
	struct hash_pool *pool = arg;
	struct digest *digest = digest_new(0);
	unsigned char *chunk = xmalloc(CHUNK);
	pthread_mutex_lock(&pool->lock);
	while (!pool->stop) {
		if (pool->next == pool->tail) {
			pthread_cond_wait(&pool->queued, &pool->lock);
			continue;
		}
		size_t i = pool->next++ % RING;
		if (pool->state[i] != JOB_QUEUED)
			continue;
		pool->state[i] = JOB_TAKEN;
		pthread_mutex_unlock(&pool->lock);
		do_job(pool, &pool->ring[i], digest, chunk);
		pthread_mutex_lock(&pool->lock);
		pool->state[i] = JOB_DONE;
		if (i == pool->head % RING)
			pthread_cond_signal(&pool->done);
	}
	pthread_mutex_unlock(&pool->lock);
	digest_free(digest);
	free(chunk);
	return NULL;
}

struct hash_pool *hash_pool_new(const struct progress *progress, uint64_t total)
{
	struct hash_pool *pool = xcalloc(1, sizeof *pool);
	pool->progress = progress;
	pool->total = total;
	for (size_t i = 0; i < RING; i++) {
		buf_init(&pool->ring[i].path);
		buf_init(&pool->ring[i].text);
	}
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->queued, NULL);
	pthread_cond_init(&pool->done, NULL);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = processors < 2 ? 2 : processors > WORKERS_MOST ? WORKERS_MOST : (size_t)processors;
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->thread_count < wanted &&
	       pthread_create(&pool->threads[pool->thread_count], NULL, hash_pool_worker, pool) == 0)
		pool->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pool;
}

int hash_pool_is_full(const struct hash_pool *pool)
{
	return pool->tail - pool->head == RING;
}

struct filejob *hash_pool_slot(struct hash_pool *pool)
{
	struct filejob *job = &pool->ring[pool->tail % RING];
	struct buf path = job->path;
	struct buf text = job->text;
	memset(job, 0, sizeof *job);
	job->path = path;
	job->text = text;
	buf_clear(&job->path);
	buf_clear(&job->text);
	job->source.fd = -1;
	return job;
}

void hash_pool_submit(struct hash_pool *pool)
{
	size_t i = pool->tail % RING;
	if (pool->thread_count == 0 && pool->ring[i].has_source) { /* no thread could be had: then it is done here */
		struct digest *digest = digest_new(0);
		unsigned char *chunk = xmalloc(CHUNK);
		do_job(pool, &pool->ring[i], digest, chunk);
		digest_free(digest);
		free(chunk);
	}
	pthread_mutex_lock(&pool->lock);
	pool->state[i] = pool->ring[i].has_source && pool->thread_count ? JOB_QUEUED : JOB_DONE;
	pool->tail++;
	pthread_cond_signal(&pool->queued);
	pthread_mutex_unlock(&pool->lock);
}

static void show(struct hash_pool *pool, const struct filejob *job)
{
	struct err ignored = ERR_INIT;
	pool->shown = 0;
	if (progress_step(pool->progress, job->path.data, atomic_load(&pool->bytes), pool->total, &ignored) < 0)
		atomic_store(&pool->cancelled, 1);
}

struct filejob *hash_pool_oldest(struct hash_pool *pool)
{
	if (pool->head == pool->tail)
		return NULL;
	size_t i = pool->head % RING;
	struct filejob *job = &pool->ring[i];
	pthread_mutex_lock(&pool->lock);
	while (pool->state[i] != JOB_DONE) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 4 * 1000 * 1000; /* whoever shows the progress may have keys to look at */
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_cond_timedwait(&pool->done, &pool->lock, &until) == ETIMEDOUT) {
			pthread_mutex_unlock(&pool->lock);
			show(pool, job);
			pthread_mutex_lock(&pool->lock);
		}
	}
	pthread_mutex_unlock(&pool->lock);
	if (++pool->shown >= 16)
		show(pool, job);
	return job;
}

static void close_job(struct filejob *job)
{
	if (job->has_source)
		source_close(&job->source);
	if (job->has_copy)
		volume_close(&job->copy, 1); /* one that has its name keeps it */
	digest_result_release(&job->result);
	ranges_release(&job->unreadable);
	job->has_copy = job->has_source = 0;
}

void hash_pool_pop(struct hash_pool *pool)
{
	size_t i = pool->head % RING;
	close_job(&pool->ring[i]);
	pthread_mutex_lock(&pool->lock);
	pool->state[i] = JOB_FREE;
	pool->head++;
	pthread_mutex_unlock(&pool->lock);
}

void hash_pool_free(struct hash_pool *pool)
{
	atomic_store(&pool->cancelled, 1);
	pthread_mutex_lock(&pool->lock);
	pool->stop = 1;
	pthread_cond_broadcast(&pool->queued);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	for (; pool->head != pool->tail; pool->head++)
		close_job(&pool->ring[pool->head % RING]);
	for (size_t i = 0; i < RING; i++) {
		buf_release(&pool->ring[i].path);
		buf_release(&pool->ring[i].text);
	}
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->queued);
	pthread_cond_destroy(&pool->done);
	free(pool);
}
