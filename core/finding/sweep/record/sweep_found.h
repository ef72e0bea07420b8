/*
 * What sweeps found, by indicator: how often, since when, from whose machine; and each line.
 *
 *     struct sweep_found found;
 *     sweep_found_load(&found, c, &err);
 *     for (size_t i = 0; i < found.count; i++)
 *         … found.all[i].value, found.all[i].first …
 *     sweep_found_release(&found);
 *
 * Of hits on record. A place that two sweeps found counts once. Indicators stand in the order of their first time.
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_FOUND_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_FOUND_H

#include "finding/observation/observation_set.h"

struct found_line {
	char id[OBSERVATION_ID];
	char evidence[LABEL_TEXT];
	char asset[LABEL_TEXT]; /* or "" */
	char when[40]; /* as observation_when(); of a clock whose zone nobody knows as it stands; of a mail when it was
	                         * received; "": none */
	int is_utc;    /* it has a zone, or the clock's zone is on record by now */
	char *client;  /* or "" */
	char *place;   /* path, and member behind a colon */
	char *text;
};

struct found_indicator {
	char *value;
	char *type;
	char label[LABEL_TEXT]; /* of the record, or "" */
	char role[24];
	int refuted;              /* marked as a false positive */
	struct found_line *lines; /* in the order of time, those without one last */
	size_t count;
	const char *first; /* of the lines, or ""; without Z where the zone of that line is not known */
	const char *last;
	size_t clients; /* different ones */
	size_t assets;
	size_t evidence;
};

/* What a client sent somewhere in an hour. */
struct found_upload {
	char id[OBSERVATION_ID];
	char evidence[LABEL_TEXT];
	char asset[LABEL_TEXT]; /* or "" */
	char first[40];         /* as found_line.when */
	char last[40];
	char *client;
	char *sent_to;
	uint64_t posts;
	uint64_t puts;
	uint64_t connects;
	uint64_t bytes; /* as the log has them */
};

struct sweep_found {
	struct found_upload *uploads; /* in the order of time */
	size_t upload_count;
	struct found_indicator *all;
	size_t count;
	size_t unread;    /* sets that cannot be read */
	int has_local;    /* some times were read without a zone */
	int has_timeless; /* some hits have no time of their own, */
	int has_mails;    /* and some of these that of the mail they stand in */
	int has_clients;  /* some clients had no machine on record when they were swept */
};

int sweep_found_load(struct sweep_found *found, struct case_file *c, struct err *err);
void sweep_found_release(struct sweep_found *found);

/* The same, kept while the case is open and shared, for who waits for keys: of the case as it is now (`commit` NULL or ""), or as
 * of a commit (full id): what the sweeps on record by then found, of indicators on record by then. Read in slices, until the
 * steady time `deadline`, and anew where checks, evidence or indicators changed. 1: there is more to do; 0: sweep_found_hold()
 * will not take long; -1. What is held stays as it is until it is let go. */
int sweep_found_ahead(struct case_file *c, const char *commit, double deadline, struct err *err);
int sweep_found_percent(struct case_file *c, const char *commit); /* how far it is, 0 to 100 */
const struct sweep_found *sweep_found_hold(struct case_file *c, const char *commit,
                                           struct err *err); /* NULL: an error */
void sweep_found_let_go(const struct sweep_found *found);    /* NULL is fine */

/* The number of the first indicator of that value from number `from` on, `found->count` if there is none: two types may have one
 * value. */
size_t sweep_found_next(const struct sweep_found *found, const char *value, size_t from);

/* The earliest and latest time of lines. A time without a zone counts as it stands: what nobody can place to the hour is still of
 * its day. */
void sweep_found_widen(const char **first, const char **last, const struct found_line *line);

/* A machine, and since when what was found on it. */
struct found_host {
	char asset[LABEL_TEXT]; /* or "": the client's name says more */
	char *name;             /* of the client, if no asset has it */
	const char *first;      /* borrowed */
	const char *last;
	size_t lines;
	uint64_t *hits; /* of each indicator */
};

/* Hosts in the order of their first time; refuted indicators do not count. Free with sweep_found_hosts_free(). */
struct found_host *sweep_found_hosts(const struct sweep_found *found, size_t *count);
void sweep_found_hosts_free(struct found_host *hosts, size_t count);

/* What hits stand in: the machine whose log or collection it is, or the evidence where it is of none. */
struct found_source {
	char label[LABEL_TEXT];
	int is_exit;       /* an asset that reaches the outside */
	const char *first; /* borrowed; "": no hit has a time */
	size_t hits;
	size_t clients; /* different ones */
	size_t indicators;
};

/* Exits first, in the order of their first time; refuted indicators do not count. NULL: an error. Free with free(). */
struct found_source *sweep_found_sources(const struct sweep_found *found, struct case_file *c, size_t *count,
                                         struct err *err);

/* What the hits say of the indicators' records: [{"label", "field", "was", "value"}, …] of first_seen, last_seen, seen_on. New
 * reference. */
json_t *sweep_proposals(const struct sweep_found *found, struct case_file *c, struct err *err);

/* Puts them on record: one action. */
int sweep_accept(struct case_file *c, const json_t *proposals, struct err *err);

#endif
