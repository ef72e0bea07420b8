/* Rows are held against the words one by one, so that no slice is longer than a row: where few match, that is seldom. */
#include "finding/observation/observation_search.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/time/edtf.h"
#include "finding/observation/searched_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MOST 32 /* what is typed behind them is not looked at; records are found by all of it */

/* One word: any of these. */
struct observation_word {
	struct observation_filter *held; /* in a field or the path */
	char id[OBSERVATION_ID];         /* "": it is none */
	int64_t from, until;             /* of its time; both 0: it is none */
};

struct observation_searching {
	struct observation_search *s; /* borrowed */
	struct observation_scan *scan;
	struct observation_word words[WORDS_MOST];
	size_t count;
};

/* ---- words */

/* `"a\b"|"a/b"`, so that none of the signs of the filter's language counts. */
static void observation_search_filter(const char *word, struct buf *out)
{
	static const char slashes[] = "\\/";
	int has_slash = word[strcspn(word, slashes)] != '\0';
	for (int i = 0; i <= has_slash; i++) {
		buf_adds(out, i ? "|\"" : "\"");
		for (const char *at = word; *at; at++) {
			char sign = strchr(slashes, *at) ? slashes[i] : *at;
			if (!has_slash || sign != '\\')
				buf_addc(out, sign);
			else
				buf_adds(out, "\\\\");
		}
		buf_addc(out, '"');
	}
}

static void observation_search_id(const char *word, char id[OBSERVATION_ID])
{
	const char *digits = strncmp(word, "o:", 2) == 0 ? word + 2 : word;
	*id = '\0';
	if (strlen(digits) != OBSERVATION_ID - 1 || strspn(digits, "0123456789abcdefABCDEF") != OBSERVATION_ID - 1)
		return;
	for (size_t i = 0; i < OBSERVATION_ID; i++)
		id[i] = (char)(digits[i] >= 'A' && digits[i] <= 'F' ? digits[i] | 0x20 : digits[i]);
}

/* A year alone may be any number: it is a word. */
static void observation_search_span(const char *word, struct observation_word *w)
{
	char day[16] = "";
	struct edtf time;
	int64_t first;
	int64_t last;
	size_t n = strlen(word);
	if ((n != 7 && n != 10) || strspn(word, "0123456789-/") != n)
		return;
	for (size_t i = 0; i < n; i++)
		day[i] = word[i] == '/' ? '-' : word[i];
	if (edtf_parse(day, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return;
	w->from = first * OBSERVATION_TICKS;
	w->until = (last + 1) * OBSERVATION_TICKS - 1;
}

static int observation_search_word(void *ctx, const char *word, enum searched_as as, struct err *err)
{
	struct observation_searching *k = ctx;
	struct buf filter = BUF_INIT;
	if (k->count == WORDS_MOST)
		return 0;
	struct observation_word *w = &k->words[k->count++];
	observation_search_filter(word, &filter);
	w->held = observation_filter_parse(filter.data, err);
	if (as == SEARCHED_AS_WORD) {
		observation_search_id(word, w->id);
		observation_search_span(word, w);
	}
	buf_release(&filter);
	return w->held ? 0 : -1;
}

static int observation_search_holds(const struct observation_word *w, const struct observation *o,
                                    const struct observation_set *set)
{
	char id[OBSERVATION_ID];
	if (observation_filter_match(w->held, o, set))
		return 1;
	if (w->from < w->until && o->when >= w->from && o->when <= w->until)
		return 1;
	if (!*w->id)
		return 0;
	observation_id(o, set->evidence_sha256, id);
	return strcmp(id, w->id) == 0;
}

/* ---- rows */

static int take_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct observation_searching *k = ctx;
	struct observation_search *s = k->s;
	for (size_t i = 0; i < k->count; i++)
		if (!observation_search_holds(&k->words[i], o, set))
			return 0;
	if (s->enough && s->count == s->enough)
		return 1;
	if (s->count++ >= s->most)
		return 0;
	s->shown++;
	return s->row(s->ctx, o, set, err) < 0 ? -1 : 0;
}

static void pass_on(void *ctx, const struct observation_set *set, const char *reason)
{
	const struct observation_searching *k = ctx;
	if (k->s->problem)
		k->s->problem(k->s->ctx, set, reason);
}

struct observation_searching *observation_search_new(struct case_file *c, struct observation_search *s, struct err *err)
{
	struct observation_searching *k = xcalloc(1, sizeof *k);
	struct observation_query q = {.problem = pass_on, .lost = 1};
	s->shown = s->count = 0;
	k->s = s;
	if (searched_words(s->words, observation_search_word, k, err) < 0)
		goto bad;
	if (k->count && !(k->scan = observation_scan_new(c, &q, take_row, k, s->progress, err)))
		goto bad;
	return k;
bad:
	observation_search_free(k);
	return NULL;
}

int observation_search_work(struct observation_searching *k, double deadline, struct err *err)
{
	return k->scan ? observation_scan_work(k->scan, deadline, err) : 0;
}

int observation_search_percent(const struct observation_searching *k)
{
	return k->scan ? observation_scan_percent(k->scan) : 0;
}

void observation_search_free(struct observation_searching *k)
{
	if (!k)
		return;
	observation_scan_free(k->scan);
	for (size_t i = 0; i < k->count; i++)
		observation_filter_free(k->words[i].held);
	free(k);
}

int observation_search_run(struct case_file *c, struct observation_search *s, struct err *err)
{
	struct observation_searching *k = observation_search_new(c, s, err);
	int rc = k ? observation_search_work(k, HUGE_VAL, err) : -1;
	observation_search_free(k);
	return rc < 0 ? -1 : 0;
}

static int add_rows(void *ctx, const struct observation_set *set, struct err *err)
{
	(void)err;
	*(uint64_t *)ctx += set->rows;
	return 0;
}

int observation_search_rows(struct case_file *c, uint64_t *rows, struct err *err)
{
	*rows = 0;
	return observation_set_each(c, NULL, add_rows, rows, err);
}
