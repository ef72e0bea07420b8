/*
 * Text from outside, made harmless.
 *
 * The one way by which a mail, a log, a file name, an archive or a colleague's
 * case reaches a screen, a report or a log. What would act on a terminal or
 * deceive a reader is shown instead of sent:
 *
 *     ESC ] 0 ; …        \x1b]0;…          C0, DEL and C1 controls
 *     <FF>               \xff              bytes that are not UTF-8
 *     U+202E             <U+202E>          bidi controls, zero-width characters, format
 *                                          characters, separators, private use, unassigned
 *
 * The result is always valid UTF-8 of printable characters, and so has a
 * display width. Combining marks pass, at most PRINTABLE_MARKS in a row, since
 * file names from other systems spell Japanese with them.
 */
#ifndef GENBA_BASE_PRINTABLE_H
#define GENBA_BASE_PRINTABLE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct buf;

enum printable_flags {
	PRINTABLE_LINE = 0,               /* newline and tab are shown as \n and \t */
	PRINTABLE_KEEP_NEWLINES = 1 << 0, /* newline stays, tab becomes one space: for text of several lines */
};

#define PRINTABLE_MARKS 4

/* Appends the printable form of n bytes to `out`. */
void printable_add(struct buf *out, const void *bytes, size_t n, unsigned flags);

/*
 * Appends JSON text whose strings hold no harmful character raw: they are written
 * as \uXXXX, which a program reads as the same character. For JSON that may be
 * looked at on a terminal.
 */
void printable_json(struct buf *out, const char *json);

/* The same for a string, as a string that the caller frees; and for what is formatted: one printable line. */
char *printable_dup(const char *text);
__attribute__((format(printf, 1, 0))) char *printable_vdup(const char *format, va_list args);

/* fprintf() through the printable funnel, for all that commands tell people: what a case holds may be hostile. Line ends
 * stay; what must be one line is made so before. Not for what a program reads as bytes (CSV, sums, files). */
__attribute__((format(printf, 2, 3))) void printable_printf(FILE *out, const char *format, ...);

/* Display width in terminal cells of printable UTF-8: East Asian wide characters count two, combining marks none. */
size_t text_width(const char *text);
size_t text_width_n(const char *text, size_t n);

/*
 * The number of bytes of `text` that fit in `cells` cells without cutting a
 * character from its combining marks. *used gets the cells they take (may be
 * NULL); at most one less than `cells`, when a wide character does not fit.
 */
size_t text_fit(const char *text, size_t cells, size_t *used);

/* Appends `text` cut or padded with spaces to exactly `cells` cells; a cut is shown by a final "…". */
void text_pad(struct buf *out, const char *text, size_t cells);

/* Appends `text` broken into lines of at most `cells` cells (at spaces where there are any, between any two
 * characters in Japanese, closing punctuation kept with the line before), each line but the last ending in '\n'
 * followed by `indent` spaces. Newlines in the text stay. */
void text_wrap(struct buf *out, const char *text, size_t cells, size_t indent);

/* How many of the n bytes are kept where at most `most` may be: no letter is cut. */
size_t text_whole(const char *text, size_t n, size_t most);

/* The same of a whole text, for "%.*s". */
int text_cut(const char *text, int most);

/* Copies what fits into `size` bytes with their NUL, cut between two letters: instead of snprintf(), which cuts inside one. */
void text_copy(char *out, size_t size, const char *text);

/* 1 if the n bytes are valid UTF-8 without NUL. */
int text_is_utf8(const void *bytes, size_t n);

#endif
