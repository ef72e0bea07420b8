/* Of a mail's record, what weighs most of what was found. */
#ifndef GENBA_FINDING_MAIL_SUMMARY_H
#define GENBA_FINDING_MAIL_SUMMARY_H

#include "finding/mail/look/rules.h"

#include <jansson.h>

/* The first rule of the greatest weight; NULL: nothing was found. */
const struct mail_rule *mail_weightiest(const json_t *record);

#endif
