/* What the files of an action share: its struct, and how it fails and is freed. */
#ifndef GENBA_CASE_ACTION_ACTION_PRIVATE_H
#define GENBA_CASE_ACTION_ACTION_PRIVATE_H

#include "base/time/clock.h"
#include "case/action/action.h"
#include "case/store/case_internal.h"

/* A record that the action has changed, as it is now. */
struct changed {
	char id[37];
	char label[LABEL_TEXT];
	char *kind;
	char *path;
	char *text; /* canonical JSON */
	/* for the subject (action_subject.h): */
	char *title;      /* what the record is called, or NULL */
	char *told;       /* which fields came to be what, or NULL */
	char *how;        /* of an act: in which way, or NULL */
	unsigned phrases; /* bits: the acts that it is */
};

struct action {
	struct case_file *c;
	char *verb;
	char *step;
	char *trailer;
	char *subject; /* instead of one made of the changes, or NULL */
	struct clock_time when;
	struct changed *changes;
	size_t count;
	size_t cap;
	char merges[HISTORY_ID];    /* second parent, or "" */
	char forwards[HISTORY_ID];  /* the history moves there, or "" */
	json_t *by_id;              /* id of a changed record -> its index in `changes` */
	struct history_change also; /* a file of the tree that is no record (the first README); text NULL: none */
	int whole_tree;             /* the tree is made of `changes` alone */
	int always;                 /* the commit is made even if nothing changed */
	int failed;
	struct err why; /* the first error, given again at the commit */
};

/* The entry of the record `id` among the changes, made if it is new. */
struct changed *action_entry(struct action *a, const char *id);

/* Marks the action as failed, keeping the first error for the commit. -1. */
int action_fail(struct action *a, struct err *err);

/* Frees what the action holds; the transaction is not touched. */
void action_free(struct action *a);

#endif
