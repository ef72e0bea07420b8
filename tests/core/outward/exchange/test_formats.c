/* The forms in which a case goes out: a row each, found by its name, that asks the request for its options. */
#include "core/case/help_case.h"
#include "outward/formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *picture; /* --what */

static const char *option_of(const void *options, const char *name)
{
	(void)options;
	return strcmp(name, "what") == 0 ? picture : NULL;
}

static int write_form(const char *name, const char *word, const char *path, struct buf *out, struct err *err)
{
	struct buf told = BUF_INIT;
	const char *words[] = {word, path};
	const struct exchange_format *format = format_find(name);
	assert_non_null(format);
	assert_int_equal(format->words, word != NULL);
	struct format_request request = {.c = the_case,
	                                 .words = word ? words : words + 1,
	                                 .path = path,
	                                 .option = option_of,
	                                 .out = out,
	                                 .told = &told};
	int rc = format->write(&request, err);
	buf_release(&told);
	return rc;
}

static void every_form_is_found_once(void **state)
{
	(void)state;
	static const char *const names[] = {"git", "csv", "svg", "stix", "misp", "timesketch"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct exchange_format *format = format_find(names[i]);
		assert_non_null(format);
		assert_string_equal(format->name, names[i]);
		assert_non_null(format->write);
	}
	assert_null(format_find("sv"));
	assert_null(format_find(""));
}

static void a_list_goes_to_standard_output(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	add("asset", "hostname==PC-1");
	assert_int_equal(write_form("csv", "asset", "-", &out, &err), 0);
	assert_int_equal(strncmp(out.data, "label,", 6), 0);
	assert_non_null(strstr(out.data, "\r\nR1-A1,"));
	assert_non_null(strstr(out.data, "'=PC-1")); /* no formula */
	assert_int_equal(write_form("csv", "drone", "-", &out, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	buf_release(&out);
}

static void a_picture_says_which_there_are(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/picture.svg", scratch);
	picture = "moon";
	assert_int_equal(write_form("svg", NULL, path, NULL, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(access(path, F_OK), -1);
	picture = NULL;
	err_clear(&err);
	assert_int_equal(write_form("svg", NULL, path, NULL, &err), 0);
	assert_int_equal(access(path, F_OK), 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_found_once),
	    cmocka_unit_test_setup_teardown(a_list_goes_to_standard_output, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_picture_says_which_there_are, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
