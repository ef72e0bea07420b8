/* [MS-XCA] 2.2, "LZ77+Huffman Decompression Algorithm". */
#include "base/bytes.h"
#include "finding/triage/artefact/prefetch.h"

#include <string.h>

#define TABLE   256U
#define CODES   512U
#define LONGEST 15U
#define CHUNK   65536U

struct xpress {
	const unsigned char *in;
	size_t n;
	size_t at;
	uint32_t bits; /* the next ones are the highest */
	int extra;     /* how many there are beyond sixteen */
	uint16_t codes[1U << LONGEST];
	unsigned char lengths[CODES];
};

static uint32_t next_word(struct xpress *x)
{
	uint32_t word = x->at + 2 <= x->n ? bytes_le16(x->in + x->at) : 0;
	x->at += 2;
	return word;
}

static int build(struct xpress *x)
{
	size_t filled = 0;
	if (x->n - x->at < TABLE)
		return -1;
	for (size_t i = 0; i < TABLE; i++) {
		x->lengths[2 * i] = x->in[x->at + i] & 15;
		x->lengths[2 * i + 1] = x->in[x->at + i] >> 4;
	}
	x->at += TABLE;
	for (unsigned length = 1; length <= LONGEST; length++)
		for (unsigned code = 0; code < CODES; code++) {
			size_t count = (size_t)1 << (LONGEST - length);
			if (x->lengths[code] != length)
				continue;
			if (filled + count > (1U << LONGEST))
				return -1;
			for (size_t i = 0; i < count; i++)
				x->codes[filled++] = (uint16_t)code;
		}
	return filled == (1U << LONGEST) ? 0 : -1;
}

static void consume(struct xpress *x, unsigned count)
{
	x->bits = count < 32 ? x->bits << count : 0;
	x->extra -= (int)count;
	if (x->extra < 0) {
		x->bits |= next_word(x) << -x->extra;
		x->extra += 16;
	}
}

/* The length that does not fit into the code. */
static int long_match(struct xpress *x, size_t *length)
{
	if (x->at >= x->n)
		return -1;
	size_t n = x->in[x->at++];
	if (n == 255) {
		n = next_word(x);
		if (n == 0) {
			n = x->at + 4 <= x->n ? bytes_le32(x->in + x->at) : 0;
			x->at += 4;
		}
		if (n < 15)
			return -1;
		n -= 15;
	}
	*length = n + 15;
	return 0;
}

int xpress_huffman(const unsigned char *in, size_t n, unsigned char *out, size_t size)
{
	static _Thread_local struct xpress x;
	size_t at = 0;
	x.in = in;
	x.n = n;
	x.at = 0;
	while (at < size) {
		size_t end = size - at < CHUNK ? size : at + CHUNK;
		if (x.at > n || build(&x) < 0)
			return -1;
		x.bits = next_word(&x) << 16;
		x.bits |= next_word(&x);
		x.extra = 16;
		while (at < end) {
			unsigned code = x.codes[x.bits >> (32 - LONGEST)];
			if (x.at > n + 4)
				return -1;
			consume(&x, x.lengths[code]);
			if (code < 256) {
				out[at++] = (unsigned char)code;
				continue;
			}
			size_t length = (code - 256) & 15;
			unsigned wide = (code - 256) >> 4;
			if (length == 15 && long_match(&x, &length) < 0)
				return -1;
			length += 3;
			size_t back = (wide ? x.bits >> (32 - wide) : 0) + ((size_t)1 << wide);
			consume(&x, wide);
			if (back > at || length > size - at)
				return -1;
			for (size_t i = 0; i < length; i++, at++)
				out[at] = out[at - back];
		}
	}
	return 0;
}
