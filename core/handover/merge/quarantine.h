/*
 * What of that which came is set aside, since its key was revoked (key_trust.h),
 * and how far the rest of it goes.
 *
 * Commits cannot be taken out of a history, so what builds on one that does not
 * count is set aside with it. Up to where all counts, on the sender's own line
 * of commits, it can be merged.
 */
#ifndef GENBA_HANDOVER_MERGE_QUARANTINE_H
#define GENBA_HANDOVER_MERGE_QUARANTINE_H

#include "base/buf.h"
#include "case/case.h"
#include "history/exchange.h"

#include <jansson.h>

struct quarantine {
	size_t count;         /* commits that came and are set aside */
	size_t own;           /* commits of this copy that do not count, by what came */
	size_t vouched;       /* commits that came and count for what vouches for them */
	char tip[HISTORY_ID]; /* up to here all counts; "" if that is nothing new */
	json_t *keys;         /* object: fingerprints of those who signed what does not count */
	json_t *lines;        /* array of strings for people; not printable yet */
};

/* Looks at the commits that history_accept() just wrote for `tip`. Release it in any case. */
int quarantine_look(struct case_file *c, const struct history_accepted *accepted, const char *tip,
                    struct quarantine *out, struct err *err);
void quarantine_release(struct quarantine *a);

#endif
