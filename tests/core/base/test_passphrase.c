/* Passphrases are read and judged in one place: never empty, their Unicode forms equal, a weak one with a warning. */
#include "base/buf.h"
#include "base/err.h"
#include "base/passphrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch[] = "/tmp/genba-test-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return secret_setup(NULL) < 0 || !mkdtemp(scratch) ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(scratch);
}

/* Reads `content` as the file of a passphrase; 0 or the code of the error. */
static enum err_code read_as(const char *content, enum passphrase_purpose purpose, struct secret *passphrase,
                             struct buf *warning)
{
	char path[64];
	struct err err = ERR_INIT;
	snprintf(path, sizeof path, "%s/pass", scratch);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
	const struct passphrase_request ask = {
	    .file = path, .purpose = purpose, .kdf_passes = 3, .kdf_kib = 256U << 10};
	int rc = passphrase_read(passphrase, &ask, warning, &err);
	unlink(path);
	assert_int_equal(rc, err.code ? -1 : 0);
	if (rc < 0)
		assert_non_null(strstr(err.message, path)); /* which file */
	return err.code;
}

static void an_empty_one_is_refused_at_every_door(void **state)
{
	(void)state;
	static const char *const blank[] = {"", "\n", "\r\n", "\nsecond line\n"};
	static const enum passphrase_purpose doors[] = {PASSPHRASE_KEEP, PASSPHRASE_OFFER, PASSPHRASE_NEW};
	for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
		for (size_t k = 0; k < sizeof doors / sizeof *doors; k++) {
			struct secret passphrase = SECRET_INIT;
			assert_int_equal(read_as(blank[i], doors[k], &passphrase, NULL), ERR_USAGE);
			secret_release(&passphrase);
		}
	struct secret passphrase = SECRET_INIT; /* what opens is taken as it is: that it opens nothing is said there */
	assert_int_equal(read_as("\n", PASSPHRASE_OPEN, &passphrase, NULL), ERR_NONE);
	assert_int_equal(passphrase.len, 0);
	assert_int_equal(passphrase_check(&passphrase, NULL), -1);
	assert_int_equal(passphrase_check(NULL, NULL), -1);
	secret_release(&passphrase);
}

static void a_weak_one_is_taken_with_a_warning(void **state)
{
	(void)state;
	static const char *const weak[] = {"a\n", "password1\n", "aaaaaaaaaaaaaaaaaaaa\n", "hunter2\n",
	                                   "12345678901234567890\n"};
	static const char *const good[] = {"a long enough passphrase\n", "plum ladder orbit cactus\n",
	                                   "xK9#vq!mT2z$wL\n", "月曜の朝に赤い自転車で神戸へ\n"};
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
		struct secret passphrase = SECRET_INIT;
		struct buf warning = BUF_INIT;
		assert_int_equal(read_as(weak[i], PASSPHRASE_NEW, &passphrase, &warning), ERR_NONE);
		assert_non_null(strstr(warning.data, "weak"));
		buf_release(&warning);
		assert_int_equal(read_as(weak[i], PASSPHRASE_OPEN, &passphrase, &warning), ERR_NONE);
		assert_int_equal(warning.len, 0); /* it is too late to choose another */
		secret_release(&passphrase);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct secret passphrase = SECRET_INIT;
		struct buf warning = BUF_INIT;
		assert_int_equal(read_as(good[i], PASSPHRASE_NEW, &passphrase, &warning), ERR_NONE);
		assert_int_equal(warning.len, 0);
		buf_release(&warning);
		secret_release(&passphrase);
	}
}

static double bits_of(const char *text)
{
	struct secret s = SECRET_INIT;
	secret_set(&s, text, strlen(text));
	double bits = passphrase_bits(&s);
	secret_release(&s);
	return bits;
}

static void the_estimate_counts_what_a_guesser_must_find_out(void **state)
{
	(void)state;
	assert_true(bits_of("") == 0);
	assert_true(bits_of("7") > 3 && bits_of("7") < 4);                 /* log2 10 */
	assert_true(bits_of("abcdefgh") < 12);                             /* a letter, and on */
	assert_true(bits_of("p4ssw0rd") < 8);                              /* well known, however it is dressed up */
	assert_true(bits_of("xkqzjvwp") > 37 && bits_of("xkqzjvwp") < 38); /* 8 × log2 26 */
	assert_true(bits_of("kumquat") < 15);                              /* a word of a list */
	assert_true(bits_of("xq7xq7xq7xq7") < bits_of("xq7") + 10);        /* said again */
	assert_true(bits_of("感染") == 16);
	assert_true(bits_of("plum ladder") < bits_of("plum ladder orbit"));
	/* 64 MiB twice: 3,000 guesses a second a card, a hundred cards: 2^41 tries to find 42 bits */
	double seconds = passphrase_seconds(42, 2, 64U << 10);
	assert_true(seconds > 7.0e6 && seconds < 7.8e6);
	assert_true(passphrase_seconds(42, 3, 256U << 10) > 5.9 * seconds);
}

static void assert_forms(const char *typed, const char *const *expected)
{
	struct secret s = SECRET_INIT;
	struct passphrase_forms forms;
	secret_set(&s, typed, strlen(typed));
	passphrase_forms_init(&forms, &s);
	for (unsigned i = 0; i < forms.count; i++) {
		assert_non_null(expected[i]);
		assert_string_equal(forms.form[i].data, expected[i]);
		assert_int_equal(forms.form[i].len, strlen(expected[i]));
	}
	assert_null(expected[forms.count]);
	passphrase_forms_release(&forms);
	secret_release(&s);
}

static void forms_are_the_stored_one_then_what_may_have_been_typed(void **state)
{
	(void)state;
	assert_forms("plain ascii", (const char *const[]){"plain ascii", NULL});
	assert_forms("", (const char *const[]){"", NULL});
	assert_forms("caf\u00E9", (const char *const[]){"caf\u00E9", "cafe\u0301", NULL});
	assert_forms("cafe\u0301", (const char *const[]){"caf\u00E9", "cafe\u0301", NULL});
	assert_forms("１２３", (const char *const[]){"123", "１２３", NULL});
	assert_forms("ﾊﾟｽ\u3000１", (const char *const[]){"パス 1", "ﾊﾟｽ\u3000１", NULL});
	assert_forms("か\u3099１", (const char *const[]){"が1", "か\u3099１", "が１", NULL});
	assert_forms("\xFF\xFE", (const char *const[]){"\xFF\xFE", NULL}); /* not UTF-8: as it was typed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_one_is_refused_at_every_door),
	    cmocka_unit_test(a_weak_one_is_taken_with_a_warning),
	    cmocka_unit_test(the_estimate_counts_what_a_guesser_must_find_out),
	    cmocka_unit_test(forms_are_the_stored_one_then_what_may_have_been_typed),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
