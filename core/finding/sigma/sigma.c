#include "finding/sigma/sigma.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "finding/sigma/sigma_private.h"

#include <stdlib.h>
#include <string.h>

static void rule_release(struct sigma_rule *r)
{
	free(r->name);
	free(r->title);
	free(r->id);
	free(r->needs);
	free(r->ids);
	for (size_t i = 0; i < r->reason_count; i++)
		free(r->reasons[i]);
}

void sigma_free(struct sigma *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->rule_count; i++)
		rule_release(&s->rules[i]);
	for (uint32_t i = 0; i < s->atom_count; i++) {
		free(s->atoms[i].text);
		pcre2_code_free(s->atoms[i].regex);
	}
	for (uint32_t i = 0; i < s->name_count; i++)
		free(s->names[i].text);
	free(s->rules);
	free(s->atoms);
	free(s->atom_hash);
	free(s->nodes);
	free(s->children);
	free(s->names);
	free(s->name_hash);
	free(s->arena);
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->match_limits);
	free(s);
}

const char *sigma_digest(const struct sigma *s)
{
	return s->digest;
}

size_t sigma_rule_count(const struct sigma *s)
{
	size_t count = 0;
	for (size_t i = 0; i < s->rule_count; i++)
		count += !s->rules[i].needs;
	return count;
}

static json_t *finding(const char *source, const char *name, const char *state, const char *level,
                       const char *technique, const char *title, const char *reason, uint64_t count)
{
	json_t *text = json_string(title);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:n, s:n, s:[]}", "label", "", "kind",
	                 "finding", "rule", name, "state", state, "level", level, "technique", technique, "title",
	                 text ? text : json_string("?"), "reason", reason, "source", source, "count", (json_int_t)count,
	                 "when", "until", "observations");
}

static int by_when(const void *a, const void *b)
{
	const struct sigma_fired *x = a;
	const struct sigma_fired *y = b;
	return x->when != y->when ? (x->when < y->when ? -1 : 1) : strcmp(x->id, y->id);
}

static json_t *seen(const char *source, const char *name, const struct sigma_rule *r)
{
	struct buf reason = BUF_INIT;
	observation_seen_words(&r->span, &reason);
	for (size_t i = 0; i < r->reason_count; i++)
		buf_addf(&reason, "%s%s", i ? "; " : "", r->reasons[i]);
	json_t *object =
	    finding(source, name, "seen", r->level, r->technique, r->title, reason.data ? reason.data : "", r->count);
	json_object_set_new(object, "rule_id", json_string(r->id));
	observation_seen_json(&r->span, object);
	qsort(r->ids, r->id_count, sizeof *r->ids, by_when);
	for (size_t i = 0; i < r->id_count; i++)
		json_array_append_new(json_object_get(object, "observations"), json_string(r->ids[i].id));
	buf_release(&reason);
	return object;
}

static void add_summary(const struct sigma *s, const char *source, json_t *array)
{
	struct buf missing = BUF_INIT;
	uint64_t not_seen = 0;
	uint64_t no_log = 0;
	uint64_t foreign = 0;
	unsigned char told[SIGMA_SOURCES] = {0};
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct sigma_rule *r = &s->rules[i];
		foreign += r->needs && r->foreign;
		if (r->needs || r->count)
			continue;
		if (s->rows_of[r->source]) {
			not_seen++;
			continue;
		}
		no_log++;
		if (!told[r->source])
			buf_addf(&missing, "%s%s", missing.len ? ", " : "", sigma_source_name(r->source));
		told[r->source] = 1;
	}
	if (not_seen)
		json_array_append_new(array,
		                      finding(source, "sigma", "not_seen", "info", "",
		                              _("Sigma rules that were looked for, and not seen."), "", not_seen));
	if (no_log)
		json_array_append_new(array, finding(source, "sigma", "not_covered", "info", "",
		                                     _("Sigma rules whose logs are not in the evidence."), missing.data,
		                                     no_log));
	if (foreign)
		json_array_append_new(array, finding(source, "sigma", "not_covered", "info", "",
		                                     _("Sigma rules for logs of other systems."), "", foreign));
	buf_release(&missing);
}

json_t *sigma_findings(const struct sigma *s, const char *source)
{
	static const char *const levels[] = {"high", "medium", "low", "info"};
	json_t *array = json_array();
	for (size_t level = 0; level < 4; level++)
		for (size_t i = 0; i < s->rule_count; i++) {
			const struct sigma_rule *r = &s->rules[i];
			char *name = xasprintf("sigma.%s", r->name);
			if (r->count && strcmp(r->level, levels[level]) == 0)
				json_array_append_new(array, seen(source, name, r));
			free(name);
		}
	add_summary(s, source, array);
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct sigma_rule *r = &s->rules[i];
		if (!r->needs || r->foreign)
			continue;
		char *name = xasprintf("sigma.%s", r->name);
		char *reason = xasprintf(_("the rule is not worked by, since it needs: %s"), r->needs);
		json_array_append_new(
		    array, finding(source, name, "not_covered", r->level, r->technique, r->title, reason, 0));
		free(name);
		free(reason);
	}
	return array;
}
