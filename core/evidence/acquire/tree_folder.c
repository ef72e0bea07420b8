/* A folder of a tree: its names, its attributes, and how much there is below it. */
#include "evidence/acquire/tree_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTRIBUTE_LIMIT (64U << 10)
#define BLOCK           4096U /* a file takes whole blocks of a medium, a folder one */

int tree_open_folder(int dir, const char *name)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int fd = openat(dir, name, how | O_NOATIME);
	if (fd < 0 && errno == EPERM) /* O_NOATIME is for the owner only */
		fd = openat(dir, name, how);
	return fd;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void tree_names_read(struct tree_names *names, int fd)
{
	size_t cap = 16;
	struct dirent *entry;
	*names = (struct tree_names){.items = xcalloc(cap, sizeof *names->items)};
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	if (!folder) {
		names->error = errno;
		if (again >= 0)
			close(again);
		return;
	}
	rewinddir(folder); /* the offset is shared with whoever read it before */
	errno = 0;
	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (names->count == cap) {
			cap *= 2;
			names->items = xrealloc(names->items, cap * sizeof *names->items);
		}
		names->items[names->count++] = xstrdup(entry->d_name);
	}
	names->error = errno;
	closedir(folder);
	qsort(names->items, names->count, sizeof *names->items, compare_names);
}

int tree_names_have(const struct tree_names *names, const char *name)
{
	return names->count && bsearch(&name, names->items, names->count, sizeof *names->items, compare_names) != NULL;
}

void tree_names_release(struct tree_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct tree_names){.items = NULL};
}

void tree_attributes(int fd, const char *path, struct manifest *m)
{
	char names[4096];
	ssize_t n = flistxattr(fd, names, sizeof names);
	if (n == 0 || (n < 0 && errno == ENOTSUP))
		return;
	struct remark reason = REMARK_INIT;
	if (n < 0) {
		remark_system(&reason, errno);
		manifest_add_unread(m, &reason, path);
	}
	char *value = n > 0 ? xmalloc(ATTRIBUTE_LIMIT) : NULL;
	for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(fd, name, value, ATTRIBUTE_LIMIT);
		if (size >= 0)
			manifest_add_attribute(m, name, value, (size_t)size, path);
	}
	free(value);
}

const char *tree_other_type(mode_t mode)
{
	return S_ISFIFO(mode)   ? "fifo"
	       : S_ISSOCK(mode) ? "socket"
	       : S_ISCHR(mode)  ? "character device"
	                        : "block device";
}

/* ---- how much there is */

static void add_room(struct tree_size *size, const struct stat *st)
{
	uint64_t written = (uint64_t)st->st_size;
	if ((uint64_t)st->st_blocks * 512 < written) /* holes take no room */
		written = (uint64_t)st->st_blocks * 512;
	size->bytes += (uint64_t)st->st_size;
	size->room += (written + BLOCK - 1) / BLOCK * BLOCK;
}

/* A line of the manifest, with a digest that is not known yet. */
static void measure_line(struct tree_size *size, const struct stat *st, const char *path)
{
	static const char digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
	struct manifest m;
	manifest_init(&m);
	manifest_add(&m, S_ISDIR(st->st_mode) ? 'd' : 'f', st, (uint64_t)st->st_size,
	             S_ISDIR(st->st_mode) ? "-" : digest, path, NULL);
	size->entries++;
	size->manifest += m.text.len;
	manifest_release(&m);
}

static void measure_folder(struct tree_size *size, struct tree_level *level, struct buf *path, int one_file_system)
{
	size_t above = path->len;
	int again = fcntl(level->fd, F_DUPFD_CLOEXEC, 3);
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	if (!folder && again >= 0)
		close(again);
	size->room += BLOCK;
	while (folder && (entry = readdir(folder)) != NULL) {
		struct tree_level below = {.above = level, .depth = level->depth + 1};
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || entry->d_type == DT_LNK ||
		    fstatat(level->fd, entry->d_name, &below.st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		buf_truncate(path, above);
		buf_addf(path, "%s%s", above ? "/" : "", entry->d_name);
		measure_line(size, &below.st, path->data);
		if (S_ISREG(below.st.st_mode)) {
			add_room(size, &below.st);
			continue;
		}
		below.fd = S_ISDIR(below.st.st_mode) && below.depth < TREE_DEPTH
		               ? tree_open_folder(level->fd, entry->d_name)
		               : -1;
		if (below.fd < 0)
			continue;
		int mount = tree_is_mount(below.fd, &below.st, level->st.st_dev);
		int left_out =
		    mount && (tree_is_made_up(below.fd) || (one_file_system && below.st.st_dev != level->st.st_dev));
		if (!left_out && !tree_is_above(level, &below.st))
			measure_folder(size, &below, path, one_file_system);
		close(below.fd);
	}
	buf_truncate(path, above);
	if (folder)
		closedir(folder);
}

void tree_measure(struct tree_size *size, const char *root, int one_file_system)
{
	struct tree_level level = {.fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	struct buf path = BUF_INIT;
	*size = (struct tree_size){0};
	if (level.fd < 0)
		return;
	if (fstat(level.fd, &level.st) == 0)
		measure_folder(size, &level, &path, one_file_system);
	buf_release(&path);
	close(level.fd);
}
