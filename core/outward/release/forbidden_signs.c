/* Signs that something decoded may hold a name: three bytes of it, in either case, as UTF-16 too, and how packed data begins. */
#include "outward/release/forbidden_private.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* Two bits of one word stand for them. */
static uint64_t gram_mask(uint32_t hash)
{
	return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63);
}

static void add_gram(struct forbidden *f, uint32_t three)
{
	uint32_t hash = three * 2654435761U;
	f->grams[hash >> f->gram_shift] |= gram_mask(hash >> 3 ^ three);
	f->base64[three >> 6] |= FORBIDDEN_SIGN;
	f->hex[three >> 8] |= FORBIDDEN_SIGN;
}

int forbidden_has_sign(const struct forbidden *f, uint32_t three)
{
	uint32_t hash = three * 2654435761U;
	uint64_t mask = gram_mask(hash >> 3 ^ three);
	return (f->grams[hash >> f->gram_shift] & mask) == mask;
}

/* The three bytes in each of their cases. */
static void add_cases(struct forbidden *f, const unsigned char *u)
{
	for (unsigned upper = 0; upper < 8; upper++) {
		uint32_t three = 0;
		for (unsigned i = 0; i < 3; i++) {
			unsigned char c = u[i];
			if (c >= 'a' && c <= 'z' && upper & 1U << i)
				c = (unsigned char)(c & ~0x20U);
			three = three << 8 | c;
		}
		add_gram(f, three);
	}
}

/* Three places of it suffice: one of them begins where three bytes of what is decoded begin. */
static void add_places(struct forbidden *f, const char *bytes, size_t n)
{
	for (size_t i = 0; i < 3 && i + 3 <= n; i++)
		add_cases(f, (const unsigned char *)bytes + i);
}

static void add_wide(struct forbidden *f, const char *text, int big)
{
	char wide[8];
	size_t n = 0;
	for (const unsigned char *u = (const unsigned char *)text; *u && n + 2 <= 6;) {
		unsigned point = u[0] < 0x80 ? u[0] : u[0] < 0xE0 ? u[0] & 31U : u[0] & 15U;
		size_t more = u[0] < 0x80 ? 0 : u[0] < 0xE0 ? 1 : 2;
		if (u[0] >= 0xF0)
			return;
		for (u++; more && *u; more--, u++)
			point = point << 6 | (*u & 63U);
		wide[n + (big ? 0 : 1)] = (char)(point >> 8);
		wide[n + (big ? 1 : 0)] = (char)(point & 255);
		n += 2;
	}
	add_places(f, wide, n);
}

static int is_printable(unsigned c)
{
	return (c >= 32 && c < 127) || c == '\t' || c == '\n' || c == '\r';
}

/* Whether UTF-8 has the second behind the first: neither a part of a character behind ASCII, nor anything else behind a
 * beginning. */
static int may_follow(unsigned c, unsigned next)
{
	int continues = (next & 0xC0) == 0x80;
	return c < 0x80 ? !continues : c < 0xC0 || continues;
}

/* What four characters of base64 say, as far as the first three tell (two bytes, and of what kind the third is): text of ASCII;
 * letters of three bytes (Japanese) or two (Greek, Cyrillic), from each of their places. */
static int is_text(uint32_t three)
{
	return (three & 0x808080) == 0 || (three & 0xF0C0C0) == 0xE08080 || (three & 0xC0C0C0) == 0x8080C0 ||
	       (three & 0xC0F0C0) == 0x80E080 || (three & 0xE0C0C0) == 0xC080C0 || (three & 0xC0E0C0) == 0x80C080;
}

/* The same of a mixture: whatever UTF-8 may be. */
static int may_be_text(uint32_t three)
{
	unsigned a = three >> 16;
	unsigned b = three >> 8 & 255;
	unsigned c = three & 0xC0;
	return (is_printable(a) || (a >= 0x80 && a < 0xF5 && (a & 0xFE) != 0xC0)) &&
	       (is_printable(b) || (b >= 0x80 && b < 0xF5 && (b & 0xFE) != 0xC0)) && may_follow(a, b) &&
	       may_follow(b, c);
}

void forbidden_prepare_signs(struct forbidden *f, size_t names)
{
	static const unsigned char second[] = {0x01, 0x5E, 0x9C, 0xDA}; /* of zlib */
	unsigned words = 10; /* as a power of two: room for about fifty marks of a name in 2,048 bits, 4 MiB at most */
	while (words < 19 && ((size_t)1 << words) < names * 32)
		words++;
	f->gram_shift = 32 - words;
	f->grams = xcalloc((size_t)1 << words, sizeof *f->grams);
	f->base64 = xcalloc(FORBIDDEN_BASE64, 1);
	f->hex = xcalloc(FORBIDDEN_HEX, 1);
	for (uint32_t i = 0; i < FORBIDDEN_BASE64; i++)
		f->base64[i] = (unsigned char)((is_text(i << 6) ? FORBIDDEN_TEXT : 0) |
		                               (may_be_text(i << 6) ? FORBIDDEN_MIXTURE : 0));
	for (uint32_t i = 0; i < FORBIDDEN_HEX; i++)
		f->hex[i] = is_printable(i >> 8) && is_printable(i & 255) ? FORBIDDEN_TEXT : 0;
	add_gram(f, 0x1F8B08);
	add_gram(f, 0x504B03);
	add_gram(f, 0x4B0304);
	for (uint32_t k = 0; k < 4 * 256; k++)
		add_gram(f, 0x780000U | (uint32_t)second[k >> 8] << 8 | (k & 255));
}

void forbidden_add_signs(struct forbidden *f, const struct forbidden_name *name)
{
	const char *ways[] = {forbidden_text(f, name->folded), forbidden_text(f, name->text)};
	for (size_t i = 0; i < 2 && (i == 0 || strcmp(ways[0], ways[1]) != 0); i++) {
		add_places(f, ways[i], strlen(ways[i]));
		add_wide(f, ways[i], 0);
		add_wide(f, ways[i], 1);
	}
}
