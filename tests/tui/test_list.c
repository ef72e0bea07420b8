/*
 * A list made in slices, whatever is typed, sorted and changed in between, is in the end the list made at one go.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/sorting.h"
#include "case/case.h"
#include "case/store/record.h"
#include "tui/list/list.h"
#include "tui/workbench/record_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS 3000 /* several slices */
#define STEPS   600

static struct case_file *c;
static struct identity *responder;
static char scratch[64];
static uint32_t seed;

static size_t chance(size_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static const char *const departments[] = {"人事部", "経理部", "Sales", "sales east", ""};
static const char *const statuses[] = {"unchecked", "infected", "suspected", "clean"};

static void add_assets(void)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(c, "import", &err);
	for (size_t i = 0; a && i < RECORDS; i++) {
		char host[32];
		char address[32];
		char label[LABEL_TEXT];
		snprintf(host, sizeof host, "PC-%05zu", chance(RECORDS));
		snprintf(address, sizeof address, "10.0.%zu.%zu", i >> 8, i & 255);
		struct assign fields[] = {{"hostname", host},
		                          {"addresses", address},
		                          {"status", statuses[chance(3)]},
		                          {"department", departments[chance(5)]}};
		assert_int_equal(action_add(a, "asset", fields, 4, 0, label, &err), 0);
		if (chance(10) == 0)
			assert_int_equal(action_retract(a, label, "twice on the list", &err), 0);
	}
	if (!a || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(secret_setup(&err), 0);
	snprintf(scratch, sizeof scratch, "/tmp/genba-test-XXXXXX");
	assert_non_null(mkdtemp(scratch));
	setenv("XDG_DATA_HOME", scratch, 1);
	responder = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "Test", .owner = responder};
	char *path = xasprintf("%s/site.genba", scratch);
	c = case_create(path, &spec, &err);
	free(path);
	if (!c)
		fail_msg("%s", err.message);
	add_assets();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	case_close(c, NULL);
	identity_free(responder);
	char *command = xasprintf("rm -rf '%s'", scratch);
	int rc = system(command);
	free(command);
	return rc;
}

/* ---- what a person does */

struct typed {
	char text[64];
	const struct field *by;
	int descending;
	int retracted;
};

static void type_on(struct typed *t)
{
	static const char *const letters[] = {"0", "1", "2", "p", "c", "-", "人", "事", "S", "a", " ", "|"};
	static const char *const words[] = {"status=infected ", "-sales ",      "department~sal", "addresses~10.0.1",
	                                    "hostname~pc",      "department: ", "人事部 ",        "\"sales e"};
	size_t n = strlen(t->text);
	if (chance(4) == 0 && n > 0)
		t->text[chance(n)] = '\0';
	else if (chance(6) == 0)
		snprintf(t->text, sizeof t->text, "%s", words[chance(8)]);
	else if (n + 8 < sizeof t->text)
		strcat(t->text, letters[chance(12)]);
}

static void sort(struct typed *t)
{
	static const char *const fields[] = {"hostname", "status", "department", "addresses"};
	size_t i = chance(5);
	t->by = i < 4 ? kind_field(kind_find("asset"), fields[i]) : NULL;
	t->descending = (int)chance(2);
}

static void change_record(struct record_cache *table)
{
	struct err err = ERR_INIT;
	if (record_cache_count(table) == 0)
		return;
	struct assign fields[] = {{"status", statuses[chance(4)]}, {"department", departments[chance(5)]}};
	char *label = xstrdup(record_cache_label(table, chance(record_cache_count(table))));
	record_set(c, label, fields, chance(2) ? 2 : 1, 0, &err); /* a clean one wants a check: refused is fine too */
	free(label);
}

static void whole(struct list *l)
{
	while (list_work(l, 0))
		;
}

static void assert_as_at_one_go(struct list *l, struct tables **tables, const struct typed *t)
{
	struct list *fresh = list_new(record_cache_take(tables, c, kind_find("asset"), NULL));
	list_sort(fresh, t->by, t->descending);
	list_show_retracted(fresh, t->retracted);
	assert_int_equal(list_filter(fresh, t->text, NULL), 0);
	whole(l);
	whole(fresh);
	if (list_count(l) != list_count(fresh))
		fail_msg("'%s': %zu, at one go %zu", t->text, list_count(l), list_count(fresh));
	for (size_t i = 0; i < list_count(l); i++)
		assert_int_equal(list_row(l, i), list_row(fresh, i));
	list_free(fresh);
}

static void slices_come_to_the_same_list(void **state)
{
	struct tables *tables = NULL;
	struct list *l = list_new(record_cache_take(&tables, c, kind_find("asset"), NULL));
	struct typed t = {.text = ""};
	size_t compared = 0;
	(void)state;
	seed = 7;
	for (size_t step = 0; step < STEPS; step++) {
		struct typed before = t;
		switch (chance(12)) {
		case 0:
			sort(&t);
			list_sort(l, t.by, t.descending);
			break;
		case 1:
			t.retracted = !t.retracted;
			list_show_retracted(l, t.retracted);
			break;
		case 2:
			change_record(list_table(l));
			break;
		default:
			type_on(&t);
			if (list_filter(l, t.text, NULL) < 0)
				t = before; /* no filter (yet): that of before stays */
		}
		for (size_t slices = chance(8); slices > 0; slices--)
			list_work(l, 0);
		if (chance(5) == 0) {
			assert_as_at_one_go(l, &tables, &t);
			compared++;
		}
	}
	assert_true(compared > STEPS / 10);
	list_free(l);
	tables_free(&tables);
}

/* A letter more looks only at what passed: what is still to be asked of then is no more than that. */
static void a_longer_word_is_asked_of_what_passed(void **state)
{
	struct tables *tables = NULL;
	struct list *l = list_new(record_cache_take(&tables, c, kind_find("asset"), NULL));
	(void)state;
	whole(l);
	assert_int_equal(list_filter(l, "人事", NULL), 0);
	whole(l);
	size_t passed = list_count(l);
	assert_in_range(passed, 1, RECORDS / 2);
	assert_int_equal(list_to_ask(l), 0);
	assert_int_equal(list_filter(l, "人事部", NULL), 0);
	assert_int_equal(list_to_ask(l), passed);
	assert_int_equal(list_filter(l, "人事部 infec", NULL), 0);
	assert_int_equal(list_to_ask(l), passed);
	whole(l);
	assert_int_equal(list_filter(l, "人事部 inf", NULL), 0); /* shorter: all of them again */
	whole(l);
	assert_int_equal(list_filter(l, "-人事部", NULL), 0); /* the opposite */
	assert_true(list_to_ask(l) >= RECORDS);
	list_free(l);
	tables_free(&tables);
}

/* ---- the order */

static const uint32_t *values;

static int compare_values(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return (values[a] > values[b]) - (values[a] < values[b]);
}

static int for_some_steps(void *limit)
{
	size_t *left = limit;
	return (*left)-- > 1;
}

static void an_order_is_made_in_pieces(void **state)
{
	struct sorting o = {0};
	uint32_t some[700];
	(void)state;
	seed = 11;
	values = some;
	for (size_t count = 0; count < 700; count = count * 2 + chance(3)) {
		for (size_t i = 0; i < count; i++)
			some[i] = (uint32_t)chance(50);
		size_t pieces = 0;
		size_t limit = 1 + chance(100);
		sorting_begin(&o, count);
		for (size_t left = limit; !sorting_work(&o, compare_values, NULL, for_some_steps, &left); left = limit)
			pieces++;
		for (size_t i = 1; i < count; i++) {
			int order = compare_values(NULL, o.rows[i - 1], o.rows[i]);
			assert_true(order < 0 || (order == 0 && o.rows[i - 1] < o.rows[i]));
		}
		assert_true(count < 100 || pieces > 1);
	}
	sorting_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slices_come_to_the_same_list),
	    cmocka_unit_test(a_longer_word_is_asked_of_what_passed),
	    cmocka_unit_test(an_order_is_made_in_pieces),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
