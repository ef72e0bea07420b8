/* Actions, undo, and what changed field by field. */
#include "case/action/undo.h"

#include "case/action/changes.h"
#include "help_site.h"

static void undo_is_the_inverse_of_the_last_action(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	site_add(s, "asset", "hostname", "PC-1");
	site_set(s, "R1-A1", "status", "infected");
	site_set(s, "R1-A1", "os", "Windows");
	assert_int_equal(undo_possible(s->c, NULL, &err), 0);
	assert_int_equal(undo_last(s->c, "wrong machine", NULL, NULL, &err), 0);
	assert_string_equal(site_get(s, "R1-A1", "os"), "");
	assert_string_equal(site_get(s, "R1-A1", "status"), "infected");
	assert_int_equal(undo_last(s->c, "wrong machine", NULL, NULL, &err), 0);
	assert_string_equal(site_get(s, "R1-A1", "status"), "unchecked");
	assert_int_equal(undo_last(s->c, "wrong machine", NULL, NULL, &err), 0); /* what was added is retracted */
	assert_string_equal(site_get(s, "R1-A1", "retract_reason"), "wrong machine");
	assert_int_equal(undo_possible(s->c, NULL, NULL), -1);
	assert_int_equal(undo_last(s->c, "more", NULL, NULL, &err), -1);
	assert_non_null(strstr(err.message, "nothing of yours left"));
	assert_int_equal(site_verify(s->c), 0);
}

static void undo_needs_a_reason_and_keeps_later_changes(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	assert_int_equal(undo_last(s->c, "", NULL, NULL, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
}

/* Who was asked about one action has said nothing of another that came in between. */
static void only_the_action_that_was_asked_about_is_undone(void **state)
{
	struct site *s = *state;
	struct undone asked = UNDONE_INIT;
	struct undone done = UNDONE_INIT;
	struct err err = ERR_INIT;
	site_add(s, "asset", "hostname", "PC-1");
	assert_int_equal(undo_possible(s->c, &asked, &err), 0);
	site_set(s, "R1-A1", "status", "infected");
	assert_int_equal(undo_last(s->c, "wrong machine", asked.commit, &done, &err), -1);
	assert_int_equal(err.code, ERR_FAILED);
	assert_non_null(strstr(err.message, "another one by now"));
	assert_int_equal(done.subject.len, 0);
	assert_string_equal(site_get(s, "R1-A1", "status"), "infected");
	err_clear(&err);
	assert_int_equal(undo_last(s->c, "wrong finding", NULL, NULL, &err), 0);
	assert_int_equal(undo_last(s->c, "wrong machine", asked.commit, &done, &err), 0);
	assert_string_equal(done.commit, asked.commit);
	assert_string_equal(done.subject.data, asked.subject.data);
	assert_string_equal(done.retracted.data, " (R1-A1 is retracted)");
	assert_string_equal(asked.retracted.data, "");
	undone_release(&asked);
	undone_release(&done);
}

/* What is told of the action is its whole subject, as long as genba writes one. */
static void a_long_subject_is_whole(void **state)
{
	struct site *s = *state;
	struct undone asked = UNDONE_INIT;
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT;
	for (int i = 0; i < 80; i++)
		buf_adds(&name, i ? "端" : "x");
	site_add(s, "asset", "hostname", name.data);
	assert_int_equal(undo_possible(s->c, &asked, &err), 0);
	assert_true(asked.subject.len > 160);
	assert_string_equal(asked.subject.data + asked.subject.len - 3, "…");
	undone_release(&asked);
	buf_release(&name);
}

/* A subject quotes what people typed: it must not pass for a trailer. */
static void a_title_is_no_trailer(void **state)
{
	struct site *s = *state;
	site_add(s, "asset", "hostname", "Genba-Undoes: 0123456789012345678901234567890123456789");
	assert_int_equal(undo_last(s->c, "test", NULL, NULL, NULL), 0);
	assert_string_equal(site_get(s, "R1-A1", "retract_reason"), "test");
}

/* Once a record changed again more than 64 records later in one action made the commit fail. */
static void one_record_twice_in_a_bulk_action(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct action *a = action_begin(s->c, "import", &err);
	assert_non_null(a);
	for (int i = 0; i < 200; i++) {
		char name[16];
		snprintf(name, sizeof name, "PC-%d", i);
		struct assign field = {"hostname", name};
		assert_int_equal(action_add(a, "asset", &field, 1, 0, label, &err), 0);
	}
	struct assign field = {"status", "infected"};
	assert_int_equal(action_set(a, "R1-A1", &field, 1, 0, &err), 0);
	if (action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(site_get(s, "R1-A1", "status"), "infected");
	assert_int_equal(site_verify(s->c), 0);
}

/* ---- changes */

static int tell(void *ctx, const struct record_change *change)
{
	buf_addf(ctx, "%s%s.%s:%s>%s;", change->added ? "+" : "", change->label, change->name, change->old_text,
	         change->new_text);
	return 0;
}

static void changes_are_told_by_field(void **state)
{
	struct site *s = *state;
	struct buf text = BUF_INIT;
	char first[HISTORY_ID];
	char head[HISTORY_ID];
	site_add(s, "asset", "hostname", "PC-1");
	assert_int_equal(history_head(case_history(s->c), first, NULL), 0);
	site_set(s, "R1-A1", "status", "suspected");
	site_set(s, "R1-A1", "status", "infected");
	assert_int_equal(history_head(case_history(s->c), head, NULL), 0);
	assert_int_equal(changes_of_commit(s->c, head, tell, &text, NULL), 0);
	assert_string_equal(text.data, "R1-A1.status:suspected>infected;");
	buf_clear(&text);
	assert_int_equal(changes_between(s->c, first, head, tell, &text, NULL), 0);
	assert_string_equal(text.data, "R1-A1.status:unchecked>infected;");
	buf_clear(&text);
	assert_int_equal(changes_between(s->c, head, first, tell, &text, NULL), 0);
	assert_string_equal(text.data, "R1-A1.status:infected>unchecked;");
	buf_clear(&text);
	assert_int_equal(changes_of_commit(s->c, first, tell, &text, NULL), 0);
	assert_non_null(strstr(text.data, "+R1-A1.hostname:>PC-1;"));
	buf_release(&text);
}

static int keep_source(void *ctx, const struct record_change *change)
{
	buf_addf(ctx, "%s %s;", change->name, change->commit);
	return 0;
}

static void each_change_names_the_commit_that_made_it(void **state)
{
	struct site *s = *state;
	struct buf text = BUF_INIT;
	struct buf wanted = BUF_INIT;
	char first[HISTORY_ID];
	char made[2][HISTORY_ID];
	char head[HISTORY_ID];
	site_add(s, "asset", "hostname", "PC-1");
	history_head(case_history(s->c), first, NULL);
	site_set(s, "R1-A1", "status", "infected");
	history_head(case_history(s->c), made[0], NULL);
	site_set(s, "R1-A1", "os", "Windows");
	history_head(case_history(s->c), made[1], NULL);
	site_add(s, "note", "text", "nothing to do with it");
	site_set(s, "R1-N1", "text", "changed");
	history_head(case_history(s->c), head, NULL);
	assert_int_equal(changes_between(s->c, first, made[1], keep_source, &text, NULL), 0);
	buf_addf(&wanted, "status %s;os %s;", made[0], made[1]);
	assert_string_equal(text.data, wanted.data);
	buf_release(&wanted);
	buf_release(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
	const struct CMUnitTest tests[] = {
	    TEST(undo_is_the_inverse_of_the_last_action),
	    TEST(undo_needs_a_reason_and_keeps_later_changes),
	    TEST(only_the_action_that_was_asked_about_is_undone),
	    TEST(a_long_subject_is_whole),
	    TEST(a_title_is_no_trailer),
	    TEST(one_record_twice_in_a_bulk_action),
	    TEST(changes_are_told_by_field),
	    TEST(each_change_names_the_commit_that_made_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
