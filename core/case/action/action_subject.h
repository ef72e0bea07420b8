/*
 * The subject of an action's commit: one printable line of English for people,
 * also in the exported history.
 *
 *     add asset R1-A1: HR-PC-03
 *     set R1-A1 HR-PC-03: Finding suspected, OS and version Windows 10
 *     isolated R1-A1 JINJI-PC-03, R1-A2 JINJI-PC-04 (cable unplugged)
 *     found infected, isolated R1-A1 JINJI-PC-03 and 12 more
 *
 * What can be purged (texts of several lines, secrets) is never in it: a commit
 * stays.
 */
#ifndef GENBA_CASE_ACTION_ACTION_SUBJECT_H
#define GENBA_CASE_ACTION_ACTION_SUBJECT_H

#include <jansson.h>
#include <stddef.h>

struct action;
struct changed;

/* Keeps of a change what the subject tells: of the stored objects before (NULL: new) and after. */
void action_subject_note(struct action *a, struct changed *entry, const json_t *before, const json_t *after);

/* The caller frees it. */
char *action_subject_make(const struct action *a);

/* The word of an act (`isolated`) with which a subject begins, in the interface's language, and its length there; NULL:
 * it begins with a verb. */
const char *action_subject_word(const char *subject, size_t *n);

#endif
