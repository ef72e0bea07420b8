/* What the files of the workbench share: the stack of views, the status line, the loop. */
#ifndef GENBA_TUI_WORKBENCH_PRIVATE_H
#define GENBA_TUI_WORKBENCH_PRIVATE_H

#include "base/buf.h"
#include "case/store/record.h"
#include "history/history.h"
#include "tui/session.h"
#include "tui/view.h"

#define STACK_LIMIT 32

struct kept;
struct errand;
struct names;
struct prompted;
struct socket_server;
struct tables;
struct verifying;
struct visit;

/* Slow work of a prompt, in place of that of the view on top: as struct view_lazy says. */
struct workbench_work {
	int (*fn)(void *ctx, double deadline, int *show); /* NULL: none */
	void *ctx;
};

/* What the unlocked responder's record says of the clock of the machine they work on, for the header. */
struct own_clock {
	uint64_t generation; /* of the case when it was read, and one; 0: never */
	char text[48];       /* "off +2s"; "" if no offset was entered */
};

struct workbench {
	struct session *s;
	struct view *stack[STACK_LIMIT];
	size_t depth;
	struct buf status; /* one line, printable; shown until the next key */
	enum tone status_tone;
	char *search;    /* what was looked for last */
	double last_key; /* steady seconds, for the idle lock */
	int locked;
	const struct view *drawn; /* the view that was drawn last, to compare only; NULL: none */
	int leaving;
	char as_of[HISTORY_ID];   /* the commit as of which the case is shown; "": now */
	char as_of_time[32];      /* its time, RFC 3339 */
	uint64_t turn;            /* grows when all views must be filled anew though the case is the same */
	size_t floor;             /* so many views stay until a form that was begun over them is done */
	char created[LABEL_TEXT]; /* label of the record that the last form put on record, or "" */
	struct workbench_work work;
	struct prompted *prompted;    /* the text that is being edited, or NULL */
	struct kept *kept;            /* the text that a prompt asks for, never lost (kept.h), or NULL */
	struct verifying *verifying;  /* the check behind the first screen, or NULL */
	struct socket_server *server; /* for commands of other shells, or NULL */
	int may_copy;                 /* the person has asked for it in this session (copy.h) */
	struct errand *errand;        /* a long command that is carried out beside the keys, or NULL */
	char *errand_line;            /* as it was typed here; owned */
	double progress_shown;
	int errand_rc;         /* what the last one came to */
	struct visit *visit;   /* the other shell whose errand it is; NULL: it was typed here */
	struct visit *visits;  /* other shells whose commands wait for its end */
	int quiet;             /* no key has come since the opening */
	struct tables *tables; /* records held for lists and pickers */
	struct names *names;   /* titles of records */
	struct own_clock clock;
	json_t *lines; /* what was typed behind `:`, oldest first */
};

/* ---- reading the case as the person looks at it: now, or as of a commit. Views use these, not record_each() itself. */

int workbench_each(struct workbench *wb, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err);
json_t *workbench_get(struct workbench *wb, const char *label, unsigned flags, struct err *err);

/* 0, or -1 with the reason: a case opened for reading, or shown as of an earlier commit. */
int workbench_may_write(const struct workbench *wb, struct err *err);

/* The same as a view key's `refuses`. */
const char *workbench_refuses_writing(struct view *v);

/* Shows the case as of a commit (full id), or as it is now (NULL). */
void workbench_look_at(struct workbench *wb, const char *commit);

/* ---- the screen */

/* Draws header, view and footer; the caller shows it. */
void workbench_draw(struct workbench *wb);

/* Rows of the view on top that are seen. */
int workbench_height(struct workbench *wb);

/* Draws, waits for a key and does what it means. 0: the person leaves. */
int workbench_step(struct workbench *wb);

/* The next key; resizing, locking and the slow work of the view on top are done inside. KEY_WORK: draw anew. */
int workbench_key(struct workbench *wb);

struct view *workbench_top(struct workbench *wb);

/* Puts a view on top. NULL-safe: an error was told by whoever made it. */
void workbench_push(struct workbench *wb, struct view *view);
void workbench_pop(struct workbench *wb);

__attribute__((format(printf, 3, 4))) void workbench_tell(struct workbench *wb, enum tone tone, const char *format,
                                                          ...);
void workbench_tell_error(struct workbench *wb, const struct err *err);

/* Runs a command line; one line of output goes to the status, more into a view. 0 or -1. */
int workbench_command(struct workbench *wb, const char *line);

/* 1, or 0: a long command is under way, and the person stays. */
int workbench_may_leave(struct workbench *wb);

/* Waits until the long command that was begun here has ended, answering keys; views below the one on top stay. */
void workbench_await(struct workbench *wb);

/* Lets the errand work to its end, cancelled, and tells or answers what it came to. */
void workbench_stop_errand(struct workbench *wb);

/* Around a command that writes the file anew, under which no check can go on; nothing for other commands. */
void workbench_before_anew(struct workbench *wb, const char *command);
void workbench_after_anew(struct workbench *wb, const char *command);

/* Shows text in a view of its own. */
void workbench_show_text(struct workbench *wb, const char *title, const char *text);

/* ---- keys that mean the same in every view (workbench_keys.c) */

extern const struct view_key workbench_keys[];
void workbench_press(struct workbench *wb, int key);

/* Goes to what the table of views (route.h) has under this name, about `argument` (may be NULL). */
void workbench_show(struct workbench *wb, const char *name, const char *argument);

/* Opens the record under a label in its own view. */
void workbench_open(struct workbench *wb, const char *label);

/* Asks for a note on the record (its label, or ""), beginning with `text` (may be NULL), and puts it on record. */
void workbench_note(struct workbench *wb, const char *on, const char *text);

/* Wipes the keys and clears the screen until the passphrase is given. */
void workbench_lock(struct workbench *wb);

#endif
