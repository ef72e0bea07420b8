#include "finding/triage/check/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_seen.h"
#include "finding/triage/check/check_gaps.h"
#include "finding/triage/check/rules.h"

#include <stdlib.h>
#include <string.h>

#define IDS        100U
#define REASONS    5U   /* that are told of one rule */
#define VALUE      200U /* bytes of a value in a reason */
#define WINDOW     (600 * OBSERVATION_TICKS)
#define CONDITIONS 256U
#define TIMES      (1U << 20) /* failures that are kept for counting */

struct armed { /* a condition, ready */
	const struct check_rule *rule;
	size_t number; /* of the rule */
	const struct check_condition *condition;
	struct observation_filter *filter; /* NULL: every such event */
};

struct fired {
	int64_t when;
	char id[OBSERVATION_ID];
};

struct check_moment {
	uint64_t key;
	int64_t when;
	int recovered;
	char id[OBSERVATION_ID];
};

struct hits {
	uint64_t count;
	struct observation_seen span;
	struct fired ids[IDS];
	size_t id_count;
	char *reasons[REASONS];
	size_t reason_count;
	struct check_moment *moments; /* of a rule that counts */
	size_t moment_count;
};

struct triage_check {
	char *source;
	char sha256[65];
	struct armed armed[CONDITIONS];
	size_t armed_count;
	uint16_t by_event[65536];                         /* the first armed condition of that event, + 1 */
	uint16_t by_artefact[OBSERVATION_ARTEFACT_COUNT]; /* the same of what is no event */
	uint16_t next[CONDITIONS];
	struct hits *hits;
	uint64_t artefacts[OBSERVATION_ARTEFACT_COUNT];
	uint64_t rows_of[CHECK_SOURCE_COUNT]; /* how many there were of each source */
	struct check_gaps *gaps;
	char *computer; /* by majority (Boyer and Moore) */
	uint64_t computer_votes;
};

static const char *const source_channel[] = {
#define X(name, channel, provider) channel,
    CHECK_SOURCES(X)
#undef X
};

static const char *const source_provider[] = {
#define X(name, channel, provider) provider,
    CHECK_SOURCES(X)
#undef X
};

static const char *const level_names[] = {"high", "medium", "low", "info"};

/* ---- making the table ready */

static char *replaced(const char *text, const char *what, const char *with)
{
	struct buf out = BUF_INIT;
	for (const char *hit; (hit = strstr(text, what)) != NULL; text = hit + strlen(what)) {
		buf_add(&out, text, (size_t)(hit - text));
		buf_adds(&out, with);
	}
	buf_adds(&out, text);
	return buf_take(&out, NULL);
}

static void arm_event(struct triage_check *k, unsigned event, struct armed a)
{
	if (k->armed_count == CONDITIONS)
		abort(); /* the table has outgrown it */
	k->next[k->armed_count] = k->by_event[event];
	k->armed[k->armed_count++] = a;
	k->by_event[event] = (uint16_t)k->armed_count;
}

/* The artefact that the source is of; -1: it is of events. */
static int artefact_of(enum check_source source)
{
	return !*source_channel[source] && *source_provider[source] ? observation_artefact_find(source_provider[source])
	                                                            : -1;
}

static void arm_artefact(struct triage_check *k, unsigned artefact, struct armed a)
{
	if (k->armed_count == CONDITIONS)
		abort();
	a.filter = observation_filter_parse(a.condition->filter, NULL);
	k->next[k->armed_count] = k->by_artefact[artefact];
	k->armed[k->armed_count++] = a;
	k->by_artefact[artefact] = (uint16_t)k->armed_count;
}

static void arm(struct triage_check *k, size_t number, const struct check_condition *c)
{
	struct armed a = {.rule = &check_rules[number], .number = number, .condition = c};
	if (c->source == CHECK_process) {
		char *named = replaced(c->filter, "data.Image~", "data.NewProcessName~");
		char *both = replaced(named, "data.ParentImage~", "data.ParentProcessName~");
		a.filter = observation_filter_parse(c->filter, NULL);
		arm_event(k, 1, a);
		a.filter = observation_filter_parse(both, NULL);
		arm_event(k, 4688, a);
		free(named);
		free(both);
		return;
	}
	int artefact = artefact_of(c->source);
	if (artefact >= 0) {
		arm_artefact(k, (unsigned)artefact, a);
		if (c->source == CHECK_files) /* a loose $MFT says the same of the same files */
			arm_artefact(k, OBSERVATION_mft, a);
		return;
	}
	for (size_t i = 0; i < CHECK_EVENTS && c->events[i]; i++) {
		a.filter = c->filter ? observation_filter_parse(c->filter, NULL) : NULL;
		arm_event(k, c->events[i], a);
	}
}

struct triage_check *triage_check_new(const char *source, const char *sha256)
{
	struct triage_check *k = xcalloc(1, sizeof *k);
	k->source = xstrdup(source);
	k->gaps = check_gaps_new();
	snprintf(k->sha256, sizeof k->sha256, "%s", sha256);
	k->hits = xcalloc(check_rule_count, sizeof *k->hits);
	for (size_t i = 0; i < check_rule_count; i++) {
		k->hits[i].span = (struct observation_seen)OBSERVATION_SEEN_INIT;
		for (size_t c = 0; c < CHECK_CONDITIONS; c++)
			if (check_rules[i].when[c].events[0] || check_rules[i].when[c].filter)
				arm(k, i, &check_rules[i].when[c]);
	}
	return k;
}

void triage_check_free(struct triage_check *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->armed_count; i++)
		observation_filter_free(k->armed[i].filter);
	for (size_t i = 0; i < check_rule_count; i++) {
		for (size_t r = 0; r < k->hits[i].reason_count; r++)
			free(k->hits[i].reasons[r]);
		free(k->hits[i].moments);
	}
	free(k->hits);
	check_gaps_free(k->gaps);
	free(k->computer);
	free(k->source);
	free(k);
}

/* ---- rows */

/* What the rule shows of a row: "ServiceName=… ImagePath=…". */
static char *reason_of(const struct check_rule *rule, const struct observation *o)
{
	struct buf out = BUF_INIT;
	for (const char *at = rule->shows; *at; at += strcspn(at, ","), at += *at == ',') {
		char name[80];
		snprintf(name, sizeof name, "data.%.*s", (int)strcspn(at, ","), at);
		const char *value = observation_value(o, name);
		if (!value && o->artefact != OBSERVATION_evtx)
			value = strcmp(name + 5, "path") == 0 ? o->path : observation_value(o, name + 5);
		if (!value)
			continue;
		size_t n = strlen(value);
		int cut = n > VALUE;
		if (cut)
			for (n = VALUE; n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80;)
				n--;
		buf_addf(&out, "%s%s=", out.len ? " " : "", name + 5);
		printable_add(&out, value, n, 0);
		if (cut)
			buf_adds(&out, "…");
	}
	return buf_take(&out, NULL);
}

static void keep_reason(struct hits *h, const struct check_rule *rule, const struct observation *o)
{
	if (h->reason_count == REASONS)
		return;
	char *reason = reason_of(rule, o);
	for (size_t i = 0; i < h->reason_count; i++)
		if (strcmp(h->reasons[i], reason) == 0) {
			free(reason);
			return;
		}
	h->reasons[h->reason_count++] = reason;
}

static void keep_moment(struct hits *h, const struct check_rule *rule, const struct observation *o, const char *sha256)
{
	char name[80];
	snprintf(name, sizeof name, "data.%.*s", (int)strcspn(rule->shows, ","), rule->shows);
	const char *value = observation_value(o, name);
	uint64_t key = UINT64_C(14695981039346656037); /* FNV-1a */
	for (const char *p = value ? value : ""; *p; p++)
		key = (key ^ (unsigned char)*p) * UINT64_C(1099511628211);
	if (h->moment_count == TIMES || o->when == OBSERVATION_NO_TIME)
		return;
	if (h->moment_count % 1024 == 0)
		h->moments = xrealloc(h->moments, (h->moment_count + 1024) * sizeof *h->moments);
	struct check_moment *m = &h->moments[h->moment_count++];
	*m = (struct check_moment){.key = key, .when = o->when, .recovered = (o->flags & OBSERVATION_RECOVERED) != 0};
	observation_id(o, sha256, m->id);
}

static void fire(struct triage_check *k, const struct armed *a, const struct observation *o)
{
	struct hits *h = &k->hits[a->number];
	if (a->rule->least) {
		keep_moment(h, a->rule, o, k->sha256);
		keep_reason(h, a->rule, o);
		return;
	}
	h->count++;
	keep_reason(h, a->rule, o);
	observation_seen_add(&h->span, o);
	if (h->id_count < IDS) {
		h->ids[h->id_count].when = o->when;
		observation_id(o, k->sha256, h->ids[h->id_count++].id);
	}
}

static int is_source(enum check_source s, const char *channel, const char *provider)
{
	return strcmp(source_channel[s], channel) == 0 && strcmp(source_provider[s], provider) == 0;
}

static void note_computer(struct triage_check *k, const char *name)
{
	if (k->computer && strcmp(k->computer, name) == 0) {
		k->computer_votes++;
	} else if (k->computer_votes == 0) {
		free(k->computer);
		k->computer = xstrdup(name);
		k->computer_votes = 1;
	} else {
		k->computer_votes--;
	}
}

const char *triage_check_computer(const struct triage_check *k)
{
	return k->computer;
}

static void check_artefact(struct triage_check *k, const struct observation *o)
{
	static const struct observation_set none = {.rows = 0};
	if (o->artefact >= OBSERVATION_ARTEFACT_COUNT)
		return;
	k->artefacts[o->artefact]++;
	if (o->artefact == OBSERVATION_collector)
		check_gaps_collector(k->gaps, o);
	for (unsigned i = k->by_artefact[o->artefact]; i; i = k->next[i - 1])
		if (observation_filter_match(k->armed[i - 1].filter, o, &none))
			fire(k, &k->armed[i - 1], o);
}

void triage_check_row(struct triage_check *k, const struct observation *o)
{
	static const struct observation_set none = {.rows = 0};
	const char *number = observation_value(o, "event_id");
	const char *channel = observation_value(o, "channel");
	const char *provider = observation_value(o, "provider");
	if (o->artefact != OBSERVATION_evtx) {
		check_artefact(k, o);
		return;
	}
	if (!number || !channel || !provider)
		return;
	check_gaps_event(k->gaps, o, channel);
	const char *computer = observation_value(o, "computer");
	if (computer)
		note_computer(k, computer);
	unsigned long event = strtoul(number, NULL, 10);
	int sysmon = is_source(CHECK_sysmon, channel, provider);
	int is_process = (event == 1 && sysmon) || (event == 4688 && is_source(CHECK_security, channel, provider));
	k->rows_of[CHECK_process] += (uint64_t)is_process;
	for (unsigned s = CHECK_process + 1; s < CHECK_SOURCE_COUNT; s++)
		k->rows_of[s] += (uint64_t)is_source((enum check_source)s, channel, provider);
	if (event >= 65536)
		return;
	for (unsigned i = k->by_event[event]; i; i = k->next[i - 1]) {
		const struct armed *a = &k->armed[i - 1];
		int fits = a->condition->source == CHECK_process ? is_process
		                                                 : is_source(a->condition->source, channel, provider);
		if (fits && (!a->filter || observation_filter_match(a->filter, o, &none)))
			fire(k, a, o);
	}
}

int triage_check_rows(struct triage_check *k, const void *bytes, size_t n, struct err *err)
{
	struct observation o;
	size_t size = 0;
	for (size_t at = 0; at < n; at += size) {
		int rc = observation_unpack((const char *)bytes + at, n - at, &o, &size, err);
		if (rc <= 0)
			return rc < 0 ? -1 : err_set(err, ERR_INVALID, _("a row is cut off"));
		triage_check_row(k, &o);
	}
	return 0;
}

void triage_check_problem(struct triage_check *k, const char *path, const char *reason)
{
	check_gaps_problem(k->gaps, path, reason);
}

void triage_check_unknown(struct triage_check *k, uint64_t unknown_files)
{
	check_gaps_unknown(k->gaps, unknown_files);
}

/* ---- findings */

static int by_moment(const void *a, const void *b)
{
	const struct check_moment *x = a;
	const struct check_moment *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->when < y->when ? -1 : x->when > y->when;
}

static int by_when(const void *a, const void *b)
{
	const struct fired *x = a;
	const struct fired *y = b;
	return x->when != y->when ? (x->when < y->when ? -1 : 1) : strcmp(x->id, y->id);
}

/* Counts what lies within ten minutes with `least` of its like. */
static void count_moments(struct hits *h, unsigned least)
{
	if (h->moment_count)
		qsort(h->moments, h->moment_count, sizeof *h->moments, by_moment);
	size_t counted = 0;
	h->count = h->id_count = 0;
	for (size_t i = 0; i + least <= h->moment_count; i++) {
		const struct check_moment *last = &h->moments[i + least - 1];
		if (last->key != h->moments[i].key || last->when - h->moments[i].when > WINDOW)
			continue;
		for (size_t j = i > counted ? i : counted; j < i + least; j++) {
			const struct check_moment *m = &h->moments[j];
			h->count++;
			observation_seen_add_time(&h->span, m->when, m->recovered);
			if (h->id_count < IDS) {
				h->ids[h->id_count].when = m->when;
				memcpy(h->ids[h->id_count++].id, m->id, sizeof m->id);
			}
		}
		counted = i + least;
	}
}

static json_t *finding(const struct triage_check *k, const char *rule, const char *state, const char *level,
                       const char *technique, const char *title, const char *reason)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:n, s:n, s:[]}", "label", "", "kind",
	                 "finding", "rule", rule, "state", state, "level", level, "technique", technique, "title",
	                 title, "reason", reason, "source", k->source, "count", (json_int_t)0, "when", "until",
	                 "observations");
}

static json_t *seen(const struct triage_check *k, size_t number)
{
	const struct check_rule *rule = &check_rules[number];
	struct hits *h = &k->hits[number];
	struct buf reason = BUF_INIT;
	observation_seen_words(&h->span, &reason);
	for (size_t i = 0; i < h->reason_count; i++)
		buf_addf(&reason, "%s%s", i ? "; " : "", h->reasons[i]);
	if (h->reason_count == REASONS && h->count > REASONS)
		buf_adds(&reason, "; …");
	json_t *object = finding(k, rule->name, "seen", level_names[rule->level], rule->technique,
	                         i18n_text(rule->title), reason.data);
	json_object_set_new(object, "count", json_integer((json_int_t)h->count));
	observation_seen_json(&h->span, object);
	qsort(h->ids, h->id_count, sizeof *h->ids, by_when);
	for (size_t i = 0; i < h->id_count; i++)
		json_array_append_new(json_object_get(object, "observations"), json_string(h->ids[i].id));
	buf_release(&reason);
	return object;
}

/* What the rule needs: its sources, by their channels; *there: whether one of them was in the evidence. */
static void needs(const struct triage_check *k, const struct check_rule *rule, struct buf *out, int *there)
{
	unsigned told = 0;
	for (size_t c = 0; c < CHECK_CONDITIONS; c++) {
		const struct check_condition *w = &rule->when[c];
		if (!w->events[0] && !w->filter)
			continue;
		int artefact = artefact_of(w->source);
		*there |= artefact >= 0 ? k->artefacts[artefact] > 0 : k->rows_of[w->source] > 0;
		*there |= w->source == CHECK_files && k->artefacts[OBSERVATION_mft] > 0;
		if (told & 1U << w->source)
			continue;
		told |= 1U << w->source;
		buf_addf(out, "%s%s", out->len ? ", " : "",
		         w->source == CHECK_process ? _("starts of processes (Security 4688, Sysmon 1)")
		         : artefact >= 0            ? observation_artefact_text((unsigned)artefact)
		                                    : source_channel[w->source]);
	}
}

static json_t *not_seen(const struct triage_check *k, size_t number)
{
	const struct check_rule *rule = &check_rules[number];
	struct buf what = BUF_INIT;
	struct buf reason = BUF_INIT;
	int there = 0;
	needs(k, rule, &what, &there);
	buf_addf(&reason, there ? _("looked for in: %s") : _("needs what the evidence does not have: %s"), what.data);
	json_t *object = finding(k, rule->name, there ? "not_seen" : "not_covered", level_names[rule->level],
	                         rule->technique, i18n_text(rule->title), reason.data);
	buf_release(&what);
	buf_release(&reason);
	return object;
}

struct gap_list {
	const struct triage_check *k;
	json_t *array;
};

static void add_gap(void *ctx, const char *rule, const char *title, const char *reason)
{
	const struct gap_list *list = ctx;
	json_array_append_new(list->array, finding(list->k, rule, "not_covered", "info", "", title, reason));
}

json_t *triage_check_findings(const struct triage_check *k)
{
	json_t *array = json_array();
	for (size_t i = 0; i < check_rule_count; i++)
		if (check_rules[i].least)
			count_moments(&k->hits[i], check_rules[i].least);
	for (unsigned level = CHECK_HIGH; level <= CHECK_INFO; level++)
		for (size_t i = 0; i < check_rule_count; i++)
			if (check_rules[i].level == (enum check_level)level && k->hits[i].count)
				json_array_append_new(array, seen(k, i));
	struct gap_list list = {k, array};
	check_gaps_each(k->gaps, k->rows_of[CHECK_process], add_gap, &list);
	for (int covered = 0; covered < 2; covered++)
		for (size_t i = 0; i < check_rule_count; i++) {
			json_t *object = k->hits[i].count ? NULL : not_seen(k, i);
			const char *state = json_string_value(json_object_get(object, "state"));
			if (object && (strcmp(state, "not_seen") == 0) == covered)
				json_array_append(array, object);
			json_decref(object);
		}
	return array;
}
