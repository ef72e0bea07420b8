#include "tui/list/list_memory.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MOST 40 /* more than there are kinds */

static struct list_memory kept_lists[KEPT_MOST];

void list_memory_keep(const char *kind, const char *label, const char *filter, const char *of_case, json_t *marks)
{
	struct list_memory *kept = NULL;
	for (size_t i = 0; i < KEPT_MOST && !kept; i++)
		if (!*kept_lists[i].kind || strcmp(kept_lists[i].kind, kind) == 0)
			kept = &kept_lists[i];
	if (!kept) {
		json_decref(marks);
		return;
	}
	snprintf(kept->kind, sizeof kept->kind, "%s", kind);
	snprintf(kept->label, sizeof kept->label, "%.31s", label);
	free(kept->filter);
	kept->filter = filter ? xstrdup(filter) : NULL;
	snprintf(kept->of_case, sizeof kept->of_case, "%s", of_case);
	json_decref(kept->marks);
	kept->marks = marks;
}

const struct list_memory *list_memory_of(const char *kind)
{
	for (size_t i = 0; i < KEPT_MOST; i++)
		if (strcmp(kept_lists[i].kind, kind) == 0)
			return &kept_lists[i];
	return NULL;
}
