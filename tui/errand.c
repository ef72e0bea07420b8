#include "tui/errand.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command.h"
#include "tui/screen.h"
#include "tui/workbench_private.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW 0.2 /* seconds between two drawings of the progress */

struct errand {
	struct workbench *wb;
	struct session side; /* the workbench's, with streams and progress of its own */
	char **words;
	size_t count;
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
	char *what;  /* printable */
	int percent; /* -1: not known */
	int rc;
	struct err err;
};

/* ---- on the command's thread */

static void give_back(struct errand *e, int only_draw)
{
	pthread_mutex_lock(&e->lock);
	e->only_draw = only_draw;
	e->its_turn = 0;
	pthread_cond_broadcast(&e->turned);
	while (!e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

static int step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct errand *e = ctx;
	double now = clock_steady();
	int may_yield = e->beside && !case_is_changing(e->side.c);
	if (e->cancelled)
		return 1;
	if (now < (may_yield ? e->deadline : e->drawn + REDRAW))
		return 0;
	free(e->what);
	e->what = printable_dup(what);
	e->percent = total ? (int)((double)done * 100.0 / (double)total) : -1;
	give_back(e, !may_yield);
	return e->cancelled;
}

/* genba was locked meanwhile: what is to be signed waits until it is unlocked. */
static void await_key(void *ctx)
{
	struct errand *e = ctx;
	e->waits = 1;
	while (!e->cancelled && session_is_locked(e->wb->s))
		give_back(e, 0);
	e->waits = 0;
}

/* The folder that it works in is this thread's own, so that the workbench stays in its. Where that is not allowed nothing
 * else goes on meanwhile, and the folder is changed back. */
static int enter_folder(struct errand *e, int *back)
{
	if (e->folder < 0)
		return 0;
	if (unshare(CLONE_FS) < 0) {
		e->beside = 0;
		*back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fchdir(e->folder);
}

static void *run(void *arg)
{
	struct errand *e = arg;
	int back = -1;
	pthread_mutex_lock(&e->lock);
	while (!e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
	e->side.progress = (struct progress){step, e};
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

static void give_turn(struct errand *e, double deadline)
{
	pthread_mutex_lock(&e->lock);
	e->deadline = deadline;
	e->its_turn = 1;
	pthread_cond_broadcast(&e->turned);
	while (e->its_turn)
		pthread_cond_wait(&e->turned, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

static int start_thread(struct errand *e)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the workbench's */
	int rc = pthread_create(&e->thread, NULL, run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct errand *errand_begin(struct workbench *wb, const struct errand_spec *spec)
{
	struct errand *e = xcalloc(1, sizeof *e);
	e->wb = wb;
	e->side = *wb->s;
	e->side.visit = spec->visit;
	e->side.files = spec->files;
	e->side.file_count = spec->file_count;
	e->side.out = open_memstream(&e->text[0], &e->size[0]);
	e->side.log = open_memstream(&e->text[1], &e->size[1]);
	e->words = xcalloc(spec->count + 1, sizeof *e->words);
	for (; e->count < spec->count; e->count++)
		e->words[e->count] = xstrdup(spec->words[e->count]);
	e->beside = spec->beside;
	e->folder = spec->folder;
	e->what = xstrdup("");
	e->percent = -1;
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
static void look_at_keys(struct errand *e)
{
	struct buf line = BUF_INIT;
	errand_line(e, &line);
	if (!e->wb->locked) {
		screen_put(screen_rows() - 1, 0, screen_columns(), TONE_FAINT, line.data);
		screen_show();
	}
	buf_release(&line);
	if (screen_interrupted())
		e->cancelled = 1;
	e->drawn = clock_steady();
}

int errand_work(struct errand *e, double deadline, int *show)
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

int errand_has_ended(const struct errand *e)
{
	return e->ended;
}

void errand_cancel(struct errand *e)
{
	e->cancelled = 1;
}

void errand_line(const struct errand *e, struct buf *out)
{
	buf_addf(out, "%s: ", e->words[0]);
	if (e->percent >= 0)
		buf_addf(out, "%d%% ", e->percent);
	buf_addf(out, "%s · %s", e->what,
	         e->cancelled ? _("is being cancelled")
	         : e->waits   ? _("waits until genba is unlocked")
	                      : _("Ctrl-C cancels"));
}

void errand_mark(const struct errand *e, struct buf *out)
{
	if (!e)
		return;
	buf_adds(out, "▶");
	if (e->percent >= 0)
		buf_addf(out, "%d%%", e->percent);
	buf_addc(out, ' ');
}

void errand_end(struct errand *e, struct errand_ended *ended)
{
	int show;
	while (errand_work(e, clock_steady() + 1, &show))
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
		struct session *s = e->wb->s;
		s->c = e->side.c;
		s->identity = e->side.identity;
		s->wish = e->side.wish;
		memcpy(s->wish_commit, e->side.wish_commit, sizeof s->wish_commit);
	}
	for (size_t i = 0; i < e->count; i++)
		free(e->words[i]);
	free(e->words);
	free(e->what);
	pthread_cond_destroy(&e->turned);
	pthread_mutex_destroy(&e->lock);
	free(e);
}
