/* Escapes that are taken off a text: of JSON, C, URLs and HTML, of quoted-printable, tags inside a word, letters that look
 * alike. */
#include "outward/release/forbidden_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- letters that look alike (of Unicode's confusables those of Cyrillic and Greek that stand for whole Latin words) */

/* A mark that is put on the letter before it and has not become one with it: U+0300 to U+036F, U+20D0 to U+20F0. */
static size_t is_mark(const char *text, size_t n)
{
	const unsigned char *u = (const unsigned char *)text;
	if (n >= 2 && ((u[0] == 0xCC && u[1] >= 0x80) || (u[0] == 0xCD && u[1] >= 0x80 && u[1] <= 0xAF)))
		return 2;
	return n >= 3 && u[0] == 0xE2 && u[1] == 0x83 && u[2] >= 0x90 && u[2] <= 0xB0 ? 3 : 0;
}

/* A letter in a filled circle or square, or of a flag: U+1F150, U+1F170, U+1F1E6 and what follows them. */
static size_t boxed_letter(const char *text, size_t n, char *letter)
{
	static const unsigned firsts[] = {0x1F150, 0x1F170, 0x1F1E6};
	const unsigned char *u = (const unsigned char *)text;
	if (n < 4 || u[0] != 0xF0 || u[1] != 0x9F)
		return 0;
	unsigned c = 0x1F000U | (u[2] & 63U) << 6 | (u[3] & 63U);
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
		if (c >= firsts[i] && c < firsts[i] + 26) {
			*letter = (char)('a' + (c - firsts[i]));
			return 4;
		}
	return 0;
}

int forbidden_alike(const char *text, size_t n, struct buf *out)
{
	static const char *const letters[][2] = {
	    {"а", "a"}, {"в", "b"}, {"е", "e"}, {"к", "k"}, {"м", "m"}, {"н", "h"}, {"о", "o"}, {"р", "p"},
	    {"с", "c"}, {"т", "t"}, {"у", "y"}, {"х", "x"}, {"ѕ", "s"}, {"і", "i"}, {"ј", "j"}, {"ԁ", "d"},
	    {"ԛ", "q"}, {"ԝ", "w"}, {"һ", "h"}, {"ӏ", "l"}, {"α", "a"}, {"β", "b"}, {"ε", "e"}, {"ι", "i"},
	    {"κ", "k"}, {"μ", "m"}, {"ν", "v"}, {"ο", "o"}, {"ρ", "p"}, {"τ", "t"}, {"υ", "u"}, {"χ", "x"},
	    {"γ", "y"}, {"ɡ", "g"}, {"ı", "i"}, {"‐", "-"}, {"‑", "-"}, {"–", "-"}, {"−", "-"}};
	static const char leads[] =
	    "\xC4\xC9\xCC\xCD\xCE\xCF\xD0\xD1\xD2\xD3\xD4\xE2\xF0"; /* the first byte of each of them */
	size_t done = 0;
	int some = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		if ((unsigned char)text[i] < 0xC4 || !strchr(leads, text[i]))
			continue;
		char letter = 0;
		size_t used = is_mark(text + i, n - i);
		if (!used)
			used = boxed_letter(text + i, n - i, &letter);
		while (!used && k < sizeof letters / sizeof *letters &&
		       strncmp(text + i, letters[k][0], strlen(letters[k][0])) != 0)
			k++;
		if (!used && k == sizeof letters / sizeof *letters)
			continue;
		buf_add(out, text + done, i - done);
		if (letter)
			buf_addc(out, letter);
		else if (!used)
			buf_adds(out, letters[k][1]);
		i += (used ? used : strlen(letters[k][0])) - 1;
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

/* So many hexadecimal digits, `least` to `most`; 0: not as many. */
static size_t hex_digits(const char *p, const char *end, size_t least, size_t most, unsigned *value)
{
	size_t n = 0;
	for (*value = 0; n < most && p + n < end && hex_of(p[n]) >= 0; n++)
		*value = *value * 16 + (unsigned)hex_of(p[n]);
	return n >= least && *value <= 0x10FFFF ? n : 0;
}

/* One of JSON, C or a shell at p (behind the backslash). Bytes taken, 0: none. */
static size_t json_escape(const char *p, const char *end, struct buf *out)
{
	unsigned c;
	size_t n;
	if (p >= end)
		return 0;
	if (*p == 'x' && end - p >= 3 && hex_of(p[1]) >= 0 && hex_of(p[2]) >= 0) {
		buf_addc(out, (char)(hex_of(p[1]) * 16 + hex_of(p[2])));
		return 3;
	}
	if (*p == 'U' && (n = hex_digits(p + 1, end, 8, 8, &c)) > 0) {
		forbidden_add_point(out, c);
		return 1 + n;
	}
	if (*p == 'u' && end - p >= 4 && p[1] == '{' && (n = hex_digits(p + 2, end, 1, 6, &c)) > 0 && p + 2 + n < end &&
	    p[2 + n] == '}') {
		forbidden_add_point(out, c);
		return 3 + n;
	}
	if (end - p >= 3 && *p >= '0' && *p <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7') {
		buf_addc(out, (char)((p[0] - '0') * 64 + (p[1] - '0') * 8 + p[2] - '0'));
		return 3;
	}
	if (*p != 'u') {
		buf_addc(out, *p == 'n' || *p == 'r' ? '\n' : *p == 't' || *p == 'b' || *p == 'f' ? ' ' : *p);
		return 1;
	}
	if (hex_digits(p + 1, end, 4, 4, &c) == 0)
		return 0;
	unsigned low;
	if (c >= 0xD800 && c < 0xDC00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u' &&
	    hex_digits(p + 7, end, 4, 4, &low) && low >= 0xDC00 && low < 0xE000) {
		forbidden_add_point(out, 0x10000U + ((c - 0xD800U) << 10) + (low - 0xDC00U));
		return 11;
	}
	forbidden_add_point(out, c);
	return 5;
}

/* A reference of HTML at p (behind the ampersand); a browser takes a number without its semicolon too. */
static size_t html_escape(const char *p, const char *end, struct buf *out)
{
	static const char *const named[][2] = {
	    {"amp;", "&"},      {"lt;", "<"},    {"gt;", ">"},     {"quot;", "\""},  {"apos;", "'"},
	    {"nbsp;", " "},     {"shy;", ""},    {"zwj;", ""},     {"zwnj;", ""},    {"ZeroWidthSpace;", ""},
	    {"NoBreak;", ""},   {"Tab;", " "},   {"NewLine;", ""}, {"period;", "."}, {"hyphen;", "-"},
	    {"dash;", "-"},     {"ndash;", "-"}, {"minus;", "-"},  {"commat;", "@"}, {"lowbar;", "_"},
	    {"UnderBar;", "_"}, {"colon;", ":"}, {"sol;", "/"},    {"bsol;", "\\"},  {"comma;", ","}};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if ((size_t)(end - p) >= strlen(named[i][0]) && strncmp(p, named[i][0], strlen(named[i][0])) == 0) {
			buf_adds(out, named[i][1]);
			return strlen(named[i][0]);
		}
	if (end - p < 2 || *p != '#')
		return 0;
	size_t n = 1;
	unsigned c = 0;
	if (p[1] == 'x' || p[1] == 'X') {
		size_t digits = hex_digits(p + 2, end, 1, 8, &c);
		n = digits ? 2 + digits : 1;
	} else {
		for (; p + n < end && p[n] >= '0' && p[n] <= '9' && n < 9; n++)
			c = c * 10 + (unsigned)(p[n] - '0');
	}
	if (n == 1 || c == 0 || c > 0x10FFFF)
		return 0;
	forbidden_add_point(out, c);
	return n + (p + n < end && p[n] == ';');
}

/* %2D, and %u002D of older scripts, at p (behind the sign). */
static size_t url_escape(const char *p, const char *end, struct buf *out)
{
	unsigned c;
	size_t n = p < end && (*p == 'u' || *p == 'U') ? hex_digits(p + 1, end, 4, 4, &c) : 0;
	if (n) {
		forbidden_add_point(out, c);
		return 1 + n;
	}
	n = hex_digits(p, end, 2, 2, &c);
	if (n)
		buf_addc(out, (char)c);
	return n;
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
		} else if (*p == '%') {
			taken = url_escape(p + 1, end, out);
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

/* Bytes of = at the end of a line, with which quoted-printable goes on in the next. */
static size_t soft_break(const char *p, const char *end)
{
	const char *q = p + 1;
	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	if (q < end && *q == '\r')
		q++;
	return q < end && *q == '\n' ? (size_t)(q + 1 - p) : 0;
}

int forbidden_unquote(const char *text, size_t n, struct buf *out)
{
	const char *end = text + n;
	const char *first = text;
	unsigned c;
	int some = 0;
	while ((first = memchr(first, '=', (size_t)(end - first))) && !hex_digits(first + 1, end, 2, 2, &c) &&
	       !soft_break(first, end))
		first++;
	if (!first)
		return 0;
	buf_add(out, text, (size_t)(first - text));
	for (const char *p = first; p < end;) {
		size_t gap = *p == '=' ? soft_break(p, end) : 0;
		size_t digits = *p == '=' ? hex_digits(p + 1, end, 2, 2, &c) : 0;
		if (digits)
			buf_addc(out, (char)c);
		else if (!gap)
			buf_addc(out, *p);
		some |= digits || gap;
		p += 1 + digits + (gap ? gap - 1 : 0);
	}
	return some;
}
