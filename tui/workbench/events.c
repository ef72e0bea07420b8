#include "tui/workbench/events.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "tui/session/session.h"
#include "tui/term/screen.h"

#include <stdlib.h>

#define NAP 1.0 /* seconds by which the clocks may differ without a sleep */

struct events {
	struct event_source *top;
	void (*lock)(void *ctx);
	void *ctx;
	double last_key; /* steady seconds */
	double asleep;   /* clock_asleep() of the last look */
	int over;
	int may_suspend;
	int suspending; /* Ctrl-Z: the lock gives the terminal back */
	int locking;    /* the lock waits itself: it is not asked for again */
};

struct events *events_new(void (*lock)(void *ctx), void *ctx)
{
	struct events *e = xcalloc(1, sizeof *e);
	*e = (struct events){.lock = lock, .ctx = ctx, .last_key = clock_steady(), .asleep = clock_asleep()};
	return e;
}

void events_free(struct events *e)
{
	free(e);
}

void events_add(struct events *e, struct event_source *source)
{
	source->below = e->top;
	e->top = source;
}

void events_remove(struct events *e, struct event_source *source)
{
	struct event_source **at = &e->top;
	while (*at && *at != source)
		at = &(*at)->below;
	if (*at)
		*at = source->below;
}

void events_leave(struct events *e)
{
	e->over = 1;
}

int events_is_over(const struct events *e)
{
	return e->over;
}

void events_let_suspend(struct events *e, int may)
{
	e->may_suspend = may;
}

int events_is_suspending(const struct events *e)
{
	return e->suspending;
}

/* If it could not lock, it is tried again after as long a time without a key. */
void events_lock(struct events *e)
{
	if (e->locking)
		return;
	e->locking = 1;
	e->lock(e->ctx);
	e->locking = 0;
	events_touch(e);
}

void events_flush(struct events *e)
{
	for (const struct event_source *s = e->top; s; s = s->below)
		if (s->flush)
			s->flush(s->ctx);
}

double events_idle(const struct events *e)
{
	return clock_steady() - e->last_key;
}

void events_touch(struct events *e)
{
	e->last_key = clock_steady();
}

static int is_idle(const struct events *e)
{
	double limit = session_idle_limit();
	return limit > 0 && events_idle(e) >= limit;
}

/* The steady time when the minute on the clock changes or the idle lock falls due: the only regular wake-ups. */
static double next_wake(const struct events *e)
{
	double now = clock_steady();
	double wake = now + (double)(60 - clock_now().seconds % 60);
	double limit = session_idle_limit();
	double due = e->last_key + limit;
	return limit > 0 && !e->locking && due < wake ? due : wake;
}

static int knock(struct events *e)
{
	int show = 0;
	for (const struct event_source *s = e->top; s; s = s->below)
		if (s->knock)
			show |= s->knock(s->ctx);
	return show ? KEY_WORK : KEY_NOTHING;
}

/* Every source gets its slice, until one has something to show. *wait: milliseconds until the first of them goes on. */
static int work(struct events *e, int *wait)
{
	int show = 0;
	for (const struct event_source *s = e->top; s && !show; s = s->below) {
		int again = s->work ? s->work(s->ctx, clock_steady() + s->slice, &show) : -1;
		if (again >= 0 && again < *wait)
			*wait = again;
	}
	return show;
}

static int next_key(struct events *e)
{
	int key = screen_key(0);
	double wake = next_wake(e);
	if (key == KEY_KNOCK)
		key = knock(e);
	while (key == KEY_NOTHING) {
		double now = clock_steady();
		if (now >= wake || clock_asleep() - e->asleep > NAP)
			return KEY_NOTHING;
		int wait = (int)((wake - now) * 1000) + 1;
		if (work(e, &wait))
			return KEY_WORK;
		key = screen_key(wait);
		if (key == KEY_KNOCK)
			key = knock(e);
	}
	return key;
}

static void events_suspend(struct events *e)
{
	if (e->locking) {
		if (e->may_suspend)
			screen_suspend();
		return;
	}
	e->suspending = e->may_suspend;
	events_lock(e);
	e->suspending = 0;
}

/* The machine was asleep since the last look: whoever woke it need not be the same person. */
static int has_slept(struct events *e)
{
	double before = e->asleep;
	e->asleep = clock_asleep();
	return e->asleep - before > NAP && session_idle_limit() > 0;
}

int events_wait(struct events *e)
{
	int key = e->over ? KEY_HANGUP : next_key(e);
	int slept = has_slept(e);
	if (key == KEY_HANGUP)
		e->over = 1;
	else if (slept || key == KEY_LOCK || key == CTRL('l') || (key == KEY_NOTHING && is_idle(e))) {
		events_lock(e);
		key = e->over ? KEY_HANGUP : KEY_NOTHING;
	} else if (key == CTRL('z')) {
		events_suspend(e);
		key = e->over ? KEY_HANGUP : KEY_NOTHING;
	} else if (key != KEY_NOTHING && key != KEY_SIZE && key != KEY_WORK)
		events_touch(e);
	return key;
}
