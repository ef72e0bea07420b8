/*
 * Reading a case file with nothing but its key.
 *
 * For the caged process that reads a colleague's copy: the parent, which holds
 * the identity, finds the file's key; the child gets that key and an open
 * descriptor, and no file, no identity and no log. A file that was not closed
 * cleanly is refused: its log would be needed.
 */
#ifndef GENBA_VAULT_OPEN_WITH_KEY_H
#define GENBA_VAULT_OPEN_WITH_KEY_H

#include "vault/vault.h"

/* The data key of the file at `path`, from its header alone: no page is read. Wipe it. ERR_UNLOCK as vault_open(). */
int vault_file_key(const char *path, const struct vault_unlock *unlock, unsigned char key[32], struct err *err);

/* Opens, read only, the file behind a descriptor, which stays the caller's and open as long as the vault. */
int vault_open_keyed(struct vault **out, int fd, const unsigned char key[32], struct err *err);

#endif
