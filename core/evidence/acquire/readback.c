#include "evidence/acquire/readback.h"

#include "base/err.h"
#include "evidence/image/pipeline.h"

#include <string.h>

#define STATE sizeof(((struct digest_state *)0)->sha256)
/* Stretches of which pieces can be in the ring at once: their chains must not share a place. */
#define CHAINS (PIPELINE_RING / READBACK_STRETCH + 2)

struct readback_reading {
	struct source *copy;
	const char *label;
	const struct waypoints *way;
	const struct progress *progress;
	struct digest *chains[CHAINS];
	uint64_t total;
	uint64_t through; /* bytes */
	int64_t differs;
	enum readback_fault fault;
};

void waypoints_begin(struct waypoints *way, uint64_t first, const struct digest_state *state)
{
	way->first = first;
	buf_clear(&way->states);
	if (first)
		buf_add(&way->states, state->sha256, STATE);
}

void waypoints_pass(struct waypoints *way, uint64_t piece, const struct digest_state *state)
{
	if ((piece + 1 - way->first) % READBACK_STRETCH == 0)
		buf_add(&way->states, state->sha256, STATE);
}

void waypoints_release(struct waypoints *way)
{
	buf_release(&way->states);
}

/* The stretch of a piece. What came before the first waypoint is one stretch. */
static uint64_t stretch_of(const struct waypoints *way, uint64_t piece)
{
	if (piece < way->first)
		return 0;
	return (way->first ? 1 : 0) + (piece - way->first) / READBACK_STRETCH;
}

static int begins_stretch(const struct waypoints *way, uint64_t piece)
{
	return piece == 0 || (piece >= way->first && (piece - way->first) % READBACK_STRETCH == 0);
}

static uint64_t first_piece(const struct waypoints *way, uint64_t stretch)
{
	if (way->first)
		return stretch ? way->first + (stretch - 1) * READBACK_STRETCH : 0;
	return stretch * READBACK_STRETCH;
}

/* The state behind a stretch, or NULL: it was not passed whole. */
static const void *waypoint(const struct waypoints *way, uint64_t stretch)
{
	return (stretch + 1) * STATE <= way->states.len ? way->states.data + stretch * STATE : NULL;
}

static int stage_read(void *ctx, struct piece *p, struct err *err)
{
	struct readback_reading *r = ctx;
	int rc = source_read_at(r->copy, r->label, p->index * DIGEST_PIECE, p->bytes, DIGEST_PIECE, NULL, &p->n, err);
	if (rc < 0)
		r->fault = READBACK_UNREADABLE;
	return rc;
}

/* Marks the piece if its stretch ends here in another state. */
static int stage_chain(void *ctx, struct piece *p, struct err *err)
{
	struct readback_reading *r = ctx;
	uint64_t stretch = stretch_of(r->way, p->index);
	struct digest *chain = r->chains[stretch % CHAINS];
	(void)err;
	if (begins_stretch(r->way, p->index))
		digest_go_on(chain, stretch ? waypoint(r->way, stretch - 1) : NULL, p->index * DIGEST_PIECE);
	digest_add_one(chain, DIGEST_ONE_SHA256, p->bytes, p->n, &p->state);
	const void *behind = waypoint(r->way, stretch);
	p->mark = behind && begins_stretch(r->way, p->index + 1) && memcmp(p->state.sha256, behind, STATE) != 0;
	return 0;
}

static void note_difference(struct readback_reading *r, uint64_t piece)
{
	if (r->differs == READBACK_SAME)
		r->differs = (int64_t)(first_piece(r->way, stretch_of(r->way, piece)) * DIGEST_PIECE);
}

static int readback_step(void *ctx, struct err *err)
{
	struct readback_reading *r = ctx;
	int rc = progress_step(r->progress, r->label, r->through, r->total, err);
	if (rc < 0 && r->fault == READBACK_NO_FAULT)
		r->fault = READBACK_STOPPED;
	return rc;
}

static int readback_retire(void *ctx, struct piece *p, struct err *err)
{
	struct readback_reading *r = ctx;
	r->through += p->n;
	if (p->mark)
		note_difference(r, p->index);
	return readback_step(r, err);
}

static int begins(const void *ctx, uint64_t piece)
{
	const struct readback_reading *r = ctx;
	return begins_stretch(r->way, piece);
}

int readback(struct source *copy, const char *label, const struct waypoints *way, const struct digest_result *expected,
             const struct progress *progress, int64_t *differs, enum readback_fault *fault, struct err *err)
{
	struct readback_reading r = {copy,           label, way,           progress,         {NULL},
	                             expected->size, 0,     READBACK_SAME, READBACK_NO_FAULT};
	*fault = READBACK_NO_FAULT;
	if (copy->size != expected->size) {
		*differs = (int64_t)(copy->size < expected->size ? copy->size : expected->size);
		return 0;
	}
	for (size_t i = 0; i < CHAINS; i++)
		r.chains[i] = digest_new(0);
	struct stage stages[] = {{.run = stage_read, .ctx = &r, .ordered = 1},
	                         {.run = stage_chain, .ctx = &r, .begins = begins}};
	struct pipeline_owner owner = {readback_retire, readback_step, &r};
	int rc = pipeline_run(stages, sizeof stages / sizeof *stages, 0, &owner, err);
	if (rc == 0) {
		struct digest_result last;
		uint64_t piece = r.through ? (r.through - 1) / DIGEST_PIECE : 0;
		digest_end(r.chains[stretch_of(way, piece) % CHAINS], &last);
		if (r.through != expected->size || strcmp(last.sha256, expected->sha256) != 0)
			note_difference(&r, piece);
		digest_result_release(&last);
	}
	for (size_t i = 0; i < CHAINS; i++)
		digest_free(r.chains[i]);
	*differs = r.differs;
	*fault = r.fault;
	return rc;
}
