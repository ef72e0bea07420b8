/*
 * Signatures in OpenSSH's SSHSIG form, with Ed25519 keys.
 *
 * `git verify-commit` and `ssh-keygen -Y verify` accept them. The namespace
 * tells purposes apart: a signature made for one is worth nothing for another.
 * Source: OpenSSH, PROTOCOL.sshsig and PROTOCOL.key; RFC 8709 (ssh-ed25519).
 */
#ifndef GENBA_HISTORY_SSHSIG_H
#define GENBA_HISTORY_SSHSIG_H

#include <stddef.h>

struct buf;
struct err;

#define SSHSIG_LIMIT 4096 /* bytes of an armoured signature that is read */

/* Who signs: `sign` writes the 64 bytes of an Ed25519 signature; 0 or -1. */
struct history_signer {
	int (*sign)(void *ctx, const void *message, size_t n, unsigned char signature[64]);
	void *ctx;
	unsigned char public_key[32];
};

/* Appends the armoured signature over n bytes, without a final newline. */
int sshsig_sign(const char *name_space, const void *message, size_t n, const struct history_signer *signer,
                struct buf *armour, struct err *err);

/* A signature that was read but not yet checked against its message. */
struct sshsig {
	unsigned char public_key[32];
	unsigned char signature[64];
};

/* Reads an armoured signature of `name_space` (Ed25519, sha512). 0 or -1 with ERR_DAMAGED. */
int sshsig_parse(const char *name_space, const char *armour, size_t n, struct sshsig *sig, struct err *err);

/* The bytes that `sig` signs: for checking many signatures elsewhere. */
void sshsig_signed_data(const char *name_space, const void *message, size_t n, struct buf *out);

/* Appends the one armoured form of a signature, without a final newline. */
void sshsig_armour(const char *name_space, const struct sshsig *sig, struct buf *armour);

/* Reads and checks. 0 and the signer's key, or -1 with ERR_DAMAGED. Whether the key may be believed is for the caller. */
int sshsig_verify(const char *name_space, const void *message, size_t n, const char *armour, size_t armour_size,
                  unsigned char public_key[32], struct err *err);

/* `ssh-ed25519 AAAA… comment`, without a line end; the comment may be empty. */
void ssh_public_line(const unsigned char public_key[32], const char *comment, struct buf *out);

/* The key of such a line. 0 or -1 with ERR_INVALID. */
int ssh_public_parse(const char *line, unsigned char public_key[32], struct err *err);

/* `SHA256:…`, as ssh-keygen -l prints it. */
void ssh_fingerprint(const unsigned char public_key[32], struct buf *out);

#endif
