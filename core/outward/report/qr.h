/*
 * A QR code as a picture that a page of HTML holds in itself.
 *
 * One path of an SVG element: black modules on a white ground, with the quiet
 * zone of four modules that readers need (ISO/IEC 18004, 6.3.8). Error
 * correction level M: a code still reads with about a seventh of it worn off.
 * The pattern is libqrencode's.
 */
#ifndef GENBA_OUTWARD_REPORT_QR_H
#define GENBA_OUTWARD_REPORT_QR_H

struct buf;
struct err;

/* Appends <svg class="qr">…</svg> that says `text`, at most some 2,000 bytes. 0 or -1. */
int qr_svg(struct buf *out, const char *text, struct err *err);

#endif
