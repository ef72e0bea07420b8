/*
 * What the vault costs beside plain SQLite, the same engine with the same
 * settings: alternating in one run, medians. On /dev/shm, where nothing waits,
 * in processor time, so that a busy machine does not matter; --disk DIR adds a
 * row in elapsed time, where both wait for the same syncs.
 *
 *     bench_vault [--short] [--rounds N] [--disk DIR] [--only disk|commits|bulk|scan|reads|cached]
 *
 * Exit status 1 if a ratio is beyond its bound. With --short all is smaller,
 * and only a ratio beyond twice its bound fails.
 */
#include "base/err.h"
#include "base/secret.h"
#include "vault/vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 64, SIDES = 2 };
enum side { PLAIN, VAULT };

static struct {
	int commits, bulk_rows, big_rows, cached_rows, reads;
} size = {2000, 100000, 1000000, 180000, 50000};

static char folder[256], disk_folder[256];
static struct vault_identity me;
static unsigned char public_key[32], secret_key[64];

/* ---- one database, of either side */

struct db {
	enum side side;
	sqlite3 *db;
	struct vault *v;
};

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "bench_vault: %s: %s\n", what, detail);
	exit(2);
}

static void run(struct db *d, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(d->db, sql, NULL, NULL, &message) != SQLITE_OK)
		die(sql, message);
}

static char *path_of(const char *dir, enum side side, const char *name)
{
	return xasprintf("%s/%s-%s", dir, side == VAULT ? "vault" : "plain", name);
}

static struct db open_db(const char *dir, enum side side, const char *name)
{
	struct db d = {.side = side};
	struct err err = ERR_INIT;
	char *path = path_of(dir, side, name);
	int there = access(path, F_OK) == 0;
	if (side == VAULT) {
		struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
		struct vault_unlock unlock = {&me, NULL};
		memcpy(slot.recipient, public_key, sizeof slot.recipient);
		if ((there ? vault_open(&d.v, path, &unlock, 0, &err) : vault_create(&d.v, path, &slot, 1, &me, &err)) <
		    0)
			die(path, err.message);
		d.db = vault_db(d.v);
	} else {
		if (sqlite3_open(path, &d.db) != SQLITE_OK)
			die(path, sqlite3_errmsg(d.db));
		run(&d, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;"
		        "PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON; PRAGMA journal_size_limit=16777216;"
		        "PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema");
	}
	free(path);
	return d;
}

static void close_db(struct db *d)
{
	struct err err = ERR_INIT;
	if (d->v ? vault_close(d->v, &err) < 0 : sqlite3_close(d->db) != SQLITE_OK)
		die("cannot close", err.message);
}

static void remove_db(const char *dir, enum side side, const char *name)
{
	char *path = path_of(dir, side, name);
	unlink(path);
	free(path);
}

static void fill(const char *name, int rows, int bytes)
{
	for (int side = 0; side < SIDES; side++) {
		struct db d = open_db(folder, (enum side)side, name);
		char *sql = xasprintf("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, b BLOB);"
		                      "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < %d)"
		                      "INSERT INTO t SELECT x, x * 7, randomblob(%d) FROM i",
		                      rows, bytes);
		run(&d, sql);
		free(sql);
		close_db(&d);
	}
}

static clockid_t clock_used = CLOCK_PROCESS_CPUTIME_ID;

static double now(void)
{
	struct timespec t;
	clock_gettime(clock_used, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3_stmt *prepare(struct db *d, const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) != SQLITE_OK)
		die(sql, sqlite3_errmsg(d->db));
	return s;
}

/* ---- what is measured: seconds of one round */

static double commits_in(const char *dir, enum side side)
{
	struct db d = open_db(dir, side, "commits");
	run(&d, "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, b BLOB)");
	sqlite3_stmt *s = prepare(&d, "INSERT INTO t(n, b) VALUES(?1, zeroblob(190))");
	double start = now();
	for (int i = 0; i < size.commits; i++) {
		sqlite3_bind_int(s, 1, i);
		if (sqlite3_step(s) != SQLITE_DONE)
			die("insert", sqlite3_errmsg(d.db));
		sqlite3_reset(s);
	}
	double seconds = now() - start;
	sqlite3_finalize(s);
	close_db(&d);
	remove_db(dir, side, "commits");
	return seconds;
}

static double commits(enum side side)
{
	return commits_in(folder, side);
}

static double commits_on_disk(enum side side)
{
	return commits_in(disk_folder, side);
}

/* The transaction and the checkpoint that follows it. */
static double bulk(enum side side)
{
	struct db d = open_db(folder, side, "bulk");
	run(&d, "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, b BLOB)");
	sqlite3_stmt *s = prepare(&d, "INSERT INTO t(n, b) VALUES(?1, randomblob(190))");
	double start = now();
	run(&d, "BEGIN");
	for (int i = 0; i < size.bulk_rows; i++) {
		sqlite3_bind_int(s, 1, i);
		if (sqlite3_step(s) != SQLITE_DONE)
			die("insert", sqlite3_errmsg(d.db));
		sqlite3_reset(s);
	}
	run(&d, "COMMIT");
	double seconds = now() - start;
	sqlite3_finalize(s);
	close_db(&d);
	remove_db(folder, side, "bulk");
	return seconds;
}

static double scan_once(struct db *d)
{
	sqlite3_stmt *s = prepare(d, "SELECT sum(n), sum(length(b)) FROM t");
	double start = now();
	if (sqlite3_step(s) != SQLITE_ROW)
		die("scan", sqlite3_errmsg(d->db));
	double seconds = now() - start;
	sqlite3_finalize(s);
	return seconds;
}

/* Larger than SQLite's cache: each page comes from the file, which the kernel holds in memory. */
static double scan(enum side side)
{
	struct db d = open_db(folder, side, "big");
	scan_once(&d);
	double seconds = scan_once(&d);
	close_db(&d);
	return seconds;
}

static double reads(enum side side)
{
	struct db d = open_db(folder, side, "big");
	sqlite3_stmt *s = prepare(&d, "SELECT n, b FROM t WHERE id = ?1");
	uint32_t at = 1;
	double start = now();
	for (int i = 0; i < size.reads; i++) {
		at = at * 1664525u + 1013904223u; /* Numerical Recipes' generator: the same places on both sides */
		sqlite3_bind_int(s, 1, 1 + (int)(at % (uint32_t)size.big_rows));
		if (sqlite3_step(s) != SQLITE_ROW)
			die("read", sqlite3_errmsg(d.db));
		sqlite3_reset(s);
	}
	double seconds = now() - start;
	sqlite3_finalize(s);
	close_db(&d);
	return seconds;
}

/* Smaller than SQLite's cache: nothing is read from the file. */
static double cached(enum side side)
{
	struct db d = open_db(folder, side, "cached");
	double seconds = 0;
	scan_once(&d);
	for (int i = 0; i < 10; i++)
		seconds += scan_once(&d);
	close_db(&d);
	return seconds;
}

/* ---- rounds */

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof *values, ascending);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* The medians of both sides, and the median of each round's ratio. 1 if it is beyond the bound. */
static int compare(const char *what, double (*measure)(enum side side), double bound, int rounds, double slack)
{
	double seconds[SIDES][ROUNDS_MAX], ratio[ROUNDS_MAX];
	for (int i = 0; i < rounds; i++) {
		for (int turn = 0; turn < SIDES; turn++) {
			enum side side = (enum side)((turn + i) % SIDES);
			seconds[side][i] = measure(side);
		}
		ratio[i] = seconds[VAULT][i] / seconds[PLAIN][i];
	}
	double middle = median(ratio, rounds);
	int beyond = middle > bound * slack;
	printf("%-46s %9.1f %9.1f %7.2f %7.2f%s\n", what, median(seconds[PLAIN], rounds) * 1e3,
	       median(seconds[VAULT], rounds) * 1e3, middle, bound, beyond ? "  MISSED" : "");
	fflush(stdout);
	return beyond;
}

static int compare_all(const char *only, int rounds, double slack)
{
	static const struct {
		const char *name, *text;
		const int *count;
		double (*measure)(enum side side);
		double bound;
		int on_disk;
	} rows[] = {
	    {"disk", "%d commits, disk, elapsed time", &size.commits, commits_on_disk, 1.10, 1},
	    {"commits", "%d commits, tmpfs", &size.commits, commits, 2.3, 0},
	    {"bulk", "%d rows in one transaction", &size.bulk_rows, bulk, 1.45, 0},
	    {"scan", "warm scan of %d rows, larger than the cache", &size.big_rows, scan, 1.9, 0},
	    {"reads", "%d random reads", &size.reads, reads, 2.5, 0},
	    {"cached", "scan of %d rows in the cache, ten times", &size.cached_rows, cached, 1.05, 0},
	};
	int missed = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[64];
		if ((rows[i].on_disk && !*disk_folder) || (only && strcmp(only, rows[i].name) != 0))
			continue;
		clock_used = rows[i].on_disk ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
		sqlite3_snprintf(sizeof text, text, rows[i].text, *rows[i].count);
		int beyond = compare(text, rows[i].measure, rows[i].bound, rounds, slack);
		missed += beyond && !rows[i].on_disk; /* what a disk takes to sync is no measure of either side */
	}
	return missed;
}

static void remove_folder(const char *path)
{
	char *command = xasprintf("rm -rf '%s'", path);
	if (*path && system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", path);
	free(command);
}

int main(int argc, char **argv)
{
	int rounds = 9, missed = 0;
	double slack = 1;
	const char *disk = NULL, *only = NULL;
	unsigned char seed[crypto_sign_SEEDBYTES] = {7};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--short") == 0) {
			rounds = 3;
			slack = 2;
			size.commits = 500;
			size.bulk_rows = 20000;
			size.big_rows = 400000;
			size.reads = 10000;
		} else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
			rounds = atoi(argv[++i]);
		} else if (strcmp(argv[i], "--disk") == 0 && i + 1 < argc) {
			disk = argv[++i];
		} else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
			only = argv[++i];
		} else {
			rounds = 0;
		}
	}
	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: %s [--short] [--rounds 1…%d] [--disk DIR] [--only ROW]\n", argv[0], ROUNDS_MAX);
		return 2;
	}
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder, sizeof folder, "%s/genba-bench-XXXXXX", base);
	if (secret_setup(NULL) < 0 || !mkdtemp(folder))
		die("cannot begin", folder);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	me = (struct vault_identity){public_key, secret_key};
	if (disk) {
		snprintf(disk_folder, sizeof disk_folder, "%s/genba-bench-XXXXXX", disk);
		if (!mkdtemp(disk_folder))
			die("cannot use", disk);
	}
	if (!only || strcmp(only, "scan") == 0 || strcmp(only, "reads") == 0)
		fill("big", size.big_rows, 190);
	if (!only || strcmp(only, "cached") == 0)
		fill("cached", size.cached_rows, 190);
	printf("%-46s %9s %9s %7s %7s\n", "", "plain ms", "vault ms", "ratio", "bound");
	missed += compare_all(only, rounds, slack);
	remove_folder(folder);
	remove_folder(disk_folder);
	return missed > 0;
}
