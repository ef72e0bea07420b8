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
#include "history/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LAST_EVENTS 5

static int board_keep(void *ctx, json_t *record)
{
	return json_array_append(ctx, record);
}

/* ---- questions, events */

static int take_question(void *ctx, json_t *note)
{
	struct building *k = ctx;
	int open = !json_object_get(note, "state") || record_may_be(note, "state", "open");
	if (!record_may_be(note, "stance", "question") || !open || k->questions++ >= BOARD_LISTED)
		return 0;
	char *title = record_title(note);
	board_add(k->b, BOARD_PLAIN, record_label(note), title);
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
	if (t.count == 0) {
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
		board_lead_now(k, "new", "event", _("Enter adds the first"));
	}
	size_t first = t.count > LAST_EVENTS ? t.count - LAST_EVENTS : 0;
	for (size_t i = first; i < t.count; i++) {
		struct buf text = BUF_INIT;
		char *title = record_title(t.rows[i].record);
		const char *mark = json_get_string(t.rows[i].record, "mark");
		board_field_words(t.rows[i].record, "when", &text);
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
		board_add(k->b, BOARD_ATTENTION, NULL, _("no copy known on this machine"));
		board_lead_now(k, "command", "backup ", _("Enter makes one"));
		return;
	}
	int64_t age = clock_now().seconds - last.when.seconds;
	enum board_tone tone = last.actions_since == 0 ? BOARD_GOOD : age > COPY_OLD ? BOARD_ATTENTION : BOARD_PLAIN;
	char *folder = printable_dup(last.folder);
	if (age < 2 * 3600)
		board_addf(k->b, tone, NULL,
		           P_("last copy %lld min ago, %llu action behind: %s",
		              "last copy %lld min ago, %llu actions behind: %s",
		              (unsigned long long)last.actions_since),
		           (long long)(age / 60), (unsigned long long)last.actions_since, folder);
	else if (age < 2 * 24 * 3600)
		board_addf(k->b, tone, NULL,
		           P_("last copy %lld h ago, %llu action behind: %s",
		              "last copy %lld h ago, %llu actions behind: %s", (unsigned long long)last.actions_since),
		           (long long)(age / 3600), (unsigned long long)last.actions_since, folder);
	else
		board_addf(k->b, tone, NULL,
		           P_("last copy %lld days ago, %llu action behind: %s",
		              "last copy %lld days ago, %llu actions behind: %s",
		              (unsigned long long)last.actions_since),
		           (long long)(age / 86400), (unsigned long long)last.actions_since, folder);
	board_lead_now(k, "command", "backup ", NULL);
	free(folder);
	free(last.folder);
}

static int is_open_question(const char *status)
{
	return !status || strcmp(status, "open") == 0;
}

static int add_questions(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Open questions"));
	if (board_pick(k, "note", "facet = 'question' AND coalesce(status, 'open') = 'open'", BOARD_LISTED,
	               take_question) < 0 ||
	    (!k->commit && board_add_more(k, "note", "question", is_open_question,
	                                  "note stance=question -state=answered|ruled_out") < 0))
		return -1;
	if (k->questions == 0)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	return 0;
}

static int add_file(struct building *k)
{
	uint64_t commits = 0;
	if (k->commit)
		return 0;
	if (history_count(case_history(k->c), &commits, k->err) < 0)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Record of this case"));
	board_addf(k->b, BOARD_PLAIN, NULL,
	           P_("%llu signed action, the last is %s", "%llu signed actions, the last is %s",
	              (unsigned long long)commits),
	           (unsigned long long)commits, case_head(k->c));
	board_lead(k, "history", NULL, NULL);
	add_copy(k);
	return 0;
}

/* In the order of urgency. */
static int (*const sections[])(struct building *k) = {board_add_decisions,
                                                      board_add_machines,
                                                      board_add_findings,
                                                      board_add_steps,
                                                      board_add_overdue,
                                                      board_add_evidence,
                                                      add_events,
                                                      board_add_measures,
                                                      board_add_sweep,
                                                      board_add_mail,
                                                      board_add_chain,
                                                      add_questions,
                                                      add_file};

static int load(struct case_file *c, const char *commit, double deadline, struct board *b, struct err *err)
{
	memset(b, 0, sizeof *b);
	struct building k = {.c = c,
	                     .b = b,
	                     .err = err,
	                     .deadline = deadline,
	                     .finding = json_object(),
	                     .containment = json_object(),
	                     .now = clock_now().seconds};
	int rc = 0;
	if (commit && *commit) {
		k.commit = commit;
		k.past = json_array();
		rc = record_each_at(c, NULL, commit, 0, board_keep, k.past, err);
	}
	for (size_t i = 0; rc == 0 && i < sizeof sections / sizeof *sections; i++)
		rc = sections[i](&k);
	b->alarms += b->infected_not_isolated;
	json_decref(k.finding);
	json_decref(k.containment);
	json_decref(k.past);
	if (rc < 0)
		board_release(b);
	return rc < 0 ? -1 : k.is_waiting;
}

int board_load_at(struct case_file *c, const char *commit, struct board *b, struct err *err)
{
	return load(c, commit, HUGE_VAL, b, err);
}

int board_load(struct case_file *c, struct board *b, struct err *err)
{
	return load(c, NULL, HUGE_VAL, b, err);
}

int board_load_until(struct case_file *c, double deadline, struct board *b, struct err *err)
{
	return load(c, NULL, deadline, b, err);
}

void board_release(struct board *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->rows[i].text), free(b->rows[i].argument);
	free(b->rows);
	memset(b, 0, sizeof *b);
}

int board_count_alarms(struct case_file *c, size_t *alarms, struct err *err)
{
	struct board b = {.rows = NULL};
	struct building k = {.c = c, .b = &b, .err = err, .finding = json_object(), .containment = json_object()};
	size_t differing = 0;
	k.newest = INT64_MIN;
	int rc = board_count_machines(&k) < 0 || board_count_differing(&k, &differing) < 0 ? -1 : 0;
	*alarms = b.infected_not_isolated + differing;
	for (const char *line = case_warnings(c); *line; line += strcspn(line, "\n"), line += *line != '\0')
		++*alarms;
	json_decref(k.finding);
	json_decref(k.containment);
	return rc;
}
