/*
 * Characters of mails as UTF-8, Japanese ones above all, whatever their label says.
 *
 * One table of code page 932 serves Shift_JIS, EUC-JP and ISO-2022-JP (also ESC $ @, ESC ( J, ESC ( I, and text without
 * the closing escape), so that ① and 髙 are read in all three. Others are read by iconv, whose tables are opened by
 * charset_prepare() before the cage is closed. The label yields to the bytes: Shift_JIS under another label is read as
 * such, and bytes that are UTF-8 beat an 8-bit label.
 *
 *     charset_prepare(err);
 *     unsigned said = charset_decode("iso-2022-jp", 11, bytes, n, &text);     // said & CHARSET_LIED: the label was wrong
 *
 * Sources: JIS X 0208 in Microsoft's code page 932; RFC 1468, RFC 1554; WHATWG Encoding Standard (labels).
 */
#ifndef GENBA_FINDING_MAIL_READ_CHARSET_H
#define GENBA_FINDING_MAIL_READ_CHARSET_H

#include <stddef.h>

struct buf;
struct err;

enum charset_said {
	CHARSET_LIED = 1,    /* the bytes are of another character set than the label names */
	CHARSET_DAMAGED = 2, /* a byte that is no character: U+FFFD stands there */
	CHARSET_UNKNOWN = 4, /* nothing known has that name; it was guessed */
};

int charset_prepare(struct err *err);

/* Appends n bytes as UTF-8. `label` NULL or of no length: none is given. Returns what there is to say of it. */
unsigned charset_decode(const char *label, size_t label_n, const void *bytes, size_t n, struct buf *out);

/* Appends one code point; U+FFFD for what is none. */
void charset_utf8(unsigned long c, struct buf *out);

/* Appends UTF-16 text (little-endian), as files of Windows hold it, up to its end or to a NUL. */
void charset_utf16le(const void *bytes, size_t n, struct buf *out);

#endif
