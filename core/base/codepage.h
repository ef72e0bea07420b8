/*
 * Text in a Windows code page, as older imaging tools write it into an image's header without saying which.
 *
 * libewf decodes it by a code page that it is told, and what does not fit is lost. So it is told Windows-1256, the one that
 * gives every byte a character; that is undone here, and the bytes are decoded as UTF-8, as Japanese (CP932) or as Western
 * European (CP1252), whichever they can be: Japanese is what holds kana, or double-byte characters one after another.
 * Sources: WHATWG Encoding Standard (windows-1252, windows-1256), JIS X 0208 in Microsoft's code page 932.
 *
 *     codepage_prepare(err);                           // before the cage is closed: tables are read from disk
 *     codepage_undo("…", &bytes);                      // of each value
 *     enum codepage page = codepage_guess(all.data, all.len);
 *     codepage_decode(page, bytes.data, bytes.len, &text);
 */
#ifndef GENBA_BASE_CODEPAGE_H
#define GENBA_BASE_CODEPAGE_H

#include "base/buf.h"

struct err;

enum codepage { CODEPAGE_UTF8, CODEPAGE_JAPANESE, CODEPAGE_WESTERN };

int codepage_prepare(struct err *err);

/* Appends the bytes that Windows-1256 made this UTF-8 of. -1 if it made no such text. */
int codepage_undo(const char *text, struct buf *bytes);

/* What the bytes are; values of one header, a line each, are guessed together. */
enum codepage codepage_guess(const char *bytes, size_t n);

/* Appends them as UTF-8; a byte that has no character becomes U+FFFD. */
void codepage_decode(enum codepage page, const char *bytes, size_t n, struct buf *text);

#endif
