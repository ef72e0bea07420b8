/*
 * Sweep: what the indicators of the case were found in. A line an indicator; its lines; by client; hosts and indicators, the
 * earliest first. While a sweep is under way, what it has found so far.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"
#include "finding/mail/propose.h"
#include "finding/observation/promote.h"
#include "finding/sweep/record/sweep_found.h"
#include "finding/sweep/record/sweep_pairs.h"
#include "tui/commands/finding/sweep_live.h"
#include "tui/view/views.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

enum sweep_shape { BY_INDICATOR, LINES_OF_ONE, BY_CLIENT, BY_HOST, UPLOADS };

#define LIVE_EVERY 300 /* milliseconds between two looks at what is found while a sweep goes on */

/* What a row stands for: numbers in `found`, SIZE_MAX if nothing. */
struct sweep_row {
	size_t indicator;
	size_t line;
};

struct sweep_state {
	enum sweep_shape shape;
	struct sweep_found found;
	struct sweep_row *rows;
	uint64_t shown; /* changes of what is found live */
};

static struct sweep_state *sweep_state(struct view *v)
{
	return v->data;
}

static void add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t indicator, size_t line)
{
	struct sweep_state *s = sweep_state(v);
	view_add(v, tone, label, text);
	s->rows = xrealloc(s->rows, v->count * sizeof *s->rows);
	s->rows[v->count - 1] = (struct sweep_row){indicator, line};
}

/* "2014-11-24 04:05:10Z"; "" stays empty. */
static void cell_of_time(const char *when, char text[24])
{
	snprintf(text, 24, "%.10s%s%.8s%s", when, *when ? " " : "", strlen(when) > 11 ? when + 11 : "",
	         *when && when[strlen(when) - 1] == 'Z' ? "Z" : "");
}

static void pad(struct buf *out, const char *text, size_t cells)
{
	char *safe = printable_dup(text);
	text_pad(out, safe, cells);
	buf_adds(out, "  ");
	free(safe);
}

static size_t wide(int columns, size_t others, size_t least)
{
	return columns > 0 && (size_t)columns > others + least ? (size_t)columns - others : least;
}

/* ---- by indicator */

#define SUM_CELLS 58 /* of all columns but the indicator */

static void name_sums(struct view *v, size_t cells)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "  ");
	pad(&line, _("Indicator"), cells);
	pad(&line, _("Hits"), 6);
	pad(&line, _("First"), 20);
	pad(&line, _("Last"), 20);
	buf_adds(&line, _("Clients"));
	v->names = buf_take(&line, NULL);
}

static void sum_line(struct buf *line, const char *value, size_t cells, uint64_t hits, const char *first,
                     const char *last, size_t clients)
{
	char text[24];
	pad(line, value, cells);
	snprintf(text, sizeof text, "%llu", (unsigned long long)hits);
	pad(line, text, 6);
	cell_of_time(first, text);
	pad(line, text, 20);
	cell_of_time(last, text);
	pad(line, text, 20);
	buf_addf(line, "%zu", clients);
}

static int fill_live(struct view *v, size_t cells)
{
	uint64_t changes;
	size_t count = sweep_live_count(&changes);
	sweep_state(v)->shown = changes;
	if (!count)
		return 0;
	add_row(v, TONE_HEADING, NULL, _("Found so far by the sweep under way"), SIZE_MAX, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		struct sweep_live_sum sum = sweep_live_at(i);
		struct buf line = BUF_INIT;
		buf_adds(&line, "  ");
		sum_line(&line, sum.indicator, cells, sum.hits, sum.first, sum.last, sum.clients);
		add_row(v, TONE_ATTENTION, NULL, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
	}
	add_row(v, TONE_HEADING, NULL, _("On record"), SIZE_MAX, SIZE_MAX);
	return 1;
}

static void fill_sums(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	size_t cells = wide(columns, SUM_CELLS + 3, 16);
	name_sums(v, cells);
	fill_live(v, cells);
	for (size_t i = 0; i < s->found.count; i++) {
		const struct found_indicator *it = &s->found.all[i];
		struct buf line = BUF_INIT;
		buf_adds(&line, it->refuted ? "x " : "  ");
		sum_line(&line, it->value, cells, it->count, it->first, it->last,
		         it->assets > it->clients ? it->assets : it->clients);
		add_row(v, it->refuted ? TONE_FAINT : TONE_PLAIN, it->label, line.data, i, SIZE_MAX);
		buf_release(&line);
	}
}

/* ---- lines of one */

static void fill_lines(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	for (size_t i = 0; i < s->found.count; i++) {
		const struct found_indicator *it = &s->found.all[i];
		if (strcmp(it->value, v->argument) != 0)
			continue;
		v->heading = printable_dup(it->value);
		for (size_t k = 0; k < it->count; k++) {
			const struct found_line *l = &it->lines[k];
			char when[24];
			struct buf line = BUF_INIT;
			cell_of_time(l->when, when);
			pad(&line, *when ? when : _("no time"), 20);
			pad(&line, *l->asset ? l->asset : l->client, 15);
			pad(&line, l->evidence, 7);
			char *text = printable_dup(*l->text ? l->text : l->place);
			buf_add(&line, text, text_fit(text, wide(columns, 49, 10), NULL));
			add_row(v, TONE_PLAIN, l->evidence, line.data, i, k);
			buf_release(&line);
			free(text);
		}
	}
}

/* ---- by client, and hosts by indicators */

static void name_host(struct view *v, const struct found_host *h, struct buf *out)
{
	if (!*h->asset) {
		char *safe = printable_dup(h->name);
		buf_adds(out, safe);
		free(safe);
		return;
	}
	buf_addf(out, "%s %s", h->asset, workbench_name(v->wb, h->asset));
}

static void fill_clients(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	size_t count;
	struct found_host *hosts = sweep_found_hosts(&s->found, &count);
	v->heading = xasprintf(P_("%zu host", "%zu hosts", count), count);
	for (size_t i = 0; i < count; i++) {
		char first[24];
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		struct buf values = BUF_INIT;
		cell_of_time(hosts[i].first, first);
		name_host(v, &hosts[i], &name);
		for (size_t k = 0; k < s->found.count; k++)
			if (hosts[i].hits[k])
				buf_addf(&values, "%s%s (%llu)", values.len ? ", " : "", s->found.all[k].value,
				         (unsigned long long)hosts[i].hits[k]);
		pad(&line, *first ? first : _("no time"), 20);
		pad(&line, name.data, 24);
		char *safe = printable_dup(values.data);
		buf_add(&line, safe, text_fit(safe, wide(columns, 49, 10), NULL));
		add_row(v, TONE_PLAIN, hosts[i].asset, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
		buf_release(&values);
		free(safe);
	}
	sweep_found_hosts_free(hosts, count);
}

#define HOST_CELLS 48 /* before the columns of indicators */

/* Hosts below one another, indicators as columns: numbered, and named above. */
static void fill_hosts(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	size_t count;
	size_t shown = 0;
	struct found_host *hosts = sweep_found_hosts(&s->found, &count);
	size_t most = wide(columns, HOST_CELLS + 2, 3) / 3;
	struct buf names = BUF_INIT;
	while (shown < s->found.count && shown < most && !s->found.all[shown].refuted)
		shown++;
	v->heading = xasprintf(P_("%zu host", "%zu hosts", count), count);
	pad(&names, C_("sweep", "Since"), 20);
	pad(&names, _("Host"), 24);
	for (size_t k = 0; k < shown; k++)
		buf_addf(&names, "%-3zu", k + 1);
	v->names = buf_take(&names, NULL);
	for (size_t k = 0; k < shown; k++) {
		const struct found_indicator *it = &s->found.all[k];
		struct buf line = BUF_INIT;
		buf_addf(&line, "%2zu  ", k + 1);
		pad(&line, it->value, wide(columns, 8, 20));
		add_row(v, TONE_HEADING, it->label, line.data, k, SIZE_MAX);
		buf_release(&line);
	}
	for (size_t i = 0; i < count; i++) {
		char first[24];
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		cell_of_time(hosts[i].first, first);
		name_host(v, &hosts[i], &name);
		pad(&line, *first ? first : _("no time"), 20);
		pad(&line, name.data, 24);
		for (size_t k = 0; k < shown; k++)
			buf_adds(&line, hosts[i].hits[k] ? "●  " : "·  ");
		add_row(v, TONE_PLAIN, hosts[i].asset, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
	}
	sweep_found_hosts_free(hosts, count);
}

/* ---- uploads */

#define UPLOAD_CELLS 68 /* of all columns but where to */

static void fill_uploads(struct view *v, int columns)
{
	const struct sweep_state *s = sweep_state(v);
	size_t cells = wide(columns, UPLOAD_CELLS, 12);
	struct buf names = BUF_INIT;
	v->heading = xasprintf("%s", _("Uploads by client and hour"));
	pad(&names, _("Hour"), 17);
	pad(&names, _("Host"), 15);
	pad(&names, _("Sent to"), cells);
	pad(&names, "POST", 4);
	pad(&names, "PUT", 4);
	pad(&names, "CONNECT", 7);
	buf_adds(&names, _("Bytes"));
	v->names = buf_take(&names, NULL);
	for (size_t i = 0; i < s->found.upload_count; i++) {
		const struct found_upload *u = &s->found.uploads[i];
		const uint64_t numbers[] = {u->posts, u->puts, u->connects};
		static const size_t widths[] = {4, 4, 7};
		char text[24];
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		struct found_host host = {.name = u->client};
		memcpy(host.asset, u->asset, sizeof host.asset);
		snprintf(text, sizeof text, "%.10s %.2s:00%s", u->first, *u->first ? u->first + 11 : "",
		         *u->first && u->first[strlen(u->first) - 1] == 'Z' ? "Z" : "");
		pad(&line, *u->first ? text : _("no time"), 17);
		name_host(v, &host, &name);
		pad(&line, name.data, 15);
		pad(&line, u->sent_to, cells);
		for (size_t k = 0; k < 3; k++) {
			snprintf(text, sizeof text, "%llu", (unsigned long long)numbers[k]);
			pad(&line, text, widths[k]);
		}
		buf_addf(&line, "%llu", (unsigned long long)u->bytes);
		add_row(v, u->posts + u->puts > 0 ? TONE_ATTENTION : TONE_PLAIN, *u->asset ? u->asset : u->evidence,
		        line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
	}
	if (!s->found.upload_count)
		add_row(v, TONE_PLAIN, NULL, _("no uploads were seen in what was swept"), SIZE_MAX, SIZE_MAX);
}

/* ---- the view */

static void tell_what_waits(struct view *v)
{
	struct sweep_waiting waiting;
	if (sweep_waiting(workbench_case(v->wb), &waiting, NULL) < 0 || !waiting.indicators)
		return;
	struct buf line = BUF_INIT;
	char *evidence =
	    xasprintf(P_("%zu piece of evidence", "%zu pieces of evidence", waiting.evidence), waiting.evidence);
	buf_addf(&line,
	         P_("%zu indicator not swept yet over %s: s sweeps for what is missing",
	            "%zu indicators not swept yet over %s: s sweeps for what is missing", waiting.indicators),
	         waiting.indicators, evidence);
	free(evidence);
	add_row(v, TONE_ATTENTION, NULL, line.data, SIZE_MAX, SIZE_MAX);
	buf_release(&line);
}

static int fill_sweep(struct view *v, int columns, struct err *err)
{
	struct sweep_state *s = sweep_state(v);
	sweep_found_release(&s->found);
	if (sweep_found_load(&s->found, workbench_case(v->wb), err) < 0)
		return -1;
	if (s->shape == BY_INDICATOR)
		fill_sums(v, columns);
	else if (s->shape == LINES_OF_ONE)
		fill_lines(v, columns);
	else if (s->shape == BY_CLIENT)
		fill_clients(v, columns);
	else if (s->shape == UPLOADS)
		fill_uploads(v, columns);
	else
		fill_hosts(v, columns);
	if (s->shape == BY_INDICATOR)
		tell_what_waits(v);
	if (s->found.unread)
		add_row(v, TONE_ALARM, NULL, _("some hits cannot be read (genba observations tells why)"), SIZE_MAX,
		        SIZE_MAX);
	if (v->count == 0)
		add_row(v, TONE_PLAIN, NULL, _("no indicator was found in what was swept"), SIZE_MAX, SIZE_MAX);
	return 0;
}

static int look_at_live(struct view *v, double deadline, int *show)
{
	struct sweep_state *s = sweep_state(v);
	uint64_t changes;
	(void)deadline;
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

static const struct sweep_row *row_of(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	return v->selected < v->count && s->rows ? &s->rows[v->selected] : NULL;
}

static const struct found_indicator *indicator_of(struct view *v)
{
	const struct sweep_row *row = row_of(v);
	const struct sweep_state *s = sweep_state(v);
	if (row && row->indicator < s->found.count)
		return &s->found.all[row->indicator];
	workbench_tell(v->wb, TONE_ATTENTION, "%s", _("choose an indicator first"));
	return NULL;
}

static struct view *open_lines(struct workbench *wb, const char *value)
{
	struct view *v = view_new(wb, &sweep_view, value);
	struct sweep_state *s = xcalloc(1, sizeof *s);
	s->shape = value ? LINES_OF_ONE : BY_INDICATOR;
	v->data = s;
	static const struct view_lazy lazy = {.work = look_at_live};
	v->lazy = &lazy;
	return v;
}

static enum redraw open_row(struct view *v)
{
	const struct sweep_row *row = row_of(v);
	const struct sweep_state *s = sweep_state(v);
	if (row && row->line == SIZE_MAX && row->indicator < s->found.count)
		workbench_push(v->wb, open_lines(v->wb, s->found.all[row->indicator].value));
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

static enum redraw by_upload(struct view *v)
{
	return show_as(v, UPLOADS);
}

/* The line under the cursor, or the earliest of the indicator. */
static enum redraw promote(struct view *v)
{
	const struct sweep_row *row = row_of(v);
	const struct found_indicator *it = indicator_of(v);
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	if (!it || !it->count)
		return REDRAW_NONE;
	const struct found_line *line = &it->lines[row->line == SIZE_MAX ? 0 : row->line];
	if (observation_promote(workbench_case(v->wb), line->id, kind_find("event"), NULL, 0, label, &err) < 0) {
		workbench_tell_error(v->wb, &err);
		return REDRAW_NONE;
	}
	workbench_show(v->wb, "detail", label);
	return REDRAW_ALL;
}

/* An indicator of a list goes on record: what was typed into a list is looked for in all that comes. */
static enum redraw promote_indicator(struct view *v)
{
	const struct sweep_row *row = row_of(v);
	const struct found_indicator *it = indicator_of(v);
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	if (!it || !it->count)
		return REDRAW_NONE;
	if (*it->label) {
		workbench_tell(v->wb, TONE_ATTENTION, _("it is on record: %s"), it->label);
		return REDRAW_NONE;
	}
	const struct found_line *line = &it->lines[row->line == SIZE_MAX ? 0 : row->line];
	struct assign fields[] = {{"type", it->type}, {"value", it->value}};
	if (observation_promote(workbench_case(v->wb), line->id, kind_find("indicator"), fields, 2, label, &err) < 0) {
		workbench_tell_error(v->wb, &err);
		return REDRAW_NONE;
	}
	workbench_show(v->wb, "detail", label);
	return REDRAW_ALL;
}

/* A false positive, with the reason as a note on the indicator: one action. */
static enum redraw refute(struct view *v)
{
	const struct found_indicator *it = indicator_of(v);
	struct err err = ERR_INIT;
	char note[LABEL_TEXT];
	if (!it)
		return REDRAW_NONE;
	if (!*it->label) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("it is of a list and no record: take it out of the list"));
		return REDRAW_NONE;
	}
	char *label = xstrdup(it->label);
	char *asked = xasprintf(_("%s is a false positive; reason: "), label);
	char *draft = xasprintf("sweep:%s", label);
	char *reason = draft_prompt_reason(v->wb, draft, asked);
	if (reason && *reason) {
		struct assign refuted = {"false_positive", "yes"};
		struct assign fields[] = {{"text", reason}, {"on", label}};
		struct action *a = action_begin(workbench_case(v->wb), "set", &err);
		if (a && action_set(a, label, &refuted, 1, 0, &err) == 0)
			action_add(a, "note", fields, 2, 0, note, &err);
		if (a && action_commit(a, &err) == 0) {
			draft_prompt_drop(v->wb, draft);
			workbench_tell(v->wb, TONE_GOOD, _("%s no longer counts; its hits stay"), label);
		}
		if (err.code)
			workbench_tell_error(v->wb, &err);
	}
	free(reason);
	free(draft);
	free(asked);
	free(label);
	return REDRAW_ALL;
}

static enum redraw accept_all(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	struct err err = ERR_INIT;
	json_t *proposals = sweep_proposals(&s->found, workbench_case(v->wb), &err);
	size_t count = json_array_size(proposals);
	if (proposals && count == 0)
		workbench_tell(v->wb, TONE_PLAIN, "%s", _("nothing to take over: first, last and whose are on record"));
	else if (proposals && sweep_accept(workbench_case(v->wb), proposals, &err) == 0)
		workbench_tell(v->wb, TONE_GOOD,
		               P_("%zu field taken over: first seen, last seen, seen on",
		                  "%zu fields taken over: first seen, last seen, seen on", count),
		               count);
	if (err.code)
		workbench_tell_error(v->wb, &err);
	json_decref(proposals);
	return REDRAW_ALL;
}

static enum redraw sweep_missing(struct view *v)
{
	workbench_command(v->wb, "sweep --missing");
	return REDRAW_ALL;
}

static enum redraw pause_or_go_on(struct view *v)
{
	workbench_toggle_task(v->wb);
	return REDRAW_ALL;
}

static enum redraw ask_stop(struct view *v)
{
	workbench_ask_stop(v->wb);
	return REDRAW_ALL;
}

/* At the indicator's row; of a mail, at the first of its indicators that was found. */
static int begin_sweep_at(struct view *v, const char *label)
{
	size_t i;
	json_t *item;
	struct err err = ERR_INIT;
	int found = view_begin_at(v, label);
	json_t *items = found || !*label ? NULL : mail_proposals(workbench_case(v->wb), label, &err);
	json_array_foreach(items, i, item) {
		const char *known = json_get_string(item, "known");
		found = found || (known && *known && view_begin_at(v, known));
	}
	if (items && !found)
		workbench_tell(v->wb, TONE_ATTENTION,
		               _("no indicator of %s was found: p in the mail desk makes them, s here sweeps for them"),
		               label);
	json_decref(items);
	return found;
}

static const struct view_key sweep_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("lines"), N_("the lines of the indicator; of a line, its evidence"), open_row, NULL},
    {'c', NULL, N_("by client"), N_("by client: who talked to what, the earliest first; or back"), by_client, NULL},
    {'h', NULL, N_("hosts"), N_("hosts by indicators, since when; or back"), by_host, NULL},
    {'u', NULL, N_("uploads"), N_("uploads by client and hour: POST, PUT and CONNECT; or back"), by_upload, NULL},
    {'p', NULL, N_("promote"), N_("put the line on record as an event"), promote, workbench_refuses_writing},
    {'i', NULL, NULL, N_("put an indicator of a list on record as an indicator of the case"), promote_indicator,
     workbench_refuses_writing},
    {'x', NULL, N_("refute"), N_("mark the indicator as a false positive, with a reason"), refute,
     workbench_refuses_writing},
    {'A', NULL, N_("take over"), N_("take over first seen, last seen and seen on for all indicators: one action"),
     accept_all, workbench_refuses_writing},
    {'s', NULL, N_("sweep"), N_("sweep for what was not swept for yet"), sweep_missing, workbench_refuses_writing},
    {'z', NULL, NULL, N_("pause the work that is going on, or go on with it"), pause_or_go_on, NULL},
    {'X', NULL, NULL, N_("stop the work that is going on; it can be gone on with"), ask_stop, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void release_sweep_view(struct view *v)
{
	struct sweep_state *s = v->data;
	sweep_found_release(&s->found);
	free(s->rows);
	free(s);
}

const struct view_ops sweep_view = {.name = "sweep",
                                    .title = N_("Sweep"),
                                    .fill = fill_sweep,
                                    .keys = sweep_keys,
                                    .begin_at = begin_sweep_at,
                                    .release = release_sweep_view,
                                    .open = open_lines};
