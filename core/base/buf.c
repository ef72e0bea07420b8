#include "base/buf.h"

#include "base/err.h"
#include "base/outside_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char buf_empty[1] = "";

void buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
}

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->data);
	buf_init(b);
}

void buf_clear(struct buf *b)
{
	buf_truncate(b, 0);
}

void buf_grow(struct buf *b, size_t more)
{
	if (more > SIZE_MAX / 2 - b->len - 1)
		abort();
	size_t need = b->len + more + 1;
	if (need <= b->cap)
		return;
	size_t cap = b->cap ? b->cap + b->cap / 2 : 64;
	if (cap < need)
		cap = need;
	if (b->cap) {
		b->data = xrealloc(b->data, cap);
	} else {
		b->data = xmalloc(cap);
		b->data[0] = '\0';
	}
	b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	buf_grow(b, n);
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_point(struct buf *b, uint32_t c)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = 0xFFFD;
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xC0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xE0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_addc(b, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_addc(b, (char)(0xF0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3F)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_addc(b, (char)(0x80 | (c & 0x3F)));
	}
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addv(struct buf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	if (n > 0) {
		buf_grow(b, (size_t)n);
		vsnprintf(b->data + b->len, (size_t)n + 1, format, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}

void buf_truncate(struct buf *b, size_t len)
{
	if (b->cap && len <= b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

char *buf_take(struct buf *b, size_t *len)
{
	if (len)
		*len = b->len;
	char *s = b->cap ? b->data : xstrdup("");
	buf_init(b);
	return s;
}

void buf_addhex(struct buf *b, const void *bytes, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = bytes;
	buf_grow(b, 2 * n);
	for (size_t i = 0; i < n; i++) {
		buf_addc(b, digit[p[i] >> 4]);
		buf_addc(b, digit[p[i] & 15]);
	}
}

int buf_read_fd(struct buf *b, int fd, size_t limit, struct err *err)
{
	size_t start = b->len;
	for (;;) {
		buf_grow(b, 65536);
		ssize_t n = read(fd, b->data + b->len, 65536);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return err_set_errno(err, ERR_FAILED, errno, "cannot read");
		}
		if (n == 0)
			break;
		b->len += (size_t)n;
		b->data[b->len] = '\0';
		if (b->len - start > limit)
			return err_set(err, ERR_INVALID, "larger than %zu bytes", limit);
	}
	return 0;
}

int buf_read_file(struct buf *b, const char *path, size_t limit, struct err *err)
{
	int fd = outside_open(path, err);
	if (fd < 0)
		return -1;
	int rc = buf_read_fd(b, fd, limit, err);
	if (rc < 0)
		err_prefix(err, "'%s'", path);
	close(fd);
	return rc;
}
