#include "finding/mail/content/icon.h"

#include "finding/mail/files/span.h"

#define SECTIONS 96
#define ENTRIES  1000 /* of a folder of resources */
#define ICON     3    /* the type of resource */
#define LARGEST  256  /* pixels of a side */

struct pe {
	struct span s;
	size_t sections;
	size_t count;
	size_t resources; /* where they begin */
};

/* Where an address of the running program lies in the file; n: nowhere. */
static size_t place_of(const struct pe *pe, uint32_t address)
{
	for (size_t i = 0; i < pe->count; i++) {
		size_t at = pe->sections + i * 40;
		uint32_t start = span_32(pe->s, at + 12);
		uint32_t size = span_32(pe->s, at + 16);
		if (address >= start && address - start < size)
			return (size_t)span_32(pe->s, at + 20) + (address - start);
	}
	return pe->s.n;
}

static int pe_open(struct pe *pe, const void *bytes, size_t n)
{
	*pe = (struct pe){.s = {bytes, n}};
	size_t at = span_32(pe->s, 0x3C);
	if (!span_is(pe->s, at, "PE\0\0", 4))
		return -1;
	size_t optional = at + 24;
	int is_64 = span_16(pe->s, optional) == 0x20B;
	pe->count = span_16(pe->s, at + 6);
	pe->count = pe->count < SECTIONS ? pe->count : SECTIONS;
	pe->sections = optional + span_16(pe->s, at + 20);
	uint32_t address = span_32(pe->s, optional + (is_64 ? 112 : 96) + 16);
	pe->resources = address ? place_of(pe, address) : n;
	return pe->resources < n ? 0 : -1;
}

/* Shares of a picture, per cent of what is not transparent. */
static int looks_like_paper(struct span picture)
{
	size_t width = span_32(picture, 4);
	size_t height = span_32(picture, 8) / 2; /* the mask is below it */
	size_t head = span_32(picture, 0);
	size_t shown = 0;
	size_t white = 0;
	size_t yellow = 0;
	if (span_16(picture, 14) != 32 || width < 16 || height < 16 || width > LARGEST || height > LARGEST ||
	    !span_has(picture, head, width * height * 4))
		return 0;
	for (size_t i = 0; i < width * height; i++) {
		const unsigned char *p = picture.p + head + i * 4; /* blue, green, red, alpha */
		if (p[3] < 128)
			continue;
		shown++;
		white += p[0] > 220 && p[1] > 220 && p[2] > 220;
		yellow += p[2] > 200 && p[1] > 150 && p[1] < 240 && p[0] < 160 && p[2] - p[0] > 60;
	}
	return shown * 4 > width * height && (white * 100 >= shown * 55 || yellow * 100 >= shown * 60);
}

/* All pictures below the folder of resources of that type. `at` is of the folder; three levels: type, name, language. */
static int walk(const struct pe *pe, size_t at, int level, size_t *left)
{
	size_t count = (size_t)span_16(pe->s, pe->resources + at + 12) + span_16(pe->s, pe->resources + at + 14);
	for (size_t i = 0; i<count && * left> 0; i++, --*left) {
		size_t entry = pe->resources + at + 16 + i * 8;
		uint32_t to = span_32(pe->s, entry + 4);
		if (level == 0 && span_32(pe->s, entry) != ICON)
			continue;
		if (to & 0x80000000) {
			if (level < 2 && walk(pe, to & 0x7FFFFFFF, level + 1, left))
				return 1;
			continue;
		}
		size_t data = pe->resources + to;
		struct span picture = span_of(pe->s, place_of(pe, span_32(pe->s, data)), span_32(pe->s, data + 4));
		if (looks_like_paper(picture))
			return 1;
	}
	return 0;
}

int icon_pretends(const void *bytes, size_t n)
{
	struct pe pe;
	size_t left = ENTRIES;
	return pe_open(&pe, bytes, n) == 0 && walk(&pe, 0, 0, &left);
}
