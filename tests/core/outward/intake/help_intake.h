/* Texts of others are taken in, as from a file: for the tests of what becomes of them. */
#ifndef GENBA_TESTS_OUTWARD_INTAKE_HELP_INTAKE_H
#define GENBA_TESTS_OUTWARD_INTAKE_HELP_INTAKE_H

#include "core/case/help_case.h"
#include "outward/intake/intake.h"

extern struct intake in; /* what the next one is taken in as, and what became of the last */

int intake_setup(void **state);
int intake_teardown(void **state);

/* Writes the text to a file and takes it in. 0 or -1. */
int take(const char *format, const char *text, size_t n, struct err *err);

/* It has so many items, so many of which are taken; the others are named. */
void taken(const char *format, const char *text, unsigned items, unsigned of_them);

/* How many items or fields the loss statement names under that name. */
long lost(const char *what, const char *field);

#define OBJECT(type, id, more) "{\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--" id "\"," more "}"
#define BUNDLE(objects)        "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[" objects "]}"
#define U(n)                   "5f0000a0-0000-4000-8000-00000000000" #n

#endif
