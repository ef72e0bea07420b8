/*
 * The one door by which a string of a case, a parcel or a list becomes part of a path.
 *
 * Ids, labels, marks and digests that a stranger wrote are text, and text such as `../identity.json` or
 * `../.config/autostart/x` names files that are none of the stranger's business. Wherever a stored string is to be a file's
 * name, it comes from here, and nothing passes but ASCII letters, digits and '-', at most SAFE_NAME_LIMIT of them, the first
 * one no '-' (a name that begins with it is an option to somebody's program).
 *
 *     const char *id = safe_name(case_id(c), err);
 *     char *path = id ? xasprintf("%s/seen/%s", home, id) : NULL;
 */
#ifndef GENBA_BASE_FILE_SAFE_NAME_H
#define GENBA_BASE_FILE_SAFE_NAME_H

#include <stddef.h>

struct err;

enum { SAFE_NAME_LIMIT = 100 };

/* 1 if `text` (NULL is not) may be part of a path. */
int safe_name_check(const char *text);

/* `text` itself (borrowed) if it may be part of a path; else NULL, ERR_DAMAGED: the message names the text. */
const char *safe_name(const char *text, struct err *err);

/* A name that may be part of a path, made of any text: letters and digits are kept, each run of others becomes one '-';
 * `otherwise` if nothing is left of it. For names that are for people and need not be told apart. The caller frees. */
char *safe_name_from(const char *text, const char *otherwise);

#endif
