/* Copies and what is restored from them; who can open a case; purging; salvage. */
#include "base/secret.h"
#include "case/access.h"
#include "case/care/backup.h"
#include "case/care/purge.h"
#include "case/care/salvage.h"
#include "case/case.h"
#include "help_site.h"

#include <sys/stat.h>
#include <unistd.h>

static char stick[300];

static void make_stick(const struct site *s)
{
	snprintf(stick, sizeof stick, "%s/stick", s->folder);
	assert_int_equal(mkdir(stick, 0700), 0);
}

static void copy(struct site *s, struct backup_report *report)
{
	struct err err = ERR_INIT;
	if (backup_make(s->c, stick, NULL, NULL, report, &err) < 0)
		fail_msg("backup_make: %s", err.message);
}

static struct case_file *restored(struct site *s, const char *name)
{
	static char path[400];
	struct err err = ERR_INIT;
	struct backup_report report;
	struct case_unlock unlock = {s->one, NULL};
	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	if (backup_restore(stick, path, &unlock, NULL, &report, &err) < 0)
		fail_msg("backup_restore: %s", err.message);
	backup_report_release(&report);
	struct case_file *c = case_open(path, &unlock, CASE_READ_ONLY, &err);
	assert_non_null(c);
	return c;
}

static void copies_and_parts_are_restored(void **state)
{
	struct site *s = *state;
	struct backup_report report;
	make_stick(s);
	site_add(s, "note", "text", "the first text");
	copy(s, &report);
	assert_true(report.whole);
	backup_report_release(&report);
	for (int i = 0; i < 3; i++) {
		site_add(s, "note", "text", "a later text");
		site_set(s, "R1-N1", "text", i % 2 ? "odd" : "even");
		copy(s, &report);
		assert_false(report.whole);
		assert_non_null(report.file);
		backup_report_release(&report);
	}
	copy(s, &report);
	assert_null(report.file); /* up to date */
	struct case_file *c = restored(s, "back.genba");
	assert_string_equal(case_head(c), case_head(s->c));
	assert_int_equal(record_count(c, NULL, 0), record_count(s->c, NULL, 0));
	json_t *record = record_get(c, "R1-N1", 0, NULL);
	assert_string_equal(json_string_value(json_object_get(record, "text")), "even");
	json_decref(record);
	assert_int_equal(site_verify(c), 0);
	case_close(c, NULL);
	struct backup_last last;
	backup_last(s->c, &last);
	assert_true(last.known);
	assert_int_equal(last.actions_since, 0);
	free(last.folder);
}

static void a_missing_or_damaged_part_is_named(void **state)
{
	struct site *s = *state;
	struct backup_report report;
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->one, NULL};
	char path[400];
	make_stick(s);
	copy(s, &report);
	backup_report_release(&report);
	for (int i = 0; i < 2; i++) {
		site_add(s, "note", "text", "text");
		copy(s, &report);
		if (i == 0) { /* one bit of the first part */
			FILE *f = fopen(report.file, "r+");
			assert_int_equal(fseek(f, 30000, SEEK_SET), 0);
			int c = fgetc(f);
			assert_int_equal(fseek(f, 30000, SEEK_SET), 0);
			fputc(c ^ 4, f);
			fclose(f);
		}
		backup_report_release(&report);
	}
	snprintf(path, sizeof path, "%s/back.genba", s->folder);
	assert_int_equal(backup_restore(stick, path, &unlock, NULL, &report, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	assert_int_equal(access(path, F_OK), -1);
}

static void copies_are_made_by_themselves(void **state)
{
	struct site *s = *state;
	struct backup_report report;
	struct err err = ERR_INIT;
	make_stick(s);
	assert_int_equal(backup_schedule(s->c, stick, 3, NULL), 0);
	assert_int_equal(backup_if_due(s->c, NULL, &report, NULL), 1); /* there is none yet */
	backup_report_release(&report);
	for (int i = 0; i < 6; i++) {
		site_add(s, "note", "text", "text");
		assert_int_equal(backup_if_due(s->c, NULL, &report, NULL), i % 3 == 2);
		backup_report_release(&report);
	}
	char *command = xasprintf("rm -r '%s'", stick);
	assert_int_equal(system(command), 0);
	free(command);
	for (int i = 0; i < 3; i++)
		site_add(s, "note", "text", "text");
	assert_int_equal(backup_if_due(s->c, NULL, &report, &err), -1); /* the stick is not in */
	assert_int_equal(backup_schedule(s->c, NULL, 0, NULL), 0);
	assert_int_equal(backup_if_due(s->c, NULL, &report, NULL), 0);
}

/* ---- access */

static void a_colleague_comes_and_goes(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	char label[LABEL_TEXT];
	struct identity *two = identity_ephemeral("Responder Two", "R1"); /* the mark is taken */
	identity_public_line(two, &line);
	assert_int_equal(access_add_recipient(s->c, line.data, "member", label, &err), 0);
	assert_string_equal(label, "R1-R2");
	assert_int_equal(access_add_recipient(s->c, line.data, "member", label, &err), 0); /* again: nothing */
	site_reopen(s, two);
	assert_string_equal(case_mark(s->c), "R1B");
	site_add(s, "note", "text", "by the second");
	assert_int_equal(access_remove(s->c, 1, "own slot", NULL, NULL, &err), -1);
	site_reopen(s, s->one);
	err_clear(&err);
	assert_int_equal(access_remove(s->c, 1, "", NULL, NULL, &err), -1);
	err_clear(&err);
	if (access_remove(s->c, 1, "left the team", NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(site_get(s, "R1-R2", "revoke_reason"), "left the team");
	site_add(s, "note", "text", "after the rotation");
	assert_int_equal(site_verify(s->c), 0);
	assert_int_equal(case_close(s->c, NULL), 0);
	struct case_unlock unlock = {two, NULL};
	s->c = case_open(s->path, &unlock, 0, &err);
	assert_null(s->c);
	assert_int_equal(err.code, ERR_UNLOCK);
	identity_free(two);
	buf_release(&line);
}

static void a_passphrase_slot_needs_its_passphrase(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct secret right = SECRET_INIT;
	struct secret wrong = SECRET_INIT;
	secret_set(&right, "right", 5);
	secret_set(&wrong, "wrong", 5);
	assert_int_equal(access_add_passphrase(s->c, &right, VAULT_KDF_INTERACTIVE, &err), 0);
	assert_int_equal(case_rotate(s->c, NULL, NULL, &err), -1);
	err_clear(&err);
	struct access_keep keep = {&wrong, VAULT_KDF_INTERACTIVE};
	assert_int_equal(case_rotate(s->c, &keep, NULL, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	err_clear(&err);
	keep.passphrase = &right;
	if (case_rotate(s->c, &keep, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(case_close(s->c, NULL), 0);
	struct case_unlock unlock = {NULL, &right};
	s->c = case_open(s->path, &unlock, 0, &err);
	assert_non_null(s->c);
	secret_release(&right);
	secret_release(&wrong);
}

/* ---- purge */

static int holds(const char *path, const char *word)
{
	char *command = xasprintf("grep -qa '%s' '%s'", word, path);
	int rc = system(command);
	free(command);
	return rc == 0;
}

static void a_purge_leaves_nothing_to_read(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct purge_report report;
	struct case_file *c = s->c;
	site_add(s, "note", "text", "the first secretword");
	site_set(s, "R1-N1", "text", "the second secretword");
	site_add(s, "asset", "hostname", "PC-1");
	assert_int_equal(purge_record(c, "R1-N1", "", NULL, NULL, &report, &err), -1);
	err_clear(&err);
	assert_int_equal(purge_record(c, "R1-A1", "nothing there", NULL, NULL, &report, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	err_clear(&err);
	if (purge_record(c, "R1-N1", "pasted by mistake", NULL, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(report.texts, 2); /* both versions */
	assert_string_equal(site_get(s, report.decision, "reason"), "pasted by mistake");
	assert_null(strstr(site_get(s, "R1-N1", "text"), "secretword"));
	assert_int_equal(site_verify(s->c), 0);
	/* not in the words of the index either: read in clear through SQLite */
	char *dump = xasprintf("%s/dump", s->folder);
	FILE *out = fopen(dump, "w");
	sqlite3_stmt *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(case_db(s->c),
	                                    "SELECT block FROM search_data UNION ALL SELECT c1 FROM search_content", -1,
	                                    &st, NULL),
	                 SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		fwrite(sqlite3_column_blob(st, 0), 1, (size_t)sqlite3_column_bytes(st, 0), out);
	sqlite3_finalize(st);
	fclose(out);
	assert_false(holds(dump, "secretword"));
	free(dump);
}

static int cancel(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

/* What stopped the writing is told with what is done, and the next opening finishes it, or the same purge again. */
static void a_purge_that_was_cut_short_is_finished(void **state)
{
	struct site *s = *state;
	struct purge_report report;
	const struct progress stop = {cancel, NULL};
	for (int again = 0; again < 2; again++) {
		struct err err = ERR_INIT;
		struct buf told = BUF_INIT;
		char label[LABEL_TEXT];
		unsigned char before[VAULT_ID];
		snprintf(label, sizeof label, "%s", site_add(s, "note", "text", "the secretword"));
		memcpy(before, vault_file_id(case_vault(s->c)), VAULT_ID);
		assert_int_equal(purge_record(s->c, label, "pasted by mistake", NULL, &stop, &report, &err), -1);
		assert_int_equal(err.code, ERR_CANCELLED);
		assert_non_null(strstr(err.message, "not done: the file was not written anew"));
		assert_non_null(strstr(err.message, report.decision)); /* the label of what is on record */
		assert_null(strstr(site_get(s, label, "text"), "secretword"));
		assert_memory_equal(before, vault_file_id(case_vault(s->c)), VAULT_ID);
		char decision[LABEL_TEXT];
		snprintf(decision, sizeof decision, "%s", report.decision);
		uint64_t commits = 0;
		uint64_t after = 0;
		history_count(case_history(s->c), &commits, NULL);
		err_clear(&err);
		if (again) {
			assert_int_equal(purge_record(s->c, label, "pasted by mistake", NULL, NULL, &report, &err), 0);
			assert_string_equal(report.decision, decision); /* it is on record once */
		} else {
			site_reopen(s, s->one);
			assert_int_equal(purge_settle(s->c, NULL, &stop, &told, &err), -1);
			err_clear(&err);
			assert_int_equal(purge_settle(s->c, NULL, NULL, &told, &err), 1);
			assert_non_null(strstr(told.data, decision));
		}
		history_count(case_history(s->c), &after, NULL);
		assert_int_equal(after, commits);
		assert_memory_not_equal(before, vault_file_id(case_vault(s->c)), VAULT_ID);
		assert_int_equal(purge_settle(s->c, NULL, NULL, &told, &err), 0); /* once */
		site_reopen(s, s->one);
		assert_int_equal(purge_settle(s->c, NULL, NULL, &told, &err), 0);
		assert_int_equal(site_verify(s->c), 0);
		buf_release(&told);
	}
}

/* The brief of a handover that repeats it goes with it, and the copy is named. */
static int take_line(void *ctx, const char *line)
{
	buf_addf(ctx, "%s\n", line);
	return 0;
}

static void a_purge_reaches_the_brief_and_names_the_copy(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct purge_report report;
	struct buf lines = BUF_INIT;
	char label[LABEL_TEXT];
	struct assign transfer[] = {{"items", "case"},  {"action", "handed_over"},        {"from", "One"},
	                            {"to", "Person B"}, {"when", "2026-01-05T10:00:00Z"}, {"purpose", "handover"}};
	struct assign brief[] = {{"title", "brief of the handover"}, {"text", "R1-N1: the secretword"}};
	struct assign other[] = {{"title", "brief of the handover"}, {"text", "R1-A1 only"}};
	site_add(s, "note", "text", "the secretword");
	if (record_add(s->c, "transfer", transfer, 6, RECORD_MACHINE, label, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(record_add(s->c, "note", brief, 2, 0, label, &err), 0);
	assert_string_equal(label, "R1-N2");
	assert_int_equal(record_add(s->c, "note", other, 2, 0, label, &err), 0);
	if (purge_record(s->c, "R1-N1", "pasted by mistake", NULL, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(report.texts, 2);
	assert_null(strstr(site_get(s, "R1-N2", "text"), "secretword"));
	assert_non_null(strstr(site_get(s, "R1-N3", "text"), "only"));
	assert_int_equal(purge_known_copies(s->c, take_line, &lines, &err), 0);
	if (!strstr(lines.data, "handed over to Person B"))
		fail_msg("%s", lines.data);
	buf_release(&lines);
}

/* ---- salvage */

static void flip(const char *path, long offset)
{
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, offset, SEEK_SET), 0);
	int c = fgetc(f);
	assert_int_equal(fseek(f, offset, SEEK_SET), 0);
	fputc(c ^ 0x40, f);
	fclose(f);
}

/* Each page of the case in turn is damaged: what is written anew opens, is consistent, and holds what was readable. */
static void every_page_may_be_lost(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->one, NULL};
	for (int i = 0; i < 30; i++) {
		char text[64];
		snprintf(text, sizeof text, "note number %d", i);
		site_add(s, "note", "text", text);
	}
	uint64_t records = record_count(s->c, NULL, 0);
	assert_int_equal(case_close(s->c, NULL), 0);
	s->c = NULL;
	struct stat st;
	assert_int_equal(stat(s->path, &st), 0);
	int whole = 0;
	int salvaged = 0;
	int lost = 0;
	for (long page = 0; 24576 + page * 4096 < st.st_size; page++) {
		char out[400];
		struct salvage_report report;
		snprintf(out, sizeof out, "%s/out-%ld.genba", s->folder, page);
		flip(s->path, 24576 + page * 4096 + 100);
		err_clear(&err);
		if (case_salvage(s->path, NULL, out, &unlock, NULL, NULL, NULL, &report, &err) < 0) {
			lost++;
			assert_int_equal(access(out, F_OK), -1);
		} else {
			struct case_file *c = case_open(out, &unlock, 0, &err);
			if (!c)
				fail_msg("page %ld: %s", page, err.message);
			salvaged++;
			whole += record_count(c, NULL, 0) == records + 1; /* and the note */
			assert_non_null(strstr(case_title(c), "salvaged"));
			struct assign field = {"text", "goes on"};
			char label[LABEL_TEXT];
			assert_int_equal(record_add(c, "note", &field, 1, 0, label, &err), 0);
			case_close(c, NULL);
			unlink(out);
		}
		flip(s->path, 24576 + page * 4096 + 100);
	}
	print_message("%d pages: %d salvaged, %d of them with every record, %d with nothing to read\n", salvaged + lost,
	              salvaged, whole, lost);
	assert_true(lost <= 2); /* the first page names the tables */
	assert_true(whole * 4 >= salvaged * 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
	const struct CMUnitTest tests[] = {
	    TEST(copies_and_parts_are_restored),
	    TEST(a_missing_or_damaged_part_is_named),
	    TEST(copies_are_made_by_themselves),
	    TEST(a_colleague_comes_and_goes),
	    TEST(a_passphrase_slot_needs_its_passphrase),
	    TEST(a_purge_leaves_nothing_to_read),
	    TEST(a_purge_that_was_cut_short_is_finished),
	    TEST(a_purge_reaches_the_brief_and_names_the_copy),
	    TEST(every_page_may_be_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
