/*
 * The one command language.
 *
 * A shell command, a key of the workbench, a `:` line and a line of a script are
 * the same command. command.def is the one table; from it follow dispatch,
 * help, the keys' help and footer, completion, and the manual's COMMANDS
 * section.
 */
#ifndef GENBA_TUI_COMMAND_H
#define GENBA_TUI_COMMAND_H

#include "tui/args.h"
#include "tui/session.h"

struct buf;

enum command_flags {
	COMMAND_CASE = 1,       /* needs an open case */
	COMMAND_WRITES = 2,     /* changes it */
	COMMAND_TERMINAL = 4,   /* takes the terminal over: not inside the workbench */
	COMMAND_RAW = 8,        /* splits its words itself */
	COMMAND_NO_SCRIPT = 16, /* not in a script */
	COMMAND_SCREEN = 32,    /* only inside the workbench */
	COMMAND_BESIDE = 64,    /* may take long: the workbench carries it out beside the keys (errand.h) */
	COMMAND_ALONE = 128,    /* may take long, and nothing else can be done meanwhile */
};

struct command {
	const char *name;
	const char *operands; /* usage of what is no option: "LABEL FIELD=VALUE…" */
	const char *options;  /* args.h */
	const char *summary;  /* English; shown through i18n_text() */
	const char *keys;     /* of the workbench, "" if none */
	const char *views;    /* where they apply: "*", or view names separated by blanks */
	unsigned flags;
	int (*run)(struct session *s, const struct args *args, struct err *err);
};

extern const struct command command_table[];
extern const size_t command_count;

const struct command *command_find(const char *name);

/* Why it cannot run in this session, for people; NULL if it can (what its words are is not looked at). */
const char *command_refusal(const struct session *s, const struct command *command, struct err *err);

/* Runs one command given as words, argv[0] its name. 0, or -1 with the error (err_status() is the exit status). */
int command_run(struct session *s, int argc, char **argv, struct err *err);

/* Runs one line as typed behind `:` or in a script; its output is appended to `output` (NULL: s->out). */
int command_run_line(struct session *s, const char *line, struct buf *output, struct err *err);

/* `note [--on LABEL] TEXT… | -` */
void command_usage(const struct command *command, struct buf *out);

#endif
