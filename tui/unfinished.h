/* Preservation that was begun and is not finished, and the command that goes on with it. */
#ifndef GENBA_TUI_UNFINISHED_H
#define GENBA_TUI_UNFINISHED_H

#include "tui/session.h"

#include <jansson.h>

struct buf;
struct unfinished;

/*
 * A line for each on the session's output; or, with `array`, an object each
 * appended: kind "unfinished", the label of its record ("" if it has none yet),
 * part, text, command. It is nothing wrong: no finding.
 */
int unfinished_print(struct session *s, json_t *array, struct err *err);

/* Appends the command that goes on with it, without the program's name: a line as it is typed in the workbench. 0, or -1:
 * its paths cannot be read. */
int unfinished_command(const struct unfinished *job, struct buf *line, struct err *err);

#endif
