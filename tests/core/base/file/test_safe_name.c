/*
 * What may become part of a path.
 */
#include "base/file/safe_name.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_refused(void **state)
{
	static const char *const bad[] = {"",     ".",     "..",       "../identity.json",
	                                  "a/b",  "a.b",   "-rf",      "a b",
	                                  "a\nb", "a\x7f", "\xc3\xa9", "R1_A1",
	                                  "~",    "a:b",   "C\\x",     "a%00",
	                                  "*",    "$HOME", "R1-A1 ",   "a\xe2\x80\xae"};
	char longest[SAFE_NAME_LIMIT + 2];
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = ERR_INIT;
		assert_false(safe_name_check(bad[i]));
		assert_null(safe_name(bad[i], &err));
		assert_int_equal(err.code, ERR_DAMAGED);
	}
	assert_false(safe_name_check(NULL));
	memset(longest, 'a', sizeof longest);
	longest[SAFE_NAME_LIMIT + 1] = '\0';
	assert_false(safe_name_check(longest));
	longest[SAFE_NAME_LIMIT] = '\0';
	assert_true(safe_name_check(longest));
}

static void test_let_in(void **state)
{
	static const char *const good[] = {"R1-A1", "case", "a", "0", "4f0c9a52-2f6c-4a43-9a59-0b5d6f4b9a10", "x--"};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_ptr_equal(safe_name(good[i], NULL), good[i]);
}

static void test_made(void **state)
{
	static const char *const made[][2] = {{"../home/.config/autostart/x", "home-config-autostart-x"},
	                                      {"R1-A1", "R1-A1"},
	                                      {"...", "none"},
	                                      {"", "none"},
	                                      {"a  b\n", "a-b"},
	                                      {"-rf", "rf"}};
	char longer[3 * SAFE_NAME_LIMIT];
	(void)state;
	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		char *name = safe_name_from(made[i][0], "none");
		assert_string_equal(name, made[i][1]);
		assert_true(safe_name_check(name));
		free(name);
	}
	char *name = safe_name_from(longer, "none");
	assert_true(safe_name_check(name));
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused), cmocka_unit_test(test_let_in),
	                                   cmocka_unit_test(test_made)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
