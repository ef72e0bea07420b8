/*
 * The verbs of actions: the one table of what an action can be called, in the
 * trailer Genba-Action and as the first word of a commit's subject.
 *
 * What a verb means elsewhere stands in its row: what a person reads, whether the
 * action can be undone, how its subject goes on, where the timeline has it. Nothing
 * else compares a verb by its name (tests/house/check.py). A verb of a later
 * version, in a history that came by merging, has no row and is shown as it is.
 *
 *     const struct verb *verb = verb_find(entry->action);
 *     if (verb && verb->lane == VERB_LANE_RESPONSE)
 *             … the action itself is an act of the response: evidence preserved, a case handed over
 *     else if (verb && verb->lane == VERB_LANE_RECORDS)
 *             … ask the records that it changed: an isolation is a `set`, a decision an `add`
 */
#ifndef GENBA_CASE_ACTION_VERB_H
#define GENBA_CASE_ACTION_VERB_H

enum verb_subject {
	VERB_RECORDS, /* "verify R1-E1, R1-E2 and 3 more" */
	VERB_KIND,    /* "add asset R1-A1: HR-PC-03" */
	VERB_FIELDS,  /* "set R1-A1: containment isolation_method" */
};

enum verb_undo {
	VERB_FINAL,    /* cannot be undone: others rely on it, or it is done outside of the case too */
	VERB_UNDOABLE, /* its author can take it back */
	VERB_FIRST,    /* the case begins with it: before it there is nothing to undo */
};

enum verb_lane {
	VERB_LANE_NONE,     /* keeping the records; no act of its own */
	VERB_LANE_RECORDS,  /* what the changed records say: they have a side, or are what the response does */
	VERB_LANE_RESPONSE, /* an act of the response, whatever it changed */
};

struct verb {
	const char *name;
	const char *text; /* for people; to be translated */
	enum verb_undo undo;
	enum verb_subject subject;
	enum verb_lane lane;
	int takes_in; /* its records come from others: told as what came in */
};

const struct verb *verb_find(const char *name); /* NULL: none of this version */

#endif
