/* Findings of several kinds of rules in one list, the worst first. */
#include "finding/triage/check/check.h"
#include "finding/triage/check/rules.h"

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
