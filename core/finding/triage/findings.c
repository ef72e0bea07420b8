#include "finding/triage/findings.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"
#include "finding/triage/check/check.h"
#include "finding/triage/findings_store.h"
#include "finding/triage/triage.h"

#include <string.h>

struct finding_gathering {
	struct case_file *c;
	struct observation_filter *filter;
	json_t *findings;
	json_t *recorded;
	json_t *done; /* evidence that was looked at: it has one set of triage, and others of other rooms */
	const struct progress *progress;
	/* of one evidence */
	struct triage_check *check;
	const struct observation_set *set;
	struct buf unread;
};

static int take_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct finding_gathering *g = ctx;
	(void)err;
	if (strcmp(set->id, g->set->id) == 0)
		triage_check_row(g->check, o);
	return 0;
}

static void note_unread(void *ctx, const struct observation_set *set, const char *reason)
{
	struct finding_gathering *g = ctx;
	if (strcmp(set->id, g->set->id) == 0)
		buf_adds(&g->unread, reason);
}

/* The finding as a row, so that the filter's words mean the same. */
static int is_wanted(const struct finding_gathering *g, const json_t *finding)
{
	struct buf fields = BUF_INIT;
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)finding, name, value) {
		if (json_is_string(value))
			observation_field(&fields, name, json_string_value(value));
		else if (json_is_integer(value))
			observation_field_number(&fields, name, json_integer_value(value));
	}
	struct observation o = {
	    .when = OBSERVATION_NO_TIME, .path = "", .fields = fields.data, .fields_size = fields.len};
	int wanted = observation_filter_match(g->filter, &o, g->set);
	buf_release(&fields);
	return wanted;
}

/* What a person holds of it. */
static void add_record(const struct finding_gathering *g, const char *asset, json_t *f)
{
	const json_t *known = findings_recorded_of(g->recorded, json_get_string(f, "rule"), g->set->evidence, asset);
	int seen = strcmp(json_get_string(f, "state"), "seen") == 0;
	json_object_set_new(f, "status", json_string(!seen ? "" : known ? json_get_string(known, "status") : "open"));
	if (!seen || !known)
		return;
	json_object_set_new(f, "label", json_string(json_get_string(known, "label")));
	if (*json_get_string(known, "assessment"))
		json_object_set_new(f, "assessment", json_string(json_get_string(known, "assessment")));
}

/* What a person's own rules saw when the evidence was read: they are not here now. */
static json_t *recorded_rules(const struct finding_gathering *g, const char *asset)
{
	json_t *array = json_array();
	const char *key;
	json_t *known;
	json_object_foreach(g->recorded, key, known)
		if (strncmp(json_get_string(known, "rule"), "sigma.", 6) == 0 &&
		    json_is(known, "evidence", *g->set->evidence ? g->set->evidence : asset))
			json_array_append(array, json_object_get(known, "finding"));
	return array;
}

static void take_findings(struct finding_gathering *g)
{
	json_t *check = record_get(g->c, g->set->check, 0, NULL);
	const char *asset = json_string_value(json_array_get(json_object_get(check, "on"), 0));
	json_t *all = triage_check_findings(g->check);
	json_t *f;
	size_t i;
	if (g->unread.len)
		json_array_append_new(
		    all,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:n, s:n, s:[]}", "label", "", "kind",
		              "finding", "rule", "gap.unread", "state", "not_covered", "level", "info", "technique", "",
		              "title", _("The stored rows could not be read."), "reason", g->unread.data, "source",
		              g->set->evidence, "count", (json_int_t)0, "when", "until", "observations"));
	triage_add_findings(all, recorded_rules(g, asset ? asset : ""));
	json_array_foreach(all, i, f) {
		json_object_set_new(f, "asset", json_string(asset ? asset : ""));
		json_object_set_new(f, "check", json_string(g->set->check));
		add_record(g, asset ? asset : "", f);
		if (is_wanted(g, f))
			json_array_append(g->findings, f);
	}
	json_decref(all);
	json_decref(check);
}

static int look_at_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct finding_gathering *g = ctx;
	const char *what = *set->evidence ? set->evidence : set->source; /* a collection that is no evidence */
	if (!triage_made(set) || json_object_get(g->done, what))
		return 0; /* newest first: an older set was replaced by that one */
	json_object_set_new(g->done, what, json_true());
	g->set = set;
	g->check = triage_check_new(what, set->evidence_sha256);
	buf_clear(&g->unread);
	struct observation_query q = {.evidence = *set->evidence ? set->evidence : NULL, .problem = note_unread};
	int rc = observation_query_run(g->c, &q, take_row, g, g->progress, err);
	if (rc == 0)
		take_findings(g);
	triage_check_free(g->check);
	return rc < 0 ? -1 : 0;
}

/* A field that no finding has, such as one that is mistyped, would leave nothing: as if nothing had been found. */
#define FINDING_FIELDS                                                                                              \
	"label kind rule title state status level technique when until count source asset reason check assessment " \
	"evidence"

static int is_finding_field(const char *name)
{
	const char *at = FINDING_FIELDS;
	for (size_t n = strcspn(at, " "); *at; at += n + (at[n] == ' '), n = strcspn(at, " "))
		if (strlen(name) == n && strncmp(at, name, n) == 0)
			return 1;
	return 0;
}

static struct observation_filter *finding_filter(const char *text, struct err *err)
{
	struct observation_filter *filter = observation_filter_parse(text ? text : "", err);
	const char *unknown = filter ? observation_filter_unknown(filter, is_finding_field) : NULL;
	if (!unknown)
		return filter;
	err_set(err, ERR_INVALID, _("filter: '%s' is no field of %s. Fields: %s"), unknown, "finding", FINDING_FIELDS);
	observation_filter_free(filter);
	return NULL;
}

json_t *triage_findings(struct case_file *c, const char *filter, const struct progress *progress, struct err *err)
{
	struct finding_gathering g = {.c = c, .progress = progress, .unread = BUF_INIT};
	g.filter = finding_filter(filter, err);
	if (!g.filter)
		return NULL;
	g.recorded = findings_recorded(c, err);
	if (!g.recorded) {
		observation_filter_free(g.filter);
		return NULL;
	}
	g.findings = json_array();
	g.done = json_object();
	if (observation_set_each(c, NULL, look_at_set, &g, err) < 0) {
		json_decref(g.findings);
		g.findings = NULL;
	}
	triage_order_findings(g.findings);
	json_decref(g.done);
	json_decref(g.recorded);
	observation_filter_free(g.filter);
	buf_release(&g.unread);
	return g.findings;
}
