/*
 * Which key may have signed a commit: one of a responder that the state before
 * it knows and has not revoked. Where histories were merged, a commit may stand
 * beside the revocation of its key: key_trust.h says whether it counts.
 */
#include "case/care/verify_private.h"
#include "case/trust/key_trust.h"
#include "history/tables.h"

#define SLICE_COMMITS 64

/* In a line of commits the state before one tells all. Beside a merge, a commit may not know of the revocation yet. */
int verify_keys_slice(struct verify *v)
{
	struct verify_keys *k = &v->keys;
	struct err err = ERR_INIT;
	int more = 0;
	if (k->judged)
		return 0;
	if (!k->key_trust && !history_has_merges(v->c->db))
		k->judged = 1;
	else if (!k->key_trust)
		more = (k->key_trust = key_trust_begin(v->c, NULL, &err)) ? 1 : -1;
	else
		more = key_trust_step(k->key_trust, SLICE_COMMITS, &err);
	if (more < 0) {
		key_trust_free(k->key_trust);
		k->key_trust = NULL;
		verify_found(v, _("it cannot be told which commits count: %s"), err.message);
	}
	k->judged = more != 1;
	return more == 1;
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
	       (!v->keys.key_trust || key_trust_counts(v->keys.key_trust, commit->number));
}
