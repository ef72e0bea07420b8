/*
 * Drawing the workbench: a header line, the view's title, its rows, a footer
 * with its keys, and the status line.
 */
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "outward/report/board.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_ROWS    8
#define SMALL_COLUMNS 40
#define PANE_FROM     18 /* rows of a screen that has room for one */
#define PANE_MOST     12

/* `+1h02m`, `-3s`: the sign is that of machine − reference. */
static void add_offset(int64_t seconds, struct buf *out)
{
	int64_t s = seconds < 0 ? -seconds : seconds;
	if (seconds)
		buf_addc(out, seconds < 0 ? '-' : '+');
	if (s >= 86400)
		buf_addf(out, "%lldd", (long long)(s / 86400));
	if (s >= 3600)
		buf_addf(out, "%lldh", (long long)(s / 3600 % 24));
	if (s >= 60)
		buf_addf(out, "%lldm", (long long)(s / 60 % 60));
	if (s < 3600 && (s % 60 || s < 60))
		buf_addf(out, "%llds", (long long)(s % 60));
}

/* The offset to a reference that the responder entered for their own machine; "" if none was. */
static const char *own_offset(struct workbench *wb)
{
	struct own_clock *known = &wb->clock;
	struct duration offset;
	const char *label = case_responder(wb->s->c);
	if (known->generation == case_generation(wb->s->c) + 1)
		return known->text;
	*known = (struct own_clock){case_generation(wb->s->c) + 1, ""};
	json_t *record = label ? record_get(wb->s->c, label, RECORD_RAW, NULL) : NULL;
	const char *text = json_string_value(json_object_get(record, "clock_offset"));
	if (text && duration_parse(text, &offset, NULL) == 0 && offset.months == 0) {
		struct buf words = BUF_INIT;
		int64_t seconds = offset.days * 86400 + offset.seconds;
		add_offset(offset.negative ? -seconds : seconds, &words);
		snprintf(known->text, sizeof known->text, _("off %s"), words.data);
		buf_release(&words);
	}
	json_decref(record);
	return known->text;
}

/* `14:05+09:00 (05:05Z, off +2s)`, or `14:05Z` where the machine's zone is UTC. */
static void add_clock(struct workbench *wb, struct buf *out)
{
	const char *offset = own_offset(wb);
	struct clock_time now = clock_now();
	char local[CLOCK_TEXT];
	char utc[CLOCK_TEXT];
	clock_format(now, local);
	clock_format_utc(now, utc);
	if (clock_is_set())
		buf_adds(out, _("TEST CLOCK "));
	if (now.offset == 0)
		buf_addf(out, "%.5sZ%s%s%s", utc + 11, *offset ? " (" : "", offset, *offset ? ")" : "");
	else
		buf_addf(out, "%.5s%s (%.5sZ%s%s)", local + 11, local + 19, utc + 11, *offset ? ", " : "", offset);
}

/* How many alarms there are: counted anew when the case has changed, not at each key. */
static size_t alarms_of(struct workbench *wb)
{
	struct alarm_count *known = &wb->alarms;
	struct err err = ERR_INIT;
	if (known->generation != case_generation(wb->s->c) + 1 || known->c != wb->s->c) {
		known->generation = case_generation(wb->s->c) + 1;
		known->c = wb->s->c;
		if (board_count_alarms(wb->s->c, &known->count, &err) < 0)
			known->count = 0;
	}
	return known->count;
}

/* The first cells of each screen, whatever is shown: ` !! 3 `. Its width; 0: there is no alarm. */
static int draw_alarms(struct workbench *wb, int columns)
{
	size_t count = alarms_of(wb);
	char text[40];
	if (count == 0)
		return 0;
	snprintf(text, sizeof text, " !! %zu ", count);
	int wide = (int)text_width(text);
	screen_put(0, 0, wide < columns ? wide : columns, TONE_ALARM, text);
	return wide < columns ? wide : columns;
}

/* Case, TLP, clock, responder, last commit. Where room is scarce the title gives way first, down to a third. */
static void draw_header(struct workbench *wb)
{
	struct case_file *c = wb->s->c;
	int columns = screen_columns();
	struct buf right = BUF_INIT;
	struct buf head = BUF_INIT;
	struct buf left = BUF_INIT;
	const char *mark = case_mark(c);
	buf_addf(&right, " TLP:%s  ", case_tlp(c));
	add_clock(wb, &right);
	buf_addf(&right, "  %s ", *mark ? mark : _("read only"));
	buf_addf(&head, " ⎇ %s ", case_head(c));
	background_task_badge(wb->task, &head);
	background_verify_badge(wb->verifying, &head);
	if ((int)(text_width(right.data) + text_width(head.data)) <= columns * 2 / 3)
		buf_add(&right, head.data, head.len);
	int wide = (int)text_width(right.data);
	int warned = draw_alarms(wb, columns);
	buf_adds(&left, screen_is_plain() ? " genba " : " 現場 ");
	printable_add(&left, case_title(c), strlen(case_title(c)), PRINTABLE_LINE);
	if (wide > columns * 2 / 3)
		wide = columns * 2 / 3;
	if (wide > columns - warned)
		wide = columns - warned;
	screen_put(0, warned, columns - wide - warned, TONE_BAR, left.data);
	screen_put(0, columns - wide, wide, TONE_BAR, right.data);
	buf_release(&head);
	buf_release(&left);
	buf_release(&right);
}

/* The past is marked in words and in reverse, so that nobody takes it for now. */
static int draw_past(const struct workbench *wb, const struct view *v)
{
	if (!*wb->as_of)
		return 0;
	struct buf line = BUF_INIT;
	if (v->ops->is_of_now)
		buf_addf(&line, _(" AS IT IS NOW, not as of %.16s · @ back to now "), wb->as_of_time);
	else
		buf_addf(&line, _(" AS OF %.16s (%.10s) · READ ONLY · @ back to now "), wb->as_of_time, wb->as_of);
	int wide = (int)text_width(line.data);
	screen_put(1, 0, wide, v->ops->is_of_now ? TONE_ALARM : TONE_PAST, line.data);
	buf_release(&line);
	return wide + 1;
}

/* What the board tells at length stands at the right of every other view's title. Its width. */
static int draw_warning(const struct workbench *wb, const struct view *v)
{
	if (!*case_warnings(wb->s->c) || v->ops == route_next(NULL)->view)
		return 0;
	const char *text = _(" ! WARNING at opening: 1 board");
	int wide = (int)text_width(text);
	screen_put(1, screen_columns() - wide, wide, TONE_ALARM, text);
	return wide;
}

static void draw_title(struct workbench *wb, const struct view *v)
{
	struct buf line = BUF_INIT;
	int from = draw_past(wb, v);
	if (*v->ops->title)
		buf_adds(&line, i18n_text(v->ops->title));
	if (v->heading)
		buf_addf(&line, "%s%s", line.len ? "  " : "", v->heading);
	if (v->filter)
		buf_addf(&line, "  [%s]", v->filter);
	int wide = draw_warning(wb, v);
	char *safe = printable_dup(line.data);
	screen_put(1, from, screen_columns() - wide - from, TONE_HEADING, safe);
	free(safe);
	buf_release(&line);
}

static int rows_top(const struct view *v)
{
	return v->names ? 3 : 2;
}

/* A pane takes about a third of a screen that has room for one. */
static int pane_height(const struct view *v)
{
	int rows = screen_rows();
	return !v->pane || v->side || rows < PANE_FROM ? 0 : rows / 3 < PANE_MOST ? rows / 3 : PANE_MOST;
}

static int rows_height(const struct view *v)
{
	int height = screen_rows() - 2 - rows_top(v) - pane_height(v);
	return height > 1 ? height : 1;
}

/* At the right of the rows, from the line of their names down. */
static void draw_pane_beside(struct view *v)
{
	int from = view_cells(v);
	view_pane_fill(v);
	for (int i = 2; i < screen_rows() - 2; i++) {
		size_t k = (size_t)(i - 2);
		screen_put(i, from, 1, TONE_FAINT, "│");
		screen_put(i, from + 1, v->side, k < v->pane_count ? v->pane_rows[k].tone : TONE_PLAIN,
		           k < v->pane_count ? v->pane_rows[k].text : "");
	}
}

static void draw_pane(struct view *v)
{
	int height = pane_height(v);
	if (v->pane && v->side)
		draw_pane_beside(v);
	if (!height)
		return;
	view_pane_fill(v);
	for (size_t i = 0; i < (size_t)height; i++) {
		const struct row blank = {.text = ""};
		const struct row *row = i < v->pane_count ? &v->pane_rows[i] : &blank;
		screen_put(screen_rows() - 2 - height + (int)i, 0, screen_columns(), row->tone, row->text);
	}
}

int workbench_height(struct workbench *wb)
{
	return rows_height(workbench_top(wb));
}

/* Where a row stands: in two columns, the rows from the split on stand at the right. */
struct drawn_place {
	int row, column, cells;
};

static struct drawn_place place_of(const struct view *v, size_t k)
{
	int wide = view_cells(v);
	if (!v->split)
		return (struct drawn_place){rows_top(v) + (int)(k - v->top), 0, wide};
	if (k < v->split)
		return (struct drawn_place){rows_top(v) + (int)(k - v->top), 0, v->left};
	return (struct drawn_place){rows_top(v) + (int)(k - v->split - v->top), v->left + 1, wide - v->left - 1};
}

/* Row k of the view where it is seen. */
static void draw_row(struct view *v, size_t k)
{
	struct drawn_place at = place_of(v, k);
	int here = k == v->selected && !v->ops->text;
	struct row row;
	view_row(v, k, &row);
	screen_put(at.row, at.column, at.cells, here ? TONE_SELECTED : row.tone, row.text);
	free(row.text);
}

static void draw_rows(struct view *v)
{
	int height = rows_height(v);
	if (v->names)
		screen_put(2, 0, view_cells(v), TONE_HEADING, v->names);
	const char *empty = v->count == 0 && v->empty ? v->empty : "";
	for (int i = 0; i < height; i++) {
		size_t line = v->top + (size_t)i;
		screen_put(rows_top(v) + i, 0, view_cells(v), TONE_PLAIN, "");
		if (*empty) {
			char *text = xstrndup(empty, strcspn(empty, "\n"));
			screen_put(rows_top(v) + i, 0, screen_columns(), TONE_FAINT, text);
			empty += strlen(text) + (empty[strlen(text)] == '\n');
			free(text);
		}
		if (line < (v->split ? v->split : v->count))
			draw_row(v, line);
		if (v->split && v->split + line < v->count)
			draw_row(v, v->split + line);
	}
}

/* The cursor of the terminal is on the row: whoever listens to the screen hears it. */
static void end_drawing(struct workbench *wb, struct view *v)
{
	struct drawn_place at = place_of(v, v->selected);
	screen_cursor(at.row, at.column);
	wb->drawn = (struct drawn){v, v->top, v->selected, workbench_generation(wb)};
}

int workbench_draw_upwards(int row, enum tone tone, const char *text)
{
	struct buf lines = BUF_INIT;
	int columns = screen_columns();
	text_wrap(&lines, text, columns > 10 ? (size_t)columns : 10, 0);
	int count = 1;
	for (const char *at = lines.data; (at = strchr(at, '\n')); at++)
		count++;
	int most = screen_rows() / 2 < row ? screen_rows() / 2 : row;
	char *line = lines.data;
	for (int i = 0; i < count && i < most; i++) {
		size_t n = strcspn(line, "\n");
		char *part = xstrndup(line, n);
		screen_put(row - (count < most ? count : most) + 1 + i, 0, columns, tone, part);
		free(part);
		line += n + (line[n] == '\n');
	}
	buf_release(&lines);
	return count < most ? count : most;
}

int workbench_draw_status(struct workbench *wb, int row)
{
	return workbench_draw_upwards(row, wb->status_tone, wb->status.data);
}

/* A message that does not fit in its line covers what is above it, until the next key. */
static int status_is_long(const struct workbench *wb)
{
	return !wb->locked && wb->status.len && text_width(wb->status.data) > (size_t)screen_columns();
}

/* Of the row under the cursor, where it is cut: whole if it fits in the last line, else from the word at which it was cut. "" if
 * nothing is to be told. */
static void tell_cut_row(struct view *v, struct buf *out)
{
	struct row row;
	if (!v->ops->tells_cut_row || v->selected >= v->count)
		return;
	int cells = place_of(v, v->selected).cells;
	view_row(v, v->selected, &row);
	size_t leading = strncmp(row.text, "›", strlen("›")) == 0 ? strlen("›") : 0;
	leading += strspn(row.text + leading, " !*");
	if ((int)text_width(row.text) > cells && (int)text_width(row.text + leading) <= screen_columns()) {
		buf_adds(out, row.text + leading);
	} else if ((int)text_width(row.text) > cells) {
		size_t n = text_fit(row.text, (size_t)cells - 1, NULL);
		size_t word = n;
		while (word > n / 2 && row.text[word - 1] != ' ')
			word--;
		buf_addf(out, "…%s", row.text + (word > n / 2 ? word : n));
	}
	free(row.text);
}

static void draw_footer(struct workbench *wb, struct view *v)
{
	int rows = screen_rows();
	int columns = screen_columns();
	char place[64];
	struct buf hints = BUF_INIT;
	snprintf(place, sizeof place, " %zu/%zu ", v->count ? v->selected + 1 : 0, v->count);
	int wide = (int)text_width(place);
	if (v->ops->hints) {
		buf_adds(&hints, i18n_text(v->ops->hints));
	} else {
		struct buf common = BUF_INIT;
		view_hints(v, wb->keys, 30, &common);
		int room = columns - wide - (int)text_width(common.data);
		view_hints(v, v->ops->own_keys, room > 0 ? (size_t)room : 0, &hints);
		room -= (int)text_width(hints.data);
		view_hints(v, v->ops->keys, room > 0 ? (size_t)room : 0, &hints);
		buf_add(&hints, common.data, common.len);
		buf_release(&common);
	}
	screen_put(rows - 2, 0, columns - wide, TONE_BAR, hints.data);
	screen_put(rows - 2, columns - wide, wide, TONE_BAR, place);
	struct buf last = BUF_INIT;
	if (wb->task && (!wb->status.len || wb->status_tone == TONE_FAINT))
		background_task_line(wb->task, &last);
	else if (!wb->status.len)
		tell_cut_row(v, &last);
	screen_put(rows - 1, 0, columns, last.len ? TONE_FAINT : wb->status_tone,
	           last.len ? last.data : wb->status.data);
	buf_release(&last);
	buf_release(&hints);
}

/* From the row down, as far as there is room above the last row, where the passphrase is typed. */
static void draw_wrapped(int row, int columns, const char *text)
{
	struct buf lines = BUF_INIT;
	text_wrap(&lines, text, (size_t)columns, 0);
	for (char *line = lines.data; line && row < screen_rows() - 1; row++) {
		char *next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		screen_put(row, 2, columns, TONE_ALARM, line);
		line = next;
	}
	buf_release(&lines);
}

static void draw_locked(const struct workbench *wb)
{
	int row = screen_rows() / 2;
	int columns = screen_columns() > 4 ? screen_columns() - 4 : 1;
	if (row > 1)
		screen_put(row - 1, 2, columns, TONE_HEADING, _("genba is locked"));
	screen_put(row, 2, columns, TONE_PLAIN, _("Enter the passphrase of your identity. Esc twice leaves genba."));
	if (row + 1 < screen_rows() - 1)
		draw_wrapped(row + 1, columns, wb->status.data);
}

static void draw_long_status(struct workbench *wb)
{
	if (!status_is_long(wb))
		return;
	workbench_draw_status(wb, screen_rows() - 1);
	wb->covered = 1;
}

static int is_small(void)
{
	return screen_rows() < SMALL_ROWS || screen_columns() < SMALL_COLUMNS;
}

/* Whoever calls this draws over it: what comes next is drawn whole. */
void workbench_draw(struct workbench *wb)
{
	screen_clear();
	wb->redraw = REDRAW_ALL;
	if (wb->locked) {
		wb->drawn = (struct drawn){NULL, 0, 0, 0};
		draw_locked(wb);
		return;
	}
	if (is_small()) {
		int warned = draw_alarms(wb, screen_columns());
		screen_put(0, warned, screen_columns() - warned, TONE_BAR, "");
		screen_put(1, 0, screen_columns(), TONE_PLAIN, _("Window too small"));
		screen_put(2, 0, screen_columns(), TONE_PLAIN, _("80x24 is good"));
		screen_cursor(1, 0);
		return;
	}
	struct view *v = workbench_top(wb);
	view_refresh(v);
	draw_header(wb);
	view_settle(v, rows_height(v), wb->drawn.view != v);
	draw_title(wb, v);
	draw_footer(wb, v);
	draw_pane(v);
	draw_rows(v);
	draw_long_status(wb);
	end_drawing(wb, v);
}

/* What has to be drawn, whatever the key said: rows that were made anew since, or moved, are other rows. */
static enum redraw needed(struct workbench *wb, struct view *v)
{
	int is_stale = v->columns != screen_columns() || v->generation != workbench_generation(wb);
	if (wb->locked || is_small() || wb->drawn.view != v || wb->drawn.generation != workbench_generation(wb))
		return REDRAW_ALL;
	view_refresh(v);
	view_settle(v, rows_height(v), 0);
	return (is_stale || v->top != wb->drawn.top) && wb->redraw < REDRAW_VIEW ? REDRAW_VIEW : wb->redraw;
}

#ifndef NDEBUG
/* Whether the parts that were drawn make the screen that is drawn whole: no key answers less than it changed. The clock and a
 * long command's line go on meanwhile. */
static int is_whole(struct workbench *wb)
{
	uint64_t parts = screen_digest(1, screen_rows() - 1);
	workbench_draw(wb);
	return parts == screen_digest(1, screen_rows() - 1);
}
#endif

void workbench_redraw(struct workbench *wb)
{
	struct view *v = workbench_top(wb);
	enum redraw what = wb->covered || status_is_long(wb) ? REDRAW_ALL : needed(wb, v);
	wb->covered = 0;
	if (what == REDRAW_ALL) {
		workbench_draw(wb);
		wb->redraw = REDRAW_NONE;
		return;
	}
	draw_footer(wb, v);
	if (what == REDRAW_VIEW) {
		screen_put(1, 0, screen_columns(), TONE_PLAIN, "");
		draw_title(wb, v);
		draw_rows(v);
	} else if (what == REDRAW_ROW) {
		if (wb->drawn.selected < v->count)
			draw_row(v, wb->drawn.selected);
		if (v->selected < v->count)
			draw_row(v, v->selected);
	}
	if (what >= REDRAW_ROW)
		draw_pane(v);
	end_drawing(wb, v);
	assert(is_whole(wb));
	wb->redraw = REDRAW_NONE;
}
