/*
 * What a merge left to decide: each field that both sides changed, with what
 * either says, what stood there before, and what stands there now.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/purgeable_text.h"
#include "handover/merge/resolve.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* A value as it is stored, for people: a long text itself, nothing of a secret. */
/* A side of a conflict, in the words that its field is shown in everywhere. */
static void value_text(struct workbench *wb, const struct field *field, const char *stored, struct buf *out)
{
	struct case_file *c = workbench_case(wb);
	int in_store = field && (field->type == FIELD_LONG || field->type == FIELD_SECRET);
	int secret = 0;
	if (stored && field && !in_store) {
		json_t *value = *stored == '[' ? json_parse(stored, strlen(stored), NULL) : NULL;
		value = value ? value : json_string(stored);
		workbench_name_field(wb, field, value, out);
		json_decref(value);
		return;
	}
	struct buf text = BUF_INIT;
	if (!stored)
		buf_adds(&text, _("(unset)"));
	else if (!purgeable_text_is_digest(stored, &secret))
		buf_adds(&text, stored);
	else if (secret)
		buf_adds(&text, _("(a secret)"));
	else if (purgeable_text_get(c, stored, &text, NULL) < 0)
		buf_adds(&text, _("(a text that is not in this copy)"));
	char *safe = printable_dup(text.data);
	buf_adds(out, safe);
	free(safe);
	buf_release(&text);
}

static void add_side(struct view *v, const char *label, const char *name, const char *value, enum tone tone)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "    ");
	text_pad(&line, name, 14);
	buf_addf(&line, " %s", value);
	view_add(v, tone, label, line.data);
	buf_release(&line);
}

static void add_stored(struct view *v, const json_t *conflict, const struct field *field, const char *member,
                       const char *name, enum tone tone)
{
	struct buf text = BUF_INIT;
	value_text(v->wb, field, json_get_string(conflict, member), &text);
	add_side(v, record_label(conflict), name, text.data, tone);
	buf_release(&text);
}

static int add_conflict(void *ctx, json_t *conflict)
{
	struct view *v = ctx;
	const char *state = json_get_string(conflict, "state");
	const char *name = json_get_string(conflict, "field");
	const char *label = json_get_string(conflict, "record");
	if ((state && strcmp(state, "open") != 0) || !name || !label)
		return 0;
	json_t *record = workbench_get(v->wb, label, RECORD_WITH_RETRACTED, NULL);
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind ? kind_field(kind, name) : NULL;
	char *title = record ? record_title(record) : xstrdup("");
	char *safe = printable_dup(name);
	view_addf(v, TONE_HEADING, record_label(conflict), "%s  %s  %s", label, title,
	          field ? field_label(field) : safe);
	add_stored(v, conflict, field, "one", _("< one side"), TONE_PLAIN);
	add_stored(v, conflict, field, "other", _("> the other"), TONE_PLAIN);
	add_stored(v, conflict, field, "base", _("  before"), TONE_FAINT);
	if (field) {
		struct buf now = BUF_INIT;
		record_field_text(record, field, &now);
		add_side(v, record_label(conflict), _("  now"), now.data, TONE_FAINT);
		buf_release(&now);
	}
	free(safe);
	free(title);
	json_decref(record);
	return 0;
}

static int fill_conflicts(struct view *v, int columns, struct err *err)
{
	(void)columns;
	if (workbench_each(v->wb, "conflict", 0, add_conflict, v, err) < 0)
		return -1;
	if (v->count == 0)
		view_add(v, TONE_PLAIN, NULL, _("Nothing is left to decide."));
	return 0;
}

struct view_conflicts_asked {
	struct workbench *wb;
	char label[LABEL_TEXT]; /* another shell may decide one while it is asked */
};

/* Decides by the value that was typed. */
static int decide_by_value(void *ctx, const char *typed, struct err *err)
{
	const struct view_conflicts_asked *asked = ctx;
	char *choice = xasprintf("=%s", typed);
	int rc = conflict_resolve(workbench_case(asked->wb), asked->label, choice, err);
	free(choice);
	return rc;
}

static void view_conflicts_decide(struct view *v, const char *choice)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	snprintf(label, sizeof label, "%.31s", view_label(v));
	if (!*label)
		return;
	if (conflict_resolve(workbench_case(v->wb), label, choice, &err) < 0)
		workbench_tell_error(v->wb, &err);
	else
		workbench_tell(v->wb, TONE_GOOD, _("%s is decided"), label);
}

static enum redraw take_one(struct view *v)
{
	view_conflicts_decide(v, "one");
	return REDRAW_ALL;
}

static enum redraw take_other(struct view *v)
{
	view_conflicts_decide(v, "other");
	return REDRAW_ALL;
}

static enum redraw take_another(struct view *v)
{
	struct view_conflicts_asked asked = {.wb = v->wb};
	snprintf(asked.label, sizeof asked.label, "%.31s", view_label(v));
	char *draft = xasprintf("resolve:%s", asked.label);
	char *typed = *asked.label ? draft_prompt_checked(v->wb, draft, _("Value: "), decide_by_value, &asked) : NULL;
	if (typed) {
		draft_prompt_drop(v->wb, draft);
		workbench_tell(v->wb, TONE_GOOD, _("%s is decided"), asked.label);
	}
	free(typed);
	free(draft);
	return REDRAW_ALL;
}

static const struct view_key conflicts_keys[] = {
    {'<', NULL, N_("one side"), N_("take the value of one side"), take_one, workbench_refuses_writing},
    {'>', NULL, N_("the other"), N_("take the value of the other side"), take_other, workbench_refuses_writing},
    {'=', NULL, N_("another value"), N_("type what it shall be"), take_another, workbench_refuses_writing},
    {0},
};

static struct view *open_conflicts(struct workbench *wb, const char *none)
{
	(void)none;
	return view_new(wb, &conflicts_view, NULL);
}

const struct view_ops conflicts_view = {.name = "conflicts",
                                        .title = N_("To decide"),
                                        .fill = fill_conflicts,
                                        .keys = conflicts_keys,
                                        .open = open_conflicts};
