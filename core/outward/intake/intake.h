/*
 * Taking in what others exported: read in the cage, on record as records or as observations, and everything accounted for.
 *
 *     struct intake in = {.c = c, .format = intake_format_find("misp"), .fd = fd, .name = "event.json"};
 *     if (intake_run(&in, &err) == 0)
 *         …in.items == in.taken + in.named…, in.loss
 *     intake_release_result(&in);
 *
 * Indicators and the like become records in one action: not shareable, not to be looked up online, with the TLP that the file
 * says (none: `tlp`, else AMBER; one that is not known: RED). Rows of a time line become a set of observations tied to the
 * preserved file; records only if asked for, up to INTAKE_RECORDS. Nothing is taken of a file that is refused.
 */
#ifndef GENBA_OUTWARD_INTAKE_INTAKE_H
#define GENBA_OUTWARD_INTAKE_INTAKE_H

#include "base/progress.h"
#include "case/store/record.h"
#include "outward/intake/intake_format.h"

#define INTAKE_RECORDS 5000 /* that rows of a time line may become */

struct intake {
	/* what is wanted */
	struct case_file *c;
	const struct intake_format *format;
	int fd;             /* the open file, from its beginning */
	const char *name;   /* its path, for people */
	const char *origin; /* NULL: what the file says, or its name */
	const char *tlp;    /* of what bears no label; NULL: AMBER */
	const char *on;     /* asset that a time line is of, or NULL: those that its rows name */
	int records;        /* rows become events */
	int again;          /* also what is on record: an id that is ours updates its record */
	int dry_run;
	const struct progress *progress;
	/* what came of it */
	uint64_t items;
	uint64_t taken;
	uint64_t named;
	uint64_t added;    /* records */
	uint64_t updated;  /* records */
	struct buf labels; /* of the records, each ended by NUL */
	char evidence[LABEL_TEXT];
	char check[LABEL_TEXT];
	json_t *loss; /* array: {"what": "item"|"field", "kind", "field", "records", "reason"} */
};

/* 0, or -1 and nothing is on record. Release in any case. */
int intake_run(struct intake *in, struct err *err);
void intake_release_result(struct intake *in);

#endif
