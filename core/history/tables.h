/*
 * The history's tables, for what copies or mends them row by row: copies of a
 * case, salvage, upgrade. Their names and columns are written here and in
 * repository.c, nowhere else.
 */
#ifndef GENBA_HISTORY_TABLES_H
#define GENBA_HISTORY_TABLES_H

#include "history/history.h"

struct history_table {
	const char *name;
	const char *columns;
	int column_count;
	int objects; /* counted by the highest object; 0: by the highest commit */
};

enum { HISTORY_OBJECTS, HISTORY_COMMITS, HISTORY_TOUCHED, HISTORY_TABLES };
extern const struct history_table history_tables[HISTORY_TABLES];

/* SQL for a subquery: the ids of the records that commits above number ?1 touched. */
#define HISTORY_TOUCHED_SINCE "SELECT substr(path, -41, 36) FROM git_touch WHERE n > ?1"

/* SQL that drops what history_rebuild() makes anew from the objects. */
#define HISTORY_DROP_DERIVED "DROP TABLE IF EXISTS git_touch; DROP TABLE git_commit;"

/* The main branch points at that commit, whose objects are there. Inside the caller's transaction. */
int history_move_head(sqlite3 *db, const char *commit);

/* 1 if a commit has two parents. */
int history_has_merges(sqlite3 *db);

#endif
