/*
 * The long help of the commands: what each does, an example, its statuses.
 *
 * The table of commands (command.def) says in a line what a command is; the
 * rows of command_help.def say the rest, keyed by name. From both follow
 * `genba help COMMAND`, the manual's COMMANDS section and the completions; a
 * test says which command has no row.
 *
 *     genba help note                      one command, in the interface's language
 *     genba help --manual commands         mdoc(7) for man/genba.1
 *     genba help --completion bash         a completion to be sourced
 */
#ifndef GENBA_TUI_COMMAND_COMMAND_HELP_H
#define GENBA_TUI_COMMAND_COMMAND_HELP_H

#include <stddef.h>
#include <stdio.h>

struct err;

struct command_help {
	const char *name;    /* of the command */
	const char *text;    /* paragraphs separated by an empty line; English, shown through i18n_text() */
	const char *example; /* shell lines, each ended by '\n'; not translated */
	const char *status;  /* what its exit statuses mean, where they say more than those of all commands; or "" */
};

extern const struct command_help command_help_table[];
extern const size_t command_help_count;

/* The row of a command, borrowed, or NULL. */
const struct command_help *command_help_find(const char *name);

/* Writes a generated part of the manual as mdoc(7): "commands" or "kinds". 0, or -1 (ERR_USAGE). */
int manual_write(FILE *out, const char *part, struct err *err);

/* Writes the completion for "bash", "zsh" or "fish". 0, or -1 (ERR_USAGE). */
int completion_write(FILE *out, const char *shell, struct err *err);

#endif
