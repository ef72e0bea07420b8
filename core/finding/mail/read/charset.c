#include "finding/mail/read/charset.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const uint16_t cp932[60][188] = {
#include "finding/mail/read/cp932.def"
};

enum charset { NONE, ASCII, UTF8, SJIS, EUC, JIS, UTF16, OTHER };

/* What iconv reads, in the order of `opened`. */
static const char *const others[] = {
    "CP1252", "ISO-8859-2", "ISO-8859-5", "ISO-8859-7",  "ISO-8859-9",  "ISO-8859-15", "CP1250",
    "CP1251", "CP1253",     "CP1254",     "CP1255",      "CP1256",      "KOI8-R",      "GB18030",
    "BIG5",   "UHC",        "UTF-7",      "ISO-8859-4",  "KOI8-U",      "CP1257",      "CP1258",
    "CP874",  "ISO-8859-6", "MACINTOSH",  "ISO-2022-KR", "ISO-8859-13", "BIG5-HKSCS"};
#define OTHERS (sizeof others / sizeof *others)
static iconv_t opened[OTHERS];
static int is_open[OTHERS];

static const struct {
	const char *label;
	enum charset charset;
	unsigned char other;
} labels[] = {
    {"us-ascii", ASCII, 0},      {"ascii", ASCII, 0},         {"ansi_x3.4-1968", ASCII, 0},
    {"utf-8", UTF8, 0},          {"utf8", UTF8, 0},           {"unicode-1-1-utf-8", UTF8, 0},
    {"shift_jis", SJIS, 0},      {"shift-jis", SJIS, 0},      {"sjis", SJIS, 0},
    {"x-sjis", SJIS, 0},         {"ms_kanji", SJIS, 0},       {"windows-31j", SJIS, 0},
    {"cp932", SJIS, 0},          {"ms932", SJIS, 0},          {"euc-jp", EUC, 0},
    {"x-euc-jp", EUC, 0},        {"eucjp", EUC, 0},           {"cp51932", EUC, 0},
    {"iso-2022-jp", JIS, 0},     {"iso-2022-jp-1", JIS, 0},   {"iso-2022-jp-2", JIS, 0},
    {"iso-2022-jp-3", JIS, 0},   {"iso-2022-jp-ms", JIS, 0},  {"csiso2022jp", JIS, 0},
    {"cp50220", JIS, 0},         {"cp50221", JIS, 0},         {"jis", JIS, 0},
    {"utf-16le", UTF16, 0},      {"utf-16", UTF16, 0},        {"utf-7", OTHER, 16},
    {"iso-8859-1", OTHER, 0},    {"latin1", OTHER, 0},        {"windows-1252", OTHER, 0},
    {"cp1252", OTHER, 0},        {"iso-8859-2", OTHER, 1},    {"iso-8859-5", OTHER, 2},
    {"iso-8859-7", OTHER, 3},    {"iso-8859-9", OTHER, 4},    {"iso-8859-15", OTHER, 5},
    {"windows-1250", OTHER, 6},  {"windows-1251", OTHER, 7},  {"cp1251", OTHER, 7},
    {"windows-1253", OTHER, 8},  {"windows-1254", OTHER, 9},  {"windows-1255", OTHER, 10},
    {"windows-1256", OTHER, 11}, {"koi8-r", OTHER, 12},       {"gb2312", OTHER, 13},
    {"gbk", OTHER, 13},          {"gb18030", OTHER, 13},      {"cp936", OTHER, 13},
    {"big5", OTHER, 14},         {"euc-kr", OTHER, 15},       {"ks_c_5601-1987", OTHER, 15},
    {"iso-8859-8", OTHER, 10},   {"iso-8859-8-i", OTHER, 10}, {"unicode-1-1-utf-7", OTHER, 16},
    {"iso-8859-4", OTHER, 17},   {"koi8-u", OTHER, 18},       {"windows-1257", OTHER, 19},
    {"windows-1258", OTHER, 20}, {"windows-874", OTHER, 21},  {"tis-620", OTHER, 21},
    {"iso-8859-11", OTHER, 21},  {"iso-8859-6", OTHER, 22},   {"macintosh", OTHER, 23},
    {"iso-2022-kr", OTHER, 24},  {"iso-8859-13", OTHER, 25},  {"big5-hkscs", OTHER, 26},
    {"latin-1", OTHER, 0},       {"iso8859-1", OTHER, 0},     {"iso_8859-1", OTHER, 0},
    {"cp1250", OTHER, 6},        {"cp1254", OTHER, 9},        {"windows-949", OTHER, 15},
    {"cp949", OTHER, 15},        {"ks_c_5601", OTHER, 15},    {"x-gbk", OTHER, 13},
    {"windows-936", OTHER, 13},  {"gb_2312-80", OTHER, 13},
};

int charset_prepare(struct err *err)
{
	(void)err;
	for (size_t i = 0; i < OTHERS; i++)
		if (!is_open[i]) {
			opened[i] = iconv_open("UTF-8", others[i]);
			is_open[i] = opened[i] != (iconv_t)-1; /* one that this system lacks is read as if unlabelled */
		}
	return 0;
}

static enum charset find(const char *label, size_t n, size_t *other)
{
	for (size_t i = 0; label && i < sizeof labels / sizeof *labels; i++)
		if (strlen(labels[i].label) == n && strncasecmp(labels[i].label, label, n) == 0) {
			*other = labels[i].other;
			return labels[i].charset == OTHER && !is_open[*other] ? NONE : labels[i].charset;
		}
	return NONE;
}

void charset_utf8(unsigned long c, struct buf *out)
{
	buf_add_point(out, c > 0x10FFFF ? 0xFFFD : (uint32_t)c);
}

static unsigned utf16(const unsigned char *p, size_t n, int big, int to_nul, struct buf *out)
{
	unsigned said = n % 2 ? CHARSET_DAMAGED : 0;
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned long c = big ? (unsigned long)p[i] << 8 | p[i + 1] : (unsigned long)p[i + 1] << 8 | p[i];
		if (c == 0 && to_nul)
			break;
		if (c >= 0xD800 && c < 0xDC00 && i + 3 < n) {
			unsigned long d =
			    big ? (unsigned long)p[i + 2] << 8 | p[i + 3] : (unsigned long)p[i + 3] << 8 | p[i + 2];
			if (d >= 0xDC00 && d < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + (d - 0xDC00);
				i += 2;
			}
		}
		if (c >= 0xD800 && c < 0xE000)
			said |= CHARSET_DAMAGED;
		charset_utf8(c, out);
	}
	return said;
}

void charset_utf16le(const void *bytes, size_t n, struct buf *out)
{
	utf16(bytes, n, 0, 1, out);
}

static int is_lead(unsigned c)
{
	return (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
}

/* The character of a pair of Shift_JIS bytes; 0: none. */
static unsigned pair(unsigned lead, unsigned trail)
{
	if (!is_lead(lead) || trail < 0x40 || trail == 0x7F || trail > 0xFC)
		return 0;
	return cp932[lead < 0xA0 ? lead - 0x81 : lead - 0xE0 + 31][trail < 0x7F ? trail - 0x40 : trail - 0x41];
}

/* The same of the two bytes of JIS X 0208, 21..7E each. */
static unsigned kuten(unsigned a, unsigned b)
{
	if (a < 0x21 || a > 0x7E || b < 0x21 || b > 0x7E)
		return 0;
	unsigned lead = (a - 0x21) / 2 + (a < 0x5F ? 0x81 : 0xC1);
	unsigned trail = a % 2 ? b + (b < 0x60 ? 0x1F : 0x20) : b + 0x7E;
	return pair(lead, trail);
}

static unsigned sjis(const unsigned char *p, size_t n, struct buf *out)
{
	unsigned said = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];
		if (c < 0x80) {
			size_t run = i + 1;
			while (run < n && p[run] < 0x80)
				run++;
			buf_add(out, p + i, run - i);
			i = run - 1;
			continue;
		}
		unsigned two = i + 1 < n ? pair(c, p[i + 1]) : 0;
		if (two) {
			charset_utf8(two, out);
			i++;
		} else if (c >= 0xA1 && c <= 0xDF) {
			charset_utf8(0xFF61 + c - 0xA1, out);
		} else {
			charset_utf8(0xFFFD, out);
			said |= CHARSET_DAMAGED;
			i += is_lead(c) && i + 1 < n && p[i + 1] >= 0x80; /* both bytes of a pair that is not there */
		}
	}
	return said;
}

static unsigned euc(const unsigned char *p, size_t n, struct buf *out)
{
	unsigned said = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];
		unsigned two = i + 1 < n && c >= 0xA1 ? kuten(c - 0x80, p[i + 1] & 0x80 ? p[i + 1] - 0x80U : 0) : 0;
		if (c < 0x80) {
			buf_addc(out, (char)c);
		} else if (c == 0x8E && i + 1 < n && p[i + 1] >= 0xA1 && p[i + 1] <= 0xDF) {
			charset_utf8(0xFF61 + (unsigned)p[++i] - 0xA1, out);
		} else if (two) {
			charset_utf8(two, out);
			i++;
		} else {
			charset_utf8(0xFFFD, out);
			said |= CHARSET_DAMAGED;
			i += c == 0x8F && i + 2 < n && p[i + 1] >= 0xA1 && p[i + 2] >= 0xA1 ? 2 : 0;
			i += c >= 0xA1 && i + 1 < n && p[i + 1] >= 0xA1 ? 1 : 0;
		}
	}
	return said;
}

/* What an escape sequence at p switches to, and its length; 0: it is none. */
static size_t escape(const unsigned char *p, size_t n, char *set)
{
	static const struct {
		const char *text;
		char set;
	} known[] = {{"\33$B", '2'},  {"\33$@", '2'},  {"\33(B", 'a'},      {"\33(J", 'a'}, {"\33(I", 'k'},
	             {"\33$(D", 'x'}, {"\33$(B", '2'}, {"\33&@\33$B", '2'}, {"\33(H", 'a'}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t length = strlen(known[i].text);
		if (length <= n && memcmp(p, known[i].text, length) == 0) {
			*set = known[i].set;
			return length;
		}
	}
	return 0;
}

static unsigned jis(const unsigned char *p, size_t n, struct buf *out)
{
	unsigned said = 0;
	char set = 'a';
	int shifted = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];
		size_t length = c == 0x1B ? escape(p + i, n - i, &set) : 0;
		if (length) {
			i += length - 1;
		} else if (c == 0x0E || c == 0x0F) {
			shifted = c == 0x0E;
		} else if (c == '\n' || c == '\r') { /* a line begins anew (RFC 1468), whether it was closed or not */
			set = 'a';
			shifted = 0;
			buf_addc(out, (char)c);
		} else if (c <= 0x20 || c == 0x7F) {
			buf_addc(out, (char)c);
		} else if ((set == 'k' || shifted) && c >= 0x21 && c <= 0x5F) {
			charset_utf8(0xFF61 + c - 0x21, out);
		} else if (c >= 0xA1 && c <= 0xDF && set != '2') {
			charset_utf8(0xFF61 + c - 0xA1, out);
		} else if (set == 'a' && c < 0x80) {
			buf_addc(out, (char)c);
		} else {
			unsigned two = set == '2' && i + 1 < n ? kuten(c & 0x7F, p[i + 1] & 0x7F) : 0;
			charset_utf8(two ? two : 0xFFFD, out);
			said |= two ? 0 : CHARSET_DAMAGED;
			i += (set == '2' || set == 'x') && i + 1 < n && p[i + 1] > 0x20;
		}
	}
	return said;
}

static unsigned by_iconv(iconv_t table, const unsigned char *p, size_t n, struct buf *out)
{
	unsigned said = 0;
	char *in = (char *)(uintptr_t)p;
	iconv(table, NULL, NULL, NULL, NULL);
	while (n > 0) {
		buf_grow(out, n + 64);
		char *to = out->data + out->len;
		size_t left = out->cap - out->len - 1;
		size_t rc = iconv(table, &in, &n, &to, &left);
		out->len = (size_t)(to - out->data);
		out->data[out->len] = '\0';
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		charset_utf8(0xFFFD, out);
		said |= CHARSET_DAMAGED;
		in++;
		n--;
	}
	return said;
}

static unsigned utf8(const unsigned char *p, size_t n, struct buf *out)
{
	unsigned said = 0;
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	for (size_t i = 0; i < n;) {
		size_t run = i;
		while (run < n && p[run] < 0x80)
			run++;
		buf_add(out, p + i, run - i);
		i = run;
		if (i == n)
			break;
		size_t length = p[i] >= 0xF0 ? 4 : p[i] >= 0xE0 ? 3 : 2;
		if (i + length <= n && text_is_utf8(p + i, length)) {
			buf_add(out, p + i, length);
			i += length;
		} else {
			charset_utf8(0xFFFD, out);
			said |= CHARSET_DAMAGED;
			i++;
		}
	}
	return said;
}

/* ---- what the bytes are */

/* A text that was cut in its last character is UTF-8 still, where there is enough of it. */
#define CUT_LEAST 4

static int is_utf8(const unsigned char *p, size_t n, size_t *multibyte)
{
	*multibyte = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x80)
			continue;
		size_t length = p[i] >= 0xF0 ? 4 : p[i] >= 0xE0 ? 3 : 2;
		if (i + length > n)
			return p[i] >= 0xC2 && p[i] <= 0xF4 && *multibyte >= CUT_LEAST;
		if (!text_is_utf8(p + i, length))
			return 0;
		++*multibyte;
		i += length - 1;
	}
	return 1;
}

/* How much speaks for Shift_JIS or EUC-JP: kana count most; -1: bytes that it cannot have. */
static long score(const unsigned char *p, size_t n, int as_euc)
{
	long points = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];
		unsigned d = i + 1 < n ? p[i + 1] : 0;
		if (c < 0x80)
			continue;
		unsigned two = as_euc ? (c >= 0xA1 && d >= 0xA1 ? kuten(c - 0x80, d - 0x80) : 0) : pair(c, d);
		if (two) {
			points += two >= 0x3041 && two <= 0x30FF ? 4 : two >= 0xE000 && two <= 0xF8FF ? 0 : 2;
			i++;
		} else if (as_euc && c == 0x8E && d >= 0xA1 && d <= 0xDF) {
			points += 1;
			i++;
		} else if (as_euc && c == 0x8F && d >= 0xA1 && i + 2 < n) {
			i += 2;
		} else if (as_euc || c < 0xA1 || c > 0xDF) {
			return -1;
		} else {
			points -= 1; /* half-width kana are rare */
		}
	}
	return points;
}

/* Kana, or two characters of two bytes in a row: one alone may be an accented letter and its neighbour. */
static int is_japanese(const unsigned char *p, size_t n, int as_euc)
{
	size_t row = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned c = p[i];
		unsigned d = i + 1 < n ? p[i + 1] : 0;
		unsigned two = as_euc ? (c >= 0xA1 && d >= 0xA1 ? kuten(c - 0x80, d - 0x80) : 0) : pair(c, d);
		row = two ? row + 1 : 0;
		int letter = (d | 32) >= 'a' && (d | 32) <= 'z'; /* behind a quotation mark of Windows */
		if (row == 2 || (two >= 0x3041 && two <= 0x30FF) || (two && !as_euc && c < 0xA0 && !letter))
			return 1;
		i += two ? 1 : 0;
	}
	return 0;
}

static int has_escape(const unsigned char *p, size_t n)
{
	char set;
	for (const unsigned char *at = p; (at = memchr(at, 0x1B, n - (size_t)(at - p))) != NULL; at++)
		if (escape(at, n - (size_t)(at - p), &set) && set != 'a')
			return 1;
	return 0;
}

/* One character in UTF-8 under a Western label: what it would be there (two letters for one) nobody writes. Other letters than
 * those two may well stand before a closing quotation mark or a hard space. */
static int is_western_utf8(size_t other, const unsigned char *p)
{
	return (other == 0 || other == 5) && (*p == 0xC2 || *p == 0xC3 || *p >= 0xE0);
}

static enum charset judge(enum charset said, size_t other, const unsigned char *p, size_t n)
{
	size_t i = 0;
	size_t multibyte;
	while (i < n && p[i] < 0x80)
		i++;
	if (i == n) /* 7 bits */
		return said == UTF16 || said == OTHER ? said : has_escape(p, n) ? JIS : said == JIS ? JIS : ASCII;
	if (said == UTF16)
		return said;
	int valid = is_utf8(p, n, &multibyte);
	if (valid && (said != SJIS || multibyte > 1))
		return said == UTF8 || said == NONE || said == ASCII || said == JIS || multibyte > 1 ||
		               (said == OTHER && is_western_utf8(other, p + i))
		           ? UTF8
		           : said;
	if (said == OTHER)
		return said;
	if (said == JIS && has_escape(p, n))
		return JIS;
	long as_sjis = score(p, n, 0);
	long as_euc = score(p, n, 1);
	if (said == SJIS)
		return as_sjis < 0 && as_euc > 0 ? EUC : SJIS;
	if (said == EUC)
		return as_euc < 0 && as_sjis > 0 ? SJIS : EUC;
	if (as_euc >= as_sjis && as_euc > 0 && is_japanese(p, n, 1))
		return EUC;
	if (as_sjis > 0 && is_japanese(p, n, 0))
		return SJIS;
	return said == UTF8 ? UTF8 : said == JIS ? JIS : OTHER; /* Western, as most unlabelled ones are */
}

unsigned charset_decode(const char *label, size_t label_n, const void *bytes, size_t n, struct buf *out)
{
	size_t other = 0;
	const unsigned char *p = bytes;
	enum charset named = label_n ? find(label, label_n, &other) : NONE;
	unsigned said = label_n && named == NONE ? CHARSET_UNKNOWN : 0;
	if (n == 0)
		return said;
	int big = 0;
	if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)) && named != OTHER) {
		big = p[0] == 0xFE;
		return said | utf16(p + 2, n - 2, big, 0, out);
	}
	enum charset is = judge(named, other, p, n);
	if (named != NONE && named != is && !(is == ASCII || (named == ASCII && is == OTHER)))
		said |= CHARSET_LIED;
	if (is == OTHER && named != OTHER)
		other = 0;
	switch (is) {
	case SJIS:
		return said | sjis(p, n, out);
	case EUC:
		return said | euc(p, n, out);
	case JIS:
		return said | jis(p, n, out);
	case UTF16:
		return said | utf16(p, n, 0, 0, out);
	case OTHER:
		if (is_open[other])
			return said | by_iconv(opened[other], p, n, out);
		return said | utf8(p, n, out);
	case NONE:
	case ASCII:
	case UTF8:
		break;
	}
	return said | utf8(p, n, out);
}
