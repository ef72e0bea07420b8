#include "handover/parcel/transfer.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/identity/identity.h"
#include "case/kind/stored_words.h"
#include "case/store/meta.h"
#include "case/store/responders.h"
#include "evidence/image/place.h"
#include "handover/parcel/handover_recover.h"

#include <stdlib.h>
#include <string.h>

static const char name_space[] = "genba-receipt";
static const char last_receipt[] = "local.receipt"; /* label, newline, receipt: setting of the copy that accepted */

/* ---- the sender */

/* The name of the responder this identity is here; the caller frees. */
static char *own_name(struct case_file *c)
{
	return xstrdup(case_identity(c)->name);
}

int transfer_record(struct case_file *c, const struct handover_recipient *to, size_t count, const char *items,
                    const char *brief, const char *path, char (*labels)[LABEL_TEXT], struct err *err)
{
	char now[CLOCK_TEXT];
	char head[HISTORY_ID];
	char note[LABEL_TEXT];
	if (history_head(case_history(c), head, err) < 0)
		return -1;
	struct action *a = action_begin(c, "handover", err);
	if (!a)
		return -1;
	clock_format(clock_now(), now);
	char *me = own_name(c);
	struct buf what = BUF_INIT;
	buf_adds(&what, "case");
	if (items && *items)
		buf_addf(&what, ",%s", items);
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct assign fields[] = {{"items", what.data},
		                          {"action", "handed_over"},
		                          {"from", me},
		                          {"to", to[i].name},
		                          {"when", now},
		                          {"purpose", WORDS_HANDOVER},
		                          {"means", "electronic"},
		                          {"head", head},
		                          {"to_responder", to[i].label}};
		size_t given = sizeof fields / sizeof *fields - (*to[i].label ? 0 : 1); /* a name only has no key */
		/* what is established is in the records that it tells of: it is no fact of its own */
		struct assign text[] = {
		    {"text", brief}, {"on", labels[i]}, {"title", WORDS_BRIEF}, {"stance", "unknown"}};
		rc = action_add(a, "transfer", fields, given, RECORD_MACHINE, labels[i], err);
		if (rc == 0 && brief && *brief)
			rc = action_add(a, "note", text, 4, 0, note, err);
	}
	if (rc == 0)
		rc = handover_recover_note(c, path, to, (const char(*)[LABEL_TEXT])labels, count, err);
	free(me);
	buf_release(&what);
	if (rc == 0)
		return action_commit(a, err);
	action_cancel(a);
	return -1;
}

/* ---- the recipient */

/* The name by which the case knows this identity: that of its responder's record. */
struct transfer_naming {
	const unsigned char *key;
	char *name;
};

static int look_at_name(void *ctx, const struct responder *r)
{
	struct transfer_naming *n = ctx;
	if (r->is_retracted || !r->has_key || memcmp(r->key, n->key, 32) != 0)
		return 0;
	n->name = xstrdup(r->name);
	return 1;
}

/* What was handed over before the key went on record: only the names tell. */
static int is_called_as_recipient(struct case_file *c, const json_t *transfer, const unsigned char key[32])
{
	struct transfer_naming n = {key, NULL};
	const char *to = json_get_string(transfer, "to");
	json_t *party = to ? record_get(c, to, RECORD_WITH_RETRACTED, NULL) : NULL;
	const char *name = json_get_string(party, "name");
	responder_each(c, look_at_name, &n, NULL);
	int same = name && n.name && strcmp(name, n.name) == 0;
	json_decref(party);
	free(n.name);
	return same;
}

int transfer_is_to(struct case_file *c, const json_t *transfer, const unsigned char key[32])
{
	struct responder r = {.has_key = 0};
	const char *responder = json_get_string(transfer, "to_responder");
	if (!responder)
		return is_called_as_recipient(c, transfer, key);
	json_t *record = record_get(c, responder, RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
	if (record)
		responder_read(&r, "", record);
	int same = record && r.has_key && memcmp(r.key, key, 32) == 0;
	json_decref(record);
	return same;
}

struct transfer_looking {
	const unsigned char *key;
	char label[LABEL_TEXT];
	struct case_file *c;
};

static int look_at_transfer(void *ctx, json_t *record)
{
	struct transfer_looking *l = ctx;
	if (json_is(record, "action", "handed_over") && !json_object_get(record, "accepted") &&
	    transfer_is_to(l->c, record, l->key))
		snprintf(l->label, sizeof l->label, "%s", record_label(record)); /* the newest comes last */
	return 0;
}

int transfer_pending(struct case_file *c, char label[LABEL_TEXT], struct err *err)
{
	struct transfer_looking l = {case_identity(c) ? case_identity(c)->public_key : NULL, "", c};
	if (!l.key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked"));
	if (record_each(c, "transfer", 0, look_at_transfer, &l, err) < 0)
		return -1;
	if (!*l.label)
		return err_set(err, ERR_NOT_FOUND, _("no handover to you waits in this case"));
	snprintf(label, LABEL_TEXT, "%s", l.label);
	return 0;
}

static int sign_receipt(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

static int make_receipt(struct case_file *c, const char *label, const char *accepted, const char *checked,
                        const struct transfer_item *items, size_t count, struct buf *receipt, struct err *err)
{
	char head[HISTORY_ID];
	const struct identity *id = case_identity(c);
	if (history_head(case_history(c), head, err) < 0)
		return -1;
	json_t *evidence = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(evidence, json_pack("{s:s s:s s:s s:s}", "came",
		                                          items[i].came ? items[i].came : "", "label", items[i].label,
		                                          "sha256", items[i].sha256, "result", items[i].result));
	json_t *object = json_pack("{s:s s:i s:s s:s s:s s:s s:s s:s s:o}", "format", "genba-receipt", "version",
	                           RECEIPT_VERSION, "case", case_id(c), "transfer", label, "head", head, "accepted",
	                           accepted, "checked", checked, "by", id->name, "evidence", evidence);
	struct history_signer signer = {sign_receipt, (void *)(uintptr_t)id, {0}};
	struct buf text = BUF_INIT;
	memcpy(signer.public_key, id->public_key, 32);
	int rc = json_canonical(object, &text, err);
	buf_add(receipt, text.data, text.len);
	buf_addc(receipt, '\n');
	if (rc == 0)
		rc = sshsig_sign(name_space, text.data, text.len, &signer, receipt, err);
	buf_addc(receipt, '\n');
	json_decref(object);
	buf_release(&text);
	return rc;
}

/* The worst of all items: a difference, then what was not checked. */
static const char *worst(const struct transfer_item *items, size_t count)
{
	const char *result = count ? "same" : "not_checked";
	for (size_t i = 0; i < count; i++) {
		if (strcmp(items[i].result, "different") == 0)
			return "different";
		if (strcmp(items[i].result, "not_checked") == 0)
			result = "not_checked";
	}
	return result;
}

struct transfer_giver {
	const char *mark;
	unsigned char key[32];
	int found; /* how many have it */
};

static int look_at_giver(void *ctx, const struct responder *r)
{
	struct transfer_giver *g = ctx;
	if (!r->has_key || r->is_retracted || strcmp(r->mark, g->mark) != 0)
		return 0;
	g->found += !g->found || memcmp(g->key, r->key, sizeof g->key) != 0;
	memcpy(g->key, r->key, sizeof g->key);
	return 0;
}

/* Whoever handed the case over, by the mark of who recorded it, has what it was made of: what goes back to them is what is new
 * since. Of two keys of one mark nobody is meant, and all goes back. */
static int remember_giver(struct case_file *c, const char *label, struct err *err)
{
	json_t *record = record_get(c, label, 0, err);
	const char *head = json_get_string(record, "head");
	struct transfer_giver g = {json_get_string(record, "author"), {0}, 0};
	int rc = record ? 0 : -1;
	if (g.mark && head && strlen(head) < HISTORY_ID && history_has(case_history(c), head))
		rc = responder_each(c, look_at_giver, &g, err) < 0 ? -1 : 0;
	if (rc == 0 && g.found == 1)
		rc = handover_set_known(c, g.key, head, err);
	json_decref(record);
	return rc;
}

static int record_accepted(struct case_file *c, const char *label, const char *accepted, const char *checked,
                           const char *note, const json_t *places, const struct buf *receipt, struct err *err)
{
	char made[LABEL_TEXT];
	struct action *a = action_begin(c, "accept", err);
	struct assign fields[] = {{"accepted", accepted}, {"hash_checked", checked}};
	struct assign text[] = {{"text", note}, {"on", label}, {"stance", "fact"}};
	if (!a)
		return -1;
	int rc = action_set(a, label, fields, 2, 0, err);
	if (rc == 0 && note && *note)
		rc = action_add(a, "note", text, 3, 0, made, err);
	if (rc == 0 && places && json_object_size(places))
		rc = evidence_keep_places(c, places, err);
	if (rc == 0)
		rc = remember_giver(c, label, err);
	if (rc == 0 && receipt) {
		char *kept = xasprintf("%s\n%s", label, receipt->data);
		rc = case_meta_set(c, last_receipt, kept, err);
		free(kept);
	}
	if (rc == 0)
		return action_commit(a, err);
	action_cancel(a);
	return -1;
}

int transfer_accept(struct case_file *c, const char *label, const struct transfer_item *items, size_t count,
                    const char *missing, const json_t *places, struct buf *receipt, struct err *err)
{
	char now[CLOCK_TEXT];
	const char *checked = worst(items, count);
	if (case_may_write(c, err) < 0)
		return -1;
	clock_format(clock_now(), now);
	/* the receipt names the state that was handed over, the one before the acceptance */
	if (make_receipt(c, label, now, checked, items, count, receipt, err) < 0)
		return -1;
	return record_accepted(c, label, now, checked, missing, places, receipt, err);
}

int transfer_receipt_again(struct case_file *c, char label[LABEL_TEXT], struct buf *receipt, struct err *err)
{
	struct buf kept = BUF_INIT;
	if (case_meta_get(c, last_receipt, &kept, err) < 0) {
		buf_release(&kept);
		return -1;
	}
	size_t n = strcspn(kept.data, "\n");
	snprintf(label, LABEL_TEXT, "%.*s", (int)(n < LABEL_TEXT ? n : 0), kept.data);
	buf_adds(receipt, kept.data + n + (kept.data[n] != '\0'));
	buf_release(&kept);
	return 0;
}

/* ---- the receipt comes home */

static json_t *read_receipt(const void *bytes, size_t n, unsigned char key[32], struct err *err)
{
	static const char begin[] = "-----BEGIN SSH SIGNATURE-----";
	if (n > RECEIPT_LIMIT) {
		err_set(err, ERR_INVALID, _("this is no receipt: it is too large"));
		return NULL;
	}
	const char *at = memmem(bytes, n, begin, sizeof begin - 1);
	if (!at || at == bytes || at[-1] != '\n') {
		err_set(err, ERR_INVALID, _("this is no receipt: it is not signed"));
		return NULL;
	}
	size_t size = (size_t)(at - (const char *)bytes) - 1;
	size_t left = n - size - 1;
	while (left > 0 && at[left - 1] == '\n')
		left--;
	if (sshsig_verify(name_space, bytes, size, at, left, key, err) < 0)
		return NULL;
	json_t *object = json_parse_canonical(bytes, size, err);
	const char *format = object ? json_get_string(object, "format") : NULL;
	if (object && (!format || strcmp(format, "genba-receipt") != 0)) {
		err_set(err, ERR_INVALID, _("this is no receipt: it has another format"));
		json_decref(object);
		return NULL;
	}
	return object;
}

/* What differed or was not checked, a line each, from the receipt's list. */
static void differences(const json_t *receipt, struct buf *lines)
{
	size_t i;
	json_t *item;
	json_array_foreach(json_object_get(receipt, "evidence"), i, item) {
		const char *label = json_get_string(item, "label");
		const char *result = json_get_string(item, "result");
		if (label && result && strcmp(result, "same") != 0)
			buf_addf(lines, "%s: %s\n", label,
			         strcmp(result, "different") == 0 ? _("differs at the recipient's")
			                                          : _("not checked by the recipient"));
	}
}

static int check_receipt(struct case_file *c, const json_t *receipt, const unsigned char key[32], struct err *err)
{
	char head[HISTORY_ID];
	const char *case_of = json_get_string(receipt, "case");
	const char *commit = json_get_string(receipt, "head");
	if (!case_of || strcmp(case_of, case_id(c)) != 0)
		return err_set(err, ERR_INVALID, _("the receipt belongs to another case"));
	if (!commit || !history_has(case_history(c), commit))
		return err_set(
		    err, ERR_INVALID,
		    _("the receipt names a state that this case never had: it does not match what you handed over"));
	if (history_head(case_history(c), head, err) < 0)
		return -1;
	struct responders *responders = responders_new(case_history(c));
	int known = responders_counts(responders, head, key);
	responders_free(responders);
	return known
	           ? 0
	           : err_set(err, ERR_DAMAGED, _("the receipt is signed by somebody who is no responder of this case"));
}

/* Whether the transfer was made to the holder of the key. */
static int is_recipient(struct case_file *c, const json_t *transfer, const unsigned char key[32])
{
	unsigned char known[32];
	if (handover_recover_recipient(c, record_label(transfer), known))
		return memcmp(known, key, 32) == 0;
	return transfer_is_to(c, transfer, key);
}

/* The state that the receipt names must have the transfer in it, and its evidence the digests that are on record here. */
static int check_match(struct case_file *c, const json_t *receipt, const json_t *transfer, struct err *err)
{
	uint64_t before = 0;
	uint64_t then = 0;
	size_t i;
	json_t *item;
	const char *head = json_get_string(transfer, "head");
	if (!head || history_number(case_history(c), head, &before, NULL) < 0 ||
	    history_number(case_history(c), json_get_string(receipt, "head"), &then, NULL) < 0 ||
	    !history_is_ancestor(case_history(c), before, then))
		return err_set(err, ERR_INVALID,
		               _("the receipt names a state from before the handover: it does not match"));
	json_array_foreach(json_object_get(receipt, "evidence"), i, item) {
		const char *label = json_get_string(item, "label");
		const char *theirs = json_get_string(item, "sha256");
		json_t *record = label ? record_get(c, label, RECORD_WITH_RETRACTED, NULL) : NULL;
		const char *ours = record ? json_get_string(record, "sha256") : NULL;
		int same = record && theirs && strcmp(theirs, ours ? ours : "") == 0;
		json_decref(record);
		if (!same)
			return err_set(err, ERR_INVALID,
			               _("the receipt has another digest for %s than this case: it does not match"),
			               label ? label : "?");
	}
	return 0;
}

int transfer_import_receipt(struct case_file *c, const void *bytes, size_t n, char label[LABEL_TEXT], struct err *err)
{
	unsigned char key[32];
	json_t *receipt = read_receipt(bytes, n, key, err);
	struct buf lines = BUF_INIT;
	int rc = receipt ? check_receipt(c, receipt, key, err) : -1;
	const char *transfer = receipt ? json_get_string(receipt, "transfer") : NULL;
	const char *accepted = receipt ? json_get_string(receipt, "accepted") : NULL;
	const char *checked = receipt ? json_get_string(receipt, "checked") : NULL;
	json_t *record = rc == 0 && transfer ? record_get(c, transfer, 0, err) : NULL;
	const char *kind = record ? json_get_string(record, "kind") : NULL;
	if (rc == 0 && (!kind_has(kind, KIND_CUSTODY) || !accepted || !checked))
		rc = err_set(err, ERR_INVALID, _("the receipt names no transfer of this case"));
	if (rc == 0 && !is_recipient(c, record, key))
		rc = err_set(err, ERR_DAMAGED, _("the receipt is not signed by whom %s was made to"), transfer);
	if (rc == 0)
		rc = check_match(c, receipt, record, err);
	if (rc == 0 && json_object_get(record, "accepted"))
		rc = err_set(err, ERR_EXISTS, _("%s was accepted already (%s)"), transfer,
		             json_get_string(record, "accepted"));
	if (rc == 0) {
		differences(receipt, &lines);
		rc = record_accepted(c, transfer, accepted, checked, lines.data, NULL, NULL, err);
	}
	if (rc == 0) {
		snprintf(label, LABEL_TEXT, "%s", transfer);
		rc = handover_set_known(c, key, json_get_string(receipt, "head"), err);
	}
	json_decref(record);
	json_decref(receipt);
	buf_release(&lines);
	return rc;
}
