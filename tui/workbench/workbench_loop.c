/* The workbench's loop: what works between the keys, a key at a time, from the opening to the end. */
#include "case/query/title_cache.h"
#include "tui/workbench/workbench.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/query/search.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/record_cache.h"
#include "tui/workbench/remote_command.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TASK_SLICE     0.004 /* beside a long command, which is slow to give the turn back */
#define PROGRESS_EVERY 0.2   /* seconds between two drawings of it */
#define INDEX_AFTER    0.5   /* seconds after the last key before the search index is written */
#define INDEX_PAUSE    100   /* milliseconds until it is asked again whether it may be written */
#define CHECK_PAUSE    5     /* milliseconds between slices of the check */

/* ---- what goes on while no key comes */

static int work_of_view(void *ctx, double deadline, int *show)
{
	struct workbench *wb = ctx;
	struct view *v = wb->locked || wb->depth == 0 ? NULL : workbench_top(wb);
	if (v && v->sought)
		return workbench_search_work(wb, deadline, show);
	return v && v->lazy && v->lazy->work ? v->lazy->work(v, deadline, show) : -1;
}

/* What was typed is kept before the keys go. */
static void flush_views(void *ctx)
{
	struct workbench *wb = ctx;
	for (size_t i = 0; i < wb->depth; i++)
		if (wb->stack[i]->lazy && wb->stack[i]->lazy->flush)
			wb->stack[i]->lazy->flush(wb->stack[i]);
}

static int is_working(const struct workbench *wb)
{
	return workbench_task(wb) && !background_task_is_held(wb->task);
}

static int work_of_task(void *ctx, double deadline, int *show)
{
	struct workbench *wb = ctx;
	if (!is_working(wb))
		return -1;
	if (background_task_work(wb->task, deadline, show) == 0) {
		if (wb->remote_command)
			remote_command_ended(wb);
		*show = 1;
	}
	return 0;
}

static int work_of_check(void *ctx, double deadline, int *show)
{
	struct workbench *wb = ctx;
	if (wb->locked || !wb->verifying || is_working(wb))
		return -1;
	return background_verify_work(wb->verifying, deadline, show) ? CHECK_PAUSE : -1;
}

/* The search index takes in what was changed. Where it cannot, the search tells why. */
static int work_of_index(void *ctx, double deadline, int *show)
{
	struct workbench *wb = ctx;
	(void)show;
	if (wb->locked || !wb->s->c || workbench_task(wb) || wb->indexed == workbench_generation(wb) + 1)
		return -1;
	if (case_is_changing(wb->s->c))
		return INDEX_PAUSE;
	if (events_idle(wb->events) < INDEX_AFTER)
		return (int)(INDEX_AFTER * 1000);
	if (screen_pending()) /* another's slice was enough */
		return 0;
	if (search_catch_up_until(wb->s->c, deadline, NULL) == 1)
		return 0;
	wb->indexed = workbench_generation(wb) + 1;
	return -1;
}

struct workbench_rest {
	struct workbench_rest *next;
	void *thing;
	int (*fn)(void *thing, double deadline);
};

void workbench_later(struct workbench *wb, void *thing, int (*fn)(void *thing, double deadline))
{
	struct workbench_rest *rest = xcalloc(1, sizeof *rest);
	*rest = (struct workbench_rest){wb->rest, thing, fn};
	wb->rest = rest;
}

/* 1: there is more. */
static int free_some(struct workbench *wb, double deadline)
{
	while (wb->rest) {
		struct workbench_rest *rest = wb->rest;
		if (rest->fn(rest->thing, deadline))
			return 1;
		wb->rest = rest->next;
		free(rest);
	}
	return 0;
}

void workbench_free_rest(struct workbench *wb)
{
	free_some(wb, HUGE_VAL);
}

static int work_of_freeing(void *ctx, double deadline, int *show)
{
	struct workbench *wb = ctx;
	(void)show;
	return tables_shrink(wb->tables, deadline) || free_some(wb, deadline) ? 0 : -1;
}

static int workbench_loop_serve(void *ctx)
{
	return remote_command_serve(ctx);
}

#define SOURCES 5

/* Those of the whole session; the last is asked first. */
static void add_sources(struct workbench *wb, struct event_source sources[SOURCES])
{
	sources[0] = (struct event_source){.work = work_of_index, .slice = EVENT_SLICE, .ctx = wb};
	sources[1] = (struct event_source){.work = work_of_check, .slice = EVENT_SLICE, .ctx = wb};
	sources[2] =
	    (struct event_source){.work = work_of_task, .slice = TASK_SLICE, .knock = workbench_loop_serve, .ctx = wb};
	sources[3] = (struct event_source){.work = work_of_view, .slice = EVENT_SLICE, .flush = flush_views, .ctx = wb};
	sources[4] = (struct event_source){.work = work_of_freeing, .slice = EVENT_SLICE, .ctx = wb};
	for (size_t i = 0; i < SOURCES; i++)
		events_add(wb->events, &sources[i]);
}

/* ---- a key at a time */

/* Text pasted where no text is asked for must not act as keys: it is offered as indicators, or becomes a note. */
static void take_paste(struct workbench *wb)
{
	char *text = prompt_pasted(wb);
	if (!text)
		return;
	struct view *v = workbench_top(wb);
	const char *why = workbench_refuses_writing(v);
	if (why)
		workbench_tell(wb, TONE_ATTENTION, "%s", why);
	else
		workbench_show(wb, "paste", text);
	free(text);
}

/* The view's tables, what it does besides, moving, and what means the same everywhere, in that order. */
static enum redraw press(struct workbench *wb, struct view *v, int key)
{
	if (key == KEY_PASTE_BEGIN) {
		take_paste(wb);
		return REDRAW_ALL;
	}
	enum redraw changed = view_press(v, key);
	if (!changed && v->ops->key)
		changed = v->ops->key(v, key);
	if (!changed)
		changed = view_move(v, key, workbench_height(wb));
	return changed ? changed : workbench_press(wb, key);
}

/* Enter on a row, and nothing came of it: no view, no question, no word, no change. Whoever pressed it is told so. */
static enum redraw press_enter(struct workbench *wb, struct view *v)
{
	size_t depth = wb->depth;
	size_t selected = v->selected;
	uint64_t generation = workbench_generation(wb);
	unsigned long keys = wb->keys_read;
	const void *task = workbench_task(wb);
	enum redraw changed = press(wb, v, KEY_RETURN);
	if (wb->depth == depth && workbench_top(wb) == v && !workbench_has_told(wb) && v->columns &&
	    v->selected == selected && keys == wb->keys_read && generation == workbench_generation(wb) &&
	    task == workbench_task(wb) && !wb->locked && !workbench_is_leaving(wb))
		workbench_tell(wb, TONE_FAINT, "%s", _("Enter opens nothing from this row"));
	return changed;
}

/* Draws, waits for a key and does what it means. 0: the person leaves. */
static int workbench_loop_step(struct workbench *wb)
{
	workbench_tell_task(wb);
	if (!screen_pending()) {
		workbench_redraw(wb);
		screen_show();
	}
	wb->waiting--; /* nobody holds a view here */
	int key = workbench_key(wb);
	wb->waiting++;
	if (key == KEY_WORK || key == KEY_HANGUP || key == KEY_NOTHING || key == KEY_SIZE)
		wb->redraw = REDRAW_ALL;
	if (key == KEY_WORK || key == KEY_HANGUP)
		return key != KEY_HANGUP;
	if (key == KEY_NOTHING || key == KEY_SIZE)
		return 1;
	buf_clear(&wb->status);
	wb->quiet = 0;
	struct view *v = workbench_top(wb);
	view_search_end(v);
	view_refresh(v); /* keys act on rows: they are there even if drawing was put off */
	enum redraw changed = key == KEY_RETURN ? press_enter(wb, v) : press(wb, v, key);
	if (changed > wb->redraw)
		wb->redraw = changed;
	return !workbench_is_leaving(wb);
}

void workbench_await(struct workbench *wb)
{
	struct view *here = workbench_top(wb);
	here->held++;
	wb->waiting++;
	while (workbench_task(wb) && !wb->remote_command && workbench_loop_step(wb))
		;
	wb->waiting--;
	here->held--;
	workbench_tell_task(wb);
}

void workbench_run_over(struct workbench *wb, struct view *view)
{
	struct view *here = workbench_top(wb);
	size_t depth = wb->depth;
	here->held++;
	wb->waiting++;
	workbench_push(wb, view);
	while (wb->depth > depth && workbench_loop_step(wb))
		;
	wb->waiting--;
	here->held--;
}

/* ---- from the opening to the end */

/* Of work that is done where it is asked for, and that no other key comes between. */
static int show_progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct workbench *wb = ctx;
	double now = clock_steady();
	if (now - wb->progress_shown < PROGRESS_EVERY)
		return 0;
	wb->progress_shown = now;
	struct buf line = BUF_INIT;
	printable_add(&line, what, strlen(what), PRINTABLE_LINE);
	if (total)
		buf_addf(&line, " %d%%", (int)((double)done * 100.0 / (double)total));
	buf_addf(&line, " · %s", _("Ctrl-C cancels"));
	screen_put(screen_rows() - 1, 0, screen_columns(), TONE_FAINT, line.data);
	screen_show();
	buf_release(&line);
	return screen_interrupted();
}

/* Of a view that shows the whole of something, not of one record: it can be begun anew when the person comes back. */
static const struct route *place_of(struct workbench *wb)
{
	const struct view *v = workbench_top(wb);
	const struct route *route = v->argument ? NULL : route_find(v->ops->name);
	return route && route->view == v->ops && !route->argument ? route : NULL;
}

/* What is told first. */
static void greet(struct workbench *wb, const char *said)
{
	if (*case_notice(wb->s->c))
		workbench_tell(wb, TONE_ATTENTION, "%s", case_notice(wb->s->c));
	else if (*said)
		workbench_tell(wb, TONE_GOOD, "%s", said);
	else if (geteuid() == 0 && !clock_is_set()) /* screens that are compared are those of any user */
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("genba runs as root, which it never needs: leave, and start it as yourself"));
	else if (*screen_notice())
		workbench_tell(wb, TONE_ATTENTION, "%s", screen_notice());
	else
		workbench_tell(wb, TONE_FAINT, "%s", _("? shows the keys"));
}

/* The session's case, from its opening until it is left: at the Board, or at `place`, which gets where it was left. 1: the person
 * has left this case; 0: genba is to end, since the terminal is gone, or it was left locked. */
static int show_case(struct session *s, const char *said, const struct route **place)
{
	struct workbench wb = {.redraw = REDRAW_ALL,
	                       .waiting = 1,
	                       .s = s,
	                       .status = BUF_INIT,
	                       .made = BUF_INIT,
	                       .said = BUF_INIT,
	                       .lines = json_array(),
	                       .told = json_array(),
	                       .told_once = json_object()};
	wb.keys = workbench_keys;
	wb.events = events_new(workbench_lock, &wb);
	events_let_suspend(wb.events, !s->server);
	struct event_source sources[SOURCES];
	add_sources(&wb, sources);
	struct progress progress = s->progress;
	s->progress = (struct progress){show_progress, &wb};
	workbench_go(&wb, route_next(NULL), NULL);
	if (*place)
		workbench_go(&wb, *place, NULL);
	greet(&wb, said);
	wb.quiet = !*wb.status.data || wb.status_tone == TONE_FAINT;
	wb.verifying = background_verify_new(&wb);
	remote_command_open(&wb);
	events_touch(wb.events);
	while (workbench_loop_step(&wb))
		;
	*place = wb.depth ? place_of(&wb) : NULL;
	workbench_stop_task(&wb);
	remote_command_close(&wb);
	background_verify_free(wb.verifying);
	while (wb.depth > 0)
		view_free(wb.stack[--wb.depth]);
	events_free(wb.events);
	tables_free(&wb.tables);
	workbench_free_rest(&wb);
	title_cache_free(&wb.names);
	buf_release(&wb.status);
	buf_release(&wb.made);
	buf_release(&wb.said);
	trail_release(&wb.trail);
	free(wb.search);
	json_decref(wb.lines);
	json_decref(wb.told);
	json_decref(wb.told_once);
	s->progress = progress;
	return wb.changes;
}

/* As session_change(); what it says besides goes into `said`, since the screen is the workbench's, else which case this is. */
static int change_case(struct session *s, struct buf *said, struct err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *before = s->log;
	FILE *log = open_memstream(&text, &size);
	s->log = log ? log : before;
	int rc = session_change(s, err);
	s->log = before;
	if (log)
		fclose(log);
	buf_clear(said);
	buf_add(said, text, size);
	if (rc > 0 && !size) {
		char *name = prompt_path_name(s->path);
		char *back = s->before_path ? prompt_path_name(s->before_path) : NULL;
		if (back)
			buf_addf(said, _("this is %s; :quit goes back to %s"), name, back);
		else
			buf_addf(said, _("back in %s"), name);
		free(back);
		free(name);
	}
	free(text);
	return rc;
}

int workbench_run(struct session *s, struct err *err)
{
	struct buf said = BUF_INIT;
	const struct route *here = NULL;
	const struct route *there = NULL; /* where the case before it was left */
	int rc = session_open(s, err) < 0 || screen_start(err) < 0 ? -1 : 1;
	if (rc < 0)
		return -1;
	s->in_workbench = 1;
	while (rc > 0) {
		int goes_on = show_case(s, said.data, &here);
		if (s->other && !s->before_path)
			there = here;
		/* what a holder keeps open is the case that it was given, whoever left the other one and how */
		rc = goes_on || (s->server && !session_is_locked(s)) ? change_case(s, &said, err) : 0;
		here = s->before_path ? NULL : there;
		if (rc > 0 && !goes_on)
			rc = 0;
	}
	buf_release(&said);
	screen_stop();
	s->in_workbench = 0;
	return rc;
}
