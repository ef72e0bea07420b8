#include "help_memory.h"

#include "base/err.h"
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

struct memory {
	const unsigned char *bytes;
	size_t n;
};

static int read_memory(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct memory *m = ctx;
	if (offset > m->n || n > m->n - offset)
		return err_set(err, ERR_FAILED, "beyond the end");
	memcpy(bytes, m->bytes + offset, n);
	return 0;
}

struct rows {
	memory_row_fn row;
	void *ctx;
};

static int each_row(void *ctx, const void *bytes, size_t n, struct err *err)
{
	const struct rows *r = ctx;
	struct observation o;
	size_t size = 0;
	for (size_t at = 0; at < n; at += size) {
		if (observation_unpack((const char *)bytes + at, n - at, &o, &size, err) != 1)
			abort();
		if (r->row)
			r->row(r->ctx, &o);
	}
	return 0;
}

void memory_parse(const char *parser, const struct triage_file *f, const void *bytes, size_t n, memory_row_fn row,
                  void *ctx, struct triage_done *done)
{
	struct memory memory = {bytes, n};
	struct rows rows = {row, ctx};
	struct triage_file file = *f;
	file.size = n;
	file.read = read_memory;
	file.ctx = &memory;
	if (triage_parse(triage_parser_find(parser), &file, each_row, &rows, done, NULL) < 0)
		abort();
}
