/*
 * What a search found: records, best first, retracted ones last; below them observations, the earliest first, and how many more.
 *
 * Both are looked for in slices. Until all records were found those of before stay, and the heading says how far it is.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/query/search.h"
#include "finding/observation/observation_search.h"
#include "finding/observation/observation_text.h"
#include "finding/observation/promote.h"
#include "finding/observation/searched_words.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define FOUND_MOST        500
#define OBSERVATIONS_MOST 50
#define COUNTED_MOST      10000
#define UNASKED_MOST      2000000U /* rows that are looked through without being asked to */

/* An observation that a row stands for. */
struct found_row {
	size_t row;
	char id[OBSERVATION_ID];
	char when[32];
	char check[LABEL_TEXT];
	char evidence[LABEL_TEXT];
	char *text; /* owned */
};

/* A record that was found: its row is made when it is drawn. */
struct found_hit {
	const struct kind *kind; /* NULL: unknown */
	char *kind_name, *snippet;
	char label[LABEL_TEXT];
	int is_retracted;
};

struct found_hits {
	struct found_hit *hits;
	size_t count;
};

struct found_state {
	struct found_hits shown; /* the first rows */
	struct found_hits next;  /* what was found so far */
	struct search *search;   /* that goes on, or NULL */
	struct case_file *of;    /* the case, and its state, that it was begun for */
	uint64_t generation;
	int begun;
	double told_at;
	struct observation_search wanted;      /* of observations */
	struct observation_searching *looking; /* that goes on, or NULL */
	struct found_row rows[OBSERVATIONS_MOST];
	size_t count;
	int observed;      /* they were looked through, or are too many */
	uint64_t too_many; /* so many are not looked through without being asked to */
	size_t ask;        /* + 1: the row that asks whether to */
	int all;           /* it was said yes */
};

static void drop_hits(struct found_hits *h)
{
	for (size_t i = 0; i < h->count; i++) {
		explicit_bzero(h->hits[i].snippet, strlen(h->hits[i].snippet));
		free(h->hits[i].snippet);
		free(h->hits[i].kind_name);
	}
	free(h->hits);
	*h = (struct found_hits){NULL, 0};
}

static void end_search(struct found_state *s)
{
	search_free(s->search);
	s->search = NULL;
	drop_hits(&s->next);
}

static void drop_observations(struct found_state *s)
{
	observation_search_free(s->looking);
	s->looking = NULL;
	for (size_t i = 0; i < s->count; i++) {
		explicit_bzero(s->rows[i].text, strlen(s->rows[i].text));
		free(s->rows[i].text);
	}
	s->count = 0;
	s->observed = 0;
	s->too_many = 0;
}

static int add_hit(void *ctx, const struct search_hit *hit)
{
	struct found_hits *h = ctx;
	if (h->count % 64 == 0)
		h->hits = xrealloc(h->hits, (h->count + 64) * sizeof *h->hits);
	struct found_hit *to = &h->hits[h->count++];
	*to = (struct found_hit){.kind = kind_find(hit->kind),
	                         .kind_name = xstrdup(hit->kind),
	                         .snippet = xstrdup(hit->snippet),
	                         .is_retracted = hit->is_retracted};
	snprintf(to->label, sizeof to->label, "%s", hit->label);
	return 0;
}

static void hit_row(struct view *v, size_t i, struct row *row)
{
	const struct found_hit *hit = &((struct found_state *)v->data)->shown.hits[i];
	struct buf line = BUF_INIT;
	text_pad(&line, row->label, 9);
	text_pad(&line, hit->kind ? kind_label(hit->kind) : hit->kind_name, 14);
	buf_adds(&line, "  ");
	const char *name = workbench_name(v->wb, row->label);
	size_t cells = v->columns < 120 ? 22 : 40;
	text_pad(&line, name, cells);
	buf_addf(&line, "  %s%s", hit->is_retracted && text_width(name) > cells ? _("(retracted) ") : "", hit->snippet);
	row->tone = hit->is_retracted ? TONE_FAINT : TONE_PLAIN;
	row->text = printable_dup(line.data);
	buf_release(&line);
}

#define OBSERVATION_CELLS 200

static int add_observation(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct found_state *s = ctx;
	struct found_row *row = &s->rows[s->count++];
	struct buf line = BUF_INIT;
	(void)err;
	observation_id(o, set->evidence_sha256, row->id);
	observation_when(o->when, row->when);
	snprintf(row->check, sizeof row->check, "%s", set->check);
	snprintf(row->evidence, sizeof row->evidence, "%s", set->evidence);
	struct buf when = BUF_INIT;
	char recorded[32];
	observation_when_recorded(o, recorded); /* without a Z nobody knows of which zone */
	time_cell(recorded, TIME_CELL_SECOND | TIME_CELL_UTC, &when);
	text_pad(&line, set->evidence, 9);
	text_pad(&line, when.len ? when.data : _("no time"), 21);
	observation_text(o, OBSERVATION_CELLS, &line);
	row->text = buf_take(&line, NULL);
	buf_release(&when);
	return 0;
}

static void show_observations(struct view *v)
{
	struct found_state *s = v->data;
	if (s->too_many) {
		char *line = xasprintf(P_("%llu observation was not looked through: Enter looks through it",
		                          "%llu observations were not looked through: Enter looks through them",
		                          (unsigned long long)s->too_many),
		                       (unsigned long long)s->too_many);
		s->ask = v->count + 1;
		view_add(v, TONE_ATTENTION, NULL, line);
		free(line);
	}
	if (s->count)
		view_add(v, TONE_HEADING, NULL, _("Observations"));
	for (size_t i = 0; i < s->count; i++) {
		s->rows[i].row = v->count;
		view_add(v, TONE_PLAIN, s->rows[i].evidence, s->rows[i].text);
	}
	if (s->observed && s->wanted.count > s->wanted.shown) {
		uint64_t further = s->wanted.count - s->wanted.shown;
		char *line = xasprintf(P_("and %llu%s further observation: say more words, or :observations",
		                          "and %llu%s further observations: say more words, or :observations", further),
		                       (unsigned long long)further, s->wanted.count >= COUNTED_MOST ? "+" : "");
		view_add(v, TONE_FAINT, NULL, line);
		free(line);
	}
}

static int is_of_now(struct view *v)
{
	const struct found_state *s = v->data;
	return s->begun && s->of == workbench_case(v->wb) && s->generation == workbench_generation(v->wb);
}

static void begin_search(struct view *v)
{
	struct found_state *s = v->data;
	struct buf words = BUF_INIT;
	end_search(s);
	drop_observations(s);
	s->of = workbench_case(v->wb);
	s->generation = workbench_generation(v->wb);
	s->begun = 1;
	searched_records(v->argument, &words);
	s->search = search_new(s->of, words.data, FOUND_MOST, add_hit, &s->next);
	buf_release(&words);
}

/* 1: there are more records to find; 0: all were found, and are what is shown; -1. */
static int find_records(struct found_state *s, double deadline, struct err *err)
{
	int rc = s->search ? search_work(s->search, deadline, err) : 0;
	if (rc == 1)
		return 1;
	if (s->search) {
		drop_hits(&s->shown);
		s->shown = s->next;
		s->next = (struct found_hits){NULL, 0};
		end_search(s);
	}
	return rc;
}

/* As above, of observations. */
static int find_observations(struct view *v, double deadline, struct err *err)
{
	struct found_state *s = v->data;
	uint64_t rows;
	int rc;
	if (s->observed)
		return 0;
	if (!s->looking) {
		drop_observations(s);
		if (observation_search_rows(s->of, &rows, err) < 0)
			return -1;
		s->too_many = rows > UNASKED_MOST && !s->all ? rows : 0;
		s->observed = s->too_many != 0;
		s->wanted = (struct observation_search){.words = v->argument,
		                                        .most = OBSERVATIONS_MOST,
		                                        .enough = COUNTED_MOST,
		                                        .row = add_observation,
		                                        .ctx = s};
		s->looking = s->observed ? NULL : observation_search_new(s->of, &s->wanted, err);
		if (!s->looking)
			return s->observed ? 0 : -1;
	}
	rc = observation_search_work(s->looking, deadline, err);
	if (rc == 1)
		return 1;
	observation_search_free(s->looking);
	s->looking = NULL;
	s->observed = rc == 0;
	return rc;
}

static int go_on(struct view *v, double deadline, struct err *err)
{
	struct found_state *s = v->data;
	int rc = find_records(s, deadline, err);
	if (rc == 0)
		rc = find_observations(v, deadline, err);
	s->begun = rc >= 0; /* a failure is told again by whoever looks again */
	return rc;
}

/* "WORDS · 66 records, 52 observations": of observations all that there are, not only those that are shown. */
static char *found_heading(struct view *v)
{
	const struct found_state *s = v->data;
	struct buf text = BUF_INIT;
	size_t records = s->shown.count;
	unsigned long long rows = s->wanted.count;
	buf_addf(&text, "%s · ", v->argument);
	buf_addf(&text, P_("%zu%s record", "%zu%s records", records), records, records >= FOUND_MOST ? "+" : "");
	if (s->observed && !s->too_many && rows) {
		buf_adds(&text, _(", "));
		buf_addf(&text, P_("%llu%s observation", "%llu%s observations", rows), rows,
		         rows >= COUNTED_MOST ? "+" : "");
	}
	return buf_take(&text, NULL);
}

static int fill(struct view *v, int columns, struct err *err)
{
	struct found_state *s = v->data;
	(void)columns;
	s->ask = 0;
	if (!is_of_now(v))
		begin_search(v);
	int rc = go_on(v, clock_steady() + VIEW_SLICE, err);
	for (size_t i = 0; i < s->shown.count; i++)
		view_add_late(v, s->shown.hits[i].label);
	view_head(v, found_heading(v),
	          rc != 1     ? -1
	          : s->search ? search_percent(s->search)
	                      : observation_search_percent(s->looking));
	if (rc < 0)
		return -1;
	show_observations(v);
	char *not_looked = searched_not(v->argument);
	if (not_looked)
		view_add_text(v, TONE_ATTENTION, NULL, not_looked, 0);
	free(not_looked);
	if (rc == 0 && v->count == 0) {
		view_add(v, TONE_PLAIN, NULL, _("Nothing on record holds these words."));
		view_add_text(
		    v, TONE_FAINT, NULL,
		    _("All words must stand in the record; the last may be a beginning. \"In quotes\": as it stands."),
		    0);
		view_add_text(
		    v, TONE_FAINT, NULL,
		    _("Records and observations were looked through; the bytes of evidence were not: a sweep (W) "
		      "looks there for indicators."),
		    0);
	}
	return 0;
}

static int work(struct view *v, double deadline, int *show)
{
	struct found_state *s = v->data;
	struct err err = ERR_INIT;
	if (!s->search && !s->looking)
		return -1;
	int rc = is_of_now(v) ? go_on(v, deadline, &err) : 0;
	*show = rc != 1 || view_may_tell(&s->told_at);
	if (*show)
		view_stale(v); /* its rows, its heading, or what failed, which is tried again */
	return rc == 1 ? 0 : -1;
}

/* The observation under the cursor, or NULL. */
static const struct found_row *row_of(struct view *v)
{
	const struct found_state *s = v->data;
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].row == v->selected)
			return &s->rows[i];
	return NULL;
}

/* Why a key that is about an observation does nothing on a record; NULL: it does. */
static const char *refuses_record(struct view *v)
{
	return row_of(v) ? NULL : _("choose an observation first");
}

static const char *refuses_promotion(struct view *v)
{
	const char *why = refuses_record(v);
	return why ? why : workbench_refuses_writing(v);
}

static enum redraw open_row(struct view *v)
{
	struct found_state *s = v->data;
	if (s->ask == v->selected + 1 && s->ask) {
		s->all = 1;
		s->observed = 0;
		view_stale(v);
		return REDRAW_VIEW;
	}
	if (*view_label(v))
		workbench_open(v->wb, view_label(v));
	return REDRAW_ALL;
}

static enum redraw show_around(struct view *v)
{
	const struct found_row *row = row_of(v);
	if (row && !*row->when) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("it has no time"));
	} else if (row) {
		char *line = xasprintf("observations --around %.19sZ --span PT10M", row->when);
		workbench_command(v->wb, line);
		free(line);
	}
	return REDRAW_ALL;
}

static enum redraw show_check(struct view *v)
{
	const struct found_row *row = row_of(v);
	if (row)
		workbench_open(v->wb, row->check);
	return REDRAW_ALL;
}

static enum redraw promote(struct view *v)
{
	const struct found_row *row = row_of(v);
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	if (!row)
		return REDRAW_ALL;
	int rc = observation_promote(workbench_case(v->wb), row->id, kind_find("event"), NULL, 0, label, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	else
		workbench_show(v->wb, "detail", label);
	if (rc == PROMOTED_BEFORE)
		workbench_tell(v->wb, TONE_ATTENTION, _("it is on record: %s"), label);
	return REDRAW_ALL;
}

static const struct view_key found_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("the record; of an observation, its evidence"), open_row, NULL},
    {'o', NULL, N_("around"), N_("of an observation: what was found within ten minutes of it"), show_around,
     refuses_record},
    {'c', NULL, N_("its check"), N_("of an observation: the check that found it"), show_check, refuses_record},
    {'p', NULL, N_("promote"), N_("put the observation on record as an event"), promote, refuses_promotion},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void forget_found(struct view *v)
{
	struct found_state *s = v->data;
	end_search(s);
	drop_hits(&s->shown);
	drop_observations(s);
	s->begun = 0;
}

static void release_found(struct view *v)
{
	forget_found(v);
	free(v->data);
}

static const struct view_lazy found_lazy = {.late = hit_row, .work = work};

static struct view *open_found(struct workbench *wb, const char *words)
{
	struct view *v = view_new(wb, &found_view, words);
	v->data = xcalloc(1, sizeof(struct found_state));
	v->lazy = &found_lazy;
	return v;
}

const struct view_ops found_view = {.name = "found",
                                    .title = N_("Found"),
                                    .is_of_now = 1,
                                    .comes_back = 1,
                                    .fill = fill,
                                    .keys = found_keys,
                                    .release = release_found,
                                    .forget = forget_found,
                                    .open = open_found};
