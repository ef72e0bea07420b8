/*
 * Many case files, read for a desk: what each says, and which of several copies
 * counts.
 *
 * Files are opened one after the other, for reading only, with the one identity
 * that is unlocked; nothing in them is obeyed and nothing is written for them.
 * What is kept of each is a small part: the case, consultations, organisations,
 * leads, notices to others of a chain, as stored (RECORD_RAW).
 *
 * A case is its case id, whatever files hold it. Of several copies the one counts
 * whose history holds the others' last actions. Copies that each went on by
 * themselves are put together as a merge would do it (handover/merge), and a field
 * that both changed is told of and taken from the later change. That a copy is
 * older than another is no fault here: it is told which one was counted.
 */
#ifndef GENBA_OUTWARD_DESK_GATHER_H
#define GENBA_OUTWARD_DESK_GATHER_H

#include "base/progress.h"
#include "case/case.h"

#include <jansson.h>

struct desk_source {
	const struct case_unlock *unlock;
	struct case_file *open; /* a case that is open in this process already, or NULL: it is read as it is there */
	const struct progress *progress; /* or NULL */
	/* Told a line for people for each file that is not counted (`fault`), each copy, each difference: printable. */
	void (*tell)(void *ctx, int fault, const char *line);
	void *ctx;
};

/* What is known of one case. */
struct desk_case {
	char id[37];
	char head[41];   /* last commit of the file that is counted */
	char *path;      /* of that file */
	json_t *records; /* object: id of a record -> the record */
};

struct desk_cases {
	struct desk_case *items;
	size_t count;
	size_t files;       /* that were read */
	size_t copies;      /* of them, that are copies of another */
	size_t not_counted; /* files that could not be read */
};

/* Reads the files, and the files *.genba of the folders. 0, or -1 where a person cancelled. Release in any case. */
int desk_gather(const struct desk_source *source, char *const *paths, size_t count, struct desk_cases *cases,
                struct err *err);
void desk_cases_release(struct desk_cases *cases);

/* What is kept of a case file that is open, now or as of a commit (NULL: now): a new object, or NULL. */
json_t *desk_read(struct case_file *c, const char *commit, struct err *err);

#endif
