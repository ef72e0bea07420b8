/* Search: what people type is found, in both scripts; the index catches up after any end. */
#include "case/case.h"
#include "help_case.h"

#include "case/query/search.h"
#include "case/store/case_internal.h"
#include "case/store/meta.h"
#include "case/store/tokenizer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int note_hit(void *ctx, const struct search_hit *hit)
{
	buf_addf(ctx, "%s ", hit->label);
	return 0;
}

static int note_snippet(void *ctx, const struct search_hit *hit)
{
	buf_adds(ctx, hit->snippet);
	return 1;
}

static void assert_finds(const char *text, const char *expected)
{
	struct buf found = BUF_INIT;
	struct err err = ERR_INIT;
	if (search_find(the_case, text, 50, note_hit, &found, &err) != 0)
		fail_msg("%s: %s", text, err.message);
	if (strcmp(found.data, expected) != 0)
		fail_msg("'%s' finds '%s', not '%s'", text, found.data, expected);
	buf_release(&found);
}

static int note_retracted(void *ctx, const struct search_hit *hit)
{
	buf_addf(ctx, "%s%s ", hit->label, hit->is_retracted ? "x" : "");
	return 0;
}

/* However well they fit: what was retracted is for those who look for it. */
static void what_was_retracted_comes_last(void **state)
{
	(void)state;
	struct buf found = BUF_INIT;
	struct err err = ERR_INIT;
	add("note", "text=tunnel+tunnel+tunnel");
	add("note", "text=the+server+behind+the+tunnel+was+looked+at");
	add("note", "text=tunnel");
	assert_int_equal(record_retract(the_case, "R1-N1", "a slip", &err), 0);
	assert_int_equal(record_retract(the_case, "R1-N3", "a slip", &err), 0);
	assert_int_equal(search_find(the_case, "tunnel", 50, note_retracted, &found, &err), 0);
	assert_memory_equal(found.data, "R1-N2 ", 6);
	assert_non_null(strstr(found.data, "R1-N1x "));
	assert_non_null(strstr(found.data, "R1-N3x "));
	buf_clear(&found);
	assert_int_equal(search_find(the_case, "tunnel", 1, note_retracted, &found, &err), 0);
	assert_string_equal(found.data, "R1-N2 ");
	buf_release(&found);
}

/* A check names all that was looked for, found or not: what somebody found comes before it. */
static void a_check_comes_behind_what_was_found(void **state)
{
	(void)state;
	add("asset", "hostname=alpha");
	add("check", "method=triage on=R1-A1 when=2014-10-01 result=not_found limits=webshell+webshell");
	add("note", "text=on+the+server+that+all+see+there+was+a+webshell+between+many+other+files");
	assert_finds("webshell", "R1-N1 R1-K1 ");
}

static void what_people_type_is_found(void **state)
{
	(void)state;
	add("asset", "hostname=ＨＲ-PC-03 status=infected department=人事部");
	add("asset", "hostname=ﾌｧｲﾙｻｰﾊﾞ os=Debian+12 tags=隔離対象");
	add("note", "text=感染経路を調査、LNKファイルを検出した");
	assert_finds("HR", "R1-A1 ");
	assert_finds("ＨＲ", "R1-A1 ");
	assert_finds("hr-pc", "R1-A1 ");
	assert_finds("ファイルサーバ", "R1-A2 ");
	assert_finds("ﾌｧｲﾙ", "R1-A2 R1-N1 ");
	assert_finds("隔離", "R1-A2 ");
	assert_finds("経路", "R1-N1 "); /* two characters inside a longer word */
	assert_finds("人事", "R1-A1 ");
	assert_finds("感染", "R1-N1 R1-A1 "); /* the label of "infected" is a word too */
	assert_finds("infected", "R1-A1 ");
	assert_finds("R1-A2", "R1-A2 ");
	assert_finds("debian", "R1-A2 ");
	assert_finds("nowhere", "");
	assert_finds("entered", "");
	char year[5];
	snprintf(year, sizeof year, "%.4s", get("R1-A1", "entered"));
	assert_finds(year, ""); /* when it was typed in is no word of a record */
}

/* A run of a shipped playbook is on record under its English name: it is found by either, whatever the screen's language. */
static void a_run_is_found_by_either_name(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"playbook", "Isolation"}, {"started", "2026-11-23T14:05+09:00"}};
	if (record_add(the_case, "run", fields, 2, RECORD_MACHINE, label, &err) < 0)
		fail_msg("%s", err.message);
	add("note", "text=Isolation"); /* typed by a person: these words, and no others */
	assert_finds("隔離", "R1-J1 ");
	assert_finds("isolation", "R1-J1 R1-N1 ");
}

static void what_is_changed_is_found_anew(void **state)
{
	(void)state;
	add("asset", "hostname=alpha recovery_key=topsecret");
	assert_finds("alpha", "R1-A1 ");
	set("R1-A1", "hostname=beta");
	assert_finds("alpha", "");
	assert_finds("beta", "R1-A1 ");
	assert_finds("topsecret", ""); /* a secret is no word */
	set("R1-A1", "hostname=gamma");
	case_again();
	assert_finds("gamma", "R1-A1 ");
}

static void the_index_catches_up_after_a_crash(void **state)
{
	(void)state;
	add("asset", "hostname=before");
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	char *path = xasprintf("%s/site.genba", scratch);
	assert_int_equal(case_close(the_case, NULL), 0);
	the_case = NULL;
	pid_t pid = fork();
	if (pid == 0) { /* writes two records and is killed before any index is made */
		struct case_unlock unlock = {responder, NULL};
		the_case = case_open(path, &unlock, 0, NULL);
		struct err err = ERR_INIT;
		int rc = the_case ? try_add("asset", "hostname=during", 0, &err) : -1;
		rc |= rc == 0 ? try_add("note", "text=died", 0, &err) : -1;
		if (rc == 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status = 1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	struct case_unlock unlock = {responder, NULL};
	the_case = case_open(path, &unlock, 0, NULL);
	assert_non_null(the_case);
	assert_finds("during", "R1-A2 ");
	assert_finds("died", "R1-N1 ");
	assert_finds("before", "R1-A1 ");
	free(path);
}

static void catching_up_is_done_in_portions(void **state)
{
	(void)state;
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	for (int i = 0; i < 7; i++)
		add("note", "text=portion");
	assert_int_equal(search_catch_up(the_case, 3, NULL), 4);
	assert_int_equal(search_catch_up(the_case, 3, NULL), 1);
	assert_int_equal(search_catch_up(the_case, 3, NULL), 0);
	assert_finds("portion", "R1-N1 R1-N2 R1-N3 R1-N4 R1-N5 R1-N6 R1-N7 ");
}

static int note_three(void *ctx, const struct search_hit *hit)
{
	buf_addf(ctx, "%s %s\n", hit->label, hit->snippet);
	return 0;
}

/* The order of SQLite's own ranking, asked in one statement. */
static void add_ranked_by_sqlite(const char *text, int limit, struct buf *out)
{
	struct buf expression = BUF_INIT;
	sqlite3_stmt *s = NULL;
	tokenizer_query(text, &expression);
	assert_int_equal(sqlite3_prepare_v2(the_case->db,
	                                    "SELECT record.label"
	                                    " FROM search JOIN record ON record.n = search.rowid"
	                                    " WHERE search MATCH ?1 ORDER BY search.rank, record.n LIMIT ?2",
	                                    -1, &s, NULL),
	                 SQLITE_OK);
	sqlite3_bind_text(s, 1, expression.data, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, limit);
	while (sqlite3_step(s) == SQLITE_ROW)
		buf_addf(out, "%s ", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	buf_release(&expression);
}

static int count_step(void *ctx)
{
	++*(unsigned long *)ctx;
	return 0;
}

/* Steps of SQLite until one changed note is in the index. */
static unsigned long steps_of_a_change(const char *label)
{
	unsigned long steps = 0;
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	set(label, "text=changed");
	sqlite3_progress_handler(the_case->db, 1, count_step, &steps);
	assert_int_equal(search_catch_up_until(the_case, 0, NULL), 0);
	sqlite3_progress_handler(the_case->db, 0, NULL, NULL);
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	return steps;
}

/* It does not read the others. */
static void a_change_costs_the_same_among_many(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		add("note", "text=few");
	unsigned long few = steps_of_a_change("R1-N7");
	for (int i = 0; i < 400; i++)
		add("note", "text=many");
	unsigned long many = steps_of_a_change("R1-N8");
	if (many > few + 200)
		fail_msg("%lu steps among 20 notes, %lu among 420", few, many);
}

/* Slices that are as short as they come: what was changed is taken in first, and all is as in one go. */
static void in_slices_the_same_is_found(void **state)
{
	(void)state;
	static const int limits[] = {0, 1, 7, 100, 1000};
	char line[256];
	for (int i = 0; i < 600; i++) {
		snprintf(line, sizeof line, "text=slice%.*s+number+%d", i % 5 * 6, "+slice+slice+slice+slice", i);
		add("note", line);
	}
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	set("R1-N500", "text=slice+changed+slice+slice+slice+slice+slice");
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct buf sliced = BUF_INIT;
		struct buf whole = BUF_INIT;
		struct err err = ERR_INIT;
		struct search *s = search_new(the_case, "slice", (size_t)limits[i], note_three, &sliced);
		int slices = 0;
		int before = 0;
		int rc;
		while ((rc = search_work(s, 0, &err)) == 1) {
			assert_in_range(search_percent(s), before, 100);
			before = search_percent(s);
			slices++;
		}
		assert_int_equal(rc, 0);
		assert_true(slices >= 1); /* 600 hits are more than one ranks */
		search_free(s);
		assert_int_equal(search_find(the_case, "slice", (size_t)limits[i], note_three, &whole, &err), 0);
		assert_string_equal(sliced.data, whole.data);
		buf_clear(&sliced);
		buf_clear(&whole);
		assert_int_equal(search_find(the_case, "slice", (size_t)limits[i], note_hit, &sliced, &err), 0);
		add_ranked_by_sqlite("slice", limits[i], &whole);
		assert_string_equal(sliced.data, whole.data);
		assert_true(limits[i] < 100 || strstr(sliced.data, "R1-N500 ") != NULL);
		buf_release(&sliced);
		buf_release(&whole);
	}
}

static void the_index_catches_up_in_slices(void **state)
{
	(void)state;
	assert_int_equal(search_catch_up(the_case, 0, NULL), 0);
	for (int i = 0; i < 20; i++)
		add("note", "text=portion");
	assert_int_equal(search_catch_up_until(the_case, 0, NULL), 1);
	int left = 0;
	while (search_catch_up_until(the_case, 0, NULL) == 1)
		left++;
	assert_in_range(left, 1, 18);
	assert_int_equal(search_catch_up(the_case, 1, NULL), 0);
	struct buf found = BUF_INIT;
	assert_int_equal(search_find(the_case, "portion", 50, note_snippet, &found, NULL), 0);
	assert_string_equal(found.data, "«portion»");
	buf_release(&found);
}

static void an_index_of_an_older_version_is_made_anew(void **state)
{
	(void)state;
	add("note", "text=経理の髙橋さん");
	case_again();
	assert_int_equal(tokenizer_register_first(the_case->db, NULL), 0); /* before anything opened the index */
	assert_int_equal(sqlite3_exec(the_case->db, "INSERT INTO search(search) VALUES('rebuild')", NULL, NULL, NULL),
	                 SQLITE_OK);
	assert_int_equal(case_meta_set(the_case, "local.search", "1", NULL), 0);
	the_case->flags |= CASE_READ_ONLY; /* a close leaves the index as it is */
	case_again();
	the_case->flags |= CASE_READ_ONLY;
	assert_int_equal(search_open(the_case, NULL), 0);
	assert_finds("髙橋", "R1-N1 "); /* asked as it was made */
	case_again();
	assert_finds("高橋", "R1-N1 ");
	assert_finds("髙橋", "R1-N1 ");
	assert_int_equal(
	    sqlite3_exec(the_case->db, "INSERT INTO search(search) VALUES('integrity-check')", NULL, NULL, NULL),
	    SQLITE_OK);
	set("R1-N1", "text=経理の山﨑さん");
	assert_finds("高橋", "");
	assert_finds("山崎", "R1-N1 ");
}

/* The index knows choices in both languages; what is shown speaks one. */
static void a_snippet_speaks_one_language(void **state)
{
	(void)state;
	struct buf snippet = BUF_INIT;
	add("asset", "hostname=PC-7 type=terminal status=infected department=Zebra containment=isolated");
	assert_int_equal(search_find(the_case, "Zebra", 50, note_snippet, &snippet, NULL), 0);
	assert_non_null(strstr(snippet.data, "«Zebra»"));
	for (const char *p = snippet.data; *p; p++)
		assert_int_not_equal((unsigned char)*p, 0xE6); /* 感染, 端末, 済 */
	buf_clear(&snippet);
	assert_int_equal(search_find(the_case, "感染", 50, note_snippet, &snippet, NULL), 0);
	assert_non_null(strstr(snippet.data, "«感染»")); /* what was looked for stands there */
	buf_release(&snippet);
}

static void hostile_text_is_harmless(void **state)
{
	(void)state;
	static const char *const queries[] = {"\" OR body:*", "NEAR(a b)", "a AND NOT b", "body:x", "^a",
	                                      "a*",           "(",         "x\"y",        "-a",     "'; DROP"};
	add("note", "text=a\x1b]0;owned\x07z");
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct buf found = BUF_INIT;
		struct err err = ERR_INIT;
		int rc = search_find(the_case, queries[i], 50, note_hit, &found, &err);
		if (rc < 0 && !strstr(err.message, "no word"))
			fail_msg("%s: %s", queries[i], err.message);
		buf_release(&found);
	}
	struct buf snippet = BUF_INIT;
	assert_int_equal(search_find(the_case, "owned", 50, note_snippet, &snippet, NULL), 0);
	assert_null(strchr(snippet.data, '\x1b'));
	assert_non_null(strstr(snippet.data, "«owned»"));
	buf_release(&snippet);
	struct err err = ERR_INIT;
	assert_int_equal(search_find(the_case, " 、。", 50, note_hit, NULL, &err), -1);
	assert_non_null(strstr(err.message, "no word"));
}

int main(void)
{
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    CASE_TEST(what_people_type_is_found),
	    CASE_TEST(what_was_retracted_comes_last),
	    CASE_TEST(a_check_comes_behind_what_was_found),
	    CASE_TEST(what_is_changed_is_found_anew),
	    CASE_TEST(a_run_is_found_by_either_name),
	    CASE_TEST(the_index_catches_up_after_a_crash),
	    CASE_TEST(catching_up_is_done_in_portions),
	    CASE_TEST(a_change_costs_the_same_among_many),
	    CASE_TEST(in_slices_the_same_is_found),
	    CASE_TEST(the_index_catches_up_in_slices),
	    CASE_TEST(hostile_text_is_harmless),
	    CASE_TEST(an_index_of_an_older_version_is_made_anew),
	    CASE_TEST(a_snippet_speaks_one_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
