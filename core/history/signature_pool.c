#include "history/signature_pool.h"

#include "base/buf.h"
#include "base/err.h"
#include "history/history.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH   32   /* signatures: about a millisecond */
#define WAITING 1024 /* batches that wait at most, before the caller helps: 8 MiB */
#define THREADS 7    /* beside the caller */
#define SIGNED  128  /* bytes: what is signed is a digest in a frame */

struct signature_job {
	char id[HISTORY_ID];
	struct sshsig sig;
	unsigned char data[SIGNED];
	size_t size;
	int good;
};

struct signature_batch {
	struct signature_batch *next;
	size_t count;
	int done;
	struct signature_job jobs[BATCH];
};

struct signature_pool {
	pthread_mutex_t lock;
	pthread_cond_t more;                  /* batches, or the end */
	pthread_cond_t less;                  /* a batch is done */
	struct signature_batch *first, *last; /* not given yet; the oldest first */
	struct signature_batch *todo;         /* the first that nobody has taken, or NULL */
	size_t waiting;                       /* from `todo` on */
	size_t under_way;                     /* taken and not done */
	int ends;
	struct signature_batch *filling; /* the caller's, not in the list yet */
	pthread_t threads[THREADS];
	size_t thread_count;
};

static void check_batch(struct signature_batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct signature_job *job = &b->jobs[i];
		job->good =
		    crypto_sign_verify_detached(job->sig.signature, job->data, job->size, job->sig.public_key) == 0;
	}
}

/* With the lock held: takes the next batch, checks it without the lock. 0 if there is none. */
static int take_batch(struct signature_pool *pool)
{
	struct signature_batch *b = pool->todo;
	if (!b)
		return 0;
	pool->todo = b->next;
	pool->waiting--;
	pool->under_way++;
	pthread_mutex_unlock(&pool->lock);
	check_batch(b);
	pthread_mutex_lock(&pool->lock);
	b->done = 1;
	pool->under_way--;
	pthread_cond_signal(&pool->less);
	return 1;
}

static void *check_signatures(void *arg)
{
	struct signature_pool *pool = arg;
	pthread_mutex_lock(&pool->lock);
	while (!pool->ends)
		if (!take_batch(pool))
			pthread_cond_wait(&pool->more, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct signature_pool *signature_pool_new(int may_thread)
{
	struct signature_pool *pool = xcalloc(1, sizeof *pool);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	pthread_cond_init(&pool->less, NULL);
	long others = may_thread ? sysconf(_SC_NPROCESSORS_ONLN) - 1 : 0;
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the caller's */
	while ((long)pool->thread_count < others && pool->thread_count < THREADS &&
	       pthread_create(&pool->threads[pool->thread_count], NULL, check_signatures, pool) == 0)
		pool->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pool;
}

void signature_pool_free(struct signature_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ends = 1;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	while (pool->first) {
		struct signature_batch *b = pool->first;
		pool->first = b->next;
		free(b);
	}
	free(pool->filling);
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->more);
	pthread_cond_destroy(&pool->less);
	free(pool);
}

static void hand_in(struct signature_pool *pool)
{
	struct signature_batch *b = pool->filling;
	if (!b)
		return;
	pool->filling = NULL;
	pthread_mutex_lock(&pool->lock);
	if (pool->last)
		pool->last->next = b;
	else
		pool->first = b;
	pool->last = b;
	if (!pool->todo)
		pool->todo = b;
	pool->waiting++;
	pthread_cond_signal(&pool->more);
	while (pool->thread_count == 0 || pool->waiting > WAITING)
		if (!take_batch(pool))
			break;
	pthread_mutex_unlock(&pool->lock);
}

void signature_pool_add(struct signature_pool *pool, const char *id, const struct sshsig *sig, const void *payload,
                        size_t n)
{
	if (!pool->filling)
		pool->filling = xcalloc(1, sizeof *pool->filling);
	struct signature_job *job = &pool->filling->jobs[pool->filling->count++];
	struct buf data = BUF_INIT;
	sshsig_signed_data("git", payload, n, &data);
	snprintf(job->id, sizeof job->id, "%s", id);
	job->sig = *sig;
	job->size = data.len < SIGNED ? data.len : SIGNED; /* 95: it always fits */
	memcpy(job->data, data.data, job->size);
	buf_release(&data);
	if (pool->filling->count == BATCH)
		hand_in(pool);
}

int signature_pool_help(struct signature_pool *pool)
{
	hand_in(pool);
	pthread_mutex_lock(&pool->lock);
	if (!take_batch(pool))
		while (pool->under_way > 0)
			pthread_cond_wait(&pool->less, &pool->lock);
	int more = pool->todo != NULL || pool->under_way > 0;
	pthread_mutex_unlock(&pool->lock);
	return more;
}

void signature_pool_each(struct signature_pool *pool, void (*fn)(void *ctx, const char *id, int good), void *ctx)
{
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		struct signature_batch *b = pool->first && pool->first->done ? pool->first : NULL;
		if (b) {
			pool->first = b->next;
			if (!pool->first)
				pool->last = NULL;
		}
		pthread_mutex_unlock(&pool->lock);
		if (!b)
			return;
		for (size_t i = 0; i < b->count; i++)
			fn(ctx, b->jobs[i].id, b->jobs[i].good);
		free(b);
	}
}
