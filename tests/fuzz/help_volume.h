/* Volumes of our own making with bytes of the fuzzer's over them, so that it comes in at all: of a volume of megabytes, what
 * it says is a few bytes.
 *
 *     F1 VOLUME CUT CUT  then any number of  AT AT AT N BYTE×N      (little-endian; CUT: units of 64 bytes that are missing at its end)
 *
 * What does not begin with F1 is the bytes themselves. */
#ifndef GENBA_TESTS_FUZZ_HELP_VOLUME_H
#define GENBA_TESTS_FUZZ_HELP_VOLUME_H

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct volume_input {
	const unsigned char *bytes;
	size_t n;
	unsigned char *own; /* to be freed */
};

static inline struct volume_input volume_of(const struct buf *volumes, size_t count, const unsigned char *data,
                                            size_t size)
{
	struct volume_input in = {.bytes = data, .n = size};
	if (size < 4 || data[0] != 0xF1 || data[1] >= count)
		return in;
	const struct buf *base = &volumes[data[1]];
	size_t cut = (size_t)64 * (data[2] | (size_t)data[3] << 8);
	in.n = cut < base->len ? base->len - cut : 0;
	in.own = malloc(in.n ? in.n : 1);
	if (!in.own)
		abort();
	memcpy(in.own, base->data, in.n);
	in.bytes = in.own;
	for (size_t at = 4; at + 4 <= size;) {
		size_t to = data[at] | (size_t)data[at + 1] << 8 | (size_t)data[at + 2] << 16;
		size_t n = data[at + 3];
		at += 4;
		if (n > size - at)
			n = size - at;
		to = in.n ? to % in.n : 0;
		memcpy(in.own + to, data + at, n < in.n - to ? n : in.n - to);
		at += n;
	}
	return in;
}

#endif
