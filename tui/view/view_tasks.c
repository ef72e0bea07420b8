/* The long command that is under way, with how far it is, and what an earlier day left unfinished. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/time/time_cell.h"
#include "evidence/acquire/checkpoint.h"
#include "tui/view/views.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX

struct work_view {
	size_t *jobs; /* of each row: the unfinished job, or NONE */
	size_t cap;
	char **lines; /* of each job: the command that goes on with it, or NULL */
	size_t count;
};

static struct work_view *data(struct view *v)
{
	return v->data;
}

static void view_tasks_forget(struct work_view *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->lines[i]);
	free(w->lines);
	w->lines = NULL;
	w->count = 0;
}

/* Rows from there on belong to this job. */
static void rows_of_job(struct view *v, size_t from, size_t job)
{
	struct work_view *w = data(v);
	if (v->count > w->cap) {
		w->cap = v->count * 2;
		w->jobs = xrealloc(w->jobs, w->cap * sizeof *w->jobs);
	}
	for (size_t i = from; i < v->count; i++)
		w->jobs[i] = job;
}

static int is_under_way(const struct workbench *wb)
{
	return workbench_task(wb) != NULL;
}

/* ---- rows */

static void add_task(struct view *v)
{
	struct background_task *e = workbench_task(v->wb);
	struct background_task_progress p;
	struct buf line = BUF_INIT;
	background_task_look(e, &p);
	buf_addf(&line, " %s ", p.paused ? "‖" : "▶");
	background_task_command(e, &line);
	view_add(v, p.paused ? TONE_ATTENTION : TONE_GOOD, NULL, line.data);
	buf_clear(&line);
	buf_adds(&line, "     ");
	background_task_numbers(e, &line);
	if (p.cancelled || p.waits)
		buf_addf(&line, " · %s", p.cancelled ? _("is being cancelled") : _("waits until genba is unlocked"));
	view_add(v, p.errors ? TONE_ATTENTION : TONE_PLAIN, NULL, line.data);
	if (*p.what)
		view_addf(v, TONE_FAINT, NULL, "     %s", p.what);
	buf_release(&line);
}

static int add_job(void *ctx, const struct unfinished *job)
{
	struct view *v = ctx;
	struct work_view *w = data(v);
	struct buf source = BUF_INIT;
	size_t from = v->count;
	int here = is_under_way(v->wb) && pathname_decode(job->source, &source) == 0 &&
	           background_task_names(workbench_task(v->wb), source.data);
	buf_release(&source);
	if (here)
		return 0;
	if (w->count == 0)
		view_add(v, TONE_HEADING, NULL, _(" Not finished"));
	rows_of_job(v, from, NONE);
	from = v->count;
	w->lines = xrealloc(w->lines, (w->count + 1) * sizeof *w->lines);
	struct buf line = BUF_INIT;
	w->lines[w->count] = *job->source && checkpoint_command(job, &line, NULL) == 0 ? xstrdup(line.data) : NULL;
	buf_release(&line);
	view_addf(v, TONE_ATTENTION, job->label, "   %s (%s%s%s)", job->source, job->form, *job->folder ? " → " : "",
	          job->folder);
	struct buf day = BUF_INIT;
	time_cell(job->at, TIME_CELL_MINUTE, &day);
	view_addf(v, TONE_FAINT, job->label, "     %s%s%s%s", day.data, *job->why ? " · " : "", job->why,
	          w->lines[w->count] ? _(" · c goes on with it") : _(" · the same command goes on with it"));
	buf_release(&day);
	rows_of_job(v, from, w->count++);
	return 0;
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	view_tasks_forget(data(v));
	if (is_under_way(v->wb))
		add_task(v);
	else
		view_add(v, TONE_FAINT, NULL, _(" no long command is under way"));
	rows_of_job(v, 0, NONE);
	return checkpoint_each(workbench_case(v->wb), add_job, v, err) < 0 ? -1 : 0;
}

/* Numbers move while work goes on. */
static int refresh(struct view *v, double deadline, int *show)
{
	(void)deadline;
	(void)show;
	view_stale(v);
	return -1;
}

static void release(struct view *v)
{
	view_tasks_forget(data(v));
	free(data(v)->jobs);
	free(v->data);
}

/* ---- keys */

static size_t chosen(struct view *v)
{
	return v->selected < v->count ? data(v)->jobs[v->selected] : NONE;
}

static enum redraw pause_or_go_on(struct view *v)
{
	workbench_toggle_task(v->wb);
	view_stale(v);
	return REDRAW_ALL;
}

static enum redraw view_tasks_stop(struct view *v)
{
	workbench_ask_stop(v->wb);
	view_stale(v);
	return REDRAW_ALL;
}

static enum redraw go_on(struct view *v)
{
	char *line = xstrdup(data(v)->lines[chosen(v)]);
	workbench_command(v->wb, line);
	view_stale(v);
	free(line);
	return REDRAW_ALL;
}

static const char *refuses_work(struct view *v)
{
	return is_under_way(v->wb) ? NULL : _("nothing is under way");
}

static const char *refuses_going_on(struct view *v)
{
	size_t job = chosen(v);
	return job == NONE || !data(v)->lines[job] ? _("this is no unfinished work") : workbench_refuses_writing(v);
}

static const struct view_key keys[] = {
    {'z', NULL, N_("pause"), N_("pause the work where it is, or go on with it"), pause_or_go_on, refuses_work},
    {'X', NULL, N_("stop"), N_("stop the work; it stays on record as interrupted, and can be gone on with"),
     view_tasks_stop, refuses_work},
    {'c', NULL, N_("continue"), N_("go on with unfinished work where it was"), go_on, refuses_going_on},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_lazy work_lazy = {.work = refresh};

static struct view *open_work(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &work_view, NULL);
	v->data = xcalloc(1, sizeof(struct work_view));
	v->lazy = &work_lazy;
	return v;
}

const struct view_ops work_view = {
    .name = "work", .title = N_("Work under way"), .fill = fill, .release = release, .keys = keys, .open = open_work};
