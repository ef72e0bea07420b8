/* The machine's memory of copies: one JSON file for each case. Only backup*.c includes this. */
#ifndef GENBA_CASE_CARE_BACKUP_STATE_H
#define GENBA_CASE_CARE_BACKUP_STATE_H

#include "case/care/backup.h"

#include <jansson.h>

/*
 * {"every": N, "folder": DIR, "copies": {DIR: {"file", "source", "size", "parts",
 *   "when", "head", "commit", "object", "text", "blob", "empty"}}}
 * `source` is the file id of the case that the copy was made from; then come the highest rows that it holds, and how
 * many of its texts and files are without content.
 */
json_t *backup_state_load(const struct case_file *c); /* never NULL; new reference */
int backup_state_save(const struct case_file *c, const json_t *state, struct err *err);

/* The entry of a folder (absolute path), or NULL. Borrowed. */
json_t *backup_state_copy(const json_t *state, const char *folder);

#endif
