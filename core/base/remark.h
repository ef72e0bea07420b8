/*
 * Remarks: lines that a person is told now and that go on record as well. The
 * person reads them in the interface's language; on record they are English,
 * so that a record does not depend on who made it.
 *
 *     struct remark r = REMARK_INIT;
 *     remark_add(&r, _("the source changed while it was read"));
 *     fputs(r.shown.data, stderr);
 *     record(…, r.english.data);
 *
 * A line is what one call adds. Texts in the arguments stand in both as they are.
 */
#ifndef GENBA_BASE_REMARK_H
#define GENBA_BASE_REMARK_H

#include "base/buf.h"

struct err;

struct remark {
	struct buf shown;
	struct buf english;
};

/* clang-format off */
#define REMARK_INIT {BUF_INIT, BUF_INIT}
/* clang-format on */

/* Adds the words, without an end of the line; `format` is what _() returned, by which its English is found. */
void remark_words(struct remark *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the words and ends the line. */
void remark_add(struct remark *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void remark_addv(struct remark *r, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Adds the error's message, and ends the line. */
void remark_err(struct remark *r, const struct err *err);

/* Adds what the system says of an errno, and ends the line. */
void remark_system(struct remark *r, int errno_value);

/* Adds the lines of another one. */
void remark_join(struct remark *r, const struct remark *more);

void remark_release(struct remark *r);

#endif
