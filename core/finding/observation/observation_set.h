/*
 * Sets of observations in a case: one run of parsers over one piece of evidence.
 *
 * A set is rows in order, in blocks of a MiB (observation_block.h). Up to
 * OBSERVATION_IN_CASE bytes of blocks it is a blob of the case; a larger one is a
 * sealed container beside it, CASE.observations/ID.gev, whose key lies in the
 * case. Beside the records the case keeps, in tables of this room,
 *
 *     observation_set     one row a set: what it was made of, its digest, where it is, its key
 *     observation_block   one row a block: its span of time, its artefacts, its rows
 *
 * which travel with a copy; on record, in a `check`, are the digest and what it was
 * made of. A set that is lost, or older than its parser, can be made again from
 * the evidence, and its digest says whether it is the same.
 *
 *     struct observation_maker *m = observation_maker_new(c);
 *     observation_maker_add(m, bytes, n, &err);               // from the cage
 *     if (observation_maker_seal(m, &set, &err) == 0) {       // digests are known now
 *         struct action *a = action_begin(c, "sweep", &err);
 *         action_add(a, "check", fields, n, RECORD_MACHINE, set.check, &err);
 *         observation_set_store(c, m, &set, &err);            // in the same transaction
 *         action_commit(a, &err);
 *     }
 *     observation_maker_free(m);                              // what was not stored is gone
 *
 * Killed at any moment there is the old state or the new one: a container gets its
 * name before the transaction, one that no row speaks of is removed by the next maker.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_SET_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_SET_H

#include "case/store/case_file.h"
#include "finding/observation/observation.h"

#define OBSERVATION_IN_CASE (4U << 20)

struct observation_set {
	char id[33];               /* random, hexadecimal */
	char check[LABEL_TEXT];    /* the check that speaks of it */
	char evidence[LABEL_TEXT]; /* "": no evidence of the case (a look, a list) */
	char evidence_sha256[65];  /* of what was read */
	char source[256];          /* its name, as a person gave it */
	char parsers[256];         /* "evtx 1, file 2": what made it, and which version of it */
	uint64_t rows;
	uint64_t blocks;
	char sha256[65]; /* of the blocks, one behind the other */
	int64_t first;   /* earliest and latest time; first > last: no row has one */
	int64_t last;
	int in_case; /* a blob; else a container beside the case */
};

/* Keeps the name of what was read: printable, and so much of it as there is room for, in whole characters. */
void observation_set_source(struct observation_set *set, const char *name);

struct observation_maker;

struct observation_maker *observation_maker_new(struct case_file *c);
void observation_maker_free(struct observation_maker *m); /* NULL is allowed */

/* Adds packed rows from a caged parser (a row may be cut at the end: the next call goes on), or one row. */
int observation_maker_add(struct observation_maker *m, const void *bytes, size_t n, struct err *err);
int observation_maker_add_row(struct observation_maker *m, const struct observation *o, struct err *err);
uint64_t observation_maker_count(const struct observation_maker *m);

/* Puts the rows in order and writes them to their place. Fills rows, blocks, digest and times of *set; what the set was made of
 * (evidence, source, parsers) is the caller's to fill in. Nothing is on record yet. */
int observation_maker_seal(struct observation_maker *m, struct observation_set *set, struct err *err);

/* Puts the sealed set on record inside the open action: `set.check` is its check. */
int observation_set_store(struct case_file *c, struct observation_maker *m, const struct observation_set *set,
                          struct err *err);

/* All sets, newest first; `fn` returns -1 to stop. Sets of one evidence only, if `evidence` is a label. */
typedef int (*observation_set_fn)(void *ctx, const struct observation_set *set, struct err *err);
int observation_set_each(struct case_file *c, const char *evidence, observation_set_fn fn, void *ctx, struct err *err);

/* Whether the check on record speaks of it: of its digest, of what was read, and of the digest of that. The row of a set is not
 * signed, the check is; a set that it does not name may be anybody's. */
int observation_set_is_on_record(struct case_file *c, const struct observation_set *set);

/* Reads all of it and compares its digest, which must be the one that its check names; what the tables say of its blocks must be
 * in them. ERR_DAMAGED names the block; ERR_NOT_FOUND: it is on record, and not beside the case. */
int observation_set_verify(struct case_file *c, const struct observation_set *set, struct err *err);

/* Takes key and content away; the row with the digest stays. Inside an action. */
int observation_set_purge(struct case_file *c, const char *id, struct err *err);

/* ---- reading its blocks */

struct observation_reader;

struct observation_reader *observation_reader_open(struct case_file *c, const struct observation_set *set,
                                                   struct err *err);
void observation_reader_close(struct observation_reader *r); /* NULL is allowed */

/* What the table says of a block, without reading it. */
struct observation_span {
	int64_t first;
	int64_t last;
	uint64_t artefacts; /* bits */
	uint64_t rows;
};

/* What one more row of a block makes of its span, which begins as OBSERVATION_SPAN_INIT. */
#define OBSERVATION_SPAN_INIT              \
	{                                  \
		INT64_MAX, INT64_MIN, 0, 0 \
	}
void observation_span_add(struct observation_span *span, const struct observation *o);

const struct observation_span *observation_reader_span(const struct observation_reader *r, uint64_t block);
uint64_t observation_reader_blocks(const struct observation_reader *r);

/* The block's OBSERVATION_BLOCK bytes, authenticated, into `bytes`. ERR_DAMAGED names set and block. */
int observation_reader_block(struct observation_reader *r, uint64_t block, unsigned char *bytes, struct err *err);

#endif
