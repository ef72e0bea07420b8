/* Where a copy goes: never into the folder that is copied, and where there is room. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* The deepest folder on the way to `dir` that is there, without links; `dir` itself need not be. The caller frees. */
static char *nearest_folder(const char *dir)
{
	char *path = *dir == '/' ? xstrdup(dir) : xasprintf("./%s", dir);
	char *real;
	while (!(real = realpath(path, NULL)) && errno == ENOENT) {
		size_t n = strlen(path);
		while (n > 1 && path[n - 1] == '/')
			n--;
		while (n > 1 && path[n - 1] != '/')
			n--;
		if (n <= 1)
			break;
		path[n - 1] = '\0';
	}
	free(path);
	return real;
}

int work_check_place(struct work *w, const struct stat *source)
{
	if (!S_ISDIR(source->st_mode) || !work_copies(w))
		return 0;
	char *path = nearest_folder(w->options->to_dir);
	int inside = 0;
	for (size_t n = path ? strlen(path) : 0; n > 0 && !inside;) {
		struct stat st;
		inside = stat(path, &st) == 0 && st.st_dev == source->st_dev && st.st_ino == source->st_ino;
		if (n == 1)
			break;
		while (n > 0 && path[n - 1] != '/')
			n--;
		n = n > 1 ? n - 1 : 1; /* the last one looked at is / */
		path[n] = '\0';
	}
	free(path);
	if (inside)
		return err_set(
		    w->err, ERR_USAGE,
		    _("'%s' lies inside '%s', which would be copied into itself: name a folder outside of it "
		      "with --to"),
		    w->options->to_dir, w->path);
	return 0;
}

void work_note_name(struct work *w, const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t start = n;
	while (start > 0 && path[start - 1] != '/')
		start--;
	char *own = xstrndup(path + start, n - start);
	const char *slash = strrchr(w->copy, '/');
	const char *there = slash ? slash + 1 : w->copy;
	if (*own && strncmp(there, own, strlen(own)) != 0)
		work_note(w, _("the medium cannot hold the name '%s': the copy there is called '%s'"), own, there);
	free(own);
}

int work_check_room(struct work *w, uint64_t need, struct err *err)
{
	struct statvfs fs;
	if (w->options->form != EVIDENCE_RAW || statvfs(w->dir, &fs) < 0)
		return 0;
	uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (need <= room)
		return 0;
	return err_set(err, ERR_NO_SPACE,
	               _("'%s' has room for %llu MiB, the copy needs %llu MiB: name another folder with --to"), w->dir,
	               (unsigned long long)(room >> 20), (unsigned long long)(need >> 20));
}
