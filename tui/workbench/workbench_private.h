/* What the files of the workbench share. Views use workbench.h. */
#ifndef GENBA_TUI_WORKBENCH_WORKBENCH_PRIVATE_H
#define GENBA_TUI_WORKBENCH_WORKBENCH_PRIVATE_H

#include "base/buf.h"
#include "case/store/record.h"
#include "history/history.h"
#include "tui/workbench/workbench.h"

#define STACK_LIMIT 32

struct title_cache;
struct socket_server;
struct tables;
struct background_verify;
struct remote_command;
struct workbench_rest;

/* What the unlocked responder's record says of the clock of the machine they work on, for the header. */
struct own_clock {
	uint64_t generation; /* of the case when it was read, and one; 0: never */
	char text[48];       /* "off +2s"; "" if no offset was entered */
};

/* What was drawn last. */
struct drawn {
	const struct view *view; /* to compare only; NULL: none */
	size_t top, selected;
	uint64_t generation;
};

/* What must not be overlooked, for the header. */
struct alarm_count {
	const struct case_file *c; /* the lock closes it and opens it anew */
	uint64_t generation;       /* as above */
	size_t count;
};

/*
 * The way that a person came. A key that leads to another view closes what was open above the board: what closes is kept as names,
 * which view, about what, at which record. Backspace makes it again and goes to that record, whatever room it lies in.
 */
#define TRAIL_MOST 64 /* views; then the oldest are forgotten */

struct trail_place {
	const struct view_ops *ops;
	char *argument;                             /* or NULL; owned */
	char labels[VIEW_LABELS];                   /* what the row was about */
	char label[sizeof((struct row *)0)->label]; /* the row's own */
	size_t row;
	int is_first; /* of those that were closed together */
};

struct trail {
	struct trail_place places[TRAIL_MOST];
	size_t count;
};

struct workbench {
	struct session *s;
	struct events *events;       /* who waits, and what goes on meanwhile */
	const struct view_key *keys; /* that mean the same in every view: workbench_keys */
	struct view *stack[STACK_LIMIT];
	size_t depth;
	struct trail trail; /* what stood there before */
	struct buf status;  /* one line, printable; shown until the next key */
	enum tone status_tone;
	char *search; /* what was looked for last */
	int locked;
	int changes; /* the person leaves this case: for another one, the one before it, or the shell */
	unsigned long keys_read;
	unsigned waiting; /* calls that hold on to a view while keys are awaited: 0 only in the outermost loop */
	struct drawn drawn;
	enum redraw redraw;                  /* what has to be drawn since; the greater wins */
	struct workbench_rest *rest;         /* what is being freed */
	uint64_t indexed;                    /* 1 + the generation that the search index has taken in; 0: none */
	char as_of[HISTORY_ID];              /* the commit as of which the case is shown; "": now */
	char as_of_time[32];                 /* its time, RFC 3339 */
	uint64_t turn;                       /* grows when all views must be filled anew though the case is the same */
	struct background_verify *verifying; /* the check behind the first screen, or NULL */
	struct socket_server *server;        /* for commands of other shells, or NULL */
	int may_copy;                        /* the person has asked for it in this session (copy.h) */
	struct background_task *task;        /* a long command that is carried out beside the keys, or NULL */
	const struct view *task_from;        /* on top when it began, and its row; compared only: it may be gone */
	size_t task_row;
	char *background_task_line; /* as it was typed here; owned */
	int escape_told;            /* during that task: Esc does not end it */
	double progress_shown;
	struct buf made;     /* labels that the last command printed, parted by a space */
	struct buf said;     /* its last line */
	int task_rc;         /* what the last one came to */
	int shown_here;      /* the view on top shows what comes of the command: it is told in one line */
	struct err *refused; /* of whoever waits for its end (workbench_try()); NULL: why it was refused is told */
	struct remote_command
	    *remote_command; /* the other shell whose background task it is; NULL: it was typed here */
	struct remote_command *remote_waiting; /* other shells whose commands wait for its end */
	int quiet;                             /* no key has come since the opening */
	struct tables *tables;                 /* records held for lists and pickers */
	struct title_cache *names;             /* titles of records */
	struct own_clock clock;
	struct alarm_count alarms;
	int covered;           /* a long message lies over rows and footer */
	json_t *told;          /* the last messages, the oldest first */
	json_t *told_once;     /* workbench_is_new(): an object */
	int search_goes_on;    /* to another place of words that were found */
	double search_told_at; /* how far it is */
	int searching;         /* n and N go to the next and the last place of what was looked for; Esc ends it */
	json_t *lines;         /* what was typed behind `:`, oldest first */
};

/* ---- workbench.c */

/* Goes there. 0: it cannot be shown, which is told. */
int workbench_go(struct workbench *wb, const struct route *route, const char *argument);

/* Keeps the views that can be made again; 0: there was none. */
size_t trail_keep(struct trail *t, struct view *const *views, size_t count);

/* Puts those that were kept last onto the board again, and forgets them. 0: none was kept. */
int trail_back(struct trail *t, struct workbench *wb);

/* Forgets those that were kept last (they were not closed), or all. */
void trail_drop_last(struct trail *t);
void trail_release(struct trail *t);

/* What the row under the cursor is about, or the view itself: labels, a blank behind each; appended. */
void trail_about(struct view *v, struct buf *out);

/* Every loop ends, and genba with it. */
void workbench_leave(struct workbench *wb);

/* The person goes to the case that the session has prepared, unless something here would be cut short, which is told. */
void workbench_change(struct workbench *wb);

/* ---- workbench_draw.c */

/* Draws what has to be drawn (wb->redraw). */
void workbench_redraw(struct workbench *wb);

/* ---- workbench_command.c */

/* What the long command that has ended came to; told only where it does not come between a question and its answer. */
void workbench_tell_task(struct workbench *wb);

/* Lets the background task work to its end, cancelled, and tells or answers what it came to. */
void workbench_stop_task(struct workbench *wb);

/* Leaves, unless a long command is under way and the person stays. */
void workbench_quit(struct workbench *wb);

/* ---- workbench_lock.c */

/* Wipes the keys and clears the screen until the passphrase is given: events.h calls it. */
void workbench_lock(void *wb);

/* ---- workbench_keys.c */

/* Does what the key means in every view, or goes to the view that it stands for. */
enum redraw workbench_press(struct workbench *wb, int key);

/* ---- workbench_search.c */

enum redraw workbench_search_ask(struct view *v);
enum redraw workbench_search_next(struct view *v);
enum redraw workbench_search_last(struct view *v);
const char *workbench_search_refuses(struct view *v);

/* As the `work` of a view: looks through rows of the view that is shown. */
int workbench_search_work(struct workbench *wb, double deadline, int *show);

/* Frees what workbench_later() took over: all of it, at once. */
void workbench_free_rest(struct workbench *wb);

#endif
