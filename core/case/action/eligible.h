/*
 * Who is eligible for rescue: two criteria of the organisation that asks.
 *
 * A desk helps where neglect would gravely harm society or industry, or where the
 * organisation is close to public or key bodies, and so a route of a chain. Both
 * stand on the organisation's record (`serious_effect`, `key_relations`; what a
 * person or a unit does not say, the organisation that it belongs to may).
 * A consultation says in its field `eligible`, which nobody types: yes if one of
 * them is yes, no if both are no, else unknown. A company of which neither is yes
 * is eligible if the consultation's `decision` says so (decided), not if that was
 * rejected. The field follows in the action that changes what it rests on.
 */
#ifndef GENBA_CASE_ACTION_ELIGIBLE_H
#define GENBA_CASE_ACTION_ELIGIBLE_H

#include "case/store/record.h"

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

struct eligibility {
	enum tri serious_effect; /* neglect would harm society or industry */
	enum tri key_relations;  /* close to public or key bodies */
	int company;
	enum tri eligible; /* by the two criteria */
};

/* What the party (label or id; NULL: none is known) says, or whom it belongs to. */
void eligibility_of_party(struct case_file *c, const char *party, struct eligibility *e);

/*
 * After a record was stored (`before` NULL: it is new; stored objects): tells `set` each consultation (id) whose field is
 * to become that value, "" for unset. Nonzero from it stops and is returned. 0 or -1.
 */
typedef int (*eligible_fn)(void *ctx, const char *id, const char *value, struct err *err);
int eligible_follow(struct case_file *c, const json_t *before, const json_t *after, eligible_fn set, void *ctx,
                    struct err *err);

/* "yes", "no" or "unknown", as the fields have it. */
const char *tri_name(enum tri tri);

#endif
