/* What observation_set.c (making and keeping), observation_reader.c (reading) and observation_parcel.c (travelling) share. */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_SET_PRIVATE_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_SET_PRIVATE_H

#include "evidence/image/gev.h"
#include "finding/observation/observation_set.h"

#include <sqlite3.h>

#define OBSERVATION_ENDING ".gev" /* of a container */

sqlite3_stmt *observation_set_prepare(struct case_file *c, const char *sql, struct err *err);

/* Whether the case has the room's tables: without them there is no set. */
int observation_set_has_tables(struct case_file *c);

/* Where the container of that id lies. The caller frees; NULL: it is no id. */
char *observation_set_path(struct case_file *c, const char *id, struct err *err);

/* The key of a set. ERR_NOT_FOUND: it was purged. */
int observation_set_key(struct case_file *c, const char *id, unsigned char key[GEV_KEY], struct err *err);

/* Copies the container of that id from beside one file (FILE.observations) beside another. 0; 1: it is not there; -1. */
int observation_container_copy(const char *from, const char *to, const char *id, uint64_t *bytes, struct err *err);

/* The row of a set whose content lies in its place, and one for each of its blocks. `key` NULL: of one that was purged,
 * without blocks. Inside an action. */
int observation_set_store_rows(struct case_file *c, const struct observation_set *set, const unsigned char *key,
                               const struct observation_span *spans, struct err *err);

/* Removes the row of a set that never was here, which only says that another copy purged it. Inside an action. 0 or -1. */
int observation_set_forget_hearsay(struct case_file *c, const char *id, struct err *err);

#endif
