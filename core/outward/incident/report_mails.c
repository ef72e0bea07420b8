/* The suspicious mails that leave: how many, which of them bear an indicator on record, a C2 before others, and how far each
 * got. */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/disputed.h"
#include "finding/mail/propose.h"

#include <stdlib.h>
#include <string.h>

static const char *const fields[] = {"when", "subject", "class", "recipients", "reach"};

#define INDICATORS_MOST 5 /* of one mail that are named; the others are counted */

#define FIELDS (sizeof fields / sizeof *fields)

/* The indicators that leave and may be part of the attack, by label; borrowed. */
static json_t *indicators_by_label(struct report *p)
{
	json_t *labels = json_object();
	size_t i;
	json_t *indicator;
	json_array_foreach(report_records(p, "indicator"), i, indicator)
		if (!record_surely_is(indicator, "role", "benign") &&
		    !record_surely_is(indicator, "false_positive", "yes") &&
		    !record_surely_is(indicator, "confidence", "refuted"))
			json_object_set(labels, record_label(indicator), indicator);
	return labels;
}

static void add_indicator(struct report *p, const json_t *indicator, struct buf *out)
{
	const struct field *role = kind_field(record_kind(indicator), "role");
	const char *label = record_label(indicator);
	buf_addf(out, "%s%s %s (", out->len ? _(", ") : "", label, json_get_string(p->titles, label));
	record_field_text(indicator, role, out);
	buf_addc(out, ')');
}

/* Which of them the mail bears, by what was read of it: each C2, then the others. 1: a C2 is among them. */
static int add_indicators(struct report *p, const json_t *mail, const json_t *indicators, struct buf *out)
{
	struct err none = ERR_INIT;
	json_t *items = mail_proposals(release_case(p->r), record_label(mail), &none);
	int has_c2 = 0;
	size_t told = 0;
	for (int of_c2 = 1; of_c2 >= 0; of_c2--) {
		size_t i;
		json_t *item;
		json_array_foreach(items, i, item) {
			const json_t *indicator = json_object_get(indicators, json_get_string(item, "known"));
			if (!indicator || json_is(indicator, "role", "c2") != of_c2)
				continue;
			if (told++ < INDICATORS_MOST)
				add_indicator(p, indicator, out);
			has_c2 |= of_c2;
		}
	}
	if (told > INDICATORS_MOST)
		buf_addf(out, _(" and %zu more"), told - INDICATORS_MOST);
	json_decref(items);
	err_clear(&none);
	return has_c2;
}

/* What a person corrected counts. */
static const char *field_told(const json_t *mail, const char *field)
{
	return strcmp(field, "class") == 0 && json_get_string(mail, "class_override") ? "class_override" : field;
}

static void put_mail(struct report *p, const json_t *mail, const char *bears)
{
	document_cell(p->d, record_label(mail));
	for (size_t k = 0; k < FIELDS; k++) {
		struct buf text = BUF_INIT;
		report_field(p, mail, field_told(mail, fields[k]), &text);
		document_cell(p->d, text.data);
		buf_release(&text);
	}
	document_cell(p->d, bears);
}

static void put_table(struct report *p, char *const *bears)
{
	const struct kind *kind = kind_find("mail");
	const char *headings[FIELDS + 2] = {_("Label")};
	size_t i;
	json_t *mail;
	for (size_t k = 0; k < FIELDS; k++)
		headings[k + 1] = field_label(kind_field(kind, fields[k]));
	headings[FIELDS + 1] = _("Bears, of the indicators");
	const char *none =
	    report_stays(p, "indicator") ? _("none on record, or they may not leave") : _("none on record");
	document_table(p->d, headings, FIELDS + 2);
	json_array_foreach(report_records(p, "mail"), i, mail)
		put_mail(p, mail, *bears[i] ? bears[i] : none);
}

void report_mails(struct report *p)
{
	size_t count = json_array_size(report_records(p, "mail"));
	size_t with_c2 = 0;
	size_t i;
	json_t *mail;
	report_heading(p, _("Suspicious mails"), "RS.AN-03");
	if (count == 0) {
		document_paragraph(p->d, _("no mail on record; that none is known may mean that nobody looked"));
		report_say_stays(p, "mail");
		return;
	}
	json_t *indicators = indicators_by_label(p);
	char **bears = xcalloc(count, sizeof *bears);
	json_array_foreach(report_records(p, "mail"), i, mail) {
		struct buf text = BUF_INIT;
		with_c2 += add_indicators(p, mail, indicators, &text) != 0;
		bears[i] = buf_take(&text, NULL);
	}
	char *line = with_c2 ? xasprintf(P_("%zu mail; %zu of them bears a C2 of the indicators below",
	                                    "%zu mails; %zu of them bear a C2 of the indicators below", count),
	                                 count, with_c2)
	                     : xasprintf(P_("%zu mail, in which no C2 of the indicators below is seen",
	                                    "%zu mails, in which no C2 of the indicators below is seen", count),
	                                 count);
	document_paragraph(p->d, line);
	put_table(p, bears);
	report_say_stays(p, "mail");
	for (i = 0; i < count; i++)
		free(bears[i]);
	free(bears);
	free(line);
	json_decref(indicators);
}
