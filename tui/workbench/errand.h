/*
 * An errand: a command that may take long, carried out beside the keys.
 *
 * It runs on a thread of its own, but never at the same time as the workbench:
 * the two hand one turn to each other. The workbench gives the turn when no key
 * waits, for some milliseconds; the command gives it back where it tells how far
 * it is (base/progress.h), unless it is inside a transaction or an action: what
 * is half done is never seen, nor written into.
 *
 *     wb->errand = errand_begin(s, &(struct errand_spec){…});
 *     … errand_work(wb->errand, deadline, &show) == 0          it has ended
 *     errand_end(wb->errand, &ended)                           what it printed, its error
 *
 * A command that cannot be interrupted that way (`beside` 0) keeps the turn to its end; its progress is drawn and Ctrl-C is
 * answered all the same. While genba is locked an errand goes on; where it needs the key, it waits for it.
 */
#ifndef GENBA_TUI_WORKBENCH_ERRAND_H
#define GENBA_TUI_WORKBENCH_ERRAND_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct errand;
struct session;
struct session_file;

struct errand_spec {
	char **words; /* of the command; copied */
	size_t count;
	int beside;
	int folder; /* descriptor of the folder that it works in (taken as it is, not closed), or -1: the workbench's */
	int visit;  /* of another shell: session.h */
	const struct session_file *files; /* borrowed until it has ended */
	size_t file_count;
};

/* What it came to. */
struct errand_ended {
	struct buf out; /* results */
	struct buf log; /* notices */
	int rc;
	struct err err;
};

struct errand *errand_begin(struct session *s, const struct errand_spec *spec);

/* Lets it work until the steady time `deadline`. 1: there is more; *show is set when its progress should be drawn. 0: it has
 * ended, and errand_end() is due. */
int errand_work(struct errand *e, double deadline, int *show);

int errand_has_ended(const struct errand *e);

/* Asks it to stop: it does so where it next tells how far it is. */
void errand_cancel(struct errand *e);

/* Holds it where it next tells how far it is, or lets it go on. What is paused keeps its files open. */
void errand_pause(struct errand *e, int pause);

int errand_is_held(const struct errand *e); /* 1: it is paused, and not worked on */

/* How far it is. */
struct errand_progress {
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

void errand_look(const struct errand *e, struct errand_progress *out);

/* 43% · 512.0 MiB/s · 3 min left · 2 errors */
void errand_numbers(const struct errand *e, struct buf *out);

/* The command, printable, in one line. */
void errand_command(const struct errand *e, struct buf *out);

/* 1 if it names the file, whose path is absolute. */
int errand_names(const struct errand *e, const char *path);

/* Its progress in one printable line: `preserve: 43% · 512.0 MiB/s · disk.raw`. */
void errand_line(const struct errand *e, struct buf *out);

/* A few cells for the header: "▶43% "; nothing if e is NULL. */
void errand_mark(const struct errand *e, struct buf *out);

/* Lets it work to its end if it has not ended, and frees it. The caller releases both buffers. */
void errand_end(struct errand *e, struct errand_ended *ended);

#endif
