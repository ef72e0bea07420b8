/* Who can open a case: passphrases, recipients, forged headers and slots, revoking by writing anew. */
#include "help_vault.h"

#include "vault/vault_private.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
	(void)state;
	people_init();
	scratch_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_end();
	return 0;
}

static struct secret secret_of(const char *text)
{
	struct secret s = SECRET_INIT;
	secret_set(&s, text, strlen(text));
	return s;
}

static int open_with(const char *path, const struct person *p, const char *passphrase, struct err *err)
{
	struct vault *v;
	struct secret s = passphrase ? secret_of(passphrase) : (struct secret)SECRET_INIT;
	struct vault_unlock unlock = {p ? &p->identity : NULL, passphrase ? &s : NULL};
	err_clear(err);
	int rc = vault_open(&v, path, &unlock, 0, err);
	if (rc == 0)
		close_vault(v);
	secret_release(&s);
	return rc;
}

static void test_passphrase(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct vault *v;
	const char *path = scratch_path("pass.genba");
	struct secret s = secret_of("open sesame");
	struct vault_new_slot slot = {.type = VAULT_SLOT_PASSPHRASE, .passphrase = &s, .kdf = VAULT_KDF_INTERACTIVE};
	assert_int_equal(vault_create(&v, path, &slot, 1, NULL, &err), 0);
	struct vault_slot slots[VAULT_SLOTS];
	assert_int_equal(vault_slots(v, slots), 1);
	assert_int_equal(slots[0].type, VAULT_SLOT_PASSPHRASE);
	assert_int_equal(slots[0].kdf_kib, 64 * 1024);
	assert_int_equal(slots[0].kdf_passes, 2);
	close_vault(v);
	assert_int_equal(open_with(path, NULL, "open sesame", &err), 0);
	assert_int_equal(open_with(path, &bob, "open sesame", &err), 0);
	assert_int_equal(open_with(path, NULL, "open sesam", &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_string_equal(err.message, "no slot opens with this passphrase");
	assert_int_equal(open_with(path, NULL, "", &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_int_equal(open_with(path, &bob, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_int_equal(open_with(path, NULL, NULL, &err), -1);
	assert_int_equal(err_status(&err), 3);
	struct vault_unlock unlock = {NULL, &s};
	err_clear(&err);
	assert_int_equal(vault_open(&v, path, &unlock, VAULT_READ_ONLY, &err), 0);
	assert_int_equal(vault_report(v)->signature, VAULT_UNSIGNED);
	close_vault(v);
	secret_release(&s);
}

static void test_add(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("add.genba");
	struct vault *v = new_vault(path);
	assert_int_equal(open_with(path, &bob, NULL, &err), -1); /* open elsewhere */
	close_vault(v);
	assert_int_equal(open_with(path, &bob, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	v = open_vault(path, 0);
	err_clear(&err);
	struct vault_new_slot slot = slot_for(&bob);
	assert_int_equal(vault_slot_add(v, &slot, &alice.identity, &err), 0);
	struct vault_slot slots[VAULT_SLOTS];
	assert_int_equal(vault_slots(v, slots), 2);
	assert_true(slots[0].opened_by && !slots[1].opened_by);
	assert_true(slots[1].recipient_known);
	assert_memory_equal(slots[1].recipient, bob.public_key, 32);
	while (vault_slots(v, slots) < VAULT_SLOTS)
		assert_int_equal(vault_slot_add(v, &slot, &bob.identity, &err), 0);
	assert_int_equal(vault_slot_add(v, &slot, &bob.identity, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	close_vault(v);
	assert_int_equal(open_with(path, &bob, NULL, &err), 0);
	v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->header_sequence, VAULT_SLOTS);
	assert_int_equal(vault_report(v)->signature, VAULT_SIGNED_GOOD);
	assert_memory_equal(vault_report(v)->signer, bob.public_key, 32);
	assert_int_equal(vault_check(v, NULL, NULL, NULL, NULL), 0);
	close_vault(v);
}

static void test_passphrases_cost_too_much(void **state)
{
	(void)state;
	unsigned char header[HEADER_SIZE] = {0}, slots[10 * SLOT_SIZE] = {0};
	struct err err = ERR_INIT;
	struct cipher_keys *keys = cipher_keys_new();
	for (int i = 0; i < 10; i++) {
		unsigned char *slot = slots + i * SLOT_SIZE;
		slot[0] = VAULT_SLOT_PASSPHRASE;
		slot[1] = 1;
		bytes_put_be32(slot + 4, 4);
		bytes_put_be32(slot + 8, 1024 * 1024);
	}
	header_build(header, keys, 1, slots, 8, NULL);
	assert_int_equal(header_judge(header, &err), HEADER_GOOD);
	header_build(header, keys, 1, slots, 9, NULL);
	assert_int_equal(header_judge(header, &err), HEADER_DAMAGED);
	assert_non_null(strstr(err.message, "too much work"));
	cipher_keys_free(keys);
}

/* ---- hostile headers ---- */

/* Writes a header into both copies as somebody can who has no key: with a fitting plain digest. */
static void store_header(const char *path, unsigned char *header)
{
	size_t n;
	unsigned char *file = file_load(path, &n);
	crypto_generichash(header + HEADER_SIZE - 32, 32, header, HEADER_SIZE - 32, NULL, 0);
	memcpy(file, header, HEADER_SIZE);
	memcpy(file + HEADER_SIZE, header, HEADER_SIZE);
	file_store(path, file, n);
	free(file);
}

static void expect_refused(const char *path, unsigned char *header, enum err_code code, const char *words)
{
	struct err err = ERR_INIT;
	store_header(path, header);
	assert_int_equal(open_with(path, &alice, "any", &err), -1);
	if (err.code != code || !strstr(err.message, words))
		fail_msg("code %d: %s", (int)err.code, err.message);
}

static void test_hostile_header(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("hostile.genba");
	close_vault(new_vault(path));
	size_t n;
	unsigned char *file = file_load(path, &n), header[HEADER_SIZE];
	enum { SLOT = 192 };
#define FRESH() memcpy(header, file, HEADER_SIZE)
	FRESH();
	header[9] = 2;
	expect_refused(path, header, ERR_FAILED, "later version");
	FRESH();
	header[10] = 7;
	expect_refused(path, header, ERR_FAILED, "later version");
	FRESH();
	header[11] = 200;
	expect_refused(path, header, ERR_DAMAGED, "200 slots");
	FRESH();
	header[11] = 2;
	expect_refused(path, header, ERR_DAMAGED, "number");
	FRESH();
	header[SLOT] = 9;
	expect_refused(path, header, ERR_DAMAGED, "malformed");
	FRESH();
	header[180] = 1;
	expect_refused(path, header, ERR_DAMAGED, "field");
	/* 64 GiB, and 2^32 passes: refused at once, not tried */
	FRESH();
	memset(header + SLOT, 0, SLOT_SIZE);
	header[SLOT] = VAULT_SLOT_PASSPHRASE;
	header[SLOT + 1] = 1;
	bytes_put_be32(header + SLOT + 4, 1);
	bytes_put_be32(header + SLOT + 8, 64U << 20);
	expect_refused(path, header, ERR_DAMAGED, "refused");
	bytes_put_be32(header + SLOT + 4, UINT32_MAX);
	bytes_put_be32(header + SLOT + 8, 8);
	expect_refused(path, header, ERR_DAMAGED, "refused");
	/* a slot made by somebody without the key, for a key of his own: it opens, and the header does not fit */
	FRESH();
	struct cipher_keys *own = cipher_keys_new();
	struct vault_new_slot slot = slot_for(&alice);
	memcpy(own->id, header + 16, FILE_ID);
	memset(own->data, 5, CIPHER_KEY_SIZE);
	cipher_derive(own);
	assert_int_equal(slot_make(header + SLOT, &slot, own, &err), 0);
	expect_refused(path, header, ERR_DAMAGED, "forged");
	cipher_keys_free(own);
	/* unchanged, it still opens */
	FRESH();
	store_header(path, header);
	assert_int_equal(open_with(path, &alice, NULL, &err), 0);
	free(file);
#undef FRESH
}

static void test_slot_of_another_file(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	size_t n, m;
	const char *one = scratch_path("slot1.genba"), *two = scratch_path("slot2.genba");
	close_vault(new_vault(one));
	close_vault(new_vault(two));
	unsigned char *a = file_load(one, &n), *b = file_load(two, &m);
	memcpy(a + 192, b + 192, SLOT_SIZE);
	store_header(one, a);
	assert_int_equal(open_with(one, &alice, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	free(a);
	free(b);
}

/* A holder of the key can write any header; whose signature it bears is what tells. */
static void test_signature(void **state)
{
	(void)state;
	const char *path = scratch_path("signed.genba");
	struct vault *v = new_vault(path);
	unsigned char header[HEADER_SIZE];
	memcpy(header, v->header, HEADER_SIZE);
	header_build(header, v->keys, 2, header_slot(v->header, 0), 1, &bob.identity);
	close_vault(v);
	store_header(path, header);
	v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->signature, VAULT_SIGNED_GOOD);
	assert_memory_equal(vault_report(v)->signer, bob.public_key, 32);
	struct vault_identity mixed = {alice.public_key, bob.secret_key};
	header_build(header, v->keys, 3, header_slot(v->header, 0), 1, &mixed);
	close_vault(v);
	store_header(path, header);
	v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->signature, VAULT_SIGNED_BAD);
	assert_true(vault_check(v, NULL, NULL, NULL, NULL) > 0);
	close_vault(v);
}

static void test_old_header_put_back(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("oldheader.genba");
	struct vault_new_slot slot = slot_for(&bob);
	struct vault *v = new_vault(path);
	close_vault(v);
	size_t n;
	unsigned char *old = file_load(path, &n);
	v = open_vault(path, 0);
	assert_int_equal(vault_slot_add(v, &slot, &alice.identity, &err), 0);
	close_vault(v);
	v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->header_stale, 0);
	close_vault(v);
	store_header(path, old);
	free(old);
	v = open_vault(path, VAULT_READ_ONLY);
	assert_int_equal(vault_report(v)->header_stale, 1);
	assert_true(vault_check(v, NULL, NULL, NULL, NULL) > 0);
	close_vault(v);
}

/* ---- writing anew ---- */

static void fill(struct vault *v)
{
	sql(v, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);"
	       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
	       "INSERT INTO t SELECT i, hex(randomblob(30)) FROM n; DELETE FROM t WHERE a % 3 = 0");
}

static void test_rotate(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("from.genba"), *to = scratch_path("to.genba");
	struct vault_new_slot slot = slot_for(&bob);
	struct vault *v = new_vault(path), *w;
	fill(v);
	assert_int_equal(vault_rotate(v, to, &slot, 1, &alice.identity, NULL, &err), 0);
	sql(v, "INSERT INTO t VALUES(100000, 'still writable')");
	assert_int_equal(vault_rotate(v, to, &slot, 1, &alice.identity, NULL, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	struct vault_unlock unlock = {&bob.identity, NULL};
	err_clear(&err);
	assert_int_equal(vault_open(&w, to, &unlock, 0, &err), 0);
	assert_memory_not_equal(vault_file_id(v), vault_file_id(w), VAULT_ID);
	assert_memory_not_equal(v->keys->data, w->keys->data, CIPHER_KEY_SIZE);
	assert_int_equal(vault_report(w)->unclean, 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM t"), 2000);
	assert_int_equal(sql_int(w, "SELECT sum(a) FROM t"), sql_int(v, "SELECT sum(a) FROM t WHERE a < 100000"));
	sql(w, "INSERT INTO t VALUES(100000, 'writable too')");
	assert_int_equal(vault_check(w, NULL, NULL, NULL, NULL), 0);
	close_vault(w);
	close_vault(v);
	char *command = xasprintf("! ls '%s'.*.part 2>/dev/null", to);
	assert_int_equal(system(command), 0);
	free(command);
	assert_int_equal(open_with(to, &alice, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
}

static int cancel(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

static void test_remove(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("revoke.genba");
	struct secret s = secret_of("recovery");
	struct vault_new_slot slots[] = {
	    slot_for(&alice),
	    slot_for(&bob),
	    {.type = VAULT_SLOT_PASSPHRASE, .passphrase = &s, .kdf = VAULT_KDF_INTERACTIVE}};
	struct vault *v;
	assert_int_equal(vault_create(&v, path, slots, 3, &alice.identity, &err), 0);
	fill(v);
	unsigned char id[VAULT_ID];
	memcpy(id, vault_file_id(v), VAULT_ID);
	assert_int_equal(vault_slot_remove(v, 7, &s, VAULT_KDF_INTERACTIVE, &alice.identity, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(vault_slot_remove(v, 1, NULL, VAULT_KDF_INTERACTIVE, &alice.identity, NULL, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	err_clear(&err);
	struct progress impatient = {cancel, NULL};
	assert_int_equal(vault_slot_remove(v, 1, &s, VAULT_KDF_INTERACTIVE, &alice.identity, &impatient, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	sql(v, "INSERT INTO t VALUES(200000, 'cancelled: still the old file')");
	err_clear(&err);
	assert_int_equal(vault_slot_remove(v, 1, &s, VAULT_KDF_INTERACTIVE, &alice.identity, NULL, &err), 0);
	assert_int_not_equal(sqlite3_exec(vault_db(v), "DELETE FROM t", NULL, NULL, NULL), SQLITE_OK);
	close_vault(v);
	assert_int_equal(open_with(path, &bob, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_int_equal(open_with(path, NULL, "recovery", &err), 0);
	v = open_vault(path, 0);
	assert_memory_not_equal(vault_file_id(v), id, VAULT_ID);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM t"), 2001);
	struct vault_slot left[VAULT_SLOTS];
	assert_int_equal(vault_slots(v, left), 2);
	close_vault(v);
	secret_release(&s);
}

/* A slot as it was made before forms were known: by the bytes that were typed. */
static void make_slot_as_typed(unsigned char slot[SLOT_SIZE], const char *typed, const struct cipher_keys *keys)
{
	unsigned char associated[FILE_ID + 32];
	unsigned char key[CIPHER_KEY_SIZE];
	unsigned char *nonce = slot + 64;
	memset(slot, 0, SLOT_SIZE);
	slot[0] = VAULT_SLOT_PASSPHRASE;
	slot[1] = 1;
	bytes_put_be32(slot + 4, 1);
	bytes_put_be32(slot + 8, 8192);
	randombytes_buf(slot + 16, 16);
	assert_int_equal(crypto_pwhash_argon2id(key, sizeof key, typed, strlen(typed), slot + 16, 1, 8192 * 1024,
	                                        crypto_pwhash_argon2id_ALG_ARGON2ID13),
	                 0);
	memcpy(associated, keys->id, FILE_ID);
	memcpy(associated + FILE_ID, slot, 32);
	randombytes_buf(nonce, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(slot + 32, nonce + NONCE_SIZE, NULL, keys->data,
	                                                    CIPHER_KEY_SIZE, associated, sizeof associated, NULL, nonce,
	                                                    key);
}

static int slot_opens(const unsigned char *slot, const struct cipher_keys *of, const char *typed)
{
	struct cipher_keys *keys = secret_alloc(sizeof *keys);
	struct secret s = secret_of(typed);
	memset(keys, 0, sizeof *keys);
	memcpy(keys->id, of->id, FILE_ID);
	int rc = slot_open_passphrase(slot, &s, keys);
	int opens = rc == 0 && memcmp(keys->data, of->data, CIPHER_KEY_SIZE) == 0;
	secret_release(&s);
	secret_free(keys);
	return opens;
}

static void test_forms_of_a_passphrase(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct cipher_keys *keys = secret_alloc(sizeof *keys);
	unsigned char slot[SLOT_SIZE];
	memset(keys, 0, sizeof *keys);
	randombytes_buf(keys->id, FILE_ID);
	randombytes_buf(keys->data, CIPHER_KEY_SIZE);
	make_slot_as_typed(slot, "cafe\u0301１", keys);
	assert_true(slot_opens(slot, keys, "cafe\u0301１"));
	assert_true(slot_opens(slot, keys, "caf\u00E9１"));
	assert_false(slot_opens(slot, keys, "caf\u00E91"));
	make_slot_as_typed(slot, "caf\u00E9", keys);
	assert_true(slot_opens(slot, keys, "cafe\u0301"));
	make_slot_as_typed(slot, "not UTF-8: \xE9", keys);
	assert_true(slot_opens(slot, keys, "not UTF-8: \xE9"));
	struct secret s = secret_of("ﾊﾟｽ１");
	struct vault_new_slot want = {.type = VAULT_SLOT_PASSPHRASE, .passphrase = &s, .kdf = VAULT_KDF_INTERACTIVE};
	assert_int_equal(slot_make(slot, &want, keys, &err), 0);
	assert_true(slot_opens(slot, keys, "パス1"));
	assert_true(slot_opens(slot, keys, "ハ\u309Aス１"));
	assert_false(slot_opens(slot, keys, "パス2"));
	secret_release(&s);
	secret_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_passphrase),
	    cmocka_unit_test(test_forms_of_a_passphrase),
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_passphrases_cost_too_much),
	    cmocka_unit_test(test_hostile_header),
	    cmocka_unit_test(test_slot_of_another_file),
	    cmocka_unit_test(test_signature),
	    cmocka_unit_test(test_old_header_put_back),
	    cmocka_unit_test(test_rotate),
	    cmocka_unit_test(test_remove),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
