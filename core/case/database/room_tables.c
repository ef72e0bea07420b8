#include "case/database/room_tables.h"

#include "base/err.h"
#include "base/i18n.h"

#include <string.h>

static const struct {
	const char *name;
	const char *sql;
} tables[] = {
#define X(name, sql) {#name, sql},
    ROOM_TABLES(X)
#undef X
};

int room_table_is(const char *table, const char *name, const char *sql)
{
	for (size_t i = 0; table && i < sizeof tables / sizeof *tables; i++)
		if (strcmp(tables[i].name, table) == 0)
			return sql ? strcmp(tables[i].sql, sql) == 0 && strcmp(name, table) == 0
			           : strncmp(name, "sqlite_autoindex_", 17) == 0;
	return 0;
}

int room_table_has(sqlite3 *db, const char *name)
{
	sqlite3_stmt *s = NULL;
	int found = 0;
	if (sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", -1, &s, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
		found = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return found;
}

int room_table_make(sqlite3 *db, const char *name, struct err *err)
{
	if (room_table_has(db, name))
		return 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (strcmp(tables[i].name, name) == 0 && sqlite3_exec(db, tables[i].sql, NULL, NULL, NULL) != SQLITE_OK)
			return err_set(err, ERR_FAILED, _("cannot make the table %s: %s"), name, sqlite3_errmsg(db));
	return 0;
}

int room_tables_forget(sqlite3 *db, struct err *err)
{
	static const char sql[] = "DROP TABLE IF EXISTS mail_key; DROP TABLE IF EXISTS mail_keyed";
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
	           ? 0
	           : err_set(err, ERR_FAILED, _("cannot take the case over: %s"), sqlite3_errmsg(db));
}
