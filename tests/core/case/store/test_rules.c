/* Rules across fields, and what rests on nothing or has gone stale. */
#include "help_case.h"

#include "base/i18n.h"
#include "base/time/clock.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "case/query/timeline_text.h"
#include "case/store/rules.h"

#include <stdlib.h>
#include <string.h>

static void assert_warns(const char *label, const char *part)
{
	struct buf lines = BUF_INIT;
	json_t *record = record_get(the_case, label, 0, NULL);
	assert_non_null(record);
	rule_warnings(the_case, record, &lines);
	if (*part ? !strstr(lines.data, part) : lines.len != 0)
		fail_msg("%s: '%s' instead of '%s'", label, lines.data, part);
	json_decref(record);
	buf_release(&lines);
}

static void assert_shown(const char *label, const char *field, const char *language, const char *expected)
{
	struct buf text = BUF_INIT;
	json_t *record = record_get(the_case, label, 0, NULL);
	i18n_set_language(language);
	record_field_text(record, kind_field(record_kind(record), field), &text);
	i18n_set_language("en");
	assert_string_equal(text.data, expected);
	json_decref(record);
	buf_release(&text);
}

static void at(int64_t seconds)
{
	const struct clock_time t = {seconds, 0, 0};
	clock_set(&t, 0);
}

static void a_time_zone_can_be_read(void **state)
{
	(void)state;
	add("asset", "hostname=x timezone=Asia/Tokio");
	assert_warns("R1-A1", "'Asia/Tokio' is no time zone that can be read, perhaps Asia/Tokyo");
	set("R1-A1", "timezone=Asia/Tokyo");
	assert_warns("R1-A1", "");
	add("logsource", "name=proxy type=proxy asset=R1-A1 timezone=xyzzy");
	assert_warns("R1-G1", "'xyzzy' is no time zone that can be read, as Asia/Tokyo or +09:00 is");
}

static void no_trace_found_rests_on_a_check(void **state)
{
	(void)state;
	at(1795500000); /* 2026-11-24 06:00 UTC */
	add("asset", "hostname=x status=clean");
	assert_warns("R1-A1", "the check behind it is not on record");
	assert_shown("R1-A1", "status", "en", "no trace found (basis not on record)");
	add("indicator", "type=domain value=evil.example role=c2");
	at(1795510000);
	add("check", "on=R1-A1 method=indicator_sweep when=now by=Somebody result=not_found limits=none");
	set("R1-A1", "checked_by=R1-K1");
	assert_warns("R1-A1", "");
	assert_shown("R1-A1", "status", "en", "no trace found");
	assert_shown("R1-A1", "status", "ja", "痕跡なし");
	at(1795520000);
	add("indicator", "type=domain value=good.example role=benign");
	assert_warns("R1-A1", "");
	add("indicator", "type=domain value=worse.example role=c2");
	assert_warns("R1-A1", "to be checked again");
	assert_int_equal(record_retract(the_case, "R1-I3", "typed wrongly", NULL), 0);
	assert_warns("R1-A1", "");
}

static void isolation_is_asked_how(void **state)
{
	(void)state;
	add("asset", "hostname=x containment=isolated");
	assert_warns("R1-A1", "but not how");
	set("R1-A1", "isolation_method=cable");
	assert_warns("R1-A1", "");
	add("asset", "hostname=y");
	assert_warns("R1-A2", "");
}

static void telling_others_needs_an_approval(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	static const char *const guarded[] = {"chain_notice", "sharing", "press"};
	add("party", "name=Organisation+B");
	for (size_t i = 0; i < 3; i++) {
		char *fields =
		    xasprintf("party=R1-P1 when=2026-11-23 direction=out means=phone purpose=%s said=x", guarded[i]);
		err_clear(&err);
		assert_int_equal(try_add("contact", fields, 0, &err), -1);
		if (!strstr(err.message, "approved_by"))
			fail_msg("%s", err.message);
		free(fields);
	}
	assert_int_equal(record_count(the_case, "contact", 0), 0);
}

static void times_of_records_are_resolved(void **state)
{
	(void)state;
	add("event", "title=a side=attacker when=2014-07-10T10:00:00Z");
	add("note", "text=n");
	struct edtf t;
	assert_int_equal(timeline_resolve(the_case, "R1-V1", &t), 0);
	assert_int_equal(t.from.year, 2014);
	assert_int_equal(timeline_resolve(the_case, "R1-N1", &t), 0); /* a note was written when it was entered */
	assert_int_equal(timeline_resolve(the_case, "R1-V9", &t), -1);
}

/* Two acts in one second: their order is what the case is about. */
static void fractions_of_a_second_are_kept_and_sort(void **state)
{
	(void)state;
	add("event", "title=second side=attacker when=2026-11-23T14:05:09.871Z");
	add("event", "title=first side=attacker when=2026-11-23T09:05:09.102-05:00");
	assert_string_equal(get("R1-V1", "when"), "2026-11-23T14:05:09.871Z");
	struct timeline all;
	assert_int_equal(timeline_load_at(the_case, NULL, &all, NULL), 0);
	assert_string_equal(record_label(all.rows[0].record), "R1-V2");
	assert_string_equal(record_label(all.rows[1].record), "R1-V1");
	for (int way = TIMELINE_ABSOLUTE; way < TIMELINE_WAYS; way++) {
		char **texts = timeline_texts(the_case, &all, (enum timeline_way)way);
		if (way != TIMELINE_RELATIVE && !strstr(texts[0], ":05:09.102"))
			fail_msg("%d: %s", way, texts[0]);
		timeline_texts_free(texts, all.count);
	}
	struct filter *later = filter_parse(kind_find("event"), "when>2026-11-23T14:05:09.5Z", NULL);
	assert_non_null(later);
	assert_false(filter_match(later, all.rows[0].record));
	assert_true(filter_match(later, all.rows[1].record));
	filter_free(later);
	timeline_release(&all);
}

/* A time of UTC beside one of Japan reads as the middle of the night: both are told in the zone of whoever looks. */
static void times_are_told_in_the_zone_here(void **state)
{
	(void)state;
	const struct clock_time here = {1763906709, 0, 540};
	add("event", "title=utc side=attacker when=2014-01-10T00:43:51.75Z");
	add("event", "title=elsewhere side=attacker when=2014-01-09T19:45-05:00");
	add("event", "title=day side=attacker when=2014-01-11");
	struct timeline all;
	assert_int_equal(timeline_load_at(the_case, NULL, &all, NULL), 0);
	clock_set(&here, 0);
	char **texts = timeline_texts(the_case, &all, TIMELINE_LOCAL);
	clock_set(NULL, 0);
	assert_string_equal(texts[0], "2014-01-10 09:43:51.75+09:00 ?");
	assert_string_equal(texts[1], "2014-01-10 09:45+09:00 ?");
	assert_string_equal(texts[2], "2014-01-11");
	timeline_texts_free(texts, all.count);
	timeline_release(&all);
}

static void the_last_events_are_those_of_the_timeline(void **state)
{
	(void)state;
	static const char *const when[] = {
	    "2014-12~", "2013", "2014-07-10T10:00:00Z", "2014-07-10", "2014-07-10T10:00:00Z", "2012/2013"};
	for (size_t i = 0; i < sizeof when / sizeof *when; i++) {
		char *fields = xasprintf("title=e side=attacker when=%s", when[i]);
		add("event", fields);
		free(fields);
	}
	struct timeline all;
	assert_int_equal(timeline_load_at(the_case, NULL, &all, NULL), 0);
	assert_int_equal(all.count, 6);
	for (size_t wanted = 0; wanted < 9; wanted++) {
		struct timeline last;
		assert_int_equal(timeline_load_last(the_case, wanted, &last, NULL), 0);
		assert_int_equal(last.count, wanted < 6 ? wanted : 6);
		for (size_t i = 0; i < last.count; i++)
			assert_string_equal(record_label(last.rows[i].record),
			                    record_label(all.rows[all.count - last.count + i].record));
		timeline_release(&last);
	}
	timeline_release(&all);
}

static void paper_is_written_before_it_is_typed_in(void **state)
{
	(void)state;
	at(1795500000); /* 2026-11-24 06:00 UTC */
	assert_warns(add("note", "text=x written=2026-11-24T05:00Z"), "");
	assert_warns(add("note", "text=x written=2026-11-24T15:00"), ""); /* no zone: may be Japan's */
	assert_warns(add("note", "text=x written=2026-11~"), "");
	assert_warns(add("note", "text=x written=2027-11-24"), "written on paper later than it was entered");
	set("R1-N4", "written=2026-11-23");
	assert_warns("R1-N4", "");
}

int main(void)
{
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    CASE_TEST(paper_is_written_before_it_is_typed_in),    CASE_TEST(a_time_zone_can_be_read),
	    CASE_TEST(no_trace_found_rests_on_a_check),           CASE_TEST(isolation_is_asked_how),
	    CASE_TEST(telling_others_needs_an_approval),          CASE_TEST(times_of_records_are_resolved),
	    CASE_TEST(fractions_of_a_second_are_kept_and_sort),   CASE_TEST(times_are_told_in_the_zone_here),
	    CASE_TEST(the_last_events_are_those_of_the_timeline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
