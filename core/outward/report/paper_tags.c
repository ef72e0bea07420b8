/* Evidence tags: cut apart and tied to the things, so that each bears all that a sheet bears. */
#include "outward/report/paper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/highest_tlp.h"
#include "outward/report/html.h"
#include "outward/report/paper_private.h"

#include <stdlib.h>
#include <string.h>

#define TAGS_ON_SHEET 12
#define SHORT_HASH    16 /* hexadecimal digits */

struct tagging {
	struct case_file *c;
	struct buf *page;
	struct buf *out; /* the tags of the sheet at hand, whose head bears the highest label of theirs */
	struct buf *tlp; /* that label */
	size_t count;
	struct err *err;
};

/* "disk image · R1-A1 HR-PC-03": the fields of the item that are set. */
static void add_line(struct tagging *t, const json_t *record, const char *const *names, size_t count)
{
	struct buf line = BUF_INIT;
	for (size_t i = 0; i < count; i++) {
		const struct field *field = kind_field(record_kind(record), names[i]);
		struct buf text = BUF_INIT;
		if (field)
			paper_value(t->c, record, field, &text);
		if (text.len)
			buf_addf(&line, "%s%s", line.len ? " · " : "", text.data);
		buf_release(&text);
	}
	if (line.len)
		paper_element(t->out, "p", NULL, line.data);
	buf_release(&line);
}

/* The first digits, in groups of eight: enough to tell one item from another by eye. The whole is in the code. */
static void add_hash(struct tagging *t, const json_t *record)
{
	const char *sha256 = json_get_string(record, "sha256");
	if (!kind_field(record_kind(record), "sha256"))
		return;
	char *line = sha256 && strlen(sha256) > SHORT_HASH ? xasprintf("SHA-256 %.8s %.8s…", sha256, sha256 + 8)
	                                                   : xasprintf("SHA-256: %s", _("not hashed yet"));
	paper_element(t->out, "p", "mono", line);
	free(line);
}

static void add_seal(struct tagging *t, const json_t *record)
{
	const char *seal = json_get_string(record, "seal_no");
	if (!seal)
		return;
	char *line = xasprintf("%s: %s", field_label(kind_field(record_kind(record), "seal_no")), seal);
	paper_element(t->out, "p", NULL, line);
	free(line);
}

static void add_state(struct tagging *t)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	char *state = xasprintf("%s\n%s · %s", case_id(t->c), case_head(t->c), now);
	paper_element(t->out, "p", "tag-state", state);
	free(state);
}

static void end_sheet(struct tagging *t)
{
	paper_sheet_begin(t->page, t->c, NULL, t->tlp->data);
	buf_adds(t->page, "<div class=\"tags\">\n");
	buf_add(t->page, t->out->data, t->out->len);
	buf_adds(t->page, "</div>\n");
	paper_sheet_end(t->page, t->c, NULL, t->tlp->data);
	buf_clear(t->out);
}

static int add_tag(void *ctx, json_t *record)
{
	static const char *const what[] = {"type", "on", "serial", "source_serial"};
	static const char *const whence[] = {"place", "collected_by"};
	static const char *const when[] = {"ended"};
	struct tagging *t = ctx;
	struct buf tlp = BUF_INIT;
	if (t->count % TAGS_ON_SHEET == 0) {
		if (t->count)
			end_sheet(t);
		paper_tlp(t->c, NULL, t->tlp);
	}
	t->count++;
	char *title = record_title(record);
	buf_adds(t->out, "<div class=\"tag\">");
	int rc = paper_code(t->out, t->c, record, t->err);
	buf_adds(t->out, "<div><b class=\"tlp\">TLP:");
	paper_tlp(t->c, record, &tlp);
	html_text(t->out, tlp.data);
	highest_tlp_raise(t->tlp, tlp.data);
	buf_adds(t->out, "</b>");
	paper_element(t->out, "b", "label", record_label(record));
	paper_element(t->out, "p", "tag-title", title);
	if (record_is_retracted(record))
		paper_element(t->out, "p", NULL, _("retracted"));
	add_line(t, record, what, sizeof what / sizeof *what);
	add_line(t, record, whence, sizeof whence / sizeof *whence);
	add_line(t, record, when, 1);
	add_seal(t, record);
	add_hash(t, record);
	add_state(t);
	buf_adds(t->out, "</div></div>\n");
	free(title);
	buf_release(&tlp);
	return rc;
}

static int add_labelled(struct tagging *t, const char *label)
{
	json_t *record = record_get(t->c, label, 0, t->err);
	int rc = -1;
	if (record && !paper_has_custody(record_kind(record)))
		err_set(t->err, ERR_USAGE, _("a tag: '%s' is no evidence, medium or asset"), label);
	else if (record)
		rc = add_tag(t, record);
	json_decref(record);
	return rc;
}

int paper_tags(struct case_file *c, char *const *labels, size_t count, struct buf *html, struct err *err)
{
	struct buf sheet = BUF_INIT;
	struct buf tlp = BUF_INIT;
	struct tagging t = {c, html, &sheet, &tlp, 0, err};
	int rc = 0;
	paper_begin(html, _("Evidence tags"));
	if (count == 0)
		rc = record_each(c, "evidence", 0, add_tag, &t, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_labelled(&t, labels[i]);
	if (rc == 0 && t.count == 0)
		rc = err_set(err, ERR_NOT_FOUND, _("there is no evidence on record to make tags for"));
	if (rc == 0)
		end_sheet(&t);
	paper_end(html);
	buf_release(&sheet);
	buf_release(&tlp);
	return rc;
}
