/*
 * The attack chain: which other organisations the attack touches, and why we think so.
 *
 * From mails, parties, leads, machines and logs on record organisations are proposed, each with the line that made it
 * think so. What is proposed is worked out at each look; only what a person decides is a record (kind `pivot`). Nothing
 * is contacted, no two names are made one, and where no log reaches the answer is "unknown", never "no".
 *
 *     struct chain chain;
 *     if (chain_load(c, NULL, &chain, &err) == 0)
 *         for (size_t i = 0; i < chain.org_count; i++)
 *             printf("%s %d\n", chain.orgs[i].who, chain.orgs[i].score);
 *     chain_release(&chain);
 *
 * Points: the rows of one mail add up (chain_rules.h); a pivot has the points of its best record, and 10 for each other one,
 * at most 100; an organisation has its best pivot and 10 for each other that reaches CHAIN_SHOWN. A decision holds for an
 * organisation and a pivot; the newest one that is not retracted counts.
 */
#ifndef GENBA_FINDING_CHAIN_CHAIN_H
#define GENBA_FINDING_CHAIN_CHAIN_H

#include "base/time/edtf.h"
#include "case/store/record.h"

#define CHAIN_RULES 1  /* version of the rules, on record with each decision */
#define CHAIN_SHOWN 50 /* points from which a pivot is proposed */

enum chain_pivot {
	PIVOT_SPOOFED_SENDER,
	PIVOT_TOPIC,
	PIVOT_ORIGINAL,
	PIVOT_RECIPIENTS,
	PIVOT_OUTBOUND,
	PIVOT_SIMILAR,
	PIVOT_LEAD,
	PIVOTS,
};

enum chain_status { CHAIN_OPEN, CHAIN_CONFIRMED, CHAIN_REJECTED };

/* One record that speaks for a pivot. */
struct chain_trigger {
	char because[LABEL_TEXT];
	const char *field; /* of that record; its strongest row */
	char *line;        /* of that field, as found: make it printable before it is shown */
	char *reason;      /* in the interface's language */
	int points;
	int is_new; /* came after the decision */
};

struct chain_proposal {
	enum chain_pivot pivot;
	int score;
	enum chain_status status;
	char label[LABEL_TEXT];         /* of the decision, or "" */
	char decided[11];               /* its day, or "" */
	struct chain_trigger *triggers; /* the strongest first */
	size_t trigger_count;
	size_t new_count; /* of those since the decision */
};

struct chain_org {
	char *who;              /* the party's label; else the domain; else the name as found */
	char *name;             /* as found: make it printable before it is shown */
	char *domain;           /* registrable, or NULL */
	char party[LABEL_TEXT]; /* or "" */
	int is_own;             /* the organisation of the case */
	int has_status;         /* the party says how far the contact with it is (case/action/contact_status.h) */
	int score;
	struct chain_proposal *proposals; /* the strongest first */
	size_t proposal_count;
};

/* What could not be looked for, or was looked for in vain. */
struct chain_coverage {
	enum chain_pivot
	    pivot; /* outbound: mail logs; topic: a name that no text can be searched for, which has no dates */
	char party[LABEL_TEXT];
	enum { COVERAGE_UNKNOWN, COVERAGE_PARTLY, COVERAGE_COVERED } result;
	char *from,
	    *until; /* of what is not known (partly, unknown) or was looked at (covered); dates, "" where open */
	char *reason;
};

/* Between which times something was taken. */
struct chain_leak {
	char *who;        /* labels or names, "R1-P1 or R1-P2" */
	char *named;      /* the same with their names beside: make it printable before it is shown */
	char *not_before; /* EDTF, or "" */
	char *not_after;
	char because[LABEL_TEXT]; /* the genuine mail, or the one that knew too much */
	char *reason;
};

/* Two names that may be one organisation: for a person to say. */
struct chain_same {
	char *who, *other;
	char *reason;
};

struct chain {
	struct chain_org *orgs; /* those with a proposal, best first */
	size_t org_count;
	struct chain_coverage *coverage;
	size_t coverage_count;
	struct chain_leak *leaks;
	size_t leak_count;
	struct chain_same *same;
	size_t same_count;
};

/* Of a mail: an array of the digests of its files, put in beside the record's own fields by chain_load(). */
#define CHAIN_DIGESTS "digests"

/* Of a machine or an organisation that is compromised, nobody said since when: what the attacker did first to it, as an event or an
 * edge on record says, and its time; put in beside the record's own fields by chain_load(), too. */
#define CHAIN_FIRST_ACT      "first_act"
#define CHAIN_FIRST_ACT_WHEN "first_act_when"

/* Whether an event or an edge tells of an act of the attacker that got somewhere: what failed, what was only prepared, a mail that
 * came and what was refuted say nothing of a compromise. */
int chain_is_act(const json_t *record);

/* The records that it is worked out from: arrays of records as read, none retracted. Borrowed. */
struct chain_records {
	const json_t *the_case;
	const json_t *parties, *mails, *leads, *assets, *logsources, *checks, *pivots;
	edtf_resolver resolver; /* of relative times; may be NULL */
	void *resolver_ctx;
};

/* Works the chain out; a pure function of the records. Release it. */
void chain_compute(const struct chain_records *records, struct chain *chain);

/* The same of a case as of a commit (NULL: now). 0 or -1. */
int chain_load(struct case_file *c, const char *commit, struct chain *chain, struct err *err);
void chain_release(struct chain *chain);

/* The chain as it is now, kept of the open case and shared: it stays as it is until whoever has it lets it go. NULL: an error. */
const struct chain *chain_hold(struct case_file *c, struct err *err);
void chain_let_go(const struct chain *chain); /* NULL is fine */

/* What chain_load() and chain_hold() of now take long for, in slices: until the steady time `deadline`. 1: there is more to do;
 * 0: it will not take long; -1. What was done is kept in the case, and begun anew where that has changed. */
int chain_load_ahead(struct case_file *c, double deadline, struct err *err);
int chain_load_percent(struct case_file *c); /* how far it is, 0 to 100 */

/* The organisation that a person calls WHO: label, domain, or a name as found or as recorded. NULL with ERR_USAGE that
 * names those there are. */
struct chain_org *chain_find(const struct chain *chain, const char *who, struct err *err);

/* Of a leak: "R1-P1 Organisation A or R1-P2 Organisation B: not before …, not after … (why)", printable, in the interface's
 * language. The caller frees. */
char *chain_leak_text(const struct chain_leak *leak);

/* Of a rejected one: "rejected as topic on 2014-07-09 (R1-H2); 2 new reasons since", in the interface's language. The caller
 * frees. */
char *chain_rejected_text(const struct chain_proposal *p);

/* "spoofed_sender", …, and the pivot of that name; PIVOTS: none. */
const char *chain_pivot_name(enum chain_pivot pivot);
enum chain_pivot chain_pivot_find(const char *name);
const char *chain_status_name(enum chain_status status);
const char *chain_coverage_name(int result);

#endif
