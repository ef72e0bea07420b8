/* Whether one record, in memory or a row of the table, is what a filter asks for. */
#include "base/buf.h"
#include "base/fold.h"
#include "base/json.h"
#include "case/query/filter_private.h"
#include "case/store/disputed.h"

#include <string.h>

/* One record against one filter; `folded` is room for the text that is looked at. */
struct filter_match_match {
	const struct filter *filter;
	const json_t *record; /* or, if it is NULL, */
	const struct filter_row *row;
	const struct kind *kind; /* NULL: not one of the filter's */
	size_t kind_index;
	struct buf folded;
};

static const json_t *value_of(struct filter_match_match *m, const char *field)
{
	return m->record ? json_object_get(m->record, field) : m->row->value(m->row->ctx, field);
}

static int is_unset(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

static int has_text(struct filter_match_match *m, const struct filter_value *value, enum filter_op op)
{
	const char *text = m->folded.data;
	size_t n = m->folded.len;
	switch (op) {
	case OP_CONTAINS:
		return value->folded_len == 0 || memmem(text, n, value->folded, value->folded_len) != NULL;
	case OP_EQUAL:
		return n == value->folded_len && memcmp(text, value->folded, n) == 0;
	case OP_LESS:
		return strcmp(text, value->folded) < 0;
	case OP_LESS_EQUAL:
		return strcmp(text, value->folded) <= 0;
	case OP_GREATER:
		return strcmp(text, value->folded) > 0;
	case OP_GREATER_EQUAL:
		return strcmp(text, value->folded) >= 0;
	case OP_IS_SET:
		break;
	}
	return 0;
}

int filter_is_loose(const struct filter_term *term)
{
	return term->op == OP_CONTAINS || term->scope == SCOPE_ALL_TEXT;
}

static int string_matches(struct filter_match_match *m, const struct filter_term *term, const char *text, size_t n)
{
	buf_clear(&m->folded);
	if (filter_is_loose(term))
		text_fold_for_find(&m->folded, text, n);
	else
		text_fold(&m->folded, text, n);
	for (size_t i = 0; i < term->value_count; i++)
		if (has_text(m, &term->values[i], term->op))
			return 1;
	return 0;
}

/* A string, or one member of a set; numbers as they are written. */
static int text_matches(struct filter_match_match *m, const struct filter_term *term, const json_t *value)
{
	if (json_is_string(value))
		return string_matches(m, term, json_string_value(value), json_string_length(value));
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
		if (text_matches(m, term, json_array_get(value, i)))
			return 1;
	if (json_is_integer(value)) {
		buf_clear(&m->folded);
		buf_addf(&m->folded, "%lld", (long long)json_integer_value(value));
		for (size_t i = 0; i < term->value_count; i++)
			if (has_text(m, &term->values[i], term->op))
				return 1;
	}
	return 0;
}

static int order_matches(int order, enum filter_op op)
{
	switch (op) {
	case OP_EQUAL:
		return order == 0;
	case OP_LESS:
		return order < 0;
	case OP_LESS_EQUAL:
		return order <= 0;
	case OP_GREATER:
		return order > 0;
	case OP_GREATER_EQUAL:
		return order >= 0;
	default:
		return 0;
	}
}

static int number_matches(const struct filter_term *term, int64_t number)
{
	for (size_t i = 0; i < term->value_count; i++) {
		int64_t wanted = term->values[i].number;
		if (!term->values[i].is_unknown && order_matches((number > wanted) - (number < wanted), term->op))
			return 1;
	}
	return 0;
}

static int time_matches(struct filter_match_match *m, const struct filter_term *term, const json_t *value)
{
	struct filter_span span;
	if (!json_is_string(value) || filter_time(json_string_value(value), &m->filter->resolver, &span) < 0)
		return 0;
	for (size_t i = 0; i < term->value_count; i++)
		if (!term->values[i].is_unknown &&
		    order_matches(filter_time_order(&span, &term->values[i].time), term->op))
			return 1;
	return 0;
}

static int choice_matches(const struct filter_target *target, const json_t *value)
{
	const struct field *field = target->field;
	if (is_unset(value)) /* `unknown` is the last value of every table */
		return (target->choices >> (field->value_count - 1)) & 1;
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
		if (choice_matches(target, json_array_get(value, i)))
			return 1;
	const char *name = json_string_value(value);
	for (size_t i = 0; name && i < field->value_count; i++)
		if (strcmp(field->values[i].name, name) == 0)
			return (target->choices >> i) & 1;
	return 0;
}

/* An unset field of any other type: `=unknown`, and for text `=""`. */
static int unset_matches(const struct filter_term *term)
{
	for (size_t i = 0; i < term->value_count; i++)
		if ((term->op == OP_EQUAL && (term->values[i].is_unknown || term->values[i].folded_len == 0)) ||
		    (term->op == OP_CONTAINS && term->values[i].folded_len == 0))
			return 1;
	return 0;
}

static int value_matches(struct filter_match_match *m, const struct filter_term *term,
                         const struct filter_target *target, const json_t *value)
{
	const struct field *field = target->field;
	int64_t microseconds;
	if (term->op == OP_IS_SET)
		return !is_unset(value);
	if (filter_is_choice(field->type))
		return choice_matches(target, value);
	if (is_unset(value))
		return unset_matches(term);
	if (term->op == OP_CONTAINS)
		return text_matches(m, term, value);
	switch (field->type) {
	case FIELD_INT:
	case FIELD_SIZE:
		return json_is_integer(value) && number_matches(term, json_integer_value(value));
	case FIELD_DURATION:
		return json_is_string(value) && filter_duration(json_string_value(value), &microseconds) == 0 &&
		       number_matches(term, microseconds);
	case FIELD_TIME:
		return time_matches(m, term, value);
	default:
		return text_matches(m, term, value);
	}
}

static int field_matches(struct filter_match_match *m, const struct filter_term *term,
                         const struct filter_target *target)
{
	return value_matches(m, term, target, value_of(m, target->field->name));
}

/* The two values of a field under an open conflict; NULL: it is not disputed. */
static const json_t *sides_of(struct filter_match_match *m, const char *field)
{
	return json_object_get(value_of(m, "disputed_values"), field);
}

/*
 * A disputed field may be either: both a term and its opposite can hold, so that
 * nothing is missed. Only what would reassure (isolated, clean, done) holds for
 * none but what both sides say.
 */
static int disputed_holds(struct filter_match_match *m, const struct filter_term *term,
                          const struct filter_target *target, const json_t *sides)
{
	int matching = 0;
	int reassuring = 1;
	size_t count = json_array_size(sides);
	for (size_t i = 0; i < count; i++) {
		const json_t *side = json_array_get(sides, i);
		const char *text = json_string_value(side);
		if (!value_matches(m, term, target, json_is_null(side) ? NULL : side))
			continue;
		matching++;
		reassuring &= text && disputed_value_reassures(target->field->name, text);
	}
	int all = (size_t)matching == count;
	return term->is_negated ? !all : reassuring && matching ? all : matching > 0;
}

/* `text` and bare words. The label too: people type it to find a record. */
static int words_match(struct filter_match_match *m, const struct filter_term *term)
{
	size_t n;
	const char *words = m->row->words(m->row->ctx, &n);
	if (term->op == OP_CONTAINS) { /* no value holds a NUL, so none is found across two texts */
		for (size_t i = 0; i < term->value_count; i++)
			if (memmem(words, n, term->values[i].folded, term->values[i].folded_len))
				return 1;
		return 0;
	}
	struct buf whole = m->folded;
	int found = 0;
	size_t label = n ? strlen(words) + 1 : 0;
	for (size_t at = label; at < n && !found; at += m->folded.len + 1) {
		m->folded = (struct buf){(char *)(uintptr_t)(words + at), strlen(words + at), 0};
		found = term->op == OP_IS_SET ? m->folded.len > 0 : 0;
		for (size_t i = 0; i < term->value_count && !found; i++)
			found = has_text(m, &term->values[i], term->op);
	}
	m->folded = whole;
	return found;
}

static int all_text_matches(struct filter_match_match *m, const struct filter_term *term)
{
	if (!m->record)
		return words_match(m, term) || (term->op == OP_CONTAINS && unset_matches(term));
	const json_t *label = json_object_get(m->record, "label");
	if (term->op == OP_CONTAINS && label && text_matches(m, term, label))
		return 1;
	const struct field *const *fields = m->kind ? m->filter->text_fields[m->kind_index] : NULL;
	for (; fields && *fields; fields++) {
		const json_t *value = json_object_get(m->record, (*fields)->name);
		if (!is_unset(value) && (term->op == OP_IS_SET || text_matches(m, term, value)))
			return 1;
	}
	return term->op == OP_CONTAINS && unset_matches(term);
}

static int all_times_match(struct filter_match_match *m, const struct filter_term *term)
{
	int is_set = 0;
	for (size_t i = 0; i < FILTER_TIMES; i++) {
		const json_t *value = value_of(m, filter_times[i]);
		if (is_unset(value))
			continue;
		is_set = 1;
		if (term->op == OP_CONTAINS ? text_matches(m, term, value) : time_matches(m, term, value))
			return 1;
	}
	return term->op == OP_IS_SET ? is_set : !is_set && unset_matches(term);
}

static int term_matches(struct filter_match_match *m, const struct filter_term *term)
{
	switch (term->scope) {
	case SCOPE_ALL_TEXT:
		return all_text_matches(m, term);
	case SCOPE_ALL_TIMES:
		return all_times_match(m, term);
	case SCOPE_FIELD:
		break;
	}
	return m->kind && term->targets[m->kind_index].field && field_matches(m, term, &term->targets[m->kind_index]);
}

static int term_holds(struct filter_match_match *m, const struct filter_term *term)
{
	const struct filter_target *target =
	    term->scope == SCOPE_FIELD && m->kind ? &term->targets[m->kind_index] : NULL;
	json_t *sides = target && target->field ? json_deep_copy(sides_of(m, target->field->name)) : NULL;
	int holds = sides ? disputed_holds(m, term, target, sides) : term_matches(m, term) != term->is_negated;
	json_decref(sides);
	return holds;
}

static void find_kind(struct filter_match_match *m)
{
	const char *name = json_get_string(m->record, "kind");
	for (size_t i = 0; i < m->filter->kind_count; i++)
		if ((!name && m->filter->kind_count == 1) || (name && strcmp(m->filter->kinds[i]->name, name) == 0)) {
			m->kind = m->filter->kinds[i];
			m->kind_index = i;
			return;
		}
}

int filter_term_match(const struct filter *filter, size_t term, const struct filter_row *row)
{
	struct filter_match_match m = {.filter = filter, .row = row, .kind = filter->kinds[0], .folded = BUF_INIT};
	int matches = term_holds(&m, &filter->terms[term]);
	buf_release(&m.folded);
	return matches;
}

static void add_words(const json_t *value, struct buf *out)
{
	if (json_is_string(value)) {
		text_fold_for_find(out, json_string_value(value), json_string_length(value));
		buf_addc(out, '\0');
	}
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
		add_words(json_array_get(value, i), out);
}

void filter_words(const struct kind *kind, const json_t *record, struct buf *out)
{
	add_words(json_object_get(record, "label"), out);
	for (size_t i = 0; i < kind_field_count(kind); i++)
		if (filter_is_text(kind_field_at(kind, i)->type))
			add_words(json_object_get(record, kind_field_at(kind, i)->name), out);
}

int filter_match(const struct filter *filter, const json_t *record)
{
	struct filter_match_match m = {.filter = filter, .record = record, .folded = BUF_INIT};
	int matches = 1;
	find_kind(&m);
	for (size_t i = 0; matches && i < filter->term_count; i++)
		matches = term_holds(&m, &filter->terms[i]);
	buf_release(&m.folded);
	return matches;
}
