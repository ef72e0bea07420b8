/* The attack as a graph, and below it its acts in order of time; stepped through with [ and ]. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/report/flow.h"
#include "tui/form/form.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define PAN 16 /* cells */

struct flow_state {
	struct flow f;
	size_t shown; /* acts; 0: all */
	int pan;      /* cells cut off on the left, where the drawing is wider than the screen */
};

static struct flow_state *state_of(struct view *v)
{
	return v->data;
}

static void draw_rows(struct view *v, const char *drawing, int pan)
{
	for (const char *line = drawing; *line;) {
		size_t n = strcspn(line, "\n");
		char *one = xstrndup(line, n);
		size_t used = 0;
		const char *from = one + text_fit(one, (size_t)pan, &used);
		int is_halved = used < (size_t)pan && *from; /* a wide character stands across the edge */
		if (is_halved)
			from += text_fit(from, 2, NULL);
		view_addf(v, TONE_PLAIN, NULL, " %s%s", is_halved ? " " : "", from);
		free(one);
		line += n + (line[n] == '\n');
	}
}

static int fill_flow(struct view *v, int columns, struct err *err)
{
	struct flow_state *s = state_of(v);
	struct buf drawing = BUF_INIT;
	flow_release(&s->f);
	if (flow_load(workbench_case(v->wb), workbench_as_of(v->wb), &s->f, err) < 0)
		return -1;
	size_t shown = s->shown && s->shown < s->f.act_count ? s->shown : s->f.act_count;
	if (s->f.act_count == 0) {
		view_add_text(v, TONE_FAINT, NULL,
		              _("No act is on record yet. An act says from whom or what, to whom or what, and how; a "
		                "adds one."),
		              1);
		return 0;
	}
	flow_layout(&s->f, shown, columns - 2);
	flow_draw(&s->f, &drawing);
	int wider = s->f.width - (columns - 2);
	if (s->pan > (wider > 0 ? wider : 0))
		s->pan = wider > 0 ? wider : 0;
	v->heading =
	    wider > 0
	        ? xasprintf(P_("%zu of %zu act   ╌ failed  ┈ doubtful   < > the rest of the picture",
	                       "%zu of %zu acts   ╌ failed  ┈ doubtful   < > the rest of the picture", s->f.act_count),
	                    shown, s->f.act_count)
	        : xasprintf(P_("%zu of %zu act   ╌ failed  ┈ doubtful", "%zu of %zu acts   ╌ failed  ┈ doubtful",
	                       s->f.act_count),
	                    shown, s->f.act_count);
	draw_rows(v, drawing.data, s->pan);
	for (size_t i = 0; i < s->f.act_count; i++)
		view_addf(v, i < shown ? TONE_PLAIN : TONE_FAINT, s->f.acts[i].label, "%s%s", i < shown ? " " : " · ",
		          s->f.acts[i].line);
	buf_release(&drawing);
	return 0;
}

static void view_flow_step(struct view *v, int by)
{
	struct flow_state *s = state_of(v);
	size_t all = s->f.act_count;
	size_t shown = s->shown ? s->shown : all;
	if (by < 0 && shown > 1)
		shown--;
	else if (by > 0 && shown < all)
		shown++;
	s->shown = shown;
	view_stale(v);
}

static enum redraw earlier(struct view *v)
{
	view_flow_step(v, -1);
	return REDRAW_VIEW;
}

static enum redraw later(struct view *v)
{
	view_flow_step(v, 1);
	return REDRAW_VIEW;
}

static enum redraw pan_left(struct view *v)
{
	struct flow_state *s = state_of(v);
	s->pan = s->pan > PAN ? s->pan - PAN : 0;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw pan_right(struct view *v)
{
	state_of(v)->pan += PAN;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw view_flow_add(struct view *v)
{
	workbench_push(v->wb, form_new(v->wb, "flow", NULL));
	return REDRAW_ALL;
}

static void release(struct view *v)
{
	flow_release(&state_of(v)->f);
	free(v->data);
}

static const struct view_key flow_keys[] = {
    {'[', NULL, N_("earlier"), N_("one act less: back in time"), earlier, NULL},
    {']', NULL, N_("later"), N_("one act more: on in time"), later, NULL},
    {'a', NULL, N_("add"), N_("add an act"), view_flow_add, workbench_refuses_writing},
    {'<', NULL, NULL, N_("the part of the picture further left"), pan_left, NULL},
    {'>', NULL, NULL, N_("the part of the picture further right"), pan_right, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_flow(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &flow_view, NULL);
	v->data = xcalloc(1, sizeof(struct flow_state));
	return v;
}

const struct view_ops flow_view = {
    .name = "flow", .title = N_("Flow"), .fill = fill_flow, .keys = flow_keys, .release = release, .open = open_flow};
