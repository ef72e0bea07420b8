#include "finding/sweep/sweep_case.h"

#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"

#include <string.h>

struct case_list {
	struct sweep_list *list;
	sweep_skip_fn skip;
	void *ctx;
};

static int take_indicator(void *ctx, json_t *record)
{
	struct case_list *l = ctx;
	const char *value = json_get_string(record, "value");
	const char *refuted = json_get_string(record, "false_positive");
	if (!value || (refuted && strcmp(refuted, "yes") == 0))
		return 0;
	const char *label = json_get_string(record, "label");
	const char *why = sweep_list_add(l->list, json_get_string(record, "type"), value, label ? label : "");
	const char *role = json_get_string(record, "role");
	if (!why && role && strcmp(role, "upload") == 0)
		sweep_list_mark_upload(l->list, json_get_string(record, "type"), value);
	if (why)
		l->skip(l->ctx, 0, value, why);
	return 0;
}

int sweep_list_read_case(struct sweep_list *list, struct case_file *c, sweep_skip_fn skip, void *ctx, struct err *err)
{
	struct case_list l = {list, skip, ctx};
	return record_each(c, "indicator", 0, take_indicator, &l, err);
}
