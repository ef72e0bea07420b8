/*
 * Exchange: what would leave up to a label and what not, and why; what left, to whom, with which digest; what came in. `e` asks
 * for what an export takes, and shows what would leave before it does.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "base/words.h"
#include "case/action/verb.h"
#include "case/identity/identity.h"
#include "case/store/record.h"
#include "finding/observation/observation_set.h"
#include "handover/parcel/transfer.h"
#include "history/history.h"
#include "outward/exchange/format.h"
#include "outward/formats.h"
#include "outward/release/release_preview.h"
#include "tui/command/commit_subject.h"
#include "tui/form/questions.h"
#include "tui/view/outward/exchange_actions.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define IMPORTS 200 /* actions that are looked through for what came in */

static const char *const levels[] = {"AMBER", "GREEN", "CLEAR"};
#define LEVELS (sizeof levels / sizeof *levels)

enum exchange_asked { ASKED_FORMAT, ASKED_TO, ASKED_DECISION, ASKED_PATH, ASKED };

struct exchange_state {
	size_t level; /* of the preview */
	int redacted;
	uint64_t generation;                      /* of the case that the previews tell of, and one; 0: there is none */
	struct release_preview *previews[LEVELS]; /* each made when it is looked at first, or NULL */
	int is_whole[LEVELS];
	double told_at;               /* how far it is */
	struct question asked[ASKED]; /* what was refused stays to be mended, as long as the view does */
};

static struct exchange_state *exchange_state(struct view *v)
{
	return v->data;
}

static void drop_previews(struct exchange_state *s)
{
	for (size_t i = 0; i < LEVELS; i++) {
		release_preview_free(s->previews[i]);
		s->previews[i] = NULL;
		s->is_whole[i] = 0;
	}
	s->generation = 0;
}

/* ---- what would leave */

/* "60 RED or AMBER+STRICT, which never leave": how many stay for each reason, the most first. */
static void add_reason(void *ctx, const char *reason, uint64_t records)
{
	view_addf(ctx, TONE_PLAIN, NULL, "  %5llu  %s", (unsigned long long)records, reason);
}

/* 1: there is more to do; 0: the preview that is shown is whole; -1. */
static int go_on(struct exchange_state *s, double deadline, struct err *err)
{
	if (!s->previews[s->level] || s->is_whole[s->level])
		return 0;
	int rc = release_preview_work(s->previews[s->level], deadline, err);
	s->is_whole[s->level] = rc == 0;
	if (rc < 0)
		drop_previews(s);
	return rc;
}

static int add_preview(struct view *v, struct err *err)
{
	struct exchange_state *s = exchange_state(v);
	uint64_t now = workbench_generation(v->wb) + 1;
	uint64_t leave;
	uint64_t stay;
	if (s->generation != now)
		drop_previews(s);
	s->generation = now;
	if (!s->previews[s->level])
		s->previews[s->level] = release_preview_new(workbench_case(v->wb), levels[s->level]);
	if (go_on(s, clock_steady() + VIEW_SLICE, err) < 0)
		return -1;
	view_addf(v, TONE_HEADING, NULL, _("What would leave up to TLP:%s%s"), levels[s->level],
	          s->redacted ? _(", with pseudonyms") : "");
	if (!s->is_whole[s->level]) {
		view_add(v, TONE_FAINT, NULL, _("  the records are being looked at"));
		return 0;
	}
	release_preview_counts(s->previews[s->level], &leave, &stay);
	view_addf(v, leave ? TONE_GOOD : TONE_PLAIN, NULL,
	          P_("  %llu of %llu record leaves; of the others stay",
	             "  %llu of %llu records leave; of the others stay",
	             (unsigned long long)leave + (unsigned long long)stay),
	          (unsigned long long)leave, (unsigned long long)leave + (unsigned long long)stay);
	release_preview_each(s->previews[s->level], add_reason, v);
	return 0;
}

/* ---- what left and what came in, the latest first, from whichever kind of record it is known */

struct exchange_row {
	int64_t at;  /* seconds; INT64_MIN: no time is on record */
	long order;  /* of two of one second, the greater is the later one */
	char *label; /* owned, as is the text */
	char *text;
};

struct exchange_rows {
	struct view *v;
	int to_me; /* handovers that came in, else those that left */
	struct exchange_row *items;
	size_t count;
};

static void put_row(struct exchange_rows *rows, const char *when, long order, const char *label, const struct buf *line)
{
	struct edtf time;
	int64_t at;
	int64_t last;
	if (!when || edtf_parse(when, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &at, &last) < 0)
		at = INT64_MIN;
	if (rows->count % 64 == 0)
		rows->items = xrealloc(rows->items, (rows->count + 64) * sizeof *rows->items);
	rows->items[rows->count++] = (struct exchange_row){at, order, xstrdup(label), xstrdup(line->data)};
}

static int latest_first(const void *one, const void *other)
{
	const struct exchange_row *a = one;
	const struct exchange_row *b = other;
	if (a->at != b->at)
		return a->at > b->at ? -1 : 1;
	return (a->order < b->order) - (a->order > b->order);
}

/* Adds them to the view, and frees them. */
static void show_rows(struct exchange_rows *rows)
{
	if (rows->count)
		qsort(rows->items, rows->count, sizeof *rows->items, latest_first);
	for (size_t i = 0; i < rows->count; i++) {
		view_add(rows->v, TONE_PLAIN, rows->items[i].label, rows->items[i].text);
		free(rows->items[i].label);
		free(rows->items[i].text);
	}
	free(rows->items);
	rows->items = NULL;
	rows->count = 0;
}

static void add_cell(struct buf *line, struct view *v, const json_t *record, const char *field, size_t cells)
{
	struct buf text = BUF_INIT;
	const struct field *f = kind_field(record_kind(record), field);
	json_t *value = json_object_get(record, field);
	if (value)
		workbench_name_field(v->wb, f, value, &text);
	text_pad(line, text.data, cells);
	buf_adds(line, "  ");
	buf_release(&text);
}

#define WHEN 17 /* cells of a time */

/* One form for all that left and came in. */
static void add_when(struct buf *line, const char *when)
{
	struct buf text = BUF_INIT;
	time_cell(when ? when : "", TIME_CELL_MINUTE | TIME_CELL_UTC, &text);
	text_pad(line, text.data, WHEN);
	buf_adds(line, "  ");
	buf_release(&text);
}

static int add_release(void *ctx, json_t *record)
{
	struct exchange_rows *rows = ctx;
	struct view *v = rows->v;
	const char *sha256 = json_get_string(record, "sha256");
	const char *when = json_get_string(record, "when");
	struct buf line = BUF_INIT;
	buf_adds(&line, "  ");
	add_when(&line, when);
	add_cell(&line, v, record, "format", 16);
	add_cell(&line, v, record, "tlp", 5);
	if (json_object_get(record, "to"))
		add_cell(&line, v, record, "to", 14);
	else
		text_pad(&line, _("internal"), 14), buf_adds(&line, "  ");
	buf_addf(&line, "%.8s", sha256 ? sha256 : "");
	put_row(rows, when, (long)rows->count, record_label(record), &line);
	buf_release(&line);
	return 0;
}

/* A handover of the case: to a colleague, and whether they have signed for it; or to us. */
static int add_handover(void *ctx, json_t *record)
{
	struct exchange_rows *rows = ctx;
	struct view *v = rows->v;
	const struct identity *me = case_identity(workbench_case(v->wb));
	int is_mine = me && transfer_is_to(workbench_case(v->wb), record, me->public_key);
	struct buf line = BUF_INIT;
	if (!json_is(record, "action", "handed_over") || !json_object_get(record, "head") || is_mine != rows->to_me)
		return 0; /* a thing was handed over, or the other way */
	const char *signed_for = json_object_get(record, "accepted") ? _("accepted")
	                         : is_mine                           ? _("not accepted yet: a")
	                                                             : _("no receipt yet");
	buf_adds(&line, "  ");
	const char *when = json_get_string(record, "when");
	add_when(&line, when);
	text_pad(&line, _("handover"), 16);
	buf_adds(&line, "  ");
	add_cell(&line, v, record, is_mine ? "from" : "to", 14);
	buf_adds(&line, signed_for);
	put_row(rows, when, (long)rows->count, record_label(record), &line);
	buf_release(&line);
	return 0;
}

static int add_releases(struct view *v, struct err *err)
{
	struct exchange_rows left = {.v = v};
	int rc = record_each(workbench_case(v->wb), "release", 0, add_release, &left, err);
	if (rc >= 0)
		rc = record_each(workbench_case(v->wb), "transfer", 0, add_handover, &left, err);
	view_add(v, TONE_HEADING, NULL, _("What left"));
	if (left.count == 0)
		view_add(v, TONE_FAINT, NULL, _("  nothing has left this case"));
	show_rows(&left);
	return rc < 0 ? -1 : 0;
}

/* ---- what came in */

static int add_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct view *v = ctx;
	(void)err;
	if (strncmp(set->parsers, "import-", 7) == 0)
		view_addf(v, TONE_PLAIN, set->check,
		          P_("  %s: %llu row of %s as an observation", "  %s: %llu rows of %s as observations",
		             (unsigned long long)set->rows),
		          set->check, (unsigned long long)set->rows, set->source);
	return 0;
}

static int add_import(void *ctx, const struct history_entry *entry)
{
	struct exchange_rows *rows = ctx;
	char when[CLOCK_TEXT];
	const struct verb *verb = verb_find(entry->action ? entry->action : "");
	if (!verb || !verb->takes_in)
		return 0;
	clock_format(entry->when, when);
	struct buf told = BUF_INIT;
	commit_subject_text(entry->subject, &told);
	struct buf line = BUF_INIT;
	buf_adds(&line, "  ");
	add_when(&line, when);
	buf_adds(&line, told.data);
	put_row(rows, when, -(long)rows->count, entry->id, &line); /* the latest is told first */
	buf_release(&line);
	buf_release(&told);
	return 0;
}

static int add_imports(struct view *v, struct err *err)
{
	struct case_file *c = workbench_case(v->wb);
	struct exchange_rows came = {.v = v, .to_me = 1};
	view_add(v, TONE_HEADING, NULL, _("What came in"));
	size_t before = v->count;
	int rc = record_each(c, "transfer", 0, add_handover, &came, err) < 0 ||
	                 observation_set_each(c, NULL, add_set, v, err) < 0 ||
	                 history_log(case_history(c), NULL, NULL, IMPORTS, add_import, &came, err) < 0
	             ? -1
	             : 0;
	if (came.count == 0 && v->count == before)
		view_add(v, TONE_FAINT, NULL, _("  nothing was taken in from others"));
	show_rows(&came);
	return rc;
}

static void head(struct view *v)
{
	const struct exchange_state *s = exchange_state(v);
	const struct release_preview *p = s->previews[s->level];
	view_head(v, xasprintf("TLP:%s", levels[s->level]),
	          p && !s->is_whole[s->level] ? release_preview_percent(p) : -1);
}

static int fill_exchange(struct view *v, int columns, struct err *err)
{
	(void)columns;
	int rc = add_preview(v, err) < 0 || add_releases(v, err) < 0 || add_imports(v, err) < 0 ? -1 : 0;
	head(v);
	return rc;
}

static int work(struct view *v, double deadline, int *show)
{
	struct exchange_state *s = exchange_state(v);
	struct err err = ERR_INIT;
	if (!s->previews[s->level] || s->is_whole[s->level])
		return -1;
	int rc = go_on(s, deadline, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	*show = rc <= 0 || view_may_tell(&s->told_at);
	if (rc == 0)
		view_stale(v);
	else if (*show)
		head(v);
	return rc == 1 ? 0 : -1;
}

/* ---- keys */

static enum redraw next_level(struct view *v)
{
	struct exchange_state *s = exchange_state(v);
	s->level = (s->level + 1) % LEVELS;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw toggle_redacted(struct view *v)
{
	exchange_state(v)->redacted = !exchange_state(v)->redacted;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw open_row(struct view *v)
{
	const char *label = view_label(v);
	if (strchr(label, '-'))
		workbench_open(v->wb, label);
	else if (*label)
		workbench_show(v->wb, "commit", label);
	return REDRAW_ALL;
}

static void add_option(struct buf *line, const char *option, const char *value)
{
	buf_addf(line, " --%s ", option);
	words_quote(line, value);
}

static const char *const formats[] = {"stix",
                                      "misp",
                                      "timesketch",
                                      "iris",
                                      "case",
                                      "attackflow",
                                      "report incident",
                                      "report alert",
                                      "report preliminary",
                                      "report final",
                                      "twin"};

/* What each of them is, in the same order. */
static const char *const told_formats[] = {
    N_("stix: STIX 2.1, for threat intelligence"),
    N_("misp: an event for MISP"),
    N_("timesketch: the time line, for Timesketch"),
    N_("iris: assets, indicators and time line, for DFIR-IRIS"),
    N_("case: evidence and custody as CASE/UCO"),
    N_("attackflow: the attack as a graph, for Attack Flow"),
    N_("incident: what happened, how far, why, what nobody looked at"),
    N_("alert: the technical part, for others to be warned"),
    N_("preliminary: to the authority, within days"),
    N_("final: to the authority"),
    N_("twin: a proof of what the case says, without what it says"),
};

/* Beside the case, called as what leaves and in the form that is written by that ending. */
static char *ask_new_file(struct workbench *wb, const struct question *q, const char *before)
{
	const char *format = q[ASKED_FORMAT - ASKED_PATH].answer;
	const struct exchange_format *row = format_find(format);
	int report = strncmp(format, "report ", 7) == 0;
	const char *ending = row ? row->ending : report ? "html" : "json";
	char *question = xasprintf("%s: ", q->label);
	char *path = prompt_path_new(wb, question, before, report ? format + 7 : format, ending);
	free(question);
	return path;
}

static char *ask_format(struct workbench *wb, const struct question *q, const char *before)
{
	size_t count = sizeof formats / sizeof *formats;
	size_t now = 0;
	(void)q;
	while (before && now + 1 < count && strcmp(formats[now], before) != 0)
		now++;
	const char *told[sizeof formats / sizeof *formats];
	for (size_t i = 0; i < count; i++)
		told[i] = _(told_formats[i]);
	int format = prompt_choice_named(wb, _("What leaves: "), told, formats, count, (int)now, NULL);
	return format >= 0 ? xstrdup(formats[format]) : NULL;
}

/* What leaves is in the view above, by the label that is chosen there. */
static int let_leave(void *ctx, struct question *all, struct err *err)
{
	struct view *v = ctx;
	const struct exchange_state *s = exchange_state(v);
	const char *format = all[ASKED_FORMAT].answer;
	struct buf line = BUF_INIT;
	int report = strncmp(format, "report ", 7) == 0;
	int twin = strcmp(format, "twin") == 0;
	buf_addf(&line, "%s%s", report || twin ? "" : "export ", format);
	if (report) {
		add_option(&line, "out", all[ASKED_PATH].answer);
	} else {
		buf_addc(&line, ' ');
		words_quote(&line, all[ASKED_PATH].answer);
	}
	add_option(&line, "to", all[ASKED_TO].answer);
	add_option(&line, "tlp", levels[s->level]);
	add_option(&line, "approved-by", all[ASKED_DECISION].answer);
	if (s->redacted && !twin)
		buf_adds(&line, " --redacted");
	int rc = workbench_try(v->wb, line.data, err);
	buf_release(&line);
	return rc;
}

static enum redraw ask_export(struct view *v)
{
	struct questions q = {exchange_state(v)->asked, ASKED, let_leave, v};
	questions_ask(v->wb, &q);
	return REDRAW_ALL;
}

static const struct view_key keys[] = {
    {'e', NULL, N_("let leave"), N_("export, report or twin: asks for what, to whom, on whose decision, and where to"),
     ask_export, workbench_refuses_writing},
    {'r', NULL, N_("report"), N_("write a report for our own use: asks for which, in which form, and where to"),
     exchange_report, workbench_refuses_writing},
    {'h', NULL, N_("hand over"), N_("hand the case over to a colleague, whole or what is new"), exchange_hand_over,
     workbench_refuses_writing},
    {'m', NULL, N_("merge"), N_("show what a colleague's copy or delta would bring, and merge it"), exchange_merge,
     workbench_refuses_writing},
    {'a', NULL, N_("accept"), N_("take over a case that was handed over to you: read, then sign the receipt"),
     exchange_accept, workbench_refuses_writing},
    {'i', NULL, N_("take in"), N_("take in a receipt, or what another tool exported"), exchange_take_in,
     workbench_refuses_writing},
    {'v', NULL, N_("git"), N_("write the history as a git repository, which stock git verifies"), exchange_git, NULL},
    {'t', NULL, N_("TLP"), N_("what would leave up to the next label: AMBER, GREEN, CLEAR"), next_level, NULL},
    {'p', NULL, N_("pseudonyms"), N_("what would leave with pseudonyms, or without"), toggle_redacted, NULL},
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open the release, the check or the action"), open_row, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void forget_exchange(struct view *v)
{
	drop_previews(exchange_state(v));
}

static void release_exchange(struct view *v)
{
	forget_exchange(v);
	struct questions q = {exchange_state(v)->asked, ASKED, let_leave, v};
	questions_release(&q);
	free(v->data);
}

static const struct view_lazy exchange_lazy = {.work = work};

static struct view *open_exchange(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &exchange_view, NULL);
	const struct kind *contact = kind_find("contact");
	struct exchange_state *s = xcalloc(1, sizeof *s);
	s->asked[ASKED_FORMAT] = (struct question){.label = _("What leaves"), .ask = ask_format};
	s->asked[ASKED_TO] =
	    (struct question){.name = "to", .field = kind_field(contact, "party"), .ask = question_field};
	s->asked[ASKED_DECISION] = (struct question){
	    .name = "approved-by", .field = kind_field(contact, "approved_by"), .ask = question_field};
	s->asked[ASKED_PATH] = (struct question){.name = "out", .label = _("New file"), .ask = ask_new_file};
	v->data = s;
	v->lazy = &exchange_lazy;
	return v;
}

const struct view_ops exchange_view = {.name = "exchange",
                                       .title = N_("Exchange"),
                                       .is_of_now = 1,
                                       .fill = fill_exchange,
                                       .forget = forget_exchange,
                                       .release = release_exchange,
                                       .keys = keys,
                                       .open = open_exchange};
