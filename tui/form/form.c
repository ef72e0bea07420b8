/* The form: one record's fields, asked for one by one. What is typed is a draft at once, until it is saved. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/query/title_cache.h"
#include "case/store/draft.h"
#include "case/store/record.h"
#include "case/store/rules.h"
#include "case/store/value.h"
#include "finding/indicator/textscan.h"
#include "finding/sweep/sweep_list.h"
#include "tui/form/form_private.h"
#include "tui/form/references_there.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MORE (-1)
#define ROW_SAVE (-2)

/* ---- rows */

static void add_field(struct view *v, size_t i, size_t width)
{
	const struct form_value *value = &form_of(v)->values[i];
	struct buf line = BUF_INIT;
	struct buf shown = BUF_INIT;
	int missing = ((value->field->required && !value->field->values) || value->wanted) && !value->value;
	buf_adds(&line, value->changed ? " + " : missing ? " ! " : "   ");
	text_pad(&line, field_label(value->field), width);
	buf_adds(&line, "  ");
	form_value_show(v, value, &shown);
	buf_adds(&line, shown.data);
	view_add(v, missing ? TONE_ATTENTION : value->value ? TONE_PLAIN : TONE_FAINT, NULL, line.data);
	buf_release(&shown);
	buf_release(&line);
}

static size_t label_width(const struct form *f, size_t most)
{
	size_t width = 8;
	for (size_t i = 0; i < f->count; i++)
		if ((f->more || form_is_first(&f->values[i])) && text_width(field_label(f->values[i].field)) > width)
			width = text_width(field_label(f->values[i].field));
	return width < most ? width : most;
}

/* Another shell, or a command that was typed over the form, may have changed the record. */
static void follow(struct view *v)
{
	struct form *f = form_of(v);
	struct case_file *c = workbench_case(v->wb);
	if (!*f->label || !c || f->generation == case_generation(c))
		return;
	json_t *record = record_get(c, f->label, 0, NULL);
	if (record)
		f->followed |= form_follow_record(f, record);
	f->generation = case_generation(c);
	json_decref(record);
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)err;
	struct form *f = form_of(v);
	size_t width = label_width(f, (size_t)(columns > 40 ? columns * 2 / 5 : 14));
	size_t first = 0;
	follow(v);
	while (first < f->count && form_is_first(&f->values[first]))
		first++;
	for (size_t i = 0; i < (f->more ? f->count : first); i++) {
		f->rows[v->count] = (int)i;
		add_field(v, i, width);
	}
	if (!f->more && first < f->count) {
		f->rows[v->count] = ROW_MORE;
		view_addf(
		    v, TONE_PLAIN, NULL,
		    P_("   … %zu more field (m)", "   … %zu more fields (m)", (unsigned long long)(f->count - first)),
		    f->count - first);
	}
	f->rows[v->count] = ROW_SAVE;
	view_addf(v, TONE_GOOD, NULL, _("   Save (Ctrl-S)"));
	struct buf head = BUF_INIT;
	if (*f->label)
		buf_addf(&head, _("Change %s %s"), kind_label(f->kind), f->label);
	else
		buf_addf(&head, _("New: %s"), kind_label(f->kind));
	if (form_changed_count(f))
		buf_addf(&head, f->unsaved.last > 0 ? _(" · %zu typed") : _(" · %zu typed, draft kept"),
		         form_changed_count(f));
	if (f->followed)
		buf_adds(&head, _(" · changed on record since it was opened"));
	v->heading = buf_take(&head, NULL);
	return 0;
}

/* Says what the field under the cursor is for, unless there is something else to say. */
static void tell_help(struct view *v)
{
	struct form *f = form_of(v);
	if (workbench_has_told(v->wb) || v->selected >= v->count || f->rows[v->selected] < 0)
		return;
	const struct field *field = f->values[f->rows[v->selected]].field;
	const char *help = field_help(field);
	workbench_tell(v->wb, TONE_FAINT, "%s%s%s%s", field_label(field),
	               field->required && !field->values ? _(" (required)") : "", *help ? ": " : "", help);
}

/* ---- keys */

static void view_form_typing(void *ctx, const char *text)
{
	struct view *v = ctx;
	struct form *f = form_of(v);
	char *settled = value_settled(f->values[f->editing].field, text, clock_now());
	form_value_set(&f->values[f->editing], settled);
	free(settled);
	unsaved_touch(&f->unsaved);
	view_stale(v);
}

struct whole {
	size_t size;
	const char *type;
	char *value;
};

static int take_whole(void *ctx, const struct textscan_hit *hit)
{
	struct whole *w = ctx;
	if (hit->start == 0 && hit->end == w->size && !hit->is_part && !w->value) {
		w->type = textscan_indicator(hit->type);
		w->value = xstrdup(hit->value);
	}
	return 0;
}

/* The value of an indicator often tells its type, and may be typed defanged; seen in the form before it is saved. */
static void know_indicator(struct form *f, struct form_value *typed)
{
	struct form_value *type = form_value_named(f, "type");
	if (!(f->kind->traits & KIND_INDICATOR) || strcmp(typed->field->name, "value") != 0 || !typed->value)
		return;
	struct whole w = {strlen(typed->value), NULL, NULL};
	textscan(typed->value, w.size, take_whole, &w, NULL);
	if (w.value)
		form_value_set(typed, w.value);
	else
		w.type = sweep_list_type(typed->value);
	if (w.type && (!type->value || strcmp(type->value, "unknown") == 0))
		form_value_set(type, w.type);
	free(w.value);
}

static void view_form_edit(struct view *v, size_t i)
{
	struct form *f = form_of(v);
	struct form_value *value = &f->values[i];
	struct err err = ERR_INIT;
	f->editing = i;
	struct form_ask ask = {.wb = v->wb,
	                       .field = value->field,
	                       .initial = value->value,
	                       .changed = view_form_typing,
	                       .ctx = v,
	                       .stays = 1};
	char *initial = value->value ? xstrdup(value->value) : NULL; /* typing replaces the value */
	char *began = initial ? xstrdup(initial) : NULL;
	ask.initial = initial;
	int left;
	char *text = form_ask(&ask, &left);
	while (text && !left && form_check(value->field, text, &err) < 0) { /* it stays to be mended */
		workbench_tell(v->wb, TONE_ALARM, "%s: %s", field_label(value->field), err_reason(&err));
		err_clear(&err);
		free(initial);
		ask.initial = initial = text;
		text = form_ask(&ask, &left);
	}
	int untouched = text && !value->changed && strcmp(text, began ? began : "") == 0; /* it may follow the record */
	if (text) {
		if (!untouched)
			form_value_set(value, text);
		if (!left)
			know_indicator(f, value);
		unsaved_touch(&f->unsaved);
		if (form_check(value->field, text, &err) < 0)
			workbench_tell(v->wb, left ? TONE_ATTENTION : TONE_ALARM, "%s: %s", field_label(value->field),
			               err_reason(&err));
		else if (!left && v->selected + 1 < v->count)
			v->selected++;
		if (rule_lies_ahead(f->kind, value->field, value->value))
			workbench_tell(v->wb, TONE_ATTENTION, _("%s lies in the future: it is kept as it was typed"),
			               field_label(value->field));
	}
	free(text);
	free(initial);
	free(began);
	view_stale(v);
}

static enum redraw show_more(struct view *v)
{
	form_of(v)->more = !form_of(v)->more;
	view_stale(v);
	return REDRAW_VIEW;
}

static void go_to_field(struct view *v, const struct form_value *value)
{
	struct form *f = form_of(v);
	if (!form_is_first(value))
		f->more = 1;
	size_t i = (size_t)(value - f->values);
	v->selected = i; /* rows are the values in their order */
	view_stale(v);
}

/* A record that was chosen here and was retracted since, by another shell: told, and not written in silence. */
static int refers_to_what_is_gone(struct view *v, const struct form_value *value)
{
	struct buf gone = BUF_INIT;
	int is_reference = value->field->type == FIELD_REF || value->field->type == FIELD_REFS;
	if (value->changed && value->value && is_reference)
		free(references_there(v->wb, value->value, &gone));
	int is = gone.len > 0;
	if (is)
		workbench_tell(v->wb, TONE_ALARM, _("%s: %s: choose another, or take it out"),
		               field_label(value->field), gone.data);
	buf_release(&gone);
	return is;
}

/* The first thing that keeps it from being saved, told with the field's label. */
static int is_complete(struct view *v)
{
	struct form *f = form_of(v);
	for (size_t i = 0; i < f->count; i++) {
		struct form_value *value = &f->values[i];
		struct err err = ERR_INIT;
		if (value->field->required && !value->field->values && !value->value) {
			workbench_tell(v->wb, TONE_ALARM, _("%s is required"), field_label(value->field));
		} else if (value->changed && value->value && form_check(value->field, value->value, &err) < 0) {
			workbench_tell(v->wb, TONE_ALARM, "%s: %s", field_label(value->field), err_reason(&err));
		} else if (!refers_to_what_is_gone(v, value)) {
			continue;
		}
		go_to_field(v, value);
		return 0;
	}
	return 1;
}

static int write_record(struct view *v, char label[LABEL_TEXT], struct err *err)
{
	struct form *f = form_of(v);
	struct case_file *c = workbench_case(v->wb);
	struct assign *fields = xcalloc(f->count + 1, sizeof *fields);
	size_t n = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->values[i].changed)
			fields[n++] =
			    (struct assign){f->values[i].field->name, f->values[i].value ? f->values[i].value : ""};
	struct action *a = action_begin(c, *f->label ? "set" : kind_add_verb(f->kind->name), err);
	int rc = a ? 0 : -1;
	if (a && *f->label)
		rc = action_set(a, f->label, fields, n, 0, err);
	else if (a)
		rc = action_add(a, f->kind->name, fields, n, 0, label, err);
	if (rc == 0 && f->on_record) {
		char *added = xasprintf("+%s", label);
		struct assign link = {f->on_field, added};
		rc = action_set(a, f->on_record, &link, 1, 0, err);
		free(added);
	}
	if (rc == 0)
		draft_delete(c, f->draft_key, NULL); /* in the same transaction */
	free(fields);
	if (a && action_commit(a, err) < 0)
		rc = -1;
	return rc;
}

/* An error about a field is shown with the field's label, and the cursor goes there. */
static void tell_refused(struct view *v, const struct err *err)
{
	struct form_value *value = form_value_named(form_of(v), err->field);
	if (!value) {
		workbench_tell_error(v->wb, err);
		return;
	}
	go_to_field(v, value);
	workbench_tell(v->wb, TONE_ALARM, "%s: %s", field_label(value->field), err_reason(err));
}

static enum redraw view_form_save(struct view *v)
{
	struct form *f = form_of(v);
	struct workbench *wb = v->wb;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	snprintf(label, sizeof label, "%s", f->label);
	form_draft_flush(v);
	if (!is_complete(v))
		return REDRAW_ALL;
	follow(v);
	if (*label && form_changed_count(f) == 0) {
		draft_delete(workbench_case(wb), f->draft_key, NULL); /* the record came to be what was typed */
		workbench_pop(wb);                                    /* v is gone */
		workbench_tell(wb, TONE_ATTENTION, _("nothing was changed: %s stays as it is on record"), label);
		return REDRAW_ALL;
	}
	if (write_record(v, label, &err) < 0) {
		tell_refused(v, &err);
		return REDRAW_ALL;
	}
	json_t *record = record_get(workbench_case(wb), label, 0, NULL);
	struct buf warnings = BUF_INIT;
	if (record)
		rule_warnings(workbench_case(wb), record, &warnings);
	int is_new = !*f->label;
	char *created = f->created;
	workbench_pop(wb); /* v is gone */
	if (!is_new)
		workbench_judged(wb, label);
	if (is_new)
		view_seek(workbench_top(wb), label);
	if (created)
		snprintf(created, LABEL_TEXT, "%s", label);
	if (warnings.len)
		workbench_tell(wb, TONE_ATTENTION, _("%s is on record: %s"), label, warnings.data);
	else if (is_new && workbench_top(wb)->filter)
		workbench_tell(wb, TONE_GOOD, _("%s is on record; where the filter hides it, F shows all"), label);
	else
		workbench_tell(wb, TONE_GOOD, _("%s is on record"), label);
	json_decref(record);
	buf_release(&warnings);
	return REDRAW_ALL;
}

static enum redraw view_form_leave(struct view *v)
{
	struct workbench *wb = v->wb;
	size_t n = form_changed_count(form_of(v));
	form_draft_flush(v);
	workbench_pop(wb);
	if (n)
		workbench_tell(wb, TONE_ATTENTION,
		               _("not saved; the draft is kept and goes on when the form is opened again"));
	return REDRAW_ALL;
}

static void view_form_restore(struct view *v, size_t i)
{
	form_value_set(&form_of(v)->values[i], form_of(v)->values[i].was);
	form_of(v)->values[i].changed = 0;
	unsaved_touch(&form_of(v)->unsaved);
	view_stale(v);
}

static void clear(struct view *v, size_t i)
{
	form_value_set(&form_of(v)->values[i], "");
	unsaved_touch(&form_of(v)->unsaved);
	view_stale(v);
}

static int row_of(struct view *v)
{
	return v->selected < v->count ? form_of(v)->rows[v->selected] : ROW_SAVE;
}

/* Saving and leaving end the view: nothing may touch it after them. */
static enum redraw view_form_enter(struct view *v)
{
	int row = row_of(v);
	if (row == ROW_SAVE) {
		view_form_save(v);
		return REDRAW_ALL;
	}
	if (row == ROW_MORE)
		show_more(v);
	else
		view_form_edit(v, (size_t)row);
	tell_help(v);
	return REDRAW_ALL;
}

static enum redraw clear_row(struct view *v)
{
	if (row_of(v) >= 0)
		clear(v, (size_t)row_of(v));
	return REDRAW_VIEW;
}

static enum redraw restore_row(struct view *v)
{
	if (row_of(v) >= 0)
		view_form_restore(v, (size_t)row_of(v));
	return REDRAW_VIEW;
}

/* The next field that is called so, also one that is not shown yet, in the order of the rows. */
static void find_next(struct view *v)
{
	struct form *f = form_of(v);
	size_t begin = row_of(v) >= 0 ? (size_t)row_of(v) + 1 : 0;
	for (size_t step = 0; step < f->count; step++) {
		struct form_value *value = &f->values[(begin + step) % f->count];
		if (!prompt_matches(field_label(value->field), f->sought))
			continue;
		go_to_field(v, value);
		view_refresh(v); /* with the row there */
		tell_help(v);
		return;
	}
	char *safe = printable_dup(f->sought);
	workbench_tell(v->wb, TONE_ATTENTION, _("no field here is called '%s'"), safe);
	free(safe);
}

static enum redraw view_form_find(struct view *v)
{
	struct form *f = form_of(v);
	char *words = prompt_text(v->wb, "/");
	if (words && *words) {
		free(f->sought);
		f->sought = words;
		find_next(v);
	} else {
		free(words);
	}
	return REDRAW_ALL;
}

static enum redraw view_form_find_again(struct view *v)
{
	find_next(v);
	return REDRAW_VIEW;
}

static const char *refuses_find_again(struct view *v)
{
	return form_of(v)->sought ? NULL : _("nothing was looked for: / does");
}

/* Other keys mean nothing here: a form is not left by a slip. */
static enum redraw form_key(struct view *v, int key)
{
	if (key == '?' || key == ':')
		return REDRAW_NOT_TAKEN;
	if (view_move(v, key == '\t' ? KEY_GO_DOWN : key, workbench_height(v->wb)))
		tell_help(v);
	else if (key < KEY_NOTHING)
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("a form is open: Enter edits the field, Ctrl-S saves, Esc leaves"));
	return REDRAW_ROW;
}

static const struct view_key keys[] = {
    {KEY_RETURN, N_("Enter"), N_("edit"), N_("edit the field under the cursor"), view_form_enter, NULL},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("edit the field under the cursor"), view_form_enter, NULL},
    {'l', NULL, NULL, N_("edit the field under the cursor"), view_form_enter, NULL},
    {CTRL('s'), NULL, N_("save"), N_("put it on record"), view_form_save, NULL},
    {'m', NULL, N_("more"), N_("all fields, or those of the short form"), show_more, NULL},
    {'d', NULL, N_("clear"), N_("clear the field"), clear_row, NULL},
    {KEY_REMOVE, N_("Del"), NULL, N_("clear the field"), clear_row, NULL},
    {'r', NULL, N_("as before"), N_("what the field was on record"), restore_row, NULL},
    {KEY_OF_COMMAND, "find", NULL, N_("go to the field that is called so"), view_form_find, NULL},
    {'n', NULL, NULL, N_("go to the next field that is called so"), view_form_find_again, refuses_find_again},
    {'D', NULL, NULL, N_("throw away what was typed in this form"), form_draft_discard, NULL},
    {KEY_ESCAPE, N_("Esc"), N_("leave"), N_("leave; what was typed is kept as a draft"), view_form_leave, NULL},
    {'q', NULL, NULL, N_("leave; what was typed is kept as a draft"), view_form_leave, NULL},
    {'h', NULL, NULL, N_("leave; what was typed is kept as a draft"), view_form_leave, NULL},
    {KEY_GO_LEFT, N_("←"), NULL, N_("leave; what was typed is kept as a draft"), view_form_leave, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void release(struct view *v)
{
	struct form *f = form_of(v);
	form_draft_flush(v);
	for (size_t i = 0; i < f->count; i++) {
		free(f->values[i].value);
		free(f->values[i].was);
	}
	free(f->values);
	free(f->rows);
	free(f->draft_key);
	free(f->sought);
	free(f->on_record);
	free(f->on_field);
	free(f);
}

const struct view_ops form_view = {
    .name = "form", .title = "", .fill = fill, .key = form_key, .release = release, .keys = keys};

static const struct view_lazy form_lazy = {.work = form_draft_work, .flush = form_draft_flush};

static struct view *make_form(struct workbench *wb, const struct kind *kind, const char *label, const json_t *record)
{
	struct view *v = view_new(wb, &form_view, label ? label : kind->name);
	struct form *f = xcalloc(1, sizeof *f);
	v->data = f;
	v->lazy = &form_lazy;
	f->kind = kind;
	snprintf(f->label, sizeof f->label, "%s", label ? label : "");
	f->draft_key = xasprintf("form:%s", label ? label : kind->name);
	f->generation = case_generation(workbench_case(wb));
	form_read_fields(f, record);
	return v;
}

static struct view *form_refused(struct workbench *wb, const struct err *err)
{
	workbench_tell_error(wb, err);
	return NULL;
}

struct view *form_new(struct workbench *wb, const char *kind_name, const char *label)
{
	struct err err = ERR_INIT;
	if (workbench_may_write(wb, &err) < 0)
		return form_refused(wb, &err);
	if (!label)
		return form_open(wb, kind_name, NULL, 0, NULL, NULL);
	json_t *record = record_get(workbench_case(wb), label, 0, &err);
	const struct kind *kind = record ? record_kind(record) : NULL;
	if (record && !kind)
		err_set(&err, ERR_FAILED, _("%s is of a kind that this genba does not know: it is kept as it is"),
		        label);
	else if (record && record_is_retracted(record))
		err_set(&err, ERR_FAILED, _("%s was retracted; undo brings it back"), label);
	struct view *v = err.code || !kind ? NULL : make_form(wb, kind, record_label(record), record);
	json_decref(record);
	if (!v)
		return form_refused(wb, &err);
	if (!form_draft_restore(v))
		workbench_tell(wb, TONE_FAINT, "%s", _("Enter edits the field under the cursor"));
	return v;
}

struct view *form_open(struct workbench *wb, const char *kind_name, const struct assign *preset, size_t count,
                       const char *on_record, const char *on_field)
{
	struct err err = ERR_INIT;
	const struct kind *kind = kind_find(kind_name);
	if (workbench_may_write(wb, &err) < 0)
		return form_refused(wb, &err);
	if (!kind || rule_machine_kind(kind)) {
		workbench_tell(wb, TONE_ALARM, _("records of the kind %s are made by genba only"), kind_name);
		return NULL;
	}
	struct view *v = make_form(wb, kind, NULL, NULL);
	struct form *f = form_of(v);
	if (on_record) {
		f->on_record = xstrdup(on_record);
		f->on_field = xstrdup(on_field);
		free(f->draft_key);
		f->draft_key = xasprintf("form:%s:%s", kind_name, on_record);
	} else if (count > 0) { /* the draft of another beginning must not take the place of this one's values */
		free(f->draft_key);
		f->draft_key = xasprintf("form:%s:%s=%s", kind_name, preset[0].name, preset[0].value);
	}
	if (!form_draft_restore(v))
		workbench_tell(wb, TONE_FAINT, "%s", _("Enter edits the field under the cursor"));
	for (size_t i = 0; i < count; i++) {
		form_give(f, preset[i].name, preset[i].value);
		unsaved_touch(&f->unsaved);
	}
	return v;
}

int form_run(struct workbench *wb, const char *kind, const struct assign *preset, size_t count, char label[LABEL_TEXT])
{
	struct view *v = form_open(wb, kind, preset, count, NULL, NULL);
	*label = '\0';
	if (!v)
		return 0;
	form_of(v)->created = label;
	workbench_run_over(wb, v);
	return *label != '\0';
}
