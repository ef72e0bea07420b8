/* timeline: what happened and what the responders did, in order of time. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/timeline_acts.h"
#include "case/query/timeline_reader.h"
#include "case/query/timeline_text.h"
#include "tui/command/cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int timeline_way_of(const char *name, enum timeline_way *way, struct err *err)
{
	for (*way = TIMELINE_ABSOLUTE; *way < TIMELINE_WAYS; (*way)++)
		if (strcmp(name, timeline_way_name(*way)) == 0)
			return 0;
	return err_set(err, ERR_USAGE, _("--times %s: allowed are absolute, relative, corrected, utc, local"), name);
}

/* Takes out what was dismissed; how many rows that were. */
static size_t leave_out_dismissed(struct timeline *t)
{
	size_t kept = 0;
	size_t all = t->count;
	for (size_t i = 0; i < all; i++)
		if (timeline_is_dismissed(&t->rows[i]))
			timeline_row_release(&t->rows[i]);
		else
			t->rows[kept++] = t->rows[i];
	t->count = kept;
	return all - kept;
}

/* Events and what the responders did, in order; `joined`: what was done together is one row. */
static int load_timeline(struct session *s, int joined, int with_dismissed, struct timeline *t, struct err *err)
{
	struct timeline_reader *r = timeline_reader_new(s->c, NULL);
	struct timeline all = {0};
	*t = (struct timeline){0};
	int rc = timeline_reader_work(r, HUGE_VAL, err);
	if (rc == 0)
		timeline_reader_take(r, &all);
	size_t left_out = with_dismissed ? 0 : leave_out_dismissed(&all);
	for (size_t i = 0; joined && i < all.count; i++)
		timeline_add(t, &all.rows[i]);
	if (joined)
		timeline_release(&all);
	else
		*t = all;
	if (left_out)
		printable_printf(s->log,
		                 P_("%zu dismissed finding is left out; --dismissed shows it, too\n",
		                    "%zu dismissed findings are left out; --dismissed shows them, too\n", left_out),
		                 left_out);
	timeline_reader_free(r);
	return rc;
}

/* What is said of an event in a column; of an act, whose side is the response's, and what was done. */
static void add_cell(const struct timeline_row *row, const char *column, struct buf *cell)
{
	const struct field *field = kind_field(kind_find("event"), column);
	int is_title = strcmp(column, "title") == 0;
	if (!row->act && (strcmp(column, "mark") != 0 || json_object_get(row->record, "mark")))
		record_field_text(row->record, field, cell);
	else if (row->act && is_title)
		timeline_act_text(row, cell);
	else if (row->act && strcmp(column, "side") == 0 && !row->act->act_is_trace)
		buf_adds(cell, field_value_label(field_value_find(field, "response")));
}

static void print_timeline(struct session *s, const struct timeline *t, enum timeline_way way)
{
	struct text_table table = {.columns = 5};
	static const char *const columns[] = {"side", "mark", "title"};
	char **times = timeline_texts(s->c, t, way);
	text_table_add(&table, _("Label"));
	text_table_add(&table, field_label(kind_field(kind_find("event"), "when")));
	for (size_t k = 0; k < 3; k++)
		text_table_add(&table, field_label(kind_field(kind_find("event"), columns[k])));
	for (size_t i = 0; i < t->count; i++) {
		text_table_add(&table, record_label(t->rows[i].record));
		text_table_add(&table, times[i]);
		for (size_t k = 0; k < 3; k++) {
			struct buf cell = BUF_INIT;
			add_cell(&t->rows[i], columns[k], &cell);
			text_table_add(&table, cell.data);
			buf_release(&cell);
		}
	}
	text_table_print(&table, s->out, 0);
	text_table_release(&table);
	timeline_texts_free(times, t->count);
}

/* An event is its record; an act tells whose record it stands in, and which field has its time. */
static json_t *row_as_json(const struct timeline_row *row)
{
	if (!row->act)
		return json_incref(row->record);
	const char *field = row->is_recorded ? "entered" : row->act->name;
	struct buf text = BUF_INIT;
	timeline_act_text(row, &text);
	char *safe = printable_dup(text.data);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "act", "label", record_label(row->record),
	                           "of", json_get_string(row->record, "kind"), "act", field, "when",
	                           json_get_string(row->record, field), "text", safe);
	free(safe);
	buf_release(&text);
	return object;
}

int cmd_timeline(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 0)
		return cmd_usage("timeline", err);
	struct timeline t;
	enum timeline_way way = TIMELINE_ABSOLUTE;
	const char *times = args_option(args, "times");
	int as_json = args_option(args, "json") != NULL;
	if ((times && timeline_way_of(times, &way, err) < 0) ||
	    load_timeline(s, !as_json, args_option(args, "dismissed") != NULL, &t, err) < 0)
		return -1;
	json_t *array = as_json ? json_array() : NULL;
	for (size_t i = 0; array && i < t.count; i++)
		json_array_append_new(array, row_as_json(&t.rows[i]));
	if (array)
		cmd_print_json(s, array);
	else
		print_timeline(s, &t, way);
	timeline_release(&t);
	return 0;
}
