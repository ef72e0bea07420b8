/* Packed rows as a caged parser sends them, and blocks as they lie in a container. */
#include "finding/observation/observation_block.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void show(const struct observation *o)
{
	char sha256[65];
	memset(sha256, 'a', 64);
	sha256[64] = '\0';
	json_decref(observation_json(o, "", sha256, "fuzz"));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct observation o;
	struct block_reader r;
	size_t length = 0;
	for (size_t at = 0; observation_unpack(data + at, size - at, &o, &length, NULL) == 1; at += length)
		show(&o);
	if (block_reader_open(&r, data, size, NULL) == 0) {
		while (block_reader_next(&r, &o, NULL) == 1)
			show(&o);
		block_reader_close(&r);
	}
	return 0;
}
