#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "finding/mail/read/sha256.h"

#include <stdlib.h>

/* The list of an archive in the archive, its names behind the entry's. */
static void list_inner(struct listing *l, struct pool *pool, const struct inside *entry, const void *bytes, size_t n)
{
	struct listing inner = {.unpacked = l->unpacked,
	                        .passwords = l->passwords,
	                        .content = l->content,
	                        .ctx = l->ctx,
	                        .depth = l->depth + 1};
	const char *slash = *entry->name ? "/" : "";
	char *above = entry->name; /* `entry` moves when entries are added */
	if (listing_read(&inner, pool, entry->format, bytes, n) < 0)
		inner.flags |= LISTING_UNREAD;
	for (size_t i = 0; i < inner.count; i++) {
		if (l->count >= LISTING_ENTRIES) {
			l->flags |= LISTING_LIMIT;
			break;
		}
		char *name = xasprintf("%s%s%s", above, slash, inner.all[i].name);
		l->all = pool_more(pool, l->all, l->count, &l->cap, sizeof *l->all);
		l->all[l->count] = inner.all[i];
		l->all[l->count++].name = pool_text(pool, name, strlen(name));
		free(name);
	}
	l->flags |= inner.flags;
	l->unpacked = inner.unpacked;
}

static void look_at(struct listing *l, struct pool *pool, struct inside *entry, const void *bytes, size_t n)
{
	entry->format = file_format_of(bytes, n, entry->name);
	entry->by_content = 1;
	if (l->content)
		l->content(l->ctx, entry, bytes, n);
	if (!file_format_archive(entry->format))
		return;
	l->flags |= LISTING_NESTED;
	if (l->depth + 1 < LISTING_DEPTH)
		list_inner(l, pool, entry, bytes, n);
	else
		l->flags |= LISTING_LIMIT;
}

void listing_content(struct listing *l, struct pool *pool, struct inside *entry, const void *bytes, size_t n)
{
	mail_sha256(bytes, n, entry->sha256);
	look_at(l, pool, entry, bytes, n);
}

void listing_torn(struct listing *l, struct pool *pool, struct inside *entry, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	entry->torn = 1;
	look_at(l, pool, entry, bytes, n);
}

void listing_stored(struct listing *l, struct pool *pool, struct inside *entry, struct span content, uint64_t size)
{
	if (content.n == size)
		listing_content(l, pool, entry, content.p, content.n);
	else
		listing_torn(l, pool, entry, content.p, content.n);
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
		listing_7z(l, pool, s);
		break;
	case FORMAT_LZH:
		listing_lzh(l, pool, s);
		break;
	case FORMAT_ARJ:
		listing_arj(l, pool, s);
		break;
	case FORMAT_ACE:
		listing_ace(l, pool, s);
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
	case FORMAT_XZ:
		listing_xz(l, pool, s);
		break;
	case FORMAT_BZ2:
		listing_bz2(l, pool, s);
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
	int locked = 0;
	for (size_t i = 0; i < l->count; i++)
		locked |= l->all[i].locked;
	if (l->flags & LISTING_OPENED && !locked)
		l->flags &= ~(unsigned)LISTING_LOCKED;
	if (total > LISTING_UNPACKED && total / (n ? n : 1) >= LISTING_RATIO)
		l->flags |= LISTING_BOMB;
	return 0;
}
