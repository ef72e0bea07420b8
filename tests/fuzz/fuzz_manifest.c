/* A manifest and a map of ranges as a colleague's case may hold them. */
#include "base/buf.h"
#include "evidence/acquire/manifest.h"
#include "evidence/image/ranges.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	struct manifest_entry entry;
	int more;
	buf_add(&text, data, size);
	const char *end = text.data + strlen(text.data);
	for (const char *p = text.data; (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path))
		if (p > end || entry.line + entry.length != p || (entry.type == 'f') != (*entry.sha256 != '\0'))
			abort();
	struct ranges ranges = RANGES_INIT;
	if (ranges_parse(&ranges, text.data) == 0) { /* what is accepted says the same again */
		struct buf again = BUF_INIT;
		struct ranges second = RANGES_INIT;
		ranges_text(&ranges, &again);
		if (ranges_parse(&second, again.data) < 0 || second.count != ranges.count ||
		    ranges_total(&second) != ranges_total(&ranges))
			abort();
		ranges_release(&second);
		buf_release(&again);
	}
	ranges_release(&ranges);
	buf_release(&text);
	return 0;
}
