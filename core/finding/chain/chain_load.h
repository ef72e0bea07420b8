/* What of a case the chain is worked out of, read from its records. */
#ifndef GENBA_FINDING_CHAIN_CHAIN_LOAD_H
#define GENBA_FINDING_CHAIN_CHAIN_LOAD_H

#include "finding/chain/chain.h"

#define CHAIN_AT_LEAST 50 /* mails, however busy the machine is: few are looked at in one slice */

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

/* Arrays of records as they are now, which the caller owns, in slices (case/query/record_reader.h). */
struct chain_reading;
struct chain_reading *chain_reading_new(struct case_file *c);
void chain_reading_free(struct chain_reading *r);                                  /* NULL is fine */
int chain_reading_work(struct chain_reading *r, double deadline, struct err *err); /* 1: there is more to do; 0; -1 */
int chain_reading_percent(const struct chain_reading *r);
void chain_reading_take(struct chain_reading *r, json_t *read[CHAIN_KINDS]); /* when all is there */

/* One of them anew; of now: all of a kind, which the machines are too many for. */
int chain_read_kind(struct case_file *c, enum chain_kind kind, const char *commit, json_t *read[CHAIN_KINDS],
                    struct err *err);

/* Puts CHAIN_FIRST_ACT into a machine or an organisation as it is now; into all that were read as of a commit. 0 or -1. */
int chain_read_first_act(struct case_file *c, json_t *record, struct err *err);
int chain_read_first_acts_then(struct case_file *c, const char *commit, json_t *const read[CHAIN_KINDS],
                               struct err *err);

/* Whether it may have one, and whether that event or edge names one of the labels, the keys of `labels`. */
int chain_lacks_first_act(const json_t *record);
int chain_act_names_any(const json_t *act, const json_t *labels);

/* Those arrays, borrowed; without a resolver of times. */
void chain_records_of(json_t *const read[CHAIN_KINDS], struct chain_records *records);

/* chain_load() of the case as it is now: what did not change since the last time is not worked out anew (chain_memory.c). */
int chain_load_now(struct case_file *c, struct chain *chain, struct err *err);

#endif
