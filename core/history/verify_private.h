/* What verify.c (objects, slices) and verify_commit.c (commits) share. */
#ifndef GENBA_HISTORY_VERIFY_PRIVATE_H
#define GENBA_HISTORY_VERIFY_PRIVATE_H

#include "history/history_private.h"

#define SIGNATURE_BATCH 64 /* signatures checked at a time, on two threads */

struct pending_signature {
	char id[HISTORY_ID];
	struct sshsig sig;
	struct buf data;
	int good;
};

enum check_phase { CHECK_IDS, CHECK_OBJECTS, CHECK_COMMITS, CHECK_TABLES, CHECK_DONE };

struct history_check {
	struct history *h;
	struct history_check_spec spec;
	struct history_verified counts;
	enum check_phase phase;
	int64_t at;                       /* the row that this phase did last */
	int64_t last_object, last_commit; /* rows when the check began */
	char head[HISTORY_ID];            /* likewise */
	int64_t commit_objects;
	int64_t touches;          /* changes of files in all commits */
	unsigned char *reachable; /* by number of commit: 1 if HEAD descends from it */
	struct pending_signature batch[SIGNATURE_BATCH];
	size_t batched;
};

__attribute__((format(printf, 2, 3))) void history_found(struct history_check *k, const char *format, ...);

int history_mark_reachable(struct history_check *k, struct err *err);
int history_check_commit(struct history_check *k, int64_t number, struct err *err);
void history_flush_signatures(struct history_check *k); /* checks what waits */
void history_drop_signatures(struct history_check *k);  /* forgets what waits */

#endif
