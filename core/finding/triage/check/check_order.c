/* Findings of several kinds of rules in one list, the worst first. */
#include "finding/triage/check/check.h"

#include "base/err.h"
#include "finding/triage/check/check_gaps.h"
#include "finding/triage/check/rules.h"

#include <stdlib.h>
#include <string.h>

static size_t rank_of(const json_t *finding)
{
	static const char *const levels[] = {"high", "medium", "low", "info"};
	const char *state = json_string_value(json_object_get(finding, "state"));
	const char *level = json_string_value(json_object_get(finding, "level"));
	size_t rank = 0;
	if (!state || !level || strcmp(state, "seen") != 0)
		return CHECK_INFO + 1;
	while (rank < CHECK_INFO && strcmp(levels[rank], level) != 0)
		rank++;
	return rank;
}

void triage_add_findings(json_t *findings, json_t *more)
{
	const json_t *f;
	size_t i;
	json_array_foreach(more, i, f) {
		size_t at = json_array_size(findings);
		if (rank_of(f) <= CHECK_INFO)
			for (at = 0;
			     at < json_array_size(findings) && rank_of(json_array_get(findings, at)) <= rank_of(f);)
				at++;
		json_array_insert(findings, at, (json_t *)(uintptr_t)f);
	}
	json_decref(more);
}

const char *check_title(const char *rule)
{
	for (size_t i = 0; i < check_rule_count; i++)
		if (strcmp(check_rules[i].name, rule) == 0)
			return check_rules[i].title;
	return check_gap_title(rule);
}

struct finding_group { /* findings of one evidence, which stand together */
	size_t from;
	size_t until;
	size_t rank;
	const char *first;
};

/* Of what a person dismissed nothing counts. */
static void weigh(struct finding_group *g, const json_t *f)
{
	const char *status = json_string_value(json_object_get(f, "status"));
	const char *when = json_string_value(json_object_get(f, "when"));
	size_t rank = status && strcmp(status, "dismissed") == 0 ? CHECK_INFO + 1 : rank_of(f);
	g->rank = rank < g->rank ? rank : g->rank;
	if (rank <= CHECK_INFO && when && (!g->first || strcmp(when, g->first) < 0))
		g->first = when;
}

static int by_worst(const void *a, const void *b)
{
	const struct finding_group *x = a;
	const struct finding_group *y = b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (!x->first != !y->first)
		return x->first ? -1 : 1;
	int when = x->first ? strcmp(x->first, y->first) : 0;
	return when ? when : x->from < y->from ? -1 : 1;
}

void triage_order_findings(json_t *findings)
{
	size_t count = json_array_size(findings);
	struct finding_group *groups = xcalloc(count + 1, sizeof *groups);
	json_t *before = json_copy(findings);
	size_t n = 0;
	const json_t *f;
	size_t i;
	json_array_foreach(before, i, f) {
		const char *check = json_string_value(json_object_get(f, "check"));
		const char *last =
		    i ? json_string_value(json_object_get(json_array_get(before, i - 1), "check")) : NULL;
		if (i == 0 || !check || !last || strcmp(check, last) != 0)
			groups[n++] = (struct finding_group){.from = i, .rank = CHECK_INFO + 1};
		groups[n - 1].until = i + 1;
		weigh(&groups[n - 1], f);
	}
	if (n)
		qsort(groups, n, sizeof *groups, by_worst);
	json_array_clear(findings);
	for (size_t g = 0; g < n; g++)
		for (i = groups[g].from; i < groups[g].until; i++)
			json_array_append(findings, json_array_get(before, i));
	json_decref(before);
	free(groups);
}
