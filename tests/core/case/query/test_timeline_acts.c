/* What the responders did stands on the timeline: from the times in the records, what was done together as one row. */
#include "base/i18n.h"
#include "case/query/filter.h"
#include "case/query/timeline_acts.h"
#include "case/query/timeline_reader.h"
#include "case/store/rules.h"
#include "help_case.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

static struct timeline t;

/* The slices that it took. */
static size_t read_all(const char *commit, struct timeline *all)
{
	struct err err = ERR_INIT;
	size_t slices = 1;
	int rc;
	struct timeline_reader *r = timeline_reader_new(the_case, commit);
	while ((rc = timeline_reader_work(r, 0, &err)) == 1)
		slices++;
	if (rc < 0)
		fail_msg("%s", err.message);
	timeline_reader_take(r, all);
	timeline_reader_free(r);
	return slices;
}

static void load(const char *commit)
{
	struct timeline all;
	timeline_release(&t);
	assert_int_equal(read_all(commit, &all), 1); /* a small case is read at once */
	for (size_t i = 0; i < all.count; i++)
		timeline_add(&t, &all.rows[i]);
	timeline_release(&all);
}

/* The text of row i, and whose label it bears. */
static void assert_row(size_t i, const char *label, const char *text)
{
	struct buf told = BUF_INIT;
	assert_true(i < t.count);
	assert_string_equal(record_label(t.rows[i].record), label);
	if (t.rows[i].act)
		timeline_act_text(&t.rows[i], &told);
	else
		buf_adds(&told, json_string_value(json_object_get(t.rows[i].record, "title")));
	assert_string_equal(told.data, text);
	buf_release(&told);
}

static void acts_stand_between_the_events_in_the_order_of_time(void **state)
{
	(void)state;
	add("party", "name=Tanaka type=person");
	add("asset", "hostname=JINJI-PC-03 containment=isolated isolation_done=2026-11-23T10:00:00Z "
	             "isolation_method=cable isolation_by=R1-P1");
	add("asset", "hostname=JINJI-PC-04 containment=isolated isolation_done=2026-11-23T10:00:00Z "
	             "isolation_method=cable isolation_by=R1-P1");
	add("asset", "hostname=JINJI-PC-05 containment=isolated isolation_done=2026-11-23T10:00:00Z "
	             "isolation_method=vlan");
	add("asset", "hostname=JINJI-PC-06"); /* nothing was done to it */
	add("decision", "title=Cut+them+off choice=yes reason=spread by=R1-P1 when=2026-11-23T09:50:00Z");
	add("contact", "party=R1-P1 when=2026-11-23T11:00:00Z direction=out means=phone purpose=hearing said=yes");
	add("event", "title=Opened+the+mail side=attacker when=2026-11-23T09:00:00Z");
	add("event", "title=C2 side=attacker when=2026-11-23T10:30:00Z");
	load(NULL);
	assert_int_equal(t.count, 6);
	assert_row(0, "R1-V1", "Opened the mail");
	assert_row(1, "R1-D1", "decision: Cut them off (yes, decided, Tanaka)");
	assert_row(2, "R1-A1", "isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged, Tanaka)");
	assert_row(3, "R1-A3", "isolated: JINJI-PC-05 (VLAN changed)");
	assert_row(4, "R1-V2", "C2");
	assert_row(5, "R1-C1", "contact: Tanaka (out, phone, hearing)");
}

static void many_that_were_isolated_together_are_counted(void **state)
{
	(void)state;
	char fields[128];
	for (int i = 1; i <= 7; i++) {
		snprintf(
		    fields, sizeof fields,
		    "hostname=PC-%d containment=isolated isolation_done=2026-11-23T10:00:00Z isolation_method=vlan", i);
		add("asset", fields);
	}
	load(NULL);
	assert_int_equal(t.count, 1);
	assert_row(0, "R1-A1", "isolated: PC-1, PC-2, PC-3, PC-4 and 3 more (VLAN changed)");
}

static void as_of_a_commit_only_what_was_on_record_then(void **state)
{
	(void)state;
	char head[HISTORY_ID];
	add("asset", "hostname=JINJI-PC-03 containment=isolated isolation_done=2026-11-23T10:00:00Z");
	assert_int_equal(history_head(case_history(the_case), head, NULL), 0);
	set("R1-A1", "isolation_verified=both_sides isolation_verified_at=2026-11-23T10:20:00Z");
	load(NULL);
	assert_int_equal(t.count, 2);
	assert_row(0, "R1-A1", "isolated: JINJI-PC-03");
	assert_row(1, "R1-A1", "isolation verified: JINJI-PC-03 (both sides)");
	load(head);
	assert_int_equal(t.count, 1);
}

static void words_are_those_of_the_language(void **state)
{
	(void)state;
	add("asset", "hostname=JINJI-PC-03 containment=isolated isolation_done=2026-11-23T10:00:00Z "
	             "isolation_method=cable");
	i18n_set_language("ja");
	load(NULL);
	assert_row(0, "R1-A1", "隔離: JINJI-PC-03 (ケーブル抜線)");
	i18n_set_language("en");
}

static int lies_ahead(const char *kind_name, const char *field, const char *time)
{
	const struct kind *kind = kind_find(kind_name);
	return rule_lies_ahead(kind, kind_field(kind, field), time);
}

static void what_lies_in_the_future_is_known(void **state)
{
	(void)state;
	assert_int_equal(lies_ahead("event", "when", "2999-01-01T00:00:00Z"), 1);
	assert_int_equal(lies_ahead("event", "when", "2999"), 1);
	assert_int_equal(lies_ahead("asset", "isolation_done", "2999-01-01T00:00:00Z"), 1);
	assert_int_equal(lies_ahead("event", "when", "2014-12~"), 0);
	assert_int_equal(lies_ahead("event", "when", "after R1-V1"), 0); /* nothing can be said */
	assert_int_equal(lies_ahead("event", "when", NULL), 0);
	assert_int_equal(lies_ahead("measure", "due", "2999-01-01T00:00:00Z"), 0); /* it should */
}

/* Several thousand records, most of which have no row. */
static void a_large_case_is_read_in_slices(void **state)
{
	struct err err = ERR_INIT;
	struct timeline events;
	struct timeline all;
	char label[LABEL_TEXT];
	(void)state;
	struct action *a = action_begin(the_case, "import", &err);
	for (int i = 0; i < 5000; i++) {
		char text[40];
		snprintf(text, sizeof text, "2026-%02d-%02dT%02d:00:00Z", 1 + i * 7 % 11, 1 + i * 5 % 28, i * 3 % 24);
		struct assign event[] = {{"title", "Event"}, {"when", text}};
		struct assign asset[] = {{"hostname", "PC"}, {"containment", "isolated"}, {"isolation_done", text}};
		assert_int_equal(i % 5 ? action_add(a, "asset", asset, i % 50 != 1 ? 1 : 3, 0, label, &err)
		                       : action_add(a, "event", event, i % 20 ? 2 : 1, 0, label, &err),
		                 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
	assert_true(read_all(NULL, &all) > 5);
	assert_int_equal(timeline_load_at(the_case, NULL, &events, &err), 0);
	size_t k = 0;
	for (size_t i = 0; i < all.count; i++)
		if (!all.rows[i].act)
			assert_string_equal(record_label(all.rows[i].record), record_label(events.rows[k++].record));
	assert_int_equal(k, 1000);
	assert_int_equal(all.count, 1000 + 100);
	timeline_release(&events);
	timeline_release(&all);
}

static void evidence_without_a_time_stands_where_it_was_recorded(void **state)
{
	(void)state;
	add("event", "title=Old when=2020-01-01");
	add("evidence", "title=Disk type=disk_image");
	add("event", "title=Later when=2090-01-01");
	load(NULL);
	assert_int_equal(t.count, 3);
	assert_row(1, "R1-E1", "recorded: Disk");
	assert_true(t.rows[1].is_recorded && t.rows[1].placed);
	i18n_set_language("ja");
	load(NULL);
	assert_non_null(strstr(field_act_else(t.rows[1].act), "記録"));
	i18n_set_language("en");
}

static int teardown(void **state)
{
	timeline_release(&t);
	return case_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(acts_stand_between_the_events_in_the_order_of_time, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(many_that_were_isolated_together_are_counted, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(as_of_a_commit_only_what_was_on_record_then, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(words_are_those_of_the_language, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(a_large_case_is_read_in_slices, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(evidence_without_a_time_stands_where_it_was_recorded, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(what_lies_in_the_future_is_known, case_setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
