#include "finding/triage/findings_store.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "finding/triage/check/rules.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text ? text : "";
}

/* The record as one of check/check.h: of rules that are not here any more, it is all there is. */
static json_t *as_finding(const json_t *record)
{
	json_t *ids = json_array();
	for (const char *at = text_of(record, "observations"); *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strncmp(at, "o:", 2) == 0)
			json_array_append_new(ids, json_stringn(at + 2, strcspn(at + 2, "\n")));
	json_t *f =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "label", record_label(record), "kind",
	              "finding", "rule", text_of(record, "rule"), "state", "seen", "level", text_of(record, "level"),
	              "technique", text_of(record, "technique"), "title", text_of(record, "title"), "reason",
	              text_of(record, "reason"), "source", text_of(record, "evidence"), "count",
	              json_integer_value(json_object_get(record, "count")), "observations", ids);
	const char *when = json_get_string(record, "when");
	const char *until = json_get_string(record, "until");
	json_object_set_new(f, "when", when ? json_string(when) : json_null());
	json_object_set_new(f, "until", until ? json_string(until) : json_null());
	return f;
}

static int note_recorded(void *ctx, json_t *record)
{
	const char *rule = json_get_string(record, "rule");
	const char *evidence = json_get_string(record, "evidence");
	const char *status = json_get_string(record, "status");
	const char *assessment = json_get_string(record, "assessment");
	if (!rule)
		return 0;
	const char *on = json_get_string(record, "on");
	char *key = xasprintf("%s %s", rule, evidence ? evidence : on ? on : "");
	json_object_set_new(ctx, key,
	                    json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "label", record_label(record), "status",
	                              status ? status : "open", "assessment", assessment ? assessment : "", "rule",
	                              rule, "evidence",
	                              evidence ? evidence
	                              : on     ? on
	                                       : "",
	                              "finding", as_finding(record)));
	free(key);
	return 0;
}

json_t *findings_recorded(struct case_file *c, struct err *err)
{
	json_t *recorded = json_object();
	if (record_each(c, "finding", 0, note_recorded, recorded, err) == 0)
		return recorded;
	json_decref(recorded);
	return NULL;
}

const json_t *findings_recorded_of(const json_t *recorded, const char *rule, const char *evidence, const char *on)
{
	char *key = xasprintf("%s %s", rule, *evidence ? evidence : on);
	const json_t *found = json_object_get(recorded, key);
	free(key);
	return found;
}

/* To the second, as times of records are. */
static void second_of(const json_t *finding, const char *field, char text[32])
{
	const char *when = json_get_string(finding, field);
	*text = '\0';
	if (when && strlen(when) >= 19)
		snprintf(text, 32, "%.19sZ", when);
}

static void add_text(struct buf *out, const json_t *ids)
{
	const json_t *id;
	size_t i;
	json_array_foreach(ids, i, id)
		buf_addf(out, "%so:%s", i ? "\n" : "", json_string_value(id));
}

/* In English: it is on record. */
static const char *title_of(const json_t *finding)
{
	for (size_t i = 0; i < check_rule_count; i++)
		if (json_is(finding, "rule", check_rules[i].name))
			return check_rules[i].title;
	return json_get_string(finding, "title");
}

static int store_one(struct action *a, const json_t *known, const char *evidence, const char *on, const char *check,
                     const json_t *f, struct err *err)
{
	struct buf ids = BUF_INIT;
	char label[LABEL_TEXT];
	char when[32];
	char until[32];
	char count[32];
	second_of(f, "when", when);
	second_of(f, "until", until);
	snprintf(count, sizeof count, "%lld", (long long)json_integer_value(json_object_get(f, "count")));
	add_text(&ids, json_object_get(f, "observations"));
	const struct assign fields[] = {
	    /* what reading again may change comes first */
	    {"check", check},
	    {"count", count},
	    {"when", when},
	    {"until", until},
	    {"reason", json_get_string(f, "reason")},
	    {"observations", ids.data ? ids.data : ""},
	    {"title", title_of(f)},
	    {"level", json_get_string(f, "level")},
	    {"rule", json_get_string(f, "rule")},
	    {"technique", json_get_string(f, "technique")},
	    {"on", on},
	    {"evidence", evidence},
	};
	size_t all = sizeof fields / sizeof *fields - (*evidence ? 0 : 1);
	int rc = known ? action_set(a, json_get_string(known, "label"), fields, 6, RECORD_MACHINE, err)
	               : action_add(a, "finding", fields, all, RECORD_MACHINE, label, err);
	buf_release(&ids);
	return rc;
}

int findings_store(struct action *a, struct case_file *c, const char *evidence, const char *on, const char *check,
                   const json_t *findings, struct err *err)
{
	const json_t *f;
	size_t i;
	json_t *recorded = findings_recorded(c, err);
	int rc = recorded ? 0 : -1;
	json_array_foreach(findings, i, f)
		if (rc == 0 && strcmp(json_get_string(f, "state"), "seen") == 0)
			rc = store_one(a, findings_recorded_of(recorded, json_get_string(f, "rule"), evidence, on),
			               evidence, on, check, f, err);
	json_decref(recorded);
	return rc;
}
