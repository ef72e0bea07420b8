/*
 * The steps of making a case file, which vault_create() and vault_rotate()
 * share: begin, then let SQLite write pages, then finish. Until it is finished
 * the file has no header and opens nowhere.
 */
#ifndef GENBA_VAULT_CREATE_H
#define GENBA_VAULT_CREATE_H

#include "vault/vault_private.h"

/* A new key and id; the file made and locked. ERR_EXISTS if there is one. NULL on failure, nothing is left behind. */
struct vault *vault_begin(sqlite3_vfs *below, const char *path, const struct vault_new_slot *slots, size_t count,
                          const struct vault_identity *signer, struct err *err);

/* Anchors, header, syncs; from now on the vault runs. Its pages must all be written. */
int vault_finish(struct vault *v, struct err *err);

/* Takes everything back, the file too. */
void vault_discard(struct vault *v);

#endif
