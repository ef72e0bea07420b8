/* What is found, in slices: the index is caught up, every hit is ranked, and the words of the best are read. */
#include "case/query/search.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"
#include "case/store/tokenizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* However busy the machine is, so much is done before the clock is looked at. */
#define RANKED_AT_LEAST 256  /* in the first slice; then twice as many as in the last, */
#define RANKED_AT_MOST  2048 /* but no more: a slice begins by counting all hits, so that few are wanted */
#define READ_AT_LEAST   64
#define LEAP            5000 /* records without a hit of the best: they are not walked through */
#define LOOK_AT_CLOCK   16   /* hits ranked between two looks */
#define RANKING_PART    90   /* percent */

struct ranked {
	double rank;
	sqlite3_int64 n;
	int is_retracted;
	int is_check; /* tells what was looked for: its list of rules holds words of which nothing was found */
	char *label, *kind, *snippet; /* printable; NULL: not read yet */
};

enum step { CATCH_UP, RANK, READ, WHOLE };

struct search {
	struct case_file *c;
	char *text;
	struct buf expression;
	int (*fn)(void *ctx, const struct search_hit *hit);
	void *ctx;
	enum step step;
	sqlite3_int64 done;  /* the last record that was ranked */
	sqlite3_int64 last;  /* record */
	struct ranked *best; /* a heap with the worst at its root; when all are ranked by n; at the end best first */
	size_t count, limit;
	size_t least; /* to be ranked in the next slice */
	size_t read;
	struct buf numbers; /* of the best, for SQLite */
};

struct search *search_new(struct case_file *c, const char *text, size_t limit,
                          int (*fn)(void *ctx, const struct search_hit *hit), void *ctx)
{
	struct search *s = xcalloc(1, sizeof *s);
	*s = (struct search){
	    .c = c, .text = xstrdup(text), .fn = fn, .ctx = ctx, .limit = limit, .least = RANKED_AT_LEAST};
	buf_init(&s->expression);
	buf_init(&s->numbers);
	tokenizer_query(text, &s->expression);
	return s;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	explicit_bzero(s->text, strlen(s->text));
	explicit_bzero(s->expression.data, s->expression.len);
	free(s->text);
	buf_release(&s->expression);
	for (size_t i = 0; i < s->count; i++) {
		char *snippet = s->best[i].snippet;
		if (snippet)
			explicit_bzero(snippet, strlen(snippet));
		free(snippet);
		free(s->best[i].label);
		free(s->best[i].kind);
	}
	buf_release(&s->numbers);
	free(s->best);
	free(s);
}

/* ---- the best of all hits */

static int is_worse(const struct ranked *a, const struct ranked *b)
{
	if (a->is_retracted != b->is_retracted)
		return a->is_retracted;
	if (a->is_check != b->is_check)
		return a->is_check;
	return a->rank != b->rank ? a->rank > b->rank : a->n > b->n;
}

static int compare(const void *a, const void *b)
{
	return is_worse(a, b) - is_worse(b, a);
}

static int compare_numbers(const void *a, const void *b)
{
	sqlite3_int64 x = ((const struct ranked *)a)->n;
	sqlite3_int64 y = ((const struct ranked *)b)->n;
	return (x > y) - (x < y);
}

static void swap(struct ranked *a, struct ranked *b)
{
	struct ranked was = *a;
	*a = *b;
	*b = was;
}

static void sink(struct ranked *heap, size_t count)
{
	for (size_t i = 0, child; (child = 2 * i + 1) < count; i = child) {
		if (child + 1 < count && is_worse(&heap[child + 1], &heap[child]))
			child++;
		if (!is_worse(&heap[child], &heap[i]))
			return;
		swap(&heap[i], &heap[child]);
	}
}

static void keep_best(struct search *s, struct ranked hit)
{
	if (s->count == s->limit) {
		if (s->limit && is_worse(&s->best[0], &hit)) {
			s->best[0] = hit;
			sink(s->best, s->count);
		}
		return;
	}
	if ((s->count & (s->count - 1)) == 0)
		s->best = xrealloc(s->best, (s->count ? 2 * s->count : 1) * sizeof *s->best);
	size_t i = s->count++;
	s->best[i] = hit;
	for (; i > 0 && is_worse(&s->best[i], &s->best[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&s->best[i], &s->best[(i - 1) / 2]);
}

/* ---- the steps; each 1: there is more, 0: it is done, -1 */

static sqlite3_stmt *ask(struct search *s, const char *sql, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->c->db, sql, -1, &statement, NULL) == SQLITE_OK) {
		sqlite3_bind_text(statement, 1, s->expression.data, -1, SQLITE_STATIC);
		return statement;
	}
	case_sql_error(s->c, _("search"), err);
	return NULL;
}

static int find_last(struct search *s, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int rc =
	    sqlite3_prepare_v2(s->c->db, "SELECT ifnull(max(n), 0) FROM record", -1, &statement, NULL) == SQLITE_OK &&
	            sqlite3_step(statement) == SQLITE_ROW
	        ? 0
	        : case_sql_error(s->c, _("search"), err);
	if (rc == 0)
		s->last = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return rc;
}

static int catch_up(struct search *s, double deadline, struct err *err)
{
	int rc = 1;
	while (rc == 1) {
		rc = search_catch_up_until(s->c, deadline, err);
		if (rc == 1 && clock_steady() >= deadline)
			return 1;
	}
	return rc < 0 ? -1 : find_last(s, err);
}

static void by_number(struct search *s)
{
	if (s->count)
		qsort(s->best, s->count, sizeof *s->best, compare_numbers);
	for (size_t i = 0; i < s->count; i++)
		buf_addf(&s->numbers, "%s%lld", i ? "," : "[", (long long)s->best[i].n);
	buf_adds(&s->numbers, s->count ? "]" : "[]");
}

/* In the order of the records, so that the next slice goes on where this one ended. */
static int rank(struct search *s, double deadline, struct err *err)
{
	sqlite3_stmt *hits = ask(s,
	                         "SELECT search.rowid, search.rank, record.retracted, record.kind = 'check' FROM "
	                         "search CROSS JOIN record ON "
	                         "record.n = search.rowid"
	                         " WHERE search MATCH ?1 AND search.rowid > ?2 ORDER BY search.rowid",
	                         err);
	size_t ranked = 0;
	int more = 0;
	int rc = SQLITE_DONE;
	if (!hits)
		return -1;
	sqlite3_bind_int64(hits, 2, s->done);
	while (!more && (rc = sqlite3_step(hits)) == SQLITE_ROW) {
		s->done = sqlite3_column_int64(hits, 0);
		keep_best(s, (struct ranked){.rank = sqlite3_column_double(hits, 1),
		                             .n = s->done,
		                             .is_retracted = sqlite3_column_int(hits, 2),
		                             .is_check = sqlite3_column_int(hits, 3)});
		ranked++;
		more = ranked >= s->least && ranked % LOOK_AT_CLOCK == 0 && clock_steady() >= deadline;
	}
	int result = more || rc == SQLITE_DONE ? more : case_sql_error(s->c, _("search"), err);
	sqlite3_finalize(hits);
	if (s->least < RANKED_AT_MOST)
		s->least *= 2;
	if (result == 0)
		by_number(s);
	return result;
}

/* 1 if the line, which the snippet may have cut, is the word. */
static int is_word(const char *word, const char *line, size_t n)
{
	static const char cut[] = "…";
	size_t dots = strlen(cut);
	size_t length = strlen(word);
	if (n >= dots && memcmp(line, cut, dots) == 0) {
		n -= dots;
		return n > 0 && n <= length && memcmp(word + length - n, line + dots, n) == 0;
	}
	if (n >= dots && memcmp(line + n - dots, cut, dots) == 0) {
		n -= dots;
		return n > 0 && n <= length && memcmp(word, line, n) == 0;
	}
	return n == length && memcmp(word, line, n) == 0;
}

/* The index holds what a choice is called in both languages, and what is stored for it: 1 if the line is not what the interface
 * calls it. */
static int is_aside(const struct kind *kind, const char *line, size_t n)
{
	size_t count = kind && !memmem(line, n, "«", strlen("«")) ? kind_field_count(kind) : 0;
	int is_other = 0;
	for (size_t f = 0; f < count; f++) {
		const struct field *field = kind_field_at(kind, f);
		for (size_t i = 0; i < field->value_count; i++) {
			const struct field_value *value = &field->values[i];
			const char *shown = field_value_label(value);
			if (is_word(shown, line, n))
				return 0;
			is_other |=
			    is_word(value->en, line, n) || is_word(value->ja, line, n) || is_word(value->name, line, n);
		}
	}
	return is_other;
}

/* The snippet marks a hit with characters that the text itself cannot hold after being made printable. */
static char *printable_snippet(const struct kind *kind, const char *text)
{
	struct buf line = BUF_INIT;
	const char *before = "";
	while (*text) {
		size_t n = strcspn(text, "\n");
		int is_same = strncmp(before, text, n) == 0 && before[n] == '\n'; /* stored and called alike */
		before = text;
		if (n > 0 && !is_same && !is_aside(kind, text, n)) {
			buf_adds(&line, line.len ? " · " : "");
			buf_add(&line, text, n);
		}
		text += n + (text[n] == '\n');
	}
	char *safe = printable_dup(line.data);
	buf_release(&line);
	return safe;
}

static void take(struct ranked *hit, sqlite3_stmt *statement)
{
	hit->label = printable_dup((const char *)sqlite3_column_text(statement, 1));
	hit->kind = printable_dup((const char *)sqlite3_column_text(statement, 2));
	hit->snippet = printable_snippet(kind_find((const char *)sqlite3_column_text(statement, 2)),
	                                 (const char *)sqlite3_column_text(statement, 3));
}

/* Best first. */
static void give(struct search *s)
{
	int enough = 0;
	if (s->count)
		qsort(s->best, s->count, sizeof *s->best, compare);
	for (size_t i = 0; i < s->count && !enough; i++) {
		const struct search_hit hit = {s->best[i].label, s->best[i].kind, s->best[i].snippet,
		                               s->best[i].is_retracted};
		enough = hit.snippet && s->fn(s->ctx, &hit);
	}
}

/* Their words, in the order of the records too: to ask for each by itself would gather all that begins with the last word each
 * time. */
static int read_words(struct search *s, double deadline, struct err *err)
{
	sqlite3_stmt *hits =
	    ask(s,
	        "SELECT search.rowid, record.label, record.kind, snippet(search, -1, '«', '»', '…', 12)"
	        " FROM search CROSS JOIN record ON record.n = search.rowid"
	        " WHERE search MATCH ?1 AND search.rowid >= ?2"
	        " AND +search.rowid IN (SELECT value FROM json_each(?3)) ORDER BY search.rowid",
	        err);
	int rc = SQLITE_DONE;
	int more = 0;
	if (!hits)
		return -1;
	sqlite3_bind_text(hits, 3, s->numbers.data, (int)s->numbers.len, SQLITE_STATIC);
	for (size_t i = 1, leap = 1; !more && s->read < s->count; i++) {
		if (leap) {
			sqlite3_reset(hits);
			sqlite3_bind_int64(hits, 2, s->best[s->read].n);
		}
		if ((rc = sqlite3_step(hits)) != SQLITE_ROW)
			break;
		sqlite3_int64 n = sqlite3_column_int64(hits, 0);
		while (s->read < s->count && s->best[s->read].n < n)
			s->read++; /* it was changed meanwhile, and holds the words no more */
		if (s->read < s->count && s->best[s->read].n == n)
			take(&s->best[s->read++], hits);
		leap = s->read < s->count && s->best[s->read].n - n > LEAP;
		more = s->read < s->count && i >= READ_AT_LEAST && clock_steady() >= deadline;
	}
	int result = more || rc == SQLITE_DONE || rc == SQLITE_ROW ? more : case_sql_error(s->c, _("search"), err);
	sqlite3_finalize(hits);
	if (result == 0)
		give(s);
	return result;
}

int search_work(struct search *s, double deadline, struct err *err)
{
	static int (*const steps[])(struct search * s, double deadline, struct err *err) = {catch_up, rank, read_words};
	if (s->expression.len == 0)
		return err_set(err, ERR_USAGE, _("'%s' holds no word that can be searched for"), s->text);
	while (s->step != WHOLE) {
		int rc = steps[s->step](s, deadline, err);
		if (rc)
			return rc;
		s->step++;
	}
	return 0;
}

int search_percent(const struct search *s)
{
	if (s->step == CATCH_UP)
		return 0;
	if (s->step == RANK)
		return s->last > 0 ? (int)(s->done * RANKING_PART / (s->last + 1)) : 0;
	return s->count ? RANKING_PART + (int)(s->read * (100 - RANKING_PART) / s->count) : 100;
}

int search_find(struct case_file *c, const char *text, size_t limit, int (*fn)(void *ctx, const struct search_hit *hit),
                void *ctx, struct err *err)
{
	struct search *s = search_new(c, text, limit, fn, ctx);
	int rc = search_work(s, HUGE_VAL, err);
	search_free(s);
	return rc;
}
