/*
 * A command that a step offers: shown whole, run only when the person says yes,
 * on this machine, and what it said is evidence on record.
 *
 * A playbook is data from outside. Nothing here runs without having been on the
 * screen to its last line.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "evidence/capture/capture.h"
#include "tui/command/command.h"
#include "tui/view/playbook/step.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct offer {
	char run[LABEL_TEXT];
	char invocation[INVOCATION_TEXT];
	char *command; /* as the shell gets it */
	char *line;    /* of genba's own: as it stands behind `:`; else NULL */
	int starts;    /* another program, with the person's rights */
	char *about;
	json_t *assets;
	size_t end; /* rows; 0: not filled yet */
};

static int fill_offer(struct view *v, int columns, struct err *err)
{
	struct offer *o = v->data;
	(void)columns;
	(void)err;
	view_add_text(
	    v, TONE_PLAIN, NULL,
	    !o->starts
	        ? _("The playbook offers this command of genba, which works on this case. What it puts on record goes "
	            "with the step.")
	        : _("The playbook offers this command for your own machine, not for the one that you examine. It runs "
	            "with your rights. What it prints becomes evidence and goes with the step."),
	    1);
	view_add(v, TONE_PLAIN, NULL, "");
	view_add_text(v, TONE_ATTENTION, NULL, o->command, 2);
	view_add(v, TONE_PLAIN, NULL, "");
	if (*o->about) {
		view_add_text(v, TONE_PLAIN, NULL, o->about, 1);
		view_add(v, TONE_PLAIN, NULL, "");
	}
	view_add_text(v, TONE_HEADING, NULL,
	              !o->starts ? _("Enter puts it into the line below, where it can be changed; Enter there runs it.")
	                         : _("Enter asks once more. Esc: it does not run."),
	              1);
	o->end = v->count;
	return 0;
}

static const char *refuses_running(struct view *v)
{
	const struct offer *o = v->data;
	if (v->top + (size_t)workbench_height(v->wb) < o->end)
		return _("there is more of it below: read it to its end first");
	return workbench_refuses_writing(v);
}

/* What it said is on record, and what the step lacks all the same. */
static void tell_captured(struct workbench *wb, const struct run *run, const struct waiting *w,
                          const struct preserved *done)
{
	struct buf lacks = BUF_INIT;
	char *said = done->note.len > 0
	                 ? xasprintf(_("%s is on record; %.*s"), done->label, (int)strcspn(done->note.data, "\n"),
	                             done->note.data)
	                 : xasprintf(_("%s is on record: what the command said, for this step"), done->label);
	if (step_lacks(wb, run, w, &lacks))
		workbench_tell(wb, TONE_ATTENTION, _("%s; this does not suffice for the step, still missing: %s"), said,
		               lacks.data);
	else
		workbench_tell(wb, done->note.len > 0 ? TONE_ATTENTION : TONE_GOOD,
		               _("%s; nothing is missing for the step now"), said);
	free(said);
	buf_release(&lacks);
}

/* Captures it and puts down that it belongs to the step. */
static int capture(struct view *v, const struct waiting *w, const struct run *run, const char *asset)
{
	struct offer *o = v->data;
	struct err err = ERR_INIT;
	char shell[] = "bash";
	char option[] = "-c";
	char *argv[] = {shell, option, o->command, NULL};
	struct capture_options options = {
	    .argv = argv, .on = *asset ? asset : NULL, .progress = &workbench_session(v->wb)->progress};
	struct preserved done;
	int rc = evidence_capture(workbench_case(v->wb), &options, &done, &err);
	if (rc == 0)
		rc = run_keep_output(workbench_case(v->wb), run, w, done.label, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	else
		tell_captured(v->wb, run, w, &done);
	preserved_release(&done);
	return rc;
}

/* The line, on the asset that is chosen where the run is on several. NULL: left. */
static char *line_on_asset(struct workbench *wb, const struct offer *o)
{
	static const char option[] = " --on ASSET ";
	const char *at = strstr(o->line, option);
	char asset[LABEL_TEXT];
	if (!at)
		return xstrdup(o->line);
	if (!step_choose_asset(wb, o->assets, _("Of which asset: "), asset))
		return NULL;
	return xasprintf("%.*s --on %s %s", (int)(at - o->line), o->line, asset, at + strlen(option));
}

static enum redraw run_offered(struct view *v)
{
	struct offer *o = v->data;
	struct workbench *wb = v->wb;
	struct run run;
	size_t which;
	char asset[LABEL_TEXT];
	if (o->line && o->starts && !prompt_yes(wb, _("Run it on this machine, with your rights? (y/n) "))) {
		workbench_tell(wb, TONE_ATTENTION, "%s", _("it was not run"));
		return REDRAW_ALL;
	}
	if (o->line) {
		char *line = line_on_asset(wb, o); /* the view does not outlive it */
		if (!line)
			return REDRAW_ALL;
		char *invocation = xstrdup(o->invocation);
		char *label = xstrdup(o->run);
		step_case_run(wb, line, label, invocation);
		free(label);
		free(invocation);
		free(line);
		return REDRAW_ALL;
	}
	if (!step_choose_asset(wb, o->assets, _("On record for which asset: "), asset))
		return REDRAW_ALL;
	if (!prompt_yes(wb, _("Run it on this machine, with your rights? (y/n) "))) {
		workbench_tell(wb, TONE_ATTENTION, "%s", _("it was not run"));
		return REDRAW_ALL;
	}
	if (step_find(wb, o->run, o->invocation, &run, &which) < 0)
		return REDRAW_ALL;
	int rc = capture(v, &run.waiting[which], &run, asset);
	run_release(&run);
	if (rc == 0 && workbench_top(wb) == v)
		workbench_pop(wb); /* v is gone */
	return REDRAW_ALL;
}

static void release_offer(struct view *v)
{
	struct offer *o = v->data;
	free(o->command);
	free(o->line);
	free(o->about);
	json_decref(o->assets);
	free(o);
}

static const struct view_key offer_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("run it"), N_("run the command; asks once more"), run_offered, refuses_running},
    {0, NULL, NULL, NULL, NULL, NULL},
};

const struct view_ops offer_view = {.name = "offer",
                                    .title = N_("Offered command"),
                                    .text = 1,
                                    .fill = fill_offer,
                                    .release = release_offer,
                                    .keys = offer_keys};

/* A shell's command does, and so do some of genba's own: their playbook is a stranger's all the same. */
static int starts_program(const char *line)
{
	struct words words;
	if (!line || words_split(&words, line, NULL) < 0)
		return 1;
	const struct command *command = words.count ? command_find(words.items[0]) : NULL;
	int starts = !command || (command->flags & COMMAND_STARTS);
	for (size_t i = 1; i < words.count; i++)
		starts |= strncmp(words.items[i], "--opener", 8) == 0;
	words_release(&words);
	return starts;
}

/* Which of them; -1: none, or left. */
static int tui_step_command_choose(struct workbench *wb, const struct run *run, const struct waiting *w)
{
	char *lines[16];
	size_t count = 0;
	struct buf command = BUF_INIT;
	const char *about;
	for (; count < sizeof lines / sizeof *lines && run_offer(run, w, count, &command, &about) == 0; count++) {
		lines[count] = xasprintf("%s%s%s", command.data, *about ? "  —  " : "", about);
		buf_clear(&command);
	}
	int chosen = count == 1 ? 0 : -1;
	if (count > 1)
		chosen = prompt_choice(wb, _("Which command: "), (const char *const *)lines, count, 0, NULL);
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	buf_release(&command);
	return chosen;
}

struct view *view_offer(struct workbench *wb, const char *label, const char *invocation)
{
	struct run run;
	size_t which;
	const char *about = "";
	struct buf command = BUF_INIT;
	struct view *v = NULL;
	if (step_find(wb, label, invocation, &run, &which) < 0)
		return NULL;
	const struct waiting *w = &run.waiting[which];
	int chosen = tui_step_command_choose(wb, &run, w);
	if (chosen >= 0 && run_offer(&run, w, (size_t)chosen, &command, &about) == 0) {
		struct offer *o = xcalloc(1, sizeof *o);
		v = view_new(wb, &offer_view, NULL);
		snprintf(o->run, sizeof o->run, "%s", run.label);
		snprintf(o->invocation, sizeof o->invocation, "%s", invocation);
		o->command = xstrdup(command.data);
		o->line = step_case_line(command.data);
		o->starts = starts_program(o->line);
		o->about = xstrdup(about);
		o->assets = json_deep_copy(json_object_get(run.record, "on"));
		v->data = o;
	}
	buf_release(&command);
	run_release(&run);
	return v;
}
