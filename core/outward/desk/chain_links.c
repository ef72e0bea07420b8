/*
 * The chain: organisations that a decision takes for part of it, and those that were told.
 *
 * The files of a desk are separate, so one organisation may be a party in many of them. Parties are counted as one where
 * they have one corporate number, one domain, or one name with one legal form; what several of them have in common joins
 * them all.
 */
#include "outward/desk/affair_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "finding/chain/mail_domain.h"
#include "finding/chain/name_find.h"

#include <stdlib.h>
#include <string.h>

struct links_making {
	struct name_finder *finder;
	json_t *by_key;          /* "#7010001008844", "@example.jp", "1 aoba" -> index of the first party that has it */
	struct desk_link *links; /* one for each party; in the end one for each organisation */
	size_t *one_with;        /* of each party: another one of its organisation, itself at the end of such a row */
	size_t count;
};

static int is_of_chain(const json_t *party)
{
	static const char *const undecided[] = {"candidate", "rejected", "unknown"};
	const char *status = json_get_string(party, "chain_status");
	for (size_t i = 0; status && i < sizeof undecided / sizeof *undecided; i++)
		if (strcmp(status, undecided[i]) == 0)
			return 0;
	return status && json_object_get(party, "chain_pivot");
}

static void note_link(json_t *parties, const char *party, const char *when, int notified)
{
	json_t *link = json_object_get(parties, party);
	if (!link)
		json_object_set_new(parties, party, link = json_object());
	if (notified && !json_object_get(link, "notified"))
		json_object_set_new(link, "notified", json_string(when ? when : ""));
	if (!notified && !json_object_get(link, "entered"))
		json_object_set_new(link, "entered", json_string(when ? when : ""));
}

/* ---- what an organisation is known by */

static void add_number(const json_t *record, json_t *keys)
{
	const char *text = json_get_string(record, "corporate_number");
	struct buf key = BUF_INIT;
	buf_addc(&key, '#');
	for (; text && *text; text++)
		if (*text >= '0' && *text <= '9')
			buf_addc(&key, *text);
	if (key.len == 14)
		json_array_append_new(keys, json_string(key.data));
	buf_release(&key);
}

static void add_domains(const char *text, json_t *keys)
{
	while (text && *text) {
		size_t n = strcspn(text, " ,;\t\n\r、，");
		char host[DOMAIN_TEXT];
		char registrable[DOMAIN_TEXT] = "";
		if (n && n < sizeof host) {
			memcpy(host, text, n);
			host[n] = '\0';
			mail_domain_registrable(host, registrable);
		}
		if (*registrable && mail_domain_use(registrable) == DOMAIN_OWN)
			json_array_append_new(keys, json_sprintf("@%s", registrable));
		text += n ? n : 1;
	}
}

static void add_name(const struct links_making *m, const char *name, json_t *keys)
{
	struct buf core = BUF_INIT;
	enum legal_class legal = name_core(m->finder, name, &core);
	if (core.len)
		json_array_append_new(keys, json_sprintf("%d %s", (int)legal, core.data));
	buf_release(&core);
}

/* Of a party, or of a decision that no party stands behind. */
static json_t *keys_of(const struct links_making *m, const json_t *record)
{
	static const char *const names[] = {"name", "organisation"};
	static const char *const domains[] = {"domains", "domain"};
	json_t *keys = json_array();
	add_number(record, keys);
	for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
		add_domains(json_get_string(record, domains[i]), keys);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (json_get_string(record, names[i]))
			add_name(m, json_get_string(record, names[i]), keys);
	return keys;
}

/* ---- each once */

static size_t end_of(const struct links_making *m, size_t party)
{
	while (m->one_with[party] != party)
		party = m->one_with[party];
	return party;
}

static void add_party(struct links_making *m, const json_t *record, const json_t *said)
{
	json_t *keys = keys_of(m, record);
	const char *notified = json_get_string(said, "notified");
	size_t party = m->count++;
	size_t i;
	json_t *key;
	m->links = xrealloc(m->links, m->count * sizeof *m->links);
	m->one_with = xrealloc(m->one_with, m->count * sizeof *m->one_with);
	m->one_with[party] = party;
	m->links[party].notified = notified != NULL;
	day_span_of(notified ? notified : json_get_string(said, "entered"), &m->links[party].on);
	json_array_foreach(keys, i, key) {
		const json_t *first = json_object_get(m->by_key, json_string_value(key));
		if (first)
			m->one_with[end_of(m, (size_t)json_integer_value(first))] = end_of(m, party);
		else
			json_object_set_new(m->by_key, json_string_value(key), json_integer((json_int_t)party));
	}
	json_decref(keys);
}

static int is_earlier(const struct day_span *a, const struct day_span *b)
{
	return a->known && (!b->known || a->first < b->first);
}

/* The first notice counts; where nobody was told, when it came on record first. */
static void join(struct desk_link *link, const struct desk_link *other)
{
	if (other->notified > link->notified ||
	    (other->notified == link->notified && is_earlier(&other->on, &link->on)))
		*link = *other;
}

static void join_all(struct links_making *m)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->count; i++)
		if (end_of(m, i) != i)
			join(&m->links[end_of(m, i)], &m->links[i]);
	for (size_t i = 0; i < m->count; i++)
		if (m->one_with[i] == i)
			m->links[kept++] = m->links[i];
	m->count = kept;
}

static void take_case(struct links_making *m, const struct desk_case *one)
{
	json_t *parties = json_object(); /* id of the party, else of the decision -> when */
	const char *id;
	json_t *record;
	json_object_foreach(one->records, id, record) {
		const char *party = json_get_string(record, "party");
		const char *entered = json_get_string(record, "entered");
		if (desk_counts(record, "party") && is_of_chain(record))
			note_link(parties, id, entered, 0);
		else if (desk_counts(record, "pivot") && desk_is(record, "status", "confirmed") &&
		         !desk_is(record, "pivot", "same_organisation"))
			note_link(parties, party ? party : id, entered, 0);
		else if (desk_counts(record, "contact") && desk_is(record, "purpose", "chain_notice") && party)
			note_link(parties, party, json_get_string(record, "when"), 1);
	}
	json_object_foreach(parties, id, record)
		add_party(m, json_object_get(one->records, id), record);
	json_decref(parties);
}

struct desk_link *chain_links_make(const struct desk_cases *cases, size_t *count)
{
	struct links_making m = {.finder = name_finder_new(), .by_key = json_object()};
	for (size_t i = 0; i < cases->count; i++)
		take_case(&m, &cases->items[i]);
	join_all(&m);
	name_finder_free(m.finder);
	json_decref(m.by_key);
	free(m.one_with);
	*count = m.count;
	return m.links;
}
