#include "evidence/image/ranges.h"

#include "base/err.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

void ranges_release(struct ranges *r)
{
	free(r->items);
	*r = (struct ranges)RANGES_INIT;
}

void ranges_add(struct ranges *r, uint64_t offset, uint64_t length)
{
	struct range *last = r->count ? &r->items[r->count - 1] : NULL;
	if (last && last->offset + last->length == offset) {
		last->length += length;
		return;
	}
	if (r->count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 16;
		r->items = xrealloc(r->items, r->cap * sizeof *r->items);
	}
	r->items[r->count++] = (struct range){offset, length};
}

uint64_t ranges_total(const struct ranges *r)
{
	uint64_t total = 0;
	for (size_t i = 0; i < r->count; i++)
		total += r->items[i].length;
	return total;
}

void ranges_text(const struct ranges *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++)
		buf_addf(out, "%llu %llu\n", (unsigned long long)r->items[i].offset,
		         (unsigned long long)r->items[i].length);
}

static int take_number(const char **text, char end, uint64_t *number)
{
	char *stop;
	if (!isdigit((unsigned char)**text))
		return -1;
	errno = 0;
	*number = strtoull(*text, &stop, 10);
	if (errno || *stop != end)
		return -1;
	*text = stop + 1;
	return 0;
}

int ranges_parse(struct ranges *r, const char *text)
{
	uint64_t behind = 0;
	while (*text) {
		uint64_t offset;
		uint64_t length;
		if (take_number(&text, ' ', &offset) < 0 || take_number(&text, '\n', &length) < 0 || length == 0 ||
		    offset < behind || offset + length < offset)
			return -1;
		ranges_add(r, offset, length);
		behind = offset + length;
	}
	return 0;
}
