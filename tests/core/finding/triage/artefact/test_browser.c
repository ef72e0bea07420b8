/* What browsers keep: rows of both forms, what only the -wal holds, and databases made to harm. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_rows.h"

#include "finding/practice/bytes_out.h"
#include "finding/practice/history_out.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define CHROME  "Users/staff-a/AppData/Local/Google/Chrome/User Data/Default/History"
#define FIREFOX "Users/staff-a/AppData/Roaming/Mozilla/Firefox/Profiles/x.default/places.sqlite"

static void made_history(struct buf *database, struct buf *wal)
{
	struct history_out *h = history_out_new();
	for (unsigned i = 0; i < 300; i++) {
		char url[64];
		snprintf(url, sizeof url, "http://www.news.example/%u", i % 50);
		history_out_visit(h, url, "News", out_filetime("2014-07-10T00:00:00Z") + i * 10000000ULL);
	}
	history_out_download(h, "http://www.c2.example/x.exe", "C:\\Users\\staff-a\\Downloads\\x.exe", 1234,
	                     out_filetime("2014-07-10T03:00:00Z"));
	history_out_settle(h);
	history_out_visit(h, "http://up.free-storage.example/put?name=a.rar", "受信しました",
	                  out_filetime("2014-07-10T11:24:31.5Z"));
	history_out_finish(h, database, wal);
	history_out_free(h);
}

static void visits_and_downloads(void **state)
{
	struct buf database = BUF_INIT;
	struct buf wal = BUF_INIT;
	(void)state;
	made_history(&database, &wal);
	struct parsed p = parse_beside("browser", CHROME, database.data, database.len, "-wal", wal.data, wal.len);
	assert_string_equal(p.failed, "");
	assert_int_equal(json_array_size(p.problems), 0);
	assert_int_equal(json_array_size(p.rows), 302);
	const json_t *row = ROW_WHERE(&p, "event=visit", "url=http://up.free-storage.example/put?name=a.rar");
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "when")), "2014-07-10T11:24:31.5000000Z");
	assert_string_equal(json_string_value(json_object_get(row, "title")), "受信しました");
	assert_string_equal(json_string_value(json_object_get(row, "user")), "staff-a");
	assert_string_equal(json_string_value(json_object_get(row, "browser")), "Chrome");
	assert_non_null(ROW_WHERE(&p, "event=visit", "url=http://www.news.example/49"));
	row = ROW_WHERE(&p, "event=download", "url=http://www.c2.example/x.exe",
	                "target=C:\\Users\\staff-a\\Downloads\\x.exe");
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "ended")), "2014-07-10T03:00:00.9000000Z");
	parsed_release(&p);
	/* without its -wal the newest is missing */
	p = parse_bytes("browser", CHROME, database.data, database.len);
	assert_int_equal(json_array_size(p.rows), 301);
	parsed_release(&p);
	buf_release(&database);
	buf_release(&wal);
}

/* Frames whose commit is missing, or whose sum does not fit, are not read: and that is told. */
static void what_was_not_committed(void **state)
{
	struct buf database = BUF_INIT;
	struct buf wal = BUF_INIT;
	(void)state;
	made_history(&database, &wal);
	assert_true(wal.len > 32 + 2 * (4096 + 24));
	struct parsed p =
	    parse_beside("browser", CHROME, database.data, database.len, "-wal", wal.data, wal.len - (4096 + 24));
	assert_int_equal(json_array_size(p.rows), 301);
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	wal.data[wal.len - 1] = (char)(wal.data[wal.len - 1] + 1);
	p = parse_beside("browser", CHROME, database.data, database.len, "-wal", wal.data, wal.len);
	assert_int_equal(json_array_size(p.rows), 301);
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	buf_release(&database);
	buf_release(&wal);
}

/* A database by these statements. */
static void by_statements(const char *sql, struct buf *out)
{
	sqlite3 *db = NULL;
	sqlite3_int64 n = 0;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	unsigned char *bytes = sqlite3_serialize(db, "main", &n, 0);
	buf_add(out, bytes, (size_t)n);
	sqlite3_free(bytes);
	sqlite3_close(db);
}

static void firefox(void **state)
{
	struct buf database = BUF_INIT;
	(void)state;
	by_statements(
	    "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url TEXT, title TEXT, visit_count INTEGER);"
	    "CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date "
	    "INTEGER, visit_type INTEGER);"
	    "CREATE TABLE moz_anno_attributes(id INTEGER PRIMARY KEY, name TEXT);"
	    "CREATE TABLE moz_annos(id INTEGER PRIMARY KEY, place_id INTEGER, anno_attribute_id INTEGER, content "
	    "TEXT, dateAdded INTEGER);"
	    "INSERT INTO moz_places VALUES(1,'http://a.example/','A',2),(2,'http://b.example/','B',1);"
	    "INSERT INTO moz_historyvisits VALUES(1,0,1,1404991471500000,1),(2,1,2,1404991472000001,1);"
	    "INSERT INTO moz_anno_attributes VALUES(7,'downloads/destinationFileURI');"
	    "INSERT INTO moz_annos VALUES(1,2,7,'file:///C:/x.exe',1404991473000000);",
	    &database);
	struct parsed p = parse_bytes("browser", FIREFOX, database.data, database.len);
	assert_int_equal(json_array_size(p.rows), 3);
	assert_non_null(ROW_WHERE(&p, "url=http://b.example/", "from=http://a.example/", "browser=Firefox",
	                          "when=2014-07-10T11:24:32.0000010Z"));
	assert_non_null(ROW_WHERE(&p, "event=download", "target=file:///C:/x.exe"));
	parsed_release(&p);
	buf_release(&database);
}

/* Chromium before 2013 kept the address of a download in its row, and its time in seconds. */
static void old_downloads(void **state)
{
	struct buf database = BUF_INIT;
	(void)state;
	by_statements(
	    "CREATE TABLE downloads(id INTEGER PRIMARY KEY, full_path LONGVARCHAR NOT NULL, url LONGVARCHAR NOT NULL,"
	    " start_time INTEGER NOT NULL, received_bytes INTEGER, total_bytes INTEGER, state INTEGER);"
	    "INSERT INTO downloads VALUES(3,'C:\\x.exe','http://a.example/x.exe',1302372234,1000,1132155,1);",
	    &database);
	struct parsed p = parse_bytes("browser", CHROME, database.data, database.len);
	assert_int_equal(json_array_size(p.problems), 0);
	assert_non_null(ROW_WHERE(&p, "event=download", "url=http://a.example/x.exe", "target=C:\\x.exe",
	                          "size=1132155", "when=2011-04-09T18:03:54.0000000Z"));
	parsed_release(&p);
	buf_release(&database);
}

/* What is no plain table is not asked: a view that has no end, another module. */
static void tables_that_are_none(void **state)
{
	static const char *const made[] = {
	    "CREATE TABLE urls(id INTEGER PRIMARY KEY, url, title, visit_count);"
	    "CREATE VIEW visits AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id, id AS "
	    "url, id AS "
	    "visit_time, 0 AS from_visit, 0 AS transition FROM c;",
	    "CREATE TABLE urls(id INTEGER PRIMARY KEY, url, title, visit_count);"
	    "CREATE VIRTUAL TABLE visits USING fts5(id, url, visit_time, from_visit, transition);",
	    "CREATE TABLE urls(id INTEGER PRIMARY KEY, url, title AS (hex(zeroblob(100000000))), visit_count);"
	    "CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time, from_visit, transition);"
	    "INSERT INTO urls(id, url) VALUES(1, 'x'); INSERT INTO visits VALUES(1, 1, 1, 0, 0);",
	};
	(void)state;
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		struct buf database = BUF_INIT;
		by_statements(made[i], &database);
		struct parsed p = parse_bytes("browser", CHROME, database.data, database.len);
		assert_int_equal(json_array_size(p.rows), 0);
		assert_true(*p.failed || json_array_size(p.problems) > 0);
		parsed_release(&p);
		buf_release(&database);
	}
}

/* Each byte of the first pages altered, and the file cut anywhere: rows or a reason, and an end. */
static void damaged(void **state)
{
	struct buf database = BUF_INIT;
	struct buf wal = BUF_INIT;
	unsigned value = 2014;
	(void)state;
	made_history(&database, &wal);
	for (unsigned i = 0; i < 600; i++) {
		struct buf one = BUF_INIT;
		struct buf two = BUF_INIT;
		buf_add(&one, database.data, database.len);
		buf_add(&two, wal.data, wal.len);
		for (unsigned k = 0; k < 8; k++) {
			value = value * 1103515245U + 12345U;
			struct buf *b = i % 3 == 2 ? &two : &one;
			b->data[(value >> 8) % (i % 2 ? 4200 : b->len)] = (char)(value >> 24);
		}
		size_t n = i % 5 == 4 ? one.len * (i % 100) / 100 : one.len;
		struct parsed p = parse_beside("browser", CHROME, one.data, n, "-wal", two.data, two.len);
		assert_true(json_array_size(p.rows) <= 100000);
		parsed_release(&p);
		buf_release(&one);
		buf_release(&two);
	}
	buf_release(&database);
	buf_release(&wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(visits_and_downloads),
	                                   cmocka_unit_test(what_was_not_committed),
	                                   cmocka_unit_test(firefox),
	                                   cmocka_unit_test(old_downloads),
	                                   cmocka_unit_test(tables_that_are_none),
	                                   cmocka_unit_test(damaged)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
