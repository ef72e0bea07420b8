#include "tui/view/finding/chain_same.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "finding/chain/chain_decide.h"
#include "tui/command/complete.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct chain_same_asked {
	struct workbench *wb;
	char *who; /* the view may be made anew while it is asked */
	char *other;
	json_t *called; /* how the other organisations are called: keys */
	struct buf *labels;
	int is_new; /* `other` is to be put on record */
};

static void call(struct chain_same_asked *asked, const char *name)
{
	if (name && *name && strcmp(name, asked->who) != 0)
		json_object_set_new(asked->called, name, json_true());
}

static int call_party(void *ctx, json_t *party)
{
	struct chain_same_asked *asked = ctx;
	if (json_is(party, "type", "person") || strcmp(record_label(party), asked->who) == 0)
		return 0;
	call(asked, record_label(party));
	call(asked, json_get_string(party, "name"));
	return 0;
}

/* Who published the leads that speak of it: a notice of being spoofed is mostly of the organisation itself. */
static void call_publishers(struct chain_same_asked *asked, const struct chain_org *org)
{
	for (size_t i = 0; i < org->proposal_count; i++)
		for (size_t t = 0; t < org->proposals[i].trigger_count; t++) {
			json_t *lead = workbench_get(asked->wb, org->proposals[i].triggers[t].because, 0, NULL);
			if (lead && record_kind(lead) == kind_find("lead"))
				call(asked, json_get_string(lead, "publisher"));
			json_decref(lead);
		}
}

/* What the leads suggest, those on record, and those of the chain that nobody has put there yet. */
static void call_organisations(struct chain_same_asked *asked, const struct chain *chain, const struct chain_org *org)
{
	asked->called = json_object();
	call_publishers(asked, org);
	workbench_each(asked->wb, "party", 0, call_party, asked, NULL);
	for (size_t i = 0; i < chain->org_count; i++)
		call(asked, chain->orgs[i].who);
}

static void complete_organisation(void *ctx, const char *front, struct candidates *c)
{
	const struct chain_same_asked *asked = ctx;
	const char *called;
	json_t *yes;
	c->words = json_array();
	json_object_foreach(asked->called, called, yes)
		if (strncmp(called, front, strlen(front)) == 0 && json_array_size(c->words) < COMPLETE_LIMIT)
			json_array_append_new(c->words, json_string(called));
}

static int check_same(void *ctx, const char *typed, struct err *err)
{
	const struct chain_same_asked *asked = ctx;
	struct case_file *c = workbench_case(asked->wb);
	if (kind_of_label(typed) && !chain_knows(c, typed)) /* no name of a new one */
		return err_set(err, ERR_USAGE,
		               _("no organisation here is called '%s': give its label, domain or name as it stands"),
		               typed);
	return chain_may_be_same(c, asked->who, typed, err);
}

static int say_same_with_reason(void *ctx, const char *reason, struct err *err)
{
	struct chain_same_asked *asked = ctx;
	struct case_file *c = workbench_case(asked->wb);
	buf_clear(asked->labels);
	return asked->is_new ? chain_say_new(c, asked->who, asked->other, reason, asked->labels, err)
	                     : chain_say_same(c, asked->who, asked->other, 1, reason, asked->labels, err);
}

/* A name that nobody bears is a slip, or a new organisation: the person says which. 0: a slip. */
static int may_be_new(struct chain_same_asked *asked)
{
	asked->is_new = !chain_knows(workbench_case(asked->wb), asked->other);
	if (!asked->is_new)
		return 1;
	char *safe = printable_dup(asked->other);
	char *question =
	    xasprintf(_("No organisation here is called '%s': put it on record as a new one? (y/n) "), safe);
	int yes = prompt_yes(asked->wb, question);
	free(question);
	free(safe);
	return yes;
}

int chain_same_ask(struct workbench *wb, const struct chain *chain, const struct chain_org *org, struct buf *labels)
{
	struct chain_same_asked asked = {.wb = wb, .who = xstrdup(org->who), .labels = labels};
	int done = 0;
	call_organisations(&asked, chain, org);
	do {
		free(asked.other);
		asked.other = draft_prompt_completed(wb, "chain:same",
		                                     _("The same organisation as (label, domain, name or new name): "),
		                                     check_same, complete_organisation, &asked);
	} while (asked.other && !may_be_new(&asked));
	if (asked.other) {
		char *safe = printable_dup(asked.other);
		char *question = xasprintf(_("The same organisation as %s; reason: "), safe);
		done = draft_prompt_reason(wb, "chain:same:reason", question, say_same_with_reason, &asked);
		free(question);
		free(safe);
	}
	if (done)
		draft_prompt_drop(wb, "chain:same");
	json_decref(asked.called);
	free(asked.other);
	free(asked.who);
	return done;
}
