#include "case/query/machines_checked.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/record_kept.h"
#include "case/store/case_file.h"
#include "case/store/disputed.h"

#include <stdlib.h>

#define AT_LEAST 50 /* machines, however busy the computer is, before the clock is looked at */

int asset_is_judged(const json_t *asset)
{
	return record_may_be(asset, "status", ASSET_INFECTED) || record_surely_is(asset, "status", "clean");
}

void machines_of_check(const json_t *check, json_t *labels)
{
	size_t i;
	json_t *label;
	if (record_surely_is(check, "result", "not_done"))
		return;
	json_array_foreach(json_object_get(check, "on"), i, label)
		if (json_is_string(label))
			json_object_set_new(labels, json_string_value(label), json_true());
}

/* ---- now */

static void take_check(json_t *check, void *item)
{
	json_t **labels = item;
	*labels = json_object();
	machines_of_check(check, *labels);
}

static void release_check(void *item)
{
	json_decref(*(json_t **)item);
}

static const struct record_kept_spec checks = {"machines of checks", "check",    0,
                                               sizeof(json_t *),     take_check, release_check};

/* Of one state of the machines and the checks. */
struct unjudged {
	uint64_t assets, checks; /* generations */
	json_t *seen;            /* labels -> true */
	size_t check;            /* the next one to look at */
	size_t count;
};

static void unjudged_free(void *kept)
{
	struct unjudged *u = kept;
	if (u)
		json_decref(u->seen);
	free(u);
}

static struct unjudged *memory_of(struct case_file *c)
{
	void **slot = case_memory_of(c, "machines unjudged", unjudged_free);
	uint64_t of_assets = case_kind_generation(c, "asset");
	uint64_t of_checks = case_kind_generation(c, "check");
	struct unjudged *u = *slot;
	if (!u || u->assets != of_assets || u->checks != of_checks) {
		unjudged_free(u);
		*slot = u = xcalloc(1, sizeof *u);
		*u = (struct unjudged){.assets = of_assets, .checks = of_checks, .seen = json_object()};
	}
	return u;
}

/* 1: on record, and nobody has judged it. */
static int is_unjudged(struct case_file *c, const char *label)
{
	struct err none = ERR_INIT;
	json_t *asset = record_get(c, label, 0, &none);
	int unjudged = asset && kind_has(json_get_string(asset, "kind"), KIND_ASSET) && !record_is_retracted(asset) &&
	               !asset_is_judged(asset);
	json_decref(asset);
	err_clear(&none);
	return unjudged;
}

int machines_unjudged(struct case_file *c, double deadline, size_t *count, struct err *err)
{
	struct record_kept *kept;
	size_t looked = 0;
	int rc = record_kept_work(c, &checks, deadline, &kept, err);
	if (rc)
		return rc;
	struct unjudged *u = memory_of(c);
	for (; u->check < record_kept_count(kept); u->check++) {
		json_t *const *labels = record_kept_item(kept, u->check);
		const char *label;
		json_t *yes;
		json_object_foreach(labels ? *labels : NULL, label, yes) {
			if (json_object_get(u->seen, label))
				continue;
			if (looked++ >= AT_LEAST && clock_steady() >= deadline)
				return 1;
			json_object_set_new(u->seen, label, json_true());
			u->count += is_unjudged(c, label) != 0;
		}
	}
	*count = u->count;
	return 0;
}
