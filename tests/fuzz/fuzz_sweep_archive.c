/* What is packed, and archives: members are given whole or up to the tear, in any order of reading; the first byte says
 * whether it can be sought in. */
#include "base/err.h"
#include "finding/sweep/sweep_archive.h"

#include <stdlib.h>
#include <string.h>

struct fuzz_bytes {
	const uint8_t *bytes;
	size_t n;
	size_t at;
	unsigned members;
};

static ssize_t read_in_order(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct fuzz_bytes *b = ctx;
	(void)err;
	n = n < b->n - b->at ? n : b->n - b->at;
	memcpy(bytes, b->bytes + b->at, n);
	b->at += n;
	return (ssize_t)n;
}

static ssize_t read_at(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct fuzz_bytes *b = ctx;
	(void)err;
	if (offset >= b->n)
		return 0;
	n = n < b->n - offset ? n : b->n - (size_t)offset;
	memcpy(bytes, b->bytes + offset, n);
	return (ssize_t)n;
}

static int take_member(void *ctx, const char *name, const struct sweep_input *input, const char *problem,
                       struct err *err)
{
	struct fuzz_bytes *b = ctx;
	char piece[4096];
	struct err why = ERR_INIT;
	size_t total = 0;
	(void)err;
	if (!input != (problem != NULL))
		abort();
	for (ssize_t got = 1; input && got > 0 && total<1U << 20; total += got> 0 ? (size_t)got : 0)
		got = input->read(input->ctx, piece, sizeof piece, &why);
	return strlen(name) < SIZE_MAX && ++b->members > 200 ? -1 : 0;
}

/* What is packed: gzip, zstd, xz, bzip2. */
static void unpack_all(struct fuzz_bytes *b)
{
	static char piece[65536];
	struct err why = ERR_INIT;
	struct sweep_input below = {read_in_order, b};
	enum sweep_packing packing = sweep_packing_of(b->bytes, b->n);
	if (packing == SWEEP_AS_IT_IS)
		return;
	struct sweep_source *source = sweep_source_new(packing, &below, 0);
	size_t total = 0;
	ssize_t got;
	while ((got = sweep_source_read(source, piece, sizeof piece, &why)) > 0 && total < (4U << 20))
		total += (size_t)got;
	if (got < 0 && why.code == ERR_NONE)
		abort();
	sweep_source_free(source);
	b->at = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct fuzz_bytes b = {data + 1, size - 1, 0, 0};
	struct err err = ERR_INIT;
	struct sweep_input input = {read_in_order, &b};
	struct sweep_archive archive = {.input = &input, .member = take_member, .ctx = &b};
	if (data[0] & 1) {
		archive.input = NULL;
		archive.read_at = read_at;
		archive.size = b.n;
	}
	sweep_archive_is(b.bytes, b.n);
	unpack_all(&b);
	int rc = sweep_archive_each(&archive, &err);
	if (rc == 1 && err.code == ERR_NONE)
		abort();
	return 0;
}
