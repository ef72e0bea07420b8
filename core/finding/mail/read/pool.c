#include "finding/mail/read/pool.h"

#include "base/err.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)32 << 10)

struct pool_block {
	struct pool_block *before;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static void *pool_get(struct pool *pool, size_t n)
{
	const size_t grain = alignof(max_align_t);
	n = (n + grain - 1) / grain * grain;
	if (!pool->last || pool->last->size - pool->last->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;
		struct pool_block *block = xmalloc(sizeof *block + size);
		block->before = pool->last;
		block->used = 0;
		block->size = size;
		pool->last = block;
	}
	void *got = pool->last->bytes + pool->last->used;
	pool->last->used += n;
	return memset(got, 0, n);
}

char *pool_text(struct pool *pool, const char *bytes, size_t n)
{
	char *text = pool_get(pool, n + 1);
	if (n)
		memcpy(text, bytes, n);
	return text;
}

void *pool_more(struct pool *pool, void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 8;
	void *larger = pool_get(pool, *cap * size);
	if (count)
		memcpy(larger, array, count * size);
	return larger;
}

void pool_release(struct pool *pool)
{
	while (pool->last) {
		struct pool_block *before = pool->last->before;
		free(pool->last);
		pool->last = before;
	}
}
