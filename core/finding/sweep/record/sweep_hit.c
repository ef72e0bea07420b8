/* What a hit says beyond its bytes: its time in UTC, its row among the observations. */
#include "finding/sweep/record/sweep_mails.h"
#include "finding/sweep/record/sweep_record_private.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/zone.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- when */

/* As time units since 1970; one without a zone as if it were UTC. */
int64_t sweep_ticks_of(const char *when)
{
	struct edtf time;
	struct edtf_instant first;
	struct edtf_instant last;
	if (!*when || edtf_parse(when, &time, NULL) < 0 || time.form != EDTF_POINT || time.from.hour < 0 ||
	    edtf_span(&time, NULL, NULL, &first, &last) < 0)
		return OBSERVATION_NO_TIME;
	return observation_from_unix(first.seconds, (uint32_t)first.nanoseconds);
}

void sweep_put_zone(void *ctx, const struct sweep_target *target, char *when)
{
	const struct swept_source *s = target->own;
	const struct swept_evidence *e = s->of;
	size_t n = strlen(when);
	int minutes;
	(void)ctx;
	int64_t local = n && when[n - 1] != 'Z' ? sweep_ticks_of(when) : OBSERVATION_NO_TIME;
	if (local == OBSERVATION_NO_TIME || !e->timezone ||
	    zone_offset(e->timezone, local / OBSERVATION_TICKS, &minutes) < 0)
		return;
	const char *dot = strchr(when, '.');
	char fraction[16];
	snprintf(fraction, sizeof fraction, "%.12s", dot ? dot : "");
	struct clock_time t = {.seconds = local / OBSERVATION_TICKS - (int64_t)minutes * 60};
	if (e->has_offset) { /* observed − offset */
		int64_t by = e->offset.seconds + e->offset.days * 86400;
		t.seconds -= e->offset.negative ? -by : by;
	}
	char text[CLOCK_TEXT];
	clock_format_utc(t, text);
	text[strcspn(text, "Z")] = '\0';
	snprintf(when, 40, "%.20s%.12sZ", text, fraction);
}

/* ---- the row */

uint32_t sweep_ordinal(const json_t *object, const char *const *names)
{
	struct buf text = BUF_INIT;
	unsigned char digest[16];
	for (size_t i = 0; names[i]; i++) {
		const char *value = json_get_string(object, names[i]);
		buf_add(&text, value ? value : "", value ? strlen(value) + 1 : 1);
	}
	crypto_generichash(digest, sizeof digest, (const unsigned char *)text.data, text.len, NULL, 0);
	buf_release(&text);
	return bytes_le32(digest);
}

static int pack_hit(struct swept_evidence *e, const json_t *hit, int64_t when, struct err *err)
{
	/* tells hits of several indicators at one place apart */
	static const char *const keys[] = {"type", "indicator", "member", "observation", "match", NULL};
	static const char *const names[] = {"indicator", "type", "match",  "encoding", "asset",       "client",
	                                    "method",    "url",  "member", "text",     "observation", "source"};
	static const char *const numbers[] = {"status", "bytes", "line", "raw"};
	struct buf fields = BUF_INIT;
	const char *clock = json_get_string(hit, "clock");
	const char *raw = json_get_string(hit, "when");
	size_t n = raw ? strlen(raw) : 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = json_get_string(hit, names[i]);
		if (value && *value)
			observation_field(&fields, names[i], value);
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const json_t *value = json_object_get(hit, numbers[i]);
		if (json_is_integer(value) && (i < 2 || json_integer_value(value) > 0))
			observation_field_number(&fields, numbers[i], json_integer_value(value));
	}
	if (n && raw[n - 1] != 'Z') /* a clock whose zone nobody knows: no zone is invented */
		observation_field(&fields, "when_raw", raw);
	const char *path = json_get_string(hit, "path");
	struct observation o = {.when = when,
	                        .offset = (uint64_t)json_integer_value(json_object_get(hit, "offset")),
	                        .ordinal = sweep_ordinal(hit, keys),
	                        .time_of = when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_seen,
	                        .artefact = OBSERVATION_hit,
	                        .clock = clock && strcmp(clock, "utc") == 0     ? OBSERVATION_CLOCK_utc
	                                 : clock && strcmp(clock, "local") == 0 ? OBSERVATION_CLOCK_local
	                                                                        : OBSERVATION_CLOCK_unknown,
	                        .path = path ? path : "",
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = observation_pack(&o, &e->rows, err);
	buf_release(&fields);
	return rc;
}

void sweep_note_span(void *ctx, const struct sweep_target *target, const char *first, const char *last)
{
	struct sweep_work *w = ctx;
	int64_t from = sweep_ticks_of(first);
	int64_t until = sweep_ticks_of(last);
	(void)target;
	if (from != OBSERVATION_NO_TIME && from < w->first)
		w->first = from;
	if (until != OBSERVATION_NO_TIME && until > w->last)
		w->last = until;
}

/* It is told with the hit, not packed into its row: the mail's record has it, and may be corrected. */
static void tell_mail_time(const struct sweep_work *w, const struct swept_evidence *e, json_t *hit)
{
	char when[40];
	sweep_mail_when(w->mails, e->sha256, when);
	if (!*when)
		return;
	json_object_set_new(hit, "when", json_string(when));
	json_object_set_new(hit, "clock", json_string(observation_clock_name(OBSERVATION_CLOCK_utc)));
}

int sweep_complete_hit(void *ctx, const struct sweep_target *target, json_t *hit, struct err *err)
{
	struct sweep_work *w = ctx;
	struct swept_source *s = target->own;
	struct swept_evidence *e = s->of;
	int rc = s->set ? sweep_hit_of_row(w, s, hit, err) : 0;
	if (rc)
		return rc;
	const char *client = json_get_string(hit, "client");
	const char *text = json_get_string(hit, "when");
	int64_t when = text ? sweep_ticks_of(text) : OBSERVATION_NO_TIME;
	const char *asset = client && *client ? sweep_asset_of_client(w, client, when) : e->is_log ? "" : e->asset;
	json_object_set_new(hit, "asset", *asset ? json_string(asset) : json_null());
	if (when != OBSERVATION_NO_TIME && when < w->first)
		w->first = when;
	if (when != OBSERVATION_NO_TIME && when > w->last)
		w->last = when;
	e->hits++;
	int packed = pack_hit(e, hit, when, err);
	if (!text)
		tell_mail_time(w, e, hit);
	return packed;
}
