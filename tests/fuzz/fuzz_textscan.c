/* Indicators in any text: hits lie inside it and in order; defanging twice is defanging once. */
#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"
#include "finding/indicator/textscan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	size_t size;
	size_t start;
};

static int check_hit(void *ctx, const struct textscan_hit *hit)
{
	struct seen *seen = ctx;
	if (hit->start >= hit->end || hit->end > seen->size || hit->start < (hit->is_part ? 0 : seen->start) ||
	    !*hit->value || !*textscan_indicator(hit->type) || !text_is_utf8(hit->value, strlen(hit->value)))
		abort();
	seen->start = hit->start;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct seen seen = {size, 0};
	if (textscan(text, size, check_hit, &seen, NULL) != 0)
		abort();
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	textscan_defang(text, size, &once);
	textscan_defang(once.data, once.len, &twice);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
	buf_clear(&twice);
	textscan_refang(text, size, &twice);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
