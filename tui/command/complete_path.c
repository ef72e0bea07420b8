/* Paths as candidates: what lies in the folder that is typed. */
#include "tui/command/complete.h"

#include "base/buf.h"
#include "base/json.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAMES_MOST 4096 /* of a folder that are looked at */

/* A name with a control character cannot be typed, and is shown as something else. */
static int can_be_typed(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7F)
			return 0;
	return 1;
}

static int is_folder(const char *folder, const struct dirent *entry)
{
	struct stat st;
	if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	char *path = xasprintf("%s/%s", folder, entry->d_name);
	int is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	free(path);
	return is;
}

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The folder of what is typed, `~/` put in full. */
static char *folder_of(const char *typed, size_t n)
{
	const char *home = getenv("HOME");
	if (n == 0)
		return xstrdup(".");
	if (n >= 2 && strncmp(typed, "~/", 2) == 0 && home)
		return xasprintf("%s/%.*s", home, (int)(n - 2), typed + 2);
	return xstrndup(typed, n);
}

void complete_path(const char *typed, int folders_only, struct candidates *c)
{
	const char *slash = strrchr(typed, '/');
	size_t n = slash ? (size_t)(slash - typed) + 1 : 0;
	const char *name = typed + n;
	char *folder = folder_of(typed, n);
	char **paths = xcalloc(NAMES_MOST, sizeof *paths);
	size_t count = 0;
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	while (dir && count < NAMES_MOST && (entry = readdir(dir))) {
		if ((entry->d_name[0] == '.' && *name != '.') || strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 || strncmp(entry->d_name, name, strlen(name)) != 0 ||
		    !can_be_typed(entry->d_name))
			continue;
		int is = is_folder(folder, entry);
		if (is || !folders_only)
			paths[count++] = xasprintf("%.*s%s%s", (int)n, typed, entry->d_name, is ? "/" : "");
	}
	if (dir)
		closedir(dir);
	qsort(paths, count, sizeof *paths, by_name);
	c->from = 0;
	c->words = json_array();
	for (size_t i = 0; i < count; i++) {
		if (i < COMPLETE_LIMIT)
			json_array_append_new(c->words, json_string(paths[i])); /* no UTF-8: nothing is appended */
		free(paths[i]);
	}
	free(paths);
	free(folder);
}
