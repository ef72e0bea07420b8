/* A case in a scratch folder, made anew for each test; what is wrong with a step fails the test. */
#ifndef GENBA_TESTS_CASE_HELP_CASE_H
#define GENBA_TESTS_CASE_HELP_CASE_H

#include "base/buf.h"
#include "base/err.h"
#include "case/identity/identity.h"
#include "case/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern struct case_file *the_case; /* of Responder One, mark R1 */
extern struct identity *responder;
extern char scratch[64]; /* the folder; XDG_DATA_HOME lies in it */

int case_setup(void **state);
int case_teardown(void **state);
void case_again(void); /* closed and opened */

/* "hostname=HR-PC-03 status=infected": fields without spaces in their values; '+' in a value stands for a space. */
const char *add(const char *kind, const char *fields); /* the label; good until 32 more are added */
void set(const char *label, const char *fields);
int try_add(const char *kind, const char *fields, unsigned flags, struct err *err);
int try_set(const char *label, const char *fields, unsigned flags, struct err *err);

/* The field's text as read, or "-" if it is not set. Sets: members joined by commas. Good until the next call. */
const char *get(const char *label, const char *field);

uint64_t commits(void);

/* 1 if the bytes stand anywhere in the files of the scratch folder. */
int scratch_holds(const char *text);

#endif
