/*
 * Time lines: each row becomes an observation with its columns as fields. Timesketch (CSV and JSON lines), plaso's l2t CSV,
 * Hayabusa's CSV, results of Velociraptor (JSON lines, a JSON list, CSV). A row whose time cannot be read is taken without
 * one, and the column is named.
 */
#include "outward/intake/csv_stream.h"
#include "outward/intake/intake_format.h"
#include "outward/intake/json_walk.h"
#include "outward/intake/timeline_time.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/observation/observation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 512 /* of a row */

struct timeline_form {
	const char *needs[3];  /* columns without which it is no such file */
	const char *times[12]; /* columns that hold the row's time, the best first */
	const char *path[4];   /* that say where the row comes from */
};

static const struct timeline_form timesketch_form = {
    {"message", "timestamp_desc"}, {"datetime", "timestamp"}, {"display_name", "filename", "source_file"}};
static const struct timeline_form l2t_form = {{"date", "time", "MACB"}, {NULL}, {"filename"}};
static const struct timeline_form hayabusa_form = {{"Timestamp"}, {"Timestamp"}, {"EvtxFile", "Evtx File"}};
static const struct timeline_form velociraptor_form = {
    {NULL},
    {"_ts", "Timestamp", "EventTime", "System.TimeCreated.SystemTime", "timestamp", "Mtime", "ModTime", "Created",
     "CreateTime", "LastRunTimes", "StartTime"},
    {"OSPath", "FullPath", "_Source", "Path"}};

struct intake_timeline {
	struct intake_out *out;
	struct intake_source source;
	const struct timeline_form *form;
	const char *name; /* of the file: the path of rows that say nothing better */
	char **heading;
	size_t count;
	int l2t;
	struct buf fields;
	char *names[FIELDS]; /* of the row's fields so far, for those that stand twice */
	size_t name_count;
};

/* ---- a row */

static int is_taken(const struct intake_timeline *t, const char *name)
{
	for (size_t i = 0; i < t->name_count; i++)
		if (strcmp(t->names[i], name) == 0)
			return 1;
	return 0;
}

/* A name as a field may have it; made different where it stands twice. */
static void add_field(struct intake_timeline *t, const char *column, const char *value, size_t n)
{
	/* members that every observation has of itself */
	static const char *const taken[] = {"label",    "kind",   "id",   "evidence", "source", "path",
	                                    "artefact", "offset", "when", "time_of",  "clock",  "recovered"};
	char name[80];
	size_t length = 0;
	if (n == 0)
		return;
	if (t->name_count == FIELDS) {
		intake_lost_field(t->out, "observation", column, _("a row has more than 512 columns"));
		return;
	}
	column += strspn(column, " \t\"");
	for (const char *p = column; *p && p[strspn(p, " \t\"")] && length < 60; p++)
		name[length++] = isalnum((unsigned char)*p) || strchr("_.-", *p) ? *p : '_';
	name[length] = '\0';
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(taken[i], name) == 0)
			snprintf(name + length, sizeof name - length, "_");
	if (length == 0)
		snprintf(name, sizeof name, "column");
	length = strlen(name);
	size_t again = 1; /* how many are called so already: the numbers before that are given */
	for (size_t i = 0; i < t->name_count; i++)
		again +=
		    strncmp(t->names[i], name, length) == 0 && (!t->names[i][length] || t->names[i][length] == '-');
	while (again > 1 && is_taken(t, name))
		snprintf(name + length, sizeof name - length, "-%zu", again++);
	t->names[t->name_count++] = xstrdup(name);
	observation_field_n(&t->fields, name, value, n);
}

static void clear_row(struct intake_timeline *t)
{
	buf_clear(&t->fields);
	while (t->name_count)
		free(t->names[--t->name_count]);
}

#define PATH_SHOWN 511 /* bytes of a row's path */

static int give_row(struct intake_timeline *t, struct observation *o, const char *path, size_t line, struct err *err)
{
	struct buf text = BUF_INIT;
	observation_field(&text, "p", path && *path ? path : t->name); /* bytes that are no text are shown */
	char *safe = text.len > 2 ? text.data + 2 : NULL;
	size_t n = safe ? strlen(safe) : 0;
	if (n > PATH_SHOWN) {
		for (n = PATH_SHOWN; n > 0 && ((unsigned char)safe[n] & 0xC0) == 0x80;) /* not inside a character */
			n--;
		safe[n] = '\0';
	}
	o->artefact = OBSERVATION_timeline;
	o->offset = line;
	o->path = n ? safe : "-";
	o->fields = t->fields.data;
	o->fields_size = t->fields.len;
	static const char *const hosts[] = {"Computer", "hostname", "host", "Fqdn"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		const char *host = observation_value(o, hosts[i]);
		if (host)
			intake_host(t->out, host);
	}
	if (!o->time_of)
		o->time_of = OBSERVATION_TIME_recorded;
	int rc = intake_row(t->out, o, err);
	buf_release(&text);
	return rc;
}

static int read_time(const char *text, struct observation *o)
{
	char *end;
	double number;
	if (timeline_time(text, &o->when, &o->clock) == 0)
		return 0;
	number = strtod(text, &end);
	if (end == text || *end || timeline_epoch(number, &o->when) < 0)
		return -1;
	o->clock = OBSERVATION_CLOCK_utc;
	return 0;
}

/* ---- CSV */

static const char *cell(const struct intake_timeline *t, const struct csv_row *row, const char *name)
{
	int i = name ? csv_column(t->heading, t->count, name) : -1;
	return i >= 0 && (size_t)i < row->count && *row->cells[i] ? row->cells[i] : NULL;
}

static int keep_heading(struct intake_timeline *t, const struct csv_row *row, struct err *err)
{
	for (size_t i = 0; i < 3 && t->form->needs[i]; i++)
		if (csv_column(row->cells, row->count, t->form->needs[i]) < 0)
			return err_set(err, ERR_INVALID, _("line %zu: there is no column '%s'"), row->line,
			               t->form->needs[i]);
	int timed = !t->form->times[0] || !t->form->needs[0];
	for (size_t i = 0; !timed && i < 12 && t->form->times[i]; i++)
		timed = csv_column(row->cells, row->count, t->form->times[i]) >= 0;
	if (!timed)
		return err_set(err, ERR_INVALID, _("line %zu: there is no column '%s'"), row->line, t->form->times[0]);
	t->heading = xcalloc(row->count, sizeof *t->heading);
	for (t->count = 0; t->count < row->count; t->count++)
		t->heading[t->count] = xstrdup(row->cells[t->count]);
	return 0;
}

/* l2t: the date and the time in two columns, the zone in a third, what the time says as letters. */
static void l2t_time(struct intake_timeline *t, const struct csv_row *row, struct observation *o)
{
	static const struct {
		char letter;
		uint16_t bit;
	} bits[] = {{'M', OBSERVATION_TIME_modified},
	            {'A', OBSERVATION_TIME_accessed},
	            {'C', OBSERVATION_TIME_changed},
	            {'B', OBSERVATION_TIME_created}};
	const char *day = cell(t, row, "date");
	const char *time = cell(t, row, "time");
	const char *zone = cell(t, row, "timezone");
	const char *macb = cell(t, row, "MACB");
	int utc = !zone || strcmp(zone, "UTC") == 0;
	char *text = xasprintf("%s %s%s", day ? day : "", time ? time : "", utc ? " UTC" : "");
	if (timeline_time(text, &o->when, &o->clock) < 0)
		intake_lost_field(t->out, "observation", "date", _("no time can be read in it"));
	if (!utc) {
		o->clock = OBSERVATION_CLOCK_local;
		intake_lost_field(t->out, "observation", "timezone",
		                  _("the time stands as it was written, in its zone"));
	}
	for (size_t i = 0; macb && i < 4; i++)
		if (strchr(macb, bits[i].letter))
			o->time_of |= bits[i].bit;
	free(text);
}

static void csv_time(struct intake_timeline *t, const struct csv_row *row, struct observation *o)
{
	const char *named = NULL;
	for (size_t i = 0; i < 12 && t->form->times[i]; i++) {
		const char *text = cell(t, row, t->form->times[i]);
		if (text && read_time(text, o) == 0)
			return;
		if (text)
			named = t->form->times[i];
	}
	if (named || t->form->needs[0])
		intake_lost_field(t->out, "observation", named ? named : t->form->times[0],
		                  _("no time can be read in it"));
}

static int take_csv_row(void *ctx, const struct csv_row *row, struct err *err)
{
	struct intake_timeline *t = ctx;
	struct observation o = {.when = OBSERVATION_NO_TIME};
	const char *path = NULL;
	if (!t->heading) {
		if (row->fault == CSV_LARGE || row->fault == CSV_QUOTE)
			return err_set(err, ERR_INVALID, _("line %zu: no row that names the columns"), row->line);
		return keep_heading(t, row, err);
	}
	intake_item(t->out);
	if (row->fault == CSV_LARGE || row->fault == CSV_QUOTE) {
		intake_named(t->out, _("row"),
		             row->fault == CSV_LARGE ? _("it is longer than a row may be")
		                                     : _("a quote in it is not closed"));
		return 0;
	}
	if (t->l2t)
		l2t_time(t, row, &o);
	else
		csv_time(t, row, &o);
	for (size_t i = 0; i < 4 && t->form->path[i] && !path; i++)
		path = cell(t, row, t->form->path[i]);
	for (size_t i = 0; i < row->count; i++)
		add_field(t, i < t->count ? t->heading[i] : "more", row->cells[i], strlen(row->cells[i]));
	int rc = give_row(t, &o, path, row->line, err);
	clear_row(t);
	return rc;
}

/* ---- JSON */

static ssize_t read_file(void *ctx, void *bytes, size_t n, struct err *err)
{
	return intake_read(&((struct intake_timeline *)ctx)->source, bytes, n, err);
}

static enum json_walk_what begin(void *ctx, const struct json_walk_path *path, char first)
{
	(void)ctx;
	return path->depth == 0 && first == '[' ? JSON_WALK_ENTER : JSON_WALK_TAKE;
}

/* A value and what is in it, as fields with dots in their names. */
static void add_json(struct intake_timeline *t, const char *name, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_object(value) && strlen(name) < 60 && t->name_count < FIELDS) {
		json_object_foreach((json_t *)(uintptr_t)value, key, member) {
			char *inner = xasprintf("%s%s%s", name, *name ? "." : "", key);
			add_json(t, inner, member);
			free(inner);
		}
	} else if (json_is_string(value)) {
		add_field(t, name, json_string_value(value), json_string_length(value));
	} else if (json_is_array(value)) {
		struct buf list = BUF_INIT;
		json_array_foreach(value, i, member) {
			char *text = json_is_string(member) ? NULL : json_dumps(member, JSON_ENCODE_ANY | JSON_COMPACT);
			buf_addf(&list, "%s%s", i ? ", " : "", text ? text : json_string_value(member));
			free(text);
		}
		add_field(t, name, list.data, list.len);
		buf_release(&list);
	} else if (!json_is_null(value)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17));
		add_field(t, name, text, strlen(text));
		free(text);
	}
}

static const char *field_of(const struct intake_timeline *t, const char *name)
{
	struct observation o = {.fields = t->fields.data, .fields_size = t->fields.len};
	return observation_value(&o, name);
}

static int take_json_row(void *ctx, const struct json_walk_path *path, const json_t *row, const char *why,
                         struct err *err)
{
	struct intake_timeline *t = ctx;
	struct observation o = {.when = OBSERVATION_NO_TIME};
	const char *from = NULL;
	const char *named = NULL;
	intake_item(t->out);
	if (!json_is_object(row)) {
		intake_named(t->out, _("row"), why ? why : _("it is no object"));
		return 0;
	}
	for (size_t i = 0; i < 3 && t->form->needs[i]; i++)
		if (!json_object_get(row, t->form->needs[i])) {
			intake_named(t->out, _("row"), _("it has no message or no timestamp_desc"));
			return 0;
		}
	add_json(t, "", row);
	for (size_t i = 0; i < 12 && t->form->times[i] && o.when == OBSERVATION_NO_TIME; i++) {
		const char *text = field_of(t, t->form->times[i]);
		if (text && read_time(text, &o) < 0)
			named = t->form->times[i];
	}
	if (o.when == OBSERVATION_NO_TIME && (named || t->form->needs[0]))
		intake_lost_field(t->out, "observation", named ? named : t->form->times[0],
		                  _("no time can be read in it"));
	for (size_t i = 0; i < 4 && t->form->path[i] && !from; i++)
		from = field_of(t, t->form->path[i]);
	int rc = give_row(t, &o, from, path->line, err);
	clear_row(t);
	return rc;
}

/* ---- */

/* The first character that is no blank, without going on; *lines: whether each line is a value. */
static char first_of(const struct intake_source *source, int *lines, struct err *err)
{
	size_t room = 65536;
	char *bytes = xmalloc(room);
	struct intake_source look = *source;
	ssize_t got = intake_read(&look, bytes, room, err);
	ssize_t i = got >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	while (i < got && strchr(" \t\r\n", bytes[i]))
		i++;
	char first = i < got ? bytes[i] : '\0';
	*lines = got > 0 && first != '[' && json_lines_is(bytes, (size_t)got);
	free(bytes);
	return first;
}

static int read_timeline(struct intake_out *out, struct intake_source *source, const struct timeline_form *form,
                         int may_be_json, struct err *err)
{
	const char *name = json_get_string(out->request, "name");
	struct intake_timeline t = {.out = out,
	                            .source = *source,
	                            .form = form,
	                            .name = name ? name : "",
	                            .l2t = form == &l2t_form,
	                            .fields = BUF_INIT};
	int lines;
	char first = first_of(source, &lines, err);
	int rc;
	if (may_be_json && (lines || first == '{' || first == '[')) {
		struct json_walk walk = {
		    .read = read_file, .begin = begin, .value = take_json_row, .ctx = &t, .lines = 1};
		rc = lines ? json_lines(&walk, err) : json_walk(&walk, err);
	} else {
		rc = csv_stream(&t.source, take_csv_row, &t, err);
		if (rc == 0 && !t.heading)
			rc = err_set(err, ERR_INVALID, _("line 1: no row that names the columns"));
	}
	for (size_t i = 0; t.heading && i < t.count; i++)
		free(t.heading[i]);
	free(t.heading);
	clear_row(&t);
	buf_release(&t.fields);
	return rc;
}

int intake_timesketch(struct intake_out *out, struct intake_source *source, struct err *err)
{
	return read_timeline(out, source, &timesketch_form, 1, err);
}

int intake_l2t(struct intake_out *out, struct intake_source *source, struct err *err)
{
	return read_timeline(out, source, &l2t_form, 0, err);
}

int intake_hayabusa(struct intake_out *out, struct intake_source *source, struct err *err)
{
	return read_timeline(out, source, &hayabusa_form, 1, err);
}

int intake_velociraptor(struct intake_out *out, struct intake_source *source, struct err *err)
{
	return read_timeline(out, source, &velociraptor_form, 1, err);
}
