#include "finding/mail/analysis.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/blob.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

const char *const mail_fields[] = {
    "sender_class", "sender_basis",   "class",     "class_basis",   "archives",    "files",
    "parsed",       "from",           "from_addr", "envelope_from", "reply_to",    "to",
    "cc",           "when",           "sent",      "message_id",    "in_reply_to", "references",
    "origin",       "authentication", "disguise",  "urls",          "body",        "attachment_names",
    "sha256",       "carrier",        NULL};

/* What a member of a list is where nothing is said. */
static const struct {
	const char *list;
	const char *member;
	const char *text; /* NULL: false */
} unsaid[] = {
    {"parts", "via", "mime"},   {"parts", "type", ""},      {"parts", "name", ""},     {"parts", "attachment", NULL},
    {"parts", "inline", NULL},  {"parts", "counted", NULL}, {"parts", "locked", NULL}, {"inside", "basis", "content"},
    {"inside", "locked", NULL}, {"hops", "from", ""},       {"hops", "by", ""},        {"hops", "ip", ""},
    {"hops", "when", ""},       {"findings", "part", ""},   {"findings", "detail", ""}};

static int is_unsaid(const json_t *value, const char *text)
{
	const char *is = json_string_value(value);
	return text ? is && strcmp(is, text) == 0 : json_is_false(value);
}

/* Takes out of the members of a list what goes without saying, or puts it back. */
static void settle_list(json_t *object, const char *list, int take_out)
{
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(object, list), i, entry) {
		for (size_t k = 0; k < sizeof unsaid / sizeof *unsaid; k++) {
			const json_t *value = json_object_get(entry, unsaid[k].member);
			if (strcmp(unsaid[k].list, list) != 0)
				continue;
			if (take_out && is_unsaid(value, unsaid[k].text))
				json_object_del(entry, unsaid[k].member);
			else if (!take_out && !value)
				json_object_set_new(entry, unsaid[k].member,
				                    unsaid[k].text ? json_string(unsaid[k].text) : json_false());
		}
		settle_list(entry, "inside", take_out);
	}
}

static void settle_lists(json_t *object, int take_out)
{
	settle_list(object, "parts", take_out);
	settle_list(object, "hops", take_out);
	settle_list(object, "findings", take_out);
}

int mail_analysis_keep(struct case_file *c, const json_t *object, char sha256[65], struct err *err)
{
	static const char *const others[] = {"file", "member", "label", "kind", "subject", "attachments"};
	json_t *plain = json_deep_copy(object);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		json_object_del(plain, others[i]);
	for (size_t i = MAIL_JUDGED; mail_fields[i]; i++)
		json_object_del(plain, mail_fields[i]);
	settle_lists(plain, 1);
	char *text = json_dumps(plain, JSON_COMPACT | JSON_SORT_KEYS);
	int rc = blob_put(c, text, strlen(text), sha256, err);
	free(text);
	json_decref(plain);
	return rc;
}

json_t *mail_record(struct case_file *c, const char *label, struct err *err)
{
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, err);
	if (record && record_kind(record) != kind_find("mail")) {
		err_set(err, ERR_USAGE, _("%s is no mail"), label);
		json_decref(record);
		return NULL;
	}
	return record;
}

/* "icon,rtlo": members of a set are one text in a look. */
static json_t *as_text(const json_t *value)
{
	size_t i;
	json_t *member;
	struct buf text = BUF_INIT;
	if (!json_is_array(value))
		return json_incref((json_t *)(uintptr_t)value);
	json_array_foreach(value, i, member)
		buf_addf(&text, "%s%s", i ? "," : "", json_is_string(member) ? json_string_value(member) : "");
	json_t *all = json_string(text.data);
	buf_release(&text);
	return all;
}

static void add_from_record(json_t *object, const json_t *record)
{
	static const char *const others[] = {"kind", "subject", "attachments"};
	for (size_t i = 0; mail_fields[i]; i++) {
		const json_t *value = json_object_get(record, mail_fields[i]);
		if (value && !json_object_get(object, mail_fields[i]))
			json_object_set_new(object, mail_fields[i], as_text(value));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (json_object_get(record, others[i]))
			json_object_set(object, others[i], json_object_get(record, others[i]));
	json_object_set(object, "label", json_object_get(record, "label"));
}

json_t *mail_analysis(struct case_file *c, const char *label, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *object = NULL;
	json_t *record = mail_record(c, label, err);
	const char *sha256 = json_get_string(record, "analysis");
	if (record && !sha256)
		err_set(err, ERR_NOT_FOUND, _("%s was typed in: there is no analysis of it"), label);
	else if (record && blob_get(c, sha256, &text, err) == 0)
		object = json_parse(text.data, text.len, err);
	if (object && !json_is_object(object)) {
		json_decref(object);
		object = NULL;
		err_set(err, ERR_DAMAGED, _("the analysis of %s is damaged"), label);
	}
	if (object) {
		settle_lists(object, 0);
		add_from_record(object, record);
	}
	json_decref(record);
	buf_release(&text);
	return object;
}

size_t mail_analysis_locked(const json_t *analysis)
{
	size_t i;
	json_t *part;
	size_t n = 0;
	json_array_foreach(json_object_get(analysis, "parts"), i, part)
		n += json_is_true(json_object_get(part, "locked"));
	return n;
}
