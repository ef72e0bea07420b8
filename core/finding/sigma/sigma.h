/*
 * Sigma: the rules that a person brings, over rows of Windows event logs.
 *
 *     struct sigma *s = sigma_load("/media/rules", &progress, &err);
 *     sigma_row(s, &row, evidence_sha256);                    // each row, in any order
 *     json_t *findings = sigma_findings(s, "R1-E4");          // as those of the first checks
 *     sigma_free(s);
 *
 * Read are the files *.yml and *.yaml of a folder and all below it (in the cage), each one rule of the Sigma specification 2.0.
 * Modifiers: contains, startswith, endswith, all, windash, re (i, m, s), cidr, base64, base64offset, wide (utf16le, utf16be,
 * utf16), fieldref, exists, cased, lt, lte, gt, gte; conditions: and, or, not, brackets, 1 / N / all of NAME* and of them.
 *
 * Every rule that is not worked by is told with what it needs (sigma_findings): nothing is left out in silence.
 */
#ifndef GENBA_FINDING_SIGMA_SIGMA_H
#define GENBA_FINDING_SIGMA_SIGMA_H

#include "base/progress.h"
#include "finding/observation/observation.h"

struct sigma;

/* NULL with the error: no such folder, or no rule in it. */
struct sigma *sigma_load(const char *folder, const struct progress *progress, struct err *err);
void sigma_free(struct sigma *s); /* NULL is allowed */

void sigma_row(struct sigma *s, const struct observation *o, const char *evidence_sha256);

/* SHA-256 over the rules' files, in the order of their paths: "which rules were they?" Borrowed. */
const char *sigma_digest(const struct sigma *s);
size_t sigma_rule_count(const struct sigma *s); /* that are worked by */

/*
 * An array of findings (finding/triage/check/check.h): "sigma.NAME" of each rule that fired, NAME being that of its file, with
 * "rule_id"; one "sigma" not_seen with the number of rules that did not; "sigma" not_covered of those whose log was not there; and
 * not_covered "sigma.NAME" with what it needs of each that is not worked by. New reference.
 */
json_t *sigma_findings(const struct sigma *s, const char *source);

#endif
