#include "evidence/readable.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_AT_ONCE ((size_t)1 << 20)
#define DEEPEST      64

/* 0 or errno. */
static int read_to_end(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int failed = fd < 0 ? errno : 0;
	char *bytes = xmalloc(READ_AT_ONCE);
	ssize_t n = 1;
	while (!failed && n > 0) {
		n = read(fd, bytes, READ_AT_ONCE);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			failed = errno;
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
	return failed;
}

static int cannot_read(const char *path, int error, struct err *err)
{
	return err_set_errno(err, ERR_FAILED, error, _("cannot read '%s'"), path);
}

int readable_stored(enum stored_shape shape, const char *path, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0; i++) {
		char *member = stored_member(shape, path, i);
		if (!member || (i > 0 && access(member, F_OK) < 0)) {
			free(member);
			break;
		}
		int failed = read_to_end(member);
		if (failed)
			rc = cannot_read(member, failed, err);
		free(member);
	}
	return rc;
}

static int walk(const char *path, int depth, struct err *err)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	int rc = 0;
	if (!d)
		return errno == EACCES ? 0 : cannot_read(path, errno, err);
	while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL) {
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		char *below = xasprintf("%s/%s", path, entry->d_name);
		if (lstat(below, &st) < 0) {
			rc = cannot_read(below, errno, err);
		} else if (S_ISDIR(st.st_mode) && depth < DEEPEST) {
			rc = walk(below, depth + 1, err);
		} else if (S_ISREG(st.st_mode)) {
			int failed = read_to_end(below);
			if (failed && failed != EACCES)
				rc = cannot_read(below, failed, err);
		}
		free(below);
	}
	if (rc == 0 && !entry && errno)
		rc = cannot_read(path, errno, err);
	closedir(d);
	return rc;
}

int readable_folder(const char *path, struct err *err)
{
	return walk(path, 0, err);
}
