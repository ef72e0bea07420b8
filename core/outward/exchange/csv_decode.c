/* Which encoding a file is in, and its bytes as UTF-8; and back, for writing. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/exchange/csv.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static const struct {
	const char *name;
	const char *iconv; /* NULL: read without iconv */
} encodings[CSV_ENCODINGS] = {
    [CSV_AUTO] = {"auto", NULL},
    [CSV_UTF8] = {"utf-8", NULL},
    [CSV_UTF8_BOM] = {"utf-8-bom", NULL},
    [CSV_UTF16LE] = {"utf-16", "UTF-16LE"},
    [CSV_UTF16BE] = {"utf-16", "UTF-16BE"},
    [CSV_CP932] = {"cp932", "CP932"},
    [CSV_CP1252] = {"windows-1252", "CP1252"},
    [CSV_CP1250] = {"windows-1250", "CP1250"},
    [CSV_LATIN1] = {"iso-8859-1", "ISO-8859-1"},
    [CSV_LATIN2] = {"iso-8859-2", "ISO-8859-2"},
    [CSV_LATIN9] = {"iso-8859-15", "ISO-8859-15"},
    [CSV_MACINTOSH] = {"macintosh", "MACINTOSH"},
};

static iconv_t tables[CSV_ENCODINGS]; /* kept open: in the cage no file can be opened; 0: not yet */

const char *csv_encoding_name(enum csv_encoding encoding)
{
	return encodings[encoding].name;
}

int csv_encoding_find(const char *name, enum csv_encoding *encoding, struct err *err)
{
	for (*encoding = CSV_AUTO; *encoding < CSV_ENCODINGS; (*encoding)++)
		if (strcasecmp(name, encodings[*encoding].name) == 0)
			return 0;
	static const struct {
		const char *name;
		enum csv_encoding encoding;
	} others[] = {{"sjis", CSV_CP932},    {"shift_jis", CSV_CP932}, {"windows-31j", CSV_CP932},
	              {"cp1252", CSV_CP1252}, {"ansi", CSV_CP1252},     {"cp1250", CSV_CP1250},
	              {"latin1", CSV_LATIN1}, {"latin-1", CSV_LATIN1},  {"latin2", CSV_LATIN2},
	              {"latin9", CSV_LATIN9}, {"mac", CSV_MACINTOSH}};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcasecmp(name, others[i].name) == 0) {
			*encoding = others[i].encoding;
			return 0;
		}
	return err_set(
	    err, ERR_USAGE,
	    _("--encoding %s: allowed are auto, utf-8, utf-8-bom, utf-16, cp932, windows-1252, windows-1250, "
	      "iso-8859-1, iso-8859-2, iso-8859-15, macintosh"),
	    name);
}

static iconv_t table_of(enum csv_encoding encoding, struct err *err)
{
	if (!tables[encoding])
		tables[encoding] = iconv_open("UTF-8", encodings[encoding].iconv);
	if (tables[encoding] == (iconv_t)-1) {
		tables[encoding] = NULL;
		err_set(err, ERR_FAILED,
		        _("this machine has no conversion table for %s: save the file as UTF-8 and try again"),
		        encodings[encoding].iconv);
		return NULL;
	}
	return tables[encoding];
}

int csv_prepare(struct err *err)
{
	static const char two[] = "\x82\xA0";
	struct buf text = BUF_INIT;
	enum csv_encoding found;
	(void)err; /* a missing table is an error for the file that needs it, not before */
	for (int i = CSV_UTF16LE; i < CSV_ENCODINGS; i++) /* converting once binds what is bound late */
		csv_decode(two, 2, (enum csv_encoding)i, &text, &found, NULL);
	buf_release(&text);
	return 0;
}

/* ---- which one */

/* Characters of more than one byte that are good UTF-8, and bytes that are not UTF-8. */
static void weigh_utf8(const unsigned char *p, size_t n, size_t *good, size_t *bad)
{
	*good = *bad = 0;
	while (n > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t took = utf8proc_iterate(p, (utf8proc_ssize_t)n, &c);
		*good += took > 1;
		*bad += took <= 0;
		size_t step = took > 0 ? (size_t)took : 1;
		p += step;
		n -= step;
	}
}

/* Text of two bytes a character, most of it ASCII in a list of machines: every other byte is 0. */
static enum csv_encoding guess_utf16(const unsigned char *p, size_t n)
{
	size_t zeros[2] = {0, 0};
	size_t looked = n < 4096 ? n : 4096;
	for (size_t i = 0; i < looked; i++)
		zeros[i % 2] += p[i] == 0;
	if (zeros[1] > looked / 8 && zeros[0] < zeros[1] / 4)
		return CSV_UTF16LE;
	return zeros[0] > looked / 8 && zeros[1] < zeros[0] / 4 ? CSV_UTF16BE : CSV_AUTO;
}

/* The encoding that its byte-order mark names, with the length of that; CSV_AUTO: there is none. */
static enum csv_encoding by_bom(const unsigned char *p, size_t n, size_t *bom)
{
	*bom = 0;
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		*bom = 3;
		return CSV_UTF8_BOM;
	}
	if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0)) {
		*bom = 2;
		return p[0] == 0xFF ? CSV_UTF16LE : CSV_UTF16BE;
	}
	return CSV_AUTO;
}

static int is_ascii_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * Of bytes that are not UTF-8: those of CP932 are mostly 81 to 9F (kana, frequent kanji), or A1 to DF side by side
 * (half-width kana); an accented letter of Western Europe is C0 to FF, alone among letters.
 */
static enum csv_encoding guess_8_bit(const unsigned char *p, size_t n)
{
	size_t japanese = 0;
	size_t western = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char before = i > 0 ? p[i - 1] : ' ';
		unsigned char behind = i + 1 < n ? p[i + 1] : ' ';
		if (p[i] < 0x80)
			continue;
		japanese += p[i] >= 0x81 && p[i] <= 0x9F;
		japanese += p[i] >= 0xA1 && p[i] <= 0xDF && behind >= 0xA1 && behind <= 0xDF;
		western += p[i] >= 0xC0 && before < 0x80 && behind < 0x80 &&
		           (is_ascii_letter(before) || is_ascii_letter(behind));
	}
	return western > japanese ? CSV_CP1252 : CSV_CP932;
}

/* A file in UTF-8 may have a few bad bytes; one in CP932 is hardly ever good UTF-8. */
static enum csv_encoding csv_decode_guess(const unsigned char *p, size_t n)
{
	size_t good;
	size_t bad;
	enum csv_encoding wide = guess_utf16(p, n);
	if (wide != CSV_AUTO)
		return wide;
	weigh_utf8(p, n, &good, &bad);
	return bad == 0 || good >= 4 * bad ? CSV_UTF8 : guess_8_bit(p, n);
}

static int is_utf16(enum csv_encoding encoding)
{
	return encoding == CSV_UTF16LE || encoding == CSV_UTF16BE;
}

/* ---- reading */

/* A NUL can be in no cell. */
static void add_text(struct buf *text, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			buf_addc(text, p[i]);
		else
			buf_adds(text, REPLACEMENT);
	}
}

static void decode_utf8(const unsigned char *p, size_t n, struct buf *text)
{
	while (n > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t took = utf8proc_iterate(p, (utf8proc_ssize_t)n, &c);
		if (took > 0)
			add_text(text, (const char *)p, (size_t)took);
		else
			buf_adds(text, REPLACEMENT);
		size_t step = took > 0 ? (size_t)took : 1;
		p += step;
		n -= step;
	}
}

static void decode_by_table(iconv_t table, const char *p, size_t n, size_t unit, struct buf *text)
{
	char *in = (char *)(uintptr_t)p;
	iconv(table, NULL, NULL, NULL, NULL);
	while (n > 0) {
		char piece[4096];
		char *out = piece;
		size_t room = sizeof piece;
		size_t rc = iconv(table, &in, &n, &out, &room);
		int why = errno;
		add_text(text, piece, sizeof piece - room);
		if (rc == (size_t)-1 && why != E2BIG && n > 0) { /* no character here, or half of one at the end */
			size_t step = n < unit ? n : unit;
			buf_adds(text, REPLACEMENT);
			in += step;
			n -= step;
			iconv(table, NULL, NULL, NULL, NULL);
		}
	}
}

int csv_decode(const void *bytes, size_t n, enum csv_encoding encoding, struct buf *text, enum csv_encoding *found,
               struct err *err)
{
	const unsigned char *p = bytes;
	size_t bom;
	enum csv_encoding named = by_bom(p, n, &bom);
	*found = encoding;
	if (encoding == CSV_AUTO)
		*found = named != CSV_AUTO ? named : csv_decode_guess(p, n);
	else if (encoding == CSV_UTF16LE) /* "utf-16": its order is found out */
		*found = named == CSV_UTF16BE || (named == CSV_AUTO && guess_utf16(p, n) == CSV_UTF16BE) ? CSV_UTF16BE
		                                                                                         : CSV_UTF16LE;
	if (named != *found && !(named == CSV_UTF8_BOM && *found == CSV_UTF8))
		bom = 0;
	p += bom;
	n -= bom;
	if (!encodings[*found].iconv) {
		decode_utf8(p, n, text);
		return 0;
	}
	iconv_t table = table_of(*found, err);
	if (!table)
		return -1;
	decode_by_table(table, (const char *)p, n, is_utf16(*found) ? 2 : 1, text);
	return 0;
}

/* ---- writing */

static int encode_by_table(iconv_t table, const char *p, size_t n, int wide, struct buf *bytes, size_t *lacking)
{
	char *in = (char *)(uintptr_t)p;
	while (n > 0) {
		char piece[4096];
		char *out = piece;
		size_t room = sizeof piece;
		size_t rc = iconv(table, &in, &n, &out, &room);
		int why = errno;
		buf_add(bytes, piece, sizeof piece - room);
		if (rc != (size_t)-1 || why == E2BIG)
			continue;
		utf8proc_int32_t c;
		utf8proc_ssize_t took = utf8proc_iterate((const unsigned char *)in, (utf8proc_ssize_t)n, &c);
		if (took <= 0 || wide)
			return -1;
		buf_addf(bytes, "U+%04X", (unsigned)c);
		(*lacking)++;
		in += took;
		n -= (size_t)took;
	}
	return 0;
}

int csv_encode(const char *text, size_t n, enum csv_encoding encoding, struct buf *bytes, size_t *lacking,
               struct err *err)
{
	*lacking = 0;
	if (encoding == CSV_UTF8_BOM)
		buf_adds(bytes, "\xEF\xBB\xBF");
	if (!encodings[encoding].iconv) {
		buf_add(bytes, text, n);
		return 0;
	}
	iconv_t table = iconv_open(encodings[encoding].iconv, "UTF-8");
	if (table == (iconv_t)-1)
		return err_set(err, ERR_FAILED, _("this machine has no conversion table for %s: export as UTF-8"),
		               encodings[encoding].iconv);
	if (encoding == CSV_UTF16LE)
		buf_add(bytes, "\xFF\xFE", 2);
	else if (encoding == CSV_UTF16BE)
		buf_add(bytes, "\xFE\xFF", 2);
	int rc = encode_by_table(table, text, n, is_utf16(encoding), bytes, lacking);
	iconv_close(table);
	return rc < 0 ? err_set(err, ERR_INVALID, _("the text cannot be written as %s"), encodings[encoding].iconv) : 0;
}
