#include "handover/merge/merge_validate.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/kind/kinds.h"
#include "case/store/purgeable_text.h"
#include "case/store/record_validate.h"

#include <string.h>

static int merge_validate_bad(struct err *err, const char *path, const char *why)
{
	return err_set(err, ERR_INVALID, _("'%s': %s"), path, why);
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
static int merge_validate_responder(const char *path, const json_t *object, const json_t *old, struct err *err)
{
	if (json_object_get(old, "key") && !same_member(object, old, "key"))
		return merge_validate_bad(err, path, _("the key of a responder was changed"));
	if (json_object_get(old, "revoked") && !json_object_get(object, "revoked"))
		return merge_validate_bad(err, path, _("the revocation of a responder was taken back"));
	if (json_object_get(old, "revoked") && is_put_off(object, old))
		return merge_validate_bad(err, path, _("the revocation of a responder was put off"));
	return 0;
}

static int merge_validate_origin(const char *path, const json_t *object, const struct buf *before, struct err *err)
{
	static const char *const fixed[] = {"id", "kind", "author", "entered"};
	json_t *old = json_parse(before->data, before->len, err);
	const char *kind = json_get_string(object, "kind");
	int is_conflict = kind_has(kind, KIND_CONFLICT); /* made by whoever merged first, which two can be */
	int rc = old ? 0 : -1;
	if (rc == 0 && kind_has(kind, KIND_RESPONDER))
		rc = merge_validate_responder(path, object, old, err);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed && rc == 0; i++)
		if (!same_member(object, old, fixed[i]) && !(is_conflict && strcmp(fixed[i], "entered") == 0))
			rc = err_set(err, ERR_INVALID, _("'%s': %s of a record was changed"), path, fixed[i]);
	json_decref(old);
	return rc;
}

static void note_digests(json_t *named, const json_t *object)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const char *text = json_string_value(value);
		if (text && (purgeable_text_is_digest(text, NULL) ||
		             (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64)))
			json_object_set_new(named, text, json_true());
	}
}

int merge_validate_file(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err)
{
	if (!text)
		return merge_validate_bad(err, path, _("it was removed: records are retracted, never removed"));
	json_t *object = record_validate(path, text->data, text->len, err);
	if (!object)
		return -1;
	int rc = before ? merge_validate_origin(path, object, before, err) : 0;
	if (rc == 0 && ctx)
		note_digests(ctx, object);
	json_decref(object);
	return rc;
}

int merge_validate_name(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err)
{
	(void)before;
	json_t *object = text ? record_validate(path, text->data, text->len, err) : NULL;
	if (object)
		note_digests(ctx, object);
	json_decref(object);
	return object ? 0 : -1;
}
