/* What the files of the view of a list share: which columns it has and what stands in them (list_columns.c), and the view
 * over them (view_list.c). */
#ifndef GENBA_TUI_LIST_VIEW_LIST_PRIVATE_H
#define GENBA_TUI_LIST_VIEW_LIST_PRIVATE_H

#include "case/store/record.h"
#include "evidence/evidence_status.h"
#include "history/history.h"
#include "tui/list/list.h"
#include "tui/workbench/view.h"

#define COLUMNS_MOST 12
#define LIST_SIGNS   2 /* cells before the label: marked, alarm or retracted */

/* What a column shows: a field; or what follows from several. */
enum column_of { OF_FIELD, OF_LABEL, OF_STANDING, OF_LAST_READ };

struct column {
	enum column_of of;
	const struct field *field; /* OF_FIELD */
	size_t width;              /* cells */
	size_t roomy;              /* cells, if its heading also bore the sign of the order */
};

struct list_view {
	char as_of[HISTORY_ID]; /* the commit of the table; "": now */
	struct list *list;
	struct column columns[COLUMNS_MOST];
	size_t column_count;
	size_t natural;          /* cells of all columns, none cut */
	long anchor;             /* row of the table that stays selected while the list is made anew, or -1 */
	char wanted[LABEL_TEXT]; /* the record to be selected when it is there, or "" */
	size_t searched;         /* places that were searched for it */
	size_t placed;           /* the selection as it was set last: if it is another, the person has moved */
	uint64_t epoch;
	int more; /* the list is still being made: what is shown is not all of it */
	double shown_at;
	int measured;    /* the widths are those of the whole table */
	json_t *to_mark; /* what was marked when the list was left, until all rows were looked at */
	size_t looked;   /* rows that were looked at for it */
};

static inline struct list_view *list_view_data(struct view *v)
{
	return v->data;
}

/* The columns that fit in `cells`, their widths, and their names above the rows. Where v->side is set they stand beside a
 * pane. */
void list_columns_lay_out(struct view *v, size_t cells);

/* The cells that all columns of the kind would need, nothing cut: known after list_columns_lay_out(). */
size_t list_columns_natural(const struct view *v);

/* What stands in column k of a row of the table, not padded. */
void list_columns_cell(struct view *v, size_t row, size_t k, struct buf *out);

/* How the evidence of a row of the table stands. */
enum evidence_status list_columns_status(struct record_cache *t, size_t row);

#endif
