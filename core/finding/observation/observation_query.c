#include "finding/observation/observation_query.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "finding/observation/observation_ahead.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_lost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_BETWEEN 64 /* two looks at the clock */
#define LONG_SCAN    4  /* blocks, from which on they are read ahead: a page needs fewer */

/* One set that is being read, and its next row that matches. */
struct set_stream {
	struct observation_set set;
	struct observation_reader *reader;
	unsigned char *bytes;
	struct block_reader block;
	uint64_t at;               /* the block that comes next */
	unsigned read;             /* blocks */
	struct block_ahead *ahead; /* of a long scan */
	struct observation next;
	int has_next;
};

struct observation_scan {
	struct case_file *c;
	struct observation_query query;
	const struct observation_query *q; /* that one */
	observation_row_fn fn;
	struct observation_filter *filter;
	uint64_t artefacts;
	void *ctx;
	const struct progress *progress;
	uint64_t done;
	uint64_t total; /* blocks */
	struct set_stream *streams;
	size_t count;
	size_t begun; /* streams that have been asked for their first row */
	uint64_t found;
	int is_over;
};

static int has_window(const struct observation_query *q)
{
	return q->from != 0 || q->until != 0;
}

/* Whether the block may hold a row that is asked for. */
static int block_may(const struct observation_scan *k, const struct observation_span *span)
{
	if (!(span->artefacts & k->artefacts))
		return 0;
	return !has_window(k->q) ||
	       (span->first <= span->last && span->last >= k->q->from && span->first <= k->q->until);
}

static int row_is(const struct observation_scan *k, const struct set_stream *s)
{
	const struct observation *o = &s->next;
	if (has_window(k->q) && (o->when == OBSERVATION_NO_TIME || o->when < k->q->from || o->when > k->q->until))
		return 0;
	return observation_filter_match(k->filter, o, &s->set);
}

static void observation_query_tell(const struct observation_scan *k, struct set_stream *s, const struct err *why)
{
	s->has_next = 0;
	if (k->q->problem)
		k->q->problem(k->ctx, &s->set, why->message);
}

/* The next block from `at` on that may hold a row, or how many there are. */
static uint64_t next_block(const struct observation_scan *k, const struct set_stream *s, uint64_t at)
{
	while (at < observation_reader_blocks(s->reader) && !block_may(k, observation_reader_span(s->reader, at)))
		at++;
	return at;
}

/* Reads the block, and lets the one behind it be read. */
static int take_block(const struct observation_scan *k, struct set_stream *s, uint64_t block, struct err *err)
{
	if (++s->read == LONG_SCAN && !s->set.in_case && k->count == 1)
		s->ahead = block_ahead_new(s->reader);
	if (!s->ahead)
		return observation_reader_block(s->reader, block, s->bytes, err);
	int rc = block_ahead_take(s->ahead, block, &s->bytes, err);
	uint64_t next = next_block(k, s, block + 1);
	if (next < observation_reader_blocks(s->reader))
		block_ahead_ask(s->ahead, next);
	return rc;
}

/* The stream's next row that is asked for. A block that cannot be read is told, and the next one is read. -1: cancelled. */
static int observation_query_step(struct observation_scan *k, struct set_stream *s, struct err *err)
{
	s->has_next = 0;
	for (;;) {
		struct err why = ERR_INIT;
		int rc = s->block.paths ? block_reader_next(&s->block, &s->next, &why) : 0;
		if (rc > 0 && row_is(k, s)) {
			s->has_next = 1;
			return 0;
		}
		if (rc > 0)
			continue;
		if (rc < 0)
			observation_query_tell(k, s, &why);
		block_reader_close(&s->block);
		uint64_t next = next_block(k, s, s->at);
		k->done += next - s->at;
		s->at = next;
		if (s->at >= observation_reader_blocks(s->reader))
			return 0;
		if (progress_step(k->progress, _("observations"), k->done++, k->total, err) < 0)
			return -1;
		why = (struct err)ERR_INIT;
		if (take_block(k, s, s->at++, &why) < 0 ||
		    block_reader_open(&s->block, s->bytes, OBSERVATION_BLOCK, &why) < 0)
			observation_query_tell(k, s, &why);
	}
}

static int open_stream(void *ctx, const struct observation_set *set, struct err *err)
{
	struct observation_scan *k = ctx;
	struct err why = ERR_INIT;
	struct set_stream s = {.set = *set};
	(void)err;
	s.reader = observation_reader_open(k->c, set, &why);
	if (!s.reader) {
		observation_query_tell(k, &s, &why);
		return 0;
	}
	s.bytes = xmalloc(OBSERVATION_BLOCK);
	k->total += set->blocks;
	k->streams = xrealloc(k->streams, (k->count + 1) * sizeof *k->streams);
	k->streams[k->count++] = s;
	return 0;
}

static struct set_stream *first_of(struct observation_scan *k)
{
	struct set_stream *first = NULL;
	for (size_t i = 0; i < k->count; i++) {
		struct set_stream *s = &k->streams[i];
		if (s->has_next && (!first || observation_compare(&s->next, &first->next) < 0))
			first = s;
	}
	return first;
}

static int tell_lost(void *ctx, const struct observation_set *set, struct err *err)
{
	const struct observation_scan *k = ctx;
	(void)err;
	k->q->problem(k->ctx, set, observation_lost_says());
	return 0;
}

struct observation_scan *observation_scan_new(struct case_file *c, const struct observation_query *q,
                                              observation_row_fn fn, void *ctx, const struct progress *progress,
                                              struct err *err)
{
	struct observation_scan *k = xcalloc(1, sizeof *k);
	*k = (struct observation_scan){.c = c, .query = *q, .fn = fn, .ctx = ctx, .progress = progress};
	k->q = &k->query;
	k->filter = observation_filter_parse(q->filter, err);
	k->artefacts = k->filter ? observation_filter_artefacts(k->filter) : 0;
	if (!k->filter || observation_set_each(c, q->evidence, open_stream, k, err) < 0 ||
	    (q->lost && q->problem && observation_lost_each(c, tell_lost, k, err) < 0)) {
		observation_scan_free(k);
		return NULL;
	}
	return k;
}

/* Gives the row that comes next, and finds the one behind it. 1: stopped; 0; -1. */
static int give_next(struct observation_scan *k, struct set_stream *s, struct err *err)
{
	int rc = k->found++ >= k->q->skip ? k->fn(k->ctx, &s->next, &s->set, err) : 0;
	if (rc == 0 && k->q->limit && k->found >= k->q->skip + k->q->limit)
		return 1;
	return rc ? rc : observation_query_step(k, s, err);
}

int observation_scan_work(struct observation_scan *k, double deadline, struct err *err)
{
	int rc = 0;
	for (; rc == 0 && k->begun < k->count; k->begun++) {
		rc = observation_query_step(k, &k->streams[k->begun], err);
		if (rc == 0 && clock_steady() >= deadline) {
			k->begun++;
			return 1;
		}
	}
	for (struct set_stream *s; rc == 0 && !k->is_over && (s = first_of(k)) != NULL;) {
		rc = give_next(k, s, err);
		if (rc == 0 && k->found % ROWS_BETWEEN == 0 && clock_steady() >= deadline)
			return 1;
	}
	k->is_over = 1;
	return rc < 0 ? -1 : 0;
}

int observation_scan_percent(const struct observation_scan *k)
{
	return k->total ? (int)(k->done * 100 / (k->total > k->done ? k->total : k->done + 1)) : 0;
}

void observation_scan_free(struct observation_scan *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->count; i++) {
		block_reader_close(&k->streams[i].block);
		block_ahead_free(k->streams[i].ahead);
		observation_reader_close(k->streams[i].reader);
		free(k->streams[i].bytes);
	}
	free(k->streams);
	observation_filter_free(k->filter);
	free(k);
}

int observation_query_run(struct case_file *c, const struct observation_query *q, observation_row_fn fn, void *ctx,
                          const struct progress *progress, struct err *err)
{
	struct observation_scan *k = observation_scan_new(c, q, fn, ctx, progress, err);
	int rc = k ? observation_scan_work(k, HUGE_VAL, err) : -1;
	observation_scan_free(k);
	return rc;
}

/* ---- one row */

struct row_seek {
	observation_row_fn fn;
	void *ctx;
	int found;
};

static int found_it(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct row_seek *f = ctx;
	f->found = 1;
	return f->fn(f->ctx, o, set, err) < 0 ? -1 : 1;
}

int observation_find(struct case_file *c, const char *id, observation_row_fn fn, void *ctx, struct err *err)
{
	struct row_seek f = {fn, ctx, 0};
	if (strncmp(id, "o:", 2) == 0)
		id += 2;
	if (strlen(id) != OBSERVATION_ID - 1 || strspn(id, "0123456789abcdef") != OBSERVATION_ID - 1)
		return err_set(err, ERR_INVALID,
		               _("'%s' is no observation: its id has 16 hexadecimal digits (genba observations)"), id);
	char *filter = xasprintf("id=%s", id);
	struct observation_query q = {.filter = filter};
	int rc = observation_query_run(c, &q, found_it, &f, NULL, err);
	free(filter);
	if (rc == 0 && !f.found)
		return err_set(err, ERR_NOT_FOUND, _("no observation has the id %s"), id);
	return rc;
}
