/* Two filters side by side, as one is typed: which terms stayed, and which only became longer. */
#include "case/query/filter_private.h"

#include <string.h>

int filter_term_same(const struct filter *a, const struct filter *b, size_t i)
{
	return i < a->term_count && i < b->term_count && strcmp(a->terms[i].text, b->terms[i].text) == 0;
}

/* A term whose values are looked for in text, so that a longer one is found in fewer texts. */
static int finds_text(const struct filter *filter, const struct filter_term *term)
{
	if (term->op != OP_CONTAINS || term->is_negated || term->scope == SCOPE_ALL_TIMES)
		return 0;
	for (size_t i = 0; term->scope == SCOPE_FIELD && i < filter->kind_count; i++)
		if (term->targets[i].field && filter_is_choice(term->targets[i].field->type))
			return 0;
	return 1;
}

static int looks_at_the_same(const struct filter *filter, const struct filter_term *a, const struct filter_term *b)
{
	if (a->scope != b->scope)
		return 0;
	for (size_t i = 0; a->scope == SCOPE_FIELD && i < filter->kind_count; i++)
		if (a->targets[i].field != b->targets[i].field)
			return 0;
	return 1;
}

/* Whether what holds `value` holds one of the term's values. */
static int holds_one_of(const struct filter_value *value, const struct filter_term *term)
{
	for (size_t i = 0; i < term->value_count; i++)
		if (memmem(value->folded, value->folded_len, term->values[i].folded, term->values[i].folded_len))
			return 1;
	return 0;
}

int filter_term_narrows(const struct filter *a, const struct filter *b, size_t i)
{
	if (filter_term_same(a, b, i))
		return 1;
	if (i >= a->term_count || i >= b->term_count || a->kind_count != b->kind_count || a->kinds[0] != b->kinds[0])
		return 0;
	const struct filter_term *x = &a->terms[i];
	const struct filter_term *y = &b->terms[i];
	if (!finds_text(a, x) || !finds_text(b, y) || !looks_at_the_same(a, x, y))
		return 0;
	for (size_t k = 0; k < x->value_count; k++)
		if (!holds_one_of(&x->values[k], y))
			return 0;
	return 1;
}
