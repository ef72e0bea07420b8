/* An entry of a list, and bytes that were deflated. */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <zlib.h>

struct inside *listing_add(struct listing *l, struct pool *pool, const void *name, size_t n, const char *charset,
                           uint64_t size, int locked)
{
	struct buf text = BUF_INIT;
	if (l->count >= LISTING_ENTRIES) {
		l->flags |= LISTING_LIMIT;
		return NULL;
	}
	l->all = pool_more(pool, l->all, l->count, &l->cap, sizeof *l->all);
	struct inside *entry = &l->all[l->count++];
	*entry = (struct inside){.size = size, .locked = locked};
	charset_decode(charset, charset ? strlen(charset) : 0, name, n < 4096 ? n : 4096, &text);
	entry->name = pool_text(pool, text.data, strlen(text.data));
	entry->format = file_format_by_name(entry->name);
	if (locked)
		l->flags |= LISTING_LOCKED;
	if (file_format_archive(entry->format))
		l->flags |= LISTING_NESTED;
	buf_release(&text);
	return entry;
}

int listing_inflate(struct listing *l, struct span packed, int window, size_t most, struct buf *out, size_t *used)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
	size_t left = LISTING_UNPACKED - l->unpacked;
	int rc = Z_OK;
	size_t before = out->len;
	most = most < left ? most : left;
	if (inflateInit2(&z, window) != Z_OK)
		return -1;
	while (rc == Z_OK && out->len - before <= most) {
		buf_grow(out, 65536);
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = 65536;
		rc = inflate(&z, Z_NO_FLUSH);
		size_t got = 65536 - z.avail_out;
		out->len += got;
		if (got == 0 && z.avail_in == 0)
			break;
	}
	inflateEnd(&z);
	if (used)
		*used = packed.n - z.avail_in;
	size_t got = out->len - before;
	l->unpacked += got < left ? got : left;
	return rc == Z_STREAM_END ? 0 : got > most ? 1 : -1;
}
