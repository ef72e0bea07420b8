/*
 * Memory for keys and passphrases.
 *
 * Guarded, locked pages of libsodium that are wiped when freed. Secrets are
 * never in ordinary heap memory, in arguments or in the environment, and the
 * process leaves no core dump (secret_setup()).
 */
#ifndef GENBA_BASE_SECRET_H
#define GENBA_BASE_SECRET_H

#include <stddef.h>

struct err;

struct secret {
	char *data; /* NUL-terminated for convenience; not counted in len */
	size_t len;
};

/* clang-format off */
#define SECRET_INIT {NULL, 0}
/* clang-format on */
#define SECRET_LIMIT 4096

/* Once at the start of a program: initialises libsodium, forbids core dumps and tracing. 0 or -1. */
int secret_setup(struct err *err);

/* Guarded memory of n bytes, filled by the caller; ends the process when none is left. Free with secret_free(). */
void *secret_alloc(size_t n);
void secret_free(void *p);

/* Copies n bytes into guarded memory; secret_release() wipes and frees. */
void secret_set(struct secret *s, const void *bytes, size_t n);
void secret_release(struct secret *s);

/* The first line of a file (without its line end), at most SECRET_LIMIT bytes. 0 or -1. passphrase.h reads passphrases. */
int secret_read_file(struct secret *s, const char *path, struct err *err);

/* The next line of an open file, likewise. */
int secret_read_line(struct secret *s, int fd, struct err *err);

/* How a person is asked: the program's main() says it (tui/session/terminal_secret.h). Without it nobody can be asked. */
typedef int (*secret_ask_fn)(struct secret *s, const char *prompt, struct err *err);
void secret_ask_by(secret_ask_fn ask);

/* Asks a person. 0 or -1 (nobody can be asked: ERR_UNLOCK; interrupted). */
int secret_ask(struct secret *s, const char *prompt, struct err *err);

#endif
