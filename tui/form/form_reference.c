/* A reference by type-ahead over the records that a field may name, or over a new one. */
#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/identity/identity.h"
#include "case/query/title_cache.h"
#include "case/store/responders.h"
#include "case/store/rules.h"
#include "finding/indicator/textscan.h"
#include "tui/form/form.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/record_cache.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define HITS_MOST  200
#define FIND_SLICE 0.010 /* seconds of one key */
#define NEW_MOST   4
#define SLIP_FROM  5    /* bytes of a name that can be told to be mistyped */
#define SLIPS_MOST 5000 /* records whose names are compared */

#define PEOPLE_MOST 12

/* A responder as a person whom a field may name: "me" first. */
struct person {
	char *name;
	char label[LABEL_TEXT]; /* of the party that stands for them, or "": made when they are chosen */
	int is_me;
};

struct hit {
	struct record_cache *table;
	size_t row;
};

struct form_reference_picking {
	struct workbench *wb;
	const struct field *field;
	struct record_cache **tables;
	size_t record_cache_count;
	struct person people[PEOPLE_MOST];
	size_t people_count;
	size_t person_hits[PEOPLE_MOST]; /* of those that fit what was typed, before all others */
	size_t person_hit_count;
	struct hit hits[HITS_MOST];
	size_t hit_count;
	size_t at_table;  /* where the search goes on: */
	size_t at_row;    /* rows before this one */
	int partial;      /* rows are left that were not looked at */
	int grown;        /* rows came that were not there when the search began */
	uint64_t version; /* of all tables, when the search began */
	const struct kind *new_kinds[NEW_MOST];
	size_t new_count;
	char *typed;
	char present[LABEL_TEXT]; /* where no set: what the field holds already */
	char **chosen;            /* labels, of a set */
	size_t chosen_count;
};

/* ---- finding */

static int has_words(struct record_cache *t, size_t row, const char *folded)
{
	size_t n;
	const char *words = record_cache_words(t, row, &n);
	return !*folded || memmem(words, n, folded, strlen(folded)) != NULL;
}

static long place_chosen(const struct form_reference_picking *p, const char *label)
{
	for (size_t i = 0; i < p->chosen_count; i++)
		if (strcmp(p->chosen[i], label) == 0)
			return (long)i;
	return -1;
}

static int is_person(const struct form_reference_picking *p, const char *label)
{
	for (size_t i = 0; i < p->people_count; i++)
		if (strcmp(p->people[i].label, label) == 0)
			return 1;
	return 0;
}

static void find_people(struct form_reference_picking *p, const char *folded)
{
	p->person_hit_count = 0;
	for (size_t i = 0; i < p->people_count; i++) {
		char *shown =
		    xasprintf("%s %s %s", p->people[i].name, p->people[i].label, p->people[i].is_me ? _("me") : "");
		char *words = text_fold_for_find_dup(shown);
		if (!*folded || strstr(words, folded))
			p->person_hits[p->person_hit_count++] = i;
		free(words);
		free(shown);
	}
}

static uint64_t version(const struct form_reference_picking *p)
{
	uint64_t sum = 0;
	for (size_t k = 0; k < p->record_cache_count; k++)
		sum += record_cache_version(p->tables[k]);
	return sum;
}

/* What the field holds stands before all other records as long as nothing is typed, whatever became of it and however old it is. */
static void put_present_first(struct form_reference_picking *p)
{
	for (size_t k = 0; k < p->record_cache_count && !p->hit_count; k++) {
		struct record_cache *t = p->tables[k];
		for (size_t i = 0; i < record_cache_count(t) && !p->hit_count; i++)
			if (strcmp(record_cache_label(t, i), p->present) == 0)
				p->hits[p->hit_count++] = (struct hit){t, i};
	}
}

static void begin_search(struct form_reference_picking *p, const char *typed)
{
	free(p->typed);
	p->typed = xstrdup(typed);
	p->hit_count = p->at_table = 0;
	if (!*typed && *p->present && !is_person(p, p->present))
		put_present_first(p);
	p->at_row = p->record_cache_count ? record_cache_count(p->tables[0]) : 0;
	p->grown = 0;
	p->version = version(p);
}

/* The newest first: that is mostly what is referred to. Goes on at the next call if time is up. */
static size_t find(void *ctx, const char *typed)
{
	struct form_reference_picking *p = ctx;
	double deadline = clock_steady() + FIND_SLICE;
	if (!p->typed || p->grown || p->version != version(p) || strcmp(p->typed, typed) != 0)
		begin_search(p, typed);
	char *folded = text_fold_for_find_dup(typed);
	find_people(p, folded);
	p->partial = 0;
	while (p->at_table < p->record_cache_count && p->hit_count < HITS_MOST && !p->partial) {
		struct record_cache *t = p->tables[p->at_table];
		while (p->at_row > 0 && p->hit_count < HITS_MOST && !p->partial) {
			size_t i = --p->at_row;
			const char *label = record_cache_label(t, i);
			/* one that is chosen already can be taken out, whatever became of it */
			int is_there = p->hit_count && p->hits[0].table == t && p->hits[0].row == i;
			if ((!record_cache_is_retracted(t, i) || place_chosen(p, label) >= 0) && !is_there &&
			    !is_person(p, label) && has_words(t, i, folded))
				p->hits[p->hit_count++] = (struct hit){t, i};
			p->partial = i % 64 == 0 && clock_steady() > deadline;
		}
		if (p->at_row == 0 && ++p->at_table < p->record_cache_count)
			p->at_row = record_cache_count(p->tables[p->at_table]);
	}
	free(folded);
	return p->person_hit_count + p->hit_count + p->new_count;
}

/* Reads on, and looks on where the last key left off. */
static int work(void *ctx, double deadline, int *show)
{
	struct form_reference_picking *p = ctx;
	int more = 0;
	for (size_t k = 0; k < p->record_cache_count; k++) {
		size_t before = record_cache_count(p->tables[k]);
		more |= record_cache_work(p->tables[k], deadline);
		p->grown |= before != record_cache_count(p->tables[k]);
	}
	*show = p->partial || (p->grown && !more);
	return more || *show ? 0 : -1;
}

/* What is behind the people: a record that was found, then kinds of new ones. */
static size_t behind_people(const struct form_reference_picking *p, size_t i)
{
	return i - p->person_hit_count;
}

static int is_known(const struct form_reference_picking *p, size_t i)
{
	return i < p->person_hit_count + p->hit_count;
}

/* The party that stands for a responder, made if there is none yet; "" if it cannot be. */
static const char *label_of_person(struct form_reference_picking *p, struct person *person)
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{"name", person->name}, {"type", "person"}, {"roles", "responder"}};
	if (!*person->label &&
	    record_add(workbench_case(p->wb), p->field->ref_kind, fields, 3, 0, person->label, &err) < 0) {
		workbench_tell_error(p->wb, &err);
		person->label[0] = '\0';
	}
	return person->label;
}

static const char *label_of(struct form_reference_picking *p, size_t i)
{
	if (i < p->person_hit_count)
		return label_of_person(p, &p->people[p->person_hits[i]]);
	const struct hit *hit = &p->hits[behind_people(p, i)];
	return record_cache_label(hit->table, hit->row);
}

/* Records whose title is one of a few words (a check's method) look all alike: when it was and of what tells them apart. */
static void add_apart(struct form_reference_picking *p, const struct kind *kind, const char *label, struct buf *out)
{
	static const char *const fields[] = {"when", "on"};
	const struct field *title = kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	json_t *record = title && title->type == FIELD_ENUM ? workbench_get(p->wb, label, 0, NULL) : NULL;
	for (size_t i = 0; record && i < sizeof fields / sizeof *fields; i++) {
		const struct field *field = kind_field(kind, fields[i]);
		const json_t *value = json_object_get(record, fields[i]);
		if (field && value) {
			buf_adds(out, "  ");
			workbench_name_field(p->wb, field, value, out);
		}
	}
	json_decref(record);
}

static void text(void *ctx, size_t i, struct buf *out)
{
	struct form_reference_picking *p = ctx;
	if (i < p->person_hit_count) {
		const struct person *person = &p->people[p->person_hits[i]];
		buf_addf(out, "%-8s %s%s%s", person->label, person->is_me ? _("me") : "", person->is_me ? ": " : "",
		         person->name);
		return;
	}
	if (!is_known(p, i)) {
		const char *kind = kind_label(p->new_kinds[behind_people(p, i) - p->hit_count]);
		if (*p->typed)
			buf_addf(out, _("+ new: %s '%s'"), kind, p->typed);
		else
			buf_addf(out, _("+ new: %s"), kind);
		return;
	}
	const char *label = label_of(p, i);
	const char *name = workbench_name(p->wb, label);
	const struct kind *kind = record_cache_kind(p->hits[behind_people(p, i)].table);
	buf_addf(out, "%-8s %s", label, name);
	if (p->record_cache_count > 1)
		buf_addf(out, "  (%s)", kind_label(kind));
	add_apart(p, kind, label, out);
}

/* ---- marking, for sets */

static int is_chosen(void *ctx, size_t i)
{
	struct form_reference_picking *p = ctx;
	if (i < p->person_hit_count && !*p->people[p->person_hits[i]].label)
		return 0; /* looking makes nobody a party */
	return is_known(p, i) && place_chosen(p, label_of(p, i)) >= 0;
}

static void form_reference_choose(struct form_reference_picking *p, const char *label)
{
	p->chosen = xrealloc(p->chosen, (p->chosen_count + 1) * sizeof *p->chosen);
	p->chosen[p->chosen_count++] = xstrdup(label);
}

static void toggle(void *ctx, size_t i)
{
	struct form_reference_picking *p = ctx;
	if (!is_known(p, i) || !*label_of(p, i))
		return;
	long at = place_chosen(p, label_of(p, i));
	if (at < 0) {
		form_reference_choose(p, label_of(p, i));
		return;
	}
	free(p->chosen[at]);
	p->chosen[at] = p->chosen[--p->chosen_count];
}

static void split_chosen(struct form_reference_picking *p, const char *list)
{
	while (list && *list) {
		list += strspn(list, ", ");
		size_t n = strcspn(list, ",");
		char *label = xstrndup(list, n);
		while (n > 0 && label[n - 1] == ' ')
			label[--n] = '\0';
		if (*label)
			form_reference_choose(p, label);
		free(label);
		list += strcspn(list, ",");
	}
}

/* ---- new records */

static int keep_type(void *ctx, const struct textscan_hit *hit)
{
	const char **type = ctx;
	*type = textscan_indicator(hit->type);
	return 1;
}

/* Two names that a slip of the finger makes of each other: a character left out or put in, or two in the wrong order. Numbers
 * that differ are other names. */
static int is_slip(const char *a, const char *b)
{
	size_t n = 0;
	size_t la = strlen(a);
	size_t lb = strlen(b);
	while (a[n] && a[n] == b[n])
		n++;
	while (n > 0 && ((unsigned char)a[n] & 0xC0) == 0x80)
		n--;
	while (la > n && lb > n && a[la - 1] == b[lb - 1])
		la--, lb--;
	const char *rest = la > n ? a + n : b + n;
	size_t left = la > n && lb > n ? 0 : la - n + lb - n;
	if (left)
		return *rest > ' ' || (unsigned char)*rest >= 0x80
		           ? !(*rest >= '0' && *rest <= '9') && text_width_n(rest, left) <= 2 && left <= 4
		           : 0;
	return la - n == 2 && lb - n == 2 && a[n] == b[n + 1] && a[n + 1] == b[n];
}

/* The record that may have been meant, where the name looks mistyped: its label, or NULL. */
static const char *meant(struct form_reference_picking *p, const struct kind *kind)
{
	const char *found = NULL;
	char *typed = text_fold_for_find_dup(p->typed);
	for (size_t k = 0; k < p->record_cache_count && strlen(typed) >= SLIP_FROM; k++) {
		struct record_cache *t = p->tables[k];
		for (size_t i = 0;
		     record_cache_kind(t) == kind && !found && i < record_cache_count(t) && i < SLIPS_MOST; i++) {
			char *name = text_fold_for_find_dup(workbench_name(p->wb, record_cache_label(t, i)));
			if (!record_cache_is_retracted(t, i) && is_slip(typed, name))
				found = record_cache_label(t, i);
			free(name);
		}
	}
	free(typed);
	return found;
}

/* A name that may be mistyped becomes no record unasked. */
static int is_meant_as_new(struct form_reference_picking *p, const struct kind *kind)
{
	const char *other = meant(p, kind);
	char *question = other ? xasprintf(_("%s %s is on record. Is '%s' another one? (y/n) "), other,
	                                   workbench_name(p->wb, other), p->typed)
	                       : NULL;
	char *safe = question ? printable_dup(question) : NULL;
	int yes = !safe || prompt_yes(p->wb, safe);
	free(safe);
	free(question);
	return yes;
}

/* What can be made of a name alone is made at once; all else gets a form. */
static char *make_new(struct form_reference_picking *p, const struct kind *kind)
{
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	const char *type = NULL;
	struct assign fields[2] = {{kind->title_field, p->typed}};
	size_t count = *p->typed ? 1 : 0;
	if ((kind->traits & KIND_INDICATOR) && count) {
		textscan(p->typed, strlen(p->typed), keep_type, &type, NULL);
		if (type)
			fields[count++] = (struct assign){"type", type};
	}
	int at_once = (kind->traits & KIND_QUICK) || type;
	if (count == 0 || !at_once)
		return form_run(p->wb, kind->name, fields, count, label) ? xstrdup(label) : NULL;
	if (!type && !is_meant_as_new(p, kind))
		return NULL;
	if (record_add(workbench_case(p->wb), kind->name, fields, count, 0, label, &err) < 0) {
		workbench_tell_error(p->wb, &err);
		return NULL;
	}
	workbench_tell(p->wb, TONE_GOOD, _("%s is on record"), label);
	return xstrdup(label);
}

/* ---- people */

static int take_responder(void *ctx, const struct responder *r)
{
	struct form_reference_picking *p = ctx;
	struct case_file *c = workbench_case(p->wb);
	const struct identity *me = case_identity(c);
	char id[37];
	if (r->is_retracted || r->revoked || !r->name || p->people_count == PEOPLE_MOST)
		return 0;
	struct person *person = &p->people[p->people_count++];
	memset(person, 0, sizeof *person);
	person->name = xstrdup(r->name);
	person->is_me =
	    me && r->has_key && memcmp(me->public_key, r->key, sizeof r->key) == 0; /* another may be called so */
	if (record_find_by_title(c, kind_find(p->field->ref_kind), r->name, id) == 1) {
		json_t *party = record_get(c, id, RECORD_RAW, NULL);
		snprintf(person->label, sizeof person->label, "%s", party ? record_label(party) : "");
		json_decref(party);
	}
	return 0;
}

/* Whoever is a responder of the case is a person who can be chosen. */
static void gather_people(struct form_reference_picking *p)
{
	if (!kind_has(p->field->ref_kind, KIND_PARTY))
		return;
	responder_each(workbench_case(p->wb), take_responder, p, NULL);
	for (size_t i = 1; i < p->people_count; i++)
		if (p->people[i].is_me) {
			struct person me = p->people[i];
			memmove(&p->people[1], &p->people[0], i * sizeof me);
			p->people[0] = me;
		}
}

/* ---- asking */

static void form_reference_prepare(struct form_reference_picking *p, const char *chosen)
{
	p->tables = xcalloc(kind_count(), sizeof *p->tables);
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		if (!field_accepts_kind(p->field, kind))
			continue;
		p->tables[p->record_cache_count++] = workbench_table(p->wb, kind, NULL);
		record_cache_work(p->tables[p->record_cache_count - 1], clock_steady() + FIND_SLICE);
		int common = (kind->traits & KIND_QUICK) || (kind->traits & KIND_INDICATOR);
		if (p->new_count < NEW_MOST && !rule_machine_kind(kind) &&
		    (common || strcmp(p->field->ref_kind, kind->name) == 0))
			p->new_kinds[p->new_count++] = kind;
	}
	if (p->field->type == FIELD_REFS)
		split_chosen(p, chosen);
	else
		snprintf(p->present, sizeof p->present, "%s", chosen ? chosen : "");
}

/* Where the cursor begins: on what the field holds, so that Enter changes nothing. */
static size_t place_of_present(struct form_reference_picking *p)
{
	size_t count = *p->present ? find(p, "") : 0;
	for (size_t i = 0; i < count && i < p->person_hit_count; i++)
		if (strcmp(p->people[p->person_hits[i]].label, p->present) == 0)
			return i;
	if (count && p->hit_count && strcmp(record_cache_label(p->hits[0].table, p->hits[0].row), p->present) == 0)
		return p->person_hit_count;
	return 0;
}

static char *result_of(struct form_reference_picking *p, int picked)
{
	char *label = NULL;
	int set = p->field->type == FIELD_REFS;
	if (picked >= 0 && !is_known(p, (size_t)picked))
		label = make_new(p, p->new_kinds[behind_people(p, (size_t)picked) - p->hit_count]);
	else if (picked >= 0 && *label_of(p, (size_t)picked))
		label = xstrdup(label_of(p, (size_t)picked));
	if (!set || (picked >= 0 && !label))
		return label;
	/* Enter takes the one under the cursor too, unless others were marked with Tab */
	if (label && place_chosen(p, label) < 0)
		form_reference_choose(p, label);
	free(label);
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < p->chosen_count; i++)
		buf_addf(&list, "%s%s", i ? "," : "", p->chosen[i]);
	return buf_take(&list, NULL);
}

char *form_pick_reference(struct workbench *wb, const struct field *field, const char *chosen)
{
	struct form_reference_picking p = {.wb = wb, .field = field};
	int set = field->type == FIELD_REFS;
	form_reference_prepare(&p, chosen);
	gather_people(&p);
	struct prompt_source source = {
	    .ctx = &p,
	    .find = find,
	    .text = text,
	    .is_marked = set ? is_chosen : NULL,
	    .toggle = set ? toggle : NULL,
	    .work = work,
	    .first = place_of_present(&p),
	    .help = set ? _(" Type to find · Space or Tab marks · Enter adds · Ctrl-S: all marked · Esc ends")
	                : _(" Type to find · ↑↓ choose · Enter takes it · Esc leaves")};
	char *question = xasprintf("%s: ", field_label(field));
	int picked = prompt_pick(wb, question, &source, NULL);
	char *result = picked == -1 || (picked == -2 && !set) ? NULL : result_of(&p, picked);
	free(question);
	for (size_t i = 0; i < p.record_cache_count; i++)
		record_cache_drop(p.tables[i]);
	for (size_t i = 0; i < p.people_count; i++)
		free(p.people[i].name);
	for (size_t i = 0; i < p.chosen_count; i++)
		free(p.chosen[i]);
	free(p.chosen);
	free(p.tables);
	free(p.typed);
	return result;
}
