#include "finding/sweep/record/sweep_found.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/past_reader.h"
#include "case/query/record_kept.h"
#include "case/store/record.h"
#include "finding/observation/observation_clock.h"
#include "finding/observation/observation_query.h"
#include "finding/sweep/record/sweep_mails.h"
#include "finding/sweep/record/sweep_owners.h"
#include "history/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Different ones among the lines of an indicator. */
struct found_sets {
	json_t *clients, *assets, *evidence;
};

enum found_step { FOUND_OWNERS, FOUND_MAILS, FOUND_HITS, FOUND_UPLOADS, FOUND_INDICATORS, FOUND_SUMS, FOUND_DONE };

struct found_load {
	struct case_file *c;
	struct sweep_found *found;
	json_t *numbers;         /* of "type value" */
	json_t *seen;            /* evidence and id */
	struct found_sets *sets; /* of each indicator */
	json_t *owners; /* of clients whose machine was not on record yet when they were swept; NULL: as it was then */
	json_t *mails;  /* when those came in that evidence is */
	enum found_step step;
	struct observation_scan *scan; /* of the step, or NULL */
	struct observation_clocks *clocks;
	size_t next; /* indicator that was not summed up */
	/* as of a commit, NULL now: labels of the checks on record by then; of sweeps among them {evidence: [{indicator: true}]};
	 * {"type value": the indicator's record} */
	json_t *checks, *swept, *records;
};

/* What is kept of an indicator. */
struct found_record {
	char *key;
	char role[24];
	int is_refuted;
};

static struct found_indicator *indicator_of(struct found_load *l, const char *type, const char *value)
{
	struct sweep_found *f = l->found;
	char *key = xasprintf("%s %s", type, value);
	const json_t *number = json_object_get(l->numbers, key);
	size_t i = number ? (size_t)json_integer_value(number) : f->count;
	if (!number) {
		json_object_set_new(l->numbers, key, json_integer((json_int_t)i));
		f->all = xrealloc(f->all, (f->count + 1) * sizeof *f->all);
		l->sets = xrealloc(l->sets, (f->count + 1) * sizeof *l->sets);
		l->sets[f->count] = (struct found_sets){json_object(), json_object(), json_object()};
		f->all[f->count++] =
		    (struct found_indicator){.value = xstrdup(value), .type = xstrdup(type), .first = "", .last = ""};
	}
	free(key);
	return &f->all[i];
}

/* Whether a sweep on record then had read the evidence and, unless `label` is NULL, looked for the indicator. A set that a later
 * sweep replaced is gone, and what it held is in the later one: the check on record tells. */
static int was_swept(const struct found_load *l, const struct observation_set *set, const char *label)
{
	const json_t *checks = json_object_get(l->swept, set->evidence);
	if (json_object_get(l->checks, set->check))
		return 1;
	for (size_t i = 0; i < json_array_size(checks); i++)
		if (!label || json_object_get(json_array_get(checks, i), label))
			return 1;
	return 0;
}

static int was_found_then(const struct found_load *l, const struct observation_set *set, const char *type,
                          const char *value)
{
	if (!l->records)
		return 1;
	char *key = xasprintf("%s %s", type, value);
	const json_t *record = json_object_get(l->records, key);
	free(key);
	return was_swept(l, set, record ? record_label(record) : "");
}

/* The machine as it was known when it was swept, or as it is now. */
static void name_asset(const struct found_load *l, const struct observation *o, char asset[LABEL_TEXT])
{
	const char *then = observation_value(o, "asset");
	const char *client = observation_value(o, "client");
	if ((!then || !*then) && client && l->owners) {
		then = sweep_owner(l->owners, client, o->when);
		l->found->has_clients = 1;
	}
	snprintf(asset, LABEL_TEXT, "%s", then ? then : "");
}

static char *copy_of(const char *text)
{
	return xstrdup(text ? text : "");
}

/* In UTC, where the zone of its clock is on record by now; else as it stands in the log. */
static void take_time(struct found_load *l, const struct observation *o, const struct observation_set *set,
                      const char *raw, struct found_line *line)
{
	struct observation_times times = {.utc = OBSERVATION_NO_TIME, .corrected = OBSERVATION_NO_TIME};
	if (!raw) {
		observation_when(o->when, line->when);
		if (o->when == OBSERVATION_NO_TIME) {
			l->found->has_timeless = 1;
			sweep_mail_when(l->mails, set->evidence_sha256, line->when);
			l->found->has_mails |= *line->when != '\0';
		}
		line->is_utc = *line->when != '\0';
		return;
	}
	l->found->has_local = 1;
	if (!l->records) /* what is on record now was not known then */
		observation_clocks_of(l->clocks, o, set, &times);
	int64_t when = times.corrected != OBSERVATION_NO_TIME ? times.corrected : times.utc;
	line->is_utc = when != OBSERVATION_NO_TIME;
	if (line->is_utc)
		observation_when(when, line->when);
	else
		snprintf(line->when, sizeof line->when, "%.39s", raw);
}

static int was_seen(struct found_load *l, const struct observation_set *set, const char *id)
{
	char *key = xasprintf("%s %s", set->evidence, id);
	int was = json_object_get(l->seen, key) != NULL;
	json_object_set_new(l->seen, key, json_true());
	free(key);
	return was;
}

static int take_hit(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct found_load *l = ctx;
	const char *type = observation_value(o, "type");
	const char *value = observation_value(o, "indicator");
	const char *raw = observation_value(o, "when_raw");
	const char *member = observation_value(o, "member");
	struct found_line line = {.is_utc = 0};
	(void)err;
	if (!type || !value || !was_found_then(l, set, type, value))
		return 0;
	observation_id(o, set->evidence_sha256, line.id);
	if (was_seen(l, set, line.id))
		return 0;
	snprintf(line.evidence, sizeof line.evidence, "%s", set->evidence);
	name_asset(l, o, line.asset);
	take_time(l, o, set, raw, &line);
	line.client = copy_of(observation_value(o, "client"));
	line.text = copy_of(observation_value(o, "text"));
	line.place = xasprintf("%s%s%s", o->path, member && *member ? ":" : "", member ? member : "");
	struct found_indicator *i = indicator_of(l, type, value);
	const struct found_sets *sets = &l->sets[i - l->found->all];
	if (*line.client)
		json_object_set_new(sets->clients, line.client, json_true());
	if (*line.asset)
		json_object_set_new(sets->assets, line.asset, json_true());
	json_object_set_new(sets->evidence, line.evidence, json_true());
	i->lines = xrealloc(i->lines, (i->count + 1) * sizeof *i->lines);
	i->lines[i->count++] = line;
	return 0;
}

static uint64_t number_of(const struct observation *o, const char *name)
{
	const char *text = observation_value(o, name);
	return text ? strtoull(text, NULL, 10) : 0;
}

static int take_upload(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct found_load *l = ctx;
	struct sweep_found *f = l->found;
	const char *first = observation_value(o, "first");
	const char *last = observation_value(o, "last");
	struct found_upload u = {.posts = number_of(o, "posts"),
	                         .puts = number_of(o, "puts"),
	                         .connects = number_of(o, "connects"),
	                         .bytes = number_of(o, "bytes")};
	(void)err;
	if (l->records && !was_swept(l, set, NULL))
		return 0;
	observation_id(o, set->evidence_sha256, u.id);
	if (was_seen(l, set, u.id))
		return 0;
	snprintf(u.evidence, sizeof u.evidence, "%s", set->evidence);
	name_asset(l, o, u.asset);
	snprintf(u.first, sizeof u.first, "%.39s", first ? first : "");
	snprintf(u.last, sizeof u.last, "%.39s", last ? last : "");
	u.client = copy_of(observation_value(o, "client"));
	u.sent_to = copy_of(observation_value(o, "sent_to"));
	f->uploads = xrealloc(f->uploads, (f->upload_count + 1) * sizeof *f->uploads);
	f->uploads[f->upload_count++] = u;
	return 0;
}

static void note_unread(void *ctx, const struct observation_set *set, const char *reason)
{
	struct found_load *l = ctx;
	(void)set, (void)reason;
	l->found->unread++;
}

static void take_record(json_t *record, void *item)
{
	struct found_record *it = item;
	const char *type = json_get_string(record, "type");
	const char *value = json_get_string(record, "value");
	const char *role = json_get_string(record, "role");
	it->key = xasprintf("%s %s", type ? type : "", value ? value : "");
	snprintf(it->role, sizeof it->role, "%s", role ? role : "");
	it->is_refuted = json_is(record, "false_positive", "yes");
}

static void release_record(void *item)
{
	free(((struct found_record *)item)->key);
}

static const struct record_kept_spec found_records = {"sweep found indicators",    "indicator", 0,
                                                      sizeof(struct found_record), take_record, release_record};

/* ---- as of a commit */

static int keep_check(void *ctx, json_t *check)
{
	struct found_load *l = ctx;
	json_t *indicators;
	const json_t *label;
	size_t i;
	json_object_set_new(l->checks, record_label(check), json_true());
	if (!json_is(check, "method", "indicator_sweep"))
		return 0;
	indicators = json_object();
	json_array_foreach(json_object_get(check, "indicators"), i, label)
		if (json_is_string(label))
			json_object_set_new(indicators, json_string_value(label), json_true());
	json_array_foreach(json_object_get(check, "evidence"), i, label) {
		const char *evidence = json_is_string(label) ? json_string_value(label) : "";
		json_t *checks = json_object_get(l->swept, evidence);
		if (!checks)
			json_object_set_new(l->swept, evidence, checks = json_array());
		json_array_append(checks, indicators);
	}
	json_decref(indicators);
	return 0;
}

static int keep_indicator(void *ctx, json_t *indicator)
{
	struct found_load *l = ctx;
	struct found_record it;
	take_record(indicator, &it);
	json_object_set(l->records, it.key, indicator);
	release_record(&it);
	return 0;
}

static int keep_mail(void *ctx, json_t *mail)
{
	sweep_mails_add(((struct found_load *)ctx)->mails, mail);
	return 0;
}

static int load_past(struct found_load *l, const char *commit, struct err *err)
{
	l->checks = json_object();
	l->swept = json_object();
	l->records = json_object();
	l->mails = json_object();
	return past_reader_each(l->c, "check", commit, 0, keep_check, l, err) < 0 ||
	               past_reader_each(l->c, "indicator", commit, 0, keep_indicator, l, err) < 0 ||
	               past_reader_each(l->c, "mail", commit, 0, keep_mail, l, err) < 0
	           ? -1
	           : 0;
}

static void name_past_indicators(struct found_load *l)
{
	const char *key;
	json_t *record;
	json_object_foreach(l->records, key, record) {
		const json_t *number = json_object_get(l->numbers, key);
		struct found_record it;
		if (!number)
			continue;
		struct found_indicator *found = &l->found->all[json_integer_value(number)];
		take_record(record, &it);
		snprintf(found->label, sizeof found->label, "%s", record_label(record));
		memcpy(found->role, it.role, sizeof found->role);
		found->refuted = it.is_refuted;
		release_record(&it);
	}
}

static void name_indicators(struct found_load *l, const struct record_kept *kept)
{
	for (size_t i = 0; i < record_kept_count(kept); i++) {
		const struct found_record *it = record_kept_item(kept, i);
		const json_t *number = it ? json_object_get(l->numbers, it->key) : NULL;
		if (!number)
			continue;
		struct found_indicator *found = &l->found->all[json_integer_value(number)];
		snprintf(found->label, sizeof found->label, "%s", record_kept_label(kept, i));
		memcpy(found->role, it->role, sizeof found->role);
		found->refuted = it->is_refuted;
	}
}

size_t sweep_found_next(const struct sweep_found *found, const char *value, size_t from)
{
	while (from < found->count && strcmp(found->all[from].value, value) != 0)
		from++;
	return from;
}

/* Those without a time last; those of one time in the order of the evidence. */
static int compare_lines(const void *a, const void *b)
{
	const struct found_line *x = a;
	const struct found_line *y = b;
	if (!*x->when != !*y->when)
		return !*x->when - !*y->when;
	int order = strcmp(x->when, y->when);
	order = order ? order : strcmp(x->evidence, y->evidence);
	return order ? order : strcmp(x->id, y->id);
}

static void sum_up(struct found_indicator *i, const struct found_sets *sets, int has_local)
{
	if (has_local && i->count) /* some have moved to where their zone places them */
		qsort(i->lines, i->count, sizeof *i->lines, compare_lines);
	for (size_t k = 0; k < i->count; k++)
		sweep_found_widen(&i->first, &i->last, &i->lines[k]);
	i->clients = json_object_size(sets->clients);
	i->assets = json_object_size(sets->assets);
	i->evidence = json_object_size(sets->evidence);
}

/* Those without a time last, then by value. */
static int compare_found(const void *a, const void *b)
{
	const struct found_indicator *x = a;
	const struct found_indicator *y = b;
	if (x->refuted != y->refuted)
		return x->refuted - y->refuted;
	if (!*x->first != !*y->first)
		return !*x->first - !*y->first;
	int order = strcmp(x->first, y->first);
	return order ? order : strcmp(x->value, y->value);
}

static void load_begin(struct found_load *l, struct case_file *c, struct sweep_found *found)
{
	*found = (struct sweep_found){.count = 0};
	*l = (struct found_load){.c = c,
	                         .found = found,
	                         .numbers = json_object(),
	                         .seen = json_object(),
	                         .clocks = observation_clocks_new(c)};
}

static void load_end(struct found_load *l)
{
	json_t *const held[] = {l->numbers, l->owners, l->mails, l->seen, l->checks, l->swept, l->records};
	for (size_t i = 0; l->sets && i < l->found->count; i++) {
		json_decref(l->sets[i].clients);
		json_decref(l->sets[i].assets);
		json_decref(l->sets[i].evidence);
	}
	free(l->sets);
	observation_scan_free(l->scan);
	observation_clocks_free(l->clocks);
	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		json_decref(held[i]);
	*l = (struct found_load){.numbers = NULL};
}

/* 1: there is more; 0: the step is done; -1. */
static int load_scan(struct found_load *l, const struct observation_query *q, observation_row_fn fn, double deadline,
                     struct err *err)
{
	if (!l->scan)
		l->scan = observation_scan_new(l->c, q, fn, l, NULL, err);
	int rc = l->scan ? observation_scan_work(l->scan, deadline, err) : -1;
	if (rc == 1)
		return 1;
	observation_scan_free(l->scan);
	l->scan = NULL;
	return rc;
}

static int load_step(struct found_load *l, double deadline, struct err *err)
{
	const struct observation_query hits = {.filter = "artefact=hit", .problem = note_unread};
	const struct observation_query sent = {.filter = "artefact=log_line sent_to:"};
	struct sweep_found *found = l->found;
	struct record_kept *kept;
	int rc = 0;
	switch (l->step) {
	case FOUND_OWNERS:
		return l->records ? 0 : sweep_owners_now(l->c, deadline, &l->owners, err);
	case FOUND_MAILS:
		return l->records ? 0 : sweep_mails_now(l->c, deadline, &l->mails, err);
	case FOUND_HITS:
		return load_scan(l, &hits, take_hit, deadline, err);
	case FOUND_UPLOADS:
		return load_scan(l, &sent, take_upload, deadline, err);
	case FOUND_INDICATORS:
		if (l->records) {
			name_past_indicators(l);
			return 0;
		}
		rc = found->count ? record_kept_work(l->c, &found_records, deadline, &kept, err) : 0;
		if (rc == 0 && found->count)
			name_indicators(l, kept);
		return rc;
	case FOUND_SUMS:
		if (l->next < found->count) {
			sum_up(&found->all[l->next], &l->sets[l->next], found->has_local);
			return ++l->next < found->count;
		}
		return 0;
	case FOUND_DONE:
		break;
	}
	return 0;
}

/* 1: there is more to do; 0; -1. */
static int load_on(struct found_load *l, double deadline, struct err *err)
{
	while (l->step != FOUND_DONE) {
		int rc = load_step(l, deadline, err);
		if (rc < 0)
			return -1;
		if (rc == 0 && ++l->step == FOUND_DONE)
			break;
		if (clock_steady() >= deadline)
			return 1;
	}
	if (l->found->count)
		qsort(l->found->all, l->found->count, sizeof *l->found->all, compare_found);
	return 0;
}

int sweep_found_load(struct sweep_found *found, struct case_file *c, struct err *err)
{
	struct found_load l;
	load_begin(&l, c, found);
	int rc = load_on(&l, HUGE_VAL, err);
	load_end(&l);
	if (rc < 0)
		sweep_found_release(found);
	return rc;
}

/* ---- kept of an open case, and shared */

struct found_told {
	struct sweep_found found; /* the first member: who holds it has this */
	size_t users;
};

struct found_memory {
	uint64_t of
	    [5]; /* generations of checks, evidence and indicators; of assets, whose zones and addresses count; of mails */
	char commit[HISTORY_ID]; /* as of which; "": now */
	struct found_load load;
	struct found_told *told; /* NULL: not begun */
	int is_whole;
};

void sweep_found_let_go(const struct sweep_found *found)
{
	struct found_told *told = (struct found_told *)(uintptr_t)found;
	if (!told || --told->users > 0)
		return;
	sweep_found_release(&told->found);
	free(told);
}

static void found_clear(struct found_memory *m)
{
	if (m->told) {
		load_end(&m->load);
		sweep_found_let_go(&m->told->found);
	}
	*m = (struct found_memory){.told = NULL};
}

static void found_memory_free(void *kept)
{
	found_clear(kept);
	free(kept);
}

/* One for now, one for the commit that was looked at last. */
static struct found_memory *found_memory_of(struct case_file *c, const char *commit)
{
	int is_past = commit && *commit;
	void **slot = case_memory_of(c, is_past ? "sweep found past" : "sweep found", found_memory_free);
	if (!*slot)
		*slot = xcalloc(1, sizeof(struct found_memory));
	return *slot;
}

static int found_begin(struct found_memory *m, struct case_file *c, const char *commit, struct err *err)
{
	m->told = xcalloc(1, sizeof *m->told);
	m->told->users = 1;
	load_begin(&m->load, c, &m->told->found);
	if (!commit || !*commit)
		return 0;
	snprintf(m->commit, sizeof m->commit, "%s", commit);
	return load_past(&m->load, commit, err);
}

/* Whether what was read was read of other records. */
static int is_stale(const struct found_memory *m, const uint64_t of[5])
{
	int asks_assets = !m->is_whole || m->told->found.has_local || m->told->found.has_clients;
	int asks_mails = !m->is_whole || m->told->found.has_timeless;
	return memcmp(m->of, of, 3 * sizeof *of) != 0 || (asks_assets && m->of[3] != of[3]) ||
	       (asks_mails && m->of[4] != of[4]);
}

int sweep_found_ahead(struct case_file *c, const char *commit, double deadline, struct err *err)
{
	struct found_memory *m = found_memory_of(c, commit);
	const uint64_t of[5] = {case_kind_generation(c, "check"), case_kind_generation(c, "evidence"),
	                        case_kind_generation(c, "indicator"), case_kind_generation(c, "asset"),
	                        case_kind_generation(c, "mail")};
	int rc = 0;
	if (m->told && (is_stale(m, of) || strcmp(m->commit, commit ? commit : "") != 0))
		found_clear(m);
	if (!m->told) {
		memcpy(m->of, of, sizeof of);
		rc = found_begin(m, c, commit, err);
	}
	if (rc == 0 && !m->is_whole)
		rc = load_on(&m->load, deadline, err);
	if (rc < 0)
		found_clear(m);
	else if (rc == 0 && !m->is_whole)
		load_end(&m->load);
	if (rc == 0)
		m->is_whole = 1;
	return rc;
}

int sweep_found_percent(struct case_file *c, const char *commit)
{
	const struct found_memory *m = found_memory_of(c, commit);
	return m->load.scan ? observation_scan_percent(m->load.scan) : 0;
}

const struct sweep_found *sweep_found_hold(struct case_file *c, const char *commit, struct err *err)
{
	if (sweep_found_ahead(c, commit, HUGE_VAL, err) < 0)
		return NULL;
	struct found_memory *m = found_memory_of(c, commit);
	m->told->users++;
	return &m->told->found;
}

void sweep_found_release(struct sweep_found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		struct found_indicator *it = &found->all[i];
		for (size_t k = 0; k < it->count; k++) {
			free(it->lines[k].client);
			free(it->lines[k].place);
			free(it->lines[k].text);
		}
		free(it->lines);
		free(it->value);
		free(it->type);
	}
	for (size_t i = 0; i < found->upload_count; i++) {
		free(found->uploads[i].client);
		free(found->uploads[i].sent_to);
	}
	free(found->uploads);
	free(found->all);
	*found = (struct sweep_found){.count = 0};
}
