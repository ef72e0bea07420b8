/*
 * The brief as a view: the one page for the meeting, or for who takes over; each item leads to its record.
 *
 * It is made in slices, and kept for each reader until the case changes. Until it is whole the page of before stays, and the
 * heading says how far it is.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "outward/brief/brief.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define READERS 2

struct brief_page {
	struct brief b;
	uint64_t generation; /* of the case that it tells of, and one; 0: there is none */
};

struct brief_view {
	struct brief_page pages[READERS]; /* for the meeting, for the handover */
	struct brief_maker *making;       /* or NULL */
	int reader;                       /* that it is made for */
	uint64_t generation;              /* of the case when it began, and one */
	double told_at;                   /* how far it is */
};

static int is_handover(const struct view *v)
{
	return v->argument && strcmp(v->argument, "handover") == 0;
}

static void add_row(struct view *v, const struct brief_row *row)
{
	static const struct {
		enum tone tone;
		const char *mark; /* says without colour what the colour says */
	} looks[] = {
	    [BRIEF_HEADING] = {TONE_HEADING, ""},
	    [BRIEF_ITEM] = {TONE_PLAIN, "  "},
	    [BRIEF_LINE] = {TONE_PLAIN, "  "},
	    [BRIEF_ALARM] = {TONE_ALARM, "!!"},
	};
	struct buf line = BUF_INIT;
	if (row->sort == BRIEF_HEADING) {
		view_add(v, TONE_HEADING, NULL, row->text);
		return;
	}
	buf_addf(&line, "%s %s%s%s", looks[row->sort].mark, row->label, *row->label ? "  " : "", row->text);
	view_add_text(v, looks[row->sort].tone, *row->label ? row->label : NULL, line.data, 1);
	buf_release(&line);
}

static void head(struct view *v)
{
	const struct brief_view *d = v->data;
	const char *reader = is_handover(v) ? _("for the colleague who takes over") : _("for the meeting");
	view_head(v, xstrdup(reader), d->making ? brief_maker_percent(d->making) : -1);
}

static void stop(struct brief_view *d)
{
	brief_maker_free(d->making);
	d->making = NULL;
}

/* 1: there is more to do; 0: the page of that reader is there; -1. */
static int go_on(struct brief_view *d, double deadline, struct err *err)
{
	struct brief_page *page = &d->pages[d->reader];
	int rc = brief_maker_work(d->making, deadline, err);
	if (rc == 0) {
		brief_release(&page->b);
		page->generation = 0;
		rc = brief_maker_finish(d->making, NULL, &page->b, err);
		page->generation = rc == 0 ? d->generation : 0;
	}
	if (rc <= 0)
		stop(d);
	return rc;
}

static int fill_brief(struct view *v, int columns, struct err *err)
{
	struct brief_view *d = v->data;
	uint64_t now = workbench_generation(v->wb) + 1;
	const struct brief_page *page = &d->pages[is_handover(v)];
	int rc = 0;
	(void)columns;
	if (d->making && (d->generation != now || d->reader != is_handover(v)))
		stop(d);
	if (!d->making && page->generation != now) {
		d->generation = now;
		d->reader = is_handover(v);
		d->making = brief_maker_new(workbench_case(v->wb), is_handover(v) ? BRIEF_HANDOVER : BRIEF_MEETING);
		rc = go_on(d, clock_steady() + VIEW_SLICE, err);
	}
	head(v);
	for (size_t i = 0; page->generation && i < page->b.count; i++)
		add_row(v, &page->b.rows[i]);
	return rc < 0 ? -1 : 0;
}

static int work(struct view *v, double deadline, int *show)
{
	struct brief_view *d = v->data;
	struct err err = ERR_INIT;
	if (!d->making)
		return -1;
	int rc = go_on(d, deadline, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	*show = rc <= 0 || view_may_tell(&d->told_at);
	if (rc == 0)
		view_stale(v); /* its rows are made of the new page */
	else if (*show)
		head(v);
	return rc == 1 ? 0 : -1;
}

static void forget(struct view *v)
{
	struct brief_view *d = v->data;
	stop(d);
	for (size_t i = 0; i < READERS; i++) {
		brief_release(&d->pages[i].b);
		d->pages[i].generation = 0;
	}
}

static void release_view(struct view *v)
{
	forget(v);
	free(v->data);
}

static enum redraw switch_reader(struct view *v)
{
	char *other = is_handover(v) ? NULL : xstrdup("handover");
	free(v->argument);
	v->argument = other;
	v->selected = v->top = 0;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw open_row(struct view *v)
{
	workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static const struct view_key brief_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open what the row is about"), open_row, NULL},
    {'r', NULL, N_("reader"), N_("the page for the meeting, or for the colleague who takes over"), switch_reader, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_lazy brief_lazy = {.work = work};

static struct view *open_brief(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &brief_view, NULL);
	v->data = xcalloc(1, sizeof(struct brief_view));
	v->lazy = &brief_lazy;
	return v;
}

const struct view_ops brief_view = {.name = "brief",
                                    .title = N_("Brief"),
                                    .is_of_now = 1,
                                    .fill = fill_brief,
                                    .forget = forget,
                                    .release = release_view,
                                    .keys = brief_keys,
                                    .open = open_brief};
