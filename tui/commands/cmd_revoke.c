/* `genba key revoke`: a responder's key counts no more, and the file opens for it no more. */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "case/access.h"
#include "handover/parcel/revoke.h"

#include <string.h>

struct cmd_revoke_finding {
	const unsigned char *key;
	unsigned index;
};

static int find_slot(void *ctx, const struct access_slot *slot)
{
	struct cmd_revoke_finding *f = ctx;
	if (slot->slot.type != VAULT_SLOT_RECIPIENT || !slot->slot.recipient_known ||
	    memcmp(slot->slot.recipient, f->key, 32) != 0)
		return 0;
	f->index = slot->slot.index;
	return 1;
}

int cmd_key_revoke(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	unsigned char key[32];
	struct secret passphrase = SECRET_INIT;
	struct access_keep keep;
	struct cmd_revoke_finding f = {key, 0};
	struct err why = ERR_INIT;
	const char *reason = args_option(args, "reason");
	if (args->count != 2)
		return cmd_usage("key", err);
	if (session_open(s, err) < 0)
		return -1;
	int done = responder_revoke(s->c, args->words[1], reason, label, key, &why) == 0;
	if (!done && why.code != ERR_EXISTS)
		return err_take(err, &why);
	int slot = access_each(s->c, find_slot, &f, err);
	if (slot < 0)
		return -1;
	if (!done && !slot) /* on record, and the file is closed to them: there is nothing left to do */
		return err_set(err, ERR_EXISTS, "%s", why.message);
	int rc = slot ? cmd_keep_passphrase(s, args, &passphrase, &keep, err) : 0;
	if (rc == 0 && slot)
		rc = access_remove(s->c, f.index, reason, &keep, &s->progress, err);
	secret_release(&passphrase);
	if (rc < 0)
		return -1;
	cmd_print_label(s, label);
	fputs(slot ? _("The file was written anew under another key. Copies made before still open for whom they "
	               "opened.\n")
	           : _("This file was not sealed to that key. Copies made before still open for whom they opened; "
	               "what that key signs from now on is set aside at merging.\n"),
	      s->log);
	return 0;
}
