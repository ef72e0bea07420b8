/*
 * A responder's identity: an Ed25519 key pair, kept sealed by a passphrase.
 *
 * It lives in one small JSON file, `$XDG_DATA_HOME/genba/identity.json`, mode
 * 0600; the secret key in it is sealed with XChaCha20-Poly1305 under
 * Argon2id(passphrase), and name, mark and public key are what the seal vouches
 * for: whoever alters them makes the file one that does not open. In files of
 * before (genba-identity-1) name and mark are outside the seal; they open, and
 * `genba key passwd` seals them anew. In a case, name and mark are those of the
 * responder's record, whatever a file says. A backup is the same file elsewhere.
 */
#ifndef GENBA_CASE_IDENTITY_IDENTITY_H
#define GENBA_CASE_IDENTITY_IDENTITY_H

#include "vault/vault.h"

struct buf;
struct err;
struct secret;

#define MARK_TEXT 9 /* room for a responder's mark: a letter, then letters or digits, 8 at most */

struct identity {
	char *name; /* owned */
	char mark[MARK_TEXT];
	unsigned char public_key[32]; /* Ed25519 */
	unsigned char *secret_key;    /* 64 bytes of guarded memory; NULL while locked */
};

/* The default place, or as told by XDG_DATA_HOME. The caller frees. */
char *identity_default_path(void);

/* Makes a key pair and writes the file (mode 0600, never over an existing one). */
int identity_create(const char *path, const char *name, const char *mark, const struct secret *passphrase,
                    enum vault_kdf kdf, struct err *err);

/* A key pair in memory only, for the practice case and for tests. */
struct identity *identity_ephemeral(const char *name, const char *mark);

/* Reads the public part: locked. NULL and ERR_NOT_FOUND if there is no such file. */
struct identity *identity_load(const char *path, struct err *err);

/* Opens the secret key. ERR_UNLOCK if the passphrase is wrong, ERR_DAMAGED if the file is. */
int identity_unlock(struct identity *id, const char *path, const struct secret *passphrase, struct err *err);
void identity_lock(struct identity *id); /* wipes the secret key */
void identity_free(struct identity *id);

/* Seals the file anew under another passphrase. */
int identity_passwd(const char *path, const struct secret *old_passphrase, const struct secret *new_passphrase,
                    enum vault_kdf kdf, struct err *err);

/* Copies a sealed identity file (backup and import), checking its form first; never over an existing file. */
int identity_copy(const char *from, const char *to, struct err *err);

/* `ssh-ed25519 AAAA… NAME (MARK)` without line end, and its fingerprint `SHA256:…`. */
void identity_public_line(const struct identity *id, struct buf *out);
void identity_fingerprint(const struct identity *id, struct buf *out);

/* The name (the caller frees) and mark in the comment `NAME (MARK)` of a public line; a bare comment is the name, and
 * without a mark that is one it is RC. */
void identity_line_parts(const char *line, char **name, char mark[MARK_TEXT]);

/* Signs n bytes with the unlocked key (Ed25519). 0, or -1 while it is locked. */
int identity_sign(const struct identity *id, const void *message, size_t n, unsigned char signature[64]);

/* 0 if `mark` is a letter followed by letters or digits, at most 8. */
int identity_check_mark(const char *mark, struct err *err);

#endif
