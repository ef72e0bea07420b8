/*
 * Whose machine a client of a log is: the asset with its host name, or with its address at that time.
 *
 * asset.addresses is a list with commas; behind an address may stand when the machine had it, where others had it too:
 *
 *     192.0.2.7 2014-11-01/2014-11-20, 192.0.2.9 2014-11-21/..
 *
 * Days begin in the asset's time zone; one whose name is not known may be any, and around the ends of the time it is not sure
 * that the machine had it. An address without a time was the machine's at any time, unless another asset says that it had it
 * then.
 */
#include "finding/sweep/record/sweep_owners.h"
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "base/time/zone.h"
#include "case/query/record_kept.h"
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
	json_array_append_new(all,
	                      span ? json_pack("{s:s, s:O, s:O, s:O}", "label", label, "from", json_array_get(span, 0),
	                                       "until", json_array_get(span, 1), "any_zone", json_array_get(span, 2))
	                           : json_pack("{s:s}", "label", label));
}

/* What add_name() added for the asset. */
static void drop_name(json_t *assets, const char *name, size_t n, const char *label, const json_t *span)
{
	char folded[256];
	(void)span;
	if (fold_name(name, n, folded) < 0)
		return;
	json_t *all = json_object_get(assets, folded);
	for (size_t i = json_array_size(all); i > 0; i--)
		if (json_is(json_array_get(all, i - 1), "label", label))
			json_array_remove(all, i - 1);
	if (json_array_size(all) == 0)
		json_object_del(assets, folded);
}

typedef void (*name_fn)(json_t *assets, const char *name, size_t n, const char *label, const json_t *span);

/* A point in the asset's own time, in UTC; as it is, and *any_zone set, where the zone is one that is not known. */
static int64_t in_utc(int64_t seconds, int has_zone, const char *zone, int *any_zone)
{
	int minutes;
	if (has_zone || !zone || seconds == INT64_MIN || seconds == INT64_MAX)
		return seconds;
	if (zone_offset(zone, seconds, &minutes) < 0) {
		*any_zone = 1;
		return seconds;
	}
	return seconds - (int64_t)minutes * 60;
}

/* [first, last, any_zone] in seconds of a time of the list, or NULL: the word is none. */
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
	int any_zone = 0;
	first = in_utc(first, time.from.zone, zone, &any_zone);
	last = in_utc(last, end->zone, zone, &any_zone);
	return json_pack("[I, I, b]", (json_int_t)first, (json_int_t)last, any_zone);
}

/* The names of one entry of the list, which has at most one time. */
static void take_entry(json_t *assets, const char *entry, size_t n, const char *label, const char *zone, name_fn fn)
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
				fn(assets, entry + at, length, label, span);
			json_decref(time);
			at += length;
		}
	json_decref(span);
}

static void each_name(json_t *assets, const json_t *record, name_fn fn)
{
	const char *label = record_label(record);
	const char *addresses = json_get_string(record, "addresses");
	const char *host = json_get_string(record, "hostname");
	for (const char *at = addresses ? addresses : ""; *at;) {
		size_t n = strcspn(at, ",;\n");
		take_entry(assets, at, n, label, json_get_string(record, "timezone"), fn);
		at += n + (at[n] != '\0');
	}
	if (host)
		fn(assets, host, strlen(host), label, NULL);
}

static int take_asset(void *ctx, json_t *record)
{
	each_name(ctx, record, add_name);
	return 0;
}

int sweep_load_assets(struct sweep_work *w, struct err *err)
{
	w->assets = json_object();
	return record_each(w->c, "asset", 0, take_asset, w->assets, err);
}

#define EAST_MOST (14 * 3600) /* no zone is further from UTC (tz database) */
#define WEST_MOST (12 * 3600)

/* 2: it had it then; 1: it may have had it; 0: not then. */
static int weigh(const json_t *owner, int64_t when)
{
	const json_t *from = json_object_get(owner, "from");
	int64_t seconds = when / OBSERVATION_TICKS;
	if (!from || when == OBSERVATION_NO_TIME)
		return 1;
	int64_t begin = json_integer_value(from);
	int64_t end = json_integer_value(json_object_get(owner, "until"));
	int64_t east = 0;
	int64_t west = 0;
	if (json_is_true(json_object_get(owner, "any_zone"))) {
		east = EAST_MOST;
		west = WEST_MOST;
	}
	if ((begin == INT64_MIN || seconds >= begin + west) && (end == INT64_MAX || seconds <= end - east))
		return 2;
	return (begin == INT64_MIN || seconds >= begin - east) && (end == INT64_MAX || seconds <= end + west);
}

const char *sweep_owner(const json_t *assets, const char *client, int64_t when)
{
	char folded[256];
	const char *label = "";
	const json_t *owner;
	size_t i;
	int best = 0;
	if (fold_name(client, strlen(client), folded) < 0)
		return "";
	json_array_foreach(json_object_get(assets, folded), i, owner) {
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

const char *sweep_asset_of_client(const struct sweep_work *w, const char *client, int64_t when)
{
	return sweep_owner(w->assets, client, when);
}

/* ---- of the case as it is now */

/* What is kept of an asset: {label, hostname, addresses, timezone}, or NULL if it has neither name nor address. */
static void take_owner(json_t *record, void *item)
{
	const char *host = json_get_string(record, "hostname");
	const char *addresses = json_get_string(record, "addresses");
	if (host || addresses)
		*(json_t **)item = json_pack("{s:s, s:s?, s:s?, s:s?}", "label", record_label(record), "hostname", host,
		                             "addresses", addresses, "timezone", json_get_string(record, "timezone"));
}

static void release_owner(void *item)
{
	json_decref(*(json_t **)item);
}

static const struct record_kept_spec kept_owners = {"sweep owners",   "asset",    0,
                                                    sizeof(json_t *), take_owner, release_owner};

/* What of an asset is in the table. */
struct owner_in_table {
	json_t *asset;    /* as it was kept, or NULL */
	uint64_t changed; /* when it came to be so */
};

/* The table of them: an asset that changed is put into it anew, and no other. */
struct owners_table {
	uint64_t version; /* of the assets, up to which it is being brought */
	json_t *owners;
	struct owner_in_table *in;
	size_t count;
	size_t next; /* asset that was not looked at for this version */
};

#define OWNERS_AT_ONCE 256U /* assets put into it between two looks at the clock */

static void owners_free(void *table)
{
	struct owners_table *t = table;
	for (size_t i = 0; i < t->count; i++)
		json_decref(t->in[i].asset);
	free(t->in);
	json_decref(t->owners);
	free(t);
}

static void replace_owner(struct owners_table *t, struct owner_in_table *in, json_t *asset, uint64_t changed)
{
	if (in->asset)
		each_name(t->owners, in->asset, drop_name);
	json_decref(in->asset);
	*in = (struct owner_in_table){json_incref(asset), changed};
	if (asset)
		each_name(t->owners, asset, add_name);
}

/* One more asset, or fewer: after an action that was given up. */
static void resize(struct owners_table *t, size_t count)
{
	while (t->count > count)
		replace_owner(t, &t->in[--t->count], NULL, 0);
	if (t->count == count)
		return;
	t->in = xrealloc(t->in, count * sizeof *t->in);
	memset(t->in + t->count, 0, (count - t->count) * sizeof *t->in);
	t->count = count;
}

int sweep_owners_now(struct case_file *c, double deadline, json_t **owners, struct err *err)
{
	struct record_kept *kept;
	size_t done = 0;
	int rc = record_kept_work(c, &kept_owners, deadline, &kept, err);
	if (rc)
		return rc;
	void **slot = case_memory_of(c, "sweep owners table", owners_free);
	struct owners_table *t = *slot ? *slot : (*slot = xcalloc(1, sizeof *t));
	if (!t->owners)
		t->owners = json_object();
	if (t->version != record_kept_version(kept)) {
		t->version = record_kept_version(kept);
		t->next = 0;
		resize(t, record_kept_count(kept));
	}
	for (; t->next < t->count; t->next++) {
		json_t *const *asset = record_kept_item(kept, t->next);
		uint64_t changed = record_kept_changed(kept, t->next);
		if (t->in[t->next].changed == changed)
			continue;
		if (done > 0 && done % OWNERS_AT_ONCE == 0 && clock_steady() >= deadline)
			return 1;
		replace_owner(t, &t->in[t->next], asset ? *asset : NULL, changed);
		done++;
	}
	*owners = json_incref(t->owners);
	return 0;
}
