/* Which column of a list is which field of a kind; part of csv_import.h. */
#ifndef GENBA_OUTWARD_EXCHANGE_CSV_COLUMNS_H
#define GENBA_OUTWARD_EXCHANGE_CSV_COLUMNS_H

#include "outward/exchange/csv_import.h"

/* Fills import->columns from what was chosen; or from the heading, what is remembered, and the maps. `file` is shown where it is
 * not clear. 0, or -1 with ERR_USAGE. */
int csv_columns(struct case_file *c, struct csv_import *import, const struct csv_file *file, struct err *err);

/* The same, to be looked at: a column that is not clear is left out, and nothing need be there. */
int csv_columns_guess(struct case_file *c, struct csv_import *import, struct err *err);

/* The field that such a heading means in lists of a kind (管理番号, computer name …), CSV_REMARK, or NULL. */
const char *csv_synonym(const struct kind *kind, const char *heading);

/* How many cells of a row are names of columns that csv_columns() would know: what tells a heading from a title. */
size_t csv_columns_known(struct case_file *c, const struct csv_import *import, const json_t *cells);

/* Remembers what was mapped or chosen by hand, inside the action that imports. */
int csv_columns_remember(struct case_file *c, const struct csv_import *import, struct err *err);

#endif
