#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "finding/chain/chain_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- decisions */

static struct chain_org *org_of(struct chain *chain, const struct organisations *o, size_t number)
{
	const char *who = organisation_who(o, number);
	for (size_t i = 0; i < chain->org_count; i++)
		if (strcmp(chain->orgs[i].who, who) == 0)
			return &chain->orgs[i];
	return NULL;
}

static struct chain_org *add_org(struct chain *chain, const struct organisations *o, size_t number)
{
	const struct organisation *it = &o->all[number];
	chain->orgs = xrealloc(chain->orgs, (chain->org_count + 1) * sizeof *chain->orgs);
	struct chain_org *org = &chain->orgs[chain->org_count++];
	*org = (struct chain_org){.who = xstrdup(organisation_who(o, number)),
	                          .name = xstrdup(it->name),
	                          .domain = it->domain ? xstrdup(it->domain) : NULL,
	                          .is_own = it->is_own};
	memcpy(org->party, it->party, sizeof org->party);
	const char *status = it->record ? json_get_string(it->record, "chain_status") : NULL;
	org->has_status = status && strcmp(status, "unknown") != 0;
	return org;
}

static struct chain_proposal *add_proposal(struct chain_org *org, enum chain_pivot pivot)
{
	org->proposals = xrealloc(org->proposals, (org->proposal_count + 1) * sizeof *org->proposals);
	struct chain_proposal *p = &org->proposals[org->proposal_count++];
	*p = (struct chain_proposal){.pivot = pivot};
	return p;
}

static struct chain_trigger *add_trigger(struct chain_proposal *p)
{
	p->triggers = xrealloc(p->triggers, (p->trigger_count + 1) * sizeof *p->triggers);
	struct chain_trigger *t = &p->triggers[p->trigger_count++];
	*t = (struct chain_trigger){0};
	return t;
}

static size_t decided_about(struct organisations *o, const json_t *decision)
{
	static const char *const fields[] = {"party", "domain", "organisation"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *who = json_get_string(decision, fields[i]);
		size_t number = who ? organisation_find(o, who) : NO_ORGANISATION;
		if (number != NO_ORGANISATION)
			return number;
	}
	return NO_ORGANISATION;
}

/* What was decided about something that nothing on record speaks for any more. */
static void add_past_trigger(struct chain_proposal *p, const json_t *decision)
{
	const char *because = json_string_value(json_array_get(json_object_get(decision, "because"), 0));
	const char *line = json_get_string(decision, "line");
	struct chain_trigger *t = add_trigger(p);
	snprintf(t->because, sizeof t->because, "%s", because ? because : "");
	t->field = "line";
	t->line = xstrdup(line ? line : "");
	t->reason = xstrdup(_("nothing on record speaks for it any more"));
	p->score = (int)json_integer_value(json_object_get(decision, "score"));
}

static void apply_decision(struct organisations *o, struct chain *chain, const json_t *decision)
{
	enum chain_pivot pivot = chain_pivot_find(json_get_string(decision, "pivot"));
	const char *status = json_get_string(decision, "status");
	size_t number = pivot == PIVOTS || !status ? NO_ORGANISATION : decided_about(o, decision);
	if (number == NO_ORGANISATION)
		return;
	struct chain_org *org = org_of(chain, o, number);
	if (!org)
		org = add_org(chain, o, number);
	struct chain_proposal *p = NULL;
	for (size_t i = 0; i < org->proposal_count && !p; i++)
		p = org->proposals[i].pivot == pivot ? &org->proposals[i] : NULL;
	if (!p) {
		p = add_proposal(org, pivot);
		add_past_trigger(p, decision);
	}
	p->status = strcmp(status, "confirmed") == 0 ? CHAIN_CONFIRMED : CHAIN_REJECTED;
	const char *entered = json_get_string(decision, "entered");
	snprintf(p->label, sizeof p->label, "%s", record_label(decision));
	snprintf(p->decided, sizeof p->decided, "%.10s", entered ? entered : "");
	p->new_count = 0;
	for (size_t i = 0; i < p->trigger_count; i++) {
		p->triggers[i].is_new = !json_holds(json_object_get(decision, "because"), p->triggers[i].because);
		p->new_count += p->triggers[i].is_new != 0;
	}
}

struct decision {
	const json_t *record;
	int64_t entered;
	size_t place;
};

static int compare_decisions(const void *a, const void *b)
{
	const struct decision *x = a;
	const struct decision *y = b;
	if (x->entered != y->entered)
		return x->entered < y->entered ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* The newest last, so that it counts. */
static void apply_decisions(const struct chain_records *records, const json_t *pivots, struct organisations *o,
                            struct chain *chain)
{
	size_t count = json_array_size(pivots);
	struct decision *all = xcalloc(count + 1, sizeof *all);
	for (size_t i = 0; i < count; i++) {
		all[i].record = json_array_get(pivots, i);
		all[i].entered = chain_time(records, all[i].record, "entered").first;
		all[i].place = i;
	}
	qsort(all, count, sizeof *all, compare_decisions);
	for (size_t i = 0; i < count; i++)
		apply_decision(o, chain, all[i].record);
	free(all);
}

/* ---- from what speaks for it to proposals */

static int compare_speaking(const void *a, const void *b)
{
	const struct chain_speaking *x = a;
	const struct chain_speaking *y = b;
	if (x->organisation != y->organisation)
		return x->organisation < y->organisation ? -1 : 1;
	if (x->pivot != y->pivot)
		return x->pivot < y->pivot ? -1 : 1;
	if (x->points != y->points)
		return x->points > y->points ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void gather(struct chain *chain, const struct organisations *o, struct chain_speaking *all, size_t count)
{
	struct chain_org *org = NULL;
	struct chain_proposal *p = NULL;
	for (size_t i = 0; i < count; i++)
		all[i].organisation = organisation_whole(o, all[i].organisation);
	if (count)
		qsort(all, count, sizeof *all, compare_speaking);
	for (size_t i = 0; i < count; i++) {
		struct chain_speaking *s = &all[i];
		if (i == 0 || s->organisation != all[i - 1].organisation) {
			org = add_org(chain, o, s->organisation);
			p = NULL;
		}
		if (!p || p->pivot != s->pivot) {
			p = add_proposal(org, s->pivot);
			p->score = s->points - CHAIN_MORE;
		}
		struct chain_trigger *t = add_trigger(p);
		memcpy(t->because, s->because, sizeof t->because);
		t->field = s->field;
		t->line = xstrdup(s->line);
		t->reason = xstrdup(s->reason.data);
		t->points = s->points > CHAIN_MOST ? CHAIN_MOST : s->points;
		p->score = p->score + CHAIN_MORE > CHAIN_MOST ? CHAIN_MOST : p->score + CHAIN_MORE;
	}
}

static int compare_proposals(const void *a, const void *b)
{
	const struct chain_proposal *x = a;
	const struct chain_proposal *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (int)x->pivot - (int)y->pivot;
}

static int compare_orgs(const void *a, const void *b)
{
	const struct chain_org *x = a;
	const struct chain_org *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return strcmp(x->who, y->who);
}

/* The best pivot, and CHAIN_MORE for each other that is shown; what was rejected counts only where all was. */
static void rate(struct chain_org *org)
{
	qsort(org->proposals, org->proposal_count, sizeof *org->proposals, compare_proposals);
	int kept = 0;
	for (size_t i = 0; i < org->proposal_count; i++)
		kept |= org->proposals[i].status != CHAIN_REJECTED;
	for (size_t i = 0; i < org->proposal_count; i++) {
		const struct chain_proposal *p = &org->proposals[i];
		if (kept && p->status == CHAIN_REJECTED)
			continue;
		org->score = org->score == 0 ? p->score : org->score + (p->score >= CHAIN_SHOWN ? CHAIN_MORE : 0);
	}
	org->score = org->score > CHAIN_MOST ? CHAIN_MOST : org->score;
}

/* ---- parties that may be one */

static int digits_of(const json_t *party, char out[14])
{
	const char *text = json_get_string(party, "corporate_number");
	size_t n = 0;
	for (; text && *text && n < 14; text++)
		if (*text >= '0' && *text <= '9')
			out[n++] = *text;
	if (n != 13)
		return 0;
	out[13] = '\0';
	return 1;
}

static void suggest_equal_parties(struct organisations *o, struct chain *chain)
{
	json_t *by = json_object();
	struct buf key = BUF_INIT;
	for (size_t i = 0; i < o->count; i++) {
		char number[14];
		if (!o->all[i].record || organisation_whole(o, i) != i)
			continue;
		for (int way = 0; way < 2; way++) {
			buf_clear(&key);
			if (way == 0 && digits_of(o->all[i].record, number))
				buf_addf(&key, "#%s", number);
			else if (way == 1)
				name_core(o->finder, o->all[i].name, &key);
			if (!key.len)
				continue;
			const json_t *first = json_object_get(by, key.data);
			if (first)
				chain_suggest_same(chain, o, (size_t)json_integer_value(first), i,
				                   way == 0 ? _("the same corporate number")
				                            : _("the same name but for the legal form"));
			else
				json_object_set_new_nocheck(by, key.data, json_integer((json_int_t)i));
		}
	}
	buf_release(&key);
	json_decref(by);
}

static void add_same(struct chain *chain, const struct chain_same *same)
{
	chain->same = xrealloc(chain->same, (chain->same_count + 1) * sizeof *chain->same);
	chain->same[chain->same_count++] =
	    (struct chain_same){xstrdup(same->who), xstrdup(same->other), xstrdup(same->reason)};
}

static void add_coverage(struct chain *chain, const struct chain_coverage *c)
{
	chain->coverage = xrealloc(chain->coverage, (chain->coverage_count + 1) * sizeof *chain->coverage);
	struct chain_coverage *copy = &chain->coverage[chain->coverage_count++];
	*copy = *c;
	copy->from = xstrdup(c->from);
	copy->until = xstrdup(c->until);
	copy->reason = xstrdup(c->reason);
}

/* ---- the work */

struct chain_work {
	struct chain_records records;
	struct organisations o;
	struct originals *originals;
	struct chain notes; /* suggestions that two are one; coverage */
	struct chain_looking *mails, *rest;
	size_t indexed, looked; /* mails */
	int is_whole;
	int is_covered; /* coverage is in the notes */
};

struct chain_work *chain_work_new(const struct chain_records *records)
{
	struct chain_work *w = xcalloc(1, sizeof *w);
	w->records = *records;
	organisations_read(&w->o, records);
	w->originals = originals_new();
	w->mails = chain_looking_new(&w->records, &w->o, w->originals, &w->notes);
	w->rest = chain_looking_new(&w->records, &w->o, w->originals, &w->notes);
	return w;
}

static int is_late(size_t done, double deadline)
{
	return done >= CHAIN_AT_LEAST && clock_steady() >= deadline;
}

/* All originals are known before the first mail is compared with them. */
int chain_work_go_on(struct chain_work *w, double deadline)
{
	size_t count = json_array_size(w->records.mails);
	while (w->indexed < count) {
		originals_add(w->originals, json_array_get(w->records.mails, w->indexed++));
		if (is_late(w->indexed, deadline))
			return 1;
	}
	while (w->looked < count) {
		chain_look_at_mail(w->mails, json_array_get(w->records.mails, w->looked++));
		if (is_late(w->looked, deadline))
			return 1;
	}
	if (!w->is_whole) {
		chain_look_at_rest(w->rest);
		suggest_equal_parties(&w->o, &w->notes);
		w->is_whole = 1;
		if (is_late(w->looked, deadline))
			return 1;
	}
	if (!w->is_covered)
		chain_coverage(&w->records, &w->o, &w->notes);
	w->is_covered = 1;
	return 0;
}

int chain_work_percent(const struct chain_work *w)
{
	size_t count = json_array_size(w->records.mails);
	return count ? (int)((w->indexed + w->looked) * 100 / (2 * count)) : 100;
}

void chain_work_add(struct chain_work *w, json_t *mail)
{
	originals_add(w->originals, mail);
	chain_look_at_mail(w->mails, mail);
}

void chain_work_free(struct chain_work *w)
{
	if (!w)
		return;
	chain_looking_free(w->mails);
	chain_looking_free(w->rest);
	originals_free(w->originals);
	organisations_release(&w->o);
	chain_release(&w->notes);
	free(w);
}

/* All that speaks, as one array whose texts are borrowed. */
static struct chain_speaking *all_speaking(const struct chain_work *w, size_t *count)
{
	const struct chain_speaking *mails;
	const struct chain_speaking *rest;
	size_t n = chain_looking_found(w->mails, &mails);
	size_t more = chain_looking_found(w->rest, &rest);
	struct chain_speaking *all = xcalloc(n + more + 1, sizeof *all);
	if (n)
		memcpy(all, mails, n * sizeof *all);
	if (more)
		memcpy(all + n, rest, more * sizeof *all);
	*count = n + more;
	return all;
}

void chain_work_tell(struct chain_work *w, const json_t *pivots, struct chain *chain)
{
	size_t count;
	struct chain_speaking *speaking = all_speaking(w, &count);
	*chain = (struct chain){0};
	gather(chain, &w->o, speaking, count);
	free(speaking);
	apply_decisions(&w->records, pivots, &w->o, chain);
	for (size_t i = 0; i < w->notes.same_count; i++)
		add_same(chain, &w->notes.same[i]);
	for (size_t i = 0; i < w->notes.coverage_count; i++)
		add_coverage(chain, &w->notes.coverage[i]);
	chain_leaks(&w->records, &w->o, chain_looking_uses(w->mails), chain);
	for (size_t i = 0; i < chain->org_count; i++)
		rate(&chain->orgs[i]);
	if (chain->org_count)
		qsort(chain->orgs, chain->org_count, sizeof *chain->orgs, compare_orgs);
}

void chain_compute(const struct chain_records *records, struct chain *chain)
{
	struct chain_work *w = chain_work_new(records);
	chain_work_go_on(w, HUGE_VAL);
	chain_work_tell(w, records->pivots, chain);
	chain_work_free(w);
}

static void release_org(struct chain_org *org)
{
	for (size_t i = 0; i < org->proposal_count; i++) {
		for (size_t k = 0; k < org->proposals[i].trigger_count; k++) {
			free(org->proposals[i].triggers[k].line);
			free(org->proposals[i].triggers[k].reason);
		}
		free(org->proposals[i].triggers);
	}
	free(org->proposals);
	free(org->who);
	free(org->name);
	free(org->domain);
}

void chain_release(struct chain *chain)
{
	for (size_t i = 0; i < chain->org_count; i++)
		release_org(&chain->orgs[i]);
	for (size_t i = 0; i < chain->coverage_count; i++) {
		free(chain->coverage[i].from);
		free(chain->coverage[i].until);
		free(chain->coverage[i].reason);
	}
	for (size_t i = 0; i < chain->leak_count; i++) {
		free(chain->leaks[i].who);
		free(chain->leaks[i].named);
		free(chain->leaks[i].not_before);
		free(chain->leaks[i].not_after);
		free(chain->leaks[i].reason);
	}
	for (size_t i = 0; i < chain->same_count; i++) {
		free(chain->same[i].who);
		free(chain->same[i].other);
		free(chain->same[i].reason);
	}
	free(chain->orgs);
	free(chain->coverage);
	free(chain->leaks);
	free(chain->same);
	*chain = (struct chain){0};
}
