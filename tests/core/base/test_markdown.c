/* Text in Markdown: no mark acts, and of no address a link is made. */
#include "base/buf.h"
#include "base/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void becomes(const char *text, const char *wanted)
{
	struct buf out = BUF_INIT;
	markdown_add(&out, text, strlen(text), "\\*[].");
	assert_string_equal(out.data ? out.data : "", wanted);
	buf_release(&out);
}

static void marks_do_not_act(void **state)
{
	(void)state;
	becomes("", "");
	becomes("a*b [c] \\", "a\\*b \\[c\\] \\\\");
	becomes("1. 2.5", "1\\. 2.5");
}

static void no_link_is_made(void **state)
{
	(void)state;
	becomes("see http://evil.example/a, HTTPS://evil.example",
	        "see http\\://evil.example/a, HTTPS\\://evil.example");
	becomes("ftp://evil.example", "ftp\\://evil.example");
	becomes("www.evil.example WWW.evil.example", "www\\.evil.example WWW\\.evil.example");
	becomes("from taro@mail.example", "from taro\\[at\\]mail.example");
	becomes("a@-b.example a@_b.example", "a\\[at\\]-b.example a\\[at\\]_b.example");
	becomes("@home a @b C:\\x @", "@home a @b C:\\\\x @"); /* none of these is an address */
	becomes("://", "\\://");
	becomes("www.", "www\\.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_do_not_act),
	    cmocka_unit_test(no_link_is_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
