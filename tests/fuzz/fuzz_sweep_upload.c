/* Uploads by client and quarter of an hour: lines of a log that name a service, counted in the cage. The first line is the head of
 * the file. */
#include "finding/sweep/sweep_job_private.h"

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

/* Each line counts as one that has its hit in every place. */
static size_t count_line(struct sweeping *s, const unsigned char *text, size_t n)
{
	struct sweep_line line;
	size_t step = n / 8 + 1;
	size_t counted = 0;
	sweep_log_line(&s->log, (const char *)text, n, &line);
	for (size_t at = 0; at + 1 < n; at += step, counted++) {
		struct sweep_place place = {
		    .hit = {.at = at, .end = at + 1, .indicator = (uint32_t)(at & 1)}, .text = text, .n = n};
		sweep_upload_count(s, &place, &line);
	}
	return counted;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct sweeping s = {.services = 1, .uploads = json_object()};
	const unsigned char *end = data + size;
	size_t counted = 0;
	json_int_t told = 0;
	const char *key;
	json_t *sum;
	sweep_log_begin(&s.log, (const char *)data, size);
	for (const unsigned char *at = data; at < end;) {
		const unsigned char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		counted += count_line(&s, at, n);
		at += n + 1;
	}
	json_object_foreach(s.uploads, key, sum) {
		const char *first = json_get_string(sum, "first");
		const char *last = json_get_string(sum, "last");
		must(first && last && strcmp(first, last) <= 0 && json_get_string(sum, "client"));
		must(json_integer_value(json_object_get(sum, "bytes")) >= 0);
		told += json_integer_value(json_object_get(sum, "count"));
	}
	must(told >= 0 && (size_t)told <= counted);
	json_decref(s.uploads);
	return 0;
}
