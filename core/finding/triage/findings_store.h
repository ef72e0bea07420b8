/*
 * Findings on record: one a rule and evidence, so that a person can confirm or dismiss it. Reading the evidence again brings
 * what fired it up to date and leaves the person's word alone.
 */
#ifndef GENBA_FINDING_TRIAGE_FINDINGS_STORE_H
#define GENBA_FINDING_TRIAGE_FINDINGS_STORE_H

#include "case/store/record.h"

/* Adds or brings up to date what was seen, inside the open action. `evidence` is a label, or "" for what is none. */
int findings_store(struct action *a, struct case_file *c, const char *evidence, const char *on, const char *check,
                   const json_t *findings, struct err *err);

/* An object: "RULE EVIDENCE" (or "RULE ASSET" of what was no evidence) -> {label, status, assessment} of every finding on
 * record. New reference; NULL with the error. */
json_t *findings_recorded(struct case_file *c, struct err *err);

/* What is on record of that rule over that evidence, or where that is "" of that asset; NULL. Borrowed. */
const json_t *findings_recorded_of(const json_t *recorded, const char *rule, const char *evidence, const char *on);

#endif
