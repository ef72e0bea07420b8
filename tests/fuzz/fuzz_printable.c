/* Hostile bytes: what comes out is printable, keeps its form, and fits where it is put. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/fold.h"
#include "base/printable.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check_printable(const uint8_t *data, size_t size, unsigned flags)
{
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	printable_add(&once, data, size, flags);
	if (!text_is_utf8(once.data, once.len))
		abort();
	for (size_t i = 0; i < once.len; i++) {
		unsigned char c = (unsigned char)once.data[i];
		if (c == 0x7F || (c < 0x20 && !(c == '\n' && flags)))
			abort();
	}
	printable_add(&twice, once.data, once.len, flags);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
	buf_release(&once);
	buf_release(&twice);
}

static void check_layout(const char *text, size_t cells)
{
	size_t used;
	size_t taken = text_fit(text, cells, &used);
	if (used > cells || taken > strlen(text) || !text_is_utf8(text, taken) || used != text_width_n(text, taken))
		abort();
	struct buf b = BUF_INIT;
	text_pad(&b, text, cells);
	if (text_width(b.data) != cells)
		abort();
	buf_clear(&b);
	text_wrap(&b, text, cells, 0);
	size_t widest = cells < 2 ? 2 : cells;
	for (const char *line = b.data; *line;) {
		size_t n = strcspn(line, "\n");
		if (text_width_n(line, n) > widest)
			abort();
		line += n + (line[n] == '\n');
	}
	buf_release(&b);
}

static void check_name(const char *name)
{
	struct buf text = BUF_INIT;
	struct buf back = BUF_INIT;
	pathname_encode(name, &text);
	if (!text_is_utf8(text.data, text.len) || pathname_decode(text.data, &back) < 0 || strcmp(back.data, name) != 0)
		abort();
	buf_clear(&text);
	buf_clear(&back);
	pathname_escape(name, &text);
	if (strpbrk(text.data, "\n\r\t\x1b") || pathname_unescape(text.data, &back) < 0 || strcmp(back.data, name) != 0)
		abort();
	buf_clear(&back);
	pathname_decode(name, &back);
	buf_release(&text);
	buf_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_printable(data, size, PRINTABLE_LINE);
	check_printable(data, size, PRINTABLE_KEEP_NEWLINES);
	char *raw = xstrndup((const char *)data, size);
	char *shown = printable_dup(raw);
	check_layout(shown, size ? data[0] % 90 : 0);
	check_name(raw);
	struct buf lines = BUF_INIT;
	printable_add(&lines, data, size, PRINTABLE_KEEP_NEWLINES);
	struct buf wrapped = BUF_INIT;
	text_wrap(&wrapped, lines.data, size % 40, size % 7);
	char *folded = text_fold_dup(raw);
	if (!text_is_utf8(folded, strlen(folded)))
		abort();
	free(folded);
	buf_release(&lines);
	buf_release(&wrapped);
	free(shown);
	free(raw);
	return 0;
}
