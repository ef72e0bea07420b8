/* What the reports share: the records that leave, by kind, and lists of them. */
#ifndef GENBA_OUTWARD_INCIDENT_REPORT_PRIVATE_H
#define GENBA_OUTWARD_INCIDENT_REPORT_PRIVATE_H

#include "outward/incident/report.h"

#include "base/time/edtf.h"

#include <stdint.h>

struct host_matrix;

struct report {
	struct release *r;
	struct document *d;
	json_t *kinds;  /* kind -> array of its records, as they leave */
	json_t *titles; /* label -> what names it */
	json_t *stays;  /* kind -> number of records that stay */
	json_t *
	    collected; /* machine -> type of evidence -> [the first label, how many, how whole it is]; NULL: not asked for yet */
	json_t *transfers;            /* the last one of each item, of those that leave; NULL: not asked for yet */
	struct host_matrix *findings; /* of each machine; NULL: not asked for yet */
	json_t *of_case;
	unsigned number; /* of the last heading */
};

/* The records of a kind that leave; an empty array if there are none. Borrowed. */
json_t *report_records(struct report *p, const char *kind);

/* The labels of the machines that checks are about, as members, which the caller frees. */
json_t *report_in_checks(struct report *p);

/* Numbered. `mark`: see report.h, or NULL. */
void report_heading(struct report *p, const char *text, const char *mark);

/* How many records of the kind may not leave. */
unsigned long report_stays(const struct report *p, const char *kind);

/* Adds a number of a record; what is none, or less than none, adds nothing, and the sum stays a number. */
void report_add(int64_t *sum, const json_t *more);

/* Says how many records of the kind are not in this report, if any. */
void report_say_stays(struct report *p, const char *kind);

/*
 * The records of a kind that a filter finds (NULL: all), as a table: the label, then the fields ("title when side").
 * The filter may be several, between OR. Says `none` if there are none.
 */
struct report_table {
	const char *kind;
	const char *filter;
	const char *fields;
	const char *none; /* English, to be translated; NULL: nothing is said */
};
int report_table(struct report *p, const struct report_table *table, struct err *err);

/* A field for people: references with what they name, indicators harmless to click. Appends; unset: 不明. */
void report_field(struct report *p, const json_t *record, const char *field, struct buf *out);

/* "Name: value" as an item. */
void report_fact(struct report *p, const char *name, const char *text);

/* The section on what was not looked at: report_limits.c. */
int report_limits(struct report *p, struct err *err);

/* The section on the mails that leave: report_mails.c. */
void report_mails(struct report *p);

int report_incident(struct report *p, struct err *err);
int report_authority(struct report *p, int final, struct err *err);
int report_alert(struct report *p, struct err *err);

/* The events that leave, in order of time; those without one last. */
void report_sort_events(struct report *p);

/* A time line of events (array, sorted), an SVG for each; how many it shows: the first, of those that have a place in time. */
size_t report_time_picture(struct report *p, json_t *events, struct buf *svg);

#endif
