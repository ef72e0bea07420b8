#include "finding/chain/chain_decide.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS_MOST 12

static const char *role_of(enum chain_pivot pivot)
{
	static const char *const roles[PIVOTS] = {
	    [PIVOT_SPOOFED_SENDER] = "spoofed",  [PIVOT_TOPIC] = "topic",         [PIVOT_ORIGINAL] = "original_holder",
	    [PIVOT_RECIPIENTS] = "co_recipient", [PIVOT_OUTBOUND] = "downstream", [PIVOT_SIMILAR] = "stepping_stone",
	};
	return roles[pivot];
}

static int check_reason(const char *reason, struct err *err)
{
	if (!reason || !reason[strspn(reason, " \t")])
		return err_set(err, ERR_USAGE, _("chain: a decision needs its reason: --reason TEXT"));
	return 0;
}

static int is_decided(const struct chain_proposal *p, enum chain_pivot pivot, enum chain_status status)
{
	if (pivot == PIVOTS)
		return p->status == CHAIN_OPEN && p->score >= CHAIN_SHOWN;
	return p->pivot == pivot && p->status != status;
}

static int add_decision(struct action *a, const struct chain_org *org, const struct chain_proposal *p,
                        enum chain_status status, const char *party, const char *reason, struct buf *labels,
                        struct err *err)
{
	struct assign fields[FIELDS_MOST];
	size_t n = 0;
	char label[LABEL_TEXT];
	char score[16];
	char rules[16];
	struct buf because = BUF_INIT;
	for (size_t i = 0; i < p->trigger_count; i++)
		if (*p->triggers[i].because)
			buf_addf(&because, "%s%s", because.len ? "," : "", p->triggers[i].because);
	snprintf(score, sizeof score, "%d", p->score);
	snprintf(rules, sizeof rules, "%d", CHAIN_RULES);
	fields[n++] = (struct assign){"organisation", org->name};
	if (*party)
		fields[n++] = (struct assign){"party", party};
	if (org->domain)
		fields[n++] = (struct assign){"domain", org->domain};
	fields[n++] = (struct assign){"pivot", chain_pivot_name(p->pivot)};
	fields[n++] = (struct assign){"status", chain_status_name(status)};
	if (because.len)
		fields[n++] = (struct assign){"because", because.data};
	if (p->trigger_count && *p->triggers[0].line)
		fields[n++] = (struct assign){"line", p->triggers[0].line};
	fields[n++] = (struct assign){"reason", reason};
	fields[n++] = (struct assign){"score", score};
	fields[n++] = (struct assign){"rules", rules};
	int rc = action_add(a, "pivot", fields, n, RECORD_MACHINE, label, err);
	if (rc == 0)
		buf_addf(labels, "%s\n", label);
	buf_release(&because);
	return rc;
}

/* What goes on with a party that is past being a candidate is not set back. */
static int may_set_status(const json_t *party)
{
	const char *status = json_get_string(party, "chain_status");
	return !status || strcmp(status, "unknown") == 0 || strcmp(status, "candidate") == 0 ||
	       strcmp(status, "rejected") == 0;
}

static int set_party(struct case_file *c, struct action *a, const struct chain_org *org, const char *label,
                     enum chain_pivot pivot, struct err *err)
{
	struct buf roles = BUF_INIT;
	const struct chain_proposal *strongest = NULL;
	int targeted = 0;
	for (size_t i = 0; i < org->proposal_count; i++) {
		const struct chain_proposal *p = &org->proposals[i];
		if (!is_decided(p, pivot, CHAIN_CONFIRMED))
			continue;
		strongest = strongest ? strongest : p;
		targeted |= p->pivot == PIVOT_RECIPIENTS || p->pivot == PIVOT_OUTBOUND;
		if (role_of(p->pivot))
			buf_addf(&roles, "%s+%s", roles.len ? "," : "", role_of(p->pivot));
	}
	json_t *party = *org->party ? record_get(c, label, 0, err) : NULL;
	struct assign fields[FIELDS_MOST];
	size_t n = 0;
	int rc = *org->party && !party ? -1 : 0;
	if (may_set_status(party))
		fields[n++] = (struct assign){"chain_status", "confirmed"};
	if (strongest && may_set_status(party)) {
		fields[n++] = (struct assign){"chain_pivot", chain_pivot_name(strongest->pivot)};
		if (strongest->trigger_count && *strongest->triggers[0].line)
			fields[n++] = (struct assign){"chain_reason", strongest->triggers[0].line};
	}
	if (roles.len)
		fields[n++] = (struct assign){"roles", roles.data};
	if (targeted)
		fields[n++] = (struct assign){"targeted", "yes"};
	if (rc == 0 && n)
		rc = action_set(a, label, fields, n, 0, err);
	json_decref(party);
	buf_release(&roles);
	return rc;
}

static int make_party(struct action *a, const struct chain_org *org, char label[LABEL_TEXT], struct buf *labels,
                      struct err *err)
{
	struct assign fields[] = {{"name", org->name}, {"type", "organisation"}, {"domains", org->domain}};
	int rc = action_add(a, "party", fields, org->domain ? 3 : 2, 0, label, err);
	if (rc == 0)
		buf_addf(labels, "%s\n", label);
	return rc;
}

int chain_may_decide(const struct chain_org *org, enum chain_pivot pivot, enum chain_status status, struct err *err)
{
	for (size_t i = 0; i < org->proposal_count; i++)
		if (is_decided(&org->proposals[i], pivot, status))
			return 0;
	return err_set(err, ERR_USAGE, _("chain: nothing of '%s' is open%s%s"), org->who, pivot == PIVOTS ? "" : ": ",
	               pivot == PIVOTS ? "" : chain_pivot_name(pivot));
}

int chain_decide(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, enum chain_status status,
                 const char *reason, struct buf *labels, struct err *err)
{
	char party[LABEL_TEXT];
	if (check_reason(reason, err) < 0 || chain_may_decide(org, pivot, status, err) < 0)
		return -1;
	struct action *a = action_begin(c, "add", err);
	if (!a)
		return -1;
	memcpy(party, org->party, sizeof party);
	int rc = 0;
	if (status == CHAIN_CONFIRMED && !*party)
		rc = make_party(a, org, party, labels, err);
	if (rc == 0 && status == CHAIN_CONFIRMED)
		rc = set_party(c, a, org, party, pivot, err);
	for (size_t i = 0; i < org->proposal_count && rc == 0; i++)
		if (is_decided(&org->proposals[i], pivot, status))
			rc = add_decision(a, org, &org->proposals[i], status, party, reason, labels, err);
	if (rc < 0) {
		action_cancel(a);
		buf_clear(labels);
		return -1;
	}
	return action_commit(a, err);
}

/* ---- taking up again */

struct reopening {
	const struct chain_org *org;
	enum chain_pivot pivot;
	struct buf labels; /* a label a line */
};

static int is(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && value && strcmp(text, value) == 0;
}

static int collect(void *ctx, json_t *record)
{
	struct reopening *r = ctx;
	enum chain_pivot pivot = chain_pivot_find(json_get_string(record, "pivot"));
	if (pivot == PIVOTS || (r->pivot != PIVOTS && r->pivot != pivot))
		return 0;
	if (is(record, "party", *r->org->party ? r->org->party : NULL) || is(record, "domain", r->org->domain) ||
	    is(record, "organisation", r->org->name))
		buf_addf(&r->labels, "%s\n", record_label(record));
	return 0;
}

static int find_decided(struct case_file *c, struct reopening *r, struct err *err)
{
	int rc = record_each(c, "pivot", 0, collect, r, err);
	if (rc == 0 && !r->labels.len)
		rc = err_set(err, ERR_USAGE, _("chain: nothing was decided about '%s'%s%s"), r->org->who,
		             r->pivot == PIVOTS ? "" : ": ", r->pivot == PIVOTS ? "" : chain_pivot_name(r->pivot));
	return rc;
}

int chain_may_reopen(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, struct err *err)
{
	struct reopening r = {org, pivot, BUF_INIT};
	int rc = find_decided(c, &r, err);
	buf_release(&r.labels);
	return rc;
}

int chain_reopen(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, const char *reason,
                 struct buf *labels, struct err *err)
{
	struct reopening r = {org, pivot, BUF_INIT};
	int rc = check_reason(reason, err);
	if (rc == 0)
		rc = find_decided(c, &r, err);
	struct action *a = rc == 0 ? action_begin(c, "retract", err) : NULL;
	rc = a ? 0 : -1;
	for (const char *at = r.labels.data; a && rc == 0 && *at;) {
		size_t n = strcspn(at, "\n");
		char *label = xstrndup(at, n);
		rc = action_retract(a, label, reason, err);
		free(label);
		at += n + 1;
	}
	if (rc == 0)
		rc = action_commit(a, err);
	else
		action_cancel(a);
	if (rc == 0)
		buf_add(labels, r.labels.data, r.labels.len);
	buf_release(&r.labels);
	return rc;
}

/* ---- one organisation or two */

/* What WHO is called on record: a label, or the name that one party bears, is that party. */
static int name_of(struct case_file *c, const char *who, char **name, char party[LABEL_TEXT], struct err *err)
{
	*party = '\0';
	*name = NULL;
	if (!who[strspn(who, " \t")])
		return err_set(err, ERR_USAGE, _("chain: a name is needed"));
	char id[37];
	json_t *record = record_get(c, who, 0, NULL);
	if (!record && record_find_by_title(c, kind_find("party"), who, id) == 1)
		record = record_get(c, id, 0, NULL);
	if (record && record_kind(record) != kind_find("party")) {
		json_decref(record);
		return err_set(err, ERR_USAGE, _("chain: %s is no organisation: give a party, a domain or a name"),
		               who);
	}
	*name = xstrdup(record ? json_get_string(record, "name") : who);
	if (record)
		snprintf(party, LABEL_TEXT, "%s", record_label(record));
	json_decref(record);
	return 0;
}

/* Two organisations as they are called on record, the one on record first. */
struct chain_two {
	char *name, *second;
	char party[LABEL_TEXT], other_party[LABEL_TEXT];
};

static int chain_two_find(struct case_file *c, const char *who, const char *other, struct chain_two *two,
                          struct err *err)
{
	*two = (struct chain_two){.name = NULL};
	if (name_of(c, who, &two->name, two->party, err) < 0 ||
	    name_of(c, other, &two->second, two->other_party, err) < 0)
		return -1;
	if (!*two->party && *two->other_party) {
		char *swap = two->name;
		two->name = two->second;
		two->second = swap;
		memcpy(two->party, two->other_party, sizeof two->party);
		*two->other_party = '\0';
	}
	const char *one = *two->party ? two->party : two->name;
	const char *second = *two->other_party ? two->other_party : two->second;
	if (one && second && strcmp(one, second) == 0)
		return err_set(err, ERR_USAGE, _("chain: '%s' is one name"), two->name);
	return 0;
}

static void chain_two_release(struct chain_two *two)
{
	free(two->name);
	free(two->second);
}

int chain_may_be_same(struct case_file *c, const char *who, const char *other, struct err *err)
{
	struct chain_two two;
	int rc = chain_two_find(c, who, other, &two, err);
	chain_two_release(&two);
	return rc;
}

static int add_same(struct action *a, const struct chain_two *two, int same, const char *reason, struct buf *labels,
                    struct err *err)
{
	char label[LABEL_TEXT];
	char rules[16];
	snprintf(rules, sizeof rules, "%d", CHAIN_RULES);
	const struct assign fields[] = {{"organisation", two->name},
	                                {"pivot", "same_organisation"},
	                                {"other", *two->other_party ? two->other_party : two->second},
	                                {"status", same ? "confirmed" : "rejected"},
	                                {"reason", reason},
	                                {"rules", rules},
	                                {"party", two->party}};
	int rc = action_add(a, "pivot", fields, *two->party ? 7 : 6, RECORD_MACHINE, label, err);
	if (rc == 0)
		buf_addf(labels, "%s\n", label);
	return rc;
}

static int end_action(struct action *a, int rc, struct buf *labels, struct err *err)
{
	if (a && rc == 0)
		return action_commit(a, err);
	action_cancel(a);
	buf_clear(labels);
	return -1;
}

int chain_say_same(struct case_file *c, const char *who, const char *other, int same, const char *reason,
                   struct buf *labels, struct err *err)
{
	struct chain_two two = {.name = NULL};
	int rc = check_reason(reason, err);
	if (rc == 0)
		rc = chain_two_find(c, who, other, &two, err);
	struct action *a = rc == 0 ? action_begin(c, "add", err) : NULL;
	rc = a ? add_same(a, &two, same, reason, labels, err) : -1;
	rc = end_action(a, rc, labels, err);
	chain_two_release(&two);
	return rc;
}

int chain_say_new(struct case_file *c, const char *who, const char *name, const char *reason, struct buf *labels,
                  struct err *err)
{
	struct chain_two two = {.name = NULL};
	const struct assign fields[] = {{"name", name}, {"type", "organisation"}};
	int rc = check_reason(reason, err);
	if (rc == 0)
		rc = chain_two_find(c, name, who, &two, err);
	struct action *a = rc == 0 ? action_begin(c, "add", err) : NULL;
	rc = a ? 0 : -1;
	char made[LABEL_TEXT];
	if (rc == 0)
		rc = action_add(a, "party", fields, 2, 0, made, err);
	if (rc == 0) {
		buf_addf(labels, "%s\n", made);
		memcpy(*two.party ? two.other_party : two.party, made, sizeof made);
		rc = add_same(a, &two, 1, reason, labels, err);
	}
	rc = end_action(a, rc, labels, err);
	chain_two_release(&two);
	return rc;
}

int chain_knows(struct case_file *c, const char *typed)
{
	struct chain chain;
	char id[37];
	json_t *record = record_get(c, typed, 0, NULL);
	int known = record != NULL || strchr(typed, '.') || record_find_by_title(c, kind_find("party"), typed, id) == 1;
	json_decref(record);
	if (known || chain_load(c, NULL, &chain, NULL) < 0)
		return known;
	for (size_t i = 0; i < chain.org_count && !known; i++)
		known = strcmp(chain.orgs[i].who, typed) == 0 || strcmp(chain.orgs[i].name, typed) == 0;
	for (size_t i = 0; i < chain.same_count && !known; i++)
		known = strcmp(chain.same[i].who, typed) == 0 || strcmp(chain.same[i].other, typed) == 0;
	chain_release(&chain);
	return known;
}
