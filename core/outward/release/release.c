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
	forbidden_free(r->forbidden);
	filter_free(r->filter);
	free(r->to);
	free(r->tlp);
	free(r->decision);
	free(r->title);
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

void release_lose_record(struct release *r, const json_t *record, const char *reason)
{
	json_object_set_new(r->lost, record_label(record), json_string(reason));
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

static void tell_lost(json_t *array, struct case_file *c, json_t *labels)
{
	const char *label;
	json_t *reason;
	json_object_foreach(labels, label, reason) {
		json_t *record = record_get(c, label, RECORD_RAW, NULL);
		const char *kind = record ? json_get_string(record, "kind") : NULL;
		json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:O}", "what", "record", "kind",
		                                       kind ? kind : "", "label", label, "reason", reason));
		json_decref(record);
	}
}

json_t *release_loss(const struct release *r)
{
	json_t *array = json_array();
	tell_lost(array, r->c, r->staying);
	tell_lost(array, r->c, r->lost);
	for (size_t i = 0; i < r->field_count; i++)
		json_array_append_new(array,
		                      json_pack("{s:s, s:s, s:s, s:I, s:s}", "what", "field", "kind", r->fields[i].kind,
		                                "field", r->fields[i].field, "records",
		                                (json_int_t)r->fields[i].records, "reason", r->fields[i].reason));
	return array;
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

static int walk_record(void *ctx, json_t *record)
{
	struct release_walk *w = ctx;
	if (!release_has(w->r, record_label(record)))
		return 0;
	json_t *copy = json_copy(record);
	trim(w->r, copy);
	int rc = w->fn(w->ctx, copy);
	json_decref(copy);
	return rc;
}

int release_each(struct release *r, const char *kind, record_fn fn, void *ctx, struct err *err)
{
	struct release_walk w = {r, fn, ctx};
	return record_each(r->c, kind, 0, walk_record, &w, err);
}

/* ---- leaving */

static int record_release(struct release *r, const char *format, const char *path, const char *sha256, size_t n,
                          char label[LABEL_TEXT], struct err *err)
{
	uint64_t records;
	uint64_t left_out;
	char counts[3][24];
	const char *name = strrchr(path, '/');
	release_counts(r, &records, &left_out);
	snprintf(counts[0], sizeof counts[0], "%llu", (unsigned long long)records);
	snprintf(counts[1], sizeof counts[1], "%llu", (unsigned long long)left_out);
	snprintf(counts[2], sizeof counts[2], "%zu", n);
	struct assign fields[] = {{"format", format},
	                          {"when", "now"},
	                          {"file", name ? name + 1 : path},
	                          {"sha256", sha256},
	                          {"size", counts[2]},
	                          {"records", counts[0]},
	                          {"left_out", counts[1]},
	                          {"commit", case_head(r->c)},
	                          {"redacted", r->redacted ? "yes" : "no"},
	                          {"tlp", r->tlp},
	                          {"to", r->to},
	                          {"approved_by", r->decision}};
	size_t count = sizeof fields / sizeof *fields - (r->internal ? 2 : 0);
	return record_add(r->c, "release", fields, count, RECORD_MACHINE, label, err);
}

int release_finish(struct release *r, const char *format, const void *bytes, size_t n, const char *path,
                   char label[LABEL_TEXT], struct err *err)
{
	struct forbidden_hit hit;
	unsigned char digest[crypto_hash_sha256_BYTES];
	char sha256[65];
	if (!r->internal && forbidden_search(r->forbidden, bytes, n, &hit))
		return err_set(
		    err, ERR_FAILED,
		    _("nothing was written: the %s of %s, which may not leave, stands in what would have left; correct "
		      "the record that quotes it, or use --redacted"),
		    hit.field, hit.label);
	if (!path)
		return 0;
	crypto_hash_sha256(digest, bytes, n);
	sodium_bin2hex(sha256, sizeof sha256, digest, sizeof digest);
	if (path_write_file(path, bytes, n, 0, err) < 0)
		return -1;
	if (record_release(r, format, path, sha256, n, label, err) < 0) {
		unlink(path); /* nothing leaves that is not on record */
		return -1;
	}
	return 0;
}
