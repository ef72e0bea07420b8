/*
 * One flipped bit: in a database at rest, and in one whose log was left by a
 * kill, of the vault and of plain SQLite side by side. Each time the database
 * is opened, all of it is read, and it is asked to check itself.
 *
 *     flip_campaign [--count N] [--seed N]
 *
 * The vault may refuse, fail with an error, or tell of damage it could repair;
 * with a log it may also drop and report the last transaction. It must never
 * show wrong data or be silent, and must name the page: else exit status 1.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "vault/layout.h"
#include "vault/vault.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMITS = 12, ROWS = 300 };

enum outcome {
	REFUSED,  /* does not open, and says why */
	ERROR,    /* opens; reading or checking fails */
	TOLD,     /* all data, and the damage is told */
	TORN,     /* the last transaction dropped, and told */
	UNNAMED,  /* an error that does not name the page: of the vault, counted as a failure */
	UNHARMED, /* all data, and no word */
	LOST,     /* an earlier state, and no word */
	WRONG,    /* what never was */
	OUTCOMES,
};

static const char *const outcome_text[OUTCOMES] = {
    [REFUSED] = "refused at opening, with the reason",
    [ERROR] = "error when read or checked",
    [TOLD] = "all data, damage told and repaired",
    [TORN] = "last transaction dropped, and told",
    [UNNAMED] = "error that does not name the page",
    [UNHARMED] = "all data, not a word",
    [LOST] = "commits lost, not a word",
    [WRONG] = "wrong data, not a word",
};

static char folder[256], *path, *log_path;
static struct vault_identity me;
static unsigned char public_key[32], secret_key[64];

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "flip_campaign: %s: %s\n", what, detail);
	exit(2);
}

static uint64_t draw(uint64_t *state, uint64_t below)
{
	/* xorshift64*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators" */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1dU >> 32) % below;
}

/* ---- either side */

struct db {
	sqlite3 *db;
	struct vault *v; /* NULL: plain */
};

static int open_side(struct db *d, int vault, int create, struct err *err)
{
	struct vault_unlock unlock = {&me, NULL};
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	memset(d, 0, sizeof *d);
	if (!vault) {
		if (sqlite3_open(path, &d->db) != SQLITE_OK ||
		    sqlite3_exec(d->db,
		                 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA cell_size_check=ON",
		                 NULL, NULL, NULL) != SQLITE_OK) {
			err_set(err, ERR_DAMAGED, "%s", sqlite3_errmsg(d->db));
			sqlite3_close(d->db);
			return -1;
		}
		return 0;
	}
	memcpy(slot.recipient, public_key, sizeof slot.recipient);
	if ((create ? vault_create(&d->v, path, &slot, 1, &me, err) : vault_open(&d->v, path, &unlock, 0, err)) < 0)
		return -1;
	d->db = vault_db(d->v);
	return 0;
}

static void close_side(struct db *d)
{
	if (d->v)
		vault_close(d->v, NULL);
	else
		sqlite3_close(d->db);
}

/* A digest of all that is stored; -1 if it cannot be read. */
static int read_all(struct db *d, uint64_t *digest)
{
	crypto_generichash_state state;
	unsigned char out[16];
	sqlite3_stmt *s = NULL;
	crypto_generichash_init(&state, NULL, 0, sizeof out);
	int rc = sqlite3_prepare_v2(d->db, "SELECT id || ' ' || n || ' ' || b FROM t ORDER BY id", -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		if (rc == SQLITE_ROW && sqlite3_column_text(s, 0))
			crypto_generichash_update(&state, sqlite3_column_text(s, 0),
			                          (size_t)sqlite3_column_bytes(s, 0) + 1);
	}
	sqlite3_finalize(s);
	crypto_generichash_final(&state, out, sizeof out);
	memcpy(digest, out, sizeof *digest);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* ---- the database in its two states */

struct image {
	struct buf file, log;
	uint64_t digest[COMMITS + 1]; /* after each commit */
};

static void load(struct buf *b, const char *name)
{
	if (access(name, F_OK) == 0 && buf_read_file(b, name, (size_t)1 << 28, NULL) < 0)
		die("cannot read", name);
}

static void store(const char *name, const struct buf *b)
{
	FILE *f = fopen(name, "wb");
	if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0)
		die("cannot write", name);
}

static void make_images(int vault, struct image *rest, struct image *hot)
{
	struct db d;
	struct err err = ERR_INIT;
	char *sql = xasprintf("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, b TEXT);"
	                      "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < %d)"
	                      "INSERT INTO t SELECT x, x, hex(randomblob(300)) FROM i",
	                      ROWS);
	unlink(path);
	unlink(log_path);
	memset(rest, 0, sizeof *rest);
	memset(hot, 0, sizeof *hot);
	if (open_side(&d, vault, 1, &err) < 0 || sqlite3_exec(d.db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("cannot make the database", err.message);
	free(sql);
	read_all(&d, &rest->digest[COMMITS]);
	close_side(&d);
	load(&rest->file, path);
	if (open_side(&d, vault, 0, &err) < 0 || read_all(&d, &hot->digest[0]) < 0)
		die("cannot open the database", err.message);
	for (int i = 1; i <= COMMITS; i++) {
		char change[128];
		snprintf(change, sizeof change, "UPDATE t SET n = n + 1 WHERE id %% %d = 0; ", i + 3);
		if (sqlite3_exec(d.db, change, NULL, NULL, NULL) != SQLITE_OK || read_all(&d, &hot->digest[i]) < 0)
			die("cannot change the database", sqlite3_errmsg(d.db));
	}
	load(&hot->file, path); /* what a kill leaves */
	load(&hot->log, log_path);
	close_side(&d);
}

/* ---- one bit */

static void first_finding(void *ctx, const char *text)
{
	char *first = ctx;
	if (!*first)
		snprintf(first, 512, "%.500s", text);
}

/* What the database says of itself when asked. 0: nothing is wrong. */
static int self_check(struct db *d, char text[512])
{
	if (d->v)
		return vault_check(d->v, NULL, first_finding, text, NULL) != 0;
	sqlite3_stmt *s = NULL;
	int bad = sqlite3_prepare_v2(d->db, "PRAGMA integrity_check", -1, &s, NULL) != SQLITE_OK ||
	          sqlite3_step(s) != SQLITE_ROW || strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0;
	sqlite3_finalize(s);
	return bad;
}

static enum outcome judge_data(const struct image *i, uint64_t digest, int told, int dropped)
{
	if (digest == i->digest[COMMITS])
		return told ? TOLD : UNHARMED;
	if (dropped && digest == i->digest[COMMITS - 1])
		return TORN;
	for (int k = 0; k < COMMITS; k++)
		if (digest == i->digest[k])
			return LOST;
	return WRONG;
}

static enum outcome judge_opened(struct db *d, const struct image *i, char said[512])
{
	uint64_t digest;
	int told = 0, dropped = 0;
	if (d->v) {
		const struct vault_report *r = vault_report(d->v);
		dropped = r->torn_frames > 0 || r->unfinished_frames > 0;
		told = r->header_damaged || r->anchor_damaged || dropped;
	}
	if (read_all(d, &digest) < 0) {
		const char *fault = d->v ? vault_last_fault(d->v) : sqlite3_errmsg(d->db);
		snprintf(said, 512, "%.500s", fault ? fault : "");
		return ERROR;
	}
	return self_check(d, said) ? ERROR : judge_data(i, digest, told, dropped);
}

/* Whether the message names the page or frame in which the byte lies. */
static int names(const char *said, int in_log, size_t offset)
{
	char want[64];
	if (!in_log && offset < PAGES_OFFSET)
		return 1;
	if (in_log)
		snprintf(want, sizeof want, "frame %zu",
		         offset < WAL_HEADER ? 1 : (offset - WAL_HEADER) / FRAME_SIZE + 1);
	else
		snprintf(want, sizeof want, "page %zu ", (offset - PAGES_OFFSET) / PAGE_SIZE + 1);
	return strstr(said, want) != NULL;
}

static enum outcome flip(int vault, struct image *i, uint64_t *random)
{
	size_t offset = (size_t)draw(random, i->file.len + i->log.len);
	int in_log = offset >= i->file.len;
	struct buf *target = in_log ? &i->log : &i->file;
	offset -= in_log ? i->file.len : 0;
	unsigned char mask = (unsigned char)(1u << draw(random, 8));
	struct err err = ERR_INIT;
	struct db d;
	char said[512] = "";
	enum outcome outcome = REFUSED;
	target->data[offset] = (char)((unsigned char)target->data[offset] ^ mask);
	store(path, &i->file);
	if (i->log.len > 0)
		store(log_path, &i->log);
	else
		unlink(log_path);
	if (open_side(&d, vault, 0, &err) < 0) {
		snprintf(said, sizeof said, "%.500s", err.message);
	} else {
		outcome = judge_opened(&d, i, said);
		close_side(&d);
	}
	target->data[offset] = (char)((unsigned char)target->data[offset] ^ mask);
	if (vault && (outcome == REFUSED || outcome == ERROR) && !names(said, in_log, offset)) {
		fprintf(stderr, "%s, byte %zu: %s\n", in_log ? "log" : "file", offset, said);
		outcome = UNNAMED;
	}
	return outcome;
}

int main(int argc, char **argv)
{
	unsigned long count = 2000, seed = 1, table[4][OUTCOMES] = {{0}};
	const char *base = getenv("TMPDIR");
	unsigned char seed_bytes[crypto_sign_SEEDBYTES] = {7};
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--count") == 0)
			count = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoul(argv[i + 1], NULL, 10);
	}
	snprintf(folder, sizeof folder, "%s/genba-flip-XXXXXX", base ? base : "/tmp");
	if (secret_setup(NULL) < 0 || !mkdtemp(folder))
		die("cannot begin", folder);
	path = xasprintf("%s/db", folder);
	log_path = xasprintf("%s-wal", path);
	crypto_sign_seed_keypair(public_key, secret_key, seed_bytes);
	me = (struct vault_identity){public_key, secret_key};
	for (int vault = 0; vault < 2; vault++) {
		struct image image[2]; /* at rest; with a log */
		uint64_t random = seed * 2 + 1;
		make_images(vault, &image[0], &image[1]);
		for (int hot = 0; hot < 2; hot++)
			for (unsigned long k = 0; k < count; k++)
				table[hot * 2 + vault][flip(vault, &image[hot], &random)]++;
		for (int i = 0; i < 2; i++) {
			buf_release(&image[i].file);
			buf_release(&image[i].log);
		}
	}
	printf("%-38s %21s %21s\n%-38s %10s %10s %10s %10s\n", "One bit flipped", "at rest", "with a log", "", "SQLite",
	       "vault", "SQLite", "vault");
	for (int o = 0; o < OUTCOMES; o++)
		printf("%-38s %10lu %10lu %10lu %10lu\n", outcome_text[o], table[0][o], table[1][o], table[2][o],
		       table[3][o]);
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	free(path);
	free(log_path);
	for (int o = UNNAMED; o < OUTCOMES; o++)
		/* with a log, a page of the file may be damaged that the log writes anew: nothing is wrong then */
		if (table[1][o] > 0 || (table[3][o] > 0 && o != UNHARMED))
			return 1;
	return rc != 0;
}
