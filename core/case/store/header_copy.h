/*
 * A third copy of a case's header, on this machine.
 *
 * Both copies in the file lie at its beginning; what writes over a file from the front destroys both, and without one
 * nothing can be read. So each machine keeps the header of every case that it opened for writing, under
 * `$XDG_DATA_HOME/genba/header/CASE-ID-FILE-ID`, and `backup` puts one beside its copy. It tells no more than the case file
 * itself does: sizes, costs of passphrases, sealed boxes.
 */
#ifndef GENBA_CASE_STORE_HEADER_COPY_H
#define GENBA_CASE_STORE_HEADER_COPY_H

#include "vault/vault.h"

struct case_file;
struct err;

/* Keeps the header of an open case on this machine, if it is not the one kept already. Best effort. */
void header_copy_keep(const struct case_file *c);

/* Writes it to a file of that name, which may exist. */
int header_copy_write(const struct case_file *c, const char *path, struct err *err);

/* Tries the headers that this machine keeps, until `fn` returns other than 0, which is returned; 0: none did. */
int header_copy_each(int (*fn)(void *ctx, const unsigned char raw[VAULT_HEADER]), void *ctx);

#endif
