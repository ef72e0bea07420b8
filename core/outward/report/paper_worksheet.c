/* Blank worksheets: the fields of a kind to be filled in by hand, under a label that is kept free for them. */
#include "outward/report/paper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/action/reserve.h"
#include "outward/report/html.h"
#include "outward/report/paper_private.h"
#include "outward/report/qr.h"

#include <stdlib.h>

#define IN_HALF    3 /* values of an enum that fit in half a line */
#define FEW_FIELDS 8

/* "□ live  □ powered off": unset means unknown, so that `unknown` is no choice. */
static void add_choices(struct buf *out, const struct field *field)
{
	for (size_t i = 0; i + 1 < field->value_count; i++) {
		buf_adds(out, "<span class=\"choice\">□ ");
		html_text(out, field_value_label(&field->values[i]));
		buf_adds(out, "</span> ");
	}
}

/* The field's label, with its name for whoever types it in, and room to write. */
static void add_blank(struct buf *out, const struct field *field)
{
	int is_wide = field->type == FIELD_LONG || field->value_count > IN_HALF + 1;
	buf_addf(out, "<div class=\"box%s%s\"><i>", is_wide ? " wide" : "", field->type == FIELD_LONG ? " long" : "");
	html_text(out, field_label(field));
	buf_adds(out, field->required ? " *" : "");
	buf_addf(out, "<br><span class=\"mono\">%s</span></i><span>", field->name);
	add_choices(out, field);
	buf_adds(out, "</span></div>\n");
}

/* What a person may write on paper: not what only genba knows, and no secret. */
static int is_written(const struct kind *kind, const struct field *field)
{
	return !field->machine && field->type != FIELD_SECRET && (!field->common || kind_asks_first(kind, field));
}

/* Where there is little to ask, the text gets the room of the page. */
static int is_roomy(const struct kind *kind)
{
	size_t count = 0;
	for (size_t i = 0; i < kind_field_count(kind); i++)
		count += (size_t)is_written(kind, kind_field_at(kind, i));
	return count <= FEW_FIELDS;
}

static void add_fields(struct buf *out, const struct kind *kind)
{
	buf_addf(out, "<div class=\"boxes%s\">\n", is_roomy(kind) ? " roomy" : "");
	for (size_t i = 0; i < kind_field_count(kind); i++)
		if (is_written(kind, kind_field_at(kind, i)) && kind_field_at(kind, i)->short_form)
			add_blank(out, kind_field_at(kind, i));
	for (size_t i = 0; i < kind_field_count(kind); i++)
		if (is_written(kind, kind_field_at(kind, i)) && !kind_field_at(kind, i)->short_form)
			add_blank(out, kind_field_at(kind, i));
	buf_adds(out, "</div>\n");
}

static int add_sheet(struct case_file *c, const char *label, struct buf *out, struct err *err)
{
	const struct kind *kind = reserve_kind(c, label);
	if (!kind)
		return err_set(err, ERR_USAGE, _("a worksheet: '%s' is not kept free for one, or is typed in already"),
		               label);
	char *code = xasprintf("genba:%s:%s", case_id(c), label);
	char *later = xasprintf("genba add %s label=%s written=…", kind->name, label);
	struct buf tlp = BUF_INIT;
	paper_tlp(c, NULL, &tlp);
	paper_sheet_begin(out, c, label, tlp.data);
	buf_adds(out, "<div class=\"form-head\"><div><h1>");
	paper_element(out, "span", "label", label);
	html_text(out, kind_label(kind));
	buf_adds(out, "</h1>\n");
	paper_element(out, "div", NULL, case_title(c));
	buf_adds(out, "</div>");
	int rc = qr_svg(out, code, err);
	buf_adds(out, "</div>\n<div class=\"write\"><div class=\"boxes\">\n");
	paper_box(out, NULL, _("Written at (date, time, zone)"), "");
	paper_box(out, NULL, _("Written by (name, signature)"), "");
	buf_adds(out, "</div>\n");
	add_fields(out, kind);
	buf_adds(out, "<div class=\"boxes\">\n");
	paper_box(out, NULL, _("Typed in at"), "");
	paper_box(out, NULL, _("Typed in by"), "");
	buf_adds(out, "</div></div>\n<p class=\"note\">");
	html_text(out, _("* must be filled in. Left empty means unknown. No passwords on paper. To be typed in: "));
	paper_element(out, "span", "mono", later);
	buf_adds(out, "</p>\n");
	paper_sheet_end(out, c, label, tlp.data);
	buf_release(&tlp);
	free(later);
	free(code);
	return rc;
}

int paper_worksheets(struct case_file *c, const char *const *labels, size_t count, struct buf *html, struct err *err)
{
	int rc = 0;
	paper_begin(html, _("Worksheets"));
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_sheet(c, labels[i], html, err);
	paper_end(html);
	return rc;
}
