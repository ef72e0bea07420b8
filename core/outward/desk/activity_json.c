/* The numbers of activity.h as the flat objects of `--json`. */
#include "base/err.h"
#include "case/kind/kinds.h"
#include "outward/desk/activity.h"

#include <stdlib.h>

struct activity_list {
	json_t *array;
	long suppress;
};

static json_t *object(struct activity_list *l, const char *kind, const struct period *period)
{
	json_t *one = json_pack("{s:s s:s s:s}", "kind", kind, "label", "", "period", period->name);
	json_array_append_new(l->array, one);
	return one;
}

static void put_number(struct activity_list *l, json_t *one, const char *name, long n)
{
	if (n < l->suppress) {
		char *text = xasprintf("<%ld", l->suppress);
		json_object_set_new(one, name, json_string(text));
		free(text);
	} else {
		json_object_set_new(one, name, json_integer(n));
	}
}

static void list_durations(struct activity_list *l, const struct period *period, const struct activity_counts *n)
{
	static const char *const of[] = {"rescue", "on_site"};
	for (size_t k = 0; k < OF_COUNT; k++) {
		json_t *one = object(l, "duration", period);
		json_object_set_new(one, "of", json_string(of[k]));
		put_number(l, one, "within_month", n->duration[k][WITHIN_MONTH]);
		put_number(l, one, "longer", n->duration[k][LONGER]);
		put_number(l, one, "running", n->duration[k][RUNNING]);
		put_number(l, one, "unknown", n->duration[k][DURATION_UNKNOWN]);
	}
}

static void list_leads(struct activity_list *l, const struct period *period, const struct activity_counts *n)
{
	const struct field *field = activity_lead_field();
	for (size_t k = 0; k < field->value_count; k++) {
		json_t *one = object(l, "osint", period);
		json_object_set_new(one, "type", json_string(field->values[k].name));
		put_number(l, one, "leads", n->leads[k]);
		put_number(l, one, "contacted", n->contacted[k]);
		put_number(l, one, "rescues", n->lead_rescues[k]);
	}
}

static void list_incidents(struct activity_list *l, const struct period *period, const struct activity_counts *n)
{
	const struct field *field = activity_incident_field();
	for (size_t k = 0; k < field->value_count; k++) {
		if (!n->incident[k])
			continue;
		json_t *one = object(l, "incident", period);
		json_object_set_new(one, "value", json_string(field->values[k].name));
		put_number(l, one, "cases", n->incident[k]);
	}
}

static void list_mail_table(struct activity_list *l, const struct period *period, const char *table,
                            const char *const *keys, const size_t *counts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *one = object(l, "mails", period);
		json_object_set_new(one, "table", json_string(table));
		json_object_set_new(one, "key", json_string(keys[i]));
		put_number(l, one, "n", (long)counts[i]);
	}
}

static void list_mails(struct activity_list *l, const struct period *period, const struct mail_counts *n)
{
	static const char *const all[] = {"mails"};
	static const char *const none[] = {"no_sender"};
	list_mail_table(l, period, "1", all, &n->mails, 1);
	list_mail_table(l, period, "1", mail_class_keys, n->classes, MAIL_CLASSES);
	list_mail_table(l, period, "A-2", mail_sender_keys, n->senders, MAIL_SENDERS);
	list_mail_table(l, period, "A-2", none, &n->no_sender, 1);
	list_mail_table(l, period, "A-3", mail_archive_keys, n->archives, MAIL_ARCHIVES);
	list_mail_table(l, period, "A-4", mail_file_keys, n->files, MAIL_FILES);
}

json_t *activity_json(const struct activity *a, long suppress)
{
	struct activity_list l = {json_array(), suppress};
	for (size_t i = 0; i < a->count; i++) {
		json_t *one = object(&l, "activity", &a->periods[i]);
		put_number(&l, one, "consultations", a->counts[i].consultations);
		put_number(&l, one, "rescues", a->counts[i].rescues);
		put_number(&l, one, "on_site", a->counts[i].on_site);
	}
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < ORG_GROUPS; k++) {
			json_t *one = object(&l, "organisation", &a->periods[i]);
			json_object_set_new(one, "value", json_string(org_group_name((enum org_group)k)));
			put_number(&l, one, "rescues", a->counts[i].organisation[k]);
		}
	for (size_t i = 0; i < a->count; i++)
		list_durations(&l, &a->periods[i], &a->counts[i]);
	for (size_t i = 0; i < a->count; i++)
		list_leads(&l, &a->periods[i], &a->counts[i]);
	for (size_t i = 0; i < a->count; i++)
		list_incidents(&l, &a->periods[i], &a->counts[i]);
	for (size_t i = 0; i < a->count; i++) {
		json_t *one = object(&l, "chain", &a->periods[i]);
		put_number(&l, one, "organisations", a->counts[i].chain);
		put_number(&l, one, "contacted", a->counts[i].chain_contacted);
	}
	for (size_t i = 0; i < a->count; i++)
		if (a->counts[i].mails.mails)
			list_mails(&l, &a->periods[i], &a->counts[i].mails);
	return l.array;
}
