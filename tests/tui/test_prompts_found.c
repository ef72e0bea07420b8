/* Each prompt about what machines found is typed wrong once, and goes on (test_prompts.c). */
#include "help_asked.h"
#include "help_case_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- what machines found, in the practice case */

static const struct asked of_evidence[] = {
    {"triage_judge.c:judge",
     "is dismissed; reason:",
     " ",
     "a reason is needed",
     "a slip",
     "on record: R1-FD",
     {"4", "Evidence · 7", "j", "terminal-a-disk.img ──", "t", "R1-FD1  ", "x"}},
    {"sweep_actions.c:sweep_refute",
     "is a false positive; reason:",
     " ",
     "a reason is needed",
     "our own",
     "no longer counts",
     {"W", "c2.example", "x"}},
};

static void in_what_machines_found(void **state)
{
	(void)state;
	program_demo(&asked_program, "en");
	program_good(&asked_program, "sweep", NULL);
	TYPE_ALL(of_evidence);
}

static const struct asked of_alike[] = {
    {"triage_judge.c:ask_whether_all",
     "waits to be judged:",
     "zebra",
     "nothing here is called 'zebra'",
     "the other one",
     "is dismissed; reason:",
     {"T", "R1-FD1  ", "x"}},
};

static void where_two_findings_say_the_same(void **state)
{
	static const char log[] = "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\r\n"
	                          "2014-11-21 04:05:10 192.0.2.8 GET /a.aspx cmd=whoami 200\r\n";
	(void)state;
	for (int i = 1; i <= 2; i++) {
		char name[16];
		char asset[16];
		char text[300];
		snprintf(name, sizeof name, "u_ex%d.log", i);
		snprintf(asset, sizeof asset, "R1-A%d", i);
		snprintf(text, sizeof text, "%s#%d\r\n", log, i); /* the same evidence twice would be refused */
		program_write(&asked_program, name, text);
		program_good(&asked_program, "preserve", program_file(&asked_program, name), "--on", asset, "--type",
		             "log", NULL);
	}
	program_good(&asked_program, "triage", "R1-E1", "R1-E2", NULL);
	TYPE_ALL(of_alike);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(in_what_machines_found, asked_set_up, asked_tear_down),
	    cmocka_unit_test_setup_teardown(where_two_findings_say_the_same, asked_set_up, asked_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
