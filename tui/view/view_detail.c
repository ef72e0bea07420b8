/* One record whole: its fields, what it refers to, who refers to it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/query/conflict_words.h"
#include "case/query/title_cache.h"
#include "case/store/record_summary.h"
#include "case/trust/authorship.h"
#include "playbook/run/run.h"
#include "tui/form/follow_up.h"
#include "tui/form/form.h"
#include "tui/form/indicator_pick.h"
#include "tui/form/retract_ask.h"
#include "tui/list/custody.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define EXCERPT_LONG 300 /* bytes */

struct detail {
	int revealed; /* secrets are shown until the view is left, or genba locks */
	int is_note;
	int is_asset;
	int has_secret;
	char **fields; /* by which the last rows' records refer to it; owned */
	size_t field_count;
	size_t first; /* of those rows */
};

static struct detail *data(struct view *v)
{
	return v->data;
}

/* ---- rows */

static void add_line(struct view *v, enum tone tone, const char *label, const char *name, size_t width,
                     const char *text)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, " ");
	text_pad(&line, name, width);
	buf_addf(&line, "  %s", text);
	view_add(v, tone, label, line.data);
	buf_release(&line);
}

/* Lines of a text beside the field's name. */
static void add_wrapped(struct view *v, enum tone tone, const char *name, size_t width, const char *text)
{
	struct buf safe = BUF_INIT;
	struct buf wrapped = BUF_INIT;
	int cells = v->columns - (int)width - 4;
	printable_add(&safe, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	text_wrap(&wrapped, safe.data, cells > 10 ? (size_t)cells : 10, 0);
	for (char *line = wrapped.data; line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end = '\0';
		add_line(v, tone, v->argument, name, width, line);
		name = "";
		line = end ? end + 1 : NULL;
	}
	buf_release(&wrapped);
	buf_release(&safe);
}

static void add_reference(struct view *v, const char *name, size_t width, const char *label)
{
	struct buf line = BUF_INIT;
	const char *title = workbench_name(v->wb, label);
	buf_addf(&line, "→ %s  %s", label, title);
	add_line(v, TONE_PLAIN, label, name, width, line.data);
	buf_release(&line);
}

/* What a conflict has stored, in words, and who set either side, by the sign that it has in the view that decides. 1; 0: it is none
 * of that. */
static int add_conflict_words(struct view *v, const json_t *record, const struct field *field, struct buf *text)
{
	if (!workbench_conflict_words(v->wb, record, field->name, text))
		return 0;
	char *side = strcmp(field->name, "one") == 0 || strcmp(field->name, "other") == 0
	                 ? conflict_side_named(workbench_case(v->wb), record, field->name)
	                 : NULL;
	if (side)
		buf_addf(text, _("   (%s)"), side);
	free(side);
	return 1;
}

static void add_field(struct view *v, const json_t *record, const struct field *field, size_t width)
{
	const json_t *value = json_object_get(record, field->name);
	const char *name = field_label(field);
	struct buf text = BUF_INIT;
	if (json_is_string(value) && field->type == FIELD_REF) {
		add_reference(v, name, width, json_string_value(value));
		return;
	}
	if (field->type == FIELD_REFS && json_array_size(value) > 0) {
		for (size_t i = 0; i < json_array_size(value); i++)
			add_reference(v, i ? "" : name, width, json_string_value(json_array_get(value, i)));
		return;
	}
	if (!(strcmp(field->name, "answer") == 0 && run_step_answer(workbench_case(v->wb), record, &text)) &&
	    !add_conflict_words(v, record, field, &text))
		record_field_text(record, field, &text);
	data(v)->has_secret |= value && field->type == FIELD_SECRET;
	if (value && field->type == FIELD_SECRET && !data(v)->revealed)
		buf_adds(&text, _("   (v shows it)"));
	add_wrapped(v, value ? TONE_PLAIN : TONE_FAINT, name, width, text.data);
	buf_release(&text);
}

static int is_shown(const json_t *record, const struct field *field)
{
	return json_object_get(record, field->name) || kind_asks_first(record_kind(record), field);
}

/* A raw line, a mail's text may fill the screen: what the record refers to is not to be looked for below it. */
static int is_excerpt(const json_t *record, const struct field *field)
{
	return field->type == FIELD_LONG && !field->short_form && !field->required &&
	       json_string_length(json_object_get(record, field->name)) > EXCERPT_LONG;
}

static size_t name_width(const json_t *record, const struct kind *kind, size_t most)
{
	size_t width = 8;
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (is_shown(record, field) && text_width(field_label(field)) > width)
			width = text_width(field_label(field));
	}
	return width < most ? width : most;
}

/* A kind that this genba does not know is shown as it is stored. */
static void add_unknown(struct view *v, const json_t *record)
{
	char *text = json_dumps(record, JSON_INDENT(1) | JSON_SORT_KEYS);
	view_add(v, TONE_ATTENTION, v->argument,
	         _("This genba does not know this kind of record: it is kept as it is."));
	view_add_text(v, TONE_PLAIN, v->argument, text, 1);
	free(text);
}

static void display_time(const char *text, struct buf *out)
{
	struct edtf t;
	if (text && edtf_parse(text, &t, NULL) == 0)
		edtf_display(&t, out);
}

/* Who made the last change, at the commit that is looked at; NULL: nobody has changed it since it was entered. The times
 * do not tell: both may lie in one second. */
static char *changed_by(struct view *v)
{
	struct workbench *wb = v->wb;
	struct authorship who;
	if (authorship_of_field(workbench_case(wb), v->argument, NULL, NULL,
	                        *workbench_as_of(wb) ? workbench_as_of(wb) : NULL, &who, NULL) < 0)
		return xstrdup("?");
	char *person = who.entry ? NULL : authorship_person_of_change(workbench_case(wb), &who);
	authorship_release(&who);
	return person;
}

static void add_origin(struct view *v, const json_t *record)
{
	struct buf line = BUF_INIT;
	const char *modified = json_get_string(record, "modified");
	const char *entered = json_get_string(record, "entered");
	const char *author = json_get_string(record, "author");
	struct buf when = BUF_INIT;
	display_time(entered, &when);
	char *person = authorship_person_of_mark(workbench_case(v->wb), author);
	buf_addf(&line, _(" entered %s by %s"), when.data, person);
	free(person);
	view_add(v, TONE_FAINT, v->argument, line.data);
	if (modified && entered && (person = changed_by(v))) {
		buf_clear(&line);
		buf_clear(&when);
		display_time(modified, &when);
		buf_addf(&line, _(" changed %s by %s (L: its history)"), when.data, person);
		free(person);
		view_add(v, TONE_FAINT, v->argument, line.data);
	}
	buf_release(&when);
	buf_release(&line);
}

/* ---- who refers to it: rows that are made when they are drawn */

static void drop_fields(struct detail *d)
{
	for (size_t i = 0; i < d->field_count; i++)
		free(d->fields[i]);
	free(d->fields);
	d->fields = NULL;
	d->field_count = 0;
}

/* As of a commit, what came to refer to it later is not shown. */
static int referred_then(struct view *v, const char *label, const char *field)
{
	if (!*workbench_as_of(v->wb))
		return 1;
	json_t *then = workbench_get(v->wb, label, RECORD_WITH_RETRACTED, NULL);
	const json_t *value = then ? json_object_get(then, field) : NULL;
	int is = json_is(then, field, v->argument) || json_holds(value, v->argument);
	json_decref(then);
	return is;
}

static int add_referring(void *ctx, const char *label, const char *field, int is_retracted)
{
	struct view *v = ctx;
	struct detail *d = data(v);
	(void)is_retracted;
	if (!referred_then(v, label, field))
		return 0;
	if (d->field_count == 0) {
		view_add(v, TONE_PLAIN, v->argument, "");
		view_add(v, TONE_HEADING, v->argument, _(" Referred to by"));
		d->first = v->count;
	}
	if (d->field_count % 64 == 0)
		d->fields = xrealloc(d->fields, (d->field_count + 64) * sizeof *d->fields);
	d->fields[d->field_count++] = xstrdup(field);
	view_add_late(v, label);
	return 0;
}

static void referring_row(struct view *v, size_t i, struct row *row)
{
	const char *name = data(v)->fields[i - data(v)->first];
	json_t *record = workbench_get(v->wb, row->label, RECORD_WITH_RETRACTED, NULL);
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind ? kind_field(kind, name) : NULL;
	char *title = record ? workbench_name_of_record(v->wb, record) : xstrdup("");
	int is_retracted = record && record_is_retracted(record);
	struct buf line = BUF_INIT;
	buf_addf(&line, " ← %s  ", row->label);
	buf_addf(&line, "%s · %s: %s%s", kind ? kind_label(kind) : "?", field ? field_label(field) : name, title,
	         is_retracted ? _("  (retracted)") : "");
	row->text = printable_dup(line.data);
	row->tone = is_retracted ? TONE_FAINT : TONE_PLAIN;
	buf_release(&line);
	free(title);
	json_decref(record);
}

static void add_retraction(struct view *v, const json_t *record)
{
	struct buf when = BUF_INIT;
	const char *reason = json_get_string(record, "retract_reason");
	display_time(json_get_string(record, "retracted"), &when);
	char *line = xasprintf(_("RETRACTED %s: %s"), when.data, reason ? reason : "");
	view_add_text(v, TONE_ALARM, v->argument, line, 1);
	free(line);
	buf_release(&when);
}

static int fill(struct view *v, int columns, struct err *err)
{
	json_t *record = workbench_get(v->wb, v->argument, data(v)->revealed ? RECORD_REVEAL : 0, err);
	if (!record)
		return -1;
	const struct kind *kind = record_kind(record);
	data(v)->is_note = kind && (kind->traits & KIND_NOTE);
	data(v)->is_asset = kind && (kind->traits & KIND_ASSET);
	data(v)->has_secret = 0;
	char *title = kind ? workbench_name_of_record(v->wb, record) : xstrdup("");
	v->heading = xasprintf("%s  %s  %s", record_label(record), kind ? kind_label(kind) : "?", title);
	free(title);
	if (record_is_retracted(record))
		add_retraction(v, record);
	if (!kind)
		add_unknown(v, record);
	size_t width = kind ? name_width(record, kind, (size_t)(columns > 40 ? columns / 3 : 12)) : 0;
	for (int excerpts = 0; kind && excerpts <= 1; excerpts++)
		for (size_t i = 0; i < kind_field_count(kind); i++) {
			const struct field *field = kind_field_at(kind, i);
			int told = strcmp(field->name, "entered") == 0 || strcmp(field->name, "retracted") == 0 ||
			           strcmp(field->name, "retract_reason") == 0;
			if (!told && is_shown(record, field) && is_excerpt(record, field) == excerpts)
				add_field(v, record, field, width);
		}
	add_origin(v, record);
	drop_fields(data(v));
	int rc = kind ? custody_rows(v, record, err) : 0;
	if (rc == 0)
		rc = record_each_reference(workbench_case(v->wb), v->argument, add_referring, v, err);
	json_decref(record);
	return rc < 0 ? -1 : 0;
}

/* ---- keys */

static enum redraw reveal(struct view *v)
{
	struct detail *d = data(v);
	if (!d->revealed && !prompt_yes(v->wb, _("Show the secrets of this record on the screen? (y/n) ")))
		return REDRAW_VIEW;
	d->revealed = !d->revealed;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw retract(struct view *v)
{
	retract_ask(v->wb, v->argument);
	return REDRAW_ALL;
}

/* Labels of one kind (NULL: of any) that the note is about, as a comma list. */
static char *about(const json_t *note, const char *kind)
{
	const json_t *on = json_object_get(note, "on");
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < json_array_size(on); i++) {
		const char *label = json_string_value(json_array_get(on, i));
		const struct kind *of = kind_of_label(label);
		if (label && (!kind || (of && strcmp(of->name, kind) == 0)))
			buf_addf(&list, "%s%s", list.len ? "," : "", label);
	}
	return buf_take(&list, NULL);
}

static struct view *form_from(struct view *v, const json_t *note, const char *kind)
{
	const char *text = json_get_string(note, "text");
	const char *when = json_get_string(note, "when");
	const char *basis = json_get_string(note, "basis");
	char *title = xstrndup(text ? text : "", strcspn(text ? text : "", "\n"));
	char *assets = about(note, "asset");
	char *all = about(note, NULL);
	struct assign fields[5];
	size_t n = 0;
	if (!kind_has(kind, KIND_ASSET))
		fields[n++] = (struct assign){"title", title};
	if (kind_has(kind, KIND_EVENT))
		fields[n++] = (struct assign){"assets", assets};
	if (strcmp(kind, "measure") == 0)
		fields[n++] = (struct assign){"on", all};
	if (when && kind_has(kind, KIND_EVENT))
		fields[n++] = (struct assign){"when", when};
	if (basis)
		fields[n++] = (struct assign){"basis", basis};
	struct view *form = form_open(v->wb, kind, fields, n, v->argument, "on");
	free(all);
	free(assets);
	free(title);
	return form;
}

/* A note becomes what it says: the new record is linked from it. */
static enum redraw make_of(struct view *v)
{
	static const char *const kinds[] = {"event", "asset", "measure", "indicator"};
	struct err err = ERR_INIT;
	json_t *note = record_get(workbench_case(v->wb), v->argument, 0, &err);
	const struct kind *kind = note ? record_kind(note) : NULL;
	if (!kind || !(kind->traits & KIND_NOTE)) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("only a note is made into something else; n writes a note on this"));
		json_decref(note);
		return REDRAW_ALL;
	}
	const char *labels[4];
	for (size_t i = 0; i < 4; i++)
		labels[i] = kind_label(kind_find(kinds[i]));
	int chosen = prompt_choice(v->wb, _("Make of this note: "), labels, 4, 0, NULL);
	if (chosen == 3)
		indicator_pick_indicators(v->wb, json_get_string(note, "text"), v->argument, NULL);
	else if (chosen >= 0)
		workbench_push(v->wb, form_from(v, note, kinds[chosen]));
	json_decref(note);
	return REDRAW_ALL;
}

static enum redraw follow_up(struct view *v)
{
	follow_up_ask(v->wb, v->argument);
	return REDRAW_ALL;
}

static const char *refuses_follow_up(struct view *v)
{
	return data(v)->is_note ? _("a note is made into something else: c") : workbench_refuses_writing(v);
}

static enum redraw view_detail_edit(struct view *v)
{
	json_t *record = record_get(workbench_case(v->wb), v->argument, RECORD_RAW, NULL);
	const char *kind = json_get_string(record, "kind");
	workbench_push(v->wb, form_new(v->wb, kind ? kind : "", v->argument));
	json_decref(record);
	return REDRAW_ALL;
}

/* The record under a reference; the record's own rows lead nowhere. */
static enum redraw view_detail_follow(struct view *v)
{
	if (strcmp(view_label(v), v->argument) != 0)
		workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static enum redraw write_note(struct view *v)
{
	workbench_note(v->wb, v->argument, NULL);
	return REDRAW_ALL;
}

static enum redraw history(struct view *v)
{
	workbench_show(v->wb, "history", v->argument);
	return REDRAW_ALL;
}

static const char *refuses_playbook(struct view *v)
{
	if (!data(v)->is_asset)
		return _("a playbook is started on an asset: this is none");
	return workbench_refuses_writing(v);
}

static enum redraw start_playbook(struct view *v)
{
	workbench_show(v->wb, "start", v->argument);
	return REDRAW_ALL;
}

static const char *refuses_note(struct view *v)
{
	if (!data(v)->is_note)
		return _("only a note is made into something else; n writes a note on this");
	return workbench_refuses_writing(v);
}

static const char *refuses_reveal(struct view *v)
{
	return data(v)->has_secret ? NULL : _("this record has no secret");
}

static const struct view_key keys[] = {
    {KEY_RETURN, N_("Enter"), N_("follow"), N_("go to the record under the cursor; Esc comes back"), view_detail_follow,
     NULL},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("go to the record under the cursor; Esc comes back"), view_detail_follow, NULL},
    {'l', NULL, NULL, N_("go to the record under the cursor; Esc comes back"), view_detail_follow, NULL},
    {KEY_OF_COMMAND, "set", N_("edit"), N_("change this record"), view_detail_edit, workbench_refuses_writing},
    {KEY_OF_COMMAND, "note", N_("note"), N_("write a note on this record"), write_note, workbench_refuses_writing},
    {'P', NULL, N_("playbook"), N_("start a playbook on this asset"), start_playbook, refuses_playbook},
    {'c', NULL, N_("make of it"), N_("make an event, asset, measure or indicator of this note"), make_of, refuses_note},
    {'c', NULL, N_("what follows"), N_("a measure, contact, decision or event that follows from this record"),
     follow_up, refuses_follow_up},
    {'L', NULL, N_("history"), N_("how this record came to be"), history, NULL},
    {'v', NULL, N_("reveal"), N_("show secrets in clear, or mask them again"), reveal, refuses_reveal},
    {KEY_OF_COMMAND, "retract", N_("retract"), N_("retract this record, with a reason"), retract,
     workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void flush(struct view *v)
{
	data(v)->revealed = 0;
	view_stale(v);
}

static void release(struct view *v)
{
	drop_fields(data(v));
	free(v->data);
}

static const struct view_lazy detail_lazy = {.late = referring_row, .flush = flush};

static struct view *open_detail(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	json_t *record = workbench_get(wb, label, RECORD_RAW, &err);
	if (!record) {
		workbench_tell_error(wb, &err);
		return NULL;
	}
	struct view *v = view_new(wb, &detail_view, record_label(record));
	v->data = xcalloc(1, sizeof(struct detail));
	v->lazy = &detail_lazy;
	json_decref(record);
	return v;
}

const struct view_ops detail_view = {.name = "detail",
                                     .title = "",
                                     .comes_back = 1,
                                     .fill = fill,
                                     .release = release,
                                     .keys = keys,
                                     .open = open_detail};
