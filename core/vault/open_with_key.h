/*
 * Reading a case file with nothing but its key.
 *
 * For the caged process that reads a colleague's copy: the parent, which holds
 * the identity, finds the file's key; the child gets that key and an open
 * descriptor or two, and no file and no identity. A file that was not closed
 * cleanly is refused if its log does not come along.
 */
#ifndef GENBA_VAULT_OPEN_WITH_KEY_H
#define GENBA_VAULT_OPEN_WITH_KEY_H

#include "vault/vault.h"

/* The data key of the file at `path`, from its header alone: no page is read. Wipe it. ERR_UNLOCK as vault_open(). */
int vault_file_key(const char *path, const struct vault_unlock *unlock, unsigned char key[32], struct err *err);

/* vault_state_of_session() of a file that nobody has open. -1: it was closed cleanly, or cannot be read. */
int vault_file_session(const char *path, const struct vault_unlock *unlock, unsigned char state[VAULT_STATE]);

/* Opens, read only, the file behind a descriptor and its log behind another (-1: none), which stay the caller's and open as
 * long as the vault. */
int vault_open_with_data_key(struct vault **out, int fd, int log, const unsigned char key[32], struct err *err);

#endif
