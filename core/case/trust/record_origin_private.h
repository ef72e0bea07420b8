/* What the files of record_origin share: what each record was when it was made, and the commit that is judged. */
#ifndef GENBA_CASE_TRUST_RECORD_ORIGIN_PRIVATE_H
#define GENBA_CASE_TRUST_RECORD_ORIGIN_PRIVATE_H

#include "case/store/case_internal.h"
#include "case/trust/record_origin.h"

#define ENTERED_TEXT 40

/* What a record was when it was made. */
struct origin {
	unsigned char id[16];
	const char *kind; /* a name in `kinds` */
	char author[MARK_TEXT];
	char label[LABEL_TEXT];
	char entered[ENTERED_TEXT];
	char first[HISTORY_ID]; /* the commit that brought it */
	uint64_t complete;      /* of evidence: number of the first commit that had it complete, or 0 */
	json_t *digests;        /* … and its digests since then, or NULL */
	char *mark;             /* of a responder, else NULL */
	unsigned char key[32];
	int has_key;
};

struct commit_now {
	char id[HISTORY_ID];
	uint64_t number;
	char parents[2][HISTORY_ID];
	unsigned parent_count;
	unsigned char key[32];
	char *author_name;
	char *author_mail;
};

struct record_origins {
	struct case_file *c;
	uint64_t held;
	struct responders *responders;
	struct origin **slots; /* open addressing by id */
	size_t cap;
	size_t count;
	json_t *kinds;
	json_t *renamed;  /* label given up in a merge -> how many have it or had it, once counted */
	json_t *remarked; /* mark -> hex key that gave it up in a merge */
	struct commit_now now;
	int64_t counted; /* the row that record_origins_end() looked at last */
};

/* What the record of that id was, or NULL. */
struct origin *origin_of_id(const struct record_origins *o, const char *id);

/* Whether the record is of that kind; whether its member is that text. */
int origin_is_kind(const json_t *record, const char *name);
int origin_is_text(const json_t *record, const char *name, const char *wanted);

/* The rules for a record that is new, and for one that is there (record_origin_rules.c). 0, or -1 with what is wrong. */
int origin_judge_new(struct record_origins *o, const json_t *record, struct err *err);
int origin_judge_old(struct record_origins *o, const struct origin *past, const char *path, const json_t *record,
                     struct err *err);

/* The rule for the last state of a record, which comes after all its versions. */
int origin_judge_last(const struct origin *past, const json_t *record, struct err *err);

#endif
