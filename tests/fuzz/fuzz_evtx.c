/* Event logs, by their parser as it runs in the cage: each row that comes has to be one. */
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int check(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct observation o;
	size_t length;
	(void)ctx;
	for (size_t at = 0; at < n; at += length)
		if (observation_unpack((const char *)bytes + at, n - at, &o, &length, err) != 1)
			abort();
	return 0;
}

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

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct memory memory = {data, size};
	struct triage_file file = {.path = "a.evtx", .size = size, .read = read_memory, .ctx = &memory};
	struct triage_done done;
	if (triage_parse(triage_parser_find("evtx"), &file, check, NULL, &done, NULL) < 0)
		abort();
	triage_done_release(&done);
	return 0;
}
