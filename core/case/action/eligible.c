#include "case/action/eligible.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define PARENTS 8 /* how far up a person's unit, its department, its organisation … are followed */

const char *tri_name(enum tri tri)
{
	return tri == TRI_YES ? "yes" : tri == TRI_NO ? "no" : "unknown";
}

static enum tri tri_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	if (!text)
		return TRI_UNKNOWN;
	return strcmp(text, "yes") == 0 ? TRI_YES : strcmp(text, "no") == 0 ? TRI_NO : TRI_UNKNOWN;
}

static int says(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

void eligibility_of_party(struct case_file *c, const char *party, struct eligibility *e)
{
	*e = (struct eligibility){TRI_UNKNOWN, TRI_UNKNOWN, 0, TRI_UNKNOWN};
	char *next = party ? xstrdup(party) : NULL;
	for (int i = 0; next && i < PARENTS; i++) {
		struct err gone = ERR_INIT;
		json_t *record = record_get(c, next, RECORD_RAW, &gone);
		if (!e->serious_effect)
			e->serious_effect = tri_of(record, "serious_effect");
		if (!e->key_relations)
			e->key_relations = tri_of(record, "key_relations");
		e->company |= says(record, "org_kind", "company");
		free(next);
		const char *parent = json_get_string(record, "parent");
		next = parent ? xstrdup(parent) : NULL;
		json_decref(record);
	}
	free(next);
	if (e->serious_effect == TRI_YES || e->key_relations == TRI_YES)
		e->eligible = TRI_YES;
	else if (e->serious_effect == TRI_NO && e->key_relations == TRI_NO)
		e->eligible = TRI_NO;
}

/* ---- the consultations that rest on a record */

static const struct field *follows(const json_t *record)
{
	const struct kind *kind = record_kind(record);
	const struct field *field = kind ? kind_field(kind, "eligible") : NULL;
	return field && field->machine ? field : NULL;
}

struct following {
	struct case_file *c;
	eligible_fn set;
	void *ctx;
};

static int settle(const struct following *f, const char *id, struct err *err)
{
	struct eligibility e;
	json_t *record = record_get(f->c, id, RECORD_RAW, err);
	if (!record)
		return -1;
	eligibility_of_party(f->c, json_get_string(record, "from"), &e);
	const char *decision = json_get_string(record, "decision");
	if (e.company && e.eligible != TRI_YES && decision) {
		json_t *decided = record_get(f->c, decision, RECORD_RAW, NULL);
		if (!record_is_retracted(decided) && says(decided, "status", "decided"))
			e.eligible = TRI_YES;
		else if (!record_is_retracted(decided) && says(decided, "status", "rejected"))
			e.eligible = TRI_NO;
		json_decref(decided);
	}
	int rc = 0;
	if (tri_of(record, "eligible") != e.eligible && !record_is_retracted(record))
		rc = f->set(f->ctx, id, e.eligible ? tri_name(e.eligible) : "", err);
	json_decref(record);
	return rc;
}

static int take_resting(void *ctx, json_t *record, const char *field)
{
	if ((follows(record) && (strcmp(field, "from") == 0 || strcmp(field, "decision") == 0)) ||
	    strcmp(field, "parent") == 0)
		json_array_append_new(ctx, json_string(record_label(record)));
	return 0;
}

/* Whoever refers to it: consultations, and parties that belong to it, whose consultations rest on it too. */
static int settle_resting(const struct following *f, const char *id, int depth, struct err *err)
{
	json_t *labels = json_array();
	int rc = record_each_referring(f->c, id, take_resting, labels, err);
	for (size_t i = 0; i < json_array_size(labels) && rc == 0; i++) {
		const char *label = json_string_value(json_array_get(labels, i));
		json_t *record = record_get(f->c, label, RECORD_RAW, err);
		const char *one = json_get_string(record, "id");
		if (!one)
			rc = -1;
		else if (follows(record))
			rc = settle(f, one, err);
		else if (depth < PARENTS)
			rc = settle_resting(f, one, depth + 1, err);
		json_decref(record);
	}
	json_decref(labels);
	return rc;
}

static int differs(const json_t *before, const json_t *after, const char *field)
{
	const json_t *x = json_object_get(before, field);
	const json_t *y = json_object_get(after, field);
	return x && y ? !json_equal((json_t *)(uintptr_t)x, (json_t *)(uintptr_t)y) : x != y;
}

int eligible_follow(struct case_file *c, const json_t *before, const json_t *after, eligible_fn set, void *ctx,
                    struct err *err)
{
	const struct following f = {c, set, ctx};
	static const char *const grounds[] = {"serious_effect", "key_relations", "org_kind", "parent"};
	const char *id = json_get_string(after, "id");
	const struct kind *kind = record_kind(after);
	if (follows(after))
		return settle(&f, id, err);
	if (!before || !kind) /* nothing refers to it yet */
		return 0;
	if (kind_field(kind, "serious_effect"))
		for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++)
			if (differs(before, after, grounds[i]))
				return settle_resting(&f, id, 0, err);
	if (kind_field(kind, "choice") && (differs(before, after, "status") || differs(before, after, "retracted")))
		return settle_resting(&f, id, 0, err);
	return 0;
}
