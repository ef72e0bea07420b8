/*
 * One run of a small playbook in a case of its own: started from its text, done step by step. What a call does not get
 * fails the test.
 */
#ifndef GENBA_TEST_HELP_ONE_RUN_H
#define GENBA_TEST_HELP_ONE_RUN_H

#include "help_run.h"

#define HEAD "type: playbook\nspec_version: cacao-2.0\nname: Test\nworkflow_start: start\n"

extern struct scene scene;
extern struct run run; /* as it is on record: read again after each step */
extern char run_label[LABEL_TEXT];

/* Two actions: the first wants a decision, the second one of each thing that a step can want. */
extern const char two_needs[];

/* For cmocka: before and after each test. */
int one_run_open(void **state);
int one_run_close(void **state);
#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, one_run_open, one_run_close)

/* `text` is a playbook; `on` the assets' labels, or NULL. */
void start(const char *text, const char *on);
void start_with(const char *text, const char *on, const struct assign *variables, size_t count);
void one_run_load(void);

/* Records an outcome of the first step that waits: 0, or -1 with the reason. */
int record(enum outcome outcome, const char *answer, const struct assign *fields, size_t count, struct err *err);
void must_record(enum outcome outcome, const char *answer, const struct assign *fields, size_t count);
void refused(const char *part); /* "done" is, with a message that has this part */

/* The one step that waits; "": none, the run is over. */
void waits_for(const char *id);

#endif
