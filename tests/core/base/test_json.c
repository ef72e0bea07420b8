/* JSON of records: one form, strictly read. Secrets in memory and catalogues of languages. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_canonical(const char *text, const char *expected)
{
	struct err err = ERR_INIT;
	json_t *value = json_parse(text, strlen(text), &err);
	if (!value)
		fail_msg("%s: %s", text, err.message);
	struct buf b = BUF_INIT;
	assert_int_equal(json_canonical(value, &b, &err), 0);
	assert_string_equal(b.data, expected);
	json_t *again = json_parse_canonical(b.data, b.len, &err);
	assert_non_null(again);
	assert_true(json_equal(value, again));
	json_decref(again);
	json_decref(value);
	buf_release(&b);
}

static void equal_values_have_one_form(void **state)
{
	(void)state;
	assert_canonical("{\"b\":1,\"a\":\"x\"}", "{\n \"a\": \"x\",\n \"b\": 1\n}\n");
	assert_canonical("{\"Z\":1,\"a\":2,\"あ\":3}", "{\n \"Z\": 1,\n \"a\": 2,\n \"あ\": 3\n}\n");
	assert_canonical("{\"a\":\"\\u611f\\u001b\\n\\\"\"}", "{\n \"a\": \"感\\u001B\\n\\\"\"\n}\n");
	assert_canonical("{\"a\":[\"x\",\"y\"]}", "{\n \"a\": [\n  \"x\",\n  \"y\"\n ]\n}\n");
	assert_canonical("{}", "{}\n");
	assert_canonical("[-9223372036854775808]", "[\n -9223372036854775808\n]\n");
}

static void what_is_loose_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
	                                  "{",
	                                  "{\"a\":1,\"a\":2}",
	                                  "{\"a\":1}x",
	                                  "{'a':1}",
	                                  "{\"a\":01}",
	                                  "[1,]",
	                                  "\"x\"",
	                                  "[\"\xff\"]",
	                                  "[\"\\ud800\"]",
	                                  "[\"\\u0000\"]",
	                                  "{\"a\\u0000b\":1}",
	                                  "[NaN]",
	                                  "[99999999999999999999]"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = ERR_INIT;
		json_t *value = json_parse(bad[i], strlen(bad[i]), &err);
		if (value)
			fail_msg("'%s' is taken", bad[i]);
		assert_true(*err.message);
	}
	assert_null(json_parse("[1]\0[2]", 7, NULL));
	static const char *const loose[] = {"{\"a\":1}", "{\n \"a\": 1\n}", "{\n \"b\": 1,\n \"a\": 1\n}\n",
	                                    "{\n \"a\": 1\n}\n\n", "{\n \"a\": 1,\n \"a\": 1\n}\n"};
	for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
		struct err err = ERR_INIT;
		assert_null(json_parse_canonical(loose[i], strlen(loose[i]), &err));
		assert_int_equal(err.code, ERR_DAMAGED);
	}
	json_t *real = json_pack("{s:f}", "a", 1.5);
	struct buf b = BUF_INIT;
	assert_int_equal(json_canonical(real, &b, NULL), -1);
	json_decref(real);
	buf_release(&b);
}

static void depth_and_size_are_bounded(void **state)
{
	(void)state;
	for (int depth = JSON_DEPTH - 1; depth <= 100000;
	     depth = depth > JSON_DEPTH ? 100000 + (depth == 100000) : depth + 1) {
		struct buf b = BUF_INIT;
		for (int i = 0; i < depth; i++)
			buf_addc(&b, '[');
		for (int i = 0; i < depth; i++)
			buf_addc(&b, ']');
		json_t *value = json_parse(b.data, b.len, NULL);
		assert_int_equal(value != NULL, depth <= JSON_DEPTH);
		json_decref(value);
		buf_release(&b);
	}
	char *large = xmalloc(JSON_LIMIT + 1);
	memset(large, ' ', JSON_LIMIT + 1);
	struct err err = ERR_INIT;
	assert_null(json_parse(large, JSON_LIMIT + 1, &err));
	assert_non_null(strstr(err.message, "at most"));
	free(large);
	assert_canonical("[\"[[[[[[{{{{\\\"[[\"]",
	                 "[\n \"[[[[[[{{{{\\\"[[\"\n]\n"); /* brackets in a string do not count */
}

static void secrets_are_read_by_the_line(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(secret_setup(&err), 0);
	static const struct {
		const char *file;
		const char *secret;
	} known[] = {{"pass\n", "pass"}, {"pass", "pass"},     {"pass\r\nmore\n", "pass"}, {"\nmore", ""},
	             {"", ""},           {" a b \n", " a b "}, {"パス\n", "パス"}};
	char path[] = "/tmp/genba-secret-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct secret s = SECRET_INIT;
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, known[i].file, strlen(known[i].file), 0), strlen(known[i].file));
		assert_int_equal(secret_read_file(&s, path, &err), 0);
		assert_string_equal(s.data, known[i].secret);
		assert_int_equal(s.len, strlen(known[i].secret));
		secret_release(&s);
		assert_null(s.data);
		secret_release(&s);
	}
	char *large = xmalloc(SECRET_LIMIT + 1);
	memset(large, 'x', SECRET_LIMIT + 1);
	struct secret s = SECRET_INIT;
	assert_int_equal(pwrite(fd, large, SECRET_LIMIT + 1, 0), SECRET_LIMIT + 1);
	assert_int_equal(secret_read_file(&s, path, &err), -1);
	assert_null(s.data);
	free(large);
	close(fd);
	unlink(path);
	err_clear(&err);
	assert_int_equal(secret_read_file(&s, path, &err), -1);
	assert_non_null(strstr(err.message, path));
}

/* A .mo file with one entry: "Notes" -> "メモ", made by hand. */
static void texts_are_looked_up(void **state)
{
	(void)state;
	unsigned char mo[64] = {0};
	const uint32_t words[] = {0x950412de, 0, 1, 28, 36, 0, 0, 5, 44, 6, 50};
	memcpy(mo, words, sizeof words);
	memcpy(mo + 44, "Notes", 6);
	memcpy(mo + 50, "メモ", 7);
	assert_string_equal(i18n_text("Notes"), "Notes");
	assert_int_equal(i18n_use(mo, 57), 0);
	assert_string_equal(i18n_text("Notes"), "メモ");
	assert_string_equal(i18n_text("Others"), "Others");
	assert_string_equal(i18n_text(""), "");
	assert_int_equal(i18n_use(mo, 27), -1); /* cut off: the old one stays */
	assert_string_equal(i18n_text("Notes"), "メモ");
	assert_int_equal(i18n_use(mo, 52), 0); /* an entry that ends outside is none */
	assert_string_equal(i18n_text("Notes"), "Notes");
	mo[0] = 0;
	assert_int_equal(i18n_use(mo, 57), -1);
	i18n_use(NULL, 0);
	static const struct {
		const char *all;
		const char *messages;
		const char *lang;
		const char *expected;
	} known[] = {
	    {NULL, NULL, NULL, "en"}, {NULL, NULL, "ja_JP.UTF-8", "ja"},    {"C", NULL, "ja_JP.UTF-8", "en"},
	    {"", "", "ja", "ja"},     {NULL, "en_US.UTF-8", "ja_JP", "en"}, {"ja_JP", "en_US", "en_US", "ja"},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
		const char *const values[] = {known[i].all, known[i].messages, known[i].lang};
		for (size_t k = 0; k < 3; k++)
			if (values[k])
				setenv(names[k], values[k], 1);
			else
				unsetenv(names[k]);
		assert_string_equal(i18n_language_from_environment(), known[i].expected);
	}
	i18n_set_language("ja");
	assert_string_equal(i18n_language(), "ja");
	i18n_set_language("fr");
	assert_string_equal(i18n_language(), "en");
}

static void names_are_sorted_copies(void **state)
{
	(void)state;
	size_t n;
	json_t *object = json_pack("{s:i s:i s:i}", "b", 1, "\xC3\xA4", 2, "a", 3);
	char **names = json_names(object, &n);
	json_object_clear(object);
	assert_int_equal(n, 3);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_string_equal(names[2], "\xC3\xA4");
	json_names_free(names, n);
	names = json_names(object, &n);
	assert_int_equal(n, 0);
	json_names_free(names, n);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_values_have_one_form), cmocka_unit_test(what_is_loose_is_refused),
	    cmocka_unit_test(depth_and_size_are_bounded), cmocka_unit_test(secrets_are_read_by_the_line),
	    cmocka_unit_test(texts_are_looked_up),        cmocka_unit_test(names_are_sorted_copies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
