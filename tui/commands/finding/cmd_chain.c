/* chain: what the attack touches beyond the case's own organisation, and what a person decides about it. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/contact_status.h"
#include "finding/chain/chain_decide.h"
#include "finding/chain/mail_domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SHOWN 100 /* cells of a line that is printed as a reason */

struct wanted {
	int all, min;
};

static int is_shown(const struct wanted *w, const struct chain_proposal *p)
{
	if (p->status != CHAIN_OPEN)
		return w->all;
	return p->score >= w->min;
}

static const char *pivot_label(enum chain_pivot pivot)
{
	const struct field *field = kind_field(kind_find("pivot"), "pivot");
	return field_value_label(field_value_find(field, chain_pivot_name(pivot)));
}

static const char *status_label(enum chain_status status)
{
	const struct field *field = kind_field(kind_find("pivot"), "status");
	return status == CHAIN_OPEN ? C_("chain", "open")
	                            : field_value_label(field_value_find(field, chain_status_name(status)));
}

/* The label of a field of whatever record it is; its name if none has it. */
static const char *label_of_field(const char *name)
{
	static const char *const kinds[] = {"mail", "lead", "party", "pivot"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct field *field = kind_field(kind_find(kinds[i]), name);
		if (field)
			return field_label(field);
	}
	return name;
}

/* ---- as text */

static void print_trigger(struct session *s, const struct chain_trigger *t)
{
	char *line = printable_dup(t->line);
	size_t n = text_fit(line, LINE_SHOWN, NULL);
	printable_printf(s->out, "         %s %s%s%.*s%s%s%s%s\n", t->because, label_of_field(t->field),
	                 *line ? ": " : "", (int)n, line, line[n] ? "…" : "", " — ", t->reason,
	                 t->is_new ? _("  (new since the decision)") : "");
	free(line);
}

/* "rejected as topic (R1-H2)" of the organisation's other pivots. */
static void print_decided(struct session *s, const struct chain_org *org)
{
	for (size_t i = 0; i < org->proposal_count; i++)
		if (org->proposals[i].status == CHAIN_REJECTED) {
			char *text = chain_rejected_text(&org->proposals[i]);
			printable_printf(s->out, "         %s\n", text);
			free(text);
		}
}

/* How far the contact with it has come. */
static void print_contact(struct session *s, const struct chain_org *org)
{
	json_t *party = *org->party ? record_get(s->c, org->party, 0, NULL) : NULL;
	char *status = contact_status_text(s->c, party);
	if (*status)
		printable_printf(s->out, _("         contact: %s\n"), status);
	free(status);
	json_decref(party);
}

static void print_org(struct session *s, const struct wanted *w, const struct chain_org *org)
{
	struct buf pivots = BUF_INIT;
	int open = 0;
	int confirmed = 0;
	for (size_t i = 0; i < org->proposal_count; i++) {
		const struct chain_proposal *p = &org->proposals[i];
		if (!is_shown(w, p))
			continue;
		open |= p->status == CHAIN_OPEN;
		confirmed |= p->status == CHAIN_CONFIRMED;
		buf_addf(&pivots, "  %s %d", pivot_label(p->pivot), p->score);
	}
	if (!pivots.len)
		return;
	char *name = printable_dup(org->name);
	char *who = printable_dup(org->who);
	enum chain_status status = open ? CHAIN_OPEN : confirmed ? CHAIN_CONFIRMED : CHAIN_REJECTED;
	printable_printf(s->out, "%s  %s  %3d%s  %s\n", who, strcmp(who, name) == 0 ? "" : name, org->score,
	                 pivots.data, status_label(status));
	for (size_t i = 0; i < org->proposal_count; i++)
		for (size_t k = 0; k < org->proposals[i].trigger_count && is_shown(w, &org->proposals[i]); k++)
			print_trigger(s, &org->proposals[i].triggers[k]);
	print_decided(s, org);
	print_contact(s, org);
	free(name);
	free(who);
	buf_release(&pivots);
}

static void print_leaks(struct session *s, const struct chain *chain)
{
	if (chain->leak_count)
		printable_printf(s->out, "\n%s\n", _("When it leaked"));
	for (size_t i = 0; i < chain->leak_count; i++) {
		const struct chain_leak *l = &chain->leaks[i];
		char *text = chain_leak_text(l);
		printable_printf(s->out, "  %s  %s\n", l->because, text);
		free(text);
	}
}

static void print_coverage(struct session *s, const struct chain *chain)
{
	for (int covered = 0; covered < 2; covered++) {
		int heading = 0;
		for (size_t i = 0; i < chain->coverage_count; i++) {
			const struct chain_coverage *c = &chain->coverage[i];
			if ((c->result == COVERAGE_COVERED) != covered)
				continue;
			if (!heading++)
				printable_printf(s->out, "\n%s\n",
				                 covered ? _("Looked for") : _("Could not be looked for"));
			char *reason = printable_dup(c->reason);
			printable_printf(s->out, "  %s  %s%s", pivot_label(c->pivot), c->party, *c->party ? "  " : "");
			if (c->pivot == PIVOT_OUTBOUND)
				printable_printf(s->out, _("%s – %s: "), *c->from ? c->from : _("unknown"),
				                 *c->until ? c->until : _("now"));
			printable_printf(s->out, "%s\n", reason);
			free(reason);
		}
	}
}

static void print_same(struct session *s, const struct chain *chain)
{
	if (chain->same_count)
		printable_printf(s->out, "\n%s\n", _("One organisation or two? (chain same|different)"));
	for (size_t i = 0; i < chain->same_count; i++) {
		char *who = printable_dup(chain->same[i].who);
		char *other = printable_dup(chain->same[i].other);
		printable_printf(s->out, "  %s  %s: %s\n", who, other, chain->same[i].reason);
		free(who);
		free(other);
	}
}

static void print_text(struct session *s, const struct wanted *w, const struct chain *chain)
{
	size_t shown = 0;
	char date[11];
	for (size_t i = 0; i < chain->org_count; i++) {
		print_org(s, w, &chain->orgs[i]);
		for (size_t k = 0; k < chain->orgs[i].proposal_count; k++)
			shown += is_shown(w, &chain->orgs[i].proposals[k]) != 0;
	}
	if (shown == 0)
		printable_printf(s->out, "%s\n", _("no organisation is proposed from what is on record"));
	print_leaks(s, chain);
	print_coverage(s, chain);
	print_same(s, chain);
	mail_domain_list_date(date);
	printable_printf(s->log, _("Rules %d, public suffix list of %s, providers as of %s.\n"), CHAIN_RULES, date,
	                 PROVIDERS_OF);
}

/* ---- as JSON */

static void json_orgs(const struct wanted *w, const struct chain *chain, json_t *array)
{
	for (size_t i = 0; i < chain->org_count; i++) {
		const struct chain_org *org = &chain->orgs[i];
		for (size_t k = 0; k < org->proposal_count; k++) {
			const struct chain_proposal *p = &org->proposals[k];
			for (size_t t = 0; t < p->trigger_count && is_shown(w, p); t++) {
				const struct chain_trigger *trigger = &p->triggers[t];
				json_array_append_new(
				    array,
				    json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:b}",
				              "kind", "proposal", "label", p->label, "who", cmd_json_text(org->who),
				              "organisation", cmd_json_text(org->name), "party", org->party, "pivot",
				              chain_pivot_name(p->pivot), "score", p->score, "status",
				              chain_status_name(p->status), "because", trigger->because, "field",
				              trigger->field, "line", cmd_json_text(trigger->line), "reason",
				              trigger->reason, "new", trigger->is_new));
			}
		}
	}
}

static json_t *json_of(const struct wanted *w, const struct chain *chain)
{
	json_t *array = json_array();
	json_orgs(w, chain, array);
	for (size_t i = 0; i < chain->coverage_count; i++) {
		const struct chain_coverage *c = &chain->coverage[i];
		json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "kind", "coverage",
		                                       "label", "", "pivot", chain_pivot_name(c->pivot), "party",
		                                       c->party, "result", chain_coverage_name((int)c->result), "from",
		                                       c->from, "until", c->until, "reason", cmd_json_text(c->reason)));
	}
	for (size_t i = 0; i < chain->leak_count; i++) {
		const struct chain_leak *l = &chain->leaks[i];
		json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o}", "kind", "leak", "label",
		                                       "", "who", cmd_json_text(l->who), "not_before", l->not_before,
		                                       "not_after", l->not_after, "because", l->because, "reason",
		                                       cmd_json_text(l->reason)));
	}
	for (size_t i = 0; i < chain->same_count; i++)
		json_array_append_new(array,
		                      json_pack("{s:s, s:s, s:o, s:o, s:s}", "kind", "same", "label", "", "who",
		                                cmd_json_text(chain->same[i].who), "other",
		                                cmd_json_text(chain->same[i].other), "reason", chain->same[i].reason));
	return array;
}

/* ---- commands */

static int look(struct session *s, const struct args *args, struct err *err)
{
	struct wanted w = {args_option(args, "all") != NULL, CHAIN_SHOWN};
	const char *min = args_option(args, "min");
	const char *when = args_option(args, "at");
	char commit[41] = "";
	struct chain chain;
	char *end = NULL;
	long least = min ? strtol(min, &end, 10) : CHAIN_SHOWN;
	if (min && (!*min || *end || least < 0 || least > 100))
		return err_set(err, ERR_USAGE, _("--min: 0 to 100, not '%s'"), min);
	w.min = (int)least;
	if (when && cmd_when(s, when, commit, err) < 0)
		return -1;
	if (chain_load(s->c, commit, &chain, err) < 0)
		return -1;
	if (args_option(args, "json"))
		cmd_print_json(s, json_of(&w, &chain));
	else
		print_text(s, &w, &chain);
	chain_release(&chain);
	return 0;
}

static int pivot_of(const struct args *args, enum chain_pivot *pivot, struct err *err)
{
	const char *name = args_option(args, "pivot");
	*pivot = PIVOTS;
	if (!name)
		return 0;
	*pivot = chain_pivot_find(name);
	if (*pivot != PIVOTS)
		return 0;
	struct buf names = BUF_INIT;
	for (int i = 0; i < PIVOTS; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", chain_pivot_name((enum chain_pivot)i));
	err_set(err, ERR_USAGE, _("--pivot: one of %s; not '%s'"), names.data, name);
	buf_release(&names);
	return -1;
}

static int decide(struct session *s, const struct args *args, const char *verb, struct err *err)
{
	struct chain chain;
	struct buf labels = BUF_INIT;
	enum chain_pivot pivot;
	const char *reason = args_option(args, "reason");
	if (pivot_of(args, &pivot, err) < 0 || chain_load(s->c, NULL, &chain, err) < 0)
		return -1;
	struct chain_org *org = chain_find(&chain, args->words[1], err);
	int rc = org ? 0 : -1;
	if (rc == 0 && strcmp(verb, "reopen") == 0)
		rc = chain_reopen(s->c, org, pivot, reason, &labels, err);
	else if (rc == 0)
		rc = chain_decide(s->c, org, pivot, strcmp(verb, "confirm") == 0 ? CHAIN_CONFIRMED : CHAIN_REJECTED,
		                  reason, &labels, err);
	if (rc == 0)
		printable_printf(s->out, "%s", labels.data);
	buf_release(&labels);
	chain_release(&chain);
	return rc;
}

int cmd_chain(struct session *s, const struct args *args, struct err *err)
{
	const char *verb = args->count ? args->words[0] : "";
	struct buf labels = BUF_INIT;
	int same = strcmp(verb, "same") == 0;
	if (args->count == 0)
		return look(s, args, err);
	if (args->count == 2 &&
	    (strcmp(verb, "confirm") == 0 || strcmp(verb, "reject") == 0 || strcmp(verb, "reopen") == 0))
		return case_may_write(s->c, err) < 0 ? -1 : decide(s, args, verb, err);
	if (args->count != 3 || (!same && strcmp(verb, "different") != 0))
		return cmd_usage("chain", err);
	int rc = chain_say_same(s->c, args->words[1], args->words[2], same, args_option(args, "reason"), &labels, err);
	if (rc == 0)
		printable_printf(s->out, "%s", labels.data);
	buf_release(&labels);
	return rc;
}
