/*
 * A session: the open case, the unlocked identity, and where output goes.
 *
 * A shell command, a line of a script, a key and a `:` line of the workbench
 * all run in a session. The shell's session opens the case for one command (or
 * one script); the workbench's stays open.
 */
#ifndef GENBA_TUI_SESSION_SESSION_H
#define GENBA_TUI_SESSION_SESSION_H

#include "base/progress.h"
#include "case/case.h"
#include "case/identity/identity.h"

#include <stdio.h>

struct merge_plan;
struct csv_list;

/* What a command asks of the workbench that runs it; done when the command is over. */
enum session_request {
	REQUEST_NOTHING,
	REQUEST_LEAVE,
	REQUEST_LOCK,
	REQUEST_PAST,
	REQUEST_NOW,
	REQUEST_PAUSE,
	REQUEST_RESUME,
	REQUEST_STOP,
	REQUEST_LIST,      /* show the list that is to be taken in: request_list */
	REQUEST_WORKBENCH, /* of a shell's command: open it */
	REQUEST_OTHER,     /* go to the case that session_prepare() opened */
};

/* A file that another shell opened for its command: the word, and the descriptor to read. */
struct session_file {
	const char *word;
	int fd;
};

struct session {
	char *path;              /* of the case, or NULL: none named */
	struct case_file *other; /* that session_prepare() opened, and its path; NULL: none */
	char *other_path;
	char *before_path;         /* of the case that was left for this one, closed meanwhile; NULL: none */
	char *passphrase_file;     /* --passphrase-file or GENBA_PASSPHRASE_FILE; NULL: ask on the terminal */
	int read_only;             /* --read-only */
	struct case_file *c;       /* NULL until session_open() */
	struct identity *identity; /* NULL until needed; unlocked while the session is */
	char *identity_path;       /* where it lies; NULL: identity_default_path() */
	FILE *out;                 /* results: standard output, or memory in the workbench */
	FILE *log;                 /* notices and progress: standard error, or memory in the workbench */
	int in_workbench;          /* a command must not ask on the terminal, nor take it over */
	int in_script;
	int writes;         /* the command was given to change the case */
	int remote_command; /* the workbench carries out a command of another shell, whose streams are in place */
	const struct session_file *files; /* that came with it */
	size_t file_count;
	enum session_request request;
	char request_commit[41];                   /* REQUEST_PAST: as of which commit */
	char *request_list;                        /* REQUEST_LIST: `KIND PATH`; owned */
	struct progress progress;                  /* of slow work; step may be NULL */
	void (*trouble)(void *ctx, uint64_t more); /* told of more ranges or files that cannot be read; or NULL */
	void *trouble_ctx;
	struct merge_plan
	    *merge; /* that was shown in the workbench, and is to be written now; borrowed; NULL: none was */
	const struct csv_list *list; /* the same of a list that is taken in */
	/* Of the holder (tui/command/holder.h): its socket, and the ticket of the shell whose terminal shows the workbench. */
	struct socket_server *server;
	int screen;
	int (*workbench)(struct session *s, struct err *err); /* opens it; main's */
	const char *brief; /* of a handover, edited or read in the workbench; borrowed; NULL: made anew, and shown */
};

void session_init(struct session *s);
void session_release(struct session *s); /* closes the case, wipes keys */

/* For what opens the case itself, before a passphrase is typed in vain: 0, or -1 (ERR_BUSY) while one's own genba has it open,
 * with what to do. */
int session_refuse_busy(const struct session *s, struct err *err);

/* No case was named: -1 (ERR_USAGE); the one that is open is named, if there is one. */
int session_refuse_unnamed(struct err *err);

/* Opens the case if it is not open: reads the identity, asks for the passphrase, unlocks. Notices go to s->log. */
int session_open(struct session *s, struct err *err);

/* Closes the case; a failing close is an error (the checkpoint did not reach the medium). */
int session_close(struct session *s, struct err *err);

/*
 * From a case to another one with the key that is unlocked: nobody is asked for a passphrase, and no key of the case that is
 * left stays. The other one is opened first, so that one that cannot be opened changes nothing; where it was to be gone to, but
 * is not, it is closed again by session_forget().
 */
int session_prepare(struct session *s, const char *path, struct err *err);
void session_forget(struct session *s);

/* Closes the case and goes to the one that was prepared, or else back to the one that it was left for. 1: that is open; 0: there
 * is neither, and nothing was done; -1: it cannot be gone to, and this one is closed. */
int session_change(struct session *s, struct err *err);

/*
 * Locks: wipes the identity's key; reading and writing are refused until session_unlock(). The case is suspended, its data
 * key and all that was read of it with it; with `in_use`, because a long command goes on with it, it stays open, unless a
 * passphrase of its own had opened it: nothing else would keep it shut. 0, or -1 (the file could not be closed well).
 */
int session_lock(struct session *s, int in_use, struct err *err);
int session_unlock(struct session *s, const struct secret *passphrase, struct err *err);
int session_is_locked(const struct session *s);

/* Seconds without a key or a command after which genba locks itself (GENBA_LOCK_AFTER, else 900); 0: never. */
double session_idle_limit(void);

/* Opens a file that a command reads: `-` is standard input; what another shell opened is taken as it is. A descriptor that
 * the caller closes, or -1. */
int session_input(struct session *s, const char *path, struct err *err);

/* The same, or an open folder. */
int session_input_or_folder(struct session *s, const char *path, struct err *err);

/* The passphrase, from the file named, or asked for on the terminal. */
int session_passphrase(struct session *s, const char *prompt, struct secret *passphrase, struct err *err);

/* Any passphrase that a command wants: every one of them is read here (base/passphrase.h); a warning goes to s->log. */
struct passphrase_request;
int session_read_passphrase(struct session *s, const struct passphrase_request *ask, struct secret *passphrase,
                            struct err *err);

/* After a command that wrote: brings the scheduled copy up to date if it is due; a failure is a notice. */
void session_backup_if_due(struct session *s);

/* Loads (and unlocks) the identity, for commands that work without a case. */
int session_identity(struct session *s, int unlock, struct err *err);

#endif
