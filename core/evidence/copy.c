#include "evidence/copy.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *copy_choose_name(const char *dir, const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t start = n;
	while (start > 0 && path[start - 1] != '/')
		start--;
	char *name = n > start ? xstrndup(path + start, n - start) : xstrdup("root");
	char *free_path = xasprintf("%s/%s", dir, name);
	struct stat st;
	for (unsigned i = 2; lstat(free_path, &st) == 0; i++) {
		free(free_path);
		free_path = xasprintf("%s/%s.%u", dir, name, i);
	}
	free(name);
	return free_path;
}

/* Reads the copy again, past the cache if it can be, and compares. */
static int read_back(const char *part, const struct digest_result *expected, const struct progress *progress, int *same,
                     int *reread, struct err *err)
{
	struct source copy;
	if (source_open(&copy, AT_FDCWD, part, SOURCE_NO_LINK, err) < 0)
		return -1;
	*reread = source_drop_cache(copy.fd);
	struct digest *d = digest_new(0);
	struct digest_result again;
	char *label = xasprintf(_("reading back %s"), part);
	int rc = source_digest(&copy, d, -1, progress, label, 0, expected->size, err);
	digest_end(d, &again);
	*same = rc == 0 && again.size == expected->size && strcmp(again.sha256, expected->sha256) == 0;
	free(label);
	digest_result_release(&again);
	digest_free(d);
	source_close(&copy);
	return rc;
}

int copy_file(const struct source *from, const char *label, const char *to, unsigned also, const struct progress *progress,
              struct digest_result *digests, int *same, int *reread, struct err *err)
{
	char *part = xasprintf("%s.part", to);
	memset(digests, 0, sizeof *digests);
	buf_init(&digests->pieces);
	*same = *reread = 0;
	int rc = 0;
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy '%s'"), part);
		free(part);
		return rc;
	}
	struct digest *d = digest_new(also | DIGEST_PIECES);
	rc = source_digest(from, d, fd, progress, label, 0, (uint64_t)from->before.st_size, err);
	digest_end(d, digests);
	digest_free(d);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy '%s'"), part);
	if (close(fd) < 0 && rc == 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy '%s'"), part);
	if (rc == 0)
		rc = read_back(part, digests, progress, same, reread, err);
	if (rc == 0 && rename(part, to) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy '%s'"), to);
	if (rc == 0)
		path_sync_folder(to);
	else if (!err || err->code != ERR_CANCELLED)
		unlink(part);
	free(part);
	return rc;
}
