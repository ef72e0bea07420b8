/*
 * Where a text is base64 or hexadecimal numbers that may hold a name. Only such runs are decoded: where three bytes of a name would
 * stand, or where it would be text, since a name may stand in that in a further dress.
 */
#include "outward/release/forbidden_private.h"

#include <string.h>

#define BASE64_LEAST 8 /* characters of a run that is looked into */
#define HEX_LEAST    6

/* What a character is worth in base64 (both alphabets), and as a hexadecimal digit: one more than that, 0: it is none. */
static const unsigned char base64[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,
    ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
    ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['-'] = 63, ['/'] = 64, ['_'] = 64};
static const unsigned char hexadecimal[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

struct encoded {
	const struct forbidden *f;
	const char *text;
	size_t n;
	int depth;
	struct forbidden_scratch *s;
	struct forbidden_hit *hit;
};

static int in_decoded(struct encoded *e, int sign)
{
	return forbidden_in_decoded(e->f, &e->s->decoded, e->depth, sign, e->s, e->hit);
}

/* ---- runs */

/* Whether a run has to be decoded from this of its places, of which `tried` were. What was decoded because it is text was not
 * searched as if it were a name's. */
static int is_new(unsigned *tried, size_t place, int sign)
{
	unsigned bit = 1U << place;
	if (*tried & (bit << 4 | (sign ? 0 : bit)))
		return 0;
	*tried |= sign ? bit << 4 : bit;
	return 1;
}

static unsigned worth64(char c)
{
	return base64[(unsigned char)c] - 1U;
}

static unsigned worth16(char c)
{
	return hexadecimal[(unsigned char)c] - 1U;
}

static void decode_base64(const char *text, size_t n, struct buf *out)
{
	uint32_t bits = 0;
	buf_clear(out);
	buf_grow(out, n);
	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | worth64(text[i]);
		if (i % 4 != 0)
			out->data[out->len++] = (char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
	}
	out->data[out->len] = '\0';
}

static int in_base64(struct encoded *e, size_t from, size_t to)
{
	const char *text = e->text;
	uint32_t three = worth64(text[from]) << 6 | worth64(text[from + 1]);
	uint32_t said = 0;  /* where a group of four would be text */
	uint32_t mixed = 0; /* where it might be */
	unsigned tried = 0;
	for (size_t i = from + 2; i < to; i++) {
		three = (three << 6 | worth64(text[i])) & (FORBIDDEN_BASE64 - 1);
		unsigned part = e->f->base64[three];
		said = said << 1 | (part & FORBIDDEN_TEXT);
		mixed = mixed << 1 | (part / FORBIDDEN_MIXTURE & 1U);
		/* two of the last three groups are, or three might be */
		unsigned is_text = ((said & (said >> 4 | said >> 8)) | (mixed & mixed >> 4 & mixed >> 8)) & 1U;
		if (!(is_text | (part & FORBIDDEN_SIGN)))
			continue;
		size_t at = i - 2;
		int sign =
		    part & FORBIDDEN_SIGN && i + 1 < to && forbidden_has_sign(e->f, three << 6 | worth64(text[i + 1]));
		if (!(sign || is_text) || !is_new(&tried, (at - from) % 4, sign))
			continue;
		size_t first = from + (at - from) % 4;
		decode_base64(text + first, to - first, &e->s->decoded);
		if (in_decoded(e, sign))
			return 1;
	}
	return 0;
}

static int in_hex(struct encoded *e, size_t from, size_t to)
{
	const char *text = e->text;
	uint32_t two = worth16(text[from]) << 8 | worth16(text[from + 1]) << 4 | worth16(text[from + 2]);
	uint32_t said = 0; /* where two bytes would be text */
	unsigned tried = 0;
	for (size_t i = from + 3; i < to; i++) {
		two = (two << 4 | worth16(text[i])) & (FORBIDDEN_HEX - 1);
		unsigned part = e->f->hex[two];
		said = said << 1 | (part & FORBIDDEN_TEXT);
		unsigned is_text = said & said >> 4 & said >> 8 & 1U;
		if (!(is_text | (part & FORBIDDEN_SIGN)))
			continue;
		size_t at = i - 3;
		int sign = part & FORBIDDEN_SIGN && i + 2 < to &&
		           forbidden_has_sign(e->f, two << 8 | worth16(text[i + 1]) << 4 | worth16(text[i + 2]));
		if (!(sign || is_text) || !is_new(&tried, (at - from) % 2, sign))
			continue;
		buf_clear(&e->s->decoded);
		for (size_t k = from + (at - from) % 2; k + 1 < to; k += 2)
			buf_addc(&e->s->decoded, (char)(worth16(text[k]) << 4 | worth16(text[k + 1])));
		if (in_decoded(e, sign))
			return 1;
	}
	return 0;
}

/* ---- bytes one by one, with the same between them */

/* How far it is from one to the next: 48 52 2d, 48:52:2d; 48, 52, 2d; 0x48,0x52,0x2d; 0x48, 0x52, 0x2d. */
static const struct {
	size_t step;
	uint32_t digits; /* which of the characters of three of them are digits */
} lists[] = {{3, 0xDB}, {4, 0x333}, {5, 0xD6B}, {6, 0x34D3}};

static int is_byte(const char *digits)
{
	return hexadecimal[(unsigned char)digits[0]] && hexadecimal[(unsigned char)digits[1]];
}

static unsigned byte_of(const char *digits)
{
	return worth16(digits[0]) << 4 | worth16(digits[1]);
}

static int in_list(struct encoded *e, size_t at, size_t step)
{
	const char *text = e->text;
	const char *between = text + at + 2;
	size_t from = at;
	size_t to = at;
	if (!forbidden_has_sign(e->f, byte_of(text + at) << 16 | byte_of(text + at + step) << 8 |
	                                  byte_of(text + at + 2 * step)))
		return 0;
	while (from >= step && is_byte(text + from - step) && memcmp(text + from - step + 2, between, step - 2) == 0)
		from -= step;
	while (to + step + 2 <= e->n && is_byte(text + to + step) && memcmp(text + to + 2, between, step - 2) == 0)
		to += step;
	if (to < at + 2 * step)
		return 0;
	buf_clear(&e->s->decoded);
	for (size_t i = from; i <= to; i += step)
		buf_addc(&e->s->decoded, (char)byte_of(text + i));
	return in_decoded(e, 1);
}

/* ---- where they are: a bit for each character, 64 at a time (forbidden_traits.c) */

/* The bits from k behind the beginning of a word. */
static uint64_t shifted(const uint64_t *word, size_t k)
{
	return k ? word[0] >> k | word[1] << (64 - k) : word[0];
}

static size_t run_end(const uint64_t *bits, size_t n, size_t from)
{
	size_t w = from / 64;
	uint64_t none = ~bits[w] >> from % 64 << from % 64;
	while (!none && (w + 1) * 64 < n)
		none = ~bits[++w];
	size_t end = none ? w * 64 + (size_t)__builtin_ctzll(none) : n;
	return end < n ? end : n;
}

/* Runs of so many at least. */
static int each_run(struct encoded *e, const uint64_t *bits, size_t least,
                    int (*look)(struct encoded *e, size_t from, size_t to))
{
	size_t done = 0;
	for (size_t w = 0; w * 64 < e->n; w++) {
		uint64_t begin = bits[w];
		for (size_t k = 1; k < least && begin; k++)
			begin &= shifted(bits + w, k);
		while (begin) {
			size_t from = w * 64 + (size_t)__builtin_ctzll(begin);
			begin &= begin - 1;
			if (from < done)
				continue;
			done = run_end(bits, e->n, from);
			if (look(e, from, done))
				return 1;
		}
	}
	return 0;
}

static int each_list(struct encoded *e, const uint64_t *bits)
{
	for (size_t w = 0; w * 64 < e->n; w++)
		for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
			uint64_t begin = bits[w];
			for (size_t k = 1; k < 2 * lists[i].step + 2 && begin; k++)
				begin &= lists[i].digits >> k & 1 ? shifted(bits + w, k) : ~shifted(bits + w, k);
			for (; begin; begin &= begin - 1)
				if (in_list(e, w * 64 + (size_t)__builtin_ctzll(begin), lists[i].step))
					return 1;
		}
	return 0;
}

int forbidden_in_encoded(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_scratch *s,
                         struct forbidden_hit *hit)
{
	struct encoded e = {f, text, n, depth, s, hit};
	const uint64_t *base = (const uint64_t *)(const void *)s->bits.data;
	const uint64_t *hex = base + n / 64 + 2;
	return each_run(&e, base, BASE64_LEAST, in_base64) || each_run(&e, hex, HEX_LEAST, in_hex) ||
	       each_list(&e, hex);
}
