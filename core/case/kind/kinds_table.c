/*
 * The table of kinds, in the order of their PLACE(), in which lists and help
 * name them. The build collects the rows from every kinds_*.c below core/
 * (cmake/rows.cmake).
 */
#include "case/kind/kinds_table.h"

#define ROW(row) extern const struct kind row;
#include "rows/kinds.def"
#undef ROW

const struct kind *const kind_table[] = {
#define ROW(row) &row,
#include "rows/kinds.def"
#undef ROW
};

const size_t kind_table_count = sizeof kind_table / sizeof *kind_table;
