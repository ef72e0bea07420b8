/*
 * The verbs of actions: the one table of what an action can be called, in the
 * trailer Genba-Action and as the first word of a commit's subject.
 *
 * What a verb means elsewhere stands in its row: what a person reads, whether the
 * action can be undone, how its subject goes on. A verb of a later version, in a
 * history that came by merging, has no row and is shown as it is.
 */
#ifndef GENBA_CASE_ACTION_VERB_H
#define GENBA_CASE_ACTION_VERB_H

enum verb_subject {
	VERB_RECORDS, /* "verify R1-E1, R1-E2 and 3 more" */
	VERB_KIND,    /* "add asset R1-A1: HR-PC-03" */
	VERB_FIELDS,  /* "set R1-A1: containment isolation_method" */
};

struct verb {
	const char *name;
	const char *text; /* for people; to be translated */
	int undoable;
	enum verb_subject subject;
};

const struct verb *verb_find(const char *name); /* NULL: none of this version */

#endif
