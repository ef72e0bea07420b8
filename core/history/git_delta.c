#include "history/git_delta.h"

#include <string.h>

#define BLOCK     16
#define SLOTS     512
#define COPY_MOST 0xFFFFU /* bytes of one instruction: what every git reads */

static void put_size(struct buf *delta, size_t n)
{
	for (; n > 0x7F; n >>= 7)
		buf_addc(delta, (char)(0x80 | (n & 0x7F)));
	buf_addc(delta, (char)n);
}

static void put_bytes(struct buf *delta, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t piece = n < 0x7F ? n : 0x7F;
		buf_addc(delta, (char)piece);
		buf_add(delta, bytes, piece);
		bytes += piece;
		n -= piece;
	}
}

static void put_copy(struct buf *delta, size_t at, size_t n)
{
	while (n > 0) {
		size_t piece = n < COPY_MOST ? n : COPY_MOST;
		unsigned char code[8];
		size_t used = 1;
		code[0] = 0x80;
		for (unsigned i = 0; i < 4; i++)
			if ((at >> (8 * i)) & 0xFF) {
				code[0] |= (unsigned char)(1U << i);
				code[used++] = (unsigned char)(at >> (8 * i));
			}
		for (unsigned i = 0; i < 2; i++)
			if ((piece >> (8 * i)) & 0xFF) {
				code[0] |= (unsigned char)(0x10U << i);
				code[used++] = (unsigned char)(piece >> (8 * i));
			}
		buf_add(delta, code, used);
		at += piece;
		n -= piece;
	}
}

static size_t slot_of(const char *block)
{
	uint64_t a;
	uint64_t b;
	memcpy(&a, block, 8);
	memcpy(&b, block + 8, 8);
	return (size_t)(((a * 0x9E3779B97F4A7C15U) ^ (b * 0xC2B2AE3D27D4EB4FU)) >> 55) % SLOTS;
}

static size_t common(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t n = 0;
	while (n < a_size && n < b_size && a[n] == b[n])
		n++;
	return n;
}

/* What lies between the common ends: [begin, base_end) of the base, [begin, end) of the text. */
static void put_middle(const char *base, size_t base_end, const char *text, size_t begin, size_t end, struct buf *delta)
{
	size_t places[SLOTS] = {0}; /* offset + 1 of a block of the base */
	size_t at = begin;          /* what is told up to here */
	for (size_t i = begin; i + BLOCK <= base_end; i += BLOCK / 2)
		places[slot_of(base + i)] = i + 1;
	for (size_t i = begin; i + BLOCK <= end;) {
		size_t from = places[slot_of(text + i)];
		if (from == 0 || memcmp(base + from - 1, text + i, BLOCK) != 0) {
			i++;
			continue;
		}
		from--;
		while (i > at && from > 0 && base[from - 1] == text[i - 1]) {
			from--;
			i--;
		}
		size_t n = common(base + from, base_end - from, text + i, end - i);
		put_bytes(delta, text + at, i - at);
		put_copy(delta, from, n);
		i += n;
		at = i;
	}
	put_bytes(delta, text + at, end - at);
}

void git_delta_make(const void *base, size_t base_size, const void *text, size_t n, struct buf *delta)
{
	const char *a = base;
	const char *b = text;
	size_t first = common(a, base_size, b, n);
	size_t last = 0;
	while (last < base_size - first && last < n - first && a[base_size - last - 1] == b[n - last - 1])
		last++;
	put_size(delta, base_size);
	put_size(delta, n);
	put_copy(delta, 0, first);
	put_middle(a, base_size - last, b, first, n - last, delta);
	put_copy(delta, base_size - last, last);
}
