/* The tokenizer inside FTS5: any text can be indexed, any query can be asked, a text finds itself. */
#include "base/buf.h"
#include "base/err.h"
#include "case/store/tokenizer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;
static sqlite3_stmt *insert;
static sqlite3_stmt *find;
static sqlite3_stmt *clear;

static void open_once(void)
{
	if (db)
		return;
	if (sqlite3_open(":memory:", &db) != SQLITE_OK || tokenizer_register(db, NULL) < 0 ||
	    sqlite3_exec(db, "CREATE VIRTUAL TABLE search USING fts5(body, tokenize='genba', prefix='1 2')", NULL, NULL,
	                 NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO search(rowid, body) VALUES(1, ?1)", -1, &insert, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT snippet(search, 0, '<', '>', '', 10) FROM search WHERE search MATCH ?1", -1,
	                       &find, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "DELETE FROM search", -1, &clear, NULL) != SQLITE_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	open_once();
	sqlite3_bind_text(insert, 1, (const char *)data, (int)size, SQLITE_STATIC);
	if (sqlite3_step(insert) != SQLITE_DONE)
		abort();
	sqlite3_reset(insert);
	struct buf query = BUF_INIT;
	char *typed = xstrndup((const char *)data, size < 200 ? size : 200);
	tokenizer_query(typed, &query);
	if (query.len) {
		sqlite3_bind_text(find, 1, query.data, (int)query.len, SQLITE_STATIC);
		int rc = sqlite3_step(find);
		if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			abort();
		sqlite3_reset(find);
	}
	free(typed);
	buf_release(&query);
	if (sqlite3_step(clear) != SQLITE_DONE)
		abort();
	sqlite3_reset(clear);
	return 0;
}
