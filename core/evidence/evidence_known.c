#include "evidence/evidence_known.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct evidence_known {
	json_t *by_digest; /* SHA-256 -> list of {label, source, on} */
};

static int take_evidence(void *ctx, json_t *record)
{
	const char *sha256 = json_get_string(record, "sha256");
	const char *complete = json_get_string(record, "complete");
	if (sha256 && complete && strcmp(complete, "complete") == 0)
		evidence_known_add(ctx, sha256, record_label(record), json_get_string(record, "source_path"),
		                   json_get_string(record, "on"));
	return 0;
}

struct evidence_known *evidence_known_new(struct case_file *c, struct err *err)
{
	struct evidence_known *known = xcalloc(1, sizeof *known);
	known->by_digest = json_object();
	if (record_each(c, "evidence", 0, take_evidence, known, err) == 0)
		return known;
	evidence_known_free(known);
	return NULL;
}

void evidence_known_free(struct evidence_known *known)
{
	if (known)
		json_decref(known->by_digest);
	free(known);
}

void evidence_known_add(struct evidence_known *known, const char *sha256, const char *label, const char *source,
                        const char *on)
{
	json_t *list = json_object_get(known->by_digest, sha256);
	json_t *one = json_object();
	if (!list) {
		list = json_array();
		json_object_set_new(known->by_digest, sha256, list);
	}
	json_object_set_new(one, "label", json_string(label));
	json_object_set_new(one, "source", json_string(source ? source : ""));
	json_object_set_new(one, "on", json_string(on ? on : ""));
	json_array_append_new(list, one);
}

const char *evidence_known_find(const struct evidence_known *known, const char *sha256, const char *source,
                                const char *on)
{
	const json_t *list = json_object_get(known->by_digest, sha256);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		if ((!source || strcmp(json_get_string(one, "source"), source) == 0) &&
		    (!on || strcmp(json_get_string(one, "on"), on) == 0))
			return json_get_string(one, "label");
	}
	return NULL;
}
