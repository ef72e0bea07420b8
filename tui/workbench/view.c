#include "tui/workbench/view.h"

#include "base/buf.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "tui/command/command.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct view *view_new(struct workbench *wb, const struct view_ops *ops, const char *argument)
{
	struct view *v = xcalloc(1, sizeof *v);
	v->wb = wb;
	v->ops = ops;
	v->argument = argument ? xstrdup(argument) : NULL;
	return v;
}

static int is_lazy(const struct view *v)
{
	return v->lazy && v->lazy->row;
}

static void clear_rows(struct view *v)
{
	for (size_t i = 0; i < v->count && !is_lazy(v); i++)
		free(v->rows[i].text);
	v->count = 0;
}

void view_row(struct view *v, size_t i, struct row *row)
{
	if (is_lazy(v)) {
		*row = (struct row){.tone = TONE_PLAIN};
		v->lazy->row(v, i, row);
		return;
	}
	*row = v->rows[i];
	if (row->text)
		row->text = xstrdup(row->text);
	else
		v->lazy->late(v, i, row);
}

static void clear_pane(struct view *v)
{
	for (size_t i = 0; i < v->pane_count; i++)
		explicit_bzero(v->pane_rows[i].text, strlen(v->pane_rows[i].text));
	for (size_t i = 0; i < v->pane_count; i++)
		free(v->pane_rows[i].text);
	free(v->pane_rows);
	v->pane_rows = NULL;
	v->pane_count = 0;
}

#define BESIDE_FROM 120 /* cells of a screen that has room for a pane beside the rows */
#define ROWS_LEAST  79
#define PANE_LEAST  40
#define PANE_MOST   80
#define TELL_EVERY  0.1 /* seconds between two drawings of how far a view is */

int view_cells(const struct view *v)
{
	return screen_columns() - (v->side ? v->side + 1 : 0);
}

int view_pane_cells(const struct view *v)
{
	return v->side ? v->side : screen_columns();
}

void view_pane_beside(struct view *v, size_t natural)
{
	int columns = screen_columns();
	int side = natural < (size_t)columns ? columns - (int)natural - 1 : 0;
	if (columns < BESIDE_FROM)
		return;
	side = side < PANE_LEAST ? PANE_LEAST : side > PANE_MOST ? PANE_MOST : side;
	v->side = columns - side - 1 < ROWS_LEAST ? columns - ROWS_LEAST - 1 : side;
}

static void add_pane_row(struct view *v, enum tone tone, const char *text)
{
	v->pane_rows = xrealloc(v->pane_rows, (v->pane_count + 1) * sizeof *v->pane_rows);
	v->pane_rows[v->pane_count++] = (struct row){.text = xstrdup(text), .tone = tone};
}

void view_pane_line(struct view *v, enum tone tone, const char *text)
{
	struct buf wrapped = BUF_INIT;
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == '\n') /* where a text ends is not shown */
		length--;
	char *whole = xstrndup(text, length);
	char *safe = printable_dup(whole);
	if (v->side)
		text_wrap(&wrapped, safe, (size_t)v->side, 0);
	else
		buf_adds(&wrapped, safe);
	for (char *line = wrapped.data;;) {
		size_t n = strcspn(line, "\n");
		int last = !line[n];
		line[n] = '\0';
		add_pane_row(v, tone, line);
		if (last)
			break;
		line += n + 1;
	}
	free(safe);
	free(whole);
	buf_release(&wrapped);
}

void view_pane_fill(struct view *v)
{
	clear_pane(v);
	v->pane(v);
}

/* ---- looking through its rows */

#define ROWS_AT_LEAST 500 /* however busy the machine is: few rows are looked through at once */
#define ROWS_BETWEEN  16  /* two looks at the clock */

struct view_sought {
	char *text; /* folded */
	int forwards;
	size_t from; /* the cursor when it began */
	size_t done; /* rows */
};

void view_search_begin(struct view *v, const char *text, int forwards)
{
	view_search_end(v);
	v->sought = xcalloc(1, sizeof *v->sought);
	*v->sought = (struct view_sought){text_fold_for_find_dup(text), forwards, v->selected, 0};
}

void view_search_end(struct view *v)
{
	if (!v->sought)
		return;
	explicit_bzero(v->sought->text, strlen(v->sought->text));
	free(v->sought->text);
	free(v->sought);
	v->sought = NULL;
}

static void view_search_anew(struct view *v)
{
	if (!v->sought)
		return;
	v->sought->from = v->selected;
	v->sought->done = 0;
}

static int row_holds(struct view *v, size_t i, const char *folded_text)
{
	struct row row;
	view_row(v, i, &row);
	char *folded = text_fold_for_find_dup(row.text);
	int holds = strstr(folded, folded_text) != NULL;
	free(folded);
	free(row.text);
	return holds;
}

int view_search_work(struct view *v, double deadline)
{
	struct view_sought *s = v->sought;
	int found = 0;
	while (s->done < v->count && !found) {
		size_t step = ++s->done;
		size_t i = (s->from + (s->forwards ? step : v->count - step)) % v->count;
		found = row_holds(v, i, s->text);
		if (found)
			v->selected = i;
		else if (step >= ROWS_AT_LEAST && step % ROWS_BETWEEN == 0 && clock_steady() >= deadline)
			return -1;
	}
	view_search_end(v);
	return found;
}

int view_search_percent(const struct view *v)
{
	return v->count ? (int)(v->sought->done * 100 / v->count) : 0;
}

/* ---- its rows */

void view_free(struct view *v)
{
	if (!v)
		return;
	clear_pane(v);
	if (v->ops->release)
		v->ops->release(v);
	clear_rows(v);
	free(v->rows);
	free(v->argument);
	free(v->filter);
	json_decref(v->judged);
	view_search_end(v);
	free(v->heading);
	free(v->names);
	free(v->empty);
	free(v);
}

void view_add(struct view *v, enum tone tone, const char *label, const char *text)
{
	if (v->count == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 64;
		v->rows = xrealloc(v->rows, v->cap * sizeof *v->rows);
	}
	struct row *row = &v->rows[v->count++];
	row->text = printable_dup(text);
	row->tone = tone;
	snprintf(row->label, sizeof row->label, "%s", label ? label : "");
}

void view_add_late(struct view *v, const char *label)
{
	view_add(v, TONE_PLAIN, label, "");
	free(v->rows[v->count - 1].text);
	v->rows[v->count - 1].text = NULL;
}

void view_addf(struct view *v, enum tone tone, const char *label, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	view_add(v, tone, label, text.data);
	buf_release(&text);
}

void view_stale(struct view *v)
{
	v->columns = 0;
}

void view_head(struct view *v, char *text, int percent)
{
	free(v->heading);
	v->heading = text;
	if (percent < 0)
		return;
	v->heading = xasprintf(_("%s · reading, %d%% so far…"), text, percent);
	free(text);
}

int view_may_tell(double *told_at)
{
	double now = clock_steady();
	if (now - *told_at < TELL_EVERY)
		return 0;
	*told_at = now;
	return 1;
}

static const char *view_label_at(struct view *v, size_t i)
{
	if (i >= v->count)
		return "";
	return is_lazy(v) ? v->lazy->label(v, i) : v->rows[i].label;
}

void view_forget(struct view *v)
{
	for (size_t i = 0; i < v->count && !is_lazy(v); i++)
		if (v->rows[i].text)
			explicit_bzero(v->rows[i].text, strlen(v->rows[i].text));
	if (v->heading)
		explicit_bzero(v->heading, strlen(v->heading));
	clear_pane(v);
	view_search_end(v);
	if (v->ops->forget)
		v->ops->forget(v);
	view_stale(v);
}

const char *view_label(struct view *v)
{
	return view_label_at(v, v->selected);
}

/* Back to the row of the same record, when the rows were made anew. */
static void find_again(struct view *v, const char *label)
{
	if (strcmp(view_label(v), label) == 0 && v->selected < v->count)
		return;
	for (size_t i = 0; *label && i < v->count; i++)
		if (strcmp(view_label_at(v, i), label) == 0) {
			v->selected = i;
			return;
		}
	if (v->selected >= v->count)
		v->selected = v->count ? v->count - 1 : 0;
}

void view_refresh(struct view *v)
{
	uint64_t now = workbench_generation(v->wb);
	int columns = screen_columns();
	if (v->columns == columns && v->generation == now)
		return;
	char label[sizeof v->rows->label];
	snprintf(label, sizeof label, "%s", v->columns || v->count ? view_label(v) : "");
	clear_rows(v);
	free(v->heading);
	free(v->names);
	free(v->empty);
	v->heading = v->names = v->empty = NULL;
	v->split = 0;
	v->left = 0;
	v->side = 0;
	v->columns = columns;
	v->generation = now;
	struct err err = ERR_INIT;
	if (v->ops->fill(v, columns, &err) < 0 && is_lazy(v))
		workbench_tell_error(v->wb, &err);
	else if (err.code)
		view_add_text(v, TONE_ALARM, NULL, err.message, 0);
	find_again(v, label);
	view_search_anew(v);
}

int view_begin_at(struct view *v, const char *label)
{
	view_refresh(v);
	find_again(v, label);
	return *label && strcmp(view_label(v), label) == 0;
}

int view_is_judged(const struct view *v, const char *label)
{
	return v->judged && json_object_get(v->judged, label);
}

void view_forget_judged(struct view *v)
{
	json_decref(v->judged);
	v->judged = NULL;
}

void view_seek(struct view *v, const char *label)
{
	if (v->lazy && v->lazy->seek)
		v->lazy->seek(v, label);
}

/* ---- keys */

void view_key_name(const struct view_key *key, struct buf *out)
{
	if (key->key == KEY_OF_COMMAND)
		buf_adds(out, command_find(key->name)->keys);
	else if (key->name)
		buf_adds(out, i18n_text(key->name));
	else if (key->key < 32)
		buf_addf(out, "Ctrl-%c", key->key + 64);
	else
		buf_addc(out, (char)key->key);
}

int view_key_code(const struct view_key *key)
{
	if (key->key != KEY_OF_COMMAND)
		return key->key;
	const char *written = command_find(key->name)->keys; /* a character, or Ctrl-L */
	return strncmp(written, "Ctrl-", 5) == 0 ? CTRL(written[5]) : *written;
}

/* A key may have several rows, of which one at a time is not refused. */
enum redraw view_press(struct view *v, int key)
{
	const char *refused = NULL;
	if (v->searching && (key == 'n' || key == 'N')) /* the workbench's, until Esc ends the search */
		return REDRAW_NOT_TAKEN;
	const struct view_key *const tables[] = {v->ops->own_keys, v->ops->keys};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct view_key *row = tables[i]; row && row->key; row++) {
			if (view_key_code(row) != key)
				continue;
			const char *why = row->refuses ? row->refuses(v) : NULL;
			if (!why)
				return row->run(v);
			refused = refused ? refused : why;
		}
	if (refused)
		workbench_tell(v->wb, TONE_ATTENTION, "%s", refused);
	return refused ? REDRAW_NONE : REDRAW_NOT_TAKEN;
}

int view_key_is_hidden(struct view *v, const struct view_key *keys, const struct view_key *row)
{
	const struct view_key *const tables[] = {v->ops->own_keys, v->ops->keys};
	for (size_t i = 0; i < sizeof tables / sizeof *tables && tables[i] != keys; i++)
		for (const struct view_key *before = tables[i]; before && before->key; before++)
			if (view_key_code(before) == view_key_code(row) && !(before->refuses && before->refuses(v)))
				return 1;
	return 0;
}

void view_hints(struct view *v, const struct view_key *keys, size_t cells, struct buf *out)
{
	for (const struct view_key *row = keys; row && row->key; row++) {
		if (!row->hint || (row->refuses && row->refuses(v)) || view_key_is_hidden(v, keys, row))
			continue;
		struct buf one = BUF_INIT;
		buf_adds(&one, " ");
		view_key_name(row, &one);
		buf_addf(&one, " %s ", i18n_text(row->hint));
		size_t wide = text_width(one.data);
		if (wide <= cells) {
			buf_add(out, one.data, one.len);
			cells -= wide;
		}
		buf_release(&one);
	}
}

/* ---- moving */

static size_t clamp(const struct view *v, long long to)
{
	if (v->count == 0 || to < 0)
		return 0;
	return to >= (long long)v->count ? v->count - 1 : (size_t)to;
}

/* Rows stand on lines; in two columns, two rows may stand on one. */
static size_t line_of(const struct view *v, size_t row)
{
	return v->split && row >= v->split ? row - v->split : row;
}

static size_t line_count(const struct view *v)
{
	if (!v->split)
		return v->count;
	return v->split > v->count - v->split ? v->split : v->count - v->split;
}

static int widest(const struct view *v, size_t from, size_t to)
{
	int cells = 0;
	for (size_t i = from; i < to; i++) {
		int wide = (int)text_width(v->rows[i].text);
		cells = wide > cells ? wide : cells;
	}
	return cells;
}

void view_split(struct view *v, size_t at, int columns)
{
	int half = (columns - 1) / 2;
	int most = columns - 1 - columns / 4; /* neither column is less than a quarter */
	int left = widest(v, 0, at);
	int right = widest(v, at, v->count);
	v->split = at;
	if (left + right < columns)
		v->left = left + (columns - 1 - left - right) / 2;
	else
		v->left = left < half ? left : right < columns - 1 - half ? columns - 1 - right : half;
	v->left = v->left > most ? most : v->left < columns / 4 ? columns / 4 : v->left;
}

/* The rows shown move with a page, else its first press would move the cursor only; the last page is full. */
static size_t top_within(const struct view *v, long long top, int height)
{
	long long last = (long long)line_count(v) - height;
	return top < 0 || last < 0 ? 0 : (size_t)(top < last ? top : last);
}

void view_settle(struct view *v, int height, int entered)
{
	if (height < 1)
		height = 1;
	if (entered && v->ops->opens_at_top) {
		v->top = 0;
		if (line_of(v, v->selected) >= (size_t)height)
			v->selected = v->count > 1 ? 1 : 0; /* the first row below the first heading */
	}
	v->top = top_within(v, (long long)v->top, height);
	size_t line = line_of(v, v->selected);
	if (line < v->top)
		v->top = line;
	if (line == 1 && v->top == 1 && v->ops->opens_at_top)
		v->top = 0; /* its heading goes with it */
	if (line >= v->top + (size_t)height)
		v->top = line - (size_t)height + 1;
}

/* What Enter says against the selected row, or NULL. */
static const char *refuses_enter(struct view *v)
{
	const struct view_key *const tables[] = {v->ops->own_keys, v->ops->keys};
	const char *why = NULL;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct view_key *row = tables[i]; row && row->key; row++) {
			if (row->key != KEY_RETURN)
				continue;
			const char *now = row->refuses ? row->refuses(v) : NULL;
			if (!now)
				return NULL;
			why = now;
		}
	return why;
}

/* Where `Home` goes: the first row of the first page that Enter takes, else the first that is no heading, else the first of all. */
static size_t first_row(struct view *v, int height)
{
	size_t before = v->selected;
	size_t found = v->count;
	size_t no_heading = v->count;
	for (size_t i = 0; !v->ops->text && found == v->count && i < v->count && (int)i < height; i++) {
		struct row row;
		view_row(v, i, &row);
		int is_heading = !*row.label && (row.tone == TONE_HEADING || !*row.text);
		free(row.text);
		if (is_heading)
			continue;
		no_heading = no_heading < i ? no_heading : i;
		v->selected = i;
		if (!refuses_enter(v))
			found = i;
	}
	v->selected = before;
	return found < v->count ? found : no_heading < v->count ? no_heading : 0;
}

enum redraw view_move(struct view *v, int key, int height)
{
	long long at = (long long)v->selected;
	int page = height > 1 ? height - 1 : 1;
	switch (key) {
	case 'j':
	case KEY_GO_DOWN:
		at++;
		break;
	case 'k':
	case KEY_GO_UP:
		at--;
		break;
	case KEY_PAGE_DOWN:
	case CTRL('f'):
	case ' ':
		at += page;
		v->top = top_within(v, (long long)v->top + page, height);
		break;
	case KEY_PAGE_UP:
	case CTRL('b'):
		at -= page;
		v->top = top_within(v, (long long)v->top - page, height);
		break;
	case 'g':
	case KEY_FIRST:
		at = (long long)first_row(v, height);
		v->top = 0; /* its heading is seen, too */
		break;
	case 'G':
	case KEY_LAST:
		at = (long long)v->count - 1;
		break;
	default:
		return REDRAW_NOT_TAKEN;
	}
	v->selected = clamp(v, at);
	return REDRAW_ROW;
}
