/* The draft of a form: kept while it is typed, taken up when the form is opened again, thrown away on request. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/store/draft.h"
#include "case/store/value.h"
#include "tui/form/form_private.h"
#include "tui/form/references_there.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static void write_draft(struct view *v)
{
	struct form *f = form_of(v);
	unsaved_done(&f->unsaved);
	if (!workbench_case(v->wb))
		return;
	workbench_revise(v->wb); /* the Board lists the drafts */
	if (form_changed_count(f) == 0) {
		draft_delete(workbench_case(v->wb), f->draft_key, NULL);
		return;
	}
	json_t *draft = json_object();
	json_t *fields = json_object();
	for (size_t i = 0; i < f->count; i++)
		if (f->values[i].changed)
			json_object_set_new(fields, f->values[i].field->name,
			                    json_string(f->values[i].value ? f->values[i].value : ""));
	json_object_set_new(draft, "fields", fields);
	struct err err = ERR_INIT;
	if (draft_save(workbench_case(v->wb), f->draft_key, draft, &err) < 0)
		workbench_tell_error(v->wb, &err);
	json_decref(draft);
}

void form_draft_flush(struct view *v)
{
	if (form_of(v)->unsaved.last > 0)
		write_draft(v);
}

int form_draft_work(struct view *v, double deadline, int *show)
{
	(void)deadline;
	int wait = unsaved_wait(&form_of(v)->unsaved);
	if (wait != 0)
		return wait;
	write_draft(v);
	view_stale(v); /* its heading says that the draft is kept */
	*show = 1;
	return -1;
}

/* The text of a draft as it goes on: an older genba kept "now" as it was typed, which meant the time of the draft; records that
 * are retracted or gone are left out, and added to `gone`. The caller frees it. */
static char *draft_text(struct view *v, const struct field *field, const char *text, const char *when, struct buf *gone)
{
	if (field->type == FIELD_REF || field->type == FIELD_REFS)
		return references_there(v->wb, text, gone);
	return value_settled(field, text, draft_prompt_moment(when));
}

static void tell_restored(struct view *v, const char *when, const struct buf *gone)
{
	char *said = edtf_said(when);
	if (gone->len)
		workbench_tell(v->wb, TONE_ALARM, _("the draft of %s goes on here without %s; D throws it away"), said,
		               gone->data);
	else
		workbench_tell(v->wb, TONE_ATTENTION, _("the draft of %s goes on here; D throws it away"), said);
	free(said);
}

int form_draft_restore(struct view *v)
{
	struct form *f = form_of(v);
	char when[CLOCK_TEXT];
	json_t *draft = draft_load(workbench_case(v->wb), f->draft_key, when);
	json_t *fields = json_object_get(draft, "fields");
	const char *name;
	json_t *text;
	int found = 0;
	struct buf gone = BUF_INIT;
	json_object_foreach(fields, name, text) {
		struct form_value *value = form_value_named(f, name);
		if (!value || !json_is_string(text))
			continue;
		const char *typed = json_string_value(text);
		char *goes_on = draft_text(v, value->field, typed, when, &gone);
		form_value_set(value, goes_on);
		value->changed = *goes_on || !*typed || value->was;
		free(goes_on);
		f->more |= !form_is_first(value);
		found = 1;
	}
	json_decref(draft);
	if (found)
		tell_restored(v, when, &gone);
	if (gone.len) /* told once: the draft is kept without them */
		unsaved_touch(&f->unsaved);
	buf_release(&gone);
	return found;
}

enum redraw form_draft_discard(struct view *v)
{
	struct form *f = form_of(v);
	struct workbench *wb = v->wb;
	int typed = form_changed_count(f) > 0;
	if (typed && !prompt_yes(wb, _("Throw away what was typed here? (y/n) ")))
		return REDRAW_ALL;
	for (size_t i = 0; i < f->count; i++) {
		form_value_set(&f->values[i], f->values[i].was);
		f->values[i].changed = 0;
	}
	unsaved_done(&f->unsaved);
	draft_delete(workbench_case(wb), f->draft_key, NULL);
	workbench_revise(wb);
	if (typed && workbench_top(wb) == v) { /* back to where it was begun: what is typed next is not for this form */
		workbench_tell(wb, TONE_FAINT, "%s", _("the draft is thrown away; nothing was changed"));
		workbench_pop(wb);
	}
	return REDRAW_ALL;
}
