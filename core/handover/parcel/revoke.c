#include "handover/parcel/revoke.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/identity/identity.h"
#include "case/store/record.h"
#include "case/store/responders.h"
#include "case/trust/key_trust.h"
#include "history/sshsig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct revoke_looking {
	const char *word;
	char label[LABEL_TEXT];
	unsigned char key[32];
	int found;
	char (*same)[LABEL_TEXT]; /* records of that key that are not revoked: one person may have been entered twice */
	size_t count;
	json_t *revoked; /* keys that are, as names */
};

static int look_at_name(void *ctx, const struct responder *r)
{
	struct revoke_looking *l = ctx;
	if (strcmp(l->word, r->label) != 0 && strcmp(l->word, r->mark) != 0)
		return 0;
	snprintf(l->label, sizeof l->label, "%s", r->label);
	l->found = r->has_key;
	memcpy(l->key, r->key, 32);
	return 1;
}

static int look_at_key(void *ctx, const struct responder *r)
{
	struct revoke_looking *l = ctx;
	if (r->has_key && memcmp(r->key, l->key, 32) == 0 && !r->revoked) {
		l->same = xrealloc(l->same, (l->count + 1) * sizeof *l->same);
		snprintf(l->same[l->count++], LABEL_TEXT, "%s", r->label);
	} else if (r->has_key && r->revoked) {
		char hex[65];
		sodium_bin2hex(hex, sizeof hex, r->key, sizeof r->key);
		json_object_set_new(l->revoked, hex, json_true());
	}
	return 0;
}

static int write_down(struct case_file *c, const struct revoke_looking *l, const char *reason, struct err *err)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	struct assign fields[] = {{"revoked", now}, {"revoke_reason", reason}};
	struct action *a = action_begin(c, "revoke", err);
	if (!a)
		return -1;
	int rc = 0;
	for (size_t i = 0; i < l->count && rc == 0; i++)
		rc = action_set(a, l->same[i], fields, 2, RECORD_MACHINE | RECORD_WITH_RETRACTED, err);
	return action_commit(a, err);
}

int responder_revoke(struct case_file *c, const char *word, const char *reason, char label[LABEL_TEXT],
                     unsigned char key[32], struct err *err)
{
	struct revoke_looking l = {.word = word};
	if (!reason || !*reason)
		return err_set(err, ERR_USAGE, _("a revocation needs a reason: --reason TEXT"));
	if (responder_each(c, look_at_name, &l, err) < 0)
		return -1;
	if (!l.found)
		return err_set(err, ERR_NOT_FOUND, _("no responder has the mark or label '%s': genba list responder"),
		               word);
	if (case_identity(c) && memcmp(l.key, case_identity(c)->public_key, 32) == 0)
		return err_set(err, ERR_USAGE, _("%s is you: another responder has to revoke your key"), l.label);
	l.revoked = json_object();
	int rc = responder_each(c, look_at_key, &l, err);
	snprintf(label, LABEL_TEXT, "%s", l.label);
	memcpy(key, l.key, 32);
	if (rc == 0 && l.count == 0)
		rc = err_set(err, ERR_EXISTS, _("%s was revoked already"), l.label);
	else if (rc == 0 && json_object_size(l.revoked) >= KEY_TRUST_REVOKED)
		rc = err_set(err, ERR_FAILED,
		             _("nothing was revoked: %d keys are revoked in this case already, and more are not told "
		               "apart. Merge nothing more from %s"),
		             KEY_TRUST_REVOKED, l.label);
	else if (rc == 0)
		rc = write_down(c, &l, reason, err);
	json_decref(l.revoked);
	free(l.same);
	return rc;
}
