/* The rules at work: what of each record speaks for which organisation and pivot. */
#include "finding/chain/chain_looking.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/chain/mail_domain.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows add up */

void chain_speak(struct chain_looking *l, size_t organisation, enum chain_rule rule, const char *field,
                 const char *line, const char *about)
{
	const struct chain_rule_row *row = &chain_rules[rule];
	struct chain_speaking *s = NULL;
	if (organisation == NO_ORGANISATION)
		return;
	organisation = organisation_whole(l->o, organisation);
	for (size_t i = l->first; i < l->count && !s; i++)
		if (l->all[i].organisation == organisation && l->all[i].pivot == row->pivot)
			s = &l->all[i];
	if (!s) {
		if (l->count == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 64;
			l->all = xrealloc(l->all, l->cap * sizeof *l->all);
		}
		s = &l->all[l->count];
		*s = (struct chain_speaking){
		    .organisation = organisation, .pivot = row->pivot, .place = l->base + l->count};
		l->count++;
		buf_init(&s->reason);
		snprintf(s->because, sizeof s->because, "%s", l->label);
	}
	if (s->rules & 1ULL << rule)
		return;
	s->rules |= 1ULL << rule;
	s->points += row->points;
	if (row->side != SIDE_AGAINST && (row->points > s->strongest || !s->line)) {
		free(s->line);
		s->line = xstrdup(line ? line : "");
		s->field = field;
		s->strongest = row->points;
	}
	if (s->reason.len)
		buf_adds(&s->reason, _("; "));
	const char *text = _(row->text);
	const char *place = strstr(text, "%s");
	buf_add(&s->reason, text, place ? (size_t)(place - text) : strlen(text));
	if (place) {
		buf_adds(&s->reason, about ? about : "?");
		buf_adds(&s->reason, place + 2);
	}
}

static int has_side(const struct chain_speaking *s, enum chain_side side)
{
	for (int rule = 0; rule < RULES; rule++)
		if (s->rules & 1ULL << rule && chain_rules[rule].side == side)
			return 1;
	return 0;
}

/* Drops what is not enough: a claim that nothing contradicts, a subject alone. What a person recorded is. */
static void end_record(struct chain_looking *l)
{
	size_t kept = l->first;
	for (size_t i = l->first; i < l->count; i++) {
		struct chain_speaking *s = &l->all[i];
		int spoofed = s->pivot == PIVOT_SPOOFED_SENDER;
		int recorded = (s->rules & 1ULL << RULE_CLAIM_FIELD) != 0;
		if (has_side(s, SIDE_FOR) && (!spoofed || recorded || has_side(s, SIDE_AGAINST))) {
			l->all[kept] = *s;
			l->all[kept].place = l->base + kept;
			kept++;
		} else {
			buf_release(&s->reason);
			free(s->line);
		}
	}
	l->count = kept;
	l->first = kept;
}

static void put(json_t *set, size_t number)
{
	char key[24];
	snprintf(key, sizeof key, "%zu", number);
	json_object_set_new_nocheck(set, key, json_true());
}

static int is_in(const json_t *set, size_t number)
{
	char key[24];
	snprintf(key, sizeof key, "%zu", number);
	return json_object_get(set, key) != NULL;
}

int chain_is_own(const struct chain_looking *l, size_t number)
{
	return number == NO_ORGANISATION || l->o->all[number].is_own;
}

/* ---- spoofed sender */

static int authentication(const json_t *mail, const char *result)
{
	static const char *const ways[] = {"spf", "dkim", "dmarc"};
	const char *text = json_get_string(mail, "authentication");
	char *lower = xstrdup(text ? text : "");
	int found = 0;
	for (char *c = lower; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	for (size_t i = 0; i < sizeof ways / sizeof *ways && !found; i++)
		for (const char *at = lower; (at = strstr(at, ways[i])) && !found; at++) {
			const char *value = at + strlen(ways[i]);
			value += strspn(value, " =:");
			found = strncmp(value, result, strlen(result)) == 0 ||
			        (strcmp(result, "fail") == 0 && strncmp(value, "softfail", 8) == 0);
		}
	free(lower);
	return found;
}

static void registrable_of(const json_t *mail, const char *field, char out[DOMAIN_TEXT])
{
	const char *text = json_get_string(mail, field);
	struct mail_address a;
	size_t at = 0;
	*out = '\0';
	if (text && mail_address_next(text, strlen(text), &at, &a))
		mail_domain_registrable(a.host, out);
}

static int is_other_domain(const struct chain_looking *l, const char *field)
{
	char other[DOMAIN_TEXT];
	registrable_of(l->mail, field, other);
	return *other && *l->from_domain && strcmp(other, l->from_domain) != 0;
}

/* What speaks against the sender's being `number`. */
static void look_against(struct chain_looking *l, size_t number)
{
	int free_mail = json_is(l->mail, "sender_class", "free_mail") ||
	                (*l->from_domain && mail_domain_use(l->from_domain) == DOMAIN_FREE_MAIL);
	if (free_mail)
		chain_speak(l, number, RULE_FREE_MAIL, "from_addr", NULL, NULL);
	else if (l->o->all[number].has_domains && *l->from_domain &&
	         !organisation_has_domain(l->o, number, l->from_domain))
		chain_speak(l, number, RULE_OTHER_DOMAIN, "from_addr", NULL, NULL);
	if (authentication(l->mail, "fail"))
		chain_speak(l, number, RULE_AUTH_FAILS, "authentication", NULL, NULL);
	if (is_other_domain(l, "reply_to") || is_other_domain(l, "envelope_from"))
		chain_speak(l, number, RULE_REPLY_DIFFERS, "reply_to", NULL, NULL);
}

static int is_claim(const struct mail_name *name)
{
	return name->place == MAIL_FROM || name->place == MAIL_SIGNATURE;
}

static void look_spoofed(struct chain_looking *l)
{
	int passes = authentication(l->mail, "pass") && !authentication(l->mail, "fail");
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(l->mail, "spoofed"), i, label) {
		size_t number = organisation_of_party(l->o, json_string_value(label));
		if (number == NO_ORGANISATION)
			continue;
		put(l->claimed, number);
		chain_speak(l, number, RULE_CLAIM_FIELD, "spoofed", json_string_value(label), NULL);
	}
	for (size_t k = 0; k < l->reading.count; k++) {
		const struct mail_name *name = &l->reading.names[k];
		size_t number = name->organisation;
		if (!is_claim(name) || number == NO_ORGANISATION)
			continue;
		put(l->claimed, number);
		int own_domain = *l->from_domain && organisation_has_domain(l->o, number, l->from_domain);
		if (own_domain && passes)
			continue; /* it is no spoof */
		const char *field = name->place == MAIL_FROM ? "from" : "body";
		enum chain_rule rule = name->what == NAME_PERSON ? RULE_CLAIM_PERSON
		                       : name->known             ? RULE_CLAIM_NAME
		                                                 : RULE_CLAIM_UNKNOWN;
		chain_speak(l, number, rule, field, name->line, NULL);
		for (size_t m = 0; m < k; m++) {
			const struct mail_name *before = &l->reading.names[m];
			if (is_claim(before) && before->organisation == number && before->what == name->what &&
			    before->place != name->place)
				chain_speak(l, number, RULE_CLAIM_TWICE, field, name->line, NULL);
		}
		const char *domain;
		json_t *is;
		json_object_foreach(l->reading.signature_domains, domain, is)
			if (organisation_has_domain(l->o, number, domain))
				chain_speak(l, number, RULE_CLAIM_ADDRESS, "body", domain, NULL);
	}
	const char *key;
	json_t *is_claimed;
	json_object_foreach(l->claimed, key, is_claimed)
		look_against(l, strtoul(key, NULL, 10));
}

/* ---- recipients, and what goes out from inside */

static void take_receiver(struct chain_looking *l, size_t number, enum chain_rule rule, const char *field,
                          const char *line)
{
	if (number == NO_ORGANISATION)
		return;
	put(l->received, number);
	if (chain_is_own(l, number) || json_array_size(json_object_get(l->mail, "sent_from")))
		return;
	chain_speak(l, number, rule, field, line, NULL);
}

/* Two parties with one domain: the first is proposed, and it is said. */
static void suggest_domain_owners(struct chain *chain, const struct organisations *o, const char *host)
{
	char registrable[DOMAIN_TEXT];
	size_t i;
	json_t *number;
	mail_domain_registrable(host, registrable);
	const json_t *numbers = json_object_get(o->by_domain, registrable);
	json_array_foreach(numbers, i, number)
		if (i > 0)
			chain_suggest_same(chain, o, (size_t)json_integer_value(json_array_get(numbers, 0)),
			                   (size_t)json_integer_value(number),
			                   _("both have the domain of a recipient"));
}

static void look_recipients(struct chain_looking *l)
{
	static const char *const fields[] = {"to", "cc"};
	size_t i;
	json_t *label;
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
		const char *text = json_get_string(l->mail, fields[f]);
		struct mail_address a;
		size_t at = 0;
		while (text && mail_address_next(text, strlen(text), &at, &a)) {
			int several;
			size_t number = organisation_of_address(l->o, a.text, &several);
			int known = number != NO_ORGANISATION && *l->o->all[number].party;
			take_receiver(l, number, known ? RULE_RECIPIENT : RULE_RECIPIENT_UNKNOWN, fields[f], a.text);
			if (several)
				suggest_domain_owners(l->chain, l->o, a.host);
		}
	}
	json_array_foreach(json_object_get(l->mail, "recipients"), i, label)
		take_receiver(l, organisation_of_party(l->o, json_string_value(label)), RULE_RECIPIENT_FIELD,
		              "recipients", json_string_value(label));
}

/* ---- originals */

static void hold(struct chain_looking *l, size_t number, enum chain_rule rule, const char *field, const char *line,
                 const json_t *genuine)
{
	if (number == NO_ORGANISATION)
		return;
	if (rule != RULE_ORIGINAL_SUBJECT)
		put(l->holding, number);
	chain_speak(l, number, rule, field, line, record_label(genuine));
}

static void note_use(struct chain_looking *l, const json_t *genuine)
{
	struct chain_span when = chain_time(l->records, l->mail, json_get_string(l->mail, "when") ? "when" : "sent");
	int64_t last = when.placed ? when.last : INT64_MAX;
	struct original_use *use = NULL;
	for (size_t i = 0; i < l->uses.count && !use; i++)
		use = l->uses.all[i].genuine == genuine ? &l->uses.all[i] : NULL;
	if (!use) {
		l->uses.all = xrealloc(l->uses.all, (l->uses.count + 1) * sizeof *l->uses.all);
		use = &l->uses.all[l->uses.count++];
		*use = (struct original_use){genuine, l->mail, INT64_MAX};
	}
	if (last < use->when)
		*use = (struct original_use){genuine, l->mail, last};
}

static void take_original(void *ctx, const json_t *genuine, enum chain_rule rule, const char *field, const char *line)
{
	struct chain_looking *l = ctx;
	static const char *const fields[] = {"from_addr", "from", "to", "cc"};
	size_t i;
	json_t *label;
	if (rule != RULE_ORIGINAL_SUBJECT)
		note_use(l, genuine);
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
		const char *text = json_get_string(genuine, fields[f]);
		struct mail_address a;
		size_t at = 0;
		while (text && mail_address_next(text, strlen(text), &at, &a))
			hold(l, organisation_of_address(l->o, a.text, NULL), rule, field, line, genuine);
	}
	json_array_foreach(json_object_get(genuine, "recipients"), i, label)
		hold(l, organisation_of_party(l->o, json_string_value(label)), rule, field, line, genuine);
}

static void look_original(struct chain_looking *l)
{
	size_t i;
	json_t *label;
	originals_of(l->originals, l->mail, take_original, l);
	if (json_array_size(json_object_get(l->mail, "known_only_to")))
		json_array_append(l->uses.known_only, (json_t *)(uintptr_t)l->mail);
	json_array_foreach(json_object_get(l->mail, "known_only_to"), i, label)
		chain_speak(l, organisation_of_party(l->o, json_string_value(label)), RULE_KNOWN_ONLY, "known_only_to",
		            json_string_value(label), NULL);
}

/* ---- topic */

static int may_be_topic(const struct chain_looking *l, const struct mail_name *name)
{
	size_t number = name->organisation;
	if (number == NO_ORGANISATION || name->what != NAME_ORGANISATION || chain_is_own(l, number))
		return 0;
	if (l->o->all[number].no_topic || is_in(l->claimed, number) || is_in(l->received, number))
		return 0;
	if (name->place == MAIL_QUOTE && is_in(l->holding, number))
		return 0;
	for (size_t i = 0; i < l->reading.count; i++)
		if (l->reading.names[i].place == MAIL_ADDRESSEE && l->reading.names[i].organisation == number)
			return 0;
	return number != l->from_organisation;
}

static int is_text(enum mail_place place)
{
	return place == MAIL_TEXT || place == MAIL_QUOTE || place == MAIL_FILE;
}

static void look_topic(struct chain_looking *l)
{
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(l->mail, "topic"), i, label) {
		size_t number = organisation_of_party(l->o, json_string_value(label));
		if (!chain_is_own(l, number) && !l->o->all[number].no_topic)
			chain_speak(l, number, RULE_TOPIC_FIELD, "topic", json_string_value(label), NULL);
	}
	for (size_t k = 0; k < l->reading.count; k++) {
		const struct mail_name *name = &l->reading.names[k];
		if ((!is_text(name->place) && name->place != MAIL_SUBJECT) || !may_be_topic(l, name))
			continue;
		const char *field = name->place == MAIL_SUBJECT ? "subject"
		                    : name->place == MAIL_FILE  ? "attachment_names"
		                                                : "body";
		chain_speak(l, name->organisation, name->known ? RULE_TOPIC_NAME : RULE_TOPIC_UNKNOWN, field,
		            name->line, NULL);
		for (size_t m = 0; m < l->reading.count && name->place == MAIL_SUBJECT; m++)
			if (l->reading.names[m].organisation == name->organisation &&
			    is_text(l->reading.names[m].place))
				chain_speak(l, name->organisation, RULE_TOPIC_SUBJECT, field, name->line, NULL);
	}
}

/* ---- similar, leads */

static void look_similar(struct chain_looking *l)
{
	size_t number = l->from_organisation;
	if (chain_is_own(l, number) || !authentication(l->mail, "pass") || authentication(l->mail, "fail"))
		return;
	/* a domain that only this mail knows may be the attacker's */
	if (*l->o->all[number].party || is_in(l->claimed, number))
		chain_speak(l, number, RULE_SIMILAR_SENT, "from_addr", json_get_string(l->mail, "from_addr"), NULL);
}

static void look_damaged(struct chain_looking *l)
{
	size_t i;
	json_t *party;
	json_array_foreach(l->records->parties, i, party) {
		size_t number = organisation_of_party(l->o, json_get_string(party, "label"));
		l->label = json_get_string(party, "label");
		if (!chain_is_own(l, number) && json_is(party, "damaged", "yes"))
			chain_speak(l, number, RULE_SIMILAR_DAMAGED, "damaged", json_get_string(party, "name"), NULL);
		else if (!chain_is_own(l, number) && json_is(party, "chain_status", "damaged"))
			chain_speak(l, number, RULE_SIMILAR_DAMAGED, "chain_status", json_get_string(party, "name"),
			            NULL);
		end_record(l);
	}
}

static void look_leads(struct chain_looking *l)
{
	size_t i;
	json_t *lead;
	json_array_foreach(l->records->leads, i, lead) {
		size_t k;
		json_t *label;
		l->label = json_get_string(lead, "label");
		json_array_foreach(json_object_get(lead, "names"), k, label) {
			size_t number = organisation_of_party(l->o, json_string_value(label));
			if (!chain_is_own(l, number))
				chain_speak(l, number, RULE_LEAD, "names", json_string_value(label), NULL);
		}
		struct mail_reading reading;
		json_t *text = json_pack("{s:s?, s:s?}", "subject", json_get_string(lead, "title"), "body",
		                         json_get_string(lead, "summary"));
		mail_read(l->o, text, &reading, NULL);
		for (size_t n = 0; n < reading.count; n++) {
			const struct mail_name *name = &reading.names[n];
			if (!chain_is_own(l, name->organisation) && name->known && name->what == NAME_ORGANISATION &&
			    !l->o->all[name->organisation].no_topic)
				chain_speak(l, name->organisation, RULE_LEAD,
				            name->place == MAIL_SUBJECT ? "title" : "summary", name->line, NULL);
		}
		mail_reading_release(&reading);
		json_decref(text);
		end_record(l);
	}
}

/* ---- */

void chain_look_at_mail(struct chain_looking *l, const json_t *mail)
{
	if (!mail_is_suspicious(mail) || !json_get_string(mail, "label"))
		return;
	const char *from = json_get_string(mail, "from_addr");
	l->mail = mail;
	l->label = json_get_string(mail, "label");
	l->received = json_object();
	l->claimed = json_object();
	l->holding = json_object();
	registrable_of(mail, from ? "from_addr" : "from", l->from_domain);
	l->from_organisation = *l->from_domain ? organisation_of_address(l->o, l->from_domain, NULL) : NO_ORGANISATION;
	mail_read(l->o, mail, &l->reading, l->chain);
	look_recipients(l);
	look_spoofed(l);
	look_original(l);
	look_topic(l);
	chain_look_outbound(l);
	look_similar(l);
	end_record(l);
	mail_reading_release(&l->reading);
	json_decref(l->received);
	json_decref(l->claimed);
	json_decref(l->holding);
}

struct chain_looking *chain_looking_new(const struct chain_records *records, struct organisations *o,
                                        const struct originals *originals, struct chain *notes)
{
	struct chain_looking *l = xcalloc(1, sizeof *l);
	size_t i;
	json_t *record;
	*l = (struct chain_looking){.records = records,
	                            .o = o,
	                            .originals = originals,
	                            .chain = notes,
	                            .uses = {.known_only = json_array()},
	                            .infected = json_object(),
	                            .payloads = json_object()};
	json_array_foreach(records->assets, i, record)
		if (json_get_string(record, "label"))
			json_object_set_nocheck(l->infected, json_get_string(record, "label"), record);
	chain_read_payloads(l);
	return l;
}

void chain_looking_free(struct chain_looking *l)
{
	for (size_t i = 0; i < l->count; i++) {
		buf_release(&l->all[i].reason);
		free(l->all[i].line);
	}
	free(l->all);
	free(l->uses.all);
	json_decref(l->uses.known_only);
	json_decref(l->infected);
	json_decref(l->payloads);
	free(l);
}

void chain_look_at_rest(struct chain_looking *l)
{
	l->base = SIZE_MAX / 2;
	look_damaged(l);
	look_leads(l);
}

size_t chain_looking_found(const struct chain_looking *l, const struct chain_speaking **all)
{
	*all = l->all;
	return l->count;
}

const struct original_uses *chain_looking_uses(const struct chain_looking *l)
{
	return &l->uses;
}
