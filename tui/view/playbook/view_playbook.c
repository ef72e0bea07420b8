/* The Playbook view: the open runs, the current step in full, and the keys that record what became of it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "tui/view/playbook/recorded_steps.h"
#include "tui/view/playbook/step.h"
#include "tui/view/playbook/steps_pane.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define PROSE_CELLS 91 /* of the step that is worked on; the other steps stand beside it */

struct playing {
	char label[LABEL_TEXT]; /* of the run shown; "": none is open */
	struct run run;
	int loaded;
	size_t which; /* of the steps that wait */
	size_t runs;  /* that are open */
};

static void unload(struct playing *p)
{
	if (p->loaded)
		run_release(&p->run);
	p->loaded = 0;
}

static const struct waiting *current(const struct playing *p)
{
	return p->loaded && p->which < p->run.waiting_count ? &p->run.waiting[p->which] : NULL;
}

/* ---- what is shown */

static void add_labelled(struct view *v, enum tone tone, const char *name, const char *text)
{
	struct buf line = BUF_INIT;
	if (!*text)
		return;
	buf_addf(&line, "%s: %s", name, text);
	view_add_text(v, tone, NULL, line.data, 2);
	buf_release(&line);
}

static void add_needs(struct view *v, const struct playing *p, const struct waiting *w)
{
	size_t i;
	json_t *one;
	json_t *asked = run_requirements(w);
	size_t count = json_array_size(asked);
	const char **values = xcalloc(count + 1, sizeof *values);
	json_t *draft = step_draft_values(v->wb, &p->run, w, values, count);
	json_t *needs = step_needs(v->wb, &p->run, w, asked, values);
	if (json_array_size(needs) > 0) {
		view_add(v, TONE_PLAIN, NULL, "");
		view_addf(v, TONE_HEADING, NULL, " %s", _("To be on record before it is done"));
	}
	json_array_foreach(needs, i, one) {
		struct buf line = BUF_INIT;
		enum tone tone = step_need_row(v->wb, json_object_get(p->run.record, "on"), one, values[i], &line);
		view_add_text(v, tone, NULL, line.data, 2);
		buf_release(&line);
	}
	json_decref(needs);
	json_decref(draft);
	json_decref(asked);
	free(values);
}

/* What would be lost now stands above everything else of the step. */
static void add_warnings(struct view *v, const struct playing *p, const struct waiting *w)
{
	struct buf lines = BUF_INIT;
	run_warnings(workbench_case(v->wb), &p->run, w, &lines);
	for (char *line = lines.data; *line;) {
		size_t n = strcspn(line, "\n");
		char *one = xasprintf("!! %.*s", (int)n, line);
		view_add_text(v, TONE_ALARM, NULL, one, 1);
		free(one);
		line += n + (line[n] == '\n');
	}
	buf_release(&lines);
}

/* Instructions; commands that are only offered; what those that were run said. */
static void add_commands(struct view *v, const struct playing *p, const struct waiting *w)
{
	struct buf text = BUF_INIT;
	const char *about;
	const char *type;
	for (size_t i = 0; run_instruction(&p->run, w, i, &text, &type) == 0; i++) {
		add_labelled(v, TONE_PLAIN, strcmp(type, "manual") == 0 ? _("To do") : type, text.data);
		buf_clear(&text);
	}
	for (size_t i = 0; run_offer(&p->run, w, i, &text, &about) == 0; i++) {
		add_labelled(v, TONE_HEADING, _("Offered, not run (o shows it)"), *about ? about : text.data);
		buf_clear(&text);
	}
	json_t *outputs = run_outputs(workbench_case(v->wb), &p->run, w);
	size_t k;
	json_t *label;
	json_array_foreach(outputs, k, label)
		buf_addf(&text, "%s%s", k ? _(", ") : "", json_string_value(label));
	add_labelled(v, TONE_GOOD, _("Run; what it said goes with the step"), text.data);
	json_decref(outputs);
	buf_release(&text);
}

static void add_step(struct view *v, const struct playing *p, const struct waiting *w)
{
	size_t i;
	json_t *text;
	const char *name = playbook_text(json_object_get(w->step, "name"));
	const char *phase = playbook_text(playbook_step_extra(w->step, "phase"));
	struct buf line = BUF_INIT;
	add_warnings(v, p, w);
	buf_addf(&line, " %s %s", w->what == WAITING_ACTION ? "▶" : "?", *name ? name : w->id);
	if (*phase)
		buf_addf(&line, "   (%s)", phase);
	view_add(v, TONE_HEADING, NULL, line.data);
	buf_clear(&line);
	run_expand(&p->run, w, playbook_text(json_object_get(w->step, "description")), &line);
	view_add_text(v, TONE_PLAIN, NULL, line.data, 2);
	buf_release(&line);
	view_add(v, TONE_PLAIN, NULL, "");
	json_array_foreach(playbook_step_extra(w->step, "warnings"), i, text)
		add_labelled(v, TONE_ALARM, _("! Warning"), playbook_text(text));
	add_labelled(v, TONE_PLAIN, _("Why"), playbook_text(playbook_step_extra(w->step, "why")));
	add_commands(v, p, w);
	if (w->what == WAITING_QUESTION)
		view_addf(v, TONE_ATTENTION, NULL, "  %s", _("Answer: y yes · N no"));
	else if (w->what == WAITING_CHOICE)
		view_addf(v, TONE_ATTENTION, NULL, "  %s", _("Answer: Enter shows the choices"));
	add_needs(v, p, w);
}

/* Steps that wait beside the current one: the branches of a parallel. */
static void add_others(struct view *v, const struct playing *p)
{
	if (p->run.waiting_count < 2)
		return;
	view_addf(v, TONE_HEADING, NULL,
	          P_(" %zu step waits", " %zu steps wait, in any order (Tab: the next one)",
	             (unsigned long long)p->run.waiting_count),
	          p->run.waiting_count);
	for (size_t i = 0; i < p->run.waiting_count; i++) {
		const char *name = playbook_text(json_object_get(p->run.waiting[i].step, "name"));
		view_addf(v, TONE_PLAIN, NULL, "  %s %s", i == p->which ? ">" : " ",
		          *name ? name : p->run.waiting[i].id);
	}
	view_add(v, TONE_PLAIN, NULL, "");
}

static void add_heading(struct view *v, const struct playing *p)
{
	struct buf line = BUF_INIT;
	char *title = record_title(p->run.record);
	size_t i;
	json_t *on;
	buf_addf(&line, "%s  %s", p->run.label, title);
	json_array_foreach(json_object_get(p->run.record, "on"), i, on) {
		json_t *asset = record_get(workbench_case(v->wb), json_string_value(on), RECORD_RAW, NULL);
		char *name = asset ? record_title(asset) : xstrdup("");
		buf_addf(&line, "%s%s %s", i ? _(", ") : " → ", json_string_value(on), name);
		free(name);
		json_decref(asset);
	}
	if (current(p)) {
		buf_adds(&line, " · ");
		steps_place(&p->run, current(p), &line);
	}
	if (p->runs > 1)
		buf_addf(&line, P_("   (%zu run is open: r)", "   (%zu runs are open: r)", (unsigned long long)p->runs),
		         p->runs);
	v->heading = buf_take(&line, NULL);
	free(title);
}

static int is_abandoned(const struct playing *p)
{
	const char *state = json_get_string(p->run.record, "state");
	return state && strcmp(state, "abandoned") == 0;
}

static void add_paused(struct view *v, const struct playing *p)
{
	const char *reason = json_get_string(p->run.record, "reason");
	struct buf line = BUF_INIT;
	if (!runs_is_paused(&p->run))
		return;
	buf_addf(&line, _("‖ Paused: %s (z goes on)"), reason ? reason : "");
	view_add_text(v, TONE_ATTENTION, NULL, line.data, 1);
	buf_release(&line);
}

static void add_playbooks(struct view *v)
{
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct playbook *book = playbook_find(playbook_builtin_name(i), NULL);
		view_addf(v, TONE_PLAIN, NULL, "   %-12s  %s", playbook_builtin_name(i),
		          book ? playbook_text(json_object_get(book->tree, "name")) : "");
		playbook_free(book);
	}
}

static void pane(struct view *v)
{
	const struct playing *p = v->data;
	if (p->loaded)
		steps_pane(v, &p->run, current(p));
}

static int fill_playbook(struct view *v, int columns, struct err *err)
{
	struct playing *p = v->data;
	(void)columns;
	unload(p);
	v->pane = NULL;
	json_t *labels = run_open_labels(workbench_case(v->wb), err);
	if (!labels)
		return -1;
	p->runs = json_array_size(labels);
	if (!*p->label && p->runs > 0)
		snprintf(p->label, sizeof p->label, "%s", json_string_value(json_array_get(labels, 0)));
	json_decref(labels);
	if (!*p->label) {
		view_add(v, TONE_PLAIN, NULL, _(" No playbook is running. P starts one:"));
		add_playbooks(v);
		return 0;
	}
	if (run_load(workbench_case(v->wb), p->label, &p->run, err) < 0)
		return -1;
	p->loaded = 1;
	if (p->which >= p->run.waiting_count)
		p->which = 0;
	view_pane_beside(v, PROSE_CELLS);
	v->pane = v->side ? pane : NULL;
	add_heading(v, p);
	add_others(v, p);
	add_paused(v, p);
	runs_tell_awaiting(v, &p->run);
	if (current(p))
		add_step(v, p, current(p));
	else if (is_abandoned(p))
		view_addf(v, TONE_ATTENTION, NULL, " %s", _("This run is abandoned. a shows what was done."));
	else
		view_add_text(v, TONE_GOOD, NULL,
		              _("This playbook is finished. a shows what was done, P starts another, r shows the next "
		                "open run."),
		              1);
	recorded_steps_add(v, &p->run);
	return 0;
}

/* ---- keys */

static const char *refuses_run(struct view *v)
{
	const struct playing *p = v->data;
	if (!p->loaded)
		return _("no playbook is running: P starts one");
	if (p->run.waiting_count == 0 || is_abandoned(p))
		return _("this run is over");
	return workbench_refuses_writing(v);
}

static const char *refuses_report(struct view *v)
{
	return ((const struct playing *)v->data)->loaded ? NULL : _("no playbook is running: P starts one");
}

static const char *refuses_step(struct view *v)
{
	const struct playing *p = v->data;
	if (!current(p))
		return *p->label ? _("this run has no step that waits") : _("no playbook is running: P starts one");
	if (runs_is_paused(&p->run))
		return _("this run is paused: z goes on");
	if (is_abandoned(p))
		return _("this run is over");
	return workbench_refuses_writing(v);
}

static const char *refuses_answer(struct view *v)
{
	const char *why = refuses_step(v);
	if (!why && current(v->data)->what != WAITING_QUESTION)
		why = _("this step is no question: Enter records it");
	return why;
}

static const char *refuses_done(struct view *v)
{
	const char *why = refuses_step(v);
	if (!why && current(v->data)->what != WAITING_ACTION)
		why = _("this step is a question");
	return why;
}

static const char *refuses_choice(struct view *v)
{
	const char *why = refuses_step(v);
	if (!why && current(v->data)->what == WAITING_ACTION)
		why = _("this step is no question: Enter records it");
	return why;
}

/* Enter, where no playbook is running. */
static const char *refuses_start(struct view *v)
{
	return *((const struct playing *)v->data)->label ? _("a playbook is running: P starts another")
	                                                 : workbench_refuses_writing(v);
}

static enum redraw choose_answer(struct view *v)
{
	struct playing *p = v->data;
	struct waiting w = *current(p); /* the run is loaded anew when somebody records a step meanwhile */
	char run[LABEL_TEXT];
	json_t *step = json_deep_copy(w.step);
	const char *names[64];
	const char *shown[64];
	char *labels[64] = {NULL}; /* of those that are made here */
	size_t count = 0;
	const char *key;
	json_t *to;
	snprintf(run, sizeof run, "%s", p->run.label);
	if (w.what == WAITING_QUESTION) { /* Enter twice, by a slip, answers nothing */
		names[count] = NULL, shown[count++] = "—";
		names[count] = "yes", shown[count++] = _("yes (y)");
		names[count] = "no", shown[count++] = _("no (N)");
	}
	json_object_foreach(json_object_get(step, "cases"), key, to)
		if (count < sizeof names / sizeof *names) {
			const char *label = run_answer_text(p->run.playbook, w.id, key);
			names[count] = key; /* the word that the playbook's text explains */
			labels[count] = label == key ? xstrdup(key) : xasprintf("%s (%s)", label, key);
			shown[count] = labels[count];
			count++;
		}
	int chosen = prompt_choice(v->wb, playbook_text(json_object_get(step, "name")), shown, count, 0, NULL);
	for (size_t i = 0; i < count; i++)
		free(labels[i]);
	if (chosen >= 0 && names[chosen]) {
		struct err err = ERR_INIT;
		struct step_outcome what = {.outcome = OUTCOME_DONE, .answer = names[chosen]};
		if (runs_record(v->wb, run, w.invocation, &what, &err) < 0)
			workbench_tell_error(v->wb, &err);
		view_stale(v);
	}
	json_decref(step);
	return REDRAW_ALL;
}

/* Done: at once if nothing is missing, else by the form of what is. */
static enum redraw do_step(struct view *v)
{
	struct playing *p = v->data;
	const struct waiting *w = current(p);
	struct buf missing = BUF_INIT;
	run_missing(workbench_case(v->wb), &p->run, w, &missing);
	if (missing.len > 0) {
		workbench_push(v->wb, view_step(v->wb, p->label, w->invocation));
	} else {
		struct step_outcome what = {.outcome = OUTCOME_DONE};
		step_record(v->wb, &p->run, w, &what);
		view_stale(v);
	}
	buf_release(&missing);
	return REDRAW_ALL;
}

static void answer(struct view *v, const char *text)
{
	struct playing *p = v->data;
	struct step_outcome what = {.outcome = OUTCOME_DONE, .answer = text};
	step_record(v->wb, &p->run, current(p), &what);
	view_stale(v);
}

static enum redraw answer_yes(struct view *v)
{
	answer(v, "yes");
	return REDRAW_ALL;
}

static enum redraw answer_no(struct view *v)
{
	answer(v, "no");
	return REDRAW_ALL;
}

static void end_otherwise(struct view *v, enum outcome outcome, const char *question)
{
	struct playing *p = v->data;
	runs_end_step(v->wb, p->run.label, current(p)->invocation, outcome, question);
	view_stale(v);
}

static enum redraw fail_step(struct view *v)
{
	end_otherwise(v, OUTCOME_FAILED, _("Failed, because: "));
	return REDRAW_ALL;
}

static enum redraw skip_step(struct view *v)
{
	end_otherwise(v, OUTCOME_SKIPPED, _("Skipped, because: "));
	return REDRAW_ALL;
}

static enum redraw step_not_applicable(struct view *v)
{
	end_otherwise(v, OUTCOME_NOT_APPLICABLE, _("Not applicable, because: "));
	return REDRAW_ALL;
}

static enum redraw next_step(struct view *v)
{
	struct playing *p = v->data;
	if (p->loaded && p->run.waiting_count > 0)
		p->which = (p->which + 1) % p->run.waiting_count;
	v->selected = v->top = 0;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw next_run(struct view *v)
{
	struct playing *p = v->data;
	if (!runs_choose(v->wb, p->label))
		return REDRAW_VIEW;
	p->which = 0;
	v->selected = v->top = 0;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw fill_form(struct view *v)
{
	struct playing *p = v->data;
	if (current(p)->what == WAITING_ACTION)
		workbench_push(v->wb, view_step(v->wb, p->label, current(p)->invocation));
	else
		choose_answer(v);
	return REDRAW_ALL;
}

static const char *refuses_offer(struct view *v)
{
	const struct playing *p = v->data;
	const char *why = refuses_step(v);
	struct buf command = BUF_INIT;
	if (!why && run_offer(&p->run, current(p), 0, &command, NULL) < 0)
		why = _("this step offers no command");
	buf_release(&command);
	return why;
}

static enum redraw show_offer(struct view *v)
{
	struct playing *p = v->data;
	workbench_push(v->wb, view_offer(v->wb, p->label, current(p)->invocation));
	return REDRAW_ALL;
}

static enum redraw pause_or_resume(struct view *v)
{
	struct playing *p = v->data;
	if (runs_is_paused(&p->run))
		runs_resume(v->wb, p->label);
	else
		runs_pause(v->wb, p->label);
	view_stale(v);
	return REDRAW_ALL;
}

static enum redraw view_playbook_abandon(struct view *v)
{
	struct playing *p = v->data;
	runs_abandon(v->wb, p->label);
	view_stale(v);
	return REDRAW_ALL;
}

static enum redraw show_report(struct view *v)
{
	runs_report(v->wb, &((struct playing *)v->data)->run);
	return REDRAW_ALL;
}

static enum redraw view_playbook_start(struct view *v)
{
	workbench_show(v->wb, "start", "");
	return REDRAW_ALL;
}

static void release_playing(struct view *v)
{
	unload(v->data);
	free(v->data);
}

static const struct view_key playbook_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("done"), N_("record the step done; asks for what is missing"), do_step, refuses_done},
    {KEY_RETURN, N_("Enter"), N_("answer"), N_("choose the answer"), choose_answer, refuses_choice},
    {KEY_RETURN, N_("Enter"), N_("start"), N_("start a playbook"), view_playbook_start, refuses_start},
    {'d', NULL, NULL, N_("record the step done; asks for what is missing"), do_step, refuses_done},
    {'y', NULL, N_("yes"), N_("answer the question: yes"), answer_yes, refuses_answer},
    {'N', NULL, N_("no"), N_("answer the question: no"), answer_no, refuses_answer},
    {'F', NULL, N_("failed"), N_("the step failed, with the reason"), fail_step, refuses_step},
    {'s', NULL, N_("skip"), N_("skip the step, with the reason"), skip_step, refuses_step},
    {'-', NULL, N_("n.a."), N_("the step does not apply, with the reason"), step_not_applicable, refuses_step},
    {'\t', N_("Tab"), NULL, N_("the next of several steps that wait"), next_step, NULL},
    {'e', NULL, N_("form"), N_("the step's form, also for what need not be recorded"), fill_form, refuses_step},
    {'o', NULL, N_("command"), N_("the command that this step offers: shown whole, run only if you say yes"),
     show_offer, refuses_offer},
    {'r', NULL, N_("run"), N_("another open run"), next_run, NULL},
    {'a', NULL, N_("account"), N_("what was done in this run, when and by whom"), show_report, refuses_report},
    {'z', NULL, NULL, N_("pause the run, with the reason; or go on with it"), pause_or_resume, refuses_run},
    {'X', NULL, NULL, N_("abandon the run, with the reason"), view_playbook_abandon, refuses_run},
    {'P', NULL, N_("start"), N_("start a playbook"), view_playbook_start, workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_playbook(struct workbench *wb, const char *run)
{
	struct view *v = view_new(wb, &playbook_view, NULL);
	struct playing *p = xcalloc(1, sizeof *p);
	if (run)
		snprintf(p->label, sizeof p->label, "%.31s", run);
	v->data = p;
	return v;
}

const struct view_ops playbook_view = {.name = "playbook",
                                       .title = N_("Playbook"),
                                       .is_of_now = 1,
                                       .text = 1,
                                       .fill = fill_playbook,
                                       .release = release_playing,
                                       .keys = playbook_keys,
                                       .open = open_playbook};
