/*
 * What would leave up to a label of the Traffic Light Protocol, whoever it is for: how many records, and how many stay for
 * which reason. The gate's own rules (release.h), without names, approval or file; in slices, so that no key waits
 * (record_reader.h says what must hold between two of them).
 *
 *     struct release_preview *p = release_preview_new(c, "AMBER");
 *     while ((rc = release_preview_work(p, clock_steady() + 0.004, &err)) == 1)
 *             …release_preview_percent(p)…
 *     release_preview_counts(p, &leave, &stay);
 *     release_preview_free(p);
 */
#ifndef GENBA_OUTWARD_RELEASE_RELEASE_PREVIEW_H
#define GENBA_OUTWARD_RELEASE_RELEASE_PREVIEW_H

#include "case/store/record.h"

struct release_preview;

struct release_preview *release_preview_new(struct case_file *c, const char *tlp);
void release_preview_free(struct release_preview *p); /* NULL is fine */

/* Goes on until the steady time `deadline`. 1: there is more to do; 0: all was looked at; -1. */
int release_preview_work(struct release_preview *p, double deadline, struct err *err);
int release_preview_percent(const struct release_preview *p); /* 0 to 100 */

/* When all was looked at. */
void release_preview_counts(const struct release_preview *p, uint64_t *leave, uint64_t *stay);

/* Why records stay, in the interface's language, the most frequent reason first. */
void release_preview_each(const struct release_preview *p, void (*fn)(void *ctx, const char *reason, uint64_t records),
                          void *ctx);

#endif
