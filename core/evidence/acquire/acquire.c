#include "evidence/acquire/acquire.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "evidence/image/volume.h"

#include <stdatomic.h>

#define CHECKPOINT_PIECES 32 /* at the earliest */
#define CHECKPOINT_SHARE  25 /* checkpoints take at most this part of the time */

struct acquire_run {
	struct acquisition *a;
	struct digest *digest;
	uint64_t first;
	uint64_t through; /* bytes */
	uint64_t
	    marked; /* pieces at the last checkpoint that was decided; with a sink the writing stage's, else the owner's */
	double marked_at;
	_Atomic uint64_t cost;    /* microseconds that the last checkpoint took */
	struct digest_state last; /* behind the last whole piece */
};

/* Whose fault an error was: the first one counts, as in struct err. Called by workers: a lost race is between two errors. */
static int acquire_blame(struct acquire_run *r, int rc, enum acquire_fault fault)
{
	if (rc < 0 && r->a->fault == ACQUIRE_NO_FAULT)
		r->a->fault = fault;
	return rc;
}

static int stage_read(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	struct acquisition *a = r->a;
	return acquire_blame(r,
	                     source_read_at(a->source, a->label, p->index * DIGEST_PIECE, p->bytes, DIGEST_PIECE,
	                                    a->retry ? &p->unreadable : NULL, &p->n, err),
	                     ACQUIRE_SOURCE);
}

static int stage_sha256(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	(void)err;
	digest_add_one(r->digest, DIGEST_ONE_SHA256, p->bytes, p->n, &p->state);
	return 0;
}

static int stage_sha1(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	(void)err;
	digest_add_one(r->digest, DIGEST_ONE_SHA1, p->bytes, p->n, &p->state);
	return 0;
}

static int stage_md5(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	(void)err;
	digest_add_one(r->digest, DIGEST_ONE_MD5, p->bytes, p->n, &p->state);
	return 0;
}

static int stage_piece(void *ctx, struct piece *p, struct err *err)
{
	(void)ctx;
	(void)err;
	digest_piece(p->bytes, p->n, p->digest);
	return 0;
}

static int stage_pack(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	return acquire_blame(r, r->a->ops->pack(r->a->sink, p, err), ACQUIRE_SINK);
}

/* Is it time for a checkpoint behind this piece? Enough was done, and keeping it does not cost more than it saves. */
static int is_due(struct acquire_run *r, const struct piece *p)
{
	const struct acquisition *a = r->a;
	if (!a->checkpoint || (a->ops && !a->ops->sync) || p->n < DIGEST_PIECE ||
	    p->index + 1 < r->marked + CHECKPOINT_PIECES ||
	    clock_steady() - r->marked_at < (double)atomic_load(&r->cost) * 1e-6 * CHECKPOINT_SHARE)
		return 0;
	r->marked = p->index + 1;
	r->marked_at = clock_steady();
	return 1;
}

static void add_cost(struct acquire_run *r, double began)
{
	atomic_fetch_add(&r->cost, (uint64_t)((clock_steady() - began) * 1e6));
}

/* The stage that writes also syncs: nobody else touches the sink meanwhile, and the mark stands behind what is on the medium. */
static int stage_write(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	int rc = r->a->ops->write(r->a->sink, p, err);
	if (rc == 0 && is_due(r, p)) {
		double began = clock_steady();
		atomic_store(&r->cost, 0);
		p->mark = 1;
		rc = r->a->ops->sync(r->a->sink, err);
		add_cost(r, began);
	}
	return acquire_blame(r, rc, ACQUIRE_SINK);
}

static int keep_now(struct acquire_run *r, struct err *err)
{
	const struct acquisition *a = r->a;
	double began = clock_steady();
	struct acquire_state state = {r->last, *digest_pieces(r->digest), a->unreadable}; /* borrowed for the call */
	int rc = a->checkpoint(a->checkpoint_ctx, &state, err);
	add_cost(r, began);
	return acquire_blame(r, rc, ACQUIRE_OTHER);
}

static int acquire_keep(struct acquire_run *r, const struct piece *p, struct err *err)
{
	if (p->n < DIGEST_PIECE)
		return 0;
	r->last = p->state;
	if (r->a->way)
		waypoints_pass(r->a->way, p->index, &p->state);
	if (r->a->ops ? !p->mark : !is_due(r, p))
		return 0;
	return keep_now(r, err);
}

/* What was done until an error is not lost. The threads are gone. */
static void keep_last(struct acquire_run *r)
{
	const struct acquisition *a = r->a;
	if (!a->checkpoint || r->through < (r->first + 1) * DIGEST_PIECE || r->through % DIGEST_PIECE != 0 ||
	    (a->ops && !a->ops->sync))
		return;
	if (!a->ops || a->ops->sync(a->sink, NULL) == 0)
		keep_now(r, NULL);
}

static int acquire_step(struct acquire_run *r, struct err *err)
{
	const struct acquisition *a = r->a;
	uint64_t total = a->source->size == SOURCE_UNKNOWN ? 0 : a->source->size;
	return acquire_blame(r, progress_step(a->progress, a->label, r->through, total, err), ACQUIRE_CANCELLED);
}

static int acquire_retire(void *ctx, struct piece *p, struct err *err)
{
	struct acquire_run *r = ctx;
	if (!r->a->no_pieces)
		digest_add_piece(r->digest, p->digest, p->n);
	r->through += p->n;
	for (size_t i = 0; i < p->unreadable.count; i++)
		ranges_add(&r->a->unreadable, p->unreadable.items[i].offset, p->unreadable.items[i].length);
	if (p->unreadable.count && r->a->trouble)
		r->a->trouble(r->a->trouble_ctx, p->unreadable.count);
	return acquire_keep(r, p, err) < 0 ? -1 : acquire_step(r, err);
}

static int idle(void *ctx, struct err *err)
{
	return acquire_step(ctx, err);
}

static size_t build(struct stage *stages, struct acquire_run *r)
{
	const struct acquisition *a = r->a;
	size_t n = 0;
	stages[n++] = (struct stage){.run = stage_read, .ctx = r, .ordered = 1};
	stages[n++] = (struct stage){.run = stage_sha256, .ctx = r, .ordered = 1};
	if (!a->no_pieces)
		stages[n++] = (struct stage){.run = stage_piece, .ctx = r, .ordered = 0};
	if (a->also & DIGEST_MD5)
		stages[n++] = (struct stage){.run = stage_md5, .ctx = r, .ordered = 1};
	if (a->also & DIGEST_SHA1)
		stages[n++] = (struct stage){.run = stage_sha1, .ctx = r, .ordered = 1};
	unsigned packed = 0;
	if (a->ops && a->ops->pack) {
		packed = 1U << n;
		stages[n++] = (struct stage){.run = stage_pack, .ctx = r, .ordered = 0};
	}
	if (a->ops)
		stages[n++] = (struct stage){.run = stage_write, .ctx = r, .ordered = 1, .after = packed};
	return n;
}

void acquire_state_release(struct acquire_state *state)
{
	buf_release(&state->pieces);
	ranges_release(&state->unreadable);
}

int acquire(struct acquisition *a, struct digest_result *result, struct err *err)
{
	struct acquire_run r = {.a = a, .digest = digest_new(a->also | (a->no_pieces ? 0 : DIGEST_PIECES))};
	a->fault = ACQUIRE_NO_FAULT;
	a->unreadable = (struct ranges)RANGES_INIT;
	if (a->from && a->from->pieces.len > 0) { /* before the first piece there is no state to go on from */
		digest_resume(r.digest, &a->from->digest, &a->from->pieces);
		r.first = r.marked = a->from->pieces.len / DIGEST_PIECE_SIZE;
		r.through = r.first * DIGEST_PIECE;
		for (size_t i = 0; i < a->from->unreadable.count; i++)
			ranges_add(&a->unreadable, a->from->unreadable.items[i].offset,
			           a->from->unreadable.items[i].length);
	}
	if (a->way)
		waypoints_begin(a->way, r.first, r.first ? &a->from->digest : NULL);
	r.marked_at = clock_steady();
	struct stage stages[PIPELINE_STAGES];
	size_t count = build(stages, &r);
	struct pipeline_owner owner = {acquire_retire, idle, &r};
	int rc = pipeline_run(stages, count, r.first, &owner, err);
	if (rc < 0)
		keep_last(&r);
	if (rc == 0 && a->unreadable.count) {
		/* the root covers the map of what could not be read */
		struct buf map = BUF_INIT;
		unsigned char digest[DIGEST_PIECE_SIZE];
		ranges_text(&a->unreadable, &map);
		digest_piece(map.data, map.len, digest);
		digest_add_piece(r.digest, digest, 0);
		buf_release(&map);
	}
	digest_end(r.digest, result);
	result->size = r.through;
	digest_free(r.digest);
	return rc;
}

/* ---- a raw copy */

static int raw_write(void *sink, struct piece *p, struct err *err)
{
	struct volume *v = sink;
	uint64_t offset = p->index * DIGEST_PIECE;
	if (p->n == DIGEST_PIECE && digest_is_zeros(p->bytes, p->n)) {
		if (v->size < offset + p->n)
			v->size = offset + p->n; /* volume_truncate() at the end makes it so */
		return 0;
	}
	if (volume_write_data(v, offset, p->bytes, p->n, err) < 0)
		return -1;
	if (v->compares && !v->differs && !volume_holds(v, offset, p->bytes, p->n)) {
		v->differs = 1;
		v->differs_at = offset;
	}
	return 0;
}

static int raw_sync(void *sink, struct err *err)
{
	struct volume *v = sink;
	return volume_truncate(v, v->size, err) < 0 ? -1 : volume_sync(v, err); /* a hole at the end counts, too */
}

const struct sink_ops acquire_raw = {NULL, raw_write, raw_sync};
