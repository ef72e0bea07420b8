/*
 * Ranges of bytes that could not be read.
 *
 * Failing sectors become zeros in a copy; what was zeros because it could not
 * be read is on record as ranges, and the digests are bound to this map: the
 * BLAKE2b-256 of its text is one more entry behind the digests of the pieces,
 * so that the root on record covers it.
 *
 * The text has a line for each range, offset and length in bytes, decimal:
 *
 *     1048576 512
 */
#ifndef GENBA_EVIDENCE_IMAGE_RANGES_H
#define GENBA_EVIDENCE_IMAGE_RANGES_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t offset;
	uint64_t length;
};

struct ranges {
	struct range *items; /* ascending, not touching each other */
	size_t count;
	size_t cap;
};

#define RANGES_INIT        \
	{                  \
		NULL, 0, 0 \
	}

void ranges_release(struct ranges *r);

/* Adds a range that begins at or behind the end of the last one. */
void ranges_add(struct ranges *r, uint64_t offset, uint64_t length);

uint64_t ranges_total(const struct ranges *r);

/* The map's text, and the text back: 0, or -1 if it has a wrong form. */
void ranges_text(const struct ranges *r, struct buf *out);
int ranges_parse(struct ranges *r, const char *text);

#endif
