#include "outward/desk/activity.h"

#include "base/err.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

const struct field *activity_incident_field(void)
{
	return kind_field(kind_find("case"), "kinds");
}

const struct field *activity_trigger_field(void)
{
	return kind_field(kind_find("case"), "trigger");
}

const struct field *activity_lead_field(void)
{
	return kind_field(kind_find("lead"), "type");
}

/* The place of a value in its field's table; what is not there is unknown, the last. */
static size_t value_index(const struct field *field, const char *name)
{
	for (size_t i = 0; name && i < field->value_count; i++)
		if (strcmp(field->values[i].name, name) == 0)
			return i;
	return field->value_count - 1;
}

/* ---- where something belongs */

/* Calls for each period that counts it. */
struct placing {
	struct activity *a;
	void (*add)(struct activity_counts *counts, const void *what);
	const void *what;
};

static void place(const struct placing *p, const struct day_span *on)
{
	struct activity *a = p->a;
	int placed = 0;
	int outside = on->known && a->from != PERIOD_NONE &&
	              (period_month_of_day(on->last) < a->from || period_month_of_day(on->first) > a->until);
	for (size_t i = 0; i + 1 < a->count; i++)
		if (period_holds(&a->periods[i], on)) {
			p->add(&a->counts[i], p->what);
			placed |= i < a->quarters;
		}
	if (!placed && !outside)
		p->add(&a->counts[a->count - 1], p->what);
}

/* ---- what is added */

static void add_asked(struct activity_counts *counts, const void *what)
{
	(void)what;
	counts->consultations++;
}

/* How long a rescue lasted: to its end, else to the observation, else to the closing. */
static enum activity_duration duration_of(const struct affair *affair)
{
	struct day_span from;
	struct day_span until;
	const char *end = affair->dates[AFFAIR_RESCUE_UNTIL];
	if (!end)
		end = affair->dates[AFFAIR_OBSERVE_FROM];
	if (!end)
		end = affair->dates[AFFAIR_CLOSED];
	day_span_of(affair->dates[AFFAIR_RESCUE_FROM], &from);
	day_span_of(end, &until);
	if (!end && !affair->over && affair->dates[AFFAIR_RESCUE_FROM])
		return affair->has_file ? RUNNING
		                        : DURATION_UNKNOWN; /* a register alone does not tell that it goes on */
	if (!from.known || !until.known || until.last < from.first)
		return DURATION_UNKNOWN;
	if (until.last <= period_one_month_on(from.first))
		return WITHIN_MONTH;
	return until.first > period_one_month_on(from.last) ? LONGER : DURATION_UNKNOWN;
}

static void add_rescue(struct activity_counts *counts, const void *what)
{
	const struct affair *affair = what;
	counts->rescues++;
	counts->organisation[affair->group]++;
	counts->duration[OF_RESCUE][duration_of(affair)]++;
	if (affair->osint)
		counts->lead_rescues[value_index(activity_lead_field(), affair->lead_type)]++;
}

static void add_on_site(struct activity_counts *counts, const void *what)
{
	const struct affair *affair = what;
	struct day_span from;
	struct day_span until;
	counts->on_site++;
	counts->duration[OF_ON_SITE][duration_of(affair)]++;
	day_span_of(affair->dates[AFFAIR_ON_SITE_FROM], &from);
	day_span_of(affair->dates[AFFAIR_ON_SITE_UNTIL], &until);
	if (from.known && until.known && from.first == from.last && until.first == until.last &&
	    until.first >= from.first) {
		counts->on_site_known++;
		counts->on_site_days += (long)(until.first - from.first) + 1;
	}
}

static void add_incident(struct activity_counts *counts, const void *what)
{
	const struct affair *affair = what;
	const struct field *field = activity_incident_field();
	size_t i;
	json_t *kind;
	json_array_foreach((json_t *)(uintptr_t)affair->kinds, i, kind)
		counts->incident[value_index(field, json_string_value(kind))]++;
	if (json_array_size(affair->kinds) == 0)
		counts->incident[field->value_count - 1]++;
	counts->trigger[value_index(activity_trigger_field(), affair->trigger)]++;
}

static void add_lead(struct activity_counts *counts, const void *what)
{
	static const char *const after[] = {"contacted", "known", "rescue"};
	const struct desk_lead *lead = what;
	size_t type = value_index(activity_lead_field(), lead->type);
	int contacted = lead->contacts;
	for (size_t i = 0; lead->status && i < sizeof after / sizeof *after; i++)
		contacted |= strcmp(lead->status, after[i]) == 0;
	counts->leads[type]++;
	counts->contacted[type] += contacted;
}

static void add_link(struct activity_counts *counts, const void *what)
{
	const struct desk_link *link = what;
	counts->chain++;
	counts->chain_contacted += link->notified;
}

static void add_mail(struct activity_counts *counts, const void *what)
{
	const struct desk_mail *mail = what;
	mail_counts_add(&counts->mails, mail->record);
}

/* ---- counting */

static struct day_span act_of(const struct affair *affair, enum affair_date date, enum activity_by by)
{
	struct day_span on;
	day_span_of(affair->dates[date], &on);
	return by == ACTIVITY_BY_CONSULTATION ? affair->asked : on;
}

static void count_affair(struct activity *a, const struct affair *affair)
{
	struct day_span rescue = act_of(affair, AFFAIR_RESCUE_FROM, a->by);
	struct day_span on_site = act_of(affair, AFFAIR_ON_SITE_FROM, a->by);
	if (affair->rescue)
		place(&(struct placing){a, add_rescue, affair}, &rescue);
	if (affair->on_site)
		place(&(struct placing){a, add_on_site, affair}, &on_site);
	/* an affair is of the quarter in which it was first heard of */
	if (affair->rescue && !affair->asked.known)
		place(&(struct placing){a, add_incident, affair}, &rescue);
	else if (affair->consulted)
		place(&(struct placing){a, add_incident, affair}, &affair->asked);
}

static void widen(long *from, long *until, const struct day_span *on)
{
	if (!on->known)
		return;
	if (*from == PERIOD_NONE || period_month_of_day(on->first) < *from)
		*from = period_month_of_day(on->first);
	if (*until == PERIOD_NONE || period_month_of_day(on->last) > *until)
		*until = period_month_of_day(on->last);
}

/* From the quarter of the first act to that of the last. */
static void find_months(const struct desk_affairs *affairs, const struct period_wish *wish, long *from, long *until)
{
	long first = PERIOD_NONE;
	long last = PERIOD_NONE;
	long other;
	for (size_t i = 0; i < affairs->asked_count; i++)
		widen(&first, &last, &affairs->asked[i].on);
	for (size_t i = 0; i < affairs->count; i++) {
		struct day_span rescue = act_of(&affairs->items[i], AFFAIR_RESCUE_FROM, ACTIVITY_BY_ACT);
		struct day_span on_site = act_of(&affairs->items[i], AFFAIR_ON_SITE_FROM, ACTIVITY_BY_ACT);
		widen(&first, &last, &rescue);
		widen(&first, &last, &on_site);
	}
	for (size_t i = 0; i < affairs->lead_count; i++)
		widen(&first, &last, &affairs->leads[i].found);
	/* the dates of mails are what their senders claim: they say where nothing else does */
	for (size_t i = 0, other_dates = first != PERIOD_NONE; i < affairs->mail_count && !other_dates; i++)
		widen(&first, &last, &affairs->mails[i].on);
	*from = wish->from;
	*until = wish->until;
	if (*from == PERIOD_NONE && first != PERIOD_NONE)
		period_quarter_of(first, wish->fiscal, from, &other);
	if (*until == PERIOD_NONE && last != PERIOD_NONE)
		period_quarter_of(last, wish->fiscal, &other, until);
	if (*from == PERIOD_NONE || *until == PERIOD_NONE || *until < *from) {
		if (*from == PERIOD_NONE)
			*from = *until;
		*until = *from == PERIOD_NONE ? PERIOD_NONE : *from;
	}
}

void activity_count(const struct desk_affairs *affairs, const struct period_wish *wish, enum activity_by by,
                    struct activity *out)
{
	struct period_wish found = *wish;
	find_months(affairs, wish, &found.from, &found.until);
	*out = (struct activity){.by = by, .from = found.from, .until = found.until, .fiscal = wish->fiscal};
	out->periods = periods_make(&found, &out->count);
	out->counts = xcalloc(out->count, sizeof *out->counts);
	while (out->quarters < out->count && out->periods[out->quarters].sort == PERIOD_QUARTER)
		out->quarters++;
	for (size_t i = 0; i < affairs->asked_count; i++)
		place(&(struct placing){out, add_asked, NULL}, &affairs->asked[i].on);
	for (size_t i = 0; i < affairs->count; i++)
		count_affair(out, &affairs->items[i]);
	for (size_t i = 0; i < affairs->lead_count; i++)
		place(&(struct placing){out, add_lead, &affairs->leads[i]}, &affairs->leads[i].found);
	for (size_t i = 0; i < affairs->link_count; i++)
		place(&(struct placing){out, add_link, &affairs->links[i]}, &affairs->links[i].on);
	for (size_t i = 0; i < affairs->mail_count; i++)
		place(&(struct placing){out, add_mail, &affairs->mails[i]}, &affairs->mails[i].on);
}

void activity_release(struct activity *a)
{
	free(a->periods);
	free(a->counts);
	memset(a, 0, sizeof *a);
}
