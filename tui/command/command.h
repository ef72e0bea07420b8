/*
 * The one command language.
 *
 * A shell command, a key of the workbench, a `:` line and a line of a script are
 * the same command. command.def is the one table; from it follow dispatch,
 * help, the keys' help and footer, completion, and the manual's COMMANDS
 * section. A row says all about its command: nowhere else is a name compared.
 * The table is handed over at the start (routes.c), since the functions in it lie
 * above.
 */
#ifndef GENBA_TUI_COMMAND_COMMAND_H
#define GENBA_TUI_COMMAND_COMMAND_H

#include "tui/command/args.h"
#include "tui/session/session.h"

struct buf;

enum command_flags {
	COMMAND_CASE = 1,         /* needs an open case */
	COMMAND_WRITES = 2,       /* changes it */
	COMMAND_TERMINAL = 4,     /* takes the terminal over: not inside the workbench */
	COMMAND_RAW = 8,          /* splits its words itself */
	COMMAND_NO_SCRIPT = 16,   /* not in a script */
	COMMAND_SCREEN = 32,      /* only inside the workbench */
	COMMAND_BESIDE = 64,      /* may take long: the workbench carries it out beside the keys (background_task.h) */
	COMMAND_ALONE = 128,      /* may take long, and nothing else can be done meanwhile */
	COMMAND_INPUT = 256,      /* reads files that it is given, or standard input: another shell opens them */
	COMMAND_STREAMS = 512,    /* uses standard input and output itself, also where no word is `-` */
	COMMAND_ANEW = 1024,      /* writes the file anew: no check of it can go on meanwhile */
	COMMAND_REMOTE = 2048,    /* COMMAND_NO_SCRIPT, but the workbench carries it out for another shell */
	COMMAND_OF_ASSETS = 4096, /* its FIELD=VALUE are of assets, not of the record or kind named first */
	COMMAND_LOOKS = 8192,     /* with --look, or `look` as its first word, it needs no case, and changes none */
	COMMAND_SHOWN = 65536,    /* what it prints stands in the view that shows it, where that is on top */
	COMMAND_OPENS =
	    131072, /* opens the case itself: not with --restore; of a row with `slots`, only to list them */
	COMMAND_LARGE_INPUT = 32768, /* COMMAND_INPUT, and what comes on standard input may be larger than memory */
	COMMAND_STARTS =
	    262144, /* starts another program, or commands that stand elsewhere; any other does with `opener` */
	COMMAND_OF_FILES = 16384, /* needs a case only in those of its forms (operands) that name no FILE */
};

struct command {
	const char *name;
	const char *operands; /* usage of what is no option: "LABEL FIELD=VALUE…" */
	const char *options;  /* args.h */
	const char *summary;  /* English; shown through i18n_text() */
	const char *keys;     /* of the workbench, "" if none; tables of keys refer to it (view.h, KEY_OF_COMMAND) */
	/* What shows it in the workbench, by its name in the table of views (route.h), and which one word may stand behind the
	 * command then: "history [LABEL]", "list KIND"; "": it is run, and its output shown. */
	const char *opens;
	unsigned flags;
	int (*run)(struct session *s, const struct args *args, struct err *err);
};

/* The table from now on: kept, not copied. A row without a name begins a section; its summary is the title. */
void commands_use(const struct command *rows, size_t count);

/* The command with this name, or NULL. */
const struct command *command_find(const char *name);

/* All commands, in the order of the help: NULL begins; NULL ends. */
const struct command *command_next(const struct command *after);

/* The title of the section that begins with this command, English; NULL: none begins there. */
const char *command_section(const struct command *command);

/* Why it cannot run in this session, for people; NULL if it can (what its words are is not looked at). */
const char *command_refusal(const struct session *s, const struct command *command, struct err *err);

/* 1 if whoever gives the commands sits before the workbench, and not before a shell. */
int command_by_keys(const struct session *s);

/* 1 if it needs an open case with these words, argv[0] its name. */
int command_needs_case(const struct command *command, int argc, char *const *argv);

/* Runs one command given as words, argv[0] its name. 0, or -1 with the error (err_status() is the exit status). */
int command_run(struct session *s, int argc, char **argv, struct err *err);

/* Runs one line as typed behind `:` or in a script; its output is appended to `output` (NULL: s->out). */
int command_run_line(struct session *s, const char *line, struct buf *output, struct err *err);

/* `note [--on LABEL] TEXT… | -` */
void command_usage(const struct command *command, struct buf *out);

#endif
