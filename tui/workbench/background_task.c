#include "tui/workbench/background_task.h"

#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/store/value.h"
#include "tui/command/command.h"
#include "tui/session/session.h"
#include "tui/term/screen.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW     0.2 /* seconds between two drawings of the progress */
#define RATE_EVERY 0.5 /* seconds over which the rate is measured */
#define RATE_NEW   0.4 /* weight of the newest of them */
#define LEAST_RATE 4096.0

struct background_task {
	struct session *s;
	struct session side; /* the workbench's, with streams and progress of its own */
	char **words;
	size_t count;
	const char *language; /* of whoever gave it */
	int beside;
	int folder;
	char *text[2]; /* what it printed: results, notices */
	size_t size[2];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turned;
	int its_turn;
	int only_draw; /* the turn is given back for a look at the keys, no more */
	int begun;
	int ended;
	int cancelled;
	int waits; /* for the key */
	double deadline;
	double drawn;
	char *what; /* printable */
	uint64_t done;
	uint64_t total;
	uint64_t errors;
	double rate;
	double measured_at;
	uint64_t measured;
	int held;   /* by the person: it does not get the turn */
	int paused; /* it was held since it last went on */
	int rc;
	struct err err;
};

/* ---- on the command's thread */

static void give_back(struct background_task *e, int only_draw)
{
	pthread_mutex_lock(&e->lock);
	e->only_draw = only_draw;
	e->its_turn = 0;
	pthread_cond_broadcast(&e->turned);
	while (!e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

static void background_task_measure(struct background_task *e, uint64_t done, double now)
{
	if (done < e->measured || e->measured_at == 0) { /* another part of the work: reading back */
		e->rate = 0;
	} else if (now - e->measured_at < RATE_EVERY) {
		return;
	} else {
		double rate = (double)(done - e->measured) / (now - e->measured_at);
		e->rate = e->rate > 0 ? e->rate * (1 - RATE_NEW) + rate * RATE_NEW : rate;
	}
	e->measured = done;
	e->measured_at = now;
}

static void on_trouble(void *ctx, uint64_t more)
{
	struct background_task *e = ctx;
	e->errors += more;
}

static int background_task_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct background_task *e = ctx;
	double now = clock_steady();
	int may_yield = e->beside && !case_is_changing(e->side.c);
	if (e->cancelled)
		return 1;
	background_task_measure(e, done, now);
	e->done = done;
	e->total = total;
	if (now < (may_yield ? e->deadline : e->drawn + REDRAW))
		return 0;
	free(e->what);
	e->what = printable_dup(what);
	give_back(e, !may_yield);
	if (e->paused) { /* it was, and is not any more: the pause is not part of the rate */
		e->paused = 0;
		e->measured_at = clock_steady();
		e->measured = done;
	}
	return e->cancelled;
}

/* genba was locked meanwhile: what is to be signed waits until it is unlocked. */
static void await_key(void *ctx)
{
	struct background_task *e = ctx;
	e->waits = 1;
	while (!e->cancelled && session_is_locked(e->s))
		give_back(e, 0);
	e->waits = 0;
}

/* The folder that it works in is this thread's own, so that the workbench stays in its. Where that is not allowed nothing
 * else goes on meanwhile, and the folder is changed back. */
static int enter_folder(struct background_task *e, int *back)
{
	if (e->folder < 0)
		return 0;
	if (unshare(CLONE_FS) < 0) {
		e->beside = 0;
		*back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fchdir(e->folder);
}

static void *background_task_run(void *arg)
{
	struct background_task *e = arg;
	int back = -1;
	pthread_mutex_lock(&e->lock);
	while (!e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
	e->side.progress = (struct progress){background_task_step, e};
	e->side.trouble = on_trouble;
	e->side.trouble_ctx = e;
	if (enter_folder(e, &back) < 0)
		e->rc = err_set(&e->err, ERR_FAILED, _("cannot use the other shell's files"));
	else
		e->rc = command_run(&e->side, (int)e->count, e->words, &e->err);
	if (back >= 0) {
		if (fchdir(back) < 0) { /* it was removed: what follows names files by whole paths */
		}
		close(back);
	}
	pthread_mutex_lock(&e->lock);
	e->ended = 1;
	e->its_turn = 0;
	pthread_cond_broadcast(&e->turned);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* ---- on the workbench's */

static void give_turn(struct background_task *e, double deadline)
{
	const char *mine = i18n_language();
	i18n_set_language(e->language);
	pthread_mutex_lock(&e->lock);
	e->deadline = deadline;
	e->its_turn = 1;
	pthread_cond_broadcast(&e->turned);
	while (e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
	i18n_set_language(mine);
}

static int start_thread(struct background_task *e)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the workbench's */
	int rc = pthread_create(&e->thread, NULL, background_task_run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct background_task *background_task_begin(struct session *s, const struct background_task_spec *spec)
{
	struct background_task *e = xcalloc(1, sizeof *e);
	e->s = s;
	e->side = *s;
	e->side.remote_command = spec->remote_command;
	if (spec->remote_command) { /* what is shown on this screen is not another shell's */
		e->side.merge = NULL;
		e->side.list = NULL;
		e->side.brief = NULL;
	}
	e->side.files = spec->files;
	e->side.file_count = spec->file_count;
	e->side.out = open_memstream(&e->text[0], &e->size[0]);
	e->side.log = open_memstream(&e->text[1], &e->size[1]);
	e->words = xcalloc(spec->count + 1, sizeof *e->words);
	for (; e->count < spec->count; e->count++)
		e->words[e->count] = xstrdup(spec->words[e->count]);
	e->language = i18n_language();
	e->beside = spec->beside;
	e->folder = spec->folder;
	e->what = xstrdup("");
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->turned, NULL);
	if (!e->side.out || !e->side.log || start_thread(e) != 0) {
		e->rc = err_set(&e->err, ERR_FAILED, _("cannot begin '%s': no room for it"), e->words[0]);
		e->ended = 1;
	} else {
		e->begun = 1;
	}
	return e;
}

/* The command keeps the turn: only its progress and Ctrl-C are looked after. */
static void look_at_keys(struct background_task *e)
{
	struct buf line = BUF_INIT;
	background_task_line(e, &line);
	if (!session_is_locked(e->s)) {
		screen_put(screen_rows() - 1, 0, screen_columns(), TONE_FAINT, line.data);
		screen_show();
	}
	buf_release(&line);
	if (screen_interrupted())
		e->cancelled = 1;
	e->drawn = clock_steady();
}

int background_task_is_held(const struct background_task *e)
{
	return e->held && !e->ended;
}

int background_task_work(struct background_task *e, double deadline, int *show)
{
	while (!e->ended) {
		if (e->beside)
			case_on_missing_key(e->side.c, await_key, e);
		give_turn(e, deadline);
		if (e->beside)
			case_on_missing_key(e->side.c, NULL, NULL);
		if (e->ended || !e->only_draw)
			break;
		look_at_keys(e);
	}
	if (!e->ended && clock_steady() - e->drawn > REDRAW) {
		e->drawn = clock_steady();
		*show = 1;
	}
	return !e->ended;
}

int background_task_has_ended(const struct background_task *e)
{
	return e->ended;
}

void background_task_cancel(struct background_task *e)
{
	e->cancelled = 1;
	e->held = 0;
}

void background_task_pause(struct background_task *e, int pause)
{
	e->held = pause;
	e->paused |= pause;
}

/* ---- looking */

static int percent(const struct background_task *e)
{
	return e->total ? (int)((double)e->done * 100.0 / (double)e->total) : -1;
}

void background_task_look(const struct background_task *e, struct background_task_progress *out)
{
	*out = (struct background_task_progress){.what = e->what,
	                                         .done = e->done,
	                                         .total = e->total,
	                                         .rate = e->rate,
	                                         .left = -1,
	                                         .errors = e->errors,
	                                         .paused = e->held,
	                                         .cancelled = e->cancelled,
	                                         .waits = e->waits};
	if (e->rate > 0 && e->total >= e->done)
		out->left = (int64_t)((double)(e->total - e->done) / e->rate + 0.5);
}

static void add_left(int64_t seconds, struct buf *out)
{
	if (seconds < 90)
		buf_addf(out, _(" · %lld s left"), (long long)seconds);
	else if (seconds < 90 * 60)
		buf_addf(out, _(" · %lld min left"), (long long)((seconds + 30) / 60));
	else
		buf_addf(out, _(" · %lld h %lld min left"), (long long)(seconds / 3600),
		         (long long)(seconds / 60 % 60));
}

void background_task_numbers(const struct background_task *e, struct buf *out)
{
	struct background_task_progress p;
	background_task_look(e, &p);
	if (p.total)
		buf_addf(out, "%d%%", percent(e));
	if (p.paused) {
		buf_addf(out, "%s%s", p.total ? " · " : "", _("paused"));
	} else if (p.rate > LEAST_RATE) { /* bytes, then; a count of files is not worth a rate */
		buf_adds(out, p.total ? " · " : "");
		value_size_print((json_int_t)p.rate, out);
		buf_adds(out, "/s");
		if (p.left >= 0 && p.total)
			add_left(p.left, out);
	}
	if (p.errors)
		buf_addf(out, P_(" · %llu error", " · %llu errors", p.errors), (unsigned long long)p.errors);
}

void background_task_command(const struct background_task *e, struct buf *out)
{
	for (size_t i = 0; i < e->count; i++) {
		if (i)
			buf_addc(out, ' ');
		printable_add(out, e->words[i], strlen(e->words[i]), PRINTABLE_LINE);
	}
}

int background_task_names(const struct background_task *e, const char *path)
{
	int names = 0;
	for (size_t i = 1; i < e->count && !names; i++) {
		char *real = realpath(e->words[i], NULL);
		names = strcmp(real ? real : e->words[i], path) == 0;
		free(real);
	}
	return names;
}

void background_task_line(const struct background_task *e, struct buf *out)
{
	size_t before;
	buf_addf(out, "%s: ", e->words[0]);
	before = out->len;
	background_task_numbers(e, out);
	buf_addf(out, "%s%s · %s", out->len > before ? " · " : "", e->what,
	         e->cancelled ? _("is being cancelled")
	         : e->waits   ? _("waits until genba is unlocked")
	                      : _("Ctrl-C cancels"));
}

void background_task_badge(const struct background_task *e, struct buf *out)
{
	if (!e)
		return;
	buf_adds(out, e->held ? "‖" : "▶");
	if (percent(e) >= 0)
		buf_addf(out, "%d%%", percent(e));
	buf_addc(out, ' ');
}

void background_task_end(struct background_task *e, struct background_task_ended *ended)
{
	int show;
	e->held = 0;
	while (background_task_work(e, clock_steady() + 1, &show))
		;
	if (e->begun)
		pthread_join(e->thread, NULL);
	for (int i = 0; i < 2; i++) {
		FILE *stream = i ? e->side.log : e->side.out;
		struct buf *to = i ? &ended->log : &ended->out;
		if (stream)
			fclose(stream);
		buf_init(to);
		buf_add(to, e->text[i], e->size[i]);
		free(e->text[i]);
	}
	ended->rc = e->rc;
	ended->err = e->err;
	if (!e->beside) { /* it may have closed the case and opened it anew */
		struct session *s = e->s;
		s->c = e->side.c;
		s->identity = e->side.identity;
		s->request = e->side.request;
		s->request_list = e->side.request_list;
		memcpy(s->request_commit, e->side.request_commit, sizeof s->request_commit);
	}
	for (size_t i = 0; i < e->count; i++)
		free(e->words[i]);
	free(e->words);
	free(e->what);
	pthread_cond_destroy(&e->turned);
	pthread_mutex_destroy(&e->lock);
	free(e);
}
