#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/care/backup.h"
#include "case/query/past_reader.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "history/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LAST_EVENTS 5
#define FREED       64 /* records freed between two looks at the clock */

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
static int (*const sections[])(struct building *k) = {board_add_decisions,     board_add_machines,
                                                      board_add_consultations, board_add_findings,
                                                      board_add_steps,         board_add_overdue,
                                                      board_add_evidence,      add_events,
                                                      board_add_measures,      board_add_sweep,
                                                      board_add_mail,          board_add_chain,
                                                      add_questions,           add_file};

#define SECTIONS (sizeof sections / sizeof *sections)

static void begin(struct building *k, struct case_file *c, const char *commit, struct board *b)
{
	memset(b, 0, sizeof *b);
	*k = (struct building){.c = c,
	                       .b = b,
	                       .commit = commit && *commit ? commit : NULL,
	                       .deadline = HUGE_VAL,
	                       .finding = json_object(),
	                       .containment = json_object(),
	                       .now = clock_now().seconds};
}

static void end(struct building *k)
{
	json_decref(k->finding);
	json_decref(k->containment);
	json_decref(k->in_checks);
	json_decref(k->past);
}

/* ---- now */

int board_load_until(struct case_file *c, double deadline, struct board *b, struct err *err)
{
	struct building k;
	int rc = 0;
	begin(&k, c, NULL, b);
	k.err = err;
	k.deadline = deadline;
	for (size_t i = 0; rc == 0 && i < SECTIONS; i++)
		rc = sections[i](&k);
	b->alarms += b->infected_not_isolated;
	end(&k);
	if (rc < 0)
		board_release(b);
	return rc < 0 ? -1 : k.is_waiting;
}

int board_load(struct case_file *c, struct board *b, struct err *err)
{
	return board_load_until(c, HUGE_VAL, b, err);
}

/* ---- as of a commit */

struct board_past {
	char commit[HISTORY_ID];
	struct building k;
	struct board b;
	struct past_reader *reader; /* NULL: all was read */
	size_t section;             /* sections before this one are made */
};

static int keep_record(void *ctx, json_t *record)
{
	struct board_past *p = ctx;
	const char *kind = json_get_string(record, "kind");
	json_t *of_kind = json_object_get(p->k.past, kind ? kind : "");
	if (!of_kind) {
		of_kind = json_array();
		json_object_set_new(p->k.past, kind ? kind : "", of_kind);
	}
	return json_array_append(of_kind, record);
}

struct board_past *board_past_new(struct case_file *c, const char *commit)
{
	struct board_past *p = xcalloc(1, sizeof *p);
	snprintf(p->commit, sizeof p->commit, "%s", commit);
	begin(&p->k, c, p->commit, &p->b);
	p->k.past = json_object();
	p->reader = past_reader_new(c, NULL, p->commit, 0, keep_record, p);
	return p;
}

int board_past_free(struct board_past *p, double deadline)
{
	const char *kind;
	json_t *records;
	size_t freed = 0;
	json_object_foreach(p->k.past, kind, records)
		while (json_array_size(records) > 0) {
			json_array_remove(records, json_array_size(records) - 1);
			if (++freed % FREED == 0 && clock_steady() >= deadline)
				return 1;
		}
	if (p->reader && past_reader_drop(p->reader, deadline))
		return 1;
	board_release(&p->b);
	end(&p->k);
	free(p);
	return 0;
}

int board_past_work(struct board_past *p, double deadline, struct err *err)
{
	p->k.err = err;
	if (p->reader) {
		int rc = past_reader_work(p->reader, deadline, err);
		if (rc != 0)
			return rc;
		past_reader_free(p->reader); /* its rows are gone as they were given */
		p->reader = NULL;
	}
	while (p->section < SECTIONS) {
		if (sections[p->section](&p->k) < 0)
			return -1;
		p->section++;
		if (clock_steady() >= deadline && p->section < SECTIONS)
			return 1;
	}
	return 0;
}

int board_past_percent(const struct board_past *p)
{
	return p->reader ? past_reader_percent(p->reader) * 9 / 10 : 90 + (int)(p->section * 10 / SECTIONS);
}

void board_past_take(struct board_past *p, struct board *b)
{
	*b = p->b;
	b->alarms += b->infected_not_isolated;
	memset(&p->b, 0, sizeof p->b);
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
