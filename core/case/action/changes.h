/*
 * What changed, field by field: of one commit, or between two.
 *
 * History keeps whole records; people ask for fields: which, from what, to what,
 * by whom, when. Between two commits each change is attributed to the newest
 * commit that made it, so a field that was set three times is one change, from
 * the value at the first to the value at the second.
 *
 *     changes_of_commit(c, entry->id, show_change, &view, &err);    // one action
 *     changes_between(c, last_week, head, show_change, &view, &err);
 *
 * A record that was added gives one change for each field that it then had, with
 * `added` set. Times of modification are not changes of their own. Fields come
 * in the order of the kind's table, records in the order of the tree.
 */
#ifndef GENBA_CASE_ACTION_CHANGES_H
#define GENBA_CASE_ACTION_CHANGES_H

#include "case/store/record.h"
#include "history/history.h"

struct record_change {
	const char *label;         /* of the record; borrowed for the callback, as all here */
	const char *kind;          /* name of its kind, which may be unknown to this genba */
	const char *title;         /* of the record as it became: printable */
	const char *name;          /* of the field */
	const char *safe_name;     /* the same, printable */
	const struct field *field; /* NULL: not in this genba's table */
	const json_t *old_value;   /* as read (labels, texts, secrets masked); NULL: unset */
	const json_t *new_value;
	const char *old_text; /* for people, printable, long texts with newlines; 不明 is "" here */
	const char *new_text;
	int added; /* the whole record is new */
	const char
	    *commit;      /* that made the change, not the merge that brought it (authorship.h): full id, "" unknown */
	const char *who;  /* its author's name as the commit claims it: printable_dup() it */
	const char *mark; /* its author's mark: likewise */
	const char *person;     /* both, for people: printable */
	struct clock_time when; /* its author's claim */
};

/* Nonzero from the callback stops and is returned. */
typedef int (*change_fn)(void *ctx, const struct record_change *change);

/* What the commit (full id) changed against its first parent. 0, what the callback returned, or -1. */
int changes_of_commit(struct case_file *c, const char *commit, change_fn fn, void *ctx, struct err *err);

/* What is different at `b` from `a` (full ids; `a` empty or NULL: from nothing). If `a` is the newer one, the changes
 * are told backwards, and the commits named are those that are taken back. */
int changes_between(struct case_file *c, const char *a, const char *b, change_fn fn, void *ctx, struct err *err);

/* The name of a field for people: its label in the interface's language, or its name. Printable. */
const char *change_field_label(const struct record_change *change);

#endif
