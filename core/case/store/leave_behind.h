/*
 * What does not travel with a copy of the case: secrets that nobody named, drafts, and settings of this copy (meta.h).
 *
 *     struct case_file *copy = …;                        // a file of its own already, which nobody else has
 *     case_leave_behind(copy, keep, &left, err);         // then write it anew for the recipients, without free pages
 */
#ifndef GENBA_CASE_STORE_LEAVE_BEHIND_H
#define GENBA_CASE_STORE_LEAVE_BEHIND_H

#include <jansson.h>
#include <stddef.h>

struct case_file;
struct err;

/* How many secrets (passwords, keys) this copy of the case holds. */
int case_count_secrets(struct case_file *c, size_t *count, struct err *err);

/*
 * Takes them out of the copy, overwriting their bytes. Secrets whose stored names (text_store.h) are keys of `keep` stay.
 * `left` gets the number of those that were taken out.
 */
int case_leave_behind(struct case_file *copy, const json_t *keep, size_t *left, struct err *err);

#endif
