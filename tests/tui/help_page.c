#include "help_page.h"

#include "base/buf.h"

#include <string.h>

int page_is_first(struct terminal *t, void *ctx)
{
	const struct page *page = ctx;
	int hits = 0;
	if (terminal_find(t, page->question) < 0)
		return 0;
	for (int row = 3; row < terminal_rows(t) - 3; row++) {
		struct buf text = BUF_INIT;
		terminal_row(t, row, &text);
		int is_record = strstr(text.data, "R1-") != NULL;
		int holds = strstr(text.data, page->typed) != NULL;
		buf_release(&text);
		if (is_record && !holds)
			return 0;
		hits += is_record;
	}
	return hits > 0;
}
