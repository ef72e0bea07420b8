#include "handover/merge/merge_record.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

struct record_merge {
	const json_t *base, *a, *b;
	const struct kind *kind; /* NULL: not known here */
	int a_is_later;
	json_t *result;
	merge_clash_fn clash;
	void *ctx;
};

static json_t *get(const json_t *object, const char *name)
{
	return object ? json_object_get(object, name) : NULL;
}

int merge_compare(const json_t *a, const json_t *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	char *left = json_dumps(a, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	char *right = json_dumps(b, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	int order = strcmp(left ? left : "", right ? right : "");
	free(left);
	free(right);
	return order;
}

static void merge_record_put(struct record_merge *m, const char *name, const json_t *value)
{
	if (value)
		json_object_set(m->result, name, (json_t *)(uintptr_t)value);
	else
		json_object_del(m->result, name);
}

/* The instant of a stored time of change. */
static int instant(const json_t *value, int64_t *seconds)
{
	struct edtf time;
	int64_t last;
	const char *text = json_string_value(value);
	return text && edtf_parse(text, &time, NULL) == 0 ? edtf_bounds(&time, NULL, NULL, seconds, &last) : -1;
}

/* Whether `a` is later than `b`; where that cannot be told, or they are alike, the greater text counts as the later. */
static int is_later(const json_t *a, const json_t *b)
{
	int64_t left;
	int64_t right;
	if (instant(a, &left) == 0 && instant(b, &right) == 0 && left != right)
		return left > right;
	return merge_compare(a, b) > 0;
}

/* ---- sets */

static int holds(const json_t *set, const json_t *member)
{
	size_t i;
	json_t *one;
	json_array_foreach((json_t *)(uintptr_t)set, i, one)
		if (json_equal(one, (json_t *)(uintptr_t)member))
			return 1;
	return 0;
}

static int compare_members(const void *a, const void *b)
{
	return merge_compare(*(json_t *const *)a, *(json_t *const *)b);
}

static json_t *sorted(const json_t *set)
{
	size_t n = json_array_size(set);
	json_t **members = xcalloc(n ? n : 1, sizeof *members);
	for (size_t i = 0; i < n; i++)
		members[i] = json_array_get(set, i);
	qsort(members, n, sizeof *members, compare_members);
	json_t *result = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append(result, members[i]);
	free(members);
	return result;
}

/* What either side holds, without what was there before and one side took out. */
static json_t *unite(const json_t *base, const json_t *a, const json_t *b)
{
	json_t *set = json_array();
	const json_t *const sides[2] = {a, b};
	for (int k = 0; k < 2; k++) {
		size_t i;
		json_t *member;
		json_array_foreach((json_t *)(uintptr_t)sides[k], i, member) {
			int removed = holds(base, member) && !holds(sides[1 - k], member);
			if (!removed && !holds(set, member))
				json_array_append(set, member);
		}
	}
	json_t *result = sorted(set);
	json_decref(set);
	return result;
}

static int is_set(const struct field *field, const json_t *a, const json_t *b)
{
	if (field)
		return field->type == FIELD_ENUMS || field->type == FIELD_REFS || field->type == FIELD_TAGS;
	return (!a || json_is_array(a)) && (!b || json_is_array(b));
}

/* ---- one field */

static void take_clash(struct record_merge *m, const char *name)
{
	const json_t *a = get(m->a, name);
	const json_t *b = get(m->b, name);
	int ordered = merge_compare(a, b) < 0;
	struct merge_clash clash = {name, get(m->base, name), ordered ? a : b, ordered ? b : a};
	merge_record_put(m, name, m->a_is_later ? a : b);
	if (m->clash)
		m->clash(m->ctx, &clash);
}

/* Members that are no fields: the same for ever, or genba's own. */
static int merge_own(struct record_merge *m, const char *name)
{
	const json_t *a = get(m->a, name);
	const json_t *b = get(m->b, name);
	if (strcmp(name, "modified") == 0) {
		merge_record_put(m, name, !b || (a && is_later(a, b)) ? a : b);
		return 1;
	}
	int is_mark = strcmp(name, "mark") == 0 && m->kind && kind_has(m->kind->name, KIND_RESPONDER);
	if (is_mark || strcmp(name, "label") == 0 || strcmp(name, "entered") == 0 || strcmp(name, "author") == 0 ||
	    strcmp(name, "id") == 0 || strcmp(name, "kind") == 0) {
		merge_record_put(m, name,
		                 merge_compare(a, b) < 0 ? a : b); /* renamed on both sides; the rest never differs */
		return 1;
	}
	return 0;
}

/* Both sides revoked the key: it counts from the earlier date on no more, and nobody puts that off. */
static int merge_revocation(struct record_merge *m, const char *name)
{
	const json_t *a = get(m->a, name);
	const json_t *b = get(m->b, name);
	if (strcmp(name, "revoked") != 0 || !m->kind || !(m->kind->traits & KIND_RESPONDER) || !a || !b)
		return 0;
	merge_record_put(m, name, is_later(a, b) ? b : a);
	return 1;
}

/* Both sides retracted it: the earlier time, and both reasons. */
static int merge_retraction(struct record_merge *m, const char *name)
{
	const json_t *a = get(m->a, name);
	const json_t *b = get(m->b, name);
	if (strcmp(name, "retracted") == 0 && a && b) {
		merge_record_put(m, name, is_later(a, b) ? b : a);
		return 1;
	}
	if (strcmp(name, "retract_reason") != 0)
		return 0;
	if (!a || !b) {
		merge_record_put(m, name, a ? a : b);
		return 1;
	}
	int ordered = merge_compare(a, b) < 0;
	char *both = xasprintf("%s / %s", json_string_value(ordered ? a : b), json_string_value(ordered ? b : a));
	json_t *text = json_string(both);
	merge_record_put(m, name, text);
	json_decref(text);
	free(both);
	return 1;
}

static void merge_field(struct record_merge *m, const char *name)
{
	const json_t *base = get(m->base, name);
	const json_t *a = get(m->a, name);
	const json_t *b = get(m->b, name);
	const struct field *field = m->kind ? kind_field(m->kind, name) : NULL;
	if (json_same(a, b) || json_same(b, base)) {
		merge_record_put(m, name, a);
	} else if (json_same(a, base)) {
		merge_record_put(m, name, b);
	} else if (merge_own(m, name) || merge_retraction(m, name) || merge_revocation(m, name)) {
		return;
	} else if (is_set(field, a, b)) {
		json_t *set = unite(base, a, b);
		merge_record_put(m, name, json_array_size(set) ? set : NULL);
		json_decref(set);
	} else if (field && field->machine && field->type == FIELD_TIME) {
		merge_record_put(m, name, !b || (a && is_later(a, b)) ? a : b);
	} else if ((field && field->machine) || (m->kind && (m->kind->traits & KIND_CONFLICT))) {
		merge_record_put(
		    m, name,
		    m->a_is_later ? a : b); /* nobody could write the other value back; no conflicts about conflicts */
	} else {
		take_clash(m, name);
	}
}

json_t *merge_record(const json_t *base, const json_t *a, const json_t *b, merge_clash_fn clash, void *ctx)
{
	const char *kind = json_get_string(a, "kind");
	struct record_merge m = {base, a, b, kind ? kind_find(kind) : NULL, 0, json_object(), clash, ctx};
	m.a_is_later = is_later(get(a, "modified"), get(b, "modified"));
	if (json_same(get(a, "modified"), get(b, "modified")))
		m.a_is_later = merge_compare(a, b) > 0;
	json_t *names = json_object();
	const char *name;
	json_t *value;
	json_object_update(names, (json_t *)(uintptr_t)a);
	json_object_update(names, (json_t *)(uintptr_t)b);
	json_object_foreach(names, name, value)
		merge_field(&m, name);
	/* the label that a merge gave up stays findable */
	json_t *labels[2] = {get(a, "label"), get(b, "label")};
	for (int i = 0; i < 2; i++)
		if (labels[i] && !json_same(labels[i], get(m.result, "label")) &&
		    !holds(get(m.result, MERGE_ALIASES), labels[i])) {
			json_t *one = json_pack("[O]", labels[i]);
			json_t *set = unite(NULL, get(m.result, MERGE_ALIASES), one);
			json_object_set_new(m.result, MERGE_ALIASES, set);
			json_decref(one);
		}
	json_decref(names);
	return m.result;
}
