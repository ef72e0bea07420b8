/*
 * A person puts a row on record: as an event of the timeline, or as an indicator to look for elsewhere.
 *
 *     struct assign fields[] = {{"side", "attacker"}, {"type", "collection"}};
 *     observation_promote(c, "o:5f2a…", kind_find("event"), fields, 2, label, &err);
 *
 * What is known of it is filled in where the person says nothing: an event's title (a finding's, if one rests on the row),
 * time and asset; what it is founded on (basis, evidence); and the row itself, whole, as its raw line with its id. A hit of a
 * sweep knows more: the indicator, whose machine it was, whose clock, and by the indicator's role whether it was C2 or
 * exfiltration. An indicator has to be told its value: rows hold many; it gets the row's time as first seen only where that says
 * since when it was there, by the rule of observation_first_seen().
 */
#ifndef GENBA_FINDING_OBSERVATION_PROMOTE_H
#define GENBA_FINDING_OBSERVATION_PROMOTE_H

#include "case/store/record.h"
#include "finding/observation/observation_clock.h"

enum {
	PROMOTED_BEFORE = 1,
	PROMOTED_ATTRIBUTED = 2,
};

/* PROMOTED_BEFORE: an event was made of the row before and is not retracted; the label is its, and nothing is written: a
 * timeline that tells one act twice counts it twice. PROMOTED_ATTRIBUTED: so it was, but whose act it was stood open and the
 * fields say it (`side`): that was written, and no other field of theirs. ERR_NOT_FOUND: no row has that id; ERR_USAGE: the
 * kind is neither; the rest as record_add(). */
int observation_promote(struct case_file *c, const char *id, const struct kind *kind, const struct assign *fields,
                        size_t count, char label[LABEL_TEXT], struct err *err);

/* Since when what the row names was there, as it goes on record (observation_clocks_when); "": the row does not say it. Of the
 * times of a file that is only its birth, and none where a time of it was set; of a row that was recovered none. Errors as
 * observation_find(). */
int observation_first_seen(struct case_file *c, const char *id, char when[OBSERVATION_WHEN], struct err *err);

#endif
