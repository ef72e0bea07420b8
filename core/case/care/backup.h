/*
 * Copies of a case in a folder: on a stick, on a share.
 *
 *     FOLDER/site-1a2b3c4d.genba       a whole case file, sealed to the same people
 *     FOLDER/site-1a2b3c4d.1.delta     what is new since: objects and commits, records, texts, files
 *     FOLDER/site-1a2b3c4d.2.delta     …
 *
 * A copy is made through SQLite, never by copying a file that is in use, under
 * a key and a file id of its own, and is read back before it gets its name. The
 * parts behind it are vaults too, since history alone would be readable by
 * whoever finds the stick, and would not hold long texts and files. They are
 * made while the copy is the one this machine made; otherwise, and after a
 * purge or a rotation, the whole copy is made anew. Restoring puts copy and
 * parts together in a new file and verifies it whole.
 *
 * A passphrase slot can only be copied by who knows the passphrase; without it
 * the copy opens for the recipients only, and the report says so.
 *
 * What was copied where, and how often it is to be done by itself, is kept in
 * the machine's data: `$XDG_DATA_HOME/genba/backup/CASE-ID.json`.
 */
#ifndef GENBA_CASE_CARE_BACKUP_H
#define GENBA_CASE_CARE_BACKUP_H

#include "base/time/clock.h"
#include "case/access.h"
#include "case/case.h"
#include "history/history.h"

struct backup_report {
	char *file;            /* what was written; NULL: the copy was up to date. Free with backup_report_release() */
	int whole;             /* the whole case, not a part */
	int passphrase_left;   /* the case has a passphrase slot, and the copy has none */
	uint64_t actions;      /* in the copy, all told */
	char head[HISTORY_ID]; /* its last commit */
};

void backup_report_release(struct backup_report *report);

/* Makes or brings up to date the copy in `folder`, which exists. */
int backup_make(struct case_file *c, const char *folder, const struct access_keep *keep,
                const struct progress *progress, struct backup_report *report, struct err *err);

/* Puts the copy `from` (its file, or a folder that holds one) and its parts together as the new file `out`, verified. */
int backup_restore(const char *from, const char *out, const struct case_unlock *unlock, const struct progress *progress,
                   struct backup_report *report, struct err *err);

/* From now on after every `every` actions (0: no more) into that folder, as this machine's setting for this case. */
int backup_schedule(struct case_file *c, const char *folder, unsigned every, struct err *err);

/* Makes the scheduled copy if it is due. 1 if it was made, 0 if nothing was to be done, -1: it could not be made (the
 * medium is not there), which is worth a notice and no more. It is tried again after the next action. */
int backup_if_due(struct case_file *c, const struct progress *progress, struct backup_report *report, struct err *err);

struct backup_last {
	int known;              /* this machine knows of a copy */
	char *folder;           /* of the newest one; free with free() */
	struct clock_time when; /* it was made */
	uint64_t actions_since; /* commits that it lacks */
	unsigned every;         /* it is made by itself after so many actions; 0: it is not */
};

/* The newest copy that this machine knows of. */
void backup_last(struct case_file *c, struct backup_last *last);

/* All of them, one a line for people. */
int backup_each_known(struct case_file *c, int (*fn)(void *ctx, const char *line), void *ctx, struct err *err);

#endif
