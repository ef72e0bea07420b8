/* The values on the right of an operator: numbers, sizes, durations and times, read once when the filter is. */
#include "case/query/filter_private.h"

#include "base/buf.h"
#include "base/time/clock.h"
#include "case/store/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int filter_number(const char *text, int is_size, int64_t *number)
{
	json_int_t bytes;
	if (is_size && *text != '-') {
		if (value_size_parse(text, &bytes, NULL) < 0)
			return -1;
		*number = bytes;
		return 0;
	}
	char *end;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return end == text || *end || errno || isspace((unsigned char)*text) ? -1 : 0;
}

int filter_duration(const char *text, int64_t *microseconds)
{
	struct duration d;
	const int64_t month = 2629746;
	const int64_t second = 1000000;
	const int64_t limit = INT64_MAX / 8 / month / second;
	if (duration_parse(text, &d, NULL) < 0 || d.months > limit || d.days > limit ||
	    d.seconds > INT64_MAX / 8 / second)
		return -1;
	*microseconds = (d.months * month + d.days * 86400 + d.seconds) * second + d.nanoseconds / 1000;
	if (d.negative)
		*microseconds = -*microseconds;
	return 0;
}

/* Times */

static int is_zoned(const struct edtf_point *p)
{
	return p->hour >= 0 && p->zone;
}

/* Leaves the clock time as it is written. Returns 1 if every end had a zone. */
static int drop_zones(struct edtf *t)
{
	int has_zone =
	    t->form == EDTF_RELATIVE || ((t->from_end != EDTF_GIVEN || is_zoned(&t->from)) &&
	                                 (t->form != EDTF_INTERVAL || t->to_end != EDTF_GIVEN || is_zoned(&t->to)));
	t->from.zone = t->to.zone = 0;
	t->from.offset = t->to.offset = 0;
	return has_zone;
}

struct zone_dropper {
	const struct filter_resolver *resolver;
	int has_zone;
};

/* An edtf_resolver: the times that a relative one hangs on, without their zones. */
static int resolve_without_zone(void *ctx, const char *label, struct edtf *out)
{
	struct zone_dropper *dropper = ctx;
	if (!dropper->resolver || !dropper->resolver->fn ||
	    dropper->resolver->fn(dropper->resolver->ctx, label, out) < 0)
		return -1;
	dropper->has_zone &= drop_zones(out);
	return 0;
}

static int read_span(const struct edtf *t, const struct filter_resolver *resolver, struct filter_span *span)
{
	struct edtf local = *t;
	struct zone_dropper dropper = {resolver, drop_zones(&local)};
	if (edtf_span(&local, resolve_without_zone, &dropper, &span->first, &span->last) < 0)
		return -1;
	span->has_zone = dropper.has_zone;
	if (!span->has_zone)
		return 0;
	return edtf_span(t, resolver ? resolver->fn : NULL, resolver ? resolver->ctx : NULL, &span->first_utc,
	                 &span->last_utc);
}

int filter_time(const char *text, const struct filter_resolver *resolver, struct filter_span *span)
{
	struct edtf t;
	return edtf_parse(text, &t, NULL) < 0 ? -1 : read_span(&t, resolver, span);
}

int filter_time_typed(const char *text, struct filter_span *span)
{
	struct buf written = BUF_INIT;
	int rc = filter_time(text, NULL, span);
	if (rc < 0 && edtf_from_people(text, clock_now(), &written, NULL) == 0)
		rc = filter_time(written.data, NULL, span);
	buf_release(&written);
	return rc;
}

int filter_time_order(const struct filter_span *a, const struct filter_span *b)
{
	if (a->has_zone && b->has_zone)
		return edtf_instant_compare(a->last_utc, b->first_utc) < 0
		           ? -1
		           : edtf_instant_compare(a->first_utc, b->last_utc) > 0;
	return edtf_instant_compare(a->last, b->first) < 0 ? -1 : edtf_instant_compare(a->first, b->last) > 0;
}
