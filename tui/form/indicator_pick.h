/*
 * Indicators out of a block of text: pasted, or a note's.
 *
 * What the text holds (finding/indicator/pick.h) is offered with what the case already
 * knows; the person picks, and what was picked is on record in one action.
 */
#ifndef GENBA_TUI_FORM_INDICATOR_PICK_H
#define GENBA_TUI_FORM_INDICATOR_PICK_H

#include <stddef.h>

struct buf;
struct prompt_source;
struct workbench;

/* One line of a list to pick from: the type, what is known of it ("" if it is new), the value, which may be cut at the end,
 * defanged if somebody could click on it. */
void indicator_pick_add(struct buf *out, const char *type, const char *known, const char *value);

/* Nothing was marked; `known` of the list were on record before, and cannot be. */
void indicator_pick_tell_none(struct workbench *wb, size_t known);

/* Asks which of them, `known` of which are on record already, until one is marked: Enter alone says that none is. 0: left. */
int indicator_pick_ask(struct workbench *wb, const char *question, struct prompt_source *source, size_t known);

/* `of`: label of the record that the text is of, or NULL. A note names the new records then in its field `on`; to any other they
 * link. `when`: the time of what the text tells, as it is on record, or NULL: first seen of the new ones. */
void indicator_pick_indicators(struct workbench *wb, const char *text, const char *of, const char *when);

/* ---- rows of the table of views (route.h) */

/* A text that came from outside: what it holds is offered as indicators, or it becomes a note on the record under the
 * cursor, as the person says. */
void indicator_paste_ask(struct workbench *wb, const char *text);

/* The same, for its indicators only. */
void indicators_ask(struct workbench *wb, const char *text);

#endif
