/* The brief as a view: the one page for the meeting, or for who takes over; each item leads to its record. */
#include "base/buf.h"
#include "base/i18n.h"
#include "outward/brief/brief.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

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

static int fill_brief(struct view *v, int columns, struct err *err)
{
	struct brief b;
	(void)columns;
	int rc = brief_make(workbench_case(v->wb), is_handover(v) ? BRIEF_HANDOVER : BRIEF_MEETING, NULL, &b, err);
	if (rc == 0) {
		v->heading = xstrdup(*workbench_as_of(v->wb) ? _("of the case as it is now")
		                     : is_handover(v)        ? _("for the colleague who takes over")
		                                             : _("for the meeting"));
		for (size_t i = 0; i < b.count; i++)
			add_row(v, &b.rows[i]);
	}
	brief_release(&b);
	return rc;
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

static struct view *open_brief(struct workbench *wb, const char *none)
{
	(void)none;
	return view_new(wb, &brief_view, NULL);
}

const struct view_ops brief_view = {
    .name = "brief", .title = N_("Brief"), .fill = fill_brief, .keys = brief_keys, .open = open_brief};
