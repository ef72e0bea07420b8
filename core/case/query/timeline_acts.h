/*
 * The response's own lane of the timeline: isolation, decisions, contacts,
 * evidence, custody, measures, each at the time that its record gives; and what
 * came in or was found (TRACE): mails, findings, consultations, the first and the last hit of an indicator.
 *
 * Nothing is written for it. A field of a kind that is marked as an act
 * (kinds_table.h) makes a row of each record that has a time there; a record of which two
 * such times are known makes two rows. What was done to several things
 * at once and alike is one row: `isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged, Tanaka)`.
 * Evidence of which nobody knows when it was collected stands where it was recorded, and says so (ACT_ELSE).
 * timeline_reader.h reads them together with the events.
 */
#ifndef GENBA_CASE_QUERY_TIMELINE_ACTS_H
#define GENBA_CASE_QUERY_TIMELINE_ACTS_H

#include "case/query/timeline.h"

struct buf;

/* `isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged, Tanaka)` of a row that has an `act`; printable as the records are. */
void timeline_act_text(const struct timeline_row *row, struct buf *out);

/* What a person found to be nothing: a finding that was dismissed. No fact: shown only to whoever asks for it. */
int timeline_is_dismissed(const struct timeline_row *row);

#endif
