/* The board's machines: what is infected and still connected, what is suspected and still connected, how many were looked at. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/machines_checked.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"
#include "case/store/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DISPUTED         "(disputed)" /* beside the names of values, among which it is none */
#define SUSPECTED_LISTED 12
#define STILL_CONNECTED  "coalesce(facet, '') NOT IN ('isolated', 'not_applicable')"

/* "infected 2 · suspected 1 · disputed 1", in the order of the table. */
static void add_counts(struct building *k, const char *field_name, const json_t *counts)
{
	const struct field *field = kind_field(kind_find("asset"), field_name);
	struct buf line = BUF_INIT;
	buf_addf(&line, "%s: ", field_label(field));
	int first = 1;
	for (size_t i = 0; i < field->value_count; i++) {
		json_int_t n = json_integer_value(json_object_get(counts, field->values[i].name));
		if (n == 0)
			continue;
		buf_addf(&line, "%s%s %lld", first ? "" : " · ", field_value_label(&field->values[i]), (long long)n);
		first = 0;
	}
	json_int_t disputed = json_integer_value(json_object_get(counts, DISPUTED));
	if (disputed > 0)
		buf_addf(&line, "%s%s %lld", first ? "" : " · ", _("disputed"), (long long)disputed);
	board_add(k->b, disputed > 0 ? BOARD_ATTENTION : BOARD_PLAIN, NULL, line.data);
	board_lead(k, "list", disputed > 0 ? "asset disputed:" : "asset", NULL);
	buf_release(&line);
}

static int is_value(const char *text, const char *value)
{
	return text && strcmp(text, value) == 0;
}

static void count_more(json_t *counts, const char *value, int64_t more)
{
	const char *key = value ? value : "unknown";
	json_int_t before = json_integer_value(json_object_get(counts, key));
	json_object_set_new(counts, key, json_integer(before + (json_int_t)more));
}

/* Assets that stand alike. */
struct group {
	int hit, clean, isolated, uncontained;
	const char *status, *containment, *basis; /* NULL: unset */
};

/* `n` is negative for what was counted otherwise before. */
static void count_group(struct building *k, const struct group *g, int64_t n)
{
	struct board *b = k->b;
	b->assets += (size_t)n;
	count_more(k->finding, g->status, n);
	count_more(k->containment, g->containment, n);
	b->checked += g->hit || g->clean ? (size_t)n : 0;
	b->isolated += g->isolated ? (size_t)n : 0;
	b->infected += g->hit ? (size_t)n : 0;
	b->infected_not_isolated += g->uncontained ? (size_t)n : 0;
	if (g->clean && !g->basis)
		k->without_check += (size_t)n;
	else if (g->clean && rule_check_is_stale(k->c, g->basis, k->newest))
		k->stale += (size_t)n;
}

static struct group plain_group(const char *status, const char *containment, const char *basis)
{
	struct group g = {.status = status, .containment = containment, .basis = basis};
	g.hit = is_value(status, "infected") || is_value(status, "compromised");
	g.clean = is_value(status, "clean");
	g.isolated = is_value(containment, "isolated");
	g.uncontained = g.hit && !g.isolated && !is_value(containment, "not_applicable");
	return g;
}

static int take_assets(void *ctx, const struct record_summary *summary)
{
	struct group g = plain_group(summary->status, summary->facet, summary->basis);
	count_group(ctx, &g, (int64_t)summary->count);
	return 0;
}

static struct group group_of(const json_t *asset)
{
	return (struct group){
	    .hit = record_may_be(asset, "status", ASSET_INFECTED),
	    .clean = record_surely_is(asset, "status", "clean"),
	    .isolated = record_surely_is(asset, "containment", "isolated"),
	    .uncontained = asset_is_uncontained(asset),
	    .status = record_is_disputed(asset, "status") ? DISPUTED : json_get_string(asset, "status"),
	    .containment = record_is_disputed(asset, "containment") ? DISPUTED : json_get_string(asset, "containment"),
	    .basis = json_get_string(asset, "checked_by"),
	};
}

static int count_asset(void *ctx, json_t *asset)
{
	struct building *k = ctx;
	struct group g = group_of(asset);
	count_group(k, &g, 1);
	k->b->unjudged += json_object_get(k->in_checks, record_label(asset)) && !asset_is_judged(asset);
	return 0;
}

/* The index knows the value that the merge kept; what is disputed counts otherwise. */
static int recount_asset(void *ctx, json_t *asset)
{
	struct group kept = plain_group(json_get_string(asset, "status"), json_get_string(asset, "containment"),
	                                json_get_string(asset, "checked_by"));
	count_group(ctx, &kept, -1);
	return count_asset(ctx, asset);
}

static int take_check(void *ctx, json_t *check)
{
	machines_of_check(check, ctx);
	return 0;
}

/* Those in a check that nobody has judged were looked at, too. 1: they are being counted. */
static int count_unjudged(struct building *k)
{
	int rc = k->commit ? 0 : machines_unjudged(k->c, k->deadline, &k->b->unjudged, k->err);
	if (rc == 0)
		k->b->checked += k->b->unjudged;
	return rc;
}

int board_work_machines(struct case_file *c, double deadline, struct err *err)
{
	size_t count;
	return machines_unjudged(c, deadline, &count, err);
}

int board_count_machines(struct building *k)
{
	if (k->commit) {
		k->in_checks = json_object();
		return board_each(k, "check", take_check, k->in_checks) < 0 ? -1
		                                                            : board_each(k, "asset", count_asset, k);
	}
	int rc = record_summary_each(k->c, "asset", take_assets, k, k->err);
	return rc < 0 ? rc : record_each_disputed(k->c, "asset", recount_asset, k, k->err);
}

static int list_alarm(void *ctx, json_t *asset)
{
	struct building *k = ctx;
	if (!asset_is_uncontained(asset))
		return 0;
	struct buf text = BUF_INIT;
	char *title = record_title(asset);
	buf_addf(&text, "%s — ", title);
	board_field_words(asset, "status", &text);
	buf_adds(&text, " · ");
	board_field_words(asset, "containment", &text);
	board_add(k->b, BOARD_ALARM, record_label(asset), text.data);
	free(title);
	buf_release(&text);
	return 0;
}

#define MACHINES_MAX 1000000000 /* of all sites together: more is no number of machines, and no sum overflows */

static void add_machines(int64_t *sum, json_int_t more)
{
	if (more > 0)
		*sum = more > MACHINES_MAX - *sum ? MACHINES_MAX : *sum + more;
}

static int take_site(void *ctx, json_t *site)
{
	struct building *k = ctx;
	k->sites++;
	add_machines(&k->b->expected, json_integer_value(json_object_get(site, "terminals")));
	add_machines(&k->b->expected, json_integer_value(json_object_get(site, "servers")));
	return 0;
}

int64_t board_machines(const struct board *b)
{
	return b->expected > 0 && b->expected < (int64_t)b->assets ? (int64_t)b->assets : b->expected;
}

/* Checked ÷ expected; without a number of expected machines there is no percentage. */
static int add_coverage(struct building *k)
{
	struct board *b = k->b;
	int64_t expected = board_machines(b);
	int rc = count_unjudged(k);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		k->is_waiting = 1;
		board_add(b, BOARD_PLAIN, NULL, _("Coverage: being counted"));
		board_lead(k, "list", "asset", NULL);
	} else if (expected <= 0) {
		board_addf(b, BOARD_ATTENTION, NULL, _("Coverage: %zu checked, total unknown"), b->checked);
		if (k->sites) /* they came with a list, say: each has its own number */
			board_lead_now(k, "list", "site", _("Enter, then e: how many"));
		else
			board_lead_now(k, "new", "site", _("Enter says how many"));
	} else {
		board_addf(b, BOARD_PLAIN, NULL, _("Coverage: %zu of %lld checked (%lld %%)"), b->checked,
		           (long long)expected, (long long)((int64_t)b->checked * 100 / expected));
		board_lead(k, "list", "asset status=unchecked|suspected", NULL);
	}
	if (b->unjudged) {
		board_addf(b, BOARD_ATTENTION, NULL, _("In a check on record, and not judged yet: %zu"), b->unjudged);
		board_lead(k, "list", "asset status=unchecked|suspected|unknown", NULL);
	}
	if (k->without_check) {
		board_addf(b, BOARD_ATTENTION, NULL, _("No trace found, but no check on record: %zu"),
		           k->without_check);
		board_lead(k, "list", "asset status=clean checked_by=unknown", NULL);
	}
	if (k->stale) {
		board_addf(b, BOARD_ATTENTION, NULL, _("To be checked again (newer indicators): %zu"), k->stale);
		board_lead(k, "list", "asset status=clean", NULL);
	}
	return 0;
}

/* What may be infected and can still talk. */
static int is_suspected(const json_t *asset)
{
	return record_may_be(asset, "status", "suspected") &&
	       !record_surely_is(asset, "containment", ASSET_CONTAINED) && !asset_is_uncontained(asset);
}

static int list_suspected(void *ctx, json_t *asset)
{
	struct building *k = ctx;
	if (!is_suspected(asset) || k->suspected++ >= SUSPECTED_LISTED)
		return 0;
	struct buf text = BUF_INIT;
	char *title = record_title(asset);
	buf_addf(&text, "%s — ", title);
	board_field_words(asset, "containment", &text);
	board_add(k->b, BOARD_ATTENTION, record_label(asset), text.data);
	free(title);
	buf_release(&text);
	return 0;
}

static int sum_suspected(void *ctx, const struct record_summary *group)
{
	if (is_value(group->status, "suspected") && !is_value(group->facet, "isolated") &&
	    !is_value(group->facet, "not_applicable"))
		*(int64_t *)ctx += (int64_t)group->count;
	return 0;
}

/* The index counts it by the value that the merge kept. */
static int resum_suspected(void *ctx, json_t *asset)
{
	const char *containment = json_get_string(asset, "containment");
	int64_t kept = is_value(json_get_string(asset, "status"), "suspected") && !is_value(containment, "isolated") &&
	               !is_value(containment, "not_applicable");
	*(int64_t *)ctx += is_suspected(asset) - kept;
	return 0;
}

/* All of them, of which the first are read. */
static int count_suspected(struct building *k)
{
	int64_t sum = 0;
	if (record_summary_each(k->c, "asset", sum_suspected, &sum, k->err) < 0 ||
	    record_each_disputed(k->c, "asset", resum_suspected, &sum, k->err) < 0)
		return -1;
	k->suspected = sum > 0 ? (size_t)sum : 0;
	return 0;
}

static int add_infected(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Infected and not isolated"));
	size_t before = k->b->count;
	if (board_pick(k, "asset", "status IN ('infected', 'compromised') AND " STILL_CONNECTED, BOARD_LISTED,
	               list_alarm) < 0)
		return -1;
	size_t listed = k->b->count - before;
	if (listed < k->b->infected_not_isolated) {
		board_addf(k->b, BOARD_ALARM, NULL, _("and %zu more"), k->b->infected_not_isolated - listed);
		board_lead(k, "list", "asset status=infected|compromised -containment=isolated|not_applicable", NULL);
	}
	if (k->b->count == before)
		board_add(k->b, BOARD_GOOD, NULL, _("none on record"));
	return 0;
}

static int add_suspected(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Suspected and still connected"));
	int limit = SUSPECTED_LISTED + (k->commit ? 0 : (int)record_count_disputed(k->c, "asset"));
	if (board_pick(k, "asset", "status = 'suspected' AND " STILL_CONNECTED, limit, list_suspected) < 0 ||
	    (!k->commit && count_suspected(k) < 0))
		return -1;
	if (k->suspected == 0)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	if (k->suspected <= SUSPECTED_LISTED)
		return 0;
	board_addf(k->b, BOARD_ATTENTION, NULL, _("and %zu more"), k->suspected - SUSPECTED_LISTED);
	board_lead(k, "list", "asset status=suspected -containment=isolated|not_applicable", NULL);
	return 0;
}

int board_add_machines(struct building *k)
{
	k->newest = k->commit ? INT64_MIN : rule_newest_indicator(k->c);
	if (board_count_machines(k) < 0 || board_each(k, "site", take_site, k) < 0 || add_infected(k) < 0 ||
	    add_suspected(k) < 0)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Assets"));
	if (k->b->assets == 0) {
		board_add(k->b, BOARD_ATTENTION, NULL, _("none on record"));
		board_lead_now(k, "new", "asset", _("Enter adds the first; a list: 3, then I"));
	} else {
		add_counts(k, "status", k->finding);
		add_counts(k, "containment", k->containment);
	}
	return add_coverage(k);
}

int board_count(struct case_file *c, struct board *b, struct err *err)
{
	*b = (struct board){0};
	struct building k = {.c = c,
	                     .b = b,
	                     .err = err,
	                     .finding = json_object(),
	                     .containment = json_object(),
	                     .newest = INT64_MIN,
	                     .deadline = HUGE_VAL};
	int rc = board_count_machines(&k) < 0 || board_each(&k, "site", take_site, &k) < 0 || count_unjudged(&k) < 0
	             ? -1
	             : 0;
	json_decref(k.finding);
	json_decref(k.containment);
	return rc;
}
