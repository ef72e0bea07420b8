/*
 * Sweep: what the indicators of the case were found in. A line an indicator; its lines; by client; hosts and indicators, the
 * earliest first. While a sweep is under way, what it has found so far.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/store/record.h"
#include "finding/mail/propose.h"
#include "finding/sweep/record/sweep_pairs.h"
#include "finding/sweep/sweep_case.h"
#include "tui/commands/finding/sweep_live.h"
#include "tui/list/related.h"
#include "tui/view/finding/sweep_tables.h"
#include "tui/view/finding/sweep_view.h"
#include "tui/view/views.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define SENTENCE_MOST 90  /* cells of a line that is read with ease */
#define LIVE_EVERY    300 /* milliseconds between two looks at what is found while a sweep goes on */

struct sweep_state *sweep_state(struct view *v)
{
	return v->data;
}

static struct sweep_row *add_place(struct view *v, size_t indicator, size_t line)
{
	struct sweep_state *s = sweep_state(v);
	if (v->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->rows = xrealloc(s->rows, s->cap * sizeof *s->rows);
	}
	s->rows[v->count] = (struct sweep_row){indicator, line, SIZE_MAX};
	return &s->rows[v->count++];
}

/* One whose text is made now. */
void sweep_add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t indicator, size_t line)
{
	struct sweep_state *s = sweep_state(v);
	if (s->text_count % 64 == 0)
		s->texts = xrealloc(s->texts, (s->text_count + 64) * sizeof *s->texts);
	struct row *row = &s->texts[s->text_count];
	*row = (struct row){.text = printable_dup(text), .tone = tone};
	snprintf(row->label, sizeof row->label, "%s", label ? label : "");
	add_place(v, indicator, line)->text = s->text_count++;
}

static void clear_rows(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	for (size_t i = 0; i < s->text_count; i++) {
		explicit_bzero(s->texts[i].text, strlen(s->texts[i].text));
		free(s->texts[i].text);
	}
	free(s->texts);
	s->texts = NULL;
	s->text_count = 0;
	v->count = 0;
}

/* A sentence, broken to the width. */
static void add_sentence(struct view *v, const char *text)
{
	struct buf wrapped = BUF_INIT;
	char *safe = printable_dup(text);
	size_t cells = v->columns > 12 ? (size_t)v->columns - 1 : 11;
	text_wrap(&wrapped, safe, cells < SENTENCE_MOST ? cells : SENTENCE_MOST, 0);
	for (char *line = wrapped.data; *line;) {
		size_t n = strcspn(line, "\n");
		int more = line[n] == '\n';
		line[n] = '\0';
		sweep_add_row(v, TONE_ATTENTION, NULL, line, SIZE_MAX, SIZE_MAX);
		line += n + (size_t)more;
	}
	free(safe);
	buf_release(&wrapped);
}

void sweep_pad_time(struct buf *out, const char *when, const char *none)
{
	struct buf text = BUF_INIT;
	time_cell(when, TIME_CELL_SECOND | TIME_CELL_UTC, &text);
	sweep_pad(out, text.len ? text.data : none, 20);
	buf_release(&text);
}

void sweep_pad(struct buf *out, const char *text, size_t cells)
{
	char *safe = printable_dup(text);
	text_pad(out, safe, cells);
	buf_adds(out, "  ");
	free(safe);
}

size_t sweep_wide(int columns, size_t others, size_t least)
{
	return columns > 0 && (size_t)columns > others + least ? (size_t)columns - others : least;
}

/* ---- by indicator */

#define SUM_CELLS 56 /* of all columns but the indicator and the clients */

static size_t sum_cells(int columns)
{
	return sweep_wide(columns, SUM_CELLS + text_width(_("Clients")), 16);
}

static void name_sums(struct view *v, size_t cells)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "  ");
	sweep_pad(&line, _("Indicator"), cells);
	sweep_pad(&line, _("Hits"), 6);
	sweep_pad(&line, _("First"), 20);
	sweep_pad(&line, _("Last"), 20);
	buf_adds(&line, _("Clients"));
	v->names = buf_take(&line, NULL);
}

static void sum_line(struct buf *line, const char *value, size_t cells, uint64_t hits, const char *first,
                     const char *last, size_t clients)
{
	char text[24];
	sweep_pad(line, value, cells);
	snprintf(text, sizeof text, "%llu", (unsigned long long)hits);
	sweep_pad(line, text, 6);
	sweep_pad_time(line, first, "");
	sweep_pad_time(line, last, "");
	buf_addf(line, "%zu", clients);
}

static int fill_live(struct view *v, size_t cells)
{
	uint64_t changes;
	size_t count = sweep_live_count(&changes);
	sweep_state(v)->shown = changes;
	if (!count)
		return 0;
	sweep_add_row(v, TONE_HEADING, NULL, _("Found so far by the sweep under way"), SIZE_MAX, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		struct sweep_live_sum sum = sweep_live_at(i);
		struct buf line = BUF_INIT;
		buf_adds(&line, "  ");
		sum_line(&line, sum.indicator, cells, sum.hits, sum.first, sum.last, sum.clients);
		sweep_add_row(v, TONE_ATTENTION, NULL, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
	}
	sweep_add_row(v, TONE_HEADING, NULL, _("On record"), SIZE_MAX, SIZE_MAX);
	return 1;
}

static void fill_sums(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	size_t cells = sum_cells(columns);
	name_sums(v, cells);
	fill_live(v, cells);
	for (size_t i = 0; i < s->found->count; i++)
		add_place(v, i, SIZE_MAX);
}

static void sum_row(const struct view *v, const struct found_indicator *it, struct buf *line)
{
	buf_adds(line, it->refuted ? "x " : "  ");
	sum_line(line, it->value, sum_cells(v->columns), it->count, it->first, it->last,
	         it->assets > it->clients ? it->assets : it->clients);
}

static int is_any_cut(const struct view *v)
{
	const struct sweep_found *found = sweep_state((struct view *)(uintptr_t)v)->found;
	for (size_t i = 0; i < found->count; i++)
		if (text_width(found->all[i].value) > sum_cells(v->columns))
			return 1;
	return 0;
}

/* ---- lines of one */

static void fill_lines(struct view *v)
{
	const struct sweep_found *found = sweep_state(v)->found;
	for (size_t i = 0; (i = sweep_found_next(found, v->argument, i)) < found->count; i++) {
		free(v->heading);
		v->heading = printable_dup(found->all[i].value);
		for (size_t k = 0; k < found->all[i].count; k++)
			add_place(v, i, k);
	}
}

/* ---- rows, when they are drawn */

static const char *sweep_row_label(struct view *v, size_t i)
{
	const struct sweep_state *s = sweep_state(v);
	const struct sweep_row *r = &s->rows[i];
	if (r->text != SIZE_MAX)
		return s->texts[r->text].label;
	const struct found_indicator *it = &s->found->all[r->indicator];
	return r->line == SIZE_MAX ? it->label : it->lines[r->line].evidence;
}

static void sweep_row(struct view *v, size_t i, struct row *row)
{
	const struct sweep_state *s = sweep_state(v);
	const struct sweep_row *r = &s->rows[i];
	struct buf line = BUF_INIT;
	if (r->text != SIZE_MAX) {
		*row = s->texts[r->text];
		row->text = xstrdup(row->text);
		return;
	}
	const struct found_indicator *it = &s->found->all[r->indicator];
	row->tone = it->refuted && r->line == SIZE_MAX ? TONE_FAINT : TONE_PLAIN;
	if (r->line == SIZE_MAX)
		sum_row(v, it, &line);
	else
		sweep_line_row(v, &it->lines[r->line], &line);
	row->text = printable_dup(line.data);
	snprintf(row->label, sizeof row->label, "%s", sweep_row_label(v, i));
	buf_release(&line);
}

/* ---- the view */

/* 1: it is being counted. */
static int tell_what_waits(struct view *v, double deadline)
{
	struct sweep_waiting waiting;
	int rc = sweep_waiting_ahead(workbench_case(v->wb), deadline, &waiting, NULL);
	if (rc != 0 || !waiting.indicators)
		return rc == 1;
	struct buf line = BUF_INIT;
	char *evidence =
	    xasprintf(P_("%zu piece of evidence", "%zu pieces of evidence", waiting.evidence), waiting.evidence);
	buf_addf(&line,
	         P_("%zu indicator not swept yet over %s: s sweeps for what is missing",
	            "%zu indicators not swept yet over %s: s sweeps for what is missing", waiting.indicators),
	         waiting.indicators, evidence);
	free(evidence);
	add_sentence(v, line.data);
	buf_release(&line);
	return 0;
}

/* Indicators of the case that no sweep can look for, and why. 1: they are being read. */
static int tell_what_is_skipped(struct view *v, double deadline)
{
	struct case_file *c = workbench_case(v->wb);
	struct sweep_case now;
	int rc = sweep_case_ahead(c, deadline, &now, NULL);
	for (size_t i = 0; rc == 0 && i < now.skipped_count; i++) {
		const char *value;
		const char *reason = sweep_case_skipped(c, now.skipped[i], &value);
		char *text = xasprintf(_("not looked for, '%s': %s"), value, reason);
		add_sentence(v, text);
		free(text);
	}
	return rc == 1;
}

static int fill_shape(struct view *v, int columns, double deadline, struct err *err)
{
	struct sweep_state *s = sweep_state(v);
	switch (s->shape) {
	case BY_INDICATOR:
		fill_sums(v, columns);
		if (*workbench_as_of(v->wb))
			break; /* what is to be swept is a matter of now */
		s->is_reading |= tell_what_waits(v, deadline);
		s->is_reading |= tell_what_is_skipped(v, deadline);
		break;
	case LINES_OF_ONE:
		fill_lines(v);
		break;
	case ONE_LINE:
		sweep_line_fill(v);
		break;
	case BY_CLIENT:
		sweep_fill_clients(v);
		break;
	case UPLOADS:
		sweep_fill_uploads(v, columns);
		break;
	case BY_SOURCE:
		return sweep_fill_sources(v, columns, err);
	case BY_HOST:
		sweep_fill_hosts(v, columns);
		break;
	}
	return 0;
}

/* Of the times that are shown: whose are those in mails, and whose zone nobody wrote down. */
static void tell_of_times(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	size_t without = 0;
	if (s->found->has_mails && (s->shape == BY_INDICATOR || s->shape == BY_SOURCE))
		add_sentence(v, _("The time of a hit in a mail is when the mail was received, as its record says."));
	for (size_t i = 0; s->found->has_local && i < s->found->count; i++)
		for (size_t k = 0; k < s->found->all[i].count; k++)
			without += *s->found->all[i].lines[k].when && !s->found->all[i].lines[k].is_utc;
	if (without && (s->shape == BY_INDICATOR || s->shape == BY_SOURCE))
		add_sentence(
		    v, _("A time without Z stands as the log has it, whose zone is not known: the time zone of its "
		         "machine, once on record, places it."));
}

/* What was found before stays until what is found now is read. */
static int fill_sweep(struct view *v, int columns, struct err *err)
{
	struct sweep_state *s = sweep_state(v);
	struct case_file *c = workbench_case(v->wb);
	double deadline = clock_steady() + VIEW_SLICE;
	int rc = sweep_found_ahead(c, workbench_as_of(v->wb), deadline, err);
	const struct sweep_found *now = rc == 0 ? sweep_found_hold(c, workbench_as_of(v->wb), err) : NULL;
	clear_rows(v);
	if (rc < 0 || (rc == 0 && !now))
		return -1;
	if (now) {
		sweep_found_let_go(s->held);
		s->found = s->held = now;
	}
	s->is_reading = rc == 1;
	v->pane = s->shape == LINES_OF_ONE                    ? sweep_line_pane
	          : s->shape == BY_INDICATOR && is_any_cut(v) ? sweep_sum_pane
	                                                      : NULL;
	if (fill_shape(v, columns, deadline, err) < 0)
		return -1;
	if (s->found->unread)
		sweep_add_row(v, TONE_ALARM, NULL, _("some hits cannot be read (genba observations tells why)"),
		              SIZE_MAX, SIZE_MAX);
	tell_of_times(v);
	if (v->count == 0 && !s->is_reading)
		sweep_add_row(v, TONE_PLAIN, NULL, _("no indicator was found in what was swept"), SIZE_MAX, SIZE_MAX);
	if (s->is_reading) {
		char *heading = v->heading ? v->heading : xstrdup(_("On record"));
		v->heading = NULL;
		view_head(v, heading, sweep_found_percent(c, workbench_as_of(v->wb)));
	}
	return 0;
}

static int begin_sweep_at(struct view *v, const char *labels);

/* What is read: sets of hits, then the indicators. */
static int read_on(struct view *v, double deadline, int *show)
{
	struct sweep_state *s = sweep_state(v);
	struct case_file *c = workbench_case(v->wb);
	struct sweep_waiting waiting;
	struct sweep_case now;
	struct err err = ERR_INIT;
	char wanted[VIEW_LABELS];
	int rc = sweep_found_ahead(c, workbench_as_of(v->wb), deadline, &err);
	if (rc == 0 && !*workbench_as_of(v->wb))
		rc = sweep_waiting_ahead(c, deadline, &waiting, &err);
	if (rc == 0 && !*workbench_as_of(v->wb))
		rc = sweep_case_ahead(c, deadline, &now, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	s->is_reading = rc == 1;
	*show |= rc <= 0 || view_may_tell(&s->told_at);
	if (*show)
		view_stale(v);
	memcpy(wanted, s->wanted, sizeof wanted);
	if (rc == 0 && *wanted) {
		*s->wanted = '\0';
		begin_sweep_at(v, wanted);
	}
	return rc == 1 ? 0 : -1;
}

static int look_at_live(struct view *v, double deadline, int *show)
{
	struct sweep_state *s = sweep_state(v);
	uint64_t changes;
	if (s->is_reading)
		return read_on(v, deadline, show);
	if (s->shape != BY_INDICATOR)
		return -1;
	sweep_live_count(&changes);
	if (changes != s->shown) {
		s->shown = changes;
		view_stale(v);
		*show = 1;
	}
	return workbench_task(v->wb) ? LIVE_EVERY : -1;
}

static const struct sweep_found nothing_found = {.count = 0};

const struct sweep_row *sweep_row_of(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	return v->selected < v->count && s->rows ? &s->rows[v->selected] : NULL;
}

static struct view *open_lines(struct workbench *wb, const char *value)
{
	struct view *v = view_new(wb, &sweep_view, value);
	struct sweep_state *s = xcalloc(1, sizeof *s);
	s->shape = value ? LINES_OF_ONE : BY_INDICATOR;
	s->found = &nothing_found;
	v->data = s;
	static const struct view_lazy lazy = {.row = sweep_row, .label = sweep_row_label, .work = look_at_live};
	v->lazy = &lazy;
	return v;
}

static enum redraw open_row(struct view *v)
{
	const struct sweep_row *row = sweep_row_of(v);
	const struct sweep_state *s = sweep_state(v);
	if (s->shape == LINES_OF_ONE && row && row->line != SIZE_MAX)
		sweep_line_open(v);
	else if (row && row->line == SIZE_MAX && row->indicator < s->found->count)
		workbench_push(v->wb, open_lines(v->wb, s->found->all[row->indicator].value));
	else if (*view_label(v))
		workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static enum redraw show_as(struct view *v, enum sweep_shape shape)
{
	struct sweep_state *s = sweep_state(v);
	s->shape = s->shape == shape ? v->argument ? LINES_OF_ONE : BY_INDICATOR : shape;
	v->selected = 0;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw by_client(struct view *v)
{
	return show_as(v, BY_CLIENT);
}

static enum redraw by_host(struct view *v)
{
	return show_as(v, BY_HOST);
}

static enum redraw by_source(struct view *v)
{
	return show_as(v, BY_SOURCE);
}

static enum redraw by_upload(struct view *v)
{
	return show_as(v, UPLOADS);
}

/* From a table to what it was made of. */
static int back_to_rows(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	if (s->shape == BY_INDICATOR || s->shape == LINES_OF_ONE)
		return 0;
	if (s->shape == ONE_LINE)
		sweep_line_leave(v);
	else
		show_as(v, s->shape);
	return 1;
}

/* At the indicator's row; of a mail, at the first of its indicators that was found. */
static int begin_sweep_at(struct view *v, const char *labels)
{
	size_t i;
	json_t *item;
	struct err err = ERR_INIT;
	struct sweep_state *s = sweep_state(v);
	int found = related_begin_at(v, labels, "indicator");
	if (!found && s->is_reading) {
		snprintf(s->wanted, sizeof s->wanted, "%s", labels);
		return 0;
	}
	json_t *items = found || !*labels ? NULL : mail_proposals(workbench_case(v->wb), labels, &err);
	json_array_foreach(items, i, item) {
		const char *known = json_get_string(item, "known");
		found = found || (known && *known && view_begin_at(v, known));
	}
	if (items && !found)
		workbench_tell(v->wb, TONE_ATTENTION,
		               _("no indicator of %s was found: p in the mail desk makes them, s here sweeps for them"),
		               labels);
	else if (!found)
		related_tell_none(v, labels);
	json_decref(items);
	return found;
}

/* The machine of the first hit that has one, and where the hits stand: log, disk, mail. */
static void about_hits(const struct found_indicator *it, struct buf *out)
{
	size_t begins = out->len;
	size_t i = 0;
	while (i < it->count && !*it->lines[i].asset)
		i++;
	if (i < it->count)
		buf_addf(out, "%s ", it->lines[i].asset);
	for (i = 0; i < it->count && out->len - begins < VIEW_LABELS / 2; i++) {
		char *evidence = xasprintf("%s ", it->lines[i].evidence);
		if (!out->data || !strstr(out->data + begins, evidence))
			buf_adds(out, evidence);
		free(evidence);
	}
}

/* An indicator, and what its hits are about; of a hit its machine, its indicator and its evidence; a client's machine. */
static void about_sweep_row(struct view *v, struct buf *out)
{
	const struct sweep_state *s = sweep_state(v);
	const struct sweep_row *row = sweep_row_of(v);
	const struct found_indicator *it =
	    row && row->indicator < s->found->count ? &s->found->all[row->indicator] : NULL;
	buf_adds(out, "");
	if (it && row->line < it->count) {
		const struct found_line *line = &it->lines[row->line];
		buf_addf(out, "%s %s %s ", line->asset, it->label, line->evidence);
		return;
	}
	buf_addf(out, "%s ", view_label(v));
	if (it)
		about_hits(it, out);
}

static const struct view_key sweep_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("lines"), N_("the lines of the indicator; of a line all of it, and then its evidence"),
     open_row, NULL},
    {'c', NULL, N_("by client"), N_("by client: who talked to what, the earliest first; or back"), by_client, NULL},
    {'h', NULL, N_("hosts"), N_("hosts by indicators, since when; or back"), by_host, NULL},
    {'e', NULL, N_("exits"), N_("by the machine whose log or collection it stands in: which exits; or back"), by_source,
     NULL},
    {'U', NULL, N_("uploads"), N_("uploads by client and hour: POST, PUT and CONNECT; or back"), by_upload, NULL},
    {'p', NULL, N_("promote"), N_("put the line on record as an event"), sweep_promote, workbench_refuses_writing},
    {'i', NULL, NULL, N_("put an indicator of a list on record as an indicator of the case"), sweep_promote_indicator,
     workbench_refuses_writing},
    {'x', NULL, N_("refute"), N_("mark the indicator as a false positive, with a reason"), sweep_refute,
     workbench_refuses_writing},
    {'A', NULL, N_("take over"), N_("take over first seen, last seen and seen on for all indicators: one action"),
     sweep_accept_all, workbench_refuses_writing},
    {'a', NULL, N_("machines"),
     N_("the list of its machines: to mark them, isolate them, begin a playbook; of a client that is none on record: "
        "adds it"),
     sweep_show_assets, NULL},
    {'s', NULL, N_("sweep"), N_("sweep for what was not swept for yet"), sweep_begin, workbench_refuses_writing},
    {'z', NULL, NULL, N_("pause the work that is going on, or go on with it"), sweep_pause_or_go_on, NULL},
    {'X', NULL, NULL, N_("stop the work that is going on; it can be gone on with"), sweep_ask_stop, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void forget_sweep_view(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	clear_rows(v);
	sweep_found_let_go(s->held);
	s->held = NULL;
	s->found = &nothing_found;
}

static void release_sweep_view(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	forget_sweep_view(v);
	free(s->rows);
	free(s);
}

const struct view_ops sweep_view = {.name = "sweep",
                                    .title = N_("Sweep"),
                                    .fill = fill_sweep,
                                    .keys = sweep_keys,
                                    .back = back_to_rows,
                                    .begin_at = begin_sweep_at,
                                    .about = about_sweep_row,
                                    .release = release_sweep_view,
                                    .forget = forget_sweep_view,
                                    .open = open_lines};
