/* The rules of record_origin.h: what a commit may bring, and what it may change of a record that is there. */
#include "base/json.h"
#include "case/kind/conflict.h"
#include "case/store/record_validate.h"
#include "case/trust/record_origin_private.h"
#include "history/exchange.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a new record */

static int begins_with_mark(const char *label, const char *mark)
{
	size_t n = strlen(mark);
	return strncmp(label, mark, n) == 0 && label[n] == '-';
}

static int signer_has_mark(struct record_origins *o, const char *mark)
{
	for (unsigned i = 0; i < o->now.parent_count && i < 2; i++)
		if (responders_has_mark(o->responders, o->now.parents[i], o->now.key, mark))
			return 1;
	return 0;
}

static int mark_is_taken(struct record_origins *o, const struct responder *r)
{
	for (unsigned i = 0; i < o->now.parent_count && i < 2; i++)
		if (responders_mark_is_anothers(o->responders, o->now.parents[i], r->key, r->mark))
			return 1;
	return 0;
}

/* The record as a parent has it, or NULL. New reference. */
static json_t *at_parent(struct record_origins *o, unsigned i, const char *path)
{
	struct buf text = BUF_INIT;
	json_t *record = NULL;
	if (i < o->now.parent_count && history_read(o->c->history, o->now.parents[i], path, &text, NULL) == 0)
		record = json_parse(text.data, text.len, NULL);
	buf_release(&text);
	return record;
}

/* A conflict is of two values that met in the merge that made it. */
static int judge_new_conflict(struct record_origins *o, const json_t *conflict, struct err *err)
{
	const char *record = json_get_string(conflict, "record");
	const char *field = json_get_string(conflict, "field");
	struct buf path = BUF_INIT;
	json_t *values[2] = {NULL, NULL};
	int there = 0;
	const struct origin *past = origin_of_id(o, record);
	const char *kind = past ? past->kind : NULL;
	if (!kind)
		record_label_of(o->c, record, &kind);
	if (kind)
		record_path(kind, record, &path);
	for (unsigned i = 0; kind && i < 2; i++) {
		json_t *side = at_parent(o, i, path.data);
		there += side != NULL;
		values[i] = conflict_text(json_object_get(side, field));
		json_decref(side);
	}
	const json_t *one = json_object_get(conflict, "one");
	const json_t *other = json_object_get(conflict, "other");
	int met = there == 2 && ((json_same(one, values[0]) && json_same(other, values[1])) ||
	                         (json_same(one, values[1]) && json_same(other, values[0])));
	json_decref(values[0]);
	json_decref(values[1]);
	buf_release(&path);
	return met ? 0
	           : err_set(err, ERR_DAMAGED, _("%s is a conflict of values that did not meet there"),
	                     record_label(conflict));
}

/* Who entered a record is who signed the commit that brought it, and names it by the own mark: nobody writes in another's
 * name, nor uses up another's labels. */
int origin_judge_new(struct record_origins *o, const json_t *record, struct err *err)
{
	const char *author = json_get_string(record, "author");
	const char *label = json_get_string(record, "label");
	if (o->now.parent_count == 0)
		return 0; /* whoever makes a case says what it begins with */
	if (kind_has(json_get_string(record, "kind"), KIND_CONFLICT))
		return judge_new_conflict(o, record, err);
	if (!signer_has_mark(o, author))
		return err_set(err, ERR_DAMAGED, _("%s is said to be entered by %s, who did not sign it"), label,
		               author);
	if (!begins_with_mark(label, author) || json_object_get(record, "aliases"))
		return err_set(err, ERR_DAMAGED, _("%s is a label that %s could not give"), label, author);
	if (kind_has(json_get_string(record, "kind"), KIND_RESPONDER)) {
		struct responder r;
		responder_read(&r, "", record);
		if (mark_is_taken(o, &r))
			return err_set(err, ERR_DAMAGED,
			               _("%s gives the mark %s, which is another key's, to a new one"), label, r.mark);
	}
	return 0;
}

/* ---- a record that is there */

static int record_origin_rules_holds(const json_t *record, const json_t *name)
{
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(record, "aliases"), i, alias)
		if (json_same(alias, name))
			return 1;
	return json_same(json_object_get(record, "label"), name);
}

/* Marks of a label: that of its maker, or what became of it. */
static int is_label_by(struct record_origins *o, const struct origin *past, const char *label)
{
	char mark[MARK_TEXT];
	char was[MARK_TEXT];
	char settled[MARK_TEXT];
	char letters[LABEL_LETTERS];
	char old[LABEL_LETTERS];
	unsigned char key[32];
	long number;
	if (!label_split(label, mark, letters, &number) || !label_split(past->label, was, old, &number) ||
	    strcmp(letters, old) != 0)
		return 0;
	if (strcmp(mark, was) == 0)
		return 1;
	if (history_signer_of(o->c->history, past->first, key, NULL) < 0)
		return 0;
	responder_mark_settled(was, key, settled);
	return strcmp(mark, settled) == 0;
}

/* The label stays, or was changed by a merge that met another record of that label; then the former one is kept. */
static int judge_label(struct record_origins *o, const struct origin *past, const char *path, const json_t *record,
                       struct err *err)
{
	const json_t *label = json_object_get(record, "label");
	const json_t *aliases = json_object_get(record, "aliases");
	if (origin_is_text(record, "label", past->label) && !aliases)
		return 0;
	json_t *sides[2] = {at_parent(o, 0, path), at_parent(o, 1, path)};
	int known = 0;
	int from_side = 0;
	int all_known = 1;
	for (int i = 0; i < 2; i++) {
		known |= sides[i] && json_same(json_object_get(sides[i], "label"), label) &&
		         json_same(json_object_get(sides[i], "aliases"), aliases);
		from_side |= sides[i] && json_same(json_object_get(sides[i], "label"), label);
	}
	size_t i;
	json_t *alias;
	int first_kept = origin_is_text(record, "label", past->label);
	json_array_foreach((json_t *)(uintptr_t)aliases, i, alias) {
		all_known &= record_origin_rules_holds(sides[0], alias) || record_origin_rules_holds(sides[1], alias);
		first_kept |= strcmp(json_string_value(alias), past->label) == 0;
		if (!(record_origin_rules_holds(sides[0], alias) || record_origin_rules_holds(sides[1], alias)) &&
		    !known) {
			err_set(err, ERR_DAMAGED, _("%s was never called %s"), record_label(record),
			        json_string_value(alias));
		}
	}
	int rc = 0;
	if (!known && !all_known)
		rc = -1;
	else if (!known && o->now.parent_count < 2)
		rc = err_set(err, ERR_DAMAGED, _("the label of %s was changed"), past->label);
	else if (!first_kept)
		rc = err_set(err, ERR_DAMAGED, _("a label was changed and the former one not kept: %s, now %s"),
		             past->label, record_label(record));
	else if (!is_label_by(o, past, record_label(record)))
		rc = err_set(err, ERR_DAMAGED, _("%s was given a label of another's: %s"), past->label,
		             record_label(record));
	if (rc == 0 && !from_side)
		json_object_set_new(o->renamed, past->label, json_integer(0));
	json_decref(sides[0]);
	json_decref(sides[1]);
	return rc;
}

static int as_at_parents(struct record_origins *o, const char *path, const json_t *record, const char *name)
{
	int is = 0;
	for (unsigned i = 0; i < o->now.parent_count && i < 2 && !is; i++) {
		json_t *side = at_parent(o, i, path);
		is = side && json_same(json_object_get(side, name), json_object_get(record, name));
		json_decref(side);
	}
	return is;
}

/* Marks are changed by merges only, where two copies had given one to two keys. */
static int judge_mark(struct record_origins *o, const struct origin *past, const char *path, const json_t *record,
                      struct err *err)
{
	char hex[65];
	if (origin_is_text(record, "mark", past->mark) || as_at_parents(o, path, record, "mark"))
		return 0;
	if (o->now.parent_count < 2 || !past->has_key)
		return err_set(err, ERR_DAMAGED, _("the mark of the responder %s was changed"), record_label(record));
	sodium_bin2hex(hex, sizeof hex, past->key, 32);
	json_object_set_new(o->remarked, past->mark, json_string(hex));
	return 0;
}

static int merge_validate_responder(struct record_origins *o, const struct origin *past, const char *path,
                                    const json_t *record, struct err *err)
{
	struct responder r;
	responder_read(&r, path, record);
	if (!past->mark || r.has_key != past->has_key || memcmp(r.key, past->key, 32) != 0)
		return err_set(err, ERR_DAMAGED, _("the key of a responder was changed: %s"), r.label);
	if (o->now.parent_count < 2 && memcmp(o->now.key, past->key, 32) != 0 &&
	    !as_at_parents(o, path, record, "reserved"))
		return err_set(err, ERR_DAMAGED, _("the labels that %s keeps free were changed by somebody else"),
		               r.label);
	return judge_mark(o, past, path, record, err);
}

static int digest_changed(const json_t *record, struct err *err)
{
	return err_set(err, ERR_DAMAGED,
	               _("a digest of evidence was changed that was complete: %s; a new reading is a new record"),
	               record_label(record));
}

/* A version on another branch may not have a digest yet; it is lost where a parent has it. */
static int judge_evidence(struct record_origins *o, const struct origin *past, const char *path, const json_t *record,
                          struct err *err)
{
	const char *name;
	json_t *value;
	int follows = past->complete && history_is_ancestor(o->c->history, past->complete, o->now.number);
	json_object_foreach(past->digests, name, value) {
		const json_t *now = json_object_get(record, name);
		if (now && !json_same(now, value) && (follows || origin_is_text(record, "complete", "complete")))
			return digest_changed(record, err);
		for (unsigned i = 0; !now && i < o->now.parent_count && i < 2; i++) {
			json_t *side = at_parent(o, i, path);
			int lost = json_object_get(side, name) != NULL;
			json_decref(side);
			if (lost)
				return digest_changed(record, err);
		}
	}
	return 0;
}

int origin_judge_last(const struct origin *past, const json_t *record, struct err *err)
{
	const char *name;
	json_t *value;
	json_object_foreach(past->digests, name, value)
		if (!json_same(json_object_get(record, name), value))
			return digest_changed(record, err);
	return 0;
}

int origin_judge_old(struct record_origins *o, const struct origin *past, const char *path, const json_t *record,
                     struct err *err)
{
	int rc = 0;
	if (!origin_is_kind(record, past->kind))
		return err_set(err, ERR_DAMAGED, _("%s has the id of %s, another record"), record_label(record),
		               past->label);
	if (kind_has(json_get_string(record, "kind"), KIND_CONFLICT))
		return 0; /* all that is fixed of it is in its id */
	if (!origin_is_text(record, "author", past->author))
		rc = err_set(err, ERR_DAMAGED, _("'%s': %s of a record was changed"), path, "author");
	else if (!origin_is_text(record, "entered", past->entered))
		rc = err_set(err, ERR_DAMAGED, _("'%s': %s of a record was changed"), path, "entered");
	if (rc == 0)
		rc = judge_label(o, past, path, record, err);
	if (rc == 0 && kind_has(json_get_string(record, "kind"), KIND_RESPONDER))
		rc = merge_validate_responder(o, past, path, record, err);
	if (rc == 0 && kind_has(json_get_string(record, "kind"), KIND_EVIDENCE))
		rc = judge_evidence(o, past, path, record, err);
	return rc;
}
