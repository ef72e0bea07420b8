/*
 * A log as somebody with the file's key could make it: the input says, frame by
 * frame, what is written, and each is sealed. Opening must come to an end, and
 * what opens must read.
 */
#include "base/err.h"
#include "base/secret.h"
#include "vault/vault_private.h"

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *path, *log_path;
static struct vault_identity me;
static unsigned char public_key[32], secret_key[64];
static unsigned char *file, *log_bytes;
static size_t file_size, log_size_bytes;
static struct cipher_keys *keys;

static unsigned char *load(const char *name, size_t *n)
{
	FILE *f = fopen(name, "rb");
	if (!f)
		abort();
	unsigned char *bytes = xmalloc(1 << 20);
	*n = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static void store(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(name, "wb");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		abort();
}

static void remove_all(void)
{
	cipher_keys_free(keys);
	unlink(path);
	unlink(log_path);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	rmdir(path);
}

/* A case that was killed, and its keys. */
static void prepare(void)
{
	unsigned char seed[crypto_sign_SEEDBYTES] = {7};
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	struct vault *v;
	char folder[] = "/dev/shm/genba-fuzz-XXXXXX";
	if (secret_setup(NULL) < 0 || !mkdtemp(folder))
		abort();
	path = xasprintf("%s/log.genba", folder);
	log_path = xasprintf("%s-wal", path);
	atexit(remove_all);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	me = (struct vault_identity){public_key, secret_key};
	memcpy(slot.recipient, public_key, sizeof public_key);
	if (vault_create(&v, path, &slot, 1, &me, NULL) < 0)
		abort();
	sqlite3_exec(vault_db(v),
	             "CREATE TABLE t(a, b); INSERT INTO t VALUES(1, zeroblob(9000)); INSERT INTO t VALUES(2, 3)", NULL,
	             NULL, NULL);
	file = load(path, &file_size);
	log_bytes = load(log_path, &log_size_bytes);
	keys = cipher_keys_new();
	memcpy(keys, v->keys, offsetof(struct cipher_keys, pool));
	vault_close(v, NULL);
}

/* Rewrites the plain text of a frame as the input says, and seals it again. */
static void change_frame(unsigned char *log, uint32_t frame, const uint8_t *how)
{
	unsigned char text[FRAME_SIZE], *block = log + layout_frame_offset(frame);
	if (cipher_open(keys, CIPHER_FRAME, frame, text, block, FRAME_TEXT) < 0)
		return;
	unsigned at = how[0] % 8 < 6 ? how[1] % FRAME_HEADER : (unsigned)(how[1] | how[2] << 8) % FRAME_TEXT;
	text[at] = how[3];
	if (how[0] & 0x40)
		cipher_seal(keys, CIPHER_FRAME, frame + 1, block, text, FRAME_TEXT); /* at a wrong place */
	else
		cipher_seal(keys, CIPHER_FRAME, frame, block, text, FRAME_TEXT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vault_unlock unlock = {&me, NULL};
	struct vault *v;
	if (!file)
		prepare();
	uint32_t frames = (uint32_t)((log_size_bytes - WAL_HEADER) / FRAME_SIZE);
	unsigned char *log = xmalloc(log_size_bytes);
	memcpy(log, log_bytes, log_size_bytes);
	for (size_t i = 0; i + 4 <= size && i < 64; i += 4)
		change_frame(log, 1 + data[i] / 8 % frames, data + i);
	store(path, file, file_size);
	store(log_path, log, size > 0 && data[size - 1] < 64 ? log_size_bytes - data[size - 1] * 100u : log_size_bytes);
	for (unsigned flags = VAULT_READ_ONLY;; flags |= VAULT_TOLERANT) {
		if (vault_open(&v, path, &unlock, flags, NULL) == 0) {
			vault_check(v, NULL, NULL, NULL, NULL);
			sqlite3_exec(vault_db(v), "SELECT sum(length(b)) FROM t", NULL, NULL, NULL);
			vault_close(v, NULL);
		}
		if (flags & VAULT_TOLERANT)
			break;
	}
	if (vault_open(&v, path, &unlock, 0, NULL) == 0) {
		sqlite3_exec(vault_db(v), "INSERT INTO t VALUES(4, 5)", NULL, NULL, NULL);
		vault_close(v, NULL);
	}
	free(log);
	return 0;
}
