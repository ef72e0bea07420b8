/*
 * Timesketch (its import format of 2024): a row an event, as CSV or JSON lines. `message`, `datetime` and `timestamp_desc` are
 * required; `datetime` is ISO 8601 with offset and microseconds. What is no instant stands at its earliest bound, and its
 * own form in genba_when; an event without any time has no row and is named.
 */
#include "outward/exchange/csv.h"
#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct timesketch {
	struct release *r;
	struct buf *out;
	int lines; /* JSON lines, not CSV */
	struct err *err;
};

/* A cell of one line; what a spreadsheet would take for a formula gets an apostrophe, in columns of text only. */
static void add_cell(struct buf *out, const char *text, int is_text, int last)
{
	buf_addc(out, '"');
	if (is_text && csv_is_formula(text))
		buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text == '\n' || *text == '\r' ? ' ' : *text);
	}
	buf_adds(out, last ? "\"\n" : "\",");
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void add_tags(struct buf *out, const json_t *record)
{
	size_t i;
	json_t *tag;
	json_array_foreach(json_object_get(record, "tags"), i, tag) {
		buf_adds(out, i ? "," : "");
		buf_adds(out, json_string_value(tag));
	}
}

static int write_row(struct timesketch *t, const json_t *record, const char *field, const char *message,
                     const char *says)
{
	int64_t seconds;
	int nanoseconds;
	char at[32];
	const char *kind = json_get_string(record, "kind");
	const char *edtf = json_get_string(record, field);
	int exact = shared_instant(release_case(t->r), edtf, &seconds, &nanoseconds);
	if (exact < 0) {
		release_lose_record(t->r, record, _("it has no time, and Timesketch no row without one"));
		return 0;
	}
	if (!exact)
		release_lose_field(t->r, kind, field, shared_no_instant());
	shared_time(seconds, 0, at);
	char *datetime = xasprintf("%.19s.%06d+00:00", at, nanoseconds / 1000);
	struct buf tags = BUF_INIT;
	add_tags(&tags, record);
	if (t->lines) {
		json_t *row =
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "message", message, "datetime", datetime,
		              "timestamp_desc", says, "genba_label", record_label(record), "genba_kind", kind,
		              "genba_when", or_empty(edtf), "genba_side", or_empty(json_get_string(record, "side")));
		json_object_set_new(row, "timestamp", json_integer(seconds * 1000000 + nanoseconds / 1000));
		json_object_set(row, "tag", json_object_get(record, "tags"));
		shared_json(t->out, row);
		buf_addc(t->out, '\n');
	} else {
		add_cell(t->out, message, 1, 0);
		add_cell(t->out, datetime, 0, 0);
		add_cell(t->out, says, 1, 0);
		add_cell(t->out, tags.data, 1, 0);
		add_cell(t->out, record_label(record), 0, 0);
		add_cell(t->out, or_empty(edtf), 0, 0);
		add_cell(t->out, or_empty(json_get_string(record, "side")), 1, 1);
	}
	buf_release(&tags);
	free(datetime);
	release_lose_rest(t->r, record, "title subject when done_at side tags tlp");
	return release_flush(t->r, t->out, t->err);
}

static int write_event(void *ctx, json_t *record)
{
	return write_row(ctx, record, "when", or_empty(json_get_string(record, "title")), "Event");
}

static int write_mail(void *ctx, json_t *record)
{
	struct buf message = BUF_INIT;
	buf_addf(&message, "Mail: %s", or_empty(json_get_string(record, "subject")));
	int rc = write_row(ctx, record, "when", message.data, "Mail received");
	buf_release(&message);
	return rc;
}

static int write_measure(void *ctx, json_t *record)
{
	return write_row(ctx, record, "done_at", or_empty(json_get_string(record, "title")), "Measure done");
}

int timesketch_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct timesketch t = {r, out, variant && strcmp(variant, "jsonl") == 0, err};
	if (!t.lines)
		buf_adds(out, "message,datetime,timestamp_desc,tag,genba_label,genba_when,genba_side\n");
	static const char *const kinds[] = {"event", "mail", "measure", NULL};
	release_lose_others(r, kinds, _("Timesketch has rows of a time line only"));
	if (release_each(r, "event", write_event, &t, err) != 0 || release_each(r, "mail", write_mail, &t, err) != 0 ||
	    release_each(r, "measure", write_measure, &t, err) != 0)
		return -1;
	return 0;
}
