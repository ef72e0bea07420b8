/*
 * The attack chain: organisations, best first, with their pivots; below each the records, fields and lines that speak for it,
 * each opening its mail. A person confirms or rejects, with a reason.
 *
 * What it is worked out of is read in slices. Until that is whole the rows of before stay, and the heading says how far it is.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/action/contact_status.h"
#include "finding/chain/chain_decide.h"
#include "outward/report/chain_flow.h"
#include "tui/list/related.h"
#include "tui/view/finding/chain_contact.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* What a row is about. */
struct chain_row {
	size_t org;             /* SIZE_MAX: none */
	enum chain_pivot pivot; /* PIVOTS: the organisation */
};

struct chain_state {
	struct chain chain;
	struct chain_row *rows; /* one for each of the view's */
	size_t cap;
	int all;   /* decided ones too */
	int graph; /* the picture instead of the list */
	int is_reading;
	char wanted[LABEL_TEXT]; /* the record to begin at when all is read, or "" */
	double told_at;          /* how far it is */
};

static struct chain_state *view_chain_state(struct view *v)
{
	return v->data;
}

static const char *view_chain_label(const char *field, const char *value)
{
	const struct field *f = kind_field(kind_find("pivot"), field);
	const struct field_value *known = field_value_find(f, value);
	return known ? field_value_label(known) : value;
}

/* Says of the rows added since what they are about. */
static void view_chain_about(struct view *v, size_t from, size_t org, enum chain_pivot pivot)
{
	struct chain_state *s = view_chain_state(v);
	if (v->count > s->cap) {
		s->cap = v->count * 2;
		s->rows = xrealloc(s->rows, s->cap * sizeof *s->rows);
	}
	for (size_t i = from; i < v->count; i++)
		s->rows[i] = (struct chain_row){org, pivot};
}

static int view_chain_shows(const struct chain_state *s, const struct chain_proposal *p)
{
	return p->status == CHAIN_OPEN ? p->score >= CHAIN_SHOWN : s->all;
}

static void add_org_row(struct view *v, const struct chain_org *org)
{
	struct chain_state *s = view_chain_state(v);
	struct buf line = BUF_INIT;
	char *who = printable_dup(org->who);
	char *name = printable_dup(org->name);
	int open = 0;
	text_pad(&line, who, 14);
	buf_addc(&line, ' ');
	text_pad(&line, strcmp(who, name) == 0 ? "" : name, 28);
	buf_addf(&line, " %3d ", org->score);
	for (size_t i = 0; i < org->proposal_count; i++)
		if (view_chain_shows(s, &org->proposals[i])) {
			buf_addf(&line, " %s", view_chain_label("pivot", chain_pivot_name(org->proposals[i].pivot)));
			open |= org->proposals[i].status == CHAIN_OPEN;
		}
	view_add(v, open ? TONE_HEADING : TONE_FAINT, org->party, line.data);
	free(who);
	free(name);
	buf_release(&line);
}

/* What of it was rejected, beside what is proposed. */
static void add_rejected_rows(struct view *v, size_t number, const struct chain_org *org)
{
	size_t from = v->count;
	for (size_t i = 0; i < org->proposal_count; i++)
		if (org->proposals[i].status == CHAIN_REJECTED &&
		    !view_chain_shows(view_chain_state(v), &org->proposals[i])) {
			char *text = chain_rejected_text(&org->proposals[i]);
			view_addf(v, org->proposals[i].new_count ? TONE_ATTENTION : TONE_FAINT, org->proposals[i].label,
			          "  %s", text);
			free(text);
		}
	view_chain_about(v, from, number, PIVOTS);
}

/* How far the contact with it has come. */
static void add_contact_row(struct view *v, size_t number, const struct chain_org *org)
{
	json_t *party = *org->party ? workbench_get(v->wb, org->party, 0, NULL) : NULL;
	char *status = contact_status_text(workbench_case(v->wb), party);
	size_t from = v->count;
	if (*status)
		view_addf(v, TONE_PLAIN, org->party, _("  contact: %s"), status);
	view_chain_about(v, from, number, PIVOTS);
	free(status);
	json_decref(party);
}

static void add_pivot_rows(struct view *v, size_t number, const struct chain_proposal *p)
{
	const char *status =
	    p->status == CHAIN_OPEN ? C_("chain", "open") : view_chain_label("status", chain_status_name(p->status));
	size_t from = v->count;
	view_addf(v, TONE_PLAIN, p->label, "  %s %d · %s%s%s", view_chain_label("pivot", chain_pivot_name(p->pivot)),
	          p->score, status, *p->label ? " " : "", p->label);
	for (size_t i = 0; i < p->trigger_count; i++) {
		const struct chain_trigger *t = &p->triggers[i];
		char *line = printable_dup(t->line);
		view_addf(v, t->is_new ? TONE_ATTENTION : TONE_FAINT, t->because, "    %s  %s%s%s%s", t->because,
		          t->reason, *line ? " — " : "", line, t->is_new ? _("  (new since the decision)") : "");
		free(line);
	}
	view_chain_about(v, from, number, p->pivot);
}

static void add_coverage_rows(struct view *v, const struct chain *chain, enum chain_pivot pivot, const char *title)
{
	size_t before = v->count;
	for (size_t i = 0; i < chain->coverage_count; i++) {
		const struct chain_coverage *c = &chain->coverage[i];
		enum tone tone = c->result == COVERAGE_COVERED ? TONE_PLAIN : TONE_ATTENTION;
		char *safe = printable_dup(c->reason);
		if (c->pivot == pivot && v->count == before)
			view_add(v, TONE_HEADING, NULL, title);
		struct buf line = BUF_INIT;
		if (*c->party)
			buf_addf(&line, "%s %s  ", c->party, workbench_name(v->wb, c->party));
		if (pivot == PIVOT_OUTBOUND)
			buf_addf(&line, "%s – %s: ", *c->from ? c->from : _("unknown"),
			         *c->until ? c->until : _("now"));
		buf_adds(&line, safe);
		if (c->pivot == pivot)
			view_addf(v, tone, c->party, "  %s", line.data);
		buf_release(&line);
		free(safe);
	}
}

static void add_rest_rows(struct view *v)
{
	const struct chain *chain = &view_chain_state(v)->chain;
	size_t from = v->count;
	if (chain->leak_count)
		view_add(v, TONE_HEADING, NULL, _("When it leaked"));
	for (size_t i = 0; i < chain->leak_count; i++) {
		const struct chain_leak *l = &chain->leaks[i];
		char *text = chain_leak_text(l);
		view_addf(v, TONE_PLAIN, l->because, "  %s  %s", l->because, text);
		free(text);
	}
	add_coverage_rows(v, chain, PIVOT_OUTBOUND, _("What mail logs reach over"));
	add_coverage_rows(v, chain, PIVOT_TOPIC, _("Names that are not looked for in texts"));
	if (chain->same_count)
		view_add(v, TONE_HEADING, NULL, _("One organisation or two? (chain same|different)"));
	for (size_t i = 0; i < chain->same_count; i++) {
		char *text = xasprintf("%s  %s: %s", chain->same[i].who, chain->same[i].other, chain->same[i].reason);
		char *safe = printable_dup(text);
		view_addf(v, TONE_PLAIN, NULL, "  %s", safe);
		free(safe);
		free(text);
	}
	view_chain_about(v, from, SIZE_MAX, PIVOTS);
}

static int fill_graph(struct view *v, int columns, struct err *err)
{
	struct flow f;
	struct buf drawing = BUF_INIT;
	if (chain_flow_load(workbench_case(v->wb), workbench_as_of(v->wb), &f, err) < 0)
		return -1;
	if (f.act_count) {
		flow_layout(&f, f.act_count, columns - 2);
		flow_draw(&f, &drawing);
	} else {
		view_add(v, TONE_FAINT, NULL, _("no organisation is proposed from what is on record"));
	}
	for (const char *line = drawing.data; *line;) {
		size_t n = strcspn(line, "\n");
		view_addf(v, TONE_PLAIN, NULL, " %.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
	for (size_t i = 0; i < f.act_count; i++)
		view_addf(v, TONE_PLAIN, f.acts[i].label, " %s", f.acts[i].line);
	view_chain_about(v, 0, SIZE_MAX, PIVOTS);
	buf_release(&drawing);
	flow_release(&f);
	return 0;
}

/* The row under the cursor in full: reasons are longer than a screen is wide. */
static void tell_row(struct view *v)
{
	const char *text = v->selected < v->count ? v->rows[v->selected].text : "";
	struct buf lines = BUF_INIT;
	if (text_width(text) > (size_t)v->columns)
		text_wrap(&lines, text + strspn(text, " "), v->columns > 20 ? (size_t)v->columns - 2 : 18, 0);
	for (const char *line = lines.data; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *one = xasprintf(" %.*s", (int)strcspn(line, "\n"), line);
		view_pane_line(v, v->rows[v->selected].tone, one);
		free(one);
	}
	buf_release(&lines);
}

static int fill_chain(struct view *v, int columns, struct err *err)
{
	struct chain_state *s = view_chain_state(v);
	size_t waiting = 0;
	int is_past = *workbench_as_of(v->wb) != '\0'; /* read in one go */
	v->pane = s->graph ? NULL : tell_row;
	int rc = is_past ? 0 : chain_load_ahead(workbench_case(v->wb), clock_steady() + VIEW_SLICE, err);
	s->is_reading = rc == 1;
	if (rc == 0 && s->graph)
		return fill_graph(v, columns, err);
	if (rc == 0) {
		chain_release(&s->chain);
		rc = chain_load(workbench_case(v->wb), workbench_as_of(v->wb), &s->chain, err);
	}
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < s->chain.org_count; i++) {
		const struct chain_org *org = &s->chain.orgs[i];
		size_t shown = 0;
		for (size_t k = 0; k < org->proposal_count; k++) {
			shown += view_chain_shows(s, &org->proposals[k]) != 0;
			waiting += org->proposals[k].status == CHAIN_OPEN && org->proposals[k].score >= CHAIN_SHOWN;
		}
		if (!shown)
			continue;
		size_t from = v->count;
		add_org_row(v, org);
		view_chain_about(v, from, i, PIVOTS);
		for (size_t k = 0; k < org->proposal_count; k++)
			if (view_chain_shows(s, &org->proposals[k]))
				add_pivot_rows(v, i, &org->proposals[k]);
		add_rejected_rows(v, i, org);
		add_contact_row(v, i, org);
	}
	if (v->count == 0) {
		view_add(v, s->is_reading ? TONE_FAINT : TONE_PLAIN, NULL,
		         s->is_reading ? _("mails, leads and parties are being read")
		                       : _("no organisation is proposed from what is on record"));
		view_chain_about(v, 0, SIZE_MAX, PIVOTS);
	}
	view_head(v, xasprintf(P_("%zu proposal to decide", "%zu proposals to decide", waiting), waiting),
	          s->is_reading ? chain_load_percent(workbench_case(v->wb)) : -1);
	add_rest_rows(v);
	return 0;
}

static int begin_chain_at(struct view *v, const char *label);

static int work(struct view *v, double deadline, int *show)
{
	struct chain_state *s = view_chain_state(v);
	struct err err = ERR_INIT;
	char wanted[LABEL_TEXT];
	if (!s->is_reading)
		return -1;
	int rc = chain_load_ahead(workbench_case(v->wb), deadline, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	s->is_reading = rc == 1;
	*show = rc <= 0 || view_may_tell(&s->told_at);
	if (*show)
		view_stale(v); /* its heading, or its rows */
	memcpy(wanted, s->wanted, sizeof wanted);
	if (rc == 0 && *wanted) {
		*s->wanted = '\0';
		begin_chain_at(v, wanted);
	}
	return rc == 1 ? 0 : -1;
}

/* The organisation under the cursor; NULL: none, which is told. */
static const struct chain_org *view_chain_org(struct view *v, enum chain_pivot *pivot)
{
	struct chain_state *s = view_chain_state(v);
	size_t org = v->selected < v->count && !s->graph && s->rows ? s->rows[v->selected].org : SIZE_MAX;
	if (org >= s->chain.org_count) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("choose an organisation first"));
		return NULL;
	}
	*pivot = s->rows[v->selected].pivot;
	return &s->chain.orgs[org];
}

/* The labels, a line each, as they went on record. */
static void view_chain_tell_record(struct view *v, struct buf *labels)
{
	for (char *c = labels->data; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	workbench_tell(v->wb, TONE_GOOD, _("on record: %s"), labels->data);
}

/* What is to be done with the organisation, with a reason. */
struct view_chain_decision {
	struct workbench *wb;
	const char *verb;
	char *who; /* the view may be made anew while it is asked */
	enum chain_pivot pivot;
	struct buf labels; /* that are on record then, a line each */
};

static int decide_with_reason(void *ctx, const char *reason, struct err *err)
{
	struct view_chain_decision *d = ctx;
	struct case_file *c = workbench_case(d->wb);
	struct chain chain;
	int rc = -1;
	buf_clear(&d->labels);
	if (chain_load(c, NULL, &chain, err) < 0)
		return -1;
	const struct chain_org *org = chain_find(&chain, d->who, err);
	if (org && strcmp(d->verb, "reopen") == 0)
		rc = chain_reopen(c, org, d->pivot, reason, &d->labels, err);
	else if (org)
		rc = chain_decide(c, org, d->pivot, strcmp(d->verb, "confirm") == 0 ? CHAIN_CONFIRMED : CHAIN_REJECTED,
		                  reason, &d->labels, err);
	chain_release(&chain);
	return rc;
}

static void view_chain_decide(struct view *v, const char *verb)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	if (!org)
		return;
	struct view_chain_decision d = {
	    .wb = v->wb, .verb = verb, .who = xstrdup(org->who), .pivot = pivot, .labels = BUF_INIT};
	char *draft = xasprintf("chain:%s:%s", verb, d.who);
	char *asked = strcmp(verb, "confirm") == 0  ? xasprintf(_("Confirm %s; reason: "), d.who)
	              : strcmp(verb, "reject") == 0 ? xasprintf(_("Reject %s; reason: "), d.who)
	                                            : xasprintf(_("Decide about %s again; reason: "), d.who);
	char *safe = printable_dup(asked);
	if (draft_prompt_reason(v->wb, draft, safe, decide_with_reason, &d))
		view_chain_tell_record(v, &d.labels);
	free(safe);
	free(asked);
	free(draft);
	free(d.who);
	buf_release(&d.labels);
}

static enum redraw confirm_org(struct view *v)
{
	view_chain_decide(v, "confirm");
	return REDRAW_ALL;
}

static enum redraw reject_org(struct view *v)
{
	view_chain_decide(v, "reject");
	return REDRAW_ALL;
}

static enum redraw reopen_org(struct view *v)
{
	view_chain_decide(v, "reopen");
	return REDRAW_ALL;
}

struct chain_same_asked {
	struct workbench *wb;
	char *who; /* the view may be made anew while it is asked */
	char *other;
	struct buf labels; /* that are on record then, a line each */
};

static int check_same(void *ctx, const char *typed, struct err *err)
{
	const struct chain_same_asked *asked = ctx;
	return chain_may_be_same(workbench_case(asked->wb), asked->who, typed, err);
}

static int say_same_with_reason(void *ctx, const char *reason, struct err *err)
{
	struct chain_same_asked *asked = ctx;
	buf_clear(&asked->labels);
	return chain_say_same(workbench_case(asked->wb), asked->who, asked->other, 1, reason, &asked->labels, err);
}

static enum redraw say_same(struct view *v)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	if (!org)
		return REDRAW_ALL;
	struct chain_same_asked asked = {.wb = v->wb, .who = xstrdup(org->who), .labels = BUF_INIT};
	asked.other = draft_prompt_checked(v->wb, "chain:same", _("The same organisation as (label, domain or name): "),
	                                   check_same, &asked);
	if (asked.other &&
	    draft_prompt_reason(v->wb, "chain:same:reason", _("Reason: "), say_same_with_reason, &asked)) {
		draft_prompt_drop(v->wb, "chain:same");
		view_chain_tell_record(v, &asked.labels);
	}
	buf_release(&asked.labels);
	free(asked.other);
	free(asked.who);
	return REDRAW_ALL;
}

static enum redraw contact_org(struct view *v)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	if (org)
		chain_contact_begin(v->wb, org->party);
	return REDRAW_ALL;
}

static enum redraw take_status_on(struct view *v)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	if (org)
		chain_contact_status(v->wb, org->party);
	return REDRAW_ALL;
}

static enum redraw toggle_graph(struct view *v)
{
	view_chain_state(v)->graph ^= 1;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw toggle_all(struct view *v)
{
	view_chain_state(v)->all ^= 1;
	view_stale(v);
	return REDRAW_VIEW;
}

static int names_record(const json_t *record, const char *label)
{
	const char *field;
	const json_t *value;
	json_object_foreach((json_t *)(uintptr_t)record, field, value) {
		if (json_is(record, field, label) || json_holds(value, label))
			return 1;
	}
	return 0;
}

/* At the record's row, else at the first one about something that the record names: a contact's party, an event's mail. */
static int begin_at_or_named(struct view *v, const char *label)
{
	if (related_begin_at(v, label, "party"))
		return 1;
	json_t *record = workbench_get(v->wb, label, 0, NULL);
	size_t i = 0;
	while (record && i < v->count && !(*v->rows[i].label && names_record(record, v->rows[i].label)))
		i++;
	int found = record && i < v->count;
	if (found)
		v->selected = i;
	json_decref(record);
	return found;
}

/* What was decided is shown only where it is what was asked for. */
static int begin_chain_at(struct view *v, const char *label)
{
	struct chain_state *s = view_chain_state(v);
	if (!*label)
		return view_begin_at(v, label);
	if (begin_at_or_named(v, label))
		return 1;
	if (s->is_reading) {
		snprintf(s->wanted, sizeof s->wanted, "%s", label);
		return 0;
	}
	s->all = 1;
	view_stale(v);
	if (begin_at_or_named(v, label))
		return 1;
	s->all = 0;
	view_stale(v);
	return 0;
}

static void release_chain_view(struct view *v)
{
	struct chain_state *s = v->data;
	chain_release(&s->chain);
	free(s->rows);
	free(s);
}

/* While words are looked for, n is the next place of them. */
static const char *refuses_reject(struct view *v)
{
	return v->searching ? _("a search is under way: Esc ends it") : workbench_refuses_writing(v);
}

static const struct view_key chain_keys[] = {
    {'y', NULL, N_("confirm"), N_("confirm the pivot, or all of the organisation, with a reason"), confirm_org,
     workbench_refuses_writing},
    {'n', NULL, N_("reject"), N_("reject the pivot, or all of the organisation, with a reason"), reject_org,
     refuses_reject},
    {'o', NULL, N_("open again"), N_("take a decision back, with a reason"), reopen_org, workbench_refuses_writing},
    {'=', NULL, N_("same as"), N_("say that it is the same organisation as another"), say_same,
     workbench_refuses_writing},
    {'c', NULL, N_("contact"), N_("begin a contact with it"), contact_org, workbench_refuses_writing},
    {'g', NULL, N_("graph"), N_("the graph, or the list again"), toggle_graph, NULL},
    {'f', NULL, N_("all"), N_("decided ones too, or only what waits"), toggle_all, NULL},
    {'s', NULL, N_("status"), N_("what they found: looking, damaged, not damaged, closed"), take_status_on,
     workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_lazy chain_lazy = {.work = work};

static struct view *open_chain_view(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &chain_view, NULL);
	v->data = xcalloc(1, sizeof(struct chain_state));
	v->lazy = &chain_lazy;
	return v;
}

const struct view_ops chain_view = {.name = "chain",
                                    .title = N_("Chain"),
                                    .searched = 1,
                                    .fill = fill_chain,
                                    .keys = chain_keys,
                                    .begin_at = begin_chain_at,
                                    .release = release_chain_view,
                                    .open = open_chain_view};
