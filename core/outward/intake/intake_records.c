/* Items become records, in one action: looked up, added or named. */
#include "outward/intake/intake_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "base/uuid.h"
#include "case/action/action.h"
#include "case/kind/tlp.h"
#include "case/store/case_file.h"
#include "case/store/indicator_value.h"
#include "finding/observation/observation.h"
#include "finding/observation/observation_text.h"

#include <stdlib.h>
#include <string.h>

#define MOST  24 /* fields of a record */
#define TITLE 120

struct taking {
	struct intake *in;
	struct action *a;
	json_t *ids;   /* of the file -> label */
	json_t *known; /* key -> label: what the case has, and what was added */
	json_t *later; /* items that refer to others */
	struct buf rows;
	uint64_t line; /* of time lines: rows so far */
};

/* ---- what is on record */

/* What tells it from others of its kind; nothing appended: nothing does. */
static void add_key(const struct kind *kind, const char *type, const char *title, struct buf *key)
{
	if (!title)
		return;
	if (kind->value_of_type) {
		buf_addf(key, "%s ", type ? type : "");
		indicator_key(type, title, key);
	} else if (strcmp(kind->title_field, "hostname") == 0 || strcmp(kind->title_field, "name") == 0) {
		buf_addf(key, "%s %s", kind->name, title);
	}
}

static int collect_key(void *ctx, json_t *record)
{
	struct taking *t = ctx;
	struct buf key = BUF_INIT;
	const struct kind *kind = record_kind(record);
	if (kind && kind->title_field)
		add_key(kind, json_get_string(record, "type"), json_get_string(record, kind->title_field), &key);
	if (key.len)
		json_object_set_new(t->known, key.data, json_string(record_label(record)));
	buf_release(&key);
	return 0;
}

/* ---- fields */

struct proposal {
	const struct kind *kind;
	struct assign fields[MOST];
	char *owned[MOST];
	size_t count;
	size_t owned_count;
};

static void propose(struct proposal *p, const char *name, const char *value)
{
	if (p->count < MOST && value && *value)
		p->fields[p->count++] = (struct assign){name, value};
}

static void propose_owned(struct proposal *p, const char *name, char *value)
{
	if (p->owned_count == MOST) {
		free(value);
		return;
	}
	p->owned[p->owned_count++] = value;
	propose(p, name, value);
}

static void proposal_release(struct proposal *p)
{
	while (p->owned_count)
		free(p->owned[--p->owned_count]);
}

/* A time of others, as EDTF has it; what is none is named. */
static void propose_time(struct taking *t, struct proposal *p, const char *name, const char *text)
{
	struct edtf time;
	if (edtf_parse(text, &time, NULL) == 0)
		propose(p, name, text);
	else
		intake_lose(t->in, p->kind->name, name, _("no time can be read in it"), 1);
}

/* "ref:from": the label that an id of the file became. 0: it became none. */
static int propose_reference(struct taking *t, struct proposal *p, const char *name, const json_t *value)
{
	struct buf labels = BUF_INIT;
	size_t i;
	json_t *id;
	int lost = 0;
	const char *one = json_is_string(value) ? json_get_string(t->ids, json_string_value(value)) : NULL;
	if (one)
		buf_adds(&labels, one);
	json_array_foreach(value, i, id) {
		const char *label = json_is_string(id) ? json_get_string(t->ids, json_string_value(id)) : NULL;
		lost += label == NULL;
		if (label)
			buf_addf(&labels, "%s%s", labels.len ? "," : "", label);
	}
	if (lost)
		intake_lose(t->in, p->kind->name, name, _("it refers to what was not taken in"), 1);
	int some = labels.len > 0;
	if (some)
		propose_owned(p, name, buf_take(&labels, NULL));
	buf_release(&labels);
	return some || json_is_array(value);
}

/* 0, or -1: it cannot become a record, and `why` says it. */
static int read_proposal(struct taking *t, const json_t *record, struct proposal *p, const char **why)
{
	const char *name = json_get_string(record, "kind");
	json_t *fields = json_object_get(record, "fields");
	const char *key;
	json_t *value;
	p->kind = name ? kind_find(name) : NULL;
	*why = _("what the reading gave cannot be understood");
	if (!p->kind || p->kind->traits & (KIND_MACHINE | KIND_ONE))
		return -1;
	json_object_foreach(fields, key, value) {
		const char *colon = strchr(key, ':');
		const struct field *field = kind_field(p->kind, colon ? colon + 1 : key);
		if (!field || field->machine)
			return -1;
		if (colon && !propose_reference(t, p, field->name, value)) {
			*why = _("it refers to what was not taken in");
			return -1;
		}
		if (!colon && field->type == FIELD_TIME && json_is_string(value))
			propose_time(t, p, field->name, json_string_value(value));
		else if (!colon && field->values && json_is_string(value) &&
		         !field_value_find(field, json_string_value(value)))
			intake_lose(t->in, p->kind->name, field->name, _("a value that genba does not know"), 1);
		else if (!colon && field->type != FIELD_TEXT && field->type != FIELD_LONG)
			propose(p, field->name, json_string_value(value));
		else if (!colon && json_is_string(value)) {
			/* one line is one line: a text of others may have more */
			char *text = xstrdup(json_string_value(value));
			for (char *c = text; field->type == FIELD_TEXT && *c; c++)
				if (*c == '\n' || *c == '\r' || *c == '\t')
					*c = ' ';
			propose_owned(p, field->name, text);
		}
	}
	return 0;
}

static const char *proposed(const struct proposal *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->fields[i].name, name) == 0)
			return p->fields[i].value;
	return NULL;
}

/* What everything that comes in gets where the file says nothing. */
static void complete(struct taking *t, struct proposal *p)
{
	const struct intake *in = t->in;
	const char *slash = strrchr(in->name, '/');
	if (!proposed(p, "tlp"))
		propose(p, "tlp", in->tlp ? in->tlp : "AMBER");
	if (!(p->kind->traits & KIND_INDICATOR))
		return;
	propose(p, "shareable", "no");
	propose(p, "do_not_query", "yes");
	const char *said = proposed(p, "origin");
	if (in->origin && said)
		for (size_t i = 0; i < p->count; i++) {
			if (strcmp(p->fields[i].name, "origin") != 0)
				continue;
			if (p->owned_count == MOST)
				return;
			char *both = xasprintf("%s: %s", in->origin, said);
			p->fields[i].value = both;
			p->owned[p->owned_count++] = both;
			return;
		}
	if (!said)
		propose(p, "origin", in->origin ? in->origin : slash ? slash + 1 : in->name);
}

/* ---- one item */

static void keep_label(struct taking *t, const char *label)
{
	buf_add(&t->in->labels, label, strlen(label) + 1);
}

/* 1: it became a record, or is one; 0: not, and `why` says it; -1. */
static int add_one(struct taking *t, struct proposal *p, const char *id, const char **why, struct err *err)
{
	char label[LABEL_TEXT];
	struct err refused = ERR_INIT;
	struct buf key = BUF_INIT;
	int rc = 1;
	add_key(p->kind, proposed(p, "type"), proposed(p, p->kind->title_field), &key);
	const char *same = key.len ? json_get_string(t->known, key.data) : NULL;
	if (same) {
		*why = _("it is on record already");
		if (*id)
			json_object_set_new(t->ids, id, json_string(same));
		rc = t->in->again && p->kind->value_of_type ? 1 : 0;
		if (rc == 0) {
			buf_release(&key);
			return 0;
		}
	}
	if (action_try_add(t->a, p->kind->name, p->fields, p->count, RECORD_TWICE | RECORD_NO_PARTY, label, &refused) ==
	    0) {
		keep_label(t, label);
		t->in->added++;
		if (*id)
			json_object_set_new(t->ids, id, json_string(label));
		if (key.len)
			json_object_set_new(t->known, key.data, json_string(label));
	} else if (refused.code == ERR_USAGE || refused.code == ERR_INVALID || refused.code == ERR_NOT_FOUND ||
	           refused.code == ERR_EXISTS) {
		*why = p->kind->value_of_type ? _("its value is none of its type") : _("genba refuses it as a record");
		rc = 0;
	} else {
		rc = err_take(err, &refused);
	}
	buf_release(&key);
	return rc;
}

/* The record that has this id here, "indicator--UUID" or a bare one. "" if there is none. */
static void ours(const struct taking *t, const char *id, char label[LABEL_TEXT])
{
	const char *uuid = strlen(id) > 36 ? id + strlen(id) - 36 : id;
	*label = '\0';
	if (strlen(uuid) != 36 || !uuid_check(uuid))
		return;
	json_t *record = record_get(t->in->c, uuid, RECORD_WITH_RETRACTED, NULL);
	if (record)
		snprintf(label, LABEL_TEXT, "%s", record_label(record));
	json_decref(record);
}

/* A file raises what a record of ours is passed on by, and never lowers it. */
static void keep_higher_tlp(struct taking *t, struct proposal *p, const json_t *record)
{
	const char *own = tlp_own_or(json_get_string(record, "tlp"), case_tlp(t->in->c));
	const char *said = proposed(p, "tlp");
	if (!said || tlp_rank(said) >= tlp_rank(own))
		return;
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->fields[i].name, "tlp") == 0)
			p->fields[i] = p->fields[--p->count];
	intake_lose(t->in, p->kind->name, "tlp", _("it is lower than that of the record here"), 1);
}

static int is_changed(const struct proposal *p, const json_t *record, const char *field)
{
	const char *said = proposed(p, field);
	const char *is = json_get_string(record, field);
	return said && (!is || strcmp(said, is) != 0);
}

/* What was agreed to be passed on is the value: another one takes nothing of that. */
static void keep_approval_of_its_value(struct proposal *p, const json_t *record)
{
	if (p->kind->value_of_type && !json_is(record, "shareable", "no") &&
	    (is_changed(p, record, "value") || is_changed(p, record, "type")))
		propose(p, "shareable", "no");
}

static int update(struct taking *t, struct proposal *p, const char *label, const char **why, struct err *err)
{
	struct err refused = ERR_INIT;
	json_t *record = record_get(t->in->c, label, RECORD_WITH_RETRACTED, NULL);
	int same = record_kind(record) == p->kind && !record_is_retracted(record);
	if (same) {
		keep_higher_tlp(t, p, record);
		keep_approval_of_its_value(p, record);
	}
	json_decref(record);
	*why = _("it is a record of this case, of another kind or retracted");
	if (!same)
		return 0;
	if (action_set(t->a, label, p->fields, p->count, 0, &refused) < 0)
		return err_take(err, &refused);
	t->in->updated++;
	return 1;
}

static int take_records(struct taking *t, const json_t *item, struct err *err)
{
	json_t *records = json_object_get(item, "records");
	const char *id = json_get_string(item, "id");
	const char *reason = _("what the reading gave cannot be understood");
	const char *what = "";
	char here[LABEL_TEXT] = "";
	size_t some = 0;
	size_t i;
	json_t *record;
	if (!json_is_array(records) || !id)
		return err_set(err, ERR_INVALID, _("what the reading gave cannot be understood"));
	if (*id)
		ours(t, id, here);
	json_array_foreach(records, i, record) {
		struct proposal p = {.count = 0};
		const char *why = reason;
		int rc = 0;
		if (json_get_string(record, "kind"))
			what = json_get_string(record, "kind");
		if (*here && !t->in->again) {
			why = _("it is a record of this case: nothing is updated without --again");
			json_object_set_new(t->ids, id, json_string(here));
		} else if (read_proposal(t, record, &p, &why) == 0) {
			if (!*here)
				complete(t, &p);
			rc = *here ? update(t, &p, here, &why, err) : add_one(t, &p, id, &why, err);
		}
		proposal_release(&p);
		if (rc < 0)
			return -1;
		some += rc > 0;
		if (rc == 0 && json_array_size(records) > 1 && (some || i + 1 < json_array_size(records)))
			intake_lose(t->in, what, "value", why, 1);
		if (rc == 0)
			reason = why;
	}
	if (some)
		t->in->taken++;
	else
		intake_lose(t->in, "", what, reason, 1);
	return 0;
}

static int refers(const json_t *item)
{
	const json_t *fields = json_object_get(json_array_get(json_object_get(item, "records"), 0), "fields");
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)fields, key, value)
		if (strchr(key, ':'))
			return 1;
	return 0;
}

static int take_item(void *ctx, const json_t *item, struct err *err)
{
	struct taking *t = ((struct intake_feed *)ctx)->ctx;
	if (!json_object_get(item, "records"))
		return 0;
	if (!refers(item))
		return take_records(t, item, err);
	json_array_append(t->later, (json_t *)(uintptr_t)item);
	return 0;
}

/* ---- rows of a time line as events */

static int add_event(struct taking *t, const struct observation *o, struct err *err)
{
	char when[32];
	struct buf title = BUF_INIT;
	struct proposal p = {.kind = kind_find("event")};
	static const char *const titles[] = {"message", "RuleTitle", "Rule Title", "Rule_Title", "short", "desc"};
	const char *text = NULL;
	const char *why = "";
	for (size_t i = 0; i < sizeof titles / sizeof *titles && !text; i++)
		text = observation_value(o, titles[i]);
	if (text)
		buf_add(&title, text, strlen(text));
	else
		observation_text(o, TITLE, &title);
	for (char *c = title.data; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	observation_when_recorded(o, when);
	json_t *row = observation_json(o, "", "", t->in->name);
	propose(&p, "title", title.data);
	propose(&p, "when", when);
	propose(&p, "side", "unknown");
	propose(&p, "basis", "tool_output");
	propose(&p, "assets", t->in->on);
	propose_owned(&p, "log_excerpt", json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS));
	complete(t, &p);
	int rc = add_one(t, &p, "", &why, err);
	if (rc > 0)
		t->in->taken++;
	else if (rc == 0)
		intake_lose(t->in, "", _("row"), why, 1);
	json_decref(row);
	proposal_release(&p);
	buf_release(&title);
	return rc < 0 ? -1 : 0;
}

static int take_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct taking *t = ((struct intake_feed *)ctx)->ctx;
	size_t at = 0;
	size_t size;
	struct observation o;
	int rc;
	buf_add(&t->rows, bytes, n);
	while ((rc = observation_unpack(t->rows.data + at, t->rows.len - at, &o, &size, err)) > 0) {
		if (++t->line > INTAKE_RECORDS)
			return err_set(err, ERR_USAGE,
			               _("%s has more than %d rows: as records they would bury the others; leave --as "
			                 "away, and they "
			                 "become observations"),
			               t->in->name, INTAKE_RECORDS);
		if (add_event(t, &o, err) < 0)
			return -1;
		at += size;
	}
	memmove(t->rows.data, t->rows.data + at, t->rows.len - at);
	buf_truncate(&t->rows, t->rows.len - at);
	return rc;
}

/* ---- */

int intake_as_records(struct intake *in, struct err *err)
{
	struct taking t = {
	    .in = in, .ids = json_object(), .known = json_object(), .later = json_array(), .rows = BUF_INIT};
	struct intake_feed feed = {.in = in, .line = take_item, .raw = take_rows, .ctx = &t};
	size_t i;
	json_t *item;
	int rc = -1;
	if (record_each(in->c, "indicator", 0, collect_key, &t, err) == 0 &&
	    record_each(in->c, "party", 0, collect_key, &t, err) == 0 &&
	    record_each(in->c, "asset", 0, collect_key, &t, err) == 0 && (t.a = action_begin(in->c, "import", err)))
		rc = intake_feed(&feed, err);
	json_array_foreach(t.later, i, item)
		if (rc == 0)
			rc = take_records(&t, item, err);
	if (rc == 0 && !in->dry_run && in->added + in->updated) {
		size_t written = in->added + in->updated;
		char *subject = xasprintf("import %zu record%s", written, written == 1 ? "" : "s");
		action_subject(t.a, subject);
		free(subject);
		rc = action_commit(t.a, err);
		t.a = NULL;
	}
	action_cancel(t.a);
	json_decref(t.ids);
	json_decref(t.known);
	json_decref(t.later);
	buf_release(&t.rows);
	return rc;
}
