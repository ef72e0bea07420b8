/* An event of MISP: the type of an attribute says on which side an address is to be looked for. */
#include "core/case/help_case.h"
#include "outward/exchange/shared_form.h"
#include "outward/release/release.h"

#include <stdlib.h>
#include <string.h>

/* Whoever takes in where a mail came from must not look for it among what machines call. */
static void a_sender_is_a_source(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	const char *to = add("party", "name=Partner type=organisation roles=cert");
	const char *by = add("decision", "title=Share? choice=yes reason=asked by=R1-P1 when=2026-11-23");
	struct release_wish wish = {.to = to, .tlp = "AMBER", .approved_by = by};
	add("indicator", "type=ip value=192.0.2.25 role=sender shareable=approved");
	add("indicator", "type=email value=x@free.example role=sender shareable=approved");
	add("indicator", "type=ip value=192.0.2.26 role=c2 shareable=approved");
	struct release *r = release_open(the_case, &wish, &err);
	if (!r || misp_write(r, "csv", &bytes, &err) < 0)
		fail_msg("%s", err.message);
	assert_non_null(strstr(bytes.data, "\"ip-src\""));
	assert_non_null(strstr(bytes.data, "\"email-src\""));
	assert_non_null(strstr(bytes.data, "\"ip-dst\""));
	assert_null(strstr(bytes.data, "\"email\""));
	release_close(r);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_sender_is_a_source, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
