/*
 * Words are looked for in the whole case; in a text, the next place of it; in some views, the next row. Rows are looked through
 * between the keys (view_search_work()), and a key ends that.
 */
#include "base/i18n.h"
#include "base/time/clock.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>

/* The words are in its rows (1), or not (0). */
static void search_tell(struct view *v, int found)
{
	struct workbench *wb = v->wb;
	if (wb->search_goes_on) /* to the next place, or the one before */
		return;
	v->searching = v->ops->searched && found;
	if (found)
		workbench_tell(wb, TONE_FAINT, "%s", _("n the next place, N the one before, Esc ends the search"));
	else if (v->ops->text)
		workbench_tell(wb, TONE_ATTENTION, _("'%s' is not in this text"), wb->search);
	else
		workbench_show(wb, "found", wb->search);
}

static int search_rows(struct view *v, double deadline)
{
	int found = view_search_work(v, deadline);
	if (found >= 0)
		search_tell(v, found);
	else
		workbench_tell(v->wb, TONE_FAINT, _("looking for '%s', %d%% of the rows so far; any key ends it"),
		               v->wb->search, view_search_percent(v));
	return found;
}

int workbench_search_work(struct workbench *wb, double deadline, int *show)
{
	struct view *v = workbench_top(wb);
	if (!v->sought)
		return -1;
	int found = view_search_work(v, deadline);
	*show = found >= 0 || view_may_tell(&wb->search_told_at);
	if (found >= 0)
		search_tell(v, found);
	return found < 0 ? 0 : -1;
}

enum redraw workbench_search_ask(struct view *v)
{
	struct workbench *wb = v->wb;
	char *words = prompt_text(wb, "/");
	if (!words || !*words) {
		free(words);
		return REDRAW_ALL;
	}
	free(wb->search);
	wb->search = words;
	wb->searching = 1;
	wb->search_goes_on = 0;
	v->searching = 0;
	if (!v->ops->searched && !v->ops->text) {
		workbench_show(wb, "found", words);
		return REDRAW_ALL;
	}
	view_search_begin(v, words, 1);
	search_rows(v, clock_steady() + VIEW_SLICE);
	return REDRAW_ALL;
}

/* In a text the next place; where records were looked for, the next record. */
static enum redraw go_to_match(struct view *v, int forwards)
{
	struct workbench *wb = v->wb;
	if (v->ops != route_find("found")->view) {
		wb->search_goes_on = 1;
		view_search_begin(v, wb->search, forwards);
		return search_rows(v, clock_steady() + VIEW_SLICE) ? REDRAW_VIEW : REDRAW_NONE;
	}
	if (v->count)
		v->selected = (v->selected + (forwards ? 1 : v->count - 1)) % v->count;
	return REDRAW_ROW;
}

const char *workbench_search_refuses(struct view *v)
{
	int here = v->ops->text || v->searching || v->ops == route_find("found")->view;
	return here && v->wb->searching && v->wb->search ? NULL : _("nothing was looked for: / does");
}

enum redraw workbench_search_next(struct view *v)
{
	return go_to_match(v, 1);
}

enum redraw workbench_search_last(struct view *v)
{
	return go_to_match(v, 0);
}
