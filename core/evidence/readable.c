#include "evidence/readable.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_AT_ONCE ((size_t)1 << 20)

static int cannot_read(const char *path, int error, struct err *err)
{
	return err_set_errno(err, ERR_FAILED, error, _("cannot read '%s'"), path);
}

static int read_to_end(const char *path, const struct progress *progress, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return cannot_read(path, errno, err);
	uint64_t size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	uint64_t done = 0;
	char *bytes = xmalloc(READ_AT_ONCE);
	ssize_t n = 1;
	int rc = 0;
	while (rc == 0 && n > 0 && (rc = progress_step(progress, path, done, size, err)) == 0) {
		n = pread(fd, bytes, READ_AT_ONCE, (off_t)done);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0 && errno == ESPIPE) /* a pipe stands there by now: it has no bytes */
			n = 0;
		else if (n < 0)
			rc = cannot_read(path, errno, err);
		else
			done += (uint64_t)n;
	}
	free(bytes);
	close(fd);
	return rc;
}

int readable_stored(enum stored_shape shape, const char *path, const struct progress *progress, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0; i++) {
		char *member = stored_member(shape, path, i);
		if (!member || (i > 0 && access(member, F_OK) < 0)) {
			free(member);
			break;
		}
		rc = read_to_end(member, progress, err);
		free(member);
	}
	return rc;
}
