/* Labels by their form: one or two letters; what old cases have is read as it was. */
#include "case/identity/label.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *label, *mark, *letters;
	long number;
};

static void labels_are_split(void **state)
{
	(void)state;
	static const struct row rows[] = {
	    {"R1-A12", "R1", "A", 12}, {"R1-FD3", "R1", "FD", 3}, {"sato-Z999999999", "sato", "Z", 999999999}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char mark[MARK_TEXT];
		char letters[LABEL_LETTERS];
		char label[LABEL_TEXT];
		long number;
		assert_true(label_split(rows[i].label, mark, letters, &number));
		assert_string_equal(mark, rows[i].mark);
		assert_string_equal(letters, rows[i].letters);
		assert_int_equal(number, rows[i].number);
		label_write(label, mark, letters, number);
		assert_string_equal(label, rows[i].label);
	}
}

static void nothing_else_is_one(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",           "case",      "R1",     "R1-",    "R1-A",           "R1-FD",   "R1-12",
	    "R1-FDX1",    "R1-A0",     "R1-A01", "R1-a1",  "R1-Fd1",         "R1-FD1x", "-A1",
	    "1R-A1",      "R1-A1-2",   "R1--A1", " R1-A1", "R1-A1234567890", "R1-F D1", "ABCDEFGHI-A1",
	    "X-1a2b3c4d", "X-ab345678"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char mark[MARK_TEXT] = "same";
		char letters[LABEL_LETTERS] = "S";
		long number = 7;
		if (label_split(bad[i], mark, letters, &number))
			fail_msg("'%s' was taken for a label", bad[i]);
		assert_string_equal(mark, "same");
		assert_string_equal(letters, "S");
		assert_int_equal(number, 7);
	}
}

static void what_a_person_types_is_looser(void **state)
{
	(void)state;
	static const char *const meant[] = {"R1-A1", "r1-a1", "R1-FD12", "R1-A0012", "Q!-A1"};
	static const char *const names[] = {"Tokyo-Branch", "Unit-42", "PC-ab12", "PC-Ab12", "case", "A-ABC1", "-A1"};
	for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
		assert_true(label_is_meant(meant[i]));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_false(label_is_meant(names[i]));
}

static void columns_are_those_of_old_cases(void **state)
{
	(void)state;
	static const struct row rows[] = {
	    {"R1-A12", "R1", NULL, 12},  {"R1-FD3", "R1", NULL, 3},          {"case", "", NULL, 0},
	    {"X-1a2b3c4d", "", NULL, 0}, {"X-a2345678", "X", NULL, 2345678}, {"X-ab345678", "", NULL, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char mark[MARK_TEXT];
		int64_t number;
		label_columns(rows[i].label, mark, &number);
		assert_string_equal(mark, rows[i].mark);
		assert_int_equal(number, rows[i].number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(labels_are_split),
	    cmocka_unit_test(nothing_else_is_one),
	    cmocka_unit_test(what_a_person_types_is_looser),
	    cmocka_unit_test(columns_are_those_of_old_cases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
