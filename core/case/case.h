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

#include "vault/vault.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct history;
struct identity;
struct progress;
struct secret;
struct case_file;

#define CASE_FORMAT 2  /* number of the schema, in `PRAGMA user_version` */
#define LABEL_TEXT  32 /* room for a label such as R1-E4 or X-1a2b3c4d and its NUL */
#define MARK_TEXT   9  /* room for a responder's mark: a letter, then letters or digits, 8 at most */

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

enum case_flags { CASE_READ_ONLY = 1 };

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

/* Makes a case of a vault that is open for reading only, and takes it over (also on error). For the process that serves a
 * colleague's copy: no identity, no high-water mark. */
struct case_file *case_open_vault(struct vault *v, struct err *err);

/* Closes cleanly (checkpoint, no WAL left). NULL is allowed. */
int case_close(struct case_file *c, struct err *err);

const char *case_path(const struct case_file *c);
const char *case_id(const struct case_file *c);    /* UUID of the case; survives rotation and handover */
const char *case_title(const struct case_file *c); /* as stored: printable_dup() it before it is shown */
const char *case_tlp(const struct case_file *c);
const char *case_mark(const struct case_file *c);      /* mark of the unlocked responder in this case, or "" */
const char *case_responder(const struct case_file *c); /* label of that responder's record, or NULL */
const struct identity *case_identity(const struct case_file *c); /* NULL if none */
int case_may_write(const struct case_file *c, struct err *err);  /* 0, or -1 with the reason */

/* ---- for work that is interrupted while others use the case (NULL: there is none) */

/* 1 while an action or a transaction is open: what is half done must not be seen. */
int case_is_changing(const struct case_file *c);

/* 1 while a copy is being made, under which nothing may be added: case_may_write() refuses. */
int case_is_still(const struct case_file *c);

/* Whom an action asks to wait where the responder's key was wiped by a lock; NULL: it is refused at once. */
void case_on_missing_key(struct case_file *c, void (*fn)(void *ctx), void *ctx);

struct vault *case_vault(struct case_file *c);
sqlite3 *case_db(struct case_file *c);
struct history *case_history(struct case_file *c);

/* Short id (10 hex digits) of the last commit, for screens and paper; "" if there is none. */
const char *case_head(struct case_file *c);

/* What opening found that a person must know (unclean end, torn tail, unsigned header, …), one finding a line;
 * empty if all is well. Borrowed. */
const char *case_notice(const struct case_file *c);

/* Those lines of the notice that say that somebody may have altered the file, or put an older one back; "" if none. Borrowed. */
const char *case_warnings(const struct case_file *c);

/* A counter that grows with every committed action: a view compares it to know that it must read anew. */
uint64_t case_generation(const struct case_file *c);

/* The ids of the records that were added or changed since that generation, some perhaps more than once. 0, or -1 if that
 * is not known any more: all has to be read anew. */
int case_changed_since(const struct case_file *c, uint64_t generation, void (*fn)(void *ctx, const char *id),
                       void *ctx);

#endif
