/*
 * libgit2's view of the history: a repository made of our object store, our
 * reference store and an empty configuration. Every search path is blanked, or
 * libgit2 would read ./HEAD, ~/.gitconfig and /etc/gitconfig of a machine that
 * may belong to the intruder.
 */
#include "history/history_private.h"
#include "history/tables.h"

#include <git2/sys/repository.h>
#include <pthread.h>
#include <stdlib.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS git_object(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, type INTEGER NOT NULL,"
    "  size INTEGER NOT NULL, base INTEGER NOT NULL, depth INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS git_ref(name TEXT PRIMARY KEY, id TEXT, target TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS git_commit(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, time INTEGER NOT NULL,"
    "  p1 INTEGER, p2 INTEGER);"
    "CREATE TABLE IF NOT EXISTS git_touch(path TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(path, n)) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO git_ref(name, id, target) VALUES('HEAD', NULL, '" HISTORY_BRANCH "');";

static void start_once(void)
{
	git_libgit2_init();
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
	                             GIT_CONFIG_LEVEL_GLOBAL};
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
	git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0); /* a rolled back object must not be found again */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

void history_libgit2_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_once);
}

int history_may_thread = 1;

void history_start(void)
{
	history_may_thread = 0; /* the cage lets nothing begin */
	history_libgit2_start();
}

int history_git_error(struct err *err, const char *doing)
{
	const git_error *error = git_error_last();
	return err_set(err, ERR_FAILED, _("cannot %s: %s"), doing,
	               error && error->message ? error->message : "libgit2");
}

static int has_tables(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int found =
	    sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = 'git_touch'", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return found;
}

void history_explain(struct history *h, int (*fn)(void *ctx, struct err *err), void *ctx)
{
	h->explain = fn;
	h->explain_ctx = ctx;
}

int history_open(struct history **out, sqlite3 *db, struct err *err)
{
	history_libgit2_start();
	struct history *h = xcalloc(1, sizeof *h);
	h->db = db;
	h->compress = ZSTD_createCCtx();
	h->decompress = ZSTD_createDCtx();
	*out = NULL;
	if (!h->compress || !h->decompress) {
		history_free(h);
		return err_set(err, ERR_FAILED, _("out of memory"));
	}
	ZSTD_CCtx_setParameter(h->compress, ZSTD_c_compressionLevel, ZSTD_CLEVEL_DEFAULT);
	ZSTD_CCtx_setParameter(h->compress, ZSTD_c_contentSizeFlag, 0);
	ZSTD_CCtx_setParameter(h->compress, ZSTD_c_checksumFlag, 0);
	if (!has_tables(db) && sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK) {
		history_sql_error(h, _("make"), err);
		history_free(h);
		return -1;
	}
	*out = h;
	return 0;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	git_repository_free(h->repository);
	for (size_t i = 0; i < HISTORY_STATEMENT_COUNT; i++)
		sqlite3_finalize(h->statements[i]);
	object_cache_clear(&h->cache);
	ZSTD_freeCCtx(h->compress);
	ZSTD_freeDCtx(h->decompress);
	free(h);
}

void history_rolled_back(struct history *h)
{
	objects_forget(h);
	git_repository_free(h->repository);
	h->repository = NULL;
}

static int make_repository(struct history *h)
{
	git_odb *odb = NULL;
	git_odb_backend *objects = NULL;
	git_refdb *refdb = NULL;
	git_refdb_backend *refs = NULL;
	git_config *config = NULL;
	git_repository *repository = NULL;
	int rc = git_odb_new(&odb);
	if (rc == 0)
		rc = odb_backend_new(&objects, h);
	if (rc == 0)
		rc = git_odb_add_backend(odb, objects, 1);
	if (rc == 0)
		rc = git_repository_wrap_odb(&repository, odb);
	if (rc == 0)
		rc = git_config_new(&config);
	if (rc == 0)
		rc = git_repository_set_config(repository, config);
	if (rc == 0)
		rc = git_refdb_new(&refdb, repository);
	if (rc == 0)
		rc = refdb_backend_new(&refs, h);
	if (rc == 0)
		rc = git_refdb_set_backend(refdb, refs);
	if (rc == 0)
		rc = git_repository_set_refdb(repository, refdb);
	git_refdb_free(refdb);
	git_config_free(config);
	git_odb_free(odb);
	if (rc == 0)
		h->repository = repository;
	else
		git_repository_free(repository);
	return rc;
}

git_repository *history_repository(struct history *h, struct err *err)
{
	if (!h->repository && make_repository(h) < 0)
		history_git_error(err, _("open the history"));
	return h->repository;
}

/* ---- the tables, for what copies or mends them row by row */

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
