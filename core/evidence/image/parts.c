#include "evidence/image/parts.h"

#include "base/err.h"
#include "base/i18n.h"
#include "evidence/image/part_names.h"
#include "evidence/image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTS_MOST 900 /* each is an open descriptor */

int parts_is_first(const char *path)
{
	size_t n = strlen(path);
	return n > 4 && (strcmp(path + n - 4, ".001") == 0 || strcmp(path + n - 4, ".000") == 0);
}

char *parts_path(const char *first, size_t i)
{
	size_t n = strlen(first);
	return xasprintf("%.*s%03zu", (int)(n - 3), first, i + (size_t)(first[n - 1] - '0'));
}

int parts_are_there(const char *first)
{
	return part_behind_gap(parts_path, first, 0) > 0;
}

static int add_part(struct parts *p, int fd)
{
	struct part part = {.fd = fd, .start = p->size};
	if (!source_is_file(fd) || fstat(fd, &part.before) < 0)
		return -1;
	p->items = xrealloc(p->items, (p->count + 1) * sizeof *p->items);
	p->items[p->count++] = part;
	p->size += (uint64_t)part.before.st_size;
	return 0;
}

int parts_open(struct parts *p, const char *first, struct err *err)
{
	memset(p, 0, sizeof *p);
	int rc = 0;
	int more = 1;
	while (rc == 0 && more) {
		char *path = parts_path(first, p->count);
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
		if (fd < 0 && errno == EPERM)
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		more = fd >= 0;
		if (fd < 0 && (errno != ENOENT || p->count == 0))
			rc = source_cannot_open(path, errno, err);
		else if (fd >= 0 && p->count == PARTS_MOST)
			rc = err_set(err, ERR_FAILED, _("the image '%s' has more than %d parts"), first, PARTS_MOST);
		else if (fd >= 0 && add_part(p, fd) < 0)
			rc = source_cannot_open(path, errno, err);
		if (rc < 0 && fd >= 0)
			close(fd);
		free(path);
	}
	if (rc < 0)
		parts_close(p);
	return rc;
}

void parts_close(struct parts *p)
{
	for (size_t i = 0; i < p->count; i++)
		close(p->items[i].fd);
	free(p->items);
	memset(p, 0, sizeof *p);
}

ssize_t parts_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct parts *p = ctx;
	size_t low = 0;
	size_t high = p->count;
	if (offset >= p->size)
		return 0;
	while (high - low > 1) { /* the last part that begins at or before the byte */
		size_t middle = low + (high - low) / 2;
		if (p->items[middle].start <= offset)
			low = middle;
		else
			high = middle;
	}
	uint64_t end = low + 1 < p->count ? p->items[low + 1].start : p->size;
	if (n > end - offset)
		n = (size_t)(end - offset);
	return pread(p->items[low].fd, bytes, n, (off_t)(offset - p->items[low].start));
}

int parts_changed(const struct parts *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct stat *before = &p->items[i].before;
		struct stat now;
		if (fstat(p->items[i].fd, &now) < 0 || now.st_size != before->st_size ||
		    now.st_mtim.tv_sec != before->st_mtim.tv_sec || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
			return 1;
	}
	return 0;
}

int parts_drop_cache(const struct parts *p)
{
	int dropped = 1;
	for (size_t i = 0; i < p->count; i++)
		dropped &= source_drop_cache(p->items[i].fd);
	return dropped;
}
