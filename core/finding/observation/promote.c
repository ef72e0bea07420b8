#include "finding/observation/promote.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/indicator_value.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TITLE   120
#define EXCERPT 4000 /* bytes of a row that is told on record */
#define MOST    32   /* fields that are filled in */

struct promoting {
	char finding[LABEL_TEXT]; /* the first that rests on the row */
	struct case_file *c;
	struct observation_clocks *clocks;
	char when[OBSERVATION_WHEN];
	int says_since_when; /* that time may be an indicator's first seen */
	char evidence[LABEL_TEXT];
	char check[LABEL_TEXT];
	struct buf title;
	struct buf origin;
	char *line; /* the row as people read it, with its id and place; of a hit the line of the log */
	/* of a hit of an indicator: */
	int is_hit;
	char asset[LABEL_TEXT];
	char indicator[LABEL_TEXT];
	const char *type; /* of the event */
	char *when_raw;
	char clock[LABEL_TEXT];  /* whose it was */
	char before[LABEL_TEXT]; /* the event that was made of the row already */
};

/* Where a file or name was seen; what somebody outside came to, which is the machine that wrote the log. */
static void add_machine(struct promoting *p, const char *asset, int is_target)
{
	json_t *evidence = is_target ? record_get(p->c, p->evidence, 0, NULL) : NULL;
	const char *label = is_target ? json_get_string(evidence, "on") : asset;
	json_t *machine = label && *label ? record_get(p->c, label, 0, NULL) : NULL;
	const char *name = json_get_string(machine, "hostname");
	if (machine)
		buf_addf(&p->title, is_target ? " > %s" : " (%s)", name ? name : label);
	json_decref(machine);
	json_decref(evidence);
}

/* What a hit says of itself: whose machine it was, which indicator on record, and what its role makes of it. */
static int take_hit(struct promoting *p, const struct observation *o, struct err *err)
{
	const char *type = observation_value(o, "type");
	const char *value = observation_value(o, "indicator");
	const char *asset = observation_value(o, "asset");
	const char *client = observation_value(o, "client");
	const char *method = observation_value(o, "method");
	const char *text = observation_value(o, "text");
	const char *raw = observation_value(o, "when_raw");
	int is_client = client && value && strcasecmp(client, value) == 0; /* it came from there */
	if (!type || !value || indicator_find(p->c, type, value, NULL, p->indicator, err) < 0)
		return -1;
	json_t *record = *p->indicator ? record_get(p->c, p->indicator, 0, NULL) : NULL;
	const char *role = json_get_string(record, "role");
	p->is_hit = 1;
	p->type = role && strcmp(role, "upload") == 0 ? "exfiltration" : role && strcmp(role, "c2") == 0 ? "c2" : NULL;
	if (!p->type && client && !is_client)
		p->type = "c2"; /* somebody talked to it */
	if (json_is(record, "false_positive", "yes") || json_is(record, "role", "benign"))
		p->type = NULL; /* to talk to it is no attack */
	snprintf(p->asset, sizeof p->asset, "%s", asset ? asset : "");
	if (!*p->asset && is_client) { /* it is about the machine that it came to */
		json_t *evidence = record_get(p->c, p->evidence, 0, NULL);
		const char *on = json_get_string(evidence, "on");
		snprintf(p->asset, sizeof p->asset, "%s", on ? on : "");
		json_decref(evidence);
	}
	p->when_raw = raw ? xstrdup(raw) : NULL;
	buf_clear(&p->title);
	if (client && !is_client)
		buf_addf(&p->title, "%s ", client);
	buf_addf(&p->title, "%s%s%s", method ? method : "", method ? " " : "", value);
	add_machine(p, client ? "" : asset, is_client);
	if (text) {
		free(p->line);
		p->line = xstrdup(text);
	}
	json_decref(record);
	return 0;
}

/* The log on record that the evidence preserves, whose clock it was. */
static int take_log(void *ctx, json_t *record)
{
	struct promoting *p = ctx;
	if (json_holds(json_object_get(record, "preserved"), p->evidence))
		snprintf(p->clock, sizeof p->clock, "%s", record_label(record));
	return 0;
}

static int learn_clock(struct promoting *p, struct err *err)
{
	json_t *record = record_get(p->c, p->evidence, 0, NULL);
	const char *on = json_get_string(record, "on");
	snprintf(p->clock, sizeof p->clock, "%s", on ? on : "");
	json_decref(record);
	return record_each(p->c, "logsource", 0, take_log, p, err);
}

/* What the row was about, by the field that says most; else all of it. In English: it goes on record. */
static void add_title(const struct observation *o, struct buf *title)
{
	static const char *const telling[] = {
	    "data.CommandLine", "data.NewProcessName", "url", "command", "program_path", "program", "target"};
	const char *value = o->artefact == OBSERVATION_file ? o->path : NULL;
	for (size_t i = 0; !value && i < sizeof telling / sizeof *telling; i++)
		value = observation_value(o, telling[i]);
	if (!value || o->artefact == OBSERVATION_hit) {
		observation_text(o, TITLE, title);
		return;
	}
	buf_addf(title, "%s ", observation_artefact_name(o->artefact));
	observation_time_names(o->time_of, title);
	char *safe = printable_dup(value);
	buf_addc(title, ' ');
	buf_add(title, safe, text_fit(safe, TITLE, NULL));
	free(safe);
}

/* Of the times of a file only its birth says since when what the row names was there, and none of them where one was set. The
 * time of a row that was recovered may be that of a copy, or half overwritten: it never moves first seen. */
static int says_since_when(const struct observation *o)
{
	const char *is_stomped = observation_value(o, "stomped");
	if ((o->flags & OBSERVATION_RECOVERED) || (is_stomped && strcmp(is_stomped, "true") == 0))
		return 0;
	return (o->artefact != OBSERVATION_file && o->artefact != OBSERVATION_mft) ||
	       (o->time_of & OBSERVATION_TIME_created) != 0;
}

static int take_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct promoting *p = ctx;
	char id[OBSERVATION_ID];
	observation_id(o, set->evidence_sha256, id);
	observation_clocks_when(p->clocks, o, set, p->when);
	p->says_since_when = says_since_when(o);
	snprintf(p->evidence, sizeof p->evidence, "%s", set->evidence);
	snprintf(p->check, sizeof p->check, "%s", set->check);
	add_title(o, &p->title);
	buf_addf(&p->origin, "o:%s %s%s", id, set->evidence, o->flags & OBSERVATION_RECOVERED ? " (recovered)" : "");
	char *path = printable_dup(o->path);
	struct buf excerpt = BUF_INIT;
	buf_addf(&excerpt, "o:%s %s %s\n", id, set->evidence, path);
	observation_text(o, EXCERPT, &excerpt);
	p->line = buf_take(&excerpt, NULL);
	free(path);
	if (o->artefact == OBSERVATION_hit && take_hit(p, o, err) < 0)
		return -1;
	return 1;
}

static int is_given(const struct assign *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return 1;
	return 0;
}

/* The assets of the check that the row comes from. */
static char *assets_of(const struct promoting *p)
{
	struct buf out = BUF_INIT;
	if (p->is_hit) /* it knows itself */
		return xstrdup(p->asset);
	json_t *check = record_get(p->c, p->check, 0, NULL);
	const json_t *label;
	size_t i;
	json_array_foreach(json_object_get(check, "on"), i, label)
		buf_addf(&out, "%s%s", i ? "," : "", json_string_value(label));
	json_decref(check);
	return buf_take(&out, NULL);
}

/* The finding that rests on the row: the event leads back to it, and it to the event. */
static int take_finding(void *ctx, json_t *record)
{
	struct promoting *p = ctx;
	const char *rows = json_get_string(record, "observations");
	char id[OBSERVATION_ID + 2];
	snprintf(id, sizeof id, "%.*s", (int)strcspn(p->origin.data, " "), p->origin.data);
	if (!rows || !*id || !strstr(rows, id))
		return 0;
	snprintf(p->finding, sizeof p->finding, "%s", record_label(record));
	const char *title = json_get_string(record, "title");
	if (title && !p->is_hit) { /* as it is stored: in English */
		buf_clear(&p->title);
		buf_adds(&p->title, title);
	}
	return 1;
}

/* The event that somebody made of the same row: its text begins with the row's id; a hit's is the line of the log, with its
 * time. */
static int take_same(void *ctx, json_t *record)
{
	struct promoting *p = ctx;
	const char *excerpt = json_get_string(record, "log_excerpt");
	const char *when = json_get_string(record, "when");
	size_t n = strcspn(p->line, " ");
	int is_same = 0;
	if (!excerpt || !json_holds(json_object_get(record, "evidence"), p->evidence))
		return 0;
	if (!p->is_hit)
		is_same = strncmp(excerpt, p->line, n) == 0 && excerpt[n] == ' ';
	else if (*p->when && when)
		is_same = strcmp(when, p->when) == 0 && strcmp(excerpt, p->line) == 0 &&
		          (!*p->indicator || json_holds(json_object_get(record, "indicators"), p->indicator));
	if (is_same)
		snprintf(p->before, sizeof p->before, "%s", record_label(record));
	return is_same;
}

/* Whose act the event was that is on record, where that was open and is now said; with it what it was, by the hit. */
static int attribute(const struct promoting *p, const struct assign *fields, size_t count, struct err *err)
{
	json_t *event = record_get(p->c, p->before, 0, err);
	struct assign said[2];
	size_t n = 0;
	if (!event)
		return -1;
	for (size_t i = 0; i < count && !n; i++)
		if (strcmp(fields[i].name, "side") == 0 && fields[i].value && *fields[i].value &&
		    strcmp(fields[i].value, "unknown") != 0 && json_is(event, "side", "unknown"))
			said[n++] = fields[i];
	if (n && p->type && (!json_object_get(event, "type") || json_is(event, "type", "unknown")))
		said[n++] = (struct assign){"type", p->type};
	json_decref(event);
	if (!n)
		return PROMOTED_BEFORE;
	return record_set(p->c, p->before, said, n, 0, err) < 0 ? -1 : PROMOTED_ATTRIBUTED;
}

int observation_promote(struct case_file *c, const char *id, const struct kind *kind, const struct assign *fields,
                        size_t count, char label[LABEL_TEXT], struct err *err)
{
	struct promoting p = {.c = c, .title = BUF_INIT, .origin = BUF_INIT};
	char *assets = NULL;
	int rc = -1;
	struct assign all[MOST + 16];
	size_t n = 0;
	int event = (kind->traits & KIND_EVENT) != 0;
	if (!event && !(kind->traits & KIND_INDICATOR))
		return err_set(err, ERR_USAGE, _("a row becomes an event or an indicator, not %s"), kind->name);
	if (count > MOST)
		return err_set(err, ERR_USAGE, _("at most %d fields"), MOST);
	p.clocks = observation_clocks_new(c);
	if (observation_find(c, id, take_row, &p, err) < 0 || (p.is_hit && learn_clock(&p, err) < 0) ||
	    record_each(c, "finding", 0, take_finding, &p, err) < 0)
		goto out;
	if (event && p.line && record_each(c, kind->name, 0, take_same, &p, err) < 0)
		goto out;
	if (*p.before) {
		snprintf(label, LABEL_TEXT, "%s", p.before);
		rc = attribute(&p, fields, count, err);
		goto out;
	}
	assets = assets_of(&p);
	const struct assign known[] = {
	    {event ? "title" : "", p.title.data},
	    {event               ? "when"
	     : p.says_since_when ? "first_seen"
	                         : "",
	     p.when},
	    {event ? "side" : "", p.type ? "attacker" : "unknown"},
	    {event ? "type" : "", p.type},
	    {event && *p.indicator ? "indicators" : "", p.indicator},
	    {event ? "when_raw" : "", p.when_raw},
	    {event && *p.clock ? "when_clock" : "", p.clock},
	    {event ? "assets" : "seen_on", assets},
	    {event ? "log_excerpt" : "", p.line ? p.line : ""},
	    {event ? "" : "origin", p.origin.data},
	    {"links", p.finding},
	    {"basis", "tool_output"},
	    {"evidence", p.evidence},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (*known[i].name && known[i].value && *known[i].value && !is_given(fields, count, known[i].name))
			all[n++] = known[i];
	if (count)
		memcpy(all + n, fields, count * sizeof *fields);
	struct action *a = action_begin(c, "promote", err);
	if (a) {
		rc = action_add(a, kind->name, all, n + count, 0, label, err);
		rc = action_commit(a, err) < 0 ? -1 : rc;
	}
out:
	observation_clocks_free(p.clocks);
	free(assets);
	free(p.line);
	free(p.when_raw);
	buf_release(&p.title);
	buf_release(&p.origin);
	return rc;
}

/* ---- first seen */

struct first_seen {
	struct observation_clocks *clocks;
	char *when;
};

static int take_first_seen(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	const struct first_seen *seen = ctx;
	(void)err;
	if (says_since_when(o))
		observation_clocks_when(seen->clocks, o, set, seen->when);
	return 1;
}

int observation_first_seen(struct case_file *c, const char *id, char when[OBSERVATION_WHEN], struct err *err)
{
	struct first_seen seen = {observation_clocks_new(c), when};
	*when = '\0';
	int rc = observation_find(c, id, take_first_seen, &seen, err);
	observation_clocks_free(seen.clocks);
	return rc;
}
