/* Clocks: what was recorded, in UTC, and put right; what was recovered does not move "first seen" in silence. */
#include "core/case/help_case.h"
#include "finding/observation/observation_clock.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_seen.h"
#include "finding/observation/promote.h"

#include <stdlib.h>
#include <string.h>

#define T0   (INT64_C(1763600000) * OBSERVATION_TICKS) /* 2025-11-20T00:53:20Z */
#define HOUR (3600 * OBSERVATION_TICKS)

#define RECOVERED 0x10000U

struct made_row {
	int64_t when;
	unsigned artefact;
	unsigned clock;
	const char *fields; /* with \0 between them, ended by an empty one */
	unsigned time_of;   /* 0: recorded; and RECOVERED */
};

static void store_rows_of(const char *evidence, const char *asset, const struct made_row *rows, size_t count)
{
	struct err err = ERR_INIT;
	struct observation_maker *m = observation_maker_new(the_case);
	struct observation_set set = {.parsers = "evtx 1", .source = "made"};
	snprintf(set.evidence, sizeof set.evidence, "%s", evidence);
	for (size_t i = 0; i < count; i++) {
		struct buf fields = BUF_INIT;
		for (const char *at = rows[i].fields; *at; at += strlen(at) + 1)
			buf_add(&fields, at, strlen(at) + 1);
		struct observation o = {.when = rows[i].when,
		                        .offset = i,
		                        .time_of =
		                            rows[i].time_of ? (uint16_t)rows[i].time_of : OBSERVATION_TIME_recorded,
		                        .artefact = (uint8_t)rows[i].artefact,
		                        .clock = (uint8_t)rows[i].clock,
		                        .flags = rows[i].time_of & RECOVERED ? OBSERVATION_RECOVERED : 0,
		                        .path = "x",
		                        .fields = fields.data,
		                        .fields_size = fields.len};
		assert_int_equal(observation_maker_add_row(m, &o, &err), 0);
		buf_release(&fields);
	}
	assert_int_equal(observation_maker_seal(m, &set, &err), 0);
	const struct assign check[] = {{"method", "triage"},
	                               {"on", asset},
	                               {"when", "2026-11-23"},
	                               {"result", "inconclusive"},
	                               {"limits", "made"}};
	struct action *a = action_begin(the_case, "triage", &err);
	assert_int_equal(action_add(a, "check", check, 5, RECORD_MACHINE, set.check, &err), 0);
	assert_int_equal(observation_set_store(the_case, m, &set, &err), 0);
	assert_int_equal(action_commit(a, &err), 0);
	observation_maker_free(m);
}

static void store_rows(const char *asset, const struct made_row *rows, size_t count)
{
	store_rows_of("", asset, rows, count);
}

struct asked {
	struct observation_clocks *clocks;
	char utc[32];
	char corrected[32];
	char id[OBSERVATION_ID];
};

static int take_times(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct asked *a = ctx;
	struct observation_times t;
	(void)err;
	observation_clocks_of(a->clocks, o, set, &t);
	observation_id(o, set->evidence_sha256, a->id);
	*a->utc = *a->corrected = '\0';
	if (t.utc != OBSERVATION_NO_TIME)
		observation_when(t.utc, a->utc);
	if (t.corrected != OBSERVATION_NO_TIME)
		observation_when(t.corrected, a->corrected);
	return 0;
}

static struct asked times_of(const char *filter)
{
	struct asked a = {.clocks = observation_clocks_new(the_case), .utc = "?"};
	struct observation_query q = {.filter = filter};
	assert_int_equal(observation_query_run(the_case, &q, take_times, &a, NULL, NULL), 0);
	observation_clocks_free(a.clocks);
	return a;
}

static const struct made_row rows[] = {
    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=utc\0", 0},
    {T0, OBSERVATION_file, OBSERVATION_CLOCK_local, "name=local\0", 0},
    {T0, OBSERVATION_file, OBSERVATION_CLOCK_unknown, "name=unknown\0", 0},
    {OBSERVATION_NO_TIME, OBSERVATION_file, OBSERVATION_CLOCK_utc, "name=none\0", 0},
};

static void three_clocks_stand_side_by_side(void **state)
{
	(void)state;
	store_rows(add("asset", "hostname=A clock_offset=PT4M timezone=Asia/Tokyo"), rows, 4);
	assert_string_equal(times_of("name=utc").utc, "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(times_of("name=utc").corrected, "2025-11-20T00:49:20.0000000Z");
	assert_string_equal(times_of("name=local").utc, "2025-11-19T15:53:20.0000000Z");
	assert_string_equal(times_of("name=local").corrected, "2025-11-19T15:49:20.0000000Z");
	assert_string_equal(times_of("name=unknown").utc, "");
	assert_string_equal(times_of("name=unknown").corrected, "");
	assert_string_equal(times_of("name=none").utc, "");
}

/* The time of the event that the row becomes. */
static const char *promoted_when(const char *filter)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	if (observation_promote(the_case, times_of(filter).id, kind_find("event"), NULL, 0, label, &err) < 0)
		fail_msg("%s", err.message);
	return get(label, "when");
}

static void an_event_gets_the_zone_that_is_known(void **state)
{
	(void)state;
	store_rows(add("asset", "hostname=A timezone=Asia/Tokyo"), rows, 4);
	assert_string_equal(promoted_when("name=utc"), "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(promoted_when("name=local"), "2025-11-20T00:53:20.0000000+09:00");
	assert_string_equal(promoted_when("name=unknown"), "2025-11-20T00:53:20.0000000");
	assert_string_equal(promoted_when("name=none"), "-");
}

static void an_event_gets_no_zone_that_nobody_knows(void **state)
{
	(void)state;
	store_rows(add("asset", "hostname=A"), rows, 4);
	assert_string_equal(promoted_when("name=local"), "2025-11-20T00:53:20.0000000");
}

/* What an indicator that is picked out of the row gets as first seen. */
static const char *seen_first(const char *filter)
{
	static char when[OBSERVATION_WHEN];
	struct err err = ERR_INIT;
	if (observation_first_seen(the_case, times_of(filter).id, when, &err) < 0)
		fail_msg("%s", err.message);
	return when;
}

/* First seen of the indicator that the row becomes. */
static const char *promoted_first_seen(const char *filter)
{
	static int n;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char value[32];
	snprintf(value, sizeof value, "%d.exe", ++n);
	const struct assign fields[] = {{"type", "file_name"}, {"value", value}};
	if (observation_promote(the_case, times_of(filter).id, kind_find("indicator"), fields, 2, label, &err) < 0)
		fail_msg("%s", err.message);
	return get(label, "first_seen");
}

static void what_a_row_names_was_first_seen_by_its_clock(void **state)
{
	(void)state;
	static const struct made_row seen[] = {
	    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=utc\0", 0},
	    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_local, "name=local\0", 0},
	    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_unknown, "name=unknown\0", 0},
	    {OBSERVATION_NO_TIME, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=none\0", 0},
	    {T0, OBSERVATION_file, OBSERVATION_CLOCK_local, "name=born\0",
	     OBSERVATION_TIME_modified | OBSERVATION_TIME_created},
	    {T0, OBSERVATION_file, OBSERVATION_CLOCK_utc, "name=modified\0", OBSERVATION_TIME_modified},
	    {T0, OBSERVATION_mft, OBSERVATION_CLOCK_utc, "name=accessed\0", OBSERVATION_TIME_accessed},
	    {T0, OBSERVATION_mft, OBSERVATION_CLOCK_utc, "name=was-set\0stomped=true\0", OBSERVATION_TIME_created},
	    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=recovered\0", OBSERVATION_TIME_recorded | RECOVERED}};
	char when[OBSERVATION_WHEN] = "left";
	store_rows(add("asset", "hostname=A timezone=Asia/Tokyo"), seen, sizeof seen / sizeof *seen);
	assert_string_equal(seen_first("name=utc"), "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(seen_first("name=local"), "2025-11-20T00:53:20.0000000+09:00");
	assert_string_equal(seen_first("name=unknown"), "2025-11-20T00:53:20.0000000");
	assert_string_equal(seen_first("name=none"), "");
	assert_string_equal(seen_first("name=born"), "2025-11-20T00:53:20.0000000+09:00");
	assert_string_equal(seen_first("name=modified"), "");
	assert_string_equal(seen_first("name=accessed"), "");
	assert_string_equal(seen_first("name=was-set"), "");
	assert_string_equal(promoted_first_seen("name=born"), "2025-11-20T00:53:20.0000000+09:00");
	assert_string_equal(promoted_first_seen("name=modified"), "-"); /* the same rule */
	assert_string_equal(promoted_first_seen("name=was-set"), "-");
	assert_string_equal(seen_first("name=recovered"), ""); /* of a copy, or half overwritten */
	assert_string_equal(promoted_first_seen("name=recovered"), "-");
	assert_true(observation_first_seen(the_case, "0000000000000000", when, NULL) < 0);
	assert_string_equal(when, "");
}

static void what_is_not_known_is_not_invented(void **state)
{
	(void)state;
	store_rows(add("asset", "hostname=A"), rows, 4);
	assert_string_equal(times_of("name=utc").utc, "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(times_of("name=utc").corrected, "");
	assert_string_equal(times_of("name=local").utc, "");
}

/* A sweep speaks of all machines at once: the clock is that of the machine the evidence comes from. */
static void a_check_of_many_machines_has_many_clocks(void **state)
{
	(void)state;
	add("asset", "hostname=A clock_offset=PT4M timezone=Europe/Berlin");
	add("asset", "hostname=B");
	const char *evidence = add("evidence", "title=vpn.log type=log on=R1-A2");
	store_rows_of(evidence, "R1-A1,R1-A2", rows, 4);
	assert_string_equal(times_of("name=local").utc, "");
	assert_string_equal(times_of("name=utc").corrected, "");
	assert_int_equal(record_set(the_case, "R1-A2", &(struct assign){"timezone", "+09:00"}, 1, 0, NULL), 0);
	assert_string_equal(times_of("name=local").utc, "2025-11-19T15:53:20.0000000Z");
}

static void the_registry_knows_the_zone_better(void **state)
{
	(void)state;
	static const struct made_row named[] = {{T0, OBSERVATION_file, OBSERVATION_CLOCK_local, "name=local\0", 0},
	                                        {T0, OBSERVATION_registry_key, OBSERVATION_CLOCK_utc,
	                                         "key=ControlSet001\\Control\\TimeZoneInformation\0values=Bias="
	                                         "300\nTimeZoneKeyName=Tokyo Standard Time\0",
	                                         0}};
	store_rows(add("asset", "hostname=A timezone=Europe/Berlin"), named, 2);
	assert_string_equal(times_of("name=local").utc, "2025-11-19T15:53:20.0000000Z");
	static const struct made_row biased[] = {{T0, OBSERVATION_file, OBSERVATION_CLOCK_local, "name=other\0", 0},
	                                         {T0, OBSERVATION_registry_key, OBSERVATION_CLOCK_utc,
	                                          "key=ControlSet001\\Control\\TimeZoneInformation\0"
	                                          "values=Bias=4294966996\nDaylightBias=0\nTimeZoneKeyName=Somewhere\0",
	                                          0}};
	store_rows(add("asset", "hostname=B"), biased, 2);
	assert_string_equal(times_of("name=other").utc, "2025-11-19T19:53:20.0000000Z");
}

static void a_clock_that_was_set_moves_what_was_before(void **state)
{
	(void)state;
	/* at T0 + 1 h it was put an hour forward; it was found 4 minutes fast */
	static const struct made_row set_forward[] = {
	    {T0, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=before\0", 0},
	    {T0 + 3 * HOUR, OBSERVATION_evtx, OBSERVATION_CLOCK_utc, "name=after\0", 0},
	    {T0 + 2 * HOUR, OBSERVATION_evtx, OBSERVATION_CLOCK_utc,
	     "event_id=4616\0provider=Microsoft-Windows-Security-Auditing\0"
	     "data.PreviousTime=2025-11-20T01:53:20.0000000Z\0data.NewTime=2025-11-20T02:53:20.0000000Z\0",
	     0}};
	store_rows(add("asset", "hostname=A clock_offset=PT4M"), set_forward, 3);
	assert_string_equal(times_of("name=after").corrected, "2025-11-20T03:49:20.0000000Z");
	assert_string_equal(times_of("name=before").corrected, "2025-11-20T01:49:20.0000000Z");
}

static void what_was_recovered_never_moves_first_seen_in_silence(void **state)
{
	(void)state;
	struct observation_seen s = OBSERVATION_SEEN_INIT;
	struct buf words = BUF_INIT;
	json_t *object = json_object();
	observation_seen_words(&s, &words);
	assert_int_equal(words.len, 0);
	observation_seen_add_time(&s, T0, 1);
	observation_seen_json(&s, object);
	assert_true(json_is_true(json_object_get(object, "recovered")));
	assert_string_equal(json_string_value(json_object_get(object, "when")), "2025-11-20T00:53:20.0000000Z");
	observation_seen_add_time(&s, T0 + HOUR, 0);
	json_object_clear(object);
	observation_seen_json(&s, object);
	observation_seen_words(&s, &words);
	assert_null(json_object_get(object, "recovered"));
	assert_string_equal(json_string_value(json_object_get(object, "when")), "2025-11-20T01:53:20.0000000Z");
	assert_string_equal(json_string_value(json_object_get(object, "recovered_when")),
	                    "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(words.data, "recovered, earlier: 2025-11-20T00:53:20.0000000Z; ");
	json_decref(object);
	buf_release(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(three_clocks_stand_side_by_side, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(an_event_gets_the_zone_that_is_known, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(an_event_gets_no_zone_that_nobody_knows, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_a_row_names_was_first_seen_by_its_clock, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_not_known_is_not_invented, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_check_of_many_machines_has_many_clocks, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(the_registry_knows_the_zone_better, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_clock_that_was_set_moves_what_was_before, case_setup, case_teardown),
	    cmocka_unit_test(what_was_recovered_never_moves_first_seen_in_silence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
