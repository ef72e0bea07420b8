#include "tui/form/follow_up.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "tui/form/form.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* When what the record tells of happened: the first of these that it has. */
static const char *const times[] = {"when", "sent", "first_seen", NULL};

/* What may follow, and the field that holds what it follows from; NULL: one for each of some kinds, and links for all else. */
static const char *const kinds[] = {"measure", "contact", "decision", "event"};
static const char *const abouts[] = {"on", "about", "on", NULL};
#define KINDS (sizeof kinds / sizeof *kinds)

static const char *follow_up_relation(size_t chosen, const struct kind *from)
{
	const struct kind *kind = kind_find(kinds[chosen]);
	for (size_t i = 0; !abouts[chosen] && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (field->type == FIELD_REFS && field->ref_kind && strcmp(field->ref_kind, from->name) == 0)
			return field->name;
	}
	return abouts[chosen] ? abouts[chosen] : "links";
}

/* Whose act a mail was follows from what it was for, once somebody has said that; NULL: nobody knows. */
static const char *side_of(const struct kind *from, const json_t *record)
{
	static const char *const attacks[] = {"payload", "probe", "password"};
	const char *purpose = strcmp(from->name, "mail") == 0 ? json_get_string(record, "purpose") : NULL;
	for (size_t i = 0; purpose && i < sizeof attacks / sizeof *attacks; i++)
		if (strcmp(purpose, attacks[i]) == 0)
			return "attacker";
	return NULL;
}

/* An event was on the machine that the record names, and is founded on its evidence. */
static size_t add_place(const char *relation, const json_t *record, struct assign *preset, size_t n)
{
	static const char *const places[][2] = {{"assets", "on"}, {"evidence", "evidence"}};
	static const unsigned traits[] = {KIND_ASSET, KIND_EVIDENCE};
	for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
		const char *label = json_get_string(record, places[i][1]);
		const struct kind *kind = label ? kind_of_label(label) : NULL;
		if (kind && kind->traits & traits[i] && strcmp(relation, places[i][0]) != 0)
			preset[n++] = (struct assign){places[i][0], label};
	}
	return n;
}

static void follow_up_form(struct workbench *wb, size_t chosen, const char *label)
{
	const struct kind *kind = kind_find(kinds[chosen]);
	const struct kind *from = kind_of_label(label);
	const struct field *party = from->traits & KIND_PARTY ? kind_field(kind, "party") : NULL;
	json_t *record = workbench_get(wb, label, 0, NULL);
	char *title = record ? workbench_name_of_record(wb, record) : xstrdup("");
	struct assign preset[6] = {{party ? party->name : follow_up_relation(chosen, from), label}};
	size_t n = 1;
	/* what happened is called as what tells of it; what is to be done about it a person says */
	if (kind->traits & KIND_EVENT)
		preset[n++] = (struct assign){"title", title};
	for (size_t i = 0; kind->traits & KIND_EVENT && times[i] && n < 3; i++)
		if (json_get_string(record, times[i]))
			preset[n++] = (struct assign){"when", json_get_string(record, times[i])};
	if (kind->traits & KIND_EVENT && side_of(from, record))
		preset[n++] = (struct assign){"side", side_of(from, record)};
	if (kind->traits & KIND_EVENT)
		n = add_place(preset[0].name, record, preset, n);
	workbench_push(wb, form_open(wb, kind->name, preset, n, NULL, NULL));
	free(title);
	json_decref(record);
}

void follow_up_ask(struct workbench *wb, const char *label)
{
	const char *labels[KINDS];
	for (size_t i = 0; i < KINDS; i++)
		labels[i] = kind_label(kind_find(kinds[i]));
	const struct kind *from = kind_of_label(label);
	/* a mail is what happened; of all else something is to be done */
	int first = from && strcmp(from->name, "mail") == 0 ? (int)KINDS - 1 : 0;
	int chosen = prompt_choice_named(wb, _("What follows from it: "), labels, kinds, KINDS, first, NULL);
	if (chosen >= 0 && from)
		follow_up_form(wb, (size_t)chosen, label);
}
