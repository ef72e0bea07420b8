/* Shared by the tests of the vault: identities, slots, a directory that goes away, small SQL. */
#ifndef GENBA_TESTS_VAULT_HELP_H
#define GENBA_TESTS_VAULT_HELP_H

#include "vault/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct person {
	unsigned char public_key[32];
	unsigned char secret_key[64];
	struct vault_identity identity;
};

extern struct person alice, bob; /* two key pairs, made by people_init() from fixed seeds */
void people_init(void);

struct vault_new_slot slot_for(const struct person *p);

/* A fresh directory under TMPDIR or /tmp, and a path in it; the string lives until the next call with the same name. */
void scratch_begin(void);
void scratch_end(void);
const char *scratch_path(const char *name);

struct vault *new_vault(const char *path);                       /* for alice */
struct vault *open_vault(const char *path, unsigned flags);      /* as alice; fails the test if it does not open */
int try_open(const char *path, unsigned flags, struct err *err); /* as alice, closes again: 0 or -1 */
void close_vault(struct vault *v);

void sql(struct vault *v, const char *text);         /* must succeed */
int64_t sql_int(struct vault *v, const char *query); /* first column of the first row */

/* Whole files. */
unsigned char *file_load(const char *path, size_t *n);
void file_store(const char *path, const unsigned char *bytes, size_t n);
int file_exists(const char *path);
void file_flip(const char *path, int64_t offset, unsigned char mask); /* XOR one byte */

#endif
