#include "base/file/paths.h"
#include "base/file/new_file.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *data_folder; /* of path_set_data(); NULL: the machine's own */

int path_set_data(const char *folder, struct err *err)
{
	char *here = NULL;
	if (folder && *folder && *folder != '/') {
		here = realpath(".", NULL);
		if (!here)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot tell the folder one is in"));
	}
	free(data_folder);
	data_folder = !folder || !*folder ? NULL : here ? xasprintf("%s/%s", here, folder) : xstrdup(folder);
	free(here);
	return 0;
}

char *path_data_home(void)
{
	if (data_folder)
		return xstrdup(data_folder);
	const char *home = getenv("XDG_DATA_HOME");
	if (home && *home)
		return xasprintf("%s/genba", home);
	home = getenv("HOME");
	return xasprintf("%s/.local/share/genba", home && *home ? home : ".");
}

static int make_one(const char *folder, struct err *err)
{
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_set_errno(err, ERR_FAILED, errno, _("cannot make the folder '%s'"), folder);
}

int path_make_parents(const char *path, struct err *err)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *slash = *copy ? strchr(copy + 1, '/') : NULL; slash && rc == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = make_one(copy, err);
		*slash = '/';
	}
	free(copy);
	return rc;
}

int path_make(const char *folder, struct err *err)
{
	return path_make_parents(folder, err) < 0 ? -1 : make_one(folder, err);
}

int path_rename_new(int dir, const char *from, const char *to)
{
	struct stat st;
	if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? renameat(dir, from, dir, to) : -1;
	errno = EEXIST;
	return -1;
}

void path_sync_folder(const char *path)
{
	char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');
	const char *name = ".";
	if (slash == folder) {
		name = "/";
	} else if (slash) {
		*slash = '\0';
		name = folder;
	}
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

static int write_all(int fd, const char *bytes, size_t n)
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

int path_must_be_new(const char *path, struct err *err)
{
	struct stat st;
	return lstat(path, &st) < 0 ? 0
	                            : err_set(err, ERR_EXISTS, _("'%s' is there already; it is not overwritten"), path);
}

int path_can_be_new(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? xstrdup(".") : slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
	int rc = path_must_be_new(path, err);
	if (rc == 0 && access(folder, W_OK | X_OK) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), path);
	free(folder);
	return rc;
}

int path_holds(const char *path, const void *bytes, size_t n)
{
	struct buf there = BUF_INIT;
	int same = buf_read_file(&there, path, n + 1, NULL) == 0 && there.len == n &&
	           (n == 0 || memcmp(there.data, bytes, n) == 0);
	buf_release(&there);
	return same;
}

int path_write_file(const char *path, const void *bytes, size_t n, unsigned flags, struct err *err)
{
	struct new_file f;
	if (flags & PATH_SAME && path_holds(path, bytes, n))
		return 0;
	if (new_file_open(&f, path, err) < 0)
		return -1;
	if (write_all(f.fd, bytes, n) == 0)
		return new_file_name(&f, (flags & PATH_REPLACE) != 0, err);
	err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), path);
	new_file_abandon(&f);
	return -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void path_remove_folder(const char *path)
{
	nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
}
