/* First, last and whose: what the hits on record say of an indicator, for a person to accept. */
#include "finding/sweep/record/sweep_found.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

static void add(json_t *array, const char *label, const char *name, const char *was, const char *value)
{
	json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "label", label, "kind", "proposal", "field",
	                                       name, "was", was ? was : "", "value", value));
}

/* Whether the moment lies before (sign -1) or behind what is on record; a record that says nothing gives way. */
static int goes_beyond(const char *was, const char *moment, int sign)
{
	struct edtf a;
	struct edtf b;
	int64_t from;
	int64_t until;
	int64_t at;
	int64_t end;
	if (!was)
		return 1;
	if (edtf_parse(was, &a, NULL) < 0 || edtf_parse(moment, &b, NULL) < 0 ||
	    edtf_bounds(&a, NULL, NULL, &from, &until) < 0 || edtf_bounds(&b, NULL, NULL, &at, &end) < 0)
		return 0;
	return sign < 0 ? at < from : at > until;
}

/* To the second, as records have it. */
static void moment_of(const char *when, char text[32])
{
	snprintf(text, 32, "%.19sZ", when);
}

/* The first (sign -1) or last of the times that have a zone: no zone is invented on record. */
static const char *utmost(const struct found_indicator *it, int sign)
{
	const char *most = "";
	for (size_t k = 0; k < it->count; k++) {
		const struct found_line *line = &it->lines[k];
		int order = strcmp(line->when, most);
		if (line->is_utc && (!*most || (sign < 0 ? order < 0 : order > 0)))
			most = line->when;
	}
	return most;
}

static void propose(const struct found_indicator *it, const json_t *record, json_t *array)
{
	char moment[32];
	struct buf more = BUF_INIT;
	const json_t *seen_on = json_object_get(record, "seen_on");
	json_t *new = json_array();
	const char *first = utmost(it, -1);
	const char *last = utmost(it, 1);
	moment_of(first, moment);
	if (*first && goes_beyond(json_get_string(record, "first_seen"), moment, -1))
		add(array, it->label, "first_seen", json_get_string(record, "first_seen"), moment);
	moment_of(last, moment);
	if (*last && goes_beyond(json_get_string(record, "last_seen"), moment, 1))
		add(array, it->label, "last_seen", json_get_string(record, "last_seen"), moment);
	for (size_t k = 0; k < it->count; k++) {
		const char *asset = it->lines[k].asset;
		if (!*asset || json_holds(seen_on, asset) || json_holds(new, asset))
			continue;
		json_array_append_new(new, json_string(asset));
		buf_addf(&more, "%s+%s", more.len ? "," : "", asset);
	}
	if (more.len) {
		struct buf was = BUF_INIT;
		const json_t *member;
		size_t i;
		json_array_foreach(seen_on, i, member)
			buf_addf(&was, "%s%s", i ? "," : "", json_string_value(member));
		add(array, it->label, "seen_on", was.data, more.data);
		buf_release(&was);
	}
	json_decref(new);
	buf_release(&more);
}

json_t *sweep_proposals(const struct sweep_found *found, struct case_file *c, struct err *err)
{
	json_t *array = json_array();
	for (size_t i = 0; i < found->count; i++) {
		const struct found_indicator *it = &found->all[i];
		if (!*it->label || it->refuted)
			continue;
		json_t *record = record_get(c, it->label, 0, err);
		if (!record) {
			json_decref(array);
			return NULL;
		}
		propose(it, record, array);
		json_decref(record);
	}
	return array;
}

int sweep_accept(struct case_file *c, const json_t *proposals, struct err *err)
{
	struct action *a = action_begin(c, "set", err);
	const json_t *p;
	size_t i;
	int rc = a ? 0 : -1;
	json_array_foreach(proposals, i, p) {
		struct assign change = {json_get_string(p, "field"), json_get_string(p, "value")};
		if (rc == 0)
			rc = action_set(a, json_get_string(p, "label"), &change, 1, 0, err);
	}
	if (rc < 0) {
		action_cancel(a);
		return -1;
	}
	return action_commit(a, err);
}
