/* The names that are looked for, and the dresses in which they are (forbidden_dress.c). */
#ifndef GENBA_OUTWARD_RELEASE_FORBIDDEN_PRIVATE_H
#define GENBA_OUTWARD_RELEASE_FORBIDDEN_PRIVATE_H

#include "base/buf.h"
#include "outward/release/forbidden.h"

#include <stdint.h>

#define FORBIDDEN_SLOTS 65536U

struct forbidden_name {
	char *text; /* as added */
	char *folded;
	size_t n;
	char *label;
	char *field;
	size_t next; /* in its slot, from 1; 0: none */
};

struct forbidden {
	struct forbidden_name *names;
	size_t count;
	char **allowed;
	size_t allowed_count;
	size_t *slots;       /* by the first three folded bytes */
	unsigned char *seen; /* which slots hold a name, as bits: small enough to stay at hand */
	int ready;
};

/* The slot of three bytes, the first in the lowest. */
static inline unsigned forbidden_slot(uint32_t three)
{
	return (three * 2654435761U) >> 16;
}

/* Memory that is used line after line. */
struct forbidden_scratch {
	struct buf fold;
	struct buf plain;
	struct buf decoded;
	struct buf wide;
};
/* clang-format off */
#define FORBIDDEN_SCRATCH {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT}
/* clang-format on */
void forbidden_scratch_release(struct forbidden_scratch *s);

/* 1 with the first name in text that is folded already. The byte behind it is readable (NUL). */
int forbidden_in_folded(const struct forbidden *f, const char *text, size_t n, struct forbidden_hit *hit);

/* The same of text in any dress. `depth`: how many were taken off. */
int forbidden_in_part(const struct forbidden *f, const char *text, size_t n, int depth,
                      struct forbidden_scratch *scratch, struct forbidden_hit *hit);

/* Appends the text with letters of other scripts that look like Latin ones as those. 1 if there were any. */
int forbidden_alike(const char *text, size_t n, struct buf *out);

#endif
