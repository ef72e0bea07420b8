#include "help_vault.h"

#include "base/buf.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct person alice, bob;

static void make_person(struct person *p, unsigned char seed_byte)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	memset(seed, seed_byte, sizeof seed);
	crypto_sign_seed_keypair(p->public_key, p->secret_key, seed);
	p->identity.public_key = p->public_key;
	p->identity.secret_key = p->secret_key;
}

void people_init(void)
{
	assert_true(sodium_init() >= 0);
	make_person(&alice, 1);
	make_person(&bob, 2);
}

struct vault_new_slot slot_for(const struct person *p)
{
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	memcpy(slot.recipient, p->public_key, sizeof slot.recipient);
	return slot;
}

static char scratch[256];

void scratch_begin(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(scratch, sizeof scratch, "%s/genba-vault-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(scratch));
}

void scratch_end(void)
{
	char *command = xasprintf("rm -rf '%s'", scratch);
	assert_int_equal(system(command), 0);
	free(command);
}

const char *scratch_path(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
	return path;
}

struct vault *new_vault(const char *path)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_new_slot slot = slot_for(&alice);
	if (vault_create(&v, path, &slot, 1, &alice.identity, &err) < 0)
		fail_msg("vault_create: %s", err.message);
	return v;
}

static int open_as_alice(struct vault **v, const char *path, unsigned flags, struct err *err)
{
	struct vault_unlock unlock = {&alice.identity, NULL};
	return vault_open(v, path, &unlock, flags, err);
}

struct vault *open_vault(const char *path, unsigned flags)
{
	struct err err = ERR_INIT;
	struct vault *v;
	if (open_as_alice(&v, path, flags, &err) < 0)
		fail_msg("vault_open: %s", err.message);
	return v;
}

int try_open(const char *path, unsigned flags, struct err *err)
{
	struct vault *v;
	err_clear(err);
	if (open_as_alice(&v, path, flags, err) < 0)
		return -1;
	close_vault(v);
	return 0;
}

void close_vault(struct vault *v)
{
	struct err err = ERR_INIT;
	if (vault_close(v, &err) < 0)
		fail_msg("vault_close: %s", err.message);
}

void sql(struct vault *v, const char *text)
{
	char *message = NULL;
	if (sqlite3_exec(vault_db(v), text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s (%s)", text, message, vault_last_fault(v) ? vault_last_fault(v) : "no fault");
}

int64_t sql_int(struct vault *v, const char *query)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(vault_db(v), query, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(vault_db(v)));
	if (sqlite3_step(s) != SQLITE_ROW)
		fail_msg("%s: %s", query, sqlite3_errmsg(vault_db(v)));
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

unsigned char *file_load(const char *path, size_t *n)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	if (buf_read_file(&b, path, (size_t)1 << 30, &err) < 0)
		fail_msg("%s", err.message);
	return (unsigned char *)buf_take(&b, n);
}

void file_store(const char *path, const unsigned char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
}

int file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

void file_flip(const char *path, int64_t offset, unsigned char mask)
{
	unsigned char byte;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= mask;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}
