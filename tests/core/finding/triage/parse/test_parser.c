/* What a parser says: rows in pieces of at most a MiB that hold whole rows, and problems, of which not all are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "finding/triage/parse/parser.h"

#include <stdlib.h>
#include <string.h>

#define ROWS 9000

static int talkative_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	char text[300];
	struct buf fields = BUF_INIT;
	int rc = 0;
	memset(text, 'x', sizeof text);
	for (unsigned i = 0; i < ROWS && rc == 0; i++) {
		struct observation o = {.when = i, .offset = i, .artefact = OBSERVATION_other};
		buf_clear(&fields);
		observation_field_n(&fields, "text", text, sizeof text);
		if (i == 5)
			for (unsigned k = 0; k < 10; k++) { /* more than a row may have */
				char *large = malloc(40000);
				memset(large, 'y', 40000);
				observation_field_n(&fields, "large", large, 40000);
				free(large);
			}
		o.fields = fields.data;
		o.fields_size = fields.len;
		rc = triage_row(out, &o, err);
	}
	for (unsigned i = 0; i < 70 && rc == 0; i++)
		triage_problem(out, i, "problem %u of %s", i, f->path);
	if (rc == 0)
		triage_fact(out, "rows", json_integer(ROWS));
	buf_release(&fields);
	return rc;
}

static const struct triage_parser talkative = {"talkative", 1, NULL, talkative_run, {NULL}};

struct taken {
	uint64_t rows;
	uint64_t pieces;
	int refuse;
};

static int take(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct taken *t = ctx;
	struct observation o;
	size_t size = 0;
	if (t->refuse)
		return err_set(err, ERR_NO_SPACE, "full");
	assert_true(n <= 1U << 20);
	t->pieces++;
	for (size_t at = 0; at < n; at += size, t->rows++)
		assert_int_equal(observation_unpack((const char *)bytes + at, n - at, &o, &size, NULL), 1);
	return 0;
}

static void pieces_hold_whole_rows(void **state)
{
	(void)state;
	struct triage_file file = {.path = "a/b"};
	struct triage_done done;
	struct taken t = {.rows = 0};
	assert_int_equal(triage_parse(&talkative, &file, take, &t, &done, NULL), 0);
	assert_int_equal(t.rows, ROWS - 1);
	assert_int_equal(done.rows, ROWS - 1);
	assert_true(t.pieces >= 3);
	assert_int_equal(json_integer_value(json_object_get(done.facts, "rows")), ROWS);
	assert_int_equal(json_array_size(done.problems),
	                 51); /* the row that was too long, 49 more, and how many else */
	const char *first = json_string_value(json_object_get(json_array_get(done.problems, 1), "reason"));
	const char *last = json_string_value(json_object_get(json_array_get(done.problems, 50), "reason"));
	assert_string_equal(first, "problem 0 of a/b");
	assert_non_null(strstr(last, "21 more"));
	assert_int_equal(done.failed.code, ERR_NONE);
	triage_done_release(&done);
}

static void who_takes_no_more_ends_it(void **state)
{
	(void)state;
	struct triage_file file = {.path = "a/b"};
	struct triage_done done;
	struct taken t = {.refuse = 1};
	struct err err = ERR_INIT;
	assert_int_equal(triage_parse(&talkative, &file, take, &t, &done, &err), -1);
	assert_int_equal(err.code, ERR_NO_SPACE);
	triage_done_release(&done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_hold_whole_rows),
	    cmocka_unit_test(who_takes_no_more_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
