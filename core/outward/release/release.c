#include "outward/release/release.h"
#include "outward/release/release_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/words.h"
#include "case/query/filter.h"
#include "vault/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void release_close(struct release *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->field_count; i++) {
		free(r->fields[i].kind);
		free(r->fields[i].field);
		free(r->fields[i].reason);
	}
	free(r->fields);
	for (size_t i = 0; i < r->reason_count; i++) {
		free(r->reasons[i].kind);
		free(r->reasons[i].reason);
	}
	free(r->reasons);
	release_labels_release(&r->labels);
	forbidden_free(r->named);
	release_abandon(r);
	if (r->reads_all)
		vault_cache(case_vault(r->c), VAULT_CACHE);
	forbidden_free(r->forbidden);
	filter_free(r->filter);
	free(r->to);
	free(r->tlp);
	free(r->decision);
	free(r->title);
	free(r->secret);
	free(r);
}

struct case_file *release_case(const struct release *r)
{
	return r->c;
}

const char *release_tlp(const struct release *r)
{
	return r->tlp;
}

const char *release_case_title(const struct release *r)
{
	return r->title;
}

static int release_has(const struct release *r, const char *label)
{
	const struct release_label *entry = release_labels_find(&r->labels, label);
	return entry && entry->state & LABEL_LEAVES;
}

/* ---- what is left out */

uint16_t release_why(struct release *r, const char *kind, const char *reason)
{
	for (size_t i = 0; i < r->reason_count; i++)
		if (strcmp(r->reasons[i].kind, kind) == 0 && strcmp(r->reasons[i].reason, reason) == 0)
			return (uint16_t)i;
	if (r->reason_count == UINT16_MAX) /* there are not so many kinds */
		return 0;
	r->reasons = xrealloc(r->reasons, (r->reason_count + 1) * sizeof *r->reasons);
	r->reasons[r->reason_count] = (struct release_reason){xstrdup(kind), xstrdup(reason)};
	return (uint16_t)r->reason_count++;
}

static void set_state(struct release *r, const char *label, unsigned char state, uint64_t *count, const char *kind,
                      const char *reason)
{
	struct release_label *entry = release_labels_put(&r->labels, label);
	*count += !(entry->state & state);
	entry->state |= state;
	entry->why = release_why(r, kind ? kind : "", reason);
}

void release_stay(struct release *r, const char *label, const char *kind, const char *reason)
{
	set_state(r, label, LABEL_STAYS, &r->staying, kind, reason);
}

void release_lose_record(struct release *r, const json_t *record, const char *reason)
{
	set_state(r, record_label(record), LABEL_LOST, &r->lost, json_get_string(record, "kind"), reason);
}

void release_lose_field(struct release *r, const char *kind, const char *field, const char *reason)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (strcmp(r->fields[i].kind, kind) == 0 && strcmp(r->fields[i].field, field) == 0 &&
		    strcmp(r->fields[i].reason, reason) == 0) {
			r->fields[i].records++;
			return;
		}
	r->fields = xrealloc(r->fields, (r->field_count + 1) * sizeof *r->fields);
	r->fields[r->field_count++] = (struct lost_field){xstrdup(kind), xstrdup(field), xstrdup(reason), 1};
}

static const char *no_place(void)
{
	return _("the format has no place for it");
}

/* What every record has, and what the case makes of it: no fields. */
static const char of_every_record[] = "id kind label author entered modified disputed disputed_values";

void release_lose_rest(struct release *r, const json_t *record, const char *known)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)record, name, value)
		if (!words_among(of_every_record, name) && !words_among(known, name) &&
		    !json_is(record, name, "unknown") && !(json_is_array(value) && json_array_size(value) == 0))
			release_lose_field(r, json_get_string(record, "kind"), name, no_place());
}

int release_has_no_place(const struct release *r, const char *kind, const char *field)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (strcmp(r->fields[i].kind, kind) == 0 && strcmp(r->fields[i].field, field) == 0 &&
		    strcmp(r->fields[i].reason, no_place()) == 0)
			return 1;
	return 0;
}

int release_each_loss(const struct release *r, int (*fn)(void *ctx, const json_t *item), void *ctx)
{
	static const unsigned char states[] = {LABEL_STAYS, LABEL_LOST};
	int rc = 0;
	for (size_t s = 0; s < sizeof states; s++)
		for (uint32_t i = 0; i < r->labels.count && rc == 0; i++) {
			const struct release_label *entry = &r->labels.entries[i];
			if (!(entry->state & states[s]))
				continue;
			const struct release_reason *why = &r->reasons[entry->why];
			json_t *item = json_pack("{s:s, s:s, s:s, s:s}", "what", "record", "kind", why->kind, "label",
			                         release_labels_text(&r->labels, entry->label), "reason", why->reason);
			rc = fn(ctx, item);
			json_decref(item);
		}
	for (size_t i = 0; i < r->field_count && rc == 0; i++) {
		json_t *item = json_pack("{s:s, s:s, s:s, s:I, s:s}", "what", "field", "kind", r->fields[i].kind,
		                         "field", r->fields[i].field, "records", (json_int_t)r->fields[i].records,
		                         "reason", r->fields[i].reason);
		rc = fn(ctx, item);
		json_decref(item);
	}
	return rc;
}

json_t *release_stays(const struct release *r)
{
	json_t *counts = json_object();
	for (uint32_t i = 0; i < r->labels.count; i++) {
		if (!(r->labels.entries[i].state & LABEL_STAYS))
			continue;
		const char *kind = r->reasons[r->labels.entries[i].why].kind;
		json_int_t before = json_integer_value(json_object_get(counts, kind));
		json_object_set_new(counts, kind, json_integer(before + 1));
	}
	return counts;
}

size_t release_lost_fields(const struct release *r)
{
	return r->field_count;
}

uint64_t release_lost_records(const struct release *r)
{
	return r->lost;
}

void release_counts(const struct release *r, uint64_t *records, uint64_t *left_out)
{
	*left_out = r->staying + r->lost;
	*records = r->leaving - r->lost;
}

/* ---- what a writer notes of records */

void release_note(struct release *r, const json_t *record, unsigned char note)
{
	struct release_label *entry = release_labels_put(&r->labels, record_label(record));
	const char *id = json_get_string(record, "id");
	char hex[33];
	size_t n = 0;
	for (const char *p = id ? id : ""; *p && n < 32; p++)
		if (*p != '-')
			hex[n++] = *p;
	sodium_hex2bin(entry->uuid, sizeof entry->uuid, hex, n, NULL, NULL, NULL);
	entry->note = note;
}

static unsigned char note_of(const struct release_label *entry, char uuid[37])
{
	const unsigned char *u = entry->uuid;
	if (entry->note)
		snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
		         u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
	return entry->note;
}

unsigned char release_noted(const struct release *r, const char *label, char uuid[37])
{
	const struct release_label *entry = label ? release_labels_find(&r->labels, label) : NULL;
	return entry ? note_of(entry, uuid) : 0;
}

void release_lose_others(struct release *r, const char *const *kinds, const char *reason)
{
	for (uint32_t i = 0; i < r->labels.count; i++) {
		struct release_label *entry = &r->labels.entries[i];
		const char *kind = r->reasons[entry->kind].kind;
		size_t k = 0;
		while (kinds[k] && strcmp(kinds[k], kind) != 0)
			k++;
		if (entry->state == LABEL_LEAVES && !kinds[k]) {
			entry->state |= LABEL_LOST;
			entry->why = release_why(r, kind, reason);
			r->lost++;
		}
	}
}

int release_each_noted(const struct release *r,
                       int (*fn)(void *ctx, const char *label, unsigned char note, const char *uuid), void *ctx)
{
	int rc = 0;
	for (uint32_t i = 0; i < r->labels.count && rc == 0; i++) {
		char uuid[37];
		unsigned char note = note_of(&r->labels.entries[i], uuid);
		if (note)
			rc = fn(ctx, release_labels_text(&r->labels, r->labels.entries[i].label), note, uuid);
	}
	return rc;
}

/* ---- records as they leave */

/* Puts pseudonyms in the place of names in a text. New string. What is written so that its letters are not there as they are
 * (full width, escaped) is left alone: the gate refuses it. */
static char *redact(const struct release *r, const char *text)
{
	struct forbidden_hit hit;
	char *now = xstrdup(text);
	/* as often as there are names: a pseudonym may hold a name itself */
	for (size_t left = forbidden_count(r->named); left > 0 && forbidden_search(r->named, now, strlen(now), &hit);
	     left--) {
		size_t n = strlen(hit.name);
		struct buf out = BUF_INIT;
		const char *at = strcasestr(now, hit.name);
		const char *p = now;
		for (; at; p = at + n, at = strcasestr(p, hit.name)) {
			buf_add(&out, p, (size_t)(at - p));
			buf_adds(&out, hit.label);
		}
		if (p == now) {
			buf_release(&out);
			break;
		}
		buf_adds(&out, p);
		free(now);
		now = buf_take(&out, NULL);
	}
	return now;
}

/* Whether the text names the label of a record that stays: R1-A1. */
static int names_what_stays(const struct release *r, const char *text)
{
	char label[LABEL_TEXT];
	for (const char *p = text; *p;) {
		size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
		if (n >= 4 && n < sizeof label) {
			memcpy(label, p, n);
			label[n] = '\0';
			const struct release_label *entry = release_labels_find(&r->labels, label);
			if (entry && entry->state & LABEL_STAYS)
				return 1;
		}
		p += n ? n : 1;
	}
	return 0;
}

struct release_walk {
	struct release *r;
	record_fn fn;
	void *ctx;
	struct err *err;
};

static json_t *refs_that_leave(const struct release *r, const json_t *refs)
{
	json_t *kept = json_array();
	size_t i;
	json_t *item;
	json_array_foreach(refs, i, item) {
		if (json_is_string(item) && release_has(r, json_string_value(item)))
			json_array_append(kept, item);
	}
	return kept;
}

/* One side of what is disputed, as it leaves; null where it may not. New reference. */
static json_t *side_that_leaves(const struct release *r, const struct field *field, json_t *value)
{
	const char *text = json_string_value(value);
	if (!field || field->type == FIELD_SECRET)
		return json_null();
	if (field->type == FIELD_REFS)
		return json_is_array(value) ? refs_that_leave(r, value) : json_null();
	if (!text)
		return json_incref(value);
	if (field->type == FIELD_REF ? !release_has(r, text) : names_what_stays(r, text))
		return json_null();
	char *plain = r->redacted ? redact(r, text) : NULL;
	json_t *side = json_string(plain ? plain : text);
	free(plain);
	return side;
}

/* That a field is disputed is told, and of both sides no more than of a value. */
static void trim_disputed(const struct release *r, json_t *record, const struct named_kind *k)
{
	const json_t *all = json_object_get(record, "disputed_values");
	json_t *kept = json_object();
	const char *name;
	const json_t *sides;
	json_object_foreach((json_t *)(uintptr_t)all, name, sides) {
		const struct field *field = kind_field(record_kind(record), name);
		json_t *two = json_array();
		for (size_t i = 0; k && i < sizeof k->fields / sizeof *k->fields && k->fields[i]; i++)
			if (strcmp(k->fields[i], name) == 0)
				field = NULL; /* it has a pseudonym */
		for (size_t i = 0; i < json_array_size(sides); i++)
			json_array_append_new(two, side_that_leaves(r, field, json_array_get(sides, i)));
		json_object_set_new(kept, name, two);
	}
	if (all)
		json_object_set(record, "disputed_values", kept);
	json_decref(kept);
}

/* Takes out the fields that no row of the kind's table tells of: a newer genba wrote them, as secrets or names perhaps. */
static void trim_unknown(struct release *r, json_t *record, const struct kind *kind)
{
	size_t count;
	char **names = json_names(record, &count);
	for (size_t i = 0; i < count; i++)
		if (!words_among(of_every_record, names[i]) && !kind_field(kind, names[i])) {
			release_lose_field(r, kind->name, names[i], _("a field that this genba does not know"));
			json_object_del(record, names[i]);
		}
	json_names_free(names, count);
}

/* Takes out of a copy of the record what may not leave with it. */
static void trim(struct release *r, json_t *record)
{
	const struct kind *kind = record_kind(record);
	const struct named_kind *k = r->redacted ? release_names(record) : NULL;
	const struct release_label *entry = release_labels_find(&r->labels, record_label(record));
	const char *pseudonym = entry && entry->pseudonym ? release_labels_text(&r->labels, entry->pseudonym) : NULL;
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		json_t *value = json_object_get(record, field->name);
		const char *text = json_string_value(value);
		if (!value)
			continue;
		if (field->type == FIELD_SECRET) {
			release_lose_field(r, kind->name, field->name, _("secrets never leave"));
			json_object_del(record, field->name);
		} else if (r->internal) {
			continue;
		} else if (field->type == FIELD_REF && text && !release_has(r, text)) {
			release_lose_field(r, kind->name, field->name, _("refers to a record that stays"));
			json_object_del(record, field->name);
		} else if (field->type == FIELD_REFS) {
			json_t *kept = refs_that_leave(r, value);
			if (json_array_size(kept) != json_array_size(value))
				release_lose_field(r, kind->name, field->name, _("refers to a record that stays"));
			json_object_set_new(record, field->name, kept);
		} else if (text && names_what_stays(r, text)) {
			release_lose_field(r, kind->name, field->name, _("names a record that stays"));
			json_object_del(record, field->name);
		} else if (text && r->redacted) {
			char *plain = redact(r, text);
			json_object_set_new(record, field->name, json_string(plain));
			free(plain);
		}
	}
	if (!r->internal) {
		trim_disputed(r, record, k);
		if (kind)
			trim_unknown(r, record, kind);
	}
	for (size_t i = 0; k && pseudonym && i < sizeof k->fields / sizeof *k->fields && k->fields[i]; i++)
		if (i == 0)
			json_object_set_new(record, k->fields[i], json_string(pseudonym));
		else
			json_object_del(record, k->fields[i]);
}

json_t *release_one(struct release *r, const json_t *record)
{
	if (!release_has(r, record_label(record)))
		return NULL;
	json_t *copy = json_copy((json_t *)(uintptr_t)record);
	trim(r, copy);
	return copy;
}

int release_step(struct release *r, struct err *err)
{
	r->steps++;
	return progress_step(r->progress, _("what leaves"), r->steps < r->total ? r->steps : r->total, r->total, err);
}

static int walk_record(void *ctx, json_t *record)
{
	struct release_walk *w = ctx;
	if (release_step(w->r, w->err) < 0)
		return -1;
	json_t *copy = release_one(w->r, record);
	int rc = copy ? w->fn(w->ctx, copy) : 0;
	json_decref(copy);
	return rc;
}

int release_each(struct release *r, const char *kind, record_fn fn, void *ctx, struct err *err)
{
	struct release_walk w = {r, fn, ctx, err};
	return record_each(r->c, kind, 0, walk_record, &w, err);
}
