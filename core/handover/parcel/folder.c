#include "handover/parcel/folder.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/paths.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1U << 20)
#define DEPTH 200 /* folders within each other: a descriptor each */

/* Reads `in` to its end through SHA-256, and writes it to `out` if that is not -1. */
static int pump(int in, int out, const char *label, const struct progress *progress, char sha256[65], struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *piece = xmalloc(PIECE);
	unsigned char digest[32];
	uint64_t done = 0;
	int rc = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) ? 0 : err_set(err, ERR_FAILED, _("out of memory"));
	while (rc == 0) {
		ssize_t n = read(in, piece, PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), label);
		if (n <= 0)
			break;
		EVP_DigestUpdate(ctx, piece, (size_t)n);
		for (ssize_t put = 0; out >= 0 && put < n && rc == 0;) {
			ssize_t k = write(out, piece + put, (size_t)(n - put));
			if (k < 0 && errno != EINTR)
				rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write the copy of '%s'"), label);
			put += k > 0 ? k : 0;
		}
		done += (uint64_t)n;
		if (rc == 0)
			rc = progress_step(progress, label, done, 0, err);
	}
	if (rc == 0 && EVP_DigestFinal_ex(ctx, digest, NULL)) {
		struct buf hex = BUF_INIT;
		buf_addhex(&hex, digest, sizeof digest);
		memcpy(sha256, hex.data, 65);
		buf_release(&hex);
	}
	EVP_MD_CTX_free(ctx);
	free(piece);
	return rc;
}

struct digesting {
	const struct progress *progress;
	json_t *digests;
	struct folder_unread *unread;
};

/* One that cannot be read is not there, for whoever looks for its digest; but that is told. 0, or -1: cancelled. */
static int folder_leave_out(struct digesting *d, const struct err *why, struct err *err)
{
	if (why->code == ERR_CANCELLED)
		return err_take(err, why);
	err_take(&d->unread->first, why);
	d->unread->count++;
	return 0;
}

static int take_folder(struct digesting *d, int fd, const char *path, int depth, const json_t *but, struct err *err);

static int take_file(struct digesting *d, int fd, const char *path, struct err *why)
{
	char sha256[65];
	int rc = pump(fd, -1, path, d->progress, sha256, why);
	close(fd);
	if (rc == 0) {
		struct buf escaped = BUF_INIT; /* a name need not be UTF-8 */
		pathname_encode(path, &escaped);
		json_object_set_new(d->digests, sha256, json_string(escaped.data));
		buf_release(&escaped);
	}
	return rc;
}

static int take_entry(struct digesting *d, int folder, const char *path, const char *name, int depth, struct err *err)
{
	struct stat st;
	struct err why = ERR_INIT;
	char *whole = xasprintf("%s/%s", path, name);
	int rc = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW);
	int is_folder = rc == 0 && S_ISDIR(st.st_mode);
	int fd = is_folder || (rc == 0 && S_ISREG(st.st_mode))
	             ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
	             : -1;
	if (rc == 0 && fd < 0 && !is_folder && !S_ISREG(st.st_mode)) {
		; /* links, pipes and devices hold no bytes */
	} else if (fd < 0) {
		rc = err_set_errno(&why, ERR_FAILED, errno, _("cannot read '%s'"), whole);
	} else if (is_folder && depth == DEPTH) {
		close(fd);
		rc = err_set(&why, ERR_INVALID, _("cannot read '%s': too many folders within each other"), whole);
	} else if (is_folder) {
		rc = take_folder(d, fd, whole, depth + 1, NULL, &why);
	} else {
		rc = take_file(d, fd, whole, &why);
	}
	if (rc < 0)
		rc = folder_leave_out(d, &why, err);
	free(whole);
	return rc;
}

/* Takes the descriptor. */
static int take_folder(struct digesting *d, int fd, const char *path, int depth, const json_t *but, struct err *err)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry = NULL;
	int rc = 0;
	if (!dir) {
		close(fd);
		return err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), path);
	}
	while (rc == 0 && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    !json_object_get(but, entry->d_name))
			rc = take_entry(d, dirfd(dir), path, entry->d_name, depth, err);
	if (rc == 0 && !entry && errno)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), path);
	closedir(dir);
	return rc;
}

json_t *folder_digests(const char *folder, const json_t *but, const struct progress *progress,
                       struct folder_unread *unread, struct err *err)
{
	struct digesting d = {progress, json_object(), unread};
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*unread = (struct folder_unread){0, ERR_INIT};
	if (fd < 0)
		err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), folder);
	else if (take_folder(&d, fd, folder, 0, but, err) == 0)
		return d.digests;
	json_decref(d.digests);
	return NULL;
}

/* A file to be copied; a pipe would give nothing, a device no end. */
static int open_file(const char *path, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(err, ERR_FAILED, _("cannot read '%s': it is no file"), path);
}

/* A copy of an attempt that was cut short counts if it has the same bytes. Takes the descriptor. */
static int copied_before(int in, const char *from, const char *to, const struct progress *progress, char sha256[65],
                         struct err *err)
{
	char there[65] = "";
	int old = open_file(to, err);
	int rc = old < 0 ? -1 : 0;
	if (rc == 0)
		rc = pump(old, -1, to, progress, there, err);
	if (rc == 0)
		rc = pump(in, -1, from, progress, sha256, err);
	if (rc == 0 && strcmp(there, sha256) != 0)
		rc = err_set(err, ERR_EXISTS, _("'%s' exists already and has other bytes"), to);
	if (old >= 0)
		close(old);
	close(in);
	return rc;
}

/* Under a name of its own until it is whole: one that was cut short must not look like other bytes. */
int folder_copy(const char *from, const char *to, const struct progress *progress, char sha256[65], struct err *err)
{
	int in = open_file(from, err);
	if (in < 0)
		return -1;
	struct stat st;
	if (lstat(to, &st) == 0)
		return copied_before(in, from, to, progress, sha256, err);
	char *part = xasprintf("%s.part", to);
	unlink(part);
	int out = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = out < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to)
	                 : pump(in, out, from, progress, sha256, err);
	if (rc == 0 && fsync(out) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to);
	close(in);
	if (out >= 0 && close(out) < 0 && rc == 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to);
	if (rc == 0 && path_rename_new(AT_FDCWD, part, to) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to);
	if (rc < 0 && out >= 0)
		unlink(part);
	else if (rc == 0)
		path_sync_folder(to);
	free(part);
	return rc;
}
