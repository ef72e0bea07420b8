/* What a person means who looks for words. */
#include "finding/observation/searched_words.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void records_are_asked_for_what_is_meant(void **state)
{
	static const struct {
		const char *typed, *meant;
	} rows[] = {
	    {"winup", "winup"},
	    {"winup ", "winup "}, /* it is whole */
	    {"hxxp://c2[.]example/a?b=1", "c2.example/a?b=1"},
	    {"hxxps://c2(.)example", "c2.example"},
	    {"http://C2.example  JINJI\\tanaka", "C2.example JINJI\\tanaka"},
	    {"192[.]0[.]2[.]11", "192.0.2.11"},
	    {"192.0.2.0/24", "\"192.0.2.\""},
	    {"10.0.0.0/8 evil", "\"10.\" evil"},
	    {"192.0.2.11/32", "\"192.0.2.11\""},
	    {"192.0.2.0/20", "192.0.2.0/20"},
	    {"2026/11/23", "2026/11/23"},
	    {"\"hxxp://c2[.]example\"", "\"hxxp://c2[.]example\""}, /* as it stands */
	    {"\xE2\x80\x9Cnot found\xE2\x80\x9D ab", "\"not found\" ab"},
	    {"隔離　端末", "隔離 端末"},
	    {"a \"b", "a \"b\""},
	    {"http://", "http://"},
	    {"", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf meant = BUF_INIT;
		searched_records(rows[i].typed, &meant);
		assert_string_equal(meant.data, rows[i].meant);
		buf_release(&meant);
	}
}

static void what_is_not_looked_for_is_said(void **state)
{
	static const char *const said[] = {"192.0.2.0/20", "x 192.0.2.0/0", "2001:db8::/32"};
	static const char *const looked_for[] = {"192.0.2.0/24", "10.0.0.0/8", "winup",       "2026/11/23",
	                                         "a/24",         "",           "192.0.2.1/33"};
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		char *told = searched_not(said[i]);
		assert_non_null(told);
		assert_non_null(strstr(told, "is not looked for as a network"));
		free(told);
	}
	for (size_t i = 0; i < sizeof looked_for / sizeof *looked_for; i++)
		assert_null(searched_not(looked_for[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_are_asked_for_what_is_meant),
	    cmocka_unit_test(what_is_not_looked_for_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
