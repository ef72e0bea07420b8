/* What of a case was altered behind its back is named; slices; keys; foreign tables. */
#include "base/progress.h"
#include "case/care/verify.h"
#include "case/case.h"
#include "help_site.h"

#include <unistd.h>

static void is_found(struct site *s, const char *words)
{
	if (site_verify(s->c) == 0)
		fail_msg("nothing was found, wanted: %s", words);
	if (!strstr(site_finding, words))
		fail_msg("wanted '%s', got '%s'", words, site_finding);
}

static void records_altered(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		const char *words;
	} cases[] = {
	    {"UPDATE record SET json = replace(json, 'PC-1', 'PC-2') WHERE label = 'R1-A1'",
	     "differs from the history"},
	    {"UPDATE record SET json = json || ' ' WHERE label = 'R1-A1'", "R1-A1"},
	    {"UPDATE record SET retracted = 1 WHERE label = 'R1-A1'", "whether it was retracted"},
	    {"UPDATE record SET label = 'R1-A9' WHERE label = 'R1-A1'", "label does not fit its row"},
	    {"UPDATE record SET number = 7 WHERE label = 'R1-A1'", "label does not fit its row"},
	    {"UPDATE record SET status = 'clean' WHERE label = 'R1-A1'", "indexed column"},
	    {"DELETE FROM record WHERE label = 'R1-A1'", "the tables 0"},
	    {"INSERT INTO record(id, kind, label, mark, number, retracted, json) SELECT CASE WHEN id LIKE 'f%' THEN "
	     "'e' ELSE 'f' END || substr(id, 2), kind, "
	     "'R1-A2', mark, 2,"
	     " retracted, json FROM record WHERE label = 'R1-A1'",
	     "R1-A2"},
	    {"DELETE FROM link", "table of references"},
	    {"INSERT INTO link SELECT id, id, 'x' FROM record WHERE label = 'R1-N1'", "table of references has 2 rows"},
	    {"INSERT INTO alias VALUES('R1-A1', 'x')", "former label R1-A1"},
	    {"UPDATE text SET value = 'another text'", "does not fit its digest"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *site;
		site_begin(&site);
		struct site *s = site;
		site_add(s, "asset", "hostname", "PC-1");
		site_add(s, "note", "text", "the text");
		site_set(s, "R1-N1", "on", "R1-A1");
		assert_int_equal(site_verify(s->c), 0);
		site_sql(s, cases[i].sql);
		is_found(s, cases[i].words);
		site_end(&site);
	}
}

static void foreign_tables_are_refused(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->one, NULL};
	site_sql(s, "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM text; END");
	assert_int_equal(case_close(s->c, &err), 0);
	s->c = NULL;
	assert_null(case_open(s->path, &unlock, 0, &err));
	assert_int_equal(err.code, ERR_DAMAGED);
}

static void slices_leave_the_case_usable(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	for (int i = 0; i < 40; i++)
		site_add(s, "note", "text", "some text");
	struct verify *v = verify_begin(s->c, NULL, NULL);
	int rc;
	int steps = 0;
	while ((rc = verify_step(v, 0, &err)) == 1) {
		buf_clear(&line);
		verify_line(v, &line);
		assert_true(line.len > 0);
		if (steps++ % 5 == 0)
			site_add(s, "note", "text", "written meanwhile");
		assert_true(steps < 10000);
	}
	assert_int_equal(rc, 0);
	assert_true(steps > 10);
	struct verify_state states[VERIFY_PARTS];
	verify_states(v, states);
	for (size_t i = 0; i < VERIFY_PARTS; i++)
		assert_true(states[i].checked && states[i].findings == 0);
	assert_int_equal(verify_report(v)->findings, 0);
	verify_end(v);
	assert_int_equal(site_verify(s->c), 0);
	buf_release(&line);
}

/* While there is something to read, the check of a table is left and begun again: nothing is told of what was cut off. */
static void a_key_that_waits_makes_no_finding(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	int keys[2];
	char key = 'j';
	int rc = 1;
	for (int i = 0; i < 200; i++)
		site_add(s, "note", "text", "some text");
	assert_int_equal(pipe(keys), 0);
	assert_int_equal(write(keys[1], &key, 1), 1);
	struct verify *v = verify_begin(s->c, NULL, NULL);
	verify_heed(v, keys[0]);
	for (int i = 0; i < 500 && rc == 1; i++)
		rc = verify_step(v, 0, &err);
	assert_int_equal(read(keys[0], &key, 1), 1);
	while (rc == 1)
		rc = verify_step(v, 0, &err);
	assert_int_equal(rc, 0);
	struct verify_state states[VERIFY_PARTS];
	verify_states(v, states);
	for (size_t i = 0; i < VERIFY_PARTS; i++)
		assert_true(states[i].checked && states[i].findings == 0);
	verify_end(v);
	close(keys[0]);
	close(keys[1]);
}

static int stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

static void verification_can_be_cancelled(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct progress progress = {stop, NULL};
	struct verify_report report;
	int rc = 0;
	for (int i = 0; i < 1000 && rc == 0; i++) { /* a small case may be done within one slice */
		char text[32];
		snprintf(text, sizeof text, "note %d", i);
		site_add(s, "note", "text", text);
		rc = i % 100 == 99 ? case_verify(s->c, &progress, NULL, NULL, &report, &err) : 0;
	}
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_CANCELLED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_altered),   TEST(foreign_tables_are_refused),
	    TEST(slices_leave_the_case_usable),  TEST(a_key_that_waits_makes_no_finding),
	    TEST(verification_can_be_cancelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
