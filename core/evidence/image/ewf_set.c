/* The files of an E01 image: their names, open together, finished or removed together. */
#include "evidence/image/ewf.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/image/part_names.h"
#include "evidence/image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* 01 … 99, then letters: the ending's own first letter counts on, from E to Z. */
static int ending(char first, size_t i, char out[4])
{
	char a = first >= 'a' ? 'a' : 'A';
	out[0] = first;
	out[3] = '\0';
	if (i < 99) {
		out[1] = (char)('0' + (i + 1) / 10);
		out[2] = (char)('0' + (i + 1) % 10);
		return 0;
	}
	i -= 99;
	if ((size_t)(first - a) + i / 676 > 25)
		return -1;
	out[0] = (char)(first + (char)(i / 676));
	out[1] = (char)(a + (char)(i / 26 % 26));
	out[2] = (char)(a + (char)(i % 26));
	return 0;
}

char *ewf_segment_path(const char *first, size_t i)
{
	size_t n = strlen(first);
	char three[4];
	if (n < 4 || first[n - 4] != '.' || strchr("EeSs", first[n - 3]) == NULL || strcmp(first + n - 2, "01") != 0 ||
	    ending(first[n - 3], i, three) < 0)
		return NULL;
	return xasprintf("%.*s%s", (int)(n - 3), first, three);
}

int ewf_is_image(const void *bytes, size_t n)
{
	static const unsigned char magic[] = {'E', 'V', 'F', '\t', '\r', '\n', 0xFF, 0, 1, 1, 0};
	return n >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

/* Many segments, many descriptors: the soft limit is only a habit. */
static void allow_many_files(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 4096 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int open_segment(struct ewf_set *set, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (!source_is_file(fd)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	set->fds = xrealloc(set->fds, (set->count + 1) * sizeof *set->fds);
	set->fds[set->count++] = fd;
	return 0;
}

int ewf_set_open(struct ewf_set *set, const char *first, struct err *err)
{
	memset(set, 0, sizeof *set);
	set->first = xstrdup(first);
	allow_many_files();
	int rc = 0;
	for (;;) {
		char *path = set->count ? ewf_segment_path(first, set->count) : xstrdup(first);
		int opened = path && open_segment(set, path) == 0;
		int missing = !path || (set->count && errno == ENOENT);
		if (!opened && !missing)
			rc = source_cannot_open(path, errno, err);
		free(path);
		if (!opened)
			break;
		if (set->count > EWF_SEGMENTS) {
			rc = err_set(err, ERR_FAILED, _("the image '%s' has more than %d segments"), first,
			             EWF_SEGMENTS);
			break;
		}
	}
	if (rc < 0)
		ewf_set_close(set);
	return rc;
}

void ewf_set_close(struct ewf_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		close(set->fds[i]);
	free(set->fds);
	free(set->first);
	memset(set, 0, sizeof *set);
}

/*
 * A segment begins with EVF (a logical image's with LVF) and its number, and ends with the head of a section that is called
 * "next", or "done" in the last one. Source: libewf's documentation of the Expert Witness Compression Format, "File header"
 * and "Section descriptor" (76 bytes, the type in its first 16).
 */
enum { SEGMENT_NUMBER = 9, SECTION_HEAD = 76 };

static int ends_with(int fd, const char *type)
{
	char head[16];
	struct stat st;
	return fstat(fd, &st) == 0 && st.st_size >= SECTION_HEAD &&
	       pread(fd, head, sizeof head, st.st_size - SECTION_HEAD) == (ssize_t)sizeof head &&
	       strncmp(head, type, sizeof head) == 0;
}

static void explain_segment(const struct ewf_set *set, size_t i, const char *name, struct buf *lines)
{
	unsigned char head[SEGMENT_NUMBER + 2];
	ssize_t n = pread(set->fds[i], head, sizeof head, 0);
	unsigned number =
	    n == (ssize_t)sizeof head ? head[SEGMENT_NUMBER] | (unsigned)head[SEGMENT_NUMBER + 1] << 8 : 0;
	if (n != (ssize_t)sizeof head || memcmp(head + 1, "VF\t\r\n\xFF", 7) != 0)
		buf_addf(lines, _("'%s' is no segment of an E01 image\n"), name);
	else if (number != i + 1)
		buf_addf(lines, _("'%s' is segment %u of an image, not %zu\n"), name, number, i + 1);
	else if (!ends_with(set->fds[i], "next") && !ends_with(set->fds[i], "done"))
		buf_addf(lines, _("'%s' is cut short, or its end is damaged\n"), name);
}

void ewf_set_explain(const struct ewf_set *set, struct buf *lines)
{
	for (size_t i = 0; i < set->count; i++) {
		char *path = i ? ewf_segment_path(set->first, i) : xstrdup(set->first);
		char *name = path ? printable_dup(path) : xstrdup("");
		explain_segment(set, i, name, lines);
		free(name);
		free(path);
	}
	if (part_say_gap(ewf_segment_path, set->first, set->count, lines) || !set->count ||
	    !ends_with(set->fds[set->count - 1], "next"))
		return;
	char *path = ewf_segment_path(set->first, set->count);
	char *name = path ? printable_dup(path) : xstrdup("");
	buf_addf(lines, _("'%s' is missing: the segment before it is not the last\n"), name);
	free(name);
	free(path);
}

int ewf_set_drop_cache(struct ewf_set *set)
{
	int dropped = 1;
	for (size_t i = 0; i < set->count; i++)
		dropped &= source_drop_cache(set->fds[i]);
	return dropped;
}

char *ewf_unfinished(const char *first)
{
	return xasprintf("%.*s.part.E01", (int)(strlen(first) - 4), first);
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return rc;
}

int ewf_set_finish(const char *first, struct err *err)
{
	char *unfinished = ewf_unfinished(first);
	int rc = 0;
	int more = 1;
	for (size_t i = 0; rc == 0 && more; i++) {
		char *from = ewf_segment_path(unfinished, i);
		char *to = ewf_segment_path(first, i);
		more = from && access(from, F_OK) == 0;
		if (more && (sync_file(from) < 0 || path_rename_new(AT_FDCWD, from, to) < 0))
			rc = err_set_errno(err, errno == EEXIST ? ERR_EXISTS : ERR_NO_SPACE, errno,
			                   _("cannot write the copy '%s'"), to);
		free(from);
		free(to);
	}
	free(unfinished);
	if (rc == 0)
		path_sync_folder(first);
	return rc;
}

void ewf_set_discard(const char *first)
{
	char *unfinished = ewf_unfinished(first);
	int more = 1;
	for (size_t i = 0; more; i++) {
		char *path = ewf_segment_path(unfinished, i);
		more = path && unlink(path) == 0;
		free(path);
	}
	free(unfinished);
}
