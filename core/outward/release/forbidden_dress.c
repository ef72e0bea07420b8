/* What a name may be dressed as: escapes of JSON, URLs and HTML, defanged, letters of other scripts that look alike, base64 of
 * text, of UTF-16 and of what zlib packed. */
#include "outward/release/forbidden_private.h"

#include "base/err.h"
#include "base/fold.h"
#include "base/refang.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BASE64_LEAST 8          /* characters of a run that is looked into */
#define WORD_MOST    64         /* longer ones are looked into whatever letters they have */
#define DEPTH        3          /* one dress inside another */
#define UNPACKED     (1U << 22) /* bytes of what was packed */

void forbidden_scratch_release(struct forbidden_scratch *s)
{
	buf_release(&s->fold);
	buf_release(&s->plain);
	buf_release(&s->decoded);
	buf_release(&s->wide);
}

/* ---- letters that look alike (of Unicode's confusables those of Cyrillic and Greek that stand for whole Latin words) */

int forbidden_alike(const char *text, size_t n, struct buf *out)
{
	static const char *const letters[][2] = {
	    {"а", "a"}, {"в", "b"}, {"е", "e"}, {"к", "k"}, {"м", "m"}, {"н", "h"}, {"о", "o"}, {"р", "p"},
	    {"с", "c"}, {"т", "t"}, {"у", "y"}, {"х", "x"}, {"ѕ", "s"}, {"і", "i"}, {"ј", "j"}, {"ԁ", "d"},
	    {"ԛ", "q"}, {"ԝ", "w"}, {"һ", "h"}, {"ӏ", "l"}, {"α", "a"}, {"β", "b"}, {"ε", "e"}, {"ι", "i"},
	    {"κ", "k"}, {"μ", "m"}, {"ν", "v"}, {"ο", "o"}, {"ρ", "p"}, {"τ", "t"}, {"υ", "u"}, {"χ", "x"},
	    {"γ", "y"}, {"ɡ", "g"}, {"ı", "i"}, {"‐", "-"}, {"‑", "-"}, {"–", "-"}, {"−", "-"}};
	int some = 0;
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		if (text[i] & 0x80)
			while (k < sizeof letters / sizeof *letters &&
			       strncmp(text + i, letters[k][0], strlen(letters[k][0])) != 0)
				k++;
		if (text[i] & 0x80 && k < sizeof letters / sizeof *letters) {
			buf_adds(out, letters[k][1]);
			i += strlen(letters[k][0]);
			some = 1;
		} else {
			buf_addc(out, text[i++]);
		}
	}
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

static void add_point(struct buf *out, unsigned c)
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
			add_point(out, 0x10000U + (((unsigned)c - 0xD800U) << 10) + ((unsigned)low - 0xDC00U));
			return 11;
		}
	}
	add_point(out, (unsigned)c);
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
	add_point(out, (unsigned)c);
	return (size_t)(stop + 1 - p);
}

/* The text without its escapes, of all three kinds at once. 1 if there were any. */
static int undress(const char *text, size_t n, struct buf *out)
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

/* ---- text */

/* What of a line has to be looked at more closely. */
struct line_traits {
	int high;    /* bytes beyond ASCII */
	int escaped; /* a backslash, an ampersand, a percent sign */
	int fanged;  /* a bracket before what is written defanged */
};

static struct line_traits traits_of(const char *text, size_t n)
{
	struct line_traits t = {0, 0, 0};
	static const unsigned char kinds[256] = {
	    ['\\'] = 1, ['&'] = 1, ['%'] = 1, ['['] = 2, ['('] = 2, ['{'] = 2, ['<'] = 2};
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		t.high |= c & 0x80;
		if (!kinds[c])
			continue;
		if (kinds[c] == 1) {
			t.escaped = 1;
			continue;
		}
		/* [.] (dot) {at} [://]: closed soon */
		size_t k = i + 1;
		while (k < n && text[k] == ' ')
			k++;
		if (k >= n || !strchr(".:@/dDaA", text[k]))
			continue;
		for (size_t j = k + 1; j < n && j < k + 6; j++)
			t.fanged |= text[j] == ']' || text[j] == ')' || text[j] == '}' || text[j] == '>';
	}
	return t;
}

static int in_fold(const struct forbidden *f, const char *text, size_t n, int high, struct forbidden_scratch *s,
                   struct forbidden_hit *hit)
{
	buf_clear(&s->fold);
	if (!high) {
		buf_add(&s->fold, text, n);
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)s->fold.data[i];
			s->fold.data[i] = (char)(c | (unsigned char)((unsigned)(c - 'A') < 26U ? 0x20U : 0U));
		}
		return forbidden_in_folded(f, s->fold.data, n, hit);
	}
	text_fold(&s->fold, text, n);
	if (forbidden_in_folded(f, s->fold.data, s->fold.len, hit))
		return 1;
	buf_clear(&s->wide);
	return forbidden_alike(s->fold.data, s->fold.len, &s->wide) &&
	       forbidden_in_folded(f, s->wide.data, s->wide.len, hit);
}

static int in_text(const struct forbidden *f, const char *text, size_t n, struct line_traits t,
                   struct forbidden_scratch *s, struct forbidden_hit *hit)
{
	if (in_fold(f, text, n, t.high, s, hit))
		return 1;
	if (!t.high && !t.fanged)
		return 0;
	struct plain plain; /* evil[.]test, taro[at]mail(dot)test */
	plain_init(&plain, text, n, 0);
	int found = plain.n != n && in_fold(f, plain.text, plain.n, t.high, s, hit);
	plain_release(&plain);
	return found;
}

/* ---- base64 */

static const signed char values[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,
    ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
    ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['-'] = 63, ['/'] = 64, ['_'] = 64}; /* one more than the value; 0: none */

/* Decodes from any place of a run; what is left behind the last four is decoded as far as it goes. */
static void decode(const char *text, size_t n, struct buf *out)
{
	uint32_t bits = 0;
	buf_clear(out);
	buf_grow(out, n);
	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | (uint32_t)(values[(unsigned char)text[i]] - 1);
		if (i % 4 != 0)
			out->data[out->len++] = (char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
	}
	out->data[out->len] = '\0';
}

/* Bytes of the character of UTF-8 at the place; 0: none begins there. */
static size_t character(const unsigned char *u, size_t n)
{
	size_t want = u[0] < 0x80 ? 1 : u[0] < 0xC2 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : u[0] < 0xF5 ? 4 : 0;
	if (want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((u[i] & 0xC0) != 0x80)
			return 0;
	return want;
}

/* Nearly all of it is text: only then is it worth a closer look. What stands before the place where it really begins is not. */
static int is_texty(const char *bytes, size_t n)
{
	const unsigned char *u = (const unsigned char *)bytes;
	size_t odd = 0;
	size_t most = n / 16 + 3;
	for (size_t i = 0; i < n && odd <= most;) {
		size_t k = character(u + i, n - i);
		odd += k == 0 || (u[i] < 32 && u[i] != '\t' && u[i] != '\n' && u[i] != '\r') || u[i] == 127;
		i += k ? k : 1;
	}
	return odd <= most && odd * 3 < n;
}

/* UTF-16 of what is mostly Latin: a zero in each second byte. */
static int narrow(const char *bytes, size_t n, struct buf *out)
{
	for (size_t first = 0; first < 2; first++) {
		size_t zeros = 0;
		for (size_t i = 1 - first; i < n; i += 2)
			zeros += bytes[i] == '\0';
		if (n < 6 || zeros * 4 < n) /* half of the pairs at least */
			continue;
		buf_clear(out);
		for (size_t i = 0; i + 1 < n; i += 2) {
			unsigned char low = (unsigned char)bytes[i + first];
			unsigned char high = (unsigned char)bytes[i + 1 - first];
			add_point(out, (unsigned)high << 8 | low);
		}
		return 1;
	}
	return 0;
}

/* gzip, zlib, or the first entry of a zip. */
static int unpack(const char *bytes, size_t n, struct buf *out)
{
	const unsigned char *u = (const unsigned char *)bytes;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
	int raw = n > 30 && memcmp(bytes, "PK\3\4", 4) == 0;
	if (!raw && !(n > 10 && u[0] == 0x1F && u[1] == 0x8B) &&
	    !(n > 6 && (u[0] & 0x0F) == 8 && (u[0] << 8 | u[1]) % 31 == 0))
		return 0;
	if (raw) {
		size_t skip = 30U + u[26] + ((size_t)u[27] << 8) + u[28] + ((size_t)u[29] << 8);
		if (skip >= n)
			return 0;
		z.next_in += skip;
		z.avail_in = (uInt)(n - skip);
		if (u[8] == 0) { /* stored */
			buf_clear(out);
			buf_add(out, bytes + skip, n - skip);
			return 1;
		}
	}
	if (inflateInit2(&z, raw ? -MAX_WBITS : MAX_WBITS + 32) != Z_OK)
		return 0;
	buf_clear(out);
	int rc = Z_OK;
	while (rc == Z_OK && out->len < UNPACKED) {
		buf_grow(out, 65536);
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = 65536;
		rc = inflate(&z, Z_NO_FLUSH);
		out->len += 65536 - z.avail_out;
		if (z.avail_out == 65536)
			break;
	}
	out->data[out->len] = '\0';
	inflateEnd(&z);
	return out->len > 0;
}

/* What came out of base64: as it is, as text in further dresses, as UTF-16, unpacked. */
static int in_decoded(const struct forbidden *f, const struct buf *decoded, int depth, struct forbidden_scratch *s,
                      struct forbidden_hit *hit)
{
	struct forbidden_scratch inner = FORBIDDEN_SCRATCH;
	struct buf other = BUF_INIT;
	int found = in_fold(f, decoded->data, decoded->len, 0, s, hit);
	if (!found && is_texty(decoded->data, decoded->len))
		found = forbidden_in_part(f, decoded->data, decoded->len, depth + 1, &inner, hit);
	if (!found && narrow(decoded->data, decoded->len, &other))
		found = forbidden_in_part(f, other.data, other.len, depth + 1, &inner, hit);
	if (!found && unpack(decoded->data, decoded->len, &other))
		found = forbidden_in_part(f, other.data, other.len, depth + 1, &inner, hit);
	buf_release(&other);
	forbidden_scratch_release(&inner);
	return found;
}

/* Words, identifiers and UUIDs are no base64: of eight letters of such a run one in a thousand has no capital and no digit
 * beyond those of a hexadecimal number. */
static int may_be_base64(const char *text, size_t n)
{
	int capital = 0;
	int digit = 0;
	int beyond = 0;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		capital |= c >= 'A' && c <= 'Z';
		digit |= c >= '0' && c <= '9';
		beyond |= c > 'f';
	}
	return n >= BASE64_LEAST && (capital || (digit && beyond) || n > WORD_MOST);
}

static int in_base64(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_scratch *s,
                     struct forbidden_hit *hit)
{
	for (size_t i = 0; i < n;) {
		size_t run = 0;
		while (i + run < n && values[(unsigned char)text[i + run]])
			run++;
		for (size_t skip = 0; skip < 4 && may_be_base64(text + i, run); skip++) {
			decode(text + i + skip, run - skip, &s->decoded);
			if (in_decoded(f, &s->decoded, depth, s, hit))
				return 1;
		}
		i += run ? run : 1;
	}
	return 0;
}

int forbidden_in_part(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_scratch *s,
                      struct forbidden_hit *hit)
{
	struct line_traits t = traits_of(text, n);
	if (in_text(f, text, n, t, s, hit))
		return 1;
	if (t.escaped) {
		struct buf plain = BUF_INIT;
		int found = 0;
		if (undress(text, n, &plain)) {
			struct line_traits inner = traits_of(plain.data, plain.len);
			found = in_text(f, plain.data, plain.len, inner, s, hit);
			if (!found && depth < DEPTH && inner.escaped)
				found = forbidden_in_part(f, plain.data, plain.len, depth + 1, s, hit);
		}
		buf_release(&plain);
		if (found)
			return 1;
	}
	return depth < DEPTH && in_base64(f, text, n, depth, s, hit);
}
