/* What of a case the chain is worked out of, read from its records. */
#ifndef GENBA_FINDING_CHAIN_CHAIN_LOAD_H
#define GENBA_FINDING_CHAIN_CHAIN_LOAD_H

#include "finding/chain/chain.h"

enum chain_kind {
	CHAIN_PARTY,
	CHAIN_MAIL,
	CHAIN_LEAD,
	CHAIN_LOGSOURCE,
	CHAIN_CHECK,
	CHAIN_PIVOT,
	CHAIN_CASE,
	CHAIN_ASSET, /* of the machines those that matter */
	CHAIN_KINDS,
};

/* CHAIN_KINDS: none of them. */
enum chain_kind chain_kind_of(const json_t *record);

/* Arrays of records as of a commit (NULL: now), which the caller owns, also after an error. 0 or -1. */
int chain_read(struct case_file *c, const char *commit, json_t *read[CHAIN_KINDS], struct err *err);

/* One of them anew. */
int chain_read_kind(struct case_file *c, enum chain_kind kind, const char *commit, json_t *read[CHAIN_KINDS],
                    struct err *err);

/* Those arrays, borrowed; without a resolver of times. */
void chain_records_of(json_t *const read[CHAIN_KINDS], struct chain_records *records);

/* chain_load() of the case as it is now: what did not change since the last time is not worked out anew (chain_memory.c). */
int chain_load_now(struct case_file *c, struct chain *chain, struct err *err);

#endif
