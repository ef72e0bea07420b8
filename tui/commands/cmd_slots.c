/* `genba key slots`: who can open the case; `genba purge`. Both may write the file anew. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "case/care/backup.h"
#include "case/care/purge.h"
#include "case/store/work_store.h"
#include "finding/observation/observation_care.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYFILE_LIMIT 4096

static int has_passphrase_slot(void *ctx, const struct access_slot *slot)
{
	(void)ctx;
	return slot->slot.type == VAULT_SLOT_PASSPHRASE;
}

int cmd_keep_passphrase(struct session *s, const struct args *args, struct secret *passphrase, struct access_keep *keep,
                        struct err *err)
{
	const char *file = args_option(args, "case-passphrase-file");
	*keep = (struct access_keep){NULL, VAULT_KDF_MODERATE};
	if (cmd_kdf(args_option(args, "kdf"), &keep->kdf, err) < 0)
		return -1;
	int needed = access_each(s->c, has_passphrase_slot, NULL, err);
	if (needed <= 0)
		return needed;
	const struct passphrase_request ask = {.file = file,
	                                       .prompt = _("Passphrase of the case, to keep its slot (empty: none): "),
	                                       .purpose = PASSPHRASE_KEEP};
	if ((file || (!s->passphrase_file && !s->in_workbench && isatty(STDIN_FILENO))) &&
	    session_read_passphrase(s, &ask, passphrase, err) < 0)
		return -1;
	if (passphrase->data && passphrase->len > 0)
		keep->passphrase = passphrase;
	return 0;
}

/* ---- list */

struct cmd_slots_listing {
	struct session *s;
	json_t *array;
};

static int list_slot(void *ctx, const struct access_slot *slot)
{
	struct cmd_slots_listing *l = ctx;
	int passphrase = slot->slot.type == VAULT_SLOT_PASSPHRASE;
	struct buf what = BUF_INIT;
	struct buf fingerprint = BUF_INIT;
	if (slot->slot.recipient_known)
		ssh_fingerprint(slot->slot.recipient, &fingerprint);
	if (l->array) {
		json_array_append_new(l->array, json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:b}", "kind", "slot",
		                                          "label", slot->label, "slot", (int)slot->slot.index, "type",
		                                          passphrase ? "passphrase" : "recipient", "name",
		                                          slot->name ? slot->name : "", "fingerprint", fingerprint.data,
		                                          "opened", slot->slot.opened_by, "revoked", slot->revoked));
	} else {
		char *name = printable_dup(slot->name ? slot->name : "");
		if (passphrase)
			buf_addf(&what, _("passphrase (Argon2id, %u passes, %u MiB)"), slot->slot.kdf_passes,
			         slot->slot.kdf_kib / 1024);
		else
			buf_addf(&what, "%s%s%s  %s", *slot->label ? slot->label : "", *name ? " " : "",
			         *name ? name : _("unknown"), fingerprint.data);
		printable_printf(l->s->out, "%2u  %s%s%s\n", slot->slot.index, what.data,
		                 slot->slot.opened_by ? _("  (opened it now)") : "",
		                 slot->revoked ? _("  (revoked)") : "");
		free(name);
	}
	buf_release(&fingerprint);
	buf_release(&what);
	return 0;
}

static int slots_list(struct session *s, const struct args *args, struct err *err)
{
	struct cmd_slots_listing l = {s, args_option(args, "json") ? json_array() : NULL};
	int rc = access_each(s->c, list_slot, &l, err);
	if (rc == 0 && l.array)
		cmd_print_json(s, json_incref(l.array));
	json_decref(l.array);
	return rc;
}

/* ---- add */

static int add_passphrase(struct session *s, const struct args *args, struct err *err)
{
	enum vault_kdf kdf;
	struct secret passphrase = SECRET_INIT;
	if (cmd_kdf(args_option(args, "kdf"), &kdf, err) < 0 ||
	    cmd_new_passphrase(s, args_option(args, "new-passphrase-file"), kdf, &passphrase, err) < 0) {
		secret_release(&passphrase);
		return -1;
	}
	int rc = access_add_passphrase(s->c, &passphrase, kdf, err);
	secret_release(&passphrase);
	return rc;
}

static int add_recipient(struct session *s, const struct args *args, const char *file, struct err *err)
{
	struct buf line = BUF_INIT;
	char label[LABEL_TEXT];
	const char *role = args_option(args, "role");
	int rc = buf_read_file(&line, file, KEYFILE_LIMIT, err);
	buf_truncate(&line, strcspn(line.data, "\r\n"));
	if (rc == 0)
		rc = access_add_recipient(s->c, line.data, role ? role : "member", label, err);
	if (rc == 0)
		cmd_print_label(s, label);
	buf_release(&line);
	return rc;
}

/* ---- remove */

struct cmd_slots_choosing {
	const char *word; /* an index, or the label of a responder */
	unsigned index;
};

static int choose_slot(void *ctx, const struct access_slot *slot)
{
	struct cmd_slots_choosing *k = ctx;
	char number[16];
	snprintf(number, sizeof number, "%u", slot->slot.index);
	if (strcmp(k->word, number) != 0 && (!*slot->label || strcmp(k->word, slot->label) != 0))
		return 0;
	k->index = slot->slot.index;
	return 1;
}

static int slots_remove(struct session *s, const struct args *args, const char *word, struct err *err)
{
	struct cmd_slots_choosing k = {word, 0};
	struct secret passphrase = SECRET_INIT;
	struct access_keep keep;
	int found = access_each(s->c, choose_slot, &k, err);
	if (found == 0)
		err_set(err, ERR_NOT_FOUND, _("no slot is number or responder '%s'; `genba key slots list` shows them"),
		        word);
	int rc = found == 1 ? cmd_keep_passphrase(s, args, &passphrase, &keep, err) : -1;
	if (rc == 0)
		rc = access_remove(s->c, k.index, args_option(args, "reason"), &keep, &s->progress, err);
	if (rc == 0)
		fputs(_("The file was written anew under another key. Copies made before still open for whom they "
		        "opened.\n"),
		      s->log);
	secret_release(&passphrase);
	return rc;
}

int cmd_key_slots(struct session *s, const struct args *args, struct err *err)
{
	const char *what = args->count > 1 ? args->words[1] : "list";
	if (session_open(s, err) < 0)
		return -1;
	if (strcmp(what, "list") == 0 && args->count <= 2)
		return slots_list(s, args, err);
	if (strcmp(what, "add") == 0 && args->count == 2 && args_option(args, "passphrase"))
		return add_passphrase(s, args, err);
	if (strcmp(what, "add") == 0 && args->count == 3)
		return add_recipient(s, args, args->words[2], err);
	if (strcmp(what, "remove") == 0 && args->count == 3)
		return slots_remove(s, args, args->words[2], err);
	return cmd_usage("key", err);
}

/* ---- purge */

static int tell_copy(void *ctx, const char *line)
{
	printable_printf(ctx, "  %s\n", line);
	return 0;
}

/* What machines found and a check speaks of: its rows go with it. */
static int purge_observations(struct session *s, const char *label, struct err *err)
{
	uint64_t count = 0;
	if (work_store_begin(s->c, err) < 0)
		return -1;
	if (observation_purge_check(s->c, label, &count, err) < 0) {
		work_store_cancel(s->c);
		return -1;
	}
	if (work_store_commit(s->c, err) < 0)
		return -1;
	if (count)
		printable_printf(s->log,
		                 P_("%llu set of observations is purged; its digest stays on record\n",
		                    "%llu sets of observations are purged; their digests stay on record\n",
		                    (unsigned long long)count),
		                 (unsigned long long)count);
	return 0;
}

int cmd_purge(struct session *s, const struct args *args, struct err *err)
{
	const char *reason = args_option(args, "reason");
	struct secret passphrase = SECRET_INIT;
	struct access_keep keep;
	struct purge_report report;
	if (args->count != 1 || !reason || !*reason)
		return cmd_usage("purge", err);
	int rc = cmd_keep_passphrase(s, args, &passphrase, &keep, err);
	if (rc == 0)
		rc = purge_observations(s, args->words[0], err);
	if (rc == 0)
		rc = purge_record(s->c, args->words[0], reason, &keep, &s->progress, &report, err);
	secret_release(&passphrase);
	if (rc < 0)
		return -1;
	cmd_print_label(s, report.decision);
	printable_printf(s->log, _("Purged: %u texts, %u files; the file was written anew under another key.\n"),
	                 report.texts, report.files);
	if (report.shared)
		printable_printf(s->log,
		                 P_("%u file stays: other records name it too.\n",
		                    "%u files stay: other records name them too.\n", (unsigned long long)report.shared),
		                 report.shared);
	fputs(_("The short fields of the record stay in the history. Copies that may still hold what was purged:\n"),
	      s->log);
	rc = purge_known_copies(s->c, tell_copy, s->log, err);
	if (rc == 0)
		rc = backup_each_known(s->c, tell_copy, s->log, err);
	fputs(_("  and every other copy that somebody made of the file\n"), s->log);
	return rc;
}
