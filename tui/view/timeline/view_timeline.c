/*
 * The time line: events in order, their times in one of four ways, approximate
 * ones as spans, whose act each was, and the assets that each touched; among
 * them what the responders did (timeline_acts.h).
 *
 * Above the bars stands the axis, of the same scale: how many rows fall into
 * each part of the whole time. Undated events have a section of their own at the
 * end.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/timeline_acts.h"
#include "finding/observation/observation_clock.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "tui/list/record_pane.h"
#include "tui/view/timeline/timeline_view.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define LANE_CELLS 3
#define TIME_CELLS 30          /* at most */
#define EXACT      (24 * 3600) /* seconds: what is known to the day is a point */

/* Whose act, told apart without colour; the legend stands in the heading. */
static const struct {
	const char *side;
	const char *mark;
	enum tone tone;
} sides[] = {{"attacker", "■", TONE_ALARM}, {"response", "□", TONE_GOOD}, {"user", "○", TONE_PLAIN}};

static const char *mark_of(const struct timeline_row *row, enum tone *tone)
{
	const char *side = row->act ? "response" : json_get_string(row->record, "side");
	*tone = TONE_PLAIN;
	for (size_t i = 0; side && i < sizeof sides / sizeof *sides; i++)
		if (strcmp(side, sides[i].side) == 0) {
			*tone = sides[i].tone;
			return sides[i].mark;
		}
	return "·";
}

/* ---- the whole time */

static void view_timeline_measure(struct case_file *c, struct timeline_view *l)
{
	l->from = INT64_MAX;
	l->to = INT64_MIN;
	l->spans = xrealloc(l->spans, (l->t.count + 1) * sizeof *l->spans);
	for (size_t i = 0; i < l->t.count; i++) {
		struct timeline_span *span = &l->spans[i];
		if (!l->t.rows[i].placed)
			continue;
		timeline_span_shown(c, &l->t.rows[i], l->way, &span->earliest, &span->latest);
		if (span->earliest != INT64_MIN && span->earliest < l->from)
			l->from = span->earliest;
		if (span->latest != INT64_MAX && span->latest > l->to)
			l->to = span->latest;
	}
	if (l->from >= l->to)
		l->to = l->from == INT64_MAX ? l->from : l->from + 1;
}

/* The cell of `cells` in which a second falls. */
static int cell_of(const struct timeline_view *l, int64_t second, int cells)
{
	if (second <= l->from)
		return 0;
	if (second >= l->to)
		return cells - 1;
	return (int)((double)(second - l->from) / (double)(l->to - l->from) * (cells - 1) + 0.5);
}

/* An end of the axis, in the zone that is shown: the day, or the time of day where the whole is short. */
static void axis_end(const struct timeline_view *l, int64_t second, char text[CLOCK_TEXT])
{
	char whole[CLOCK_TEXT];
	int in_utc = l->way == TIMELINE_UTC;
	clock_format((struct clock_time){second, 0, in_utc ? 0 : clock_zone_at(second)}, whole);
	if (l->to - l->from < 3 * 24 * 3600)
		snprintf(text, CLOCK_TEXT, "%.5s %.5s", whole + 5, whole + 11);
	else
		snprintf(text, CLOCK_TEXT, "%.10s", whole);
}

/* `2014-01-01 ▁▁▃█▁…▁▂ 2026-11-24` above the bars: how many rows fall into each cell; an approximate one where it begins. */
static void add_axis(const struct timeline_view *l, size_t before, int cells, struct buf *out)
{
	static const char *const levels[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	char text[CLOCK_TEXT];
	if (l->from == INT64_MAX)
		return;
	size_t *counts = xcalloc((size_t)cells, sizeof *counts);
	size_t most = 1;
	for (size_t i = 0; i < l->t.count; i++) {
		if (!l->t.rows[i].placed)
			continue;
		size_t n = ++counts[cell_of(l, l->spans[i].earliest, cells)];
		most = n > most ? n : most;
	}
	axis_end(l, l->from, text);
	for (size_t i = strlen(text) + 1; i < before; i++)
		buf_addc(out, ' ');
	buf_addf(out, "%s ", text);
	for (int i = 0; i < cells; i++)
		buf_adds(out, levels[(counts[i] * 8 + most - 1) / most]);
	axis_end(l, l->to, text);
	buf_addf(out, " %s", text);
	free(counts);
}

/* ●: known to the day. ├──┤: somewhere in there. ~: the same, within one cell. < and > where an end is open. */
static void add_bar(const struct timeline_view *l, size_t i, int cells, struct buf *out)
{
	const struct timeline_row *row = &l->t.rows[i];
	const struct timeline_span *span = &l->spans[i];
	int a = row->placed ? cell_of(l, span->earliest, cells) : 0;
	int b = row->placed ? cell_of(l, span->latest, cells) : -1;
	int exact = row->placed && span->latest - span->earliest <= EXACT;
	for (int k = 0; k < cells; k++) {
		if (k < a || k > b)
			buf_addc(out, ' ');
		else if (a == b)
			buf_adds(out, exact ? "•" : "~");
		else if (k == a)
			buf_adds(out, span->earliest == INT64_MIN ? "<" : "├");
		else if (k == b)
			buf_adds(out, span->latest == INT64_MAX ? ">" : "┤");
		else
			buf_adds(out, "─");
	}
}

/* ---- lanes */

/* The assets that a row is about: those of an event, those that a record of the response names, or the one that it is. */
static int touches(const struct timeline_row *row, const char *label)
{
	size_t i;
	json_t *asset;
	const char *on = json_get_string(row->record, "on");
	if (row->act && ((on && strcmp(on, label) == 0) || strcmp(record_label(row->record), label) == 0))
		return 1;
	json_array_foreach(json_object_get(row->record, row->act ? "on" : "assets"), i, asset)
		if (strcmp(json_string_value(asset), label) == 0)
			return 1;
	return 0;
}

static void note_lane(struct timeline_view *l, const char *label, size_t row)
{
	for (size_t i = 0; i < l->lane_count; i++)
		if (strcmp(l->lane[i].label, label) == 0) {
			l->lane[i].last = row;
			return;
		}
	if (l->lane_count == TIMELINE_LANES_MOST)
		return;
	struct timeline_lane *lane = &l->lane[l->lane_count++];
	snprintf(lane->label, sizeof lane->label, "%s", label);
	lane->first = lane->last = row;
}

static void find_lanes(struct timeline_view *l)
{
	l->lane_count = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		size_t k;
		json_t *asset;
		if (!l->t.rows[i].act)
			json_array_foreach(json_object_get(l->t.rows[i].record, "assets"), k, asset)
				note_lane(l, json_string_value(asset), i);
	}
	for (size_t i = 0; i < l->t.count; i++) /* a lane goes on to what was done about the asset */
		for (size_t k = 0; l->t.rows[i].act && k < l->lane_count; k++)
			if (touches(&l->t.rows[i], l->lane[k].label)) {
				l->lane[k].first = i < l->lane[k].first ? i : l->lane[k].first;
				l->lane[k].last = i > l->lane[k].last ? i : l->lane[k].last;
			}
}

/* The label without the responder's mark, where that is enough: A1. */
static const char *short_label(const char *label)
{
	const char *dash = strchr(label, '-');
	return dash && strlen(dash + 1) < LANE_CELLS + 1 ? dash + 1 : label;
}

static void add_lane_names(const struct timeline_view *l, size_t before, struct buf *out)
{
	for (size_t i = 0; i < before; i++)
		buf_addc(out, ' ');
	for (size_t i = 0; i < l->lane_count; i++)
		text_pad(out, short_label(l->lane[i].label), LANE_CELLS);
}

static void add_lanes(const struct timeline_view *l, size_t row, struct buf *out)
{
	enum tone tone;
	for (size_t i = 0; i < l->lane_count; i++) {
		const struct timeline_lane *lane = &l->lane[i];
		const char *what = touches(&l->t.rows[row], lane->label)   ? mark_of(&l->t.rows[row], &tone)
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

static void add_event(struct view *v, const struct timeline_view *l, size_t i, const char *time,
                      const struct cells *cells)
{
	const struct timeline_row *row = &l->t.rows[i];
	struct buf line = BUF_INIT;
	struct buf told = BUF_INIT;
	enum tone tone;
	const char *mark = mark_of(row, &tone);
	const char *number = row->act ? NULL : json_get_string(row->record, "mark");
	char *title = record_title(row->record);
	if (row->act)
		timeline_act_text(row, &told);
	buf_addc(&line, ' ');
	text_pad(&line, record_label(row->record), cells->label);
	buf_addc(&line, ' ');
	text_pad(&line, time, cells->time);
	buf_addc(&line, ' ');
	if (l->lanes) {
		add_lanes(l, i, &line);
	} else {
		add_bar(l, i, cells->bar, &line);
		buf_addc(&line, ' ');
	}
	buf_addf(&line, "%s ", mark);
	text_pad(&line, number ? number : "", 2);
	buf_addf(&line, " %s", row->act ? told.data : title);
	view_add(v, tone, record_label(row->record), line.data);
	free(title);
	buf_release(&told);
	buf_release(&line);
}

#define AROUND      600 /* seconds before and after an event */
#define AROUND_MOST 5   /* rows that are shown of an event */

struct observations_below {
	struct view *v;
	struct observation_clocks *clocks;
};

/* In the clock that the events are told in; a "?" where the row's is not known well enough for that. */
static int add_observation(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct observations_below *b = ctx;
	struct view *v = b->v;
	enum timeline_way way = ((struct timeline_view *)v->data)->way;
	struct buf line = BUF_INIT;
	struct observation_times times = {o->when, o->when, o->when};
	char when[32];
	(void)err;
	if (way == TIMELINE_CORRECTED || way == TIMELINE_UTC) /* what is known of a clock is looked up then only */
		observation_clocks_of(b->clocks, o, set, &times);
	int unsure = times.corrected == OBSERVATION_NO_TIME;
	observation_when(!unsure                            ? times.corrected
	                 : times.utc != OBSERVATION_NO_TIME ? times.utc
	                                                    : times.observed,
	                 when);
	buf_addf(&line, "      %.10s %.8s%s ", when, *when ? when + 11 : "", unsure ? "?" : " ");
	observation_text(o, v->columns > 50 ? (size_t)v->columns - 30 : 40, &line);
	view_add(v, TONE_FAINT, NULL, line.data);
	buf_release(&line);
	return 0;
}

/* Events that are known to the day or better. */
static int add_observations(struct view *v, const struct timeline_row *row, struct observation_clocks *clocks,
                            struct err *err)
{
	if (!row->placed || row->earliest == INT64_MIN || row->latest == INT64_MAX ||
	    row->latest - row->earliest > EXACT)
		return 0;
	struct observation_query q = {.from = (row->earliest - AROUND) * OBSERVATION_TICKS,
	                              .until = (row->latest + AROUND) * OBSERVATION_TICKS,
	                              .limit = AROUND_MOST};
	struct observations_below below = {v, clocks};
	return observation_query_run(workbench_case(v->wb), &q, add_observation, &below, NULL, err) < 0 ? -1 : 0;
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

static size_t widest_label(const struct timeline_view *l)
{
	size_t cells = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		size_t n = text_width(record_label(l->t.rows[i].record));
		cells = n > cells ? n : cells;
	}
	return cells;
}

/* Of what happened, in words. */
static size_t widest_told(const struct timeline_view *l)
{
	size_t cells = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		struct buf told = BUF_INIT;
		char *title = record_title(l->t.rows[i].record);
		if (l->t.rows[i].act)
			timeline_act_text(&l->t.rows[i], &told);
		size_t n = text_width(l->t.rows[i].act ? told.data : title);
		cells = n > cells ? n : cells;
		buf_release(&told);
		free(title);
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

static int bar_cells(int columns)
{
	return columns >= 160 ? 60 : columns >= 120 ? 40 : columns >= 100 ? 20 : columns >= 80 ? 12 : 6;
}

static int is_wanted(void *ctx, const json_t *record)
{
	const struct timeline_view *l = ctx;
	return !l->filter || filter_match(l->filter, record);
}

/* Events that the filter does not find go. */
static void keep_wanted(struct timeline_view *l)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->t.count; i++) {
		if (is_wanted(l, l->t.rows[i].record))
			l->t.rows[kept++] = l->t.rows[i];
		else
			timeline_row_release(&l->t.rows[i]);
	}
	l->t.count = kept;
}

static int load(struct view *v, struct timeline_view *l, struct err *err)
{
	struct case_file *c = workbench_case(v->wb);
	const char *commit = workbench_as_of(v->wb);
	timeline_release(&l->t);
	if (timeline_load_at(c, commit, &l->t, err) < 0)
		return -1;
	keep_wanted(l);
	return l->events_only ? 0 : timeline_add_acts(c, commit, is_wanted, l, &l->t, err);
}

static void head(struct view *v)
{
	struct timeline_view *l = v->data;
	const char *legend = _("■ attacker  □ response  ○ user");
	struct buf line = BUF_INIT;
	buf_adds(&line, way_title(l->way));
	size_t room = text_width(i18n_text(v->ops->title)) + text_width(line.data) + 5 + /* and what is between */
	              (v->filter ? text_width(v->filter) + 4 : 0);
	if (room + text_width(legend) <= (size_t)v->columns)
		buf_addf(&line, "   %s", legend);
	v->heading = printable_dup(line.data);
	buf_release(&line);
}

static int fill_timeline(struct view *v, int columns, struct err *err)
{
	struct timeline_view *l = v->data;
	struct case_file *c = workbench_case(v->wb);
	if (load(v, l, err) < 0)
		return -1;
	char **texts = timeline_texts(c, &l->t, l->way);
	struct buf names = BUF_INIT;
	size_t label = widest_label(l);
	size_t time = widest(texts, l->t.count);
	v->pane = record_pane;
	if (l->t.count > 0) /* what stands around the bar, and the bar as it would be beside a pane */
		view_pane_beside(v, label + time + widest_told(l) + 9 + (size_t)bar_cells(columns * 3 / 5));
	if (!v->side)
		v->pane = NULL;
	struct cells cells = {label, time, bar_cells(v->side ? columns * 3 / 5 : columns)};
	size_t before = 1 + cells.label + 1 + cells.time + 1;
	int rc = 0;
	struct observation_clocks *clocks = observation_clocks_new(c);
	view_timeline_measure(c, l);
	find_lanes(l);
	if (l->lanes)
		add_lane_names(l, before, &names);
	else
		add_axis(l, before, cells.bar, &names);
	for (size_t i = 0; i < l->t.count; i++) {
		if (!l->t.rows[i].dated && (i == 0 || l->t.rows[i - 1].dated))
			view_add(v, TONE_HEADING, NULL, _(" Undated"));
		add_event(v, l, i, texts[i], &cells);
		if (rc == 0 && l->observations)
			rc = add_observations(v, &l->t.rows[i], clocks, err);
	}
	if (l->t.count == 0)
		view_add(v, TONE_FAINT, NULL,
		         v->filter ? _(" nothing matches; Esc shows all again")
		                   : _(" nothing is on record yet: a adds an event"));
	observation_clocks_free(clocks);
	head(v);
	v->names = buf_take(&names, NULL);
	timeline_texts_free(texts, l->t.count);
	return rc;
}

static void release_line(struct view *v)
{
	struct timeline_view *l = v->data;
	timeline_release(&l->t);
	filter_free(l->filter);
	free(l->spans);
	free(l);
}

static struct view *open_timeline(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &timeline_view, NULL);
	v->data = xcalloc(1, sizeof(struct timeline_view));
	return v;
}

const struct view_ops timeline_view = {.name = "timeline",
                                       .title = N_("Timeline"),
                                       .fill = fill_timeline,
                                       .release = release_line,
                                       .keys = view_timeline_keys,
                                       .open = open_timeline};
