/*
 * The time line: events in order, their times in one of four ways, approximate
 * ones as spans, whose act each was, and the assets that each touched.
 *
 * Above the rows stands a bar that says how many events fall into each part of
 * the whole time. Undated events have a section of their own at the end.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/timeline_text.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "tui/form/form.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define LANES_LIMIT 24
#define LANE_CELLS  3
#define TIME_CELLS  30          /* at most */
#define EXACT       (24 * 3600) /* seconds: what is known to the day is a point */

struct lane {
	char label[LABEL_TEXT];
	size_t first, last; /* rows that touch it */
};

struct line {
	enum timeline_way way;
	int lanes;        /* 1: lanes of assets instead of spans */
	int observations; /* what machines found around each event is shown below it */
	struct timeline t;
	int64_t from, to; /* of all placed rows, seconds */
	struct lane lane[LANES_LIMIT];
	size_t lane_count;
};

/* Whose act, told apart without colour; the legend stands in the heading. */
static const struct {
	const char *side;
	const char *mark;
	enum tone tone;
} sides[] = {{"attacker", "■", TONE_ALARM}, {"response", "□", TONE_GOOD}, {"user", "○", TONE_PLAIN}};

static const char *mark_of(const json_t *event, enum tone *tone)
{
	const char *side = json_get_string(event, "side");
	*tone = TONE_PLAIN;
	for (size_t i = 0; side && i < sizeof sides / sizeof *sides; i++)
		if (strcmp(side, sides[i].side) == 0) {
			*tone = sides[i].tone;
			return sides[i].mark;
		}
	return "·";
}

/* ---- the whole time */

static void view_timeline_measure(struct line *l)
{
	l->from = INT64_MAX;
	l->to = INT64_MIN;
	for (size_t i = 0; i < l->t.count; i++) {
		const struct timeline_row *row = &l->t.rows[i];
		if (!row->placed)
			continue;
		if (row->earliest != INT64_MIN && row->earliest < l->from)
			l->from = row->earliest;
		if (row->latest != INT64_MAX && row->latest > l->to)
			l->to = row->latest;
	}
	if (l->from >= l->to)
		l->to = l->from == INT64_MAX ? l->from : l->from + 1;
}

/* The cell of `cells` in which a second falls. */
static int cell_of(const struct line *l, int64_t second, int cells)
{
	if (second <= l->from)
		return 0;
	if (second >= l->to)
		return cells - 1;
	return (int)((double)(second - l->from) / (double)(l->to - l->from) * (cells - 1) + 0.5);
}

static void add_date(int64_t second, struct buf *out)
{
	char text[CLOCK_TEXT];
	clock_format_utc((struct clock_time){second, 0, 0}, text);
	buf_addf(out, "%.10s", text);
}

/* `2014-01-01 ▁▁▃█▁…▁▂ 2026-11-24`: events for each part of the time; an approximate one counts where it begins. */
static void add_density(const struct line *l, int columns, struct buf *out)
{
	static const char *const levels[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int cells = columns - 26;
	if (l->from == INT64_MAX || cells < 8)
		return;
	size_t *counts = xcalloc((size_t)cells, sizeof *counts);
	size_t most = 1;
	for (size_t i = 0; i < l->t.count; i++) {
		if (!l->t.rows[i].placed)
			continue;
		size_t n = ++counts[cell_of(l, l->t.rows[i].earliest, cells)];
		most = n > most ? n : most;
	}
	buf_addc(out, ' ');
	add_date(l->from, out);
	buf_addc(out, ' ');
	for (int i = 0; i < cells; i++)
		buf_adds(out, levels[(counts[i] * 8 + most - 1) / most]);
	buf_addc(out, ' ');
	add_date(l->to, out);
	free(counts);
}

/* ●: known to the day. ├──┤: somewhere in there. ~: the same, within one cell. < and > where an end is open. */
static void add_bar(const struct line *l, const struct timeline_row *row, int cells, struct buf *out)
{
	int a = row->placed ? cell_of(l, row->earliest, cells) : 0;
	int b = row->placed ? cell_of(l, row->latest, cells) : -1;
	int exact = row->placed && row->latest - row->earliest <= EXACT;
	for (int i = 0; i < cells; i++) {
		if (i < a || i > b)
			buf_addc(out, ' ');
		else if (a == b)
			buf_adds(out, exact ? "•" : "~");
		else if (i == a)
			buf_adds(out, row->earliest == INT64_MIN ? "<" : "├");
		else if (i == b)
			buf_adds(out, row->latest == INT64_MAX ? ">" : "┤");
		else
			buf_adds(out, "─");
	}
}

/* ---- lanes */

static int touches(const json_t *event, const char *label)
{
	size_t i;
	json_t *asset;
	json_array_foreach(json_object_get(event, "assets"), i, asset)
		if (strcmp(json_string_value(asset), label) == 0)
			return 1;
	return 0;
}

static void note_lane(struct line *l, const char *label, size_t row)
{
	for (size_t i = 0; i < l->lane_count; i++)
		if (strcmp(l->lane[i].label, label) == 0) {
			l->lane[i].last = row;
			return;
		}
	if (l->lane_count == LANES_LIMIT)
		return;
	struct lane *lane = &l->lane[l->lane_count++];
	snprintf(lane->label, sizeof lane->label, "%s", label);
	lane->first = lane->last = row;
}

static void find_lanes(struct line *l)
{
	l->lane_count = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		size_t k;
		json_t *asset;
		json_array_foreach(json_object_get(l->t.rows[i].record, "assets"), k, asset)
			note_lane(l, json_string_value(asset), i);
	}
}

/* The label without the responder's mark, where that is enough: A1. */
static const char *short_label(const char *label)
{
	const char *dash = strchr(label, '-');
	return dash && strlen(dash + 1) < LANE_CELLS + 1 ? dash + 1 : label;
}

static void add_lane_names(const struct line *l, size_t before, struct buf *out)
{
	for (size_t i = 0; i < before; i++)
		buf_addc(out, ' ');
	for (size_t i = 0; i < l->lane_count; i++)
		text_pad(out, short_label(l->lane[i].label), LANE_CELLS);
}

static void add_lanes(const struct line *l, size_t row, struct buf *out)
{
	enum tone tone;
	const json_t *event = l->t.rows[row].record;
	for (size_t i = 0; i < l->lane_count; i++) {
		const struct lane *lane = &l->lane[i];
		const char *what = touches(event, lane->label)             ? mark_of(event, &tone)
		                   : row > lane->first && row < lane->last ? "│"
		                                                           : " ";
		buf_addf(out, "%s  ", what);
	}
}

/* ---- rows */

/* Cells of the columns of all rows. */
struct cells {
	size_t label; /* by which the times of other rows name this one */
	size_t time;
	int bar;
};

static void add_event(struct view *v, const struct line *l, size_t i, const char *time, const struct cells *cells)
{
	const struct timeline_row *row = &l->t.rows[i];
	struct buf line = BUF_INIT;
	enum tone tone;
	const char *mark = mark_of(row->record, &tone);
	const char *number = json_get_string(row->record, "mark");
	char *title = record_title(row->record);
	buf_addc(&line, ' ');
	text_pad(&line, record_label(row->record), cells->label);
	buf_addc(&line, ' ');
	text_pad(&line, time, cells->time);
	buf_addc(&line, ' ');
	if (l->lanes) {
		add_lanes(l, i, &line);
	} else {
		add_bar(l, row, cells->bar, &line);
		buf_addc(&line, ' ');
	}
	buf_addf(&line, "%s ", mark);
	text_pad(&line, number ? number : "", 2);
	buf_addf(&line, " %s", title);
	view_add(v, tone, record_label(row->record), line.data);
	free(title);
	buf_release(&line);
}

#define AROUND      600 /* seconds before and after an event */
#define AROUND_MOST 5   /* rows that are shown of an event */

static int add_observation(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct view *v = ctx;
	struct buf line = BUF_INIT;
	char when[32];
	(void)err;
	(void)set;
	observation_when(o->when, when);
	buf_addf(&line, "      %.10s %.8s  ", when, *when ? when + 11 : "");
	observation_text(o, v->columns > 50 ? (size_t)v->columns - 30 : 40, &line);
	view_add(v, TONE_FAINT, NULL, line.data);
	buf_release(&line);
	return 0;
}

/* Events that are known to the day or better. */
static int add_observations(struct view *v, const struct timeline_row *row, struct err *err)
{
	if (!row->placed || row->earliest == INT64_MIN || row->latest == INT64_MAX ||
	    row->latest - row->earliest > EXACT)
		return 0;
	struct observation_query q = {.from = (row->earliest - AROUND) * OBSERVATION_TICKS,
	                              .until = (row->latest + AROUND) * OBSERVATION_TICKS,
	                              .limit = AROUND_MOST};
	return observation_query_run(workbench_case(v->wb), &q, add_observation, v, NULL, err) < 0 ? -1 : 0;
}

static size_t widest(char **texts, size_t count)
{
	size_t cells = 8;
	for (size_t i = 0; i < count; i++) {
		size_t n = text_width(texts[i]);
		cells = n > cells ? n : cells;
	}
	return cells < TIME_CELLS ? cells : TIME_CELLS;
}

static size_t widest_label(const struct line *l)
{
	size_t cells = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		size_t n = text_width(record_label(l->t.rows[i].record));
		cells = n > cells ? n : cells;
	}
	return cells;
}

static const char *way_title(enum timeline_way way)
{
	switch (way) {
	case TIMELINE_RELATIVE:
		return _("relative to the base date");
	case TIMELINE_CORRECTED:
		return _("corrected by the clock's offset (?: offset not known)");
	case TIMELINE_UTC:
		return _("corrected, in UTC (?: offset not known)");
	case TIMELINE_ABSOLUTE:
	case TIMELINE_WAYS:
		break;
	}
	return _("times as recorded");
}

static int fill_timeline(struct view *v, int columns, struct err *err)
{
	struct line *l = v->data;
	struct case_file *c = workbench_case(v->wb);
	timeline_release(&l->t);
	if (timeline_load_at(c, workbench_as_of(v->wb), &l->t, err) < 0)
		return -1;
	char **texts = timeline_texts(c, &l->t, l->way);
	struct buf names = BUF_INIT;
	struct cells cells = {widest_label(l), widest(texts, l->t.count),
	                      columns >= 120  ? 40
	                      : columns >= 90 ? 12
	                      : columns >= 70 ? 8
	                                      : 6};
	int rc = 0;
	view_timeline_measure(l);
	find_lanes(l);
	if (l->lanes)
		add_lane_names(l, 1 + cells.label + 1 + cells.time + 1, &names);
	else
		add_density(l, columns, &names);
	for (size_t i = 0; i < l->t.count; i++) {
		if (!l->t.rows[i].dated && (i == 0 || l->t.rows[i - 1].dated))
			view_add(v, TONE_HEADING, NULL, _(" Undated"));
		add_event(v, l, i, texts[i], &cells);
		if (rc == 0 && l->observations)
			rc = add_observations(v, &l->t.rows[i], err);
	}
	if (l->t.count == 0)
		view_add(v, TONE_FAINT, NULL, _(" no event is on record yet: i adds one"));
	const char *legend = _("■ attacker  □ response  ○ user");
	size_t room =
	    text_width(i18n_text(v->ops->title)) + text_width(way_title(l->way)) + 5; /* and what is between */
	int fits = room + text_width(legend) <= (size_t)v->columns;
	v->heading = xasprintf("%s%s%s", way_title(l->way), fits ? "   " : "", fits ? legend : "");
	v->names = buf_take(&names, NULL);
	timeline_texts_free(texts, l->t.count);
	return rc;
}

/* ---- keys */

static enum redraw next_way(struct view *v)
{
	struct line *l = v->data;
	l->way = (l->way + 1) % TIMELINE_WAYS;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw switch_lanes(struct view *v)
{
	struct line *l = v->data;
	l->lanes = !l->lanes;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw switch_observations(struct view *v)
{
	struct line *l = v->data;
	l->observations = !l->observations;
	view_stale(v);
	return REDRAW_VIEW;
}

/* The form of a new event whose time is told by the selected one's. */
static void view_timeline_insert(struct view *v, const char *relation)
{
	struct buf when = BUF_INIT;
	const char *label = view_label(v);
	buf_addf(&when, "%s %s", relation, label);
	struct assign preset[] = {{"when", when.data}};
	workbench_push(v->wb, form_open(v->wb, "event", preset, *label ? 1 : 0, NULL, NULL));
	buf_release(&when);
}

static enum redraw insert_after(struct view *v)
{
	view_timeline_insert(v, "after");
	return REDRAW_ALL;
}

static enum redraw insert_before(struct view *v)
{
	view_timeline_insert(v, "before");
	return REDRAW_ALL;
}

static void release_line(struct view *v)
{
	struct line *l = v->data;
	timeline_release(&l->t);
	free(l);
}

static const struct view_key timeline_keys[] = {
    {'t', NULL, N_("times"), N_("times: as recorded, relative to the base date, corrected, UTC"), next_way, NULL},
    {'L', NULL, N_("lanes"), N_("a lane for each asset, or spans of time"), switch_lanes, NULL},
    {'o', NULL, N_("observations"), N_("what machines found within ten minutes of each event, or not"),
     switch_observations, NULL},
    {'i', NULL, N_("insert"), N_("insert an event after the selected one"), insert_after, workbench_refuses_writing},
    {'I', NULL, NULL, N_("insert an event before the selected one"), insert_before, workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_timeline(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &timeline_view, NULL);
	v->data = xcalloc(1, sizeof(struct line));
	return v;
}

const struct view_ops timeline_view = {.name = "timeline",
                                       .title = N_("Timeline"),
                                       .fill = fill_timeline,
                                       .release = release_line,
                                       .keys = timeline_keys,
                                       .open = open_timeline};
