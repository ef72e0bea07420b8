/* The custody form: who had an item, when and why, and that it is still the same. */
#include "outward/report/paper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/custody.h"
#include "outward/report/html.h"
#include "outward/report/paper_private.h"

#include <stdlib.h>
#include <string.h>

#define ROWS          5   /* of the table of transfers, on record or to be written */
#define ROWS_TO_WRITE 3   /* at least */
#define LONGEST       400 /* bytes of a text of several lines: the whole of it is in the case */

enum how {
	IF_SET = 0,
	ALWAYS = 1, /* not set: to be written in by hand, or unknown where only genba can know it */
	WIDE = 2,
};

struct shown {
	const char *name;
	unsigned how;
};

static const struct shown evidence_shown[] = {
    {"title", ALWAYS | WIDE},
    {"type", ALWAYS},
    {"form", ALWAYS},
    {"role", ALWAYS},
    {"copy_of", IF_SET},
    {"on", ALWAYS},
    {"source_path", IF_SET},
    {"source_model", ALWAYS},
    {"source_serial", ALWAYS},
    {"source_size", IF_SET},
    {"place", ALWAYS},
    {"found_by", IF_SET},
    {"collected_by", ALWAYS},
    {"authority", ALWAYS},
    {"witness", ALWAYS},
    {"started", ALWAYS},
    {"ended", ALWAYS},
    {"method", ALWAYS},
    {"tool", ALWAYS},
    {"tool_version", IF_SET},
    {"write_protect", ALWAYS},
    {"clock", ALWAYS},
    {"command", WIDE},
    {"masked", WIDE},
    {"changes", ALWAYS | WIDE},
    {"complete", ALWAYS},
    {"match", ALWAYS},
    {"unread", WIDE},
    {"interruptions", WIDE},
    {"verified_at", IF_SET},
    {"verified", IF_SET},
    {"stored_at", ALWAYS},
    {"medium", IF_SET},
    {"holder", ALWAYS},
    {"seal_no", ALWAYS},
    {"hash_due", IF_SET},
    {"return_due", IF_SET},
    {"personal_data", IF_SET},
    {"written", IF_SET},
    {"entered", IF_SET},
    {"retracted", IF_SET},
    {"retract_reason", IF_SET},
    {NULL, 0},
};

static const struct shown media_shown[] = {
    {"name", ALWAYS | WIDE}, {"type", ALWAYS},         {"serial", ALWAYS},         {"capacity", ALWAYS},
    {"owner", ALWAYS},       {"purpose", ALWAYS},      {"encrypted", ALWAYS},      {"wiped", ALWAYS},
    {"wipe_method", ALWAYS}, {"write_switch", ALWAYS}, {"seal_no", ALWAYS},        {"written", IF_SET},
    {"entered", IF_SET},     {"retracted", IF_SET},    {"retract_reason", IF_SET}, {NULL, 0},
};

static const struct shown asset_shown[] = {
    {"hostname", ALWAYS | WIDE},
    {"type", ALWAYS},
    {"model", ALWAYS},
    {"serial", ALWAYS},
    {"asset_no", IF_SET},
    {"os", IF_SET},
    {"site", IF_SET},
    {"department", IF_SET},
    {"user", IF_SET},
    {"power", ALWAYS},
    {"encryption", IF_SET},
    {"prior_actions", ALWAYS | WIDE},
    {"written", IF_SET},
    {"entered", IF_SET},
    {"retracted", IF_SET},
    {"retract_reason", IF_SET},
    {NULL, 0},
};

static const struct {
	const char *kind;
	const struct shown *shown;
} in_custody[] = {{"evidence", evidence_shown}, {"media", media_shown}, {"asset", asset_shown}};

static const struct shown *shown_of(const struct kind *kind)
{
	for (size_t i = 0; kind && i < sizeof in_custody / sizeof *in_custody; i++)
		if (strcmp(in_custody[i].kind, kind->name) == 0)
			return in_custody[i].shown;
	return NULL;
}

int paper_has_custody(const struct kind *kind)
{
	return shown_of(kind) != NULL;
}

/* A long text is cut where a character ends; the paper says where the whole is. */
static void shorten(struct buf *text, const char *label)
{
	size_t n = LONGEST;
	if (text->len <= LONGEST)
		return;
	while (n > 0 && ((unsigned char)text->data[n] & 0xc0) == 0x80)
		n--;
	buf_truncate(text, n);
	buf_addf(text, _("… (shortened; whole in the case: genba show %s)"), label);
}

static void add_item(struct case_file *c, struct buf *out, const json_t *record, const struct shown *shown)
{
	paper_element(out, "h2", NULL, _("The item"));
	buf_adds(out, "<div class=\"boxes\">\n");
	for (; shown->name; shown++) {
		const struct field *field = kind_field(record_kind(record), shown->name);
		struct buf text = BUF_INIT;
		if (!field)
			continue;
		paper_value(c, record, field, &text);
		shorten(&text, record_label(record));
		if (!text.len && field->machine && (shown->how & ALWAYS))
			buf_adds(&text, _("unknown"));
		if (text.len || (shown->how & ALWAYS))
			paper_box(out, shown->how & WIDE ? "wide" : NULL, field_label(field), text.data);
		buf_release(&text);
	}
	buf_adds(out, "</div>\n");
}

static void add_digests(struct case_file *c, struct buf *out, const json_t *record)
{
	static const char *const names[] = {"sha256",     "source_sha256", "sha1",         "md5",
	                                    "piece_root", "stderr_sha256", "claimed_hash", "claimed_by"};
	paper_element(out, "h2", NULL, _("Digests"));
	buf_adds(out, "<div class=\"boxes\">\n");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct field *field = kind_field(record_kind(record), names[i]);
		struct buf text = BUF_INIT;
		paper_value(c, record, field, &text);
		if (i == 0 && !text.len)
			buf_adds(&text, _("not hashed yet"));
		if (text.len)
			paper_box(out, field->type == FIELD_HASH ? "wide mono" : "wide", field_label(field), text.data);
		buf_release(&text);
	}
	buf_adds(out, "</div>\n");
}

/* ---- transfers */

/* "Where: room 3 · Witness: R1-P4 Person D": what else is on record of it. */
static void add_rest(struct case_file *c, struct buf *out, const json_t *transfer)
{
	static const char *const in_columns[] = {"items", "action", "from", "to", "when", "purpose"};
	struct buf line = BUF_INIT;
	const struct kind *kind = record_kind(transfer);
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		int is_told = field->type == FIELD_SECRET || !json_object_get(transfer, field->name);
		for (size_t k = 0; k < sizeof in_columns / sizeof *in_columns; k++)
			is_told |= strcmp(in_columns[k], field->name) == 0;
		if (is_told)
			continue;
		struct buf value = BUF_INIT;
		paper_value(c, transfer, field, &value);
		buf_addf(&line, "%s%s: %s", line.len ? " · " : "", field_label(field), value.data);
		buf_release(&value);
	}
	buf_adds(out, "<tr><td colspan=\"5\" class=\"rest\">");
	html_text(out, line.data);
	buf_adds(out, "</td></tr>");
	buf_release(&line);
}

/* A transfer on record takes two rows that stay together; NULL: a row to be written in. */
static void add_transfer(struct case_file *c, struct buf *out, const json_t *transfer)
{
	static const char *const names[] = {"when", "action", "from", "to", "purpose"};
	if (!transfer) {
		buf_adds(out, "<tbody><tr><td></td><td></td><td></td><td></td><td></td><td></td></tr></tbody>\n");
		return;
	}
	buf_adds(out, "<tbody><tr><td rowspan=\"2\" class=\"mono\">");
	html_text(out, record_label(transfer));
	buf_adds(out, "</td>");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf text = BUF_INIT;
		paper_value(c, transfer, kind_field(record_kind(transfer), names[i]), &text);
		paper_element(out, "td", NULL, text.data);
		buf_release(&text);
	}
	buf_adds(out, "</tr>");
	add_rest(c, out, transfer);
	buf_adds(out, "</tbody>\n");
}

/* Taken back, but not hidden: "R1-T2 (wrong item)". */
static int take_retracted(void *ctx, json_t *record, const char *field)
{
	struct buf *text = ctx;
	const struct kind *kind = record_kind(record);
	const char *reason = json_get_string(record, "retract_reason");
	(void)field;
	if (kind && (kind->traits & KIND_CUSTODY) && record_is_retracted(record))
		buf_addf(text, "%s%s (%s)", text->len ? _(", ") : "", record_label(record), reason ? reason : "");
	return 0;
}

static void begin_grid(struct buf *out, const char *const *names, const int *widths, size_t count)
{
	buf_adds(out, "<table class=\"grid\"><colgroup>");
	for (size_t i = 0; i < count; i++)
		if (widths[i])
			buf_addf(out, "<col style=\"width:%dmm\">", widths[i]);
		else
			buf_adds(out, "<col>");
	buf_adds(out, "</colgroup><thead><tr>");
	for (size_t i = 0; i < count; i++)
		paper_element(out, "th", NULL, names[i]);
	buf_adds(out, "</tr></thead>\n");
}

static int add_transfers(struct case_file *c, struct buf *out, const char *label, struct err *err)
{
	const struct kind *kind = kind_find("transfer");
	const char *names[] = {_("Label"),
	                       field_label(kind_field(kind, "when")),
	                       field_label(kind_field(kind, "action")),
	                       C_("custody", "From (signature)"),
	                       C_("custody", "To (signature)"),
	                       _("Purpose (and seal, condition)")};
	static const int widths[] = {15, 25, 20, 36, 36, 0};
	struct buf retracted = BUF_INIT;
	json_t *chain = custody_chain(c, label, err);
	if (!chain || record_each_referring_by(c, label, "items", take_retracted, &retracted, err) < 0) {
		buf_release(&retracted);
		json_decref(chain);
		return -1;
	}
	size_t count = json_array_size(chain);
	paper_element(out, "h2", NULL, _("Custody transfers"));
	begin_grid(out, names, widths, 6);
	for (size_t i = 0; i < ROWS || i < count + ROWS_TO_WRITE; i++)
		add_transfer(c, out, json_array_get(chain, i));
	buf_adds(out, "</table>\n");
	if (retracted.len) {
		char *line = xasprintf(_("Retracted, and not in this table: %s"), retracted.data);
		paper_element(out, "p", "note", line);
		free(line);
	}
	buf_release(&retracted);
	json_decref(chain);
	return 0;
}

/* Whoever collected and witnessed signs: those on record by name, and a line for another. */
static void add_signatures(struct case_file *c, struct buf *out, const json_t *record)
{
	const char *names[] = {_("Role"), _("Name"), _("Signature"), _("Date and time")};
	static const char *const roles[] = {"collected_by", "witness"};
	static const int widths[] = {30, 50, 0, 44};
	paper_element(out, "h2", NULL, _("Signatures for the collection"));
	begin_grid(out, names, widths, 4);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		const struct field *field = kind_field(kind_find("evidence"), roles[i]);
		struct buf name = BUF_INIT;
		if (kind_field(record_kind(record), roles[i]))
			paper_value(c, record, field, &name);
		buf_adds(out, "<tr>");
		paper_element(out, "td", NULL, field_label(field));
		paper_element(out, "td", NULL, name.data);
		buf_adds(out, "<td></td><td></td></tr>\n");
		buf_release(&name);
	}
	buf_adds(out, "</table>\n");
}

static int add_form(struct case_file *c, const char *label, struct buf *out, struct err *err)
{
	json_t *record = record_get(c, label, 0, err);
	if (!record)
		return -1;
	const struct kind *kind = record_kind(record);
	const struct shown *shown = shown_of(kind);
	if (!shown) {
		err_set(err, ERR_USAGE, _("custody: '%s' is no evidence, medium or asset"), label);
		json_decref(record);
		return -1;
	}
	struct buf tlp = BUF_INIT;
	paper_tlp(c, record, &tlp);
	paper_sheet_begin(out, c, record_label(record), tlp.data);
	buf_adds(out, "<div class=\"form-head\"><div><h1>");
	paper_element(out, "span", "label", record_label(record));
	html_text(out, _("Chain of custody"));
	html_text(out, record_is_retracted(record) ? _(" (retracted)") : "");
	buf_adds(out, "</h1>\n");
	paper_element(out, "div", NULL, case_title(c));
	buf_adds(out, "</div>");
	int rc = paper_code(out, c, record, err);
	buf_adds(out, "</div>\n");
	add_item(c, out, record, shown);
	if (kind_field(kind, "sha256"))
		add_digests(c, out, record);
	if (rc == 0)
		rc = add_transfers(c, out, record_label(record), err);
	if (rc == 0) {
		char *later =
		    xasprintf(_("What is written here by hand is typed in later: genba add transfer items=%s … "
		                "written=TIME. A scan of the signed form goes on record as evidence (form=LABEL)."),
		              record_label(record));
		add_signatures(c, out, record);
		paper_element(out, "p", "note", later);
		free(later);
	}
	paper_sheet_end(out, c, record_label(record), tlp.data);
	buf_release(&tlp);
	json_decref(record);
	return rc;
}

int paper_custody(struct case_file *c, char *const *labels, size_t count, struct buf *html, struct err *err)
{
	int rc = 0;
	char *title = xasprintf(_("Chain of custody: %s"), count == 1 ? labels[0] : case_title(c));
	paper_begin(html, title);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_form(c, labels[i], html, err);
	paper_end(html);
	free(title);
	return rc;
}
