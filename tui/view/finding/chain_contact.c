#include "tui/view/finding/chain_contact.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/kinds.h"
#include "tui/form/form.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct contact_point {
	const char *party;
	char label[LABEL_TEXT];
};

/* Who of the organisation is on record as its contact point; else anybody of it. */
static int take_contact_point(void *ctx, json_t *record)
{
	struct contact_point *p = ctx;
	if (!json_is(record, "parent", p->party) || !json_is(record, "type", "person"))
		return 0;
	int is_point = json_holds(json_object_get(record, "roles"), "contact_point");
	if (is_point || !*p->label)
		snprintf(p->label, sizeof p->label, "%s", record_label(record));
	return is_point;
}

/* The last decision about the party: what is said there is the approval. */
static int take_approval(void *ctx, json_t *record)
{
	struct contact_point *p = ctx;
	const char *status = json_get_string(record, "status");
	if (json_holds(json_object_get(record, "on"), p->party) && (!status || strcmp(status, "decided") == 0))
		snprintf(p->label, sizeof p->label, "%s", record_label(record));
	return 0;
}

/* "Phone: 03-0000-0000; Safe channel: …" of the person, else of the organisation. */
static char *channel_of(struct workbench *wb, const char *person, const char *party)
{
	static const char *const fields[] = {"phone", "safe_channel"};
	const char *const who[] = {person, party};
	struct buf text = BUF_INIT;
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
		for (size_t w = 0; w < sizeof who / sizeof *who; w++) {
			json_t *record = *who[w] ? workbench_get(wb, who[w], 0, NULL) : NULL;
			const char *value = json_get_string(record, fields[f]);
			if (value)
				buf_addf(&text, "%s%s: %s", text.len ? "; " : "",
				         field_label(kind_field(record_kind(record), fields[f])), value);
			json_decref(record);
			if (value)
				break;
		}
	return buf_take(&text, NULL);
}

static int is_on_record(struct workbench *wb, const char *party)
{
	if (!*party)
		workbench_tell(wb, TONE_ATTENTION, "%s", _("confirm it first: then it is on record as a party"));
	return *party != '\0';
}

void chain_contact_begin(struct workbench *wb, const char *party)
{
	struct contact_point person = {party, ""};
	struct contact_point approval = {party, ""};
	if (!is_on_record(wb, party))
		return;
	workbench_each(wb, "party", 0, take_contact_point, &person, NULL);
	workbench_each(wb, "decision", 0, take_approval, &approval, NULL);
	char *channel = channel_of(wb, person.label, party);
	struct assign preset[8] = {
	    {"party", party}, {"purpose", "chain_notice"}, {"direction", "out"}, {"means", "phone"}};
	size_t n = 4;
	if (*person.label)
		preset[n++] = (struct assign){"person", person.label};
	preset[n++] =
	    (struct assign){"approved_by", approval.label}; /* it is needed: seen also where there is none yet */
	preset[n++] = (struct assign){"result", ""};        /* likewise: by it the status goes on to contacted */
	if (*channel)
		preset[n++] = (struct assign){"identity_checked", channel};
	workbench_push(wb, form_open(wb, "contact", preset, n, NULL, NULL));
	free(channel);
}

void chain_contact_status(struct workbench *wb, const char *party)
{
	static const char *const names[] = {"inspecting", "damaged", "not_damaged", "closed"};
	const struct field *field = kind_field(kind_find("party"), "chain_status");
	const char *labels[sizeof names / sizeof *names];
	struct err err = ERR_INIT;
	if (!is_on_record(wb, party))
		return;
	char *label = xstrdup(party); /* the view may be made anew while it is asked */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		labels[i] = field_value_label(field_value_find(field, names[i]));
	int chosen = prompt_choice_named(wb, field_label(field), labels, names, sizeof names / sizeof *names, 0, NULL);
	struct assign status = {"chain_status", chosen >= 0 ? names[chosen] : ""};
	if (chosen >= 0 && record_set(workbench_case(wb), label, &status, 1, 0, &err) < 0)
		workbench_tell_error(wb, &err);
	else if (chosen >= 0)
		workbench_tell(wb, TONE_GOOD, "%s: %s", label, labels[chosen]);
	free(label);
}
