#include "finding/mail/content/shortcut.h"

#include "base/buf.h"
#include "finding/mail/files/span.h"
#include "finding/mail/read/charset.h"

#include <strings.h>

enum {
	HAS_LIST = 1,
	HAS_INFO = 2,
	HAS_NAME = 4,
	HAS_PATH = 8,
	HAS_FOLDER = 16,
	HAS_ARGUMENTS = 32,
	HAS_ICON = 64,
	IS_WIDE = 128
};

/* One counted text at *at. */
static void read_text(struct span s, size_t *at, unsigned flags, struct buf *out)
{
	size_t n = span_16(s, *at);
	struct span text = span_of(s, *at + 2, flags & IS_WIDE ? 2 * n : n);
	buf_clear(out);
	if (flags & IS_WIDE)
		charset_utf16le(text.p, text.n, out);
	else
		charset_decode(NULL, 0, text.p, text.n, out);
	*at += 2 + (flags & IS_WIDE ? 2 * n : n);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '\\');
	return slash ? slash + 1 : path;
}

int shortcut_pretends(const void *bytes, size_t n)
{
	static const char *const documents[] = {
	    "winword",  "excel",   "powerpnt", "wordicon",     "xlicons",     "pptico", "acrord",
	    "acrobat",  "wordpad", "notepad",  "imageres.dll", "shell32.dll", "msedge", "chrome",
	    "iexplore", "http:",   "https:",   ".pdf",         ".doc",        ".xls",   "\\\\"};
	struct span s = {bytes, n};
	struct buf target = BUF_INIT;
	struct buf text = BUF_INIT;
	unsigned flags = span_32(s, 20);
	size_t at = 76;
	int pretends = 0;
	if (!span_is(s, 0, "\x4C\0\0\0", 4) || n < 76 || !(flags & HAS_ICON))
		return 0;
	if (flags & HAS_LIST)
		at += 2 + (size_t)span_16(s, at);
	if (flags & HAS_INFO)
		at += span_32(s, at);
	for (unsigned bit = HAS_NAME; bit <= HAS_ICON; bit <<= 1) {
		if (!(flags & bit))
			continue;
		read_text(s, &at, flags, &text);
		if (bit == HAS_PATH)
			buf_adds(&target, last_part(text.data));
	}
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		pretends |= strcasestr(text.data, documents[i]) != NULL;
	if (target.len && strcasecmp(last_part(text.data), target.data) == 0) /* its own */
		pretends = 0;
	buf_release(&target);
	buf_release(&text);
	return pretends;
}
