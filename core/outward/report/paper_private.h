/*
 * What the papers have in common: the page, its sheets, and boxes with a name.
 *
 *     paper_begin(out, title);
 *     paper_tlp(c, record, &tlp);
 *     paper_sheet_begin(out, c, label, tlp.data);
 *     …
 *     paper_sheet_end(out, c, label, tlp.data);
 *     paper_end(out);
 */
#ifndef GENBA_OUTWARD_REPORT_PAPER_PRIVATE_H
#define GENBA_OUTWARD_REPORT_PAPER_PRIVATE_H

#include "case/store/record.h"

struct buf;

void paper_begin(struct buf *out, const char *title);
void paper_end(struct buf *out);

/* A sheet begins a page. Its head and foot, which browsers repeat where it takes several, bear the TLP label
 * ("AMBER"), the state of the case and what the sheet is about (a label, or NULL). */
void paper_sheet_begin(struct buf *out, struct case_file *c, const char *label, const char *tlp);
void paper_sheet_end(struct buf *out, struct case_file *c, const char *label, const char *tlp);

/* "AMBER": the highest of what stands on a paper about the record (or NULL): the case, whose title does, the record, those that it
 * names, and who had it in hand. What else stands there may raise it (highest_tlp_add()). */
void paper_tlp(struct case_file *c, const json_t *record, struct buf *tlp);

/* An element with text in it; `class` NULL: none. */
void paper_element(struct buf *out, const char *element, const char *class, const char *text);

/* A named box; with an empty text it is to be written in by hand. */
void paper_box(struct buf *out, const char *class, const char *name, const char *text);

/* The field for people, references with what they name: "R1-P2 Organisation A". "" if it is not set. */
void paper_value(struct case_file *c, const json_t *record, const struct field *field, struct buf *text);

/* A QR code that says which item of which case, and its digest if it has one: "genba:CASE:R1-E1:sha256:HEX". 0 or -1. */
int paper_code(struct buf *out, struct case_file *c, const json_t *record, struct err *err);

/* 1 for kinds of things that can be in somebody's custody: evidence, media, assets. */
int paper_has_custody(const struct kind *kind);

#endif
