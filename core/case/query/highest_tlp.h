/*
 * The label of what tells of several records: a paper, a brief, a picture is passed on by the highest of theirs.
 *
 *     struct buf tlp = BUF_INIT;
 *     highest_tlp_begin(c, &tlp);              // the case's, whose title stands there: "AMBER"
 *     highest_tlp_add(&tlp, record);           // a record without a label of its own has the case's; of a disputed one the higher counts
 *     highest_tlp_add_named(c, "R1-P1", &tlp);
 */
#ifndef GENBA_CASE_QUERY_HIGHEST_TLP_H
#define GENBA_CASE_QUERY_HIGHEST_TLP_H

#include <jansson.h>

struct buf;
struct case_file;

void highest_tlp_begin(struct case_file *c, struct buf *tlp);

/* Raises the label to the other one (NULL: none), which is not in `tlp` itself. */
void highest_tlp_raise(struct buf *tlp, const char *other);

/* Raises the label to that of the record (NULL: none). */
void highest_tlp_add(struct buf *tlp, const json_t *record);

/* The same of the record with that label, a retracted one too; NULL and what is on record nowhere raise nothing. */
void highest_tlp_add_named(struct case_file *c, const char *label, struct buf *tlp);

#endif
