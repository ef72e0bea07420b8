/* Passwords for archives that are locked, from a file: never words of the command line. */
#ifndef GENBA_TUI_COMMANDS_FINDING_PASSWORDS_H
#define GENBA_TUI_COMMANDS_FINDING_PASSWORDS_H

#include "tui/command/cmd.h"

#include <jansson.h>

/* The lines of --password-file, an array; NULL: none is named (or it cannot be read: -1). */
int passwords_read(struct session *s, const struct args *args, json_t **passwords, struct err *err);

#endif
