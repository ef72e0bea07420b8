/*
 * A growing byte buffer, always NUL-terminated behind its `len` bytes.
 *
 *     struct buf b = BUF_INIT;
 *     buf_addf(&b, "%s-%c%u", mark, letter, number);
 *     puts(b.data);
 *     buf_release(&b);
 *
 * `data` is never NULL: an empty buffer points at a static "". Growing aborts
 * cleanly when memory runs out, so nothing here fails.
 */
#ifndef GENBA_BASE_BUF_H
#define GENBA_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* owned; len + 1 bytes at least, or the static empty string while cap == 0 */
	size_t len; /* bytes, without the final NUL */
	size_t cap;
};

extern char buf_empty[1];
/* clang-format off */
#define BUF_INIT {buf_empty, 0, 0}
/* clang-format on */

void buf_init(struct buf *b);
void buf_release(struct buf *b);           /* frees and re-initialises */
void buf_clear(struct buf *b);             /* len = 0, keeps the memory */
void buf_grow(struct buf *b, size_t more); /* room for `more` bytes behind len */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_add_point(struct buf *b, uint32_t point); /* as UTF-8; what is no character as U+FFFD */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_truncate(struct buf *b, size_t len);
char *buf_take(struct buf *b, size_t *len); /* the caller frees the string; the buffer is empty after */

/* Lower-case hexadecimal of n bytes. */
void buf_addhex(struct buf *b, const void *bytes, size_t n);

/* Reads a whole descriptor or file, at most `limit` bytes (more is an error). 0 or -1. */
struct err;
int buf_read_fd(struct buf *b, int fd, size_t limit, struct err *err);
int buf_read_file(struct buf *b, const char *path, size_t limit, struct err *err);

#endif
