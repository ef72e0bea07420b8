/* Letters that stand for others: names of hosts in punycode (RFC 3492), UTF-7 (RFC 2152), lines that a name runs over. */
#include "outward/release/forbidden_private.h"

#include <string.h>

#define LABEL 63 /* characters of a label of a host's name */

/* ---- punycode */

static int digit_of(char c)
{
	return c >= 'a' && c <= 'z'   ? c - 'a'
	       : c >= 'A' && c <= 'Z' ? c - 'A'
	       : c >= '0' && c <= '9' ? c - '0' + 26
	                              : -1;
}

static uint32_t adapted_bias(uint32_t delta, uint32_t points, int is_first)
{
	uint32_t k = 0;
	delta = is_first ? delta / 700 : delta / 2;
	delta += delta / points;
	for (; delta > (36 - 1) * 26 / 2; k += 36)
		delta /= 36 - 1;
	return k + (36 - 1 + 1) * delta / (delta + 38);
}

/* Section 6.2: what follows xn--. How many characters, 0: it is none. */
static size_t decode_label(const char *text, size_t n, uint32_t points[LABEL])
{
	uint32_t c = 128;
	uint32_t at = 0;
	uint32_t bias = 72;
	size_t count = 0;
	const char *last = memrchr(text, '-', n);
	size_t i = last ? (size_t)(last - text) + 1 : 0;
	if (n > LABEL)
		return 0;
	for (; last && count < (size_t)(last - text); count++)
		points[count] = (unsigned char)text[count];
	while (i < n) {
		uint64_t place = at;
		uint64_t weight = 1;
		for (uint32_t k = 36;; k += 36) {
			int digit = i < n ? digit_of(text[i++]) : -1;
			uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			if (digit < 0)
				return 0;
			place += (uint32_t)digit * weight;
			if (place > UINT32_MAX)
				return 0;
			if ((uint32_t)digit < t)
				break;
			weight *= 36 - t;
			if (weight > UINT32_MAX)
				return 0;
		}
		if (count == LABEL)
			return 0;
		bias = adapted_bias((uint32_t)place - at, (uint32_t)count + 1, at == 0);
		uint64_t point = c + place / (count + 1);
		if (point > 0x10FFFF)
			return 0;
		c = (uint32_t)point;
		at = (uint32_t)(place % (count + 1));
		memmove(points + at + 1, points + at, (count - at) * sizeof *points);
		points[at++] = c;
		count++;
	}
	return count;
}

int forbidden_unpunycode(const char *text, size_t n, struct buf *out)
{
	int some = 0;
	for (size_t i = 0; i < n;) {
		uint32_t points[LABEL];
		size_t count = 0;
		size_t end = i + 4;
		if (n - i > 4 && strncasecmp(text + i, "xn--", 4) == 0) {
			while (end < n && (digit_of(text[end]) >= 0 || text[end] == '-'))
				end++;
			count = decode_label(text + i + 4, end - i - 4, points);
		}
		for (size_t k = 0; k < count; k++)
			forbidden_add_point(out, points[k]);
		if (!count)
			buf_addc(out, text[i]);
		i = count ? end : i + 1;
		some |= count > 0;
	}
	return some;
}

/* ---- UTF-7 */

static int worth(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
	                              : -1;
}

/* What stands behind a + as UTF-16 in base64: characters of it; 0: it is none. */
static size_t decode_utf7(const char *text, size_t n, struct buf *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i = 0;
	size_t before = out->len;
	for (; i < n && worth(text[i]) >= 0; i++) {
		bits = bits << 6 | (uint32_t)worth(text[i]);
		have += 6;
		if (have >= 16) {
			have -= 16;
			forbidden_add_point(out, bits >> have & 0xFFFF);
		}
	}
	if (out->len == before || have >= 6 || bits & ((1U << have) - 1)) {
		buf_truncate(out, before);
		return 0;
	}
	return i + (i < n && text[i] == '-');
}

int forbidden_utf7(const char *text, size_t n, struct buf *out)
{
	int some = 0;
	for (size_t i = 0; i < n;) {
		size_t used = text[i] == '+' ? decode_utf7(text + i + 1, n - i - 1, out) : 0;
		if (!used)
			buf_addc(out, text[i]);
		some |= used > 0;
		i += 1 + used;
	}
	return some;
}

/* ---- lines */

static int is_one_of(char c, const char *those)
{
	return c && strchr(those, c);
}

/* Lines one behind the other, without the blanks at their ends, the sign of a line that goes on, and the marks of a quotation. */
static int join(const char *text, size_t n, int blank, struct buf *out)
{
	int some = 0;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		while (end < n && text[end] != '\n' && text[end] != '\r')
			end++;
		size_t next = end;
		while (next < n && is_one_of(text[next], "\n\r \t>|#*"))
			next++;
		size_t stop = end;
		while (next < n && stop > i && (text[stop - 1] == ' ' || text[stop - 1] == '\t'))
			stop--;
		if (next < n && stop > i && (text[stop - 1] == '=' || text[stop - 1] == '\\'))
			stop--;
		buf_add(out, text + i, stop - i);
		if (blank && next < n && out->len)
			buf_addc(out, ' ');
		some |= next < n && next > end && out->len > 0;
		i = next > end ? next : n;
	}
	return some;
}

int forbidden_join(const char *text, size_t n, struct buf *out)
{
	return join(text, n, 0, out);
}

int forbidden_join_with_blanks(const char *text, size_t n, struct buf *out)
{
	return join(text, n, 1, out);
}
