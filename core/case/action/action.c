#include "case/action/action.h"
#include "base/json.h"
#include "base/uuid.h"
#include "case/action/action_private.h"
#include "case/action/action_subject.h"
#include "case/action/contact_status.h"
#include "case/action/custody.h"
#include "case/action/eligible.h"
#include "case/action/reserve.h"
#include "case/kind/nearest.h"
#include "case/query/record_named.h"
#include "case/store/record_validate.h"
#include "case/store/rules.h"
#include "case/store/value.h"

#include <stdlib.h>
#include <string.h>

static struct action *action_new(struct case_file *c, const char *verb)
{
	struct action *a = xcalloc(1, sizeof *a);
	a->c = c;
	a->verb = xstrdup(verb);
	a->when = clock_now();
	a->by_id = json_object();
	c->action = a;
	return a;
}

struct action *action_begin(struct case_file *c, const char *verb, struct err *err)
{
	if (c->missing_key && c->identity && !c->identity->secret_key)
		c->missing_key(c->missing_key_ctx);
	if (case_may_write(c, err) < 0)
		return NULL;
	if (c->action) {
		err_set(err, ERR_FAILED, _("another action is under way"));
		return NULL;
	}
	if (case_step(c, case_statement(c, CASE_BEGIN, err), _("begin a change"), err) < 0)
		return NULL;
	return action_new(c, verb);
}

struct action *action_begin_within(struct case_file *c, const char *verb, struct err *err)
{
	if (case_may_write(c, err) < 0)
		return NULL;
	struct action *a = action_new(c, verb);
	a->always = 1;
	return a;
}

void action_step(struct action *a, const char *label)
{
	free(a->step);
	a->step = label ? xstrdup(label) : NULL;
}

void action_subject(struct action *a, const char *line)
{
	free(a->subject);
	a->subject = xstrdup(line);
}

void action_trailer(struct action *a, const char *line)
{
	free(a->trailer);
	a->trailer = xstrdup(line);
}

int action_fail(struct action *a, struct err *err)
{
	a->failed = 1;
	if (err && !a->why.code)
		a->why = *err;
	return -1;
}

/* Forgets all changes but the first `count`. */
static void drop_changes(struct action *a, size_t count)
{
	for (size_t i = count; i < a->count; i++) {
		free(a->changes[i].kind);
		free(a->changes[i].path);
		free(a->changes[i].text);
		free(a->changes[i].title);
		free(a->changes[i].told);
		free(a->changes[i].how);
	}
	a->count = count;
}

void action_free(struct action *a)
{
	drop_changes(a, 0);
	free(a->changes);
	json_decref(a->by_id);
	free(a->verb);
	free(a->step);
	free(a->trailer);
	free(a->subject);
	a->c->action = NULL;
	free(a);
}

/* ---- references */

struct reference_context {
	struct action *action;
	unsigned flags;
};

static int is_me(const char *text)
{
	return strcmp(text, "me") == 0 || strcmp(text, "自分") == 0;
}

static int resolve_reference(void *ctx, const struct field *field, const char *text, char id[37], struct err *err)
{
	struct reference_context *r = ctx;
	struct case_file *c = r->action->c;
	struct err inner = ERR_INIT;
	if (is_me(text) && kind_has(field->ref_kind, KIND_PARTY) && case_responder_name(c))
		text = case_responder_name(c); /* "me" is typed as a name, and is one */
	json_t *record = record_stored(c, text, &inner);
	if (record) {
		const struct kind *kind = record_kind(record);
		int ok = kind && field_accepts_kind(field, kind);
		if (ok)
			snprintf(id, 37, "%s", json_get_string(record, "id"));
		else
			err_set(err, ERR_USAGE, _("%s is a record of the kind %s; wanted: %s"), text,
			        json_get_string(record, "kind"), field->ref_kind);
		json_decref(record);
		return ok ? 0 : -1;
	}
	if (inner.code != ERR_NOT_FOUND)
		return err_take(err, &inner);
	if (!label_is_meant(text)) {
		int found = record_find_named(c, kind_find(field->ref_kind), text, id);
		if (found == 1)
			return 0;
		if (found > 1)
			return err_set(err, ERR_USAGE, _("several records are called '%s'; give a label such as R1-A1"),
			               text);
		if (strcmp(field->ref_kind, "party") == 0 && !(r->flags & RECORD_NO_PARTY)) {
			struct assign name = {"name", text};
			char label[LABEL_TEXT];
			if (action_add(r->action, "party", &name, 1, 0, label, err) < 0)
				return -1;
			snprintf(id, 37, "%s", r->action->changes[r->action->count - 1].id);
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, _("there is no record '%s' in this case; give a label such as R1-A1"), text);
}

/* ---- changing one record */

static int unknown_field(const struct kind *kind, const char *name, struct err *err)
{
	struct buf names = BUF_INIT;
	if (nearest_fields(kind, name, &names))
		err_set(err, ERR_USAGE, _("%s has no field '%s'; nearest: %s. `genba help %s` lists all"), kind->name,
		        name, names.data, kind->name);
	else
		err_set(err, ERR_USAGE, _("%s has no field '%s'; `genba help %s` lists them"), kind->name, name,
		        kind->name);
	buf_release(&names);
	return -1;
}

static int assign_fields(struct action *a, const struct kind *kind, json_t *object, const struct assign *fields,
                         size_t count, unsigned flags, struct err *err)
{
	struct reference_context r = {a, flags};
	struct value_context v = {a->c, resolve_reference, &r};
	for (size_t i = 0; i < count; i++) {
		const struct field *field = kind_field_called(kind, fields[i].name);
		if (!field && kind->letters && !json_object_get(object, "label") &&
		    strcmp(fields[i].name, "label") == 0)
			continue; /* of a new record: make_label() */
		if (!field)
			return unknown_field(kind, fields[i].name, err);
		if (field->machine && !(flags & RECORD_MACHINE)) {
			err_set(err, ERR_USAGE, _("this field is written by genba only"));
			return err_field(err, field->name);
		}
		json_t *value = value_parse(&v, field, fields[i].value, json_object_get(object, field->name), err);
		if (!value)
			return -1;
		if (json_is_null(value)) {
			json_object_del(object, field->name);
			json_decref(value);
		} else {
			json_object_set_new(object, field->name, value);
		}
	}
	return 0;
}

static int check_required(const struct kind *kind, const json_t *object, struct err *err)
{
	struct buf missing = BUF_INIT;
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (field->required && !field->values && !json_object_get(object, field->name))
			buf_addf(&missing, "%s%s", missing.len ? ", " : "", field->name);
	}
	int rc = 0;
	if (missing.len)
		rc = err_set(err, ERR_USAGE, _("%s: these fields are required: %s"), kind->name, missing.data);
	buf_release(&missing);
	return rc;
}

/* Enum fields whose table marks a default get it; "unknown" stays unset, which means the same. */
static void set_defaults(const struct kind *kind, json_t *object)
{
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (field->fallback && strcmp(field->fallback, "unknown") != 0 && !json_object_get(object, field->name))
			json_object_set_new(object, field->name, json_string(field->fallback));
	}
}

static void stamp(struct action *a, json_t *object, const char *field)
{
	char now[CLOCK_TEXT];
	clock_format(a->when, now);
	json_object_set_new(object, field, json_string(now));
}

struct changed *action_entry(struct action *a, const char *id)
{
	const json_t *index = json_object_get(a->by_id, id);
	if (index) /* an earlier change of the same record in this action */
		return &a->changes[json_integer_value(index)];
	if (a->count == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 8;
		a->changes = xrealloc(a->changes, a->cap * sizeof *a->changes);
	}
	json_object_set_new(a->by_id, id, json_integer((json_int_t)a->count));
	struct changed *entry = &a->changes[a->count++];
	memset(entry, 0, sizeof *entry);
	snprintf(entry->id, sizeof entry->id, "%s", id);
	return entry;
}

/* Writes the record and remembers it for the commit; `before` (NULL: new) for what the commit's subject tells. */
static int action_keep(struct action *a, json_t *object, int is_new, const json_t *before, struct err *err)
{
	struct buf text = BUF_INIT;
	if (record_validate_object(object, err) < 0 || json_canonical(object, &text, err) < 0 ||
	    record_store(a->c, object, text.data, is_new, err) < 0) {
		buf_release(&text);
		return -1;
	}
	struct changed *entry = action_entry(a, json_get_string(object, "id"));
	if (!entry->kind) {
		struct buf path = BUF_INIT;
		record_path(json_get_string(object, "kind"), entry->id, &path);
		entry->path = buf_take(&path, NULL);
		entry->kind = xstrdup(json_get_string(object, "kind"));
		snprintf(entry->label, sizeof entry->label, "%s", json_get_string(object, "label"));
		action_subject_note(a, entry, before, object);
	} else {
		free(entry->text);
	}
	entry->text = buf_take(&text, NULL);
	return 0;
}

/* The label of a new record: the one that was kept free for it on paper, or the next one. */
static int make_label(struct action *a, const struct kind *kind, const char *kept, char label[LABEL_TEXT],
                      struct err *err)
{
	if (kept) {
		snprintf(label, LABEL_TEXT, "%s", kept);
		return reserve_take(a, a->c, kind, kept, err);
	}
	long long number = reserve_next_number(a->c, kind, err);
	if (number < 0)
		return -1;
	label_write(label, a->c->mark, kind->letters, number);
	return 0;
}

/* The value given for `label`, which is no field: a label kept free (reserve.h). NULL: none. */
static const char *label_given(const struct assign *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, "label") == 0)
			return fields[i].value;
	return NULL;
}

static int is_transfer(const json_t *object)
{
	const char *kind = json_get_string(object, "kind");
	return kind_has(kind, KIND_CUSTODY);
}

static int set_eligible(void *ctx, const char *id, const char *value, struct err *err)
{
	struct assign field = {"eligible", value};
	return action_set(ctx, id, &field, 1, RECORD_MACHINE, err);
}

static int set_chain_status(void *ctx, const char *id, const char *value, struct err *err)
{
	struct assign field = {"chain_status", value};
	return action_set(ctx, id, &field, 1, 0, err);
}

/* Fields that nobody types follow what they rest on. */
static int follow(struct action *a, const json_t *before, const json_t *after, struct err *err)
{
	if (is_transfer(after) && custody_follow(a, a->c, before, after, err) < 0)
		return -1;
	if (contact_status_follow(a->c, after, set_chain_status, a, err) < 0)
		return -1;
	return eligible_follow(a->c, before, after, set_eligible, a, err);
}

int action_insert(struct action *a, json_t *object, struct err *err)
{
	if (action_keep(a, object, 1, NULL, err) < 0)
		return action_fail(a, err);
	return follow(a, NULL, object, err);
}

int action_add(struct action *a, const char *kind_name, const struct assign *fields, size_t count, unsigned flags,
               char label[LABEL_TEXT], struct err *err)
{
	const struct kind *kind = kind_find(kind_name);
	if (!kind) {
		struct buf names = BUF_INIT;
		for (size_t i = 0; i < kind_count(); i++)
			buf_addf(&names, "%s%s", i ? ", " : "", kind_at(i)->name);
		err_set(err, ERR_USAGE, _("there is no kind '%s'; kinds: %s"), kind_name, names.data);
		buf_release(&names);
		return action_fail(a, err);
	}
	if (rule_machine_kind(kind) && !(flags & RECORD_MACHINE)) {
		err_set(err, ERR_USAGE, _("records of the kind %s are made by genba only"), kind->name);
		return action_fail(a, err);
	}
	char id[37];
	uuid_new(id);
	json_t *object = json_object();
	int rc = assign_fields(a, kind, object, fields, count, flags, err);
	if (rc == 0) {
		set_defaults(kind, object);
		rc = check_required(kind, object, err);
	}
	if (rc == 0 && kind->letters)
		rc = make_label(a, kind, label_given(fields, count), label, err);
	else if (rc == 0)
		snprintf(label, LABEL_TEXT, "%s", kind->name);
	if (rc == 0) {
		json_object_set_new(object, "id", json_string(id));
		json_object_set_new(object, "kind", json_string(kind->name));
		json_object_set_new(object, "label", json_string(label));
		json_object_set_new(object, "author", json_string(a->c->mark));
		stamp(a, object, "entered");
		stamp(a, object, "modified");
		rc = rule_settle(a->c, NULL, object, flags, err);
	}
	if (rc == 0)
		rc = rule_check(a->c, object, err);
	if (rc == 0)
		rc = action_insert(a, object, err);
	json_decref(object);
	return rc < 0 ? action_fail(a, err) : 0;
}

static int action_run(struct case_file *c, enum case_statement which, const char *doing, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, which, err);
	return s ? case_step(c, s, doing, err) : -1;
}

int action_try_add(struct action *a, const char *kind, const struct assign *fields, size_t count, unsigned flags,
                   char label[LABEL_TEXT], struct err *err)
{
	size_t before = a->count;
	if (a->failed)
		return -1;
	if (action_run(a->c, CASE_TRY, _("begin a change"), err) < 0)
		return action_fail(a, err);
	if (action_add(a, kind, fields, count, flags, label, err) < 0) {
		if (action_run(a->c, CASE_TRY_UNDO, "", NULL) < 0 || action_run(a->c, CASE_TRY_DONE, "", NULL) < 0)
			return -1; /* the whole action stays failed */
		drop_changes(a, before);
		a->failed = 0;
		err_clear(&a->why);
		return -1;
	}
	return action_run(a->c, CASE_TRY_DONE, _("write a record"), err) < 0 ? action_fail(a, err) : 0;
}

void action_merges(struct action *a, const char *commit)
{
	snprintf(a->merges, sizeof a->merges, "%s", commit);
}

void action_forwards(struct action *a, const char *commit)
{
	snprintf(a->forwards, sizeof a->forwards, "%s", commit);
}

static int store_aliases(struct case_file *c, const json_t *object, struct err *err)
{
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(object, "aliases"), i, alias) {
		sqlite3_stmt *s = case_statement(c, CASE_ALIAS_PUT, err);
		if (!s || !json_is_string(alias))
			return -1;
		sqlite3_bind_text(s, 1, json_string_value(alias), -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, json_get_string(object, "id"), -1, SQLITE_STATIC);
		if (case_step(c, s, _("write a former label"), err) < 0)
			return -1;
	}
	return 0;
}

static int action_relabel(struct case_file *c, const json_t *object, struct err *err)
{
	const char *label = json_get_string(object, "label");
	char mark[MARK_TEXT];
	int64_t number;
	label_columns(label, mark, &number);
	sqlite3_stmt *s = case_statement(c, CASE_RELABEL, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, json_get_string(object, "id"), -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, label, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, mark, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 4, number);
	return case_step(c, s, _("write a label"), err);
}

int action_store(struct action *a, const json_t *object, struct err *err)
{
	const char *id = json_get_string(object, "id");
	const char *was = record_label_of(a->c, id, NULL);
	int is_new = was == NULL;
	if (!is_new && strcmp(was, json_get_string(object, "label")) != 0 && action_relabel(a->c, object, err) < 0)
		return action_fail(a, err);
	if (action_keep(a, (json_t *)(uintptr_t)object, is_new, NULL, err) < 0 || store_aliases(a->c, object, err) < 0)
		return action_fail(a, err);
	return 0;
}

int action_replace(struct action *a, const json_t *before, json_t *after, struct err *err)
{
	if (json_equal((json_t *)(uintptr_t)before, after))
		return 0;
	stamp(a, after, "modified");
	if (rule_check(a->c, after, err) < 0)
		return action_fail(a, err);
	if (action_keep(a, after, 0, before, err) < 0)
		return action_fail(a, err);
	return follow(a, before, after, err) < 0 ? action_fail(a, err) : 0;
}

int action_set(struct action *a, const char *label, const struct assign *fields, size_t count, unsigned flags,
               struct err *err)
{
	json_t *before = record_stored(a->c, label, err);
	if (!before)
		return action_fail(a, err);
	const struct kind *kind = record_kind(before);
	json_t *after = json_deep_copy(before);
	int rc = 0;
	if (!kind)
		rc = err_set(err, ERR_FAILED,
		             _("%s is of the kind '%s', which this genba does not know: it is kept as it is"), label,
		             json_get_string(before, "kind"));
	else if (record_is_retracted(before) && !(flags & RECORD_WITH_RETRACTED))
		rc = err_set(err, ERR_FAILED, _("%s was retracted (%s); `undo` brings it back"), label,
		             json_get_string(before, "retracted"));
	if (rc == 0)
		rc = assign_fields(a, kind, after, fields, count, flags, err);
	if (rc == 0)
		rc = check_required(kind, after, err);
	if (rc == 0)
		rc = rule_settle(a->c, before, after, flags, err);
	if (rc == 0)
		rc = action_replace(a, before, after, err);
	json_decref(before);
	json_decref(after);
	return rc < 0 ? action_fail(a, err) : 0;
}

static int check_retracting(const json_t *stored, const char *label, struct err *err)
{
	if (kind_has(json_get_string(stored, "kind"), KIND_ONE))
		return err_set(err, ERR_USAGE, _("the case itself cannot be retracted"));
	if (record_is_retracted(stored))
		return err_set(err, ERR_FAILED, _("%s was retracted already (%s)"), label,
		               json_get_string(stored, "retracted"));
	return 0;
}

int record_may_retract(struct case_file *c, const char *label, struct err *err)
{
	json_t *stored = record_stored(c, label, err);
	int rc = stored ? check_retracting(stored, label, err) : -1;
	json_decref(stored);
	return rc;
}

int action_retract(struct action *a, const char *label, const char *reason, struct err *err)
{
	json_t *before = record_stored(a->c, label, err);
	if (!before)
		return action_fail(a, err);
	json_t *after = json_deep_copy(before);
	int rc = 0;
	if (!reason || !*reason)
		rc = err_set(err, ERR_USAGE, _("a retraction needs a reason: --reason TEXT"));
	else
		rc = check_retracting(before, label, err);
	if (rc == 0) {
		struct assign why = {"retract_reason", reason};
		rc = assign_fields(a, record_kind(before), after, &why, 1, RECORD_MACHINE, err);
	}
	if (rc == 0) {
		stamp(a, after, "retracted");
		rc = action_replace(a, before, after, err);
	}
	json_decref(before);
	json_decref(after);
	return rc < 0 ? action_fail(a, err) : 0;
}

/* ---- one action each */

int record_add(struct case_file *c, const char *kind, const struct assign *fields, size_t count, unsigned flags,
               char label[LABEL_TEXT], struct err *err)
{
	struct action *a = action_begin(c, kind_add_verb(kind), err);
	if (!a)
		return -1;
	action_add(a, kind, fields, count, flags, label, err);
	return action_commit(a, err);
}

int record_set(struct case_file *c, const char *label, const struct assign *fields, size_t count, unsigned flags,
               struct err *err)
{
	struct action *a = action_begin(c, "set", err);
	if (!a)
		return -1;
	action_set(a, label, fields, count, flags, err);
	return action_commit(a, err);
}

int record_retract(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	struct action *a = action_begin(c, "retract", err);
	if (!a)
		return -1;
	action_retract(a, label, reason, err);
	return action_commit(a, err);
}
