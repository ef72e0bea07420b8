/* What merge.c (writing) and merge_believe.c (believing) share: one merge under way. */
#ifndef GENBA_HANDOVER_MERGE_MERGE_PRIVATE_H
#define GENBA_HANDOVER_MERGE_MERGE_PRIVATE_H

#include "handover/merge/aside.h"
#include "handover/merge/merge.h"
#include "handover/parcel/keys.h"

struct merging {
	struct case_file *c;
	struct history *h;
	const struct parcel *p;
	const struct progress *progress;
	struct merge_report *report;
	struct err *err;
	struct history_incoming *in;
	struct history_accepted accepted;
	struct aside aside;
	struct known_keys keys;
	int dry_run;
	const char *vouch;    /* the reason to take in what revoked keys signed, or NULL */
	char tip[HISTORY_ID]; /* of what is merged: all that came, or up to what is set aside */
	int retreat;          /* not all can be merged: again, up to aside.tip */
	json_t *named;        /* digests of texts and files that the new commits name */
	struct buf findings;
	unsigned char signer[32];    /* of the commit that is being checked … */
	char parents[2][HISTORY_ID]; /* … and its parents */
	char head[HISTORY_ID];
	struct action *action;
};

/* Adds a line for people, made printable, to one of the report's lists. */
__attribute__((format(printf, 2, 3))) void merge_tell(json_t *lines, const char *format, ...);

/*
 * Unpacks what came, takes it in inside the open action, and judges it: 0 if it
 * may be merged up to m->tip, or (m->retreat set) up to m->aside.tip; -1 with
 * the reason.
 */
int merge_believe(struct merging *m);

#endif
