/* Folding: what a person takes for the same compares equal; nothing makes it fail. */
#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_folds(const char *text, const char *expected)
{
	char *folded = text_fold_dup(text);
	assert_string_equal(folded, expected);
	char *again = text_fold_dup(folded);
	assert_string_equal(again, expected);
	free(again);
	free(folded);
}

static void spellings_of_one_word_are_one(void **state)
{
	(void)state;
	assert_folds("", "");
	assert_folds("HR-PC-03", "hr-pc-03");
	assert_folds("ＨＲ－ＰＣ", "hr-pc");
	assert_folds("ｶﾝｾﾝ", "カンセン");
	assert_folds("ﾃﾞｰﾀﾌﾟ", "データプ");
	assert_folds("か\u3099ん", "がん");
	assert_folds("ハ\u309Aス", "パス");
	assert_folds("E\u0301tude", "étude");
	assert_folds("Straße", "strasse");
	assert_folds("㈱", "(株)");
	assert_folds("①", "1");
	assert_folds("感染", "感染");
	assert_folds("in\u200Bfec\u00ADted", "infected");
	assert_folds("辻\U000E0100", "辻");
	assert_folds("\u1112\u1161\u11AB", "한");
}

static void invalid_bytes_become_replacement_characters(void **state)
{
	(void)state;
	assert_folds("a\xFF"
	             "b",
	             "a\uFFFDb");
	assert_folds("\xE6\x84", "\uFFFD\uFFFD");
	assert_folds("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");
	struct buf out = BUF_INIT;
	text_fold(&out, "A\0B", 3);
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.data, "a\0b", 3);
	buf_release(&out);
}

static void clusters_cover_the_source(void **state)
{
	(void)state;
	const char *text = "A\u0301感か\u3099\xFF\u200Bｶﾞ😀\r\nz";
	struct fold fold;
	size_t at = 0;
	fold_init(&fold, text, strlen(text));
	while (fold_next(&fold)) {
		assert_int_equal(fold.start, at);
		assert_true(fold.end > fold.start);
		at = fold.end;
	}
	assert_int_equal(at, strlen(text));
}

/* Every code point alone, and between two letters: bounded output, valid UTF-8, stable when folded again. */
static void every_code_point_folds(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	for (uint32_t point = 1; point < 0x110000; point += point < 0x30000 ? 1 : 257) {
		if (point >= 0xD800 && point < 0xE000)
			continue;
		unsigned char bytes[4];
		size_t n;
		if (point < 0x80)
			bytes[0] = (unsigned char)point, n = 1;
		else if (point < 0x800)
			bytes[0] = (unsigned char)(0xC0 | point >> 6), n = 2;
		else if (point < 0x10000)
			bytes[0] = (unsigned char)(0xE0 | point >> 12), n = 3;
		else
			bytes[0] = (unsigned char)(0xF0 | point >> 18), n = 4;
		for (size_t i = 1; i < n; i++)
			bytes[i] = (unsigned char)(0x80 | (point >> (6 * (n - 1 - i)) & 0x3F));
		buf_clear(&text);
		buf_clear(&once);
		buf_clear(&twice);
		buf_addc(&text, 'x');
		buf_add(&text, bytes, n);
		buf_addc(&text, 'y');
		text_fold(&once, text.data, text.len);
		text_fold(&twice, once.data, once.len);
		if (!text_is_utf8(once.data, once.len) || once.len != twice.len ||
		    memcmp(once.data, twice.data, once.len))
			fail_msg("U+%04X", point);
	}
	buf_release(&text);
	buf_release(&once);
	buf_release(&twice);
}

static void a_pile_of_marks_is_harmless(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	buf_addc(&text, 'a');
	for (int i = 0; i < 200000; i++)
		buf_adds(&text, "\u0301");
	text_fold(&out, text.data, text.len);
	assert_true(out.len > 0 && text_is_utf8(out.data, out.len));
	buf_release(&text);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spellings_of_one_word_are_one),
	    cmocka_unit_test(invalid_bytes_become_replacement_characters),
	    cmocka_unit_test(clusters_cover_the_source),
	    cmocka_unit_test(every_code_point_folds),
	    cmocka_unit_test(a_pile_of_marks_is_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
