/* The earliest act in the summary of a report: the attacker's, and before it what nobody has attributed. */
#include "core/case/help_case.h"
#include "outward/incident/report.h"

#include <stdlib.h>
#include <string.h>

static int says(const char *part)
{
	static const struct release_wish internal = {.internal = 1};
	struct err err = ERR_INIT;
	struct document d = {.title = NULL};
	struct buf out = BUF_INIT;
	struct release *r = release_open(the_case, &internal, &err);
	if (!r || report_make(r, REPORT_INCIDENT, &d, &err) < 0)
		fail_msg("%s", err.message);
	document_html(&d, &out); /* breaks no line */
	int found = strstr(out.data, part) != NULL;
	document_release(&d);
	release_close(r);
	buf_release(&out);
	return found;
}

/* It may be where all began: the summary names it where it is earlier, and nowhere else. */
static void an_earlier_event_of_nobody_is_named(void **state)
{
	(void)state;
	add("event", "title=Open side=unknown when=2025-11-20");
	assert_false(says("whose act is unknown"));
	add("event", "title=Theirs side=attacker when=2025-11-19");
	add("event", "title=Doubted side=unknown confidence=refuted when=2025-10-01");
	assert_false(says("whose act is unknown"));
	add("event", "title=Before side=unknown when=2025-11-02");
	add("event", "title=Between side=unknown when=2025-11-12");
	assert_true(says("(R1-V2); earlier, whose act is unknown: 2025-11-02 (R1-V4)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_earlier_event_of_nobody_is_named, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
