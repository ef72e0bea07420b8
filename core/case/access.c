#include "case/access.h"

#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"
#include "case/store/header_copy.h"
#include "case/store/record.h"
#include "case/store/responders.h"
#include "case/store/tokenizer.h"
#include "case/trust/known.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

/* ---- whose slot it is */

struct owner {
	const unsigned char *key;
	char label[LABEL_TEXT];
	char *name;
	int revoked;
	int found;
};

static int match_owner(void *ctx, const struct responder *r)
{
	struct owner *o = ctx;
	if (!r->has_key || memcmp(r->key, o->key, 32) != 0)
		return 0;
	if (o->found && r->revoked) /* one that counts is rather told of */
		return 0;
	free(o->name);
	snprintf(o->label, sizeof o->label, "%s", r->label);
	o->name = xstrdup(r->name);
	o->revoked = r->revoked != NULL;
	o->found = 1;
	return 0;
}

static int find_owner(struct case_file *c, const unsigned char key[32], struct owner *o, struct err *err)
{
	*o = (struct owner){.key = key};
	return responder_each(c, match_owner, o, err);
}

int access_each(struct case_file *c, int (*fn)(void *ctx, const struct access_slot *slot), void *ctx, struct err *err)
{
	struct vault_slot slots[VAULT_SLOTS];
	size_t count = vault_slots(c->vault, slots);
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct access_slot slot = {.slot = slots[i]};
		struct owner o = {.found = 0};
		if (slots[i].type == VAULT_SLOT_RECIPIENT && slots[i].recipient_known)
			rc = find_owner(c, slots[i].recipient, &o, err);
		if (rc == 0) {
			snprintf(slot.label, sizeof slot.label, "%s", o.label);
			slot.name = o.name;
			slot.revoked = o.revoked;
			rc = fn(ctx, &slot);
		}
		free(o.name);
	}
	return rc;
}

/* ---- giving access */

static void signing_keys(const struct case_file *c, struct vault_identity *keys)
{
	keys->public_key = c->identity->public_key;
	keys->secret_key = c->identity->secret_key;
}

static int has_slot(struct case_file *c, const unsigned char key[32])
{
	struct vault_slot slots[VAULT_SLOTS];
	size_t count = vault_slots(c->vault, slots);
	for (size_t i = 0; i < count; i++)
		if (slots[i].type == VAULT_SLOT_RECIPIENT && slots[i].recipient_known &&
		    memcmp(slots[i].recipient, key, 32) == 0)
			return 1;
	return 0;
}

static int mark_taken(void *ctx, const struct responder *r)
{
	return strcmp(r->mark, ctx) == 0;
}

/* A mark is unique in a case: R1 that is taken becomes R1B, R1C, … */
static int free_mark(struct case_file *c, char mark[MARK_TEXT], struct err *err)
{
	char wanted[MARK_TEXT];
	snprintf(wanted, sizeof wanted, "%s", mark);
	for (char letter = 'A';; letter++) {
		int taken = responder_each(c, mark_taken, mark, err);
		if (taken <= 0)
			return taken;
		if (letter == 'Z')
			return err_set(err, ERR_FAILED, _("every mark like %s is taken"), wanted);
		snprintf(mark, MARK_TEXT, "%.*s%c", MARK_TEXT - 2, wanted, letter + 1);
	}
}

static int record_responder(struct case_file *c, const char *line, const char *role, char label[LABEL_TEXT],
                            struct err *err)
{
	char *name;
	char mark[MARK_TEXT];
	identity_line_parts(line, &name, mark);
	int rc = free_mark(c, mark, err);
	struct action *a = rc == 0 ? action_begin(c, "add", err) : NULL;
	if (a) {
		struct assign fields[] = {
		    {"name", name}, {"mark", mark}, {"key", line}, {"role", role}, {"added_by", c->responder}};
		action_add(a, "responder", fields, 5, RECORD_MACHINE, label, err);
		rc = action_commit(a, err);
	} else {
		rc = -1;
	}
	free(name);
	return rc;
}

int access_add_recipient(struct case_file *c, const char *line, const char *role, char label[LABEL_TEXT],
                         struct err *err)
{
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	struct vault_identity keys;
	struct owner o;
	if (case_may_write(c, err) < 0 || ssh_public_parse(line, slot.recipient, err) < 0 ||
	    find_owner(c, slot.recipient, &o, err) < 0)
		return -1;
	int known = o.found && !o.revoked;
	snprintf(label, LABEL_TEXT, "%s", o.label);
	free(o.name);
	if (!known && record_responder(c, line, role, label, err) < 0)
		return -1;
	if (has_slot(c, slot.recipient))
		return 0;
	signing_keys(c, &keys);
	return vault_slot_add(c->vault, &slot, &keys, err);
}

int access_add_passphrase(struct case_file *c, const struct secret *passphrase, enum vault_kdf kdf, struct err *err)
{
	struct vault_new_slot slot = {.type = VAULT_SLOT_PASSPHRASE, .passphrase = passphrase, .kdf = kdf};
	struct vault_identity keys;
	if (case_may_write(c, err) < 0)
		return -1;
	signing_keys(c, &keys);
	return vault_slot_add(c->vault, &slot, &keys, err);
}

/* ---- writing the file anew */

int access_slots(struct case_file *c, const struct access_keep *keep, int may_drop, struct vault_new_slot *slots,
                 size_t *count, struct err *err)
{
	struct vault_slot now[VAULT_SLOTS];
	size_t total = vault_slots(c->vault, now);
	int passphrases = 0;
	*count = 0;
	memset(slots, 0, VAULT_SLOTS * sizeof *slots);
	for (size_t i = 0; i < total; i++) {
		struct vault_new_slot *slot = &slots[*count];
		slot->type = now[i].type;
		if (now[i].type == VAULT_SLOT_RECIPIENT) {
			if (!now[i].recipient_known)
				return err_set(err, ERR_DAMAGED,
				               _("slot %u does not tell whose it is; remove it first"), now[i].index);
			memcpy(slot->recipient, now[i].recipient, VAULT_KEY);
			++*count;
			continue;
		}
		if (!keep || !keep->passphrase) {
			if (may_drop)
				continue;
			return err_set(err, ERR_UNLOCK,
			               _("slot %u is for a passphrase, which is needed to keep it "
			                 "(--case-passphrase-file FILE), or remove it "
			                 "first"),
			               now[i].index);
		}
		if (!vault_passphrase_opens(c->vault, now[i].index, keep->passphrase))
			return err_set(err, ERR_UNLOCK, _("this is not the passphrase of slot %u"), now[i].index);
		if (++passphrases > 1)
			return err_set(err, ERR_INVALID,
			               _("only one passphrase slot can be kept: remove the others first"));
		slot->passphrase = keep->passphrase;
		slot->kdf = keep->kdf;
		++*count;
	}
	return *count > 0 ? 0 : err_set(err, ERR_INVALID, _("no way to open the case would be left"));
}

/* Lets go of everything that belongs to the old file, and opens the new one in its place. */
static int access_reopen(struct case_file *c, const struct secret *passphrase, struct err *err)
{
	struct vault_identity keys;
	struct vault_unlock how = {NULL, passphrase};
	if (c->identity && c->identity->secret_key) {
		signing_keys(c, &keys);
		how.identity = &keys;
	}
	for (size_t i = 0; i < CASE_STATEMENT_COUNT; i++) {
		sqlite3_finalize(c->statements[i]);
		c->statements[i] = NULL;
	}
	history_free(c->history);
	c->history = NULL;
	c->db = NULL;
	vault_close(c->vault, NULL); /* the file it was is gone: there is nothing to write back */
	c->vault = NULL;
	if (vault_open(&c->vault, c->path, &how, 0, err) < 0)
		return err_prefix(err, _("the case was written anew, but cannot be opened again"));
	c->db = vault_db(c->vault);
	if (tokenizer_register(c->db, err) < 0 || case_schema_check(c, err) < 0 || case_open_history(c, err) < 0)
		return -1;
	generations_note_all(&c->generations);
	known_remember(c);
	header_copy_keep(c);
	return case_refresh(c, err);
}

static int rotate_to(struct case_file *c, const struct vault_new_slot *slots, size_t count,
                     const struct access_keep *keep, const struct progress *progress, struct err *err)
{
	struct vault_identity keys;
	if (case_may_write(c, err) < 0)
		return -1;
	if (c->action)
		return err_set(err, ERR_FAILED, _("another action is under way"));
	signing_keys(c, &keys);
	case_reset_statements(c);
	if (vault_rotate(c->vault, c->path, slots, count, &keys, progress, err) < 0)
		return -1;
	return access_reopen(c, keep ? keep->passphrase : NULL, err);
}

int case_rotate(struct case_file *c, const struct access_keep *keep, const struct progress *progress, struct err *err)
{
	struct vault_new_slot slots[VAULT_SLOTS];
	size_t count;
	if (access_slots(c, keep, 0, slots, &count, err) < 0)
		return -1;
	return rotate_to(c, slots, count, keep, progress, err);
}

/* ---- taking access away */

static int revoke(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	struct assign fields[] = {{"revoked", now}, {"revoke_reason", reason}};
	struct action *a = action_begin(c, "revoke", err);
	if (!a)
		return -1;
	action_set(a, label, fields, 2, RECORD_MACHINE, err);
	return action_commit(a, err);
}

/* The one passphrase slot beside slot `index`, if there is one, to be made again behind the others. */
static int keep_other_passphrase(struct case_file *c, unsigned index, const struct access_keep *keep,
                                 struct vault_new_slot *slots, size_t *count, struct err *err)
{
	struct vault_slot now[VAULT_SLOTS];
	size_t total = vault_slots(c->vault, now);
	int others = 0;
	for (size_t i = 0; i < total; i++) {
		if (i == index || now[i].type != VAULT_SLOT_PASSPHRASE)
			continue;
		if (++others > 1)
			return err_set(err, ERR_INVALID,
			               _("only one passphrase slot can be kept: remove the others first"));
		if (!keep || !keep->passphrase || !vault_passphrase_opens(c->vault, now[i].index, keep->passphrase))
			return err_set(
			    err, ERR_UNLOCK,
			    _("slot %u is for a passphrase, which is needed to keep it (--case-passphrase-file FILE)"),
			    now[i].index);
		slots[(*count)++] = (struct vault_new_slot){
		    .type = VAULT_SLOT_PASSPHRASE, .passphrase = keep->passphrase, .kdf = keep->kdf};
	}
	return 0;
}

/* The slots that are left without slot `index`. */
static int slots_without(struct case_file *c, unsigned index, const struct access_keep *keep,
                         struct vault_new_slot *slots, size_t *count, struct err *err)
{
	struct vault_slot now[VAULT_SLOTS];
	vault_slots(c->vault, now);
	if (now[index].type == VAULT_SLOT_PASSPHRASE)
		return access_slots(c, NULL, 1, slots, count, err) < 0 ||
		               keep_other_passphrase(c, index, keep, slots, count, err) < 0
		           ? -1
		           : 0;
	if (access_slots(c, keep, 0, slots, count, err) < 0)
		return -1;
	size_t kept = 0;
	for (size_t i = 0; i < *count; i++)
		if (slots[i].type != VAULT_SLOT_RECIPIENT ||
		    memcmp(slots[i].recipient, now[index].recipient, VAULT_KEY) != 0)
			slots[kept++] = slots[i];
	*count = kept;
	return 0;
}

int access_remove(struct case_file *c, unsigned index, const char *reason, const struct access_keep *keep,
                  const struct progress *progress, struct err *err)
{
	struct vault_slot now[VAULT_SLOTS];
	struct vault_new_slot slots[VAULT_SLOTS];
	size_t count;
	struct owner o = {.found = 0};
	if (case_may_write(c, err) < 0)
		return -1;
	if (index >= vault_slots(c->vault, now))
		return err_set(err, ERR_NOT_FOUND, _("there is no slot %u; `genba key slots list` shows them"), index);
	if (now[index].opened_by)
		return err_set(err, ERR_INVALID,
		               _("slot %u is the one that opened the case now: somebody else has to remove it"), index);
	if (!reason || !*reason)
		return err_set(err, ERR_USAGE, _("taking access away needs a reason: --reason TEXT"));
	if (slots_without(c, index, keep, slots, &count, err) < 0)
		return -1;
	if (now[index].type == VAULT_SLOT_RECIPIENT && now[index].recipient_known &&
	    find_owner(c, now[index].recipient, &o, err) < 0)
		return -1;
	int revokes = o.found && !o.revoked;
	int rc = revokes ? revoke(c, o.label, reason, err) : 0;
	free(o.name);
	if (rc < 0)
		return -1;
	rc = rotate_to(c, slots, count, keep, progress, err);
	if (rc < 0 && revokes)
		err_prefix(
		    err,
		    _("done: the revocation of %s is on record; not done: the file was not written anew and still "
		      "opens for that key. Do the same again"),
		    o.label);
	return rc;
}
