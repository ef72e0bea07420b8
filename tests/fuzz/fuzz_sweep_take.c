/* What the parent of a sweep takes from a worker gone wild: lines of hits, sums, uploads, problems and ends, told then. An upload
 * of the first indicator stands before them, as a worker tells it. */
#include "finding/sweep/sweep_run_private.h"
#include "finding/sweep/sweep_upload.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

/* Flat, of a kind, and writable as JSON. */
static int take_object(void *ctx, json_t *object, struct err *err)
{
	const char *key;
	json_t *value;
	(void)ctx, (void)err;
	must(object && json_get_string(object, "kind") && json_get_string(object, "label"));
	json_object_foreach(object, key, value)
		must(!json_is_object(value) && !json_is_array(value));
	char *text = json_dumps(object, JSON_COMPACT);
	must(text != NULL);
	free(text);
	const json_t *count = json_object_get(object, "posts");
	must(!count || json_integer_value(count) >= 0);
	json_decref(object);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char name[] = "proxy.log";
	struct sweep_list list = {.take_private = 1};
	struct sweep_target target = {.evidence = "R1-E1", .source = name};
	struct sweep_unit units[] = {
	    {.name = name, .source = name, .to = 100, .fd = -1},
	    {.name = name, .source = name, .from = 100, .to = UINT64_MAX, .fd = -1, .target = &target}};
	struct err err = ERR_INIT;
	if (size > 20000)
		return 0;
	sweep_list_add(&list, "domain", "up.test", "R1-I1");
	sweep_list_add(&list, "ip", "198.51.100.7", "R1-I2");
	struct sweep_run run = {
	    .list = &list, .max = 5, .object = take_object, .units = units, .unit_count = 2, .unit_cap = 2};
	sweep_run_begin(&run);
	for (const unsigned char *at = data, *end = data + size; at < end;) {
		const unsigned char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		json_t *line = json_parse((const char *)at, n, NULL);
		struct err why = ERR_INIT;
		if (json_is_object(line) && sweep_run_take(&run, line, &why) < 0)
			must(why.code != 0);
		json_decref(line);
		at += n + 1;
	}
	must(sweep_run_end(&run, &err) == 0);
	sweep_run_sums_free(&run);
	sweep_list_release(&list);
	return 0;
}
