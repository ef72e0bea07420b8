#include "evidence/image/source_private.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALL ((size_t)1 << 18) /* files up to it are read at once */

int source_changed(const struct source *s)
{
	struct stat now;
	if (s->fd < 0 || s->stream || S_ISBLK(s->before.st_mode))
		return 0;
	if (fstat(s->fd, &now) < 0)
		return 1;
	return now.st_size != s->before.st_size || now.st_mtim.tv_sec != s->before.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != s->before.st_mtim.tv_nsec || now.st_ino != s->before.st_ino;
}

/* Asks the file system where the next hole or the next data begin. */
static void learn_holes(struct source *s, uint64_t offset)
{
	off_t data = lseek(s->fd, (off_t)offset, SEEK_DATA);
	if (data < 0 && errno != ENXIO) {
		s->sparse = 0;
	} else if (data < 0 || (uint64_t)data > offset) {
		s->hole_from = offset;
		s->hole_to = data < 0 ? s->size : (uint64_t)data; /* ENXIO: to the end */
	} else {
		off_t hole = lseek(s->fd, (off_t)offset, SEEK_HOLE);
		s->data_to = hole < 0 ? s->size : (uint64_t)hole;
	}
}

/* Of a file that changes, nothing is believed. */
static int is_hole(struct source *s, uint64_t offset, size_t n)
{
	if (s->sparse && source_changed(s))
		s->sparse = 0;
	if (!s->sparse || offset < s->data_to || offset >= s->size || n > s->size - offset)
		return 0;
	if (offset < s->hole_from || offset >= s->hole_to)
		learn_holes(s, offset);
	return offset >= s->hole_from && offset < s->hole_to && n <= s->hole_to - offset;
}

static ssize_t read_fd(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	struct source *s = ctx;
	if (is_hole(s, offset, n)) {
		memset(bytes, 0, n);
		return (ssize_t)n;
	}
	return pread(s->fd, bytes, n, (off_t)offset);
}

/* A pipe is waited for in slices, so that a cancelled run ends although nothing comes. */
static ssize_t read_stream(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct source *s = ctx;
	(void)offset;
	struct pollfd ready = {s->fd, POLLIN, 0};
	while (poll(&ready, 1, 100) == 0)
		if (pipeline_stopping()) {
			errno = ECANCELED;
			return -1;
		}
	return read(s->fd, bytes, n);
}

static int learn(struct source *s, const char *name, int streams, struct err *err)
{
	if (fstat(s->fd, &s->before) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), name);
	mode_t mode = s->before.st_mode;
	s->stream = streams && (S_ISFIFO(mode) || S_ISSOCK(mode) || S_ISCHR(mode));
	if (!S_ISREG(mode) && !S_ISBLK(mode) && !s->stream)
		return err_set(err, ERR_INVALID,
		               _("'%s' is neither a file nor a block device: it holds no bytes to preserve"), name);
	s->size = s->stream ? SOURCE_UNKNOWN : (uint64_t)s->before.st_size;
	uint64_t bytes;
	if (S_ISBLK(mode) && ioctl(s->fd, BLKGETSIZE64, &bytes) == 0)
		s->size = bytes;
	s->read = s->stream ? read_stream : read_fd;
	s->read_ctx = s;
	s->good_at = SOURCE_UNKNOWN;
	return 0;
}

int source_open(struct source *s, int dir_fd, const char *name, unsigned flags, struct err *err)
{
	int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (flags & SOURCE_NO_LINK ? O_NOFOLLOW : 0);
	memset(s, 0, sizeof *s);
	s->direct = -1;
	s->fd = openat(dir_fd, name, how | O_NOATIME);
	if (s->fd < 0 && errno == EPERM) /* O_NOATIME is for the owner only */
		s->fd = openat(dir_fd, name, how);
	if (s->fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), name);
	if (learn(s, name, 0, err) < 0) {
		source_close(s);
		return -1;
	}
	/* looking for holes moves the offset: not done with a descriptor that others gave */
	s->sparse = S_ISREG(s->before.st_mode) && (uint64_t)s->before.st_blocks * SOURCE_SECTOR < s->size;
	if (s->size > SMALL)
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int source_from_fd(struct source *s, int fd, const char *name, struct err *err)
{
	memset(s, 0, sizeof *s);
	s->direct = -1;
	s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (s->fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), name);
	if (learn(s, name, 1, err) < 0) {
		source_close(s);
		return -1;
	}
	return 0;
}

void source_from_layer(struct source *s, source_read_fn read_at, void *ctx, uint64_t size)
{
	memset(s, 0, sizeof *s);
	s->fd = -1;
	s->size = size;
	s->read = read_at;
	s->read_ctx = ctx;
	s->good_at = SOURCE_UNKNOWN;
	s->direct = -1;
}

int source_is_file(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return 0;
	errno = EINVAL;
	return S_ISREG(st.st_mode);
}

int source_cannot_open(const char *path, int error, struct err *err)
{
	if (error == EINVAL)
		return err_set(err, ERR_FAILED, _("'%s' is no file: a pipe, a device or a folder stands there now"),
		               path);
	return err_set_errno(err, ERR_FAILED, error, _("cannot open '%s'"), path);
}

void source_close(struct source *s)
{
	if (s->fd >= 0) {
		close(s->fd);
		if (s->direct >= 0)
			close(s->direct);
	}
	s->fd = -1;
}

int source_removed(const struct source *s)
{
	struct stat now;
	return s->fd >= 0 && S_ISREG(s->before.st_mode) && s->before.st_nlink > 0 && fstat(s->fd, &now) == 0 &&
	       now.st_nlink == 0;
}

/* 1 if no page of the file is in memory, looked at through windows of 1 GiB. A file of memory (tmpfs) always is. */
static int none_cached(int fd, uint64_t size)
{
	const size_t window = 1U << 30;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *resident = xmalloc(window / page);
	int none = 1;
	for (uint64_t at = 0; none && at < size; at += window) {
		size_t n = size - at < window ? (size_t)(size - at) : window;
		void *map = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, (off_t)at);
		if (map == MAP_FAILED || mincore(map, n, resident) < 0)
			none = 0;
		for (size_t i = 0; none && i < (n + page - 1) / page; i++)
			none = !(resident[i] & 1);
		if (map != MAP_FAILED)
			munmap(map, n);
	}
	free(resident);
	return none;
}

int source_drop_cache(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return 0;
	fsync(fd); /* dirty pages are not dropped; a source that is read-only refuses this, and has none */
	if (S_ISBLK(st.st_mode) && ioctl(fd, BLKFLSBUF, 0) == 0)
		return 1;
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0 || !S_ISREG(st.st_mode))
		return 0;
	return none_cached(fd, (uint64_t)st.st_size);
}

/* Errors that say the medium or the file is no longer there. */
int source_means_gone(int error)
{
	return error == ENODEV || error == ENXIO || error == ENOMEDIUM || error == ESTALE || error == ENOTCONN ||
	       error == ESHUTDOWN;
}

ssize_t source_read_some(struct source *s, void *bytes, size_t n, uint64_t offset)
{
	ssize_t got;
	do {
		got = s->read(s->read_ctx, bytes, n, offset);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* How much of it there is to read: files of unknown size to their end, all others to where they ended when opened. */
static size_t clip(const struct source *s, uint64_t offset, size_t n)
{
	int says_nothing = s->size == 0 && s->fd >= 0 && S_ISREG(s->before.st_mode);
	if (s->size == SOURCE_UNKNOWN || says_nothing)
		return n;
	if (offset >= s->size)
		return 0;
	return n > s->size - offset ? (size_t)(s->size - offset) : n;
}

int source_read_at(struct source *s, const char *label, uint64_t offset, void *bytes, size_t n,
                   struct ranges *unreadable, size_t *got, struct err *err)
{
	unsigned char *p = bytes;
	int may_shrink = s->stream || (s->fd >= 0 && S_ISREG(s->before.st_mode));
	*got = 0;
	n = clip(s, offset, n);
	while (*got < n) {
		ssize_t part = source_read_some(s, p + *got, n - *got, offset + *got);
		uint64_t at = offset + *got;
		if (part == 0 && (may_shrink || s->size == SOURCE_UNKNOWN))
			break;
		if (part > 0) {
			*got += (size_t)part;
			s->good_at = (at + (size_t)part - 1) / SOURCE_SECTOR * SOURCE_SECTOR;
			s->bad_run = 0;
			continue;
		}
		int error = part == 0 ? ENODEV : errno; /* it ends before its size: no bad sector, no medium */
		/* only what lies before the known end can be a bad sector */
		size_t rest = s->size != SOURCE_UNKNOWN && at < s->size ? n - *got : 0;
		if (unreadable && rest > 0 && !source_means_gone(error)) {
			if (source_retry(s, unreadable, p + *got, rest, at) == 0) {
				*got += rest;
				continue;
			}
			error = errno;
		}
		s->gone = source_means_gone(error);
		if (error == EBADMSG) /* a container's or an image's */
			return err_set(err, ERR_DAMAGED, _("'%s' is damaged at byte %llu"), label,
			               (unsigned long long)at);
		return err_set_errno(err, ERR_FAILED, error, _("cannot read '%s' at byte %llu"), label,
		                     (unsigned long long)at);
	}
	return 0;
}

int source_digest(struct source *s, struct digest *d, const char *label, struct err *err)
{
	unsigned char *bytes = xmalloc(SMALL);
	uint64_t offset = 0;
	size_t n = SMALL;
	int rc = 0;
	while (rc == 0 && n == SMALL) {
		rc = source_read_at(s, label, offset, bytes, SMALL, NULL, &n, err);
		if (rc == 0)
			digest_add(d, bytes, n);
		offset += n;
	}
	free(bytes);
	return rc;
}

int source_sha256(const char *path, char sha256[65], struct err *err)
{
	struct source source;
	struct digest_result result;
	if (source_open(&source, AT_FDCWD, path, 0, err) < 0)
		return -1;
	struct digest *d = digest_new(0);
	int rc = source_digest(&source, d, path, err);
	digest_end(d, &result);
	memcpy(sha256, result.sha256, 65);
	digest_result_release(&result);
	digest_free(d);
	source_close(&source);
	return rc;
}
