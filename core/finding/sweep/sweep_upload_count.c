/* In the cage: lines that send something to where it is kept, counted by client and quarter of an hour. */
#include "finding/sweep/sweep_job_private.h"

#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>

#define COUNTED_MOST 20000U /* before they are told */

static const char *method_of(const struct sweep_line *line)
{
	static const char *const methods[] = {"POST", "PUT", "CONNECT"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (line->method.n == strlen(methods[i]) && memcmp(line->method.text, methods[i], line->method.n) == 0)
			return methods[i];
	return NULL;
}

/* In what another site is told of it (?from=…), nothing is sent there. */
static int is_host_of_url(const struct sweep_place *p, const struct sweep_line *line)
{
	const char *at = (const char *)p->text + p->hit.at;
	if (!line->url.n)
		return 0;
	const char *host = line->url.text;
	const char *end = host + line->url.n;
	for (const char *c = host; c + 2 < end && *c != '/' && *c != '?'; c++)
		if (c[0] == ':' && c[1] == '/' && c[2] == '/') {
			host = c + 3;
			break;
		}
	const char *stop = host;
	while (stop < end && !strchr("/?#", *stop))
		stop++;
	return at >= host && at < stop;
}

void sweep_upload_count(struct sweeping *s, const struct sweep_place *place, const struct sweep_line *line)
{
	struct buf client = BUF_INIT;
	const char *method = method_of(line);
	int is_service = place->hit.indicator >= s->services;
	if (!method || !line->client.n || line->client.n > 255 || (is_service && !is_host_of_url(place, line)))
		return;
	printable_add(&client, line->client.text, line->client.n, PRINTABLE_LINE);
	char *key = xasprintf(
	    "%u\n%s\n%.14s%c\n%s", place->hit.indicator, method, line->when,
	    *line->when ? (char)('0' + ((line->when[14] - '0') * 10 + (line->when[15] - '0')) / 15) : '-', client.data);
	json_t *sum = json_object_get(s->uploads, key);
	if (!sum) {
		sum = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "upload", (int)place->hit.indicator,
		                "method", method, "client", client.data, "clock", sweep_clock_name(line->clock),
		                "first", line->when, "last", line->when, "count", 0, "bytes", 0);
		if (!sum || json_object_set_new(s->uploads, key, sum) < 0)
			sum = NULL;
	}
	free(key);
	buf_release(&client);
	if (!sum)
		return;
	char number[16] = "0"; /* behind the line may lie more */
	if (line->bytes.n && line->bytes.n < sizeof number) {
		memcpy(number, line->bytes.text, line->bytes.n);
		number[line->bytes.n] = '\0';
	}
	json_int_t bytes = strtoll(number, NULL, 10);
	json_object_set_new(sum, "count", json_integer(json_integer_value(json_object_get(sum, "count")) + 1));
	json_object_set_new(sum, "bytes",
	                    json_integer(json_integer_value(json_object_get(sum, "bytes")) + (bytes > 0 ? bytes : 0)));
	if (strcmp(line->when, json_get_string(sum, "first")) < 0)
		json_object_set_new(sum, "first", json_string(line->when));
	if (strcmp(line->when, json_get_string(sum, "last")) > 0)
		json_object_set_new(sum, "last", json_string(line->when));
}

int sweep_upload_is_full(const struct sweeping *s)
{
	return json_object_size(s->uploads) >= COUNTED_MOST;
}

int sweep_upload_tell(struct sweeping *s, struct err *err)
{
	const char *key;
	json_t *sum;
	int rc = 0;
	json_object_foreach(s->uploads, key, sum) {
		json_object_set_new(sum, "part", json_integer((json_int_t)s->part));
		if (rc == 0)
			rc = worker_emit_take(s->w, json_incref(sum), err);
	}
	json_object_clear(s->uploads);
	return rc;
}
