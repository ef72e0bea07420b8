#include "base/sorting.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

void sorting_release(struct sorting *o)
{
	free(o->rows);
	free(o->merged);
	*o = (struct sorting){0};
}

void sorting_begin(struct sorting *o, size_t count)
{
	if (count > o->cap) {
		o->cap = count + count / 2;
		o->rows = xrealloc(o->rows, o->cap * sizeof *o->rows);
		o->merged = xrealloc(o->merged, o->cap * sizeof *o->merged);
	}
	for (size_t i = 0; i < count; i++)
		o->rows[i] = (uint32_t)i;
	o->count = count;
	o->width = 1;
	o->low = o->left = o->out = 0;
	o->right = 1;
}

static size_t within(const struct sorting *o, size_t at)
{
	return at < o->count ? at : o->count;
}

/* The next two runs; behind the last ones, runs of twice the length. */
static void next_runs(struct sorting *o)
{
	o->low = o->out;
	if (o->low >= o->count) {
		uint32_t *rows = o->rows;
		o->rows = o->merged;
		o->merged = rows;
		o->width *= 2;
		o->low = o->out = 0;
	}
	o->left = o->low;
	o->right = within(o, o->low + o->width);
}

int sorting_work(struct sorting *o, int (*compare)(void *ctx, uint32_t a, uint32_t b), void *ctx,
                 int (*go_on)(void *limit), void *limit)
{
	while (o->width < o->count) {
		size_t middle = within(o, o->low + o->width);
		size_t end = within(o, o->low + 2 * o->width);
		while (o->out < end) {
			int take_left = o->right >= end ||
			                (o->left < middle && compare(ctx, o->rows[o->left], o->rows[o->right]) <= 0);
			o->merged[o->out++] = o->rows[take_left ? o->left++ : o->right++];
			if (!go_on(limit))
				return 0;
		}
		next_runs(o);
	}
	return 1;
}
