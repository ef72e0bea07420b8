#include "finding/observation/observation_lost.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/observation/observation_set_private.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST = 64 };

struct lost_search {
	struct case_file *c;
	sqlite3_stmt *rows; /* NULL: there are no tables, so every set is lost */
	observation_set_fn fn;
	void *ctx;
	struct err *err;
};

static int has_row(const struct lost_search *l, const char *sha256)
{
	if (!l->rows)
		return 0;
	sqlite3_bind_text(l->rows, 1, sha256, -1, SQLITE_STATIC);
	int found = sqlite3_step(l->rows) == SQLITE_ROW;
	sqlite3_reset(l->rows);
	return found;
}

/* A check whose set is lost, and whether another set has taken its place. */
struct lost_place {
	struct case_file *c;
	const json_t *check;
	const char *limits;
	int is_read;      /* they say what was read: it may have been called otherwise */
	const char *line; /* of the limits, in which the digest stands */
	int taken;
};

/* Both have a line that begins so, and it is the same. */
static int same_line(const char *limits, const char *other, const char *begin)
{
	const char *line = strstr(limits, begin);
	const char *its = strstr(other, begin);
	size_t n = line ? strcspn(line, "\n") : 0;
	return line && its && n == strcspn(its, "\n") && strncmp(line, its, n) == 0;
}

/* Whether each parser of the lost set, as the limits say, is one of those, of whatever version. */
static int has_parsers(const char *limits, const char *parsers)
{
	const char *at = strstr(limits, "Parsers: ");
	for (at = at ? at + strlen("Parsers: ") : ""; *at && *at != '-';) {
		size_t name = strcspn(at, " .\n") + 1;
		const char *its = parsers;
		while (strncmp(its, at, name) != 0 && (its = strstr(its, ", ")) != NULL)
			its += 2;
		if (!its)
			return 0;
		size_t all = strcspn(at, ",.\n");
		at += all;
		if (strncmp(at, ", ", 2) != 0)
			break;
		at += 2;
	}
	return 1;
}

/* How far what is packed was unpacked, in times its size; 0: nothing is said of it. */
static unsigned long long unpacked_to(const char *limits)
{
	static const char begin[] = "unpacked to at most ";
	const char *at = strstr(limits, begin);
	return at ? strtoull(at + sizeof begin - 1, NULL, 10) : 0;
}

/* What is read, unpacked or looked for only where it was asked for was so again. */
static int has_what_was_asked(const char *limits, const char *other)
{
	static const char *const asked[] = {", what was deleted.", "Shadow copies: read",
	                                    ", which was looked for too (weaker hits)"};
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (strstr(limits, asked[i]) && !strstr(other, asked[i]))
			return 0;
	return unpacked_to(other) >= unpacked_to(limits);
}

/* The line of the limits is of the evidence of the set. */
static int is_of_line(const struct lost_place *p, const struct observation_set *set)
{
	size_t n = strlen(set->evidence);
	return n && strncmp(p->line, set->evidence, n) == 0 && p->line[n] == ',';
}

/* The same was read again, by all parsers of then; or the same evidence was swept again for the same list. */
static int is_made_again(const struct lost_place *p, const struct observation_set *set, const char *limits)
{
	if (!has_what_was_asked(p->limits, limits))
		return 0;
	if (same_line(p->limits, limits, "Read: "))
		return has_parsers(p->limits, set->parsers);
	return is_of_line(p, set) && same_line(p->limits, limits, "List: ");
}

static int look_at_later(void *ctx, const struct observation_set *set, struct err *err)
{
	struct lost_place *p = ctx;
	(void)err;
	if (p->taken || strcmp(set->check, record_label(p->check)) == 0 || !(p->is_read || is_of_line(p, set)) ||
	    !observation_set_is_on_record(p->c, set))
		return 0;
	json_t *check = record_get(p->c, set->check, 0, NULL);
	const char *limits = json_get_string(check, "limits");
	const char *entered = json_get_string(check, "entered");
	const char *then = json_get_string(p->check, "entered");
	const char *method = json_get_string(p->check, "method");
	p->taken = limits && entered && then && method && strcmp(entered, then) >= 0 &&
	           json_is(check, "method", method) &&
	           (*set->evidence || json_same(json_object_get(check, "on"), json_object_get(p->check, "on"))) &&
	           is_made_again(p, set, limits);
	json_decref(check);
	return 0;
}

static int is_replaced(const struct lost_search *l, const json_t *check, const char *limits, const char *at)
{
	struct lost_place place = {
	    .c = l->c, .check = check, .limits = limits, .is_read = strstr(limits, "Read: ") != NULL, .line = at};
	while (place.line > limits && place.line[-1] != '\n')
		place.line--;
	return observation_set_each(l->c, NULL, look_at_later, &place, NULL) == 0 && place.taken;
}

static int look_at_check(void *ctx, json_t *check)
{
	const struct lost_search *l = ctx;
	const char *limits = json_get_string(check, "limits");
	const char *at = limits;
	if (!at)
		return 0;
	while ((at = strstr(at, OBSERVATION_DIGEST_OF_SET)) != NULL) {
		struct observation_set set = {.rows = 0};
		at += sizeof OBSERVATION_DIGEST_OF_SET - 1;
		if (strspn(at, "0123456789abcdef") != DIGEST)
			continue;
		memcpy(set.sha256, at, DIGEST);
		snprintf(set.check, sizeof set.check, "%s", record_label(check));
		if (!has_row(l, set.sha256) && !is_replaced(l, check, limits, at))
			return l->fn(l->ctx, &set, l->err); /* what is told is of the check: once will do */
	}
	return 0;
}

int observation_lost_each(struct case_file *c, observation_set_fn fn, void *ctx, struct err *err)
{
	struct lost_search l = {.c = c, .fn = fn, .ctx = ctx, .err = err};
	if (observation_set_has_tables(c) &&
	    !(l.rows = observation_set_prepare(c, "SELECT 1 FROM observation_set WHERE sha256 = ?1", err)))
		return -1;
	int rc = record_each(c, "check", 0, look_at_check, &l, err);
	sqlite3_finalize(l.rows);
	return rc < 0 ? -1 : 0;
}

const char *observation_lost_says(void)
{
	return _(
	    "its observations are not in this copy of the case, and are counted nowhere: they can be made again from "
	    "the evidence (triage, sweep)");
}
