/* What verify.c (parts, slices) and the other verify_*.c share. */
#ifndef GENBA_CASE_CARE_VERIFY_PRIVATE_H
#define GENBA_CASE_CARE_VERIFY_PRIVATE_H

#include "case/care/verify.h"
#include "case/store/case_internal.h"
#include "case/trust/record_origin.h"

/* Which commits count. */
struct verify_keys {
	struct key_trust
	    *key_trust; /* of revoked keys; NULL: histories were not merged, or it cannot be told, as was reported */
	int judged;     /* all of it was looked at */
};

struct verify {
	struct case_file *c;
	verify_fn finding;
	void *ctx;
	int heeded; /* the descriptor that verify_heed() gave; -1: none */
	int whole;  /* not in slices: the structure is checked in one go */
	struct verify_report report;
	struct verify_state parts[VERIFY_PARTS];
	enum verify_part part;
	int64_t at;     /* the row, page or table that the present part did last */
	unsigned stage; /* a part's own order of work */
	char **names;   /* tables, then folders of the tree */
	size_t name_count;
	struct history_check *history;
	struct verify_keys keys;
	struct record_origins *origins; /* while the history is checked, and until records are */
	struct invariants *invariants;  /* while they are checked */
	struct history_walk *folder;    /* that is being counted, in the tree of the last commit when that began */
	int64_t last_row;               /* then */
	uint64_t files, rows;           /* counted so far, in it and in the tables */
	struct blob_check *blob;        /* that is being checked */
};

__attribute__((format(printf, 2, 3))) void verify_found(struct verify *v, const char *format, ...);

/* Looks at some commits, for which keys count. 1: there are more, 0: that is known, or reported. */
int verify_keys_slice(struct verify *v);

/* Callbacks of the history's check. */
int verify_key_is_known(void *ctx, const struct history_signed *commit);
void verify_history_file(void *ctx, const char *commit, const char *path, const void *text, size_t n);

/* One slice of the structure: 1 there is more, 0 done, -1. */
int verify_structure_slice(struct verify *v, struct err *err);

/* One slice of records, or of texts and files: 1 there is more, 0 done, -1. */
int verify_records_slice(struct verify *v, unsigned rows, struct err *err);
int verify_texts_slice(struct verify *v, unsigned rows, struct err *err);

#endif
