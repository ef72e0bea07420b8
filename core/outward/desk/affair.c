#include "outward/desk/affair_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PARENTS 8

static const char *const date_fields[AFFAIR_DATES] = {"rescue_from",   "rescue_until", "on_site_from",
                                                      "on_site_until", "observe_from", "closed"};

struct making {
	const struct desk_cases *cases;
	void (*tell)(void *ctx, int fault, const char *line);
	void *ctx;
	struct desk_affairs *out;
	json_t *seen; /* ids of consultations and leads that were taken: copies of a register hold them again */
};

int desk_is(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

int desk_counts(const json_t *record, const char *kind)
{
	return desk_is(record, "kind", kind) && !json_object_get(record, "retracted");
}

/* ---- organisations */

const char *org_group_name(enum org_group group)
{
	static const char *const names[] = {"iaa", "association", "company", "other_public", "unknown"};
	return names[group];
}

static enum org_group group_of(const char *org_kind)
{
	static const struct {
		const char *name;
		enum org_group group;
	} groups[] = {{"iaa", ORG_IAA},
	              {"local_iaa", ORG_IAA},
	              {"association", ORG_ASSOCIATION},
	              {"industry_body", ORG_ASSOCIATION},
	              {"company", ORG_COMPANY},
	              {"ministry", ORG_OTHER_PUBLIC},
	              {"local_government", ORG_OTHER_PUBLIC},
	              {"university", ORG_OTHER_PUBLIC},
	              {"political", ORG_OTHER_PUBLIC},
	              {"other_public", ORG_OTHER_PUBLIC}};
	for (size_t i = 0; org_kind && i < sizeof groups / sizeof *groups; i++)
		if (strcmp(groups[i].name, org_kind) == 0)
			return groups[i].group;
	return ORG_UNKNOWN;
}

/* The kind and the name of a party's organisation; a person or a unit is of the one it belongs to. */
static enum org_group organisation_of(const json_t *records, const char *party, const char **name)
{
	enum org_group group = ORG_UNKNOWN;
	for (int i = 0; party && i < PARENTS && group == ORG_UNKNOWN; i++) {
		const json_t *record = json_object_get(records, party);
		if (json_get_string(record, "name"))
			*name = json_get_string(record, "name");
		group = group_of(json_get_string(record, "org_kind"));
		party = json_get_string(record, "parent");
	}
	return group;
}

/* ---- affairs */

static struct affair *affair_of(struct making *m, const char *id)
{
	struct desk_affairs *out = m->out;
	const json_t *there = json_object_get(out->by_id, id);
	if (there)
		return &out->items[json_integer_value(there)];
	out->items = xrealloc(out->items, (out->count + 1) * sizeof *out->items);
	out->items[out->count] = (struct affair){.id = id, .group = ORG_UNKNOWN};
	json_object_set_new(out->by_id, id, json_integer((json_int_t)out->count));
	return &out->items[out->count++];
}

static void ask(struct making *m, const char *id, const char *when)
{
	struct desk_affairs *out = m->out;
	struct affair *affair = affair_of(m, id);
	struct asked *one;
	out->asked = xrealloc(out->asked, (out->asked_count + 1) * sizeof *out->asked);
	one = &out->asked[out->asked_count++];
	one->affair = (size_t)(affair - out->items);
	day_span_of(when, &one->on);
	affair->consulted = 1;
	if (one->on.known && (!affair->asked.known || one->on.first < affair->asked.first))
		affair->asked = one->on;
}

__attribute__((format(printf, 2, 3))) static void differ(struct making *m, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *safe = printable_vdup(format, args);
	va_end(args);
	m->tell(m->ctx, 0, safe);
	free(safe);
}

/* Of two recorded dates of one thing: the more exact where one lies in the other, else the first, and the difference is
 * told. */
static const char *one_date(struct making *m, const char *label, const char *field, const char *file,
                            const char *registered)
{
	struct day_span a;
	struct day_span b;
	if (!file || !registered)
		return file ? file : registered;
	day_span_of(file, &a);
	day_span_of(registered, &b);
	if (a.known && b.known && b.first >= a.first && b.last <= a.last)
		return registered;
	if (strcmp(file, registered) != 0 && !(a.known && b.known && a.first >= b.first && a.last <= b.last))
		differ(m, _("%s: %s is %s in the register and %s in the case file, which counts"), label, field,
		       registered, file);
	return file;
}

static const char *one_text(struct making *m, const char *label, const char *field, const char *file,
                            const char *registered)
{
	if (file && registered && strcmp(file, registered) != 0 && strcmp(file, "unknown") != 0 &&
	    strcmp(registered, "unknown") != 0)
		differ(m, _("%s: %s is %s in the register and %s in the case file, which counts"), label, field,
		       registered, file);
	return file && strcmp(file, "unknown") != 0 ? file : registered;
}

/* What has a date, of its beginning or of its end alone, took place. */
static void take_acts(struct affair *affair)
{
	affair->on_site |= affair->dates[AFFAIR_ON_SITE_FROM] || affair->dates[AFFAIR_ON_SITE_UNTIL];
	affair->rescue |= affair->on_site || affair->dates[AFFAIR_RESCUE_FROM] || affair->dates[AFFAIR_RESCUE_UNTIL];
}

/* ---- case files */

/* A case's id is that of its record. */
static const json_t *case_record(const struct desk_case *one)
{
	return json_object_get(one->records, one->id);
}

static int is_register(const struct desk_case *one)
{
	const char *id;
	json_t *record;
	json_object_foreach(one->records, id, record)
		if (desk_counts(record, "consultation"))
			return 1;
	return 0;
}

static void take_case(struct making *m, const struct desk_case *one)
{
	const json_t *record = case_record(one);
	const char *stage = json_get_string(record, "stage");
	int on_site = stage && strcmp(stage, "on_site") == 0;
	int rescue = on_site || (stage && strcmp(stage, "rescue") == 0);
	int says = rescue || json_object_get(record, "consulted");
	for (size_t i = 0; i < AFFAIR_OBSERVE_FROM; i++)
		says |= json_object_get(record, date_fields[i]) != NULL;
	if (!record || (!says && is_register(one))) /* a register is no case of its own */
		return;
	struct affair *affair = affair_of(m, one->id);
	affair->has_file = 1;
	affair->title = json_get_string(record, "title");
	for (size_t i = 0; i < AFFAIR_DATES; i++)
		affair->dates[i] = json_get_string(record, date_fields[i]);
	affair->route = json_get_string(record, "route");
	affair->trigger = json_get_string(record, "trigger");
	affair->kinds = json_object_get(record, "kinds");
	affair->group = organisation_of(one->records, json_get_string(record, "party"), &affair->organisation);
	affair->over = stage && (strcmp(stage, "observation") == 0 || strcmp(stage, "closed") == 0);
	affair->on_site = on_site;
	affair->rescue = rescue;
	take_acts(affair);
}

/* ---- registers */

static int is_taken(struct making *m, const char *id)
{
	if (json_object_get(m->seen, id))
		return 1;
	json_object_set_new(m->seen, id, json_true());
	return 0;
}

static const json_t *file_record(const struct making *m, const char *wanted)
{
	for (size_t i = 0; i < m->cases->count; i++)
		if (strcmp(m->cases->items[i].id, wanted) == 0)
			return case_record(&m->cases->items[i]);
	return NULL;
}

static void take_consultation(struct making *m, const struct desk_case *one, const json_t *record)
{
	const char *label = json_get_string(record, "label");
	const char *id = json_get_string(record, "id");
	const char *became_case = json_get_string(record, "case_id");
	const char *name = NULL;
	if (is_taken(m, id))
		return;
	const json_t *file = became_case ? file_record(m, became_case) : NULL;
	struct affair *affair = affair_of(m, became_case ? became_case : id);
	enum org_group group = organisation_of(one->records, json_get_string(record, "from"), &name);
	for (size_t i = 0; i < AFFAIR_OBSERVE_FROM; i++)
		affair->dates[i] =
		    one_date(m, label, date_fields[i], affair->dates[i], json_get_string(record, date_fields[i]));
	affair->route = one_text(m, label, "route", affair->route, json_get_string(record, "route"));
	if (!affair->kinds)
		affair->kinds = json_object_get(record, "kinds");
	if (affair->group != ORG_UNKNOWN && group != ORG_UNKNOWN && affair->group != group)
		differ(m, _("%s: %s is %s in the register and %s in the case file, which counts"), label, "org_kind",
		       org_group_name(group), org_group_name(affair->group));
	if (affair->group == ORG_UNKNOWN)
		affair->group = group;
	if (!affair->organisation)
		affair->organisation = name;
	affair->on_site |= desk_is(record, "became", "on_site");
	affair->rescue |= desk_is(record, "became", "rescue");
	take_acts(affair);
	/* of several consultations about one case each has its own date, and the file knows one */
	const char *when = json_get_string(record, "when");
	const char *consulted = affair->asked.known ? NULL : json_get_string(file, "consulted");
	ask(m, affair->id, one_date(m, label, "consulted", consulted, when));
}

static void take_lead(struct making *m, const json_t *record)
{
	struct desk_affairs *out = m->out;
	if (is_taken(m, json_get_string(record, "id")))
		return;
	out->leads = xrealloc(out->leads, (out->lead_count + 1) * sizeof *out->leads);
	struct desk_lead *lead = &out->leads[out->lead_count++];
	const char *found = json_get_string(record, "found");
	*lead = (struct desk_lead){.type = json_get_string(record, "type"),
	                           .status = json_get_string(record, "status"),
	                           .case_id = json_get_string(record, "case_id"),
	                           .contacts = json_array_size(json_object_get(record, "contacts")) > 0};
	day_span_of(found ? found : json_get_string(record, "when"), &lead->found);
	if (!desk_is(record, "status", "rescue"))
		return;
	if (!lead->case_id) {
		differ(m, _("%s became a rescue, but which case is not on record (case_id): it is not counted as one"),
		       json_get_string(record, "label"));
		return;
	}
	struct affair *affair = affair_of(m, lead->case_id);
	affair->rescue = 1;
	affair->osint = 1;
	if (!affair->lead_type ||
	    (lead->found.known && (!affair->lead_found.known || lead->found.first < affair->lead_found.first))) {
		affair->lead_type = lead->type ? lead->type : "unknown";
		affair->lead_found = lead->found;
	}
}

/* ---- suspicious mails */

static void take_mail(struct making *m, const json_t *record)
{
	struct desk_affairs *out = m->out;
	const char *when = json_get_string(record, "when");
	if (desk_is(record, "purpose", "genuine") || is_taken(m, json_get_string(record, "id")))
		return;
	if (out->mail_count == out->mail_cap) {
		out->mail_cap = out->mail_cap ? out->mail_cap * 2 : 64;
		out->mails = xrealloc(out->mails, out->mail_cap * sizeof *out->mails);
	}
	struct desk_mail *mail = &out->mails[out->mail_count++];
	mail->record = record;
	day_span_of(when ? when : json_get_string(record, "sent"), &mail->on);
}

/* ---- all of it */

static void take_records(struct making *m, const struct desk_case *one)
{
	const char *id;
	json_t *record;
	json_object_foreach(one->records, id, record) {
		if (desk_counts(record, "consultation"))
			take_consultation(m, one, record);
		else if (desk_counts(record, "lead"))
			take_lead(m, record);
		else if (desk_counts(record, "mail"))
			take_mail(m, record);
	}
}

/* A case that no register mentions was asked for where it says so. */
static void ask_for_files(struct making *m)
{
	for (size_t i = 0; i < m->cases->count; i++) {
		const struct desk_case *one = &m->cases->items[i];
		const json_t *index = json_object_get(m->out->by_id, one->id);
		const json_t *record = index ? case_record(one) : NULL;
		int mentioned = 0;
		for (size_t k = 0; k < m->out->asked_count && index; k++)
			mentioned |= m->out->asked[k].affair == (size_t)json_integer_value(index);
		const char *consulted = json_get_string(record, "consulted");
		if (record && !mentioned && (consulted || desk_is(record, "route", "desk")))
			ask(m, one->id, consulted);
	}
}

void affairs_make(const struct desk_cases *cases, void (*tell)(void *ctx, int fault, const char *line), void *ctx,
                  struct desk_affairs *out)
{
	struct making m = {cases, tell, ctx, out, json_object()};
	memset(out, 0, sizeof *out);
	out->by_id = json_object();
	for (size_t i = 0; i < cases->count; i++) /* files first: they win */
		take_case(&m, &cases->items[i]);
	for (size_t i = 0; i < cases->count; i++)
		take_records(&m, &cases->items[i]);
	ask_for_files(&m);
	out->links = chain_links_make(cases, &out->link_count);
	for (size_t i = 0; i < out->count; i++)
		out->items[i].osint |= out->items[i].route && strcmp(out->items[i].route, "osint") == 0;
	json_decref(m.seen);
}

void affairs_release(struct desk_affairs *affairs)
{
	free(affairs->items);
	free(affairs->asked);
	free(affairs->leads);
	free(affairs->links);
	free(affairs->mails);
	json_decref(affairs->by_id);
	memset(affairs, 0, sizeof *affairs);
}
