/*
 * History: the actions, newest first, of the case or of one record; and one
 * action with the fields that it changed. `@` shows the case as of an action.
 */
#include "case/action/changes.h"
#include "case/trust/authorship.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "history/history.h"
#include "tui/command/commit_subject.h"
#include "tui/command/named.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ACTIONS 500 /* read at once; more when the cursor comes to the end */
#define AUTHOR_CELLS  10  /* on a narrow screen */
#define AUTHOR_WIDE   26
#define AUTHOR_WIDEST 40 /* where the subjects have room besides */

struct actions {
	size_t limit;
	size_t read; /* of them, those that are not listed too */
	int more;
	const char *path; /* of the one record whose actions are listed, while they are read; NULL: all */
};

/* `2026-11-23 14:05`, as the author's machine had it. */
static void add_time(struct clock_time when, struct buf *out)
{
	char text[CLOCK_TEXT];
	clock_format(when, text);
	time_cell(text, TIME_CELL_MINUTE, out);
}

static int add_action(void *ctx, const struct history_entry *entry)
{
	struct view *v = ctx;
	struct actions *a = v->data;
	a->read++;
	if (a->path && authorship_only_brought(workbench_case(v->wb), a->path, entry))
		return 0; /* the action that it brought is listed */
	struct buf line = BUF_INIT;
	char *author = authorship_person_of_entry(workbench_case(v->wb), entry);
	buf_addf(&line, " %.10s  ", entry->id);
	add_time(entry->when, &line);
	buf_adds(&line, "  ");
	text_pad(&line, author, v->columns < 120 ? AUTHOR_CELLS : v->columns < 160 ? AUTHOR_WIDE : AUTHOR_WIDEST);
	buf_adds(&line, "  ");
	commit_subject_text(entry->subject, &line);
	view_add(v, TONE_PLAIN, entry->id, line.data);
	free(author);
	buf_release(&line);
	return 0;
}

static int fill_history(struct view *v, int columns, struct err *err)
{
	struct actions *a = v->data;
	struct buf path = BUF_INIT;
	(void)columns;
	if (v->argument) {
		json_t *record = record_get(workbench_case(v->wb), v->argument, RECORD_RAW, err);
		if (!record)
			return -1;
		record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
		v->heading = xstrdup(record_label(record));
		json_decref(record);
	}
	a->path = path.len ? path.data : NULL;
	a->read = 0;
	int rc = history_log(case_history(workbench_case(v->wb)), NULL, a->path, a->limit, add_action, v, err);
	a->path = NULL;
	a->more = a->read >= a->limit;
	buf_release(&path);
	return rc < 0 ? -1 : 0;
}

static enum redraw show_commit(struct view *v)
{
	if (*view_label(v))
		workbench_show(v->wb, "commit", view_label(v));
	return REDRAW_ALL;
}

/* The board shows the case as of that commit; or the case is shown as it is now again. */
static void show_as_of(struct workbench *wb, const char *commit)
{
	if (*workbench_as_of(wb)) {
		workbench_look_at(wb, NULL);
	} else if (*commit && workbench_home(wb)) { /* the view whose key this is goes too */
		workbench_look_at(wb, commit);
	}
}

static enum redraw look_at(struct view *v)
{
	char commit[HISTORY_ID];
	snprintf(commit, sizeof commit, "%.40s", view_label(v));
	show_as_of(v->wb, commit);
	return REDRAW_ALL;
}

/* Further actions are read when the cursor stands on the last one. */
static enum redraw key_history(struct view *v, int key)
{
	struct actions *a = v->data;
	enum redraw taken = view_move(v, key, workbench_height(v->wb));
	if (taken && a->more && v->selected + 1 == v->count) {
		a->limit *= 4;
		view_stale(v);
		return REDRAW_VIEW;
	}
	return taken;
}

static void release_history(struct view *v)
{
	free(v->data);
}

static const struct view_key history_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("what changed"), N_("show the fields that the action changed: old → new"), show_commit,
     NULL},
    {'@', NULL, N_("as of then"), N_("show the whole case as it was after this action, read only"), look_at, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_history(struct workbench *wb, const char *label)
{
	struct view *v = view_new(wb, &history_view, label);
	struct actions *a = xcalloc(1, sizeof *a);
	a->limit = FIRST_ACTIONS;
	v->data = a;
	return v;
}

const struct view_ops history_view = {.name = "history",
                                      .title = N_("History"),
                                      .fill = fill_history,
                                      .key = key_history,
                                      .release = release_history,
                                      .keys = history_keys,
                                      .open = open_history};

/* ---- one action */

struct changing {
	struct view *v;
	struct title_cache *names;
	int authors; /* of a merge: the changes are those of others */
	char label[LABEL_TEXT];
};

static int add_entry(void *ctx, const struct history_entry *entry)
{
	struct changing *k = ctx;
	struct view *v = k->v;
	struct buf line = BUF_INIT;
	k->authors = entry->parent_count > 1;
	buf_addf(&line, "%.10s", entry->id);
	char *safe = printable_dup(line.data);
	v->heading = safe;
	buf_clear(&line);
	commit_subject_text(entry->subject, &line);
	view_add_text(v, TONE_HEADING, NULL, line.data, 1);
	buf_clear(&line);
	add_time(entry->when, &line);
	char zone[CLOCK_TEXT];
	clock_format(entry->when, zone);
	char *author = authorship_person_of_entry(workbench_case(v->wb), entry);
	buf_addf(&line, "%s  %s", zone + 19, author);
	free(author);
	if (entry->step)
		buf_addf(&line, "  %s %s", _("step"), entry->step);
	buf_addf(&line, "  · %s", _("time and words: claims"));
	view_addf(v, TONE_FAINT, NULL, " %s", line.data);
	buf_release(&line);
	return 0;
}

/* `Finding: suspected → infected`; a value of several lines stands below its name. */
static void add_change(struct changing *k, const struct record_change *change)
{
	struct case_file *c = workbench_case(k->v->wb);
	struct buf line = BUF_INIT;
	char *before = named_change(&k->names, c, change, 0);
	char *after = named_change(&k->names, c, change, 1);
	int lines = strchr(before, '\n') || strchr(after, '\n');
	if (change->added)
		buf_addf(&line, "%s:%s%s", change_field_label(change), lines ? "\n" : " ", after);
	else
		buf_addf(&line, "%s:%s%s%s→ %s", change_field_label(change), lines ? "\n" : " ",
		         *before ? before : _("(unset)"), lines ? "\n" : " ", *after ? after : _("(unset)"));
	view_add_text(k->v, TONE_PLAIN, change->label, line.data, 4);
	free(before);
	free(after);
	buf_release(&line);
}

static int take_change(void *ctx, const struct record_change *change)
{
	struct changing *k = ctx;
	if (strcmp(k->label, change->label) != 0) {
		snprintf(k->label, sizeof k->label, "%s", change->label);
		const struct kind *kind = kind_find(change->kind);
		view_add(k->v, TONE_PLAIN, NULL, "");
		view_addf(k->v, TONE_HEADING, change->label, " %s %s  %s%s", change->added ? "+" : "~", change->label,
		          change->title, kind ? "" : _("  (a kind that this genba does not know)"));
	}
	add_change(k, change);
	if (k->authors && *change->commit) {
		struct buf line = BUF_INIT;
		buf_addf(&line, "        %s  ", change->person);
		add_time(change->when, &line);
		view_addf(k->v, TONE_FAINT, change->label, "%s  %.10s", line.data, change->commit);
		buf_release(&line);
	}
	return 0;
}

static int fill_commit(struct view *v, int columns, struct err *err)
{
	struct case_file *c = workbench_case(v->wb);
	struct changing k = {.v = v};
	(void)columns;
	int rc = history_entry_of(case_history(c), v->argument, add_entry, &k, err);
	if (rc == 0)
		rc = changes_of_commit(c, v->argument, take_change, &k, err);
	title_cache_free(&k.names);
	if (rc < 0)
		return -1;
	if (!*k.label)
		view_add(v, TONE_FAINT, NULL, _(" no field of a record was changed"));
	return 0;
}

static enum redraw open_record(struct view *v)
{
	workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

/* The case as it was after this action. */
static enum redraw look_at_this(struct view *v)
{
	struct workbench *wb = v->wb;
	char commit[HISTORY_ID];
	snprintf(commit, sizeof commit, "%.40s", v->argument);
	show_as_of(wb, commit);
	return REDRAW_ALL;
}

static const struct view_key commit_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("record"), N_("open the record that was changed"), open_record, NULL},
    {'@', NULL, N_("as of then"), N_("show the whole case as it was after this action, read only"), look_at_this, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_commit(struct workbench *wb, const char *commit)
{
	return view_new(wb, &commit_view, commit);
}

const struct view_ops commit_view = {
    .name = "commit", .title = N_("Action"), .fill = fill_commit, .keys = commit_keys, .open = open_commit};
