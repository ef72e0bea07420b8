/*
 * Random histories of copies of one case that go apart and come together. After a last exchange every copy holds every
 * action, and all trees are the same. GENBA_HISTORIES says how many.
 */
#include "case/case.h"
#include "help_copies.h"

#include "base/worker/worker.h"
#include "case/action/action.h"
#include "case/action/reserve.h"
#include "handover/parcel/seal.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static unsigned draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

static int nth_label(void *ctx, json_t *record)
{
	struct {
		unsigned n;
		char label[LABEL_TEXT];
	} *want = ctx;
	if (want->n-- > 0)
		return 0;
	snprintf(want->label, sizeof want->label, "%s", record_label(record));
	return 1;
}

/* One of the conflicts is decided, in one of three ways. */
static void decide(struct case_file *c)
{
	struct {
		unsigned n;
		char label[LABEL_TEXT];
	} want = {0, ""};
	struct err err = ERR_INIT;
	uint64_t conflicts = record_count(c, "conflict", 0);
	want.n = conflicts ? draw((unsigned)conflicts) : 0;
	if (!conflicts || record_each(c, "conflict", 0, nth_label, &want, &err) != 1)
		return;
	json_t *conflict = record_get(c, want.label, 0, &err);
	const char *value = draw(3) ? json_get_string(conflict, draw(2) ? "one" : "other") : NULL;
	const char *field_name = json_get_string(conflict, "field");
	if (strcmp(field_name, "status") == 0 || strcmp(field_name, "os") == 0) {
		if (!value)
			value = strcmp(field_name, "status") == 0 ? "suspected" : "third";
		struct assign field = {field_name, value};
		struct assign state[] = {{"state", "resolved"}, {"resolution", value}};
		struct action *a = action_begin(c, "resolve", &err);
		ok(action_set(a, json_get_string(conflict, "record"), &field, 1, RECORD_WITH_RETRACTED, &err), &err);
		ok(action_set(a, want.label, state, 2, 0, &err), &err);
		ok(action_commit(a, &err), &err);
	}
	json_decref(conflict);
}

static void act(struct case_file *c)
{
	static const char *const values[] = {"infected", "clean", "suspected", "unchecked"};
	static const char *const kinds[][2] = {{"asset", "hostname"}, {"note", "text"}, {"indicator", "value"}};
	struct {
		unsigned n;
		char label[LABEL_TEXT];
	} want = {0, ""};
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char text[32];
	if (draw(5) == 0) {
		decide(c);
		return;
	}
	uint64_t assets = record_count(c, "asset", 0);
	snprintf(text, sizeof text, "v%u", draw(1000));
	if (assets == 0 || draw(3) == 0) {
		const char *const *kind = kinds[draw(3)];
		add(c, kind[0], kind[1], text, label);
		return;
	}
	want.n = draw((unsigned)assets);
	record_each(c, "asset", 0, nth_label, &want, &err);
	if (!*want.label)
		return;
	switch (draw(6)) {
	case 0:
		set(c, want.label, "status", values[draw(4)]);
		break;
	case 1:
		set(c, want.label, "os", text);
		break;
	case 2:
		set(c, want.label, "tags", draw(2) ? "+a" : "+b");
		break;
	case 3:
		set(c, want.label, "tags", draw(2) ? "-a" : "-b");
		break;
	case 4:
		if (draw(4) == 0)
			record_retract(c, want.label, "random", NULL);
		break;
	default:
		set(c, want.label, "prior_actions", text); /* a long text */
	}
}

static void random_history(uint64_t which)
{
	seed = 0x9E3779B97F4A7C15ULL * (which + 1);
	begin(COPIES);
	unsigned steps = 4 + draw(8);
	for (unsigned i = 0; i < steps; i++) {
		unsigned a = draw(COPIES);
		unsigned b = draw(COPIES);
		unsigned what = draw(6);
		if (a != b && what < 2) {
			merge(copies[a], copies[b]);
		} else if (a != b && what == 2) {
			unsigned char x[32];
			unsigned char y[32];
			cross(a, b);
			tree_digest(copies[a], x);
			tree_digest(copies[b], y);
			assert_memory_equal(x, y, 32); /* neither saw the other's merge */
		} else {
			act(copies[a]);
		}
	}
	for (unsigned i = 1; i < COPIES; i++)
		merge(copies[0], copies[i]);
	char head[HISTORY_ID];
	struct err err = ERR_INIT;
	for (unsigned i = 1; i < COPIES; i++) {
		ok(history_head(case_history(copies[i]), head, &err), &err);
		assert_true(
		    history_has(case_history(copies[0]), head)); /* every action of every copy is in the history */
		merge(copies[i], copies[0]);
	}
	assert_same_trees(COPIES);
	if (which % 8 == 0)
		for (unsigned i = 0; i < COPIES; i++)
			assert_verifies(copies[i]);
	end(COPIES);
	char *command = xasprintf("rm -f %s/*.genba*", folder);
	assert_int_equal(system(command), 0);
	free(command);
}

static void test_random_histories(void **state)
{
	(void)state;
	const char *text = getenv("GENBA_HISTORIES");
	uint64_t n = text ? strtoull(text, NULL, 10) : 12;
	for (uint64_t i = 0; i < n; i++)
		random_history(i);
	print_message("%llu random histories of %d copies: all trees equal\n", (unsigned long long)n, COPIES);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_histories)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
