/* The rows of the board in the making, and the records that its sections look at. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"

#include <stdlib.h>
#include <string.h>

void board_add(struct board *b, enum board_tone tone, const char *label, const char *text)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 32;
		b->rows = xrealloc(b->rows, b->cap * sizeof *b->rows);
	}
	struct board_row *row = &b->rows[b->count++];
	row->tone = tone;
	char *safe = printable_dup(label ? label : "");
	snprintf(row->label, sizeof row->label, "%s", safe);
	free(safe);
	row->text = printable_dup(text);
	row->view = row->hint = NULL;
	row->argument = NULL;
}

void board_lead(struct building *k, const char *view, const char *argument, const char *hint)
{
	struct board_row *row = &k->b->rows[k->b->count - 1];
	row->view = view;
	row->argument = argument ? xstrdup(argument) : NULL;
	row->hint = hint;
}

void board_lead_now(struct building *k, const char *view, const char *argument, const char *hint)
{
	if (!k->commit)
		board_lead(k, view, argument, hint);
}

void board_addf(struct board *b, enum board_tone tone, const char *label, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	board_add(b, tone, label, text.data);
	buf_release(&text);
}

void board_add_being_counted(struct building *k, const char *heading, const char *view)
{
	k->is_waiting = 1;
	board_add(k->b, BOARD_HEADING, NULL, heading);
	board_add(k->b, BOARD_PLAIN, NULL, _("what waits is being counted"));
	board_lead(k, view, NULL, NULL);
}

int board_each(struct building *k, const char *kind, record_fn fn, void *ctx)
{
	size_t i;
	json_t *record;
	if (!k->commit)
		return record_each(k->c, kind, 0, fn, ctx, k->err);
	json_array_foreach(json_object_get(k->past, kind), i, record) {
		int rc = fn(ctx, record);
		if (rc)
			return rc;
	}
	return 0;
}

void board_field_words(const json_t *record, const char *name, struct buf *out)
{
	record_field_text(record, kind_field(record_kind(record), name), out);
}

struct board_picking {
	struct building *k;
	record_fn fn;
};

static int pick_settled(void *ctx, json_t *record)
{
	struct board_picking *p = ctx;
	return json_object_get(record, "disputed") ? 0 : p->fn(p->k, record);
}

int board_pick(struct building *k, const char *kind, const char *condition, int limit, record_fn fn)
{
	struct board_picking p = {k, fn};
	if (k->commit)
		return board_each(k, kind, fn, k);
	int rc = record_each_disputed(k->c, kind, fn, k, k->err);
	return rc ? rc : record_summary_pick(k->c, kind, condition, limit, pick_settled, &p, k->err);
}

struct board_counting {
	const char *facet;
	int (*is_open)(const char *status);
	uint64_t count;
};

static int count_open(void *ctx, const struct record_summary *group)
{
	struct board_counting *n = ctx;
	if (group->facet && strcmp(group->facet, n->facet) == 0 && n->is_open(group->status))
		n->count += group->count;
	return 0;
}

int board_add_more(struct building *k, const char *kind, const char *facet, int (*is_open)(const char *status),
                   const char *filter)
{
	struct board_counting n = {facet, is_open, 0};
	if (record_summary_each(k->c, kind, count_open, &n, k->err) < 0)
		return -1;
	if (n.count > BOARD_LISTED) {
		board_addf(k->b, BOARD_PLAIN, NULL, _("and %zu more"), (size_t)n.count - BOARD_LISTED);
		board_lead(k, "list", filter, NULL);
	}
	return 0;
}
