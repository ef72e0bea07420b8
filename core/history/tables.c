#include "history/tables.h"

#include "history/history_private.h"

const struct history_table history_tables[HISTORY_TABLES] = {
    [HISTORY_OBJECTS] = {"git_object", "n, id, type, size, base, depth, data", 7, 1},
    [HISTORY_COMMITS] = {"git_commit", "n, id, time, p1, p2", 5, 0},
    [HISTORY_TOUCHED] = {"git_touch", "path, n", 2, 0},
};

int history_move_head(sqlite3 *db, const char *commit)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, "UPDATE git_ref SET id = ?1 WHERE name = '" HISTORY_BRANCH "'", -1, &s, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(s, 1, commit, -1, SQLITE_STATIC);
		rc = sqlite3_step(s) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_OK ? 0 : -1;
}

int history_has_merges(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int found = sqlite3_prepare_v2(db, "SELECT 1 FROM git_commit WHERE p2 IS NOT NULL LIMIT 1", -1, &s, NULL) ==
	                SQLITE_OK &&
	            sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return found;
}
