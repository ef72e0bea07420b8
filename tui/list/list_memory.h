/* What is kept of a list that was left: whoever comes back finds its filter, its marks and the record that was under the cursor. */
#ifndef GENBA_TUI_LIST_LIST_MEMORY_H
#define GENBA_TUI_LIST_LIST_MEMORY_H

#include "case/store/record.h"

#include <jansson.h>

struct list_memory {
	char kind[32];
	char label[LABEL_TEXT]; /* or "" */
	char *filter;           /* or NULL */
	char of_case[40];       /* whose labels were marked */
	json_t *marks;          /* an object, its keys the labels; or NULL */
};

/* `filter` and `marks` (taken) may be NULL. Until genba ends; of the lists that were looked at first. */
void list_memory_keep(const char *kind, const char *label, const char *filter, const char *of_case, json_t *marks);

/* NULL: that list was not looked at yet. Borrowed until the next list_memory_keep(). */
const struct list_memory *list_memory_of(const char *kind);

#endif
