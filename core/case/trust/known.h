/*
 * Which case files this machine and identity made or have judged, and what each was left as.
 *
 * `$XDG_DATA_HOME/genba/known` holds a file for each case file, named by a digest over its file id and key: no other file
 * can pass for one that is known, whoever may choose its file id. It has a line for each identity that knows the case file
 * and each state that this identity left a copy of it in: the public key, and the digest of that state (vault.h). A case
 * file in another state was written by somebody else since, or by this identity on another machine: it is known, and
 * judged anew. Whoever opens a case asks here (gate.h).
 */
#ifndef GENBA_CASE_TRUST_KNOWN_H
#define GENBA_CASE_TRUST_KNOWN_H

#include "vault/vault.h"

struct case_file;

enum known {
	KNOWN_NOT,     /* never seen here */
	KNOWN_CHANGED, /* by somebody else since it was left here */
	KNOWN_AS_LEFT, /* also by a session that was cut short */
};

/* What the file at `path` with that header is to the identity that unlocks it. */
enum known known_check(const char *path, const unsigned char raw[VAULT_HEADER], const struct vault_unlock *unlock);

/* The open case is of our own making, or was judged: what is done with it from now on, and how it is left, is remembered.
 * Best effort: without it, it is judged again. */
void known_remember(struct case_file *c);

/* The same for one that was opened because it is known. */
void known_watch(struct case_file *c);

/* The case was closed: it lies there as it was left. `key` is the identity's. Nothing happens to a file that is not known. */
void known_left(const char *path, const unsigned char key[32]);

#endif
