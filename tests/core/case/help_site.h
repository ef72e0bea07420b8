/* Shared by the tests of a case: a scratch folder, an identity in memory, a case in it. */
#ifndef GENBA_TESTS_CASE_HELP_SITE_H
#define GENBA_TESTS_CASE_HELP_SITE_H

#include "base/buf.h"
#include "base/err.h"
#include "case/identity/identity.h"
#include "case/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct site {
	char folder[256];
	char path[300];
	struct identity *one; /* R1, who made the case */
	struct case_file *c;
};

int site_begin(void **state); /* setup and teardown: *state is a struct site; XDG_DATA_HOME is in its folder */
int site_end(void **state);
void site_reopen(struct site *s, const struct identity *who); /* closes and opens again */

/* Must succeed. The label lives until the next call. */
const char *site_add(struct site *s, const char *kind, const char *field, const char *value);
void site_set(struct site *s, const char *label, const char *field, const char *value);

/* The field as read; "" if it is not set. Lives until the next call. */
const char *site_get(struct site *s, const char *label, const char *field);

/* Number of findings of case_verify(); the findings themselves, one a line, are in site_finding. */
extern char site_finding[4096];
uint64_t site_verify(struct case_file *c);

/* Runs SQL on the case's database behind its back. */
void site_sql(struct site *s, const char *sql);

#endif
