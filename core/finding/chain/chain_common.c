/* What the files of the chain have in common: names of pivots, times of records, suggestions that two are one. */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

static const char *const pivot_names[PIVOTS] = {"spoofed_sender", "topic",   "original", "recipients",
                                                "outbound",       "similar", "lead"};

const char *chain_pivot_name(enum chain_pivot pivot)
{
	return pivot_names[pivot];
}

enum chain_pivot chain_pivot_find(const char *name)
{
	int i = 0;
	while (i < PIVOTS && (!name || strcmp(pivot_names[i], name) != 0))
		i++;
	return (enum chain_pivot)i;
}

const char *chain_status_name(enum chain_status status)
{
	static const char *const names[] = {"open", "confirmed", "rejected"};
	return names[status];
}

const char *chain_coverage_name(int result)
{
	static const char *const names[] = {"unknown", "partly", "covered"};
	return names[result];
}

struct chain_span chain_time(const struct chain_records *records, const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	struct edtf time;
	struct chain_span span = {INT64_MIN, INT64_MAX, 0, 0};
	if (text && edtf_parse(text, &time, NULL) == 0 &&
	    edtf_bounds(&time, records->resolver, records->resolver_ctx, &span.first, &span.last) == 0)
		span.placed = 1;
	return span;
}

void chain_suggest_same(struct chain *chain, const struct organisations *o, size_t a, size_t b, const char *reason)
{
	char *key = xasprintf("%zu\n%zu", a < b ? a : b, a < b ? b : a);
	int told = json_object_get(o->different, key) != NULL;
	free(key);
	const char *who = organisation_who(o, a);
	const char *other = organisation_who(o, b);
	if (told || organisation_whole(o, a) == organisation_whole(o, b))
		return;
	for (size_t i = 0; i < chain->same_count; i++) {
		const struct chain_same *s = &chain->same[i];
		if ((strcmp(s->who, who) == 0 && strcmp(s->other, other) == 0) ||
		    (strcmp(s->who, other) == 0 && strcmp(s->other, who) == 0))
			return;
	}
	chain->same = xrealloc(chain->same, (chain->same_count + 1) * sizeof *chain->same);
	chain->same[chain->same_count++] = (struct chain_same){xstrdup(who), xstrdup(other), xstrdup(reason)};
}

/* Between which times, of EDTF, as people read them; of either nothing may be known. */
static char *between_text(const char *not_before, const char *not_after)
{
	char *before = edtf_said(not_before);
	char *after = edtf_said(not_after);
	char *text = *not_before && *not_after ? xasprintf(_("not before %s, not after %s"), before, after)
	             : *not_after              ? xasprintf(_("not before unknown, not after %s"), after)
	             : *not_before             ? xasprintf(_("not before %s, not after unknown"), before)
	                                       : xstrdup(_("unknown"));
	free(before);
	free(after);
	return text;
}

char *chain_leak_text(const struct chain_leak *leak)
{
	char *when = between_text(leak->not_before, leak->not_after);
	char *text = xasprintf("%s: %s (%s)", leak->named, when, leak->reason);
	char *safe = printable_dup(text);
	free(when);
	free(text);
	return safe;
}

char *chain_rejected_text(const struct chain_proposal *p)
{
	const struct field *field = kind_field(kind_find("pivot"), "pivot");
	const char *pivot = field_value_label(field_value_find(field, chain_pivot_name(p->pivot)));
	char *day = edtf_said(p->decided);
	char *text = p->new_count == 0 ? xasprintf(_("rejected as %s on %s (%s)"), pivot, day, p->label)
	                               : xasprintf(P_("rejected as %s on %s (%s); %zu new reason since",
	                                              "rejected as %s on %s (%s); %zu new reasons since", p->new_count),
	                                           pivot, day, p->label, p->new_count);
	free(day);
	return text;
}
