/*
 * What is printed, and signed or written on by hand.
 *
 * A paper is one page of HTML that loads nothing and prints on A4 from any
 * browser. It is HTML and not PDF because a PDF with Japanese text needs a font
 * embedded in it, and so a text shaper and a font carried on every stick; the
 * browser of any machine has both, and prints to PDF.
 *
 * Every sheet bears the case's id, the highest TLP label of what stands on it, the
 * last commit's short id and the time: who changes the case later cannot change the paper. All text passes
 * html_text(), whoever wrote it.
 *
 * The fields of the custody form are those of RFC 3227, 4.1 and ISO/IEC 27037, 6.1; the
 * place of the TLP label is that of TLP 2.0 (FIRST).
 */
#ifndef GENBA_OUTWARD_REPORT_PAPER_H
#define GENBA_OUTWARD_REPORT_PAPER_H

#include "case/store/record.h"

struct buf;

/* A form for each item (evidence, media or assets, by label): what it is, its digests, its transfers, lines for further
 * ones, and signatures. Appends the page. 0, or -1: ERR_NOT_FOUND, or ERR_USAGE for what has no custody. */
int paper_custody(struct case_file *c, char *const *labels, size_t count, struct buf *html, struct err *err);

/* Tags to be cut out, with a QR code each: of these items, or (count 0) of all evidence that is not retracted. */
int paper_tags(struct case_file *c, char *const *labels, size_t count, struct buf *html, struct err *err);

/* A blank worksheet for each label that this responder keeps free (case/reserve.h). ERR_USAGE for any other label. */
int paper_worksheets(struct case_file *c, const char *const *labels, size_t count, struct buf *html, struct err *err);

/* The sheet for a call to an organisation that the attack touches: why they are concerned, what may be told, what to ask, how
 * their identity is checked. `who`: its label, or as the chain calls it. ERR_USAGE for what is no party on record. */
int paper_notice(struct case_file *c, const char *who, struct buf *html, struct err *err);

#endif
