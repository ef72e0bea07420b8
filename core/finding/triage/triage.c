#include "finding/triage/triage.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "case/store/record.h"
#include "evidence/image/stored.h"
#include "finding/observation/observation_lost.h"
#include "finding/sigma/sigma.h"
#include "finding/triage/check/check.h"
#include "finding/triage/findings_store.h"
#include "finding/triage/look.h"
#include "finding/triage/parsers.h"
#include "finding/triage/triage_again.h"

#include <stdlib.h>
#include <string.h>

#define PROBLEMS_NAMED 20

struct triage_work {
	struct case_file *c;
	const struct triage_options *options;
	struct triage_result *result;
	struct observation_maker *maker;
	struct triage_check *check;
	struct secret key; /* empty: none */
	struct buf named;  /* the first problems, a line each */
	char *why;         /* of the first */
	uint64_t problems;
};

/* Whole rows that were checked. */
static void sigma_rows(struct triage_work *w, const void *bytes, size_t n)
{
	struct observation o;
	size_t size = 0;
	for (size_t at = 0; at < n && observation_unpack((const char *)bytes + at, n - at, &o, &size, NULL) > 0;
	     at += size)
		sigma_row(w->options->rules, &o, w->result->set.evidence_sha256);
}

static int keep_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct triage_work *w = ctx;
	if (triage_check_rows(w->check, bytes, n, err) < 0)
		return -1;
	if (w->options->rules)
		sigma_rows(w, bytes, n);
	return observation_maker_add(w->maker, bytes, n, err);
}

static int keep_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct triage_work *w = ctx;
	triage_check_problem(w->check, path, reason);
	if (!w->why)
		w->why = xstrdup(reason);
	if (w->problems++ < PROBLEMS_NAMED) {
		char *safe = printable_dup(path);
		buf_addf(&w->named, "%s, byte %llu\n", safe,
		         (unsigned long long)offset); /* why is told on the screen */
		free(safe);
	}
	return w->options->problem ? w->options->problem(w->options->ctx, path, offset, reason, err) : 0;
}

/* The last part of the name by which the evidence was taken. */
static const char *name_of(const json_t *record)
{
	const char *path = json_get_string(record, "source_path");
	if (!path)
		path = json_get_string(record, "title");
	const char *slash = path ? strrchr(path, '/') : NULL;
	return slash && slash[1] ? slash + 1 : path ? path : record_label(record);
}

static int read_evidence(struct triage_work *w, json_t *record, struct err *err)
{
	struct triage_reading reading = {.only = w->options->only,
	                                 .recover = w->options->recover,
	                                 .vss = w->options->vss,
	                                 .key = w->key.data,
	                                 .rows = keep_rows,
	                                 .problem = keep_problem,
	                                 .ctx = w,
	                                 .progress = w->options->progress};
	struct triage_read_sum *sum = &w->result->sum;
	struct buf manifest = BUF_INIT;
	struct buf path = BUF_INIT;
	struct stored s;
	int rc;
	if (!record) {
		rc = triage_read_path(&reading, w->options->path, sum, err);
	} else if (stored_folder(w->c, record, &manifest, &path)) {
		rc = path.len ? triage_read_path(&reading, path.data, sum, err)
		              : err_set(err, ERR_NOT_FOUND, _("%s: the record does not say where the folder lies"),
		                        w->options->evidence);
	} else {
		rc = stored_open_record(&s, w->c, record, err);
		if (rc == 0) {
			rc = triage_read_stored(&reading, &s, name_of(record), sum, err);
			stored_close(&s);
		}
	}
	buf_release(&manifest);
	buf_release(&path);
	return rc;
}

/* ---- what is on record */

/* The names of the rules of one state: "defence.log-cleared (26), …". How many there were. */
static size_t add_rules(const json_t *findings, const char *state, struct buf *out)
{
	const json_t *f;
	size_t i;
	size_t count = 0;
	json_array_foreach(findings, i, f) {
		json_int_t rows = json_integer_value(json_object_get(f, "count"));
		if (strcmp(json_get_string(f, "state"), state) != 0)
			continue;
		buf_addf(out, "%s%s", count++ ? ", " : "", json_get_string(f, "rule"));
		if (rows)
			buf_addf(out, " (%lld)", (long long)rows);
	}
	if (count == 0)
		buf_addc(out, '-');
	return count;
}

/* Which logs, since when: "gap.rolled-over: Security: …". What could not be read is named below. */
static void add_gaps(const json_t *findings, struct buf *out)
{
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f) {
		const char *rule = json_get_string(f, "rule");
		if (strncmp(rule, "gap.", 4) == 0 && strcmp(rule, "gap.unread") != 0)
			buf_addf(out, "%s: %s\n", rule, json_get_string(f, "reason"));
	}
}

/* What a reader must know before he concludes anything from it. In English whatever the screen speaks: it is on record. */
static void write_limits(const struct triage_work *w, const char *sha256, struct buf *out)
{
	const struct triage_result *r = w->result;
	uint64_t other = r->sum.files - r->sum.parsed;
	buf_addf(out, "Read: %s, SHA-256 %s.\n", *r->set.evidence ? r->set.evidence : r->set.source,
	         *sha256 ? sha256 : "-");
	buf_addf(out, "Parsers: %s. Options: %s%s.\n", *r->sum.parsers ? r->sum.parsers : "-",
	         w->options->only ? w->options->only : "-", w->options->recover ? ", what was deleted" : "");
	if (w->options->vss)
		buf_adds(out, "Shadow copies: read, rows that the volume has not.\n");
	buf_adds(out, "Forms known: ");
	triage_forms(out);
	buf_adds(out, ".\n");
	if (w->options->rules)
		buf_addf(out, "Sigma rules: %zu, SHA-256 of their files %s.\n", sigma_rule_count(w->options->rules),
		         sigma_digest(w->options->rules));
	buf_addf(out, "Files: %llu read, %llu not read, since no parser that was asked for knows them.\n",
	         (unsigned long long)r->sum.parsed, (unsigned long long)other);
	buf_addf(out, "Observations: %llu, " OBSERVATION_DIGEST_OF_SET "%s.\n", (unsigned long long)r->set.rows,
	         r->set.sha256);
	struct buf seen = BUF_INIT;
	struct buf not_seen = BUF_INIT;
	struct buf not_covered = BUF_INIT;
	add_rules(r->findings, "seen", &seen);
	add_rules(r->findings, "not_seen", &not_seen);
	add_rules(r->findings, "not_covered", &not_covered);
	buf_addf(out, "First checks, seen: %s.\nLooked for and not seen: %s.\nNot covered: %s.\n", seen.data,
	         not_seen.data, not_covered.data);
	buf_release(&seen);
	buf_release(&not_seen);
	buf_release(&not_covered);
	add_gaps(r->findings, out);
	if (w->problems)
		buf_addf(out, "Could not be read: %llu places.\n%s", (unsigned long long)w->problems, w->named.data);
	if (w->problems > PROBLEMS_NAMED)
		buf_adds(out, "…\n");
}

int triage_made(const struct observation_set *set)
{
	if (strncmp(set->parsers, "file ", 5) == 0)
		return 1; /* of a tree: its files come first */
	for (size_t i = 0; triage_parser_at(i); i++) {
		size_t n = strlen(triage_parser_at(i)->name);
		if (strncmp(set->parsers, triage_parser_at(i)->name, n) == 0 && set->parsers[n] == ' ')
			return 1;
	}
	return 0;
}

struct earlier {
	struct case_file *c;
	const struct observation_set *now;
	const char *on; /* the asset that is read now */
	int was_read;
	uint64_t rows;
	int lost;
	struct observation_set *others;
	size_t count;
	char check[LABEL_TEXT]; /* of the one that is the same */
};

/* What lies beside the case is told by its name and its machine: the folder "C" of another machine is another. */
static int is_of_same(const struct earlier *e, const struct observation_set *set)
{
	if (*set->evidence || *e->now->evidence)
		return strcmp(set->evidence, e->now->evidence) == 0;
	if (strcmp(set->source, e->now->source) != 0)
		return 0;
	json_t *check = record_get(e->c, set->check, 0, NULL);
	int same = json_holds(json_object_get(check, "on"), e->on);
	json_decref(check);
	return same;
}

static int look_at_earlier(void *ctx, const struct observation_set *set, struct err *err)
{
	struct earlier *e = ctx;
	(void)err;
	if (!triage_made(set) || !is_of_same(e, set))
		return 0;
	if (!e->was_read)
		e->rows = set->rows;
	e->was_read = 1;
	int same =
	    strcmp(set->sha256, e->now->sha256) == 0 && strcmp(set->evidence_sha256, e->now->evidence_sha256) == 0;
	int whole = same && observation_set_verify(e->c, set, NULL) == 0;
	e->lost |= same && !whole;
	if (whole) {
		snprintf(e->check, sizeof e->check, "%s", set->check);
		return 0;
	}
	e->others = xrealloc(e->others, (e->count + 1) * sizeof *e->others);
	e->others[e->count++] = *set;
	return 0;
}

/* Found: a finding of the highest level. What weighs less is for a person to judge: each updater that installs its service is
 * medium, and none a trace. Something is never covered, so what was not found is inconclusive. */
static const char *result_of(const json_t *findings)
{
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f) {
		if (json_is(f, "state", "seen") && json_is(f, "level", "high"))
			return "found";
	}
	return "inconclusive";
}

static void period_of(const struct observation_set *set, char text[80])
{
	char first[32];
	char last[32];
	observation_when(set->first, first);
	observation_when(set->last, last);
	*text = '\0';
	if (set->first <= set->last && *first && *last)
		snprintf(text, 80, "%.19sZ/%.19sZ", first, last);
}

/* The check, the set unless it is there already, and the findings: one action. */
static int store(struct triage_work *w, const char *on, const struct earlier *e, struct err *err)
{
	struct triage_result *r = w->result;
	struct buf limits = BUF_INIT;
	char now[CLOCK_TEXT];
	char period[80];
	write_limits(w, r->set.evidence_sha256, &limits);
	clock_format(clock_now(), now);
	period_of(&r->set, period);
	struct assign fields[] = {{"method", "triage"},
	                          {"on", on},
	                          {"when", now},
	                          {"result", result_of(r->findings)},
	                          {"period", period},
	                          {"limits", limits.data},
	                          {"evidence", r->set.evidence}};
	size_t count = sizeof fields / sizeof *fields - (*r->set.evidence ? 0 : 1);
	struct action *a = action_begin(w->c, "triage", err);
	int rc = a ? 0 : -1;
	if (a) {
		rc = action_add(a, "check", fields, count, RECORD_MACHINE, r->set.check, err);
		if (rc == 0 && !r->same)
			rc = observation_set_store(w->c, w->maker, &r->set, err);
		if (rc == 0)
			rc = findings_store(a, w->c, r->set.evidence, on, r->set.check, r->findings, err);
		for (size_t i = 0; rc == 0 && !w->options->only && !r->same && i < e->count; i++) {
			rc = observation_set_purge(w->c, e->others[i].id, err);
			r->differs++;
		}
		if (rc == 0)
			rc = action_commit(a, err);
		else
			action_cancel(a);
	}
	if (rc == 0)
		memcpy(r->check, r->set.check, sizeof r->check);
	buf_release(&limits);
	return rc;
}

struct asset_search {
	char *host; /* without its domain */
	char label[LABEL_TEXT];
};

static int compare_asset(void *ctx, json_t *asset)
{
	struct asset_search *s = ctx;
	const char *name = json_get_string(asset, "hostname");
	size_t n = name ? strcspn(name, ".") : 0;
	if (!*s->label && n && n == strlen(s->host) && strncasecmp(name, s->host, n) == 0)
		snprintf(s->label, sizeof s->label, "%s", record_label(asset));
	return 0;
}

/* The asset whose name the evidence bears: as its registry says, else as its events do. The caller frees. */
static char *asset_named(struct triage_work *w, struct err *err)
{
	const json_t *file;
	size_t i;
	const char *name = NULL;
	json_array_foreach(w->result->sum.parsed_files, i, file) {
		const char *computer = json_get_string(json_object_get(file, "facts"), "computer");
		name = computer ? computer : name;
	}
	if (!name)
		name = triage_check_computer(w->check);
	if (!name) {
		err_set(err, ERR_NOT_FOUND, _("%s does not say of which machine it is: say --on ASSET"),
		        w->result->set.source);
		return NULL;
	}
	struct asset_search s = {.host = xstrndup(name, strcspn(name, "."))};
	int rc = record_each(w->c, "asset", 0, compare_asset, &s, err);
	if (rc == 0 && !*s.label)
		err_set(err, ERR_NOT_FOUND,
		        _("%s is of a machine %s, which is no asset yet: add it, and read this again"),
		        w->result->set.source, name);
	free(s.host);
	return rc == 0 && *s.label ? xstrdup(s.label) : NULL;
}

static int is_auto(const struct triage_options *options)
{
	return options->on && strcmp(options->on, "auto") == 0;
}

/* The asset: as told, or that of the record. The caller frees; NULL with ERR_USAGE. */
static char *asset_of(const struct triage_options *options, const json_t *record, struct err *err)
{
	const char *on = options->on ? options->on : json_get_string(record, "on");
	if (!on)
		err_set(err, ERR_USAGE, _("the record of %s does not say of which asset it is: say --on ASSET"),
		        record ? options->evidence : options->path);
	return on ? xstrdup(on) : NULL;
}

/* What is read: evidence of the case, or a file or folder beside it. */
static int about(struct triage_work *w, const json_t *record, struct err *err)
{
	struct observation_set *set = &w->result->set;
	const char *path = w->options->path;
	if (!record) {
		const char *slash = strrchr(path, '/');
		observation_set_source(set, slash && slash[1] ? slash + 1 : path);
		return triage_digest(path, set->evidence_sha256, err);
	}
	const char *sha256 = json_get_string(record, "sha256");
	if (!(record_kind(record) && record_kind(record)->traits & KIND_EVIDENCE) || !sha256)
		return err_set(err, ERR_USAGE, _("%s is no evidence whose bytes could be read"), w->options->evidence);
	snprintf(set->evidence, sizeof set->evidence, "%s", record_label(record));
	snprintf(set->evidence_sha256, sizeof set->evidence_sha256, "%s", sha256);
	observation_set_source(set, name_of(record));
	return 0;
}

/* As given, else that of the asset, which is a secret of the record. */
static void take_key(struct triage_work *w, const char *on)
{
	const char *key = w->options->key;
	json_t *asset = !key && on ? record_get(w->c, on, RECORD_REVEAL, NULL) : NULL;
	if (asset)
		key = json_get_string(asset, "recovery_key");
	if (key)
		secret_set(&w->key, key, strlen(key));
	json_decref(asset);
}

/* Reads, judges and seals; *on becomes the asset. */
static int read_and_seal(struct triage_work *w, json_t *record, char **on, struct err *err)
{
	struct triage_result *result = w->result;
	struct observation_set *set = &result->set;
	const struct triage_options *options = w->options;
	w->maker = observation_maker_new(w->c);
	w->check = triage_check_new(*set->evidence ? set->evidence : set->source, set->evidence_sha256);
	take_key(w, *on);
	int rc = read_evidence(w, record, err);
	snprintf(set->parsers, sizeof set->parsers, "%s", result->sum.parsers);
	if (rc == 0 && result->sum.parsed == 0 && observation_maker_count(w->maker) == 0) {
		const char *what = record ? options->evidence : options->path;
		rc = w->why
		         ? err_set(err, ERR_FAILED, _("nothing of %s was read, and nothing was stored: %s"), what,
		                   w->why)
		         : err_set(err, ERR_FAILED, _("%s has no file that a parser knows; nothing was stored"), what);
	}
	if (rc == 0 && is_auto(options)) {
		*on = asset_named(w, err);
		rc = *on ? 0 : -1;
	}
	if (rc < 0)
		return -1;
	triage_check_unknown(w->check, result->sum.files - result->sum.parsed);
	result->findings = triage_check_findings(w->check);
	if (options->rules)
		triage_add_findings(result->findings,
		                    sigma_findings(options->rules, *set->evidence ? set->evidence : set->source));
	return observation_maker_seal(w->maker, set, err);
}

int triage_run(struct case_file *c, const struct triage_options *options, struct triage_result *result, struct err *err)
{
	struct triage_work w = {.c = c, .options = options, .result = result, .named = BUF_INIT};
	struct earlier e = {.c = c, .now = &result->set};
	char *on = NULL;
	*result = (struct triage_result){.same = 0};
	if (triage_only_check(options->only, err) < 0)
		return -1;
	json_t *record = options->path ? NULL : record_get(c, options->evidence, RECORD_REVEAL, err);
	if (!record && !options->path)
		return -1;
	int rc = about(&w, record, err);
	if (rc == 0 && !is_auto(options)) {
		on = asset_of(options, record, err);
		rc = on ? 0 : -1;
	}
	if (rc == 0)
		rc = read_and_seal(&w, record, &on, err);
	e.on = on;
	if (rc == 0)
		rc = observation_set_each(c, *result->set.evidence ? result->set.evidence : NULL, look_at_earlier, &e,
		                          err);
	result->was_read = e.was_read;
	result->was_lost = e.lost && !*e.check;
	result->rows_before = e.rows;
	result->same = *e.check != '\0';
	if (rc == 0 && e.was_read && !options->only) {
		result->changes =
		    triage_changes(c, result->set.evidence, on, result->findings, options->rules != NULL, err);
		rc = result->changes ? 0 : -1;
	}
	if (rc == 0 && result->same && !triage_changed(result->changes))
		memcpy(result->check, e.check, sizeof result->check);
	else if (rc == 0)
		rc = store(&w, on, &e, err);
	secret_release(&w.key);
	observation_maker_free(w.maker);
	triage_check_free(w.check);
	free(e.others);
	free(on);
	buf_release(&w.named);
	free(w.why);
	json_decref(record);
	return rc;
}

void triage_result_release(struct triage_result *result)
{
	if (result->sum.parsed_files)
		triage_read_sum_release(&result->sum);
	json_decref(result->findings);
	json_decref(result->changes);
	result->findings = result->changes = NULL;
}
