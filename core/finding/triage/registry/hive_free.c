/* Where a hive has no cells in use. */
#include "base/err.h"
#include "finding/triage/registry/hive.h"

#include <string.h>

#define UNIT 8U

void hive_watch(struct hive *h)
{
	h->used = xcalloc(1, h->n / UNIT / 8 + 1);
}

unsigned char *hive_used(struct hive *h)
{
	unsigned char *used = h->used;
	h->used = NULL;
	return used;
}

int hive_is_free(const struct hive *h, const unsigned char *used, uint32_t offset)
{
	size_t unit = offset / UNIT;
	return offset < h->n && !(used[unit / 8] >> unit % 8 & 1);
}

uint32_t hive_next_free(const struct hive *h, const unsigned char *used, uint32_t offset, const char *mark)
{
	for (size_t at = ((size_t)offset + UNIT - 1) / UNIT * UNIT; at + UNIT <= h->n && at < UINT32_MAX; at += UNIT)
		if (memcmp(h->bytes + at + 4, mark, 2) == 0 && hive_is_free(h, used, (uint32_t)at))
			return (uint32_t)at;
	return UINT32_MAX;
}
