/* What is kept of a list that was left: whoever comes back finds its filter and the record that was under the cursor. */
#ifndef GENBA_TUI_LIST_LIST_MEMORY_H
#define GENBA_TUI_LIST_LIST_MEMORY_H

#include "case/store/record.h"

struct list_memory {
	char kind[32];
	char label[LABEL_TEXT]; /* or "" */
	char *filter;           /* or NULL */
};

/* `filter` may be NULL. Until genba ends; of the eight kinds that were looked at first. */
void list_memory_keep(const char *kind, const char *label, const char *filter);

/* NULL: that list was not looked at yet. Borrowed until the next list_memory_keep(). */
const struct list_memory *list_memory_of(const char *kind);

#endif
