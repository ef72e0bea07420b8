/*
 * One field's value: from what a person writes to what is stored, and back.
 */
#ifndef GENBA_CASE_STORE_VALUE_H
#define GENBA_CASE_STORE_VALUE_H

#include "base/time/clock.h"
#include "case/kind/kinds.h"

#include <jansson.h>

struct buf;
struct case_file;
struct err;

/* What the conversion of references and texts needs from the action that is under way. */
struct value_context {
	struct case_file *c;
	/* The id of the record that `text` (label, alias, id; for parties also a new name) means. 0 or -1. */
	int (*reference)(void *ctx, const struct field *field, const char *text, char id[37], struct err *err);
	void *ctx;
};

/*
 * Converts `text` to the stored form: a new reference, or NULL with an error
 * that names the field and lists what is allowed (ERR_USAGE). `now` is the
 * stored value so far, which "+x" and "-x" on sets change (NULL: unset). An
 * empty text gives json_null(): unset.
 */
json_t *value_parse(const struct value_context *v, const struct field *field, const char *text, const json_t *now,
                    struct err *err);

/*
 * A set is written with commas between its members. One that holds a comma itself stands in double quotes, a quote in it
 * doubled, as in CSV: `"Acme, Inc.",Beta`. What is called so in the case already needs none. value_add_member() writes a
 * member behind those that are in `list`.
 */
void value_add_member(struct buf *list, const char *separator, const char *member);

/*
 * What a person typed into a field, with the words that will mean something else later put into what they mean at
 * `now`: "now", "yesterday 9:00", "14:05" in a time. A copy of the text where there is nothing to settle. For what is
 * typed now and saved later: forms, drafts, prompts. The caller frees it.
 */
char *value_settled(const struct field *field, const char *text, struct clock_time now);

/* Bytes in words: "500", "1.5GiB", "64 MB" (MB is 10^6, MiB 2^20). */
int value_size_parse(const char *text, json_int_t *bytes, struct err *err);
void value_size_print(json_int_t bytes, struct buf *out);

#endif
