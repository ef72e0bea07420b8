#include "finding/triage/artefact/browser.h"

#include "base/i18n.h"
#include "finding/triage/artefact/sqlite_memory.h"
#include "finding/triage/parse/whole.h"

#include <string.h>

#define LARGEST (96U << 20)

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int browser_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	if (n >= 16 && memcmp(head, "SQLite format 3", 16) != 0)
		return 0;
	if (triage_path_ends(name, "places.sqlite"))
		return 1;
	if (n >= 16) /* collectors put something before the name, or behind it */
		return triage_path_has(name, "History") && !triage_path_ends(name, "-wal");
	return n == 0 && strcmp(name, "History") == 0 &&
	       (triage_path_has(path, "/User Data/") || triage_path_has(path, "/Opera ") ||
	        triage_path_has(path, "/chrom"));
}

static const char *browser_of(const char *path)
{
	static const struct {
		const char *part;
		const char *name;
	} browsers[] = {{"Edge", "Edge"},     {"Brave", "Brave"},       {"Vivaldi", "Vivaldi"},
	                {"Opera", "Opera"},   {"Chromium", "Chromium"}, {"places.sqlite", "Firefox"},
	                {"Chrome", "Chrome"}, {"", "Chromium"}};
	size_t i = 0;
	while (!triage_path_has(path, browsers[i].part))
		i++;
	return browsers[i].name;
}

/* ---- rows */

struct browser_walk {
	const struct triage_file *f;
	struct triage_out *out;
	struct sqlite_memory db;
	char user[128];
};

static int64_t from_chromium(sqlite3_int64 microseconds)
{
	return microseconds > 0 && microseconds < INT64_MAX / 10
	           ? observation_from_filetime((uint64_t)microseconds * 10)
	           : OBSERVATION_NO_TIME;
}

static int64_t from_firefox(sqlite3_int64 microseconds)
{
	return microseconds > 0
	           ? observation_from_unix(microseconds / 1000000, (uint32_t)(microseconds % 1000000) * 1000)
	           : OBSERVATION_NO_TIME;
}

/* What a query gives: the names of its columns are those of fields. Some are known: when, ended, id. */
struct browser_query {
	const char *event;
	const char *table;
	const char *table_too; /* that it needs; NULL: none */
	const char *table_not; /* with which it is another form; NULL: none */
	int64_t (*time)(sqlite3_int64);
	uint16_t time_of;
	uint32_t ordinal;
	const char *sql;
};

static const struct browser_query queries[] = {
    {"visit", "visits", "urls", NULL, from_chromium, OBSERVATION_TIME_visited, 0,
     "SELECT v.id AS id, v.visit_time AS time, u.url AS url, u.title AS title, f.url AS \"from\", u.visit_count AS "
     "visit_count,"
     " v.transition & 255 AS transition FROM visits v LEFT JOIN urls u ON u.id = v.url"
     " LEFT JOIN visits w ON w.id = v.from_visit LEFT JOIN urls f ON f.id = w.url ORDER BY v.id"},
    {"download", "downloads", "downloads_url_chains", NULL, from_chromium, OBSERVATION_TIME_created, 1,
     "SELECT d.id AS id, d.start_time AS time, d.end_time AS ended, c.url AS url, d.target_path AS target,"
     " d.referrer AS referrer, d.total_bytes AS size FROM downloads d"
     " LEFT JOIN downloads_url_chains c ON c.id = d.id AND c.chain_index = 0 ORDER BY d.id"},
    /* before 2013: seconds since 1970, and the address in the row */
    {"download", "downloads", NULL, "downloads_url_chains", from_chromium, OBSERVATION_TIME_created, 1,
     "SELECT d.id AS id, (d.start_time + 11644473600) * 1000000 AS time, d.url AS url, d.full_path AS target,"
     " d.total_bytes AS size FROM downloads d ORDER BY d.id"},
    {"visit", "moz_historyvisits", "moz_places", NULL, from_firefox, OBSERVATION_TIME_visited, 0,
     "SELECT v.id AS id, v.visit_date AS time, p.url AS url, p.title AS title, f.url AS \"from\", p.visit_count AS "
     "visit_count,"
     " v.visit_type AS transition FROM moz_historyvisits v LEFT JOIN moz_places p ON p.id = v.place_id"
     " LEFT JOIN moz_historyvisits w ON w.id = v.from_visit LEFT JOIN moz_places f ON f.id = w.place_id ORDER BY v.id"},
    {"download", "moz_annos", "moz_anno_attributes", NULL, from_firefox, OBSERVATION_TIME_created, 1,
     "SELECT a.id AS id, a.dateAdded AS time, p.url AS url, a.content AS target FROM moz_annos a"
     " JOIN moz_anno_attributes n ON n.id = a.anno_attribute_id AND n.name = 'downloads/destinationFileURI'"
     " LEFT JOIN moz_places p ON p.id = a.place_id ORDER BY a.id"},
};

static int row(struct browser_walk *w, const struct browser_query *q, sqlite3_stmt *s, struct err *err)
{
	struct buf fields = BUF_INIT;
	struct observation o = {.artefact = OBSERVATION_browser,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .time_of = q->time_of,
	                        .ordinal = q->ordinal,
	                        .when = q->time(sqlite3_column_int64(s, 1)),
	                        .offset = (uint64_t)sqlite3_column_int64(s, 0)};
	observation_field(&fields, "event", q->event);
	observation_field(&fields, "browser", browser_of(w->f->path));
	observation_field(&fields, "user", w->user);
	observation_field_number(&fields, "record", sqlite3_column_int64(s, 0));
	for (int i = 2; i < sqlite3_column_count(s); i++) {
		const char *name = sqlite3_column_name(s, i);
		const char *text = (const char *)sqlite3_column_text(s, i);
		char when[32];
		if (text && strcmp(name, "ended") == 0) {
			observation_when(q->time(sqlite3_column_int64(s, i)), when);
			text = when;
		}
		if (text && name)
			observation_field_n(&fields, name, text, strlen(text));
	}
	if (o.when == OBSERVATION_NO_TIME)
		o.time_of = 0;
	o.fields = fields.data;
	o.fields_size = fields.len;
	int rc = triage_row(w->out, &o, err);
	buf_release(&fields);
	return rc;
}

/* 1: it was asked; 0: the tables are not there. -1: whoever listens wants no more. */
static int ask(struct browser_walk *w, const struct browser_query *q, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;
	if (!sqlite_memory_has(&w->db, q->table) || (q->table_too && !sqlite_memory_has(&w->db, q->table_too)) ||
	    (q->table_not && sqlite_memory_has(&w->db, q->table_not)))
		return 0;
	int step = sqlite3_prepare_v2(w->db.db, q->sql, -1, &s, NULL);
	if (step == SQLITE_OK)
		while (rc == 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
			rc = row(w, q, s, err);
	if (rc == 0 && step != SQLITE_DONE)
		triage_problem(w->out, 0, _("the table %s cannot be read further: %s"), q->table,
		               sqlite3_errmsg(w->db.db));
	sqlite3_finalize(s);
	return rc < 0 ? -1 : 1;
}

int browser_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct browser_walk w = {.f = f, .out = out};
	size_t n;
	const struct triage_beside *wal = f->beside_count ? &f->beside[0] : NULL;
	unsigned char *bytes = triage_whole(f, LARGEST, &n, err);
	if (!bytes)
		return -1;
	triage_path_user(f->path, w.user);
	int rc = sqlite_memory_open(&w.db, bytes, n, wal ? wal->bytes : NULL, wal ? wal->n : 0, err);
	int known = 0;
	if (rc == 0 && w.db.frames)
		triage_fact(out, "wal_frames", json_integer((json_int_t)w.db.frames));
	if (rc == 0 && w.db.left)
		triage_problem(out, 0,
		               P_("%llu frame of the -wal was not committed, or is damaged: it is not read",
		                  "%llu frames of the -wal were not committed, or are damaged: they are not read",
		                  (unsigned long long)w.db.left),
		               (unsigned long long)w.db.left);
	for (size_t i = 0; rc == 0 && i < sizeof queries / sizeof *queries; i++) {
		int asked = ask(&w, &queries[i], err);
		known |= asked > 0;
		rc = asked < 0 ? -1 : 0;
	}
	if (rc == 0 && !known)
		rc = err_set(err, ERR_INVALID, _("it has no tables of a browser that is known"));
	sqlite_memory_close(&w.db);
	return rc;
}
