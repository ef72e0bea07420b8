#include "case/action/contact_status.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/kind/kinds.h"
#include "case/store/rules.h"

#include <stdio.h>
#include <string.h>

/* The place in the table of the kind, whose values stand in the order in which they come; 0: not set. What is rejected, the
 * last, is before nothing. */
static size_t step_of(const struct field *field, const char *status)
{
	const struct field_value *value = status ? field_value_find(field, status) : NULL;
	return value && strcmp(status, "unknown") != 0 ? (size_t)(value - field->values) + 1 : 0;
}

static const char *reached_by(const json_t *contact)
{
	const char *answer = json_get_string(contact, "answer");
	if (answer && *answer)
		return "answered";
	return json_is(contact, "result", "reached") ? "contacted" : "approved";
}

/* Somebody told them. */
static int is_notice(const json_t *contact)
{
	return !record_is_retracted(contact) && json_is(contact, "purpose", "chain_notice") &&
	       !json_is(contact, "direction", "in");
}

/* Neither the result nor an answer is on record. */
static int is_without_result(const json_t *contact)
{
	const char *result = json_get_string(contact, "result");
	const char *answer = json_get_string(contact, "answer");
	return (!answer || !*answer) && (!result || strcmp(result, "unknown") == 0);
}

struct contact_notices {
	char *label; /* of the last without a result, as far as they were read */
	struct edtf silent;
	struct edtf reached; /* the last that reached them */
	int is_reached;
};

static int take_notice(void *ctx, json_t *record, const char *field)
{
	struct contact_notices *n = ctx;
	struct edtf when;
	const char *text = json_get_string(record, "when");
	(void)field;
	if (!text)
		text = json_get_string(record, "entered"); /* a case from elsewhere may say neither */
	if (!is_notice(record) || !text || edtf_parse(text, &when, NULL) < 0)
		return 0;
	if (is_without_result(record) && !(n->is_reached && edtf_compare(&when, &n->reached, NULL, NULL) < 0)) {
		snprintf(n->label, LABEL_TEXT, "%s", record_label(record));
		n->silent = when;
	} else if (!is_without_result(record) && strcmp(reached_by(record), "approved") != 0) {
		if (*n->label && edtf_compare(&n->silent, &when, NULL, NULL) <= 0)
			*n->label = '\0';
		if (!n->is_reached || edtf_compare(&n->reached, &when, NULL, NULL) < 0)
			n->reached = when;
		n->is_reached = 1;
	}
	return 0;
}

int contact_without_result(struct case_file *c, const char *party, char label[LABEL_TEXT])
{
	struct contact_notices n = {.label = label};
	*label = '\0';
	record_each_referring_by(c, party, "party", take_notice, &n, NULL);
	return *label ? 0 : -1;
}

int contact_status_follow(struct case_file *c, const json_t *after, contact_status_fn set, void *ctx, struct err *err)
{
	const char *label = json_get_string(after, "party");
	if (!json_is(after, "purpose", "chain_notice") || !label || record_is_retracted(after))
		return 0;
	json_t *party = record_get(c, label, RECORD_RAW, err);
	if (!party)
		return -1;
	const struct field *field = kind_field(record_kind(party), "chain_status");
	const char *to = reached_by(after);
	int goes_on = field && step_of(field, json_get_string(party, "chain_status")) < step_of(field, to);
	int rc = goes_on ? set(ctx, json_get_string(party, "id"), to, err) : 0;
	json_decref(party);
	return rc;
}

char *contact_status_text(struct case_file *c, const json_t *party)
{
	const struct field *field = party ? kind_field(record_kind(party), "chain_status") : NULL;
	const char *status = json_get_string(party, "chain_status");
	const struct field_value *value = field && status ? field_value_find(field, status) : NULL;
	if (!value || strcmp(status, "unknown") == 0)
		return xstrdup("");
	if (strcmp(status, "not_damaged") != 0)
		return xstrdup(field_value_label(value));
	return xasprintf("%s %s", field_value_label(value),
	                 contact_basis_of(c, record_label(party)) == CONTACT_CHECKED ? _("(within what was checked)")
	                                                                             : _("(as they say)"));
}
