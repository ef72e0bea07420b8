/* Escapes that are taken off a text: of JSON, C, URLs and HTML, of quoted-printable, tags inside a word, letters that look alike. */
#include "outward/release/forbidden_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- letters that look alike (of Unicode's confusables those of Cyrillic and Greek that stand for whole Latin words) */

int forbidden_alike(const char *text, size_t n, struct buf *out)
{
	static const char *const letters[][2] = {
	    {"а", "a"}, {"в", "b"}, {"е", "e"}, {"к", "k"}, {"м", "m"}, {"н", "h"}, {"о", "o"}, {"р", "p"},
	    {"с", "c"}, {"т", "t"}, {"у", "y"}, {"х", "x"}, {"ѕ", "s"}, {"і", "i"}, {"ј", "j"}, {"ԁ", "d"},
	    {"ԛ", "q"}, {"ԝ", "w"}, {"һ", "h"}, {"ӏ", "l"}, {"α", "a"}, {"β", "b"}, {"ε", "e"}, {"ι", "i"},
	    {"κ", "k"}, {"μ", "m"}, {"ν", "v"}, {"ο", "o"}, {"ρ", "p"}, {"τ", "t"}, {"υ", "u"}, {"χ", "x"},
	    {"γ", "y"}, {"ɡ", "g"}, {"ı", "i"}, {"‐", "-"}, {"‑", "-"}, {"–", "-"}, {"−", "-"}};
	static const char leads[] = "\xC4\xC9\xCE\xCF\xD0\xD1\xD2\xD3\xD4\xE2"; /* the first byte of each of them */
	size_t done = 0;
	int some = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		if ((unsigned char)text[i] < 0xC4 || !strchr(leads, text[i]))
			continue;
		while (k < sizeof letters / sizeof *letters &&
		       strncmp(text + i, letters[k][0], strlen(letters[k][0])) != 0)
			k++;
		if (k == sizeof letters / sizeof *letters)
			continue;
		buf_add(out, text + done, i - done);
		buf_adds(out, letters[k][1]);
		i += strlen(letters[k][0]) - 1;
		done = i + 1;
		some = 1;
	}
	if (some)
		buf_add(out, text + done, n - done);
	return some;
}

/* ---- escapes */

static int hex_of(int c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

void forbidden_add_point(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xC0 | c >> 6));
		buf_addc(out, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xE0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(out, (char)(0x80 | (c & 63)));
	} else {
		buf_addc(out, (char)(0xF0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 63)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(out, (char)(0x80 | (c & 63)));
	}
}

static int hex4(const char *p, const char *end)
{
	int value = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_of(p[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* A JSON escape at p (behind the backslash). Bytes taken, 0: none. */
static size_t json_escape(const char *p, const char *end, struct buf *out)
{
	if (p >= end)
		return 0;
	if (*p == 'x' && end - p >= 3 && hex_of(p[1]) >= 0 && hex_of(p[2]) >= 0) {
		buf_addc(out, (char)(hex_of(p[1]) * 16 + hex_of(p[2])));
		return 3;
	}
	if (*p != 'u') {
		buf_addc(out, *p == 'n' || *p == 't' || *p == 'r' || *p == 'b' || *p == 'f' ? ' ' : *p);
		return 1;
	}
	int c = hex4(p + 1, end);
	if (c < 0)
		return 0;
	if (c >= 0xD800 && c < 0xDC00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u') {
		int low = hex4(p + 7, end);
		if (low >= 0xDC00 && low < 0xE000) {
			forbidden_add_point(out,
			                    0x10000U + (((unsigned)c - 0xD800U) << 10) + ((unsigned)low - 0xDC00U));
			return 11;
		}
	}
	forbidden_add_point(out, (unsigned)c);
	return 5;
}

/* An HTML reference at p (behind the ampersand). */
static size_t html_escape(const char *p, const char *end, struct buf *out)
{
	static const char named[][2][6] = {{"amp;", "&"}, {"lt;", "<"}, {"gt;", ">"}, {"quot;", "\""}, {"apos;", "'"}};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if ((size_t)(end - p) >= strlen(named[i][0]) && strncmp(p, named[i][0], strlen(named[i][0])) == 0) {
			buf_adds(out, named[i][1]);
			return strlen(named[i][0]);
		}
	const char *stop = memchr(p, ';', (size_t)(end - p) < 12 ? (size_t)(end - p) : 12);
	if (!stop || *p != '#')
		return 0;
	char *rest;
	unsigned long c =
	    strtoul(p[1] == 'x' || p[1] == 'X' ? p + 2 : p + 1, &rest, p[1] == 'x' || p[1] == 'X' ? 16 : 10);
	if (rest != stop || c == 0 || c > 0x10FFFF)
		return 0;
	forbidden_add_point(out, (unsigned)c);
	return (size_t)(stop + 1 - p);
}

int forbidden_undress(const char *text, size_t n, struct buf *out)
{
	const char *end = text + n;
	int some = 0;
	for (const char *p = text; p < end;) {
		size_t taken = 0;
		if (*p == '\\') {
			taken = json_escape(p + 1, end, out);
		} else if (*p == '&') {
			taken = html_escape(p + 1, end, out);
		} else if (*p == '%' && end - p >= 3 && hex_of(p[1]) >= 0 && hex_of(p[2]) >= 0) {
			buf_addc(out, (char)(hex_of(p[1]) * 16 + hex_of(p[2])));
			taken = 2;
		}
		some |= taken > 0;
		if (!taken)
			buf_addc(out, *p);
		p += 1 + taken;
	}
	return some;
}

int forbidden_without_tags(const char *text, size_t n, struct buf *out)
{
	const char *end = text + n;
	int some = 0;
	for (const char *p = text; p < end;) {
		int begins = *p == '<' && end - p > 2 &&
		             (p[1] == '/' || p[1] == '!' || p[1] == '?' || ((p[1] | 32) >= 'a' && (p[1] | 32) <= 'z'));
		const char *stop = NULL;
		if (begins && end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			const char *last = memmem(p + 4, (size_t)(end - p) - 4, "-->", 3);
			stop = last ? last + 2 : NULL;
		} else if (begins) {
			stop = memchr(p, '>', (size_t)(end - p));
		}
		if (!stop) {
			buf_addc(out, *p++);
			continue;
		}
		some = 1;
		p = stop + 1;
	}
	return some;
}

int forbidden_unquote(const char *text, size_t n, struct buf *out)
{
	const char *end = text + n;
	const char *first = text;
	int some = 0;
	while ((first = memchr(first, '=', (size_t)(end - first))) &&
	       !(end - first >= 3 && hex_of(first[1]) >= 0 && hex_of(first[2]) >= 0))
		first++;
	if (!first)
		return 0;
	for (const char *p = text; p < end;) {
		int high = *p == '=' && end - p >= 3 ? hex_of(p[1]) : -1;
		int low = high >= 0 ? hex_of(p[2]) : -1;
		if (low >= 0) {
			buf_addc(out, (char)(high * 16 + low));
			p += 3;
			some = 1;
		} else {
			buf_addc(out, *p++);
		}
	}
	return some;
}
