/*
 * A list of others, before it is taken in: each column with its first rows and what it becomes, asked for where its heading says
 * nothing, and the rows that want a look. What is shown is what Ctrl-S writes; before that nothing is written, and nothing is
 * remembered unless the person says so.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "outward/exchange/csv_import.h"
#include "tui/form/questions.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLES 5 /* rows of a column that are shown */

struct import_view {
	struct workbench *wb;
	char *path;
	struct csv_list list;     /* its columns as they are chosen */
	struct csv_import import; /* what its headings say */
	struct csv_look look;
	json_t *looked_with; /* the columns that `look` was made with */
	unsigned char *said; /* of each column: a person has said what it is */
};

static void import_view_free(struct import_view *s)
{
	if (!s)
		return;
	csv_import_release(&s->import);
	csv_file_release(&s->list.file);
	json_decref(s->list.columns);
	json_decref(s->looked_with);
	free(s->said);
	free(s->path);
	free(s);
}

static size_t column_count(const struct import_view *s)
{
	return json_array_size(s->list.columns);
}

static const char *column_heading(const struct import_view *s, size_t i)
{
	return json_string_value(json_array_get(s->import.heading, i));
}

/* The field that the column becomes, CSV_REMARK, or NULL. */
static const char *column_field(const struct import_view *s, size_t i)
{
	return json_string_value(json_array_get(s->list.columns, i));
}

/* What stands in its first rows, `1234 · 1240 · 1243`. */
static void add_samples(const struct import_view *s, size_t i, struct buf *out)
{
	size_t rows = json_array_size(s->list.file.rows);
	size_t shown = 0;
	for (size_t k = s->import.above_heading + 1; k < rows && shown < SAMPLES; k++) {
		const json_t *cells = json_object_get(json_array_get(s->list.file.rows, k), "cells");
		const char *text = json_string_value(json_array_get(cells, i));
		struct buf safe = BUF_INIT;
		if (!text || !text[strspn(text, " \t\r\n")])
			continue;
		printable_add(&safe, text, strlen(text), PRINTABLE_LINE);
		size_t n = text_fit(safe.data, 20, NULL);
		buf_addf(out, "%s%.*s%s", shown++ ? " · " : "", (int)n, safe.data, safe.data[n] ? "…" : "");
		buf_release(&safe);
	}
}

/* Nothing stands in it, or export wrote it for itself: nobody is asked. */
static int is_idle(const struct import_view *s, size_t i)
{
	struct buf samples = BUF_INIT;
	add_samples(s, i, &samples);
	int idle = samples.len == 0 || strncmp(column_heading(s, i), "genba:", 6) == 0;
	buf_release(&samples);
	return idle;
}

static int is_open(const struct import_view *s, size_t i)
{
	return !s->said[i] && !column_field(s, i) && !is_idle(s, i);
}

/* Names and doubles are counted anew where another column became one of those that tell a record apart. */
static int look_again(struct import_view *s, struct err *err)
{
	if (json_same(s->looked_with, s->list.columns))
		return 0;
	json_decref(s->looked_with);
	json_decref(s->import.columns);
	s->looked_with = json_deep_copy(s->list.columns);
	s->import.columns = json_deep_copy(s->list.columns);
	return csv_import_look(workbench_case(s->wb), &s->import, &s->list.file, &s->look, err);
}

/* ---- what is shown */

static void add_field_label(const struct import_view *s, const char *name, struct buf *out)
{
	const struct field *field = name ? kind_field(s->list.kind, name) : NULL;
	buf_adds(out, !name ? _("not taken in") : field ? field_label(field) : _("a note about the record"));
}

static char *heading_shown(const struct import_view *s, size_t i)
{
	char *safe = printable_dup(column_heading(s, i));
	if (*safe)
		return safe;
	free(safe);
	return xasprintf(_("(column %zu)"), i + 1);
}

static void add_column(struct view *v, size_t i, size_t name, size_t becomes)
{
	const struct import_view *s = v->data;
	int open = is_open(s, i);
	size_t cells = (size_t)view_cells(v);
	struct buf samples = BUF_INIT;
	struct buf as = BUF_INIT;
	struct buf line = BUF_INIT;
	char *heading = heading_shown(s, i);
	add_samples(s, i, &samples);
	if (open)
		buf_adds(&as, _("? Enter says what"));
	else
		add_field_label(s, column_field(s, i), &as);
	buf_addc(&line, ' ');
	text_pad(&line, heading, name);
	buf_adds(&line, "  ");
	text_pad(&line, as.data, becomes);
	buf_adds(&line, "  ");
	text_pad(&line, samples.data, cells > name + becomes + 12 ? cells - name - becomes - 6 : 6);
	view_add(v, open ? TONE_ATTENTION : column_field(s, i) ? TONE_PLAIN : TONE_FAINT, NULL, line.data);
	free(heading);
	buf_release(&line);
	buf_release(&as);
	buf_release(&samples);
}

static void add_doubt(struct view *v, size_t count, size_t line, const char *what)
{
	if (count)
		view_addf(v, TONE_ATTENTION, NULL, _(" %6zu  %s (first in line %zu)"), count, what, line);
}

/* Counts first, and what of it wants a look. */
static void add_look(struct view *v)
{
	const struct import_view *s = v->data;
	const struct csv_look *look = &s->look;
	view_addf(v, TONE_HEADING, NULL, _(" %6zu  rows; %zu of them would be taken in"), look->rows,
	          look->rows - look->total_count - look->twice_count - look->known_count - look->fault_count);
	add_doubt(v, look->total_count, look->total_line, _("rows of sums: left out"));
	add_doubt(v, look->twice_count, look->twice_line, _("stand in the list twice: taken in once"));
	add_doubt(v, look->known_count, look->known_line, _("are on record already: left as they are"));
	add_doubt(v, look->fault_count, look->fault_line, _("cannot be read: left out"));
	add_doubt(v, look->number_count, look->number_line, _("names are numbers only: is it the right column?"));
	if (s->import.above_heading)
		view_addf(v, TONE_FAINT, NULL, _(" %6zu  rows above the heading, which is line %zu: left out"),
		          s->import.above_heading, s->import.heading_line);
	if (s->list.file.guessed)
		view_addf(v, TONE_ATTENTION, NULL, _("         the encoding was guessed, %s: are the letters right?"),
		          csv_encoding_name(s->list.file.encoding));
	view_addf(v, TONE_FAINT, NULL, "         %s",
	          s->list.remember ? _("What was said of columns will be remembered for the next list (r: not)")
	                           : _("What was said of columns is for this list only (r remembers it)"));
}

static int fill_import(struct view *v, int columns, struct err *err)
{
	struct import_view *s = v->data;
	const char *slash = strrchr(s->path, '/');
	size_t name = columns >= 120 ? 26 : 18;
	size_t becomes = columns >= 120 ? 30 : 22;
	struct buf names = BUF_INIT;
	if (look_again(s, err) < 0)
		return -1;
	char *safe = printable_dup(slash ? slash + 1 : s->path);
	v->heading = xasprintf(_("%s → %s · nothing is written yet"), safe, kind_label(s->list.kind));
	buf_addc(&names, ' ');
	text_pad(&names, _("Column"), name);
	buf_adds(&names, "  ");
	text_pad(&names, _("is taken as"), becomes);
	buf_addf(&names, "  %s", _("its first rows"));
	free(v->names);
	v->names = buf_take(&names, NULL);
	for (size_t i = 0; i < column_count(s); i++)
		add_column(v, i, name, becomes);
	view_add(v, TONE_PLAIN, NULL, "");
	add_look(v);
	free(safe);
	return 0;
}

/* ---- what a column is */

struct import_choices {
	const char **names; /* NULL: not taken in */
	const char **typed; /* by which they can be named, too */
	char **labels;
	size_t count;
};

/* The other column that is this field already; SIZE_MAX: none is, or any may be. */
static size_t taken_by(const struct import_view *s, const char *name, size_t but)
{
	for (size_t i = 0; strcmp(name, CSV_REMARK) != 0 && i < column_count(s); i++)
		if (i != but && column_field(s, i) && strcmp(column_field(s, i), name) == 0)
			return i;
	return SIZE_MAX;
}

static void add_choice(const struct import_view *s, struct import_choices *c, const char *name, size_t column)
{
	struct buf label = BUF_INIT;
	size_t other = name ? taken_by(s, name, column) : SIZE_MAX;
	add_field_label(s, name, &label);
	if (other != SIZE_MAX) {
		char *heading = heading_shown(s, other);
		buf_addf(&label, _("   (now: %s)"), heading);
		free(heading);
	}
	c->names[c->count] = name;
	c->typed[c->count] = name ? name : "-";
	c->labels[c->count++] = buf_take(&label, NULL);
}

static void gather_choices(const struct import_view *s, struct import_choices *c, size_t column)
{
	const struct kind *kind = s->list.kind;
	size_t most = kind_field_count(kind) + 2;
	c->names = xcalloc(most, sizeof *c->names);
	c->typed = xcalloc(most, sizeof *c->typed);
	c->labels = xcalloc(most, sizeof *c->labels);
	add_choice(s, c, NULL, column);
	if (!(kind->traits & KIND_NOTE))
		add_choice(s, c, CSV_REMARK, column);
	for (size_t i = 0; i < kind_field_count(kind); i++)
		if (!kind_field_at(kind, i)->machine)
			add_choice(s, c, kind_field_at(kind, i)->name, column);
}

/* 0: left, and it stays what it was. */
static int ask_column(struct view *v, size_t i)
{
	struct import_view *s = v->data;
	struct import_choices c = {.count = 0};
	int now = 0;
	struct buf samples = BUF_INIT;
	char *heading = heading_shown(s, i);
	char *question = xasprintf("%s = ", heading);
	gather_choices(s, &c, i);
	for (size_t k = 0; k < c.count; k++) {
		if (c.names[k] && column_field(s, i) && strcmp(c.names[k], column_field(s, i)) == 0)
			now = (int)k;
	}
	add_samples(s, i, &samples);
	workbench_tell(v->wb, TONE_PLAIN, _("column %zu of %zu, %s: %s"), i + 1, column_count(s), heading,
	               samples.data);
	int chosen = prompt_choice_named(v->wb, question, (const char *const *)c.labels, c.typed, c.count, now, NULL);
	workbench_tell(v->wb, TONE_FAINT, "%s", "");
	if (chosen >= 0) {
		const char *name = c.names[chosen];
		size_t other = name ? taken_by(s, name, i) : SIZE_MAX;
		if (other != SIZE_MAX) {
			json_array_set_new(s->list.columns, other, json_null());
			s->said[other] = 0; /* it is open again */
		}
		json_array_set_new(s->list.columns, i, name ? json_string(name) : json_null());
		s->said[i] = 1;
		view_stale(v);
	}
	for (size_t k = 0; k < c.count; k++)
		free(c.labels[k]);
	free(c.labels);
	free(c.typed);
	free(c.names);
	buf_release(&samples);
	free(question);
	free(heading);
	return chosen >= 0;
}

/* Each that its heading does not tell of, one after the other. */
static void ask_open_columns(struct view *v)
{
	const struct import_view *s = v->data;
	for (size_t i = 0; i < column_count(s); i++) {
		v->selected = i;
		if (is_open(s, i) && !ask_column(v, i))
			return;
	}
	v->selected = 0;
}

/* ---- keys */

static enum redraw say_column(struct view *v)
{
	const struct import_view *s = v->data;
	if (v->selected < column_count(s))
		ask_column(v, v->selected);
	return REDRAW_ALL;
}

static enum redraw toggle_remembered(struct view *v)
{
	struct import_view *s = v->data;
	s->list.remember = !s->list.remember;
	view_stale(v);
	return REDRAW_VIEW;
}

static struct view *view_import_new(struct workbench *wb, struct import_view *s)
{
	struct view *v = view_new(wb, &import_view, s->list.kind->name);
	v->data = s;
	return v;
}

/* The command writes what is shown, and says what came of it; if it is refused, the list is shown again as it was. */
static enum redraw take_in(struct view *v)
{
	struct import_view *s = v->data;
	struct workbench *wb = v->wb;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	buf_adds(&line, "import csv ");
	words_quote(&line, s->path);
	buf_addf(&line, " %s", s->list.kind->name);
	v->data = NULL;
	workbench_pop(wb); /* v is gone */
	workbench_session(wb)->list = &s->list;
	int rc = workbench_try(wb, line.data, &err);
	workbench_session(wb)->list = NULL;
	buf_release(&line);
	if (rc < 0) {
		workbench_push(wb, view_import_new(wb, s));
		workbench_tell_error(wb, &err);
	} else {
		import_view_free(s);
	}
	return REDRAW_ALL;
}

static const struct view_key import_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("say what"), N_("say what the column under the cursor is, or that it is not taken in"),
     say_column, NULL},
    {CTRL('s'), NULL, N_("take in"), N_("take the list in as it is shown"), take_in, workbench_refuses_writing},
    {'r', NULL, N_("remember"), N_("remember what was said of columns for the next list, or not"), toggle_remembered,
     NULL},
    {0},
};

static void release_import(struct view *v)
{
	import_view_free(v->data);
}

const struct view_ops import_view = {.name = "import",
                                     .title = N_("Take in a list"),
                                     .fill = fill_import,
                                     .release = release_import,
                                     .keys = import_keys};

/* ---- which list */

/* Reads it; the file is not looked at again. */
static int read_list(void *ctx, struct question *all, struct err *err)
{
	struct import_view *s = ctx;
	struct session *session = workbench_session(s->wb);
	struct buf bytes = BUF_INIT;
	int fd = session_input(session, all->answer, err);
	int rc = fd < 0 ? -1 : buf_read_fd(&bytes, fd, CSV_LIMIT, err);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		rc = csv_read(bytes.data, bytes.len, CSV_AUTO, 0, &s->list.file, &session->progress, err);
	buf_release(&bytes);
	if (rc < 0)
		return err_prefix(err, "%s", all->answer);
	s->import = (struct csv_import){.kind = s->list.kind};
	if (csv_import_columns(workbench_case(s->wb), &s->import, &s->list.file, err) < 0) {
		csv_import_release(&s->import);
		csv_file_release(&s->list.file);
		return err_prefix(err, "%s", all->answer);
	}
	s->path = xstrdup(all->answer);
	s->list.columns = json_deep_copy(s->import.columns);
	s->said = xcalloc(column_count(s) + 1, 1);
	return 0;
}

void view_import_ask(struct workbench *wb, const char *argument)
{
	static const enum prompt_path_wanted there = PROMPT_PATH_THERE;
	struct err err = ERR_INIT;
	char *kind = xstrndup(argument, strcspn(argument, " "));
	char *path = argument[strlen(kind)] ? xstrdup(argument + strlen(kind) + 1) : NULL;
	struct import_view *s = xcalloc(1, sizeof *s);
	s->wb = wb;
	s->list.kind = kind_named(kind, &err);
	struct question asked = {
	    .label = _("List (CSV; in Excel: save as CSV)"), .ask = question_path, .initial = path, .ctx = &there};
	struct questions q = {&asked, 1, read_list, s};
	struct question given = {.answer = path};
	int done = s->list.kind && path && read_list(s, &given, &err) == 0;
	if (err.code)
		workbench_tell_error(wb, &err);
	if (s->list.kind && (done || questions_ask(wb, &q))) {
		struct view *v = view_import_new(wb, s);
		workbench_push(wb, v);
		ask_open_columns(v);
		s = NULL;
	}
	import_view_free(s);
	questions_release(&q);
	free(path);
	free(kind);
}
