/* A browser's history with its -wal: the first two bytes say how long the database is. Pages of both are read as they come. */
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

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

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size < 2)
		return 0;
	size_t n = (size_t)(data[0] | data[1] << 8);
	if (n > size - 2)
		n = size - 2;
	struct memory m = {data + 2, n};
	struct triage_file f = {.path = "User Data/Default/History", .size = n, .read = read_memory, .ctx = &m};
	if (size - 2 > n) {
		f.beside[0] = (struct triage_beside){"-wal", malloc(size - 2 - n), size - 2 - n};
		memcpy(f.beside[0].bytes, data + 2 + n, size - 2 - n);
		f.beside_count = 1;
	}
	struct triage_done done;
	struct err err = ERR_INIT;
	triage_parse(triage_parser_find("browser"), &f, check, NULL, &done, &err);
	triage_done_release(&done);
	if (f.beside_count)
		free(f.beside[0].bytes);
	return 0;
}
