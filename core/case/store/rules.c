#include "case/store/rules.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/time/zone.h"
#include "case/store/indicator_value.h"
#include "case/store/record.h"
#include "case/store/record_summary.h"

#include <stdlib.h>
#include <string.h>

#define ZONES ((int64_t)14 * 3600) /* seconds between UTC and the farthest zone */

int rule_machine_kind(const struct kind *kind)
{
	return (kind->traits & KIND_MACHINE) != 0;
}

/* An organisation that the attack touches may have its mail read: only where that is on record as safe. */
static int check_chain_notice(struct case_file *c, const json_t *object, struct err *err)
{
	const char *label = json_get_string(object, "party");
	json_t *party = NULL;
	if (!json_is(object, "purpose", "chain_notice") || !json_is(object, "means", "victim_mail") || !label)
		return 0;
	party = record_get(c, label, 0, NULL);
	int is_safe = json_is(party, "mail_safe", "yes");
	json_decref(party);
	if (is_safe)
		return 0;
	err_set(err, ERR_USAGE,
	        _("contact: means=victim_mail needs mail_safe=yes of the party: their mail may be read; use "
	          "another means"));
	return err_about(err, "means");
}

/* Telling another organisation, sharing and going public need somebody's approval on record. */
static int check_contact(struct case_file *c, const json_t *object, struct err *err)
{
	static const char *const guarded[] = {"chain_notice", "sharing", "press"};
	for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
		if (json_is(object, "purpose", guarded[i]) && !json_object_get(object, "approved_by")) {
			err_set(err, ERR_USAGE,
			        _("contact: purpose=%s needs approved_by, the decision that allows it; add the "
			          "decision first"),
			        guarded[i]);
			return err_about(err, "approved_by");
		}
	return check_chain_notice(c, object, err);
}

/* ---- what no damage rests on */

struct contact_looking {
	struct case_file *c;
	enum contact_basis basis;
};

static int take_check(void *ctx, json_t *record, const char *field)
{
	struct contact_looking *l = ctx;
	int theirs = strcmp(field, "by") == 0 || strcmp(field, "on") == 0;
	if (theirs && !record_is_retracted(record) && json_is(record, "result", "not_found"))
		l->basis = CONTACT_CHECKED;
	return 0;
}

/* Contacts, checks by them, and their machines, on which a check may have been. */
static int take_ground(void *ctx, json_t *record, const char *field)
{
	struct contact_looking *l = ctx;
	const char *answer = json_get_string(record, "answer");
	const struct kind *kind = record_kind(record);
	if (record_is_retracted(record))
		return 0;
	if (strcmp(field, "party") == 0 && answer && *answer && l->basis == CONTACT_NO_BASIS)
		l->basis = CONTACT_THEY_SAY;
	if (kind && (kind->traits & KIND_ASSET) && strcmp(field, "user") == 0)
		return record_each_referring(l->c, record_label(record), take_check, l, NULL) < 0 ? -1 : 0;
	return take_check(ctx, record, field);
}

enum contact_basis contact_basis_of(struct case_file *c, const char *party)
{
	struct contact_looking l = {c, CONTACT_NO_BASIS};
	record_each_referring(c, party, take_ground, &l, NULL);
	return l.basis;
}

/* 13 digits, the first a check digit: 9 − (Σ of the others from the right, each second one doubled, mod 9). Source: National
 * Tax Agency of Japan, ministerial ordinance on corporate numbers, article 2. */
static int check_corporate_number(const json_t *object, struct err *err)
{
	const char *text = json_get_string(object, "corporate_number");
	int sum = 0;
	if (!text)
		return 0;
	if (strlen(text) != 13 || strspn(text, "0123456789") != 13) {
		err_set(err, ERR_USAGE, _("13 digits, not '%s'"), text);
		return err_field(err, "corporate_number");
	}
	for (int n = 1; n <= 12; n++)
		sum += (text[13 - n] - '0') * (n % 2 ? 1 : 2);
	if (text[0] - '0' == 9 - sum % 9)
		return 0;
	err_set(err, ERR_USAGE, _("the check digit of '%s' is wrong: look for a typing error"), text);
	return err_field(err, "corporate_number");
}

/* A finding is set aside for a reason that others can judge. */
static int check_finding(struct case_file *c, const json_t *object, struct err *err)
{
	(void)c;
	if (!json_is(object, "status", "dismissed") || json_object_get(object, "assessment"))
		return 0;
	err_set(err, ERR_USAGE, _("finding: status=dismissed needs assessment, the reason"));
	return err_about(err, "assessment");
}

/* A person says which machines were looked at; rows of another's time line name their evidence. */
static int check_check(struct case_file *c, const json_t *object, struct err *err)
{
	const json_t *on = json_object_get(object, "on");
	(void)c;
	if (json_array_size(on) > 0 || (json_is(object, "basis", "tool_output") && json_object_get(object, "evidence")))
		return 0;
	err_set(err, ERR_USAGE, _("%s: these fields are required: %s"), "check", "on");
	return err_about(err, "on");
}

static int check_party(struct case_file *c, const json_t *object, struct err *err)
{
	if (json_is(object, "chain_status", "not_damaged") &&
	    contact_basis_of(c, json_get_string(object, "id")) == CONTACT_NO_BASIS) {
		err_set(err, ERR_USAGE,
		        _("not_damaged needs what it rests on: a contact with their answer, or a check "
		          "of theirs that found nothing; add that first"));
		return err_field(err, "chain_status");
	}
	return check_corporate_number(object, err);
}

static int is_same(const json_t *a, const json_t *b, const char *field)
{
	return json_same(json_object_get(a, field), json_object_get(b, field));
}

int rule_settle(struct case_file *c, const json_t *before, json_t *object, unsigned flags, struct err *err)
{
	char label[LABEL_TEXT] = "";
	const struct kind *kind = record_kind(object);
	if (!kind || !kind->value_of_type ||
	    (before && is_same(before, object, "type") && is_same(before, object, "value")))
		return 0;
	if (indicator_settle(object, err) < 0)
		return -1;
	const char *value = json_get_string(object, "value");
	if (flags & RECORD_TWICE || !value)
		return 0;
	if (indicator_find(c, json_get_string(object, "type"), value, json_get_string(object, "label"), label, err) < 0)
		return -1;
	if (!*label)
		return 0;
	err_set(err, ERR_EXISTS, _("'%s' is on record already: %s"), value, label);
	return err_field(err, "value");
}

int rule_lies_ahead(const struct kind *kind, const struct field *field, const char *time)
{
	struct edtf t;
	int64_t first;
	int64_t last;
	int tells = (field->act_en && !field->act_is_trace) ||
	            ((kind->traits & KIND_EVENT) && strcmp(field->name, "when") == 0);
	if (!tells || !time || edtf_parse(time, &t, NULL) < 0 || edtf_bounds(&t, NULL, NULL, &first, &last) < 0)
		return 0;
	int64_t slack = t.form == EDTF_POINT && t.from.zone && t.from.hour >= 0 ? 60 : ZONES;
	return first != INT64_MIN && first - slack > clock_now().seconds;
}

static void warn_ahead(const json_t *record, struct buf *lines)
{
	const struct kind *kind = record_kind(record);
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (rule_lies_ahead(kind, field, json_get_string(record, field->name)))
			buf_addf(lines, _("%s lies in the future: check the date (%s)\n"), field_label(field),
			         field->name);
	}
}

static int64_t time_in(const json_t *record, const char *field, int at_end)
{
	const char *text = json_get_string(record, field);
	struct edtf time;
	int64_t first;
	int64_t last;
	if (!text || edtf_parse(text, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return INT64_MIN;
	return at_end ? last : first;
}

static int take_indicator(void *ctx, json_t *record)
{
	*(int64_t *)ctx = time_in(record, "entered", 0);
	return 0;
}

int64_t rule_newest_indicator(struct case_file *c)
{
	int64_t newest = INT64_MIN;
	record_summary_pick(c, "indicator", "coalesce(json_extract(json, '$.role'), '') <> 'benign'", -1,
	                    take_indicator, &newest, NULL);
	return newest;
}

int rule_check_is_stale(struct case_file *c, const char *label, int64_t newest)
{
	json_t *check = record_get(c, label, 0, NULL);
	int64_t made = time_in(check, "when", 1);
	if (made == INT64_MIN)
		made = time_in(check, "entered", 1);
	json_decref(check);
	return made != INT64_MIN && newest > made;
}

/* Paper is typed in after it was written. A zone that is not given may be any: the slack is the widest. */
static int is_written_after_entry(const json_t *record)
{
	int64_t written = time_in(record, "written", 0);
	int64_t entered = time_in(record, "entered", 1);
	return written != INT64_MIN && entered != INT64_MIN && written - ZONES > entered;
}

/* A zone that cannot be read moves no time of a log, and nobody would notice. */
static void warn_zone(const json_t *record, struct buf *lines)
{
	const char *zone = json_get_string(record, "timezone");
	char near[ZONE_NAME];
	if (!zone || zone_is_known(zone))
		return;
	char *safe = printable_dup(zone);
	if (zone_nearest(zone, near) == 0)
		buf_addf(lines,
		         _("'%s' is no time zone that can be read, perhaps %s: times stay as they stand in the log "
		           "(timezone)\n"),
		         safe, near);
	else
		buf_addf(lines,
		         _("'%s' is no time zone that can be read, as Asia/Tokyo or +09:00 is: times stay as they "
		           "stand in the log (timezone)\n"),
		         safe);
	free(safe);
}

static void warn_asset(struct case_file *c, const json_t *asset, struct buf *lines)
{
	warn_zone(asset, lines);
	const char *check = json_get_string(asset, "checked_by");
	if (json_is(asset, "status", "clean") && !json_object_get(asset, "checked_by"))
		buf_adds(lines, _("no trace found, but the check behind it is not on record (checked_by)\n"));
	if (json_is(asset, "status", "clean") && check && rule_check_is_stale(c, check, rule_newest_indicator(c)))
		buf_adds(lines,
		         _("to be checked again: indicators were added after the check behind \"no trace found\"\n"));
	if (json_is(asset, "containment", "isolated") && !json_object_get(asset, "isolation_method") &&
	    !json_object_get(asset, "isolation_verified"))
		buf_adds(lines, _("isolated, but not how, nor whether that was verified\n"));
}

static void warn_log_source(struct case_file *c, const json_t *source, struct buf *lines)
{
	(void)c;
	warn_zone(source, lines);
}

static void warn_contact(struct case_file *c, const json_t *contact, struct buf *lines)
{
	if (!json_is(contact, "means", "victim_mail"))
		return;
	json_t *the_case = record_get(c, "case", 0, NULL);
	if (!json_is(the_case, "mail_compromised", "no"))
		buf_adds(lines, _("this contact goes through the victim's mail, which the attacker may be reading\n"));
	json_decref(the_case);
}

static void warn_lead(struct case_file *c, const json_t *lead, struct buf *lines)
{
	(void)c;
	if (json_is(lead, "status", "contacted") && !json_object_get(lead, "contacts"))
		buf_adds(lines, _("contacted, but the contact is not on record (contacts)\n"));
	if (json_is(lead, "status", "rescue") && !json_object_get(lead, "case_id"))
		buf_adds(lines, _("it became a rescue, but which case is not on record (case_id)\n"));
}

/* What a kind wants beyond its fields: one row for each that does. */
static const struct {
	const char *kind;
	int (*check)(struct case_file *c, const json_t *object, struct err *err);
	void (*warn)(struct case_file *c, const json_t *record, struct buf *lines);
} rules[] = {
    {"asset", NULL, warn_asset},          {"contact", check_contact, warn_contact},
    {"party", check_party, NULL},         {"finding", check_finding, NULL},
    {"check", check_check, NULL},         {"lead", NULL, warn_lead},
    {"logsource", NULL, warn_log_source},
};

int rule_check(struct case_file *c, const json_t *object, struct err *err)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].check && json_is(object, "kind", rules[i].kind))
			return rules[i].check(c, object, err);
	return 0;
}

void rule_warnings(struct case_file *c, const json_t *record, struct buf *lines)
{
	if (is_written_after_entry(record))
		buf_adds(lines,
		         _("written on paper later than it was entered: check the date and the zone (written)\n"));
	warn_ahead(record, lines);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].warn && json_is(record, "kind", rules[i].kind))
			rules[i].warn(c, record, lines);
}
