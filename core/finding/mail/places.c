#include "finding/mail/places.h"

#include "base/err.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOKED_AT 2000 /* names in one folder */
#define DEEPEST   3    /* folders below a place to begin */

struct places {
	char **all;
	size_t count;
};

int mail_name_tells(const char *name)
{
	static const char *const ends[] = {".eml", ".emlx", ".msg", ".mbox", "winmail.dat"};
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t length = strlen(ends[i]);
		if (n >= length && strcasecmp(name + n - length, ends[i]) == 0)
			return 1;
	}
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The folder, if it holds mails, then those in it. */
static void look_at(struct places *p, int at, const char *name, const char *path, int depth)
{
	struct dirent **names = NULL;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int n = fd < 0 ? -1 : scandirat(fd, ".", &names, is_shown, by_name);
	int holds = fd >= 0 && faccessat(fd, "cur", F_OK, 0) == 0 && faccessat(fd, "new", F_OK, 0) == 0;
	int maildir = holds;
	for (int i = 0; i < n && i < LOOKED_AT && !holds; i++)
		holds = mail_name_tells(names[i]->d_name);
	if (holds && p->count < MAIL_PLACES)
		p->all[p->count++] = xstrdup(path);
	for (int i = 0; i < n; i++) {
		if (i < LOOKED_AT && depth < DEEPEST && !maildir && p->count < MAIL_PLACES &&
		    (names[i]->d_type == DT_DIR || names[i]->d_type == DT_UNKNOWN)) {
			char *inner =
			    xasprintf("%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", names[i]->d_name);
			look_at(p, fd, names[i]->d_name, inner, depth + 1);
			free(inner);
		}
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		close(fd);
}

char **mail_places(size_t *count)
{
	static const char *const mounts[] = {"/media", "/run/media", "/mnt"};
	struct places p = {xcalloc(MAIL_PLACES, sizeof *p.all), 0};
	for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++)
		look_at(&p, AT_FDCWD, mounts[i], mounts[i], 0);
	char *here = getcwd(NULL, 0);
	if (here)
		look_at(&p, AT_FDCWD, here, here, DEEPEST - 1);
	free(here);
	*count = p.count;
	return p.all;
}

void mail_places_free(char **places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(places[i]);
	free(places);
}
