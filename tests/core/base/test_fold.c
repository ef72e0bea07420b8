/* Folding: what a person takes for the same compares equal; nothing makes it fail. */
#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void assert_found_as(const char *a, const char *b, int same)
{
	char *x = text_fold_for_find_dup(a);
	char *y = text_fold_for_find_dup(b);
	if ((strcmp(x, y) == 0) != same)
		fail_msg("'%s' is '%s', '%s' is '%s'", a, x, b, y);
	free(x);
	free(y);
}

static void variants_are_one_for_a_search(void **state)
{
	(void)state;
	static const char *const same[][2] = {
	    {"髙橋", "高橋"},       {"山﨑", "山崎"},      {"文學", "文学"},
	    {"渡邉", "渡辺"},       {"渡邊", "渡辺"},      {"𠮷田", "吉田"},
	    {"濱田", "浜田"},       {"黒澤", "黒沢"},      {"廣島縣", "広島県"},
	    {"サーバー", "サーバ"}, {"ｻｰﾊﾞｰ", "さーばー"}, {"ユーザーアカウント", "ユーザアカウント"},
	    {"がいち", "ガイチ"},   {"霞ヶ関", "霞ケ関"},  {"naïve", "NAIVE"},
	    {"Łódź", "lodz"},       {"Straße", "strasse"}, {"Ёлка", "елка"},
	    {"Ä\u0301", "a"},       {"鬭", "闘"},          {"舘", "館"},
	    {"乱", "亂"},           {"黙", "默"},          {"齢", "齡"},
	};
	static const char *const different[][2] = {
	    {"がいち", "かいち"}, {"パス", "バス"}, {"担当", "栃当"}, {"斉藤", "斎藤"}, {"埼玉", "崎玉"}, {"a1", "a2"},
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_found_as(same[i][0], same[i][1], 1);
	for (size_t i = 0; i < sizeof different / sizeof *different; i++)
		assert_found_as(different[i][0], different[i][1], 0);
	assert_folds("髙橋サーバー", "髙橋サーバー"); /* what is told apart stays apart */
}

/* Folding for a search what was folded for one changes nothing: no class leads into another. */
static void a_search_folds_once(void **state)
{
	(void)state;
	for (uint32_t point = 0x80; point < 0x30000; point++) {
		char text[8] = {0};
		if ((point >= 0xD800 && point < 0xE000) || (point >= 0xAC00 && point < 0xD7A4))
			continue;
		if (point < 0x800)
			snprintf(text, sizeof text, "%c%c", (int)(0xC0 | point >> 6), (int)(0x80 | (point & 0x3F)));
		else if (point < 0x10000)
			snprintf(text, sizeof text, "%c%c%c", (int)(0xE0 | point >> 12),
			         (int)(0x80 | (point >> 6 & 0x3F)), (int)(0x80 | (point & 0x3F)));
		else
			snprintf(text, sizeof text, "%c%c%c%c", (int)(0xF0 | point >> 18),
			         (int)(0x80 | (point >> 12 & 0x3F)), (int)(0x80 | (point >> 6 & 0x3F)),
			         (int)(0x80 | (point & 0x3F)));
		char *once = text_fold_for_find_dup(text);
		char *twice = text_fold_for_find_dup(once);
		if (strcmp(once, twice) != 0 || !text_is_utf8(once, strlen(once)))
			fail_msg("U+%04X: '%s', then '%s'", point, once, twice);
		free(once);
		free(twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spellings_of_one_word_are_one),
	    cmocka_unit_test(invalid_bytes_become_replacement_characters),
	    cmocka_unit_test(clusters_cover_the_source),
	    cmocka_unit_test(every_code_point_folds),
	    cmocka_unit_test(a_pile_of_marks_is_harmless),
	    cmocka_unit_test(variants_are_one_for_a_search),
	    cmocka_unit_test(a_search_folds_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
