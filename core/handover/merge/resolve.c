#include "handover/merge/resolve.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/action.h"
#include "case/care/invariants.h"
#include "case/store/purgeable_text.h"

#include <stdlib.h>
#include <string.h>

/* What a person types for a value that is stored in this form: sets joined by commas, "" for unset. The caller frees. */
static char *typed_value(const char *stored)
{
	json_t *value = stored ? json_loads(stored, JSON_DECODE_ANY, NULL) : NULL;
	struct buf text = BUF_INIT;
	size_t i;
	json_t *member;
	buf_adds(&text, "");
	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			buf_addf(&text, "%s%s", i ? "," : "",
			         json_string_value(member) ? json_string_value(member) : "");
	} else {
		buf_adds(&text, stored ? stored : "");
	}
	json_decref(value);
	return buf_take(&text, NULL);
}

/* Names the text that is in the text store, here or on another copy: it is not written down a second time. */
static int set_digest(struct case_file *c, struct action *a, const json_t *conflict, const char *stored,
                      struct err *err)
{
	json_t *before = record_get(c, json_get_string(conflict, "record"), RECORD_RAW | RECORD_WITH_RETRACTED, err);
	if (!before)
		return -1;
	json_t *after = json_deep_copy(before);
	json_object_set_new(after, json_get_string(conflict, "field"), json_string(stored));
	int rc = action_replace(a, before, after, err);
	json_decref(before);
	json_decref(after);
	return rc;
}

/* The field that a person may change, or NULL: a conflict that came from elsewhere may name any other, the key and the
 * author of a record, too. */
static const struct field *field_to_decide(struct case_file *c, const json_t *conflict, struct err *err)
{
	const char *name = json_get_string(conflict, "field");
	json_t *record = record_get(c, json_get_string(conflict, "record"), RECORD_RAW | RECORD_WITH_RETRACTED, err);
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind && conflict_may_be_about(record, name) ? kind_field(kind, name) : NULL;
	if (record && !field)
		err_set(err, ERR_FAILED, _("%s is about %s, which nobody may change: it is left as it is"),
		        record_label(conflict), name);
	json_decref(record);
	return field;
}

static int resolve_decide(struct case_file *c, struct action *a, const json_t *conflict, const struct field *about,
                          const char *label, const char *choice, const char *reason, struct err *err)
{
	int side = *choice != '=';
	const char *stored = side ? json_get_string(conflict, choice) : NULL;
	int in_store = about->type == FIELD_LONG || about->type == FIELD_SECRET;
	int digest = in_store && stored && purgeable_text_is_digest(stored, NULL);
	char *value = side ? typed_value(stored) : xstrdup(choice + 1);
	/* which of the two, where the value itself must not be written down again */
	const char *told = digest || about->type == FIELD_SECRET ? (side ? choice : "=") : value;
	struct assign field = {json_get_string(conflict, "field"), value};
	const char *by = case_responder(c); /* NULL: it stays unset */
	struct assign state[] = {{"state", "resolved"}, {"resolution", told}, {"reason", reason}, {"resolved_by", by}};
	int rc = digest ? set_digest(c, a, conflict, stored, err)
	                : action_set(a, json_get_string(conflict, "record"), &field, 1, RECORD_WITH_RETRACTED, err);
	if (rc == 0)
		rc = action_set(a, label, state, by ? 4 : 3, 0, err);
	free(value);
	return rc;
}

/* The conflict as stored; ERR_USAGE if the record of that label is none. New reference. */
static json_t *conflict_of(struct case_file *c, const char *label, struct err *err)
{
	json_t *conflict = record_get(c, label, RECORD_RAW, err);
	if (conflict && (!kind_has(json_get_string(conflict, "kind"), KIND_CONFLICT) ||
	                 !json_get_string(conflict, "record") || !json_get_string(conflict, "field"))) {
		err_set(err, ERR_USAGE, _("%s is no conflict; list them: genba list conflict"), label);
		json_decref(conflict);
		conflict = NULL;
	}
	return conflict;
}

int conflict_resolve(struct case_file *c, const char *label, const char *choice, const char *reason, struct err *err)
{
	int side = strcmp(choice, "one") == 0 || strcmp(choice, "other") == 0;
	json_t *conflict = conflict_of(c, label, err);
	if (!conflict)
		return -1;
	int rc = 0;
	if (!side && *choice != '=')
		rc = err_set(err, ERR_USAGE, _("decide by one, other or =VALUE"));
	const struct field *about = rc == 0 ? field_to_decide(c, conflict, err) : NULL;
	struct action *a = about ? action_begin(c, "resolve", err) : NULL;
	if (a && resolve_decide(c, a, conflict, about, label, choice, reason ? reason : "", err) == 0) {
		rc = action_commit(a, err);
	} else {
		action_cancel(a);
		rc = -1;
	}
	json_decref(conflict);
	return rc;
}

int conflict_explain(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	const struct assign why = {"reason", reason};
	json_t *conflict = conflict_of(c, label, err);
	if (!conflict)
		return -1;
	const char *state = json_get_string(conflict, "state");
	int rc = !state || strcmp(state, "open") == 0
	             ? err_set(err, ERR_USAGE, _("%s is not decided yet: decide it first"), label)
	             : 0;
	if (rc == 0)
		rc = record_set(c, label, &why, 1, 0, err);
	json_decref(conflict);
	return rc;
}
