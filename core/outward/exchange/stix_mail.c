/*
 * A mail in STIX: an email-message with its addresses as email-addr objects, and the observed-data that says when it was
 * received and how often. The id of an observable follows from what identifies it: sender and subject of a message, the
 * address itself.
 */
#include "outward/exchange/stix_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct stix_mail {
	struct stix_bundle *b;
	const json_t *record;
	json_t *refs; /* what was observed */
};

static int is_local(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._%+-", c));
}

/* The id of the address, which gets its object. New string. */
static char *add_address(struct stix_mail *m, const char *address)
{
	char *id = stix_observable_id("email-addr", json_pack("{s:s}", "value", address));
	stix_append_observable(
	    m->b,
	    json_pack("{s:s, s:s, s:s, s:s}", "type", "email-addr", "spec_version", "2.1", "id", id, "value", address),
	    m->record);
	json_array_append_new(m->refs, json_string(id));
	return id;
}

/* Each address of a header such as "A <a@x.example>, b@y.example". */
static void add_addresses(struct stix_mail *m, json_t *object, const char *property, const char *field)
{
	const char *text = stix_text_of(m->record, field);
	json_t *ids = json_array();
	size_t signs = 0;
	for (const char *at = text ? strchr(text, '@') : NULL; at; at = strchr(at + 1, '@')) {
		const char *from = at;
		const char *to = at + 1;
		signs++;
		while (from > text && is_local(from[-1]))
			from--;
		while (is_local(*to) && !strchr("_%+", *to))
			to++;
		while (to > at + 1 && to[-1] == '.')
			to--;
		if (from == at || to == at + 1)
			continue;
		char *address = xstrndup(from, (size_t)(to - from));
		char *id = add_address(m, address);
		json_array_append_new(ids, json_string(id));
		free(id);
		free(address);
	}
	if (text && (signs == 0 || json_array_size(ids) != signs))
		release_lose_field(m->b->r, "mail", field, _("STIX has a place for addresses only"));
	if (json_array_size(ids))
		json_object_set(object, property, ids);
	json_decref(ids);
}

static void add_observed(struct stix_mail *m)
{
	struct stix_bundle *b = m->b;
	json_t *object = stix_begin(b, "observed-data", m->record);
	json_int_t count = json_integer_value(json_object_get(m->record, "count"));
	if (stix_set_time(b, object, "first_observed", m->record, "when") < 0 &&
	    stix_set_time(b, object, "first_observed", m->record, "sent") < 0) {
		json_object_set(object, "first_observed", json_object_get(object, "created"));
		release_lose_field(b->r, "mail", "when", _("not known: the time of entry stands there"));
	}
	json_object_set(object, "last_observed", json_object_get(object, "first_observed"));
	json_object_set_new(object, "number_observed", json_integer(count > 0 && count <= 999999999 ? count : 1));
	json_object_set(object, "object_refs", m->refs);
	stix_append(b, object);
}

int stix_write_mail(void *ctx, json_t *record)
{
	struct stix_mail m = {ctx, record, json_array()};
	const char *from = stix_text_of(record, "from_addr");
	const char *subject = stix_text_of(record, "subject");
	const char *reply_to = stix_text_of(record, "reply_to");
	json_t *identifying = json_object();
	json_t *object =
	    json_pack("{s:s, s:s, s:b}", "type", "email-message", "spec_version", "2.1", "is_multipart", 0);
	char *sender = from && strchr(from, '@') ? add_address(&m, from) : NULL;
	stix_set_text(object, "from_ref", sender);
	stix_set_text(identifying, "from_ref", sender);
	stix_set_text(object, "subject", subject);
	stix_set_text(identifying, "subject", subject);
	stix_set_text(object, "message_id", stix_text_of(record, "message_id"));
	stix_set_time(m.b, object, "date", record, "sent");
	add_addresses(&m, object, "to_refs", "to");
	add_addresses(&m, object, "cc_refs", "cc");
	if (reply_to)
		json_object_set_new(object, "additional_header_fields", json_pack("{s:[s]}", "Reply-To", reply_to));
	char *id = json_object_size(identifying) ? stix_observable_id("email-message", json_incref(identifying))
	                                         : xasprintf("email-message--%s", json_get_string(record, "id"));
	stix_set_text(object, "id", id);
	json_array_append_new(m.refs, json_string(id));
	if (!stix_append_observable(m.b, object, record))
		release_lose_field(
		    m.b->r, "mail", "message_id",
		    _("mails of one sender and subject are one object of STIX: the first one's stands there"));
	add_observed(&m);
	json_decref(identifying);
	json_decref(m.refs);
	free(sender);
	free(id);
	release_lose_rest(m.b->r, record,
	                  from && !sender ? "subject reply_to to cc when sent message_id count tlp"
	                                  : "from_addr subject reply_to to cc when sent message_id count tlp");
	return 0;
}
