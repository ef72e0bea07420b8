/* The values of binary XML as text ([MS-EVEN6] 2.2.18), written as Windows renders them. */
#include "base/bytes.h"
#include "finding/observation/observation.h"
#include "finding/triage/evtx/evtx_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Four units at once while they are ASCII and none is NUL. */
static size_t ascii_run(char *to, const unsigned char *p, size_t n)
{
	size_t i = 0;
	for (; i + 4 <= n; i += 4) {
		uint64_t v;
		memcpy(&v, p + 2 * i, 8);
		if ((v & UINT64_C(0xFF80FF80FF80FF80)) ||
		    ((v - UINT64_C(0x0001000100010001)) & ~v & UINT64_C(0x8000800080008000)))
			break;
		uint32_t four =
		    (uint32_t)((v & 0xFF) | (v >> 8 & 0xFF00) | (v >> 16 & 0xFF0000) | (v >> 24 & 0xFF000000));
		memcpy(to + i, &four, 4);
	}
	return i;
}

static char *put_scalar(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xC0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		*to++ = (char)(0xE0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		*to++ = (char)(0x80 | (c & 0x3F));
	} else {
		*to++ = (char)(0xF0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3F));
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		*to++ = (char)(0x80 | (c & 0x3F));
	}
	return to;
}

void evtx_utf16(struct buf *out, const unsigned char *p, size_t n)
{
	while (n > 0 && bytes_le16(p + 2 * (n - 1)) == 0)
		n--;
	buf_grow(out, 4 * n + 8);
	char *to = out->data + out->len;
	for (size_t i = 0; i < n;) {
		size_t run = ascii_run(to, p + 2 * i, n - i);
		to += run;
		i += run;
		for (size_t stop = i + 4 < n ? i + 4 : n; i < stop;) {
			uint32_t c = bytes_le16(p + 2 * i++);
			if (c == 0) {
				memcpy(to, "\\x00", 4);
				to += 4;
				continue;
			}
			if (c >= 0xD800 && c < 0xE000) {
				uint32_t low = c < 0xDC00 && i < n ? bytes_le16(p + 2 * i) : 0;
				if (low >= 0xDC00 && low < 0xE000) {
					c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
					i++;
				} else {
					c = 0xFFFD;
				}
			}
			to = put_scalar(to, c);
		}
	}
	out->len = (size_t)(to - out->data);
	*to = '\0';
}

static void add_number(struct buf *out, uint64_t v, int negative)
{
	char digits[24];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	if (negative)
		digits[--at] = '-';
	buf_add(out, digits + at, sizeof digits - at);
}

static void add_signed(struct buf *out, int64_t v)
{
	add_number(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}

static void add_hex(struct buf *out, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;
	do
		digits[--at] = "0123456789abcdef"[v & 15];
	while ((v >>= 4) != 0);
	digits[--at] = 'x';
	digits[--at] = '0';
	buf_add(out, digits + at, sizeof digits - at);
}

static void add_bytes(struct buf *out, const unsigned char *p, size_t n)
{
	buf_grow(out, 2 * n + 1);
	char *to = out->data + out->len;
	for (size_t i = 0; i < n; i++) {
		*to++ = "0123456789ABCDEF"[p[i] >> 4];
		*to++ = "0123456789ABCDEF"[p[i] & 15];
	}
	*to = '\0';
	out->len += 2 * n;
}

static void add_guid(struct buf *out, const unsigned char *p)
{
	static const unsigned char order[] = {3, 2, 1, 0, 16, 5, 4, 16, 7, 6, 16, 8, 9, 16, 10, 11, 12, 13, 14, 15};
	char text[40];
	char *to = text;
	*to++ = '{';
	for (size_t i = 0; i < sizeof order; i++) {
		if (order[i] == 16) {
			*to++ = '-';
			continue;
		}
		*to++ = "0123456789ABCDEF"[p[order[i]] >> 4];
		*to++ = "0123456789ABCDEF"[p[order[i]] & 15];
	}
	*to++ = '}';
	buf_add(out, text, (size_t)(to - text));
}

/* [MS-DTYP] 2.4.2.2; the text is 2.4.2.1. */
static size_t add_sid(struct buf *out, const unsigned char *p, size_t n)
{
	if (n < 8 || p[1] > 15 || n < 8 + 4 * (size_t)p[1]) {
		add_bytes(out, p, n);
		return n;
	}
	uint64_t authority = (uint64_t)bytes_be16(p + 2) << 32 | bytes_be32(p + 4);
	buf_add(out, "S-", 2);
	add_number(out, p[0], 0);
	buf_addc(out, '-');
	if (authority >> 32)
		add_hex(out, authority);
	else
		add_number(out, authority, 0);
	for (size_t i = 0; i < p[1]; i++) {
		buf_addc(out, '-');
		add_number(out, bytes_le32(p + 8 + 4 * i), 0);
	}
	return 8 + 4 * (size_t)p[1];
}

static void add_real(struct buf *out, double v)
{
	char text[48];
	snprintf(text, sizeof text, "%.15g", v);
	if (strtod(text, NULL) < v || strtod(text, NULL) > v) /* the shorter one where it says the same */
		snprintf(text, sizeof text, "%.17g", v);
	buf_adds(out, text);
}

/* Bytes of one value of the type; 0: as many as there are. */
static size_t size_of(unsigned type)
{
	static const unsigned char sizes[] = {
	    [0x03] = 1, [0x04] = 1, [0x05] = 2, [0x06] = 2,  [0x07] = 4, [0x08] = 4,  [0x09] = 8, [0x0A] = 8,
	    [0x0B] = 4, [0x0C] = 8, [0x0D] = 4, [0x0F] = 16, [0x11] = 8, [0x12] = 16, [0x14] = 4, [0x15] = 8,
	};
	return type < sizeof sizes ? sizes[type] : 0;
}

static void add_fixed(struct buf *out, unsigned type, const unsigned char *p)
{
	char when[32];
	float f;
	double d;
	switch (type) {
	case 0x03:
		add_signed(out, (int8_t)p[0]);
		break;
	case 0x04:
		add_number(out, p[0], 0);
		break;
	case 0x05:
		add_signed(out, (int16_t)bytes_le16(p));
		break;
	case 0x06:
		add_number(out, bytes_le16(p), 0);
		break;
	case 0x07:
		add_signed(out, (int32_t)bytes_le32(p));
		break;
	case 0x08:
		add_number(out, bytes_le32(p), 0);
		break;
	case 0x09:
		add_signed(out, (int64_t)bytes_le64(p));
		break;
	case 0x0A:
		add_number(out, bytes_le64(p), 0);
		break;
	case 0x0B:
		memcpy(&f, p, sizeof f);
		add_real(out, (double)f);
		break;
	case 0x0C:
		memcpy(&d, p, sizeof d);
		add_real(out, d);
		break;
	case 0x0D:
		buf_adds(out, bytes_le32(p) ? "true" : "false");
		break;
	case 0x0F:
		add_guid(out, p);
		break;
	case EVTX_FILETIME:
		observation_when(observation_from_filetime(bytes_le64(p)), when);
		buf_adds(out, bytes_le64(p) ? when : "1601-01-01T00:00:00.0000000Z");
		break;
	case 0x12: /* SYSTEMTIME */
		buf_addf(out, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", bytes_le16(p), bytes_le16(p + 2),
		         bytes_le16(p + 6), bytes_le16(p + 8), bytes_le16(p + 10), bytes_le16(p + 12),
		         bytes_le16(p + 14));
		break;
	case 0x14:
		add_hex(out, bytes_le32(p));
		break;
	default: /* 0x15 */
		add_hex(out, bytes_le64(p));
	}
}

static void add_ansi(struct buf *out, const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	buf_grow(out, 4 * n + 1);
	char *to = out->data + out->len;
	for (size_t i = 0; i < n; i++) /* the code page is not told: bytes beyond ASCII stay visible */
		to += p[i] && p[i] < 0x80 ? (*to = (char)p[i], 1) : sprintf(to, "\\x%02x", p[i]);
	*to = '\0';
	out->len = (size_t)(to - out->data);
}

static void add_array(struct buf *out, unsigned type, const unsigned char *p, size_t n)
{
	size_t one = size_of(type);
	size_t before = out->len;
	if (type == EVTX_STRING) { /* each ends with NUL */
		while (n >= 2 && bytes_le16(p + n - 2) == 0 && n % 2 == 0)
			n -= 2;
		for (size_t i = 0, from = 0; i <= n / 2; i++)
			if (i == n / 2 || bytes_le16(p + 2 * i) == 0) {
				if (from)
					buf_add(out, ", ", 2);
				evtx_utf16(out, p + 2 * from, i - from);
				from = i + 1;
			}
		return;
	}
	while (n > 0) {
		size_t used = type == 0x13 ? 0 : one;
		if (out->len > before)
			buf_add(out, ", ", 2);
		if (type == 0x13)
			used = add_sid(out, p, n);
		else if (used == 0 || used > n)
			add_bytes(out, p, used = n);
		else
			add_fixed(out, type, p);
		p += used;
		n -= used;
	}
}

void evtx_value(struct buf *out, unsigned type, const unsigned char *p, size_t n)
{
	size_t one;
	if (n == 0 || type == EVTX_NULL)
		return;
	if (type & EVTX_ARRAY) {
		add_array(out, type & 0x7F, p, n);
		return;
	}
	switch (type) {
	case EVTX_STRING:
		evtx_utf16(out, p, n / 2);
		return;
	case 0x02:
		add_ansi(out, p, n);
		return;
	case 0x10: /* size_t of whoever wrote it */
	case 0x20:
		if (n == 4 || n == 8)
			add_hex(out, n == 4 ? bytes_le32(p) : bytes_le64(p));
		else
			add_bytes(out, p, n);
		return;
	case 0x13:
		add_sid(out, p, n);
		return;
	default:
		one = size_of(type);
		if (type == 0x0D && n == 1)
			buf_adds(out, *p ? "true" : "false");
		else if (one == 0 || n < one)
			add_bytes(out, p, n);
		else
			add_fixed(out, type, p);
	}
}
