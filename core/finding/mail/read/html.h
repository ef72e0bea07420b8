/*
 * HTML of mails, as tokens: no tree, so that no nesting costs anything. Gives the text that a reader sees, and the links
 * with what is written on them.
 *
 *     html_read(bytes, n, &text, on_link, ctx);
 *
 * Text inside script, style and comments is left out. Source: WHATWG HTML, tokenization, as far as mails need it.
 */
#ifndef GENBA_FINDING_MAIL_READ_HTML_H
#define GENBA_FINDING_MAIL_READ_HTML_H

#include <stddef.h>

struct buf;

enum html_link {
	HTML_HREF,    /* a, area */
	HTML_FORM,    /* action of a form */
	HTML_REFRESH, /* <meta http-equiv=refresh> */
	HTML_SOURCE,  /* pictures, frames and the like: not followed by a click */
};

/* `shown`: the text on the link so far as it is told, at most HTML_SHOWN bytes. Borrowed. */
#define HTML_SHOWN 512
typedef void (*html_link_fn)(void *ctx, enum html_link sort, const char *url, const char *shown);

/* Reads n bytes of UTF-8. Appends the visible text; *scripts gets how many script elements there are. */
void html_read(const char *p, size_t n, struct buf *text, html_link_fn link, void *ctx, size_t *scripts);

#endif
