#include "case/store/record_validate.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "base/uuid.h"
#include "case/identity/identity.h"
#include "case/kind/conflict.h"
#include "case/store/purgeable_text.h"
#include "case/store/record.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

/* ---- names, labels, times */

static int is_name(const char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (n == 0 || n > RECORD_NAME || *text < 'a' || *text > 'z')
		return 0;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

/* Letters that a known kind has are its own; what a newer genba brings has others. */
static int are_letters_of(const struct kind *kind, const char *letters)
{
	return kind_by_letters(letters) == kind;
}

static int is_label_of(const struct kind *kind, const char *label)
{
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	long number;
	return label && label_split(label, mark, letters, &number) && are_letters_of(kind, letters);
}

static int is_conflict(const json_t *object)
{
	const char *kind = json_get_string(object, "kind");
	return kind_has(kind, KIND_CONFLICT);
}

static int has_its_label(const json_t *object, const struct kind *kind)
{
	const char *label = json_get_string(object, "label");
	const char *name = json_get_string(object, "kind");
	if (!label)
		return 0;
	if (is_conflict(object))
		return label[0] == 'X' && label[1] == '-' && strlen(label) == 10 &&
		       strncmp(label + 2, json_get_string(object, "id"), 8) == 0;
	if (kind ? !kind->letters : strcmp(label, name) == 0)
		return strcmp(label, name) == 0;
	return is_label_of(kind, label);
}

/* To the second, with its zone: when the program wrote it. */
static int is_moment(const char *text)
{
	struct edtf t;
	return text && edtf_parse(text, &t, NULL) == 0 && t.form == EDTF_POINT && t.from.second >= 0 && t.from.zone &&
	       !t.from.qualifier;
}

/* ---- values */

static int is_digest(const char *text)
{
	size_t n = strlen(text);
	const char *colon = strchr(text, ':');
	const char *hex = colon ? colon + 1 : text;
	size_t digits = strlen(hex);
	if (colon == text || strspn(hex, "0123456789abcdef") != digits ||
	    (colon && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != n - digits - 1))
		return 0;
	return digits == 32 || digits == 40 || digits == 64 || digits == 96 || digits == 128;
}

static int is_stored_text(const char *text, int secret)
{
	int is_secret = 0;
	return purgeable_text_is_digest(text, &is_secret) && is_secret == secret;
}

static int is_value_of(const struct field *field, const char *text)
{
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].name, text) == 0)
			return 1;
	return 0;
}

static int text_fits(const struct field *field, const char *text)
{
	struct edtf time;
	struct duration duration;
	switch (field->type) {
	case FIELD_ENUM:
	case FIELD_ENUMS:
	case FIELD_TRI:
		return is_value_of(field, text);
	case FIELD_REF:
	case FIELD_REFS:
		return uuid_check(text);
	case FIELD_TIME:
		return edtf_parse(text, &time, NULL) == 0;
	case FIELD_DURATION:
		return duration_parse(text, &duration, NULL) == 0;
	case FIELD_HASH:
		return is_digest(text);
	case FIELD_LONG:
		return is_stored_text(text, 0);
	case FIELD_SECRET:
		return is_stored_text(text, 1);
	case FIELD_TEXT:
	case FIELD_ADDRESS:
	case FIELD_URL:
	case FIELD_TAGS:
		return 1;
	case FIELD_INT:
	case FIELD_SIZE:
		break;
	}
	return 0;
}

static int has_no_double(const json_t *set)
{
	json_t *seen = json_object();
	size_t i;
	json_t *member;
	int rc = 1;
	json_array_foreach((json_t *)(uintptr_t)set, i, member) {
		rc = rc && !json_object_get(seen, json_string_value(member));
		json_object_set_new(seen, json_string_value(member), json_true());
	}
	json_decref(seen);
	return rc;
}

static int set_fits(const struct field *field, const json_t *set)
{
	size_t i;
	json_t *member;
	if (!json_is_array(set) || json_array_size(set) == 0)
		return 0;
	json_array_foreach((json_t *)(uintptr_t)set, i, member)
		if (!json_is_string(member) || !text_fits(field, json_string_value(member)))
			return 0;
	return has_no_double(set);
}

static int value_fits(const struct field *field, const json_t *value)
{
	switch (field->type) {
	case FIELD_ENUMS:
	case FIELD_REFS:
	case FIELD_TAGS:
		return set_fits(field, value);
	case FIELD_INT:
		return json_is_integer(value);
	case FIELD_SIZE:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	default:
		return json_is_string(value) && text_fits(field, json_string_value(value));
	}
}

static int is_scalar(const json_t *value)
{
	return json_is_string(value) || json_is_integer(value) || json_is_boolean(value);
}

/* A value of a field that a newer genba may have. */
static int is_plain(const json_t *value)
{
	size_t i;
	json_t *member;
	if (!json_is_array(value))
		return is_scalar(value);
	json_array_foreach((json_t *)(uintptr_t)value, i, member)
		if (!is_scalar(member))
			return 0;
	return 1;
}

/* ---- the record */

static int record_validate_bad(struct err *err, const char *why)
{
	return err_set(err, ERR_INVALID, "%s", why);
}

/* Members that every record has; they are judged one by one. */
static int is_frame(const char *name)
{
	static const char *const frame[] = {"id", "kind", "label", "author", "entered", "modified"};
	for (size_t i = 0; i < sizeof frame / sizeof *frame; i++)
		if (strcmp(frame[i], name) == 0)
			return 1;
	return 0;
}

static int judge_fields(const json_t *object, const struct kind *kind, struct err *err)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		if (is_frame(name))
			continue;
		if (!is_name(name))
			return record_validate_bad(err, _("the name of a field has a wrong form"));
		const struct field *field = kind ? kind_field(kind, name) : NULL;
		if (field ? !value_fits(field, value) : !is_plain(value))
			return err_set(err, ERR_INVALID, _("the field %s holds what does not belong there"), name);
	}
	return 0;
}

static int judge_frame(const json_t *object, const struct kind *kind, struct err *err)
{
	const char *id = json_get_string(object, "id");
	const char *author = json_get_string(object, "author");
	if (!id || !uuid_check(id) || !is_name(json_get_string(object, "kind")) || !has_its_label(object, kind))
		return record_validate_bad(err, _("a record without proper id, kind and label"));
	if (!author || !is_moment(json_get_string(object, "entered")) ||
	    !is_moment(json_get_string(object, "modified")))
		return record_validate_bad(err, _("a record that does not say who entered it and when"));
	if (is_conflict(object) ? strcmp(author, CONFLICT_AUTHOR) != 0 : identity_check_mark(author, NULL) < 0)
		return record_validate_bad(err, _("a record whose author has no proper mark"));
	return 0;
}

static int are_labels(const json_t *object, const char *name, const struct kind *kind)
{
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(object, name), i, label)
		if (!json_is_string(label) || !is_label_of(kind, json_string_value(label)))
			return 0;
	return 1;
}

/* Labels kept free for paper are of any kind. */
static int are_reserved(const json_t *object)
{
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	long number;
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(object, "reserved"), i, label)
		if (!json_is_string(label) || !label_split(json_string_value(label), mark, letters, &number))
			return 0;
	return 1;
}

static int merge_validate_responder(const json_t *object, struct err *err)
{
	unsigned char key[32];
	const char *mark = json_get_string(object, "mark");
	const char *line = json_get_string(object, "key");
	if (!mark || identity_check_mark(mark, NULL) < 0)
		return record_validate_bad(err, _("a responder without a proper mark"));
	if (line && ssh_public_parse(line, key, NULL) < 0)
		return record_validate_bad(err, _("a responder whose key cannot be read"));
	return are_reserved(object) ? 0 : record_validate_bad(err, _("a label that is kept free has a wrong form"));
}

static int judge_conflict(const json_t *object, struct err *err)
{
	if (!is_name(json_get_string(object, "field")) || !conflict_fits(object))
		return record_validate_bad(err, _("a conflict whose id does not fit its record, field and values"));
	return 0;
}

int record_validate_object(const json_t *object, struct err *err)
{
	if (!json_is_object(object))
		return record_validate_bad(err, _("it is no record"));
	const char *name = json_get_string(object, "kind");
	const struct kind *kind = name ? kind_find(name) : NULL;
	if (judge_frame(object, kind, err) < 0 || judge_fields(object, kind, err) < 0)
		return -1;
	if (!are_labels(object, "aliases", kind))
		return record_validate_bad(err, _("a former label has a wrong form"));
	if (kind && (kind->traits & KIND_RESPONDER))
		return merge_validate_responder(object, err);
	return is_conflict(object) ? judge_conflict(object, err) : 0;
}

static int lies_at(const json_t *object, const char *path, struct err *err)
{
	struct buf right = BUF_INIT;
	record_path(json_get_string(object, "kind"), json_get_string(object, "id"), &right);
	int rc = strcmp(right.data, path) == 0
	             ? 0
	             : record_validate_bad(err, _("a record does not lie where its kind and id belong"));
	buf_release(&right);
	return rc;
}

json_t *record_validate(const char *path, const void *text, size_t n, struct err *err)
{
	struct err why = ERR_INIT;
	json_t *object = NULL;
	int rc = 0;
	if (path && !strchr(path, '/'))
		rc = record_validate_bad(&why, _("a file that is no record was added or changed"));
	else if (n > RECORD_BYTES)
		rc = record_validate_bad(&why, _("the record is too large"));
	else if (!(object = json_parse_canonical(text, n, &why)))
		rc = -1;
	if (rc == 0)
		rc = record_validate_object(object, &why);
	if (rc == 0 && path)
		rc = lies_at(object, path, &why);
	if (rc == 0)
		return object;
	json_decref(object);
	err_set(err, ERR_INVALID, "%s", why.message);
	if (path)
		err_prefix(err, "'%s'", path);
	return NULL;
}
