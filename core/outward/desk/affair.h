/*
 * What a desk counts: consultations, and affairs, which are cases and consultations
 * that are not (yet) one.
 *
 * An affair is put together from the case file and from the register's consultation
 * that names the case. Where both speak, the file wins and the difference is told;
 * what only one knows is taken from it. A consultation is counted by its record, and
 * a case that no register mentions by its own date of consultation. What is retracted
 * does not count.
 */
#ifndef GENBA_OUTWARD_DESK_AFFAIR_H
#define GENBA_OUTWARD_DESK_AFFAIR_H

#include "outward/desk/gather.h"
#include "outward/desk/period.h"

enum affair_date {
	AFFAIR_RESCUE_FROM,
	AFFAIR_RESCUE_UNTIL,
	AFFAIR_ON_SITE_FROM,
	AFFAIR_ON_SITE_UNTIL,
	AFFAIR_OBSERVE_FROM,
	AFFAIR_CLOSED,
	AFFAIR_DATES
};

/* Kinds of organisation as the report groups them. */
enum org_group { ORG_IAA, ORG_ASSOCIATION, ORG_COMPANY, ORG_OTHER_PUBLIC, ORG_UNKNOWN, ORG_GROUPS };

struct affair {            /* texts are borrowed from the cases it was made of */
	const char *id;    /* of the case, or of the consultation */
	const char *title; /* of the case, or NULL */
	const char *organisation;
	const char *dates[AFFAIR_DATES]; /* EDTF, or NULL */
	const char *route;
	const char *trigger;
	const json_t *kinds; /* array, or NULL */
	enum org_group group;
	int consulted; /* there was a consultation, dated or not */
	int rescue;    /* so too */
	int on_site;
	int over; /* the file says observation or closed */
	int has_file;
	int osint;             /* found in public sources */
	const char *lead_type; /* of the lead that became it, or NULL */
	struct day_span lead_found;
	struct day_span asked; /* the first consultation */
};

struct desk_lead {
	const char *type;
	const char *status;
	const char *case_id;
	int contacts;
	struct day_span found;
};

struct desk_link { /* an organisation of a case's chain */
	int notified;
	struct day_span on; /* the notice, else when it came on record */
};

struct desk_mail {            /* a suspicious one: what is marked as genuine is none */
	const json_t *record; /* what finding/mail/stats.h reads of it; borrowed */
	struct day_span on;   /* received, else sent */
};

struct desk_affairs {
	struct affair *items;
	size_t count;
	struct asked {
		size_t affair;
		struct day_span on;
	} * asked; /* consultations */
	size_t asked_count;
	struct desk_lead *leads;
	size_t lead_count;
	struct desk_link *links;
	size_t link_count;
	struct desk_mail *mails;
	size_t mail_count;
	size_t mail_cap;
	json_t *by_id; /* id -> index in `items` */
};

/* `tell` as in desk_source. The cases stay the caller's, and are needed as long as the affairs. */
void affairs_make(const struct desk_cases *cases, void (*tell)(void *ctx, int fault, const char *line), void *ctx,
                  struct desk_affairs *out);
void affairs_release(struct desk_affairs *affairs);

const char *org_group_name(enum org_group group); /* "iaa", … "unknown" */

#endif
