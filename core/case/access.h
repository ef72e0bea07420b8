/*
 * Who can open a case, and writing it anew.
 *
 * A case opens for the recipients of its slots and for passphrases. Giving
 * access to somebody puts their key on record as a responder, and adds a slot;
 * taking it away revokes the responder on record, and writes the whole file
 * anew under another key, since a key that somebody knew cannot be taken back.
 * Purging and backing up write the file anew too.
 *
 * A passphrase slot can only be made again by somebody who knows the
 * passphrase: whatever writes the file anew takes it, checks it first, and
 * refuses without it. At most one such slot is kept.
 *
 * After a rotation the case is open again, on the new file; case_db() and
 * case_vault() then give others than before.
 */
#ifndef GENBA_CASE_ACCESS_H
#define GENBA_CASE_ACCESS_H

#include "case/case.h"

struct access_slot {
	struct vault_slot slot;
	char label[LABEL_TEXT]; /* of the responder whose key it is, or "" */
	char *name;             /* as stored, or NULL; borrowed for the callback */
	int revoked;
};

/* Each way to open the case. Nonzero from the callback stops and is returned. */
int access_each(struct case_file *c, int (*fn)(void *ctx, const struct access_slot *slot), void *ctx, struct err *err);

/* Adds the holder of an `ssh-ed25519 AAAA… NAME (MARK)` line: on record as a responder of that role ("member",
 * "observer", "recovery"), and with a slot. What is there already is not made twice. `label` gets the responder's. */
int access_add_recipient(struct case_file *c, const char *line, const char *role, char label[LABEL_TEXT],
                         struct err *err);

int access_add_passphrase(struct case_file *c, const struct secret *passphrase, enum vault_kdf kdf, struct err *err);

/* What of the passphrase slot is to be kept when the file is written anew; `passphrase` NULL: there is none to keep. */
struct access_keep {
	const struct secret *passphrase;
	enum vault_kdf kdf;
};

/* Takes a slot away, by index; revokes its responder with that reason; rotates. Not the slot that opened the case. */
int access_remove(struct case_file *c, unsigned index, const char *reason, const struct access_keep *keep,
                  const struct progress *progress, struct err *err);

/* The slots of the case, to be made again for another file: at most `VAULT_SLOTS`, their number in *count. The
 * passphrase slot comes along if `keep` has its passphrase; otherwise it is an error, or left out if `may_drop`. */
int access_slots(struct case_file *c, const struct access_keep *keep, int may_drop, struct vault_new_slot *slots,
                 size_t *count, struct err *err);

/* Writes the case anew in its place: new key, new file id, no free pages; then opens it again. */
int case_rotate(struct case_file *c, const struct access_keep *keep, const struct progress *progress, struct err *err);

#endif
