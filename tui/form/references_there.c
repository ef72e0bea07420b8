#include "tui/form/references_there.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/identity/label.h"
#include "case/store/record.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* Only that there is none is known for sure: what cannot be read is not called gone. */
static int is_gone(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	if (!label_is_meant(label))
		return 0;
	json_t *record = record_get(workbench_case(wb), label, RECORD_WITH_RETRACTED, &err);
	int gone = record ? record_is_retracted(record) : err.code == ERR_NOT_FOUND;
	json_decref(record);
	return gone;
}

static void add_gone(struct workbench *wb, const char *label, struct buf *gone)
{
	const char *name = workbench_name(wb, label);
	buf_adds(gone, gone->len ? _(", ") : "");
	printable_add(gone, label, strlen(label), PRINTABLE_LINE);
	buf_addf(gone, " %s", *name ? name : _("(not on record)"));
}

char *references_there(struct workbench *wb, const char *list, struct buf *gone)
{
	struct buf there = BUF_INIT;
	while (*(list += strspn(list, ", "))) {
		size_t n = strcspn(list, ",");
		char *label = xstrndup(list, n);
		for (size_t end = n; end > 0 && label[end - 1] == ' ';)
			label[--end] = '\0';
		if (is_gone(wb, label))
			add_gone(wb, label, gone);
		else
			buf_addf(&there, "%s%s", there.len ? "," : "", label);
		free(label);
		list += n;
	}
	return buf_take(&there, NULL);
}
