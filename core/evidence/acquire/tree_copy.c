/* The copy of a tree, entry by entry: what a medium cannot hold is said, and the rest goes on. */
#include "evidence/acquire/tree_private.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NAME_ROOM  240 /* bytes of an unfinished name, without its ending */
#define EXFAT_TYPE 0x2011BAB0

const char *tree_copy_reason(int error)
{
	switch (error) {
	case EEXIST:
		return _("the medium takes this name and another one in the folder for the same");
	case ENAMETOOLONG:
		return _("the name is too long for the medium");
	case EFBIG:
		return _("the file is too large for the medium");
	case EINVAL:
	case ENOENT:
	case EILSEQ:
		return _("the medium cannot hold this name");
	case EOPNOTSUPP:
	case EPERM:
	case ENOSYS:
		return _("the medium cannot hold such an entry");
	default:
		return err_system_text(error);
	}
}

static void say_uncopied(struct tree_line *line, int error)
{
	free(line->uncopied);
	line->uncopied = xstrdup(i18n_english(tree_copy_reason(error)));
	line->about |= MANIFEST_NOT_COPIED;
}

/* Either the medium cannot hold it, which is said in the line, or it fails, and so does the work. */
static void tree_copy_failed(struct tree_walk *w, struct tree_line *line, int error)
{
	if (volume_cannot_hold(error))
		say_uncopied(line, error);
	else
		w->fatal = err_set_errno(w->err, ERR_NO_SPACE, error, _("cannot write the copy of '%s'"), w->path.data);
}

/* FAT and exFAT drop dots and blanks at the end of a name without a word. */
static int loses_its_end(int dir, const char *name)
{
	struct statfs fs;
	size_t n = strlen(name);
	return n > 0 && (name[n - 1] == '.' || name[n - 1] == ' ') && fstatfs(dir, &fs) == 0 &&
	       (fs.f_type == MSDOS_SUPER_MAGIC || fs.f_type == EXFAT_TYPE);
}

/* The name while it is written: none that another entry of the folder has. The caller frees. */
static char *unfinished_name(const struct tree_level *level, const char *name)
{
	size_t n = strlen(name);
	uint32_t sum = 0;
	if (n <= NAME_ROOM) {
		char *part = xasprintf("%s.part", name);
		for (unsigned i = 2; tree_names_have(&level->names, part); i++) {
			free(part);
			part = xasprintf("%s.part%u", name, i);
		}
		return part;
	}
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + (unsigned char)name[i];
	n = NAME_ROOM - 20;
	while (n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80) /* not within a character */
		n--;
	return xasprintf("%.*s-%08x.part", (int)n, name, sum);
}

void tree_copy_go_on(const struct tree_level *level)
{
	for (size_t i = 0; i < level->names.count; i++) {
		char *part = unfinished_name(level, level->names.items[i]);
		if (tree_names_have(&level->copied, part))
			unlinkat(level->copy, part, 0);
		free(part);
	}
}

void tree_copy_file(struct tree_walk *w, const struct tree_level *level, const char *name, struct filejob *job)
{
	struct tree_line *line = job->tag;
	struct err why = ERR_INIT;
	if (level->kept_out)
		line->about |= MANIFEST_NOT_COPIED;
	if (level->copy < 0)
		return;
	if (loses_its_end(level->copy, name)) {
		say_uncopied(line, EINVAL);
		return;
	}
	if (tree_names_have(&level->copied, name))
		unlinkat(level->copy, name, 0); /* of before, and no longer the same */
	char *part = unfinished_name(level, name);
	job->has_copy = volume_create_in(&job->copy, level->copy, name, part, &why) == 0;
	if (!job->has_copy)
		tree_copy_failed(w, line, job->copy.error);
	free(part);
}

void tree_copy_folder(struct tree_walk *w, const struct tree_level *level, const char *name, struct tree_level *below,
                      struct tree_line *line)
{
	below->copy = -1;
	below->kept_out = level->kept_out;
	if (level->kept_out)
		line->about |= MANIFEST_NOT_COPIED;
	if (level->copy < 0)
		return;
	int error = loses_its_end(level->copy, name) ? EINVAL : 0;
	if (!error && mkdirat(level->copy, name, 0700) < 0 &&
	    !(errno == EEXIST && tree_names_have(&level->copied, name)))
		error = errno;
	if (!error) {
		below->copy = openat(level->copy, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below->copy < 0)
			w->fatal = err_set_errno(w->err, ERR_NO_SPACE, errno, _("cannot write the copy of '%s'"),
			                         w->path.data);
		return;
	}
	tree_copy_failed(w, line, error);
	below->kept_out = 1;
}

void tree_copy_link(struct tree_walk *w, const struct tree_level *level, const char *name, struct tree_line *line)
{
	if (level->kept_out)
		line->about |= MANIFEST_NOT_COPIED;
	if (level->copy < 0)
		return;
	if (tree_names_have(&level->copied, name))
		unlinkat(level->copy, name, 0);
	if (symlinkat(line->more, level->copy, name) == 0)
		return;
	if (errno == ENOSYS)
		say_uncopied(line, errno);
	else
		tree_copy_failed(w, line, errno);
}
