/*
 * CASE 1.4 over UCO 1.4, as JSON-LD: the investigation, its evidence as files with digests and provenance records, how it was
 * collected and handed on as investigative actions, machines as devices, mails, persons and organisations.
 *
 * An object's IRI is kb:TYPE-UUID with the record's own UUID; parts of it have UUIDs of version 5 in the case's namespace.
 */
#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct case_graph {
	struct release *r;
	struct buf *out;
	int some;
	size_t objects; /* that the investigation refers to */
	struct err *err;
};

static const char *text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text && *text && strcmp(text, "unknown") != 0 ? text : NULL;
}

static int append(struct case_graph *g, json_t *object)
{
	buf_adds(g->out, g->some++ ? ",\n" : "\n");
	shared_json(g->out, object);
	return release_flush(g->r, g->out, g->err);
}

static char *iri(const char *type, const json_t *record)
{
	return xasprintf("kb:%s-%s", type, json_get_string(record, "id"));
}

/* "kb:file-facet-UUID": of a part of a record. */
static char *part_iri(struct case_graph *g, const char *type, const json_t *record)
{
	char uuid[37];
	shared_part_uuid(release_case(g->r), record, type, uuid);
	return xasprintf("kb:%s-%s", type, uuid);
}

/* The words of IRIs of what a record may become. Their place is what is noted of it. */
static const char *const words[] = {"person", "organization", "device", "file", "transfer", "mail"};

static json_t *begin(struct case_graph *g, const char *class, const char *word, const json_t *record)
{
	char *id = iri(word, record);
	unsigned char note = 0;
	json_t *object = json_pack("{s:s, s:s}", "@id", id, "@type", class);
	while (strcmp(words[note], word) != 0)
		note++;
	release_note(g->r, record, (unsigned char)(note + 1));
	free(id);
	return object;
}

static void set_text(json_t *object, const char *property, const char *text)
{
	if (text)
		json_object_set_new(object, property, json_string(text));
}

static void set_time(struct case_graph *g, json_t *object, const char *property, const json_t *record,
                     const char *field)
{
	int64_t seconds;
	int nanoseconds;
	char text[32];
	int exact = shared_instant(release_case(g->r), text_of(record, field), &seconds, &nanoseconds);
	if (exact < 0)
		return;
	if (!exact)
		release_lose_field(g->r, json_get_string(record, "kind"), field, shared_no_instant());
	shared_time(seconds, nanoseconds, text);
	json_object_set_new(object, property, json_pack("{s:s, s:s}", "@type", "xsd:dateTime", "@value", text));
}

static json_t *reference(const struct case_graph *g, const char *label)
{
	char uuid[37];
	unsigned char note = release_noted(g->r, label, uuid);
	char *id = note ? xasprintf("kb:%s-%s", words[note - 1], uuid) : NULL;
	json_t *object = id ? json_pack("{s:s}", "@id", id) : NULL;
	free(id);
	return object;
}

static void set_reference(const struct case_graph *g, json_t *object, const char *property, const char *label)
{
	json_t *ref = reference(g, label);
	if (ref)
		json_object_set_new(object, property, ref);
}

static json_t *facet(struct case_graph *g, const char *class, const char *word, const json_t *record)
{
	char *id = part_iri(g, word, record);
	json_t *object = json_pack("{s:s, s:s}", "@id", id, "@type", class);
	free(id);
	return object;
}

/* ---- kinds */

static int write_party(void *ctx, json_t *record)
{
	struct case_graph *g = ctx;
	int person = json_is(record, "type", "person");
	json_t *object = begin(g, person ? "uco-identity:Person" : "uco-identity:Organization",
	                       person ? "person" : "organization", record);
	set_text(object, "uco-core:name", text_of(record, "name") ? text_of(record, "name") : record_label(record));
	release_lose_rest(g->r, record, "name type");
	return append(g, object);
}

static int write_asset(void *ctx, json_t *record)
{
	struct case_graph *g = ctx;
	json_t *object = begin(g, "uco-observable:Device", "device", record);
	json_t *device = facet(g, "uco-observable:DeviceFacet", "device-facet", record);
	set_text(object, "uco-core:name",
	         text_of(record, "hostname") ? text_of(record, "hostname") : record_label(record));
	set_text(device, "uco-observable:deviceType", text_of(record, "type"));
	set_text(device, "uco-observable:model", text_of(record, "model"));
	set_text(device, "uco-observable:serialNumber", text_of(record, "serial"));
	json_object_set_new(object, "uco-core:hasFacet", json_pack("[o]", device));
	release_lose_rest(g->r, record, "hostname type model serial");
	return append(g, object);
}

static void add_hash(struct case_graph *g, json_t *hashes, const char *method, const json_t *record, const char *field)
{
	const char *value = text_of(record, field);
	if (!value)
		return;
	char *word = xasprintf("hash-%s", field);
	json_t *hash = facet(g, "uco-types:Hash", word, record);
	set_text(hash, "uco-types:hashMethod", method); /* since UCO 1.4 a string */
	json_object_set_new(hash, "uco-types:hashValue",
	                    json_pack("{s:s, s:s}", "@type", "xsd:hexBinary", "@value", value));
	json_array_append_new(hashes, hash);
	free(word);
}

static int write_collection(struct case_graph *g, const json_t *record, const char *file, const char *provenance)
{
	char *id = part_iri(g, "collection", record);
	json_t *action =
	    json_pack("{s:s, s:s, s:s, s:[{s:s}, {s:s}]}", "@id", id, "@type", "case-investigation:InvestigativeAction",
	              "uco-core:name", "collected", "uco-action:result", "@id", file, "@id", provenance);
	set_time(g, action, "uco-action:startTime", record, "started");
	set_time(g, action, "uco-action:endTime", record, "ended");
	set_reference(g, action, "uco-action:performer", json_get_string(record, "collected_by"));
	set_reference(g, action, "uco-action:object", json_get_string(record, "on"));
	free(id);
	return append(g, action);
}

static int write_evidence(void *ctx, json_t *record)
{
	struct case_graph *g = ctx;
	json_t *object = begin(g, "uco-observable:File", "file", record);
	json_t *file = facet(g, "uco-observable:FileFacet", "file-facet", record);
	json_t *content = facet(g, "uco-observable:ContentDataFacet", "content-facet", record);
	json_t *hashes = json_array();
	json_t *size = json_object_get(record, "source_size");
	set_text(file, "uco-observable:fileName", text_of(record, "title"));
	if (json_is_integer(size))
		json_object_set(file, "uco-observable:sizeInBytes", size);
	add_hash(g, hashes, "SHA256", record, "sha256");
	add_hash(g, hashes, "SHA1", record, "sha1");
	add_hash(g, hashes, "MD5", record, "md5");
	json_object_set_new(content, "uco-observable:hash", hashes);
	json_object_set_new(object, "uco-core:hasFacet", json_pack("[o, o]", file, content));
	char *provenance = part_iri(g, "provenance", record);
	char *id = iri("file", record);
	json_t *trail =
	    json_pack("{s:s, s:s, s:s, s:[{s:s}]}", "@id", provenance, "@type", "case-investigation:ProvenanceRecord",
	              "case-investigation:exhibitNumber", record_label(record), "uco-core:object", "@id", id);
	set_text(trail, "uco-core:description", text_of(record, "stored_at"));
	int rc = append(g, object) < 0 || append(g, trail) < 0 ? -1 : write_collection(g, record, id, provenance);
	free(provenance);
	free(id);
	release_lose_rest(g->r, record, "title sha256 sha1 md5 source_size started ended collected_by on stored_at");
	return rc;
}

static int write_transfer(void *ctx, json_t *record)
{
	struct case_graph *g = ctx;
	size_t i;
	json_t *label;
	json_t *objects = json_array();
	json_t *action = begin(g, "case-investigation:InvestigativeAction", "transfer", record);
	set_text(action, "uco-core:name", text_of(record, "action") ? text_of(record, "action") : "transfer");
	set_text(action, "uco-core:description", text_of(record, "purpose"));
	set_time(g, action, "uco-action:startTime", record, "when");
	set_reference(g, action, "uco-action:performer", json_get_string(record, "from"));
	set_reference(g, action, "uco-action:participant", json_get_string(record, "to"));
	json_array_foreach(json_object_get(record, "items"), i, label) {
		json_t *ref = reference(g, json_string_value(label));
		if (ref)
			json_array_append_new(objects, ref);
	}
	if (json_array_size(objects))
		json_object_set(action, "uco-action:object", objects);
	json_decref(objects);
	release_lose_rest(g->r, record, "action purpose when from to items");
	return append(g, action);
}

static int write_mail(void *ctx, json_t *record)
{
	struct case_graph *g = ctx;
	json_t *object = begin(g, "uco-observable:EmailMessage", "mail", record);
	json_t *mail = facet(g, "uco-observable:EmailMessageFacet", "mail-facet", record);
	set_text(mail, "uco-observable:subject", text_of(record, "subject"));
	set_text(mail, "uco-observable:messageID", text_of(record, "message_id"));
	set_time(g, mail, "uco-observable:receivedTime", record, "when");
	set_time(g, mail, "uco-observable:sentTime", record, "sent");
	json_object_set_new(object, "uco-core:hasFacet", json_pack("[o]", mail));
	release_lose_rest(g->r, record, "subject message_id when sent");
	return append(g, object);
}

/* ---- the whole */

static int add_object(void *ctx, const char *label, unsigned char note, const char *uuid)
{
	struct case_graph *g = ctx;
	(void)label;
	buf_addf(g->out, "%s{\"@id\":\"kb:%s-%s\"}", g->objects++ ? ",\n" : ",\"uco-core:object\":[\n", words[note - 1],
	         uuid);
	return release_flush(g->r, g->out, g->err);
}

static int write_investigation(struct case_graph *g)
{
	char *investigation = xasprintf("kb:investigation-%s", case_id(release_case(g->r)));
	char *tlp = xasprintf("TLP:%s", release_tlp(g->r));
	json_t *object =
	    json_pack("{s:s, s:s, s:s, s:s}", "@id", investigation, "@type", "case-investigation:Investigation",
	              "uco-core:name", release_case_title(g->r), "uco-core:description", tlp);
	free(tlp);
	free(investigation);
	if (append(g, object) < 0)
		return -1;
	buf_truncate(g->out, g->out->len - 1); /* its brace: what it is about belongs inside */
	int rc = release_each_noted(g->r, add_object, g);
	buf_adds(g->out, g->objects ? "]}" : "}");
	return rc;
}

int case_uco_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	static const struct {
		const char *kind;
		record_fn write;
	} order[] = {{"party", write_party},
	             {"asset", write_asset},
	             {"evidence", write_evidence},
	             {"mail", write_mail},
	             {"transfer", write_transfer}};
	struct case_graph g = {.r = r, .out = out, .err = err};
	(void)variant;
	buf_adds(out, "{\"@context\":{\"kb\":\"http://example.org/kb/\","
	              "\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/\","
	              "\"uco-action\":\"https://ontology.unifiedcyberontology.org/uco/action/\","
	              "\"uco-core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
	              "\"uco-identity\":\"https://ontology.unifiedcyberontology.org/uco/identity/\","
	              "\"uco-observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
	              "\"uco-types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
	              "\"uco-vocabulary\":\"https://ontology.unifiedcyberontology.org/uco/vocabulary/\","
	              "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"},\n\"@graph\":[");
	int rc = 0;
	for (size_t i = 0; i < sizeof order / sizeof *order && rc == 0; i++)
		rc = release_each(r, order[i].kind, order[i].write, &g, err);
	static const char *const kinds[] = {"party", "asset", "evidence", "mail", "transfer", NULL};
	release_lose_others(r, kinds, _("CASE has no class for this kind of record"));
	if (rc == 0)
		rc = write_investigation(&g);
	buf_adds(out, "\n]}\n");
	return rc < 0 ? -1 : 0;
}
