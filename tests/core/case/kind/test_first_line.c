/* The line that stands for a text of several: one in which something stands. */
#include "base/buf.h"
#include "case/kind/first_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void becomes(const char *text, const char *wanted)
{
	struct buf out = BUF_INIT;
	buf_adds(&out, text);
	first_line_keep(&out);
	assert_string_equal(out.data, wanted);
	buf_release(&out);
}

static void what_stands_first_is_kept(void **state)
{
	(void)state;
	becomes("", "");
	becomes("one", "one");
	becomes("one\n", "one");
	becomes("one\ntwo", "one …");
	becomes("one\n \n\t", "one");
	becomes("\none", "one");
	becomes("\n \r\n  one \ntwo\n", "  one  …");
	becomes("\n\n", "");
	becomes("一行目\n二行目", "一行目 …");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stands_first_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
