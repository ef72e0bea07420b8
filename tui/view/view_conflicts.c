/*
 * What a merge left to decide: each field that both sides changed, with who
 * says what, what stood there before, and what stands there now.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/query/conflict_words.h"
#include "case/query/record_kept.h"
#include "handover/merge/resolve.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- five rows each, made when they are drawn: the head, the sides, what stood there before, what stands there now */

#define ROWS_EACH 5

#define SIDE_CELLS 24 /* of the name of who set it */

struct conflicts_state {
	int is_reading;
	double told_at; /* how far it is */
	json_t *people; /* label -> [who set one value, who set the other], as far as they were seen */
};

static void side_row(struct row *row, const char *name, const char *value, enum tone tone)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "    ");
	text_pad(&line, name, SIDE_CELLS);
	buf_addf(&line, " %s", value);
	row->text = printable_dup(line.data);
	row->tone = tone;
	buf_release(&line);
}

/* Who set the value of a side: looked for in history once. "" where it is not known. Borrowed. */
static const char *person_of(struct view *v, const json_t *conflict, size_t side)
{
	static const char *const members[] = {"one", "other"};
	struct conflicts_state *s = v->data;
	const char *label = record_label(conflict);
	if (!s->people)
		s->people = json_object();
	json_t *people = json_object_get(s->people, label);
	if (!people) {
		people = json_array();
		for (size_t i = 0; i < 2; i++) {
			char *person = conflict_side(workbench_case(v->wb), conflict, members[i]);
			json_array_append_new(people, json_string(person ? person : ""));
			free(person);
		}
		json_object_set_new(s->people, label, people);
	}
	return json_string_value(json_array_get(people, side));
}

/* The side that stands first, and that `<` takes. */
static size_t first_side(struct view *v, const json_t *conflict)
{
	return conflict_first(person_of(v, conflict, 0), person_of(v, conflict, 1));
}

static void stored_row(struct view *v, struct row *row, const json_t *conflict, const char *member, const char *name,
                       enum tone tone)
{
	struct buf text = BUF_INIT;
	const char *stored = json_get_string(conflict, member);
	if (!workbench_conflict_words(v->wb, conflict, member, &text)) /* it is about what is not known here */
		buf_adds(&text, stored ? stored : _("(unset)"));
	side_row(row, name, text.data, tone);
	buf_release(&text);
}

/* `< R1 Responder One`, and the value. */
static void person_row(struct view *v, struct row *row, const json_t *conflict, size_t place)
{
	size_t side = first_side(v, conflict) ^ place;
	const char *const people[2] = {person_of(v, conflict, 0), person_of(v, conflict, 1)};
	char *name = conflict_side_name(people, side);
	stored_row(v, row, conflict, side ? "other" : "one", name, TONE_PLAIN);
	free(name);
}

static int is_open(const json_t *conflict)
{
	const char *state = json_get_string(conflict, "state");
	return (!state || strcmp(state, "open") == 0) && json_get_string(conflict, "field") &&
	       json_get_string(conflict, "record");
}

static int is_reference(const struct field *field)
{
	return field->type == FIELD_REF || field->type == FIELD_REFS;
}

/* That it is decided, and why if that was said. */
static void decided_words(json_t *conflict, struct buf *out)
{
	struct buf why = BUF_INIT;
	if (json_object_get(conflict, "reason"))
		record_field_text(conflict, kind_field(record_kind(conflict), "reason"), &why);
	if (why.len)
		buf_addf(out, _("  (decided: %s)"), why.data);
	else
		buf_adds(out, _("  (decided)"));
	buf_release(&why);
}

static void conflict_row(struct view *v, size_t i, struct row *row)
{
	json_t *conflict = workbench_get(v->wb, row->label, 0, NULL);
	const char *name = json_get_string(conflict, "field");
	const char *label = json_get_string(conflict, "record");
	json_t *record = label ? workbench_get(v->wb, label, RECORD_WITH_RETRACTED, NULL) : NULL;
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind && name ? kind_field(kind, name) : NULL;
	char *title = record ? record_title(record) : xstrdup("");
	char *safe = printable_dup(name ? name : "");
	struct buf now = BUF_INIT;
	struct buf head = BUF_INIT;
	switch (i % ROWS_EACH) {
	case 0:
		buf_addf(&head, "%s  %s  %s", label ? label : "", title, field ? field_label(field) : safe);
		if (!is_open(conflict))
			decided_words(conflict, &head);
		row->text = printable_dup(head.data);
		row->tone = is_open(conflict) ? TONE_HEADING : TONE_FAINT;
		break;
	case 1:
		person_row(v, row, conflict, 0);
		break;
	case 2:
		person_row(v, row, conflict, 1);
		break;
	case 3:
		stored_row(v, row, conflict, "base", _("  before"), TONE_FAINT);
		break;
	default:
		if (field && is_reference(field) && json_object_get(record, field->name))
			workbench_name_field(v->wb, field, json_object_get(record, field->name), &now);
		else if (field)
			record_field_text(record, field, &now);
		side_row(row, _("  now"), field ? now.data : "?", TONE_FAINT);
	}
	buf_release(&now);
	buf_release(&head);
	free(safe);
	free(title);
	json_decref(record);
	json_decref(conflict);
}

static void take_conflict(json_t *conflict, void *item)
{
	*(int *)item = is_open(conflict);
}

static const struct record_kept_spec conflicts = {"conflicts to decide", "conflict",    RECORD_RAW,
                                                  sizeof(int),           take_conflict, NULL};

static void add_conflict(struct view *v, const char *label)
{
	for (int i = 0; i < ROWS_EACH; i++)
		view_add_late(v, label);
}

static int add_past(void *ctx, json_t *conflict)
{
	if (is_open(conflict))
		add_conflict(ctx, record_label(conflict));
	return 0;
}

static int fill_conflicts(struct view *v, int columns, struct err *err)
{
	struct conflicts_state *s = v->data;
	struct record_kept *kept;
	(void)columns;
	s->is_reading = 0;
	if (*workbench_as_of(v->wb)) {
		if (workbench_each(v->wb, "conflict", 0, add_past, v, err) < 0)
			return -1;
	} else {
		int rc = record_kept_work(workbench_case(v->wb), &conflicts, clock_steady() + VIEW_SLICE, &kept, err);
		if (rc < 0)
			return -1;
		size_t waits = 0;
		for (size_t i = 0; i < record_kept_count(kept); i++) {
			const int *open = record_kept_item(kept, i);
			waits += open && *open;
			if (open && (*open || view_is_judged(v, record_kept_label(kept, i))))
				add_conflict(v, record_kept_label(kept, i));
		}
		s->is_reading = rc;
		if (rc == 1)
			view_head(v, xasprintf("%zu", waits), record_kept_percent(kept));
		else if (waits < v->count / ROWS_EACH)
			v->heading = waits ? xasprintf(P_("%zu is left", "%zu are left", waits), waits)
			                   : xstrdup(_("nothing is left to decide"));
	}
	if (v->count == 0)
		view_add(v, TONE_PLAIN, NULL, _("Nothing is left to decide."));
	return 0;
}

static int read_on(struct view *v, double deadline, int *show)
{
	struct conflicts_state *s = v->data;
	struct record_kept *kept;
	struct err err = ERR_INIT;
	if (!s->is_reading)
		return -1;
	int rc = record_kept_work(workbench_case(v->wb), &conflicts, deadline, &kept, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	s->is_reading = rc == 1;
	*show = rc <= 0 || view_may_tell(&s->told_at);
	if (*show)
		view_stale(v);
	return rc == 1 ? 0 : -1;
}

static const struct view_lazy conflicts_lazy = {.late = conflict_row, .work = read_on};

struct view_conflicts_asked {
	struct workbench *wb;
	char label[LABEL_TEXT]; /* another shell may decide one while it is asked */
};

/* Decides by the value that was typed. */
static int decide_by_value(void *ctx, const char *typed, struct err *err)
{
	const struct view_conflicts_asked *asked = ctx;
	char *choice = xasprintf("=%s", typed);
	int rc = conflict_resolve(workbench_case(asked->wb), asked->label, choice, NULL, err);
	free(choice);
	return rc;
}

/* Which record, which field, and the value that stands there now: the label of a conflict says none of them. */
static void tell_decided(struct workbench *wb, const char *label)
{
	json_t *conflict = workbench_get(wb, label, 0, NULL);
	const char *of = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	json_t *record = of ? workbench_get(wb, of, RECORD_WITH_RETRACTED, NULL) : NULL;
	const struct field *field = record && name ? kind_field(record_kind(record), name) : NULL;
	struct buf now = BUF_INIT;
	if (field && json_object_get(record, field->name))
		workbench_name_field(wb, field, json_object_get(record, field->name), &now);
	workbench_judged(wb, label);
	if (field)
		workbench_tell(wb, TONE_GOOD, _("%s %s is decided: %s; r says why"), of, field_label(field),
		               now.len ? now.data : _("(unset)"));
	else
		workbench_tell(wb, TONE_GOOD, _("%s is decided"), label);
	buf_release(&now);
	json_decref(record);
	json_decref(conflict);
}

static void view_conflicts_decide(struct view *v, const char *choice)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	snprintf(label, sizeof label, "%.31s", view_label(v));
	if (!*label)
		return;
	if (conflict_resolve(workbench_case(v->wb), label, choice, NULL, &err) < 0)
		workbench_tell_error(v->wb, &err);
	else
		tell_decided(v->wb, label);
}

/* The value that stands in that place on the screen. */
static enum redraw take_place(struct view *v, size_t place)
{
	json_t *conflict = workbench_get(v->wb, view_label(v), 0, NULL);
	if (conflict)
		view_conflicts_decide(v, (first_side(v, conflict) ^ place) ? "other" : "one");
	json_decref(conflict);
	return REDRAW_ALL;
}

static enum redraw take_one(struct view *v)
{
	return take_place(v, 0);
}

static enum redraw take_other(struct view *v)
{
	return take_place(v, 1);
}

static enum redraw take_another(struct view *v)
{
	struct view_conflicts_asked asked = {.wb = v->wb};
	snprintf(asked.label, sizeof asked.label, "%.31s", view_label(v));
	char *draft = xasprintf("resolve:%s", asked.label);
	char *typed = *asked.label ? draft_prompt_checked(v->wb, draft, _("Value: "), decide_by_value, &asked) : NULL;
	if (typed) {
		draft_prompt_drop(v->wb, draft);
		tell_decided(v->wb, asked.label);
	}
	free(typed);
	free(draft);
	return REDRAW_ALL;
}

/* Says on record why it was decided so. */
static int explain(void *ctx, const char *reason, struct err *err)
{
	const struct view_conflicts_asked *asked = ctx;
	return conflict_explain(workbench_case(asked->wb), asked->label, reason, err);
}

static enum redraw say_why(struct view *v)
{
	struct view_conflicts_asked asked = {.wb = v->wb};
	snprintf(asked.label, sizeof asked.label, "%.31s", view_label(v));
	json_t *conflict = *asked.label ? workbench_get(v->wb, asked.label, 0, NULL) : NULL;
	if (conflict && is_open(conflict)) {
		workbench_tell(v->wb, TONE_PLAIN, _("decide it first, by <, > or =; then say why"));
	} else if (conflict) {
		char *draft = xasprintf("resolve-why:%s", asked.label);
		if (draft_prompt_reason(v->wb, draft, _("Why was it decided so: "), explain, &asked)) {
			workbench_judged(v->wb, asked.label);
			workbench_tell(v->wb, TONE_GOOD, _("the reason is on record"));
		}
		free(draft);
	}
	json_decref(conflict);
	return REDRAW_ALL;
}

static const struct view_key conflicts_keys[] = {
    {'<', NULL, N_("upper"), N_("take the upper of the two values, that of <"), take_one, workbench_refuses_writing},
    {'>', NULL, N_("lower"), N_("take the lower of the two values, that of >"), take_other, workbench_refuses_writing},
    {'=', NULL, N_("another value"), N_("type what it shall be"), take_another, workbench_refuses_writing},
    {'r', NULL, N_("reason"), N_("say why it was decided so"), say_why, workbench_refuses_writing},
    {0},
};

static struct view *open_conflicts(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &conflicts_view, NULL);
	v->data = xcalloc(1, sizeof(struct conflicts_state));
	v->lazy = &conflicts_lazy;
	return v;
}

/* Names go with the lock. */
static void forget_conflicts(struct view *v)
{
	struct conflicts_state *s = v->data;
	json_decref(s->people);
	s->people = NULL;
}

static void release_conflicts(struct view *v)
{
	forget_conflicts(v);
	free(v->data);
}

const struct view_ops conflicts_view = {.name = "conflicts",
                                        .title = N_("To decide"),
                                        .fill = fill_conflicts,
                                        .release = release_conflicts,
                                        .forget = forget_conflicts,
                                        .keys = conflicts_keys,
                                        .open = open_conflicts};
