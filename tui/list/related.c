#include "tui/list/related.h"

#include "base/json.h"
#include "case/store/record_summary.h"
#include "tui/workbench/view.h"

#include <stdio.h>
#include <string.h>

static int related_take(const char *label, const struct kind *kind, char out[LABEL_TEXT])
{
	if (!label || kind_of_label(label) != kind)
		return 0;
	snprintf(out, LABEL_TEXT, "%s", label);
	return 1;
}

/* The first label of the kind in the record's own fields. */
static int related_named(const json_t *record, const struct kind *kind, char out[LABEL_TEXT])
{
	const struct kind *own = record_kind(record);
	for (size_t i = 0; own && i < kind_field_count(own); i++) {
		const struct field *field = kind_field_at(own, i);
		const json_t *value = json_object_get(record, field->name);
		size_t k;
		json_t *member;
		if (field->type == FIELD_REF && related_take(json_string_value(value), kind, out))
			return 1;
		if (field->type != FIELD_REFS)
			continue;
		json_array_foreach(value, k, member)
			if (related_take(json_string_value(member), kind, out))
				return 1;
	}
	return 0;
}

struct related_seeking {
	const struct kind *kind;
	char *out;
};

static int related_referring(void *ctx, const char *label, const char *field, int is_retracted)
{
	struct related_seeking *s = ctx;
	(void)field;
	return !is_retracted && related_take(label, s->kind, s->out);
}

int related_label(struct workbench *wb, const char *label, const char *kind, char out[LABEL_TEXT])
{
	struct related_seeking s = {kind_find(kind), out};
	json_t *record = s.kind && *label ? workbench_get(wb, label, 0, NULL) : NULL;
	*out = '\0';
	if (!record)
		return 0;
	if (!related_take(record_label(record), s.kind, out) && !related_named(record, s.kind, out))
		record_each_reference(workbench_case(wb), record_label(record), related_referring, &s, NULL);
	json_decref(record);
	return *out != '\0';
}

int related_begin_at(struct view *v, const char *label, const char *kind)
{
	char related[LABEL_TEXT];
	if (view_begin_at(v, label))
		return 1;
	return related_label(v->wb, label, kind, related) && view_begin_at(v, related);
}
