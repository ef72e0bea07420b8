#include "base/file/new_file.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 8

/* ".new-0123abcd" */
static int is_unfinished(const char *rest)
{
	return strncmp(rest, ".new-", 5) == 0 && strspn(rest + 5, "0123456789abcdef") == 8 && rest[13] == '\0';
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash ? xstrdup(".") : slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* A lock of either kind means that somebody is still writing. */
static int is_held(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return flock(fd, LOCK_EX | LOCK_NB) < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
}

static void remove_if_left(int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 &&
	    (st.st_mode & 0077) == 0 && !is_held(fd))
		unlinkat(folder, name, 0);
	close(fd);
}

void new_file_remove_left(const char *path, int (*is_ours)(const char *rest))
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t n = strlen(base);
	char *folder = folder_of(path);
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
		if (strncmp(entry->d_name, base, n) == 0 && is_ours(entry->d_name + n))
			remove_if_left(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	free(folder);
}

/* A name is given through /proc. -1: this file system, or this machine, has no files without a name. */
static int open_unnamed(const char *path)
{
	char *folder = folder_of(path);
	int fd = access("/proc/self/fd", X_OK) == 0 ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
	free(folder);
	return fd;
}

/* Another writer may have taken it for left before the lock was had: then it is gone, and there is another. */
static int open_named(struct new_file *f)
{
	for (int i = 0; i < TRIES; i++) {
		struct stat st;
		free(f->temporary);
		f->temporary = xasprintf("%s.new-%08x", f->path, randombytes_random());
		int fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		flock(fd, LOCK_EX | LOCK_NB);
		if (fstat(fd, &st) == 0 && st.st_nlink == 1)
			return fd;
		close(fd);
	}
	errno = EBUSY;
	return -1;
}

int new_file_open(struct new_file *f, const char *path, struct err *err)
{
	*f = (struct new_file){.fd = -1, .path = xstrdup(path)};
	new_file_remove_left(path, is_unfinished);
	f->fd = open_unnamed(path);
	if (f->fd < 0)
		f->fd = open_named(f);
	if (f->fd >= 0)
		return 0;
	err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), path);
	free(f->temporary);
	f->temporary = NULL; /* it is not ours */
	new_file_abandon(f);
	return -1;
}

static int link_unnamed(int fd, const char *path)
{
	char place[40];
	snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, place, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* Where a name cannot be given to it after all: the same bytes under a name. */
static int copy_named(struct new_file *f)
{
	char bytes[65536];
	off_t at = 0;
	int from = f->fd;
	int to = open_named(f);
	ssize_t got = to < 0 ? -1 : 1;
	while (got > 0 && (got = pread(from, bytes, sizeof bytes, at)) > 0) {
		ssize_t put = write(to, bytes, (size_t)got);
		at += put > 0 ? put : 0;
		got = put;
	}
	if (to >= 0) {
		close(from);
		f->fd = to;
	}
	return got < 0 ? -1 : fsync(to);
}

int new_file_name(struct new_file *f, int replace, struct err *err)
{
	int rc = fsync(f->fd);
	int synced = rc == 0;
	int linked = 0;
	if (rc == 0 && !f->temporary && replace) {
		char *name = xasprintf("%s.new-%08x", f->path, randombytes_random());
		rc = link_unnamed(f->fd, name);
		f->temporary = rc == 0 ? name : NULL;
		if (rc < 0)
			free(name);
	} else if (rc == 0 && !f->temporary) {
		rc = link_unnamed(f->fd, f->path);
		linked = rc == 0;
	}
	if (rc < 0 && synced && !f->temporary && errno != EEXIST)
		rc = copy_named(f);
	if (!linked && rc == 0)
		rc = replace ? rename(f->temporary, f->path) : path_rename_new(AT_FDCWD, f->temporary, f->path);
	if (!linked && rc == 0) {
		free(f->temporary);
		f->temporary = NULL;
	}
	int why = errno;
	if (rc == 0)
		path_sync_folder(f->path);
	else if (why == EEXIST)
		err_set(err, ERR_EXISTS, _("'%s' is there already; it is not overwritten"), f->path);
	else
		err_set_errno(err, ERR_FAILED, why, _("cannot write '%s'"), f->path);
	new_file_abandon(f);
	return rc;
}

void new_file_abandon(struct new_file *f)
{
	if (f->temporary)
		unlink(f->temporary);
	if (f->fd >= 0)
		close(f->fd);
	free(f->temporary);
	free(f->path);
	*f = (struct new_file){.fd = -1};
}
