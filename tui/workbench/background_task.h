/*
 * A background task: a command that may take long, carried out beside the keys.
 *
 * It runs on a thread of its own, but never at the same time as the workbench:
 * the two hand one turn to each other. The workbench gives the turn when no key
 * waits, for some milliseconds; the command gives it back where it tells how far
 * it is (base/progress.h), unless it is inside a transaction or an action: what
 * is half done is never seen, nor written into.
 *
 *     wb->background task = background_task_begin(s, &(struct background_task_spec){…});
 *     … background_task_work(wb->background task, deadline, &show) == 0          it has ended
 *     background_task_end(wb->background task, &ended)                           what it printed, its error
 *
 * A command that cannot be interrupted that way (`beside` 0) keeps the turn to its end; its progress is drawn and Ctrl-C is
 * answered all the same. While genba is locked a background task goes on; where it needs the key, it waits for it.
 */
#ifndef GENBA_TUI_WORKBENCH_BACKGROUND_TASK_H
#define GENBA_TUI_WORKBENCH_BACKGROUND_TASK_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct background_task;
struct session;
struct session_file;

struct background_task_spec {
	char **words; /* of the command; copied */
	size_t count;
	int beside;
	int folder; /* descriptor of the folder that it works in (taken as it is, not closed), or -1: the workbench's */
	int remote_command;               /* of another shell: session.h */
	const struct session_file *files; /* borrowed until it has ended */
	size_t file_count;
};

/* What it came to. */
struct background_task_ended {
	struct buf out; /* results */
	struct buf log; /* notices */
	int rc;
	struct err err;
};

/* It speaks the language that is chosen when it begins (i18n_set_language()), while the workbench goes on in its own. */
struct background_task *background_task_begin(struct session *s, const struct background_task_spec *spec);

/* Lets it work until the steady time `deadline`. 1: there is more; *show is set when its progress should be drawn. 0: it has
 * ended, and background_task_end() is due. */
int background_task_work(struct background_task *e, double deadline, int *show);

int background_task_has_ended(const struct background_task *e);

/* Asks it to stop: it does so where it next tells how far it is. */
void background_task_cancel(struct background_task *e);

/* Holds it where it next tells how far it is, or lets it go on. What is paused keeps its files open. */
void background_task_pause(struct background_task *e, int pause);

int background_task_is_held(const struct background_task *e); /* 1: it is paused, and not worked on */

/* How far it is. */
struct background_task_progress {
	const char *what; /* printable; borrowed until it goes on */
	uint64_t done;
	uint64_t total; /* 0: not known; mostly bytes */
	double rate;    /* of `done` in a second; 0: not known yet */
	int64_t left;   /* seconds; -1: not known */
	uint64_t errors;
	int paused;
	int cancelled;
	int waits; /* for the key */
};

void background_task_look(const struct background_task *e, struct background_task_progress *out);

/* 43% · 512.0 MiB/s · 3 min left · 2 errors */
void background_task_numbers(const struct background_task *e, struct buf *out);

/* The command, printable, in one line. */
void background_task_command(const struct background_task *e, struct buf *out);

/* 1 if it names the file, whose path is absolute. */
int background_task_names(const struct background_task *e, const char *path);

/* Its progress in one printable line: `preserve: 43% · 512.0 MiB/s · disk.raw`. */
void background_task_line(const struct background_task *e, struct buf *out);

/* A few cells for the header: "▶43% "; nothing if e is NULL. */
void background_task_badge(const struct background_task *e, struct buf *out);

/* Lets it work to its end if it has not ended, and frees it. The caller releases both buffers. */
void background_task_end(struct background_task *e, struct background_task_ended *ended);

#endif
