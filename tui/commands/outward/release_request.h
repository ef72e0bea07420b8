/* A command that lets something leave through the gate, as the formats of `export` do (outward/exchange/shared_form.h). */
#ifndef GENBA_TUI_COMMANDS_OUTWARD_RELEASE_REQUEST_H
#define GENBA_TUI_COMMANDS_OUTWARD_RELEASE_REQUEST_H

#include "outward/exchange/shared_form.h"
#include "tui/command/cmd.h"

/* Writes to `path` with the options of the command; with `redacted` names are pseudonyms, whether asked for or not. Prints the
 * release's label. */
int release_request(struct session *s, const struct args *args, const char *path, const char *name, int redacted,
                    const char *variant, shared_write_fn write, struct err *err);

#endif
