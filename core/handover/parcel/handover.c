#include "handover/parcel/handover.h"

#include "base/err.h"
#include "base/file/part_error.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/case.h"
#include "case/identity/identity.h"
#include "case/store/leave_behind.h"
#include "case/store/meta.h"
#include "case/store/record.h"
#include "case/store/responders.h"
#include "handover/parcel/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- recipients */

struct handover_finding {
	const unsigned char *key;
	struct handover_recipient *out;
	int found;
	int revoked;
	json_t *marks; /* all that are taken */
};

static int look_at_responder(void *ctx, const struct responder *r)
{
	struct handover_finding *f = ctx;
	if (*r->mark)
		json_object_set_new(f->marks, r->mark, json_true());
	if (!r->has_key || memcmp(r->key, f->key, 32) != 0)
		return 0;
	f->revoked |= r->revoked != NULL || r->is_retracted;
	if (f->found++) /* entered twice; a revocation of either counts */
		return 0;
	snprintf(f->out->label, sizeof f->out->label, "%s", r->label);
	snprintf(f->out->mark, sizeof f->out->mark, "%s", r->mark);
	free(f->out->name);
	f->out->name = xstrdup(r->name);
	return 0;
}

/* The mark in the key's comment, or the first of its letters with a number that nobody has here. */
static void free_mark(const json_t *marks, char mark[MARK_TEXT])
{
	char letters[5];
	unsigned number = 1;
	snprintf(letters, sizeof letters, "%.*s",
	         (int)(strcspn(mark, "0123456789") > 4 ? 4 : strcspn(mark, "0123456789")), mark);
	while (json_object_get(marks, mark))
		snprintf(mark, MARK_TEXT, "%s%u", letters, ++number);
}

static int know(struct case_file *c, struct action **a, const char *line, struct handover_recipient *r, json_t *marks,
                struct err *err)
{
	struct handover_finding f = {r->key, r, 0, 0, marks};
	if (ssh_public_parse(line, r->key, err) < 0 || responder_each(c, look_at_responder, &f, err) < 0)
		return -1;
	if (f.found)
		return f.revoked ? err_set(err, ERR_FAILED,
		                           _("%s (%s) was revoked in this case: nothing is handed to that key"),
		                           r->label, r->name)
		                 : 0;
	identity_line_parts(line, &r->name, r->mark);
	free_mark(marks, r->mark);
	json_object_set_new(marks, r->mark, json_true());
	if (!*a && !(*a = action_begin(c, "handover", err)))
		return -1;
	struct buf bare = BUF_INIT;
	ssh_public_line(r->key, r->name, &bare);
	struct assign fields[] = {{"name", r->name}, {"mark", r->mark}, {"key", bare.data}, {"role", "member"}};
	r->added = 1;
	int rc = action_add(*a, "responder", fields, 4, RECORD_MACHINE, r->label, err);
	buf_release(&bare);
	return rc;
}

int handover_recipients(struct case_file *c, const char *const *lines, size_t count, struct handover_recipient *out,
                        struct err *err)
{
	struct action *a = NULL;
	json_t *marks = json_object();
	int rc = count <= HANDOVER_TO ? 0 : err_set(err, ERR_USAGE, _("at most %d recipients at a time"), HANDOVER_TO);
	for (size_t i = 0; i < count && rc == 0; i++) {
		memset(&out[i], 0, sizeof out[i]);
		rc = know(c, &a, lines[i], &out[i], marks, err);
	}
	json_decref(marks);
	if (!a)
		return rc;
	if (rc == 0)
		return action_commit(a, err);
	action_cancel(a);
	return -1;
}

void handover_recipients_release(struct handover_recipient *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].name);
		list[i].name = NULL;
	}
}

/* ---- what the other side has */

static void peer_key(const unsigned char key[32], char name[80])
{
	struct buf hex = BUF_INIT;
	buf_addhex(&hex, key, 32);
	snprintf(name, 80, "peer.%s", hex.data);
	buf_release(&hex);
}

int handover_known(struct case_file *c, const unsigned char key[32], char commit[HISTORY_ID], struct err *err)
{
	char name[80];
	struct buf value = BUF_INIT;
	peer_key(key, name);
	int rc = case_meta_get(c, name, &value, err);
	if (rc == 0)
		snprintf(commit, HISTORY_ID, "%s", value.data);
	buf_release(&value);
	return rc;
}

int handover_set_known(struct case_file *c, const unsigned char key[32], const char *commit, struct err *err)
{
	char name[80];
	peer_key(key, name);
	return case_meta_set(c, name, commit, err);
}

/* ---- the copy */

static void own_identity(const struct case_file *c, struct vault_identity *keys)
{
	keys->public_key = case_identity(c)->public_key;
	keys->secret_key = case_identity(c)->secret_key;
}

/* The bytes that stay behind are overwritten, and the file is written anew after this, without free pages. */
static int strip(struct case_file *c, const struct handover_copy *how, size_t *left, struct err *err)
{
	json_t *keep = json_object();
	int rc = 0;
	for (size_t i = 0; rc == 0 && how->secrets && how->secrets[i]; i++) {
		json_t *record = record_get(c, how->secrets[i], RECORD_RAW, err);
		const char *name;
		json_t *value;
		rc = record ? 0 : -1;
		json_object_foreach(record, name, value)
			if (json_is_string(value) && strncmp(json_string_value(value), "secret:", 7) == 0)
				json_object_set_new(keep, json_string_value(value), json_true());
		json_decref(record);
	}
	if (rc == 0)
		rc = case_leave_behind(c, keep, left, err);
	json_decref(keep);
	return rc;
}

static size_t make_slots(const struct case_file *c, const struct handover_copy *how, struct vault_new_slot *slots)
{
	size_t n = 0;
	memset(slots, 0, (HANDOVER_TO + 2) * sizeof *slots);
	int me = how->without_me;
	for (size_t i = 0; i < how->count; i++) {
		slots[n].type = VAULT_SLOT_RECIPIENT;
		memcpy(slots[n++].recipient, how->to[i].key, 32);
		me |= memcmp(how->to[i].key, case_identity(c)->public_key, 32) == 0;
	}
	if (!me) {
		slots[n].type = VAULT_SLOT_RECIPIENT;
		memcpy(slots[n++].recipient, case_identity(c)->public_key, 32);
	}
	if (how->passphrase) {
		slots[n].type = VAULT_SLOT_PASSPHRASE;
		slots[n].passphrase = how->passphrase;
		slots[n++].kdf = how->kdf;
	}
	return n;
}

/* First a copy for nobody but ourselves, from which is taken what must not travel; then, from that, the one to hand over. */
int handover_copy(struct case_file *c, const char *path, const struct handover_copy *how, size_t *left, struct err *err)
{
	struct vault_new_slot slots[HANDOVER_TO + 2];
	struct vault_new_slot mine = {.type = VAULT_SLOT_RECIPIENT};
	struct vault_identity keys;
	if (case_may_write(c, err) < 0)
		return -1;
	if (path_must_be_new(path, err) < 0)
		return -1;
	own_identity(c, &keys);
	memcpy(mine.recipient, case_identity(c)->public_key, 32);
	char *middle = xasprintf("%s.handover.part", path);
	char *log = xasprintf("%s-wal", middle);
	unlink(middle); /* of an attempt that was killed */
	unlink(log);
	int rc = vault_rotate(case_vault(c), middle, &mine, 1, &keys, how->progress, err);
	if (rc == 0) {
		struct case_unlock unlock = {case_identity(c), NULL};
		struct case_file *copy = case_open(middle, &unlock, CASE_PASSING, err);
		rc = copy ? strip(copy, how, left, err) : -1;
		if (rc == 0)
			rc = vault_rotate(case_vault(copy), path, slots, make_slots(c, how, slots), &keys,
			                  how->progress, err);
		if (copy && case_close(copy, rc == 0 ? err : NULL) < 0)
			rc = -1;
	}
	if (rc < 0)
		part_error_name(err, middle, path);
	unlink(middle);
	unlink(log);
	free(middle);
	free(log);
	return rc;
}

/* ---- parcels */

/* Commits that every recipient is known to have, or nothing: then all of the history goes. */
static size_t known_to_all(struct case_file *c, const struct handover_copy *how, char have[PARCEL_NEEDS][HISTORY_ID])
{
	size_t n = 0;
	for (size_t i = 0; i < how->count && n < PARCEL_NEEDS; i++) {
		char commit[HISTORY_ID];
		if (memcmp(how->to[i].key, case_identity(c)->public_key, 32) == 0)
			continue;
		if (handover_known(c, how->to[i].key, commit, NULL) < 0 || !history_has(case_history(c), commit))
			return 0;
		memcpy(have[n++], commit, HISTORY_ID);
	}
	if (n <= 1)
		return n;
	/* several recipients: only what comes before all of them */
	char bases[HISTORY_BASES][HISTORY_ID];
	size_t count = 0;
	for (size_t i = 1; i < n; i++) {
		if (history_bases(case_history(c), have[0], have[i], bases, &count, NULL) < 0 || count == 0)
			return 0;
		memcpy(have[0], bases[0], HISTORY_ID);
	}
	return 1;
}

int handover_delta(struct case_file *c, const char *path, const struct handover_copy *how, size_t *bytes,
                   struct err *err)
{
	char have[PARCEL_NEEDS][HISTORY_ID];
	unsigned char to[HANDOVER_TO + 1][32];
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	if (case_may_write(c, err) < 0)
		return -1;
	if (path_must_be_new(path, err) < 0)
		return -1;
	for (size_t i = 0; i < how->count; i++)
		memcpy(to[i], how->to[i].key, 32);
	int rc = parcel_write_records(c, (const char(*)[HISTORY_ID])have, known_to_all(c, how, have), how->secrets,
	                              how->records, &plain, err);
	if (rc == 0)
		rc = seal_close(plain.data, plain.len, (const unsigned char(*)[32])to, how->count, &sealed, err);
	if (rc == 0)
		rc = path_write_file(path, sealed.data, sealed.len, 0, err);
	*bytes = sealed.len;
	if (plain.cap)
		sodium_memzero(plain.data, plain.len);
	buf_release(&plain);
	buf_release(&sealed);
	return rc;
}

int handover_open_delta(const char *path, const struct identity *id, struct buf *plain, struct parcel *p,
                        struct err *err)
{
	struct buf sealed = BUF_INIT;
	memset(p, 0, sizeof *p);
	int rc = buf_read_file(&sealed, path, PARCEL_LIMIT + (64U << 20), err);
	if (rc == 0)
		rc = seal_open(sealed.data, sealed.len, id, plain, err);
	if (rc == 0)
		rc = parcel_read(p, plain->data, plain->len, err);
	if (rc == 0 && !p->is_signed)
		rc = err_set(err, ERR_DAMAGED, _("nobody signed it: anybody who knows your key could have made it"));
	if (rc < 0)
		err_prefix(err, _("cannot read '%s'"), path);
	buf_release(&sealed);
	return rc;
}
