/* Organisations of a case: parties and those above them, what they are called, and what a person made one. */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/json.h"
#include "finding/chain/mail_domain.h"

#include <stdlib.h>
#include <string.h>

#define PARENTS 16 /* steps upwards: who is its own parent ends there */

size_t organisation_whole(const struct organisations *o, size_t number)
{
	while (number < o->count && o->all[number].one_with != number)
		number = o->all[number].one_with;
	return number;
}

static size_t add(struct organisations *o, const char *name, const char *domain)
{
	if (o->count == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		o->all = xrealloc(o->all, o->cap * sizeof *o->all);
	}
	o->all[o->count] = (struct organisation){
	    .name = xstrdup(name), .domain = domain ? xstrdup(domain) : NULL, .one_with = o->count};
	return o->count++;
}

static size_t number_at(const json_t *index, const char *key)
{
	const json_t *value = json_object_get(index, key);
	return json_is_integer(value) ? (size_t)json_integer_value(value) : NO_ORGANISATION;
}

static void put_number(json_t *index, const char *key, size_t number)
{
	json_object_set_new_nocheck(index, key, json_integer((json_int_t)number));
}

static void put_domain(struct organisations *o, const char *domain, size_t number)
{
	json_t *numbers = json_object_get(o->by_domain, domain);
	size_t i;
	json_t *value;
	if (!numbers)
		json_object_set_new_nocheck(o->by_domain, domain, numbers = json_array());
	json_array_foreach(numbers, i, value)
		if ((size_t)json_integer_value(value) == number)
			return;
	json_array_append_new(numbers, json_integer((json_int_t)number));
	o->all[number].has_domains = 1;
	if (!o->all[number].domain)
		o->all[number].domain = xstrdup(domain);
}

/* "example.jp, www.example.org": each as a host and as what is registered. */
static void put_domains(struct organisations *o, const char *text, size_t number)
{
	while (text && *text) {
		size_t n = strcspn(text, " ,;\t\n\r、，");
		if (n && n < DOMAIN_TEXT) {
			char host[DOMAIN_TEXT];
			char registrable[DOMAIN_TEXT];
			memcpy(host, text, n);
			host[n] = '\0';
			char *at = strrchr(host, '@');
			mail_domain_registrable(at ? at + 1 : host, registrable);
			if (*registrable && mail_domain_use(registrable) == DOMAIN_OWN)
				put_domain(o, registrable, number);
		}
		text += n ? n : 1;
	}
}

static void put_mail(struct organisations *o, const json_t *party, size_t number, int domain_too)
{
	const char *text = json_get_string(party, "mail");
	struct mail_address a;
	size_t at = 0;
	while (text && mail_address_next(text, strlen(text), &at, &a)) {
		put_number(o->by_mail, a.text, number);
		if (domain_too)
			put_domains(o, a.host, number);
	}
}

static void put_names(struct organisations *o, const json_t *party, size_t number, enum name_what what)
{
	const char *name = json_get_string(party, "name");
	const char *more = json_get_string(party, "names");
	if (name && !name_finder_add(o->finder, name, (int)number, what) && what == NAME_ORGANISATION) {
		json_array_append(o->too_short, json_object_get(party, "label"));
		json_array_append(o->too_short, json_object_get(party, "name"));
	}
	while (more && *more) {
		size_t n = strcspn(more, ";\n；");
		char *one = xstrndup(more, n);
		if (n)
			name_finder_add(o->finder, one, (int)number, what);
		free(one);
		more += n ? n : 1;
	}
}

/* The party that stands above all others; itself if it is alone, or part of a circle. */
static const json_t *top_of(const json_t *by_label, const json_t *party)
{
	const json_t *top = party;
	for (int i = 0; i < PARENTS; i++) {
		const char *parent = json_get_string(top, "parent");
		const json_t *above = parent ? json_object_get(by_label, parent) : NULL;
		if (!above || above == party)
			break;
		if (json_is(top, "type", "organisation") && !json_is(above, "type", "organisation"))
			break;
		top = above;
	}
	return top;
}

static const char *const no_topic_roles[] = {"security_vendor", "operator",  "vendor",   "cert",
                                             "police",          "regulator", "responder"};

static size_t organisation_add_party(struct organisations *o, const struct chain_records *records, const json_t *party)
{
	const char *label = json_get_string(party, "label");
	const char *name = json_get_string(party, "name");
	size_t number = number_at(o->by_party, label);
	if (number != NO_ORGANISATION)
		return number;
	number = add(o, name ? name : label, NULL);
	struct organisation *it = &o->all[number];
	snprintf(it->party, sizeof it->party, "%s", label);
	it->record = party;
	it->is_own = json_is(records->the_case, "party", label);
	for (size_t i = 0; i < sizeof no_topic_roles / sizeof *no_topic_roles; i++)
		it->no_topic |= json_holds(json_object_get(party, "roles"), no_topic_roles[i]) != 0;
	put_number(o->by_party, label, number);
	put_domains(o, json_get_string(party, "domains"), number);
	put_mail(o, party, number, 1);
	put_names(o, party, number, NAME_ORGANISATION);
	return number;
}

static void read_parties(struct organisations *o, const struct chain_records *records)
{
	json_t *by_label = json_object();
	size_t i;
	json_t *party;
	json_array_foreach(records->parties, i, party)
		if (json_get_string(party, "label"))
			json_object_set_nocheck(by_label, json_get_string(party, "label"), party);
	json_array_foreach(records->parties, i, party) {
		const char *label = json_get_string(party, "label");
		const json_t *top = top_of(by_label, party);
		int person = json_is(party, "type", "person");
		if (!label || (top == party && person))
			continue; /* a person of nobody is no organisation */
		if (top != party && json_is(top, "type", "person"))
			continue;
		size_t number = organisation_add_party(o, records, top);
		if (top == party)
			continue;
		put_number(o->by_party, label, number);
		put_domains(o, json_get_string(party, "domains"), number);
		put_mail(o, party, number, !person);
		if (person)
			put_names(o, party, number, NAME_PERSON);
		else if (json_is(party, "type", "organisation"))
			put_names(o, party, number, NAME_ORGANISATION);
	}
	json_decref(by_label);
}

/* ---- what a person made one, or told apart */

static size_t find_or_add(struct organisations *o, const char *who)
{
	size_t number = organisation_find(o, who);
	if (number != NO_ORGANISATION)
		return number;
	char registrable[DOMAIN_TEXT] = "";
	if (strchr(who, '.') && !strchr(who, ' '))
		mail_domain_registrable(who, registrable);
	number = add(o, who, *registrable ? registrable : NULL);
	if (*registrable)
		put_domain(o, registrable, number);
	else
		name_finder_add(o->finder, who, (int)number, NAME_ORGANISATION);
	return number;
}

static void read_sameness(struct organisations *o, const struct chain_records *records)
{
	json_t *newest = json_object(); /* "a\nb" -> record; the last one counts */
	size_t i;
	json_t *pivot;
	json_array_foreach(records->pivots, i, pivot) {
		const char *who = json_get_string(pivot, "organisation");
		const char *other = json_get_string(pivot, "other");
		if (!json_is(pivot, "pivot", "same_organisation") || !who || !other)
			continue;
		size_t a = find_or_add(o, json_get_string(pivot, "party") ? json_get_string(pivot, "party") : who);
		size_t b = find_or_add(o, other);
		char *key = xasprintf("%zu\n%zu", a < b ? a : b, a < b ? b : a);
		const json_t *before = json_object_get(newest, key);
		const char *then = before ? json_get_string(before, "entered") : "";
		const char *now = json_get_string(pivot, "entered");
		if (!before || strcmp(now ? now : "", then ? then : "") >= 0)
			json_object_set_nocheck(newest, key, pivot);
		free(key);
	}
	const char *key;
	json_object_foreach(newest, key, pivot) {
		char *end;
		size_t a = strtoul(key, &end, 10);
		size_t b = strtoul(end, NULL, 10);
		if (json_is(pivot, "status", "rejected")) {
			json_object_set_new_nocheck(o->different, key, json_true());
			continue;
		}
		a = organisation_whole(o, a);
		b = organisation_whole(o, b);
		/* the one on record speaks for both */
		if (!*o->all[a].party && *o->all[b].party) {
			size_t swap = a;
			a = b;
			b = swap;
		}
		o->all[b].one_with = a;
		o->all[a].is_own |= o->all[b].is_own;
	}
	json_decref(newest);
}

void organisations_read(struct organisations *o, const struct chain_records *records)
{
	*o = (struct organisations){.by_domain = json_object(),
	                            .by_party = json_object(),
	                            .by_mail = json_object(),
	                            .by_name = json_object(),
	                            .by_core = json_object(),
	                            .too_short = json_array(),
	                            .different = json_object(),
	                            .finder = name_finder_new()};
	read_parties(o, records);
	read_sameness(o, records);
	name_finder_ready(o->finder);
}

void organisations_release(struct organisations *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->all[i].name);
		free(o->all[i].domain);
	}
	free(o->all);
	json_decref(o->by_domain);
	json_decref(o->by_party);
	json_decref(o->by_mail);
	json_decref(o->by_name);
	json_decref(o->by_core);
	json_decref(o->too_short);
	json_decref(o->different);
	name_finder_free(o->finder);
	*o = (struct organisations){0};
}

/* ---- asking */

size_t organisation_of_party(const struct organisations *o, const char *label)
{
	size_t number = label ? number_at(o->by_party, label) : NO_ORGANISATION;
	return number == NO_ORGANISATION ? number : organisation_whole(o, number);
}

size_t organisation_of_address(struct organisations *o, const char *address, int *several)
{
	char registrable[DOMAIN_TEXT];
	const char *host = strrchr(address, '@');
	size_t number = number_at(o->by_mail, address);
	if (several)
		*several = 0;
	if (number != NO_ORGANISATION)
		return organisation_whole(o, number);
	mail_domain_registrable(host ? host + 1 : address, registrable);
	if (!*registrable || mail_domain_use(registrable) != DOMAIN_OWN)
		return NO_ORGANISATION;
	const json_t *numbers = json_object_get(o->by_domain, registrable);
	if (!numbers) {
		number = add(o, registrable, registrable);
		put_domain(o, registrable, number);
		return number;
	}
	if (several)
		*several = json_array_size(numbers) > 1;
	return organisation_whole(o, (size_t)json_integer_value(json_array_get(numbers, 0)));
}

size_t organisation_of_hit(struct organisations *o, const struct name_hit *hit, const char *found, const char *domain)
{
	if (hit->known >= 0)
		return organisation_whole(o, (size_t)hit->known);
	struct buf key = BUF_INIT;
	buf_addf(&key, "%d %s", (int)hit->legal, hit->core);
	size_t number = number_at(o->by_name, key.data);
	if (number == NO_ORGANISATION) {
		/* a domain in the same signature names it, unless that is somebody's on record */
		const json_t *numbers = domain ? json_object_get(o->by_domain, domain) : NULL;
		size_t owner = numbers ? (size_t)json_integer_value(json_array_get(numbers, 0)) : NO_ORGANISATION;
		if (owner != NO_ORGANISATION && !*o->all[owner].party && strcmp(o->all[owner].name, domain) == 0) {
			number = owner;
			free(o->all[number].name);
			o->all[number].name = xstrdup(found);
		} else {
			number = add(o, found, owner == NO_ORGANISATION ? domain : NULL);
			if (domain && owner == NO_ORGANISATION)
				put_domain(o, domain, number);
		}
		put_number(o->by_name, key.data, number);
	}
	buf_release(&key);
	return organisation_whole(o, number);
}

int organisation_has_domain(const struct organisations *o, size_t number, const char *domain)
{
	size_t i;
	json_t *value;
	json_array_foreach(json_object_get(o->by_domain, domain), i, value)
		if (organisation_whole(o, (size_t)json_integer_value(value)) == number)
			return 1;
	return 0;
}

const char *organisation_who(const struct organisations *o, size_t number)
{
	const struct organisation *it = &o->all[number];
	return *it->party ? it->party : it->domain ? it->domain : it->name;
}

static char *key_of_name(const struct organisations *o, const char *name)
{
	struct buf core = BUF_INIT;
	enum legal_class legal = name_core(o->finder, name, &core);
	char *key = core.len ? xasprintf("%d %s", (int)legal, core.data) : NULL;
	buf_release(&core);
	return key;
}

/* Those that came since it was last asked. */
static void index_names(struct organisations *o)
{
	for (; o->indexed < o->count; o->indexed++) {
		char *key = key_of_name(o, o->all[o->indexed].name);
		if (key && !json_object_get(o->by_core, key))
			put_number(o->by_core, key, o->indexed);
		free(key);
	}
}

size_t organisation_find(struct organisations *o, const char *who)
{
	size_t number = number_at(o->by_party, who);
	if (number == NO_ORGANISATION && json_object_get(o->by_domain, who))
		number = (size_t)json_integer_value(json_array_get(json_object_get(o->by_domain, who), 0));
	char *key = number == NO_ORGANISATION ? key_of_name(o, who) : NULL;
	if (key)
		number = number_at(o->by_name, key);
	if (key && number == NO_ORGANISATION) {
		index_names(o);
		number = number_at(o->by_core, key);
	}
	free(key);
	return number == NO_ORGANISATION ? number : organisation_whole(o, number);
}
