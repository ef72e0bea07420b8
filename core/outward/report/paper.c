#include "outward/report/paper_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/action/custody.h"
#include "case/query/highest_tlp.h"
#include "case/store/disputed.h"
#include "outward/report/html.h"
#include "outward/report/qr.h"

#include <stdlib.h>
#include <string.h>

/* A sheet is a table because browsers repeat the head and foot of a table on each page that it takes. */
static const char style[] =
    "@page{size:A4;margin:11mm 13mm}"
    "*{box-sizing:border-box}"
    "body{font:9pt/1.35 \"Noto Sans CJK JP\",\"Hiragino Sans\",\"Yu Gothic\",Meiryo,sans-serif;margin:0 "
    "auto;width:184mm;"
    "color:#000;background:#fff}"
    "table{width:100%;border-collapse:collapse}td,th{padding:0;text-align:left;vertical-align:top;overflow-wrap:"
    "anywhere}"
    ".sheet{break-after:page}.sheet:last-of-type{break-after:auto}"
    ".state{display:flex;justify-content:space-between;align-items:baseline;gap:4mm;font-size:7.5pt;"
    "border-bottom:.3mm solid;padding-bottom:.5mm;margin-bottom:2mm}"
    "tfoot .state{border:0;border-top:.3mm solid;margin:2mm 0 0;padding:.5mm 0 0}"
    ".tlp{font:bold 12pt sans-serif;white-space:nowrap}"
    "h1{font-size:15pt;line-height:1.2;margin:0 0 1mm}h2{font-size:9.5pt;margin:2.5mm 0 .8mm;break-after:avoid}"
    ".label{font:bold 15pt monospace;margin-right:4mm}"
    ".mono{font-family:\"DejaVu Sans Mono\",Consolas,Menlo,monospace}"
    ".boxes{display:flex;flex-wrap:wrap;column-gap:4mm}"
    ".box{display:flex;flex:1 1 90mm;min-height:5.2mm;border-bottom:.2mm solid "
    "#888;padding-top:.8mm;break-inside:avoid}"
    ".box.wide{flex-basis:100%}.box i{font:normal 7.5pt/1.6 "
    "sans-serif;color:#333;width:33mm;flex:none;padding-right:2mm}"
    ".box span{flex:1;min-width:0;white-space:pre-line;overflow-wrap:anywhere}"
    ".grid{table-layout:fixed}.grid th,.grid td{border:.2mm solid #444;padding:.6mm 1mm}"
    ".grid th{font-size:7.5pt;background:#eee;print-color-adjust:exact}.grid tbody{break-inside:avoid}"
    ".grid td{height:10mm;font-size:8pt}.grid td.rest{height:auto;font-size:7.2pt;color:#222}"
    ".note{font-size:7.5pt;margin:1.5mm 0 0}"
    ".qr{width:31mm;height:31mm;flex:none}.form-head{display:flex;justify-content:space-between}"
    ".form-head .qr{width:22mm;height:22mm;margin:-1mm -2mm -8mm 0}"
    ".tags{display:flex;flex-wrap:wrap}"
    ".tag{display:flex;width:92mm;height:42mm;padding:1mm;border:.2mm dashed #888;overflow:hidden;align-items:center}"
    ".tag>div{flex:1;min-width:0;height:100%;display:flex;flex-direction:column;position:relative}"
    ".tag p{margin:0;font-size:7.5pt;line-height:1.3;overflow-wrap:anywhere}"
    ".tag .tlp{font-size:9pt;position:absolute;right:1mm}.tag .label{margin:0}"
    ".tag .tag-title{font-size:9pt;max-height:2.6em;overflow:hidden}"
    ".tag .tag-state{margin-top:auto;font-size:5.5pt;white-space:pre-line}"
    ".write{margin-top:8mm}.write .box{min-height:8.2mm}.write .box.long{min-height:24mm}.roomy "
    ".box.long{min-height:110mm}.write .box i{line-height:1.25}"
    ".write .box i .mono{font-size:6.5pt;color:#666}.choice{display:inline-block;margin-right:2.5mm;font-size:8pt}"
    "@media screen{body{padding:8mm 0}.sheet{margin-bottom:12mm}}";

void paper_begin(struct buf *out, const char *title)
{
	html_begin(out, title, style);
}

void paper_end(struct buf *out)
{
	buf_adds(out, "</body></html>\n");
}

void paper_element(struct buf *out, const char *element, const char *class, const char *text)
{
	buf_addf(out, "<%s", element);
	if (class)
		buf_addf(out, " class=\"%s\"", class);
	buf_addc(out, '>');
	html_text(out, text);
	buf_addf(out, "</%s>", element);
}

void paper_box(struct buf *out, const char *class, const char *name, const char *text)
{
	buf_addf(out, "<div class=\"box%s%s\">", class ? " " : "", class ? class : "");
	paper_element(out, "i", NULL, name);
	paper_element(out, "span", NULL, text);
	buf_adds(out, "</div>\n");
}

/* Raises the label to that of the record and of those that its fields name. */
static void raise_to_all(struct case_file *c, const json_t *record, struct buf *tlp)
{
	const struct kind *kind = record_kind(record);
	const json_t *label;
	size_t k;
	highest_tlp_add(tlp, record);
	for (size_t i = 0; kind && i < kind->field_count; i++) {
		const json_t *value = json_object_get(record, kind->fields[i].name);
		if (kind->fields[i].type == FIELD_REF)
			highest_tlp_add_named(c, json_string_value(value), tlp);
		else if (kind->fields[i].type == FIELD_REFS)
			json_array_foreach(value, k, label)
				highest_tlp_add_named(c, json_string_value(label), tlp);
	}
}

void paper_tlp(struct case_file *c, const json_t *record, struct buf *tlp)
{
	json_t *chain =
	    record && paper_has_custody(record_kind(record)) ? custody_chain(c, record_label(record), NULL) : NULL;
	const json_t *transfer;
	size_t i;
	highest_tlp_begin(c, tlp);
	if (record)
		raise_to_all(c, record, tlp);
	json_array_foreach(chain, i, transfer)
		raise_to_all(c, transfer, tlp);
	json_decref(chain);
}

static void add_state(struct buf *out, struct case_file *c, const char *label, const char *tlp)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	char *state = xasprintf(_("case %s · last commit %s · printed %s"), case_id(c), case_head(c), now);
	char *marking = xasprintf("TLP:%s", tlp);
	buf_adds(out, "<div class=\"state\"><span>");
	if (label) {
		paper_element(out, "b", "mono", label);
		buf_adds(out, " · ");
	}
	html_text(out, state);
	buf_adds(out, "</span>");
	paper_element(out, "b", "tlp", marking);
	buf_adds(out, "</div>");
	free(marking);
	free(state);
}

void paper_sheet_begin(struct buf *out, struct case_file *c, const char *label, const char *tlp)
{
	buf_adds(out, "<table class=\"sheet\"><thead><tr><td>");
	add_state(out, c, label, tlp);
	buf_adds(out, "</td></tr></thead>\n<tbody><tr><td>\n");
}

void paper_sheet_end(struct buf *out, struct case_file *c, const char *label, const char *tlp)
{
	buf_adds(out, "</td></tr></tbody>\n<tfoot><tr><td>");
	add_state(out, c, label, tlp);
	buf_adds(out, "</td></tr></tfoot></table>\n");
}

int paper_code(struct buf *out, struct case_file *c, const json_t *record, struct err *err)
{
	const char *sha256 = json_get_string(record, "sha256");
	char *text = xasprintf("genba:%s:%s%s%s", case_id(c), record_label(record), sha256 ? ":sha256:" : "",
	                       sha256 ? sha256 : "");
	int rc = qr_svg(out, text, err);
	free(text);
	return rc;
}

static void add_reference(struct case_file *c, const char *label, struct buf *text)
{
	json_t *other = record_get(c, label, 0, NULL);
	const struct kind *whole = kind_find(label); /* `case`: it has no label but the word */
	buf_addf(text, "%s%s", text->len ? _(", ") : "", whole ? kind_label(whole) : label);
	if (other) {
		char *title = record_title(other);
		if (strcmp(title, label) != 0)
			buf_addf(text, " %s", title);
		free(title);
		json_decref(other);
	}
}

static int by_label(const void *one, const void *other)
{
	return strverscmp(*(const char *const *)one, *(const char *const *)other);
}

/* A set is stored in the order of ids; on paper it stands in the order of labels. */
static void add_references(struct case_file *c, const json_t *set, struct buf *text)
{
	size_t count = 0;
	const char **labels = xcalloc(json_array_size(set) + 1, sizeof *labels);
	for (size_t i = 0; i < json_array_size(set); i++)
		if (json_is_string(json_array_get(set, i)))
			labels[count++] = json_string_value(json_array_get(set, i));
	qsort(labels, count, sizeof *labels, by_label);
	for (size_t i = 0; i < count; i++)
		add_reference(c, labels[i], text);
	free(labels);
}

void paper_value(struct case_file *c, const json_t *record, const struct field *field, struct buf *text)
{
	const json_t *value = json_object_get(record, field->name);
	const struct kind *kind = record_kind(record);
	if (!value && kind && (kind->traits & KIND_EVIDENCE) && field->type == FIELD_REF) {
		char *person = custody_person(c, record, field->name);
		buf_adds(text, person ? person : "");
		free(person);
	}
	if (!value)
		return;
	if (field->type == FIELD_REF && json_is_string(value)) {
		add_reference(c, json_string_value(value), text);
	} else if (field->type == FIELD_REFS) {
		add_references(c, value, text);
	} else {
		record_field_text(record, field, text);
		return;
	}
	if (record_is_disputed(record, field->name)) /* the others say it themselves */
		disputed_add(text);
}
