/*
 * File names as text, reversibly.
 *
 * A file name is bytes; a record holds UTF-8. Names that are valid UTF-8 without
 * control characters stand as they are. Any other is written with its bytes
 * percent-encoded behind the mark "%bytes:", so that the same file can be found
 * again; a name that happens to begin with the mark is encoded too.
 */
#ifndef GENBA_BASE_FILE_PATHNAME_H
#define GENBA_BASE_FILE_PATHNAME_H

struct buf;

#define PATHNAME_MARK "%bytes:"

/* Appends the text form of a name. */
void pathname_encode(const char *name, struct buf *out);

/* Appends the name again. 0, or -1 if the text is not what pathname_encode() writes. */
int pathname_decode(const char *text, struct buf *name);

/* Always percent-encoded: '%', controls, DEL and bytes that are not UTF-8; without the mark. For one-line lists. */
void pathname_escape(const char *name, struct buf *out);
int pathname_unescape(const char *text, struct buf *name);

#endif
