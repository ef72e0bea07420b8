/* The filter of observation_query.h: its text taken apart, and rows held against it. */
#include "finding/observation/observation_query.h"

#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

#define TERMS 64

enum part_test { TEST_EQUAL, TEST_CONTAINS, TEST_SET };

struct filter_part {
	int negated;
	enum part_test test;
	char *field;   /* NULL: any */
	char **values; /* folded */
	size_t count;
	uint32_t as_they_are; /* bits of values that are not */
};

struct observation_filter {
	struct filter_part terms[TERMS];
	size_t count;
};

void observation_filter_free(struct observation_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		for (size_t k = 0; k < f->terms[i].count; k++)
			free(f->terms[i].values[k]);
		free(f->terms[i].values);
		free(f->terms[i].field);
	}
	free(f);
}

/* Text as it is compared. Nearly all of what machines write is ASCII, for which folding is lower case. */
static void fold_value(struct buf *out, const char *text, size_t n, enum part_test test)
{
	size_t ascii = 0;
	while (ascii < n && !(text[ascii] & 0x80))
		ascii++;
	if (ascii < n && test == TEST_EQUAL) {
		text_fold(out, text, n);
	} else if (ascii < n) {
		text_fold_for_find(out, text, n);
	} else {
		buf_add(out, text, n);
		for (size_t i = out->len - n; i < out->len; i++)
			if (out->data[i] >= 'A' && out->data[i] <= 'Z')
				out->data[i] = (char)(out->data[i] | 0x20);
	}
}

static void add_value(struct filter_part *t, const struct buf *value)
{
	struct buf folded = BUF_INIT;
	fold_value(&folded, value->data, value->len, t->test);
	if (!folded.len &&
	    value->len) { /* of signs that folding drops, such as U+202E: they are looked for as they are */
		t->as_they_are |= UINT32_C(1) << (t->count < 32 ? t->count : 31);
		buf_add(&folded, value->data, value->len);
	}
	t->values = xrealloc(t->values, (t->count + 1) * sizeof *t->values);
	t->values[t->count++] = buf_take(&folded, NULL);
}

/* The values behind a sign, to the next space: A|B|"C D". Where it ends, or NULL: a quote has no end. */
static const char *parse_values(const char *at, struct filter_part *t)
{
	struct buf value = BUF_INIT;
	int quoted = 0;
	for (; *at && (quoted || *at != ' '); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\\' && (at[1] == '"' || at[1] == '\\' || at[1] == '|' || at[1] == ' '))
			buf_addc(&value, *++at);
		else if (*at == '|' && !quoted) {
			add_value(t, &value);
			buf_clear(&value);
		} else
			buf_addc(&value, *at);
	}
	add_value(t, &value);
	buf_release(&value);
	return quoted ? NULL : at;
}

/* The length of a field's name that a sign follows, or 0: lists of others have columns such as cs-method. */
static size_t field_length(const char *at)
{
	size_t n = *at == '-' ? 0 : strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	return n && (at[n] == '=' || at[n] == '~' || at[n] == ':' || (at[n] == '!' && at[n + 1] == '=')) ? n : 0;
}

static const char *parse_term(const char *at, struct filter_part *t)
{
	if (*at == '-' && at[1] && at[1] != ' ') {
		t->negated = 1;
		at++;
	}
	size_t n = field_length(at);
	t->test = TEST_CONTAINS;
	if (n) {
		t->field = xstrndup(at, n);
		at += n;
		if (*at == '!') {
			t->negated = !t->negated;
			at++;
		}
		t->test = *at == '=' ? TEST_EQUAL : TEST_CONTAINS;
		if (*at == ':' && (!at[1] || at[1] == ' ')) {
			t->test = TEST_SET;
			return at + 1;
		}
		at++;
	}
	return parse_values(at, t);
}

struct observation_filter *observation_filter_parse(const char *text, struct err *err)
{
	struct observation_filter *f = xcalloc(1, sizeof *f);
	for (const char *at = text ? text : ""; *at;) {
		if (*at == ' ') {
			at++;
			continue;
		}
		if (f->count == TERMS) {
			err_set(err, ERR_INVALID, _("a filter has at most %d parts"), TERMS);
			goto bad;
		}
		const char *next = parse_term(at, &f->terms[f->count++]);
		if (!next) {
			err_set(err, ERR_INVALID, _("a quote in the filter has no end: %s"), at);
			goto bad;
		}
		at = next;
	}
	return f;
bad:
	observation_filter_free(f);
	return NULL;
}

const char *observation_filter_unknown(const struct observation_filter *f, int (*is_field)(const char *name))
{
	for (size_t i = 0; i < f->count; i++)
		if (f->terms[i].field && !is_field(f->terms[i].field))
			return f->terms[i].field;
	return NULL;
}

/* ---- matching */

static int holds_value(const struct filter_part *t, const char *value)
{
	struct buf folded = BUF_INIT;
	int found = 0;
	fold_value(&folded, value, strlen(value), t->test);
	for (size_t i = 0; i < t->count && !found; i++) {
		const char *text = t->as_they_are >> (i < 32 ? i : 31) & 1 ? value : folded.data;
		found = t->test == TEST_EQUAL ? strcmp(text, t->values[i]) == 0 : strstr(text, t->values[i]) != NULL;
	}
	buf_release(&folded);
	return found;
}

static int holds_anywhere(const struct filter_part *t, const struct observation *o)
{
	if (holds_value(t, o->path))
		return 1;
	for (const char *at = o->fields; at < o->fields + o->fields_size; at += strlen(at) + 1) {
		const char *sign = strchr(at, '=');
		if (sign && holds_value(t, sign + 1))
			return 1;
	}
	return 0;
}

/* Fields that every row has; NULL: it is none of them. `room` is for those that are made. */
static const char *common_value(const struct observation *o, const struct observation_set *set, const char *field,
                                struct buf *room)
{
	if (strcmp(field, "artefact") == 0)
		return observation_artefact_name(o->artefact);
	if (strcmp(field, "path") == 0)
		return o->path;
	if (strcmp(field, "evidence") == 0)
		return set->evidence;
	if (strcmp(field, "source") == 0)
		return set->source;
	if (strcmp(field, "clock") == 0)
		return observation_clock_name(o->clock);
	if (strcmp(field, "recovered") == 0)
		return o->flags & OBSERVATION_RECOVERED ? "yes" : "";
	if (strcmp(field, "time_of") == 0) {
		observation_time_names(o->time_of, room);
		return room->data;
	}
	if (strcmp(field, "id") == 0) {
		char id[OBSERVATION_ID];
		observation_id(o, set->evidence_sha256, id);
		buf_adds(room, id);
		return room->data;
	}
	return NULL;
}

static int holds_time_of(const struct filter_part *t, const char *names)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t n = strlen(t->values[i]);
		for (const char *at = names; *at; at += strcspn(at, ","), at += *at == ',')
			if (strncmp(at, t->values[i], n) == 0 && (!at[n] || at[n] == ','))
				return 1;
	}
	return 0;
}

static int observation_filter_holds(const struct filter_part *t, const struct observation *o,
                                    const struct observation_set *set)
{
	struct buf room = BUF_INIT;
	int found;
	if (!t->field)
		return holds_anywhere(t, o);
	const char *value = common_value(o, set, t->field, &room);
	if (!value)
		value = observation_value(o, t->field);
	if (t->test == TEST_SET)
		found = value && *value;
	else if (strcmp(t->field, "time_of") == 0 && t->test == TEST_EQUAL)
		found = holds_time_of(t, value);
	else
		found = value && holds_value(t, value);
	buf_release(&room);
	return found;
}

int observation_filter_match(const struct observation_filter *f, const struct observation *o,
                             const struct observation_set *set)
{
	for (size_t i = 0; i < f->count; i++)
		if (observation_filter_holds(&f->terms[i], o, set) == f->terms[i].negated)
			return 0;
	return 1;
}

uint64_t observation_filter_artefacts(const struct observation_filter *f)
{
	uint64_t all = UINT64_MAX;
	for (size_t i = 0; i < f->count; i++) {
		const struct filter_part *t = &f->terms[i];
		uint64_t some = 0;
		if (t->negated || t->test != TEST_EQUAL || !t->field || strcmp(t->field, "artefact") != 0)
			continue;
		for (size_t k = 0; k < t->count; k++) {
			int number = observation_artefact_find(t->values[k]);
			some |= number >= 0 ? UINT64_C(1) << number : 0;
		}
		all &= some | 1; /* what this version does not know is "other" */
	}
	return all;
}
