/*
 * First checks: what rows of a triage say by themselves, judged by a table.
 *
 *     struct triage_check *k = triage_check_new("R1-E4", sha256);
 *     triage_check_rows(k, bytes, n, &err);                  // packed rows, in any order
 *     json_t *findings = triage_check_findings(k);           // worst first
 *     triage_check_free(k);
 *
 * A finding is an object:
 *
 *     rule         group.name, or gap.name
 *     state        seen; not_seen: what the rule needs was there, and nothing fitted; not_covered: it was not there
 *     level        high, medium, low, info
 *     technique, title, count, when, until, source
 *     reason       the values that fired it; what was needed; what is missing
 *     recovered    true: all its rows are; recovered_when: the earliest such, before `when` (observation_seen.h)
 *     observations ids of rows, the earliest first, at most 100
 *
 * "Nothing seen" means nothing without what is not covered, so both are always there.
 */
#ifndef GENBA_FINDING_TRIAGE_CHECK_CHECK_H
#define GENBA_FINDING_TRIAGE_CHECK_CHECK_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct observation;
struct triage_check;

/* `sha256` is that of the evidence: it makes the ids. */
struct triage_check *triage_check_new(const char *source, const char *sha256);
void triage_check_free(struct triage_check *k); /* NULL is allowed */

/* Whole packed rows. ERR_INVALID: they are none. Or one that was read. */
int triage_check_rows(struct triage_check *k, const void *bytes, size_t n, struct err *err);
void triage_check_row(struct triage_check *k, const struct observation *o);

/* A place that was there and could not be read; how many files no parser knows. */
void triage_check_problem(struct triage_check *k, const char *path, const char *reason);
void triage_check_unknown(struct triage_check *k, uint64_t unknown_files);

/* The machine that most events name, NULL if none does. Borrowed. */
const char *triage_check_computer(const struct triage_check *k);

/* Puts the findings of other rules among them: what was seen at its level, the rest at the end. Steals `more`. */
void triage_add_findings(json_t *findings, json_t *more);

/* Findings of several pieces of evidence, each by its check: the evidence with the worst comes first, of equal ones what
 * begins first. */
void triage_order_findings(json_t *findings);

/* All findings, an array. New reference. */
json_t *triage_check_findings(const struct triage_check *k);

#endif
