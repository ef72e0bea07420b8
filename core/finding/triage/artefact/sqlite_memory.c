#include "finding/triage/artefact/sqlite_memory.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

#define HEAD       100U
#define WAL_HEAD   32U
#define FRAME_HEAD 24U
#define LARGEST    (192U << 20) /* bytes with what the -wal brings */
#define STEPS      2000000U     /* thousands of a database */
#define TEXT_MOST  (1 << 20)

/* ---- the -wal */

struct wal {
	const unsigned char *p;
	size_t n;
	size_t page;
	int big; /* its sums are big-endian */
	uint32_t sum[2];
};

static uint32_t word(const struct wal *w, const unsigned char *p)
{
	return w->big ? bytes_be32(p) : bytes_le32(p);
}

static void add_sum(struct wal *w, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		w->sum[0] += word(w, p + i) + w->sum[1];
		w->sum[1] += word(w, p + i + 4) + w->sum[0];
	}
}

static int fits(const struct wal *w, const unsigned char *p)
{
	return bytes_be32(p) == w->sum[0] && bytes_be32(p + 4) == w->sum[1];
}

/* Whether it is one, and of pages of that size. */
static int wal_begin(struct wal *w, size_t page)
{
	if (w->n < WAL_HEAD || (bytes_be32(w->p) & ~1U) != 0x377F0682 || bytes_be32(w->p + 8) != page)
		return 0;
	w->page = page;
	w->big = bytes_be32(w->p) & 1;
	add_sum(w, w->p, 24);
	return fits(w, w->p + 24);
}

/* The frames up to the last commit; *pages: how many the database has then. *left: frames behind it that are of this round of the
 * file, too; those of a round before bear other salts, and are nothing. */
static size_t wal_committed(struct wal *w, uint32_t *pages, uint64_t *left)
{
	size_t committed = 0;
	size_t i = 0;
	for (int whole = 1; WAL_HEAD + (i + 1) * (FRAME_HEAD + w->page) <= w->n; i++) {
		const unsigned char *f = w->p + WAL_HEAD + i * (FRAME_HEAD + w->page);
		if (memcmp(f + 8, w->p + 16, 8) != 0)
			break;
		add_sum(w, f, 8);
		add_sum(w, f + FRAME_HEAD, w->page);
		whole = whole && fits(w, f + 16) && bytes_be32(f) > 0;
		if (whole && bytes_be32(f + 4)) {
			committed = i + 1;
			*pages = bytes_be32(f + 4);
		}
	}
	*left = i - committed;
	return committed;
}

static int wal_apply(struct sqlite_memory *m, const unsigned char *wal, size_t n, size_t page, struct err *err)
{
	struct wal w = {.p = wal, .n = n};
	uint32_t pages = 0;
	if (!wal_begin(&w, page)) {
		m->left = n > WAL_HEAD ? (n - WAL_HEAD) / (FRAME_HEAD + page) : 0;
		return 0;
	}
	m->frames = wal_committed(&w, &pages, &m->left);
	if (m->frames == 0)
		return 0;
	if (pages > LARGEST / page)
		return err_set(err, ERR_INVALID, _("it is larger than files of its form are"));
	size_t size = pages * page;
	unsigned char *bytes = xcalloc(1, size);
	memcpy(bytes, m->bytes, size < m->n ? size : m->n);
	free(m->bytes);
	m->bytes = bytes;
	m->n = size;
	for (size_t i = 0; i < m->frames; i++) {
		const unsigned char *f = wal + WAL_HEAD + i * (FRAME_HEAD + page);
		if (bytes_be32(f) <= pages)
			memcpy(bytes + (bytes_be32(f) - 1) * page, f + FRAME_HEAD, page);
	}
	return 0;
}

/* ---- what a query may do */

static int authorise(void *ctx, int action, const char *a, const char *b, const char *schema, const char *inner)
{
	(void)ctx;
	(void)a;
	(void)b;
	(void)schema;
	return !inner && (action == SQLITE_SELECT || action == SQLITE_READ) ? SQLITE_OK : SQLITE_DENY;
}

static int count_steps(void *ctx)
{
	struct sqlite_memory *m = ctx;
	return ++m->steps > STEPS;
}

int sqlite_memory_open(struct sqlite_memory *m, unsigned char *bytes, size_t n, const unsigned char *wal,
                       size_t wal_size, struct err *err)
{
	*m = (struct sqlite_memory){.bytes = bytes, .n = n};
	if (n < HEAD || memcmp(bytes, "SQLite format 3", 16) != 0)
		return err_set(err, ERR_INVALID, _("it is no SQLite database"));
	size_t page = bytes_be16(bytes + 16) == 1 ? 65536 : bytes_be16(bytes + 16);
	if (page < 512 || page & (page - 1))
		return err_set(err, ERR_INVALID, _("it is no SQLite database"));
	if (wal && wal_apply(m, wal, wal_size, page, err) < 0)
		return -1;
	m->bytes[18] = m->bytes[19] = 1; /* no journal is looked for */
	if (sqlite3_open_v2(":memory:", &m->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK ||
	    sqlite3_db_config(m->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(m->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_deserialize(m->db, "main", m->bytes, (sqlite3_int64)m->n, (sqlite3_int64)m->n,
	                        SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
		return err_set(err, ERR_DAMAGED, _("the database cannot be opened: %s"), sqlite3_errmsg(m->db));
	sqlite3_limit(m->db, SQLITE_LIMIT_LENGTH, TEXT_MOST);
	sqlite3_limit(m->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_set_authorizer(m->db, authorise, NULL);
	sqlite3_progress_handler(m->db, 1000, count_steps, m);
	return 0;
}

void sqlite_memory_close(struct sqlite_memory *m)
{
	sqlite3_close_v2(m->db);
	free(m->bytes);
	*m = (struct sqlite_memory){.db = NULL};
}

int sqlite_memory_has(struct sqlite_memory *m, const char *table)
{
	sqlite3_stmt *s = NULL;
	int there = 0;
	if (sqlite3_prepare_v2(m->db, "SELECT type, sql FROM sqlite_schema WHERE name = ?1", -1, &s, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
		while (!there && sqlite3_step(s) == SQLITE_ROW) {
			const char *type = (const char *)sqlite3_column_text(s, 0);
			const char *sql = (const char *)sqlite3_column_text(s, 1);
			there = type && sql && strcmp(type, "table") == 0 && strncasecmp(sql, "CREATE TABLE", 12) == 0;
		}
	}
	sqlite3_finalize(s);
	return there;
}
