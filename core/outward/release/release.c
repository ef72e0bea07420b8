#include "outward/release/release.h"
#include "outward/release/release_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/filter.h"

#include <sodium.h>
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
	json_decref(r->leaving);
	json_decref(r->staying);
	json_decref(r->lost);
	json_decref(r->pseudonyms);
	json_decref(r->reasons);
	release_abandon(r);
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
	return json_object_get(r->leaving, label) != NULL;
}

/* ---- what is left out */

/* [kind, reason], the same for all records of which both are the same. New reference. */
json_t *release_why(struct release *r, const char *kind, const char *reason)
{
	char *key = xasprintf("%s %s", kind ? kind : "", reason);
	json_t *why = json_object_get(r->reasons, key);
	if (!why) {
		why = json_pack("[s, s]", kind ? kind : "", reason);
		json_object_set_new(r->reasons, key, why);
	}
	free(key);
	return json_incref(why);
}

void release_lose_record(struct release *r, const json_t *record, const char *reason)
{
	json_object_set_new(r->lost, record_label(record), release_why(r, json_get_string(record, "kind"), reason));
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

static int is_among(const char *words, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = words; (p = strstr(p, name)) != NULL; p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return 1;
	return 0;
}

void release_lose_rest(struct release *r, const json_t *record, const char *known)
{
	static const char own[] = "id kind label author entered modified disputed"; /* of every record */
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)record, name, value)
		if (!is_among(own, name) && !is_among(known, name) && !json_is(record, name, "unknown") &&
		    !(json_is_array(value) && json_array_size(value) == 0))
			release_lose_field(r, json_get_string(record, "kind"), name,
			                   _("the format has no place for it"));
}

static void tell_lost(json_t *array, json_t *labels)
{
	const char *label;
	json_t *why;
	json_object_foreach(labels, label, why)
		json_array_append_new(array, json_pack("{s:s, s:O, s:s, s:O}", "what", "record", "kind",
		                                       json_array_get(why, 0), "label", label, "reason",
		                                       json_array_get(why, 1)));
}

json_t *release_loss(const struct release *r)
{
	json_t *array = json_array();
	tell_lost(array, r->staying);
	tell_lost(array, r->lost);
	for (size_t i = 0; i < r->field_count; i++)
		json_array_append_new(array,
		                      json_pack("{s:s, s:s, s:s, s:I, s:s}", "what", "field", "kind", r->fields[i].kind,
		                                "field", r->fields[i].field, "records",
		                                (json_int_t)r->fields[i].records, "reason", r->fields[i].reason));
	return array;
}

json_t *release_stays(const struct release *r)
{
	json_t *counts = json_object();
	const char *label;
	json_t *why;
	json_object_foreach(r->staying, label, why) {
		const char *kind = json_string_value(json_array_get(why, 0));
		json_int_t before = json_integer_value(json_object_get(counts, kind));
		json_object_set_new(counts, kind, json_integer(before + 1));
	}
	return counts;
}

void release_counts(const struct release *r, uint64_t *records, uint64_t *left_out)
{
	*left_out = json_object_size(r->staying) + json_object_size(r->lost);
	*records = json_object_size(r->leaving) - json_object_size(r->lost);
}

/* ---- records as they leave */

/* Puts pseudonyms in the place of names in a text. New string. */
static char *redact(const struct release *r, const char *text)
{
	struct buf out = BUF_INIT;
	const char *name;
	json_t *pseudonym;
	char *now = xstrdup(text);
	json_object_foreach(r->pseudonyms, name, pseudonym) {
		size_t n = strlen(name);
		if (n < FORBIDDEN_LEAST || !strcasestr(now, name))
			continue;
		buf_clear(&out);
		for (const char *p = now, *hit; *p; p = hit + n) {
			hit = strcasestr(p, name);
			buf_add(&out, p, hit ? (size_t)(hit - p) : strlen(p));
			if (!hit)
				break;
			buf_adds(&out, json_string_value(pseudonym));
		}
		free(now);
		now = xstrdup(out.data);
	}
	buf_release(&out);
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
			if (json_object_get(r->staying, label))
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

/* Takes out of a copy of the record what may not leave with it. */
static void trim(struct release *r, json_t *record)
{
	const struct kind *kind = record_kind(record);
	const struct named_kind *k = r->redacted ? release_names(record) : NULL;
	const char *pseudonym = json_string_value(json_object_get(r->leaving, record_label(record)));
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

static int walk_record(void *ctx, json_t *record)
{
	struct release_walk *w = ctx;
	json_t *copy = release_one(w->r, record);
	int rc = copy ? w->fn(w->ctx, copy) : 0;
	json_decref(copy);
	return rc;
}

int release_each(struct release *r, const char *kind, record_fn fn, void *ctx, struct err *err)
{
	struct release_walk w = {r, fn, ctx};
	return record_each(r->c, kind, 0, walk_record, &w, err);
}
