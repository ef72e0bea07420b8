#include "finding/observation/observation_clock.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "base/time/zone.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SETTINGS 10000U /* of a clock that are counted */

struct clock_setting {
	int64_t at;   /* by the clock that was set, before it was */
	int64_t step; /* new − previous, in ticks */
};

struct set_clock { /* what is known of one set */
	char id[33];
	char *offset_text; /* as it is on record; NULL: none */
	int64_t offset;    /* ticks */
	char *zone;        /* NULL: none is known */
	struct clock_setting *settings;
	size_t setting_count;
};

struct observation_clocks {
	struct case_file *c;
	struct set_clock **sets;
	size_t count;
};

struct observation_clocks *observation_clocks_new(struct case_file *c)
{
	struct observation_clocks *k = xcalloc(1, sizeof *k);
	k->c = c;
	return k;
}

void observation_clocks_free(struct observation_clocks *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->count; i++) {
		free(k->sets[i]->offset_text);
		free(k->sets[i]->zone);
		free(k->sets[i]->settings);
		free(k->sets[i]);
	}
	free(k->sets);
	free(k);
}

/* ---- what the evidence says of its clock */

/* Zones as Windows names them, by their main place (Unicode CLDR, windowsZones). */
static const struct {
	const char *windows;
	const char *zone;
} windows_zones[] = {{"Tokyo Standard Time", "Asia/Tokyo"},
                     {"Korea Standard Time", "Asia/Seoul"},
                     {"China Standard Time", "Asia/Shanghai"},
                     {"Taipei Standard Time", "Asia/Taipei"},
                     {"Singapore Standard Time", "Asia/Singapore"},
                     {"SE Asia Standard Time", "Asia/Bangkok"},
                     {"India Standard Time", "Asia/Kolkata"},
                     {"AUS Eastern Standard Time", "Australia/Sydney"},
                     {"New Zealand Standard Time", "Pacific/Auckland"},
                     {"Arabian Standard Time", "Asia/Dubai"},
                     {"Israel Standard Time", "Asia/Jerusalem"},
                     {"Russian Standard Time", "Europe/Moscow"},
                     {"Turkey Standard Time", "Europe/Istanbul"},
                     {"FLE Standard Time", "Europe/Kiev"},
                     {"GTB Standard Time", "Europe/Bucharest"},
                     {"W. Europe Standard Time", "Europe/Berlin"},
                     {"Central Europe Standard Time", "Europe/Budapest"},
                     {"Central European Standard Time", "Europe/Warsaw"},
                     {"Romance Standard Time", "Europe/Paris"},
                     {"GMT Standard Time", "Europe/London"},
                     {"Greenwich Standard Time", "Atlantic/Reykjavik"},
                     {"South Africa Standard Time", "Africa/Johannesburg"},
                     {"E. South America Standard Time", "America/Sao_Paulo"},
                     {"Argentina Standard Time", "America/Buenos_Aires"},
                     {"Atlantic Standard Time", "America/Halifax"},
                     {"Eastern Standard Time", "America/New_York"},
                     {"US Eastern Standard Time", "America/Indianapolis"},
                     {"Central Standard Time", "America/Chicago"},
                     {"Mountain Standard Time", "America/Denver"},
                     {"US Mountain Standard Time", "America/Phoenix"},
                     {"Pacific Standard Time", "America/Los_Angeles"},
                     {"Alaskan Standard Time", "America/Anchorage"},
                     {"Hawaiian Standard Time", "Pacific/Honolulu"},
                     {"Coordinated Universal Time", "UTC"},
                     {"UTC", "UTC"}};

/* The text behind "NAME=" on a line of its own. */
static const char *value_line(const char *values, const char *name, size_t *n)
{
	size_t k = strlen(name);
	for (const char *at = values; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		if (strncmp(at, name, k) == 0 && at[k] == '=') {
			*n = strcspn(at + k + 1, "\n");
			return at + k + 1;
		}
	return NULL;
}

static void learn_zone(struct set_clock *s, const char *values)
{
	size_t n = 0;
	const char *name = value_line(values, "TimeZoneKeyName", &n);
	for (size_t i = 0; name && i < sizeof windows_zones / sizeof *windows_zones; i++)
		if (strlen(windows_zones[i].windows) == n && strncmp(name, windows_zones[i].windows, n) == 0) {
			free(s->zone);
			s->zone = xstrdup(windows_zones[i].zone);
			return;
		}
	const char *bias = value_line(values, "Bias", &n);
	const char *summer = value_line(values, "DaylightBias", &n);
	int west = bias ? (int)(int32_t)strtoul(bias, NULL, 10) : 0;
	if (bias && (!summer || strtoul(summer, NULL, 10) == 0) && edtf_zone_exists(-west)) {
		free(s->zone);
		s->zone = xasprintf("%c%02d:%02d", west > 0 ? '-' : '+', abs(west) / 60, abs(west) % 60);
	}
}

static int64_t ticks_of(const char *text)
{
	struct tm tm = {.tm_isdst = 0};
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int64_t part = 0;
	if (!rest)
		return OBSERVATION_NO_TIME;
	int64_t unit = OBSERVATION_TICKS / 10;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9' && unit; rest++, unit /= 10)
			part += (*rest - '0') * unit;
	int64_t when = observation_from_unix(timegm(&tm), 0);
	return when == OBSERVATION_NO_TIME ? when : when + part;
}

static void learn_setting(struct set_clock *s, const struct observation *o)
{
	int64_t before = ticks_of(observation_value(o, "data.PreviousTime"));
	int64_t after = ticks_of(observation_value(o, "data.NewTime"));
	if (before == OBSERVATION_NO_TIME || after == OBSERVATION_NO_TIME || s->setting_count == SETTINGS ||
	    llabs(after - before) < OBSERVATION_TICKS)
		return;
	s->settings = xrealloc(s->settings, (s->setting_count + 1) * sizeof *s->settings);
	s->settings[s->setting_count++] = (struct clock_setting){.at = before, .step = after - before};
}

static int learn_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct set_clock *s = ctx;
	(void)err;
	if (strcmp(set->id, s->id) != 0)
		return 0;
	const char *values = observation_value(o, "values");
	if (o->artefact == OBSERVATION_evtx)
		learn_setting(s, o);
	else if (values)
		learn_zone(s, values);
	return 0;
}

/* The machine whose clock it is: where the evidence comes from; else the only one that the check speaks of. A sweep speaks of
   many, and the first of them is any. */
static json_t *asset_of(struct case_file *c, const struct observation_set *set)
{
	json_t *evidence = *set->evidence ? record_get(c, set->evidence, 0, NULL) : NULL;
	json_t *check = record_get(c, set->check, 0, NULL);
	const json_t *all = json_object_get(check, "on");
	const char *on = json_get_string(evidence, "on");
	if (!on && json_array_size(all) == 1)
		on = json_string_value(json_array_get(all, 0));
	json_t *asset = on ? record_get(c, on, 0, NULL) : NULL;
	json_decref(check);
	json_decref(evidence);
	return asset;
}

static void learn_asset(struct set_clock *s, struct case_file *c, const struct observation_set *set)
{
	json_t *asset = asset_of(c, set);
	const char *zone = json_get_string(asset, "timezone");
	const char *offset = json_get_string(asset, "clock_offset");
	struct duration d;
	if (zone)
		s->zone = xstrdup(zone);
	if (offset && duration_parse(offset, &d, NULL) == 0 && d.months == 0) {
		int64_t ticks = (d.days * 86400 + d.seconds) * OBSERVATION_TICKS + d.nanoseconds / 100;
		s->offset = d.negative ? -ticks : ticks;
		s->offset_text = xstrdup(offset);
	}
	json_decref(asset);
}

static const struct set_clock *clock_of(struct observation_clocks *k, const struct observation_set *set)
{
	for (size_t i = k->count; i-- > 0;)
		if (strcmp(k->sets[i]->id, set->id) == 0)
			return k->sets[i];
	struct set_clock *s = xcalloc(1, sizeof *s);
	const char *evidence = *set->evidence ? set->evidence : NULL;
	struct observation_query zone = {.filter = "artefact=registry_key key~\\Control\\TimeZoneInformation",
	                                 .evidence = evidence};
	struct observation_query settings = {
	    .filter = "artefact=evtx event_id=4616 provider=Microsoft-Windows-Security-Auditing", .evidence = evidence};
	snprintf(s->id, sizeof s->id, "%s", set->id);
	learn_asset(s, k->c, set);
	/* what cannot be read is told by who lists the rows */
	observation_query_run(k->c, &zone, learn_row, s, NULL, NULL);
	if (s->offset_text)
		observation_query_run(k->c, &settings, learn_row, s, NULL, NULL);
	k->sets = xrealloc(k->sets, (k->count + 1) * sizeof(*k->sets));
	k->sets[k->count++] = s;
	return s;
}

/* ---- times */

void observation_clocks_of(struct observation_clocks *k, const struct observation *o, const struct observation_set *set,
                           struct observation_times *times)
{
	const struct set_clock *s = clock_of(k, set);
	int minutes;
	*times = (struct observation_times){o->when, OBSERVATION_NO_TIME, OBSERVATION_NO_TIME};
	if (o->when == OBSERVATION_NO_TIME)
		return;
	if (observation_is_utc(o))
		times->utc = o->when;
	else if (o->clock == OBSERVATION_CLOCK_local && s->zone &&
	         zone_offset(s->zone, o->when / OBSERVATION_TICKS, &minutes) == 0)
		times->utc = o->when - (int64_t)minutes * 60 * OBSERVATION_TICKS;
	if (times->utc == OBSERVATION_NO_TIME || !s->offset_text)
		return;
	if (o->clock == OBSERVATION_CLOCK_local && observation_is_utc(o))
		return; /* a sweep moved it, and does not say whether by the offset, too */
	int64_t offset = s->offset;
	for (size_t i = 0; i < s->setting_count; i++)
		if (times->utc <= s->settings[i].at)
			offset -= s->settings[i].step;
	times->corrected = times->utc - offset;
}

void observation_clocks_when(struct observation_clocks *k, const struct observation *o,
                             const struct observation_set *set, char text[OBSERVATION_WHEN])
{
	struct observation_times times;
	observation_clocks_of(k, o, set, &times);
	observation_when_recorded(o, text);
	if (observation_is_utc(o) || o->clock != OBSERVATION_CLOCK_local || times.utc == OBSERVATION_NO_TIME)
		return;
	int minutes = (int)((o->when - times.utc) / OBSERVATION_TICKS / 60);
	size_t n = strlen(text);
	snprintf(text + n, OBSERVATION_WHEN - n, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60 % 100,
	         abs(minutes) % 60);
}

static void add_when(json_t *object, const char *name, int64_t when)
{
	char text[32] = "";
	if (when != OBSERVATION_NO_TIME)
		observation_when(when, text);
	json_object_set_new(object, name, *text ? json_string(text) : json_null());
}

void observation_clocks_add(struct observation_clocks *k, const struct observation *o,
                            const struct observation_set *set, json_t *object)
{
	const struct set_clock *s = clock_of(k, set);
	struct observation_times times;
	observation_clocks_of(k, o, set, &times);
	add_when(object, "when_utc", times.utc);
	add_when(object, "when_corrected", times.corrected);
	if (s->offset_text)
		json_object_set_new(object, "clock_offset", json_string(s->offset_text));
}
