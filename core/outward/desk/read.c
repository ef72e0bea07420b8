/* What a desk keeps of one case file (gather.h): few kinds, few fields of each. */
#include "base/err.h"
#include "base/json.h"
#include "case/query/past_reader.h"
#include "case/store/record.h"
#include "outward/desk/gather.h"

#include <string.h>

#define ALWAYS "id", "kind", "label", "modified", "entered", "retracted"

static const char *const of_case[] = {
    ALWAYS,    "title",       "party",        "route",        "trigger",       "kinds",        "stage",  "consulted",
    "advised", "rescue_from", "rescue_until", "on_site_from", "on_site_until", "observe_from", "closed", NULL};
static const char *const of_consultation[] = {ALWAYS,         "when",          "from",    "route",       "kinds",
                                              "became",       "case_id",       "advised", "rescue_from", "rescue_until",
                                              "on_site_from", "on_site_until", NULL};
static const char *const of_party[] = {ALWAYS,         "name",        "parent",           "org_kind", "domains",
                                       "chain_status", "chain_pivot", "corporate_number", NULL};
static const char *const of_lead[] = {ALWAYS, "type", "found", "when", "status", "case_id", "contacts", NULL};
static const char *const of_contact[] = {ALWAYS, "purpose", "party", "when", NULL};
static const char *const of_pivot[] = {ALWAYS, "status", "pivot", "party", "organisation", "domain", NULL};
static const char *const of_mail[] = {ALWAYS,         "when",         "sent",     "purpose", "class", "class_override",
                                      "sender_class", "sender_basis", "archives", "files",   NULL};

static const struct {
	const char *kind;
	const char *const *fields;
} kept[] = {{"case", of_case}, {"consultation", of_consultation}, {"party", of_party},
            {"lead", of_lead}, {"contact", of_contact},           {"pivot", of_pivot},
            {"mail", of_mail}};

struct desk_reading {
	json_t *records;
	const char *const *fields;
};

static int take(void *ctx, json_t *record)
{
	struct desk_reading *r = ctx;
	const char *id = json_get_string(record, "id");
	json_t *part = json_object();
	for (const char *const *name = r->fields; *name; name++) {
		json_t *value = json_object_get(record, *name);
		if (value)
			json_object_set(part, *name, value);
	}
	if (id)
		json_object_set_new(r->records, id, part);
	else
		json_decref(part);
	return 0;
}

json_t *desk_read(struct case_file *c, const char *commit, struct err *err)
{
	struct desk_reading r = {json_object(), NULL};
	int rc = 0;
	for (size_t i = 0; i < sizeof kept / sizeof *kept && rc == 0; i++) {
		r.fields = kept[i].fields;
		if (!kind_find(kept[i].kind)) /* of a room that this program may not have */
			continue;
		rc = commit
		         ? past_reader_each(c, kept[i].kind, commit, RECORD_RAW | RECORD_WITH_RETRACTED, take, &r, err)
		         : record_each(c, kept[i].kind, RECORD_RAW | RECORD_WITH_RETRACTED, take, &r, err);
	}
	if (rc == 0)
		return r.records;
	json_decref(r.records);
	return NULL;
}
