/* The sheet for a call to an organisation that the attack touches. genba calls nobody: a person reads from it, and writes on it. */
#include "outward/report/paper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/contact_status.h"
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

/* Why they are concerned: each line, with its record. Mails of others are not quoted beyond it. */
static void add_reasons(struct buf *out, const struct chain_org *org, const json_t *party)
{
	const char *reason = json_get_string(party, "chain_reason");
	const struct field *field = kind_field(kind_find("pivot"), "pivot");
	size_t count = 0;
	paper_element(out, "h2", NULL, _("Why they are concerned"));
	buf_adds(out, "<ul>");
	for (size_t i = 0; org && i < org->proposal_count; i++)
		for (size_t k = 0; k < org->proposals[i].trigger_count && org->proposals[i].status != CHAIN_REJECTED;
		     k++) {
			const struct chain_trigger *t = &org->proposals[i].triggers[k];
			const char *pivot =
			    field_value_label(field_value_find(field, chain_pivot_name(org->proposals[i].pivot)));
			char *line = xasprintf("%s  %s: %s (%s)", t->because, pivot, t->reason, t->line);
			paper_element(out, "li", NULL, line);
			free(line);
			count++;
		}
	if (count == 0)
		paper_element(out, "li", NULL, reason ? reason : _("not on record: write it here before the call"));
	buf_adds(out, "</ul>\n");
}

struct approval {
	const char *party;
	struct buf text;
};

/* Decisions that are about the party: what was approved to be told. */
static int take_approval(void *ctx, json_t *decision)
{
	struct approval *a = ctx;
	const char *status = json_get_string(decision, "status");
	size_t i;
	json_t *on;
	if (status && strcmp(status, "decided") != 0)
		return 0;
	json_array_foreach(json_object_get(decision, "on"), i, on)
		if (json_is_string(on) && strcmp(json_string_value(on), a->party) == 0) {
			const char *choice = json_get_string(decision, "choice");
			char *title = record_title(decision);
			buf_addf(&a->text, "%s%s %s: %s", a->text.len ? "\n" : "", record_label(decision), title,
			         choice ? choice : "");
			free(title);
		}
	return 0;
}

int paper_notice(struct case_file *c, const char *label, struct buf *html, struct err *err)
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
	json_t *party = record_get(c, label, 0, err);
	if (!party)
		return -1;
	if (record_kind(party) != kind_find("party")) {
		json_decref(party);
		return err_set(err, ERR_USAGE, _("notice: %s is no organisation; chain confirm WHO puts one on record"),
		               label);
	}
	if (chain_load(c, NULL, &chain, err) < 0) {
		json_decref(party);
		return -1;
	}
	struct approval approval = {record_label(party), BUF_INIT};
	int rc = record_each(c, "decision", 0, take_approval, &approval, err);
	char *name = record_title(party);
	char *title = xasprintf(_("Call about an attack: %s"), name);
	paper_begin(html, title);
	paper_sheet_begin(html, c, record_label(party), party);
	paper_element(html, "h1", NULL, title);
	add_fields(html, c, party, whom, sizeof whom / sizeof *whom);
	add_reasons(html, chain_find(&chain, label, NULL), party);
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
	paper_sheet_end(html, c, record_label(party), party);
	paper_end(html);
	free(title);
	free(name);
	buf_release(&approval.text);
	chain_release(&chain);
	json_decref(party);
	return rc;
}
