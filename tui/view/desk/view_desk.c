/*
 * The desk, of a register: consultations of which nothing has become yet, the oldest first, and leads that somebody has to
 * look at or to tell. The story of the one under the cursor stands below.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "case/kind/first_line.h"
#include "case/query/consultation.h"
#include "outward/desk/escalate.h"
#include "outward/desk/stage.h"
#include "outward/desk/waiting.h"
#include "tui/form/form.h"
#include "tui/view/desk/desk_open.h"
#include "tui/view/desk/desk_settle.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct desk_line {
	char *label;
	char *text;
	long age; /* days, -1: unknown */
	int rank;
	int is_settled;
};

struct desk_lines {
	struct view *v;
	struct desk_line *items;
	size_t count, cap;
	uint64_t ended; /* consultations that wait for nothing, where all are read */
};

/* ---- rows */

static void put_line(struct desk_lines *l, const json_t *record, int rank, const char *when, const char *shown,
                     const char *who, const char *text)
{
	struct buf line = BUF_INIT;
	struct buf status = BUF_INIT;
	char age[24];
	const char *whole = json_get_string(record, text) ? json_get_string(record, text) : "";
	size_t n;
	const char *begins = first_line_of(whole, &n, NULL); /* the pane has the rest */
	char *first = xstrndup(begins, n);
	char *safe = printable_dup(first);
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->items = xrealloc(l->items, l->cap * sizeof *l->items);
	}
	struct desk_line *item = &l->items[l->count++];
	item->is_settled = 0;
	item->age = waiting_age(json_get_string(record, when));
	item->rank = rank;
	item->label = xstrdup(record_label(record));
	if (item->age < 0)
		snprintf(age, sizeof age, "?");
	else
		snprintf(age, sizeof age, "%ld", item->age);
	record_field_text(record, kind_field(record_kind(record), shown), &status);
	buf_addf(&line, " %-8s %5s  ", item->label, age);
	text_pad(&line, status.data, 16);
	buf_adds(&line, "  ");
	text_pad(&line, who, 20);
	buf_addf(&line, "  %s", safe);
	item->text = buf_take(&line, NULL);
	buf_release(&status);
	free(safe);
	free(first);
}

static int take_consultation(void *ctx, json_t *record)
{
	struct desk_lines *l = ctx;
	const char *from = json_get_string(record, "from");
	if (consultation_rank(record) < 0) {
		l->ended++;
		return 0;
	}
	char *who = xstrdup(from ? workbench_name(l->v->wb, from) : "");
	put_line(l, record, 0, "when", "eligible", who, "summary");
	free(who);
	return 0;
}

/* What was settled while the list is open stays in it. */
static void take_settled(struct desk_lines *l)
{
	const char *label;
	json_t *judged;
	json_object_foreach(l->v->judged, label, judged) {
		if (kind_of_label(label) != kind_find("consultation"))
			continue;
		json_t *record = workbench_get(l->v->wb, label, 0, NULL);
		const char *from = json_get_string(record, "from");
		if (record && consultation_rank(record) < 0) {
			char *who = xstrdup(from ? workbench_name(l->v->wb, from) : "");
			put_line(l, record, 0, "when", "became", who, "summary");
			l->items[l->count - 1].is_settled = 1;
			l->ended -= l->ended > 0; /* it stands there itself */
			free(who);
		}
		json_decref(record);
	}
}

static int take_lead(void *ctx, json_t *record)
{
	struct desk_lines *l = ctx;
	int rank = consultation_rank(record);
	const char *publisher = json_get_string(record, "publisher");
	if (rank < 0)
		return 0;
	char *who = printable_dup(publisher ? publisher : "");
	put_line(l, record, rank, "found", "status", who, "title");
	free(who);
	return 0;
}

static int by_age(const void *one, const void *other)
{
	const struct desk_line *a = one;
	const struct desk_line *b = other;
	if (a->rank != b->rank)
		return a->rank - b->rank;
	if (a->age != b->age)
		return a->age > b->age ? -1 : 1;
	return strverscmp(a->label, b->label);
}

static void name_columns(struct view *v)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, " ");
	text_pad(&line, _("Label"), 8);
	buf_adds(&line, " ");
	text_pad(&line, _("Days"), 5);
	buf_adds(&line, "  ");
	text_pad(&line, _("Eligible, status"), 16);
	buf_adds(&line, "  ");
	text_pad(&line, _("From"), 20);
	buf_addf(&line, "  %s", _("Summary, title"));
	free(v->names);
	v->names = buf_take(&line, NULL);
}

/* Where the case itself stands, and the keys for that: a desk in a case has no rows. A register says no stage, and is no case. */
static void add_stage(struct view *v, uint64_t ended)
{
	const struct field *field = kind_field(kind_find("case"), "stage");
	json_t *record = workbench_get(v->wb, "case", 0, NULL);
	const char *at = json_get_string(record, "stage");
	int has_stage = at && strcmp(at, "unknown") != 0;
	struct buf stage = BUF_INIT;
	if (record)
		record_field_text(record, field, &stage);
	view_add(v, TONE_PLAIN, NULL, "");
	char *text =
	    has_stage
	        ? xasprintf(_("This case: %s. s takes it a step further, r shows the report of activity, w writes it."),
	                    stage.data)
	    : ended ? xstrdup(_("This file is a register: r shows the report of activity, w writes it."))
	            : xstrdup(_("This case has no stage yet: s takes its first step, r shows the report of activity, w "
	                        "writes it."));
	view_add_text(v, TONE_PLAIN, NULL, text, 0);
	free(text);
	buf_release(&stage);
	json_decref(record);
}

/* How many have ended, and the way to them: of a consultation that became a case, its record says which. */
static void add_ended(struct view *v, uint64_t ended)
{
	if (ended)
		view_addf(v, TONE_FAINT, NULL,
		          P_(" %llu consultation has ended or become a case: Enter lists all",
		             " %llu consultations have ended or become cases: Enter lists all",
		             (unsigned long long)ended),
		          (unsigned long long)ended);
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	struct desk_lines l = {.v = v};
	int rc = *workbench_as_of(v->wb) ? workbench_each(v->wb, "consultation", 0, take_consultation, &l, err)
	                                 : consultation_each_waiting(workbench_case(v->wb), take_consultation, &l, err);
	if (rc == 0 && !*workbench_as_of(v->wb))
		l.ended = record_count(workbench_case(v->wb), "consultation", 0) - l.count;
	if (rc == 0)
		rc = workbench_each(v->wb, "lead", 0, take_lead, &l, err);
	if (rc == 0)
		take_settled(&l);
	if (l.count)
		qsort(l.items, l.count, sizeof *l.items, by_age);
	name_columns(v);
	for (size_t i = 0; i < l.count; i++) {
		if (rc == 0)
			view_add(v,
			         l.items[i].is_settled  ? TONE_FAINT
			         : l.items[i].rank == 1 ? TONE_ATTENTION
			                                : TONE_PLAIN,
			         l.items[i].label, l.items[i].text);
		free(l.items[i].label);
		free(l.items[i].text);
	}
	free(l.items);
	if (rc == 0 && v->count == 0) {
		view_add_text(v, TONE_PLAIN, NULL,
		              _("Nothing waits: no consultation is open, and no lead. a adds a consultation."), 0);
		add_ended(v, l.ended);
		add_stage(v, l.ended);
	} else if (rc == 0) {
		add_ended(v, l.ended);
	}
	return rc;
}

/* ---- the story of one */

static void tell_field(struct view *v, const json_t *record, const char *name)
{
	const struct field *field = kind_field(record_kind(record), name);
	struct buf line = BUF_INIT;
	if (!field)
		return;
	struct buf value = BUF_INIT;
	workbench_name_field(v->wb, field, json_object_get(record, name), &value);
	buf_addf(&line, "%s: %s", field_label(field), value.data ? value.data + strspn(value.data, "\n") : "");
	view_pane_line(v, TONE_PLAIN, line.data);
	buf_release(&value);
	buf_release(&line);
}

static void tell_party(struct view *v, const char *label)
{
	static const char *const fields[] = {"serious_effect", "key_relations", "org_kind", "phone", "safe_channel"};
	json_t *party = workbench_get(v->wb, label, 0, NULL);
	for (size_t i = 0; party && i < sizeof fields / sizeof *fields; i++)
		if (i < 2 || json_object_get(party, fields[i]))
			tell_field(v, party, fields[i]);
	json_decref(party);
}

static void pane(struct view *v)
{
	static const char *const fields[] = {"summary", "from",  "eligible", "when",  "means",    "route",
	                                     "kinds",   "title", "status",   "found", "publisher"};
	const char *label = view_label(v);
	json_t *record = *label ? workbench_get(v->wb, label, 0, NULL) : NULL;
	for (size_t i = 0; record && i < sizeof fields / sizeof *fields; i++)
		if (json_object_get(record, fields[i]) || strcmp(fields[i], "eligible") == 0)
			tell_field(v, record, fields[i]);
	if (record && json_get_string(record, "from"))
		tell_party(v, json_get_string(record, "from"));
	json_decref(record);
}

/* ---- keys */

static enum redraw open_record(struct view *v)
{
	workbench_show(v->wb, *view_label(v) ? "detail" : "list", *view_label(v) ? view_label(v) : "consultation");
	return REDRAW_ALL;
}

static enum redraw add_consultation(struct view *v)
{
	workbench_push(v->wb, form_new(v->wb, "consultation", NULL));
	return REDRAW_ALL;
}

/* The label under the cursor, if something can become of it: before anything is asked. 0, or -1 and why not is told. */
static int waiting_label(struct view *v, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	snprintf(label, LABEL_TEXT, "%.31s", view_label(v));
	if (!*label) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("no consultation that waits stands in this row"));
		return -1;
	}
	if (consultation_may_end(workbench_case(v->wb), label, &err) == 0)
		return 0;
	workbench_tell_error(v->wb, &err);
	return -1;
}

struct view_desk_end {
	struct workbench *wb;
	char label[LABEL_TEXT];
	const char *became;
};

static int end_with_reason(void *ctx, const char *reason, struct err *err)
{
	const struct view_desk_end *e = ctx;
	struct consultation_end end = {e->became, reason, NULL};
	return consultation_end(workbench_case(e->wb), e->label, &end, err);
}

static void tell_settled(const struct view_desk_end *e)
{
	workbench_judged(e->wb, e->label);
	workbench_tell(e->wb, TONE_GOOD, _("%s is settled"), e->label);
}

static void end_it(struct view *v, const char *became)
{
	struct view_desk_end e = {.wb = v->wb, .became = became};
	char draft[80];
	if (waiting_label(v, e.label) < 0)
		return;
	snprintf(draft, sizeof draft, "desk:%s", e.label);
	const struct field *field = kind_field(kind_find("consultation"), "became");
	char *question = desk_reason_of(field_value_label(field_value_find(field, became)));
	if (draft_prompt_reason(v->wb, draft, question, end_with_reason, &e))
		tell_settled(&e);
	free(question);
}

static enum redraw advise(struct view *v)
{
	end_it(v, "advice");
	return REDRAW_ALL;
}

static enum redraw decline(struct view *v)
{
	end_it(v, "declined");
	return REDRAW_ALL;
}

static enum redraw open_it(struct view *v)
{
	char label[LABEL_TEXT];
	if (waiting_label(v, label) == 0)
		desk_open_case(v->wb, label);
	return REDRAW_ALL;
}

static int has_case(void *ctx, json_t *record)
{
	(void)ctx;
	return json_get_string(record, "case_id") != NULL;
}

/* What the report reads: the register, and where cases came of it the others in its folder, among which those are. */
static void add_files(struct view *v, struct buf *line)
{
	const char *path = case_path(workbench_case(v->wb));
	const char *slash = strrchr(path, '/');
	if (workbench_each(v->wb, "consultation", 0, has_case, NULL, NULL) != 1)
		return;
	char *folder = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	buf_addc(line, ' ');
	words_quote(line, folder);
	free(folder);
}

/* The report as a file: nothing of it is named that is not in the numbers. */
static enum redraw save_report(struct view *v)
{
	static const char *const forms[] = {"html", "markdown", "text", "csv"};
	static const char *const endings[] = {"html", "md", "txt", "csv"};
	int form = prompt_choice(v->wb, _("Written as: "), forms, sizeof forms / sizeof *forms, 0, NULL);
	char *path = form < 0 ? NULL : prompt_path_new(v->wb, _("New file: "), NULL, "activity", endings[form]);
	if (path) {
		struct buf line = BUF_INIT;
		buf_addf(&line, "desk report --form %s --out ", forms[form]);
		words_quote(&line, path);
		add_files(v, &line);
		workbench_command(v->wb, line.data);
		if (access(path, F_OK) == 0) {
			char *safe = printable_dup(path);
			workbench_tell_with_trouble(v->wb, _("the report of activity is in %s"), safe);
			free(safe);
		}
		buf_release(&line);
	}
	free(path);
	return REDRAW_ALL;
}

static enum redraw show_report(struct view *v)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "desk report");
	add_files(v, &line);
	workbench_command(v->wb, line.data);
	buf_release(&line);
	return REDRAW_ALL;
}

struct view_desk_stage {
	struct workbench *wb;
	const char *stage;
	int anyway; /* it was asked, and goes on without a criterion */
	struct buf said;
	enum tone tone;
};

static int take_stage(void *ctx, const char *reason, struct err *err)
{
	struct view_desk_stage *s = ctx;
	struct workbench *wb = s->wb;
	struct buf warnings = BUF_INIT;
	struct stage_step step = {.stage = s->stage, .reason = reason, .anyway = s->anyway};
	int rc = stage_set(workbench_case(wb), &step, &warnings, err);
	if (rc == 0) {
		s->tone = warnings.len ? TONE_ATTENTION : TONE_GOOD;
		buf_truncate(&warnings, warnings.len ? warnings.len - 1 : 0); /* its line ends */
		const char *stage =
		    field_value_label(field_value_find(kind_field(kind_find("case"), "stage"), s->stage));
		buf_addf(&s->said, _("the case is now: %s"), stage);
		buf_addf(&s->said, "%s%s", warnings.len ? " · " : "", warnings.data);
		workbench_tell(wb, s->tone, "%s", s->said.data);
	}
	buf_release(&warnings);
	return rc;
}

/* Before a reason is asked for: 0, or -1, and why not is told. */
static int may_take_stage(struct view_desk_stage *s)
{
	struct err err = ERR_INIT;
	if (stage_may_set(workbench_case(s->wb), s->stage, &err) == 0)
		return 0;
	s->anyway = err.code == ERR_FAILED && desk_goes_on(s->wb, &err);
	if (!s->anyway)
		workbench_tell_error(s->wb, &err);
	return s->anyway ? 0 : -1;
}

/* The case itself a step further. */
static enum redraw change_stage(struct view *v)
{
	static const char *const stages[] = {"advice", "rescue", "on_site", "observation", "closed"};
	const struct field *field = kind_field(kind_find("case"), "stage");
	const char *labels[sizeof stages / sizeof *stages];
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
		labels[i] = field_value_label(field_value_find(field, stages[i]));
	int chosen = prompt_choice_named(v->wb, _("Stage of this case"), labels, stages, sizeof stages / sizeof *stages,
	                                 0, NULL);
	struct view_desk_stage s = {v->wb, chosen >= 0 ? stages[chosen] : NULL, 0, BUF_INIT, TONE_GOOD};
	struct buf more = BUF_INIT;
	char *question = s.stage ? desk_reason_of(labels[chosen]) : NULL;
	if (question && may_take_stage(&s) == 0 && draft_prompt_reason(v->wb, "desk:stage", question, take_stage, &s)) {
		int rc = desk_settle_asked(v->wb, s.stage, &more);
		if (more.len) /* the one does not take the other's place */
			workbench_tell(v->wb, rc < 0 ? TONE_ALARM : s.tone, "%s · %s", s.said.data, more.data);
	}
	free(question);
	buf_release(&more);
	buf_release(&s.said);
	return REDRAW_ALL;
}

static const struct view_key keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("show the record"), open_record, NULL},
    {'o', NULL, N_("make a case"), N_("make a case file of the consultation"), open_it, workbench_refuses_writing},
    {'s', NULL, N_("stage"), N_("take the case a step further, with the reason: rescue, on site, observation, closed"),
     change_stage, workbench_refuses_writing},
    {'r', NULL, N_("report"), N_("the report of activity of this register"), show_report, NULL},
    {'w', NULL, N_("write it"), N_("write the report of activity into a file: asks for the form and where to"),
     save_report, NULL},
    {'v', NULL, N_("advised"), N_("the consultation ends with advice; asks for the reason"), advise,
     workbench_refuses_writing},
    {'d', NULL, N_("decline"), N_("the consultation is declined; asks for the reason"), decline,
     workbench_refuses_writing},
    {KEY_OF_COMMAND, "add", N_("add"), N_("add a consultation"), add_consultation, workbench_refuses_writing},
    {0},
};

/* At what waits under that label, if one is given. */
static struct view *open_desk(struct workbench *wb, const char *label)
{
	struct view *v = view_new(wb, &desk_view, NULL);
	v->pane = pane;
	if (label && *label)
		view_begin_at(v, label);
	return v;
}

const struct view_ops desk_view = {.name = "desk", .title = N_("Desk"), .fill = fill, .keys = keys, .open = open_desk};
