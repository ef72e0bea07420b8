/*
 * Triage: what evidence says, in the order in which it is asked: how it got in, stays, moved, what it took, what it hid; then what
 * was not covered. Enter on a finding: its rows in the order of time (triage_lines.c), and what is known of each; around a row: all
 * that happened then, of whatever evidence. By host: what was seen on each, the earliest first.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/time_cell.h"
#include "case/store/disputed.h"
#include "case/store/record.h"
#include "finding/observation/observation_lost.h"
#include "finding/triage/check/rules.h"
#include "finding/triage/hosts.h"
#include "tui/list/related.h"
#include "tui/view/finding/triage_view.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct triage_state *triage_state(struct view *v)
{
	return v->data;
}

const char *triage_field(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text ? text : "";
}

void triage_add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t finding)
{
	struct triage_state *s = triage_state(v);
	view_add(v, tone, label, text);
	s->of = xrealloc(s->of, v->count * sizeof *s->of);
	s->of[v->count - 1] = finding;
	s->placed = v->count;
}

size_t triage_of_row(const struct view *v, size_t row)
{
	const struct triage_state *s = v->data;
	return row < s->placed ? s->of[row] : SIZE_MAX;
}

/* ---- findings */

static const struct {
	const char *rules; /* groups of rules, with spaces at both ends */
	const char *title; /* English */
} parts[] = {
    {" execution ", N_("How it ran")},
    {" persistence ", N_("Stays by")},
    {" lateral credential ", N_("Moved by")},
    {" collection exfiltration ", N_("Took")},
    {" defence impact ", N_("Hid and destroyed")},
    {" detected ", N_("Was noticed")},
    {"", N_("By rules of your own")},
};

#define PARTS (sizeof parts / sizeof *parts)

static size_t part_of(const json_t *finding)
{
	const char *rule = triage_field(finding, "rule");
	char *group = xasprintf(" %.*s ", (int)strcspn(rule, "."), rule);
	size_t i = 0;
	while (i + 1 < PARTS && !strstr(parts[i].rules, group))
		i++;
	free(group);
	return i;
}

static int rank_of(const json_t *finding)
{
	static const char *const levels[] = {"high", "medium", "low", "info"};
	int rank = json_is(finding, "status", "dismissed") ? 10 : 0;
	for (int i = 0; i < 4; i++)
		if (json_is(finding, "level", levels[i]))
			return rank + i;
	return rank + 4;
}

static int worse(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a;
	const json_t *y = *(json_t *const *)b;
	size_t p = part_of(x);
	size_t q = part_of(y);
	if (p != q)
		return p < q ? -1 : 1;
	if (rank_of(x) != rank_of(y))
		return rank_of(x) < rank_of(y) ? -1 : 1;
	int when = strcmp(triage_field(x, "when"), triage_field(y, "when"));
	return when ? when : strverscmp(record_label(x), record_label(y));
}

static int collect(void *ctx, json_t *record)
{
	json_array_append(ctx, record);
	return 0;
}

static int load(struct view *v, struct err *err)
{
	struct triage_state *s = triage_state(v);
	json_decref(s->findings);
	json_t *all = json_array();
	s->findings = json_array();
	int rc = workbench_each(v->wb, "finding", 0, collect, all, err);
	size_t count = json_array_size(all);
	json_t **sorted = xcalloc(count + 1, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(all, i);
	if (count)
		qsort(sorted, count, sizeof *sorted, worse);
	for (size_t i = 0; i < count; i++)
		json_array_append(s->findings, sorted[i]);
	free(sorted);
	json_decref(all);
	return rc;
}

static void add_label(struct buf *line, const char *field, const char *value)
{
	const struct field *f = kind_field(kind_find("finding"), field);
	const struct field_value *named = field_value_find(f, value);
	text_pad(line, named ? field_value_label(named) : value, 8);
	buf_addc(line, ' ');
}

void triage_add_time(struct buf *line, const char *when)
{
	struct buf text = BUF_INIT;
	time_cell(when, TIME_CELL_SECOND | TIME_CELL_UTC, &text); /* without a Z nobody knows of which zone */
	text_pad(line, text.len ? text.data : _("no time"), 21);
	buf_release(&text);
}

#define HOST_NARROW 11
#define HOST_WIDE   24

/* Of which machine it is: its name, or its label where the name is longer than the column may be. */
static const char *host_of(struct view *v, const json_t *f)
{
	const char *label = triage_field(f, "on");
	const char *name = *label ? workbench_name(v->wb, label) : "";
	return *name && text_width(name) <= (v->columns < 120 ? HOST_NARROW : HOST_WIDE) ? name : label;
}

static size_t host_cells(struct view *v)
{
	size_t cells = 7;
	size_t i;
	const json_t *f;
	json_array_foreach(triage_state(v)->findings, i, f) {
		size_t width = text_width(host_of(v, f));
		cells = width > cells ? width : cells;
	}
	return cells;
}

static void add_finding(struct view *v, size_t i, const json_t *f, size_t cells)
{
	struct buf line = BUF_INIT;
	int dismissed = json_is(f, "status", "dismissed");
	enum tone tone = dismissed                       ? TONE_FAINT
	                 : json_is(f, "level", "high")   ? TONE_ALARM
	                 : json_is(f, "level", "medium") ? TONE_ATTENTION
	                                                 : TONE_PLAIN;
	char *title = printable_dup(i18n_text(triage_field(f, "title"))); /* it is on record in English */
	buf_adds(&line, dismissed ? " x " : json_is(f, "status", "confirmed") ? " ✓ " : "   ");
	add_label(&line, "level", triage_field(f, "level"));
	triage_add_time(&line, triage_field(f, "when"));
	text_pad(&line, host_of(v, f), cells);
	buf_addc(&line, ' ');
	buf_adds(&line, title); /* what does not fit is cut where it is drawn, and seen to be */
	triage_add_row(v, tone, record_label(f), line.data, i);
	free(title);
	buf_release(&line);
}

static void add_gap_row(struct view *v, const char *check, const char *text, const char *whole)
{
	char *line = xasprintf("   %s  %s", check, text);
	char *safe = printable_dup(line);
	triage_add_row(v, TONE_FAINT, check, safe, SIZE_MAX);
	json_array_append_new(triage_state(v)->gaps, json_string(whole));
	free(line);
	free(safe);
}

/* A line of its own for each gap whose sentence is known: "gap.rolled-over: Security: …". */
static void add_gap_lines(struct view *v, const json_t *check, const char *limits)
{
	for (const char *at = limits; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t n = strcspn(at, ":\n");
		char *rule = xstrndup(at, n);
		const char *title = strncmp(rule, "gap.", 4) == 0 && at[n] == ':' ? check_title(rule) : NULL;
		if (title) {
			const char *reason = at + n + 1 + strspn(at + n + 1, " ");
			char *text = xasprintf("%s  %.*s", i18n_text(title), (int)strcspn(reason, "\n"), reason);
			add_gap_row(v, record_label(check), text, text);
			free(text);
		}
		free(rule);
	}
}

/* What was not looked for, since the logs for it are not there: how much, and in the pane what. */
static void add_rules_without_logs(struct view *v, const json_t *check, const char *names)
{
	struct buf whole = BUF_INIT;
	struct buf text = BUF_INIT;
	size_t count = 0;
	size_t end = strcspn(names, "\n");
	end -= end && names[end - 1] == '.';
	for (size_t at = 0, n; at < end; at += n + strspn(names + at + n, ", ")) {
		n = strcspn(names + at, ",\n");
		n = n < end - at ? n : end - at;
		char *rule = xstrndup(names + at, n);
		const char *title = strncmp(rule, "gap.", 4) == 0 ? NULL : check_title(rule);
		if (title)
			buf_addf(&whole, "%s%s: %s", count++ ? " · " : "", rule, i18n_text(title));
		free(rule);
	}
	buf_addf(&text,
	         P_("not looked for, since its log is not there: %zu check",
	            "not looked for, since their logs are not there: %zu checks", count),
	         count);
	if (count)
		add_gap_row(v, record_label(check), text.data, whole.data);
	buf_release(&whole);
	buf_release(&text);
}

/* What the newest check by triage of each evidence could not say. It is on record in English. */
static int add_gaps(void *ctx, json_t *check)
{
	struct view *v = ctx;
	const char *limits = triage_field(check, "limits");
	if (!json_is(check, "method", "triage"))
		return 0;
	add_gap_lines(v, check, limits);
	const char *names = strstr(limits, "Not covered: ");
	if (names)
		add_rules_without_logs(v, check, names + strlen("Not covered: "));
	const char *unread = strstr(limits, "Could not be read: ");
	if (unread) {
		unsigned long places = strtoul(unread + strlen("Could not be read: "), NULL, 10);
		char *text =
		    xasprintf(P_("%lu place could not be read", "%lu places could not be read", places), places);
		add_gap_row(v, record_label(check), text, unread);
		free(text);
	}
	return 0;
}

static int add_lost_set(void *ctx, const struct observation_set *set, struct err *err)
{
	(void)err;
	add_gap_row(ctx, set->check, observation_lost_says(), observation_lost_says());
	return 0;
}

static int fill_findings(struct view *v, struct err *err)
{
	struct triage_state *s = triage_state(v);
	const json_t *f;
	size_t i;
	size_t part = PARTS;
	size_t open = 0;
	size_t judged = 0;
	size_t cells = host_cells(v);
	json_array_foreach(s->findings, i, f) {
		int waits = record_may_be(f, "status", "open");
		open += waits != 0;
		judged += !waits && !view_is_judged(v, record_label(f));
		if (s->only_open && !waits && !view_is_judged(v, record_label(f)))
			continue;
		if (part_of(f) != part)
			triage_add_row(v, TONE_HEADING, NULL, i18n_text(parts[part_of(f)].title), SIZE_MAX);
		part = part_of(f);
		add_finding(v, i, f, cells);
	}
	if (s->only_open && judged)
		triage_add_row(v, TONE_FAINT, NULL, _("   those that are judged are not shown: f shows all"), SIZE_MAX);
	if (json_array_size(s->findings) == 0)
		triage_add_row(v, TONE_PLAIN, NULL, _("no finding is on record; t on a piece of evidence (4) reads it"),
		               SIZE_MAX);
	v->heading = xasprintf(P_("%zu to judge", "%zu to judge", open), open);
	size_t before = v->count;
	triage_add_row(v, TONE_HEADING, NULL, _("Not covered"), SIZE_MAX);
	json_decref(s->gaps);
	s->gaps = json_array();
	s->gaps_from = v->count;
	int rc = workbench_each(v->wb, "check", 0, add_gaps, v, err);
	if (rc == 0 && !*workbench_as_of(v->wb)) /* which sets are here is known of now */
		rc = observation_lost_each(workbench_case(v->wb), add_lost_set, v, err);
	if (rc == 0 && v->count == before + 1)
		triage_add_row(v, TONE_FAINT, NULL, _("   nothing was read: what is not known stands nowhere"),
		               SIZE_MAX);
	if (v->selected == 0 && v->count > 1 && s->of[0] == SIZE_MAX && s->of[1] != SIZE_MAX)
		v->selected = 1; /* a heading says nothing of itself */
	return rc;
}

/* ---- hosts */

struct triage_table {
	struct view *v;
};

static const char *name_of_host(void *ctx, const char *label)
{
	return workbench_name(((struct triage_table *)ctx)->v->wb, label);
}

static void add_host_line(void *ctx, enum host_line what, const char *label, const char *text)
{
	static const enum tone tones[] = {TONE_HEADING, TONE_PLAIN, TONE_FAINT};
	struct view *v = ((struct triage_table *)ctx)->v;
	triage_add_row(v, tones[what], *label ? label : NULL, text, SIZE_MAX);
}

/* Hosts × rules, the same trace in one column. */
static int fill_hosts(struct view *v, int columns)
{
	struct triage_state *s = triage_state(v);
	struct triage_table table = {v};
	struct host_matrix *m = host_matrix_new(s->findings);
	v->heading = xasprintf(P_("%zu host", "%zu hosts", host_matrix_hosts(m)), host_matrix_hosts(m));
	host_matrix_lines(m, name_of_host, &table, columns, add_host_line, &table);
	if (v->count == 0)
		triage_add_row(v, TONE_PLAIN, NULL, _("no finding is on record; t on a piece of evidence (4) reads it"),
		               SIZE_MAX);
	if (v->selected == 0 && v->count > 1)
		v->selected = 1; /* a heading says nothing of itself */
	host_matrix_free(s->hosts);
	s->hosts = m;
	return 0;
}

static void tell_line(void *ctx, enum host_line what, const char *label, const char *text)
{
	(void)what;
	(void)label;
	view_pane_line(ctx, TONE_PLAIN, text);
}

static int fill_triage(struct view *v, int columns, struct err *err)
{
	struct triage_state *s = triage_state(v);
	s->placed = 0;
	if (s->shape == TRIAGE_LINES || s->shape == TRIAGE_AROUND)
		return triage_lines_fill(v, err);
	if (load(v, err) < 0)
		return -1;
	return s->shape == TRIAGE_HOSTS ? fill_hosts(v, columns) : fill_findings(v, err);
}

/* ---- keys */

static const char *triage_text(const json_t *text)
{
	return json_is_string(text) ? json_string_value(text) : "";
}

static void tell_about(struct view *v)
{
	struct triage_state *s = triage_state(v);
	size_t i = s->shape == TRIAGE_FINDINGS ? triage_of_row(v, v->selected) : SIZE_MAX;
	const json_t *f = i < json_array_size(s->findings) ? json_array_get(s->findings, i) : NULL;
	struct buf line = BUF_INIT;
	if (s->shape == TRIAGE_LINES || s->shape == TRIAGE_AROUND)
		triage_lines_tell(v);
	if (s->shape == TRIAGE_HOSTS && s->hosts && *view_label(v))
		host_matrix_tell(s->hosts, view_label(v), tell_line, v);
	if (!f && s->shape == TRIAGE_FINDINGS && s->gaps && v->selected >= s->gaps_from)
		triage_pane_text(v, TONE_PLAIN, triage_text(json_array_get(s->gaps, v->selected - s->gaps_from)));
	if (!f)
		return;
	triage_pane_text(v, TONE_HEADING, i18n_text(triage_field(f, "title"))); /* the row may have cut it */
	buf_addf(&line, "%s  %s  %s  %s", record_label(f), triage_field(f, "rule"), triage_field(f, "technique"),
	         triage_field(f, "evidence"));
	view_pane_line(v, TONE_HEADING, line.data);
	if (*triage_field(f, "assessment"))
		triage_pane_text(v, TONE_FAINT, triage_field(f, "assessment"));
	triage_pane_text(v, TONE_PLAIN, triage_field(f, "reason"));
	buf_release(&line);
}

struct view *triage_view_new(struct workbench *wb, enum triage_shape shape, const char *argument)
{
	struct view *v = view_new(wb, &triage_view, argument);
	struct triage_state *s = xcalloc(1, sizeof *s);
	s->shape = shape;
	v->data = s;
	v->pane = tell_about;
	return v;
}

/* At the finding, or at the one that belongs to what was under the cursor. */
static int begin_triage_at(struct view *v, const char *labels)
{
	int found = related_begin_at(v, labels, "finding");
	if (!found)
		related_tell_none(v, labels);
	return found;
}

/* The finding, or that of the row; of a row its evidence. */
static void about_triage_row(struct view *v, struct buf *out)
{
	const json_t *line = triage_line(v);
	buf_addf(out, "%s ", triage_state(v)->shape == TRIAGE_LINES ? v->argument : view_label(v));
	if (line)
		buf_addf(out, "%s ", triage_field(line, "evidence"));
}

static struct view *open_triage(struct workbench *wb, const char *label)
{
	int only_open = label && strcmp(label, "open") == 0; /* no label is called so */
	enum triage_shape shape = !label || only_open  ? TRIAGE_FINDINGS
	                          : strchr(label, '-') ? TRIAGE_LINES
	                                               : TRIAGE_AROUND;
	struct view *v = triage_view_new(wb, shape, only_open ? NULL : label);
	triage_state(v)->only_open = only_open;
	return v;
}

static enum redraw toggle_open(struct view *v)
{
	struct triage_state *s = triage_state(v);
	if (s->shape != TRIAGE_FINDINGS)
		return REDRAW_NONE;
	s->only_open ^= 1;
	view_forget_judged(v);
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw open_row(struct view *v)
{
	struct triage_state *s = triage_state(v);
	const json_t *f =
	    s->shape == TRIAGE_FINDINGS && triage_of_row(v, v->selected) != SIZE_MAX ? triage_finding(v) : NULL;
	if (s->shape == TRIAGE_LINES || s->shape == TRIAGE_AROUND)
		triage_lines_show(v);
	else if (f)
		workbench_push(v->wb, triage_view_new(v->wb, TRIAGE_LINES, record_label(f)));
	else if (*view_label(v))
		workbench_show(v->wb, "detail", view_label(v));
	else if (s->shape == TRIAGE_HOSTS)
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("this row says what a number above the table means; Enter on a machine opens it"));
	return REDRAW_ALL;
}

/* The first finding of the next part, or of the one before. */
static enum redraw go_to_part(struct view *v, int forwards)
{
	struct triage_state *s = triage_state(v);
	size_t at = v->selected;
	if (s->shape != TRIAGE_FINDINGS || !v->count)
		return REDRAW_NONE;
	while (forwards ? ++at < v->count : at-- > 0)
		if (triage_of_row(v, at) != SIZE_MAX && (at == 0 || triage_of_row(v, at - 1) == SIZE_MAX) &&
		    at != v->selected) {
			v->selected = at;
			return REDRAW_VIEW;
		}
	return REDRAW_NONE;
}

static enum redraw next_part(struct view *v)
{
	return go_to_part(v, 1);
}

static enum redraw part_before(struct view *v)
{
	return go_to_part(v, 0);
}

static enum redraw by_host(struct view *v)
{
	struct triage_state *s = triage_state(v);
	if (s->shape != TRIAGE_FINDINGS && s->shape != TRIAGE_HOSTS)
		return REDRAW_NONE;
	s->shape = s->shape == TRIAGE_HOSTS ? TRIAGE_FINDINGS : TRIAGE_HOSTS;
	v->top = 0;
	v->selected = 0; /* the host that began, or the first finding: rows of one are none of the other */
	view_stale(v);
	return REDRAW_VIEW;
}

/* From the hosts to the findings. */
static int back_to_findings(struct view *v)
{
	if (triage_state(v)->shape != TRIAGE_HOSTS)
		return 0;
	by_host(v);
	return 1;
}

/* The first finding of the highest level that waits to be judged, from the cursor on; behind the last comes the first. */
static enum redraw next_high(struct view *v)
{
	struct triage_state *s = triage_state(v);
	for (size_t i = 1; i <= v->count; i++) {
		size_t at = (v->selected + i) % v->count;
		const json_t *f = json_array_get(s->findings, triage_of_row(v, at));
		if (json_is(f, "level", "high") && record_may_be(f, "status", "open")) {
			v->selected = at;
			return REDRAW_VIEW;
		}
	}
	workbench_tell(v->wb, TONE_FAINT, "%s", _("no finding of the level high waits to be judged"));
	return REDRAW_NONE;
}

static const char *refuses_among_hosts(struct view *v)
{
	return triage_state(v)->shape == TRIAGE_HOSTS ? _("a finding is meant: h goes back to them") : NULL;
}

static const char *refuses_off_hosts(struct view *v)
{
	return triage_state(v)->shape == TRIAGE_HOSTS ? NULL : "";
}

static const char *refuses_but_among_findings(struct view *v)
{
	return triage_state(v)->shape == TRIAGE_FINDINGS ? NULL : _("a finding is meant: go back to them");
}

static const char *refuses_judging(struct view *v)
{
	const char *why = refuses_among_hosts(v);
	return why ? why : workbench_refuses_writing(v);
}

#define REFUSES refuses_judging

static const struct view_key triage_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("lines"), N_("the rows of the finding, in the order of time; of a row all of it"),
     open_row, refuses_among_hosts},
    {KEY_RETURN, N_("Enter"), N_("machine"), N_("among the hosts: the machine"), open_row, refuses_off_hosts},
    {'}', NULL, N_("next high"), N_("the next finding of the level high that nobody has judged"), next_high,
     refuses_but_among_findings},
    {'o', NULL, N_("around"), N_("what happened within ten minutes of the row, or of the finding's first"),
     triage_show_around, refuses_among_hosts},
    {']', NULL, N_("next part"), N_("the first finding of the next part"), next_part, refuses_but_among_findings},
    {'[', NULL, NULL, N_("the first finding of the part before"), part_before, refuses_but_among_findings},
    {'p', NULL, N_("promote"), N_("put the row on record as an event"), triage_promote, REFUSES},
    {'i', NULL, N_("indicators"), N_("pick indicators out of the row, or of what fired the finding"),
     triage_pick_indicators, REFUSES},
    {'s', NULL, N_("sweep"), N_("sweep all evidence for what was not swept for yet"), triage_sweep,
     workbench_refuses_writing},
    {'m', NULL, NULL, N_("a measure that follows from the finding"), triage_add_measure, REFUSES},
    {'c', NULL, NULL, N_("somebody was told of the finding"), triage_add_contact, REFUSES},
    {'y', NULL, N_("confirm"), N_("confirm the finding, with a reason"), triage_confirm, REFUSES},
    {'x', NULL, N_("dismiss"), N_("dismiss the finding, with a reason"), triage_dismiss, REFUSES},
    {'a', NULL, N_("machines"), N_("the list of the machines that show the same: to mark them, isolate them"),
     triage_show_assets, refuses_among_hosts},
    {'f', NULL, N_("all"), N_("judged ones too, or only what waits"), toggle_open, refuses_but_among_findings},
    {'h', NULL, N_("hosts"), N_("hosts × rules, since when; or back"), by_host, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void release_triage_view(struct view *v)
{
	struct triage_state *s = v->data;
	json_decref(s->gaps);
	host_matrix_free(s->hosts);
	json_decref(s->findings);
	json_decref(s->lines);
	free(s->of);
	free(s);
}

const struct view_ops triage_view = {.name = "triage",
                                     .title = N_("Triage"),
                                     .searched = 1,
                                     .fill = fill_triage,
                                     .keys = triage_keys,
                                     .back = back_to_findings,
                                     .begin_at = begin_triage_at,
                                     .about = about_triage_row,
                                     .release = release_triage_view,
                                     .open = open_triage};
