/*
 * What may follow what is typed: shown in the line above it, and put in by Tab.
 *
 * Shared by the `:` line and by prompts that ask for a path.
 */
#ifndef GENBA_TUI_COMMAND_COMPLETE_EDIT_H
#define GENBA_TUI_COMMAND_COMPLETE_EDIT_H

#include "tui/command/complete.h"

struct buf;
struct editing;

/* Appends the candidates, of paths the last part: what comes before is typed already. */
void complete_list(const struct candidates *c, struct buf *out);

/* 1 if all that may follow stands there already. `front` is what was completed. */
int complete_is_whole(const struct candidates *c, const char *front);

/* Puts in what all candidates have in common; behind the only one a blank, if `blank` and more may follow. */
void complete_put(struct editing *e, const struct candidates *c, int blank);

#endif
