/*
 * The table of parsers. A new form of file is a row in parsers.c.
 */
#ifndef GENBA_FINDING_TRIAGE_PARSERS_H
#define GENBA_FINDING_TRIAGE_PARSERS_H

#include "finding/triage/parse/parser.h"

/* The parser that recognises the file, or NULL. */
const struct triage_parser *triage_parser_of(const char *path, const unsigned char *head, size_t n);
const struct triage_parser *triage_parser_find(const char *name);
const struct triage_parser *triage_parser_at(size_t i); /* NULL behind the last */

#endif
