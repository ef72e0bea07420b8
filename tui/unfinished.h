/* Preservation that was begun and is not finished, and the command that goes on with it. */
#ifndef GENBA_TUI_UNFINISHED_H
#define GENBA_TUI_UNFINISHED_H

#include "tui/session.h"

#include <jansson.h>

/*
 * A line for each on the session's output; or, with `array`, an object each
 * appended: kind "unfinished", the label of its record ("" if it has none yet),
 * part, text, command. It is nothing wrong: no finding.
 */
int unfinished_print(struct session *s, json_t *array, struct err *err);

#endif
