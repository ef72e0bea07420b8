#include "tui/workbench.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "base/words.h"
#include "case/query/search.h"
#include "tui/command.h"
#include "tui/errand.h"
#include "tui/evidence_work.h"
#include "tui/kept.h"
#include "tui/names.h"
#include "tui/prompt.h"
#include "tui/route.h"
#include "tui/table.h"
#include "tui/verifying.h"
#include "tui/workbench_private.h"
#include "tui/workbench_visit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_SECONDS   (15 * 60)
#define ERRAND_SLICE   0.004 /* the same beside a long command, which is slow to give the turn back */
#define WORK_SLICE     0.008 /* seconds that a key may have to wait for */
#define PROGRESS_EVERY 0.2   /* seconds between two drawings of it */
#define FIRST_SLICE    0.05  /* of a command typed here: most long ones are over by then */
#define CHECK_PAUSE    5     /* milliseconds between slices of the check */
#define CATCH_UP_ROWS  500   /* of the search index, at each idle moment */

struct view *workbench_top(struct workbench *wb)
{
	return wb->stack[wb->depth - 1];
}

void workbench_push(struct workbench *wb, struct view *view)
{
	if (!view)
		return;
	if (wb->depth == STACK_LIMIT && wb->floor) { /* the form that is open needs the views below it */
		view_free(view);
		workbench_tell(wb, TONE_ATTENTION, "%s", _("too many views are open: go back with Esc first"));
		return;
	}
	if (wb->depth == STACK_LIMIT) { /* a long walk along references: the oldest but the first is given up */
		view_free(wb->stack[1]);
		memmove(&wb->stack[1], &wb->stack[2], (STACK_LIMIT - 2) * sizeof *wb->stack);
		wb->depth--;
	}
	wb->stack[wb->depth++] = view;
}

void workbench_pop(struct workbench *wb)
{
	if (wb->depth > 1 && wb->depth > wb->floor)
		view_free(wb->stack[--wb->depth]);
}

void workbench_tell(struct workbench *wb, enum tone tone, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	buf_clear(&wb->status);
	printable_add(&wb->status, text.data, strcspn(text.data, "\n"), PRINTABLE_LINE);
	wb->status_tone = tone;
	buf_release(&text);
}

void workbench_tell_error(struct workbench *wb, const struct err *err)
{
	if (strchr(err->message, '\n'))
		workbench_show_text(wb, _("Not done"), err->message);
	else
		workbench_tell(wb, TONE_ALARM, "%s", err->message);
}

void workbench_show_text(struct workbench *wb, const char *title, const char *text)
{
	workbench_push(wb, view_text(wb, title, text));
}

/* 0: it cannot be shown. */
static int go(struct workbench *wb, const struct route *route, const char *argument)
{
	struct view *view = NULL;
	if (route->ask)
		route->ask(wb, argument);
	else
		workbench_push(wb, view = route->view->open(wb, argument));
	return route->ask || view;
}

void workbench_show(struct workbench *wb, const char *name, const char *argument)
{
	go(wb, route_find(name), argument);
}

void workbench_open(struct workbench *wb, const char *label)
{
	if (*label)
		workbench_show(wb, "detail", label);
}

/* ---- the case now, or as of a commit */

int workbench_each(struct workbench *wb, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err)
{
	if (*wb->as_of)
		return record_each_at(wb->s->c, kind, wb->as_of, flags, fn, ctx, err);
	return record_each(wb->s->c, kind, flags, fn, ctx, err);
}

json_t *workbench_get(struct workbench *wb, const char *label, unsigned flags, struct err *err)
{
	if (*wb->as_of)
		return record_get_at(wb->s->c, label, wb->as_of, flags, err);
	return record_get(wb->s->c, label, flags, err);
}

int workbench_may_write(const struct workbench *wb, struct err *err)
{
	if (*wb->as_of)
		return err_set(err, ERR_FAILED,
		               _("the case is shown as of %.16s and cannot be changed there: @ goes back to now"),
		               wb->as_of_time);
	return case_may_write(wb->s->c, err);
}

const char *workbench_refuses_writing(struct view *v)
{
	static struct err err;
	err_clear(&err);
	return workbench_may_write(v->wb, &err) < 0 ? err.message : NULL;
}

static int keep_time(void *ctx, const struct history_entry *entry)
{
	struct workbench *wb = ctx;
	clock_format(entry->when, wb->as_of_time);
	return 0;
}

void workbench_look_at(struct workbench *wb, const char *commit)
{
	struct err err = ERR_INIT;
	*wb->as_of = '\0';
	wb->turn++;
	if (!commit)
		return;
	if (history_entry_of(case_history(wb->s->c), commit, keep_time, wb, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		snprintf(wb->as_of, sizeof wb->as_of, "%s", commit);
}

/* ---- commands */

/* What a command left for the workbench to do. */
static void do_wish(struct workbench *wb)
{
	enum session_wish wish = wb->s->wish;
	wb->s->wish = WISH_NOTHING;
	if (wish == WISH_LEAVE)
		wb->leaving = workbench_may_leave(wb);
	else if (wish == WISH_PAUSE || wish == WISH_RESUME)
		evidence_work_pause(wb, wish == WISH_PAUSE);
	else if (wish == WISH_STOP)
		evidence_work_stop(wb);
	else if (wish == WISH_LOCK)
		workbench_lock(wb);
	else if (wish == WISH_NOW)
		workbench_look_at(wb, NULL);
	else if (wish == WISH_PAST)
		workbench_look_at(wb, wb->s->wish_commit);
}

static int may_run(struct workbench *wb, const char *name, struct err *err)
{
	const struct command *command = command_find(name);
	return command && (command->flags & COMMAND_WRITES) ? workbench_may_write(wb, err) : 0;
}

static void show_output(struct workbench *wb, const char *line, const struct buf *output)
{
	size_t n = strcspn(output->data, "\n");
	if (output->len > n + 1)
		workbench_show_text(wb, line, output->data);
	else
		workbench_tell(wb, TONE_GOOD, "%s", output->len ? output->data : _("done"));
}

static int writes_anew(const char *name)
{
	const struct command *command = command_find(name);
	return command && (command->flags & COMMAND_ANEW);
}

void workbench_before_anew(struct workbench *wb, const char *command)
{
	if (!writes_anew(command))
		return;
	verifying_free(wb->verifying);
	wb->verifying = NULL;
}

void workbench_after_anew(struct workbench *wb, const char *command)
{
	if (writes_anew(command) && wb->s->c && !wb->locked && !wb->verifying)
		wb->verifying = verifying_new(wb);
}

/* ---- long commands */

static void end_errand(struct workbench *wb)
{
	struct errand_ended ended;
	char *line = wb->errand_line;
	wb->errand_line = NULL;
	errand_end(wb->errand, &ended);
	wb->errand = NULL;
	wb->errand_rc = ended.rc;
	buf_add(&ended.out, ended.log.data, ended.log.len);
	if (ended.rc < 0)
		workbench_tell_error(wb, &ended.err);
	else if (wb->s->wish == WISH_NOTHING)
		show_output(wb, line, &ended.out);
	buf_release(&ended.out);
	buf_release(&ended.log);
	free(line);
	visit_ended(wb);
}

/* Told only where it does not come between a question and its answer. */
static void tell_errand(struct workbench *wb)
{
	if (wb->errand && !wb->visit && errand_has_ended(wb->errand))
		end_errand(wb);
}

void workbench_stop_errand(struct workbench *wb)
{
	if (!wb->errand)
		return;
	errand_cancel(wb->errand);
	struct visit *waiting = wb->visits;
	wb->visits = NULL; /* none of them begins now */
	if (wb->visit)
		visit_ended(wb);
	else
		end_errand(wb);
	wb->visits = waiting;
}

void workbench_await(struct workbench *wb)
{
	size_t floor = wb->floor;
	if (wb->errand && !wb->visit)
		wb->floor = wb->depth;
	while (wb->errand && !wb->visit && !errand_has_ended(wb->errand) && workbench_step(wb))
		;
	tell_errand(wb);
	wb->floor = floor;
}

static int begin_errand(struct workbench *wb, const char *line, struct words *words, struct err *err)
{
	int beside = (command_find(words->items[0])->flags & COMMAND_BESIDE) != 0;
	struct errand_spec spec = {.words = words->items, .count = words->count, .beside = beside, .folder = -1};
	int show;
	if (wb->errand)
		return err_set(err, ERR_FAILED,
		               _("another long command is under way: wait for its end, or Ctrl-C cancels it"));
	wb->errand_line = xstrdup(line);
	wb->errand = errand_begin(wb, &spec);
	if (errand_work(wb->errand, clock_steady() + FIRST_SLICE, &show) == 0) {
		end_errand(wb);
		return wb->errand_rc;
	}
	return 0;
}

static int is_long(const char *name)
{
	const struct command *command = command_find(name);
	return command && (command->flags & (COMMAND_BESIDE | COMMAND_ALONE)) &&
	       !(command->flags & (COMMAND_NO_SCRIPT | COMMAND_TERMINAL));
}

static int run_command(struct workbench *wb, const char *line, struct words *words)
{
	const char *name = words->items[0];
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = may_run(wb, name, &err);
	workbench_before_anew(wb, name);
	if (rc == 0 && is_long(name))
		rc = begin_errand(wb, line, words, &err); /* it tells its end itself */
	else if (rc == 0 && (rc = command_run_line(wb->s, line, &output, &err)) == 0 && wb->s->wish == WISH_NOTHING)
		show_output(wb, line, &output);
	workbench_after_anew(wb, name);
	if (rc < 0 && err.code)
		workbench_tell_error(wb, &err);
	do_wish(wb);
	buf_release(&output);
	return rc;
}

int workbench_command(struct workbench *wb, const char *line)
{
	struct err err = ERR_INIT;
	struct words words;
	if (words_split(&words, line, &err) < 0) {
		workbench_tell_error(wb, &err);
		return -1;
	}
	const char *argument;
	const struct route *route = route_of_line(words.items, words.count, &argument);
	int rc = 0;
	if (words.count > 0 && !(route && go(wb, route, argument)))
		rc = run_command(wb, line, &words);
	words_release(&words);
	return rc;
}

/* ---- locking */

/* Nothing of the case stays in the views' rows, nor on the screen. */
static void forget_views(struct workbench *wb)
{
	for (size_t i = 0; i < wb->depth; i++)
		view_forget(wb->stack[i]);
	tables_forget(wb->tables);
	names_free(&wb->names);
	wb->turn++;
}

/* What was typed is kept before the keys go. */
static void flush_views(struct workbench *wb)
{
	prompt_flush(wb);
	kept_flush(wb);
	for (size_t i = 0; i < wb->depth; i++)
		if (wb->stack[i]->lazy && wb->stack[i]->lazy->flush)
			wb->stack[i]->lazy->flush(wb->stack[i]);
}

void workbench_lock(struct workbench *wb)
{
	struct err why = ERR_INIT;
	if (wb->locked)
		return;
	if (wb->errand && (case_is_still(wb->s->c) || !case_identity(wb->s->c)))
		workbench_stop_errand(wb); /* it would use a key that is wiped, or a case that is closed */
	verifying_free(wb->verifying);
	wb->verifying = NULL;
	flush_views(wb);
	if (session_lock(wb->s, &why) < 0) {
		workbench_tell_error(wb, &why);
		return;
	}
	wb->locked = 1;
	forget_views(wb);
	buf_clear(&wb->status);
	screen_wipe();
	int escapes = 0;
	while (wb->locked && !wb->leaving) {
		struct secret passphrase = SECRET_INIT;
		struct err err = ERR_INIT;
		if (prompt_passphrase(wb, _("Passphrase: "), &passphrase) < 0) {
			if (wb->leaving || ++escapes >= 2)
				wb->leaving = 1;
			continue;
		}
		escapes = 0;
		if (session_unlock(wb->s, &passphrase, &err) == 0) {
			wb->locked = 0;
			wb->verifying = verifying_new(wb);
			workbench_tell(wb, TONE_GOOD, "%s", _("unlocked"));
		} else {
			workbench_tell(wb, TONE_ALARM, "%s", err.message);
		}
		secret_release(&passphrase);
	}
	wb->last_key = clock_steady();
	if (!wb->errand && !wb->leaving)
		visit_ended(wb); /* those that waited for an errand that the lock ended */
}

/* Seconds without a key after which genba locks itself; GENBA_LOCK_AFTER overrides, 0 means never. */
static double idle_limit(void)
{
	const char *text = getenv("GENBA_LOCK_AFTER");
	char *end;
	if (!text || !*text)
		return IDLE_SECONDS;
	double seconds = strtod(text, &end);
	return *end || seconds < 0 ? IDLE_SECONDS : seconds;
}

static int is_idle(const struct workbench *wb)
{
	double limit = idle_limit();
	return limit > 0 && clock_steady() - wb->last_key >= limit;
}

/* The steady time when the minute on the clock changes or the idle lock falls due: the only regular wake-ups. */
static double next_wake(const struct workbench *wb)
{
	double now = clock_steady();
	double wake = now + (double)(60 - clock_now().seconds % 60);
	double limit = idle_limit();
	if (limit > 0 && !wb->locked && wb->last_key + limit < wake)
		wake = wb->last_key + limit;
	return wake;
}

/* Waits for a key until then, and does the view's slow work in slices while none is there. */
static int wait_for_key(struct workbench *wb)
{
	int key = screen_key(0);
	if (key == KEY_KNOCK && visit_serve(wb))
		return KEY_WORK;
	if (key != KEY_NOTHING && key != KEY_KNOCK)
		return key;
	key = KEY_NOTHING;
	double wake = next_wake(wb);
	while (key == KEY_NOTHING) {
		double now = clock_steady();
		if (now >= wake)
			return KEY_NOTHING;
		int wait = (int)((wake - now) * 1000) + 1;
		struct view *v = wb->locked || wb->depth == 0 ? NULL : workbench_top(wb);
		if (v && (wb->work.fn || (v->lazy && v->lazy->work))) {
			int show = 0;
			int again = wb->work.fn ? wb->work.fn(wb->work.ctx, now + WORK_SLICE, &show)
			                        : v->lazy->work(v, now + WORK_SLICE, &show);
			if (show)
				return KEY_WORK;
			if (again >= 0 && again < wait)
				wait = again;
		}
		int kept = 0;
		int draft = wb->locked ? -1 : kept_work(wb, &kept);
		if (kept)
			return KEY_WORK;
		if (draft >= 0 && draft < wait)
			wait = draft;
		if (wb->errand && !errand_has_ended(wb->errand) && !errand_is_held(wb->errand)) {
			int show = 0;
			wait = 0;
			if (errand_work(wb->errand, clock_steady() + ERRAND_SLICE, &show) == 0) {
				if (wb->visit)
					visit_ended(wb);
				return KEY_WORK;
			}
			if (show)
				return KEY_WORK;
		} else if (!wb->locked && wb->verifying) {
			int show = 0;
			if (verifying_work(wb->verifying, clock_steady() + WORK_SLICE, &show))
				wait = wait < CHECK_PAUSE ? wait : CHECK_PAUSE;
			if (show)
				return KEY_WORK;
		}
		key = screen_key(wait);
		if (key == KEY_KNOCK)
			key = visit_serve(wb) ? KEY_WORK : KEY_NOTHING;
	}
	return key;
}

int workbench_key(struct workbench *wb)
{
	int key = wb->leaving ? KEY_HANGUP : wait_for_key(wb);
	if (key == KEY_HANGUP) {
		wb->leaving = 1;
		return key;
	}
	if (!wb->locked && (key == KEY_LOCK || key == CTRL('l') || (key == KEY_NOTHING && is_idle(wb)))) {
		workbench_lock(wb);
		return wb->leaving ? KEY_HANGUP : KEY_NOTHING;
	}
	if (key == KEY_LOCK || (wb->locked && key == CTRL('l')))
		return KEY_NOTHING;
	if (key != KEY_NOTHING && key != KEY_SIZE && key != KEY_WORK)
		wb->last_key = clock_steady();
	return key; /* KEY_NOTHING, KEY_SIZE, KEY_WORK: the caller draws anew */
}

/* ---- the loop */

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

int workbench_step(struct workbench *wb)
{
	tell_errand(wb);
	if (!screen_pending()) {
		workbench_draw(wb);
		screen_show();
	}
	int key = workbench_key(wb);
	if (key == KEY_HANGUP)
		wb->leaving = 1;
	if (key == KEY_WORK || wb->leaving)
		return !wb->leaving;
	if (key == KEY_NOTHING || key == KEY_SIZE) {
		search_catch_up(wb->s->c, CATCH_UP_ROWS, NULL);
		return 1;
	}
	buf_clear(&wb->status);
	wb->quiet = 0;
	struct view *v = workbench_top(wb);
	view_refresh(v); /* keys act on rows: they are there even if drawing was put off */
	if (key == KEY_PASTE_BEGIN)
		take_paste(wb);
	else if (!view_press(v, key) && !(v->ops->key && v->ops->key(v, key)) &&
	         !view_move(v, key, workbench_height(wb)))
		workbench_press(wb, key);
	return !wb->leaving;
}

static void run(struct workbench *wb)
{
	wb->last_key = clock_steady();
	while (workbench_step(wb))
		;
}

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

int workbench_run(struct session *s, struct err *err)
{
	if (session_open(s, err) < 0)
		return -1;
	struct workbench wb = {.s = s, .status = BUF_INIT, .lines = json_array()};
	if (screen_start(err) < 0) {
		json_decref(wb.lines);
		return -1;
	}
	s->in_workbench = 1;
	struct progress progress = s->progress;
	s->progress = (struct progress){show_progress, &wb};
	go(&wb, route_next(NULL), NULL);
	if (*case_notice(s->c))
		workbench_tell(&wb, TONE_ATTENTION, "%s", case_notice(s->c));
	else if (geteuid() == 0 && !clock_is_set()) /* screens that are compared are those of any user */
		workbench_tell(&wb, TONE_ATTENTION, "%s",
		               _("genba runs as root, which it never needs: leave, and start it as yourself"));
	else if (*screen_notice())
		workbench_tell(&wb, TONE_ATTENTION, "%s", screen_notice());
	else
		workbench_tell(&wb, TONE_FAINT, "%s", _("? shows the keys"));
	wb.quiet = !*wb.status.data || wb.status_tone == TONE_FAINT;
	wb.verifying = verifying_new(&wb);
	visit_open(&wb);
	run(&wb);
	workbench_stop_errand(&wb);
	visit_close(&wb);
	verifying_free(wb.verifying);
	while (wb.depth > 0)
		view_free(wb.stack[--wb.depth]);
	tables_free(&wb.tables);
	names_free(&wb.names);
	buf_release(&wb.status);
	free(wb.search);
	json_decref(wb.lines);
	screen_stop();
	s->progress = progress;
	s->in_workbench = 0;
	return 0;
}
