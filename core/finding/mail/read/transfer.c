#include "finding/mail/read/transfer.h"

#include "base/buf.h"
#include "finding/mail/read/header.h"

#include <stdint.h>
#include <string.h>

/* Values of base64 characters; 64: none, 65: '=', 66: white space. */
static const unsigned char *base64_values(void)
{
	static unsigned char values[256];
	static int ready;
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	if (!ready) {
		memset(values, 64, sizeof values);
		for (unsigned char i = 0; i < 64; i++)
			values[(unsigned char)letters[i]] = i;
		values['='] = 65;
		values[' '] = values['\t'] = values['\r'] = values['\n'] = 66;
		ready = 1;
	}
	return values;
}

/* Behind the last character that is none of base64, nor white space. */
static size_t behind_odd(const unsigned char *values, const char *p, size_t n)
{
	while (n && values[(unsigned char)p[n - 1]] != 64)
		n--;
	return n;
}

/* The bytes of two or three characters. */
static unsigned char *last_bytes(unsigned char *to, uint32_t bits, unsigned count)
{
	if (count >= 2)
		*to++ = (unsigned char)(count == 2 ? bits >> 4 : bits >> 10);
	if (count == 3)
		*to++ = (unsigned char)(bits >> 2);
	return to;
}

int transfer_base64(const char *p, size_t n, struct buf *out)
{
	const unsigned char *values = base64_values();
	uint32_t bits = 0;
	unsigned count = 0;
	unsigned padding = 0;
	int ended = 0; /* by padding */
	int damaged = 0;
	size_t odd = SIZE_MAX; /* not known yet */
	buf_grow(out, n / 4 * 3 + 4);
	unsigned char *to = (unsigned char *)out->data + out->len;
	for (size_t i = 0; i < n; i++) {
		/* four at once, as long as there is nothing between them */
		while (count == 0 && i + 4 <= n) {
			uint32_t a = values[(unsigned char)p[i]];
			uint32_t b = values[(unsigned char)p[i + 1]];
			uint32_t c = values[(unsigned char)p[i + 2]];
			uint32_t d = values[(unsigned char)p[i + 3]];
			if ((a | b | c | d) & 64)
				break;
			uint32_t all = a << 18 | b << 12 | c << 6 | d;
			to[0] = (unsigned char)(all >> 16);
			to[1] = (unsigned char)(all >> 8);
			to[2] = (unsigned char)all;
			to += 3;
			i += 4;
		}
		if (i == n)
			break;
		unsigned char v = values[(unsigned char)p[i]];
		if (v < 64) {
			damaged |= padding > 0; /* there was one character of it too few */
			padding = 0;
			bits = bits << 6 | v;
			if (++count == 4) {
				*to++ = (unsigned char)(bits >> 16);
				*to++ = (unsigned char)(bits >> 8);
				*to++ = (unsigned char)bits;
				bits = count = 0;
			}
		} else if (v == 65 && count < 2) {
			damaged |= !ended || count;
		} else if (v == 65 && count + ++padding == 4) {
			to = last_bytes(to, bits, count);
			bits = count = padding = 0;
			ended = 1;
			if (odd == SIZE_MAX)
				odd = behind_odd(values, p, n);
			if (i < odd) { /* what follows is text; else it goes on: several texts one after another */
				damaged = 1;
				break;
			}
		} else if (v == 64) {
			damaged = 1;
		}
	}
	if (count) /* cut off, or its padding was */
		damaged = 1;
	to = last_bytes(to, bits, count);
	out->len = (size_t)((char *)to - out->data);
	out->data[out->len] = '\0';
	return damaged;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	                              : -1;
}

int transfer_quoted(const char *p, size_t n, struct buf *out)
{
	int damaged = 0;
	size_t i = 0;
	while (i < n) {
		size_t end;
		size_t length = header_line(p + i, n - i, &end);
		size_t stop = length;
		while (stop && (p[i + stop - 1] == ' ' || p[i + stop - 1] == '\t'))
			stop--;
		int soft = stop && p[i + stop - 1] == '=';
		stop -= soft ? 1 : 0;
		for (size_t k = 0; k < stop; k++) {
			char c = p[i + k];
			int a = c == '=' && k + 2 < stop ? hex_digit(p[i + k + 1]) : -1;
			int b = a >= 0 ? hex_digit(p[i + k + 2]) : -1;
			if (b >= 0) {
				buf_addc(out, (char)(a * 16 + b));
				k += 2;
			} else {
				damaged |= c == '=';
				buf_addc(out, c);
			}
		}
		if (!soft)
			buf_add(out, p + i + length, end);
		i += length + end;
	}
	return damaged;
}

int transfer_q(const char *p, size_t n, struct buf *out)
{
	int damaged = 0;
	for (size_t i = 0; i < n; i++) {
		int a = p[i] == '=' && i + 2 < n ? hex_digit(p[i + 1]) : -1;
		int b = a >= 0 ? hex_digit(p[i + 2]) : -1;
		if (b >= 0)
			i += 2;
		else
			damaged |= p[i] == '=';
		buf_addc(out, b >= 0 ? (char)(a * 16 + b) : p[i] == '_' ? ' ' : p[i]);
	}
	return damaged;
}

/* ---- uuencode */

static int begins(const char *line, size_t n)
{
	if (n < 11 || memcmp(line, "begin ", 6) != 0)
		return 0;
	size_t i = 6;
	while (i < n && line[i] >= '0' && line[i] <= '7')
		i++;
	return (i == 9 || i == 10) && i < n && line[i] == ' ' ? (int)i + 1 : 0;
}

static unsigned six(char c)
{
	return (unsigned)(c - ' ') & 63;
}

/* One line of data: -1 if it is none. */
static int uu_line(const char *p, size_t n, struct buf *out)
{
	if (n == 0 || p[0] < ' ' || p[0] > '`')
		return -1;
	unsigned bytes = six(p[0]);
	size_t want = (bytes + 2) / 3 * 4;
	if (bytes == 0)
		return 0;
	if (n - 1 + 3 < want) /* blanks at the end may have been cut off, no more */
		return -1;
	for (size_t i = 0; bytes > 0; i += 4) {
		unsigned v[4];
		for (size_t k = 0; k < 4; k++) {
			char c = 1 + i + k < n ? p[1 + i + k] : ' ';
			if (c < ' ' || c > '`')
				return -1;
			v[k] = six(c);
		}
		char three[3] = {(char)(v[0] << 2 | v[1] >> 4), (char)(v[1] << 4 | v[2] >> 2),
		                 (char)(v[2] << 6 | v[3])};
		buf_add(out, three, bytes < 3 ? bytes : 3);
		bytes -= bytes < 3 ? bytes : 3;
	}
	return 1;
}

int transfer_uu(const char *p, size_t n, size_t from, struct uufile *file, struct buf *out)
{
	size_t end;
	const char *found;
	for (; from < n && (found = memmem(p + from, n - from, "begin ", 6)) != NULL; from = (size_t)(found - p) + 6) {
		size_t at = (size_t)(found - p);
		size_t length = header_line(found, n - at, &end);
		int name = at == 0 || found[-1] == '\n' || found[-1] == '\r' ? begins(found, length) : 0;
		if (!name)
			continue;
		*file = (struct uufile){at, 0, found + name, length - (size_t)name, 1};
		size_t line = at + length + end;
		size_t start = out->len;
		while (line < n) {
			length = header_line(p + line, n - line, &end);
			if (length == 3 && memcmp(p + line, "end", 3) == 0) {
				file->damaged = 0;
				line += length + end;
				break;
			}
			if (uu_line(p + line, length, out) < 0)
				break;
			line += length + end;
		}
		file->end = line;
		if (out->len > start)
			return 1;
	}
	return 0;
}
