/* Between the drawing of a list (view_list.c) and its keys (list_keys.c). */
#ifndef GENBA_TUI_LIST_VIEW_LIST_H
#define GENBA_TUI_LIST_VIEW_LIST_H

#include "tui/list/list.h"
#include "tui/workbench/view.h"

extern const struct view_ops list_view; /* about a kind, by its name */
extern const struct view_ops asset_list_view;
extern const struct view_ops evidence_list_view;

struct list *view_list_of(struct view *v);

/* Keeps the selection on the record under it, whatever is done to order and filter next. */
void view_list_hold(struct view *v);

/* Reads on until all that was marked when the list was left, or locked, is marked again. */
void view_list_await_marks(struct view *v);

/* Takes all marks away, those that are still to come back too. */
void view_list_mark_none(struct view *v);

/* Labels of the marked records, or of the one under the cursor. Copies: an action changes the table. */
char **view_list_chosen(struct view *v, size_t *count);
void view_list_chosen_free(char **labels, size_t count);

/* An action has changed these, the marked ones or the one under the cursor, whose marks go. What was marked is asked of the
 * filter again, and how many of them it hides now is appended, for what is told; one alone stays, as what was judged
 * (view_is_judged()). */
void view_list_changed(struct view *v, char *const *labels, size_t count, struct buf *out);

/* Makes it anew at the next drawing. */
void view_list_redo(struct view *v);

/* The list of a kind, of the records whose labels are the keys of this object: by a filter, so that F shows all. */
void view_list_show(struct workbench *wb, const char *kind, const json_t *labels);

extern const struct view_key view_list_keys[];
extern const struct view_key view_list_asset_keys[]; /* before those of every list */

#endif
