#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/sha256.h"

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

void listing_content(struct inside *entry, const void *bytes, size_t n)
{
	mail_sha256(bytes, n, entry->sha256);
	entry->format = file_format_of(bytes, n, entry->name);
	entry->by_content = 1;
}

int listing_read(struct listing *l, struct pool *pool, enum file_format format, const void *bytes, size_t n)
{
	struct span s = {bytes, n};
	switch (format) {
	case FORMAT_ZIP:
	case FORMAT_OOXML:
	case FORMAT_JAR:
	case FORMAT_ODF:
		listing_zip(l, pool, s);
		break;
	case FORMAT_RAR:
		listing_rar(l, pool, s);
		break;
	case FORMAT_7Z:
		listing_7z(l, s);
		break;
	case FORMAT_LZH:
		listing_lzh(l, pool, s);
		break;
	case FORMAT_ARJ:
		listing_arj(l, pool, s);
		break;
	case FORMAT_CAB:
		listing_cab(l, pool, s);
		break;
	case FORMAT_TAR:
		listing_tar(l, pool, s);
		break;
	case FORMAT_GZ:
		listing_gz(l, pool, s);
		break;
	default:
		return -1;
	}
	uint64_t total = 0;
	for (size_t i = 0; i < l->count; i++) {
		total = l->all[i].size > UINT64_MAX - total ? UINT64_MAX : total + l->all[i].size;
		if (l->all[i].by_content && file_format_archive(l->all[i].format))
			l->flags |= LISTING_NESTED;
	}
	if (total > LISTING_UNPACKED && total / (n ? n : 1) >= LISTING_RATIO)
		l->flags |= LISTING_BOMB;
	return 0;
}
