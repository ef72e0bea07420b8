/* Hostile bytes made harmless, and how wide what is left is. */
#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_prints_bytes(const void *bytes, size_t n, unsigned flags, const char *expected)
{
	struct buf b = BUF_INIT;
	printable_add(&b, bytes, n, flags);
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

static void assert_prints(const char *text, const char *expected)
{
	assert_prints_bytes(text, strlen(text), PRINTABLE_LINE, expected);
}

static void ordinary_text_stays(void **state)
{
	(void)state;
	assert_prints("", "");
	assert_prints("HR-PC-03 ~!@#$%^&*()", "HR-PC-03 ~!@#$%^&*()");
	assert_prints("感染した端末を隔離（現場）。", "感染した端末を隔離（現場）。");
	assert_prints("ｶﾞｷﾞ ＨＲ ① ㎡ é ß Ω я ก 한", "ｶﾞｷﾞ ＨＲ ① ㎡ é ß Ω я ก 한");
	assert_prints("👍 𠮷野家", "👍 𠮷野家");             /* beyond the basic plane */
	assert_prints("か\xE3\x82\x99", "か\xE3\x82\x99"); /* が as some file systems spell it */
}

static void controls_are_shown(void **state)
{
	(void)state;
	assert_prints("\x1b]0;owned\x07", "\\x1b]0;owned\\x07");
	assert_prints("a\nb\tc\rd\x7f", "a\\nb\\tc\\rd\\x7f");
	assert_prints_bytes("a\0b", 3, PRINTABLE_LINE, "a\\x00b");
	for (int c = 1; c < 0x20; c++) {
		char one[2] = {(char)c, '\0'};
		char expected[8];
		snprintf(expected, sizeof expected, "\\x%02x", c);
		if (c != '\n' && c != '\t' && c != '\r')
			assert_prints(one, expected);
	}
	for (int c = 0x80; c < 0xA0; c++) { /* C1 in UTF-8: 0x9B is a CSI to some terminals */
		char two[3] = {'\xC2', (char)c, '\0'};
		char expected[8];
		snprintf(expected, sizeof expected, "\\x%02x", c);
		assert_prints(two, expected);
	}
	assert_prints_bytes("a\nb\tc\r\x1b", 7, PRINTABLE_KEEP_NEWLINES, "a\nb c\\r\\x1b");
}

static void bytes_that_are_no_text_are_shown(void **state)
{
	(void)state;
	assert_prints("\xff\xfe", "\\xff\\xfe");
	assert_prints("a\x80z", "a\\x80z");
	assert_prints("\xC0\x80", "\\xc0\\x80");                   /* overlong NUL */
	assert_prints("\xE0\x80\xAF", "\\xe0\\x80\\xaf");          /* overlong slash */
	assert_prints("\xED\xA0\x80", "\\xed\\xa0\\x80");          /* surrogate */
	assert_prints("\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
	assert_prints("\xE6\x84", "\\xe6\\x84");                   /* cut in the middle */
	assert_prints("\x8A\xB4\x90\xF5", "\\x8a\\xb4\\x90\\xf5"); /* 感染 in CP932 */
}

static void what_deceives_a_reader_is_shown(void **state)
{
	(void)state;
	static const unsigned harmful[] = {
	    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x200B, 0x200C, 0x200D,  0x200E,  0x200F,  0x2028,
	    0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068,  0x2069,  0x206A,  0x3164,
	    0xFEFF, 0xFFA0, 0xFE0F, 0xFFF9, 0xE000, 0xF8FF, 0xFDD0, 0xFFFE, 0x0378, 0xE0001, 0xE0041, 0xF0000, 0x10FFFF,
	};
	for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++) {
		unsigned c = harmful[i];
		char text[8];
		size_t n = 0;
		if (c >= 0x10000) {
			text[n++] = (char)(0xF0 | c >> 18);
			text[n++] = (char)(0x80 | (c >> 12 & 63));
		} else if (c >= 0x800) {
			text[n++] = (char)(0xE0 | c >> 12);
		} else {
			text[n++] = (char)(0xC0 | c >> 6);
		}
		if (c >= 0x800)
			text[n++] = (char)(0x80 | (c >> 6 & 63));
		text[n++] = (char)(0x80 | (c & 63));
		char expected[16];
		snprintf(expected, sizeof expected, "<U+%04X>", c);
		assert_prints_bytes(text, n, PRINTABLE_LINE, expected);
	}
	assert_prints("invoice\xE2\x80\xAE"
	              "fdp.exe",
	              "invoice<U+202E>fdp.exe");
}

static void piles_of_marks_are_cut(void **state)
{
	(void)state;
	assert_prints("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81");
	assert_prints("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81<U+0301>");
	assert_prints("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81"
	              "f\xCC\x81",
	              "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81"
	              "f\xCC\x81");
}

/* A mark must not sit on what stands before the text: a border, a label, another column. */
static void a_mark_has_a_base_of_its_own(void **state)
{
	(void)state;
	assert_prints("\xCC\x81x", "<U+0301>x");
	assert_prints("a\n\xCC\x81x", "a\\n\xCC\x81x");
	assert_prints_bytes("a\n\xCC\x81x", 5, PRINTABLE_KEEP_NEWLINES, "a\n<U+0301>x");
	assert_prints_bytes("\xE3\x82\x99", 3, PRINTABLE_KEEP_NEWLINES, "<U+3099>");
}

static void assert_wide(const char *text, size_t cells)
{
	if (text_width(text) != cells)
		fail_msg("'%s' is %zu cells wide, not %zu", text, text_width(text), cells);
}

static void width_is_that_of_the_screen(void **state)
{
	(void)state;
	assert_wide("", 0);
	assert_wide("abc", 3);
	assert_wide("感染", 4);
	assert_wide("ｶﾞ", 2);   /* half-width kana */
	assert_wide("ＨＲ", 4); /* full-width letters */
	assert_wide("か\xE3\x82\x99", 2);
	assert_wide("e\xCC\x81", 1);
	assert_wide("한글", 4);
	assert_wide("👍", 2);
	assert_wide("𠮷", 2);
	assert_wide("、。「」", 8);
	assert_wide("…",
	            1); /* ambiguous: narrow, as wcwidth() of this system and every UTF-8 terminal without CJK mode */
	assert_wide("①", 1);
	assert_wide("α", 1);
	assert_wide("─│", 2);
	assert_wide("→", 1);
	assert_int_equal(text_width_n("感染", 3), 2);
}

static void assert_fits(const char *text, size_t cells, const char *expected, size_t expected_used)
{
	size_t used = 99;
	size_t taken = text_fit(text, cells, &used);
	char *part = xstrndup(text, taken);
	assert_string_equal(part, expected);
	assert_int_equal(used, expected_used);
	free(part);
}

static void text_is_fitted(void **state)
{
	(void)state;
	assert_fits("abc", 2, "ab", 2);
	assert_fits("abc", 9, "abc", 3);
	assert_fits("感染", 3, "感", 2);
	assert_fits("感染", 1, "", 0);
	assert_fits("感染", 0, "", 0);
	assert_fits("e\xCC\x81x", 1, "e\xCC\x81", 1); /* the mark stays with its character */
	assert_fits("", 5, "", 0);
}

static void assert_pads(const char *text, size_t cells, const char *expected)
{
	struct buf b = BUF_INIT;
	text_pad(&b, text, cells);
	assert_string_equal(b.data, expected);
	assert_int_equal(text_width(b.data), cells);
	buf_release(&b);
}

static void text_is_padded(void **state)
{
	(void)state;
	assert_pads("ab", 4, "ab  ");
	assert_pads("感染", 5, "感染 ");
	assert_pads("感染", 4, "感染");
	assert_pads("感染した", 5, "感染…");
	assert_pads("感染した", 4, "感… ");
	assert_pads("感染", 1, "…");
	assert_pads("abc", 0, "");
	assert_pads("abc", 1, "…");
	assert_pads("", 3, "   ");
}

static void assert_wraps(const char *text, size_t cells, size_t indent, const char *expected)
{
	struct buf b = BUF_INIT;
	text_wrap(&b, text, cells, indent);
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

static void text_is_wrapped(void **state)
{
	(void)state;
	assert_wraps("", 10, 0, "");
	assert_wraps("the quick brown fox", 10, 0, "the quick\nbrown fox");
	assert_wraps("the quick brown fox", 10, 2, "the quick\n  brown fox");
	assert_wraps("abcdefghij", 4, 0, "abcd\nefgh\nij");
	assert_wraps("感染した端末を隔離", 8, 0, "感染した\n端末を隔\n離");
	assert_wraps("感染した。隔離", 8, 0, "感染し\nた。隔離"); /* 。 does not begin a line */
	assert_wraps("a\nb\n\nc", 4, 1, "a\n b\n\n c");
	assert_wraps("感", 1, 0, "感");
	assert_wraps("abcd    ", 4, 0, "abcd"); /* blanks at the end do not stand out */
	assert_wraps("abcd    efgh", 4, 0, "abcd\nefgh");
	assert_wraps("  ab", 4, 0, "  ab");
}

static void utf8_is_told_from_bytes(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("感染", 6));
	assert_false(text_is_utf8("感染", 5));
	assert_false(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xff", 1));
	assert_false(text_is_utf8("\xED\xA0\x80", 3));
	assert_false(text_is_utf8("\xC0\x80", 2));
}

/* Nothing a terminal could act on, whatever the bytes; printing what is printable changes nothing. */
static void any_bytes_are_harmless(void **state)
{
	(void)state;
	uint32_t random = 7;
	for (int round = 0; round < 3000; round++) {
		unsigned char bytes[64];
		for (size_t i = 0; i < sizeof bytes; i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (unsigned char)(random >> 24);
			if ((random >> 16 & 3) == 0)
				bytes[i] = (unsigned char)"\xE2\x80\xAE\x1b\x9b\xCC"[(random >> 8) % 6];
		}
		struct buf once = BUF_INIT;
		printable_add(&once, bytes, sizeof bytes, PRINTABLE_LINE);
		assert_true(text_is_utf8(once.data, once.len));
		for (size_t i = 0; i < once.len; i++)
			assert_true((unsigned char)once.data[i] >= 0x20 && once.data[i] != 0x7F);
		assert_null(strstr(once.data, "\xC2\x9b"));
		assert_null(strstr(once.data, "\xE2\x80\xAE"));
		char *twice = printable_dup(once.data);
		assert_string_equal(twice, once.data);
		free(twice);
		buf_release(&once);
	}
}

/* Words that are cut to a length end behind a letter. */
static void a_cut_keeps_letters_whole(void **state)
{
	static const char text[] = "a日本";
	static const size_t kept[] = {0, 1, 1, 1, 4, 4, 4, 7, 7};
	(void)state;
	for (size_t most = 0; most < sizeof kept / sizeof *kept; most++) {
		char out[16];
		assert_int_equal(text_whole(text, strlen(text), most), kept[most]);
		text_copy(out, most + 1, text);
		assert_int_equal(strlen(out), kept[most]);
		assert_memory_equal(out, text, kept[most]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_text_stays),
	    cmocka_unit_test(controls_are_shown),
	    cmocka_unit_test(bytes_that_are_no_text_are_shown),
	    cmocka_unit_test(what_deceives_a_reader_is_shown),
	    cmocka_unit_test(piles_of_marks_are_cut),
	    cmocka_unit_test(a_mark_has_a_base_of_its_own),
	    cmocka_unit_test(width_is_that_of_the_screen),
	    cmocka_unit_test(text_is_fitted),
	    cmocka_unit_test(text_is_padded),
	    cmocka_unit_test(text_is_wrapped),
	    cmocka_unit_test(utf8_is_told_from_bytes),
	    cmocka_unit_test(any_bytes_are_harmless),
	    cmocka_unit_test(a_cut_keeps_letters_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
