/* For parsers of small files: the whole of one in memory, and its texts in UTF-8. */
#ifndef GENBA_FINDING_TRIAGE_PARSE_WHOLE_H
#define GENBA_FINDING_TRIAGE_PARSE_WHOLE_H

#include "finding/triage/parse/parser.h"

/* All of the file, at most `most` bytes; behind them lie 8 zeros. The caller frees. NULL: it is empty, too large, or
 * cannot be read. */
unsigned char *triage_whole(const struct triage_file *f, size_t most, size_t *n, struct err *err);

/* Appends UTF-16LE, up to a NUL or the end; what is no character becomes U+FFFD. */
void triage_utf16(struct buf *out, const unsigned char *p, size_t bytes);
/* Appends Windows-1252's common part, Latin-1, up to a NUL or the end. */
void triage_latin(struct buf *out, const unsigned char *p, size_t bytes);

/* Adds name=value of the text, and empties it. */
void triage_field_take(struct buf *fields, const char *name, struct buf *text);

/* Whether the path ends so, or lies in such a folder ("/config/"); without case. */
int triage_path_ends(const char *path, const char *end);
int triage_path_has(const char *path, const char *part);

/* The folder below Users (or Documents and Settings, home) that the path lies in: whose it is. "" if it is nobody's. */
void triage_path_user(const char *path, char user[128]);

#endif
