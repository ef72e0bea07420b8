/* Text of image headers in a code page that nobody names. */
#include "base/codepage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void decodes(const char *bytes, enum codepage page, const char *text)
{
	struct buf is = BUF_INIT;
	size_t n = strlen(bytes);
	assert_int_equal(codepage_guess(bytes, n), page);
	codepage_decode(page, bytes, n, &is);
	assert_string_equal(is.data, text);
	buf_release(&is);
}

static void what_bytes_can_be(void **state)
{
	(void)state;
	decodes("case 12", CODEPAGE_UTF8, "case 12");
	decodes("ケース", CODEPAGE_UTF8, "ケース");
	decodes("\x83P\x81[\x83X"
	        "12",
	        CODEPAGE_JAPANESE, "ケース12");
	decodes("\x92S\x93\x96\x8e\xd2", CODEPAGE_JAPANESE, "担当者");
	decodes("\xb9\xcf\xdb\xbb\xdc", CODEPAGE_JAPANESE, "ｹﾏﾛｻﾜ");
	decodes("C\xe9"
	        "sar M\xfcller",
	        CODEPAGE_WESTERN, "César Müller");
	decodes("Caf\xe9", CODEPAGE_WESTERN, "Café");
	decodes("pi\xe8"
	        "ces \xe0 conviction, 100\x80",
	        CODEPAGE_WESTERN, "pièces à conviction, 100€");
	decodes("\x92quote\x92 \x81", CODEPAGE_WESTERN, "’quote’ \xEF\xBF\xBD");
}

static void every_byte_comes_back(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct buf bytes = BUF_INIT;
	/* Windows-1256 of 0x80 … 0x86 and of some letters */
	assert_int_equal(codepage_undo("€پ‚ƒ„…†é", &bytes), 0);
	assert_string_equal(bytes.data, "\x80\x81\x82\x83\x84\x85\x86\xe9");
	assert_int_equal(codepage_undo("漢", &text), -1);
	buf_release(&bytes);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_bytes_can_be),
	    cmocka_unit_test(every_byte_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
