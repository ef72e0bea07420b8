#include "finding/triage/parse/whole.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

unsigned char *triage_whole(const struct triage_file *f, size_t most, size_t *n, struct err *err)
{
	*n = 0;
	if (f->size == 0 || f->size > most) {
		err_set(err, ERR_INVALID, f->size ? _("it is larger than files of its form are") : _("it is empty"));
		return NULL;
	}
	unsigned char *bytes = xcalloc(1, (size_t)f->size + 8);
	if (f->read(f->ctx, 0, bytes, (size_t)f->size, err) < 0) {
		free(bytes);
		return NULL;
	}
	*n = (size_t)f->size;
	return bytes;
}

void triage_utf16(struct buf *out, const unsigned char *p, size_t bytes)
{
	for (size_t i = 0; i + 2 <= bytes; i += 2) {
		uint32_t c = bytes_le16(p + i);
		uint32_t low = i + 4 <= bytes ? bytes_le16(p + i + 2) : 0;
		if (c == 0)
			break;
		if (c >= 0xD800 && c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			i += 2;
		} else if (c >= 0xD800 && c < 0xE000) {
			c = 0xFFFD;
		}
		buf_add_point(out, c);
	}
}

void triage_latin(struct buf *out, const unsigned char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes && p[i]; i++)
		buf_add_point(out, p[i]);
}

void triage_field_take(struct buf *fields, const char *name, struct buf *text)
{
	observation_field_n(fields, name, text->data ? text->data : "", text->len);
	buf_clear(text);
}

int triage_path_ends(const char *path, const char *end)
{
	size_t n = strlen(path);
	size_t k = strlen(end);
	return n >= k && strcasecmp(path + n - k, end) == 0;
}

int triage_path_has(const char *path, const char *part)
{
	return strcasestr(path, part) != NULL;
}

void triage_path_user(const char *path, char user[128])
{
	static const char *const folders[] = {"Users/", "Documents and Settings/", "home/"};
	*user = '\0';
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *at = strcasestr(path, folders[i]);
		if (!at || (at != path && at[-1] != '/'))
			continue;
		at += strlen(folders[i]);
		if (strchr(at, '/'))
			snprintf(user, 128, "%.*s", (int)(strcspn(at, "/") < 127 ? strcspn(at, "/") : 127), at);
		return;
	}
}
