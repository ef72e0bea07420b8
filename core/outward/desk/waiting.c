#include "outward/desk/waiting.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/consultation.h"
#include "case/store/record.h"
#include "outward/desk/period.h"

#include <stdlib.h>
#include <string.h>

struct waiting_look {
	struct desk_waiting *out;
	const struct desk_case *one;
	struct case_file *c;
};

long waiting_age(const char *when)
{
	struct clock_time now = clock_now();
	struct day_span on;
	int64_t local = now.seconds + (int64_t)now.offset * 60;
	int64_t today = local / 86400 - (local % 86400 < 0);
	day_span_of(when, &on);
	return on.known && on.last <= today ? (long)(today - on.last) : -1;
}

static char *text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return xstrndup(text ? text : "", strcspn(text ? text : "", "\n"));
}

static struct waiting_item *put(struct waiting_look *l, enum waiting_sort sort, const char *label, const char *when)
{
	struct desk_waiting *out = l->out;
	out->items = xrealloc(out->items, (out->count + 1) * sizeof *out->items);
	struct waiting_item *item = &out->items[out->count++];
	*item = (struct waiting_item){.sort = sort,
	                              .label = xstrdup(label),
	                              .file = xstrdup(l->one->path),
	                              .when = xstrdup(when ? when : ""),
	                              .age = waiting_age(when),
	                              .case_id = xstrdup(l->one->id)};
	return item;
}

/* What waits, by what is kept of it: no text yet. */
static int is_waiting(const json_t *record)
{
	return !json_object_get(record, "retracted") && consultation_rank(record) >= 0;
}

static char *name_of(struct waiting_look *l, const char *label)
{
	struct err gone = ERR_INIT;
	json_t *party = label ? record_get(l->c, label, 0, &gone) : NULL;
	char *name = text_of(party, "name");
	json_decref(party);
	return name;
}

static void take_consultation(struct waiting_look *l, const json_t *record)
{
	const char *eligible = json_get_string(record, "eligible");
	struct waiting_item *item = put(l, WAITING_CONSULTATION, record_label(record), json_get_string(record, "when"));
	item->status = xstrdup(eligible ? eligible : "unknown");
	item->who = name_of(l, json_get_string(record, "from"));
	item->text = text_of(record, "summary");
}

static void take_lead(struct waiting_look *l, const json_t *record)
{
	const char *status = json_get_string(record, "status");
	struct waiting_item *item = put(l, WAITING_LEAD, record_label(record), json_get_string(record, "found"));
	const json_t *names = json_object_get(record, "names");
	item->status = xstrdup(status ? status : "new");
	item->who = name_of(l, json_string_value(json_array_get(names, 0)));
	item->text = text_of(record, "title");
}

/* A case that is under way. The file of a register says no stage, and is none. */
static void take_case(struct waiting_look *l)
{
	static const char *const dates[][2] = {{"consultation", "consulted"},
	                                       {"advice", "advised"},
	                                       {"rescue", "rescue_from"},
	                                       {"on_site", "on_site_from"},
	                                       {"observation", "observe_from"}};
	const json_t *record = json_object_get(l->one->records, l->one->id);
	const char *stage = json_get_string(record, "stage");
	for (size_t i = 0; stage && i < sizeof dates / sizeof *dates; i++) {
		if (strcmp(stage, dates[i][0]) != 0)
			continue;
		const char *party = json_get_string(record, "party");
		struct waiting_item *item = put(l, WAITING_CASE, "case", json_get_string(record, dates[i][1]));
		item->status = xstrdup(stage);
		item->who = text_of(party ? json_object_get(l->one->records, party) : NULL, "name");
		item->text = text_of(record, "title");
	}
}

/* The texts of what waits in one file. */
static int look_into(struct waiting_look *l, const struct desk_source *source, struct err *err)
{
	const char *id;
	json_t *kept;
	int open_here = source->open && strcmp(case_path(source->open), l->one->path) == 0;
	int any = 0;
	json_object_foreach(l->one->records, id, kept)
		any |= is_waiting(kept);
	if (!any)
		return 0;
	l->c = open_here ? source->open : case_open(l->one->path, source->unlock, CASE_READ_ONLY, err);
	if (!l->c)
		return -1;
	json_object_foreach(l->one->records, id, kept) {
		json_t *record = is_waiting(kept) ? record_get(l->c, id, 0, NULL) : NULL;
		if (record && record_kind(record) == kind_find("lead"))
			take_lead(l, record);
		else if (record)
			take_consultation(l, record);
		json_decref(record);
	}
	if (!open_here)
		case_close(l->c, NULL);
	return 0;
}

/* ---- order */

static int rank_of(const struct waiting_item *item)
{
	static const char *const order[] = {"to_contact", "new",    "assessing",   "on_site",
	                                    "rescue",     "advice", "consultation"};
	int rank = 0;
	while (rank < (int)(sizeof order / sizeof *order) && strcmp(item->status, order[rank]) != 0)
		rank++;
	return item->sort == WAITING_CONSULTATION ? 0 : rank;
}

static int by_urgency(const void *one, const void *other)
{
	const struct waiting_item *a = one;
	const struct waiting_item *b = other;
	if (a->sort != b->sort)
		return a->sort < b->sort ? -1 : 1;
	if (rank_of(a) != rank_of(b))
		return rank_of(a) < rank_of(b) ? -1 : 1;
	if (a->age != b->age)
		return a->age > b->age ? -1 : 1;
	int order = strcmp(a->file, b->file);
	return order ? order : strverscmp(a->label, b->label);
}

int waiting_make(const struct desk_source *source, const struct desk_cases *cases, struct desk_waiting *out,
                 struct err *err)
{
	struct waiting_look l = {.out = out};
	int rc = 0;
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < cases->count && rc == 0; i++) {
		l.one = &cases->items[i];
		take_case(&l);
		rc = look_into(&l, source, err);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_urgency);
	return rc;
}

void waiting_release(struct desk_waiting *waiting)
{
	for (size_t i = 0; i < waiting->count; i++) {
		struct waiting_item *item = &waiting->items[i];
		free(item->label);
		free(item->file);
		free(item->when);
		free(item->status);
		free(item->who);
		free(item->text);
		free(item->case_id);
	}
	free(waiting->items);
	memset(waiting, 0, sizeof *waiting);
}
