/*
 * The one place that waits: for keys, the clock, other shells, and what works
 * between the keys.
 *
 * Whoever has something to do while no key comes is a source: slow work in
 * slices, a draft to be written, a socket. The view on top, a long command, the
 * check behind the first screen are sources for the whole session; a prompt adds
 * its own for the time it asks. A prompt, a form and the lock wait by calling
 * events_wait(); what they wait beside goes on all the same.
 *
 *     struct event_source typing = {.flush = keep_it, .ctx = &text};
 *     events_add(e, &typing);
 *     while ((key = events_wait(e)) != KEY_HANGUP)
 *             …
 *     events_remove(e, &typing);
 *
 * Sources are asked last added first, which is the order from what is on top to
 * what lies below. A source must be removed before its owner goes.
 */
#ifndef GENBA_TUI_WORKBENCH_EVENTS_H
#define GENBA_TUI_WORKBENCH_EVENTS_H

struct event_source {
	/* Does some of what is left to do, for about `slice` seconds. Milliseconds until it wants to go on (0: at once), or -1:
	 * there is nothing to do. Sets *show if what is seen has changed. NULL: none. */
	int (*work)(void *ctx, double deadline, int *show);
	double slice;
	/* A watched descriptor has something (screen_watch()). 1 if the screen is to be drawn anew. NULL: none. */
	int (*knock)(void *ctx);
	/* Keeps what is not kept yet, at once: the keys are about to be wiped. NULL: nothing. */
	void (*flush)(void *ctx);
	void *ctx;
	struct event_source *below; /* the loop's own */
};

#define EVENT_SLICE 0.004 /* seconds that a key may have to wait for */

struct events;

/* `lock` is done when it is asked for (Ctrl-L, SIGUSR1) after some time without a key (GENBA_LOCK_AFTER, seconds; 0:
 * never), and when the machine was asleep meanwhile; it may wait itself. */
struct events *events_new(void (*lock)(void *ctx), void *ctx);
void events_free(struct events *e); /* NULL is fine */

void events_add(struct events *e, struct event_source *source);
void events_remove(struct events *e, struct event_source *source);

/*
 * The next key (screen.h). KEY_HANGUP: the terminal is gone or the person leaves, and every further call says so too, so
 * that each nested loop ends. KEY_NOTHING, KEY_SIZE and KEY_WORK: no key; the caller draws anew.
 */
int events_wait(struct events *e);

/* From now on events_wait() answers KEY_HANGUP. */
void events_leave(struct events *e);
int events_is_over(const struct events *e);

/* Ctrl-Z locks and gives the terminal back to the shell that genba was started from; `fg` comes back to the lock. Only where
 * there is such a shell: not on a terminal that was lent. 1 while that is under way: whoever locks stops then. */
void events_let_suspend(struct events *e, int may);
int events_is_suspending(const struct events *e);

/* Locks as Ctrl-L does. */
void events_lock(struct events *e);

/* All sources keep what is not kept yet. */
void events_flush(struct events *e);

/* Seconds since the last key; events_touch() is one. */
double events_idle(const struct events *e);
void events_touch(struct events *e);

#endif
