#include "case/query/timeline_text.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/disputed.h"

#include <stdlib.h>
#include <string.h>

#define DAY 86400

const char *timeline_way_name(enum timeline_way way)
{
	static const char *const names[] = {"absolute", "relative", "corrected", "utc", "local"};
	return way < TIMELINE_WAYS ? names[way] : NULL;
}

int timeline_way_corrects(enum timeline_way way)
{
	return way == TIMELINE_CORRECTED || way == TIMELINE_UTC || way == TIMELINE_LOCAL;
}

/* ---- relative to the base date */

/* Rows of the same span are one group: Table 3 of the report gives each group one time. */
enum phrase { PHRASE_OTHER, PHRASE_BASE, PHRASE_LATER, PHRASE_AFTER_THAT };

struct timeline_telling {
	struct case_file *c;
	const struct timeline *t;
	enum timeline_way way;
	size_t next;   /* the row to be told */
	json_t *rows;  /* the first row of each label; NULL: not asked for yet */
	size_t *group; /* of each row */
	size_t base;   /* row of the base date; t->count: none */
	enum phrase last;
};

/* t->count: there is none. */
static size_t row_of(struct timeline_telling *k, const char *label)
{
	if (!k->rows) {
		k->rows = json_object();
		for (size_t i = k->t->count; i-- > 0;)
			json_object_set_new(k->rows, record_label(k->t->rows[i].record), json_integer((json_int_t)i));
	}
	const json_t *row = json_object_get(k->rows, label);
	return row ? (size_t)json_integer_value(row) : k->t->count;
}

/* "6 months later", "about 6 months later", and so on. */
static void add_span(const struct edtf *when, enum phrase phrase, int again, struct buf *out)
{
	struct buf by = BUF_INIT;
	duration_display(&when->by, &by);
	if (phrase == PHRASE_LATER)
		buf_addf(out, when->approximate ? _("about %s later") : _("%s later"), by.data);
	else if (phrase == PHRASE_AFTER_THAT && again)
		buf_addf(out, when->approximate ? _("about %s more") : _("%s more"), by.data);
	else if (phrase == PHRASE_AFTER_THAT)
		buf_addf(out, when->approximate ? _("about %s after that") : _("%s after that"), by.data);
	else
		buf_addf(out, when->approximate ? _("about %s before") : _("%s before"), by.data);
	buf_release(&by);
}

/* "about 6 months later", "1 day after that", "4 days more". 0 if it is not told by such a reference. */
static int tell_reference(struct timeline_telling *k, size_t i, struct buf *out)
{
	const struct edtf *when = &k->t->rows[i].when;
	enum phrase phrase;
	if (when->form != EDTF_RELATIVE || !when->has_by || k->base == k->t->count)
		return 0;
	size_t from = row_of(k, when->label);
	if (from == k->t->count || !k->t->rows[from].placed)
		return 0;
	size_t group = k->group[from];
	enum edtf_relation direction = edtf_direction(when);
	if (direction == EDTF_AFTER && group == k->group[k->base])
		phrase = PHRASE_LATER;
	else if (direction == EDTF_AFTER && group + 1 == k->group[i])
		phrase = PHRASE_AFTER_THAT;
	else if (direction == EDTF_BEFORE && group == k->group[k->base])
		phrase = PHRASE_OTHER;
	else
		return 0;
	add_span(when, phrase, k->last == PHRASE_AFTER_THAT, out);
	k->last = phrase;
	return 1;
}

static int to_the_day(const struct timeline_row *row)
{
	return row->latest - row->earliest < DAY;
}

/* The local day of a row, since 1970: by its own zone. A day without a time of day is that day; what is told by a reference is
 * of the zone of the base date. */
static int64_t day_of(const struct timeline_telling *k, const struct timeline_row *row)
{
	const struct edtf *base = &k->t->rows[k->base].when;
	const struct edtf *zoned = row->when.form == EDTF_RELATIVE ? base : &row->when;
	int64_t local =
	    row->earliest + (zoned->form != EDTF_RELATIVE && zoned->from.zone ? zoned->from.offset * 60 : 0);
	return local / DAY - (local % DAY < 0);
}

/* Two days that are known as such can be counted. */
static int tell_days(struct timeline_telling *k, size_t i, struct buf *out)
{
	const struct timeline_row *row = &k->t->rows[i];
	if (k->base == k->t->count || !to_the_day(row) || !to_the_day(&k->t->rows[k->base]))
		return 0;
	int64_t days = day_of(k, row) - day_of(k, &k->t->rows[k->base]);
	struct duration by = {.days = days < 0 ? -days : days};
	struct buf text = BUF_INIT;
	duration_display(&by, &text);
	if (days == 0)
		buf_adds(out, _("base date"));
	else
		buf_addf(out, days < 0 ? _("%s before") : _("%s later"), text.data);
	buf_release(&text);
	k->last = PHRASE_OTHER;
	return 1;
}

static void tell_relative(struct timeline_telling *k, size_t i, struct buf *out)
{
	const struct timeline_row *row = &k->t->rows[i];
	if (i > 0 && k->t->rows[i - 1].placed && k->group[i] == k->group[i - 1]) {
		buf_adds(out, "〃");
	} else if (k->base < k->t->count && k->group[i] == k->group[k->base]) {
		buf_adds(out, _("base date"));
		k->last = PHRASE_BASE;
	} else if (!tell_reference(k, i, out) && !tell_days(k, i, out)) {
		edtf_display(&row->when, out);
		k->last = PHRASE_OTHER;
	}
}

static void find_groups(struct timeline_telling *k)
{
	const struct timeline *t = k->t;
	json_t *record = record_get(k->c, "case", 0, NULL);
	const char *base = record ? json_get_string(record, "base_date") : NULL;
	k->base = base ? row_of(k, base) : t->count;
	if (k->base < t->count && !t->rows[k->base].placed)
		k->base = t->count;
	k->group = xcalloc(t->count, sizeof *k->group);
	for (size_t i = 1; i < t->count; i++)
		k->group[i] = k->group[i - 1] + !(t->rows[i].placed && t->rows[i].earliest == t->rows[i - 1].earliest &&
		                                  t->rows[i].latest == t->rows[i - 1].latest);
	k->last = PHRASE_OTHER;
	json_decref(record);
}

/* ---- clocks */

static int has_time_of_day(const struct edtf *when)
{
	return when->form == EDTF_POINT && when->from.hour >= 0;
}

/* 1 if the clock that the time was read from has a known offset; *corrected gets the time put right. */
static int correct(struct case_file *c, const struct timeline_row *row, struct edtf *corrected)
{
	const char *label = json_get_string(row->record, "when_clock");
	json_t *clock = label ? record_get(c, label, 0, NULL) : NULL;
	const char *text = clock ? json_get_string(clock, "clock_offset") : NULL;
	struct duration offset;
	int known =
	    text && duration_parse(text, &offset, NULL) == 0 && edtf_correct(&row->when, &offset, corrected) == 0;
	json_decref(clock);
	return known;
}

/* Put right, and told as it was written, in UTC, or in the zone of this machine. */
static void tell_clock(struct case_file *c, const struct timeline_row *row, enum timeline_way way, struct buf *out)
{
	struct edtf when = row->when;
	int known = correct(c, row, &when);
	int64_t earliest;
	int64_t latest;
	if (way != TIMELINE_CORRECTED && has_time_of_day(&when) && when.from.zone &&
	    edtf_bounds(&when, NULL, NULL, &earliest, &latest) == 0) {
		struct edtf there = when;
		char text[CLOCK_TEXT];
		/* the bounds of an approximate time are widened: its middle is the time itself */
		struct clock_time moment = {when.from.qualifier ? earliest + (latest - earliest) / 2 : earliest, 0, 0};
		moment.offset = way == TIMELINE_LOCAL ? clock_zone_at(moment.seconds) : 0;
		clock_format(moment, text);
		if (edtf_parse(text, &there, NULL) == 0) {
			there.from.qualifier = when.from.qualifier;
			if (when.from.second < 0)
				there.from.second = -1;
			there.from.nanosecond = when.from.nanosecond;
			there.from.fraction = when.from.fraction;
			when = there;
		}
	}
	edtf_display(&when, out);
	if (!known && has_time_of_day(&row->when))
		buf_adds(out, " ?");
}

void timeline_span_shown(struct case_file *c, const struct timeline_row *row, enum timeline_way way, int64_t *earliest,
                         int64_t *latest)
{
	struct edtf when;
	*earliest = row->earliest;
	*latest = row->latest;
	if (timeline_way_corrects(way) && correct(c, row, &when) &&
	    edtf_bounds(&when, timeline_resolve, c, earliest, latest) < 0) {
		*earliest = row->earliest;
		*latest = row->latest;
	}
}

struct timeline_telling *timeline_telling_new(struct case_file *c, const struct timeline *t, enum timeline_way way)
{
	struct timeline_telling *k = xcalloc(1, sizeof *k);
	*k = (struct timeline_telling){.c = c, .t = t, .way = way};
	if (way == TIMELINE_RELATIVE)
		find_groups(k);
	return k;
}

void timeline_telling_free(struct timeline_telling *k)
{
	if (!k)
		return;
	json_decref(k->rows);
	free(k->group);
	free(k);
}

void timeline_tell_next(struct timeline_telling *k, struct buf *out)
{
	size_t i = k->next++;
	const struct timeline_row *row = &k->t->rows[i];
	if (!row->dated)
		buf_adds(out, _("undated"));
	else if (k->way == TIMELINE_RELATIVE && row->placed)
		tell_relative(k, i, out);
	else if (timeline_way_corrects(k->way))
		tell_clock(k->c, row, k->way, out);
	else
		edtf_display(&row->when, out);
	if (record_is_disputed(row->record, "when"))
		disputed_add(out);
}

char **timeline_texts(struct case_file *c, const struct timeline *t, enum timeline_way way)
{
	char **texts = xcalloc(t->count, sizeof *texts);
	struct timeline_telling *k = timeline_telling_new(c, t, way);
	for (size_t i = 0; i < t->count; i++) {
		struct buf text = BUF_INIT;
		timeline_tell_next(k, &text);
		texts[i] = buf_take(&text, NULL);
	}
	timeline_telling_free(k);
	return texts;
}

void timeline_texts_free(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}
