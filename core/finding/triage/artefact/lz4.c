#include "finding/triage/artefact/lz4.h"

#include <string.h>

/* A length of 15 goes on in the bytes behind it, each of 255 in the next. -1: it is cut off. */
static int length(const unsigned char *p, size_t n, size_t *at, size_t *value)
{
	unsigned char more = 255;
	if (*value != 15)
		return 0;
	while (more == 255) {
		if (*at == n)
			return -1;
		more = p[(*at)++];
		*value += more;
	}
	return 0;
}

int lz4_unpack(const unsigned char *p, size_t n, unsigned char *to, size_t room, size_t *got)
{
	size_t at = 0;
	size_t out = 0;
	*got = 0;
	while (at < n) {
		unsigned token = p[at++];
		size_t literals = token >> 4;
		size_t copied = token & 15;
		if (length(p, n, &at, &literals) < 0 || literals > n - at)
			return -1;
		size_t fits = literals < room - out ? literals : room - out;
		memcpy(to + out, p + at, fits);
		out += fits;
		at += literals;
		if (fits < literals || at == n)
			break; /* full, or the last sequence, which has no match */
		if (n - at < 2)
			return -1;
		size_t back = (size_t)p[at] | (size_t)p[at + 1] << 8;
		at += 2;
		if (back == 0 || back > out || length(p, n, &at, &copied) < 0)
			return -1;
		for (size_t i = copied + 4; i > 0 && out < room; i--, out++)
			to[out] = to[out - back];
	}
	*got = out;
	return 0;
}
