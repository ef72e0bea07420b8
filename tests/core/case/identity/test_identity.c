/* A responder's identity: made, unlocked, re-sealed, copied; damaged and altered files are told apart from a wrong word. */
#include "help_case.h"

#include "base/file/paths.h"
#include "base/json.h"
#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path;
static struct secret right = SECRET_INIT;
static struct secret wrong = SECRET_INIT;

static int setup(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(secret_setup(&err), 0);
	snprintf(scratch, sizeof scratch, "/tmp/genba-test-XXXXXX");
	assert_non_null(mkdtemp(scratch));
	path = xasprintf("%s/a/b/identity.json", scratch);
	secret_set(&right, "correct horse", 13);
	secret_set(&wrong, "correct hors", 12);
	if (identity_create(path, "Responder One", "R1", &right, VAULT_KDF_INTERACTIVE, &err) < 0)
		fail_msg("%s", err.message);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(path);
	secret_release(&right);
	secret_release(&wrong);
	char *command = xasprintf("rm -rf '%s'", scratch);
	int rc = system(command);
	free(command);
	return rc;
}

static int unlocks(const char *file, const struct secret *passphrase, struct err *err)
{
	struct identity *id = identity_load(file, err);
	int rc = id ? identity_unlock(id, file, passphrase, err) : -1;
	if (rc == 0) {
		assert_non_null(id->secret_key);
		identity_lock(id);
		assert_null(id->secret_key);
	}
	identity_free(id);
	return rc;
}

static void an_identity_opens_with_its_passphrase_only(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct identity *id = identity_load(path, &err);
	assert_non_null(id);
	assert_string_equal(id->name, "Responder One");
	assert_string_equal(id->mark, "R1");
	assert_null(id->secret_key);
	identity_free(id);
	assert_int_equal(unlocks(path, &right, &err), 0);
	assert_int_equal(unlocks(path, &wrong, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_int_equal(err_status(&err), 3);
	struct secret none = SECRET_INIT;
	err_clear(&err);
	assert_int_equal(unlocks(path, &none, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	assert_false(scratch_holds("correct horse"));
}

static void an_identity_is_not_overwritten(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(identity_create(path, "Other", "R2", &right, VAULT_KDF_INTERACTIVE, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	char *copy = xasprintf("%s/copy.json", scratch);
	assert_int_equal(identity_copy(path, copy, &err), 0);
	assert_int_equal(identity_copy(path, copy, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	assert_int_equal(unlocks(copy, &right, &err), 0);
	free(copy);
}

static void names_and_marks_are_checked(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "1R", "R-1", "R 1", "ABCDEFGHI", "Ｒ１", "R1\n"};
	char *other = xasprintf("%s/other.json", scratch);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = ERR_INIT;
		assert_int_equal(identity_create(other, "Name", bad[i], &right, VAULT_KDF_INTERACTIVE, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_int_equal(access(other, F_OK), -1);
	}
	struct err err = ERR_INIT;
	assert_int_equal(identity_create(other, "", "R1", &right, VAULT_KDF_INTERACTIVE, &err), -1);
	assert_int_equal(identity_create(other, "\xff", "R1", &right, VAULT_KDF_INTERACTIVE, NULL), -1);
	free(other);
}

static void the_passphrase_is_changed(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(identity_passwd(path, &wrong, &right, VAULT_KDF_INTERACTIVE, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	err_clear(&err);
	struct identity *before = identity_load(path, NULL);
	assert_int_equal(identity_passwd(path, &right, &wrong, VAULT_KDF_INTERACTIVE, &err), 0);
	assert_int_equal(unlocks(path, &wrong, &err), 0);
	assert_int_equal(unlocks(path, &right, &err), -1);
	struct identity *after = identity_load(path, NULL);
	assert_memory_equal(before->public_key, after->public_key, 32); /* the same key, sealed anew */
	identity_free(before);
	identity_free(after);
}

static void replace(const char *field, json_t *value)
{
	struct buf text = BUF_INIT;
	assert_int_equal(buf_read_file(&text, path, 100000, NULL), 0);
	json_t *file = json_parse(text.data, text.len, NULL);
	if (value)
		json_object_set_new(file, field, value);
	else
		json_object_del(file, field);
	buf_clear(&text);
	assert_int_equal(json_canonical(file, &text, NULL), 0);
	assert_int_equal(path_write_file(path, text.data, text.len, PATH_REPLACE, NULL), 0);
	json_decref(file);
	buf_release(&text);
}

static void assert_damaged(enum err_code code, const char *part)
{
	struct err err = ERR_INIT;
	assert_int_equal(unlocks(path, &right, &err), -1);
	if (err.code != code || !strstr(err.message, part))
		fail_msg("%d: %s", (int)err.code, err.message);
}

static void damage_is_told(void **state)
{
	(void)state;
	replace("salt", json_string("AAAA"));
	assert_damaged(ERR_DAMAGED, "its seal cannot be read");
	replace("ops", json_integer(1000000));
	assert_damaged(ERR_DAMAGED, "its seal cannot be read"); /* a hostile file cannot ask for hours of work */
	replace("memory", json_integer((json_int_t)1 << 40));
	assert_damaged(ERR_DAMAGED, "its seal cannot be read");
	replace("mark", json_string("R\x1b[2J"));
	assert_damaged(ERR_DAMAGED, "name, mark or public key");
	replace("name", NULL);
	assert_damaged(ERR_DAMAGED, "name, mark or public key");
	replace("format", json_string("genba-identity-3"));
	assert_damaged(ERR_FAILED, "later version");
	replace("format", json_string("something"));
	assert_damaged(ERR_DAMAGED, "not a genba identity");
	path_write_file(path, "{", 1, PATH_REPLACE, NULL);
	assert_damaged(ERR_DAMAGED, "not a genba identity");
	unlink(path);
	assert_damaged(ERR_NOT_FOUND, "genba key new");
}

static void an_altered_public_key_is_told(void **state)
{
	(void)state;
	struct identity *other = identity_ephemeral("Responder One", "R1");
	struct buf line = BUF_INIT;
	identity_public_line(other, &line);
	replace("public", json_string(line.data));
	assert_damaged(ERR_DAMAGED, "was altered");
	buf_release(&line);
	identity_free(other);
}

/* Nobody signs in another's name by editing the file; nor by calling it one of the old format. */
static void name_and_mark_are_under_the_seal(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	static const char *const fields[][2] = {{"name", "Responder Two"}, {"mark", "R2"}};
	for (int i = 0; i < 2; i++) {
		replace(fields[i][0], json_string(fields[i][1]));
		assert_damaged(ERR_UNLOCK, "altered");
		replace("format", json_string("genba-identity-1"));
		assert_damaged(ERR_UNLOCK, "altered");
		replace("format", json_string("genba-identity-2"));
		replace("name", json_string("Responder One"));
		replace("mark", json_string("R1"));
		assert_int_equal(unlocks(path, &right, &err), 0);
	}
}

static void a_flipped_seal_does_not_open(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	assert_int_equal(buf_read_file(&text, path, 100000, NULL), 0);
	char *sealed = strstr(text.data, "\"sealed\": \"");
	assert_non_null(sealed);
	sealed[20] = sealed[20] == 'A' ? 'B' : 'A';
	path_write_file(path, text.data, text.len, PATH_REPLACE, NULL);
	buf_release(&text);
	assert_damaged(ERR_UNLOCK, "wrong passphrase");
}

static void a_public_line_stays_one_line(void **state)
{
	(void)state;
	struct identity *id = identity_ephemeral("Respon\nder\x1b[2J", "R1");
	struct buf line = BUF_INIT;
	identity_public_line(id, &line);
	assert_null(strpbrk(line.data, "\n\r\x1b"));
	assert_int_equal(strncmp(line.data, "ssh-ed25519 AAAA", 16), 0);
	buf_release(&line);
	identity_free(id);
}

/* Sealed before forms were known, by the bytes of NFD with a full-width digit as they were typed. */
static const char sealed_as_typed[] =
    "{\n \"format\": \"genba-identity-2\",\n \"kdf\": \"argon2id\",\n \"mark\": \"R1\",\n \"memory\": 67108864,\n"
    " \"name\": \"Responder One\",\n \"nonce\": \"1No1QTlcx7G/54JUoq+Mx9NfwDLw880p\",\n \"ops\": 2,\n"
    " \"public\": \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFI5pkDx3djw6jrmmotubA75qodECmuVJeozn5ROHrYh "
    "Responder One (R1)\",\n \"salt\": \"iWqFwrY3TPMhBCnCAUpmog==\",\n"
    " \"sealed\": \"qbOmTAQHQbQ+LxXNeJflJUvfUvn31A12LCHUQqbkNVJS+hfeP9zl/CpUXtvSqeW0\"\n}\n";

static int unlocks_with(const char *file, const char *typed)
{
	struct secret passphrase = SECRET_INIT;
	struct err err = ERR_INIT;
	secret_set(&passphrase, typed, strlen(typed));
	int rc = unlocks(file, &passphrase, &err);
	assert_int_equal(err.code, rc == 0 ? ERR_NONE : ERR_UNLOCK);
	secret_release(&passphrase);
	return rc == 0;
}

static void a_passphrase_opens_however_its_letters_were_typed(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct secret typed = SECRET_INIT;
	char *file = xasprintf("%s/forms.json", scratch);
	secret_set(&typed, "ﾊﾟｽ\u3000１２cafe\u0301", strlen("ﾊﾟｽ\u3000１２cafe\u0301"));
	assert_int_equal(identity_create(file, "Responder One", "R1", &typed, VAULT_KDF_INTERACTIVE, &err), 0);
	assert_true(unlocks_with(file, "ﾊﾟｽ\u3000１２cafe\u0301"));
	assert_true(unlocks_with(file, "パス 12caf\u00E9"));        /* NFKC */
	assert_true(unlocks_with(file, "ハ\u309Aス 12cafe\u0301")); /* NFKD */
	assert_true(unlocks_with(file, "パス\u3000１２caf\u00E9")); /* NFC */
	assert_false(unlocks_with(file, "パス 12cafe"));
	assert_false(unlocks_with(file, "パス 12CAF\u00E9"));
	unlink(file);
	assert_int_equal(path_write_file(file, sealed_as_typed, strlen(sealed_as_typed), 0, &err), 0);
	assert_true(unlocks_with(file, "cafe\u0301１"));
	assert_true(unlocks_with(file, "caf\u00E9１"));
	assert_false(unlocks_with(file, "caf\u00E91")); /* what full-width digits sealed, they open */
	unlink(file);
	free(file);
	secret_release(&typed);
}

int main(void)
{
#define ID_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    ID_TEST(an_identity_opens_with_its_passphrase_only),
	    ID_TEST(a_passphrase_opens_however_its_letters_were_typed),
	    ID_TEST(an_identity_is_not_overwritten),
	    ID_TEST(names_and_marks_are_checked),
	    ID_TEST(the_passphrase_is_changed),
	    ID_TEST(damage_is_told),
	    ID_TEST(an_altered_public_key_is_told),
	    ID_TEST(name_and_mark_are_under_the_seal),
	    ID_TEST(a_flipped_seal_does_not_open),
	    ID_TEST(a_public_line_stays_one_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
