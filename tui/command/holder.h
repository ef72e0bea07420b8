/*
 * The holder: what `genba unlock` leaves in the background.
 *
 * A process of its own keeps the case open and its key in locked memory, as an
 * open workbench does, and carries out the commands of other shells over the
 * session socket (tui/session/socket.h), one after the other, with the caller's
 * streams, folder and language. `genba SITE.genba` lends it the terminal: the
 * workbench is shown there by the process that holds the key, which never
 * travels. It ends, the key wiped, by `genba lock`, at the end of its time, when
 * it was idle, and when the machine was asleep meanwhile.
 *
 *     struct holder_limits limits = {.whole = 0, .idle = 900};
 *     if (holder_start(s, &limits, NULL, NULL, err) < 0) …       here, when the case is open there; the child returns 1 at its end
 */
#ifndef GENBA_TUI_COMMAND_HOLDER_H
#define GENBA_TUI_COMMAND_HOLDER_H

struct err;
struct session;

/* Seconds; 0: without end. */
struct holder_limits {
	double whole; /* in all */
	double idle;  /* without a command */
};

/*
 * The passphrase is asked for by the process that keeps the key, on this terminal: it calls `open` (NULL: session_open()). 0:
 * it holds the case; 1: this is that process, and its time is over: it is to end; -1: the case could not be opened.
 */
int holder_start(struct session *s, const struct holder_limits *limits,
                 int (*open)(struct session *s, const void *ctx, struct err *err), const void *ctx, struct err *err);

/* The limits of `--for LENGTH` (90s, 15m, 8h; NULL: not given) and GENBA_LOCK_AFTER. 0, or -1 (ERR_USAGE). */
int holder_limits_parse(const char *length, struct holder_limits *limits, struct err *err);

/* When it is to end, by what the clocks say (all in seconds). */
enum holder_end { HOLDER_GOES_ON, HOLDER_IDLE, HOLDER_TIME_OVER, HOLDER_SLEPT };

struct holder_clock {
	double steady; /* clock_steady() */
	double asleep; /* clock_asleep() */
};

/* `begun` is when it began, `last` when the last command ended. */
enum holder_end holder_judge(const struct holder_limits *limits, const struct holder_clock *begun, double last,
                             const struct holder_clock *now);

/* Seconds until the first of the limits; -1: none. */
double holder_left(const struct holder_limits *limits, const struct holder_clock *begun, double last, double now);

#endif
