/* The board's work: playbook steps that wait, measures that are overdue, what is open on the four tracks; and the same by
 * person. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/query/past_reader.h"
#include "case/query/record_kept.h"
#include "case/store/disputed.h"
#include "case/trust/authorship.h"
#include "playbook/run/run.h"

#include <stdlib.h>
#include <string.h>

#define MEASURE_DONE "done|verified|dropped"

/* ---- open steps */

static void add_run(struct building *k, const char *label)
{
	struct run run;
	struct err why = ERR_INIT;
	if (run_load(k->c, label, &run, &why) < 0) {
		board_addf(k->b, BOARD_ATTENTION, label, "%s", why.message);
		return;
	}
	struct buf on = BUF_INIT;
	board_field_words(run.record, "on", &on);
	char *title = record_title(run.record);
	for (size_t i = 0; i < run.waiting_count; i++) {
		const char *name = playbook_text(json_object_get(run.waiting[i].step, "name"));
		board_addf(k->b, BOARD_ATTENTION, label, "%s%s%s%s: %s%s", title,
		           json_object_get(run.record, "on") ? " (" : "",
		           json_object_get(run.record, "on") ? on.data : "",
		           json_object_get(run.record, "on") ? ")" : "",
		           run.waiting[i].what == WAITING_ACTION ? "▶ " : "? ", *name ? name : run.waiting[i].id);
		char *step = xasprintf("%s %s", label, run.waiting[i].invocation);
		int action = run.waiting[i].what == WAITING_ACTION;
		board_lead(k, action ? "waiting" : "playbook", action ? step : label, NULL);
		free(step);
	}
	free(title);
	buf_release(&on);
	run_release(&run);
}

static int take_run(void *ctx, json_t *run)
{
	struct building *k = ctx;
	if (!json_is(run, "state", "running") && !json_is(run, "state", "paused"))
		return 0;
	char *title = record_title(run);
	board_add(k->b, BOARD_ATTENTION, record_label(run), title);
	free(title);
	return 0;
}

/* Where a run stood follows from the steps of then; its runs are told, the steps are not worked out anew. */
static int add_past_runs(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Playbooks that were running"));
	size_t before = k->b->count;
	if (board_each(k, "run", take_run, k) < 0)
		return -1;
	if (k->b->count == before)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	return 0;
}

int board_add_steps(struct building *k)
{
	if (k->commit)
		return add_past_runs(k);
	json_t *labels = run_open_labels(k->c, k->err);
	if (!labels)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Playbook steps that wait"));
	for (size_t i = 0; i < json_array_size(labels); i++)
		add_run(k, json_string_value(json_array_get(labels, i)));
	if (json_array_size(labels) == 0) {
		board_add(k->b, BOARD_PLAIN, NULL, _("no playbook is running"));
		board_lead_now(k, "start", "", _("Enter begins one"));
	}
	json_decref(labels);
	return 0;
}

/* ---- what should have been done by now */

static void add_owner(struct building *k, const json_t *measure, struct buf *out)
{
	const char *owner = json_get_string(measure, "owner");
	json_t *party = owner ? record_get(k->c, owner, RECORD_RAW, NULL) : NULL;
	char *name = party ? record_title(party) : xstrdup(owner ? owner : _("nobody is named"));
	buf_addf(out, " · %s", name);
	free(name);
	json_decref(party);
}

static void add_overdue(struct building *k, const json_t *measure)
{
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	buf_addf(&text, "%s ", field_label(kind_field(record_kind(measure), "due")));
	board_field_words(measure, "due", &text); /* when and who first: of a long title the end is cut */
	add_owner(k, measure, &text);
	buf_addf(&text, " — %s", title);
	board_add(k->b, BOARD_ATTENTION, record_label(measure), text.data);
	free(title);
	buf_release(&text);
}

/* ---- the open measures, kept */

/* The end of the time by which it is to be done: of a day without a zone when that day is over here. INT64_MAX: none is given. */
static int64_t end_of_due(const json_t *measure)
{
	const char *due = json_get_string(measure, "due");
	struct edtf time;
	int64_t last;
	return due && edtf_parse(due, &time, NULL) == 0 && edtf_last_here(&time, &last) == 0 ? last : INT64_MAX;
}

struct kept_measure {
	int64_t due;    /* end_of_due() */
	json_t *record; /* what rows tell of it; NULL: it is done, or dropped */
};

static void take_measure(json_t *measure, void *item)
{
	static const char *const told[] = {"kind",  "label",    "title",  "track",    "due",
	                                   "owner", "priority", "status", "disputed", "disputed_values"};
	struct kept_measure *it = item;
	it->due = end_of_due(measure);
	if (record_surely_is(measure, "status", MEASURE_DONE))
		return;
	it->record = json_object();
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (json_object_get(measure, told[i]))
			json_object_set(it->record, told[i], json_object_get(measure, told[i]));
}

static void release_measure(void *item)
{
	json_decref(((struct kept_measure *)item)->record);
}

static const struct record_kept_spec measures = {"measures open", "measure",      0, sizeof(struct kept_measure),
                                                 take_measure,    release_measure};

int board_work_measures(struct case_file *c, double deadline, struct err *err)
{
	struct record_kept *kept;
	return record_kept_work(c, &measures, deadline, &kept, err);
}

/* NULL: it is none that is open. */
static const struct kept_measure *open_measure(const struct record_kept *kept, size_t i)
{
	const struct kept_measure *it = record_kept_item(kept, i);
	return it && it->record ? it : NULL;
}

int board_add_overdue(struct building *k)
{
	struct record_kept *kept;
	if (k->commit)
		return 0; /* what was overdue at another time is of no use now */
	int rc = record_kept_work(k->c, &measures, k->deadline, &kept, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("Overdue measures"), "mine");
	if (rc)
		return rc < 0 ? -1 : 0;
	for (size_t i = 0; i < record_kept_count(kept); i++) {
		const struct kept_measure *it = open_measure(kept, i);
		if (!it || it->due >= k->now)
			continue;
		if (!k->overdue++)
			board_add(k->b, BOARD_HEADING, NULL, _("Overdue measures"));
		if (k->overdue <= BOARD_LISTED)
			add_overdue(k, it->record);
	}
	if (k->overdue > BOARD_LISTED) {
		board_addf(k->b, BOARD_ATTENTION, NULL, _("and %zu more"), k->overdue - BOARD_LISTED);
		board_lead(k, "mine", NULL, NULL);
	}
	return 0;
}

/* ---- measures on the four tracks */

static int add_on_track(void *ctx, json_t *measure)
{
	struct building *k = ctx;
	int is_unknown = strcmp(k->track, "unknown") == 0;
	int is_on_track =
	    record_may_be(measure, "track", k->track) || (is_unknown && !json_object_get(measure, "track"));
	if (!is_on_track || record_surely_is(measure, "status", MEASURE_DONE) || k->measures_open++ >= BOARD_LISTED)
		return 0;
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	if (is_unknown)
		buf_adds(&text, _("track unknown"));
	else
		board_field_words(measure, "track", &text);
	buf_addf(&text, ": %s — ", title);
	board_field_words(measure, "status", &text);
	if (json_object_get(measure, "due")) {
		buf_addf(&text, " · %s ", field_label(kind_field(record_kind(measure), "due")));
		board_field_words(measure, "due", &text);
	}
	board_add(k->b, record_may_be(measure, "priority", "now") ? BOARD_ATTENTION : BOARD_PLAIN,
	          record_label(measure), text.data);
	free(title);
	buf_release(&text);
	return 0;
}

/* A track on which nothing is open: its measures, done or not. */
static void lead_track(struct building *k, const struct field *field, const char *track)
{
	char *filter = xasprintf("measure track=%s", track);
	board_addf(k->b, BOARD_PLAIN, NULL, "%s: %s", field_value_label(field_value_find(field, track)),
	           _("nothing open"));
	board_lead(k, "list", filter, NULL);
	free(filter);
}

static int add_track(struct building *k, const char *track, const struct record_kept *kept)
{
	k->track = track;
	k->measures_open = 0;
	if (k->commit && board_each(k, "measure", add_on_track, k) < 0)
		return -1;
	for (size_t i = 0; !k->commit && i < record_kept_count(kept); i++) {
		const struct kept_measure *it = open_measure(kept, i);
		if (it)
			add_on_track(k, it->record);
	}
	if (k->measures_open == 0 && strcmp(track, "unknown") != 0)
		lead_track(k, kind_field(kind_find("measure"), "track"), track);
	if (k->measures_open <= BOARD_LISTED)
		return 0;
	char *filter = xasprintf("measure track=%s -status=done|verified|dropped", track);
	board_addf(k->b, BOARD_PLAIN, NULL, _("and %zu more"), k->measures_open - BOARD_LISTED);
	board_lead(k, "list", filter, NULL);
	free(filter);
	return 0;
}

int board_add_measures(struct building *k)
{
	/* of the last only what there is: who wrote one in haste finds it again */
	static const char *const tracks[] = {"situation", "cause", "provisional", "permanent", "unknown"};
	struct record_kept *kept = NULL;
	int rc = k->commit ? 0 : record_kept_work(k->c, &measures, k->deadline, &kept, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("Open measures on the four tracks"), "mine");
	if (rc)
		return rc < 0 ? -1 : 0;
	board_add(k->b, BOARD_HEADING, NULL, _("Open measures on the four tracks"));
	for (size_t i = 0; i < sizeof tracks / sizeof *tracks && rc == 0; i++)
		rc = add_track(k, tracks[i], kept);
	return rc;
}

/* ---- "my work": the same by person */

struct task {
	char *person; /* "": nobody is named */
	int is_mine;
	int overdue;
	int64_t due; /* INT64_MAX: no time is given */
	struct board_row row;
};

struct board_person {
	struct building k;
	const char *me;
	json_t *names; /* of owners, by label */
	struct task *tasks;
	size_t count, cap;
};

static struct task *add_task(struct board_person *p, const char *person)
{
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 32;
		p->tasks = xrealloc(p->tasks, p->cap * sizeof *p->tasks);
	}
	struct task *task = &p->tasks[p->count++];
	memset(task, 0, sizeof *task);
	task->person = xstrdup(person);
	task->due = INT64_MAX;
	return task;
}

/* ---- measures */

static const char *owner_of(struct board_person *p, const json_t *measure)
{
	const char *owner = json_get_string(measure, "owner");
	if (!owner)
		return "";
	const char *known = json_get_string(p->names, owner);
	if (known)
		return known;
	json_t *party = record_get(p->k.c, owner, 0, NULL);
	char *name = party ? record_title(party) : xstrdup(owner);
	json_object_set_new(p->names, owner, json_string(name));
	free(name);
	json_decref(party);
	return json_get_string(p->names, owner);
}

static int take_task_measure(void *ctx, json_t *measure)
{
	struct board_person *p = ctx;
	const char *due = json_get_string(measure, "due");
	if (record_surely_is(measure, "status", MEASURE_DONE))
		return 0;
	struct task *task = add_task(p, owner_of(p, measure));
	task->is_mine = *task->person && strcmp(task->person, p->me) == 0; /* a party has no key: its name tells */
	task->due = end_of_due(measure);
	task->overdue = !p->k.commit && task->due < p->k.now;
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	if (task->overdue)
		buf_addf(&text, "%s ", C_("measure", "OVERDUE"));
	if (due) {
		board_field_words(measure, "due", &text);
		buf_adds(&text, "  ");
	}
	buf_addf(&text, "%s — ", title);
	board_field_words(measure, "status", &text);
	int urgent = task->overdue || json_is(measure, "priority", "now");
	task->row.tone = urgent ? BOARD_ATTENTION : BOARD_PLAIN;
	snprintf(task->row.label, sizeof task->row.label, "%s", record_label(measure));
	task->row.text = buf_take(&text, NULL);
	free(title);
	return 0;
}

static int take_open_measures(struct board_person *p)
{
	struct record_kept *kept;
	int rc = record_kept_work(p->k.c, &measures, p->k.deadline, &kept, p->k.err);
	for (size_t i = 0; rc >= 0 && i < record_kept_count(kept); i++) {
		const struct kept_measure *it = open_measure(kept, i);
		if (it)
			take_task_measure(p, it->record);
	}
	p->k.is_waiting = rc == 1;
	return rc < 0 ? -1 : 0;
}

/* ---- steps: of whoever began the playbook */

static char *starter_of(struct board_person *p, const json_t *run)
{
	char *person = authorship_person_of_mark(p->k.c, json_get_string(run, "author")); /* `R1 Responder One` */
	const char *name = strchr(person, ' ');
	char *alone = xstrdup(name ? name + 1 : person);
	free(person);
	return alone;
}

static void add_steps_of(struct board_person *p, const char *label)
{
	struct run run;
	if (run_load(p->k.c, label, &run, NULL) < 0)
		return; /* the Board says why */
	char *person = starter_of(p, run.record);
	char *title = record_title(run.record);
	for (size_t i = 0; i < run.waiting_count; i++) {
		struct task *task = add_task(p, person);
		task->is_mine = *case_mark(p->k.c) && json_is(run.record, "author", case_mark(p->k.c));
		const char *name = playbook_text(json_object_get(run.waiting[i].step, "name"));
		int is_action = run.waiting[i].what == WAITING_ACTION;
		task->row.tone = BOARD_PLAIN;
		snprintf(task->row.label, sizeof task->row.label, "%s", label);
		task->row.text =
		    xasprintf("%s: %s%s", title, is_action ? "▶ " : "? ", *name ? name : run.waiting[i].id);
		task->row.view = is_action ? "waiting" : "playbook";
		task->row.argument = is_action ? xasprintf("%s %s", label, run.waiting[i].invocation) : xstrdup(label);
	}
	free(title);
	free(person);
	run_release(&run);
}

static int take_steps(struct board_person *p)
{
	if (p->k.commit)
		return 0; /* where playbooks stood then is not worked out anew */
	json_t *labels = run_open_labels(p->k.c, p->k.err);
	for (size_t i = 0; i < json_array_size(labels); i++)
		add_steps_of(p, json_string_value(json_array_get(labels, i)));
	int rc = labels ? 0 : -1;
	json_decref(labels);
	return rc;
}

/* ---- in order */

static int compare_persons(const struct task *a, const struct task *b)
{
	if (a->is_mine != b->is_mine)
		return b->is_mine - a->is_mine;
	if (!*a->person != !*b->person) /* what nobody does stands last */
		return !*a->person - !*b->person;
	return strcmp(a->person, b->person);
}

static int compare_tasks(const void *one, const void *other)
{
	const struct task *a = one;
	const struct task *b = other;
	int order = compare_persons(a, b);
	if (order == 0)
		order = b->overdue - a->overdue;
	if (order == 0)
		order = (a->due > b->due) - (a->due < b->due);
	return order ? order : strverscmp(a->row.label, b->row.label);
}

static void head_person(struct board_person *p, size_t from, size_t until)
{
	const struct task *first = &p->tasks[from];
	size_t overdue = 0;
	struct buf text = BUF_INIT;
	for (size_t i = from; i < until; i++)
		overdue += (size_t)p->tasks[i].overdue;
	if (first->is_mine)
		buf_addf(&text, _("%s (me)"), first->person);
	else
		buf_adds(&text, *first->person ? first->person : _("nobody is named"));
	buf_addf(&text, _(" · %zu open"), until - from);
	if (overdue)
		buf_addf(&text, _(" · %zu overdue"), overdue);
	board_add(p->k.b, BOARD_HEADING, NULL, text.data);
	buf_release(&text);
}

static void add_task_row(struct board *b, const struct task *task)
{
	board_add(b, task->row.tone, task->row.label, task->row.text);
	struct board_row *row = &b->rows[b->count - 1];
	row->view = task->row.view;
	row->argument = task->row.argument ? xstrdup(task->row.argument) : NULL;
}

/* A person with something overdue stands before one without; I stand first. */
static void add_persons(struct board_person *p)
{
	qsort(p->tasks, p->count, sizeof *p->tasks, compare_tasks);
	for (int pass = 0; pass < 2; pass++)
		for (size_t from = 0, until; from < p->count; from = until) {
			until = from + 1;
			while (until < p->count && compare_persons(&p->tasks[from], &p->tasks[until]) == 0)
				until++;
			int early = p->tasks[from].is_mine || p->tasks[from].overdue;
			if (early != (pass == 0))
				continue;
			head_person(p, from, until);
			for (size_t i = from; i < until; i++)
				add_task_row(p->k.b, &p->tasks[i]);
		}
}

int board_load_by_person(struct case_file *c, const char *commit, double deadline, struct board *b, struct err *err)
{
	memset(b, 0, sizeof *b);
	struct board_person p = {.k = {.c = c,
	                               .commit = commit && *commit ? commit : NULL,
	                               .b = b,
	                               .err = err,
	                               .now = clock_now().seconds,
	                               .deadline = deadline},
	                         .names = json_object()};
	p.me = case_responder_name(c) ? case_responder_name(c) : "";
	int rc = p.k.commit ? past_reader_each(c, "measure", p.k.commit, 0, take_task_measure, &p, err)
	                    : take_open_measures(&p);
	if (rc == 0)
		rc = take_steps(&p);
	if (rc == 0 && p.count > 0)
		add_persons(&p);
	if (rc == 0 && p.count == 0) {
		board_add(b, BOARD_HEADING, NULL, _("nothing is open"));
		board_add(b, BOARD_PLAIN, NULL, _("measures and the steps of running playbooks stand here, by person"));
		b->rows[1].view = p.k.commit ? NULL : "new";
		b->rows[1].argument = p.k.commit ? NULL : xstrdup("measure");
		b->rows[1].hint = p.k.commit ? NULL : _("Enter adds a measure");
	}
	for (size_t i = 0; i < p.count; i++) {
		free(p.tasks[i].person);
		free(p.tasks[i].row.text);
		free(p.tasks[i].row.argument);
	}
	free(p.tasks);
	json_decref(p.names);
	if (rc < 0)
		board_release(b);
	return rc < 0 ? -1 : p.k.is_waiting;
}
