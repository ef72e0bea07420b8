#include "tui/workbench/draft_prompt.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "case/kind/kinds.h"
#include "case/store/draft.h"
#include "tui/term/screen.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define PAUSE  0.3 /* seconds without a key after which a draft is written */
#define LATEST 1.0 /* and after which it is in any case */

void unsaved_touch(struct unsaved *u)
{
	double now = clock_steady();
	if (u->last <= 0)
		u->first = now;
	u->last = now;
}

void unsaved_done(struct unsaved *u)
{
	*u = (struct unsaved){0, 0};
}

int unsaved_wait(const struct unsaved *u)
{
	if (u->last <= 0)
		return -1;
	double due = u->last + PAUSE;
	if (due > u->first + LATEST)
		due = u->first + LATEST;
	double left = due - clock_steady();
	return left > 0 ? (int)(left * 1000) + 1 : 0;
}

/* The text that a prompt asks for at this moment. */
struct draft_prompt {
	struct workbench *wb;
	const char *key;
	const char *question;
	struct prompt_line line;
	struct buf heading; /* of several lines: the question, and what is kept */
	char *text;         /* as of the last key that changed it; owned */
	struct unsaved unsaved;
	struct note_stance *stance; /* of a note, or NULL */
	char *kept;                 /* what is said of the draft, or NULL; owned */
	prompt_check_fn *check;
	prompt_complete_fn *complete; /* or NULL */
	void *ctx;                    /* of both */
};

static void draft_prompt_head(struct draft_prompt *k)
{
	buf_clear(&k->heading);
	buf_adds(&k->heading, k->question);
	if (k->stance)
		buf_addf(&k->heading, " · %s%s", field_value_label(&k->stance->field->values[k->stance->at]),
		         k->kept ? "" : " (Ctrl-T)");
	if (k->kept)
		buf_addf(&k->heading, " · %s", k->kept);
	k->line.question = k->heading.data;
}

static void say_kept(struct draft_prompt *k, const char *what)
{
	if (!k->line.several_lines)
		return;
	free(k->kept);
	k->kept = xstrdup(what);
	draft_prompt_head(k);
}

/* The last of the values says that nobody knows, which nobody needs to say. */
static int draft_prompt_key(void *ctx, int key)
{
	struct draft_prompt *k = ctx;
	if (!k->stance || key != CTRL('t'))
		return 0;
	k->stance->at = (k->stance->at + 1) % (k->stance->field->value_count - 1);
	draft_prompt_head(k);
	return 1;
}

struct clock_time draft_prompt_moment(const char when[32])
{
	struct clock_time t = clock_now();
	struct edtf time;
	int64_t last;
	if (edtf_parse(when, &time, NULL) == 0 && time.form == EDTF_POINT && time.from.zone &&
	    edtf_bounds(&time, NULL, NULL, &t.seconds, &last) == 0)
		t.offset = time.from.offset;
	return t;
}

void draft_prompt_drop(struct workbench *wb, const char *key)
{
	if (workbench_case(wb))
		draft_delete(workbench_case(wb), key, NULL);
}

int draft_prompt_is_there(struct workbench *wb, const char *key, char when[32])
{
	json_t *draft = workbench_case(wb) ? draft_load(workbench_case(wb), key, when) : NULL;
	int is_there = draft != NULL;
	json_decref(draft);
	return is_there;
}

static void write_draft(struct draft_prompt *k)
{
	struct err err = ERR_INIT;
	unsaved_done(&k->unsaved);
	if (!workbench_case(k->wb))
		return;
	if (!k->text || !k->text[strspn(k->text, " \t\n")]) {
		draft_prompt_drop(k->wb, k->key);
		return;
	}
	json_t *draft = json_object();
	json_object_set_new(draft, "text", json_string(k->text));
	if (draft_save(workbench_case(k->wb), k->key, draft, &err) < 0)
		workbench_tell_error(k->wb, &err);
	else
		say_kept(k, _("draft kept"));
	json_decref(draft);
}

static int work(void *ctx, double deadline, int *show)
{
	struct draft_prompt *k = ctx;
	int wait = session_is_locked(workbench_session(k->wb)) ? -1 : unsaved_wait(&k->unsaved);
	(void)deadline;
	if (wait != 0)
		return wait;
	write_draft(k);
	*show = k->line.several_lines;
	return -1;
}

static void flush(void *ctx)
{
	struct draft_prompt *k = ctx;
	if (k->unsaved.last > 0)
		write_draft(k);
}

static int draft_prompt_check(void *ctx, const char *text, struct err *err)
{
	struct draft_prompt *k = ctx;
	return k->check ? k->check(k->ctx, text, err) : 0;
}

static void draft_prompt_complete(void *ctx, const char *front, struct candidates *c)
{
	const struct draft_prompt *k = ctx;
	k->complete(k->ctx, front, c);
}

static void draft_prompt_typing(void *ctx, const char *text)
{
	struct draft_prompt *k = ctx;
	free(k->text);
	k->text = xstrdup(text);
	unsaved_touch(&k->unsaved);
}

/* What the prompt begins with: the draft, and behind it what was given. The caller frees it. */
static char *draft_prompt_beginning(struct workbench *wb, const char *key, const char *initial, int several_lines,
                                    char when[32])
{
	json_t *draft = workbench_case(wb) ? draft_load(workbench_case(wb), key, when) : NULL;
	const char *text = json_string_value(json_object_get(draft, "text"));
	struct buf both = BUF_INIT;
	buf_adds(&both, text ? text : initial ? initial : "");
	if (text && several_lines && initial && *initial && !strstr(text, initial))
		buf_addf(&both, "\n%s", initial);
	if (!text)
		*when = '\0';
	json_decref(draft);
	return buf_take(&both, NULL);
}

static char *draft_prompt_ask(struct draft_prompt begun_as, const char *initial, int several_lines, int from_top)
{
	char when[32] = "";
	struct draft_prompt k = begun_as;
	struct workbench *wb = k.wb;
	const char *key = k.key;
	const char *question = k.question;
	char *begun = draft_prompt_beginning(wb, key, initial, several_lines, when);
	int left;
	k.line = (struct prompt_line){.question = question,
	                              .initial = begun,
	                              .several_lines = several_lines,
	                              .from_top = from_top,
	                              .changed = draft_prompt_typing,
	                              .key = draft_prompt_key,
	                              .complete = k.complete ? draft_prompt_complete : NULL,
	                              .check = draft_prompt_check,
	                              .ctx = &k};
	if (k.stance)
		draft_prompt_head(&k);
	if (*when) {
		struct buf day = BUF_INIT;
		time_cell(when, TIME_CELL_MINUTE | TIME_CELL_NO_YEAR, &day);
		char *goes_on = xasprintf(_("draft of %s"), day.data);
		say_kept(&k, goes_on);
		free(goes_on);
		buf_release(&day);
	}
	struct event_source keeping = {.work = work, .slice = EVENT_SLICE, .flush = flush, .ctx = &k};
	events_add(workbench_events(wb), &keeping);
	char *text = prompt_edit(wb, &k.line, &left);
	if (strcmp(text, k.text ? k.text : begun) != 0) /* the last keys came at once with the one that ended it */
		draft_prompt_typing(&k, text);
	flush(&k);
	events_remove(workbench_events(wb), &keeping);
	if (k.text || *when) /* the Board lists the drafts */
		workbench_revise(wb);
	if (left) {
		if (!several_lines && !workbench_is_leaving(wb))
			draft_prompt_drop(wb, key);
		else if (text[strspn(text, " \t\n")])
			workbench_tell(wb, TONE_ATTENTION, "%s",
			               _("not on record; the draft is kept and goes on when the same is asked again"));
		free(text);
		text = NULL;
	}
	free(k.text);
	free(k.kept);
	buf_release(&k.heading);
	free(begun);
	return text;
}

char *draft_prompt_text(struct workbench *wb, const char *key, const char *question)
{
	struct draft_prompt k = {.wb = wb, .key = key, .question = question, .heading = BUF_INIT};
	return draft_prompt_ask(k, NULL, 1, 0);
}

char *draft_prompt_page(struct workbench *wb, const char *key, const char *question, const char *initial)
{
	struct draft_prompt k = {.wb = wb, .key = key, .question = question, .heading = BUF_INIT};
	return draft_prompt_ask(k, initial, 1, 1);
}

char *draft_prompt_note(struct workbench *wb, const char *question, const char *initial, struct note_stance *stance)
{
	struct draft_prompt k = {
	    .wb = wb, .key = stance->draft, .question = question, .heading = BUF_INIT, .stance = stance};
	return draft_prompt_ask(k, initial, 1, 0);
}

char *draft_prompt_checked(struct workbench *wb, const char *key, const char *question, prompt_check_fn *check,
                           void *ctx)
{
	return draft_prompt_completed(wb, key, question, check, NULL, ctx);
}

char *draft_prompt_completed(struct workbench *wb, const char *key, const char *question, prompt_check_fn *check,
                             prompt_complete_fn *complete, void *ctx)
{
	struct draft_prompt k = {.wb = wb,
	                         .key = key,
	                         .question = question,
	                         .heading = BUF_INIT,
	                         .check = check,
	                         .complete = complete,
	                         .ctx = ctx};
	return draft_prompt_ask(k, NULL, 0, 0);
}

int draft_prompt_is_reason(void *none, const char *text, struct err *err)
{
	(void)none;
	return text[strspn(text, " ")]
	           ? 0
	           : err_set(err, ERR_USAGE, "%s", _("a reason is needed: it goes on record. Esc leaves"));
}

struct draft_prompt_act {
	prompt_check_fn *act;
	void *ctx;
};

static int act_with_reason(void *ctx, const char *text, struct err *err)
{
	const struct draft_prompt_act *a = ctx;
	return draft_prompt_is_reason(NULL, text, err) < 0 ? -1 : a->act(a->ctx, text, err);
}

int draft_prompt_reason(struct workbench *wb, const char *key, const char *question, prompt_check_fn *act, void *ctx)
{
	struct draft_prompt_act a = {act, ctx};
	char *reason = draft_prompt_checked(wb, key, question, act_with_reason, &a);
	int done = reason != NULL;
	if (done)
		draft_prompt_drop(wb, key);
	free(reason);
	return done;
}
