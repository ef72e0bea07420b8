/* What a line tells of a mail: what the case knows of it, else what weighs most of what was found. */
#ifndef GENBA_FINDING_MAIL_SUMMARY_H
#define GENBA_FINDING_MAIL_SUMMARY_H

#include "finding/mail/look/rules.h"

#include <jansson.h>

struct case_file;

/* The first rule of the greatest weight; NULL: nothing was found. */
const struct mail_rule *mail_weightiest(const json_t *record);

/* What the case knows of the mail, as its page tells: the role of an indicator on record that it holds, a C2 before others and one
 * that is unknown behind them. The caller frees; NULL: nothing. */
char *mail_known_role(struct case_file *c, const char *label);

/* The cell of the finding: "known: C2", "on record", or the rule: its short name, which is English; in another language what
 * it says. `role` is mail_known_role()'s; either may be NULL. The caller frees. */
char *mail_finding_told(const struct mail_rule *rule, const char *role);

#endif
