/*
 * The activity of a desk, counted: numbers only, by period.
 *
 *     struct activity a;
 *     activity_count(&affairs, &wish, ACTIVITY_BY_ACT, &a);
 *     a.counts[0].consultations …                 // of a.periods[0], the first quarter
 *
 * Each act counts in the period in which it happened (or, BY_CONSULTATION, in that of
 * the first consultation): consultations, rescues by their beginning, support on site
 * by its own. What lies in no one quarter, or has no date, counts as unknown; what lies
 * outside of the months asked for does not count. Totals are counted, never added:
 * ranges may overlap.
 */
#ifndef GENBA_OUTWARD_DESK_ACTIVITY_H
#define GENBA_OUTWARD_DESK_ACTIVITY_H

#include "finding/mail/stats.h"
#include "outward/desk/affair.h"

enum activity_by { ACTIVITY_BY_ACT, ACTIVITY_BY_CONSULTATION };

enum activity_of { OF_RESCUE, OF_ON_SITE, OF_COUNT };
enum activity_duration { WITHIN_MONTH, LONGER, RUNNING, DURATION_UNKNOWN, DURATIONS };

#define ACTIVITY_VALUES 16 /* of kinds of incident, triggers and types of lead: the last one is unknown */

struct activity_counts {
	long consultations;
	long rescues;
	long on_site;
	long organisation[ORG_GROUPS];      /* rescues */
	long duration[OF_COUNT][DURATIONS]; /* of rescues; of those with support on site */
	long on_site_days;                  /* of those whose days are known */
	long on_site_known;
	long leads[ACTIVITY_VALUES]; /* by type */
	long contacted[ACTIVITY_VALUES];
	long lead_rescues[ACTIVITY_VALUES]; /* each case once, by the first lead that led to it */
	long incident[ACTIVITY_VALUES];     /* affairs, by kind */
	long trigger[ACTIVITY_VALUES];
	long chain; /* organisations */
	long chain_contacted;
	struct mail_counts mails; /* suspicious ones */
};

struct activity {
	struct period *periods;
	struct activity_counts *counts; /* one for each period */
	size_t count;
	size_t quarters; /* the first ones */
	enum activity_by by;
	long from; /* months, PERIOD_NONE: there is no date at all */
	long until;
	int fiscal;
};

/* Months that the wish leaves open are those of the first and the last thing that counts. */
void activity_count(const struct desk_affairs *affairs, const struct period_wish *wish, enum activity_by by,
                    struct activity *out);
void activity_release(struct activity *a);

/* The fields behind incident, trigger and leads, for their values. */
const struct field *activity_incident_field(void);
const struct field *activity_trigger_field(void);
const struct field *activity_lead_field(void);

/* The array of objects of `--json`; cells below `suppress` are texts ("<3"). New reference. */
json_t *activity_json(const struct activity *a, long suppress);

#endif
