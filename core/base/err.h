/*
 * Errors owned by the caller.
 *
 * Every function of genba that can fail returns -1 or NULL and fills a
 * `struct err` that its caller owns. The first error wins: a later err_set()
 * on a struct that already holds an error changes nothing, so that clean-up
 * code cannot hide the cause. NULL is accepted everywhere: the caller does not
 * care why.
 *
 *     struct err err = ERR_INIT;
 *     if (vault_open(&v, path, &unlock, 0, &err) < 0) {
 *         fprintf(stderr, "genba: %s\n", err.message);
 *         return err_status(&err);
 *     }
 *
 * A message says what was being done, to what, and what to do next. Text from
 * outside inside a message is made printable by err_set() itself: a hostile
 * file name cannot reach a terminal through an error.
 */
#ifndef GENBA_BASE_ERR_H
#define GENBA_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

enum err_code {
	ERR_NONE = 0,
	ERR_FAILED = 1,  /* could not do it */
	ERR_USAGE = 2,   /* the caller's words are off */
	ERR_UNLOCK = 3,  /* no slot opens with what was given */
	ERR_DAMAGED = 4, /* verification found something wrong */
	ERR_BUSY = 5,    /* the case is open elsewhere */
	/* finer kinds of "could not do it": exit status 1 */
	ERR_NOT_FOUND = 16,
	ERR_CANCELLED,
	ERR_INVALID, /* a value that is not allowed; the message lists what is */
	ERR_EXISTS,
	ERR_NO_SPACE, /* full or read-only medium */
};

struct err {
	enum err_code code;
	char message[1024]; /* NUL-terminated, printable UTF-8, one line unless the writer put '\n' there */
	char english[1024]; /* the same in English, whatever the interface's language: for what goes on record */
	char field[48];     /* name of the field that it speaks of, or "" */
	size_t reason;      /* where in the message the words behind that name begin: err_reason() */
	char file[128];     /* the file that it speaks of, as the person named it, or "" */
	unsigned line;      /* … and the line in it, from 1; 0: of no line */
};

/* clang-format off */
#define ERR_INIT {ERR_NONE, "", "", "", 0, "", 0}
/* clang-format on */

/* Records an error unless `err` is NULL or already holds one. Always returns -1. */
int err_set(struct err *err, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What strerror() says, in the interface's language where people meet it; i18n_english() tells
 * what goes on record. Not to be freed; valid until the next call. */
const char *err_system_text(int errno_value);

/* As err_set(), and appends ": " and err_system_text(errno_value). ENOSPC, EROFS and EDQUOT turn ERR_FAILED into ERR_NO_SPACE.
 * Of a full disk the message, and not its English, says what can be done. */
int err_set_errno(struct err *err, enum err_code code, int errno_value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "TEXT: " before a message that is already there, to say what was being done. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says which field the error is about, and puts its name before the message, for a command line: `due: 'x' is no time`. A
 * screen shows the field's label and err_reason(). Only the first field counts. Returns -1. */
int err_field(struct err *err, const char *field);

/* Says which field or option the error is about, where the message speaks of it in its own words. Only the first counts.
 * Returns -1. */
int err_about(struct err *err, const char *field);

/* Says which line of which file the error is about, and puts FILE:LINE:COLUMN before the message (column 0: none). Only the
 * first place counts. Returns -1. */
int err_place(struct err *err, const char *file, unsigned line, unsigned column);

/* Hands the error `from` on to a caller's `err`, whole, unless that is NULL or holds one already. Returns -1. */
int err_take(struct err *err, const struct err *from);

/* The message without the name of the field; the whole message if it speaks of none. Borrowed. */
const char *err_reason(const struct err *err);

void err_clear(struct err *err);

/* The exit status (0 to 5) of the command contract for this error. */
int err_status(const struct err *err);

/* Allocation that ends the process with a clear message when memory runs out. */
void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Running out of memory ends the process with this exit status instead of abort(): for workers, whose end is read. */
void err_memory_status(int status);

#endif
