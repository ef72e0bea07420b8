/* What waits for a decision: warnings at opening, conflicts, a handover to be accepted, texts that were being typed; and who
 * waits for an answer. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "case/query/consultation.h"
#include "case/query/record_kept.h"
#include "case/store/draft.h"
#include "handover/parcel/transfer.h"

#include <stdlib.h>
#include <string.h>

#define CONFLICTS_LISTED 8
#define DRAFT_CELLS      200 /* of its text, which are shown where there is room */

static int is_warning(const struct case_file *c, const char *line, size_t n)
{
	for (const char *at = case_warnings(c); *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == n && memcmp(at, line, n) == 0)
			return 1;
	return 0;
}

/* Warnings of the opening come first: somebody may have altered the file. What else it had to say follows the decisions. */
static void add_notices(struct building *k, int warnings)
{
	size_t before = k->b->count;
	for (const char *line = case_notice(k->c); *line;) {
		size_t n = strcspn(line, "\n");
		int warning = is_warning(k->c, line, n);
		if (warning != warnings) {
			line += n + (line[n] == '\n');
			continue;
		}
		if (k->b->count == before)
			board_add(k->b, BOARD_HEADING, NULL, _("At opening"));
		char *text = xstrndup(line, n);
		board_add(k->b, warning ? BOARD_ALARM : BOARD_ATTENTION, NULL, text);
		board_lead(k, "message", text, NULL);
		k->b->alarms += warning != 0;
		free(text);
		line += n + (line[n] == '\n');
	}
}

static void head_decisions(struct building *k)
{
	if (!k->decisions++)
		board_add(k->b, BOARD_HEADING, NULL, _("To decide"));
}

static int is_open(const json_t *conflict)
{
	return !json_object_get(conflict, "state") || json_is(conflict, "state", "open");
}

/* Kept of each conflict: whether it is open. */
static void take_state(json_t *conflict, void *item)
{
	*(int *)item = is_open(conflict);
}

static const struct record_kept_spec conflicts = {"conflicts open", "conflict", RECORD_RAW,
                                                  sizeof(int),      take_state, NULL};

int board_work_conflicts(struct case_file *c, double deadline, struct err *err)
{
	struct record_kept *kept;
	return record_kept_work(c, &conflicts, deadline, &kept, err);
}

static int take_conflict(void *ctx, json_t *conflict)
{
	struct building *k = ctx;
	if (!is_open(conflict) || k->conflicts++ >= CONFLICTS_LISTED)
		return 0;
	head_decisions(k);
	const char *about = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	json_t *record = about ? record_get(k->c, about, RECORD_WITH_RETRACTED, NULL) : NULL;
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind && name ? kind_field(kind, name) : NULL;
	char *title = record ? record_title(record) : xstrdup(about ? about : "");
	board_addf(k->b, BOARD_ATTENTION, record ? record_label(record) : "", _("two values for %s of %s"),
	           field  ? field_label(field)
	           : name ? name
	                  : "",
	           title);
	board_lead(k, "conflicts", NULL, NULL);
	free(title);
	json_decref(record);
	return 0;
}

static void add_handover(struct building *k)
{
	char label[LABEL_TEXT];
	struct err none = ERR_INIT;
	if (k->commit || transfer_pending(k->c, label, &none) < 0)
		return;
	head_decisions(k);
	board_add(k->b, BOARD_ATTENTION, label, _("handed to you, not accepted yet"));
	board_lead(k, "acceptance", NULL, _("Enter shows the brief"));
}

/* `form:asset`, `note:R1-A1`: what was being typed, and about what. */
static void draft_words(struct building *k, const char *key, struct buf *out)
{
	const char *about = strchr(key, ':');
	size_t n = about ? (size_t)(about - key) : strlen(key);
	char *name = about ? xstrndup(about + 1, strcspn(about + 1, ":")) : NULL; /* `form:asset:addresses=192.0.2.1` */
	const struct kind *kind = name ? kind_find(name) : NULL;
	json_t *record = about && about[1] && !kind ? record_get(k->c, about + 1, RECORD_WITH_RETRACTED, NULL) : NULL;
	char *title = record ? record_title(record) : NULL;
	if (n == 4 && memcmp(key, "note", n) == 0)
		buf_adds(out, _("note begun"));
	else if (n == 4 && memcmp(key, "form", n) == 0 && kind)
		buf_addf(out, _("new record begun: %s"), kind_label(kind));
	else if (n == 4 && memcmp(key, "form", n) == 0)
		buf_adds(out, _("change begun"));
	else if (about && n == 4 && memcmp(key, "step", n) == 0)
		buf_addf(out, _("playbook step begun (%.*s)"), (int)strcspn(about + 1, ":"), about + 1);
	else
		buf_adds(out, _("text begun"));
	if (title)
		buf_addf(out, " (%s)", title);
	free(name);
	free(title);
	json_decref(record);
}

/* A draft `step:RUN:INVOCATION` goes on in its step; what else begins elsewhere is shown. */
static void draft_lead(struct building *k, const char *key)
{
	const char *about = strchr(key, ':');
	if (!about || strncmp(key, "step:", 5) != 0) {
		board_lead(k, "draft", key, _("Enter goes on"));
		return;
	}
	char *step = xstrdup(about + 1);
	char *invocation = strchr(step, ':');
	if (invocation)
		*invocation = ' ';
	board_lead(k, "waiting", step, _("Enter goes on"));
	free(step);
}

/* ", 11-30 23:33", in the zone of the machine, as the head of the screen tells the time. */
static void add_day_and_time(struct buf *out, const char *modified)
{
	struct edtf t;
	int64_t from;
	int64_t to;
	char text[CLOCK_TEXT];
	if (edtf_parse(modified, &t, NULL) < 0 || edtf_bounds(&t, NULL, NULL, &from, &to) < 0)
		return;
	clock_format((struct clock_time){.seconds = from, .offset = clock_zone_at(from)}, text);
	buf_adds(out, ", ");
	time_cell(text, TIME_CELL_MINUTE | TIME_CELL_NO_YEAR, out);
}

static int take_draft(void *ctx, const char *key, const char *modified, const json_t *value)
{
	struct building *k = ctx;
	struct buf text = BUF_INIT;
	const char *typed = json_get_string(value, "text");
	head_decisions(k);
	draft_words(k, key, &text);
	add_day_and_time(&text, modified);
	if (typed && *typed) {
		size_t n = text_fit(typed, DRAFT_CELLS, NULL);
		buf_adds(&text, ": ");
		for (size_t i = 0; i < n; i++)
			buf_addc(&text, typed[i] == '\n' ? ' ' : typed[i]);
		buf_adds(&text, typed[n] ? "…" : "");
	}
	board_add(k->b, BOARD_ATTENTION, NULL, text.data);
	draft_lead(k, key);
	buf_release(&text);
	return 0;
}

/* The first of them are read, all are counted. */
static int add_conflicts(struct building *k)
{
	struct record_kept *kept;
	if (k->commit)
		return board_each(k, "conflict", take_conflict, k);
	int rc = record_kept_work(k->c, &conflicts, k->deadline, &kept, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("To decide"), "conflicts"), k->decisions++;
	for (size_t i = 0; rc == 0 && i < record_kept_count(kept); i++) {
		const int *open = record_kept_item(kept, i);
		if (!open || !*open)
			continue;
		json_t *conflict =
		    k->conflicts < CONFLICTS_LISTED ? record_get(k->c, record_kept_label(kept, i), 0, NULL) : NULL;
		if (conflict)
			take_conflict(k, conflict);
		else
			k->conflicts++;
		json_decref(conflict);
	}
	return rc < 0 ? -1 : 0;
}

int board_add_decisions(struct building *k)
{
	if (!k->commit)
		add_notices(k, 1);
	if (add_conflicts(k) < 0)
		return -1;
	if (k->conflicts > CONFLICTS_LISTED) {
		board_addf(k->b, BOARD_ATTENTION, NULL, _("and %zu more"), k->conflicts - CONFLICTS_LISTED);
		board_lead(k, "conflicts", NULL, NULL);
	}
	add_handover(k);
	if (k->commit)
		return 0;
	int rc = draft_each(k->c, take_draft, k, k->err);
	add_notices(k, 0);
	return rc;
}

/* ---- who waits for an answer */

/* The organisation or person, as it was called then. */
static char *caller(struct building *k, const char *label)
{
	size_t i;
	json_t *of_then;
	if (!label)
		return xstrdup(_("unknown"));
	json_array_foreach(json_object_get(k->past, "party"), i, of_then) {
		if (strcmp(record_label(of_then), label) == 0)
			return record_title(of_then);
	}
	json_t *party = k->commit ? NULL : record_get(k->c, label, RECORD_RAW, NULL);
	char *name = party ? record_title(party) : xstrdup(label);
	json_decref(party);
	return name;
}

static int take_consultation(void *ctx, json_t *consultation)
{
	struct building *k = ctx;
	if (consultation_rank(consultation) < 0)
		return 0;
	if (!k->consultations++)
		board_add(k->b, BOARD_HEADING, NULL, _("Consultations that wait"));
	if (k->consultations > BOARD_LISTED)
		return 0;
	char *name = caller(k, json_get_string(consultation, "from"));
	char *summary = record_title(consultation);
	struct buf text = BUF_INIT;
	board_field_words(consultation, "when", &text);
	buf_addf(&text, "  %s — %s", name, summary);
	board_add(k->b, BOARD_ATTENTION, record_label(consultation), text.data);
	board_lead(k, "desk", record_label(consultation), NULL);
	buf_release(&text);
	free(summary);
	free(name);
	return 0;
}

/* A case of which nothing was seen, done or planned yet: the first thing that is put on record is who called. */
static int is_empty(const struct building *k)
{
	static const char *const kinds[] = {"consultation", "evidence", "event", "measure"};
	int empty = k->b->assets == 0;
	for (size_t i = 0; empty && i < sizeof kinds / sizeof *kinds; i++)
		empty = record_count(k->c, kinds[i], 0) == 0;
	return empty;
}

int board_add_consultations(struct building *k)
{
	int rc = k->commit ? board_each(k, "consultation", take_consultation, k)
	                   : consultation_each_waiting(k->c, take_consultation, k, k->err);
	if (rc == 0 && k->consultations > BOARD_LISTED) {
		board_addf(k->b, BOARD_ATTENTION, NULL, _("and %zu more"), k->consultations - BOARD_LISTED);
		board_lead(k, "desk", NULL, NULL);
	}
	if (rc == 0 && !k->commit && is_empty(k)) {
		board_add(k->b, BOARD_HEADING, NULL, _("Consultations that wait"));
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
		board_lead_now(k, "new", "consultation", _("Enter records the first call"));
	}
	return rc < 0 ? -1 : 0;
}
