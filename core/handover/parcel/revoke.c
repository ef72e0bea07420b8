#include "handover/parcel/revoke.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/identity/identity.h"
#include "case/store/record.h"
#include "history/sshsig.h"

#include <stdio.h>
#include <string.h>

#define SAME_KEY 16 /* records of one person at most */

struct revoke_looking {
	const char *word;
	char label[LABEL_TEXT];
	unsigned char key[32];
	int found;
	char same[SAME_KEY][LABEL_TEXT]; /* records of that key that are not revoked */
	size_t count;
};

static int key_of(const json_t *record, unsigned char key[32])
{
	const char *line = json_get_string(record, "key");
	return line && ssh_public_parse(line, key, NULL) == 0 ? 0 : -1;
}

static int look_at_name(void *ctx, json_t *record)
{
	struct revoke_looking *l = ctx;
	const char *mark = json_get_string(record, "mark");
	if (strcmp(l->word, record_label(record)) != 0 && (!mark || strcmp(l->word, mark) != 0))
		return 0;
	snprintf(l->label, sizeof l->label, "%s", record_label(record));
	l->found = key_of(record, l->key) == 0;
	return 1;
}

static int look_at_key(void *ctx, json_t *record)
{
	struct revoke_looking *l = ctx;
	unsigned char key[32];
	if (key_of(record, key) == 0 && memcmp(key, l->key, 32) == 0 && !json_object_get(record, "revoked") &&
	    l->count < SAME_KEY)
		snprintf(l->same[l->count++], LABEL_TEXT, "%s", record_label(record));
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
	if (record_each(c, "responder", RECORD_WITH_RETRACTED, look_at_name, &l, err) < 0)
		return -1;
	if (!l.found)
		return err_set(err, ERR_NOT_FOUND, _("no responder has the mark or label '%s': genba list responder"),
		               word);
	if (case_identity(c) && memcmp(l.key, case_identity(c)->public_key, 32) == 0)
		return err_set(err, ERR_USAGE, _("%s is you: another responder has to revoke your key"), l.label);
	if (record_each(c, "responder", RECORD_WITH_RETRACTED, look_at_key, &l, err) < 0)
		return -1;
	snprintf(label, LABEL_TEXT, "%s", l.label);
	memcpy(key, l.key, 32);
	if (l.count == 0)
		return err_set(err, ERR_EXISTS, _("%s was revoked already"), l.label);
	return write_down(c, &l, reason, err);
}
