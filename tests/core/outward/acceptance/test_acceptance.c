/* What is read before a case is taken over: what did not come stands first, then the sender's words. */
#include "core/case/help_case.h"

#include "base/buf.h"
#include "case/care/purge.h"
#include "evidence/image/place.h"
#include "handover/evidence/evidence_beside.h"
#include "outward/acceptance/acceptance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file that is there; the caller frees its path. */
static char *scratch_file(const char *name)
{
	char *path = xasprintf("%s/%s", scratch, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void what_did_not_come_stands_first(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char sha256[65];
	char fields[256];
	memset(sha256, 'a', 64);
	sha256[64] = '\0';
	snprintf(fields, sizeof fields, "title=disk form=raw copy_path=/nowhere/disk.raw sha256=%s", sha256);
	if (try_add("evidence", fields, RECORD_MACHINE, &err) < 0)
		fail_msg("%s", err.message);
	add("party", "name=Two");
	add("transfer", "to=R1-P1 action=handed_over items=R1-E1 from=R1-P1 when=now purpose=handover");
	add("note", "text=the+words+of+the+sender on=R1-T1 stance=unknown");
	if (acceptance_text(the_case, "R1-T1", NULL, &text, &err) < 0)
		fail_msg("%s", err.message);
	const char *missing = strstr(text.data, "1 item of evidence is not here");
	const char *named = strstr(text.data, "R1-E1 disk");
	const char *words = strstr(text.data, "the words of the sender");
	assert_true(missing == text.data && named > missing && words > named);
	char *travels = scratch_file("R1-E1-disk.raw"); /* as a handover would have called it */
	char *beside = evidence_beside(the_case, &err);
	assert_string_equal(beside, scratch);
	buf_clear(&text);
	assert_int_equal(acceptance_text(the_case, "R1-T1", beside, &text, &err), 0);
	assert_null(strstr(text.data, "is not here"));
	assert_true(strncmp(text.data, "1 item of evidence lies in ", 27) == 0);
	assert_int_equal(remove(travels), 0);
	assert_null(evidence_beside(the_case, &err));
	free(beside);
	free(travels);
	char *here = scratch_file("disk.raw");
	snprintf(fields, sizeof fields, "copy_path=%s", here);
	assert_int_equal(try_set("R1-E1", fields, RECORD_MACHINE, &err), 0);
	buf_clear(&text); /* that is its place at whoever preserved it: a file of that name here proves nothing */
	assert_int_equal(acceptance_text(the_case, "R1-T1", NULL, &text, &err), 0);
	assert_non_null(strstr(text.data, "1 item of evidence is not here"));
	json_t *places = json_pack("{s:{s:s, s:s}}", "R1-E1", "form", "raw", "path", here);
	assert_int_equal(evidence_keep_places(the_case, places, &err), 0);
	json_decref(places);
	buf_clear(&text);
	assert_int_equal(acceptance_text(the_case, "R1-T1", NULL, &text, &err), 0);
	assert_null(strstr(text.data, "is not here"));
	free(here);
	buf_release(&text);
}

/* Eight items are named, of more the others are counted; without words of the sender the brief is made. */
static void many_are_counted(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char sha256[65];
	char fields[256];
	memset(sha256, 'a', 64);
	sha256[64] = '\0';
	add("party", "name=Two");
	for (int i = 1; i <= 9; i++) {
		snprintf(fields, sizeof fields, "title=disk-%d form=raw copy_path=/nowhere/%d.raw sha256=%s", i, i,
		         sha256);
		if (try_add("evidence", fields, RECORD_MACHINE, &err) < 0)
			fail_msg("%s", err.message);
		if (i == 1)
			add("transfer", "to=R1-P1 action=handed_over items=R1-E1 from=R1-P1 when=now purpose=handover");
		if (i < 8)
			continue;
		buf_clear(&text);
		assert_int_equal(acceptance_text(the_case, "R1-T1", NULL, &text, &err), 0);
		snprintf(fields, sizeof fields, "%d items of evidence are not here:\n", i);
		assert_true(strncmp(text.data, fields, strlen(fields)) == 0);
		char *rest = strstr(text.data, "Where it came along");
		assert_non_null(rest);
		assert_non_null(strstr(text.data, "Situation")); /* the brief */
		*rest = '\0';
		assert_non_null(strstr(text.data, "disk-8"));
		assert_null(strstr(text.data, "disk-9"));
		assert_int_equal(strstr(text.data, "…") != NULL, i > 8);
	}
	/* a note of another meaning, or about another thing, is not the sender's */
	add("note", "text=only+a+fact on=R1-T1 stance=fact");
	buf_clear(&text);
	assert_int_equal(acceptance_text(the_case, "R1-T1", NULL, &text, &err), 0);
	assert_non_null(strstr(text.data, "Situation"));
	add("note", "text=a\x1b[31mb on=R1-T1 stance=unknown");
	buf_clear(&text);
	assert_int_equal(acceptance_text(the_case, "R1-T1", NULL, &text, &err), 0);
	assert_null(strstr(text.data, "Situation"));
	assert_null(strchr(text.data, '\033'));
	buf_release(&text);
}

/* Adds what a handover is of, and the handover: R1-E1, R1-P1, R1-T1. */
static void add_transfer(void)
{
	struct err err = ERR_INIT;
	assert_int_equal(try_add("evidence", "title=laptop type=device form=physical", RECORD_MACHINE, &err), 0);
	add("party", "name=Two");
	add("transfer", "to=R1-P1 action=handed_over items=R1-E1 from=R1-P1 when=now purpose=handover");
}

static void text_is(const char *folder, struct buf *text)
{
	struct err err = ERR_INIT;
	buf_clear(text);
	if (acceptance_text(the_case, "R1-T1", folder, text, &err) < 0)
		fail_msg("%s", err.message);
}

/* A secret that is here is none that is missed; of those that are, eight are named. */
static void secrets_that_are_not_here_are_named(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct purge_report report;
	char fields[64];
	add_transfer();
	for (int i = 1; i <= 9; i++) {
		snprintf(fields, sizeof fields, "hostname=PC-0%d recovery_key=471%d", i, i);
		add("asset", fields);
	}
	text_is(NULL, &text);
	assert_null(strstr(text.data, "not here"));
	for (int i = 1; i <= 9; i++) {
		snprintf(fields, sizeof fields, "R1-A%d", i);
		if (purge_record(the_case, fields, "it stayed behind", NULL, NULL, &report, &err) < 0)
			fail_msg("%s", err.message);
		if (i == 1) {
			text_is(NULL, &text);
			assert_non_null(strstr(text.data, "1 secret (password, key) is not here:\n"
			                                  "  R1-A1 PC-01: Recovery key\nThe sender can"));
		}
		if (i < 8)
			continue;
		text_is(NULL, &text);
		char *rest = strstr(text.data, "The sender can name their records");
		assert_non_null(rest);
		*rest = '\0';
		snprintf(fields, sizeof fields, "%d secrets (passwords, keys) are not here:\n", i);
		assert_non_null(strstr(text.data, fields));
		assert_non_null(strstr(text.data, "  R1-A8 PC-08: Recovery key\n"));
		assert_null(strstr(text.data, "R1-A9"));
		assert_int_equal(strstr(text.data, "…") != NULL, i > 8);
	}
	buf_release(&text);
}

/* The sender's words are a note on the transfer, in its lines; one that only has to do with it is another's. */
static void the_brief_is_the_note_on_the_transfer(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	add_transfer();
	add("note", "text=about+it links=R1-T1 stance=unknown");
	text_is(NULL, &text);
	assert_null(strstr(text.data, "about it"));
	assert_non_null(strstr(text.data, "Situation"));
	add("note", "text=first+line\nsecond+line on=R1-T1 stance=unknown");
	text_is(NULL, &text);
	assert_non_null(strstr(text.data, "first line\nsecond line"));
	add("note", "text=said+later on=R1-T1 stance=unknown");
	text_is(NULL, &text);
	assert_true((strstr(text.data, "first line") != NULL) != (strstr(text.data, "said later") != NULL));
	buf_release(&text);
}

/* The folder's name came from others, too; one that cannot be read is no empty one. */
static void the_folder_that_came_along_is_told(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char fields[256];
	char sha256[65];
	memset(sha256, 'a', 64);
	sha256[64] = '\0';
	snprintf(fields, sizeof fields, "title=disk form=raw copy_path=/nowhere/disk.raw sha256=%s", sha256);
	assert_int_equal(try_add("evidence", fields, RECORD_MACHINE, &err), 0);
	snprintf(fields, sizeof fields, "title=more form=raw copy_path=/nowhere/more.raw sha256=%s", sha256);
	assert_int_equal(try_add("evidence", fields, RECORD_MACHINE, &err), 0);
	add("party", "name=Two");
	add("transfer", "to=R1-P1 action=handed_over items=R1-E1 from=R1-P1 when=now purpose=handover");
	char *folder = xasprintf("%s/came\x1b[31m", scratch);
	assert_int_equal(mkdir(folder, 0700), 0);
	char *one = scratch_file("came\x1b[31m/R1-E1-disk.raw");
	text_is(folder, &text);
	assert_null(strchr(text.data, '\033'));
	assert_true(strncmp(text.data, "1 item of evidence lies in ", 27) == 0);
	assert_non_null(strstr(text.data, "1 item of evidence is not here:\n  R1-E2 more\n"));
	char *two = scratch_file("came\x1b[31m/R1-E2-more.raw");
	text_is(folder, &text);
	assert_true(strncmp(text.data, "2 items of evidence lie in ", 27) == 0);
	assert_int_equal(acceptance_text(the_case, "R1-T1", "/nowhere/at/all", &text, &err), -1);
	assert_non_null(strstr(err.message, "/nowhere/at/all"));
	free(one);
	free(two);
	free(folder);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_did_not_come_stands_first, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(many_are_counted, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(secrets_that_are_not_here_are_named, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(the_brief_is_the_note_on_the_transfer, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(the_folder_that_came_along_is_told, case_setup, case_teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
