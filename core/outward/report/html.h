/*
 * Text for a page of HTML.
 *
 * Pages of genba hold no script and load nothing, so that they open offline in
 * any browser and a hostile title cannot act: whatever is shown goes through
 * html_text(), which makes it printable (base/printable.h) and then escapes what
 * HTML reads as marks. The result is safe between tags and inside a quoted
 * attribute.
 */
#ifndef GENBA_OUTWARD_REPORT_HTML_H
#define GENBA_OUTWARD_REPORT_HTML_H

struct buf;

/* Appends the text. Line ends stay: an element that keeps them says so in its style. */
void html_text(struct buf *out, const char *text);

/* Appends all before the content of <body>: language, a policy that forbids loading anything, title and style (trusted). */
void html_begin(struct buf *out, const char *title, const char *style);

#endif
