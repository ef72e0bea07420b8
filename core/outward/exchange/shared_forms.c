/* The forms for others, a row of the formats each. */
#include "outward/exchange/shared_form.h"

#include <string.h>

static int stix_export(struct format_request *request, struct err *err)
{
	return shared_export(request, "stix", NULL, stix_write, err);
}

static int misp_export(struct format_request *request, struct err *err)
{
	return shared_export(request, "misp", NULL, misp_write, err);
}

static int timesketch_export(struct format_request *request, struct err *err)
{
	const char *dot = strrchr(request->path, '.');
	return shared_export(request, "timesketch", dot && strcmp(dot, ".jsonl") == 0 ? "jsonl" : "csv",
	                     timesketch_write, err);
}

static int attackflow_export(struct format_request *request, struct err *err)
{
	return shared_export(request, "attackflow", NULL, attackflow_write, err);
}

static int case_uco_export(struct format_request *request, struct err *err)
{
	return shared_export(request, "case", NULL, case_uco_write, err);
}

const struct exchange_format attackflow_format = {.name = "attackflow", .ending = "json", .write = attackflow_export};
const struct exchange_format case_uco_format = {.name = "case", .ending = "json", .write = case_uco_export};
const struct exchange_format stix_format = {.name = "stix", .ending = "json", .write = stix_export};
const struct exchange_format misp_format = {.name = "misp", .ending = "json", .write = misp_export};
const struct exchange_format timesketch_format = {.name = "timesketch", .ending = "csv", .write = timesketch_export};
