#include "evidence/source.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK (1U << 20)

int source_open(struct source *s, int dir_fd, const char *name, unsigned flags, struct err *err)
{
	int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (flags & SOURCE_NO_LINK ? O_NOFOLLOW : 0);
	s->fd = openat(dir_fd, name, how | O_NOATIME);
	if (s->fd < 0 && errno == EPERM) /* O_NOATIME is for the owner only */
		s->fd = openat(dir_fd, name, how);
	if (s->fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), name);
	if (fstat(s->fd, &s->before) < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), name);
		source_close(s);
		return -1;
	}
	if (!S_ISREG(s->before.st_mode) && !S_ISBLK(s->before.st_mode)) {
		source_close(s);
		return err_set(err, ERR_INVALID, _("'%s' is neither a file nor a block device: it holds no bytes to preserve"), name);
	}
	uint64_t bytes;
	if (S_ISBLK(s->before.st_mode) && ioctl(s->fd, BLKGETSIZE64, &bytes) == 0)
		s->before.st_size = (off_t)bytes;
	posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

void source_close(struct source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int source_changed(const struct source *s)
{
	struct stat now;
	if (fstat(s->fd, &now) < 0)
		return 1;
	if (S_ISBLK(now.st_mode))
		return 0;
	return now.st_size != s->before.st_size || now.st_mtim.tv_sec != s->before.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != s->before.st_mtim.tv_nsec || now.st_ino != s->before.st_ino;
}

int source_drop_cache(int fd)
{
	fsync(fd); /* dirty pages are not dropped */
	return posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
}

static int write_all(int fd, const unsigned char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes += written;
		n -= (size_t)written;
	}
	return 0;
}

int source_digest(const struct source *s, struct digest *d, int copy_fd, const struct progress *progress, const char *label,
                  uint64_t base, uint64_t total, struct err *err)
{
	unsigned char *chunk = xmalloc(CHUNK);
	uint64_t offset = 0;
	int rc = 0;
	while (rc == 0) {
		ssize_t n = read(s->fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s' at byte %llu"), label, (unsigned long long)offset);
			break;
		}
		if (n == 0)
			break;
		digest_add(d, chunk, (size_t)n);
		if (copy_fd >= 0 && write_all(copy_fd, chunk, (size_t)n) < 0) {
			rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy of '%s'"), label);
			break;
		}
		offset += (uint64_t)n;
		rc = progress_step(progress, label, base + offset, total, err);
	}
	free(chunk);
	return rc;
}
