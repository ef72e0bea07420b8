#include "case/query/consultation.h"

#include "base/json.h"
#include "case/store/record_summary.h"

#include <string.h>

int consultation_rank(const json_t *record)
{
	static const char *const leads[] = {"to_contact", "new", "assessing"};
	const char *became = json_get_string(record, "became");
	const char *status = json_get_string(record, "status");
	if (record_kind(record) == kind_find("consultation"))
		return !json_get_string(record, "case_id") &&
		               (!became || strcmp(became, "open") == 0 || strcmp(became, "unknown") == 0)
		           ? 0
		           : -1;
	for (size_t i = 0; i < sizeof leads / sizeof *leads && record_kind(record) == kind_find("lead"); i++)
		if (strcmp(status ? status : "new", leads[i]) == 0)
			return (int)i + 1;
	return -1;
}

int consultation_each_waiting(struct case_file *c, record_fn fn, void *ctx, struct err *err)
{
	static const char waits[] = "coalesce(json_extract(json, '$.became'), 'open') IN ('open', 'unknown') AND "
	                            "json_extract(json, '$.case_id') IS NULL";
	return record_summary_pick(c, "consultation", waits, 0, fn, ctx, err);
}
