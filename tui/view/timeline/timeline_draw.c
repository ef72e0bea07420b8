/* The rows of the timeline as text: bars under an axis, or lanes of assets. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/time_cell.h"
#include "case/query/timeline_acts.h"
#include "tui/view/timeline/timeline_view.h"

#include <stdlib.h>
#include <string.h>

#define LANE_CELLS 3
#define EXACT      (24 * 3600) /* seconds: what is known to the day is a point */

/* Whose act, told apart without colour; the legend stands in the heading. */
static const struct {
	const char *side;
	const char *mark;
	enum tone tone;
} sides[] = {{"attacker", "■", TONE_ALARM}, {"response", "□", TONE_GOOD}, {"user", "○", TONE_PLAIN}};

static const char *mark_of(const struct timeline_row *row, enum tone *tone)
{
	const char *side = !row->act                ? json_get_string(row->record, "side")
	                   : row->act->act_is_trace ? NULL /* a mail, a finding: whose it was is not said */
	                                            : "response";
	*tone = TONE_PLAIN;
	for (size_t i = 0; side && i < sizeof sides / sizeof *sides; i++)
		if (strcmp(side, sides[i].side) == 0) {
			*tone = sides[i].tone;
			return sides[i].mark;
		}
	return "·";
}

/* The cell of `cells` in which a second falls. */
static int cell_of(const struct timeline_picture *p, int64_t second, int cells)
{
	if (second <= p->from)
		return 0;
	if (second >= p->to)
		return cells - 1;
	return (int)((double)(second - p->from) / (double)(p->to - p->from) * (cells - 1) + 0.5);
}

/* An end of the axis, in the zone that is shown: the day, or the time of day where the whole is short. */
static void axis_end(const struct timeline_picture *p, int64_t second, char text[CLOCK_TEXT])
{
	char whole[CLOCK_TEXT];
	int in_utc = p->way == TIMELINE_UTC;
	clock_format((struct clock_time){second, 0, in_utc ? 0 : clock_zone_at(second)}, whole);
	struct buf cell = BUF_INIT;
	int is_short = p->to - p->from < 3 * 24 * 3600;
	time_cell(whole, is_short ? TIME_CELL_MINUTE | TIME_CELL_NO_YEAR : TIME_CELL_DAY, &cell);
	snprintf(text, CLOCK_TEXT, "%s", cell.data);
	buf_release(&cell);
}

/* `2014-01-01 ▁▁▃█▁…▁▂ 2026-11-24` above the bars: how many rows fall into each cell; an approximate one where it begins. */
static void add_axis(const struct timeline_picture *p, size_t before, int cells, struct buf *out)
{
	static const char *const levels[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	char text[CLOCK_TEXT];
	if (p->from == INT64_MAX)
		return;
	size_t *counts = xcalloc((size_t)cells, sizeof *counts);
	size_t most = 1;
	for (size_t i = 0; i < p->t.count; i++) {
		if (!p->t.rows[i].placed)
			continue;
		size_t n = ++counts[cell_of(p, p->shown[i].span.earliest, cells)];
		most = n > most ? n : most;
	}
	axis_end(p, p->from, text);
	for (size_t i = strlen(text) + 1; i < before; i++)
		buf_addc(out, ' ');
	buf_addf(out, "%s ", text);
	for (int i = 0; i < cells; i++)
		buf_adds(out, levels[(counts[i] * 8 + most - 1) / most]);
	axis_end(p, p->to, text);
	buf_addf(out, " %s", text);
	free(counts);
}

/* ●: known to the day. ├──┤: somewhere in there. ~: the same, within one cell. < and > where an end is open. */
static void add_bar(const struct timeline_picture *p, size_t i, int cells, struct buf *out)
{
	const struct timeline_row *row = &p->t.rows[i];
	const struct timeline_span *span = &p->shown[i].span;
	int a = row->placed ? cell_of(p, span->earliest, cells) : 0;
	int b = row->placed ? cell_of(p, span->latest, cells) : -1;
	int open = span->earliest == INT64_MIN || span->latest == INT64_MAX;
	int exact = row->placed && !open && span->latest - span->earliest <= EXACT;
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

/* The label without the responder's mark, where that is enough: A1. */
static const char *short_label(const char *label)
{
	const char *dash = strchr(label, '-');
	return dash && strlen(dash + 1) < LANE_CELLS + 1 ? dash + 1 : label;
}

static void add_lane_names(const struct timeline_picture *p, size_t before, struct buf *out)
{
	for (size_t i = 0; i < before; i++)
		buf_addc(out, ' ');
	for (size_t i = 0; i < p->lane_count; i++)
		text_pad(out, short_label(p->lane[i].label), LANE_CELLS);
}

/* The rows that a line stands for: [row, end). */
static size_t end_of(const struct timeline_line *line)
{
	return line->until && !line->is_open ? line->until : line->row + 1;
}

static int touches(const struct timeline_picture *p, const struct timeline_line *line, const char *label)
{
	for (size_t i = line->row; i < end_of(line); i++)
		if (timeline_touches(&p->t.rows[i], label))
			return 1;
	return 0;
}

static void add_lanes(const struct timeline_picture *p, const struct timeline_line *line, struct buf *out)
{
	enum tone tone;
	size_t row = line->row;
	for (size_t i = 0; i < p->lane_count; i++) {
		const struct timeline_lane *lane = &p->lane[i];
		const char *what = touches(p, line, lane->label)           ? mark_of(&p->t.rows[row], &tone)
		                   : row > lane->first && row < lane->last ? "│"
		                                                           : " ";
		buf_addf(out, "%s  ", what);
	}
}

/* What stands before the bar or the lanes. */
static size_t cells_before(const struct timeline_picture *p)
{
	return 1 + p->label_cells + 1 + p->when_cells + 1;
}

void timeline_draw_names(const struct timeline_picture *p, int bar, struct buf *out)
{
	if (p->lanes)
		add_lane_names(p, cells_before(p), out);
	else
		add_axis(p, cells_before(p), bar, out);
}

void timeline_draw_line(const struct timeline_picture *p, const struct timeline_line *line, int bar, enum tone *tone,
                        struct buf *out)
{
	size_t i = line->row;
	const struct timeline_row *row = &p->t.rows[i];
	const char *mark = mark_of(row, tone);
	const char *number = row->act ? NULL : json_get_string(row->record, "mark");
	buf_addc(out, ' ');
	text_pad(out, record_label(row->record), p->label_cells);
	buf_addc(out, ' ');
	text_pad(out, p->shown[i].when, p->when_cells);
	buf_addc(out, ' ');
	if (p->lanes) {
		add_lanes(p, line, out);
	} else {
		add_bar(p, i, bar, out);
		buf_addc(out, ' ');
	}
	buf_addf(out, "%s ", mark);
	text_pad(out, number ? number : "", 2);
	buf_addc(out, ' ');
	if (line->until)
		buf_addf(out, _("%c %zu in one second: "), line->is_open ? '-' : '+', timeline_fold_records(p, line));
	buf_adds(out, p->shown[i].what);
	if (line->until)
		buf_adds(out, " …");
}

int timeline_bar_cells(int columns)
{
	return columns >= 160 ? 60 : columns >= 120 ? 40 : columns >= 100 ? 20 : columns >= 80 ? 12 : 6;
}
