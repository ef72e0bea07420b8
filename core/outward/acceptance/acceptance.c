/* What whoever takes a case over reads before they sign: what did not come with it, and the brief. */
#include "outward/acceptance/acceptance.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/purgeable_text.h"
#include "handover/evidence/evidence_beside.h"
#include "outward/brief/brief.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NAMED_MOST 8 /* items of evidence; the others are counted */

/* The brief that the sender wrote, or let be made, is a note on the transfer. */
static int find_brief(void *ctx, json_t *record, const char *field)
{
	struct buf *text = ctx;
	const char *kind = json_get_string(record, "kind");
	const char *stance = json_get_string(record, "stance");
	const char *said = json_get_string(record, "text");
	if (strcmp(field, "on") != 0 || !kind || strcmp(kind, "note") != 0 || !stance ||
	    strcmp(stance, "unknown") != 0 || !said)
		return 0;
	printable_add(text, said, strlen(said), PRINTABLE_KEEP_NEWLINES);
	return 1;
}

static int brief_of_transfer(struct case_file *c, const char *transfer, struct buf *text, struct err *err)
{
	struct brief b;
	size_t before = text->len;
	int rc = record_each_referring(c, transfer, find_brief, text, err);
	if (rc < 0 || text->len > before)
		return rc < 0 ? -1 : 0;
	rc = brief_make(c, BRIEF_HANDOVER, NULL, &b, err);
	if (rc == 0)
		brief_text(&b, text);
	brief_release(&b);
	return rc;
}

struct not_here {
	struct case_file *c;
	struct buf names;
	size_t count;
	json_t *beside; /* labels that lie in the folder that came along, or NULL */
	size_t lies_beside;
};

/* Its bytes are not here; those that lie in the folder that came along are not missed. */
static int look_for(void *ctx, json_t *evidence)
{
	struct not_here *n = ctx;
	if (evidence_is_here(n->c, evidence))
		return 0;
	if (json_object_get(n->beside, record_label(evidence))) {
		n->lies_beside++;
		return 0;
	}
	char *title = record_title(evidence);
	if (n->count++ < NAMED_MOST)
		buf_addf(&n->names, "  %s %s\n", record_label(evidence), title);
	free(title);
	return 0;
}

/* A secret is on record, and its bytes are not in this copy: it stayed with the sender, or was purged. */
static int look_for_secret(void *ctx, json_t *raw)
{
	struct not_here *n = ctx;
	const struct kind *kind = record_kind(raw);
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		const char *stored = field->type == FIELD_SECRET ? json_get_string(raw, field->name) : NULL;
		struct buf value = BUF_INIT;
		struct err why = ERR_INIT;
		int secret = 0;
		if (!purgeable_text_is_digest(stored, &secret))
			continue;
		int here = purgeable_text_get(n->c, stored, &value, &why) == 0;
		sodium_memzero(value.data, value.len);
		buf_release(&value);
		if (here || why.code != ERR_NOT_FOUND)
			continue;
		char *title = record_title(raw);
		if (n->count++ < NAMED_MOST)
			buf_addf(&n->names, "  %s %s: %s\n", record_label(raw), title, field_label(field));
		free(title);
	}
	return 0;
}

static int add_secrets(struct case_file *c, struct buf *text, struct err *err)
{
	struct not_here n = {c, BUF_INIT, 0, NULL, 0};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < kind_count(); i++)
		rc = record_each(c, kind_at(i)->name, RECORD_RAW, look_for_secret, &n, err);
	if (rc == 0 && n.count) {
		buf_addf(text,
		         P_("%zu secret (password, key) is not here:\n",
		            "%zu secrets (passwords, keys) are not here:\n", n.count),
		         n.count);
		buf_adds(text, n.names.data);
		if (n.count > NAMED_MOST)
			buf_addf(text, "  …\n");
		buf_adds(text, _("The sender can name their records: handover --secret LABEL\n"));
		buf_addc(text, '\n');
	}
	buf_release(&n.names);
	return rc < 0 ? -1 : 0;
}

int acceptance_text(struct case_file *c, const char *transfer, const char *folder, struct buf *text, struct err *err)
{
	struct not_here n = {c, BUF_INIT, 0, folder ? evidence_labels_in(folder, err) : NULL, 0};
	int rc = folder && !n.beside ? -1 : record_each(c, "evidence", 0, look_for, &n, err);
	if (rc >= 0 && n.lies_beside) {
		char *shown = printable_dup(folder);
		buf_addf(text,
		         P_("%zu item of evidence lies in %s: it is compared when you accept\n\n",
		            "%zu items of evidence lie in %s: they are compared when you accept\n\n", n.lies_beside),
		         n.lies_beside, shown);
		free(shown);
	}
	if (rc >= 0 && n.count) {
		buf_addf(text,
		         P_("%zu item of evidence is not here:\n", "%zu items of evidence are not here:\n", n.count),
		         n.count);
		buf_adds(text, n.names.data);
		if (n.count > NAMED_MOST)
			buf_addf(text, "  …\n");
		buf_adds(text, _("Where it came along in a folder, now or later: accept --evidence FOLDER\n"));
		buf_addc(text, '\n');
	}
	json_decref(n.beside);
	buf_release(&n.names);
	if (rc >= 0)
		rc = add_secrets(c, text, err);
	return rc < 0 ? -1 : brief_of_transfer(c, transfer, text, err);
}
