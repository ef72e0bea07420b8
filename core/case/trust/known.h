/*
 * Which case files this machine and identity made, or have judged.
 *
 * `$XDG_DATA_HOME/genba/known` holds a file for each case file, named by a digest over its
 * file id and key, that holds the public keys of the identities that know it, a line each. No other file can pass for one
 * that is known, whoever may choose its file id. Whoever opens a case asks here (gate.h).
 */
#ifndef GENBA_CASE_TRUST_KNOWN_H
#define GENBA_CASE_TRUST_KNOWN_H

#include "vault/vault.h"

struct case_file;
struct identity;

/* 1 if the file with that header is known to this identity; with NULL, to any. */
int known_check(const unsigned char raw[VAULT_HEADER], const struct identity *id);

/* The open case is of our own making, or was judged. Best effort: without it, it is judged again. */
void known_remember(const struct case_file *c);

#endif
