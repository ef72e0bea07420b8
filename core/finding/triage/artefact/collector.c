#include "finding/triage/artefact/collector.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LARGEST (64U << 20)
#define MESSAGE 2000U

struct collector {
	struct triage_out *out;
	const char *tool;
	uint64_t offset; /* of the line */
	uint32_t ordinal;
	int ended;    /* the log says so */
	int is_known; /* a line is of a form that is known: the file is a collector's */
	int broken;   /* lines that are no JSON */
};

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int is_json_log(const char *name)
{
	static const char *const names[] = {"collection_context.json", "log.json", "logs.json", "uploads.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

int collector_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	if (is_json_log(name))
		return n == 0 || *head == '{' || *head == '[';
	return strcmp(name, "uac.log") == 0 || triage_path_ends(name, "_ConsoleLog.txt");
}

/* ---- rows */

static int give(struct collector *c, int64_t when, uint8_t clock, const char *state, const char *message,
                const struct buf *more, struct err *err)
{
	struct buf fields = BUF_INIT;
	observation_field(&fields, "tool", c->tool);
	observation_field(&fields, "state", state);
	observation_field_n(&fields, "message", message, strnlen(message, MESSAGE));
	if (more)
		buf_add(&fields, more->data, more->len);
	int timed = when != OBSERVATION_NO_TIME;
	struct observation o = {.when = when,
	                        .offset = c->offset,
	                        .ordinal = c->ordinal++,
	                        .time_of = timed ? OBSERVATION_TIME_recorded : 0,
	                        .artefact = OBSERVATION_collector,
	                        .clock = timed ? clock : (uint8_t)OBSERVATION_CLOCK_unknown,
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = triage_row(c->out, &o, err);
	buf_release(&fields);
	return rc;
}

/* The collection as a whole, or a file of it, is not what was asked for: that is told beside the rows, too. */
static int give_lack(struct collector *c, int64_t when, uint8_t clock, const char *state, const char *message,
                     const struct buf *more, struct err *err)
{
	triage_problem(c->out, c->offset, _("not covered: the collector says: %.*s"), text_cut(message, 300), message);
	return give(c, when, clock, state, message, more, err);
}

/* ---- Velociraptor */

static int64_t seconds_of(const json_t *line, const char *name)
{
	const json_t *value = json_object_get(line, name);
	return json_is_integer(value) ? observation_from_unix((int64_t)json_integer_value(value), 0)
	                              : OBSERVATION_NO_TIME;
}

/* Whether the value is that name of the protocol's, or its number. */
static int is_state(const json_t *value, const char *name, json_int_t number)
{
	const char *text = json_string_value(value);
	return text ? strcmp(text, name) == 0 : json_is_integer(value) && json_integer_value(value) == number;
}

static int read_context(struct collector *c, const json_t *context, struct err *err)
{
	const json_t *state = json_object_get(context, "state");
	const char *status = json_get_string(context, "status");
	const json_t *query;
	size_t i;
	int rc = 0;
	if (is_state(state, "ERROR", 3))
		rc = give_lack(c, OBSERVATION_NO_TIME, 0, "failed",
		               status && *status ? status : "the collection ended with an error", NULL, err);
	else if (is_state(state, "RUNNING", 1) || is_state(state, "WAITING", 5) || is_state(state, "IN_PROGRESS", 6) ||
	         is_state(state, "UNRESPONSIVE", 7))
		rc = give_lack(c, OBSERVATION_NO_TIME, 0, "unfinished", "the collection was not finished", NULL, err);
	json_array_foreach(json_object_get(context, "query_stats"), i, query) {
		struct buf more = BUF_INIT;
		const char *artifact = json_get_string(query, "Artifact");
		const char *message = json_get_string(query, "error_message");
		if (rc < 0 || !is_state(json_object_get(query, "status"), "GENERIC_ERROR", 1))
			continue;
		observation_field(&more, "target", artifact ? artifact : "");
		rc = give(c, OBSERVATION_NO_TIME, 0, "error", message && *message ? message : "a query failed", &more,
		          err);
		buf_release(&more);
	}
	return rc;
}

static int read_upload(struct collector *c, const json_t *line, struct err *err)
{
	const json_t *size = json_object_get(line, "file_size");
	const json_t *stored = json_object_get(line, "uploaded_size");
	const char *type = json_get_string(line, "Type");
	const char *path = json_get_string(line, "vfs_path");
	if (!json_is_integer(size) || !json_is_integer(stored) || (type && *type) ||
	    json_integer_value(stored) >= json_integer_value(size))
		return 0;
	struct buf more = BUF_INIT;
	observation_field(&more, "target", path ? path : "");
	observation_field_number(&more, "size", (int64_t)json_integer_value(size));
	observation_field_number(&more, "collected", (int64_t)json_integer_value(stored));
	char *message =
	    xasprintf("%.*s: %lld of %lld bytes were collected", path ? text_cut(path, 200) : 1, path ? path : "?",
	              (long long)json_integer_value(stored), (long long)json_integer_value(size));
	int rc = give_lack(c, OBSERVATION_NO_TIME, 0, "cut", message, &more, err);
	free(message);
	buf_release(&more);
	return rc;
}

static int read_item(struct collector *c, const json_t *item, struct err *err)
{
	const char *level = json_get_string(item, "level");
	const char *message = json_get_string(item, "message");
	if (json_object_get(item, "uploaded_size")) {
		c->is_known = 1;
		return read_upload(c, item, err);
	}
	if (!level || !message)
		return 0;
	c->is_known = 1;
	if (strcasecmp(level, "ERROR") != 0)
		return 0;
	int64_t when = seconds_of(item, "client_time");
	when = when == OBSERVATION_NO_TIME ? seconds_of(item, "_ts") : when;
	return give(c, when, OBSERVATION_CLOCK_utc, "error", message, NULL, err);
}

static int read_json_line(struct collector *c, const char *text, size_t n, struct err *err)
{
	json_t *line = json_loadb(text, n, 0, NULL);
	c->broken += line == NULL;
	int rc = read_item(c, line, err);
	json_decref(line);
	return rc;
}

/* ---- KAPE and UAC */

/* "2025-11-20 10:00:00" and what stands behind it; its zone is +HHMM there, or not known. */
static int64_t time_at(const char *text, uint8_t *clock)
{
	struct tm tm = {.tm_sec = 0};
	const char *rest = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
	int hours;
	int minutes;
	char sign;
	if (!rest)
		return OBSERVATION_NO_TIME;
	int64_t seconds = timegm(&tm);
	*clock = OBSERVATION_CLOCK_local;
	if (sscanf(rest, " %c%2d%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-')) {
		seconds -= (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
		*clock = OBSERVATION_CLOCK_utc;
	}
	return observation_from_unix(seconds, 0);
}

static int read_text_line(struct collector *c, const char *line, struct err *err)
{
	static const char *const marks[] = {"| ERR]", "| FTL]", " ERR ", " ERROR ", " E "};
	int kape = *line == '[';
	uint8_t clock = OBSERVATION_CLOCK_unknown;
	c->ended |= strstr(line, kape ? "Total execution time" : "collection complete") != NULL;
	for (size_t i = kape ? 0 : 2; i < (kape ? 2U : 5U); i++) {
		const char *mark = strstr(line, marks[i]);
		if (!mark || mark > line + 40)
			continue;
		const char *message = mark + strlen(marks[i]);
		int64_t when = time_at(line + kape, &clock);
		return give(c, when, clock, "error", message + strspn(message, " "), NULL, err);
	}
	return 0;
}

/* ---- lines */

static int each_line(struct collector *c, char *text, size_t n, int json, struct err *err)
{
	int rc = 0;
	for (size_t at = 0; rc == 0 && at < n;) {
		char *end = memchr(text + at, '\n', n - at);
		size_t size = end ? (size_t)(end - text) - at : n - at;
		c->offset = at;
		c->ordinal = 0;
		text[at + size] = '\0';
		size_t full = size && text[at + size - 1] == '\r' ? size - 1 : size;
		text[at + full] = '\0';
		if (full)
			rc = json ? read_json_line(c, text + at, full, err) : read_text_line(c, text + at, err);
		at += size + 1;
	}
	return rc;
}

/* One that the collector writes from its beginning to its end, and that does not come to it. */
static int check_end(struct collector *c, const char *text, size_t n, struct err *err)
{
	c->offset = n;
	c->ordinal = 0;
	if (c->ended || !(*text == '[' || strstr(text, " INF ")))
		return 0;
	return give_lack(c, OBSERVATION_NO_TIME, 0, "unfinished", "its log does not come to an end", NULL, err);
}

static int read_lines(struct collector *c, char *text, size_t n, int json, struct err *err)
{
	int rc = each_line(c, text, n, json, err);
	if (c->broken && c->is_known)
		triage_problem(c->out, 0, _("%d lines of what the collector says are damaged"), c->broken);
	return rc == 0 && !json ? check_end(c, text, n, err) : rc;
}

static int read_json(struct collector *c, const char *name, char *text, size_t n, struct err *err)
{
	json_t *whole = json_loadb(text, n, 0, NULL);
	const json_t *context = json_object_get(whole, "context"); /* as a server exports it */
	const json_t *item;
	size_t i;
	int rc = 0;
	c->tool = "velociraptor";
	if (strcmp(name, "collection_context.json") == 0) {
		if (whole)
			rc = read_context(c, context ? context : whole, err);
		else
			triage_problem(c->out, 0, _("what the collector says of itself is damaged"));
	} else if (json_is_array(whole)) {
		json_array_foreach(whole, i, item)
			if (rc == 0)
				rc = read_item(c, item, err);
	} else if (whole) {
		rc = read_item(c, whole, err);
	} else {
		rc = read_lines(c, text, n, 1, err);
	}
	json_decref(whole);
	return rc;
}

int collector_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct collector c = {.out = out};
	const char *name = last_name(f->path);
	size_t n;
	char *text = (char *)triage_whole(f, LARGEST, &n, err);
	if (!text)
		return -1;
	size_t mark = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	c.tool = strcmp(name, "uac.log") == 0 ? "uac" : "kape";
	int rc = is_json_log(name) ? read_json(&c, name, text + mark, n - mark, err)
	                           : read_lines(&c, text + mark, n - mark, 0, err);
	free(text);
	return rc;
}
