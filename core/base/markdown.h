/*
 * Text in Markdown that stays text, whoever wrote it.
 *
 *     markdown_add(out, text, strlen(text), "\\`*_[]<>");   // http://evil.example and a*b: http\://evil.example and a\*b
 *
 * Readers make links of bare addresses that bear no mark of Markdown (GitHub Flavored Markdown, 6.9, autolinks): nobody shall
 * click on an attacker's by mistake. "http://" and "www." are parted by a backslash, which is not seen; a mail address, of
 * which a link is made even so, is written taro[at]mail.example.
 */
#ifndef GENBA_BASE_MARKDOWN_H
#define GENBA_BASE_MARKDOWN_H

#include <stddef.h>

struct buf;

/* Appends the n bytes, which are printable, with a backslash before each of the `marks` that the writer's own forms need; a '.'
 * among them gets one only where a space follows, as in "1. ". */
void markdown_add(struct buf *out, const char *text, size_t n, const char *marks);

#endif
