/*
 * What the files of the form share: its fields with what was typed for each (form_value.c), the draft of that (form_draft.c),
 * and the view over both (form.c).
 */
#ifndef GENBA_TUI_FORM_FORM_PRIVATE_H
#define GENBA_TUI_FORM_FORM_PRIVATE_H

#include "tui/form/form.h"
#include "tui/workbench/draft_prompt.h"

struct form_value {
	const struct field *field;
	char *value; /* as `set` takes it; NULL: unset */
	char *was;   /* on record; NULL: unset, or a secret */
	int changed;
	int asked_first; /* by its kind, or since the record says it */
	int given;       /* the form begins with a value for it: it is among the first fields */
	int wanted;      /* it begins without one, and whoever opened it wants one */
};

struct form {
	const struct kind *kind;
	char label[LABEL_TEXT]; /* of the record that is changed, or "" */
	struct form_value *values;
	size_t count;
	int *rows;    /* what each row is: an index of `values`, ROW_MORE or ROW_SAVE */
	char *sought; /* what a field is called that was looked for, or NULL */
	int more;     /* the fields beyond the short form are shown */
	char *draft_key;
	struct unsaved unsaved;
	uint64_t generation; /* of the case when the values were those of the record */
	int followed; /* the record was changed since the form was opened, and what was not typed here is as it is now */
	size_t editing;  /* index of the field that is being asked for */
	char *on_record; /* gets the new label in its field `on_field` */
	char *on_field;
	char *created; /* gets the label when it is on record (LABEL_TEXT bytes of whoever waits for it), or NULL */
};

static inline struct form *form_of(const struct view *v)
{
	return v->data;
}

/* ---- values (form_value.c) */

/* 1 if the field belongs to the short form. */
int form_is_first(const struct form_value *value);

/* The fields that people may set, those of the short form and those that the record says something of first, with the record's
 * values (NULL: none). */
void form_read_fields(struct form *f, const json_t *record);

/* The record was changed: fields of which nothing was typed here are as it has them now. 1 if any field of it differs from
 * before. */
int form_follow_record(struct form *f, const json_t *record);

/* NULL if the form has no such field. */
struct form_value *form_value_named(struct form *f, const char *name);

/* Sets what the form begins with, and moves it to the end of the first fields. */
void form_give(struct form *f, const char *name, const char *text);

/* "" and NULL unset it. */
void form_value_set(struct form_value *v, const char *text);

/* How many differ from the record. */
size_t form_changed_count(const struct form *f);

/* As the row shows it. */
void form_value_show(struct view *v, const struct form_value *value, struct buf *out);

/* ---- the draft (form_draft.c) */

/* What was typed is kept now, if it is not yet. */
void form_draft_flush(struct view *v);

/* The view's part between keys (struct view_lazy): keeps it when it is time. */
int form_draft_work(struct view *v, double deadline, int *show);

/* Takes a draft up and tells of it. 1 if there was one. */
int form_draft_restore(struct view *v);

/* Throws it away, if the person agrees. */
enum redraw form_draft_discard(struct view *v);

#endif
