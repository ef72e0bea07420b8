/*
 * Triage: evidence of a case becomes a set of observations, and a check that says what was read and what could not be.
 *
 *     struct triage_options options = {.evidence = "R1-E4", .progress = &progress};
 *     struct triage_result result;
 *     if (triage_run(c, &options, &result, &err) == 0)
 *         puts(result.check);                          // R1-K7
 *     triage_result_release(&result);
 *
 * The set and its check are one action. The `limits` of the check are written here: the evidence and its digest, parsers with their
 * versions, options, rows, the set's digest, how many files no parser knows, and the places that could not be read.
 * The same evidence read again gives the same rows with the same ids: nothing is stored then (result.same), and where a newer
 * parser says something else, the new set takes the place of the old one, whose digest stays on record. Do the same rows fire other
 * rules than are on record, a check says so, and the findings are brought up to date.
 */
#ifndef GENBA_FINDING_TRIAGE_TRIAGE_H
#define GENBA_FINDING_TRIAGE_TRIAGE_H

#include "finding/observation/observation_set.h"
#include "finding/triage/reading.h"

struct sigma;

struct triage_options {
	const char *evidence; /* its label */
	const char *path;    /* instead of it: a collection that is no evidence of the case (its digest is on record) */
	const char *on;      /* the asset; NULL: that of the evidence; "auto": the one that the evidence names itself */
	const char *only;    /* parsers; NULL: all */
	int recover;         /* of an image: what was deleted is parsed, too */
	int vss;             /* shadow copies are read, too */
	const char *key;     /* a secret: for volumes and zips that are encrypted; NULL: the asset's recovery_key */
	struct sigma *rules; /* of a person (finding/sigma/sigma.h); NULL: none */
	int (*problem)(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err);
	void *ctx;
	const struct progress *progress;
};

struct triage_result {
	struct observation_set set;
	struct triage_read_sum sum;
	char check[LABEL_TEXT]; /* the new check; or the one that said the same */
	int same;               /* it was all there: nothing was stored */
	uint64_t differs;       /* sets of an older parser that this one replaced */
	json_t *findings;       /* of the first checks (check/check.h) */
	/* where it had been read before: */
	uint64_t rows_before;
	int was_read;
	int was_lost;    /* its rows were not to be read any more, and are made again */
	json_t *changes; /* of findings on record (triage_again.h); NULL: it was read the first time, or a part of it */
};

/* With "auto" and no asset of that name: ERR_NOT_FOUND, which names it. ERR_USAGE if the label is no evidence, or nobody says
 * of which asset it is. Release *result in any case. */
int triage_run(struct case_file *c, const struct triage_options *options, struct triage_result *result,
               struct err *err);
/* Whether a set was made by triage, and not by another room. */
int triage_made(const struct observation_set *set);

void triage_result_release(struct triage_result *result);

#endif
