#include "finding/chain/name_find.h"

#include "base/buf.h"
#include "base/err.h"
#include "finding/chain/legal_form.h"
#include "finding/chain/name_match.h"

#include <stdlib.h>
#include <string.h>

#define RUN_MOST   40 /* points of an unknown name */
#define WORDS_MOST 5  /* of a Latin one */

/* A stretch of the text that is a name, before the longest are chosen. */
struct name_found {
	size_t from, to;           /* points, the legal form included */
	size_t core_from, core_to; /* points */
	enum legal_class legal;
	enum name_what what;
	size_t pattern; /* of a known name; NAME_UNKNOWN */
};

#define NAME_UNKNOWN SIZE_MAX

struct name_finder {
	struct name_folder *folder;
	struct name_text text;
	struct name_text *forms; /* of legal_forms[], read once: each name added is compared with all of them */
	size_t form_count;
	struct name_matcher *matcher;
	struct name_matches matches; /* of the current text */
	unsigned char *covered;      /* points that a longer name has */
	size_t covered_cap;
	struct name_found *found;
	size_t found_count, found_cap;
	struct buf key;
};

static void read_forms(struct name_finder *finder)
{
	while (legal_forms[finder->form_count].text)
		finder->form_count++;
	finder->forms = xcalloc(finder->form_count, sizeof *finder->forms);
	for (size_t i = 0; i < finder->form_count; i++)
		name_text_read(&finder->forms[i], finder->folder, legal_forms[i].text, strlen(legal_forms[i].text));
}

struct name_finder *name_finder_new(void)
{
	struct name_finder *finder = xcalloc(1, sizeof *finder);
	finder->folder = name_folder_new();
	finder->matcher = name_matcher_new();
	buf_init(&finder->key);
	read_forms(finder);
	for (size_t i = 0; i < finder->form_count; i++)
		name_matcher_add(finder->matcher, &finder->forms[i], 0, finder->forms[i].count, (int)i, PATTERN_FORM);
	static const struct {
		const char *const *words;
		enum pattern_kind kind;
	} lists[] = {{words_behind, PATTERN_BEHIND},
	             {words_before, PATTERN_BEFORE},
	             {words_generic, PATTERN_GENERIC},
	             {words_of_address, PATTERN_ADDRESS},
	             {words_joining, PATTERN_JOINING}};
	for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
		for (size_t i = 0; lists[l].words[i]; i++) {
			const char *word = lists[l].words[i];
			name_text_read(&finder->text, finder->folder, word, strlen(word));
			name_matcher_add(finder->matcher, &finder->text, 0, finder->text.count, -1, lists[l].kind);
		}
	return finder;
}

void name_finder_free(struct name_finder *finder)
{
	if (!finder)
		return;
	name_matcher_free(finder->matcher);
	name_text_release(&finder->text);
	for (size_t i = 0; i < finder->form_count; i++)
		name_text_release(&finder->forms[i]);
	free(finder->forms);
	name_folder_free(finder->folder);
	name_matches_release(&finder->matches);
	free(finder->covered);
	free(finder->found);
	buf_release(&finder->key);
	free(finder);
}

void name_finder_ready(struct name_finder *finder)
{
	name_matcher_ready(finder->matcher);
}

/* The longest row that the points begin or end with; SIZE_MAX: none. */
static size_t form_at(const struct name_finder *finder, const struct name_text *text, int at_end, size_t *length)
{
	size_t best = SIZE_MAX;
	*length = 0;
	for (size_t i = 0; i < finder->form_count; i++) {
		const struct name_text *form = &finder->forms[i];
		if (legal_forms[i].place == (at_end ? LEGAL_BEFORE : LEGAL_BEHIND) || form->count >= text->count ||
		    form->count <= *length)
			continue;
		size_t at = at_end ? text->count - form->count : 0;
		size_t k = 0;
		while (k < form->count && text->points[at + k].point == form->points[k].point)
			k++;
		if (k < form->count ||
		    (text->points[at].script == SCRIPT_LATIN && name_text_gap(text, at) == BREAK_NONE))
			continue;
		best = i;
		*length = form->count;
	}
	return best;
}

/* The core's points in `text`, which holds the whole name. */
static enum legal_class split(struct name_finder *finder, const char *name, size_t *from, size_t *to)
{
	struct name_text *text = &finder->text;
	size_t length;
	name_text_read(text, finder->folder, name, strlen(name));
	*from = 0;
	*to = text->count;
	size_t form = form_at(finder, text, 0, &length);
	if (form != SIZE_MAX) {
		*from = length;
		return legal_forms[form].legal;
	}
	form = form_at(finder, text, 1, &length);
	if (form == SIZE_MAX)
		return LEGAL_NONE;
	*to -= length;
	return legal_forms[form].legal;
}

enum legal_class name_core(struct name_finder *finder, const char *name, struct buf *core)
{
	size_t from;
	size_t to;
	enum legal_class legal = split(finder, name, &from, &to);
	name_text_key(&finder->text, from, to, core);
	return legal;
}

int name_finder_add(struct name_finder *finder, const char *name, int known, enum name_what what)
{
	size_t from;
	size_t to;
	enum legal_class legal = split(finder, name, &from, &to);
	if (to - from < 2 || (what == NAME_PERSON && to - from < 3))
		return 0;
	name_matcher_add_name(finder->matcher, &finder->text, from, to,
	                      what == NAME_PERSON ? PATTERN_PERSON : PATTERN_NAME,
	                      (struct name_owner){known, (int)legal});
	return 1;
}

/* ---- where a name ends */

#define FORM_MOST 16 /* points of a legal form */

static const struct name_match *match_at(const struct name_finder *finder, size_t at, enum pattern_kind kind,
                                         int ends_there)
{
	return name_matches_at(&finder->matches, at, kind, ends_there);
}

static int is_inside_form(const struct name_finder *finder, const struct name_match *form)
{
	for (size_t i = form->from; i + FORM_MOST > form->from; i--) {
		const struct name_match *other = match_at(finder, i, PATTERN_FORM, 0);
		if (other && other->to >= form->to && other->to - other->from > form->to - form->from)
			return 1;
		if (i == 0)
			break;
	}
	return 0;
}

/* The legal form that begins, or ends, there; not one that a longer one holds (地方独立行政法人 is not 独立行政法人). */
static const struct name_match *form_touching(const struct name_finder *finder, size_t at, int ends_there)
{
	const struct name_match *form = match_at(finder, at, PATTERN_FORM, ends_there);
	return form && !is_inside_form(finder, form) ? form : NULL;
}

/* 1 if what stands at `i` cannot go on with what stands before it. */
static int is_boundary(const struct name_text *text, size_t i)
{
	if (name_text_gap(text, i) != BREAK_NONE)
		return 1;
	uint8_t a = text->points[i - 1].script;
	uint8_t b = text->points[i].script;
	if (a == SCRIPT_OTHER || b == SCRIPT_OTHER || b == SCRIPT_HIRAGANA)
		return 1;
	return a == SCRIPT_HIRAGANA;
}

static int ends_at(const struct name_finder *finder, size_t i)
{
	return is_boundary(&finder->text, i) || match_at(finder, i, PATTERN_BEHIND, 0) || form_touching(finder, i, 0);
}

static int begins_at(const struct name_finder *finder, size_t i)
{
	return is_boundary(&finder->text, i) || match_at(finder, i, PATTERN_BEFORE, 1) || form_touching(finder, i, 1);
}

static void add_found(struct name_finder *finder, struct name_found found)
{
	if (finder->found_count == finder->found_cap) {
		finder->found_cap = finder->found_cap ? finder->found_cap * 2 : 32;
		finder->found = xrealloc(finder->found, finder->found_cap * sizeof *finder->found);
	}
	finder->found[finder->found_count++] = found;
}

/* The legal form that touches [from, to), or NULL; a soft break may lie between. */
static const struct name_match *form_beside(const struct name_finder *finder, size_t from, size_t to)
{
	const struct name_match *before = form_touching(finder, from, 1);
	if (before && name_text_gap(&finder->text, from) != BREAK_HARD &&
	    legal_forms[before->value].place != LEGAL_BEHIND)
		return before;
	const struct name_match *behind = form_touching(finder, to, 0);
	if (behind && name_text_gap(&finder->text, to) != BREAK_HARD &&
	    legal_forms[behind->value].place != LEGAL_BEFORE)
		return behind;
	return NULL;
}

static void find_known(struct name_finder *finder)
{
	for (size_t i = 0; i < finder->matches.count; i++) {
		const struct name_match *m = &finder->matches.all[i];
		if (m->kind != PATTERN_NAME && m->kind != PATTERN_PERSON)
			continue;
		int person = m->kind == PATTERN_PERSON;
		const struct name_match *form = person ? NULL : form_beside(finder, m->from, m->to);
		int across = 0;
		for (size_t k = m->from + 1; k < m->to; k++)
			across |= name_text_gap(&finder->text, k) == BREAK_HARD;
		if (across || !begins_at(finder, m->from) || (!ends_at(finder, m->to) && !person) ||
		    (m->to - m->from < 3 && !form))
			continue;
		struct name_found found = {.from = form && form->from < m->from ? form->from : m->from,
		                           .to = form && form->to > m->to ? form->to : m->to,
		                           .core_from = m->from,
		                           .core_to = m->to,
		                           .legal = form ? legal_forms[form->value].legal : LEGAL_NONE,
		                           .what = person ? NAME_PERSON : NAME_ORGANISATION,
		                           .pattern = m->pattern};
		add_found(finder, found);
	}
}

/* ---- unknown names */

static int is_name_script(uint8_t script)
{
	return script == SCRIPT_HAN || script == SCRIPT_KATAKANA || script == SCRIPT_LATIN;
}

/* The end of the run that begins at `from`: cut before a word that stands behind names. */
static size_t run_behind(const struct name_finder *finder, size_t from)
{
	const struct name_text *text = &finder->text;
	size_t to = from;
	while (to < text->count && to - from < RUN_MOST && text->points[to].script == SCRIPT_HIRAGANA &&
	       (to == from || name_text_gap(text, to) == BREAK_NONE))
		to++;
	if (to - from == 1 || (to > from && match_at(finder, from, PATTERN_JOINING, 0)))
		return from; /* a particle */
	while (to < text->count && to - from < RUN_MOST && is_name_script(text->points[to].script) &&
	       (to == from || name_text_gap(text, to) == BREAK_NONE))
		to++;
	for (size_t i = from; i < to; i++) {
		const struct name_match *word = match_at(finder, i, PATTERN_BEHIND, 0);
		const struct name_match *form = i > from ? form_touching(finder, i, 0) : NULL;
		if ((word && (i > from + 1 || i == from) && (word->to - word->from > 1 || word->to == to)) || form)
			return i;
	}
	return to - from < RUN_MOST ? to : from;
}

/* The beginning of the run that ends at `to`. */
static size_t run_before(const struct name_finder *finder, size_t to)
{
	const struct name_text *text = &finder->text;
	size_t from = to;
	int words = 0;
	while (from > 0 && to - from < RUN_MOST && is_name_script(text->points[from - 1].script)) {
		if (from < to && name_text_gap(text, from) == BREAK_HARD)
			break;
		if (from < to && name_text_gap(text, from) == BREAK_SOFT) {
			/* Latin names have spaces, and capitals */
			int latin =
			    text->points[from].script == SCRIPT_LATIN && text->points[from - 1].script == SCRIPT_LATIN;
			size_t word = from - 1;
			while (word > 0 && name_text_gap(text, word) == BREAK_NONE &&
			       text->points[word - 1].script == SCRIPT_LATIN)
				word--;
			if (!latin || !text->points[word].capital || ++words == WORDS_MOST)
				break;
		}
		if (match_at(finder, from, PATTERN_BEFORE, 1))
			break;
		from--;
	}
	/* さくら工業株式会社: hiragana belongs to it only where the line or word begins with it */
	size_t soft = from;
	while (from == soft && soft > 0 && name_text_gap(text, soft) == BREAK_NONE &&
	       text->points[soft - 1].script == SCRIPT_HIRAGANA) {
		size_t begin = soft - 1;
		while (begin > 0 && name_text_gap(text, begin) == BREAK_NONE &&
		       text->points[begin - 1].script == SCRIPT_HIRAGANA)
			begin--;
		if (soft - begin >= 2 && name_text_gap(text, begin) != BREAK_NONE)
			from = begin;
		soft = 0;
	}
	return to - from < RUN_MOST ? from : to;
}

static int is_generic(const struct name_finder *finder, size_t from, size_t to)
{
	if (to - from < 2)
		return 1;
	const struct name_match *word = match_at(finder, from, PATTERN_GENERIC, 0);
	if (word && word->to == to)
		return 1;
	word = match_at(finder, from, PATTERN_BEHIND, 0);
	if (word && word->to == to)
		return 1;
	/* a department: its end says so, and where its name begins cannot be told */
	for (size_t i = to - 1; i < to; i++) {
		const struct name_match *office = match_at(finder, i, PATTERN_BEHIND, 0);
		if (office && office->to == to)
			return 1;
	}
	int digits = 1;
	for (size_t i = from; i < to && digits; i++)
		digits = finder->text.points[i].point >= '0' && finder->text.points[i].point <= '9';
	return digits;
}

static void find_unknown(struct name_finder *finder, const struct name_match *form)
{
	const struct legal_form *row = &legal_forms[form->value];
	const struct name_text *text = &finder->text;
	size_t end = form->to;
	size_t begin = form->from;
	int latin = text->points[form->from].script == SCRIPT_LATIN;
	if (latin && ((form->from > 0 && name_text_gap(text, form->from) == BREAK_NONE &&
	               text->points[form->from - 1].script == SCRIPT_LATIN) ||
	              (form->to < text->count && name_text_gap(text, form->to) == BREAK_NONE &&
	               text->points[form->to].script == SCRIPT_LATIN)))
		return; /* part of a word */
	if (row->place != LEGAL_BEHIND && name_text_gap(text, form->to) != BREAK_HARD)
		end = run_behind(finder, form->to);
	if (row->place != LEGAL_BEFORE && name_text_gap(text, form->from) != BREAK_HARD)
		begin = run_before(finder, form->from);
	int behind = end > form->to && !is_generic(finder, form->to, end);
	int before = begin < form->from && !is_generic(finder, begin, form->from);
	if (behind && before) {
		/* one of them is farther off */
		int gap_before = name_text_gap(text, form->from) != BREAK_NONE;
		int gap_behind = name_text_gap(text, form->to) != BREAK_NONE;
		if (gap_before == gap_behind)
			return; /* whose form it is cannot be told */
		before = !gap_before;
		behind = !gap_behind;
	}
	if (!behind && !before)
		return;
	struct name_found found = {.from = behind ? form->from : begin,
	                           .to = behind ? end : form->to,
	                           .core_from = behind ? form->to : begin,
	                           .core_to = behind ? end : form->from,
	                           .legal = row->legal,
	                           .what = NAME_ORGANISATION,
	                           .pattern = NAME_UNKNOWN};
	add_found(finder, found);
}

static int compare_found(const void *a, const void *b)
{
	const struct name_found *x = a;
	const struct name_found *y = b;
	size_t lx = x->core_to - x->core_from;
	size_t ly = y->core_to - y->core_from;
	if (lx != ly)
		return lx > ly ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	int known = (x->pattern == NAME_UNKNOWN) - (y->pattern == NAME_UNKNOWN);
	return known ? known : (int)x->what - (int)y->what;
}

static int compare_place(const void *a, const void *b)
{
	const struct name_found *x = a;
	const struct name_found *y = b;
	return x->from < y->from ? -1 : x->from > y->from;
}

static void keep_longest(struct name_finder *finder)
{
	size_t kept = 0;
	if (finder->text.count > finder->covered_cap) {
		finder->covered_cap = finder->text.count;
		finder->covered = xrealloc(finder->covered, finder->covered_cap);
	}
	if (finder->found_count == 0)
		return;
	memset(finder->covered, 0, finder->text.count);
	qsort(finder->found, finder->found_count, sizeof *finder->found, compare_found);
	for (size_t i = 0; i < finder->found_count; i++) {
		struct name_found f = finder->found[i];
		size_t n = f.core_to - f.core_from;
		if (memchr(finder->covered + f.core_from, 1, n))
			continue;
		memset(finder->covered + f.core_from, 1, n);
		finder->found[kept++] = f;
	}
	finder->found_count = kept;
	qsort(finder->found, kept, sizeof *finder->found, compare_place);
}

/* ---- */

/* Over the rest of the line: 青葉工業 総務部 山田様. */
static int is_addressed(const struct name_finder *finder, size_t to)
{
	const struct name_text *text = &finder->text;
	for (size_t i = to; i < text->count && i < to + RUN_MOST && name_text_gap(text, i) != BREAK_HARD; i++) {
		const struct name_match *word = match_at(finder, i, PATTERN_ADDRESS, 0);
		if (word && (word->to == text->count || is_boundary(text, word->to)))
			return 1;
		if (text->points[i].script == SCRIPT_HIRAGANA)
			return 0;
	}
	return 0;
}

static void report(struct name_finder *finder, const struct name_found *found,
                   void (*fn)(void *ctx, const struct name_hit *hit), void *ctx)
{
	const struct name_text *text = &finder->text;
	buf_clear(&finder->key);
	name_text_key(text, found->core_from, found->core_to, &finder->key);
	struct name_hit hit = {.known = -1,
	                       .what = found->what,
	                       .legal = found->legal,
	                       .core = finder->key.data,
	                       .from = text->points[found->from].from,
	                       .to = text->points[found->to - 1].to,
	                       .addressed = is_addressed(finder, found->to)};
	const struct name_owner *owners;
	size_t count =
	    found->pattern == NAME_UNKNOWN ? 0 : name_matcher_owners(finder->matcher, found->pattern, &owners);
	size_t exact = 0;
	size_t open = 0;
	for (size_t i = 0; i < count; i++) {
		exact += owners[i].legal == (int)found->legal;
		open += owners[i].legal == LEGAL_NONE || found->legal == LEGAL_NONE;
	}
	/* the class decides where both have one; the same core with another class is another organisation */
	hit.several = (exact ? exact : open) > 1;
	for (size_t i = 0; i < count; i++) {
		if (exact ? owners[i].legal != (int)found->legal
		          : owners[i].legal != LEGAL_NONE && found->legal != LEGAL_NONE)
			continue;
		hit.known = owners[i].known;
		fn(ctx, &hit);
	}
	if (hit.known < 0 && found->legal != LEGAL_NONE && found->what == NAME_ORGANISATION)
		fn(ctx, &hit);
}

void name_find(struct name_finder *finder, const char *text, size_t n,
               void (*fn)(void *ctx, const struct name_hit *hit), void *ctx)
{
	name_text_read(&finder->text, finder->folder, text, n);
	name_matcher_run(finder->matcher, &finder->text, &finder->matches);
	finder->found_count = 0;
	find_known(finder);
	for (size_t i = 0; i < finder->matches.count; i++)
		if (finder->matches.all[i].kind == PATTERN_FORM && !is_inside_form(finder, &finder->matches.all[i]))
			find_unknown(finder, &finder->matches.all[i]);
	keep_longest(finder);
	for (size_t i = 0; i < finder->found_count; i++)
		report(finder, &finder->found[i], fn, ctx);
}
