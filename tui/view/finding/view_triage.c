/*
 * Triage: what evidence says, in the order in which it is asked: how it got in, stays, moved, what it took, what it hid; then what
 * was not covered. Enter on a finding: its rows in the order of time. By host: what was seen on each, the earliest first.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "finding/observation/promote.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

enum triage_shape { TRIAGE_FINDINGS, TRIAGE_LINES, TRIAGE_HOSTS };

struct triage_state {
	enum triage_shape shape;
	json_t *findings; /* records */
	size_t *of;       /* the finding of each row; SIZE_MAX: none */
	char (*ids)[OBSERVATION_ID];
	size_t id_count;
};

static struct triage_state *triage_state(struct view *v)
{
	return v->data;
}

static const char *text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text ? text : "";
}

static void add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t finding)
{
	struct triage_state *s = triage_state(v);
	view_add(v, tone, label, text);
	s->of = xrealloc(s->of, v->count * sizeof *s->of);
	s->of[v->count - 1] = finding;
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
	const char *rule = text_of(finding, "rule");
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
	int when = strcmp(text_of(x, "when"), text_of(y, "when"));
	return when ? when : strcmp(record_label(x), record_label(y));
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

static void add_time(struct buf *line, const char *when)
{
	char text[24];
	snprintf(text, sizeof text, "%.10s%s%.8s", when, *when ? " " : "", strlen(when) > 11 ? when + 11 : "");
	text_pad(line, *text ? text : _("no time"), 20);
}

static void add_finding(struct view *v, size_t i, const json_t *f, int columns)
{
	struct buf line = BUF_INIT;
	int dismissed = json_is(f, "status", "dismissed");
	enum tone tone = dismissed                       ? TONE_FAINT
	                 : json_is(f, "level", "high")   ? TONE_ALARM
	                 : json_is(f, "level", "medium") ? TONE_ATTENTION
	                                                 : TONE_PLAIN;
	char *title = record_title(f);
	buf_adds(&line, dismissed ? " x " : json_is(f, "status", "confirmed") ? " ✓ " : "   ");
	add_label(&line, "level", text_of(f, "level"));
	add_time(&line, text_of(f, "when"));
	text_pad(&line, text_of(f, "on"), 7);
	size_t room = columns > 60 ? (size_t)columns - 43 : 20;
	buf_add(&line, title, text_fit(title, room, NULL));
	add_row(v, tone, record_label(f), line.data, i);
	free(title);
	buf_release(&line);
}

/* What the newest check by triage of each evidence could not say. It is on record in English. */
static int add_gaps(void *ctx, json_t *check)
{
	struct view *v = ctx;
	const char *limits = text_of(check, "limits");
	if (!json_is(check, "method", "triage"))
		return 0;
	static const char *const lines[] = {"Not covered: ", "Could not be read: "};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *at = strstr(limits, lines[i]);
		if (!at)
			continue;
		char *safe = printable_dup(at);
		char *text = xasprintf("   %s  %.*s", record_label(check), (int)strcspn(safe, "\n"), at);
		char *shown = printable_dup(text);
		shown[strcspn(shown, "\n")] = '\0';
		add_row(v, TONE_FAINT, record_label(check), shown, SIZE_MAX);
		free(shown);
		free(text);
		free(safe);
	}
	return 0;
}

static int fill_findings(struct view *v, int columns, struct err *err)
{
	struct triage_state *s = triage_state(v);
	const json_t *f;
	size_t i;
	size_t part = PARTS;
	size_t open = 0;
	json_array_foreach(s->findings, i, f) {
		open += json_is(f, "status", "open") != 0;
		if (part_of(f) != part)
			add_row(v, TONE_HEADING, NULL, i18n_text(parts[part_of(f)].title), SIZE_MAX);
		part = part_of(f);
		add_finding(v, i, f, columns);
	}
	if (json_array_size(s->findings) == 0)
		add_row(v, TONE_PLAIN, NULL, _("no finding is on record; :triage LABEL reads evidence"), SIZE_MAX);
	v->heading = xasprintf(P_("%zu to judge", "%zu to judge", open), open);
	size_t before = v->count;
	add_row(v, TONE_HEADING, NULL, _("Not covered"), SIZE_MAX);
	int rc = workbench_each(v->wb, "check", 0, add_gaps, v, err);
	if (rc == 0 && v->count == before + 1)
		add_row(v, TONE_FAINT, NULL, _("   nothing was read: what is not known stands nowhere"), SIZE_MAX);
	return rc;
}

/* ---- lines */

static int64_t tick_of(const char *when, int at_end)
{
	struct edtf time;
	int64_t first;
	int64_t last;
	if (!*when || edtf_parse(when, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return 0;
	return at_end ? (last + 1) * OBSERVATION_TICKS : first * OBSERVATION_TICKS;
}

static int add_line(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct view *v = ctx;
	struct triage_state *s = triage_state(v);
	struct buf line = BUF_INIT;
	char when[32];
	(void)err;
	observation_when(o->when, when);
	s->ids = xrealloc(s->ids, (s->id_count + 1) * sizeof *s->ids);
	observation_id(o, set->evidence_sha256, s->ids[s->id_count]);
	buf_addc(&line, ' ');
	add_time(&line, when);
	observation_text(o, v->columns > 40 ? (size_t)v->columns - 24 : 40, &line);
	add_row(v, TONE_PLAIN, NULL, line.data, s->id_count++);
	buf_release(&line);
	return 0;
}

static int fill_lines(struct view *v, struct err *err)
{
	struct triage_state *s = triage_state(v);
	struct buf filter = BUF_INIT;
	json_t *f = record_get(workbench_case(v->wb), v->argument, 0, err);
	if (!f)
		return -1;
	const char *ids = text_of(f, "observations");
	buf_adds(&filter, "id=");
	for (const char *at = ids; *at; at += strcspn(at, "\n"), at += *at == '\n')
		buf_addf(&filter, "%s%.*s", at > ids ? "|" : "", (int)strcspn(at, "\n") - 2, at + 2);
	struct observation_query q = {.filter = filter.data,
	                              .evidence = json_get_string(f, "evidence"),
	                              .from = tick_of(text_of(f, "when"), 0),
	                              .until = tick_of(text_of(f, "until"), 1),
	                              .limit = 100};
	s->id_count = 0;
	char *title = record_title(f);
	v->heading = xasprintf("%s  %s", v->argument, title);
	int rc = *ids ? observation_query_run(workbench_case(v->wb), &q, add_line, v, NULL, err) : 0;
	if (rc >= 0 && v->count == 0)
		add_row(v, TONE_FAINT, NULL, _("its rows are not here"), SIZE_MAX);
	free(title);
	buf_release(&filter);
	json_decref(f);
	return rc < 0 ? -1 : 0;
}

/* ---- hosts */

static void add_host(struct view *v, const char *host, int columns)
{
	struct triage_state *s = triage_state(v);
	const json_t *f;
	size_t i;
	struct buf line = BUF_INIT;
	struct buf rules = BUF_INIT;
	const char *first = "";
	json_array_foreach(s->findings, i, f) {
		const char *when = text_of(f, "when");
		if (strcmp(text_of(f, "on"), host) != 0 || json_is(f, "status", "dismissed"))
			continue;
		if (*when && (!*first || strcmp(when, first) < 0))
			first = when;
		buf_addf(&rules, "%s%s", rules.len ? ", " : "", text_of(f, "rule"));
	}
	buf_addc(&line, ' ');
	text_pad(&line, host, 7);
	text_pad(&line, workbench_name(v->wb, host), 18);
	buf_addc(&line, ' ');
	add_time(&line, first);
	char *safe = printable_dup(rules.data);
	buf_add(&line, safe, text_fit(safe, columns > 60 ? (size_t)columns - 48 : 20, NULL));
	add_row(v, TONE_PLAIN, host, line.data, SIZE_MAX);
	free(safe);
	buf_release(&rules);
	buf_release(&line);
}

static int fill_hosts(struct view *v, int columns)
{
	struct triage_state *s = triage_state(v);
	json_t *hosts = json_object();
	const json_t *f;
	const char *host;
	json_t *none;
	size_t i;
	json_array_foreach(s->findings, i, f)
		if (*text_of(f, "on"))
			json_object_set_new(hosts, text_of(f, "on"), json_null());
	v->heading = xasprintf(P_("%zu host", "%zu hosts", json_object_size(hosts)), json_object_size(hosts));
	json_object_foreach(hosts, host, none)
		add_host(v, host, columns);
	if (v->count == 0)
		add_row(v, TONE_PLAIN, NULL, _("no finding is on record; :triage LABEL reads evidence"), SIZE_MAX);
	json_decref(hosts);
	return 0;
}

static int fill_triage(struct view *v, int columns, struct err *err)
{
	struct triage_state *s = triage_state(v);
	if (s->shape == TRIAGE_LINES)
		return fill_lines(v, err);
	if (load(v, err) < 0)
		return -1;
	return s->shape == TRIAGE_HOSTS ? fill_hosts(v, columns) : fill_findings(v, columns, err);
}

/* ---- keys */

static const json_t *finding_of(struct view *v)
{
	struct triage_state *s = triage_state(v);
	size_t i = v->selected < v->count && s->shape == TRIAGE_FINDINGS ? s->of[v->selected] : SIZE_MAX;
	if (i < json_array_size(s->findings))
		return json_array_get(s->findings, i);
	workbench_tell(v->wb, TONE_ATTENTION, "%s", _("choose a finding first"));
	return NULL;
}

static void tell_about(struct view *v)
{
	struct triage_state *s = triage_state(v);
	size_t i = v->selected < v->count && s->shape == TRIAGE_FINDINGS ? s->of[v->selected] : SIZE_MAX;
	const json_t *f = i < json_array_size(s->findings) ? json_array_get(s->findings, i) : NULL;
	struct buf line = BUF_INIT;
	if (!f)
		return;
	buf_addf(&line, "%s  %s  %s  %s", record_label(f), text_of(f, "rule"), text_of(f, "technique"),
	         text_of(f, "evidence"));
	view_pane_line(v, TONE_HEADING, line.data);
	char *reason = printable_dup(text_of(f, "reason"));
	view_pane_line(v, TONE_PLAIN, reason);
	free(reason);
	if (*text_of(f, "assessment")) {
		char *why = printable_dup(text_of(f, "assessment"));
		view_pane_line(v, TONE_FAINT, why);
		free(why);
	}
	buf_release(&line);
}

static struct view *open_as(struct workbench *wb, enum triage_shape shape, const char *argument)
{
	struct view *v = view_new(wb, &triage_view, argument);
	struct triage_state *s = xcalloc(1, sizeof *s);
	s->shape = shape;
	v->data = s;
	v->pane = tell_about;
	return v;
}

static struct view *open_triage(struct workbench *wb, const char *label)
{
	return open_as(wb, label ? TRIAGE_LINES : TRIAGE_FINDINGS, label);
}

static enum redraw open_row(struct view *v)
{
	struct triage_state *s = triage_state(v);
	const json_t *f = s->shape == TRIAGE_FINDINGS && s->of && s->of[v->selected] != SIZE_MAX ? finding_of(v) : NULL;
	if (f)
		workbench_push(v->wb, open_as(v->wb, TRIAGE_LINES, record_label(f)));
	else if (*view_label(v))
		workbench_show(v->wb, "detail", view_label(v));
	return REDRAW_ALL;
}

static enum redraw by_host(struct view *v)
{
	struct triage_state *s = triage_state(v);
	if (s->shape == TRIAGE_LINES)
		return REDRAW_NONE;
	s->shape = s->shape == TRIAGE_HOSTS ? TRIAGE_FINDINGS : TRIAGE_HOSTS;
	view_stale(v);
	return REDRAW_VIEW;
}

/* The row under the cursor; of a finding its first. */
static enum redraw promote(struct view *v)
{
	struct triage_state *s = triage_state(v);
	struct err err = ERR_INIT;
	char id[OBSERVATION_ID] = "";
	char label[LABEL_TEXT];
	if (s->shape == TRIAGE_LINES && v->selected < v->count && s->of[v->selected] < s->id_count) {
		memcpy(id, s->ids[s->of[v->selected]], sizeof id);
	} else {
		const json_t *f = finding_of(v);
		if (!f)
			return REDRAW_NONE;
		const char *ids = text_of(f, "observations");
		if (strncmp(ids, "o:", 2) == 0)
			snprintf(id, sizeof id, "%.16s", ids + 2);
	}
	struct assign fields[] = {{"side", "attacker"}};
	if (!*id) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("it has no rows"));
		return REDRAW_NONE;
	}
	if (observation_promote(workbench_case(v->wb), id, kind_find("event"), fields, 1, label, &err) < 0) {
		workbench_tell_error(v->wb, &err);
		return REDRAW_ALL;
	}
	workbench_show(v->wb, "detail", label);
	return REDRAW_ALL;
}

static void judge(struct view *v, const char *status)
{
	const json_t *f = finding_of(v);
	struct err err = ERR_INIT;
	if (!f)
		return;
	char *label = xstrdup(record_label(f));
	char *asked = strcmp(status, "dismissed") == 0 ? xasprintf(_("%s is dismissed; reason: "), label)
	                                               : xasprintf(_("%s is confirmed; reason: "), label);
	char *draft = xasprintf("finding:%s:%s", status, label);
	char *reason = draft_prompt_text(v->wb, draft, asked, NULL, 0);
	if (reason && *reason) {
		struct assign fields[] = {{"status", status}, {"assessment", reason}};
		if (record_set(workbench_case(v->wb), label, fields, 2, 0, &err) == 0) {
			draft_prompt_drop(v->wb, draft);
			workbench_tell(v->wb, TONE_GOOD, _("on record: %s"), label);
		} else {
			workbench_tell_error(v->wb, &err);
		}
	}
	free(reason);
	free(draft);
	free(asked);
	free(label);
}

static enum redraw dismiss(struct view *v)
{
	judge(v, "dismissed");
	return REDRAW_ALL;
}

static enum redraw confirm(struct view *v)
{
	judge(v, "confirmed");
	return REDRAW_ALL;
}

static const struct view_key triage_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("lines"), N_("the rows of the finding, in the order of time"), open_row, NULL},
    {'p', NULL, N_("promote"), N_("put the row on record as an event"), promote, workbench_refuses_writing},
    {'y', NULL, N_("confirm"), N_("confirm the finding, with a reason"), confirm, workbench_refuses_writing},
    {'x', NULL, N_("dismiss"), N_("dismiss the finding, with a reason"), dismiss, workbench_refuses_writing},
    {'h', NULL, N_("hosts"), N_("hosts by rules, since when; or back"), by_host, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void release_triage_view(struct view *v)
{
	struct triage_state *s = v->data;
	json_decref(s->findings);
	free(s->of);
	free(s->ids);
	free(s);
}

const struct view_ops triage_view = {.name = "triage",
                                     .title = N_("Triage"),
                                     .fill = fill_triage,
                                     .keys = triage_keys,
                                     .begin_at = view_begin_at,
                                     .release = release_triage_view,
                                     .open = open_triage};
