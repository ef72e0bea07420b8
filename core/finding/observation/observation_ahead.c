#include "finding/observation/observation_ahead.h"

#include "base/err.h"
#include "finding/observation/observation_block.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define NONE UINT64_MAX

struct block_ahead {
	struct observation_reader *reader;
	unsigned char *bytes;
	uint64_t asked; /* the block that is read or was read; NONE: nothing */
	int is_read;
	int quit;
	int rc;
	struct err why;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static void *read_ahead(void *ctx)
{
	struct block_ahead *a = ctx;
	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->quit && (a->asked == NONE || a->is_read))
			pthread_cond_wait(&a->changed, &a->lock);
		if (a->quit)
			break;
		uint64_t block = a->asked;
		pthread_mutex_unlock(&a->lock);
		struct err why = ERR_INIT;
		int rc = observation_reader_block(a->reader, block, a->bytes, &why);
		pthread_mutex_lock(&a->lock);
		a->rc = rc;
		a->why = why;
		a->is_read = 1;
		pthread_cond_broadcast(&a->changed);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct block_ahead *block_ahead_new(struct observation_reader *reader)
{
	struct block_ahead *a = xcalloc(1, sizeof *a);
	sigset_t all;
	sigset_t before;
	a->reader = reader;
	a->bytes = xmalloc(OBSERVATION_BLOCK);
	a->asked = NONE;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the caller's */
	int rc = pthread_create(&a->thread, NULL, read_ahead, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		return a;
	free(a->bytes);
	free(a);
	return NULL;
}

void block_ahead_ask(struct block_ahead *a, uint64_t block)
{
	pthread_mutex_lock(&a->lock);
	a->asked = block;
	a->is_read = 0;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

int block_ahead_take(struct block_ahead *a, uint64_t block, unsigned char **bytes, struct err *err)
{
	pthread_mutex_lock(&a->lock);
	while (a->asked != NONE && !a->is_read)
		pthread_cond_wait(&a->changed, &a->lock);
	int is_it = a->asked == block;
	int rc = a->rc;
	a->asked = NONE;
	if (is_it) {
		unsigned char *read = a->bytes;
		a->bytes = *bytes;
		*bytes = read;
		if (rc < 0)
			err_set(err, a->why.code, "%s", a->why.message);
	}
	pthread_mutex_unlock(&a->lock);
	return is_it ? rc : observation_reader_block(a->reader, block, *bytes, err);
}

void block_ahead_free(struct block_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = 1;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->changed);
	free(a->bytes);
	free(a);
}
