#include "tui/list/related.h"

#include "base/buf.h"
#include "base/i18n.h"
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

int related_next(const char **labels, char out[LABEL_TEXT])
{
	*labels += strspn(*labels, " ");
	size_t n = strcspn(*labels, " ");
	snprintf(out, LABEL_TEXT, "%.*s", (int)n, *labels);
	*labels += n;
	return n > 0;
}

/* One step from any of the records, either way; `by`: the one that it is from. */
static int related_near(struct workbench *wb, const char *labels, const struct kind *kind, char out[LABEL_TEXT],
                        char by[LABEL_TEXT])
{
	struct related_seeking s = {kind, out};
	for (const char *rest = labels; related_next(&rest, by);) {
		json_t *record = workbench_get(wb, by, 0, NULL);
		int found = record && related_named(record, kind, out);
		json_decref(record);
		if (found)
			return 1;
	}
	for (const char *rest = labels; related_next(&rest, by);)
		if (record_each_reference(workbench_case(wb), by, related_referring, &s, NULL) == 1)
			return 1;
	return 0;
}

/* ---- two steps */

/* What a step may lead over: people and machines, acts, mails, evidence. A check, a step of a playbook or a site belongs to
 * everything, and what is over them belongs to nobody in particular. */
static int related_leads_over(const char *label)
{
	static const char *const kinds[] = {"party",     "asset",    "event",   "mail",
	                                    "indicator", "evidence", "finding", "contact"};
	const struct kind *kind = label ? kind_of_label(label) : NULL;
	for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
		if (kind == kind_find(kinds[i]))
			return 1;
	return 0;
}

#define NEIGHBOURS_MOST 32

struct related_neighbours {
	struct buf labels; /* a blank between them */
	size_t count;
};

static int related_keep(struct related_neighbours *n, const char *label)
{
	if (n->count == NEIGHBOURS_MOST)
		return 1;
	if (related_leads_over(label)) {
		buf_addf(&n->labels, "%s ", label);
		n->count++;
	}
	return 0;
}

static int related_keep_referring(void *ctx, const char *label, const char *field, int is_retracted)
{
	(void)field;
	return is_retracted ? 0 : related_keep(ctx, label);
}

static void related_keep_named(const json_t *record, struct related_neighbours *n)
{
	const struct kind *own = record_kind(record);
	for (size_t i = 0; own && i < kind_field_count(own); i++) {
		const json_t *value = json_object_get(record, kind_field_at(own, i)->name);
		size_t k;
		json_t *member;
		if (kind_field_at(own, i)->type == FIELD_REF)
			related_keep(n, json_string_value(value));
		else if (kind_field_at(own, i)->type == FIELD_REFS)
			json_array_foreach(value, k, member)
				related_keep(n, json_string_value(member));
	}
}

/* From what belongs to the first of them, which tells most; and says by way of what. */
static int related_far(struct workbench *wb, const char *labels, const struct kind *kind, char out[LABEL_TEXT])
{
	struct related_neighbours near = {BUF_INIT, 0};
	char label[LABEL_TEXT];
	char by[LABEL_TEXT];
	json_t *record = related_next(&labels, label) ? workbench_get(wb, label, 0, NULL) : NULL;
	int found = 0;
	if (record) {
		related_keep_named(record, &near);
		record_each_reference(workbench_case(wb), label, related_keep_referring, &near, NULL);
		found = near.count && related_near(wb, near.labels.data, kind, out, by);
	}
	if (found)
		workbench_tell(wb, TONE_FAINT, _("%s, by way of %s %s"), out, by, workbench_name(wb, by));
	json_decref(record);
	buf_release(&near.labels);
	return found;
}

/* The one that is of that kind. */
static int related_itself(struct workbench *wb, const char *labels, const struct kind *kind, char out[LABEL_TEXT])
{
	char label[LABEL_TEXT];
	while (related_next(&labels, label)) {
		json_t *record = kind_of_label(label) == kind ? workbench_get(wb, label, 0, NULL) : NULL;
		snprintf(out, LABEL_TEXT, "%s", record ? record_label(record) : "");
		json_decref(record);
		if (*out)
			return 1;
	}
	return 0;
}

int related_label(struct workbench *wb, const char *labels, const char *kind, char out[LABEL_TEXT])
{
	const struct kind *wanted = kind_find(kind);
	char by[LABEL_TEXT];
	*out = '\0';
	return wanted && (related_itself(wb, labels, wanted, out) || related_near(wb, labels, wanted, out, by) ||
	                  related_far(wb, labels, wanted, out));
}

int related_made_of(struct workbench *wb, const char *labels, const char *kind, char out[LABEL_TEXT])
{
	struct related_seeking s = {kind_find(kind), out};
	char label[LABEL_TEXT];
	*out = '\0';
	return related_next(&labels, label) &&
	       record_each_reference(workbench_case(wb), label, related_referring, &s, NULL) == 1;
}

int related_begin_at(struct view *v, const char *labels, const char *kind)
{
	char label[LABEL_TEXT];
	for (const char *rest = labels; related_next(&rest, label);)
		if (view_begin_at(v, label))
			return 1;
	return related_label(v->wb, labels, kind, label) && view_begin_at(v, label);
}

void related_tell_none(struct view *v, const char *labels)
{
	char label[LABEL_TEXT];
	if (related_next(&labels, label) && kind_of_label(label) && !workbench_has_told(v->wb) &&
	    workbench_is_new(v->wb, label))
		workbench_tell(v->wb, TONE_FAINT, _("nothing here belongs to %s: the cursor stays where it was"),
		               label);
}
