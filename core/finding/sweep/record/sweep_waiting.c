/* What waits to be swept, kept of the open case: worked out in slices, and anew where indicators, checks or evidence changed. */
#include "finding/sweep/record/sweep_pairs.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/record_kept.h"
#include "finding/sweep/sweep_case.h"

#include <stdlib.h>
#include <string.h>

#define AT_LEAST 20 /* checks or pieces of evidence, however busy the machine */

/* ---- what is kept of records */

static void take_check(json_t *record, void *item)
{
	if (json_is(record, "method", "indicator_sweep"))
		*(json_t **)item = json_incref(record);
}

static void release_check(void *item)
{
	json_decref(*(json_t **)item);
}

/* Evidence that was here to be read: items and what others hold are not. */
static void take_evidence(json_t *record, void *item)
{
	const char *form = json_get_string(record, "form");
	*(int *)item = json_get_string(record, "sha256") && form && strcmp(form, "physical") != 0 &&
	               strcmp(form, "elsewhere") != 0;
}

static const struct record_kept_spec kept_checks = {"sweep checks",   "check",    0,
                                                    sizeof(json_t *), take_check, release_check};
static const struct record_kept_spec kept_evidence = {"sweep evidence", "evidence",    0,
                                                      sizeof(int),      take_evidence, NULL};

/* ---- the count */

struct waiting_work {
	uint64_t of[3]; /* versions of indicators, checks and evidence */
	struct sweep_pairs pairs;
	struct sweep_pairs_reading *reading; /* NULL: all checks are in the pairs */
	unsigned char *missing;              /* bits of indicators that some evidence lacks */
	size_t next;                         /* check, then evidence */
	int is_whole;
	struct sweep_waiting waiting;
};

static void waiting_clear(struct waiting_work *w)
{
	sweep_pairs_end(w->reading);
	sweep_pairs_release(&w->pairs);
	free(w->missing);
	*w = (struct waiting_work){.next = 0};
}

static void waiting_free(void *kept)
{
	waiting_clear(kept);
	free(kept);
}

static void count_evidence(struct waiting_work *w, const struct sweep_list *list, const char *label)
{
	unsigned char *done = sweep_pairs_done(&w->pairs, label, NULL);
	int lacks = 0;
	for (size_t i = 0; i < list->count; i++)
		if (!(done[i / 8] >> (i % 8) & 1)) {
			w->missing[i / 8] |= (unsigned char)(1U << (i % 8));
			lacks = 1;
		}
	w->waiting.evidence += lacks != 0;
	free(done);
}

/* Whether all evidence of the check was read once more later. */
static int is_replaced(const struct sweep_pairs *pairs, const struct sweep_pairs_check *check)
{
	struct sweep_since since;
	const char *evidence;
	json_t *ignored;
	snprintf(since.entered, sizeof since.entered, "%s", check->entered);
	snprintf(since.label, sizeof since.label, "%s", check->label);
	json_object_foreach(check->evidence, evidence, ignored) {
		int again = 0;
		for (size_t i = 0; i < pairs->count && !again; i++)
			again = json_object_get(pairs->checks[i].evidence, evidence) &&
			        sweep_pairs_is_after(&pairs->checks[i], &since);
		if (!again)
			return 0;
	}
	return 1;
}

static void count_stale(const struct sweep_pairs *pairs, struct sweep_waiting *waiting)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sweep_pairs_check *check = &pairs->checks[i];
		if (json_array_size(check->gone) && !is_replaced(pairs, check) && waiting->stale++ == 0)
			snprintf(waiting->stale_first, sizeof waiting->stale_first, "%s", check->label);
	}
}

static int is_late(size_t done, double deadline)
{
	return done % AT_LEAST == 0 && clock_steady() >= deadline;
}

/* 1: there is more to do. */
static int count_on(struct waiting_work *w, const struct sweep_list *list, const struct record_kept *checks,
                    const struct record_kept *evidence, double deadline)
{
	while (w->reading && w->next < record_kept_count(checks)) {
		json_t *const *check = record_kept_item(checks, w->next++);
		if (check && *check)
			sweep_pairs_take(w->reading, *check);
		if (is_late(w->next, deadline))
			return 1;
	}
	if (w->reading) {
		sweep_pairs_end(w->reading);
		w->reading = NULL;
		w->next = 0;
		count_stale(&w->pairs, &w->waiting);
	}
	while (list->count && w->next < record_kept_count(evidence)) {
		const int *has_bytes = record_kept_item(evidence, w->next);
		if (has_bytes && *has_bytes)
			count_evidence(w, list, record_kept_label(evidence, w->next));
		w->next++;
		if (is_late(w->next, deadline))
			return 1;
	}
	for (size_t i = 0; i < list->count; i++)
		if (w->missing[i / 8] >> (i % 8) & 1 && w->waiting.indicators++ == 0)
			snprintf(w->waiting.first, sizeof w->waiting.first, "%s", list->all[i].label);
	w->is_whole = 1;
	return 0;
}

int sweep_waiting_ahead(struct case_file *c, double deadline, struct sweep_waiting *waiting, struct err *err)
{
	struct sweep_case now;
	struct record_kept *checks;
	struct record_kept *evidence;
	int rc = sweep_case_ahead(c, deadline, &now, err);
	if (rc == 0)
		rc = record_kept_work(c, &kept_checks, deadline, &checks, err);
	if (rc == 0)
		rc = record_kept_work(c, &kept_evidence, deadline, &evidence, err);
	if (rc)
		return rc;
	void **slot = case_memory_of(c, "sweep waiting", waiting_free);
	struct waiting_work *w = *slot ? *slot : (*slot = xcalloc(1, sizeof *w));
	const uint64_t of[3] = {now.version, record_kept_version(checks), record_kept_version(evidence)};
	if (memcmp(w->of, of, sizeof of) != 0) {
		waiting_clear(w);
		memcpy(w->of, of, sizeof of);
		w->reading = sweep_pairs_begin(&w->pairs, c, now.list);
		w->missing = xcalloc(w->pairs.bytes + 1, 1);
	}
	if (!w->is_whole && count_on(w, now.list, checks, evidence, deadline))
		return 1;
	*waiting = w->waiting;
	return 0;
}
