/* Log lines: the first is the head of a file, each is taken apart; what is told lies in the line. */
#include "finding/sweep/sweep_log.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sweep_log log;
	struct sweep_line out;
	const char *text = (const char *)data;
	const char *end = text + size;
	sweep_log_begin(&log, text, size);
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);
		sweep_log_line(&log, text, n, &out);
		const struct sweep_span *spans[] = {&out.client, &out.method, &out.url, &out.status, &out.bytes};
		for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
			if (spans[i]->n && (spans[i]->text < text || spans[i]->text + spans[i]->n > text + n))
				abort();
		if (strlen(out.when) >= sizeof out.when || (!*out.when) != (out.clock == SWEEP_CLOCK_UNKNOWN))
			abort();
		text += n + 1;
	}
	return 0;
}
