/*
 * Canonical JSON: the one text form of a record.
 *
 * Keys sorted by byte value, one field a line, indented by one space, UTF-8
 * as it is (no \u escapes but for controls), a final newline. Equal values give
 * equal bytes, so a digest of the text is a digest of the value, and `git diff`
 * reads like the change. Numbers are integers only.
 */
#ifndef GENBA_BASE_JSON_H
#define GENBA_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

#define JSON_LIMIT (4U << 20) /* bytes of a text that is parsed */
#define JSON_DEPTH 64

/* Appends the canonical text. -1 if the value holds a real number or is not an array or object. */
int json_canonical(const json_t *value, struct buf *out, struct err *err);

/* Parses n bytes: strict UTF-8, no duplicate keys, at most JSON_LIMIT bytes and JSON_DEPTH levels.
 * Returns a new reference, or NULL with line and column in the message. */
json_t *json_parse(const char *text, size_t n, struct err *err);

/* As json_parse(), and refuses a text that is not byte for byte canonical. */
json_t *json_parse_canonical(const char *text, size_t n, struct err *err);

/* Copies of an object's names, sorted by byte value: jansson's own order is none, and the object may change meanwhile.
 * Free with json_names_free(). */
char **json_names(const json_t *object, size_t *count);
void json_names_free(char **names, size_t count);

/* The string member `key` of an object, or NULL. Borrowed from the object. */
const char *json_get_string(const json_t *object, const char *key);

/* 1 if that member is a string, and this one. */
int json_is(const json_t *object, const char *key, const char *value);

/* 1 if it is an array, and this string one of its members. */
int json_holds(const json_t *array, const char *text);

/* 1 if both are the same value, or both NULL. */
int json_same(const json_t *a, const json_t *b);

#endif
