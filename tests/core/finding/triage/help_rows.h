/* Runs a parser over bytes, and keeps its rows as JSON. */
#ifndef TESTS_HELP_ROWS_H
#define TESTS_HELP_ROWS_H

#include "finding/triage/parse/parser.h"

struct parsed {
	json_t *rows;
	json_t *facts;
	json_t *problems;
	char failed[1200];
};

struct parsed parse_bytes(const char *parser, const char *path, const void *bytes, size_t n);
struct parsed parse_beside(const char *parser, const char *path, const void *bytes, size_t n, const char *suffix,
                           const void *other, size_t other_size);
void parsed_release(struct parsed *p);

/* A field of row i; "" if it has none. */
const char *row_text(const struct parsed *p, size_t i, const char *field);
/* The first row whose fields have these values ("a=b" …, NULL), or NULL. */
const json_t *row_where(const struct parsed *p, const char *const *wanted);
#define ROW_WHERE(p, ...) row_where(p, (const char *const[]){__VA_ARGS__, NULL})

/* Appends UTF-16LE of ASCII, without an end. */
void put_utf16(struct buf *b, const char *text);
void put_le(struct buf *b, uint64_t value, unsigned bytes);
void set_le(struct buf *b, size_t at, uint64_t value, unsigned bytes);

#endif
