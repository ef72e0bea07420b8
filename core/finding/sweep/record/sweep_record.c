#include "finding/sweep/record/sweep_mails.h"
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "finding/observation/observation_block.h"
#include "finding/sweep/sweep_engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEMS_NAMED 20

/* ---- while it reads */

static int take_object(void *ctx, json_t *object, struct err *err)
{
	struct sweep_work *w = ctx;
	const char *reason = json_get_string(object, "reason");
	if (reason && w->problem_count++ < PROBLEMS_NAMED) {
		const char *evidence = json_get_string(object, "evidence");
		const char *path = json_get_string(object, "path");
		struct buf line = BUF_INIT;
		buf_addf(&line, "%s: %s, byte %lld", evidence ? evidence : "", path ? path : "",
		         (long long)json_integer_value(json_object_get(object, "offset")));
		printable_add(&w->problems, line.data, line.len, PRINTABLE_LINE);
		buf_addc(&w->problems, '\n'); /* why is told on the screen */
		buf_release(&line);
	}
	return w->order->object(w->order->ctx, object, err);
}

/* Sectors that could not be read, told when all else was. */
static int tell_unreadable(struct sweep_work *w, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < w->source_count && rc == 0; i++) {
		const struct swept_evidence *e = w->sources[i]->of;
		if (!w->sources[i]->set && e->unreadable.count)
			rc = sweep_run_problem(&w->run, &w->sources[i]->target, e->name,
			                       _("parts of the medium cannot be read"), err);
	}
	return rc;
}

static uint64_t count_https(const struct sweep_list *list)
{
	uint64_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += strcmp(list->all[i].type, "url") == 0 && strncmp(list->all[i].value, "https:", 6) == 0;
	return count;
}

/* ---- what is on record */

static int is_found(const struct sweep_work *w, const unsigned char *wanted)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->evidence[i]->wanted && memcmp(w->evidence[i]->wanted, wanted, w->pairs.bytes) == 0 &&
		    w->evidence[i]->hits)
			return 1;
	return 0;
}

/* A member of a set: in quotes nobody has to look whether a title with commas is meant, which takes long among thousands. */
static void add_member(struct buf *out, const char *label)
{
	buf_addf(out, "%s\"%s\"", out->len ? "," : "", label);
}

/* Once. */
static void add_label(struct buf *out, const char *label)
{
	char *member = xasprintf("\"%s\"", label);
	if (!strstr(out->data, member))
		add_member(out, label);
	free(member);
}

static void write_period(const struct sweep_work *w, char period[80])
{
	char first[32];
	char last[32];
	*period = '\0';
	if (w->first > w->last)
		return;
	observation_when(w->first, first);
	observation_when(w->last, last);
	snprintf(period, 80, "%.19sZ/%.19sZ", first, last);
}

/* Sets of hits that the new check makes needless: all that they hold was looked for again, in the same evidence. */
struct replacing {
	struct sweep_work *w;
	json_t *numbers; /* of "type value" */
};

static void name_indicator(struct buf *out, const char *type, const char *value)
{
	buf_clear(out);
	buf_addf(out, "%s %s", type ? type : "", value ? value : "");
}

static int is_wanted(const struct replacing *r, const struct swept_evidence *e, const struct observation *o)
{
	struct buf name = BUF_INIT;
	const char *sent_to = observation_value(o, "sent_to");
	name_indicator(&name, observation_value(o, "type"), sent_to ? sent_to : observation_value(o, "indicator"));
	const json_t *number = json_object_get(r->numbers, name.data);
	json_int_t n = json_integer_value(number);
	buf_release(&name);
	if (sent_to && !number) /* a service */
		return !e->no_services;
	return number && e->wanted[n / 8] >> (n % 8) & 1;
}

/* Whether every hit of the set is of an indicator that was looked for now. */
static int is_needless(struct replacing *r, const struct swept_evidence *e, const struct observation_set *set)
{
	struct observation_reader *reader = observation_reader_open(r->w->c, set, NULL);
	unsigned char *bytes = xmalloc(OBSERVATION_BLOCK);
	int whole = !r->w->order->missing; /* one that is lost or damaged is made again, if all is looked for */
	int needless = reader ? 1 : whole;
	for (uint64_t i = 0; reader && needless && i < observation_reader_blocks(reader); i++) {
		struct block_reader block;
		struct observation o;
		int rc;
		if (observation_reader_block(reader, i, bytes, NULL) < 0 ||
		    block_reader_open(&block, bytes, OBSERVATION_BLOCK, NULL) < 0) {
			needless = whole;
			break;
		}
		while ((rc = block_reader_next(&block, &o, NULL)) > 0 && needless)
			needless = is_wanted(r, e, &o);
		needless &= rc == 0;
		block_reader_close(&block);
	}
	free(bytes);
	observation_reader_close(reader);
	return needless;
}

static int take_earlier(void *ctx, const struct observation_set *set, struct err *err)
{
	struct replacing *r = ctx;
	const struct swept_evidence *e = sweep_evidence_of(r->w, set->evidence);
	(void)err;
	if (!e || !e->wanted || !sweep_is_hits(set) || !is_needless(r, e, set))
		return 0;
	struct sweep_work *w = r->w;
	w->earlier = xrealloc(w->earlier, (w->earlier_count + 1) * sizeof *w->earlier);
	w->earlier[w->earlier_count++] = *set;
	return 0;
}

static int find_earlier(struct sweep_work *w, struct err *err)
{
	struct replacing r = {.w = w, .numbers = json_object()};
	struct buf name = BUF_INIT;
	for (size_t i = 0; i < w->order->list->count; i++) {
		name_indicator(&name, w->order->list->all[i].type, w->order->list->all[i].value);
		json_object_set_new(r.numbers, name.data, json_integer((json_int_t)i));
	}
	int rc = observation_set_each(w->c, NULL, take_earlier, &r, err);
	json_decref(r.numbers);
	buf_release(&name);
	return rc;
}

/* An earlier set of the same hits stays in the place of a new one. */
static int is_kept(struct sweep_work *w, const struct swept_evidence *e, const struct observation_set *set)
{
	for (size_t i = 0; i < w->earlier_count; i++)
		if (strcmp(w->earlier[i].sha256, set->sha256) == 0 && strcmp(w->earlier[i].evidence, e->label) == 0 &&
		    observation_set_verify(w->c, &w->earlier[i], NULL) == 0) {
			w->earlier[i] = w->earlier[--w->earlier_count];
			return 1;
		}
	return 0;
}

/* The set of the hits in one piece of evidence. */
static int store_hits(struct sweep_work *w, struct swept_evidence *e, const char *check, struct err *err)
{
	struct observation_set set = {.rows = 0};
	struct observation_maker *m = observation_maker_new(w->c);
	snprintf(set.check, sizeof set.check, "%s", check);
	snprintf(set.evidence, sizeof set.evidence, "%s", e->label);
	snprintf(set.evidence_sha256, sizeof set.evidence_sha256, "%s", e->sha256);
	observation_set_source(&set, e->name);
	snprintf(set.parsers, sizeof set.parsers, "%s", SWEEP_MADE);
	int rc = observation_maker_add(m, e->rows.data, e->rows.len, err);
	if (rc == 0)
		rc = observation_maker_seal(m, &set, err);
	if (rc == 0 && !is_kept(w, e, &set))
		rc = observation_set_store(w->c, m, &set, err);
	memcpy(e->set_sha256, set.sha256, sizeof e->set_sha256);
	observation_maker_free(m);
	return rc;
}

/* A check for the evidence in which the same indicators were looked for. */
static int store_check(struct sweep_work *w, struct action *a, const unsigned char *wanted, struct err *err)
{
	const struct sweep_list *list = w->order->list;
	struct buf on = BUF_INIT;
	struct buf evidence = BUF_INIT;
	struct buf indicators = BUF_INIT;
	struct buf limits = BUF_INIT;
	char now[CLOCK_TEXT];
	char period[80];
	char label[LABEL_TEXT];
	clock_format(clock_now(), now);
	write_period(w, period);
	for (size_t i = 0; i < w->count; i++) {
		const struct swept_evidence *e = w->evidence[i];
		if (!e->wanted || memcmp(e->wanted, wanted, w->pairs.bytes) != 0)
			continue;
		add_member(&evidence, e->label);
		if (*e->asset)
			add_label(&on, e->asset);
	}
	for (size_t i = 0; i < list->count; i++)
		if (wanted[i / 8] >> (i % 8) & 1 && *list->all[i].label)
			add_member(&indicators, list->all[i].label);
	int found = is_found(w, wanted);
	const char *assets = on.len ? on.data : w->order->on;
	struct assign fields[] = {
	    {"method", "indicator_sweep"},
	    {assets ? "on" : "basis", assets ? assets : "tool_output"}, /* of mails: of no machine */
	    {"when", now},
	    {"result", found              ? "found"
	               : w->problem_count ? "inconclusive"
	                                  : "not_found"},
	    {"evidence", evidence.data},
	    {"limits", "-"},
	    {"indicators", indicators.data},
	    {"period", period}};
	size_t count = sizeof fields / sizeof *fields;
	if (!*period)
		count--;
	int rc = action_add(a, "check", fields, count, RECORD_MACHINE, label, err);
	for (size_t i = 0; i < w->count && rc == 0; i++)
		if (w->evidence[i]->rows.len && memcmp(w->evidence[i]->wanted, wanted, w->pairs.bytes) == 0)
			rc = store_hits(w, w->evidence[i], label, err);
	if (rc == 0) {
		sweep_write_limits(w, wanted, &limits);
		struct assign more = {"limits", limits.data};
		rc = action_set(a, label, &more, 1, RECORD_MACHINE, err);
	}
	if (rc == 0)
		buf_addf(&w->outcome->checks, "%s%s", w->outcome->checks.len ? "," : "", label);
	buf_release(&on);
	buf_release(&evidence);
	buf_release(&indicators);
	buf_release(&limits);
	return rc;
}

static int store(struct sweep_work *w, struct err *err)
{
	char sha256[65];
	struct buf text = BUF_INIT;
	struct action *a = action_begin(w->c, "sweep", err);
	int rc = a ? 0 : -1;
	sweep_list_write(w->order->list, &text);
	if (rc == 0)
		rc = blob_put(w->c, text.data, text.len, sha256, err);
	if (rc == 0)
		rc = find_earlier(w, err);
	for (size_t i = 0; i < w->count && rc == 0; i++) {
		const unsigned char *wanted = w->evidence[i]->wanted;
		int is_first = wanted != NULL;
		for (size_t k = 0; k < i && is_first; k++)
			is_first =
			    !w->evidence[k]->wanted || memcmp(w->evidence[k]->wanted, wanted, w->pairs.bytes) != 0;
		if (is_first)
			rc = store_check(w, a, wanted, err);
	}
	for (size_t i = 0; i < w->earlier_count && rc == 0; i++)
		rc = observation_set_purge(w->c, w->earlier[i].id, err);
	if (rc == 0)
		rc = sweep_mark_indicators(w, a, err);
	if (a && (rc < 0 || !w->outcome->checks.len))
		action_cancel(a);
	else if (a)
		rc = action_commit(a, err);
	buf_release(&text);
	return rc;
}

/* ---- all of it */

static void conclude(struct sweep_work *w)
{
	struct sweep_outcome *o = w->outcome;
	o->files = w->run.files;
	o->members = w->run.members;
	o->bytes = w->run.bytes;
	o->hits = w->run.hits;
	o->kept = w->run.kept;
	o->problems = w->run.problems;
	o->on_record = w->count;
	for (size_t i = 0; i < w->count; i++)
		o->evidence += w->evidence[i]->wanted != NULL;
}

int sweep_record(struct case_file *c, const struct sweep_order *order, struct sweep_outcome *outcome, struct err *err)
{
	struct sweep_work w = {.c = c,
	                       .order = order,
	                       .outcome = outcome,
	                       .run = {.list = order->list,
	                               .flags = order->flags,
	                               .defanged = order->defanged,
	                               .max = order->max,
	                               .ratio = order->ratio,
	                               .passwords = order->passwords,
	                               .jobs = order->jobs,
	                               .object = take_object,
	                               .complete = sweep_complete_hit,
	                               .upload = sweep_complete_upload,
	                               .zone = sweep_put_zone,
	                               .span = sweep_note_span,
	                               .progress = order->progress},
	                       .first = INT64_MAX,
	                       .last = INT64_MIN,
	                       .problems = BUF_INIT,
	                       .https = count_https(order->list)};
	*outcome = (struct sweep_outcome){.checks = BUF_INIT, .indicators = order->list->count};
	w.run.ctx = &w;
	sweep_list_digest(order->list, outcome->list_sha256);
	int rc = case_may_write(c, err);
	if (rc == 0)
		rc = sweep_pairs_load(&w.pairs, c, order->list, err);
	if (rc == 0)
		rc = sweep_load_assets(&w, err);
	if (rc == 0)
		rc = sweep_mails_now(c, HUGE_VAL, &w.mails, err);
	if (rc == 0)
		rc = sweep_find_evidence(&w, err);
	if (rc == 0)
		rc = sweep_open_evidence(&w, err);
	if (rc == 0)
		rc = sweep_open_sets(&w, err);
	if (rc == 0)
		rc = sweep_run_go(&w.run, err);
	if (rc == 0)
		rc = tell_unreadable(&w, err);
	if (rc == 0)
		rc = store(&w, err);
	conclude(&w);
	sweep_run_release(&w.run);
	sweep_close_evidence(&w);
	sweep_pairs_release(&w.pairs);
	json_decref(w.assets);
	json_decref(w.mails);
	buf_release(&w.problems);
	free(w.earlier);
	return rc < 0 ? -1 : 0;
}

void sweep_outcome_release(struct sweep_outcome *outcome)
{
	buf_release(&outcome->checks);
}
