#include "handover/judge.h"

#include "base/edtf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/identity.h"
#include "case/record.h"
#include "case/text_store.h"

#include <string.h>

#define TEXT_LIMIT   (1U << 20) /* bytes of a record */
#define LABEL_DIGITS 9

static int bad(struct err *err, const char *path, const char *why)
{
	return err_set(err, ERR_INVALID, _("'%s': %s"), path, why);
}

static int is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (!text || strlen(text) != sizeof form - 1)
		return 0;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return 0;
	return 1;
}

/* Letters, digits and '-' only, as in R1-A12, X-1a2b3c4d and `case`; no number that nobody could count on from. */
static int is_label(const char *text)
{
	size_t digits = 0;
	if (!text || !*text || strlen(text) >= LABEL_TEXT)
		return 0;
	for (const char *p = text; *p; p++) {
		int digit = *p >= '0' && *p <= '9';
		digits = digit ? digits + 1 : 0;
		if (digits > LABEL_DIGITS || (!digit && *p != '-' && !((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')))
			return 0;
	}
	return 1;
}

static int is_value_of(const struct field *field, const json_t *value)
{
	if (field->type != FIELD_ENUM && field->type != FIELD_ENUMS && field->type != FIELD_TRI)
		return 1;
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].name, json_string_value(value)) == 0)
			return 1;
	return 0;
}

static int set_fits(const struct field *field, const json_t *value)
{
	size_t i;
	json_t *member;
	if (!json_is_array(value))
		return 0;
	json_array_foreach((json_t *)(uintptr_t)value, i, member)
		if (!json_is_string(member) || !is_value_of(field, member) ||
		    (field->type == FIELD_REFS && !is_uuid(json_string_value(member))))
			return 0;
	return 1;
}

static int value_fits(const struct field *field, const json_t *value)
{
	switch (field->type) {
	case FIELD_ENUMS:
	case FIELD_REFS:
	case FIELD_TAGS:
		return set_fits(field, value);
	case FIELD_INT:
	case FIELD_SIZE:
		return json_is_integer(value);
	case FIELD_REF:
		return is_uuid(json_string_value(value));
	default:
		return json_is_string(value) && is_value_of(field, value);
	}
}

static int judge_fields(const char *path, const json_t *object, const struct kind *kind, struct err *err)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const struct field *field = kind_field(kind, name);
		if (field && !value_fits(field, value))
			return err_set(err, ERR_INVALID, _("'%s': the field %s holds what does not belong there"), path,
			               name);
	}
	return 0;
}

static int same_member(const json_t *a, const json_t *b, const char *name)
{
	const char *x = json_get_string(a, name);
	const char *y = json_get_string(b, name);
	return x && y && strcmp(x, y) == 0;
}

static int first_second(const json_t *object, int64_t *first)
{
	struct edtf time;
	int64_t last;
	const char *text = json_get_string(object, "revoked");
	return text && edtf_parse(text, &time, NULL) == 0 ? edtf_bounds(&time, NULL, NULL, first, &last) : -1;
}

/* Whether a key would count for longer than before. */
static int is_put_off(const json_t *object, const json_t *old)
{
	int64_t before;
	int64_t now;
	if (same_member(object, old, "revoked") || first_second(old, &before) < 0)
		return 0;
	return first_second(object, &now) < 0 || now > before;
}

/* A responder is known by the key, and one who was revoked stays so: neither a change nor a merge takes that back. */
static int judge_responder(const char *path, const json_t *object, const json_t *old, struct err *err)
{
	if (json_object_get(old, "key") && !same_member(object, old, "key"))
		return bad(err, path, _("the key of a responder was changed"));
	if (json_object_get(old, "revoked") && !json_object_get(object, "revoked"))
		return bad(err, path, _("the revocation of a responder was taken back"));
	if (json_object_get(old, "revoked") && is_put_off(object, old))
		return bad(err, path, _("the revocation of a responder was put off"));
	return 0;
}

/* What was taken whole has its digests for ever: other bytes are other evidence. */
static int judge_evidence(const char *path, const json_t *object, const json_t *old, struct err *err)
{
	static const char *const digests[] = {"sha256", "md5", "sha1", "source_sha256"};
	const char *complete = json_get_string(old, "complete");
	for (size_t i = 0; complete && strcmp(complete, "complete") == 0 && i < sizeof digests / sizeof *digests; i++)
		if (json_object_get(old, digests[i]) && !same_member(object, old, digests[i]))
			return bad(err, path, _("a digest of evidence was changed"));
	return 0;
}

static int judge_origin(const char *path, const json_t *object, const struct buf *before, struct err *err)
{
	static const char *const fixed[] = {"id", "kind", "author", "entered"};
	json_t *old = json_parse(before->data, before->len, err);
	const char *kind = json_get_string(object, "kind");
	int is_conflict = kind && strcmp(kind, "conflict") == 0; /* made by whoever merged first, which two can be */
	int rc = old ? 0 : -1;
	if (rc == 0 && kind && strcmp(kind, "responder") == 0)
		rc = judge_responder(path, object, old, err);
	if (rc == 0 && kind && strcmp(kind, "evidence") == 0)
		rc = judge_evidence(path, object, old, err);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed && rc == 0; i++)
		if (!same_member(object, old, fixed[i]) && !(is_conflict && strcmp(fixed[i], "entered") == 0))
			rc = err_set(err, ERR_INVALID, _("'%s': %s of a record was changed"), path, fixed[i]);
	if (rc == 0 && !same_member(object, old, "label")) {
		size_t i;
		json_t *alias;
		int kept = 0;
		json_array_foreach(json_object_get(object, "aliases"), i, alias)
			kept |= json_equal(alias, json_object_get(old, "label"));
		if (!kept)
			rc = bad(err, path, _("a label was changed and the former one not kept"));
	}
	json_decref(old);
	return rc;
}

static int judge_record(const char *path, const json_t *object, const struct buf *before, struct err *err)
{
	struct buf right = BUF_INIT;
	const char *id = json_get_string(object, "id");
	const char *kind = json_get_string(object, "kind");
	if (!is_uuid(id) || !kind || !is_label(json_get_string(object, "label")))
		return bad(err, path, _("a record without proper id, kind and label"));
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(object, "aliases"), i, alias)
		if (!is_label(json_string_value(alias)))
			return bad(err, path, _("a record without proper id, kind and label"));
	record_path(kind, id, &right);
	int fits = strcmp(right.data, path) == 0;
	buf_release(&right);
	if (!fits)
		return bad(err, path, _("a record does not lie where its kind and id belong"));
	if (!json_get_string(object, "author") || !json_get_string(object, "entered") ||
	    !json_get_string(object, "modified"))
		return bad(err, path, _("a record that does not say who entered it and when"));
	if (strcmp(kind, "responder") == 0 &&
	    (!json_get_string(object, "mark") || mark_check(json_get_string(object, "mark"), NULL) < 0))
		return bad(err, path, _("a responder without a proper mark"));
	const struct kind *known = kind_find(kind);
	if (known && judge_fields(path, object, known, err) < 0)
		return -1;
	return before ? judge_origin(path, object, before, err) : 0;
}

static void note_digests(json_t *named, const json_t *object)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const char *text = json_string_value(value);
		if (text && (text_store_is_digest(text, NULL) ||
		             (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64)))
			json_object_set_new(named, text, json_true());
	}
}

int judge_file(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err)
{
	if (!text)
		return bad(err, path, _("it was removed: records are retracted, never removed"));
	if (!strchr(path, '/'))
		return bad(err, path, _("a file that is no record was added or changed"));
	if (text->len > TEXT_LIMIT)
		return bad(err, path, _("the record is too large"));
	json_t *object = json_parse_canonical(text->data, text->len, err);
	if (!object) {
		err_prefix(err, "'%s'", path);
		return -1;
	}
	int rc =
	    json_is_object(object) ? judge_record(path, object, before, err) : bad(err, path, _("it is no record"));
	if (rc == 0 && ctx)
		note_digests(ctx, object);
	json_decref(object);
	return rc;
}
