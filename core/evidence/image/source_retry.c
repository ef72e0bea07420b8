/* What cannot be read at once: smaller and smaller parts, past the page cache, down to the sector. */
#include "evidence/image/source_private.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GONE_EVERY (1U << 20) /* so many unreadable bytes in a row, and the medium is looked at again */

/* The file past the page cache. It may not be opened again by an ordinary user who was handed a device. */
static int open_direct(struct source *s)
{
	if (s->direct == -1) {
		char *path = xasprintf("/proc/self/fd/%d", s->fd);
		s->direct = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECT);
		free(path);
		if (s->direct < 0)
			s->direct = -2;
	}
	return s->direct;
}

/* Whole sectors into aligned room, as O_DIRECT wants them. -1 with EINVAL where even that is not enough. */
static ssize_t read_direct(const struct source *s, void *bytes, size_t n, uint64_t offset)
{
	int size = SOURCE_SECTOR;
	void *room;
	if (S_ISBLK(s->before.st_mode) && ioctl(s->direct, BLKSSZGET, &size) < 0)
		size = SOURCE_SECTOR;
	size_t sector = (size_t)size;
	size_t skip = (size_t)(offset % sector);
	size_t wanted = (skip + n + sector - 1) / sector * sector;
	if (posix_memalign(&room, 4096, wanted) != 0)
		return -1;
	ssize_t got = pread(s->direct, room, wanted, (off_t)(offset - skip));
	int error = errno;
	if (got >= 0) {
		size_t have = (size_t)got > skip ? (size_t)got - skip : 0;
		got = (ssize_t)(have < n ? have : n);
		memcpy(bytes, (char *)room + skip, (size_t)got);
	}
	free(room);
	errno = error;
	return got;
}

/*
 * As source_read_some(), past the page cache: in there one bad sector keeps all of its folio from being read, 4 KiB to more than
 * 64 KiB. Where that cannot be done the folios are thrown away first, and made as small as they get.
 */
static ssize_t read_hard(struct source *s, void *bytes, size_t n, uint64_t offset)
{
	static const uint64_t around = 8U << 20;
	if (s->fd >= 0 && open_direct(s) >= 0) {
		ssize_t got = read_direct(s, bytes, n, offset);
		if (got >= 0 || errno != EINVAL)
			return got;
		close(s->direct);
		s->direct = -2;
	}
	if (s->fd >= 0) {
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_RANDOM);
		posix_fadvise(s->fd, offset > around ? (off_t)(offset - around) : 0, (off_t)(2 * around),
		              POSIX_FADV_DONTNEED);
	}
	return source_read_some(s, bytes, n, offset);
}

/* After a run of failures: does the device still know its size, and give the sector that it gave before? */
static int is_gone(struct source *s)
{
	uint64_t bytes;
	struct stat st;
	unsigned char sector[SOURCE_SECTOR];
	if (s->fd >= 0 && S_ISBLK(s->before.st_mode) && (ioctl(s->fd, BLKGETSIZE64, &bytes) < 0 || bytes == 0))
		return 1;
	if (s->fd >= 0 && fstat(s->fd, &st) < 0)
		return 1;
	if (s->good_at == SOURCE_UNKNOWN)
		return 0;
	return read_hard(s, sector, sizeof sector, s->good_at) <= 0;
}

int source_retry(struct source *s, struct ranges *unreadable, unsigned char *bytes, size_t n, uint64_t offset)
{
	size_t done = 0;
	int error = 0;
	while (done < n && error == 0) {
		ssize_t got = read_hard(s, bytes + done, n - done, offset + done);
		if (got <= 0)
			error = got < 0 ? errno : EIO; /* an end before the known end is a failure, too */
		else
			done += (size_t)got;
	}
	if (done > 0)
		s->bad_run = 0;
	if (done == n)
		return 0;
	if (source_means_gone(error)) {
		errno = error;
		return -1;
	}
	bytes += done;
	offset += done;
	n -= done;
	if (n > SOURCE_SECTOR) {
		/* the cut lies on a sector's border */
		size_t half = (size_t)((offset + n / 2) / SOURCE_SECTOR * SOURCE_SECTOR - offset);
		if (offset + n / 2 < offset / SOURCE_SECTOR * SOURCE_SECTOR + SOURCE_SECTOR)
			half = (size_t)(offset / SOURCE_SECTOR * SOURCE_SECTOR + SOURCE_SECTOR - offset);
		if (half > 0 && half < n)
			return source_retry(s, unreadable, bytes, half, offset) < 0
			           ? -1
			           : source_retry(s, unreadable, bytes + half, n - half, offset + half);
	}
	memset(bytes, 0, n);
	ranges_add(unreadable, offset, n);
	s->bad_run += n;
	if (s->bad_run / GONE_EVERY != (s->bad_run - n) / GONE_EVERY && is_gone(s)) {
		errno = ENODEV;
		return -1;
	}
	return 0;
}
