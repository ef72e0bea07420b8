/* What the timeline shows, made in slices between keys. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/query/timeline_acts.h"
#include "finding/observation/observation_clock.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "tui/view/timeline/timeline_view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define TIME_CELLS_LEAST 8
#define TIME_CELLS       30          /* at most */
#define EXACT            (24 * 3600) /* seconds: what is known to the day is a point */
#define LOOK_AT_CLOCK    16          /* rows between two looks at the clock */
/* However busy the machine is, so much is done before the clock is looked at: a small case is shown at once. */
#define AT_LEAST      600 /* steps */
#define SLOW_AT_LEAST 10  /* rows */

struct timeline_picture *timeline_picture_new(const struct timeline_view *l)
{
	struct timeline_picture *p = xcalloc(1, sizeof *p);
	*p = (struct timeline_picture){
	    .way = l->way, .lanes = l->lanes, .from = INT64_MAX, .to = INT64_MIN, .when_cells = TIME_CELLS_LEAST};
	return p;
}

void timeline_picture_free(struct timeline_picture *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->told; i++) {
		free(p->shown[i].when);
		free(p->shown[i].what);
	}
	for (size_t i = 0; i < p->line_count; i++)
		free(p->lines[i].text);
	free(p->shown);
	free(p->lines);
	timeline_telling_free(p->telling);
	observation_clocks_free(p->clocks);
	timeline_release(&p->t);
	free(p);
}

static void make_room(struct timeline_picture *p, size_t more)
{
	while (p->line_count + more > p->line_cap) {
		p->line_cap = p->line_cap ? p->line_cap * 2 : 64;
		p->lines = xrealloc(p->lines, p->line_cap * sizeof *p->lines);
	}
}

static struct timeline_line *add_line(struct timeline_picture *p)
{
	make_room(p, 1);
	struct timeline_line *line = &p->lines[p->line_count++];
	*line = (struct timeline_line){.row = TIMELINE_NO_ROW};
	return line;
}

static void add_text(struct timeline_picture *p, enum tone tone, const char *text)
{
	struct timeline_line *line = add_line(p);
	line->text = printable_dup(text);
	line->tone = tone;
}

/* ---- which rows */

static void choose(const struct timeline_view *l, struct timeline_picture *p)
{
	const struct timeline_row *row = &l->all.rows[p->chosen++];
	if ((l->events_only && row->act) || (l->filter && !filter_match(l->filter, row->record)))
		return;
	if (!l->dismissed_too && timeline_is_dismissed(row))
		p->dismissed++;
	else
		timeline_add(&p->t, row);
}

/* ---- what is told of them */

static size_t wider(size_t cells, const char *text)
{
	size_t n = text_width(text);
	return n > cells ? n : cells;
}

static void measure_span(struct case_file *c, struct timeline_picture *p, size_t i)
{
	struct timeline_span *span = &p->shown[i].span;
	if (!p->t.rows[i].placed)
		return;
	timeline_span_shown(c, &p->t.rows[i], p->way, &span->earliest, &span->latest);
	if (span->earliest != INT64_MIN && span->earliest < p->from)
		p->from = span->earliest;
	if (span->latest != INT64_MAX && span->latest > p->to)
		p->to = span->latest;
}

static void tell_row(struct case_file *c, struct timeline_picture *p)
{
	size_t i = p->told;
	const struct timeline_row *row = &p->t.rows[i];
	struct buf when = BUF_INIT;
	struct buf what = BUF_INIT;
	timeline_tell_next(p->telling, &when);
	char *title = row->act ? NULL : record_title(row->record);
	if (row->act)
		timeline_act_text(row, &what);
	else
		buf_adds(&what, title);
	p->shown[i] = (struct timeline_shown){.when = buf_take(&when, NULL), .what = buf_take(&what, NULL)};
	p->told++;
	free(title);
	measure_span(c, p, i);
	p->label_cells = wider(p->label_cells, record_label(row->record));
	p->when_cells = wider(p->when_cells, p->shown[i].when);
	p->when_cells = p->when_cells < TIME_CELLS ? p->when_cells : TIME_CELLS;
	p->what_cells = wider(p->what_cells, p->shown[i].what);
}

/* ---- lanes */

/* The assets that a row is about: those of an event, those that a record of the response names, or the one that it is. */
int timeline_touches(const struct timeline_row *row, const char *label)
{
	if (row->act && (json_is(row->record, "on", label) || strcmp(record_label(row->record), label) == 0))
		return 1;
	return json_holds(json_object_get(row->record, row->act ? "on" : "assets"), label);
}

static void note_lane(struct timeline_picture *p, const char *label, size_t row)
{
	for (size_t i = 0; i < p->lane_count; i++)
		if (strcmp(p->lane[i].label, label) == 0) {
			p->lane[i].last = row;
			return;
		}
	if (p->lane_count == TIMELINE_LANES_MOST)
		return;
	struct timeline_lane *lane = &p->lane[p->lane_count++];
	snprintf(lane->label, sizeof lane->label, "%s", label);
	lane->first = lane->last = row;
}

static void join_lanes(struct timeline_picture *p)
{
	size_t i = p->joined++;
	size_t k;
	json_t *asset;
	if (!p->t.rows[i].act)
		json_array_foreach(json_object_get(p->t.rows[i].record, "assets"), k, asset)
			note_lane(p, json_string_value(asset), i);
}

/* A lane goes on to what was done about the asset. */
static void stretch_lanes(struct timeline_picture *p)
{
	size_t i = p->touched++;
	for (size_t k = 0; p->t.rows[i].act && k < p->lane_count; k++)
		if (timeline_touches(&p->t.rows[i], p->lane[k].label)) {
			p->lane[k].first = i < p->lane[k].first ? i : p->lane[k].first;
			p->lane[k].last = i > p->lane[k].last ? i : p->lane[k].last;
		}
}

/* ---- lines */

#define AROUND      600 /* seconds before and after an event */
#define AROUND_MOST 5   /* rows that are shown of an event */

struct observations_below {
	struct view *v;
	struct timeline_picture *p;
};

/* In the clock that the events are told in; a "?" where the row's is not known well enough for that. */
static int add_observation(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct observations_below *b = ctx;
	struct view *v = b->v;
	enum timeline_way way = b->p->way;
	struct buf line = BUF_INIT;
	struct observation_times times = {o->when, o->when, o->when};
	char when[32];
	(void)err;
	if (timeline_way_corrects(way)) /* what is known of a clock is looked up then only */
		observation_clocks_of(b->p->clocks, o, set, &times);
	int unsure = times.corrected == OBSERVATION_NO_TIME;
	observation_when(!unsure                            ? times.corrected
	                 : times.utc != OBSERVATION_NO_TIME ? times.utc
	                                                    : times.observed,
	                 when);
	buf_adds(&line, "      ");
	time_cell(when, TIME_CELL_SECOND | (way == TIMELINE_LOCAL ? TIME_CELL_UTC : 0), &line);
	buf_adds(&line, unsure ? "? " : "  ");
	observation_text(o, v->columns > 50 ? (size_t)v->columns - 30 : 40, &line);
	add_text(b->p, TONE_FAINT, line.data);
	buf_release(&line);
	return 0;
}

/* Events that are known to the day or better. */
static int add_observations(struct view *v, struct timeline_picture *p, const struct timeline_row *row, struct err *err)
{
	if (!row->placed || row->earliest == INT64_MIN || row->latest == INT64_MAX ||
	    row->latest - row->earliest > EXACT)
		return 0;
	struct observation_query q = {.from = (row->earliest - AROUND) * OBSERVATION_TICKS,
	                              .until = (row->latest + AROUND) * OBSERVATION_TICKS,
	                              .limit = AROUND_MOST};
	struct observations_below below = {v, p};
	return observation_query_run(workbench_case(v->wb), &q, add_observation, &below, NULL, err) < 0 ? -1 : 0;
}

/* ---- what was done in one second */

#define FOLD_LEAST 5 /* rows: so many are read one by one */

/* One command that changes many records makes a row of each, all of one second. What machines and others did is told one by one. */
static int is_alike(const struct timeline_row *a, const struct timeline_row *b)
{
	const char *of = json_get_string(a->record, "author");
	return a->act && !a->act->act_is_trace && a->act == b->act && a->is_recorded == b->is_recorded && a->placed &&
	       b->placed && a->earliest == a->latest && a->earliest == b->earliest && a->latest == b->latest && of &&
	       json_is(b->record, "author", of);
}

static size_t end_of_alike(const struct timeline_picture *p, size_t i)
{
	size_t end = i + 1;
	while (end < p->t.count && is_alike(&p->t.rows[i], &p->t.rows[end]))
		end++;
	return end;
}

static void show_rows(struct timeline_picture *p, size_t line)
{
	size_t n = p->lines[line].until - p->lines[line].row;
	make_room(p, n);
	struct timeline_line *fold = &p->lines[line];
	memmove(fold + 1 + n, fold + 1, (p->line_count - line - 1) * sizeof *fold);
	for (size_t i = 0; i < n; i++)
		fold[1 + i] = (struct timeline_line){.row = fold->row + i};
	p->line_count += n;
	fold->is_open = 1;
}

static void hide_rows(struct timeline_picture *p, size_t line)
{
	struct timeline_line *fold = &p->lines[line];
	size_t n = fold->until - fold->row;
	memmove(fold + 1, fold + 1 + n, (p->line_count - line - 1 - n) * sizeof *fold);
	p->line_count -= n;
	fold->is_open = 0;
}

static void fold_rows(const struct timeline_view *l, struct timeline_picture *p, size_t from, size_t until)
{
	struct timeline_line *line = add_line(p);
	line->row = from;
	line->until = until;
	if (json_object_get(l->unfolded, record_label(p->t.rows[from].record)))
		show_rows(p, p->line_count - 1);
}

const struct timeline_line *timeline_picture_fold(const struct timeline_picture *p, size_t line)
{
	return p && line < p->line_count && p->lines[line].until ? &p->lines[line] : NULL;
}

void timeline_picture_toggle(struct timeline_view *l, size_t line)
{
	struct timeline_picture *p = l->shown;
	const char *label = record_label(p->t.rows[p->lines[line].row].record);
	if (p->lines[line].is_open) {
		hide_rows(p, line);
		json_object_del(l->unfolded, label);
	} else {
		show_rows(p, line);
		json_object_set_new(l->unfolded, label, json_true());
	}
}

size_t timeline_fold_records(const struct timeline_picture *p, const struct timeline_line *line)
{
	size_t records = 0;
	for (size_t i = line->row; i < line->until; i++)
		records += p->t.rows[i].records;
	return records;
}

static int line_row(struct view *v, const struct timeline_view *l, struct timeline_picture *p, struct err *err)
{
	size_t i = p->lined;
	size_t end = end_of_alike(p, i);
	if (!p->t.rows[i].dated && (i == 0 || p->t.rows[i - 1].dated))
		add_text(p, TONE_HEADING, _(" Undated"));
	if (end - i >= FOLD_LEAST) {
		fold_rows(l, p, i, end);
		p->lined = end;
	} else {
		add_line(p)->row = i;
		p->lined++;
	}
	return l->observations && !*workbench_as_of(v->wb) /* sets are those of now */
	           ? add_observations(v, p, &p->t.rows[i], err)
	           : 0;
}

const struct timeline_row *timeline_picture_row(const struct timeline_picture *p, size_t line)
{
	return p && line < p->line_count && p->lines[line].row != TIMELINE_NO_ROW ? &p->t.rows[p->lines[line].row]
	                                                                          : NULL;
}

/* ---- slices */

static void begin_telling(struct case_file *c, struct timeline_picture *p)
{
	p->telling = timeline_telling_new(c, &p->t, p->way);
	p->clocks = observation_clocks_new(c);
	p->shown = xcalloc(p->t.count + 1, sizeof *p->shown);
}

static void end_telling(struct timeline_picture *p)
{
	if (p->from >= p->to)
		p->to = p->from == INT64_MAX ? p->from : p->from + 1;
}

/* The next step. 1: there are more. */
static int step(struct view *v, struct timeline_picture *p, struct err *err)
{
	const struct timeline_view *l = v->data;
	struct case_file *c = workbench_case(v->wb);
	if (p->chosen < l->all.count) {
		choose(l, p);
	} else if (!p->telling) {
		begin_telling(c, p);
	} else if (p->told < p->t.count) {
		tell_row(c, p);
	} else if (p->joined < p->t.count) {
		join_lanes(p);
	} else if (p->touched < p->t.count) {
		stretch_lanes(p);
	} else if (p->lined < p->t.count) {
		if (line_row(v, l, p, err) < 0)
			return -1;
	} else {
		end_telling(p);
		return 0;
	}
	return 1;
}

/* What machines found around a row is asked of files: each such row may take a millisecond. */
static int is_time_to_look(const struct timeline_view *l, const struct timeline_picture *p, size_t steps)
{
	if (l->observations && p->lined > 0)
		return p->lined >= SLOW_AT_LEAST;
	return steps >= AT_LEAST && steps % LOOK_AT_CLOCK == 0;
}

int timeline_picture_work(struct view *v, struct timeline_picture *p, double deadline, struct err *err)
{
	int rc;
	for (size_t steps = 1; (rc = step(v, p, err)) == 1; steps++)
		if (is_time_to_look(v->data, p, steps) && clock_steady() >= deadline)
			return 1;
	return rc;
}
