/*
 * Which key may have signed a commit: one of a responder that the state before
 * it knows and has not revoked. Where histories were merged, a commit may stand
 * beside the revocation of its key: key_trust.h says whether it counts.
 */
#include "case/care/verify_private.h"
#include "case/trust/key_trust.h"
#include "history/tables.h"

#include <stdlib.h>
#include <string.h>

/* ---- merged histories */

static int has_merges(struct verify *v)
{
	if (v->keys.has_merges < 0)
		v->keys.has_merges = history_has_merges(v->c->db);
	return v->keys.has_merges;
}

/* In a line of commits the state before one tells all. Beside a merge, a commit may not know of the revocation yet. */
static int counts(struct verify *v, uint64_t number)
{
	struct err err = ERR_INIT;
	if (!has_merges(v))
		return 1;
	if (!v->keys.key_trust && !v->keys.no_key_trust && !(v->keys.key_trust = key_trust_new(v->c, NULL, &err))) {
		v->keys.no_key_trust = 1;
		verify_found(v, _("it cannot be told which commits count: %s"), err.message);
	}
	return !v->keys.key_trust || key_trust_counts(v->keys.key_trust, number);
}

int verify_key_is_known(void *ctx, const struct history_signed *commit)
{
	struct verify *v = ctx;
	struct err why = ERR_INIT;
	const char *state = commit->parent_count ? commit->parents[0] : commit->id;
	if (record_origins_commit(v->origins, commit, &why) < 0)
		verify_found(v, _("commit %.10s: %s"), commit->id, why.message);
	/* the first commit of all makes its own signer known */
	return responders_counts(record_origins_responders(v->origins), state, commit->key) &&
	       counts(v, commit->number);
}
