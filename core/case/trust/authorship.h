/*
 * Who changed it: a record, or one field of it, and at which commit.
 *
 * A merge signs for bringing two histories together, not for what they hold. So
 * a change is the work of the commit whose author typed it: one whose value is
 * that of none of its parents. A merge names its own signer only for what the
 * merge itself made (a conflict, a label that had to change); the union of two
 * sets is told by the newest commit that added to it.
 *
 *     struct authorship who;
 *     if (authorship_of_field(c, "R1-A1", "status", NULL, NULL, &who, &err) == 1)
 *             … who.name, who.mark, who.when, who.commit
 *     authorship_release(&who);
 *
 * Every place that names a person takes him from here. The time, and the name as
 * it stands in a commit, are its author's claims.
 */
#ifndef GENBA_CASE_TRUST_AUTHORSHIP_H
#define GENBA_CASE_TRUST_AUTHORSHIP_H

#include "case/store/record.h"
#include "history/history.h"

struct authorship {
	char commit[HISTORY_ID]; /* "": not known */
	char mark[LABEL_TEXT];   /* R1; as the commit says it */
	char *name;              /* as the commit says it: printable_dup() it. NULL: not known */
	struct clock_time when;
	int merge; /* the merge itself made this */
	int entry; /* of a whole record: nobody has changed it since this commit entered it */
};

#define AUTHORSHIP_INIT      \
	{                    \
		.commit = "" \
	}

/*
 * Who gave the field of a record (by the path of its file, record_path()) the value that it has at `newer` (full id;
 * NULL: the last commit), among the commits that `older` (NULL: none) does not have. `field` NULL: who made the last
 * change of the whole record, by the authors' times. 1 if found, 0 if not, -1.
 */
int authorship_of_path(struct case_file *c, const char *path, const char *field, const char *older, const char *newer,
                       struct authorship *who, struct err *err);

/* The same by label (or alias, or id). */
int authorship_of_field(struct case_file *c, const char *label, const char *field, const char *older, const char *newer,
                        struct authorship *who, struct err *err);

/*
 * The newest commit up to `newer` (NULL: the last), no merge, that gave the field of a record this value, as a conflict has it
 * (conflict_text(); NULL: it unset the field). 1 if found, 0 if not, -1.
 */
int authorship_of_value(struct case_file *c, const char *label, const char *field, const json_t *text,
                        const char *newer, struct authorship *who, struct err *err);

/* The author of one commit, whatever it changed. */
void authorship_of_entry(const struct history_entry *entry, struct authorship *who);

/* 1 if the commit is a merge that took the file as one of its parents has it: it changed nothing of it itself. */
int authorship_only_brought(struct case_file *c, const char *path, const struct history_entry *entry);

void authorship_release(struct authorship *who);

/* "R1 Responder One": a mark with the name that the case's responders have for it; the mark alone where no name is
 * known, "?" for NULL. Printable; the caller frees. */
char *authorship_person_of_mark(struct case_file *c, const char *mark);

/* The same for the author of a change: the name that the case has for the mark, else the one that the commit claims. */
char *authorship_person_of_change(struct case_file *c, const struct authorship *who);

/* The same for who signed a commit. */
char *authorship_person_of_entry(struct case_file *c, const struct history_entry *entry);

#endif
