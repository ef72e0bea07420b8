#include "case/kind/nearest.h"

#include "base/buf.h"
#include "base/err.h"
#include "case/kind/kinds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NEAREST_MOST 3
#define LETTERS_MOST 32 /* what is longer is no slip of the finger */
#define PART_LEAST   3  /* a shorter part stands in too many names */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters left out, put in, put in the place of another or exchanged with the next (optimal string alignment: Boytsov, "Indexing
 * methods for approximate dictionary searching", 2011, 2.1). Both are at most LETTERS_MOST long. */
static size_t slips(const char *a, const char *b)
{
	size_t rows[3][LETTERS_MOST + 1];
	size_t na = strlen(a);
	size_t nb = strlen(b);
	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t other = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

/* How far it is from what was typed; more than LETTERS_MOST: it is nothing like it. */
static size_t distance(const struct field *field, const char *typed)
{
	size_t n = strlen(typed);
	size_t slipped = strlen(field->name) <= LETTERS_MOST ? slips(field->name, typed) : LETTERS_MOST;
	if (slipped <= 1 + n / 6 && slipped < n)
		return slipped;
	if (n >= PART_LEAST && (strcasestr(field->name, typed) || strcasestr(typed, field->name)))
		return LETTERS_MOST - 1;
	if (n >= PART_LEAST && (strcasestr(field->en, typed) || strcasestr(field->ja, typed)))
		return LETTERS_MOST;
	return LETTERS_MOST + 1;
}

size_t nearest_fields(const struct kind *kind, const char *typed, struct buf *names)
{
	size_t count = 0;
	if (strlen(typed) > LETTERS_MOST)
		return 0;
	for (size_t far = 0; far <= LETTERS_MOST; far++)
		for (size_t i = 0; i < kind_field_count(kind) && count < NEAREST_MOST; i++) {
			const struct field *field = kind_field_at(kind, i);
			if (!field->machine && distance(field, typed) == far)
				buf_addf(names, "%s%s", count++ ? ", " : "", field->name);
		}
	return count;
}
