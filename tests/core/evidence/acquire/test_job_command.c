/* The command that goes on with unfinished preservation: a line that gives the same words back. */
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "evidence/acquire/checkpoint.h"
#include "evidence/image/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void it_says_what_finds_the_work(void **state)
{
	(void)state;
	struct unfinished job = {.source = "/dev/sdb", .form = "gev", .folder = "/mnt/e", .split = 0, .on = "R1-A1"};
	struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	assert_int_equal(checkpoint_command(&job, &line, &err), 0);
	assert_string_equal(line.data, "preserve --as gev --to /mnt/e --on R1-A1 -- /dev/sdb");
	job.split = 1U << 30;
	job.also = DIGEST_MD5 | DIGEST_SHA1;
	job.on = "";
	buf_clear(&line);
	assert_int_equal(checkpoint_command(&job, &line, &err), 0);
	assert_string_equal(line.data, "preserve --as gev --to /mnt/e --split 1073741824 --hash md5,sha1 -- /dev/sdb");
	buf_release(&line);
}

static void any_path_comes_back_as_one_word(void **state)
{
	(void)state;
	static const char *const paths[] = {"/it's here/a b", "-c", "#1", "", "/日本語", "/$HOME/`id`"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct unfinished job = {.source = paths[i], .form = "raw", .folder = "", .on = ""};
		struct buf line = BUF_INIT;
		struct words words;
		assert_int_equal(checkpoint_command(&job, &line, NULL), 0);
		assert_int_equal(words_split(&words, line.data, NULL), 0);
		assert_int_equal(words.count, 5);
		assert_string_equal(words.items[3], "--");
		assert_string_equal(words.items[4], paths[i]);
		words_release(&words);
		buf_release(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_says_what_finds_the_work),
	    cmocka_unit_test(any_path_comes_back_as_one_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
