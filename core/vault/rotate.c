/*
 * Slots of an open case, and writing it anew under another key.
 *
 * A key that somebody knew cannot be taken back, so revoking, handing over and
 * purging all write a new file. It gets a name of its own until it is whole,
 * verified and on the medium; then one rename puts it in its place.
 */
#include "vault/create.h"

#include "base/file/new_file.h"
#include "base/file/part_error.h"
#include "base/i18n.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

size_t vault_slots(const struct vault *v, struct vault_slot slots[VAULT_SLOTS])
{
	size_t count = header_slots(v->header);
	for (unsigned i = 0; i < count; i++) {
		const unsigned char *raw = header_slot(v->header, i);
		struct slot_head head;
		slot_parse(raw, &head, NULL);
		slots[i] = (struct vault_slot){.index = i,
		                               .type = (enum vault_slot_type)head.type,
		                               .kdf_passes = head.passes,
		                               .kdf_kib = head.kib,
		                               .opened_by = i == v->report.slot};
		if (head.type == VAULT_SLOT_RECIPIENT)
			slots[i].recipient_known = slot_recipient(raw, v->keys, slots[i].recipient) == 0;
	}
	return count;
}

int vault_passphrase_opens(const struct vault *v, unsigned index, const struct secret *passphrase)
{
	struct slot_head head;
	if (index >= header_slots(v->header) || slot_parse(header_slot(v->header, index), &head, NULL) < 0 ||
	    head.type != VAULT_SLOT_PASSPHRASE)
		return 0;
	struct cipher_keys *tried = secret_alloc(sizeof *tried);
	memcpy(tried->id, v->keys->id, sizeof tried->id);
	int opens = slot_open_passphrase(header_slot(v->header, index), passphrase, tried) == 0;
	secret_free(tried);
	return opens;
}

static int may_write(const struct vault *v, struct err *err)
{
	if (v->flags & VAULT_READ_ONLY)
		return err_set(err, ERR_FAILED, _("'%s' was opened read-only"), v->path);
	if (v->dead)
		return err_set(err, ERR_FAILED, _("'%s' can no longer be written: close and reopen it"), v->path);
	return 0;
}

int vault_slot_add(struct vault *v, const struct vault_new_slot *slot, const struct vault_identity *signer,
                   struct err *err)
{
	unsigned count = header_slots(v->header);
	if (may_write(v, err) < 0)
		return -1;
	if (count == VAULT_SLOTS)
		return err_set(err, ERR_INVALID, _("all %d slots are taken"), VAULT_SLOTS);
	unsigned char *slots = xcalloc(count + 1, SLOT_SIZE), *header = xmalloc(HEADER_SIZE);
	memcpy(slots, header_slot(v->header, 0), (size_t)count * SLOT_SIZE);
	int rc = slot_make(slots + (size_t)count * SLOT_SIZE, slot, v->keys, err);
	if (rc == 0) {
		struct err why = ERR_INIT;
		header_build(header, v->keys, header_sequence(v->header) + 1, slots, count + 1, signer);
		if (header_judge(header, &why) != HEADER_GOOD)
			rc = err_set(err, ERR_INVALID, "%s", why.message);
	}
	if (rc == 0) {
		memcpy(v->header, header, HEADER_SIZE);
		if (state_write_header(v) != SQLITE_OK || state_write_anchor(v, 0) != SQLITE_OK) {
			v->dead = 1; /* which of the two headers is on the medium, only reopening tells */
			rc = err_take(err, &v->fault);
		} else {
			v->report.header_sequence = header_sequence(v->header);
			v->report.signature = header_signature(v->header, v->report.signer);
		}
	}
	free(slots);
	free(header);
	return rc;
}

/* ---- rotation ---- */

static void count_finding(void *ctx, const char *text)
{
	struct err *err = ctx;
	err_set(err, ERR_DAMAGED, "%s", text);
}

/* Lets SQLite copy everything into the new vault, then makes that a running one. */
static int copy_into(struct vault *v, struct vault *to, struct err *err)
{
	if (sqlite3_vfs_register(&to->vfs, 0) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot register with SQLite"));
	to->registered = 1;
	char *sql = xasprintf("VACUUM INTO 'file:vault?vfs=%s'", to->vfs_name);
	sqlite3_limit(v->db, SQLITE_LIMIT_ATTACHED, 1);
	int rc = vault_exec(v, sql, err);
	sqlite3_limit(v->db, SQLITE_LIMIT_ATTACHED, 0);
	free(sql);
	if (rc < 0 && to->fault.code) { /* the cause is on the other side */
		err_clear(err);
		err_take(err, &to->fault);
	}
	if (rc == 0)
		rc = vault_connect(to, err);
	return rc == 0 ? vault_finish(to, err) : -1;
}

/* Whether both paths are one file; *exists tells whether there is something at `path` at all. */
static int is_own_path(const struct vault *v, const char *path, int *exists)
{
	struct stat own, other;
	if (!v->on_disk) {
		v->below->xAccess(v->below, path, SQLITE_ACCESS_EXISTS, exists);
		return strcmp(path, v->path) == 0;
	}
	*exists = lstat(path, &other) == 0;
	return *exists && stat(v->path, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

/* The log must be empty, and stay so when the power fails: it is named after the path, and the new file must not find
 * this one's beside it. */
static int empty_log(struct vault *v, struct err *err)
{
	err_clear(&v->fault);
	int rc = sqlite3_wal_checkpoint_v2(v->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK && v->log.file && !MUTANT(OLD_LOG_BESIDE))
		rc = v->log.file->pMethods->xSync(v->log.file, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK && v->anchor.state == ANCHOR_CLEAN)
		return 0;
	return err_set(err, v->fault.code ? v->fault.code : ERR_FAILED, _("cannot write the log of '%s' back: %s"),
	               v->path, v->fault.code ? v->fault.message : sqlite3_errstr(rc));
}

static int verify_new(struct vault *to, const struct progress *progress, struct err *err)
{
	struct err found = ERR_INIT;
	int n = vault_check(to, progress, count_finding, &found, err);
	if (n > 0)
		err_set(err, ERR_DAMAGED, _("what was written to '%s' reads back wrong: %s"), to->path, found.message);
	return n == 0 ? 0 : -1;
}

/* ".0123456789ab.part", of a writer who was killed */
static int is_unfinished(const char *rest)
{
	return rest[0] == '.' && strspn(rest + 1, "0123456789abcdef") == 12 && strcmp(rest + 13, ".part") == 0;
}

int vault_rotate(struct vault *v, const char *out_path, const struct vault_new_slot *slots, size_t count,
                 const struct vault_identity *signer, const struct progress *progress, struct err *err)
{
	int exists = 0, own = is_own_path(v, out_path, &exists);
	if (exists && !own)
		return err_set(err, ERR_EXISTS, _("'%s' exists already"), out_path);
	if (own && may_write(v, err) < 0)
		return -1;
	if (!sqlite3_get_autocommit(v->db))
		return err_set(err, ERR_FAILED, _("'%s' cannot be written anew within a transaction"), v->path);
	if (own && empty_log(v, err) < 0)
		return -1;
	const char *final = own ? v->path : out_path;
	unsigned char random[6];
	char mark[2 * sizeof random + 1];
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(mark, sizeof mark, random, sizeof random);
	if (v->on_disk)
		new_file_remove_left(final, is_unfinished);
	char *path = xasprintf("%s.%s.part", final, mark);
	struct vault *to = vault_begin(v->on_disk ? NULL : v->below, path, slots, count, signer, err);
	int rc = to ? copy_into(v, to, err) : -1;
	if (rc == 0)
		rc = verify_new(to, progress, err);
	if (rc < 0) {
		if (to)
			vault_discard(to);
	} else {
		rc = vault_close(to, err);
		if (rc == 0)
			rc = vault_rename(v, path, final, err);
		if (rc < 0)
			v->below->xDelete(v->below, path, 0);
		if (rc == 0 && own)
			v->dead = 1;
		if (rc == 0)
			rc = vault_sync_directory(v, final, err);
	}
	if (rc < 0)
		part_error_name(err, path, final);
	free(path);
	return rc;
}

int vault_slot_remove(struct vault *v, unsigned index, const struct secret *passphrase, enum vault_kdf kdf,
                      const struct vault_identity *signer, const struct progress *progress, struct err *err)
{
	struct vault_slot slots[VAULT_SLOTS];
	struct vault_new_slot keep[VAULT_SLOTS];
	size_t count = vault_slots(v, slots), kept = 0, passphrases = 0;
	if (index >= count)
		return err_set(err, ERR_NOT_FOUND, _("there is no slot %u"), index);
	if (count == 1)
		return err_set(err, ERR_INVALID, _("the last slot cannot be removed: nobody could open the case"));
	memset(keep, 0, sizeof keep);
	for (size_t i = 0; i < count; i++) {
		if (i == index)
			continue;
		keep[kept].type = slots[i].type;
		if (slots[i].type == VAULT_SLOT_PASSPHRASE) {
			if (!passphrase || ++passphrases > 1)
				return err_set(err, ERR_INVALID,
				               _("slot %zu is for a passphrase, which is needed to keep it"), i);
			keep[kept].passphrase = passphrase;
			keep[kept].kdf = kdf;
		} else {
			if (!slots[i].recipient_known)
				return err_set(err, ERR_DAMAGED,
				               _("slot %zu does not tell whose it is: write the case anew for the "
				                 "people you know"),
				               i);
			memcpy(keep[kept].recipient, slots[i].recipient, VAULT_KEY);
		}
		kept++;
	}
	return vault_rotate(v, v->path, keep, kept, signer, progress, err);
}
