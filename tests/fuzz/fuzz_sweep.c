/* The first line of the input is the look, up to an empty line follow indicators, then the text: all kernels and buffers of two
 * sizes give the same hits, which lie in the text. */
#include "base/buf.h"
#include "base/err.h"
#include "finding/sweep/sweep_stream.h"

#include <stdlib.h>
#include <string.h>

struct fuzz_text {
	const uint8_t *bytes;
	size_t n;
	size_t at;
	uint64_t sum;
	uint64_t hits;
};

static ssize_t read_text(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct fuzz_text *t = ctx;
	(void)err;
	n = n < t->n - t->at ? n : t->n - t->at;
	memcpy(bytes, t->bytes + t->at, n);
	t->at += n;
	return (ssize_t)n;
}

static int add_hit(void *ctx, const struct sweep_place *p, struct err *err)
{
	struct fuzz_text *t = ctx;
	(void)err;
	if (p->hit.at >= p->hit.end || p->hit.end > p->n || p->offset + (p->hit.end - p->hit.at) > t->n)
		abort();
	t->sum += (p->offset * 31 + p->hit.indicator) * 0x9E3779B97F4A7C15U + p->hit.match;
	t->hits++;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sweep_list list = {.take_private = 1};
	struct fuzz_text first = {0};
	if (size < 2 || size > 20000)
		return 0;
	const uint8_t *rest = memmem(data, size, "\n\n", 2);
	size_t listed = rest ? (size_t)(rest - data) : 0;
	sweep_list_read(&list, (const char *)data + 1, listed ? listed - 1 : 0, NULL, NULL);
	struct buf written = BUF_INIT;
	size_t count = 0;
	sweep_list_write(&list, &written);
	struct sweep_set *set = sweep_compile(&written, data[0] & 1, &count, NULL);
	if (!set || count != list.count)
		abort();
	for (unsigned i = 0; i < SWEEP_KERNELS * 2; i++) {
		struct fuzz_text text = {.bytes = data + listed, .n = size - listed};
		struct sweep_input input = {read_text, &text};
		struct sweep_stream s = {.set = set,
		                         .kernel = (enum sweep_kernel)(i / 2),
		                         .look = data[0] & 2,
		                         .piece = i % 2 ? 257 : 0,
		                         .to = UINT64_MAX,
		                         .found = add_hit,
		                         .ctx = &text};
		sweep_stream_run(&s, &input, NULL);
		if (i == 0)
			first = text;
		else if (!(data[0] & 2) && (text.hits != first.hits || text.sum != first.sum))
			abort();
	}
	sweep_set_free(set);
	sweep_list_release(&list);
	return 0;
}
