/* Runs a parser of triage over a file in memory; what comes as rows has to be rows. */
#ifndef GENBA_TESTS_HELP_MEMORY_H
#define GENBA_TESTS_HELP_MEMORY_H

#include "finding/triage/parse/parser.h"

typedef void (*memory_row_fn)(void *ctx, const struct observation *o);

/* `f` says what the file is called, what lies beside it, and whether deleted entries are wanted. `row` may be NULL. The
 * caller releases `done`. */
void memory_parse(const char *parser, const struct triage_file *f, const void *bytes, size_t n, memory_row_fn row,
                  void *ctx, struct triage_done *done);

#endif
