/* What another tool exported, read from bytes in memory. Whatever they are: every item is taken or named, what is handed over
 * is JSON and rows of observations, and no reader goes beyond what it was given. */
#ifndef GENBA_TESTS_FUZZ_HELP_INTAKE_H
#define GENBA_TESTS_FUZZ_HELP_INTAKE_H

#include <stddef.h>

/* `form`: a name of `genba import` (outward/intake/intake_format.h). */
void help_intake(const char *form, const unsigned char *bytes, size_t n);

#endif
