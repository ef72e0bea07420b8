/* Uploads of a client in an hour, as a row beside the hits. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/json.h"

#include <string.h>

int sweep_complete_upload(void *ctx, const struct sweep_target *target, json_t *upload, struct err *err)
{
	static const char *const keys[] = {"indicator", "client", "hour", NULL};
	static const char *const names[] = {"type", "client", "asset", "first", "last"};
	static const char *const numbers[] = {"posts", "puts", "connects", "bytes"};
	struct sweep_work *w = ctx;
	const struct swept_source *s = target->own;
	struct swept_evidence *e = s->of;
	struct buf fields = BUF_INIT;
	const char *first = json_get_string(upload, "first");
	int64_t when = first ? sweep_ticks_of(first) : OBSERVATION_NO_TIME;
	const char *asset = sweep_asset_of_client(w, json_get_string(upload, "client"), when);
	const char *clock = json_get_string(upload, "clock");
	const char *path = json_get_string(upload, "path");
	json_object_set_new(upload, "asset", *asset ? json_string(asset) : json_null());
	observation_field(&fields, "sent_to", json_get_string(upload, "indicator"));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		observation_field(&fields, names[i], json_get_string(upload, names[i]));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		observation_field_number(&fields, numbers[i], json_integer_value(json_object_get(upload, numbers[i])));
	int is_utc = first && first[strlen(first) - 1] == 'Z';
	struct observation o = {.when = when,
	                        .ordinal = sweep_ordinal(upload, keys),
	                        .time_of = when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_seen,
	                        .artefact = OBSERVATION_log_line,
	                        .clock = is_utc                                 ? OBSERVATION_CLOCK_utc
	                                 : clock && strcmp(clock, "local") == 0 ? OBSERVATION_CLOCK_local
	                                                                        : OBSERVATION_CLOCK_unknown,
	                        .path = path ? path : "",
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = observation_pack(&o, &e->rows, err);
	e->uploads++;
	buf_release(&fields);
	return rc;
}
