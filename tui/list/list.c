#include "tui/list/list.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/sorting.h"
#include "base/time/clock.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_AT_CLOCK 64  /* rows between two looks at the clock */
#define AT_LEAST      512 /* rows before the first look: a short list is whole at once, however busy the machine */

/* What is known of one row; by index in the table. */
struct list_known {
	uint8_t keyed; /* `number` and `text` are the sort keys */
	uint8_t unset; /* no value to sort by */
	uint8_t marked;
	int64_t number;
	char *text; /* owned */
};

/* What is known of a row and the filter, beside it because every letter that is typed goes over all of them: so many of the
 * filter's first terms hold, and with this bit the next one does not. */
#define FAILS 0x8000u

struct list {
	struct record_cache *table;
	struct list_known *known;
	uint16_t *holding; /* of each row, as above */
	size_t known_count;
	size_t known_cap;

	const struct field *by;
	int descending;
	size_t keyed; /* rows whose keys are made */
	int ordering; /* the order is being made */
	int sorted;
	struct sorting order;

	struct filter *filter; /* or NULL */
	int retracted;
	const json_t *judged; /* labels that no filter hides, or NULL; borrowed */
	uint32_t *queue;      /* the rows to be asked, in order */
	size_t queue_count;
	int queued; /* the queue stands; else it is all of the order */
	size_t asked;
	uint32_t *shown;
	size_t shown_count;
	size_t kept; /* of them: the filter would hide them, were they not judged */
	uint64_t version;
	uint64_t epoch;
	size_t marked;
};

struct list *list_new(struct record_cache *table)
{
	struct list *l = xcalloc(1, sizeof *l);
	l->table = table;
	return l;
}

void list_free(struct list *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->known_count; i++)
		free(l->known[i].text);
	free(l->known);
	free(l->holding);
	sorting_release(&l->order);
	free(l->queue);
	free(l->shown);
	filter_free(l->filter);
	record_cache_drop(l->table);
	free(l);
}

struct record_cache *list_table(const struct list *l)
{
	return l->table;
}

static void ask_again(struct list *l)
{
	l->asked = 0;
	l->queued = 0;
	l->shown_count = 0;
	l->kept = 0;
	l->epoch++;
}

/* What is shown passes, of what is not asked yet nothing is known, and all else will not pass either. */
static void ask_again_what_passed(struct list *l)
{
	if (!l->queued) {
		ask_again(l);
		return;
	}
	memmove(l->queue + l->shown_count, l->queue + l->asked, (l->queue_count - l->asked) * sizeof *l->queue);
	if (l->shown_count)
		memcpy(l->queue, l->shown, l->shown_count * sizeof *l->queue);
	l->queue_count -= l->asked - l->shown_count;
	l->asked = 0;
	l->shown_count = 0;
	l->kept = 0;
	l->epoch++;
}

uint64_t list_epoch(const struct list *l)
{
	return l->epoch;
}

static void sort_again(struct list *l)
{
	l->keyed = 0;
	l->sorted = 0;
	l->ordering = 0;
	ask_again(l);
}

/* ---- what is known of the rows */

static void make_room(struct list *l, size_t count)
{
	if (count > l->known_cap) {
		l->known_cap = count + count / 2 + 256;
		l->known = xrealloc(l->known, l->known_cap * sizeof *l->known);
		l->holding = xrealloc(l->holding, l->known_cap * sizeof *l->holding);
		l->queue = xrealloc(l->queue, l->known_cap * sizeof *l->queue);
		l->shown = xrealloc(l->shown, l->known_cap * sizeof *l->shown);
	}
	for (; l->known_count < count; l->known_count++) {
		l->known[l->known_count] = (struct list_known){0};
		l->holding[l->known_count] = 0;
		if (l->queued)
			l->queue[l->queue_count++] = (uint32_t)l->known_count;
	}
}

/* The order of the table itself, which stands while the table is still being read. */
static int is_as_entered(const struct list *l)
{
	return !l->by && !l->descending;
}

/* Forgets what was known of rows that have changed. */
static void follow_table(struct list *l)
{
	size_t count = record_cache_count(l->table);
	uint64_t version = record_cache_version(l->table);
	if (version != l->version) {
		if (count < l->known_count) { /* read anew */
			for (size_t i = 0; i < l->known_count; i++)
				free(l->known[i].text);
			l->known_count = 0;
			l->marked = 0;
		}
		for (size_t i = 0; i < l->known_count; i++) {
			struct list_known *k = &l->known[i];
			if (record_cache_changed(l->table, i) > l->version) {
				free(k->text);
				k->text = NULL;
				k->keyed = 0;
				l->holding[i] = 0;
				if (!l->retracted && record_cache_is_retracted(l->table, i))
					list_mark(l, i, 0); /* what is not seen is not acted on */
			}
		}
		l->version = version;
		sort_again(l);
	} else if (count > l->known_count && !is_as_entered(l)) {
		sort_again(l);
	}
	make_room(l, count);
}

/* ---- sorting */

static void key_of_time(struct list *l, struct list_known *k, const char *text)
{
	struct edtf t;
	struct edtf_instant first = {0, 0};
	struct edtf_instant last;
	k->unset = edtf_parse(text, &t, NULL) < 0 ||
	           edtf_span(&t, timeline_resolve, record_cache_case(l->table), &first, &last) < 0;
	k->number = first.seconds;
	if (first.nanoseconds)
		k->text = xasprintf("%09d", first.nanoseconds);
}

static int64_t place_among(const struct field *field, const char *name)
{
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].name, name) == 0)
			return (int64_t)i;
	return (int64_t)field->value_count;
}

/* The first eight bytes of a text as a number, in the order of strcmp(). */
static int64_t list_beginning(const char *text)
{
	uint64_t number = 0;
	for (int i = 0; i < 8; i++) {
		number = number << 8 | (unsigned char)*text;
		text += *text != '\0';
	}
	return (int64_t)(number >> 1);
}

static void make_key(struct list *l, size_t i)
{
	struct list_known *k = &l->known[i];
	const struct field *field = l->by;
	json_t *value = record_cache_value(l->table, i, field);
	const json_t *one = json_is_array(value) ? json_array_get(value, 0) : value;
	const char *text = json_string_value(one);
	free(k->text);
	k->text = NULL;
	k->number = 0;
	k->unset = !one;
	k->keyed = 1;
	if (json_is_integer(one)) {
		k->number = json_integer_value(one);
	} else if (text && field->type == FIELD_TIME) {
		key_of_time(l, k, text);
	} else if (text && field->values) {
		k->number = place_among(field, text);
		k->unset = strcmp(text, "unknown") == 0;
	} else if (text) {
		k->text = text_fold_dup(text);
		k->number = list_beginning(k->text);
	}
	json_decref(value);
}

static int list_compare(void *ctx, uint32_t i, uint32_t j)
{
	const struct list *l = ctx;
	const struct list_known *x = &l->known[i];
	const struct list_known *y = &l->known[j];
	if (l->by && x->unset != y->unset)
		return x->unset ? 1 : -1;
	int order = 0;
	if (l->by && !x->unset) {
		order = (x->number > y->number) - (x->number < y->number);
		if (order == 0)
			order = strcmp(x->text ? x->text : "", y->text ? y->text : "");
	}
	if (order == 0)
		order = (i > j) - (i < j);
	return l->descending ? -order : order;
}

struct list_slice {
	double deadline;
	size_t steps;
};

static int may_go_on(void *ctx)
{
	struct list_slice *slice = ctx;
	return ++slice->steps < AT_LEAST || slice->steps % LOOK_AT_CLOCK != 0 || clock_steady() < slice->deadline;
}

/* 1: the order stands. */
static int sort_slice(struct list *l, struct list_slice *slice)
{
	if (l->sorted || is_as_entered(l))
		return 1;
	if (!record_cache_is_whole(l->table))
		return 0;
	for (; l->by && l->keyed < l->known_count; l->keyed++) {
		if (!may_go_on(slice))
			return 0;
		if (!l->known[l->keyed].keyed)
			make_key(l, l->keyed);
	}
	if (!l->ordering)
		sorting_begin(&l->order, l->known_count);
	l->ordering = 1;
	l->sorted = sorting_work(&l->order, list_compare, l, may_go_on, slice);
	return l->sorted;
}

/* ---- filtering */

struct asked_row {
	struct list *l;
	size_t i;
	json_t *value; /* the last one given out */
};

static json_t *names_of(const json_t *disputes)
{
	const char *name;
	json_t *sides;
	json_t *names = disputes ? json_array() : NULL;
	json_object_foreach((json_t *)(uintptr_t)disputes, name, sides)
		json_array_append_new(names, json_string(name));
	return names;
}

static const json_t *row_field(void *ctx, const char *name)
{
	struct asked_row *row = ctx;
	json_decref(row->value);
	row->value = NULL;
	if (strcmp(name, "label") == 0) {
		row->value = json_string(record_cache_label(row->l->table, row->i));
		return row->value;
	}
	if (strcmp(name, "disputed_values") == 0) {
		row->value = json_incref((json_t *)(uintptr_t)record_cache_disputes(row->l->table, row->i));
		return row->value;
	}
	if (strcmp(name, "disputed") == 0) {
		row->value = names_of(record_cache_disputes(row->l->table, row->i));
		return row->value;
	}
	struct field plain = {.name = name, .type = FIELD_TEXT};
	const struct field *field = kind_field(record_cache_kind(row->l->table), name);
	row->value = record_cache_value(row->l->table, row->i, field ? field : &plain);
	return row->value;
}

static const char *row_words(void *ctx, size_t *n)
{
	struct asked_row *row = ctx;
	return record_cache_words(row->l->table, row->i, n);
}

static int passes(struct list *l, size_t i)
{
	if (!l->retracted && record_cache_is_retracted(l->table, i))
		return 0;
	if (!l->filter)
		return 1;
	struct asked_row asked = {l, i, NULL};
	struct filter_row row = {&asked, row_field, row_words};
	size_t count = filter_term_count(l->filter);
	uint16_t *holding = &l->holding[i];
	while (*holding < count) /* FAILS is more than any count */
		*holding = filter_term_match(l->filter, *holding, &row) ? *holding + 1u : *holding | FAILS;
	json_decref(asked.value);
	return !(*holding & FAILS) || (l->judged && json_object_get(l->judged, record_cache_label(l->table, i)));
}

static void fill_queue(struct list *l)
{
	if (l->queued)
		return;
	for (size_t i = 0; i < l->known_count; i++)
		l->queue[i] = l->sorted ? l->order.rows[i] : (uint32_t)i;
	l->queue_count = l->known_count;
	l->queued = 1;
}

int list_work(struct list *l, double deadline)
{
	struct list_slice slice = {deadline, 0};
	int more = record_cache_work(l->table, deadline);
	follow_table(l);
	if (!sort_slice(l, &slice))
		return 1;
	fill_queue(l);
	while (l->asked < l->queue_count && may_go_on(&slice)) {
		uint32_t row = l->queue[l->asked++];
		if (passes(l, row)) {
			l->shown[l->shown_count++] = row;
			l->kept += (l->holding[row] & FAILS) != 0;
		}
	}
	return more || l->asked < l->queue_count;
}

/* What passes `filter` passes the filter of before too. */
static int narrows(const struct list *l, const struct filter *filter)
{
	if (!l->filter)
		return 1;
	for (size_t i = 0; i < filter_term_count(l->filter); i++)
		if (!filter || !filter_term_narrows(filter, l->filter, i))
			return 0;
	return 1;
}

/* What is known of terms that stand at the same place in the new filter is known still. */
static void forget_terms(struct list *l, unsigned same)
{
	for (size_t i = 0; i < l->known_count; i++) {
		unsigned holds = l->holding[i] & ~FAILS;
		l->holding[i] = (uint16_t)(holds < same ? l->holding[i] : same);
	}
}

int list_filter(struct list *l, const char *text, struct err *err)
{
	struct filter *filter = NULL;
	if (text && *text && !(filter = filter_parse(record_cache_kind(l->table), text, err)))
		return -1;
	if (filter)
		filter_resolve_with(filter, timeline_resolve, record_cache_case(l->table));
	unsigned same = 0;
	while (filter && l->filter && filter_term_same(filter, l->filter, same))
		same++;
	forget_terms(l, same);
	if (narrows(l, filter))
		ask_again_what_passed(l);
	else
		ask_again(l);
	filter_free(l->filter);
	l->filter = filter;
	return 0;
}

void list_sort(struct list *l, const struct field *field, int descending)
{
	if (field != l->by)
		for (size_t i = 0; i < l->known_count; i++)
			l->known[i].keyed = 0;
	l->by = field;
	l->descending = descending;
	sort_again(l);
}

const struct field *list_sorted_by(const struct list *l, int *descending)
{
	if (descending)
		*descending = l->descending;
	return l->by;
}

void list_keep_judged(struct list *l, const json_t *labels)
{
	l->judged = labels;
}

void list_show_retracted(struct list *l, int show)
{
	l->retracted = show;
	for (size_t i = 0; !show && i < l->known_count; i++)
		if (record_cache_is_retracted(l->table, i))
			list_mark(l, i, 0);
	ask_again(l);
}

int list_shows_retracted(const struct list *l)
{
	return l->retracted;
}

size_t list_to_ask(const struct list *l)
{
	return l->queued ? l->queue_count - l->asked : l->known_count;
}

size_t list_count(const struct list *l)
{
	return l->shown_count;
}

size_t list_kept(const struct list *l)
{
	return l->kept;
}

size_t list_row(const struct list *l, size_t i)
{
	return l->shown[i];
}

void list_mark(struct list *l, size_t row, int marked)
{
	if (row >= l->known_count || l->known[row].marked == marked)
		return;
	l->known[row].marked = marked != 0;
	l->marked += marked ? 1 : (size_t)-1;
}

int list_is_marked(const struct list *l, size_t row)
{
	return row < l->known_count && l->known[row].marked;
}

size_t list_marked(const struct list *l)
{
	return l->marked;
}

void list_mark_none(struct list *l)
{
	for (size_t i = 0; i < l->known_count; i++)
		l->known[i].marked = 0;
	l->marked = 0;
}
