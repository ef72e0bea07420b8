/* The sheet for a call to an organisation that the attack touches. genba calls nobody: a person reads from it, and writes on it. */
#include "outward/report/paper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/contact_status.h"
#include "case/kind/tlp.h"
#include "case/query/highest_tlp.h"
#include "case/store/disputed.h"
#include "finding/chain/chain.h"
#include "outward/report/paper_private.h"

#include <stdlib.h>
#include <string.h>

static void add_fields(struct buf *out, struct case_file *c, const json_t *party, const char *const *names,
                       size_t count)
{
	buf_adds(out, "<div class=\"boxes\">");
	for (size_t i = 0; i < count; i++) {
		const struct field *field = kind_field(record_kind(party), names[i]);
		struct buf text = BUF_INIT;
		paper_value(c, party, field, &text);
		paper_box(out, NULL, field_label(field), text.data);
		buf_release(&text);
	}
	char *status = contact_status_text(c, party);
	paper_box(out, NULL, field_label(kind_field(record_kind(party), "chain_status")), status);
	free(status);
	buf_adds(out, "</div>\n");
}

static void add_lines(struct buf *out, const char *title, const char *const *lines, size_t count)
{
	paper_element(out, "h2", NULL, title);
	buf_adds(out, "<ul>");
	for (size_t i = 0; i < count; i++)
		paper_element(out, "li", NULL, _(lines[i]));
	buf_adds(out, "</ul>\n");
}

/* One line of them, with its record, whose label may forbid that it is told. `tlp` is raised to it. */
static void add_reason(struct buf *out, struct case_file *c, enum chain_pivot pivot, const struct chain_trigger *t,
                       struct buf *tlp)
{
	const struct field *field = kind_field(kind_find("pivot"), "pivot");
	const char *called = field_value_label(field_value_find(field, chain_pivot_name(pivot)));
	json_t *record = record_get(c, t->because, 0, NULL);
	const char *own = record ? record_tlp(record, case_tlp(c)) : "CLEAR";
	char *name = record ? record_title(record) : xstrdup("");
	char *marking =
	    tlp_rank(own) > tlp_rank("AMBER") ? xasprintf(_(" · TLP:%s: not to be told"), own) : xstrdup("");
	char *line = xasprintf("%s %s — %s: %s (%s)%s", t->because, name, called, t->reason, t->line, marking);
	highest_tlp_add(tlp, record);
	paper_element(out, "li", NULL, line);
	free(line);
	free(marking);
	free(name);
	json_decref(record);
}

/* Why they are concerned: each line. Mails of others are not quoted beyond it. */
static void add_reasons(struct buf *out, struct case_file *c, const struct chain_org *org, const json_t *party,
                        struct buf *tlp)
{
	const char *reason = json_get_string(party, "chain_reason");
	size_t count = 0;
	paper_element(out, "h2", NULL, _("Why they are concerned"));
	buf_adds(out, "<ul>");
	for (size_t i = 0; org && i < org->proposal_count; i++)
		for (size_t k = 0; k < org->proposals[i].trigger_count && org->proposals[i].status != CHAIN_REJECTED;
		     k++, count++)
			add_reason(out, c, org->proposals[i].pivot, &org->proposals[i].triggers[k], tlp);
	if (count == 0)
		paper_element(out, "li", NULL, reason ? reason : _("not on record: write it here before the call"));
	buf_adds(out, "</ul>\n");
}

struct approval {
	const char *party;
	json_t *by_contact; /* decisions that a notice to the party rests on -> true */
	struct buf text;
	struct buf *tlp; /* raised to the labels of the decisions */
};

static int take_notice(void *ctx, json_t *contact)
{
	struct approval *a = ctx;
	const char *by = json_get_string(contact, "approved_by");
	if (by && json_is(contact, "party", a->party) && json_is(contact, "purpose", "chain_notice"))
		json_object_set_new(a->by_contact, by, json_true());
	return 0;
}

static void add_approval(struct approval *a, const json_t *decision)
{
	char *title = record_title(decision);
	highest_tlp_add(a->tlp, decision);
	buf_addf(&a->text, "%s%s %s: ", a->text.len ? "\n" : "", record_label(decision), title);
	record_field_text(decision, kind_field(record_kind(decision), "choice"), &a->text);
	free(title);
}

/* Decisions that are about the party, or that a notice to it rests on: what was approved to be told. */
static int take_approval(void *ctx, json_t *decision)
{
	struct approval *a = ctx;
	const char *status = json_get_string(decision, "status");
	if (status && strcmp(status, "decided") != 0)
		return 0;
	if (json_object_get(a->by_contact, record_label(decision)) ||
	    json_holds(json_object_get(decision, "on"), a->party))
		add_approval(a, decision);
	return 0;
}

/* By its label, or as the chain calls it. New reference. */
static json_t *party_called(struct case_file *c, const struct chain *chain, const char *who, struct err *err)
{
	json_t *party = record_get(c, who, 0, NULL);
	if (!party) {
		const struct chain_org *org = chain_find(chain, who, err);
		if (org && *org->party)
			return record_get(c, org->party, 0, err);
	}
	if (party && record_kind(party) == kind_find("party"))
		return party;
	json_decref(party);
	err_set(err, ERR_USAGE, _("notice: %s is no organisation on record; chain confirm WHO puts one on record"),
	        who);
	return NULL;
}

int paper_notice(struct case_file *c, const char *who, struct buf *html, struct err *err)
{
	static const char *const whom[] = {"phone", "hours", "safe_channel", "mail_safe", "org_kind"};
	static const char *const asks[] = {
	    N_("Did you get a mail like the one told of? Who, when, was anything opened?"),
	    N_("Is the mail or file that it seems to come from yours? Who had it?"),
	    N_("Please keep mail, proxy and firewall logs from now on, and do not restart or wipe machines."),
	    N_("By when can you answer, and to which number may we call?"),
	};
	static const char *const cautions[] = {
	    N_("The number is from a public source or known before, never from the mail."),
	    N_("Call back, and ask for the person responsible for information security."),
	    N_("Not by mail, unless theirs is on record as safe: it may be read."),
	    N_("What was not looked at is unknown: do not say that they are, or are not, hit."),
	};
	struct chain chain;
	if (chain_load(c, NULL, &chain, err) < 0)
		return -1;
	json_t *party = party_called(c, &chain, who, err);
	if (!party) {
		chain_release(&chain);
		return -1;
	}
	const char *label = record_label(party);
	struct buf tlp = BUF_INIT;
	struct buf reasons = BUF_INIT;
	struct approval approval = {label, json_object(), BUF_INIT, &tlp};
	paper_tlp(c, party, &tlp);
	add_reasons(&reasons, c, chain_find(&chain, label, NULL), party, &tlp);
	int rc = record_each(c, "contact", 0, take_notice, &approval, err);
	if (rc == 0)
		rc = record_each(c, "decision", 0, take_approval, &approval, err);
	char *name = record_title(party);
	char *title = xasprintf(_("Call about an attack: %s"), name);
	paper_begin(html, title);
	paper_sheet_begin(html, c, label, tlp.data);
	paper_element(html, "h1", NULL, title);
	add_fields(html, c, party, whom, sizeof whom / sizeof *whom);
	buf_add(html, reasons.data, reasons.len);
	paper_element(html, "h2", NULL, _("What may be told"));
	buf_adds(html, "<div class=\"boxes\">");
	paper_box(html, "wide", _("Approved by"),
	          approval.text.len ? approval.text.data
	                            : _("nobody yet: do not call (add a decision about this party)"));
	paper_box(html, "wide", _("Not to be told"), _("the name of the case's own organisation, unless it agreed"));
	buf_adds(html, "</div>\n");
	add_lines(html, _("How their identity is checked"), cautions, sizeof cautions / sizeof *cautions);
	add_lines(html, _("What to ask"), asks, sizeof asks / sizeof *asks);
	buf_adds(html, "<div class=\"boxes write\">");
	paper_box(html, NULL, _("Called at"), "");
	paper_box(html, NULL, _("Spoke with"), "");
	paper_box(html, "wide long", _("What was answered"), "");
	paper_box(html, NULL, _("Next step, by"), "");
	paper_box(html, NULL, _("Reference number"), "");
	buf_adds(html, "</div>\n");
	paper_sheet_end(html, c, label, tlp.data);
	paper_end(html);
	free(title);
	free(name);
	buf_release(&tlp);
	buf_release(&reasons);
	buf_release(&approval.text);
	json_decref(approval.by_contact);
	chain_release(&chain);
	json_decref(party);
	return rc;
}
