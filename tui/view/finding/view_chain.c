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
#include "finding/chain/chain_decide.h"
#include "outward/report/chain_flow.h"
#include "tui/list/related.h"
#include "tui/view/finding/chain_contact.h"
#include "tui/view/finding/chain_same.h"
#include "tui/view/finding/chain_view.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

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
		chain_rows_text(v, "", xstrdup(_("no organisation is proposed from what is on record")), TONE_FAINT);
	}
	for (const char *line = drawing.data; *line;) {
		size_t n = strcspn(line, "\n");
		chain_rows_text(v, "", xasprintf(" %.*s", (int)n, line), TONE_PLAIN);
		line += n + (line[n] == '\n');
	}
	for (size_t i = 0; i < f.act_count; i++) {
		chain_rows_text(v, f.acts[i].label, xasprintf(" %s", f.acts[i].line), TONE_PLAIN);
		if (f.acts[i].about)
			chain_rows_are_about(v, f.acts[i].about - 1, (enum chain_pivot)f.acts[i].aspect);
	}
	buf_release(&drawing);
	flow_release(&f);
	return 0;
}

/* The chain of another commit is worked out in one go, and kept while it is shown. */
static int load_past(struct chain_state *s, struct view *v, struct err *err)
{
	const char *commit = workbench_as_of(v->wb);
	chain_let_go(s->chain);
	s->chain = NULL;
	if (strcmp(s->past_of, commit) == 0)
		return 0;
	chain_release(&s->past);
	*s->past_of = '\0';
	if (chain_load(workbench_case(v->wb), commit, &s->past, err) < 0)
		return -1;
	snprintf(s->past_of, sizeof s->past_of, "%s", commit);
	return 0;
}

static int load_now(struct chain_state *s, struct view *v, struct err *err)
{
	chain_release(&s->past);
	*s->past_of = '\0';
	int rc = chain_load_ahead(workbench_case(v->wb), clock_steady() + VIEW_SLICE, err);
	s->is_reading = rc == 1;
	if (rc)
		return rc < 0 ? -1 : 0;
	chain_let_go(s->chain);
	s->chain = chain_hold(workbench_case(v->wb), err);
	return s->chain ? 0 : -1;
}

static int is_cut(struct view *v, size_t i, struct row *row)
{
	free(row->text);
	*row = (struct row){.text = NULL};
	if (i < v->count)
		view_row(v, i, row);
	return row->text && text_width(row->text) > (size_t)v->columns;
}

/* The row under the cursor in full: reasons are longer than a screen is wide. On an organisation or its pivot it is the first
 * reason below, which is what one decides on. */
static void tell_row(struct view *v)
{
	struct row row = {.text = NULL};
	struct buf lines = BUF_INIT;
	const struct chain_row *rows = view_chain_state(v)->rows;
	size_t at = v->selected;
	int is_above = rows && at < v->count && (rows[at].is == CHAIN_ROW_ORG || rows[at].is == CHAIN_ROW_PIVOT);
	while (!is_cut(v, at, &row) && is_above && at + 1 < v->count && rows[at + 1].org == rows[v->selected].org)
		at++;
	const char *text = row.text ? row.text : "";
	if (text_width(text) > (size_t)v->columns)
		text_wrap(&lines, text + strspn(text, " "), v->columns > 20 ? (size_t)v->columns - 2 : 18, 0);
	for (const char *line = lines.data; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *one = xasprintf(" %.*s", (int)strcspn(line, "\n"), line);
		view_pane_line(v, row.tone, one);
		free(one);
	}
	free(row.text);
	buf_release(&lines);
}

static int fill_chain(struct view *v, int columns, struct err *err)
{
	struct chain_state *s = view_chain_state(v);
	int is_past = *workbench_as_of(v->wb) != '\0';
	v->pane = s->graph ? NULL : tell_row;
	chain_rows_clear(v);
	s->is_reading = 0;
	if ((is_past ? load_past(s, v, err) : load_now(s, v, err)) < 0)
		return -1;
	if (s->graph && !s->is_reading)
		return fill_graph(v, columns, err);
	size_t waiting = chain_rows_fill(v);
	view_head(v, xasprintf(P_("%zu proposal to decide", "%zu proposals to decide", waiting), waiting),
	          s->is_reading ? chain_load_percent(workbench_case(v->wb)) : -1);
	return 0;
}

static int begin_chain_at(struct view *v, const char *labels);

/* The cursor stays on what was decided, which is called otherwise now: a domain has become a party. */
static void go_to_decided(struct view *v)
{
	struct chain_state *s = view_chain_state(v);
	view_refresh(v);
	if (!*s->decided || s->is_reading || s->graph)
		return;
	size_t row = chain_rows_of_decision(v, s->decided, s->decided_whole);
	*s->decided = '\0';
	if (row < v->count)
		v->selected = row;
}

static int work(struct view *v, double deadline, int *show)
{
	struct chain_state *s = view_chain_state(v);
	struct err err = ERR_INIT;
	char wanted[VIEW_LABELS];
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
	if (rc == 0 && *s->decided)
		go_to_decided(v);
	return rc == 1 ? 0 : -1;
}

/* The organisation under the cursor; NULL: none, which is told. */
static const struct chain_org *view_chain_org(struct view *v, enum chain_pivot *pivot)
{
	struct chain_state *s = view_chain_state(v);
	const struct chain *chain = view_chain_of(v);
	size_t org = v->selected < v->count && s->rows ? s->rows[v->selected].org : SIZE_MAX;
	if (org >= chain->org_count) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               s->graph ? _("choose a line below the picture first; g goes back to the list")
		                        : _("choose an organisation first"));
		return NULL;
	}
	*pivot = s->rows[v->selected].pivot;
	return &chain->orgs[org];
}

/* What went on record, a label a line, is what was judged here; the cursor goes to its first decision. */
static void keep_decided(struct view *v, const char *labels, int whole)
{
	struct chain_state *s = view_chain_state(v);
	*s->decided = '\0';
	for (const char *at = labels; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		char *label = xstrndup(at, strcspn(at, "\n"));
		workbench_judged(v->wb, label);
		if (!*s->decided && kind_of_label(label) == kind_find("pivot"))
			snprintf(s->decided, sizeof s->decided, "%s", label);
		free(label);
	}
	s->decided_whole = whole;
	go_to_decided(v);
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

static enum chain_status status_of(const char *verb)
{
	return strcmp(verb, "confirm") == 0 ? CHAIN_CONFIRMED : CHAIN_REJECTED;
}

static int view_chain_may_decide(struct workbench *wb, const struct chain_org *org, enum chain_pivot pivot,
                                 const char *verb, struct err *err)
{
	return strcmp(verb, "reopen") == 0 ? chain_may_reopen(workbench_case(wb), org, pivot, err)
	                                   : chain_may_decide(org, pivot, status_of(verb), err);
}

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
		rc = chain_decide(c, org, d->pivot, status_of(d->verb), reason, &d->labels, err);
	chain_release(&chain);
	return rc;
}

static void view_chain_decide(struct view *v, const char *verb)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	struct err err = ERR_INIT;
	if (!org)
		return;
	if (view_chain_may_decide(v->wb, org, pivot, verb, &err) < 0) { /* before a reason is asked for */
		workbench_tell_error(v->wb, &err);
		return;
	}
	struct view_chain_decision d = {
	    .wb = v->wb, .verb = verb, .who = xstrdup(org->who), .pivot = pivot, .labels = BUF_INIT};
	char *draft = xasprintf("chain:%s:%s", verb, d.who);
	char *asked = strcmp(verb, "confirm") == 0  ? xasprintf(_("Confirm %s; reason: "), d.who)
	              : strcmp(verb, "reject") == 0 ? xasprintf(_("Reject %s; reason: "), d.who)
	                                            : xasprintf(_("Decide about %s again; reason: "), d.who);
	char *safe = printable_dup(asked);
	if (draft_prompt_reason(v->wb, draft, safe, decide_with_reason, &d)) {
		keep_decided(v, d.labels.data, pivot == PIVOTS);
		view_chain_tell_record(v, &d.labels);
	}
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

static enum redraw say_same(struct view *v)
{
	enum chain_pivot pivot;
	const struct chain_org *org = view_chain_org(v, &pivot);
	struct buf labels = BUF_INIT;
	if (org && chain_same_ask(v->wb, view_chain_of(v), org, &labels))
		view_chain_tell_record(v, &labels);
	buf_release(&labels);
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
	if (view_chain_state(v)->graph) /* elsewhere it is the key of the first row */
		workbench_tell(v->wb, TONE_PLAIN, "%s",
		               _("the graph: g or Esc goes back to the list, Home to the first row"));
	return REDRAW_VIEW;
}

/* From the picture to the list. */
static int back_to_list(struct view *v)
{
	if (!view_chain_state(v)->graph)
		return 0;
	toggle_graph(v);
	return 1;
}

static enum redraw toggle_all(struct view *v)
{
	view_chain_state(v)->all ^= 1;
	view_forget_judged(v);
	view_stale(v);
	return REDRAW_VIEW;
}

/* The labels, and other texts, that the record names. */
static json_t *named_by(const json_t *record)
{
	json_t *names = json_object();
	const char *field;
	const json_t *value;
	size_t i;
	json_t *member;
	json_object_foreach((json_t *)(uintptr_t)record, field, value) {
		if (json_is_string(value))
			json_object_set_new(names, json_string_value(value), json_true());
		json_array_foreach(value, i, member)
			if (json_is_string(member))
				json_object_set_new(names, json_string_value(member), json_true());
	}
	return names;
}

/* At the record's row, else at the first one about something that the record names: a contact's party, an event's mail. */
static int begin_at_or_named(struct view *v, const char *labels)
{
	char label[LABEL_TEXT];
	if (related_begin_at(v, labels, "party"))
		return 1;
	related_next(&labels, label);
	json_t *record = workbench_get(v->wb, label, 0, NULL);
	json_t *names = named_by(record);
	size_t i = 0;
	while (i < v->count && !(*chain_rows_label(v, i) && json_object_get(names, chain_rows_label(v, i))))
		i++;
	int found = record && i < v->count;
	if (found)
		v->selected = i;
	json_decref(names);
	json_decref(record);
	return found;
}

/* What was decided is shown only where it is what was asked for. */
static int begin_chain_at(struct view *v, const char *labels)
{
	struct chain_state *s = view_chain_state(v);
	if (!*labels)
		return view_begin_at(v, labels);
	if (begin_at_or_named(v, labels))
		return 1;
	if (s->is_reading) {
		snprintf(s->wanted, sizeof s->wanted, "%s", labels);
		return 0;
	}
	s->all = 1;
	view_stale(v);
	if (begin_at_or_named(v, labels))
		return 1;
	s->all = 0;
	view_stale(v);
	related_tell_none(v, labels);
	return 0;
}

/* The row's record, and the organisation that it stands below. */
static void about_chain_row(struct view *v, struct buf *out)
{
	const struct chain_state *s = view_chain_state(v);
	const struct chain *chain = view_chain_of(v);
	size_t org = v->selected < v->count && s->rows ? s->rows[v->selected].org : SIZE_MAX;
	buf_addf(out, "%s ", view_label(v));
	if (org < chain->org_count)
		buf_addf(out, "%s ", chain->orgs[org].party);
}

/* What it holds goes with the lock. */
static void forget_chain_view(struct view *v)
{
	struct chain_state *s = view_chain_state(v);
	chain_rows_clear(v);
	chain_let_go(s->chain);
	s->chain = NULL;
	chain_release(&s->past);
	*s->past_of = '\0';
}

static void release_chain_view(struct view *v)
{
	struct chain_state *s = v->data;
	forget_chain_view(v);
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
    {'=', NULL, N_("same as"), N_("say that it is the same organisation as another, or as a new one"), say_same,
     workbench_refuses_writing},
    {'c', NULL, N_("contact"), N_("begin a contact with it"), contact_org, workbench_refuses_writing},
    {'g', NULL, N_("graph"), N_("the graph, or the list again"), toggle_graph, NULL},
    {'f', NULL, N_("all"), N_("decided ones too, or only what waits"), toggle_all, NULL},
    {'s', NULL, N_("status"), N_("what they found: looking, damaged, not damaged, closed"), take_status_on,
     workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_lazy chain_lazy = {.row = chain_rows_row, .label = chain_rows_label, .work = work};

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
                                    .back = back_to_list,
                                    .begin_at = begin_chain_at,
                                    .about = about_chain_row,
                                    .release = release_chain_view,
                                    .forget = forget_chain_view,
                                    .open = open_chain_view};
