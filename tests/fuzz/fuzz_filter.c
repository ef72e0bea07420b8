/* The filter language against records of several kinds, ordinary and strange. */
#include "base/err.h"
#include "case/query/filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const records[] = {
    "{\"kind\":\"asset\",\"label\":\"R1-A1\",\"hostname\":\"HR-PC-03\",\"status\":\"infected\",\"first_compromised\":"
    "\"2014-12~\",\"tags\":[\"noise\",\"\\u4eba\\u4e8b\"],\"clock_offset\":\"PT5M\",\"preserved\":[\"disk\"]}",
    "{\"kind\":\"evidence\",\"label\":\"R1-E1\",\"source_size\":1048576,\"when\":\"after R1-V1 "
    "~P6M\",\"on\":\"R1-A1\"}",
    "{\"kind\":\"thing\",\"label\":7,\"status\":[1,null,{}],\"hostname\":null,\"tags\":\"x\"}",
    "{}",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const struct kind *kind = data[0] < kind_count() ? kind_at(data[0]) : NULL;
	char *text = xstrndup((const char *)data + 1, size - 1);
	struct err err = ERR_INIT;
	struct filter *filter = filter_parse(kind, text, &err);
	if (!filter && (err.code != ERR_INVALID || !*err.message))
		abort();
	for (size_t i = 0; filter && i < sizeof records / sizeof *records; i++) {
		json_t *record = json_loads(records[i], 0, NULL);
		int matches = filter_match(filter, record);
		if (matches != 0 && matches != 1)
			abort();
		if (filter_is_empty(filter) && !matches)
			abort();
		json_decref(record);
	}
	filter_free(filter);
	free(text);
	return 0;
}
