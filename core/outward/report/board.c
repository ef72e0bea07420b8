#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/care/backup.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"
#include "case/store/rules.h"
#include "history/history.h"
#include "playbook/run/run.h"

#include <stdlib.h>
#include <string.h>

#define LAST_EVENTS 5
#define DISPUTED    "(disputed)" /* beside the names of values, among which it is none */

void board_add(struct board *b, enum board_tone tone, const char *label, const char *text)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 32;
		b->rows = xrealloc(b->rows, b->cap * sizeof *b->rows);
	}
	struct board_row *row = &b->rows[b->count++];
	row->tone = tone;
	char *safe = printable_dup(label ? label : "");
	snprintf(row->label, sizeof row->label, "%s", safe);
	free(safe);
	row->text = printable_dup(text);
}

void board_addf(struct board *b, enum board_tone tone, const char *label, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	board_add(b, tone, label, text.data);
	buf_release(&text);
}

static int board_keep(void *ctx, json_t *record)
{
	return json_array_append(ctx, record);
}

int board_each(struct building *k, const char *kind, record_fn fn, void *ctx)
{
	size_t i;
	json_t *record;
	if (!k->commit)
		return record_each(k->c, kind, 0, fn, ctx, k->err);
	json_array_foreach(k->past, i, record) {
		const char *is = json_get_string(record, "kind");
		int rc = is && strcmp(is, kind) == 0 ? fn(ctx, record) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* "infected 2 · suspected 1 · disputed 1", in the order of the table. */
static void add_counts(struct board *b, const char *kind, const char *field_name, const json_t *counts)
{
	const struct field *field = kind_field(kind_find(kind), field_name);
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
	board_add(b, disputed > 0 ? BOARD_ATTENTION : BOARD_PLAIN, NULL, line.data);
	buf_release(&line);
}

static void field_words(const json_t *record, const char *name, struct buf *out)
{
	record_field_text(record, kind_field(record_kind(record), name), out);
}

/* ---- assets */

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

static int take_assets(void *ctx, const struct record_summary *tally)
{
	struct group g = plain_group(tally->status, tally->facet, tally->basis);
	count_group(ctx, &g, (int64_t)tally->count);
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

static int tally_asset(void *ctx, json_t *asset)
{
	struct group g = group_of(asset);
	count_group(ctx, &g, 1);
	return 0;
}

/* The index knows the value that the merge kept; what is disputed counts otherwise. */
static int recount_asset(void *ctx, json_t *asset)
{
	struct group kept = plain_group(json_get_string(asset, "status"), json_get_string(asset, "containment"),
	                                json_get_string(asset, "checked_by"));
	count_group(ctx, &kept, -1);
	return tally_asset(ctx, asset);
}

static int count_assets(struct building *k)
{
	if (k->commit)
		return board_each(k, "asset", tally_asset, k);
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
	field_words(asset, "status", &text);
	buf_adds(&text, " · ");
	field_words(asset, "containment", &text);
	board_add(k->b, BOARD_ALARM, record_label(asset), text.data);
	free(title);
	buf_release(&text);
	return 0;
}

struct board_picking {
	struct building *k;
	record_fn fn;
};

static int pick_settled(void *ctx, json_t *record)
{
	struct board_picking *p = ctx;
	return json_object_get(record, "disputed") ? 0 : p->fn(p->k, record);
}

/* The records of a kind that may matter: now from the index, and all that are disputed, for the index knows one of two
 * values; of the past all of them. `fn` looks at each itself. */
static int board_pick(struct building *k, const char *kind, const char *condition, int limit, record_fn fn)
{
	struct board_picking p = {k, fn};
	if (k->commit)
		return board_each(k, kind, fn, k);
	int rc = record_each_disputed(k->c, kind, fn, k, k->err);
	return rc ? rc : record_summary_pick(k->c, kind, condition, limit, pick_settled, &p, k->err);
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
	add_machines(&k->b->expected, json_integer_value(json_object_get(site, "terminals")));
	add_machines(&k->b->expected, json_integer_value(json_object_get(site, "servers")));
	return 0;
}

/* Checked ÷ expected; without a number of expected machines there is no percentage. */
static void add_coverage(struct building *k)
{
	struct board *b = k->b;
	int64_t expected = b->expected > (int64_t)b->assets ? b->expected : (int64_t)b->assets;
	if (b->expected <= 0)
		board_addf(b, BOARD_ATTENTION, NULL,
		           _("Coverage: %zu checked, total unknown (no site says how many machines there are)"),
		           b->checked);
	else
		board_addf(b, BOARD_PLAIN, NULL, _("Coverage: %zu of %lld checked (%lld %%)"), b->checked,
		           (long long)expected, (long long)((int64_t)b->checked * 100 / expected));
	if (k->without_check)
		board_addf(b, BOARD_ATTENTION, NULL, _("No trace found, but no check on record: %zu"),
		           k->without_check);
	if (k->stale)
		board_addf(b, BOARD_ATTENTION, NULL,
		           _("To be checked again, since indicators were added after the check: %zu"), k->stale);
}

static int add_assets(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Infected and not isolated"));
	size_t before = k->b->count;
	k->newest = k->commit ? INT64_MIN : rule_newest_indicator(k->c);
	if (count_assets(k) < 0 ||
	    board_pick(
	        k, "asset",
	        "status IN ('infected', 'compromised') AND coalesce(facet, '') NOT IN ('isolated', 'not_applicable')",
	        BOARD_LISTED, list_alarm) < 0 ||
	    board_each(k, "site", take_site, k) < 0)
		return -1;
	size_t listed = k->b->count - before;
	if (listed < k->b->infected_not_isolated)
		board_addf(k->b, BOARD_ALARM, NULL, _("and %zu more (list asset --where status=infected)"),
		           k->b->infected_not_isolated - listed);
	if (k->b->count == before)
		board_add(k->b, BOARD_GOOD, NULL, _("none on record"));
	board_add(k->b, BOARD_HEADING, NULL, _("Assets"));
	if (k->b->assets == 0)
		board_add(k->b, BOARD_ATTENTION, NULL, _("no asset is on record yet (add asset hostname=…)"));
	else {
		add_counts(k->b, "asset", "status", k->finding);
		add_counts(k->b, "asset", "containment", k->containment);
	}
	add_coverage(k);
	return 0;
}

/* ---- open steps */

static void add_run(struct building *k, const char *label)
{
	struct run run;
	struct err why = ERR_INIT;
	if (run_load(k->c, label, &run, &why) < 0) {
		board_addf(k->b, BOARD_ATTENTION, label, "%s", why.message);
		return;
	}
	struct buf on = BUF_INIT;
	field_words(run.record, "on", &on);
	char *title = record_title(run.record);
	for (size_t i = 0; i < run.waiting_count; i++) {
		const char *name = playbook_text(json_object_get(run.waiting[i].step, "name"));
		board_addf(k->b, BOARD_ATTENTION, label, "%s%s%s%s: %s%s", title,
		           json_object_get(run.record, "on") ? " (" : "",
		           json_object_get(run.record, "on") ? on.data : "",
		           json_object_get(run.record, "on") ? ")" : "",
		           run.waiting[i].what == WAITING_ACTION ? "▶ " : "? ", *name ? name : run.waiting[i].id);
	}
	free(title);
	buf_release(&on);
	run_release(&run);
}

static int take_run(void *ctx, json_t *run)
{
	struct building *k = ctx;
	if (!json_is(run, "state", "running") && !json_is(run, "state", "paused"))
		return 0;
	char *title = record_title(run);
	board_add(k->b, BOARD_ATTENTION, record_label(run), title);
	free(title);
	return 0;
}

/* Where a run stood follows from the steps of then; its runs are told, the steps are not worked out anew. */
static int add_past_runs(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Playbooks that were running"));
	size_t before = k->b->count;
	if (board_each(k, "run", take_run, k) < 0)
		return -1;
	if (k->b->count == before)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	return 0;
}

static int add_steps(struct building *k)
{
	if (k->commit)
		return add_past_runs(k);
	json_t *labels = run_open_labels(k->c, k->err);
	if (!labels)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Playbook steps that wait"));
	for (size_t i = 0; i < json_array_size(labels); i++)
		add_run(k, json_string_value(json_array_get(labels, i)));
	if (json_array_size(labels) == 0)
		board_add(k->b, BOARD_PLAIN, NULL, _("no playbook is running (play isolate --on LABEL)"));
	json_decref(labels);
	return 0;
}

/* ---- measures */

static int take_measure(void *ctx, json_t *measure)
{
	struct building *k = ctx;
	if (!record_may_be(measure, "track", k->track) || record_surely_is(measure, "status", "done|verified|dropped"))
		return 0;
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	field_words(measure, "track", &text);
	buf_addf(&text, ": %s — ", title);
	field_words(measure, "status", &text);
	if (json_object_get(measure, "due")) {
		buf_addf(&text, " · %s ", field_label(kind_field(record_kind(measure), "due")));
		field_words(measure, "due", &text);
	}
	board_add(k->b, record_may_be(measure, "priority", "now") ? BOARD_ATTENTION : BOARD_PLAIN,
	          record_label(measure), text.data);
	k->measures_open++;
	free(title);
	buf_release(&text);
	return 0;
}

static int add_measures(struct building *k)
{
	static const char *const tracks[] = {"situation", "cause", "provisional", "permanent"};
#define OPEN_ON(track) "facet = '" track "' AND coalesce(status, '') NOT IN ('done', 'verified', 'dropped')"
	static const char *const open_on[] = {OPEN_ON("situation"), OPEN_ON("cause"), OPEN_ON("provisional"),
	                                      OPEN_ON("permanent")};
	board_add(k->b, BOARD_HEADING, NULL, _("Open measures on the four tracks"));
	for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++) {
		k->track = tracks[i];
		size_t before = k->b->count;
		if (board_pick(k, "measure", open_on[i], 0, take_measure) < 0)
			return -1;
		const struct field *field = kind_field(kind_find("measure"), "track");
		if (k->b->count == before)
			board_addf(k->b, BOARD_PLAIN, NULL, "%s: %s",
			           field_value_label(field_value_find(field, tracks[i])), _("nothing open"));
	}
	return 0;
}

/* ---- questions, events */

static int take_question(void *ctx, json_t *note)
{
	struct building *k = ctx;
	int open = !json_object_get(note, "state") || record_may_be(note, "state", "open");
	if (!record_may_be(note, "stance", "question") || !open)
		return 0;
	char *title = record_title(note);
	board_add(k->b, BOARD_PLAIN, record_label(note), title);
	k->questions++;
	free(title);
	return 0;
}

static int add_events(struct building *k)
{
	struct timeline t;
	if ((k->commit ? timeline_load_at(k->c, k->commit, &t, k->err)
	               : timeline_load_last(k->c, LAST_EVENTS, &t, k->err)) < 0)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Last events"));
	if (t.count == 0)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	size_t first = t.count > LAST_EVENTS ? t.count - LAST_EVENTS : 0;
	for (size_t i = first; i < t.count; i++) {
		struct buf text = BUF_INIT;
		char *title = record_title(t.rows[i].record);
		const char *mark = json_get_string(t.rows[i].record, "mark");
		field_words(t.rows[i].record, "when", &text);
		buf_addf(&text, "  %s%s%s", mark ? mark : "", mark ? " " : "", title);
		board_add(k->b, BOARD_PLAIN, record_label(t.rows[i].record), text.data);
		free(title);
		buf_release(&text);
	}
	timeline_release(&t);
	return 0;
}

#define COPY_OLD (24 * 3600) /* seconds after which a copy that lacks something is worth a glance */

/* The age of the newest copy that this machine knows of. */
static void add_copy(struct building *k)
{
	struct backup_last last;
	backup_last(k->c, &last);
	if (!last.known) {
		board_add(k->b, BOARD_ATTENTION, NULL,
		          _("no copy of this case is known on this machine (genba backup DIR)"));
		return;
	}
	int64_t age = clock_now().seconds - last.when.seconds;
	enum board_tone tone = last.actions_since == 0 ? BOARD_GOOD : age > COPY_OLD ? BOARD_ATTENTION : BOARD_PLAIN;
	char *folder = printable_dup(last.folder);
	if (age < 2 * 3600)
		board_addf(k->b, tone, NULL, _("last copy %lld min ago, %llu actions behind: %s"),
		           (long long)(age / 60), (unsigned long long)last.actions_since, folder);
	else if (age < 2 * 24 * 3600)
		board_addf(k->b, tone, NULL, _("last copy %lld h ago, %llu actions behind: %s"),
		           (long long)(age / 3600), (unsigned long long)last.actions_since, folder);
	else
		board_addf(k->b, tone, NULL, _("last copy %lld days ago, %llu actions behind: %s"),
		           (long long)(age / 86400), (unsigned long long)last.actions_since, folder);
	free(folder);
	free(last.folder);
}

static int add_rest(struct building *k)
{
	if (board_add_evidence(k) < 0)
		return -1;
	if (add_events(k) < 0)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Open questions"));
	if (board_pick(k, "note", "facet = 'question' AND coalesce(status, 'open') = 'open'", 0, take_question) < 0)
		return -1;
	if (k->questions == 0)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	if (k->commit)
		return 0;
	uint64_t commits = 0;
	if (history_count(case_history(k->c), &commits, k->err) < 0)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Record of this case"));
	board_addf(k->b, BOARD_PLAIN, NULL, _("%llu signed actions, the last is %s"), (unsigned long long)commits,
	           case_head(k->c));
	add_copy(k);
	return 0;
}

static int is_warning(const struct case_file *c, const char *line, size_t n)
{
	for (const char *at = case_warnings(c); *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == n && memcmp(at, line, n) == 0)
			return 1;
	return 0;
}

/* Notices of the opening come first: somebody may have altered the file. */
static void add_notice(struct building *k)
{
	const char *line = case_notice(k->c);
	if (*line)
		board_add(k->b, BOARD_HEADING, NULL, _("At opening"));
	while (*line) {
		size_t n = strcspn(line, "\n");
		char *text = xstrndup(line, n);
		board_add(k->b, is_warning(k->c, line, n) ? BOARD_ALARM : BOARD_ATTENTION, NULL, text);
		free(text);
		line += n + (line[n] == '\n');
	}
}

int board_load_at(struct case_file *c, const char *commit, struct board *b, struct err *err)
{
	memset(b, 0, sizeof *b);
	struct building k = {.c = c, .b = b, .err = err, .finding = json_object(), .containment = json_object()};
	int rc = 0;
	if (commit && *commit) {
		k.commit = commit;
		k.past = json_array();
		rc = record_each_at(c, NULL, commit, 0, board_keep, k.past, err);
	} else {
		add_notice(&k);
	}
	if (rc == 0)
		rc = add_assets(&k);
	if (rc == 0)
		rc = add_steps(&k);
	if (rc == 0)
		rc = add_measures(&k);
	if (rc == 0)
		rc = board_add_sweep(&k);
	if (rc == 0)
		rc = board_add_chain(&k);
	if (rc == 0)
		rc = add_rest(&k);
	json_decref(k.finding);
	json_decref(k.containment);
	json_decref(k.past);
	if (rc < 0)
		board_release(b);
	return rc;
}

int board_load(struct case_file *c, struct board *b, struct err *err)
{
	return board_load_at(c, NULL, b, err);
}

void board_release(struct board *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->rows[i].text);
	free(b->rows);
	memset(b, 0, sizeof *b);
}
