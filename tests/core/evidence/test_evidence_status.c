/* One word for several fields: what is worst is told. */
#include "help_evidence.h"

#include "base/time/edtf.h"
#include "evidence/evidence_status.h"

#include <jansson.h>

static int64_t now_at(const char *text)
{
	struct edtf time;
	int64_t first;
	int64_t last;
	assert_int_equal(edtf_parse(text, &time, NULL), 0);
	assert_int_equal(edtf_bounds(&time, NULL, NULL, &first, &last), 0);
	return first;
}

static void the_worst_is_told(void **state)
{
	static const struct {
		const char *record;
		enum evidence_status standing;
	} cases[] = {
	    {"{\"form\": \"physical\"}", EVIDENCE_STATUS_NOT_HASHED},
	    {"{\"sha256\": \"a\", \"form\": \"raw\", \"complete\": \"complete\", \"ended\": \"2026-11-01T00:00:00Z\"}",
	     EVIDENCE_STATUS_GOOD},
	    {"{\"sha256\": \"a\", \"form\": \"raw\", \"ended\": \"2026-10-01T00:00:00Z\"}", EVIDENCE_STATUS_OLD},
	    {"{\"sha256\": \"a\", \"form\": \"blob\", \"ended\": \"2026-10-01T00:00:00Z\"}", EVIDENCE_STATUS_GOOD},
	    {"{\"sha256\": \"a\", \"ended\": \"2026-10-01T00:00:00Z\", \"verified\": \"ok\", "
	     "\"verified_at\": \"2026-11-20T00:00:00Z\"}",
	     EVIDENCE_STATUS_GOOD},
	    {"{\"sha256\": \"a\", \"complete\": \"partial\", \"ended\": \"2026-10-01T00:00:00Z\"}",
	     EVIDENCE_STATUS_PARTIAL},
	    {"{\"complete\": \"interrupted\"}", EVIDENCE_STATUS_INTERRUPTED},
	    {"{\"sha256\": \"a\", \"verified\": \"unreadable\"}", EVIDENCE_STATUS_UNREADABLE},
	    {"{\"sha256\": \"a\", \"complete\": \"partial\", \"match\": \"different\"}", EVIDENCE_STATUS_DIFFERS},
	    {"{\"sha256\": \"a\", \"verified\": \"failed\", \"verified_at\": \"2026-11-20T00:00:00Z\"}",
	     EVIDENCE_STATUS_DIFFERS},
	};
	(void)state;
	int64_t now = now_at("2026-11-25T00:00:00Z");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *record = json_loads(cases[i].record, 0, NULL);
		assert_non_null(record);
		if (evidence_status_of(record, now) != cases[i].standing)
			fail_msg("%s stands as %s", cases[i].record,
			         evidence_status_text(evidence_status_of(record, now)));
		assert_int_equal(evidence_status_is_open(cases[i].standing),
		                 cases[i].standing != EVIDENCE_STATUS_GOOD && cases[i].standing != EVIDENCE_STATUS_OLD);
		json_decref(record);
	}
}

static void days_are_whole(void **state)
{
	(void)state;
	json_t *record = json_pack("{s: s}", "ended", "2026-10-26T00:00:00Z");
	assert_int_equal(evidence_days_unread(record, now_at("2026-11-25T00:00:00Z")), 30);
	assert_int_equal(evidence_days_unread(record, now_at("2026-11-24T23:59:59Z")), 29);
	assert_int_equal(evidence_days_unread(record, now_at("2026-10-01T00:00:00Z")), 0); /* a clock that was wrong */
	json_decref(record);
	record = json_object();
	assert_int_equal(evidence_days_unread(record, 0), -1);
	json_decref(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worst_is_told),
	    cmocka_unit_test(days_are_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
