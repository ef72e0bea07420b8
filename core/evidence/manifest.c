#include "evidence/manifest.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/pathname.h"
#include "base/printable.h"
#include "evidence/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_LIMIT 256

static const char heading[] = "# genba manifest 1\n";

struct walk {
	struct manifest *m;
	const struct progress *progress;
	struct err *err;
	struct digest *digest;
	struct buf path; /* below the root */
	uint64_t total;  /* bytes of all files, for the progress */
	int fatal;
};

void manifest_init(struct manifest *m)
{
	memset(m, 0, sizeof *m);
	buf_init(&m->text);
	buf_init(&m->unread);
}

void manifest_release(struct manifest *m)
{
	buf_release(&m->text);
	buf_release(&m->unread);
}

static void add_line(struct walk *w, char type, const struct stat *st, const char *sha256, const char *more)
{
	struct buf *out = &w->m->text;
	buf_addf(out, "%c\t%lld\t%o\t%u:%u\t%lld.%09ld\t%s\t", type, type == 'd' ? 0 : (long long)st->st_size,
	         (unsigned)(st->st_mode & 07777), st->st_uid, st->st_gid, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, sha256);
	pathname_escape(w->path.data, out);
	if (more) {
		buf_addc(out, '\t');
		pathname_escape(more, out);
	}
	buf_addc(out, '\n');
}

static void add_unread(struct walk *w, const char *reason)
{
	buf_adds(&w->m->text, "!\t");
	pathname_escape(reason, &w->m->text);
	buf_addc(&w->m->text, '\t');
	pathname_escape(w->path.data, &w->m->text);
	buf_addc(&w->m->text, '\n');
	printable_add(&w->m->unread, w->path.data, w->path.len, PRINTABLE_LINE);
	buf_adds(&w->m->unread, ": ");
	printable_add(&w->m->unread, reason, strlen(reason), PRINTABLE_LINE);
	buf_addc(&w->m->unread, '\n');
	w->m->failed++;
}

static int open_copy(struct walk *w, int copy_dir, const char *name)
{
	if (copy_dir < 0)
		return -1;
	int fd = openat(copy_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		w->fatal = err_set_errno(w->err, ERR_FAILED, errno, _("cannot write the copy of '%s'"), w->path.data);
	return fd;
}

/* Hashes one file, and copies it. What goes wrong with the source is a line; what goes wrong with the copy ends the walk. */
static void take_file(struct walk *w, int dir, const char *name, int copy_dir)
{
	struct source source;
	struct err why = ERR_INIT;
	if (source_open(&source, dir, name, SOURCE_NO_LINK, &why) < 0) {
		add_unread(w, why.message);
		return;
	}
	int copy = open_copy(w, copy_dir, name);
	if (w->fatal == 0) {
		struct digest_result result;
		int rc = source_digest(&source, w->digest, copy, w->progress, w->path.data, w->m->bytes, w->total, &why);
		digest_end(w->digest, &result);
		w->m->bytes += result.size;
		if (rc < 0 && why.code == ERR_CANCELLED) {
			w->m->interrupted = 1;
			add_unread(w, _("interrupted"));
		} else if (rc < 0 && copy >= 0 && why.code == ERR_NO_SPACE) {
			w->fatal = err_set(w->err, why.code, "%s", why.message);
		} else if (rc < 0) {
			add_unread(w, why.message);
		} else {
			add_line(w, 'f', &source.before, result.sha256, NULL);
			w->m->files++;
			if (source_changed(&source) || (off_t)result.size != source.before.st_size)
				add_unread(w, _("it changed while it was read"));
		}
		digest_result_release(&result);
	}
	if (copy >= 0 && (fsync(copy) < 0 || close(copy) < 0) && w->fatal == 0)
		w->fatal = err_set_errno(w->err, ERR_FAILED, errno, _("cannot write the copy of '%s'"), w->path.data);
	source_close(&source);
}

static const char *other_type(mode_t mode)
{
	return S_ISFIFO(mode) ? "fifo" : S_ISSOCK(mode) ? "socket" : S_ISCHR(mode) ? "character device" : "block device";
}

static void walk_folder(struct walk *w, int fd, int copy_dir, int depth);

static void take_folder(struct walk *w, int dir, const char *name, int copy_dir, const struct stat *st, int depth)
{
	add_line(w, 'd', st, "-", NULL);
	if (depth >= DEPTH_LIMIT) {
		add_unread(w, _("too deep"));
		return;
	}
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		add_unread(w, strerror(errno));
		return;
	}
	int copy = -1;
	if (copy_dir >= 0 && (mkdirat(copy_dir, name, 0700) < 0 ||
	                      (copy = openat(copy_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)) {
		w->fatal = err_set_errno(w->err, ERR_FAILED, errno, _("cannot write the copy of '%s'"), w->path.data);
		close(fd);
		return;
	}
	walk_folder(w, fd, copy, depth + 1); /* closes fd */
	if (copy >= 0)
		close(copy);
}

static void take_entry(struct walk *w, int dir, const char *name, int copy_dir, int depth)
{
	struct stat st;
	char target[4096];
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		add_unread(w, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		take_file(w, dir, name, copy_dir);
	} else if (S_ISDIR(st.st_mode)) {
		take_folder(w, dir, name, copy_dir, &st, depth);
	} else if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		add_line(w, 'l', &st, "-", target);
		if (copy_dir >= 0 && symlinkat(target, copy_dir, name) < 0)
			add_unread(w, _("the link could not be copied"));
	} else {
		add_line(w, 'o', &st, "-", other_type(st.st_mode));
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; closes fd. */
static char **read_names(struct walk *w, int fd, size_t *count)
{
	char **names = NULL;
	size_t cap = 0;
	*count = 0;
	int again = dup(fd);
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	if (!folder) {
		add_unread(w, strerror(errno));
		if (again >= 0)
			close(again);
		return NULL;
	}
	errno = 0;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*count == cap) {
			cap = cap ? cap * 2 : 32;
			names = xrealloc(names, cap * sizeof *names);
		}
		names[(*count)++] = xstrdup(entry->d_name);
	}
	if (errno)
		add_unread(w, strerror(errno));
	closedir(folder);
	if (*count)
		qsort(names, *count, sizeof *names, compare_names);
	return names;
}

static void walk_folder(struct walk *w, int fd, int copy_dir, int depth)
{
	size_t count;
	char **names = read_names(w, fd, &count);
	size_t start = w->path.len;
	for (size_t i = 0; i < count; i++) {
		if (w->fatal == 0 && !w->m->interrupted) {
			buf_addf(&w->path, "%s%s", start ? "/" : "", names[i]);
			take_entry(w, fd, names[i], copy_dir, depth);
			buf_truncate(&w->path, start);
			if (start == 0)
				buf_clear(&w->path);
		}
		free(names[i]);
	}
	free(names);
	close(fd);
}

/* Bytes of all files below, so that the progress knows its end. Best effort. */
static uint64_t measure(int fd, int depth)
{
	uint64_t total = 0;
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	while (folder && depth < DEPTH_LIMIT && (entry = readdir(folder)) != NULL) {
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			total += (uint64_t)st.st_size;
		} else if (S_ISDIR(st.st_mode)) {
			int below = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

int manifest_make(struct manifest *m, const char *root, const char *copy_to, const struct progress *progress, struct err *err)
{
	struct walk w = {.m = m, .progress = progress, .err = err, .path = BUF_INIT};
	int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(root, how);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	int copy = copy_to ? open(copy_to, how) : -1;
	if (copy_to && copy < 0) {
		close(fd);
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), copy_to);
	}
	int again = progress ? open(root, how) : -1;
	if (again >= 0)
		w.total = measure(again, 0);
	w.digest = digest_new(0);
	buf_adds(&m->text, heading);
	buf_adds(&m->text, "# root ");
	pathname_escape(root, &m->text);
	buf_addc(&m->text, '\n');
	walk_folder(&w, fd, copy, 0);
	digest_free(w.digest);
	buf_release(&w.path);
	if (copy >= 0)
		close(copy);
	return w.fatal;
}

/* ---- reading it back */

static int take_field(const char **p, const char *end, struct buf *field)
{
	const char *tab = memchr(*p, '\t', (size_t)(end - *p));
	const char *stop = tab ? tab : end;
	buf_clear(field);
	buf_add(field, *p, (size_t)(stop - *p));
	*p = tab ? tab + 1 : end;
	return tab != NULL;
}

int manifest_next(const char **p, struct manifest_entry *entry)
{
	while (**p == '#') {
		*p += strcspn(*p, "\n");
		*p += **p == '\n';
	}
	if (!**p)
		return 0;
	const char *line = *p;
	const char *end = line + strcspn(line, "\n");
	*p = end + (*end == '\n');
	struct buf field = BUF_INIT;
	memset(entry, 0, sizeof *entry);
	buf_init(&entry->path);
	entry->type = *line;
	int rc = 1;
	int skip = *line == '!' ? 2 : 6; /* fields before the path */
	for (int i = 0; i < skip && rc == 1; i++) {
		if (!take_field(&line, end, &field))
			rc = -1;
		if (i == 1 && skip == 6)
			entry->size = strtoull(field.data, NULL, 10);
		if (i == 5 && field.len == 64)
			snprintf(entry->sha256, sizeof entry->sha256, "%s", field.data);
	}
	take_field(&line, end, &field);
	if (rc == 1 && (field.len == 0 || pathname_unescape(field.data, &entry->path) < 0))
		rc = -1;
	buf_release(&field);
	if (rc < 0)
		buf_release(&entry->path);
	return rc;
}

static void note_damage(struct buf *damage, const char *path, const char *what)
{
	printable_add(damage, path, strlen(path), PRINTABLE_LINE);
	buf_adds(damage, ": ");
	printable_add(damage, what, strlen(what), PRINTABLE_LINE);
	buf_addc(damage, '\n');
}

static int verify_file(int root, const struct manifest_entry *entry, struct digest *digest, const struct progress *progress,
                       uint64_t base, uint64_t total, struct buf *damage, struct err *err)
{
	struct source source;
	struct err why = ERR_INIT;
	if (source_open(&source, root, entry->path.data, SOURCE_NO_LINK, &why) < 0) {
		note_damage(damage, entry->path.data, why.message);
		return 1;
	}
	source_drop_cache(source.fd);
	struct digest_result result;
	int rc = source_digest(&source, digest, -1, progress, entry->path.data, base, total, &why);
	digest_end(digest, &result);
	source_close(&source);
	int damaged = 0;
	if (rc < 0 && why.code == ERR_CANCELLED) {
		damaged = err_set(err, why.code, "%s", why.message);
	} else if (rc < 0) {
		note_damage(damage, entry->path.data, why.message);
		damaged = 1;
	} else if (strcmp(result.sha256, entry->sha256) != 0) {
		note_damage(damage, entry->path.data, _("its content is not what was preserved"));
		damaged = 1;
	}
	digest_result_release(&result);
	return damaged;
}

int manifest_verify(const char *text, const char *root, const struct progress *progress, struct buf *damage,
                    uint64_t *damaged, struct err *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	struct manifest_entry entry;
	uint64_t total = 0;
	uint64_t done = 0;
	int more;
	for (const char *p = text; (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path))
		total += entry.size;
	struct digest *digest = digest_new(0);
	int rc = 0;
	for (const char *p = text; rc >= 0 && (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path)) {
		if (entry.type != 'f')
			continue;
		rc = verify_file(fd, &entry, digest, progress, done, total, damage, err);
		*damaged += rc == 1;
		done += entry.size;
	}
	digest_free(digest);
	close(fd);
	if (rc >= 0 && more < 0)
		return err_set(err, ERR_DAMAGED, _("the manifest has a wrong form"));
	return rc < 0 ? -1 : 0;
}
