/*
 * The keys that mean the same in every view: one table, from which what they
 * do, the footer and the help follow. The keys that go to a view are in the
 * table of views (route.h).
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/words.h"
#include "case/action/undo.h"
#include "tui/command/command.h"
#include "tui/command/commit_subject.h"
#include "tui/term/screen.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/copy.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>
#include <string.h>

static enum redraw show_told(struct view *v)
{
	struct buf text = BUF_INIT;
	for (size_t i = json_array_size(v->wb->told); i > 0; i--)
		buf_addf(&text, "%s\n\n", json_string_value(json_array_get(v->wb->told, i - 1)));
	workbench_show_text(v->wb, _("The last messages, the newest first"), text.len ? text.data : _("none yet"));
	buf_release(&text);
	return REDRAW_ALL;
}

/* The note and the end of its draft are one action. */
static int put_note(struct workbench *wb, const char *text, const char *on, const struct note_stance *stance,
                    char label[LABEL_TEXT], struct err *err)
{
	struct assign fields[3] = {{"text", text}, {"stance", stance->field->values[stance->at].name}, {"on", on}};
	struct action *a = action_begin(wb->s->c, "note", err);
	if (!a)
		return -1;
	int rc = action_add(a, "note", fields, *on ? 3 : 2, 0, label, err);
	if (rc == 0)
		draft_prompt_drop(wb, stance->draft);
	return action_commit(a, err) < 0 ? -1 : rc;
}

void workbench_note(struct workbench *wb, const char *on, const char *text)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	json_t *record = *on ? record_get(wb->s->c, on, RECORD_RAW, NULL) : NULL;
	const char *about = record ? record_label(record) : "";
	char *draft = xasprintf("note:%s", about);
	struct buf question = BUF_INIT;
	buf_adds(&question, _("Note"));
	if (record)
		buf_addf(&question, " → %s %s", about, workbench_name(wb, about));
	struct note_stance stance = {.field = kind_field(kind_find("note"), "stance"), .draft = draft};
	char *typed = draft_prompt_note(wb, question.data, text, &stance);
	if (typed && *typed) {
		if (put_note(wb, typed, about, &stance, label, &err) == 0)
			workbench_tell(wb, TONE_GOOD, _("%s is on record"), label);
		else
			workbench_tell_error(wb, &err);
	}
	free(typed);
	free(draft);
	json_decref(record);
	buf_release(&question);
}

/* What a new note is about: the record under the cursor. */
static enum redraw write_note(struct view *v)
{
	char on[LABEL_TEXT];
	snprintf(on, sizeof on, "%.31s", view_label(v));
	workbench_note(v->wb, on, NULL);
	return REDRAW_ALL;
}

/* For terminals without bracketed paste: the text is pasted, or typed, into a prompt. */
static enum redraw paste(struct view *v)
{
	char *text = draft_prompt_text(v->wb, "paste", _("Paste a text: indicators in it are offered"));
	if (text && *text)
		workbench_show(v->wb, "indicators", text);
	if (text)
		draft_prompt_drop(v->wb, "paste");
	free(text);
	return REDRAW_ALL;
}

/* The labels: that of the record under the cursor, or what the view says (all that are marked). */
static enum redraw copy_labels(struct view *v)
{
	struct buf text = BUF_INIT;
	if (v->lazy && v->lazy->copy)
		v->lazy->copy(v, &text);
	else
		buf_adds(&text, view_label(v));
	copy_text(v->wb, text.data);
	buf_release(&text);
	return REDRAW_NONE;
}

/* The row as it is shown, without the blanks around it. */
static enum redraw copy_row(struct view *v)
{
	struct row row = {.text = NULL};
	if (v->selected < v->count)
		view_row(v, v->selected, &row);
	char *text = row.text ? row.text : xstrdup("");
	size_t from = strspn(text, " ");
	size_t n = strlen(text);
	while (n > from && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	copy_text(v->wb, text + from);
	free(text);
	return REDRAW_NONE;
}

struct undo_asked {
	struct workbench *wb;
	struct undone last; /* what the question names */
};

static int undo_with_reason(void *ctx, const char *reason, struct err *err)
{
	struct undo_asked *asked = ctx;
	struct undone undone = UNDONE_INIT;
	struct buf said = BUF_INIT;
	int rc = undo_last(asked->wb->s->c, reason, asked->last.commit, &undone, err);
	if (rc == 0) {
		commit_subject_text(undone.subject.data, &said);
		buf_adds(&said, undone.retracted.data);
		workbench_tell(asked->wb, TONE_GOOD, _("undone: %s"), said.data);
	} else {
		commit_subject_add_to_error(undone.subject.data, err);
	}
	buf_release(&said);
	undone_release(&undone);
	return rc;
}

#define UNDO_WORDS 16 /* cells of the question without the action */

/* Which action that is, as far as half of the line holds it: what is typed wants the other half. */
static char *undo_question(const char *summary)
{
	struct buf what = BUF_INIT;
	commit_subject_text(summary, &what);
	size_t half = (size_t)screen_columns() / 2;
	size_t room = half > UNDO_WORDS ? half - UNDO_WORDS : 0;
	size_t n = text_fit(what.data, room, NULL);
	char *question = xasprintf(_("Undo: %.*s%s; reason: "), (int)n, what.data, what.data[n] ? "…" : "");
	buf_release(&what);
	return question;
}

static enum redraw undo(struct view *v)
{
	struct err err = ERR_INIT;
	struct undo_asked asked = {.wb = v->wb, .last = UNDONE_INIT};
	if (undo_possible(v->wb->s->c, &asked.last, &err) < 0) {
		commit_subject_add_to_error(asked.last.subject.data, &err);
		workbench_tell_error(v->wb, &err);
	} else {
		char *question = undo_question(asked.last.subject.data);
		draft_prompt_reason(v->wb, "undo", question, undo_with_reason, &asked);
		free(question);
	}
	undone_release(&asked.last);
	return REDRAW_ALL;
}

/* A view switched to by its key stands alone on the board, which is the first of them. */
static void switch_to(struct workbench *wb, const struct route *route)
{
	struct buf labels = BUF_INIT;
	trail_about(workbench_top(wb), &labels);
	size_t kept = trail_keep(&wb->trail, wb->stack + 1, wb->depth - 1);
	int from_board =
	    workbench_top(wb)
	        ->ops->opens_at_top; /* whose rows are no choice of the person's: a list goes on where it was */
	if (!workbench_home(wb)) {
		if (kept)
			trail_drop_last(&wb->trail);
	} else if (route != route_next(NULL)) {
		workbench_push(wb, route->view->open(wb, route->argument));
		if (route->view->begin_at && workbench_top(wb)->ops == route->view && !(from_board && route->argument))
			route->view->begin_at(workbench_top(wb), labels.data);
	}
	buf_release(&labels);
}

static enum redraw open_row(struct view *v)
{
	workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static enum redraw ask_command(struct view *v)
{
	workbench_ask_command(v->wb, NULL);
	return REDRAW_ALL;
}

static enum redraw show_help(struct view *v)
{
	workbench_show(v->wb, "help", v->ops->name);
	return REDRAW_ALL;
}

/* Once: from its own view there is nowhere else to go. */
static enum redraw show_work(struct view *v)
{
	if (v->ops != route_find("work")->view)
		workbench_show(v->wb, "work", NULL);
	return REDRAW_ALL;
}

static enum redraw go_back(struct view *v)
{
	v->wb->searching = 0;
	if (v->searching)
		v->searching = 0;
	else if (!v->ops->back || !v->ops->back(v))
		workbench_pop(v->wb);
	return REDRAW_ALL;
}

/* Who presses Esc while something long goes on may mean to end it: the first time it is told how, and nothing closes. */
static enum redraw escape(struct view *v)
{
	struct workbench *wb = v->wb;
	if (!wb->task || wb->remote_command || wb->escape_told || wb->searching)
		return go_back(v);
	wb->escape_told = 1;
	workbench_tell(wb, TONE_ATTENTION, "%s", _("the work goes on: Ctrl-C cancels it, Esc once more goes back"));
	return REDRAW_ALL;
}

/* Over rooms, too. */
static enum redraw go_back_the_way(struct view *v)
{
	struct workbench *wb = v->wb;
	if (wb->depth > 2 || v->searching || !trail_back(&wb->trail, wb))
		return go_back(v);
	return REDRAW_ALL;
}

static enum redraw workbench_keys_leave(struct view *v)
{
	struct workbench *wb = v->wb;
	if (wb->depth > 1)
		workbench_pop(wb);
	else if (prompt_yes(wb, _("Leave genba? (y/n) ")))
		workbench_quit(wb);
	return REDRAW_ALL;
}

static enum redraw lock(struct view *v)
{
	events_lock(v->wb->events);
	return REDRAW_ALL;
}

static enum redraw interrupt(struct view *v)
{
	if (v->wb->task) {
		background_task_cancel(v->wb->task);
		return REDRAW_NONE;
	}
	workbench_tell(v->wb, TONE_FAINT, "%s", _(":quit leaves genba, Esc goes back"));
	return REDRAW_NONE;
}

/* Without a row of the history under it: any time or commit, or back to now. */
static enum redraw look_at(struct view *v)
{
	struct workbench *wb = v->wb;
	if (*wb->as_of) {
		workbench_look_at(wb, NULL);
		return REDRAW_ALL;
	}
	struct prompt_line asked = {.question = _("Show the case as of (time or commit): ")};
	char *when = NULL;
	int left = 0;
	for (int rc = -1; rc < 0 && !left;) {
		char *before = when;
		asked.initial = before;
		when = prompt_edit(wb, &asked, &left);
		free(before);
		struct buf line = BUF_INIT;
		buf_adds(&line, "at ");
		words_quote(&line, when);
		left |= !*when;
		rc = left ? 0 : workbench_command(wb, line.data);
		buf_release(&line);
	}
	free(when);
	return REDRAW_ALL;
}

#define REFUSES workbench_refuses_writing

const struct view_key workbench_keys[] = {
    {KEY_OF_COMMAND, "help", N_("keys"), N_("the keys of this view, and all commands"), show_help, NULL},
    {':', NULL, N_("command"), N_("type a command; Tab completes it, ↑ recalls"), ask_command, NULL},
    {KEY_OF_COMMAND, "find", N_("search"), N_("search all records for words"), workbench_search_ask, NULL},
    {'n', NULL, NULL, N_("after a search, until Esc: the next place"), workbench_search_next, workbench_search_refuses},
    {'N', NULL, NULL, N_("after a search, until Esc: the place before"), workbench_search_last,
     workbench_search_refuses},
    {KEY_OF_COMMAND, "note", NULL, N_("write a note on the selected record (after a search: Esc, then n)"), write_note,
     REFUSES},
    {'p', NULL, NULL, N_("paste a text: addresses, hosts, URLs and digests in it are offered as indicators"), paste,
     REFUSES},
    {'y', NULL, NULL, N_("copy the label, or those of the marked records; off until you allow it"), copy_labels, NULL},
    {'Y', NULL, NULL, N_("copy the row under the cursor as it is shown"), copy_row, NULL},
    {KEY_OF_COMMAND, "undo", NULL, N_("take back your own last action, with a reason"), undo, REFUSES},
    {KEY_RETURN, N_("Enter"), NULL, N_("open the selected record"), open_row, NULL},
    {'l', NULL, NULL, N_("open the selected record"), open_row, NULL},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("open the selected record"), open_row, NULL},
    {KEY_ESCAPE, N_("Esc"), NULL, N_("go back"), escape, NULL},
    {'h', NULL, NULL, N_("go back"), go_back, NULL},
    {KEY_GO_LEFT, N_("←"), NULL, N_("go back"), go_back, NULL},
    {KEY_BACK, N_("Backspace"), NULL,
     N_("go back the way you came: from a view that a key led to, to the record before"), go_back_the_way, NULL},
    {'q', NULL, NULL, N_("go back; on the board: leave genba"), workbench_keys_leave, NULL},
    {KEY_OF_COMMAND, "at", NULL, N_("show the whole case as of a time, or now again"), look_at, NULL},
    {KEY_OF_COMMAND, "work", NULL, N_("the long command that is under way, and work that is unfinished"), show_work,
     NULL},
    {'!', NULL, NULL, N_("the last messages in full"), show_told, NULL},
    {KEY_OF_COMMAND, "lock", NULL, N_("lock: wipe the key, clear the screen"), lock, NULL},
    {CTRL('z'), NULL, NULL, N_("lock, and back to the shell; fg there comes back to this place"), lock, NULL},
    {CTRL('c'), NULL, NULL, N_("cancel the long command that is under way"), interrupt, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

enum redraw workbench_press(struct workbench *wb, int key)
{
	struct view *v = workbench_top(wb);
	const char *refused = NULL; /* a key may have several rows, of which one at a time is not refused */
	for (const struct view_key *row = workbench_keys; row->key; row++) {
		if (view_key_code(row) != key)
			continue;
		const char *why = row->refuses ? row->refuses(v) : NULL;
		if (!why)
			return row->run(v);
		refused = why;
	}
	if (refused) {
		workbench_tell(wb, TONE_ATTENTION, "%s", refused);
		return REDRAW_NONE;
	}
	const struct route *route = NULL;
	struct view_key own;
	while ((route = route_next(route)))
		if (route_key(route, &own) && view_key_code(&own) == key) {
			switch_to(wb, route);
			return REDRAW_ALL;
		}
	if (key >= 0x20 && key < 0x110000)
		workbench_tell(wb, TONE_FAINT, "%s", _("no such key here; ? shows the keys"));
	return REDRAW_NONE;
}
