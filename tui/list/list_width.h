/* How wide a column of few values is: its words are not cut, in whatever language they are. */
#ifndef GENBA_TUI_LIST_LIST_WIDTH_H
#define GENBA_TUI_LIST_LIST_WIDTH_H

#include "case/kind/kinds.h"

/* Cells of the widest value of the field; 0: it may hold any text, or its values are whole sentences. */
size_t list_width_of_values(const struct field *field);

#endif
