#include "crash_workload.h"

#include "vault/vault_private.h"

#include <sodium.h>
#include <string.h>

static struct vault_identity identity;
static unsigned char public_key[32], secret_key[64];

void workload_begin(void)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES] = {7};
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	identity = (struct vault_identity){public_key, secret_key};
}

int workload_run(struct vault *v, const char *sql)
{
	return sqlite3_exec(vault_db(v), sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

int workload_checkpoint(struct vault *v, int mode)
{
	return sqlite3_wal_checkpoint_v2(vault_db(v), "main", mode, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

/* In the order of the workload. Beside SQL there are the words that start with '.'. Each step is one transaction. */
const char *const workload[WORKLOAD_STEPS] = {
    ".create",
    "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, n INTEGER, b BLOB)",
    WORKLOAD_ROWS(1, 12, 900),
    "UPDATE t SET n = n + 1 WHERE id = 3",
    "UPDATE t SET n = n + 1 WHERE id = 4",
    ".checkpoint",
    "UPDATE t SET n = n + 1 WHERE id = 5",
    /* a rollback after a spill leaves frames that the next transaction overwrites */
    "BEGIN; UPDATE t SET n = n + 100, b = zeroblob(1500); " WORKLOAD_ROWS(50, 20, 1200) "; ROLLBACK",
    "UPDATE t SET n = n + 1 WHERE id = 6",
    "UPDATE t SET n = n + 1 WHERE id = 6",
    ".slot",
    /* pages written twice in one transaction are rewritten in place in the log */
    "BEGIN; " WORKLOAD_ROWS(20, 25, 1000) "; UPDATE t SET n = n + 1; UPDATE t SET n = n + 2; COMMIT",
    "UPDATE t SET n = n + 1 WHERE id = 30",
    "BEGIN; " WORKLOAD_ROWS(
        60, 5, 800) "; SAVEPOINT s; UPDATE t SET n = -n; ROLLBACK TO s; UPDATE t SET n = 5 WHERE id = 2; COMMIT",
    "BEGIN; UPDATE t SET b = zeroblob(2000); ROLLBACK",
    ".checkpoint",
    "DELETE FROM t WHERE id > 40",
    ".checkpoint",
    "UPDATE t SET n = n + 1 WHERE id = 7",
    "VACUUM",
    ".checkpoint",
    "UPDATE t SET n = n + 1 WHERE id = 8",
    ".reopen",
    "UPDATE t SET n = n + 1 WHERE id = 9",
    ".slot",
    "UPDATE t SET n = n + 1 WHERE id = 10",
    ".truncate",
    WORKLOAD_ROWS(100, 15, 2500),
    ".reopen",
    "BEGIN; DELETE FROM t WHERE id BETWEEN 10 AND 105; " WORKLOAD_ROWS(200, 6, 3000) "; COMMIT",
    ".checkpoint",
    "UPDATE t SET n = n + 1 WHERE id = 1",
    "UPDATE t SET n = n + 1",
    ".reopen",
    /* revoking and rotating write a new file over this one; the log is not empty when they begin */
    "UPDATE t SET n = n + 1 WHERE id = 2",
    ".remove",
    ".reopen",
    "UPDATE t SET n = n + 1 WHERE id = 3",
    ".reopen",
    "UPDATE t SET n = n + 1",
    ".rotate",
    ".reopen",
    ".slot",
    "UPDATE t SET n = n + 1 WHERE id = 4",
};
_Static_assert(sizeof workload / sizeof *workload == WORKLOAD_STEPS, "the header counts them");

/* A cache so small that transactions spill; and VACUUM, which a vault does not offer, shortens the file. */
static void provoke(struct vault *v)
{
	workload_run(v, "PRAGMA cache_size=8");
	sqlite3_limit(vault_db(v), SQLITE_LIMIT_ATTACHED, 1);
}

int workload_open(struct vault **v, struct crashfs *fs, struct err *err)
{
	struct vault_unlock unlock = {&identity, NULL};
	int rc = vault_open_over(v, crashfs_vfs(fs), WORKLOAD_CASE, &unlock, 0, err);
	if (rc == 0)
		provoke(*v);
	return rc;
}

static struct vault_new_slot own_slot(void)
{
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	memcpy(slot.recipient, public_key, sizeof slot.recipient);
	return slot;
}

int workload_step(struct vault **v, struct crashfs *fs, const char *step)
{
	struct vault_new_slot slot = own_slot();
	if (strcmp(step, ".create") == 0) {
		if (vault_create_over(v, crashfs_vfs(fs), WORKLOAD_CASE, &slot, 1, &identity, NULL) < 0)
			return -1;
		provoke(*v);
		return 0;
	}
	if (strcmp(step, ".checkpoint") == 0)
		return workload_checkpoint(*v, SQLITE_CHECKPOINT_PASSIVE);
	if (strcmp(step, ".truncate") == 0)
		return workload_checkpoint(*v, SQLITE_CHECKPOINT_TRUNCATE);
	if (strcmp(step, ".slot") == 0)
		return vault_slot_add(*v, &slot, &identity, NULL);
	if (strcmp(step, ".remove") == 0)
		return vault_slot_remove(*v, 1, NULL, VAULT_KDF_INTERACTIVE, &identity, NULL, NULL);
	if (strcmp(step, ".rotate") == 0)
		return vault_rotate(*v, WORKLOAD_CASE, &slot, 1, &identity, NULL, NULL);
	if (strcmp(step, ".reopen") == 0) {
		int rc = vault_close(*v, NULL);
		*v = NULL;
		return rc == 0 ? workload_open(v, fs, NULL) : -1;
	}
	return workload_run(*v, step);
}
