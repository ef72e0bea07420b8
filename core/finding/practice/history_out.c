#include "finding/practice/history_out.h"

#include "base/bytes.h"
#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096U
#define SALT "\x20\x14\x07\x16genb" /* of the -wal, where SQLite takes what chance gives */

struct history_out {
	sqlite3 *db;
	struct buf settled;
};

static const char schema[] =
    "PRAGMA page_size = 4096;"
    "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
    "INSERT INTO meta VALUES('version','28');"
    "CREATE TABLE urls(id INTEGER PRIMARY KEY,url LONGVARCHAR,title LONGVARCHAR,visit_count INTEGER DEFAULT 0 NOT NULL,"
    "typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL);"
    "CREATE TABLE visits(id INTEGER PRIMARY KEY,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,from_visit INTEGER,"
    "transition INTEGER DEFAULT 0 NOT NULL,segment_id INTEGER,visit_duration INTEGER DEFAULT 0 NOT NULL);"
    "CREATE TABLE downloads(id INTEGER PRIMARY KEY,current_path LONGVARCHAR NOT NULL,target_path LONGVARCHAR NOT NULL,"
    "start_time INTEGER NOT NULL,received_bytes INTEGER NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,"
    "end_time INTEGER NOT NULL,opened INTEGER NOT NULL,referrer VARCHAR NOT NULL);"
    "CREATE TABLE downloads_url_chains(id INTEGER NOT NULL,chain_index INTEGER NOT NULL,url LONGVARCHAR NOT NULL,"
    "PRIMARY KEY(id,chain_index));"
    "CREATE INDEX visits_time_index ON visits(visit_time);";

/* Values that the statement does not name are left out. */
static void run(struct history_out *h, const char *sql, const char *one, const char *two, uint64_t number,
                uint64_t size)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL) != SQLITE_OK)
		abort(); /* statements of ours */
	sqlite3_bind_text(s, 1, one, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, two, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)number);
	sqlite3_bind_int64(s, 4, (sqlite3_int64)size);
	if (sqlite3_step(s) != SQLITE_DONE)
		abort();
	sqlite3_finalize(s);
}

struct history_out *history_out_new(void)
{
	struct history_out *h = xcalloc(1, sizeof *h);
	buf_init(&h->settled);
	if (sqlite3_open(":memory:", &h->db) != SQLITE_OK || sqlite3_exec(h->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		abort();
	return h;
}

void history_out_free(struct history_out *h)
{
	if (!h)
		return;
	sqlite3_close(h->db);
	buf_release(&h->settled);
	free(h);
}

void history_out_visit(struct history_out *h, const char *url, const char *title, uint64_t when)
{
	uint64_t micro = when / 10; /* since 1601, too */
	run(h,
	    "INSERT INTO urls(url, title, last_visit_time) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM urls "
	    "WHERE url = ?1)",
	    url, title, micro, 0);
	run(h,
	    "INSERT INTO visits(url, visit_time, from_visit, transition) SELECT id, ?3, 0, 805306368 FROM urls WHERE "
	    "url = ?1",
	    url, title, micro, 0);
	run(h, "UPDATE urls SET visit_count = visit_count + 1, last_visit_time = ?3 WHERE url = ?1", url, title, micro,
	    0);
}

void history_out_download(struct history_out *h, const char *url, const char *target, uint64_t size, uint64_t when)
{
	run(h,
	    "INSERT INTO downloads(current_path, target_path, start_time, received_bytes, total_bytes, state, "
	    "end_time, opened,"
	    " referrer) VALUES(?2, ?2, ?3, ?4, ?4, 1, ?3 + 900000, 0, ?1)",
	    url, target, when / 10, size);
	run(h, "INSERT INTO downloads_url_chains SELECT max(id), 0, ?1 FROM downloads", url, target, 0, 0);
}

static void take(struct history_out *h, struct buf *out)
{
	sqlite3_int64 n = 0;
	unsigned char *bytes = sqlite3_serialize(h->db, "main", &n, 0);
	if (!bytes)
		abort();
	buf_add(out, bytes, (size_t)n);
	sqlite3_free(bytes);
	out->data[18] = out->data[19] = 2; /* it is written by a -wal */
	memset(out->data + 92, 0, 8);
}

void history_out_settle(struct history_out *h)
{
	buf_clear(&h->settled);
	take(h, &h->settled);
}

/* ---- the -wal: sqlite.org/fileformat2.html, 4.1 */

static void add_be(struct buf *b, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_addc(b, (char)(value >> shift));
}

static void add_sum(uint32_t sum[2], const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 8)
		for (size_t k = 0; k < 2; k++) {
			const unsigned char *p = (const unsigned char *)bytes + i + 4 * k;
			sum[k] += bytes_le32(p) + sum[1 - k];
		}
}

static void add_frame(struct buf *wal, uint32_t sum[2], uint32_t page, uint32_t pages, const char *bytes)
{
	size_t from = wal->len;
	add_be(wal, page);
	add_be(wal, pages);
	add_sum(sum, wal->data + from, 8);
	add_sum(sum, bytes, PAGE);
	buf_add(wal, SALT, 8);
	add_be(wal, sum[0]);
	add_be(wal, sum[1]);
	buf_add(wal, bytes, PAGE);
}

static void make_wal(const struct buf *before, const struct buf *after, struct buf *wal)
{
	uint32_t sum[2] = {0, 0};
	uint32_t pages = (uint32_t)(after->len / PAGE);
	uint32_t last = 0;
	add_be(wal, 0x377F0682);
	add_be(wal, 3007000);
	add_be(wal, PAGE);
	add_be(wal, 0);
	buf_add(wal, SALT, 8);
	add_sum(sum, wal->data, 24);
	add_be(wal, sum[0]);
	add_be(wal, sum[1]);
	for (uint32_t round = 0; round < 2; round++) /* the last frame says that they are committed */
		for (uint32_t i = 0; i < pages; i++) {
			size_t at = (size_t)i * PAGE;
			int changed = at >= before->len || memcmp(before->data + at, after->data + at, PAGE) != 0;
			if (changed && round == 0)
				last = i + 1;
			else if (changed)
				add_frame(wal, sum, i + 1, i + 1 == last ? pages : 0, after->data + at);
		}
}

void history_out_finish(struct history_out *h, struct buf *database, struct buf *wal)
{
	struct buf now = BUF_INIT;
	take(h, &now);
	if (h->settled.len == 0) {
		buf_add(database, now.data, now.len);
	} else {
		buf_add(database, h->settled.data, h->settled.len);
		make_wal(&h->settled, &now, wal);
	}
	buf_release(&now);
}
