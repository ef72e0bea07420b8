/* The small tools: buffers, errors, words, paths, names of files, progress, the clock. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/part_error.h"
#include "base/file/pathname.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/progress.h"
#include "base/remark.h"
#include "base/time/clock.h"
#include "base/uuid.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/genba-base-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void buffers_grow_and_end_in_nul(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	assert_string_equal(b.data, "");
	buf_truncate(&b, 0);
	for (int i = 0; i < 1000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 1000);
	assert_int_equal(strlen(b.data), 1000);
	buf_truncate(&b, 3);
	assert_string_equal(b.data, "abc");
	buf_truncate(&b, 9); /* never longer */
	assert_int_equal(b.len, 3);
	buf_add(&b, "x\0y", 3);
	assert_int_equal(b.len, 6);
	assert_int_equal(b.data[6], 0);
	buf_clear(&b);
	buf_addf(&b, "%s-%05d", "n", 42);
	assert_string_equal(b.data, "n-00042");
	buf_addf(&b, "%s", "");
	buf_addhex(&b, "\x00\xff\x1a", 3);
	assert_string_equal(b.data, "n-0004200ff1a");
	size_t n;
	char *taken = buf_take(&b, &n);
	assert_int_equal(n, 13);
	assert_string_equal(b.data, "");
	free(taken);
	taken = buf_take(&b, NULL); /* an empty one gives a string all the same */
	assert_string_equal(taken, "");
	free(taken);
	buf_release(&b);
}

static void files_are_read_up_to_a_limit(void **state)
{
	(void)state;
	char *path = in_folder("f");
	char bytes[100];
	memset(bytes, 'x', sizeof bytes);
	struct err err = ERR_INIT;
	assert_int_equal(path_write_file(path, bytes, sizeof bytes, 0, &err), 0);
	struct buf b = BUF_INIT;
	assert_int_equal(buf_read_file(&b, path, 100, &err), 0);
	assert_int_equal(b.len, 100);
	assert_int_equal(buf_read_file(&b, path, 99, &err), -1);
	assert_non_null(strstr(err.message, "larger than 99 bytes"));
	err_clear(&err);
	assert_int_equal(buf_read_file(&b, "/nonexistent/\x1b[2J", 99, &err), -1);
	assert_non_null(strstr(err.message, "\\x1b[2J"));
	buf_release(&b);
	free(path);
}

static void an_error_knows_its_field(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	err_field(&err, "due"); /* there is no error yet */
	assert_string_equal(err.field, "");
	err_set(&err, ERR_USAGE, "'x: y' is no time");
	assert_string_equal(err_reason(&err), "'x: y' is no time");
	err_field(&err, "due");
	err_prefix(&err, "row %d", 3);
	err_field(&err, "other");
	assert_string_equal(err.message, "row 3: due: 'x: y' is no time");
	assert_string_equal(err.field, "due");
	assert_string_equal(err_reason(&err), "'x: y' is no time");
	char long_text[sizeof err.message];
	memset(long_text, 'a', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	err_prefix(&err, "%s", long_text);
	assert_ptr_equal(err_reason(&err), err.message);
	err_clear(&err);
	assert_string_equal(err.field, "");
	assert_string_equal(err_reason(&err), "");
}

static void a_quoted_path_is_on_one_line(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct err handed_on = ERR_INIT;
	err_set_errno(&err, ERR_FAILED, ENOENT, "cannot open '%s'", "a\nFORGED");
	assert_string_equal(err.message, "cannot open 'a\\nFORGED': No such file or directory");
	err_clear(&err);
	err_set(&err, ERR_FAILED, "not on record yet:\n%s", "one\ntwo");
	err_prefix(&err, "row '%s'", "\n");
	assert_string_equal(err.message, "row '\\n': not on record yet:\none\ntwo");
	err_set(&handed_on, err.code, "%s", err.message);
	assert_string_equal(handed_on.message, err.message);
}

static void a_file_in_the_making_bears_its_name(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(part_error_name(&err, "x.part", "x"), -1); /* there is no error */
	assert_string_equal(err.message, "");
	err_set(&err, ERR_NO_SPACE, "cannot write '%s', then '%s'", "a\x1b/x.part", "a\x1b/x.part");
	assert_int_equal(part_error_name(&err, "a\x1b/x.part", "a\x1b/x"), -1);
	assert_string_equal(err.message, "cannot write 'a\\x1b/x', then 'a\\x1b/x'");
	assert_string_equal(err.english, err.message);
	assert_int_equal(part_error_name(NULL, "x.part", "x"), -1);
}

static void the_first_error_wins(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(err_set(&err, ERR_USAGE, "first %d", 1), -1);
	err_set(&err, ERR_FAILED, "second");
	err_set_errno(&err, ERR_FAILED, ENOSPC, "third");
	assert_string_equal(err.message, "first 1");
	assert_int_equal(err.code, ERR_USAGE);
	err_prefix(&err, "in '%s'", "x");
	assert_string_equal(err.message, "in 'x': first 1");
	err_clear(&err);
	err_prefix(&err, "nothing");
	assert_string_equal(err.message, "");
	assert_int_equal(err_set(NULL, ERR_FAILED, "nobody listens"), -1);
	assert_int_equal(err_prefix(NULL, "x"), -1);
	err_clear(NULL);
}

static void a_full_disk_is_told_apart(void **state)
{
	(void)state;
	static const int full[] = {ENOSPC, EROFS, EDQUOT};
	for (size_t i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		err_set_errno(&err, ERR_FAILED, full[i], "cannot write");
		assert_int_equal(err.code, ERR_NO_SPACE);
		assert_int_equal(strstr(err.message, "free space on that disk") != NULL, full[i] != EROFS);
		assert_null(strstr(err.english, "free space on that disk"));
		assert_int_equal(err_status(&err), 1);
	}
	struct err err = ERR_INIT;
	err_set_errno(&err, ERR_FAILED, EACCES, "cannot write '%s'", "x");
	assert_int_equal(err.code, ERR_FAILED);
	assert_string_equal(err.message, "cannot write 'x': Permission denied");
}

static void statuses_are_those_of_the_contract(void **state)
{
	(void)state;
	static const int pairs[][2] = {{ERR_NONE, 0},    {ERR_FAILED, 1}, {ERR_USAGE, 2},     {ERR_UNLOCK, 3},
	                               {ERR_DAMAGED, 4}, {ERR_BUSY, 5},   {ERR_NOT_FOUND, 1}, {ERR_CANCELLED, 1},
	                               {ERR_INVALID, 1}, {ERR_EXISTS, 1}, {ERR_NO_SPACE, 1}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct err err = {.code = (enum err_code)pairs[i][0]};
		assert_int_equal(err_status(&err), pairs[i][1]);
	}
	assert_int_equal(err_status(NULL), 1);
}

static void messages_are_printable_and_cut_whole(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	err_set(&err, ERR_FAILED, "name '%s'", "a\x1b]0;x\x07\xff");
	assert_string_equal(err.message, "name 'a\\x1b]0;x\\x07\\xff'");
	err_clear(&err);
	char *text = xcalloc(3001, 1);
	for (int i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "感", 3);
	err_set(&err, ERR_FAILED, "%s", text);
	assert_int_equal(strlen(err.message) % 3, 0); /* no half character */
	assert_true(strlen(err.message) > 1000);
	free(text);
}

static void assert_words(const char *line, const char *expected)
{
	struct words words;
	struct err err = ERR_INIT;
	struct buf joined = BUF_INIT;
	if (words_split(&words, line, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < words.count; i++)
		buf_addf(&joined, "[%s]", words.items[i]);
	assert_null(words.items[words.count]);
	assert_string_equal(joined.data, expected);
	words_release(&words);
	buf_release(&joined);
}

static void lines_are_split_as_a_shell_splits(void **state)
{
	(void)state;
	assert_words("", "");
	assert_words("  \t ", "");
	assert_words("a b\tc\r\n", "[a][b][c]");
	assert_words("a 'b c' \"d e\"", "[a][b c][d e]");
	assert_words("a'b'\"c\"d", "[abcd]");
	assert_words("'' \"\"", "[][]");
	assert_words("a\\ b \\# \\\\", "[a b][#][\\]");
	assert_words("\"\\\"\\\\\\n\" '\\'", "[\"\\\\n][\\]");
	assert_words("a # comment", "[a]");
	assert_words("a#b 'x'#y", "[a#b][x#y]");
	assert_words("#", "");
	assert_words("text=感染　経路 x", "[text=感染　経路][x]"); /* a full-width blank is part of a word */
	assert_words("a\\", "[a\\]");
	struct buf line = BUF_INIT;
	words_quote_needed(&line, "cases/one.genba");
	assert_string_equal(line.data, "cases/one.genba");
	buf_clear(&line);
	words_quote_needed(&line, "cases/o'ne;x.genba");
	assert_string_equal(line.data, "'cases/o'\\''ne;x.genba'");
	buf_clear(&line);
	words_quote_needed(&line, "");
	assert_string_equal(line.data, "''");
	buf_release(&line);
	struct words words;
	struct err err = ERR_INIT;
	assert_int_equal(words_split(&words, "ab 'cd", &err), -1);
	assert_string_equal(err.message, "column 4: this quote is not closed");
	assert_int_equal(err.code, ERR_USAGE);
}

static void assert_name(const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	struct buf back = BUF_INIT;
	pathname_encode(name, &b);
	assert_string_equal(b.data, text);
	assert_int_equal(pathname_decode(b.data, &back), 0);
	assert_string_equal(back.data, name);
	buf_release(&b);
	buf_release(&back);
}

static void names_of_files_come_back(void **state)
{
	(void)state;
	assert_name("/usr/bin/env", "/usr/bin/env");
	assert_name("議事録 100%.doc", "議事録 100%.doc");
	assert_name("a\nb", "%bytes:a%0Ab");
	assert_name("\xff%41", "%bytes:%FF%2541");
	assert_name("%bytes:x", "%bytes:%25bytes:x");
	assert_name("\x8A\xB4\x90\xF5.txt", "%bytes:%8A%B4%90%F5.txt");
	assert_name("感\x80染", "%bytes:感%80染");
	assert_name("", "");
	static const char *const bad[] = {"%bytes:%", "%bytes:%4", "%bytes:%G1", "%bytes:%00", "%bytes:%ff"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf b = BUF_INIT;
		assert_int_equal(pathname_decode(bad[i], &b), -1);
		buf_release(&b);
	}
	/* every single byte */
	for (int c = 1; c < 256; c++) {
		char name[4] = {'a', (char)c, 'z', '\0'};
		struct buf b = BUF_INIT;
		struct buf back = BUF_INIT;
		pathname_escape(name, &b);
		assert_int_equal(pathname_unescape(b.data, &back), 0);
		assert_string_equal(back.data, name);
		for (size_t i = 0; i < b.len; i++)
			assert_true((unsigned char)b.data[i] >= 0x20 && b.data[i] != 0x7F);
		buf_release(&b);
		buf_release(&back);
	}
}

static void files_are_written_whole_or_not_at_all(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char *path = in_folder("deep/er/file");
	assert_int_equal(path_write_file(path, "x", 1, 0, &err), -1); /* no folder yet */
	err_clear(&err);
	assert_int_equal(path_make_parents(path, &err), 0);
	assert_int_equal(path_make_parents(path, &err), 0);
	assert_int_equal(path_write_file(path, "one", 3, 0, &err), 0);
	assert_int_equal(path_write_file(path, "two", 3, 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	struct buf b = BUF_INIT;
	buf_read_file(&b, path, 100, NULL);
	assert_string_equal(b.data, "one");
	assert_int_equal(path_write_file(path, "three", 5, PATH_REPLACE, &err), 0);
	buf_clear(&b);
	buf_read_file(&b, path, 100, NULL);
	assert_string_equal(b.data, "three");
	struct stat st;
	stat(path, &st);
	assert_int_equal(st.st_mode & 0777, 0600);
	char *made = in_folder("deep/er");
	stat(made, &st);
	assert_int_equal(st.st_mode & 0777, 0700);
	char *command = xasprintf("test \"$(ls -A '%s')\" = file", made); /* nothing temporary stays */
	assert_int_equal(system(command), 0);
	char *below = xasprintf("%s/below", path); /* a file is no folder */
	assert_int_equal(path_make(below, &err), -1);
	free(below);
	free(command);
	free(made);
	free(path);
	buf_release(&b);
}

static void ids_are_random_uuids(void **state)
{
	(void)state;
	char a[UUID_TEXT];
	char b[UUID_TEXT];
	for (int i = 0; i < 100; i++) {
		uuid_new(a);
		uuid_new(b);
		assert_true(uuid_check(a));
		assert_string_not_equal(a, b);
	}
	static const char *const bad[] = {"",
	                                  "x",
	                                  "01234567-89ab-4cde-8fab-0123456789a",
	                                  "01234567-89ab-4cde-8fab-0123456789abc",
	                                  "01234567-89AB-4cde-8fab-0123456789ab",
	                                  "01234567-89ab-1cde-8fab-0123456789ab",
	                                  "01234567-89ab-4cde-7fab-0123456789ab",
	                                  "01234567_89ab-4cde-8fab-0123456789ab"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(uuid_check(bad[i]));
	assert_true(uuid_check("01234567-89ab-4cde-8fab-0123456789ab"));
}

static int stop_at_two(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	assert_string_equal(what, "copying");
	assert_int_equal(total, 9);
	return ++*(int *)ctx == 2 && done == 5;
}

static void work_can_be_cancelled(void **state)
{
	(void)state;
	int calls = 0;
	struct progress p = {stop_at_two, &calls};
	struct err err = ERR_INIT;
	assert_int_equal(progress_step(NULL, "copying", 1, 9, &err), 0);
	assert_int_equal(progress_step(&(struct progress){0}, "copying", 1, 9, &err), 0);
	assert_int_equal(progress_step(&p, "copying", 1, 9, &err), 0);
	assert_int_equal(progress_step(&p, "copying", 5, 9, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_string_equal(err.message, "copying: cancelled");
}

static void the_clock_can_be_set(void **state)
{
	(void)state;
	struct clock_time t = {1795506309, 0, 540};
	char text[CLOCK_TEXT];
	clock_set(&t, 60);
	clock_format(clock_now(), text);
	assert_string_equal(text, "2026-11-24T16:45:09+09:00");
	clock_format_utc(clock_now(), text);
	assert_string_equal(text, "2026-11-24T07:46:09Z");
	clock_set(NULL, 0);
	assert_true(clock_now().seconds > 1700000000);
	static const struct {
		struct clock_time t;
		const char *text;
	} known[] = {{{0, 0, 0}, "1970-01-01T00:00:00+00:00"},
	             {{-1, 0, 0}, "1969-12-31T23:59:59+00:00"},
	             {{951782400, 0, -210}, "2000-02-28T20:30:00-03:30"},
	             {{951782400, 0, 0}, "2000-02-29T00:00:00+00:00"},
	             {{4294967296, 0, 0}, "2106-02-07T06:28:16+00:00"},
	             {{-4294967297, 0, 0}, "1833-11-24T17:31:43+00:00"},
	             {{253402300799, 0, 0}, "9999-12-31T23:59:59+00:00"},
	             {{253402300800, 0, 60}, "9999-12-31T23:59:59+01:00"},
	             {{INT64_MAX, 0, 840}, "9999-12-31T23:59:59+14:00"},
	             {{INT64_MIN, 0, -720}, "0000-01-01T00:00:00-12:00"}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		clock_format(known[i].t, text);
		assert_string_equal(text, known[i].text);
	}
}

static void days_are_counted_both_ways(void **state)
{
	(void)state;
	assert_int_equal(clock_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(clock_days_from_civil(2000, 3, 1), 11017);
	assert_int_equal(clock_days_from_civil(1969, 12, 31), -1);
	for (int64_t days = -800000; days < 3000000; days += 97) {
		int64_t year;
		int month;
		int day;
		clock_civil_from_days(days, &year, &month, &day);
		assert_int_equal(clock_days_from_civil(year, month, day), days);
		assert_true(month >= 1 && month <= 12 && day >= 1 && day <= 31);
	}
}

/* A catalogue in memory that translates one sentence. Format: GNU gettext manual, "The Format of GNU MO Files". */
static void use_catalogue(char mo[256], const char *original, const char *translation)
{
	uint32_t n[2] = {(uint32_t)strlen(original), (uint32_t)strlen(translation)};
	uint32_t head[11] = {0x950412deU, 0, 1, 28, 36, 0, 44, n[0], 44, n[1], 44 + n[0] + 1};
	memset(mo, 0, 256);
	memcpy(mo, head, sizeof head);
	memcpy(mo + 44, original, n[0]);
	memcpy(mo + 44 + n[0] + 1, translation, n[1]);
	assert_int_equal(i18n_use(mo, 256), 0);
}

static void what_goes_on_record_is_english_in_every_language(void **state)
{
	(void)state;
	char mo[256];
	struct err err = ERR_INIT;
	struct err handed = ERR_INIT;
	struct remark r = REMARK_INIT;
	use_catalogue(mo, "cannot read '%s'", "「%s」を読めません");
	err_set_errno(&err, ERR_FAILED, EIO, _("cannot read '%s'"), "a");
	assert_string_equal(err.message, "「a」を読めません: Input/output error");
	assert_string_equal(err.english, "cannot read 'a': Input/output error");
	err_prefix(&err, _("cannot read '%s'"), "b");
	assert_string_equal(err.message, "「b」を読めません: 「a」を読めません: Input/output error");
	assert_string_equal(err.english, "cannot read 'b': cannot read 'a': Input/output error");
	remark_add(&r, _("cannot read '%s'"), "c");
	remark_err(&r, &err);
	assert_string_equal(r.english.data, "cannot read 'c'\ncannot read 'b': cannot read 'a': Input/output error\n");
	assert_true(strncmp(r.shown.data, "「c」を読めません\n「b」", strlen("「c」を読めません\n「b」")) == 0);
	remark_release(&r);
	assert_string_equal(i18n_english("typed by a person"), "typed by a person");
	i18n_use(NULL, 0);
	assert_string_equal(i18n_english("cannot read '%s'"), "cannot read '%s'");
	assert_int_equal(err_take(&handed, &err), -1);
	assert_string_equal(handed.english, err.english);
	err_clear(&err);
	err_set(&err, ERR_USAGE, "another one");
	err_take(&handed, &err); /* the first error wins */
	assert_int_equal(handed.code, ERR_FAILED);
	assert_int_equal(err_take(NULL, &err), -1);
}

static void what_the_system_says_is_translated_and_english_on_record(void **state)
{
	(void)state;
	char mo[256];
	struct remark r = REMARK_INIT;
	use_catalogue(mo, "Input/output error", "入出力エラー");
	assert_string_equal(err_system_text(EIO), "入出力エラー");
	remark_system(&r, EIO);
	assert_string_equal(r.shown.data, "入出力エラー\n");
	assert_string_equal(r.english.data, "Input/output error\n");
	remark_release(&r);
	i18n_use(NULL, 0);
	const int named[] = {ESTALE,  ETIMEDOUT, ENOTCONN,   EREMOTEIO, ENOMEDIUM,
	                     EUCLEAN, EBADMSG,   EOPNOTSUPP, EOVERFLOW};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) /* the words of the system itself */
		assert_string_equal(err_system_text(named[i]), strerror(named[i]));
}

static void an_error_names_the_line_it_speaks_of(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	err_place(&err, "a.yaml", 3, 7); /* there is no error yet */
	assert_string_equal(err.file, "");
	err_set(&err, ERR_INVALID, "no such step");
	err_place(&err, "a.yaml", 3, 7);
	err_place(&err, "other", 9, 9);
	assert_string_equal(err.message, "a.yaml:3:7: no such step");
	assert_string_equal(err.file, "a.yaml");
	assert_int_equal(err.line, 3);
	err_clear(&err);
	assert_string_equal(err.file, "");
	assert_int_equal(err.line, 0);
}

static void a_word_is_among_others_or_not(void **state)
{
	(void)state;
	assert_true(words_among("id kind label", "id"));
	assert_true(words_among("id kind label", "kind"));
	assert_true(words_among("id kind label", "label"));
	assert_false(words_among("id kind label", "lab"));
	assert_false(words_among("id kind label", "d"));
	assert_false(words_among("id kind label", "kin"));
	assert_false(words_among("unkind", "kind"));
	assert_false(words_among("id kind label", "")); /* it stands everywhere, and nothing ends the search for it */
	assert_false(words_among("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buffers_grow_and_end_in_nul),
	    cmocka_unit_test(files_are_read_up_to_a_limit),
	    cmocka_unit_test(an_error_knows_its_field),
	    cmocka_unit_test(the_first_error_wins),
	    cmocka_unit_test(a_quoted_path_is_on_one_line),
	    cmocka_unit_test(a_file_in_the_making_bears_its_name),
	    cmocka_unit_test(a_full_disk_is_told_apart),
	    cmocka_unit_test(statuses_are_those_of_the_contract),
	    cmocka_unit_test(messages_are_printable_and_cut_whole),
	    cmocka_unit_test(lines_are_split_as_a_shell_splits),
	    cmocka_unit_test(names_of_files_come_back),
	    cmocka_unit_test(files_are_written_whole_or_not_at_all),
	    cmocka_unit_test(ids_are_random_uuids),
	    cmocka_unit_test(work_can_be_cancelled),
	    cmocka_unit_test(the_clock_can_be_set),
	    cmocka_unit_test(days_are_counted_both_ways),
	    cmocka_unit_test(what_goes_on_record_is_english_in_every_language),
	    cmocka_unit_test(a_word_is_among_others_or_not),
	    cmocka_unit_test(what_the_system_says_is_translated_and_english_on_record),
	    cmocka_unit_test(an_error_names_the_line_it_speaks_of),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
