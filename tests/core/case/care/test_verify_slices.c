/*
 * The check of a case into which one commit brought thousands of records, in slices: no step asks more of the database than
 * a slice's worth, and the verdict is that of the check in one go, whatever is wrong.
 */
#include "case/care/verify.h"
#include "case/case.h"
#include "case/store/blob.h"
#include "help_site.h"
#include "history/history.h"

#include <sodium.h>

enum {
	RECORDS = 6000,
	STEP = 20000,           /* operations of SQLite in a step: fewer than to count all records one by one */
	BLOB = 3 * 1024 * 1024, /* bytes of a file; a step reads a MiB */
	EVERY = 10,             /* operations between two counts */
};

struct driven {
	struct buf text;
	unsigned operations; /* of the present step, in EVERY */
};

static int count_operations(void *ctx)
{
	struct driven *d = ctx;
	d->operations++;
	return 0;
}

static void take_finding(void *ctx, const char *part, const char *text)
{
	struct driven *d = ctx;
	buf_addf(&d->text, "%s: %s\n", part, text);
}

/* SQLite's own check of a table is one step, which a key interrupts. */
static int is_structure(const struct verify *v)
{
	struct verify_state states[VERIFY_PARTS];
	verify_states(v, states);
	return states[VERIFY_HISTORY].checked && !states[VERIFY_STRUCTURE].checked;
}

static unsigned drive(struct site *s, struct driven *d)
{
	struct err err = ERR_INIT;
	struct verify *v = verify_begin(s->c, take_finding, d);
	unsigned in_texts = 0;
	int rc;
	sqlite3_progress_handler(case_db(s->c), EVERY, count_operations, d);
	do {
		struct verify_state states[VERIFY_PARTS];
		int structure = is_structure(v);
		d->operations = 0;
		rc = verify_step(v, 0, &err);
		if (!structure && !is_structure(v) && d->operations > STEP / EVERY)
			fail_msg("%u operations in one step", d->operations * EVERY);
		verify_states(v, states);
		in_texts += states[VERIFY_RECORDS].checked && !states[VERIFY_TEXTS].checked;
	} while (rc == 1);
	sqlite3_progress_handler(case_db(s->c), 0, NULL, NULL);
	assert_int_equal(rc, 0);
	verify_end(v);
	return in_texts;
}

static void fill(struct site *s)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char name[32];
	char sha256[65];
	struct action *a = action_begin(s->c, "import", &err);
	assert_non_null(a);
	for (int i = 0; i < RECORDS; i++) {
		struct assign assign = {"hostname", name};
		snprintf(name, sizeof name, "PC-%05d", i);
		assert_int_equal(action_add(a, "asset", &assign, 1, 0, label, &err), 0);
	}
	unsigned char *bytes = xmalloc(BLOB);
	randombytes_buf_deterministic(bytes, BLOB, (const unsigned char[32]){"a file that cannot be packed"});
	assert_int_equal(blob_put(s->c, bytes, BLOB, sha256, &err), 0);
	free(bytes);
	assert_int_equal(action_commit(a, &err), 0);
	site_add(s, "note", "text", "one commit more");
}

static void the_verdict_is_that_of_one_go(void **state)
{
	static const struct {
		const char *sql;
		const char *words; /* NULL: nothing is wrong */
	} cases[] = {
	    {"SELECT 1", NULL},
	    {"UPDATE record SET json = replace(json, 'PC-00077', 'PC-00078') WHERE label = 'R1-A78'",
	     "differs from the history"},
	    {"DELETE FROM record WHERE label = 'R1-A4000'", "the tables 5999"},
	    {"DELETE FROM git_object WHERE n = (SELECT min(n) FROM git_object WHERE type = 3 AND n >= 3000)",
	     "is missing"},
	    {"UPDATE git_object SET (size, base, depth, data) = (SELECT size, base, depth, data FROM git_object t "
	     "WHERE "
	     "t.type = 2 AND t.n > 5000 ORDER BY t.n LIMIT 1) WHERE n = (SELECT max(n) FROM git_object WHERE type = 2 "
	     "AND n < 5000)",
	     "does not fit its id"},
	    {"DELETE FROM git_touch WHERE path = (SELECT max(path) FROM git_touch WHERE path LIKE 'asset/%')",
	     "which the log of that record does not show"},
	    {"UPDATE record SET mark = 'R9' WHERE label = 'R1-A5000'",
	     "not one that the author of the record could give"},
	    {"INSERT INTO alias VALUES('R1-A5', 'x')", "former label R1-A5"},
	    {"UPDATE blob SET size = size - 1", "does not fit its digest"},
	    {"UPDATE blob SET data = substr(data, 1, 100000)", "does not fit its digest"},
	    {"UPDATE blob SET data = data || x'00'", "does not fit its digest"},
	};
	struct site *s = *state;
	struct err err = ERR_INIT;
	fill(s);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct driven slices = {BUF_INIT, 0};
		struct driven whole = {BUF_INIT, 0};
		struct verify_report report;
		site_sql(s, "BEGIN");
		site_sql(s, cases[i].sql);
		history_rolled_back(case_history(s->c)); /* what is in memory of the objects goes */
		unsigned in_texts = drive(s, &slices);
		assert_int_equal(case_verify(s->c, NULL, take_finding, &whole, &report, &err), 0);
		assert_string_equal(slices.text.data, whole.text.data);
		if (cases[i].words ? !strstr(whole.text.data, cases[i].words) : whole.text.len > 0)
			fail_msg("wanted '%s', got:\n%s", cases[i].words ? cases[i].words : "nothing", whole.text.data);
		if (!cases[i].words) {
			assert_int_equal(report.files, 1);
			assert_true(in_texts >= BLOB / (1024 * 1024));
		}
		site_sql(s, "ROLLBACK");
		history_rolled_back(case_history(s->c));
		buf_release(&slices.text);
		buf_release(&whole.text);
	}
}

/* It stands in the middle of the large commit while somebody works, and finds nothing wrong. */
static void the_owner_works_meanwhile(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct driven d = {BUF_INIT, 0};
	unsigned steps = 0;
	int rc;
	fill(s);
	struct verify *v = verify_begin(s->c, take_finding, &d);
	while ((rc = verify_step(v, 0, &err)) == 1)
		if (steps++ % 25 == 0)
			site_add(s, "asset", "hostname", "PC-NEW");
	assert_int_equal(rc, 0);
	assert_string_equal(d.text.data, "");
	verify_end(v);
	buf_release(&d.text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
	const struct CMUnitTest tests[] = {
	    TEST(the_verdict_is_that_of_one_go),
	    TEST(the_owner_works_meanwhile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
