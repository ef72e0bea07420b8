#include "finding/sweep/sweep_stream.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

struct streaming {
	struct sweep_stream *s;
	unsigned char *bytes; /* SWEEP_PAD lie before and behind */
	size_t n;
	size_t cap;
	uint64_t base;  /* offset of bytes[0] */
	size_t done;    /* judged up to here */
	size_t counted; /* ends of lines counted up to here */
	size_t reach;
	struct sweep_hit *hits;
	size_t hit_count;
	size_t hit_cap;
	size_t edge_end; /* where the judging ends: */
	uint64_t edge;   /* the little-endian reading of a hit that ended there was told in the other order */
	uint32_t edge_indicator;
	int ended;  /* nothing follows */
	int is_big; /* the order of the last run that can be read in both */
};

#define DROPPED 0xFF /* no enum sweep_match */

size_t sweep_stream_before(const struct sweep_set *set)
{
	return sweep_set_reach(set) + SWEEP_LINE;
}

static void collect(void *ctx, const struct sweep_hit *hit)
{
	struct streaming *b = ctx;
	if (b->hit_count == b->hit_cap) {
		b->hit_cap = b->hit_cap ? b->hit_cap * 2 : 256;
		b->hits = xrealloc(b->hits, b->hit_cap * sizeof *b->hits);
	}
	b->hits[b->hit_count++] = *hit;
}

static int compare_hits(const void *a, const void *b)
{
	const struct sweep_hit *x = a;
	const struct sweep_hit *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->indicator != y->indicator)
		return x->indicator < y->indicator ? -1 : 1;
	if (x->encoding != y->encoding)
		return x->encoding < y->encoding ? -1 : 1;
	return (x->match > y->match) - (x->match < y->match);
}

/* Ends of lines up to `to`, which are counted once. */
static void count_lines(struct streaming *b, size_t to)
{
	uint64_t lines = 0;
	size_t i = b->counted;
	for (; i + 128 <= to; i += 128) { /* sums of bytes, which processors make many of at once */
		unsigned char some = 0;
		for (size_t k = 0; k < 128; k++)
			some = (unsigned char)(some + (b->bytes[i + k] == '\n'));
		lines += some;
	}
	for (; i < to; i++)
		lines += b->bytes[i] == '\n';
	if (to > b->counted)
		b->counted = to;
	b->s->lines += lines;
}

/* The host of a URL is no hit of its own where the URL itself is one. */
static int is_within_own(const struct streaming *b, size_t i)
{
	const struct sweep_hit *hit = &b->hits[i];
	for (size_t k = i; hit->match == SWEEP_HOST && k-- > 0 && b->hits[k].at + SWEEP_LONGEST * 3 > hit->at;)
		if (b->hits[k].indicator == hit->indicator && b->hits[k].match != SWEEP_HOST &&
		    b->hits[k].end >= hit->end)
			return 1;
	return 0;
}

/* UTF-16 text of letters can be read in both orders, one byte apart. Its first unit tells, if no high byte can lie before it, or
 * its last, if none can lie behind; else it is little-endian. Of a run that began before the buffer it was told before. `at`
 * and `end` are of the big-endian reading. */
static int is_big_endian(struct streaming *b, size_t at, size_t end)
{
	const unsigned char *p = b->bytes;
	size_t first = at + 1;
	size_t last = end - 1;
	while (first >= 2 && p[first - 1] == 0 && p[first - 2] - 1U < 0x7F)
		first -= 2;
	if (first <= 1) /* the run may have begun before the buffer */
		return b->base ? b->is_big : (b->is_big = (int)first);
	if (p[first - 1] != 0 || p[first - 2] >= 0x80)
		return b->is_big = p[first - 1] == 0;
	while (last + 2 < b->n && p[last + 1] == 0 && p[last + 2] - 1U < 0x7F)
		last += 2;
	return b->is_big = last + 1 < b->n ? p[last + 1] != 0 : b->ended;
}

/* Drops one of two hits that are the two readings of one text. */
static void choose_order(struct streaming *b)
{
	for (size_t i = 0; i < b->hit_count; i++) {
		struct sweep_hit *little = &b->hits[i];
		if (little->encoding != SWEEP_UTF16LE)
			continue;
		if (b->edge == b->base + little->at && b->edge_indicator == little->indicator)
			little->match = DROPPED;
		for (size_t k = i; k-- > 0 && b->hits[k].at + 1 >= little->at;) {
			struct sweep_hit *big = &b->hits[k];
			if (big->at + 1 != little->at || big->indicator != little->indicator ||
			    big->encoding != SWEEP_UTF16BE)
				continue;
			if (is_big_endian(b, big->at, big->end))
				little->match = DROPPED;
			else
				big->match = DROPPED;
		}
	}
	b->edge = UINT64_MAX;
	for (size_t i = 0; i < b->hit_count; i++)
		if (b->hits[i].encoding == SWEEP_UTF16BE && b->hits[i].match != DROPPED &&
		    b->hits[i].end >= b->edge_end) {
			b->edge = b->base + b->hits[i].at + 1;
			b->edge_indicator = b->hits[i].indicator;
		}
}

static int report_hit(struct streaming *b, const struct sweep_hit *hit, struct err *err)
{
	struct sweep_place place = {.hit = *hit, .offset = b->base + hit->at};
	size_t low = hit->at > SWEEP_LINE ? hit->at - SWEEP_LINE : 0;
	const unsigned char *before = hit->at > low ? memrchr(b->bytes + low, '\n', hit->at - low) : NULL;
	size_t begin = before ? (size_t)(before - b->bytes) + 1 : low;
	size_t high = b->n - hit->end > SWEEP_LINE ? hit->end + SWEEP_LINE : b->n;
	const unsigned char *after = memchr(b->bytes + hit->end, '\n', high - hit->end);
	size_t end = after ? (size_t)(after - b->bytes) : high;
	count_lines(b, hit->at);
	place.line = b->s->lines + 1;
	place.text = b->bytes + begin;
	place.n = end - begin;
	place.hit.at -= begin;
	place.hit.end -= begin;
	return b->s->found(b->s->ctx, &place, err);
}

/* Judges what ends in (done, to]. */
static int judge_to(struct streaming *b, size_t to, struct err *err)
{
	struct sweep_view view = {.bytes = b->bytes,
	                          .n = b->n,
	                          .from = b->done,
	                          .to = to,
	                          .look = b->s->look,
	                          .odd = (unsigned)(b->base & 1)};
	int rc = 0;
	b->hit_count = 0;
	sweep_scan(b->s->set, b->s->kernel, &view, collect, b);
	if (b->hit_count > 1)
		qsort(b->hits, b->hit_count, sizeof *b->hits, compare_hits);
	b->edge_end = to;
	if (b->s->look & SWEEP_LOOK_UTF16)
		choose_order(b);
	for (size_t i = 0; i < b->hit_count && rc == 0; i++)
		if (b->hits[i].match != DROPPED &&
		    (i == 0 || b->hits[i].at != b->hits[i - 1].at ||
		     b->hits[i].indicator != b->hits[i - 1].indicator) &&
		    !is_within_own(b, i))
			rc = report_hit(b, &b->hits[i], err);
	count_lines(b, to);
	b->done = to;
	b->s->end = b->base + to;
	return rc;
}

/* Where to judge to, when more follows: to the end of the last whole line, or as far as can be judged. */
static size_t judge_where(const struct streaming *b)
{
	size_t most = b->n > b->reach ? b->n - b->reach : 0;
	if (most <= b->done)
		return b->done;
	size_t low = most > SWEEP_LINE && most - SWEEP_LINE > b->done ? most - SWEEP_LINE : b->done;
	const unsigned char *line = memrchr(b->bytes + low, '\n', most - low);
	return line ? (size_t)(line - b->bytes) : most;
}

/* Forgets what is needed no more. */
static void move_on(struct streaming *b)
{
	size_t keep = b->done > b->reach ? b->done - b->reach : 0;
	size_t low = b->done > SWEEP_LINE ? b->done - SWEEP_LINE : 0;
	const unsigned char *line = b->done > low ? memrchr(b->bytes + low, '\n', b->done - low) : NULL;
	size_t begin = line ? (size_t)(line - b->bytes) : low;
	if (begin < keep)
		keep = begin;
	memmove(b->bytes, b->bytes + keep, b->n - keep);
	b->n -= keep;
	b->done -= keep;
	b->counted -= b->counted > keep ? keep : b->counted;
	b->base += keep;
}

int sweep_stream_run(struct sweep_stream *s, const struct sweep_input *input, struct err *err)
{
	struct streaming b = {.s = s, .reach = sweep_set_reach(s->set), .base = s->start, .edge = UINT64_MAX};
	size_t piece = s->piece ? s->piece : SWEEP_PIECE;
	b.cap = piece + 2 * b.reach + 2 * SWEEP_LINE;
	unsigned char *room = xcalloc(1, b.cap + 2 * SWEEP_PAD);
	b.bytes = room + SWEEP_PAD;
	b.done = (size_t)(s->from - s->start);
	b.counted = b.done;
	s->end = s->from;
	int rc = 0;
	while (rc == 0 && !b.ended && s->end < s->to) {
		size_t wanted = b.n + piece < b.cap ? b.n + piece : b.cap;
		while (b.n < wanted) {
			ssize_t got = input->read(input->ctx, b.bytes + b.n, wanted - b.n, err);
			if (got <= 0) {
				b.ended = 1;
				rc = got < 0 ? -1 : 0;
				break;
			}
			b.n += (size_t)got;
		}
		if (b.ended && b.done > b.n) /* it became shorter than the part begins at */
			b.done = b.n;
		memset(b.bytes + b.n, 0, SWEEP_PAD);
		size_t to = b.ended ? b.n : judge_where(&b);
		if (b.base + to > s->to)
			to = (size_t)(s->to - b.base);
		if (to > b.done) {
			struct err *later = rc < 0 ? NULL : err; /* why the input failed is what is told */
			if (judge_to(&b, to, later) < 0 || (s->step && s->step(s->ctx, s->end, later) < 0))
				rc = -1;
		}
		move_on(&b);
	}
	if (s->tail)
		s->tail(s->ctx, b.bytes, b.done);
	free(room);
	free(b.hits);
	return rc;
}
