/* What is locked in a mail on record opens with what mails give as a password; what is on record of it then, and what is said
 * if not. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/import.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/look/password_words.h"
#include "finding/mail/unlock.h"
#include "finding/mail/unpack/unpack.h"

#include <stdio.h>
#include <string.h>

/* a.exe, locked with the password "right" */
static const char locked_zip[] = "UEsDBBQACQAIAPG1fV2ZpAMkWwAAAFwAAAAFAAAAYS5leGVJRWayD6cyoln5urFE6r/Tp8o937Bi\n"
                                 "neKufiMUxZwrD+37r0zadziW9fugfNjYvC/tNoyFpZ2wV+HhpcyfF/27r4J8fVRwRlyvQceDgsWO\n"
                                 "DsCWF+DcoxzgM0TnUEsHCJmkAyRbAAAAXAAAAFBLAQIeAxQACQAIAPG1fV2ZpAMkWwAAAFwAAAAF\n"
                                 "AAAAAAAAAAEAAACkgQAAAABhLmV4ZVBLBQYAAAAAAQABADMAAACOAAAAAAA=\n";

/* ---- the words */

static const struct {
	const char *text;
	const char *words; /* with a blank behind each */
} texts[] = {
    {"no word of it: abc123", ""},
    {"展開パスワード: 20140110\n", "20140110 "},
    {"展開パスワード： 20140110", "20140110 "},
    {"パスワードは「right」です。", "right "},
    {"パスワードは以下のとおりです。\n\n  ab!c-1\n\n署名 佐藤\n", "ab!c-1 "},
    {"パスワード：ｒｉｇｈｔ１", "right1 :right1 "},
    {"Password for the zip:abc123.", "for the zip:abc123 abc123 zip:abc123. "},
    {"the passcode is \"a?\" or a", "\"a?\" "}, /* what is shorter is none */
};

static void words_behind_the_word_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf got = BUF_INIT;
		size_t k;
		json_t *word;
		json_t *words = json_array();
		password_words(texts[i].text, words);
		json_array_foreach(words, k, word)
			buf_addf(&got, "%s ", json_string_value(word));
		if (strcmp(got.data, texts[i].words) != 0)
			fail_msg("'%s': '%s', not '%s'", texts[i].text, got.data, texts[i].words);
		json_decref(words);
		buf_release(&got);
	}
}

static void a_text_full_of_them_has_an_end(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	json_t *words = json_array();
	for (unsigned i = 0; i < 30000; i++)
		buf_addf(&text, "password w%05u\n", i);
	password_words(text.data, words);
	assert_int_equal(json_array_size(words), PASSWORD_WORDS);
	json_decref(words);
	buf_release(&text);
}

/* ---- mails on record */

static void take_in(const char *name, const char *header, const char *text, int is_locked)
{
	char path[200];
	const char *paths[] = {path};
	struct err err = ERR_INIT;
	struct mail_import import = {.c = the_case};
	snprintf(path, sizeof path, "%s/%s.eml", scratch, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%sTo: b@b.example\nSubject: %s\nMIME-Version: 1.0\n", header, name);
	if (is_locked)
		fprintf(f,
		        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; "
		        "charset=UTF-8\n\n%s\n--b\n"
		        "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
		        text, locked_zip);
	else
		fprintf(f, "Content-Type: text/plain; charset=UTF-8\n\n%s\n", text);
	assert_int_equal(fclose(f), 0);
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
}

/* The only file in the first archive of a mail. */
static json_t *inside_of(const char *label)
{
	struct err err = ERR_INIT;
	json_t *analysis = mail_analysis(the_case, label, &err);
	assert_non_null(analysis);
	json_t *part = json_array_get(json_object_get(analysis, "parts"), 1);
	json_t *entry = json_incref(json_array_get(json_object_get(part, "inside"), 0));
	assert_non_null(entry);
	json_decref(analysis);
	return entry;
}

static void is_inside(const char *label, const char *basis, int locked)
{
	json_t *entry = inside_of(label);
	assert_string_equal(json_get_string(entry, "basis"), basis);
	assert_int_equal(json_is_true(json_object_get(entry, "locked")), locked);
	json_decref(entry);
}

static int unlock(struct mail_unlock *u, const char *label, struct err *err)
{
	*u = (struct mail_unlock){.c = the_case, .mail = label};
	json_t *words = mail_given_passwords(the_case, label, err);
	int rc = words ? mail_unlock(u, words, err) : -1;
	json_decref(words);
	return rc;
}

static void its_own_text_opens_it(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct mail_unlock u;
	take_in("own", "From: a@x.co.jp\n", "The password is: right", 1);
	is_inside("R1-L1", "name", 1);
	uint64_t before = commits();
	if (unlock(&u, "R1-L1", &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(u.locked, 1);
	assert_int_equal(u.opened, 1);
	assert_int_equal(commits() - before, 1);
	is_inside("R1-L1", "content", 0);
	assert_int_equal(mail_is_locked(the_case, "R1-L1", &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void a_mail_of_the_same_sender_opens_it(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct mail_unlock u;
	take_in("file", "From: a@x.co.jp\n", "The password follows.", 1);
	take_in("stranger", "From: z@z.co.jp\n", "password: right", 0);
	assert_int_equal(unlock(&u, "R1-L1", &err), -1); /* what a stranger writes is not its password */
	is_inside("R1-L1", "name", 1);
	err = (struct err)ERR_INIT;
	take_in("key", "From: A <A@x.co.jp>\n", "展開パスワード：right", 0);
	if (unlock(&u, "R1-L1", &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(u.opened, 1);
	is_inside("R1-L1", "content", 0);
}

static void what_does_not_open_is_said(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct mail_unlock u;
	take_in("none", "From: b@x.co.jp\n", "as agreed by telephone", 1);
	assert_int_equal(unlock(&u, "R1-L1", &err), -1);
	assert_non_null(strstr(err.message, "gives a password"));
	err = (struct err)ERR_INIT;
	take_in("wrong", "From: a@x.co.jp\n", "password: wrong1", 1);
	take_in("open", "From: c@x.co.jp\n", "password: right", 0);
	uint64_t before = commits();
	assert_int_equal(unlock(&u, "R1-L2", &err), -1);
	assert_string_equal(err.message,
	                    "R1-L2: it did not open, 1 word was tried: ask who sent it in for the mail with "
	                    "the password and take it in, or type the password");
	err = (struct err)ERR_INIT;
	assert_int_equal(unlock(&u, "R1-L3", &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(commits() - before, 0);
	is_inside("R1-L2", "name", 1);
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_behind_the_word_are_taken),
	    cmocka_unit_test(a_text_full_of_them_has_an_end),
	    cmocka_unit_test_setup_teardown(its_own_text_opens_it, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_mail_of_the_same_sender_opens_it, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_does_not_open_is_said, case_setup, case_teardown),
	};
	worker_main(argc, argv, jobs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
