/* The large case of bench_keys.c. */
#ifndef GENBA_TESTS_BENCH_KEYS_CASE_H
#define GENBA_TESTS_BENCH_KEYS_CASE_H

#include "tui/help_program.h"

#include <stddef.h>

/* Made with the built program: so many assets, of which `others` are an alarm and one in fifty is isolated, so many events, and
 * `others` mails, indicators, notes, measures, parties and pieces of evidence, notes about one asset, and conflicts about the
 * measures. */
void keys_case(struct program *p, size_t assets, size_t events, size_t others);

#endif
