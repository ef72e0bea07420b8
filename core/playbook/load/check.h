/*
 * What CACAO 2.0 demands beyond its JSON schemas, and what genba's extension
 * may say. Each part returns 0, or -1 with the first thing that makes the
 * playbook impossible to play; departures go to the playbook's list.
 */
#ifndef GENBA_PLAYBOOK_LOAD_CHECK_H
#define GENBA_PLAYBOOK_LOAD_CHECK_H

#include "playbook/load/problem.h"

/* All of it, in the order below. */
int playbook_check(struct playbook *p, struct err *err);

int check_step(struct playbook *p, const char *id, const json_t *step, struct err *err);      /* check_step.c */
int check_extension(struct playbook *p, const char *id, const json_t *step, struct err *err); /* check_extension.c */
int check_flow(struct playbook *p, struct err *err);                                          /* check_flow.c */
void check_unsupported(struct playbook *p);                                                   /* unsupported_step.c */

/* `TYPE--UUID` (`type` NULL: any), UUID of RFC 4122. Source: CACAO 2.0 section 10.10. */
int check_is_identifier(const char *text, const char *type);

/* Three fractional digits and Z. Source: CACAO 2.0 section 10.14. */
int check_is_timestamp(const char *text);

#endif
