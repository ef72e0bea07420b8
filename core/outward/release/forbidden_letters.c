/* Letters that stand for others: names of hosts in punycode (RFC 3492), UTF-7 (RFC 2152), lines that a name runs over. */
#include "base/address/punycode.h"
#include "outward/release/forbidden_private.h"

#include <string.h>

/* ---- punycode */

int forbidden_unpunycode(const char *text, size_t n, struct buf *out)
{
	int some = 0;
	for (size_t i = 0; i < n;) {
		uint32_t points[PUNYCODE_LABEL];
		size_t count = 0;
		size_t end = i + 4;
		if (n - i > 4 && strncasecmp(text + i, "xn--", 4) == 0) {
			while (end < n && (punycode_is_digit(text[end]) || text[end] == '-'))
				end++;
			count = punycode_decode(text + i + 4, end - i - 4, points);
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
