/* A bundle as it comes out of a seal: its head, and behind it whatever is said to be the pack. */
#include "handover/parcel/pack.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *ctx, const struct pack_object *object)
{
	size_t *total = ctx;
	*total += object->size;
	return *total > PACK_TOTAL ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bundle_head head;
	struct err err = ERR_INIT;
	size_t total = 0;
	if (pack_read_head(data, size, &head, &err) < 0) {
		if (err.code != ERR_INVALID)
			abort();
		return 0;
	}
	if (head.pack_at > size || head.need_count > BUNDLE_REFS)
		abort();
	pack_read(data + head.pack_at, size - head.pack_at, take, &total, NULL);
	return 0;
}
