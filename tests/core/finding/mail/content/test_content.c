/* What the content of files shows; the rules' own rows (look/rule_rows.def) try each of them in a mail. */
#include "finding/mail/content/seen.h"
#include "finding/mail/content/shortcut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pool pool;

static unsigned seen(enum file_format format, const char *text)
{
	return seen_in(&pool, format, text, strlen(text));
}

static void what_is_opened_shows_what_it_does(void **state)
{
	(void)state;
	assert_int_equal(seen(FORMAT_RTF, "{\\rtf1 DDEAUTO x}"), SEEN_DDE);
	assert_int_equal(seen(FORMAT_RTF, "{\\rtf1{\\*\\template http://x}}"), SEEN_TEMPLATE);
	assert_int_equal(seen(FORMAT_PDF, "%PDF /Encrypt 1 0 R"), SEEN_ENCRYPTED);
	assert_int_equal(seen(FORMAT_SVG, "<svg><script/></svg>"), SEEN_SCRIPT);
	assert_int_equal(seen(FORMAT_HTML, "<script>atob(1);a.download=1"), SEEN_SMUGGLING);
	assert_int_equal(seen(FORMAT_TEXT, "DDEAUTO /Encrypt <script>"), 0);
}

/* Whatever is cut off or is none at all shows nothing, and nothing is read beyond the end. */
static void what_is_cut_off_shows_nothing(void **state)
{
	(void)state;
	static const enum file_format formats[] = {FORMAT_OOXML, FORMAT_CFB, FORMAT_LNK, FORMAT_EXE, FORMAT_SCR};
	static const char shortcut[] = "\x4C\0\0\0................\x40\0\0\0";
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		assert_int_equal(seen_in(&pool, formats[i], "", 0), 0);
		assert_int_equal(seen(formats[i], "PK\3\4"), 0);
		assert_int_equal(seen(formats[i], "MZ"), 0);
	}
	for (size_t n = 0; n < sizeof shortcut; n++)
		assert_false(shortcut_pretends(shortcut, n));
	pool_release(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_opened_shows_what_it_does),
	    cmocka_unit_test(what_is_cut_off_shows_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
