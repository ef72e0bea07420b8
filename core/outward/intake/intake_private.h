/* What taking in shares: the counts of what was not taken, and the two ways in. */
#ifndef GENBA_OUTWARD_INTAKE_INTAKE_PRIVATE_H
#define GENBA_OUTWARD_INTAKE_INTAKE_PRIVATE_H

#include "outward/intake/intake.h"

/* Counts an item that is not taken ("" as kind), or a field that is not. */
void intake_lose(struct intake *in, const char *kind, const char *what, const char *reason, uint64_t count);

/* Runs the reader; `line` gets the items, `raw` the packed rows. The counts of the reader are put into the loss statement. */
/* Both get the feed itself as their context. */
struct intake_feed {
	struct intake *in;
	int (*line)(void *ctx, const json_t *item, struct err *err);
	int (*raw)(void *ctx, const void *bytes, size_t n, struct err *err);
	void *ctx;
	uint64_t rows; /* that the reader says it handed over */
};
int intake_feed(struct intake_feed *feed, struct err *err);

int intake_as_records(struct intake *in, struct err *err);
int intake_as_observations(struct intake *in, struct err *err);

#endif
