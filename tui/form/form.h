/*
 * Asking for fields of a record: what the form, and lists for many records at
 * once, have in common.
 *
 * A value is asked for as fits its type: a pick-list, marks for a set, a
 * reference by type-ahead (with a new record where there is none yet), a time
 * as people write it, several lines, dots for a secret. It is the text that
 * `set` takes; "" unsets.
 */
#ifndef GENBA_TUI_FORM_FORM_H
#define GENBA_TUI_FORM_FORM_H

#include "case/kind/kinds.h"
#include "case/store/record.h"
#include "tui/workbench/view.h"

struct buf;

struct form_ask {
	struct workbench *wb;
	const struct field *field;
	const char *initial;                          /* the value so far, or NULL */
	void (*changed)(void *ctx, const char *text); /* told while a text is typed; may be NULL */
	void *ctx;
	int stays; /* a text that is left with Esc is kept by the caller: it is said while it is typed */
};

/* The value, which the caller frees; NULL: none was chosen. *left is 1 if the person left a text with Esc: it is given all
 * the same, and not checked. */
char *form_ask(const struct form_ask *ask, int *left);

/* The same for one that is not kept when it is left: NULL then; wrong ones are asked again. `initial`: what it begins with, or
 * NULL. */
char *form_ask_value_from(struct workbench *wb, const struct field *field, const char *initial);

/* 0, or -1 with what is wrong: numbers, times, digests. Other types are checked when they are saved. */
int form_check(const struct field *field, const char *value, struct err *err);

/* Appends what a row shows of a text that is being typed: its first line, and how many there are. */
void form_text_show(const char *text, struct buf *out);

/* A field of the kind that people may set, or NULL. */
const struct field *form_choose_field(struct workbench *wb, const struct kind *kind, const char *question);

/* A label of a record that the field may refer to, made anew if the person likes; NULL: left. The caller frees it. For a
 * set `chosen` is the comma list so far, and the result is the new list. */
char *form_pick_reference(struct workbench *wb, const struct field *field, const char *chosen);

extern const struct view_ops form_view;

/* The form for a new record of a kind, or (label not NULL) for changing one: a view as the others. */
struct view *form_new(struct workbench *wb, const char *kind, const char *label);

/* A form with values to begin with ("": shown first, and marked as wanted); when it is saved, `on_record` (a label, or NULL) gets
 * the new label added to its field `on_field`, in the same action. */
struct view *form_open(struct workbench *wb, const char *kind, const struct assign *preset, size_t count,
                       const char *on_record, const char *on_field);

/* Runs a form for a new record of the kind until it is saved or left. 1 if it was saved. */
int form_run(struct workbench *wb, const char *kind, const struct assign *preset, size_t count, char label[LABEL_TEXT]);

#endif
