/* Rows of the view Triage that are observations: those of a finding, or all that happened around one of them. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "tui/view/finding/triage_view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define AROUND (600 * OBSERVATION_TICKS)
#define MOST   1000 /* rows around one */

static int64_t tick_of(const char *when, int at_end)
{
	struct edtf time;
	int64_t first;
	int64_t last;
	if (!*when || edtf_parse(when, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return 0;
	return at_end ? (last + 1) * OBSERVATION_TICKS : first * OBSERVATION_TICKS;
}

/* The end of a path tells more than its beginning. */
static void add_tail(struct buf *line, const char *path, size_t room)
{
	char *safe = printable_dup(path);
	const char *at = safe;
	while (text_width(at) > room && strpbrk(at + 1, "/\\"))
		at = strpbrk(at + 1, "/\\");
	buf_addf(line, "%s%s", at > safe ? "…" : "", at);
	free(safe);
}

static void add_printable(struct buf *line, const char *text)
{
	char *safe = printable_dup(text);
	buf_adds(line, safe);
	free(safe);
}

/* Of an event what it was about: its values, without those of who reported it. */
static void add_event(struct buf *line, const struct observation *o)
{
	static const char *const first[] = {"data.CommandLine", "data.NewProcessName", "data.TargetServerName"};
	const char *id = observation_value(o, "event_id");
	const char *told = NULL;
	struct buf text = BUF_INIT;
	buf_addf(&text, "%s", id ? id : "");
	for (size_t i = 0; !told && i < sizeof first / sizeof *first; i++) {
		told = observation_value(o, first[i]);
		if (told)
			buf_addf(&text, "  %s", told);
	}
	for (const char *at = o->fields; at < o->fields + o->fields_size; at += strlen(at) + 1)
		if (strncmp(at, "data.", 5) == 0 && strncmp(at, "data.Subject", 12) != 0 && strchr(at, '=') &&
		    (!told || strchr(at, '=') + 1 != told))
			buf_addf(&text, "  %s", strchr(at, '=') + 1);
	add_printable(line, text.data);
	buf_release(&text);
}

/* Of which of its times the row of a file is: modified, accessed, changed, born (made), as time lines write them. */
static void add_macb(struct buf *line, unsigned time_of)
{
	static const struct {
		unsigned bit;
		char letter;
	} times[] = {{OBSERVATION_TIME_modified, 'M'},
	             {OBSERVATION_TIME_accessed, 'A'},
	             {OBSERVATION_TIME_changed, 'C'},
	             {OBSERVATION_TIME_created, 'B'}};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		buf_addc(line, (time_of & times[i].bit) ? times[i].letter : '.');
	buf_addc(line, ' ');
}

static void add_what(struct buf *line, const struct observation *o, size_t room)
{
	static const char *const tails[] = {"program_path", "program", "target"};
	const char *command = observation_value(o, "command");
	const char *name = observation_value(o, command ? "value" : "name");
	const char *deleted = observation_value(o, "deleted");
	if (o->artefact == OBSERVATION_file) {
		add_macb(line, o->time_of);
		add_tail(line, o->path, room > 16 ? room - 16 : 8);
		if (deleted && strcmp(deleted, "true") == 0)
			buf_addf(line, "  %s", _("deleted"));
		return;
	}
	if (o->artefact == OBSERVATION_evtx) {
		add_event(line, o);
		return;
	}
	buf_addf(line, "%s  ", observation_artefact_text(o->artefact));
	if (command) {
		char *safe = xasprintf("%s%s%s", name ? name : "", name ? " = " : "", command);
		add_printable(line, safe);
		free(safe);
		return;
	}
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		if (observation_value(o, tails[i])) {
			add_tail(line, observation_value(o, tails[i]), room > 20 ? room - 20 : 8);
			return;
		}
	if (name || observation_value(o, "url") || observation_value(o, "key")) {
		const char *more = observation_value(o, "reason");
		const char *what = name ? name : observation_value(o, "url");
		add_printable(line, what ? what : observation_value(o, "key"));
		if (more)
			buf_addf(line, "  %s", more);
		return;
	}
	observation_text(o, room, line);
}

static int add_line(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct view *v = ctx;
	struct triage_state *s = triage_state(v);
	struct buf line = BUF_INIT;
	char when[32];
	(void)err;
	observation_when_recorded(o, when); /* no zone is invented */
	json_t *row = observation_json(o, set->evidence, set->evidence_sha256, set->source);
	json_array_append_new(s->lines, row);
	int here = s->shape == TRIAGE_AROUND && strcmp(triage_field(row, "id"), v->argument) == 0;
	if (here)
		v->selected = v->count;
	buf_addc(&line, here ? '>' : ' ');
	triage_add_time(&line, when);
	add_what(&line, o, v->columns > 40 ? (size_t)v->columns - 25 : 40);
	triage_add_row(v, here ? TONE_HEADING : TONE_PLAIN, NULL, line.data, json_array_size(s->lines) - 1);
	buf_release(&line);
	return 0;
}

static int fill_of_finding(struct view *v, struct err *err)
{
	struct buf filter = BUF_INIT;
	json_t *f = workbench_get(v->wb, v->argument, 0, err);
	if (!f)
		return -1;
	const char *ids = triage_field(f, "observations");
	buf_adds(&filter, "id=");
	for (const char *at = ids; *at; at += strcspn(at, "\n"), at += *at == '\n')
		buf_addf(&filter, "%s%.*s", at > ids ? "|" : "", (int)strcspn(at, "\n") - 2, at + 2);
	struct observation_query q = {.filter = filter.data,
	                              .evidence = json_get_string(f, "evidence"),
	                              .from = tick_of(triage_field(f, "when"), 0),
	                              .until = tick_of(triage_field(f, "until"), 1),
	                              .limit = 100};
	v->heading = xasprintf("%s  %s", v->argument, i18n_text(triage_field(f, "title")));
	int rc = *ids ? observation_query_run(workbench_case(v->wb), &q, add_line, v, NULL, err) : 0;
	buf_release(&filter);
	json_decref(f);
	return rc < 0 ? -1 : 0;
}

struct around {
	int64_t when;
	char text[32]; /* as its rows show it */
};

static int take_time(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct around *around = ctx;
	(void)set;
	(void)err;
	around->when = o->when;
	observation_when_recorded(o, around->text);
	return 1;
}

static int fill_around(struct view *v, struct err *err)
{
	struct around row = {.when = OBSERVATION_NO_TIME};
	if (observation_find(workbench_case(v->wb), v->argument, take_time, &row, err) < 0)
		return -1;
	if (row.when == OBSERVATION_NO_TIME)
		return err_set(err, ERR_USAGE, _("this row has no time: nothing can be said of what was around it"));
	struct observation_query q = {.from = row.when - AROUND, .until = row.when + AROUND, .limit = MOST};
	struct buf shown = BUF_INIT;
	time_cell(row.text, TIME_CELL_SECOND | TIME_CELL_UTC, &shown);
	v->heading = xasprintf(_("ten minutes before and after %s"), shown.data);
	buf_release(&shown);
	return observation_query_run(workbench_case(v->wb), &q, add_line, v, NULL, err) < 0 ? -1 : 0;
}

int triage_lines_fill(struct view *v, struct err *err)
{
	struct triage_state *s = triage_state(v);
	size_t selected = v->selected;
	int first = s->lines == NULL; /* around: it begins at the row itself */
	json_decref(s->lines);
	s->lines = json_array();
	int rc = s->shape == TRIAGE_LINES ? fill_of_finding(v, err) : fill_around(v, err);
	if (!first)
		v->selected = selected;
	if (rc == 0 && v->count == 0)
		triage_add_row(v, TONE_FAINT, NULL, _("its rows are not here"), SIZE_MAX);
	return rc;
}

const json_t *triage_line(struct view *v)
{
	struct triage_state *s = triage_state(v);
	if (s->shape != TRIAGE_LINES && s->shape != TRIAGE_AROUND)
		return NULL;
	return json_array_get(s->lines, triage_of_row(v, v->selected));
}

/* ---- what is known of one */

void triage_pane_text(struct view *v, enum tone tone, const char *text)
{
	size_t room = v->columns > 20 ? (size_t)v->columns - 2 : 18;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *raw = xstrndup(line, strcspn(line, "\n"));
		char *safe = printable_dup(raw);
		for (const char *at = safe; *at;) {
			size_t n = text_fit(at, room, NULL);
			char *part = xstrndup(at, n ? n : strlen(at));
			view_pane_line(v, tone, part);
			at += strlen(part);
			free(part);
		}
		free(raw);
		free(safe);
	}
}

/* Of all rows alike; or told in the pane's first line. */
static int is_common(const char *name)
{
	static const char *const names[] = {"label",  "kind",     "id",      "evidence", "source",
	                                    "volume", "artefact", "when",    "offset",   "clock",
	                                    "text",   "record",   "time_of", "path",     "computer"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

static char *value_of(const json_t *value)
{
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	return text ? text : xstrdup("");
}

/* A list of files without what every program loads. */
static void add_list(struct buf *out, const char *text)
{
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t n = strcspn(at, "\n");
		if (memmem(at, n, "\\WINDOWS\\SYSTEM32\\", 18))
			continue;
		buf_addf(out, "%s  %.*s", out->len ? "\n" : "", (int)n, at);
	}
}

void triage_lines_tell(struct view *v)
{
	const json_t *row = triage_line(v);
	struct buf lists = BUF_INIT;
	struct buf short_ones = BUF_INIT;
	const char *name;
	json_t *value;
	if (!row)
		return;
	struct buf head = BUF_INIT;
	buf_addf(&head, "%s  %s  %s  %s", triage_field(row, "evidence"), triage_field(row, "when"),
	         triage_field(row, "time_of"), triage_field(row, "path"));
	view_pane_line(v, TONE_HEADING, head.data);
	json_object_foreach((json_t *)(uintptr_t)row, name, value) {
		char *text = value_of(value);
		if (strchr(text, '\n'))
			add_list(&lists, text);
		else if (*text && !is_common(name))
			buf_addf(&short_ones, "%s%s=%s", short_ones.len ? "  " : "",
			         strncmp(name, "data.", 5) == 0 ? name + 5 : name, text);
		free(text);
	}
	triage_pane_text(v, TONE_PLAIN, short_ones.data);
	triage_pane_text(v, TONE_PLAIN, lists.data);
	buf_release(&head);
	buf_release(&short_ones);
	buf_release(&lists);
}

void triage_lines_show(struct view *v)
{
	const json_t *row = triage_line(v);
	struct buf text = BUF_INIT;
	const char *name;
	json_t *value;
	if (!row)
		return;
	json_object_foreach((json_t *)(uintptr_t)row, name, value) {
		char *shown = value_of(value);
		if (*shown)
			buf_addf(&text, strchr(shown, '\n') ? "%s:\n%s\n" : "%s: %s\n", name, shown);
		free(shown);
	}
	char *title = xasprintf("o:%s", triage_field(row, "id"));
	workbench_show_text(v->wb, title, text.data);
	free(title);
	buf_release(&text);
}
