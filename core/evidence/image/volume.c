#include "evidence/image/volume.h"

#include "base/err.h"
#include "base/file/held_name.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/image/digest.h"
#include "evidence/image/part_names.h"
#include "evidence/image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PARTS_MOST 900 /* open descriptors are bounded, too */
#define AT_ONCE    (64U << 10)
#define BLOCK      4096U /* of zeros, not less, becomes a hole */

/* The name of the i-th part, counted from 0. */
static char *part_name(const struct volume *v, size_t i, int unfinished)
{
	const char *ending = unfinished ? ".part" : "";
	if (unfinished && v->unfinished)
		return xstrdup(v->unfinished);
	return v->split ? xasprintf("%s.%03zu%s", v->path, i + 1, ending) : xasprintf("%s%s", v->path, ending);
}

/* The name of a finished part, as a member of a set. */
static char *final_part(const char *path, size_t i)
{
	return xasprintf("%s.%03zu", path, i + 1);
}

static void volume_begin(struct volume *v, const char *path, uint64_t split)
{
	memset(v, 0, sizeof *v);
	v->path = xstrdup(path);
	v->split = split;
	v->dir = AT_FDCWD;
}

static int open_part(struct volume *v, size_t i, int how)
{
	char *name = part_name(v, i, v->writing);
	int fd = openat(v->dir, name, how | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	free(name);
	if (fd < 0)
		return -1;
	if (!source_is_file(fd)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	v->fds = xrealloc(v->fds, (i + 1) * sizeof *v->fds);
	v->fds[i] = fd;
	v->count = i + 1;
	return 0;
}

static int cannot_write(struct volume *v, struct err *err)
{
	v->error = errno;
	return err_set_errno(err, errno == EEXIST ? ERR_EXISTS : ERR_NO_SPACE, errno, _("cannot write the copy '%s'"),
	                     v->path);
}

int volume_create(struct volume *v, const char *path, uint64_t split, struct err *err)
{
	volume_begin(v, path, split);
	v->writing = 1;
	if (open_part(v, 0, O_RDWR | O_CREAT | O_EXCL) < 0) {
		cannot_write(v, err);
		volume_close(v, 0);
		return -1;
	}
	return 0;
}

int volume_create_in(struct volume *v, int dir, const char *name, const char *unfinished, struct err *err)
{
	volume_begin(v, name, 0);
	v->writing = 1;
	v->together = 1;
	v->unfinished = xstrdup(unfinished);
	v->dir = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	if (v->dir >= 0 && open_part(v, 0, O_WRONLY | O_CREAT | O_EXCL) == 0)
		return 0;
	cannot_write(v, err);
	int error = v->error;
	volume_close(v, 0);
	v->error = error;
	return -1;
}

int volume_cannot_hold(int error)
{
	return held_name_is_refused(error);
}

/* Opens all parts that are there and adds up their size. */
static int open_all(struct volume *v, int how)
{
	while (v->count < PARTS_MOST && open_part(v, v->count, how) == 0) {
		struct stat st;
		if (fstat(v->fds[v->count - 1], &st) < 0)
			return -1;
		v->size += (uint64_t)st.st_size;
		if (!v->split)
			break;
	}
	return v->count ? 0 : -1;
}

/* Gives the unfinished names back. */
static void unfinish(struct volume *v)
{
	for (size_t i = 0; i < PARTS_MOST; i++) {
		char *final = part_name(v, i, 0);
		char *part = part_name(v, i, 1);
		int rc = faccessat(v->dir, part, F_OK, 0) == 0 ? 0 : renameat(v->dir, final, v->dir, part);
		free(final);
		free(part);
		if (rc < 0 || !v->split)
			break;
	}
}

int volume_resume(struct volume *v, const char *path, uint64_t split, uint64_t size, struct err *err)
{
	volume_begin(v, path, split);
	v->writing = 1;
	unfinish(v);
	if (open_all(v, O_RDWR) < 0 || (size != VOLUME_AS_IT_IS && v->size < size)) {
		err_set(err, ERR_NOT_FOUND, _("the unfinished copy '%s' is gone or shorter than it was"), path);
		volume_close(v, 0);
		return -1;
	}
	if (size != VOLUME_AS_IT_IS && volume_truncate(v, size, err) < 0) {
		volume_close(v, 0);
		return -1;
	}
	return 0;
}

int volume_open(struct volume *v, const char *path, struct err *err)
{
	volume_begin(v, path, 0);
	if (open_all(v, O_RDONLY) == 0)
		return 0;
	int error = errno;
	if (error == ENOENT) {
		v->split = 1; /* parts have a number; how long the first one is tells the rest */
		if (open_all(v, O_RDONLY) == 0) {
			struct stat st;
			if (fstat(v->fds[0], &st) == 0 && st.st_size > 0)
				v->split = (uint64_t)st.st_size;
			return 0;
		}
	}
	struct buf gap = BUF_INIT;
	if (v->split && part_say_gap(final_part, path, 0, &gap)) {
		buf_truncate(&gap, gap.len - 1);
		err_set(err, ERR_NOT_FOUND, "%s", gap.data);
	} else {
		source_cannot_open(path, error, err);
	}
	buf_release(&gap);
	volume_close(v, 0);
	return -1;
}

char *volume_part_path(const struct volume *v, size_t i)
{
	return part_name(v, i, 0);
}

void volume_explain(const struct volume *v, uint64_t size, struct buf *lines)
{
	if (!v->split || part_say_gap(final_part, v->path, v->count, lines))
		return;
	for (size_t i = 0; i < v->count; i++) {
		struct stat st;
		int last = i + 1 == v->count;
		uint64_t is = fstat(v->fds[i], &st) == 0 ? (uint64_t)st.st_size : 0;
		char *path = final_part(v->path, last && is == v->split ? i + 1 : i);
		char *name = printable_dup(path);
		if (!last && is != v->split)
			buf_addf(lines, _("'%s' has %llu bytes, the first part has %llu\n"), name,
			         (unsigned long long)is, (unsigned long long)v->split);
		else if (last && size != VOLUME_SIZE_UNKNOWN && v->size < size && is == v->split)
			buf_addf(lines, _("'%s' is missing: the parts hold %llu bytes of %llu\n"), name,
			         (unsigned long long)v->size, (unsigned long long)size);
		else if (last && size != VOLUME_SIZE_UNKNOWN && v->size < size)
			buf_addf(lines, _("'%s' is cut short: the parts hold %llu bytes of %llu\n"), name,
			         (unsigned long long)v->size, (unsigned long long)size);
		free(name);
		free(path);
	}
}

/* The part that holds `offset`, made if it is not there yet. */
static int part_for_writing(struct volume *v, uint64_t offset, uint64_t *within, struct err *err)
{
	size_t i = v->split ? (size_t)(offset / v->split) : 0;
	*within = v->split ? offset % v->split : offset;
	if (i >= PARTS_MOST)
		return err_set(err, ERR_FAILED, _("the copy '%s' would have more than %d parts: choose larger ones"),
		               v->path, PARTS_MOST);
	while (v->count <= i) {
		/* the part before is full, perhaps with a hole at its end */
		if (v->split && ftruncate(v->fds[v->count - 1], (off_t)v->split) < 0)
			return cannot_write(v, err);
		if (open_part(v, v->count, O_RDWR | O_CREAT | O_EXCL) < 0)
			return cannot_write(v, err);
	}
	return (int)i;
}

int volume_write(struct volume *v, uint64_t offset, const void *bytes, size_t n, struct err *err)
{
	const unsigned char *p = bytes;
	while (n > 0) {
		uint64_t within;
		int i = part_for_writing(v, offset, &within, err);
		if (i < 0)
			return -1;
		size_t room = v->split && v->split - within < n ? (size_t)(v->split - within) : n;
		ssize_t written = pwrite(v->fds[i], p, room, (off_t)within);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return cannot_write(v, err);
		p += written;
		offset += (uint64_t)written;
		n -= (size_t)written;
		if (offset > v->size)
			v->size = offset;
	}
	return 0;
}

int volume_write_data(struct volume *v, uint64_t offset, const void *bytes, size_t n, struct err *err)
{
	const char *p = bytes;
	size_t from = 0; /* of what is not yet written */
	for (size_t at = 0; at < n;) {
		size_t block = BLOCK - (size_t)((offset + at) % BLOCK);
		if (block > n - at)
			block = n - at;
		if (digest_is_zeros(p + at, block)) {
			if (at > from && volume_write(v, offset + from, p + from, at - from, err) < 0)
				return -1;
			from = at + block;
		}
		at += block;
	}
	if (n > from && volume_write(v, offset + from, p + from, n - from, err) < 0)
		return -1;
	if (v->size < offset + n)
		v->size = offset + n;
	return 0;
}

ssize_t volume_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	struct volume *v = ctx;
	size_t i = v->split ? (size_t)(offset / v->split) : 0;
	uint64_t within = v->split ? offset % v->split : offset;
	if (i >= v->count)
		return 0;
	size_t room = v->split && v->split - within < n ? (size_t)(v->split - within) : n;
	return pread(v->fds[i], bytes, room, (off_t)within);
}

int volume_is_in_memory(const struct volume *v)
{
	struct statfs fs;
	return v->count && fstatfs(v->fds[0], &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

int volume_holds(struct volume *v, uint64_t offset, const void *bytes, size_t n)
{
	const unsigned char *expected = bytes;
	unsigned char is[AT_ONCE];
	while (n > 0) {
		ssize_t got = volume_read(v, is, n < sizeof is ? n : sizeof is, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 && offset + n <= v->size)
			return digest_is_zeros(expected, n); /* a hole at its end, not made yet */
		if (got <= 0 || memcmp(is, expected, (size_t)got) != 0)
			return 0;
		expected += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 1;
}

int volume_truncate(struct volume *v, uint64_t size, struct err *err)
{
	uint64_t within = size;
	int last = size && v->split ? part_for_writing(v, size - 1, &within, err) : 0;
	if (last < 0)
		return -1;
	if (size && v->split)
		within++;
	while (v->count > (size_t)last + 1) {
		char *name = part_name(v, v->count - 1, v->writing);
		unlinkat(v->dir, name, 0);
		free(name);
		close(v->fds[--v->count]);
	}
	if (ftruncate(v->fds[last], (off_t)within) < 0)
		return cannot_write(v, err);
	v->size = size;
	return 0;
}

int volume_sync(struct volume *v, struct err *err)
{
	for (size_t i = 0; i < v->count; i++)
		if (fdatasync(v->fds[i]) < 0)
			return cannot_write(v, err);
	return 0;
}

int volume_finish(struct volume *v, struct err *err)
{
	for (size_t i = 0; !v->together && i < v->count; i++)
		if (fsync(v->fds[i]) < 0)
			return cannot_write(v, err);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < v->count; i++) {
		char *from = part_name(v, i, 1);
		char *to = part_name(v, i, 0);
		if (path_rename_new(v->dir, from, to) < 0)
			rc = cannot_write(v, err);
		free(from);
		free(to);
	}
	if (rc == 0) {
		v->writing = 0;
		if (!v->together)
			path_sync_folder(v->path);
	}
	return rc;
}

int volume_drop_cache(struct volume *v)
{
	int dropped = 1;
	for (size_t i = 0; i < v->count; i++)
		dropped &= source_drop_cache(v->fds[i]);
	return dropped;
}

void volume_close(struct volume *v, int discard)
{
	for (size_t i = 0; i < v->count; i++) {
		close(v->fds[i]);
		char *name = part_name(v, i, 1);
		if (discard && v->writing)
			unlinkat(v->dir, name, 0);
		free(name);
	}
	if (v->unfinished && v->dir >= 0) /* its own */
		close(v->dir);
	free(v->fds);
	free(v->path);
	free(v->unfinished);
	memset(v, 0, sizeof *v);
}

static int is_free(const char *path)
{
	static const char *const endings[] = {"", ".part", ".001", ".001.part", ".E01", ".E01.part"};
	struct stat st;
	int free_name = 1;
	for (size_t i = 0; free_name && i < sizeof endings / sizeof *endings; i++) {
		char *name = xasprintf("%s%s", path, endings[i]);
		free_name = lstat(name, &st) < 0 && errno == ENOENT;
		free(name);
	}
	size_t n = strlen(path);
	if (free_name && n > 4 && strcmp(path + n - 4, ".E01") == 0) { /* the unfinished form of an image */
		char *name = xasprintf("%.*s.part.E01", (int)(n - 4), path);
		free_name = lstat(name, &st) < 0 && errno == ENOENT;
		free(name);
	}
	return free_name;
}

char *volume_choose_name(const char *dir, const char *path, const char *ending)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t start = n;
	while (start > 0 && path[start - 1] != '/')
		start--;
	char *own = n > start ? xstrndup(path + start, n - start) : xstrdup("root");
	char *name = held_name(dir, own, ending);
	free(own);
	char *chosen = xasprintf("%s/%s%s", dir, name, ending);
	for (unsigned i = 2; !is_free(chosen) && i < 100000; i++) {
		free(chosen);
		chosen = xasprintf("%s/%s.%u%s", dir, name, i, ending);
	}
	free(name);
	return chosen;
}
