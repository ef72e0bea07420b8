#include "help_one_run.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct scene scene;
struct run run;
char run_label[LABEL_TEXT];

int one_run_open(void **state)
{
	(void)state;
	memset(&run, 0, sizeof run);
	scene_open(&scene);
	return 0;
}

int one_run_close(void **state)
{
	(void)state;
	run_release(&run);
	scene_close(&scene);
	return 0;
}

void one_run_load(void)
{
	struct err err = ERR_INIT;
	run_release(&run);
	if (run_load(scene.c, run_label, &run, &err) < 0)
		fail_msg("%s", err.message);
}

void start_with(const char *text, const char *on, const struct assign *variables, size_t count)
{
	struct err err = ERR_INIT;
	struct playbook *p = playbook_load("test.yaml", text, strlen(text), &err);
	if (!p || run_start_with(scene.c, p, on, variables, count, run_label, &err) < 0)
		fail_msg("%s", err.message);
	playbook_free(p);
	one_run_load();
}

void start(const char *text, const char *on)
{
	start_with(text, on, NULL, 0);
}

int record(enum outcome outcome, const char *answer, const struct assign *fields, size_t count, struct err *err)
{
	char label[LABEL_TEXT];
	int finished;
	struct step_outcome what = {.outcome = outcome,
	                            .reason = outcome ? "because" : NULL,
	                            .answer = answer,
	                            .fields = fields,
	                            .field_count = count};
	int rc = run_step(scene.c, &run, &run.waiting[0], &what, label, &finished, err);
	one_run_load();
	return rc;
}

void must_record(enum outcome outcome, const char *answer, const struct assign *fields, size_t count)
{
	struct err err = ERR_INIT;
	if (record(outcome, answer, fields, count, &err) < 0)
		fail_msg("%s", err.message);
}

void waits_for(const char *id)
{
	assert_int_equal(run.waiting_count, *id ? 1 : 0);
	if (*id)
		assert_string_equal(run.waiting[0].id, id);
}

void refused(const char *part)
{
	struct err err = ERR_INIT;
	assert_int_equal(record(OUTCOME_DONE, NULL, NULL, 0, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("'%s' does not say '%s'", err.message, part);
}

const char two_needs[] = HEAD "workflow:\n"
                              "  start: {type: start, on_completion: a}\n"
                              "  a: {type: action, name: x, on_completion: b, genba: {records: [{decision: true}]}}\n"
                              "  b: {type: action, name: x, on_completion: end, genba: {records: [{decision: true},\n"
                              "      {record: check}, {note: true}, {note: true}, {field: undo}, {step: tool}]}}\n"
                              "  end: {type: end}\n";
