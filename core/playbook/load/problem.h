/*
 * Problems of a playbook: errors, departures from the standard, and what genba
 * cannot act on, each at the place where it stands.
 */
#ifndef GENBA_PLAYBOOK_LOAD_PROBLEM_H
#define GENBA_PLAYBOOK_LOAD_PROBLEM_H

#include "playbook/load/playbook.h"

#define PROBLEM_LIMIT 200 /* lines of a list: a hostile file is not to fill the memory with complaints */

/* Refuses the playbook: ERR_INVALID. Always -1. `pointer` is a JSON pointer. */
int problem_fail(const struct playbook *p, const char *pointer, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Notes a departure, or something that is shown but not acted on. */
void problem_departure(struct playbook *p, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_unsupported(struct playbook *p, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A departure in a foreign file, an error in one of genba's own. 0 or -1. */
int problem_either(struct playbook *p, const char *pointer, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "/workflow/ID", "/workflow/ID/MEMBER", escaped. The caller frees. */
char *problem_pointer(const char *step, const char *member, const char *key);

#endif
