/* The board's evidence: what is open, what nobody has read again for long, who holds it, and work that is not finished. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/action/custody.h"
#include "case/query/record_kept.h"
#include "case/store/record_summary.h"
#include "evidence/acquire/checkpoint.h"
#include "evidence/evidence_status.h"

#include <stdlib.h>
#include <string.h>

#define OLD_LISTED  5 /* the others are counted */
#define HELD_LISTED 4 /* labels after a holder's number */

struct evidence_section {
	int moved; /* something has changed hands */
	struct building *k;
	int64_t now;
	size_t count, open, old;
	json_t *held;    /* label of a party, "" for nobody -> array of labels */
	json_t *pending; /* the same, of what was handed over to them and is not accepted yet */
	json_t *past;    /* as of a commit: label of an item -> its last transfer then */
	json_t *jobs;    /* label of an interrupted record -> what is known of the work */
};

/* Evidence is kept as read: what stands here follows from the time, too. */
static void take_kept(json_t *evidence, void *item)
{
	*(json_t **)item = json_incref(evidence);
}

static void release_kept(void *item)
{
	json_decref(*(json_t **)item);
}

static const struct record_kept_spec kept_evidence = {"evidence",       "evidence", 0,
                                                      sizeof(json_t *), take_kept,  release_kept};

/* ---- work that is not finished; where this stood at another time is not on record */

static void board_evidence_describe(const struct unfinished *job, struct buf *out)
{
	buf_addf(out, "%s (%s%s%s)", job->source, job->form, *job->folder ? " → " : "", job->folder);
	if (job->size)
		buf_addf(out, " · %llu %%", (unsigned long long)(job->done * 100 / job->size));
	if (*job->at) {
		buf_adds(out, " · ");
		time_cell(job->at, TIME_CELL_MINUTE, out);
	}
	buf_addf(out, " · %s", _("the same command goes on where it was"));
}

static int take_job(void *ctx, const struct unfinished *job)
{
	struct evidence_section *e = ctx;
	struct buf text = BUF_INIT;
	board_evidence_describe(job, &text);
	if (*job->label)
		json_object_set_new(e->jobs, job->label, json_string(text.data));
	else
		board_addf(e->k->b, BOARD_ATTENTION, NULL, _("not finished: %s"), text.data),
		    board_lead_now(e->k, "work", NULL, NULL);
	e->open += !*job->label;
	buf_release(&text);
	return 0;
}

/* ---- records */

static int is_pending(const struct evidence_section *e, const json_t *evidence)
{
	return e->past ? custody_was_pending(e->past, evidence) : custody_is_pending(e->k->c, evidence);
}

static void count_holder(struct evidence_section *e, const json_t *evidence)
{
	const char *party = json_get_string(evidence, "holder");
	e->moved |= party != NULL;
	if (!party)
		party = json_get_string(evidence, "collected_by");
	char *person = party ? NULL : custody_person(e->k->c, evidence, "holder");
	const char *holder = party ? party : person ? person : "";
	json_t *holders = party && is_pending(e, evidence) ? e->pending : e->held;
	json_t *held = json_object_get(holders, holder);
	if (!held)
		json_object_set_new(holders, holder, held = json_array());
	json_array_append_new(held, json_string(record_label(evidence)));
	free(person);
}

/* What was given back or destroyed is not ours to read any more. */
static void add_old(struct evidence_section *e, const json_t *evidence)
{
	if (custody_is_gone(e->k->c, evidence) || e->old++ >= OLD_LISTED)
		return;
	char *title = record_title(evidence);
	int64_t days = evidence_days_unread(evidence, e->now);
	board_addf(e->k->b, BOARD_ATTENTION, record_label(evidence),
	           P_("%s — not verified for %lld day", "%s — not verified for %lld days", (unsigned long long)days),
	           title, (long long)days);
	free(title);
}

static int take_evidence(void *ctx, json_t *evidence)
{
	struct evidence_section *e = ctx;
	const char *label = record_label(evidence);
	enum evidence_status status = evidence_status_of(evidence, e->now);
	e->count++;
	count_holder(e, evidence);
	if (status == EVIDENCE_STATUS_OLD)
		add_old(e, evidence);
	if (!evidence_status_is_open(status))
		return 0;
	e->open++;
	e->k->b->alarms += status == EVIDENCE_STATUS_DIFFERS;
	char *title = record_title(evidence);
	const char *job = json_get_string(e->jobs, label);
	board_addf(e->k->b, status == EVIDENCE_STATUS_DIFFERS ? BOARD_ALARM : BOARD_ATTENTION, label, "%s — %s%s%s",
	           title,
	           status == EVIDENCE_STATUS_DIFFERS      ? _("DIFFERS from what was preserved")
	           : status == EVIDENCE_STATUS_NOT_HASHED ? _("not hashed yet")
	                                                  : evidence_status_text(status),
	           job ? ": " : "", job ? job : "");
	free(title);
	return 0;
}

/* ---- who holds it */

static void add_holder(struct evidence_section *e, const char *party, const json_t *labels, int is_pending)
{
	struct buf text = BUF_INIT;
	size_t count = json_array_size(labels);
	json_t *record = *party ? record_get(e->k->c, party, RECORD_RAW, NULL) : NULL;
	char *name = record ? record_title(record) : printable_dup(*party ? party : _("nobody on record"));
	buf_addf(&text, is_pending ? _("handed over to %s, not accepted yet: %zu") : _("held by %s: %zu"), name, count);
	for (size_t i = 0; i < count && i < HELD_LISTED; i++)
		buf_addf(&text, "%s%s", i ? _(", ") : " (", json_string_value(json_array_get(labels, i)));
	buf_adds(&text, count > HELD_LISTED ? ", …)" : ")");
	board_add(e->k->b, BOARD_PLAIN, record ? party : NULL, text.data);
	free(name);
	json_decref(record);
	buf_release(&text);
}

static void add_holders(struct evidence_section *e)
{
	const char *party;
	json_t *labels;
	if (!e->moved)
		return; /* all of it is where it was collected */
	json_object_foreach(e->held, party, labels)
		add_holder(e, party, labels, 0);
	json_object_foreach(e->pending, party, labels)
		add_holder(e, party, labels, 1);
}

int board_work_evidence(struct case_file *c, double deadline, struct err *err)
{
	struct record_kept *kept;
	return record_kept_work(c, &kept_evidence, deadline, &kept, err);
}

static int add_all(struct evidence_section *e)
{
	struct building *k = e->k;
	struct record_kept *kept = NULL;
	int rc = k->commit ? 0 : record_kept_work(k->c, &kept_evidence, k->deadline, &kept, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("Evidence"), "work");
	if (rc)
		return rc < 0 ? -1 : 0;
	board_add(k->b, BOARD_HEADING, NULL, _("Evidence"));
	if (k->commit)
		rc = board_each(k, "evidence", take_evidence, e);
	else
		rc = checkpoint_each(k->c, take_job, e, k->err) < 0 ? -1 : 0;
	for (size_t i = 0; rc == 0 && !k->commit && i < record_kept_count(kept); i++) {
		json_t *const *evidence = record_kept_item(kept, i);
		if (evidence)
			take_evidence(e, *evidence);
	}
	if (rc < 0)
		return -1;
	if (e->old > OLD_LISTED) {
		board_addf(k->b, BOARD_ATTENTION, NULL, _("and %zu more not verified for %d days"), e->old - OLD_LISTED,
		           EVIDENCE_STATUS_DAYS);
		board_lead(k, "list", "evidence", NULL);
	}
	add_holders(e);
	if (e->count) {
		board_addf(k->b, e->open ? BOARD_PLAIN : BOARD_GOOD, NULL, _("%zu on record, %zu of them open"),
		           e->count, e->open);
		board_lead(k, "list", "evidence", NULL);
	} else {
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
		board_lead_now(k, "command", "preserve ", _("Enter preserves the first"));
	}
	return 0;
}

static int count_one(void *ctx, json_t *evidence)
{
	size_t *count = ctx;
	*count += evidence_status_of(evidence, 0) == EVIDENCE_STATUS_DIFFERS;
	return 0;
}

/* Of those that the Board has read. 1, or 0: not all are read yet. */
static int count_kept(struct building *k, size_t *count)
{
	struct record_kept *kept = record_kept_so_far(k->c, &kept_evidence);
	if (!kept || record_kept_work(k->c, &kept_evidence, 0, &kept, k->err) != 0)
		return 0;
	*count = 0;
	for (size_t i = 0; i < record_kept_count(kept); i++) {
		json_t *const *evidence = record_kept_item(kept, i);
		*count += evidence && evidence_status_of(*evidence, 0) == EVIDENCE_STATUS_DIFFERS;
	}
	return 1;
}

struct differing_kept {
	uint64_t generation; /* of the evidence, and one; 0: it was not counted */
	size_t count;
};

/* The words of a stored record tell which may be meant, so that not all are read; and what was counted holds until evidence
 * changes. */
int board_count_differing(struct building *k, size_t *count)
{
	void **slot = case_memory_of(k->c, "evidence that differs", free);
	struct differing_kept *kept = *slot ? *slot : (*slot = xcalloc(1, sizeof *kept));
	uint64_t now = case_kind_generation(k->c, "evidence") + 1;
	if (kept->generation != now && !case_is_changing(k->c) && count_kept(k, &kept->count))
		kept->generation = now;
	if (kept->generation != now || case_is_changing(k->c)) {
		*kept = (struct differing_kept){.count = 0};
		if (record_summary_pick(k->c, "evidence", "json LIKE '%\"failed\"%' OR json LIKE '%\"different\"%'", 0,
		                        count_one, &kept->count, k->err) < 0)
			return -1;
		kept->generation = case_is_changing(k->c) ? 0 : now;
	}
	*count = kept->count;
	return 0;
}

int board_add_evidence(struct building *k)
{
	struct evidence_section e = {.k = k, .held = json_object(), .pending = json_object(), .jobs = json_object()};
	if (k->commit)
		e.past = custody_last(json_object_get(k->past, "transfer"));
	else /* what was overdue at another time is of no use now */
		e.now = clock_now().seconds;
	int rc = add_all(&e);
	json_decref(e.held);
	json_decref(e.pending);
	json_decref(e.past);
	json_decref(e.jobs);
	return rc;
}
