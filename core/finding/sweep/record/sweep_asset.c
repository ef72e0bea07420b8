/*
 * Whose machine a client of a log is: the asset with its host name, or with its address at that time.
 *
 * asset.addresses is a list with commas; behind an address may stand when the machine had it, where others had it too:
 *
 *     192.0.2.7 2014-11-01/2014-11-20, 192.0.2.9 2014-11-21/..
 *
 * Days begin in the asset's time zone. An address without a time was the machine's at any time, unless another asset
 * says that it had it then.
 */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/zone.h"
#include "case/store/record.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int fold_name(const char *name, size_t n, char folded[256])
{
	if (n == 0 || n >= 256)
		return -1;
	for (size_t i = 0; i < n; i++)
		folded[i] = (char)tolower((unsigned char)name[i]);
	folded[n] = '\0';
	return 0;
}

static void add_name(json_t *assets, const char *name, size_t n, const char *label, const json_t *span)
{
	char folded[256];
	if (fold_name(name, n, folded) < 0)
		return;
	json_t *all = json_object_get(assets, folded);
	if (!all) {
		all = json_array();
		json_object_set_new(assets, folded, all);
	}
	json_array_append_new(all, span ? json_pack("{s:s, s:O, s:O}", "label", label, "from", json_array_get(span, 0),
	                                            "until", json_array_get(span, 1))
	                                : json_pack("{s:s}", "label", label));
}

/* A point in the asset's own time, in UTC. */
static int64_t in_utc(int64_t seconds, int has_zone, const char *zone)
{
	int minutes;
	if (has_zone || !zone || seconds == INT64_MIN || seconds == INT64_MAX ||
	    zone_offset(zone, seconds, &minutes) < 0)
		return seconds;
	return seconds - (int64_t)minutes * 60;
}

/* [first, last] in seconds of a time of the list, or NULL: the word is none. */
static json_t *read_span(const char *word, size_t n, const char *zone)
{
	struct edtf time;
	int64_t first;
	int64_t last;
	char *text = xstrndup(word, n);
	int is_time = edtf_parse(text, &time, NULL) == 0 && time.form != EDTF_RELATIVE &&
	              edtf_bounds(&time, NULL, NULL, &first, &last) == 0;
	free(text);
	if (!is_time)
		return NULL;
	const struct edtf_point *end = time.form == EDTF_INTERVAL ? &time.to : &time.from;
	return json_pack("[I, I]", (json_int_t)in_utc(first, time.from.zone, zone),
	                 (json_int_t)in_utc(last, end->zone, zone));
}

/* The names of one entry of the list, which has at most one time. */
static void take_entry(json_t *assets, const char *entry, size_t n, const char *label, const char *zone)
{
	static const char gaps[] = " \t";
	json_t *span = NULL;
	for (int is_second = 0; is_second < 2; is_second++)
		for (size_t at = 0; at < n;) {
			at += strspn(entry + at, gaps);
			size_t length = at < n ? strcspn(entry + at, " \t,;\n") : 0;
			json_t *time = length ? read_span(entry + at, length, zone) : NULL;
			if (time && !span)
				span = json_incref(time);
			if (is_second && !time)
				add_name(assets, entry + at, length, label, span);
			json_decref(time);
			at += length;
		}
	json_decref(span);
}

static int take_asset(void *ctx, json_t *record)
{
	const char *addresses = json_get_string(record, "addresses");
	const char *host = json_get_string(record, "hostname");
	for (const char *at = addresses ? addresses : ""; *at;) {
		size_t n = strcspn(at, ",;\n");
		take_entry(ctx, at, n, record_label(record), json_get_string(record, "timezone"));
		at += n + (at[n] != '\0');
	}
	if (host)
		add_name(ctx, host, strlen(host), record_label(record), NULL);
	return 0;
}

int sweep_load_assets(struct sweep_work *w, struct err *err)
{
	w->assets = json_object();
	return record_each(w->c, "asset", 0, take_asset, w->assets, err);
}

/* 2: it had it then; 1: it may have had it; 0: not then. */
static int weigh(const json_t *owner, int64_t when)
{
	const json_t *from = json_object_get(owner, "from");
	int64_t seconds = when / OBSERVATION_TICKS;
	if (!from || when == OBSERVATION_NO_TIME)
		return 1;
	return seconds >= json_integer_value(from) && seconds <= json_integer_value(json_object_get(owner, "until"))
	           ? 2
	           : 0;
}

const char *sweep_asset_of_client(const struct sweep_work *w, const char *client, int64_t when)
{
	char folded[256];
	const char *label = "";
	const json_t *owner;
	size_t i;
	int best = 0;
	if (fold_name(client, strlen(client), folded) < 0)
		return "";
	json_array_foreach(json_object_get(w->assets, folded), i, owner) {
		const char *name = json_get_string(owner, "label");
		int weight = weigh(owner, when);
		if (weight > best) {
			best = weight;
			label = name;
		} else if (weight && weight == best && strcmp(label, name) != 0) {
			label = "";
		}
	}
	return label;
}
