/* The rows of the attack chain: which they are is worked out when the view is filled, what stands in them when they are drawn. */
#include "tui/view/finding/chain_view.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/contact_status.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static const char *view_chain_label(const char *field, const char *value)
{
	const struct field *f = kind_field(kind_find("pivot"), field);
	const struct field_value *known = field_value_find(f, value);
	return known ? field_value_label(known) : value;
}

static int is_shown(const struct view *v, const struct chain_proposal *p)
{
	return p->status == CHAIN_OPEN ? p->score >= CHAIN_SHOWN
	                               : view_chain_state(v)->all || view_is_judged(v, p->label);
}

const struct chain *view_chain_of(const struct view *v)
{
	const struct chain_state *s = view_chain_state(v);
	return s->chain ? s->chain : &s->past;
}

/* ---- which rows there are */

static struct chain_row *add(struct view *v, enum chain_row_is is, size_t org, enum chain_pivot pivot)
{
	struct chain_state *s = view_chain_state(v);
	if (v->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->rows = xrealloc(s->rows, s->cap * sizeof *s->rows);
	}
	s->rows[v->count] = (struct chain_row){.is = is, .org = org, .pivot = pivot};
	return &s->rows[v->count++];
}

void chain_rows_clear(struct view *v)
{
	struct chain_state *s = view_chain_state(v);
	for (size_t i = 0; i < s->text_count; i++) {
		explicit_bzero(s->texts[i].text, strlen(s->texts[i].text));
		free(s->texts[i].text);
	}
	free(s->texts);
	s->texts = NULL;
	s->text_count = 0;
	v->count = 0;
}

void chain_rows_text(struct view *v, const char *label, char *text, enum tone tone)
{
	struct chain_state *s = view_chain_state(v);
	if (s->text_count % 64 == 0)
		s->texts = xrealloc(s->texts, (s->text_count + 64) * sizeof *s->texts);
	struct row *row = &s->texts[s->text_count];
	*row = (struct row){.text = printable_dup(text), .tone = tone};
	snprintf(row->label, sizeof row->label, "%s", label);
	add(v, CHAIN_ROW_TEXT, SIZE_MAX, PIVOTS)->at = s->text_count++;
	free(text);
}

void chain_rows_are_about(struct view *v, size_t org, enum chain_pivot pivot)
{
	struct chain_row *row = &view_chain_state(v)->rows[v->count - 1];
	row->org = org;
	row->pivot = pivot;
}

static void add_org(struct view *v, size_t i, const struct chain_org *org)
{
	add(v, CHAIN_ROW_ORG, i, PIVOTS);
	for (size_t p = 0; p < org->proposal_count; p++) {
		if (!is_shown(v, &org->proposals[p]))
			continue;
		add(v, CHAIN_ROW_PIVOT, i, org->proposals[p].pivot)->at = p;
		for (size_t t = 0; t < org->proposals[p].trigger_count; t++) {
			struct chain_row *row = add(v, CHAIN_ROW_TRIGGER, i, org->proposals[p].pivot);
			row->at = p;
			row->trigger = t;
		}
	}
	for (size_t p = 0; p < org->proposal_count; p++) /* what was rejected, beside what is proposed */
		if (org->proposals[p].status == CHAIN_REJECTED && !is_shown(v, &org->proposals[p]))
			add(v, CHAIN_ROW_REJECTED, i, PIVOTS)->at = p;
	if (org->has_status && *org->party)
		add(v, CHAIN_ROW_CONTACT, i, PIVOTS);
}

static void add_coverage(struct view *v, enum chain_pivot pivot, const char *title)
{
	const struct chain *chain = view_chain_of(v);
	size_t before = v->count;
	for (size_t i = 0; i < chain->coverage_count; i++) {
		if (chain->coverage[i].pivot != pivot)
			continue;
		if (v->count == before)
			chain_rows_text(v, "", xstrdup(title), TONE_HEADING);
		add(v, CHAIN_ROW_COVERAGE, SIZE_MAX, PIVOTS)->at = i;
	}
}

static void add_rest(struct view *v)
{
	const struct chain *chain = view_chain_of(v);
	if (chain->leak_count)
		chain_rows_text(v, "", xstrdup(_("When it leaked")), TONE_HEADING);
	for (size_t i = 0; i < chain->leak_count; i++)
		add(v, CHAIN_ROW_LEAK, SIZE_MAX, PIVOTS)->at = i;
	add_coverage(v, PIVOT_OUTBOUND, _("What mail logs reach over"));
	add_coverage(v, PIVOT_TOPIC, _("Names that are not looked for in texts"));
	if (chain->same_count)
		chain_rows_text(v, "", xstrdup(_("One organisation or two? (chain same|different)")), TONE_HEADING);
	for (size_t i = 0; i < chain->same_count; i++)
		add(v, CHAIN_ROW_SAME, SIZE_MAX, PIVOTS)->at = i;
}

/* The organisation's row, or that of the pivot, of a decision; SIZE_MAX: it is not shown. */
size_t chain_rows_of_decision(struct view *v, const char *label, int whole)
{
	const struct chain_state *s = view_chain_state(v);
	const struct chain *chain = view_chain_of(v);
	size_t of_org = SIZE_MAX;
	for (size_t i = 0; i < v->count; i++) {
		const struct chain_row *r = &s->rows[i];
		if (r->is == CHAIN_ROW_ORG)
			of_org = i;
		if (r->is == CHAIN_ROW_PIVOT && strcmp(chain->orgs[r->org].proposals[r->at].label, label) == 0)
			return whole ? of_org : i;
	}
	return SIZE_MAX;
}

size_t chain_rows_fill(struct view *v)
{
	const struct chain_state *s = view_chain_state(v);
	const struct chain *chain = view_chain_of(v);
	size_t waiting = 0;
	for (size_t i = 0; i < chain->org_count; i++) {
		const struct chain_org *org = &chain->orgs[i];
		size_t shown = 0;
		for (size_t k = 0; k < org->proposal_count; k++) {
			shown += is_shown(v, &org->proposals[k]) != 0;
			waiting += org->proposals[k].status == CHAIN_OPEN && org->proposals[k].score >= CHAIN_SHOWN;
		}
		if (shown)
			add_org(v, i, org);
	}
	if (v->count == 0)
		chain_rows_text(v, "",
		                xstrdup(s->is_reading ? _("mails, leads and parties are being read")
		                                      : _("no organisation is proposed from what is on record")),
		                s->is_reading ? TONE_FAINT : TONE_PLAIN);
	add_rest(v);
	return waiting;
}

/* ---- what stands in them */

static void org_row(struct view *v, const struct chain_org *org, struct buf *line, struct row *row)
{
	char *who = printable_dup(org->who);
	char *name = printable_dup(org->name);
	int open = 0;
	text_pad(line, who, 14);
	buf_addc(line, ' ');
	text_pad(line, strcmp(who, name) == 0 ? "" : name, 28);
	buf_addf(line, " %3d ", org->score);
	for (size_t i = 0; i < org->proposal_count; i++)
		if (is_shown(v, &org->proposals[i])) {
			buf_addf(line, " %s", view_chain_label("pivot", chain_pivot_name(org->proposals[i].pivot)));
			open |= org->proposals[i].status == CHAIN_OPEN;
		}
	row->tone = open ? TONE_HEADING : TONE_FAINT;
	free(who);
	free(name);
}

static void pivot_row(const struct chain_proposal *p, struct buf *line)
{
	const char *status =
	    p->status == CHAIN_OPEN ? C_("chain", "open") : view_chain_label("status", chain_status_name(p->status));
	buf_addf(line, "  %s %d · %s%s%s", view_chain_label("pivot", chain_pivot_name(p->pivot)), p->score, status,
	         *p->label ? " " : "", p->label);
}

static void trigger_row(const struct chain_trigger *t, struct buf *line, struct row *row)
{
	char *text = printable_dup(t->line);
	row->tone = t->is_new ? TONE_ATTENTION : TONE_FAINT;
	buf_addf(line, "    %s  %s%s%s%s", t->because, t->reason, *text ? " — " : "", text,
	         t->is_new ? _("  (new since the decision)") : "");
	free(text);
}

static void rejected_row(const struct chain_proposal *p, struct buf *line, struct row *row)
{
	char *text = chain_rejected_text(p);
	row->tone = p->new_count ? TONE_ATTENTION : TONE_FAINT;
	buf_addf(line, "  %s", text);
	free(text);
}

/* How far the contact with it has come. */
static void contact_row(struct view *v, const struct chain_org *org, struct buf *line)
{
	json_t *party = workbench_get(v->wb, org->party, 0, NULL);
	char *status = contact_status_text(workbench_case(v->wb), party);
	char notice[LABEL_TEXT];
	buf_addf(line, _("  contact: %s"), status);
	if (!*workbench_as_of(v->wb) && contact_without_result(workbench_case(v->wb), org->party, notice) == 0)
		buf_addf(line, _(" · %s: %s is not on record"), notice,
		         field_label(kind_field(kind_find("contact"), "result")));
	free(status);
	json_decref(party);
}

/* What may be a label, with its name beside it. */
static void add_named(struct view *v, const char *who, struct buf *line)
{
	const char *name = kind_of_label(who) ? workbench_name(v->wb, who) : "";
	buf_addf(line, "%s%s%s", who, *name ? " " : "", name);
}

static void coverage_row(struct view *v, const struct chain_coverage *c, struct buf *line, struct row *row)
{
	char *safe = printable_dup(c->reason);
	row->tone = c->result == COVERAGE_COVERED ? TONE_PLAIN : TONE_ATTENTION;
	buf_adds(line, "  ");
	if (*c->party)
		buf_addf(line, "%s %s  ", c->party, workbench_name(v->wb, c->party));
	if (c->pivot == PIVOT_OUTBOUND)
		buf_addf(line, _("%s – %s: "), *c->from ? c->from : _("unknown"), *c->until ? c->until : _("now"));
	buf_adds(line, safe);
	free(safe);
}

/* What rows are about that are about no organisation. */
static struct chain_proposal no_proposal = {.triggers = NULL};
static char no_name[1];
static const struct chain_org nobody = {.who = no_name, .name = no_name, .proposals = &no_proposal};

const char *chain_rows_label(struct view *v, size_t i)
{
	const struct chain_state *s = view_chain_state(v);
	const struct chain_row *r = &s->rows[i];
	const struct chain *chain = view_chain_of(v);
	const struct chain_org *org = r->org < chain->org_count ? &chain->orgs[r->org] : &nobody;
	switch (r->is) {
	case CHAIN_ROW_TEXT:
		return s->texts[r->at].label;
	case CHAIN_ROW_ORG:
	case CHAIN_ROW_CONTACT:
		return org->party;
	case CHAIN_ROW_PIVOT:
	case CHAIN_ROW_REJECTED:
		return org->proposals[r->at].label;
	case CHAIN_ROW_TRIGGER:
		return org->proposals[r->at].triggers[r->trigger].because;
	case CHAIN_ROW_COVERAGE:
		return chain->coverage[r->at].party;
	case CHAIN_ROW_LEAK:
		return chain->leaks[r->at].because;
	case CHAIN_ROW_SAME:
		break;
	}
	return "";
}

void chain_rows_row(struct view *v, size_t i, struct row *row)
{
	const struct chain_state *s = view_chain_state(v);
	const struct chain_row *r = &s->rows[i];
	const struct chain *chain = view_chain_of(v);
	const struct chain_org *org = r->org < chain->org_count ? &chain->orgs[r->org] : &nobody;
	struct buf line = BUF_INIT;
	char *text;
	row->tone = TONE_PLAIN;
	switch (r->is) {
	case CHAIN_ROW_TEXT:
		row->tone = s->texts[r->at].tone;
		buf_adds(&line, s->texts[r->at].text);
		break;
	case CHAIN_ROW_ORG:
		org_row(v, org, &line, row);
		break;
	case CHAIN_ROW_PIVOT:
		pivot_row(&org->proposals[r->at], &line);
		break;
	case CHAIN_ROW_TRIGGER:
		trigger_row(&org->proposals[r->at].triggers[r->trigger], &line, row);
		break;
	case CHAIN_ROW_REJECTED:
		rejected_row(&org->proposals[r->at], &line, row);
		break;
	case CHAIN_ROW_CONTACT:
		contact_row(v, org, &line);
		break;
	case CHAIN_ROW_COVERAGE:
		coverage_row(v, &chain->coverage[r->at], &line, row);
		break;
	case CHAIN_ROW_LEAK:
		text = chain_leak_text(&chain->leaks[r->at]);
		buf_addf(&line, "  %s  %s", chain->leaks[r->at].because, text);
		free(text);
		break;
	case CHAIN_ROW_SAME:
		buf_adds(&line, "  ");
		add_named(v, chain->same[r->at].who, &line);
		buf_adds(&line, "  ");
		add_named(v, chain->same[r->at].other, &line);
		buf_addf(&line, ": %s", chain->same[r->at].reason);
		break;
	}
	row->text = printable_dup(line.data);
	snprintf(row->label, sizeof row->label, "%s", chain_rows_label(v, i));
	buf_release(&line);
}
