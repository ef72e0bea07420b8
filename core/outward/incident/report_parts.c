/* What the reports are put together from: headings, facts, and tables of the records that leave. */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/custody.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "case/trust/authorship.h"
#include "finding/chain/chain.h"
#include "finding/indicator/textscan.h"
#include "finding/triage/hosts.h"

#include <stdlib.h>
#include <string.h>

json_t *report_records(struct report *p, const char *kind)
{
	json_t *list = json_object_get(p->kinds, kind);
	if (!list) {
		list = json_array();
		json_object_set_new(p->kinds, kind, list);
	}
	return list;
}

/* ---- parts */

void report_heading(struct report *p, const char *text, const char *mark)
{
	char number[12];
	snprintf(number, sizeof number, "%u", ++p->number);
	document_heading(p->d, number, text, mark);
}

unsigned long report_stays(const struct report *p, const char *kind)
{
	return (unsigned long)json_integer_value(json_object_get(p->stays, kind));
}

void report_add(int64_t *sum, const json_t *more)
{
	json_int_t n = json_integer_value(more);
	if (n > 0)
		*sum = n > INT64_MAX - *sum ? INT64_MAX : *sum + n;
}

void report_say_stays(struct report *p, const char *kind)
{
	unsigned long stays = report_stays(p, kind);
	if (stays == 0)
		return;
	char *line =
	    xasprintf(P_("%lu record of this kind (%s) is not in this report: it may not leave the case.",
	                 "%lu records of this kind (%s) are not in this report: they may not leave the case.", stays),
	              stays, kind_label(kind_find(kind)));
	document_paragraph(p->d, line);
	free(line);
}

static void add_reference(struct report *p, const char *label, struct buf *out)
{
	const char *title = json_get_string(p->titles, label);
	const struct kind *whole = kind_find(label); /* `case`: it has no label but the word */
	buf_addf(out, "%s%s", out->len ? _(", ") : "", whole ? kind_label(whole) : label);
	if (title && strcmp(title, label) != 0)
		buf_addf(out, " %s", title);
}

/* Who holds evidence where no transfer says: who collected it, else whose record it is. 1: it is told. */
static int add_first_holder(struct report *p, const json_t *evidence, struct buf *out)
{
	const char *collector = json_get_string(evidence, "collected_by");
	const char *author = json_get_string(evidence, "author");
	if (collector) {
		add_reference(p, collector, out);
		if (record_is_disputed(evidence, "collected_by"))
			disputed_add(out);
	} else if (author && json_get_string(evidence, "started")) {
		char *person = release_names_responder(p->r, author)
		                   ? authorship_person_of_mark(release_case(p->r), author)
		                   : xstrdup(author);
		buf_adds(out, person);
		free(person);
	} else
		return 0;
	return 1;
}

/* The first act on a machine by which the attacker got somewhere, of the events on record, which are in order of time. 1: it is
 * told. */
static int add_first_act(struct report *p, const json_t *asset, struct buf *out)
{
	size_t i;
	json_t *event;
	json_array_foreach(report_records(p, "event"), i, event) {
		if (!chain_is_act(event) || !json_get_string(event, "when") ||
		    !json_holds(json_object_get(event, "assets"), record_label(asset)))
			continue;
		struct buf when = BUF_INIT;
		record_field_text(event, kind_field(record_kind(event), "when"), &when);
		buf_addf(out, _("by events: %s (%s)"), when.data, record_label(event));
		buf_release(&when);
		return 1;
	}
	return 0;
}

/* Where no event tells of a first act there may be findings that nobody made one of. To judge them is for people: it stays
 * unknown, but they are what it can be read from. 1: there are some. */
static int add_findings(struct report *p, const json_t *asset, struct buf *out)
{
	const json_t *first;
	if (!p->findings)
		p->findings = host_matrix_new(report_records(p, "finding"));
	size_t n = host_matrix_findings(p->findings, record_label(asset), &first);
	if (n && first) {
		struct buf when = BUF_INIT;
		record_field_text(first, kind_field(record_kind(first), "when"), &when);
		buf_addf(out, P_("unknown; %zu finding, at %s (%s)", "unknown; %zu findings, earliest %s (%s)", n), n,
		         when.data, record_label(first));
		buf_release(&when);
	} else if (n) {
		buf_addf(out, P_("unknown; %zu finding, without a time", "unknown; %zu findings, without a time", n),
		         n);
	}
	return n > 0;
}

/* How whole what was collected is: "complete" where nothing says otherwise. */
static const char *wholeness(const json_t *evidence)
{
	const char *complete = json_get_string(evidence, "complete");
	return complete && strcmp(complete, "unknown") != 0 ? complete : "complete";
}

static void note_collected(json_t *collected, const json_t *evidence)
{
	const char *on = json_get_string(evidence, "on");
	const char *type = json_get_string(evidence, "type");
	if (!on || !type)
		return;
	if (!json_object_get(collected, on))
		json_object_set_new(collected, on, json_object());
	json_t *types = json_object_get(collected, on);
	json_t *entry = json_object_get(types, type);
	json_int_t n = json_integer_value(json_array_get(entry, 1)) + 1;
	const char *whole = wholeness(evidence);
	/* one that is whole says it better than one that is not */
	if (!entry ||
	    (strcmp(whole, "complete") == 0 && strcmp(json_string_value(json_array_get(entry, 2)), whole) != 0))
		json_object_set_new(types, type, json_pack("[sIs]", record_label(evidence), n, whole));
	else
		json_array_set_new(entry, 1, json_integer(n));
}

/* What of a machine is there as evidence: type -> [the first label, how many, how whole that is], or NULL. One walk for all
 * machines. */
static const json_t *collected_on(struct report *p, const json_t *asset)
{
	size_t i;
	json_t *evidence;
	if (!p->collected) {
		p->collected = json_object();
		json_array_foreach(report_records(p, "evidence"), i, evidence)
			note_collected(p->collected, evidence);
	}
	return json_object_get(p->collected, record_label(asset));
}

/* What of the machine is there as evidence: each type with its first label, that it is not whole, and how many there are. 1: it is
 * told. */
static int add_collected(struct report *p, const json_t *asset, struct buf *out)
{
	const struct field *type = kind_field(kind_find("evidence"), "type");
	const struct field *complete = kind_field(kind_find("evidence"), "complete");
	const json_t *types = collected_on(p, asset);
	struct buf all = BUF_INIT;
	for (size_t t = 0; t < type->value_count; t++) {
		const json_t *entry = json_object_get(types, type->values[t].name);
		json_int_t n = json_integer_value(json_array_get(entry, 1));
		if (n)
			buf_addf(&all, "%s%s (%s", all.len ? _(", ") : "", field_value_label(&type->values[t]),
			         json_string_value(json_array_get(entry, 0)));
		const char *whole = json_string_value(json_array_get(entry, 2));
		if (n && strcmp(whole, "complete") != 0)
			buf_addf(&all, ": %s", field_value_label(field_value_find(complete, whole)));
		if (n > 1)
			buf_addf(&all, " \xC3\x97%" JSON_INTEGER_FORMAT, n);
		buf_adds(&all, n ? ")" : "");
	}
	if (all.len)
		buf_addf(out, _("by evidence: %s"), all.data);
	buf_release(&all);
	return out->len > 0;
}

/* Nothing is set, or that nothing is known. */
static int is_unsaid(const json_t *value)
{
	return !value || (json_array_size(value) == 1 && json_holds(value, "unknown"));
}

/* What other records say of a field that is not set. 1: they say it. */
static int add_derived(struct report *p, const json_t *record, const char *name, struct buf *out)
{
	if (!is_unsaid(json_object_get(record, name)) || record_is_disputed(record, name))
		return 0;
	if (strcmp(name, "preserved") == 0 && kind_has(json_get_string(record, "kind"), KIND_ASSET))
		return add_collected(p, record, out);
	if (strcmp(name, "holder") == 0)
		return add_first_holder(p, record, out);
	return strcmp(name, "first_compromised") == 0 &&
	       (add_first_act(p, record, out) || add_findings(p, record, out));
}

/* That it was handed over and not accepted, as the transfers say that leave: of another nothing is told. */
static int is_pending(struct report *p, const json_t *evidence)
{
	if (!p->transfers)
		p->transfers = custody_last(report_records(p, "transfer"));
	return custody_was_pending(p->transfers, evidence);
}

void report_field(struct report *p, const json_t *record, const char *name, struct buf *out)
{
	const struct kind *kind = record_kind(record);
	const struct field *field = kind_field(kind, name);
	const json_t *value = json_object_get(record, name);
	size_t i;
	json_t *label;
	struct buf text = BUF_INIT;
	if (!field || add_derived(p, record, name, out))
		return;
	int names = (field->type == FIELD_REF && json_is_string(value)) ||
	            (field->type == FIELD_REFS && json_is_array(value)); /* the others say it themselves */
	if (names && field->type == FIELD_REF) {
		add_reference(p, json_string_value(value), &text);
	} else if (names) {
		json_array_foreach(value, i, label)
			if (json_is_string(label))
				add_reference(p, json_string_value(label), &text);
	} else {
		record_field_text(record, field, &text);
	}
	if (strcmp(name, "holder") == 0 && is_pending(p, record))
		buf_addf(&text, " (%s)", _("handed over, not accepted yet"));
	if (names && record_is_disputed(record, name))
		disputed_add(&text);
	if (kind->value_of_type && value && strcmp(name, "value") == 0)
		textscan_defang(text.data, text.len, out); /* nobody clicks on it by mistake */
	else
		buf_adds(out, text.data);
	buf_release(&text);
}

#define COLUMNS 10

static unsigned split_fields(const struct kind *kind, const char *fields, char names[COLUMNS][40],
                             const char *headings[COLUMNS])
{
	unsigned count = 1;
	headings[0] = _("Label");
	for (const char *name = fields; *name && count < COLUMNS;) {
		size_t n = strcspn(name, " ");
		snprintf(names[count], 40, "%.*s", (int)n, name);
		const struct field *field = kind_field(kind, names[count]);
		headings[count] = field ? field_label(field) : names[count];
		count++;
		name += n + strspn(name + n, " ");
	}
	return count;
}

/* One filter, or several between OR: one of them finds the record. */
struct filters {
	struct filter *all[4];
	size_t count;
};

static int filters_parse(struct report *p, const struct kind *kind, const char *text, struct filters *f,
                         struct err *err)
{
	f->count = 0;
	while (text && f->count < 4) {
		const char *end = strstr(text, " OR ");
		char *one = xstrndup(text, end ? (size_t)(end - text) : strlen(text));
		f->all[f->count] = filter_parse(kind, one, err);
		free(one);
		if (!f->all[f->count])
			return -1;
		filter_resolve_with(f->all[f->count++], timeline_resolve, release_case(p->r));
		text = end ? end + 4 : NULL;
	}
	return 0;
}

static int filters_match(const struct filters *f, const json_t *record)
{
	for (size_t i = 0; i < f->count; i++)
		if (filter_match(f->all[i], record))
			return 1;
	return f->count == 0;
}

int report_table(struct report *p, const struct report_table *t, struct err *err)
{
	char names[COLUMNS][40];
	const char *headings[COLUMNS];
	const struct kind *kind = kind_find(t->kind);
	struct filters filters;
	size_t rows = 0;
	size_t i;
	json_t *record;
	unsigned columns = split_fields(kind, t->fields, names, headings);
	int rc = filters_parse(p, kind, t->filter, &filters, err);
	json_array_foreach(report_records(p, t->kind), i, record) {
		if (rc < 0 || !filters_match(&filters, record))
			continue;
		if (rows++ == 0)
			document_table(p->d, headings, columns);
		document_cell(p->d, record_label(record));
		for (unsigned k = 1; k < columns; k++) {
			struct buf text = BUF_INIT;
			report_field(p, record, names[k], &text);
			document_cell(p->d, text.data);
			buf_release(&text);
		}
	}
	for (i = 0; i < filters.count; i++)
		filter_free(filters.all[i]);
	if (rows == 0 && t->none)
		document_paragraph(p->d, i18n_text(t->none));
	return rc;
}

void report_fact(struct report *p, const char *name, const char *text)
{
	char *line = xasprintf("%s: %s", name, text);
	document_item(p->d, line);
	free(line);
}
