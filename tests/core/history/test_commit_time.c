/* The time of a commit is what its signer wrote: what no calendar of ours has is refused, what it has is shown exactly. */
#include "help_history.h"

#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *time, struct commit_text *c, struct err *err)
{
	char *raw = xasprintf("tree 0123456789abcdef0123456789abcdef01234567\n"
	                      "author One <R1@case> %s\ncommitter One <R1@case> %s\n\nsubject\n",
	                      time, time);
	int rc = commit_text_parse(c, raw, strlen(raw), err);
	free(raw);
	return rc;
}

static void times_beyond_32_bits_are_exact(void **state)
{
	static const struct {
		const char *time, *text;
	} known[] = {
	    {"0 +0000", "1970-01-01T00:00:00+00:00"},           {"2147483648 +0000", "2038-01-19T03:14:08+00:00"},
	    {"4294967295 +0900", "2106-02-07T15:28:15+09:00"},  {"4294967296 +0900", "2106-02-07T15:28:16+09:00"},
	    {"4294967297 -0330", "2106-02-07T02:58:17-03:30"},  {"99999999999 +1400", "5138-11-16T23:46:39+14:00"},
	    {"253402300799 +0000", "9999-12-31T23:59:59+00:00"}};
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct commit_text c;
		struct err err = ERR_INIT;
		char text[CLOCK_TEXT];
		if (parse(known[i].time, &c, &err) < 0)
			fail_msg("%s: %s", known[i].time, err.message);
		clock_format(c.when, text);
		assert_string_equal(text, known[i].text);
		commit_text_release(&c);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {
	    "-1 +0000",
	    "-4294967296 +0000",
	    "253402300800 +0000",
	    "9223372036854775807 +0000",
	    "9223372036854775808 +0000", /* strtoll() would make it the one before */
	    "99999999999999999999999 +0000",
	    "-9223372036854775808 +0000",
	    " 1 +0000",
	    "+1 +0000",
	    "0x10 +0000",
	    "1e9 +0000",
	    "1 0000",
	    "1 *0000",
	    "1 +2500",
	    "1 +9999",
	    "1 -0060",
	    "1 +00000",
	    "1",
	    "",
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct commit_text c;
		struct err err = ERR_INIT;
		if (parse(wrong[i], &c, &err) == 0)
			fail_msg("'%s' was taken for a time", wrong[i]);
		assert_int_equal(err.code, ERR_DAMAGED);
		assert_non_null(strstr(err.message, "author"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_beyond_32_bits_are_exact),
	    cmocka_unit_test(what_is_no_time_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
