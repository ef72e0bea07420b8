#include "evidence/acquire/tree.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "evidence/acquire/filepool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEPTH_LIMIT        200 /* two descriptors each */
#define ATTRIBUTE_LIMIT    (64U << 10)
#define CHECKPOINT_BYTES   (1U << 20) /* of text, or */
#define CHECKPOINT_SECONDS 2.0

/* What a line is made of once its place in the order has come: the owner's part of a job. */
struct line {
	char type;
	struct stat st;
	int reused; /* the digest is that of `before` */
	char sha256[65];
	uint64_t size;
	char *more; /* link target, type's name, reason */
};

struct walk {
	struct manifest *m;
	const struct tree_options *options;
	struct filepool *pool;
	struct err *err;
	struct buf path; /* below the root */
	struct {
		dev_t dev;
		ino_t ino;
	} above[DEPTH_LIMIT + 1]; /* the folders that the walk is in */
	const char *before;       /* the rest of the interrupted manifest */
	size_t kept;              /* bytes of text at the last checkpoint */
	double kept_at;
	int fatal;
};

/* ---- lines, in order */

static void emit_file(struct walk *w, const struct filejob *job, const struct line *line)
{
	if (line->reused) {
		manifest_add(w->m, 'f', &line->st, line->size, line->sha256, job->path.data, NULL);
		w->m->files++;
		w->m->bytes += line->size;
	} else if (job->rc < 0 && job->err.code == ERR_CANCELLED) {
		w->m->interrupted = 1;
	} else if (job->rc < 0 && job->copy_fd >= 0 && job->err.code == ERR_NO_SPACE) {
		w->m->interrupted = 1;
		w->fatal = err_set(w->err, job->err.code, "%s", job->err.message);
	} else if (job->rc < 0) {
		manifest_add_unread(w->m, job->err.message, job->path.data);
	} else {
		manifest_add(w->m, 'f', &line->st, job->result.size, job->result.sha256, job->path.data, NULL);
		w->m->files++;
		w->m->bytes += job->result.size;
		if (job->changed)
			manifest_add_unread(w->m, _("it changed while it was read"), job->path.data);
	}
}

/* Attributes travel as text that is ready for the manifest. */
static void emit(struct walk *w, struct filejob *job)
{
	struct line *line = job->tag;
	uint64_t failed = w->m->failed;
	if (!w->m->interrupted && w->fatal == 0) {
		if (line->type == 'f')
			emit_file(w, job, line);
		else if (line->type == '!')
			manifest_add_unread(w->m, line->more, job->path.data);
		else
			manifest_add(w->m, line->type, &line->st, line->type == 'd' ? 0 : (uint64_t)line->st.st_size,
			             "-", job->path.data, line->more);
		if (!w->m->interrupted)
			buf_add(&w->m->text, job->text.data, job->text.len);
	}
	if (w->m->failed > failed && w->options->trouble)
		w->options->trouble(w->options->trouble_ctx, w->m->failed - failed);
	free(line->more);
	free(line);
}

static int keep(struct walk *w)
{
	const struct tree_options *o = w->options;
	if (!o->checkpoint || w->fatal || w->m->interrupted ||
	    (w->m->text.len - w->kept < CHECKPOINT_BYTES && clock_steady() - w->kept_at < CHECKPOINT_SECONDS))
		return 0;
	int rc = o->checkpoint(o->checkpoint_ctx, w->m, w->err);
	w->kept = w->m->text.len;
	w->kept_at = clock_steady();
	return rc;
}

static void take_back(struct walk *w)
{
	emit(w, filepool_oldest(w->pool));
	filepool_pop(w->pool);
	if (keep(w) < 0 && w->fatal == 0)
		w->fatal = -1;
}

/* A place in the order for the entry that the walk is at. */
static struct filejob *give(struct walk *w, char type, const struct stat *st, const char *more)
{
	if (filepool_is_full(w->pool))
		take_back(w);
	struct filejob *job = filepool_slot(w->pool);
	struct line *line = xcalloc(1, sizeof *line);
	line->type = type;
	if (st)
		line->st = *st;
	line->more = more ? xstrdup(more) : NULL;
	buf_add(&job->path, w->path.data, w->path.len);
	job->tag = line;
	return job;
}

static void give_unread(struct walk *w, const char *reason)
{
	give(w, '!', NULL, reason);
	filepool_submit(w->pool);
}

static void read_attributes(int fd, struct filejob *job)
{
	char names[4096];
	ssize_t n = flistxattr(fd, names, sizeof names);
	struct manifest m;
	if (n == 0 || (n < 0 && errno == ENOTSUP))
		return;
	manifest_init(&m);
	if (n < 0)
		manifest_add_unread(&m, strerror(errno), job->path.data);
	char *value = n > 0 ? xmalloc(ATTRIBUTE_LIMIT) : NULL;
	for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(fd, name, value, ATTRIBUTE_LIMIT);
		if (size >= 0)
			manifest_add_attribute(&m, name, value, (size_t)size, job->path.data);
	}
	free(value);
	buf_add(&job->text, m.text.data, m.text.len);
	manifest_release(&m);
}

/* ---- going on with an interrupted manifest */

/* The digest that the interrupted manifest has for this file, if nothing speaks against it. */
static int reuse(struct walk *w, const struct stat *st, int copy_dir, const char *name, struct line *line)
{
	struct manifest_entry entry;
	const char *p = w->before;
	int more;
	int same = 0;
	while (p && !same && (more = manifest_next(&p, &entry)) == 1) {
		if (entry.type == 'f' && strcmp(entry.path.data, w->path.data) == 0) {
			struct manifest m;
			struct stat copy;
			manifest_init(&m);
			manifest_add(&m, 'f', st, entry.size, entry.sha256, entry.path.data, NULL);
			same = m.text.len == entry.length && memcmp(m.text.data, entry.line, m.text.len) == 0 &&
			       entry.size == (uint64_t)st->st_size &&
			       (copy_dir < 0 || (fstatat(copy_dir, name, &copy, AT_SYMLINK_NOFOLLOW) == 0 &&
			                         S_ISREG(copy.st_mode) && copy.st_size == st->st_size));
			manifest_release(&m);
			line->size = entry.size;
			memcpy(line->sha256, entry.sha256, sizeof line->sha256);
			w->before = p;
			buf_release(&entry.path);
			return same;
		}
		buf_release(&entry.path);
	}
	return 0;
}

/* ---- the walk */

static int open_copy(struct walk *w, int copy_dir, const char *name)
{
	if (w->options->before)
		unlinkat(copy_dir, name, 0); /* what an interruption left half */
	int fd = openat(copy_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		w->fatal = err_set_errno(w->err, ERR_NO_SPACE, errno, _("cannot write the copy of '%s'"), w->path.data);
	return fd;
}

static void take_file(struct walk *w, int dir, const char *name, int copy_dir, const struct stat *st)
{
	struct filejob *job = give(w, 'f', st, NULL);
	struct line *line = job->tag;
	struct err why = ERR_INIT;
	if (source_open(&job->source, dir, name, SOURCE_NO_LINK, &why) < 0) {
		line->type = '!';
		line->more = xstrdup(why.message);
	} else {
		line->st = job->source.before;
		read_attributes(job->source.fd, job);
		line->reused = reuse(w, &line->st, copy_dir, name, line);
		job->has_source = !line->reused;
		if (line->reused)
			source_close(&job->source);
		else if (copy_dir >= 0)
			job->copy_fd = open_copy(w, copy_dir, name);
	}
	filepool_submit(w->pool);
}

static const char *other_type(mode_t mode)
{
	return S_ISFIFO(mode)   ? "fifo"
	       : S_ISSOCK(mode) ? "socket"
	       : S_ISCHR(mode)  ? "character device"
	                        : "block device";
}

static void walk_folder(struct walk *w, int fd, int copy_dir, int depth);

static int is_above(const struct walk *w, const struct stat *st, int depth)
{
	for (int i = 0; i <= depth; i++)
		if (w->above[i].dev == st->st_dev && w->above[i].ino == st->st_ino)
			return 1;
	return 0;
}

static int make_copy_folder(struct walk *w, int copy_dir, const char *name)
{
	if (mkdirat(copy_dir, name, 0700) < 0 && !(errno == EEXIST && w->options->before))
		return -1;
	return openat(copy_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void take_folder(struct walk *w, int dir, const char *name, int copy_dir, const struct stat *st, int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int error = errno;
	struct filejob *job = give(w, 'd', st, NULL);
	if (fd >= 0)
		read_attributes(fd, job);
	filepool_submit(w->pool);
	if (fd < 0) {
		give_unread(w, strerror(error));
		return;
	}
	if (is_above(w, st, depth) || depth + 1 >= DEPTH_LIMIT) {
		give_unread(w, depth + 1 >= DEPTH_LIMIT ? _("too deep")
		                                        : _("a loop: this folder is one of those above it"));
		close(fd);
		return;
	}
	int copy = copy_dir < 0 ? -1 : make_copy_folder(w, copy_dir, name);
	if (copy_dir >= 0 && copy < 0) {
		w->fatal = err_set_errno(w->err, ERR_NO_SPACE, errno, _("cannot write the copy of '%s'"), w->path.data);
		close(fd);
		return;
	}
	w->above[depth + 1].dev = st->st_dev;
	w->above[depth + 1].ino = st->st_ino;
	walk_folder(w, fd, copy, depth + 1); /* closes fd */
	if (copy >= 0)
		close(copy);
}

static void take_link(struct walk *w, int dir, const char *name, int copy_dir, const struct stat *st)
{
	char target[4097];
	ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
	if (n < 0) {
		give_unread(w, strerror(errno));
		return;
	}
	target[n] = '\0';
	give(w, 'l', st, target);
	filepool_submit(w->pool);
	if (copy_dir >= 0 && symlinkat(target, copy_dir, name) < 0 && !(errno == EEXIST && w->options->before))
		give_unread(w, _("the link could not be copied"));
}

static void take_entry(struct walk *w, int dir, const char *name, int copy_dir, int depth)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		give_unread(w, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		take_file(w, dir, name, copy_dir, &st);
	} else if (S_ISDIR(st.st_mode)) {
		take_folder(w, dir, name, copy_dir, &st, depth);
	} else if (S_ISLNK(st.st_mode)) {
		take_link(w, dir, name, copy_dir, &st);
	} else {
		give(w, 'o', &st, other_type(st.st_mode));
		filepool_submit(w->pool);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; NULL with errno if it cannot be read at all, *error if it could not be read to its end. */
static char **read_names(int fd, size_t *count, int *error)
{
	char **names = xcalloc(1, sizeof *names);
	size_t cap = 1;
	*count = 0;
	*error = 0;
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	if (!folder) {
		*error = errno;
		if (again >= 0)
			close(again);
		return names;
	}
	errno = 0;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*count == cap) {
			cap *= 2;
			names = xrealloc(names, cap * sizeof *names);
		}
		names[(*count)++] = xstrdup(entry->d_name);
	}
	*error = errno;
	closedir(folder);
	qsort(names, *count, sizeof *names, compare_names);
	return names;
}

static void walk_folder(struct walk *w, int fd, int copy_dir, int depth)
{
	size_t count;
	int error;
	char **names = read_names(fd, &count, &error);
	size_t start = w->path.len;
	if (error)
		give_unread(w, strerror(error));
	for (size_t i = 0; i < count; i++) {
		if (w->fatal == 0 && !w->m->interrupted) {
			buf_addf(&w->path, "%s%s", start ? "/" : "", names[i]);
			take_entry(w, fd, names[i], copy_dir, depth);
			buf_truncate(&w->path, start);
		}
		free(names[i]);
	}
	free(names);
	close(fd);
}

/* Bytes of all files below, so that the progress knows its end. Best effort; `depth` bounds it. */
static uint64_t measure(int fd, int depth)
{
	uint64_t total = 0;
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	while (folder && depth < DEPTH_LIMIT && (entry = readdir(folder)) != NULL) {
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || entry->d_type == DT_LNK ||
		    fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			total += (uint64_t)st.st_size;
		} else if (S_ISDIR(st.st_mode)) {
			int below =
			    openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (below >= 0)
				total += measure(below, depth + 1);
		}
	}
	if (folder)
		closedir(folder);
	else
		close(fd);
	return total;
}

static int begin(struct walk *w, const char *root, int *fd, int *copy)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct stat st;
	*copy = -1;
	*fd = open(root, how);
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	w->above[0].dev = st.st_dev;
	w->above[0].ino = st.st_ino;
	if (w->options->copy_to) {
		*copy = open(w->options->copy_to, how);
		if (*copy < 0)
			return err_set_errno(w->err, ERR_NO_SPACE, errno, _("cannot open '%s'"), w->options->copy_to);
	}
	return 0;
}

int tree_make(struct manifest *m, const char *root, const struct tree_options *options, struct err *err)
{
	struct walk *w = xcalloc(1, sizeof *w);
	*w = (struct walk){.m = m,
	                   .options = options,
	                   .err = err,
	                   .path = BUF_INIT,
	                   .before = options->before,
	                   .kept_at = clock_steady()};
	int fd;
	int copy;
	int rc = begin(w, root, &fd, &copy);
	if (rc == 0) {
		int again = options->progress ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
		w->pool = filepool_new(options->progress, again >= 0 ? measure(again, 0) : 0);
		manifest_begin(m, root);
		walk_folder(w, fd, copy, 0); /* closes fd */
		fd = -1;
		while (filepool_oldest(w->pool))
			take_back(w);
		filepool_free(w->pool);
		rc = w->fatal;
		if (copy >= 0 && syncfs(copy) < 0 && rc == 0)
			rc = err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write the copy '%s'"), options->copy_to);
	}
	if (fd >= 0)
		close(fd);
	if (copy >= 0)
		close(copy);
	buf_release(&w->path);
	free(w);
	return rc;
}
