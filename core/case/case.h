/*
 * A case: one encrypted file, its records, and its history.
 *
 * A case is opened with an identity (or a passphrase slot) and owned by one
 * thread. Everything a person records is a record of a kind (kinds.h); every
 * change is an action: one SQLite transaction that holds the changed records
 * AND the signed git commit that describes them, so that the two cannot
 * diverge. See record.h for reading and changing records.
 *
 *     struct case_file *c = case_open("site.genba", &unlock, 0, &err);
 *     char label[LABEL_TEXT];
 *     struct assign fields[] = {{"hostname", "HR-PC-03"}, {"status", "suspected"}};
 *     if (record_add(c, "asset", fields, 2, 0, label, &err) == 0)
 *         puts(label);                                       // R1-A1
 *     case_close(c, &err);
 */
#ifndef GENBA_CASE_CASE_H
#define GENBA_CASE_CASE_H

#include "case/store/case_file.h"
#include "vault/vault.h"

#include <stddef.h>

struct progress;
struct secret;

struct case_new {
	const char *title;               /* required */
	const char *party;               /* the organisation's name, or NULL */
	const char *tlp;                 /* NULL: AMBER */
	const struct identity *owner;    /* unlocked; the first responder, and the first slot */
	const struct secret *passphrase; /* of a further slot, or NULL */
	enum vault_kdf kdf;              /* of that slot */
	const char *recovery_key;        /* `ssh-ed25519 …` line of a recovery recipient, or NULL */
};

/* Makes the file and its first commit. The file does not exist before; after an error it does not exist either. */
struct case_file *case_create(const char *path, const struct case_new *spec, struct err *err);

struct case_unlock {
	const struct identity
	    *identity; /* unlocked; borrowed until case_close(), signs every action. NULL: read only */
	const struct secret *passphrase; /* of a passphrase slot, or NULL */
};

/*
 * Opens a case. Without an identity that is a responder of the case it can be
 * read, and case_may_write() says why it cannot be written.
 */
struct case_file *case_open(const char *path, const struct case_unlock *unlock, unsigned flags, struct err *err);

/* The same of a file that was checked: ERR_BUSY if it does not hold `content` (vault_content(), 32 bytes) any more. NULL: any. */
struct case_file *case_open_judged(const char *path, const struct case_unlock *unlock, unsigned flags,
                                   const unsigned char *content, struct err *err);

/* Makes a case of a vault that is open for reading only, and takes it over (also on error). For the process that serves a
 * colleague's copy: no identity, no high-water mark. */
struct case_file *case_open_vault(struct vault *v, struct err *err);

/*
 * For a lock: closes the file cleanly and forgets everything that was read of it, keys, caches, title; the struct stays, so
 * that whoever borrowed it need not know. Until case_resume() every question to it fails with ERR_UNLOCK. Nobody may be in
 * the middle of anything. 0; -1: it is suspended, but closing failed.
 */
int case_suspend(struct case_file *c, struct err *err);

/* Opens it again, as it was left: ERR_BUSY if somebody wrote into the file meanwhile. `unlock->identity` is not looked at: it
 * is the one that the case had. 0, or -1: it stays suspended. */
int case_resume(struct case_file *c, const struct case_unlock *unlock, struct err *err);

/* Closes cleanly (checkpoint, no WAL left). NULL is allowed. */
int case_close(struct case_file *c, struct err *err);

#endif
