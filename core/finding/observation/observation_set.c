#include "finding/observation/observation_set.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/database/room_tables.h"
#include "case/store/blob.h"
#include "evidence/image/digest.h"
#include "evidence/image/gev.h"
#include "evidence/image/volume.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_set_private.h"
#include "finding/observation/observation_sort.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOURCE_SHOWN 200 /* bytes of the name of what was read */

static int observation_set_sql_error(struct case_file *c, const char *doing, struct err *err)
{
	return err_set(err, ERR_FAILED, _("cannot %s: %s"), doing, sqlite3_errmsg(case_db(c)));
}

sqlite3_stmt *observation_set_prepare(struct case_file *c, const char *sql, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(case_db(c), sql, -1, &s, NULL) != SQLITE_OK)
		observation_set_sql_error(c, _("read the sets of observations"), err);
	return s;
}

int observation_set_has_tables(struct case_file *c)
{
	return room_table_has(case_db(c), "observation_set") && room_table_has(case_db(c), "observation_block");
}

/* ---- where a container lies */

static char *folder_of(struct case_file *c)
{
	return xasprintf("%s.observations", case_path(c));
}

char *observation_set_path(struct case_file *c, const char *id, struct err *err)
{
	const char *name = safe_name(id, err);
	return name ? xasprintf("%s.observations/%s" OBSERVATION_ENDING, case_path(c), name) : NULL;
}

static int is_known(struct case_file *c, const char *id)
{
	sqlite3_stmt *s =
	    observation_set_has_tables(c)
	        ? observation_set_prepare(c, "SELECT 1 FROM observation_set WHERE id = ?1 AND key IS NOT NULL", NULL)
	        : NULL;
	int found = 0;
	if (s) {
		sqlite3_bind_text(s, 1, id, -1, SQLITE_TRANSIENT);
		found = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return found;
}

/* Containers that no row speaks of: of work that was killed, or purged. */
static void remove_orphans(struct case_file *c)
{
	char *folder = folder_of(c);
	DIR *d = opendir(folder);
	struct dirent *entry;
	while (d && (entry = readdir(d)) != NULL) {
		char id[33];
		size_t n = strlen(entry->d_name);
		if (n < 32 + sizeof OBSERVATION_ENDING - 1 || strspn(entry->d_name, "0123456789abcdef") != 32 ||
		    strncmp(entry->d_name + 32, OBSERVATION_ENDING, sizeof OBSERVATION_ENDING - 1) != 0)
			continue; /* not ours */
		memcpy(id, entry->d_name, 32);
		id[32] = '\0';
		if (!is_known(c, id))
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d)
		closedir(d);
	free(folder);
}

/* ---- making */

struct observation_maker {
	struct case_file *c;
	struct observation_sorter *sorter;
	struct block_writer block;
	unsigned char *bytes;
	struct digest *digest;
	struct buf spans;  /* struct observation_span of each block */
	struct buf blocks; /* while they are few */
	unsigned char key[GEV_KEY];
	char id[33];
	char *path; /* of a container that was begun; removed unless it was stored */
	struct volume volume;
	struct gev_writer writer;
	int has_container;
	int64_t first;
	int64_t last;
	uint64_t rows;
};

struct observation_maker *observation_maker_new(struct case_file *c)
{
	struct observation_maker *m = xcalloc(1, sizeof *m);
	unsigned char id[16];
	char *folder = xstrdup(case_path(c));
	char *slash = strrchr(folder, '/');
	m->c = c;
	if (slash)
		slash[slash == folder] = '\0';
	m->sorter = observation_sorter_new(slash ? folder : ".", case_id(c));
	free(folder);
	block_writer_init(&m->block);
	m->bytes = xmalloc(OBSERVATION_BLOCK);
	m->digest = digest_new(DIGEST_PIECES);
	buf_init(&m->spans);
	buf_init(&m->blocks);
	randombytes_buf(m->key, sizeof m->key);
	randombytes_buf(id, sizeof id);
	sodium_bin2hex(m->id, sizeof m->id, id, sizeof id);
	m->first = INT64_MAX;
	m->last = INT64_MIN;
	if (case_may_write(c, NULL) == 0)
		remove_orphans(c);
	return m;
}

void observation_maker_free(struct observation_maker *m)
{
	if (!m)
		return;
	if (m->has_container) {
		gev_writer_release(&m->writer);
		volume_close(&m->volume, 1);
	}
	if (m->path)
		unlink(m->path);
	free(m->path);
	observation_sorter_free(m->sorter);
	block_writer_release(&m->block);
	free(m->bytes);
	digest_free(m->digest);
	buf_release(&m->spans);
	sodium_memzero(m->blocks.data, m->blocks.len);
	buf_release(&m->blocks);
	sodium_memzero(m->key, sizeof m->key);
	free(m);
}

int observation_maker_add(struct observation_maker *m, const void *bytes, size_t n, struct err *err)
{
	return observation_sorter_add(m->sorter, bytes, n, err);
}

int observation_maker_add_row(struct observation_maker *m, const struct observation *o, struct err *err)
{
	return observation_sorter_add_row(m->sorter, o, err);
}

uint64_t observation_maker_count(const struct observation_maker *m)
{
	return observation_sorter_count(m->sorter);
}

static int begin_container(struct observation_maker *m, struct err *err)
{
	char *folder = folder_of(m->c);
	int rc = path_make(folder, err);
	free(folder);
	m->path = rc == 0 ? observation_set_path(m->c, m->id, err) : NULL;
	if (!m->path || volume_create(&m->volume, m->path, 0, err) < 0)
		return -1;
	m->has_container = 1;
	if (gev_writer_begin(&m->writer, &m->volume, -1, m->key, case_id(m->c), err) < 0)
		return -1;
	for (size_t at = 0; at < m->blocks.len; at += OBSERVATION_BLOCK)
		if (gev_writer_add(&m->writer, m->blocks.data + at, OBSERVATION_BLOCK, err) < 0)
			return -1;
	sodium_memzero(m->blocks.data, m->blocks.len);
	buf_clear(&m->blocks);
	return 0;
}

static int end_block(struct observation_maker *m, struct err *err)
{
	struct observation_span span = {m->block.first, m->block.last, m->block.artefacts, m->block.row_count};
	block_writer_finish(&m->block, m->bytes);
	digest_add(m->digest, m->bytes, OBSERVATION_BLOCK);
	buf_add(&m->spans, &span, sizeof span);
	m->rows += span.rows;
	if (span.first <= span.last && span.first < m->first)
		m->first = span.first;
	if (span.first <= span.last && span.last > m->last)
		m->last = span.last;
	if (!m->has_container && m->blocks.len + OBSERVATION_BLOCK > OBSERVATION_IN_CASE && begin_container(m, err) < 0)
		return -1;
	if (m->has_container)
		return gev_writer_add(&m->writer, m->bytes, OBSERVATION_BLOCK, err);
	buf_add(&m->blocks, m->bytes, OBSERVATION_BLOCK);
	return 0;
}

static int take_row(void *ctx, const struct observation *o, struct err *err)
{
	struct observation_maker *m = ctx;
	if (block_writer_add(&m->block, o))
		return 0;
	int rc = end_block(m, err);
	block_writer_add(&m->block, o);
	return rc;
}

int observation_maker_seal(struct observation_maker *m, struct observation_set *set, struct err *err)
{
	struct digest_result digests;
	if (observation_sorter_each(m->sorter, take_row, m, err) < 0 || (m->block.row_count && end_block(m, err) < 0))
		return -1;
	digest_end(m->digest, &digests);
	memcpy(set->id, m->id, sizeof set->id);
	memcpy(set->sha256, digests.sha256, sizeof set->sha256);
	set->rows = m->rows;
	set->blocks = m->spans.len / sizeof(struct observation_span);
	set->first = m->first;
	set->last = m->last;
	set->in_case = !m->has_container;
	int rc = 0;
	if (m->has_container) {
		rc = gev_writer_finish(&m->writer, &digests, err);
		if (rc == 0)
			rc = volume_finish(&m->volume, err);
		gev_writer_release(&m->writer);
		volume_close(&m->volume, rc < 0);
		m->has_container = 0;
	}
	digest_result_release(&digests);
	return rc;
}

/* ---- on record */

static int store_set(struct case_file *c, const struct observation_set *set, const unsigned char *key, struct err *err)
{
	sqlite3_stmt *s = observation_set_prepare(
	    c,
	    "INSERT INTO observation_set(id, checked, evidence, evidence_sha256, source, parsers, rows,"
	    " blocks, sha256, first, last, in_case, key)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	    err);
	if (!s)
		return -1;
	const char *const texts[] = {set->id,     set->check,  set->evidence, set->evidence_sha256,
	                             set->source, set->parsers};
	for (int i = 0; i < 6; i++)
		sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 7, (sqlite3_int64)set->rows);
	sqlite3_bind_int64(s, 8, (sqlite3_int64)set->blocks);
	sqlite3_bind_text(s, 9, set->sha256, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 10, set->first);
	sqlite3_bind_int64(s, 11, set->last);
	sqlite3_bind_int(s, 12, set->in_case);
	sqlite3_bind_blob(s, 13, key, GEV_KEY, SQLITE_STATIC);
	int rc =
	    sqlite3_step(s) == SQLITE_DONE ? 0 : observation_set_sql_error(c, _("keep a set of observations"), err);
	sqlite3_finalize(s);
	return rc;
}

static int store_spans(struct case_file *c, const struct observation_set *set, const struct observation_span *spans,
                       struct err *err)
{
	sqlite3_stmt *s =
	    observation_set_prepare(c,
	                            "INSERT INTO observation_block(set_id, block, first, last, artefacts, rows)"
	                            " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	                            err);
	int rc = s ? 0 : -1;
	for (uint64_t i = 0; i < set->blocks && rc == 0; i++) {
		sqlite3_bind_text(s, 1, set->id, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, (sqlite3_int64)i);
		sqlite3_bind_int64(s, 3, spans[i].first);
		sqlite3_bind_int64(s, 4, spans[i].last);
		sqlite3_bind_int64(s, 5, (sqlite3_int64)spans[i].artefacts);
		sqlite3_bind_int64(s, 6, (sqlite3_int64)spans[i].rows);
		if (sqlite3_step(s) != SQLITE_DONE)
			rc = observation_set_sql_error(c, _("keep a set of observations"), err);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return rc;
}

int observation_set_store_rows(struct case_file *c, const struct observation_set *set, const unsigned char *key,
                               const struct observation_span *spans, struct err *err)
{
	if (room_table_make(case_db(c), "observation_set", err) < 0 ||
	    room_table_make(case_db(c), "observation_block", err) < 0)
		return -1;
	return store_set(c, set, key, err) < 0 || store_spans(c, set, spans, err) < 0 ? -1 : 0;
}

int observation_set_forget_hearsay(struct case_file *c, const char *id, struct err *err)
{
	static const char sql[] = "DELETE FROM observation_set WHERE id = ?1 AND key IS NULL AND blocks = 0";
	if (!observation_set_has_tables(c))
		return 0;
	sqlite3_stmt *s = observation_set_prepare(c, sql, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	int rc =
	    sqlite3_step(s) == SQLITE_DONE ? 0 : observation_set_sql_error(c, _("keep a set of observations"), err);
	sqlite3_finalize(s);
	return rc;
}

int observation_set_store(struct case_file *c, struct observation_maker *m, const struct observation_set *set,
                          struct err *err)
{
	char sha256[65];
	if (set->in_case && blob_put(c, m->blocks.data, m->blocks.len, sha256, err) < 0)
		return -1;
	if (observation_set_store_rows(c, set, m->key, (const struct observation_span *)(const void *)m->spans.data,
	                               err) < 0)
		return -1;
	free(m->path); /* it stays */
	m->path = NULL;
	return 0;
}

void observation_set_source(struct observation_set *set, const char *name)
{
	char *safe = printable_dup(name ? name : "");
	text_copy(set->source, SOURCE_SHOWN + 1, safe);
	free(safe);
}

/* A row may be of a case that somebody else wrote. */
static void copy_text(char *to, size_t room, sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);
	char *safe = text && !text_is_utf8(text, strlen(text)) ? printable_dup(text) : NULL;
	text_copy(to, room, safe ? safe : text ? text : "");
	free(safe);
}

static void read_set(sqlite3_stmt *s, struct observation_set *set)
{
	memset(set, 0, sizeof *set);
	copy_text(set->id, sizeof set->id, s, 0);
	copy_text(set->check, sizeof set->check, s, 1);
	copy_text(set->evidence, sizeof set->evidence, s, 2);
	copy_text(set->evidence_sha256, sizeof set->evidence_sha256, s, 3);
	copy_text(set->source, sizeof set->source, s, 4);
	copy_text(set->parsers, sizeof set->parsers, s, 5);
	set->rows = (uint64_t)sqlite3_column_int64(s, 6);
	set->blocks = (uint64_t)sqlite3_column_int64(s, 7);
	copy_text(set->sha256, sizeof set->sha256, s, 8);
	set->first = sqlite3_column_int64(s, 9);
	set->last = sqlite3_column_int64(s, 10);
	set->in_case = sqlite3_column_int(s, 11);
}

int observation_set_each(struct case_file *c, const char *evidence, observation_set_fn fn, void *ctx, struct err *err)
{
	if (!observation_set_has_tables(c))
		return 0;
	sqlite3_stmt *s = observation_set_prepare(
	    c,
	    "SELECT id, checked, evidence, evidence_sha256, source, parsers, rows, blocks, sha256,"
	    " first, last, in_case FROM observation_set"
	    " WHERE key IS NOT NULL AND (?1 IS NULL OR evidence = ?1) ORDER BY n DESC",
	    err);
	int rc = s ? 0 : -1;
	if (s && evidence)
		sqlite3_bind_text(s, 1, evidence, -1, SQLITE_STATIC);
	while (rc == 0 && sqlite3_step(s) == SQLITE_ROW) {
		struct observation_set set;
		read_set(s, &set);
		rc = fn(ctx, &set, err);
	}
	sqlite3_finalize(s);
	return rc < 0 ? -1 : 0;
}

/* The content of a set inside the case goes, unless another set has the same. */
static int forget_blob(struct case_file *c, const char *id, struct err *err)
{
	sqlite3_stmt *s =
	    observation_set_prepare(c,
	                            "SELECT sha256 FROM observation_set WHERE id = ?1 AND in_case AND sha256 NOT IN"
	                            " (SELECT sha256 FROM observation_set WHERE in_case AND key IS NOT NULL)",
	                            err);
	char sha256[65] = "";
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(s) == SQLITE_ROW)
		copy_text(sha256, sizeof sha256, s, 0);
	sqlite3_finalize(s);
	return *sha256 ? blob_forget(c, sha256, err) : 0;
}

int observation_set_purge(struct case_file *c, const char *id, struct err *err)
{
	sqlite3_stmt *s = observation_set_prepare(c, "UPDATE observation_set SET key = NULL WHERE id = ?1", err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	int rc =
	    sqlite3_step(s) == SQLITE_DONE ? 0 : observation_set_sql_error(c, _("purge a set of observations"), err);
	sqlite3_finalize(s);
	if (rc == 0)
		rc = forget_blob(c, id, err);
	return rc; /* the container is an orphan now: the next maker removes it */
}
