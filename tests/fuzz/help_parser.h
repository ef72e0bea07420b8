/* A parser of triage over bytes in memory: each row that comes has to be one. */
#ifndef GENBA_TESTS_FUZZ_HELP_PARSER_H
#define GENBA_TESTS_FUZZ_HELP_PARSER_H

#include <stddef.h>

/* `suffix` (NULL: none) names a file beside it, of `more` bytes. */
void help_parse(const char *parser, const char *path, const unsigned char *bytes, size_t n, const char *suffix,
                const unsigned char *beside, size_t more);

#endif
