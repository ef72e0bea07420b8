/*
 * The rows of a part of a copy: what came since marks that the copy before it
 * left, from one connection to another, and back when a copy is restored.
 *
 * The marks are the highest row numbers of tables that only grow; they stand in
 * the entry of the copy (backup_state.h): "object", "commit", "text", "blob", and
 * "empty", the rows without content up to them.
 */
#ifndef GENBA_CASE_CARE_BACKUP_ROWS_H
#define GENBA_CASE_CARE_BACKUP_ROWS_H

#include "case/store/case_file.h"

#include <jansson.h>

/* Writes down in the entry how far the case's tables reach now. */
void backup_rows_mark(struct case_file *c, json_t *entry);

/* 1 if what is above the entry's marks is all that is new: no content came to a row below them. */
int backup_rows_fit(struct case_file *c, const json_t *entry);

/* Fills an empty database with what is above the entry's marks, up to the commit `head`. `path` is for messages. */
int backup_rows_write(struct case_file *c, sqlite3 *to, const json_t *entry, const char *head, const char *path,
                      struct err *err);

/* What a part says of itself: "case", "from" and "to", which are commits. The caller frees; NULL if it does not say. */
char *backup_rows_says(sqlite3 *part, const char *key);

/* Puts a part's rows into the case, whose last commit is `to_head` then. One transaction. */
int backup_rows_apply(struct case_file *c, sqlite3 *part, const char *to_head, const char *path, struct err *err);

#endif
