#include "help_parser.h"

#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

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

void help_parse(const char *parser, const char *path, const unsigned char *bytes, size_t n, const char *suffix,
                const unsigned char *beside, size_t more)
{
	struct memory memory = {bytes, n};
	struct triage_file f = {.path = path, .size = n, .read = read_memory, .ctx = &memory, .recover = 1};
	struct triage_done done;
	unsigned char *copy = malloc(more + 1);
	if (more)
		memcpy(copy, beside, more);
	if (suffix) {
		f.beside[0] = (struct triage_beside){suffix, copy, more};
		f.beside_count = 1;
	}
	if (triage_parse(triage_parser_find(parser), &f, check, NULL, &done, NULL) < 0)
		abort();
	triage_done_release(&done);
	free(copy);
}
