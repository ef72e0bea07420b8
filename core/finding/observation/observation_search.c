#include "finding/observation/observation_search.h"

#include "base/buf.h"
#include "base/err.h"

#include <string.h>

/* The words as a filter: each quoted, so that none of the signs of the language counts. */
static void filter_of(const char *words, struct buf *out)
{
	while (*words) {
		words += strspn(words, " \t\"");
		int quoted = words[0] && words[-1] == '"';
		size_t n = strcspn(words, quoted ? "\"" : " \t\"");
		if (n)
			buf_addf(out, "%s\"%.*s\"", out->len ? " " : "", (int)n, words);
		words += n;
		words += quoted && *words == '"';
	}
}

static int take_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct observation_search *s = ctx;
	if (s->enough && s->count == s->enough)
		return 1;
	if (s->count++ >= s->most)
		return 0;
	s->shown++;
	return s->row(s->ctx, o, set, err) < 0 ? -1 : 0;
}

static void pass_on(void *ctx, const struct observation_set *set, const char *reason)
{
	struct observation_search *s = ctx;
	if (s->problem)
		s->problem(s->ctx, set, reason);
}

int observation_search_run(struct case_file *c, struct observation_search *s, struct err *err)
{
	struct buf words = BUF_INIT;
	struct buf filter = BUF_INIT;
	int rc = 0;
	s->shown = s->count = 0;
	buf_addf(&words, " %s", s->words); /* so that something stands before the first */
	filter_of(words.data, &filter);
	struct observation_query q = {.filter = filter.data, .problem = pass_on};
	if (filter.len)
		rc = observation_query_run(c, &q, take_row, s, s->progress, err);
	buf_release(&words);
	buf_release(&filter);
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
