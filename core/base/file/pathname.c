#include "base/file/pathname.h"

#include "base/buf.h"
#include "base/printable.h"

#include <string.h>

static int is_plain(const char *name)
{
	if (strncmp(name, PATHNAME_MARK, sizeof PATHNAME_MARK - 1) == 0 || !text_is_utf8(name, strlen(name)))
		return 0;
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7F)
			return 0;
	return 1;
}

void pathname_escape(const char *name, struct buf *out)
{
	size_t n = strlen(name);
	while (n > 0) {
		size_t good = 0;
		for (size_t length = 1; length <= 4 && length <= n && !good; length++)
			if (text_is_utf8(name, length))
				good = length;
		if (good == 0 || (unsigned char)*name < 0x20 || *name == 0x7F || *name == '%') {
			buf_addf(out, "%%%02X", (unsigned char)*name);
			good = 1;
		} else {
			buf_add(out, name, good);
		}
		name += good;
		n -= good;
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int pathname_unescape(const char *text, struct buf *name)
{
	for (; *text; text++) {
		if (*text != '%') {
			buf_addc(name, *text);
			continue;
		}
		int high = hex_value(text[1]);
		int low = high < 0 ? -1 : hex_value(text[2]);
		if (low < 0 || high * 16 + low == 0)
			return -1;
		buf_addc(name, (char)(high * 16 + low));
		text += 2;
	}
	return 0;
}

void pathname_encode(const char *name, struct buf *out)
{
	if (is_plain(name)) {
		buf_adds(out, name);
		return;
	}
	buf_adds(out, PATHNAME_MARK);
	pathname_escape(name, out);
}

int pathname_decode(const char *text, struct buf *name)
{
	if (strncmp(text, PATHNAME_MARK, sizeof PATHNAME_MARK - 1) == 0)
		return pathname_unescape(text + sizeof PATHNAME_MARK - 1, name);
	buf_adds(name, text);
	return 0;
}
