#include "tui/list/record_pane.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/disputed.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MOST 1200 /* bytes of a long text: the record itself shows the whole */

/* A field that may refer is told with names. */
static void add_value(struct view *v, const json_t *record, const struct field *field, struct buf *out)
{
	const json_t *value = json_object_get(record, field->name);
	int refers = field->type == FIELD_REF || field->type == FIELD_REFS;
	if (refers && value && !record_is_disputed(record, field->name))
		workbench_name_field(v->wb, field, value, out);
	else
		record_field_text(record, field, out);
	if (out->len > VALUE_MOST) {
		buf_truncate(out, text_fit(out->data, VALUE_MOST / 2, NULL));
		buf_adds(out, "…");
	}
}

static void put_field(struct view *v, const json_t *record, const struct field *field)
{
	struct buf line = BUF_INIT;
	struct buf value = BUF_INIT;
	add_value(v, record, field, &value);
	buf_addf(&line, "%s: ", field_label(field));
	for (const char *at = value.data ? value.data : ""; at;) { /* a long text has lines of its own */
		size_t n = strcspn(at, "\n");
		buf_add(&line, at, n);
		view_pane_line(v, TONE_PLAIN, line.data);
		buf_clear(&line);
		buf_adds(&line, "  ");
		at = at[n] && at[n + 1] ? at + n + 1 : NULL;
	}
	buf_release(&value);
	buf_release(&line);
}

void record_pane(struct view *v)
{
	json_t *record = *view_label(v) ? workbench_get(v->wb, view_label(v), RECORD_WITH_RETRACTED, NULL) : NULL;
	const struct kind *kind = record ? record_kind(record) : NULL;
	struct buf head = BUF_INIT;
	if (!kind) {
		json_decref(record);
		return;
	}
	char *title = workbench_name_of_record(v->wb, record);
	buf_addf(&head, "%s  %s", record_label(record), title);
	view_pane_line(v, TONE_HEADING, head.data);
	for (int later = 0; later <= 1; later++)
		for (size_t i = 0; i < kind_field_count(kind); i++) {
			const struct field *field = kind_field_at(kind, i);
			int is_title = kind->title_field && strcmp(field->name, kind->title_field) == 0;
			if (kind_asks_first(kind, field) == !later && record_shows(record, field->name) &&
			    (!is_title || field->type == FIELD_LONG))
				put_field(v, record, field);
		}
	if (kind->traits & KIND_INDICATOR && !json_is(record, "swept", "all") && !record_is_retracted(record))
		view_pane_line(v, TONE_ATTENTION, _("Not swept for everywhere: W leads to the sweep, s there sweeps"));
	free(title);
	buf_release(&head);
	json_decref(record);
}
