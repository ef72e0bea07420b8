/*
 * What has changed in an open case, counted in generations: each committed action begins one. Whoever keeps what was read asks
 * whether it still holds: of any record, of records of a kind, or which they are.
 *
 *     generations_note(&c->generations, ids, kinds, count);               one more, in which these were changed
 *     generations_of_kind(&c->generations, "measure")                    when one of them was changed last
 *     generations_since(&c->generations, before, read_anew, ctx)         which records were, since
 *
 * Begins as zeros.
 */
#ifndef GENBA_CASE_DATABASE_GENERATIONS_H
#define GENBA_CASE_DATABASE_GENERATIONS_H

#include <stddef.h>
#include <stdint.h>

struct generation_change;
struct generation_kind;

struct generations {
	uint64_t now;
	uint64_t all; /* the generation in which anything may have changed */
	/* the rest is generations.c's */
	struct generation_change *ring; /* the last changes; owned */
	size_t next;
	uint64_t ring_from;            /* generation since which all are in the ring */
	struct generation_kind *kinds; /* owned */
	size_t kind_count;
};

void generations_note(struct generations *g, const char *const *ids, const char *const *kinds, size_t count);

/* One more, in which anything may have changed. */
void generations_note_all(struct generations *g);

/* In this one labels may be others: what was read of a record names other records by them. */
void generations_note_labels(struct generations *g);

/* The last in which a record of the kind was changed, or anything may have been. */
uint64_t generations_of_kind(const struct generations *g, const char *kind);

/* Calls for each record that was changed since, for some perhaps more than once. 0, or -1: that is not known any more. */
int generations_since(const struct generations *g, uint64_t since, void (*fn)(void *ctx, const char *id), void *ctx);

void generations_release(struct generations *g);

#endif
