/* What a list is for and which key begins, shown where nothing is in it yet. */
#ifndef GENBA_TUI_LIST_LIST_PURPOSE_H
#define GENBA_TUI_LIST_LIST_PURPOSE_H

#include "case/kind/kinds.h"

/* Lines for a screen `columns` wide, printable; the caller frees them. `filtered`: there may be records, which a filter hides. */
char *list_purpose(const struct kind *kind, int filtered, int columns);

#endif
