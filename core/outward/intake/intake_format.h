/*
 * The formats that come in, as their readers in the cage: a row each (intake_formats[] in intake_job.c).
 */
#ifndef GENBA_OUTWARD_INTAKE_INTAKE_FORMAT_H
#define GENBA_OUTWARD_INTAKE_INTAKE_FORMAT_H

#include "outward/intake/intake_out.h"

#define INTAKE_LIMIT ((uint64_t)64 << 20) /* bytes of a file that is no time line */

struct intake_format {
	const char *name;
	int timeline; /* its rows are observations unless records are asked for */
	int (*read)(struct intake_out *out, struct intake_source *source, struct err *err);
};

const struct intake_format *intake_format_find(const char *name); /* or NULL */

extern const struct worker_job intake_job;

int intake_stix(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_misp(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_thehive(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_iris(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_timesketch(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_l2t(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_hayabusa(struct intake_out *out, struct intake_source *source, struct err *err);
int intake_velociraptor(struct intake_out *out, struct intake_source *source, struct err *err);

/* The records of an equality in a pattern of STIX, appended to the item; 0, or -1: it is not made of equalities. */
int intake_pattern(struct intake_out *out, const char *pattern, const json_t *common);

#endif
