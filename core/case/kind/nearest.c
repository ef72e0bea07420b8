#include "case/kind/nearest.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

#define NEAREST_MOST 3
#define PART_LEAST   3 /* a shorter part stands in too many names */

/* 1 if both are of several words, and the first is the same: isolation_reason, isolation_method. */
static int begins_alike(const char *name, const char *typed)
{
	size_t n = strcspn(name, "_");
	return n >= PART_LEAST && name[n] && strncasecmp(name, typed, n + 1) == 0;
}

/* How far a name with its labels is from what was typed; more than SLIPS_LETTERS: it is nothing like it. */
static size_t distance(const char *name, const char *en, const char *ja, const char *typed)
{
	size_t n = strlen(typed);
	size_t slipped = strlen(name) <= SLIPS_LETTERS ? fold_slips(name, typed) : SLIPS_LETTERS;
	if (slipped <= 1 + n / 6 && slipped < n)
		return slipped;
	if (n >= PART_LEAST && (strcasestr(name, typed) || strcasestr(typed, name)))
		return SLIPS_LETTERS - 1;
	if ((n >= PART_LEAST && (strcasestr(en, typed) || strcasestr(ja, typed))) || begins_alike(name, typed))
		return SLIPS_LETTERS;
	return SLIPS_LETTERS + 1;
}

size_t nearest_fields(const struct kind *kind, const char *typed, struct buf *names)
{
	size_t count = 0;
	if (strlen(typed) > SLIPS_LETTERS)
		return 0;
	for (size_t far = 0; far <= SLIPS_LETTERS; far++)
		for (size_t i = 0; i < kind_field_count(kind) && count < NEAREST_MOST; i++) {
			const struct field *field = kind_field_at(kind, i);
			if (!field->machine && distance(field->name, field->en, field->ja, typed) == far)
				buf_addf(names, "%s%s", count++ ? ", " : "", field->name);
		}
	return count;
}

size_t nearest_values(const struct field *field, const char *typed, struct buf *names)
{
	size_t count = 0;
	if (strlen(typed) > SLIPS_LETTERS)
		return 0;
	for (size_t far = 0; far <= SLIPS_LETTERS; far++)
		for (size_t i = 0; i < field->value_count && count < NEAREST_MOST; i++) {
			const struct field_value *value = &field->values[i];
			if (distance(value->name, value->en, value->ja, typed) == far)
				buf_addf(names, "%s%s", count++ ? ", " : "", value->name);
		}
	return count;
}
