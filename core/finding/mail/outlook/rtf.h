/*
 * Rich text of Outlook's mails: unpacked, and read as the HTML that it was made of or as plain text.
 *
 *     if (rtf_unpack(bytes, n, &rtf) == 0 && rtf_read(rtf.data, rtf.len, &text) == RTF_HTML) …
 *
 * Sources: MS-OXRTFCP (packing), MS-OXRTFEX (HTML inside rich text), Rich Text Format 1.9.1.
 */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_RTF_H
#define GENBA_FINDING_MAIL_OUTLOOK_RTF_H

#include <stddef.h>

struct buf;

#define RTF_MOST ((size_t)16 << 20) /* bytes that are unpacked */

enum rtf_is { RTF_TEXT, RTF_HTML };

/* Appends what a packed stream holds. 1: it holds more than RTF_MOST, which is appended; -1: it is none, or it is damaged. */
int rtf_unpack(const void *bytes, size_t n, struct buf *out);

/* Appends the text as UTF-8, or the HTML. */
enum rtf_is rtf_read(const char *p, size_t n, struct buf *out);

#endif
