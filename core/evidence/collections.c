#include "evidence/collections.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/record_named.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

void collections_free(char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}

char **collections_list(const char *folder, size_t *count, struct err *err)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t cap = 64;
	size_t n = strlen(folder);
	*count = 0;
	if (!dir) {
		err_set(err, ERR_FAILED, _("cannot read the folder '%s': %s"), folder, err_system_text(errno));
		return NULL;
	}
	char **paths = xcalloc(cap, sizeof *paths);
	while ((entry = readdir(dir)) && *count <= COLLECTIONS_MOST) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*count == cap)
			paths = xrealloc(paths, (cap *= 2) * sizeof *paths);
		paths[(*count)++] = xasprintf("%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", entry->d_name);
	}
	closedir(dir);
	if (*count > COLLECTIONS_MOST) {
		collections_free(paths, *count);
		*count = 0;
		err_set(err, ERR_FAILED, _("the folder '%s' holds more than %d entries: name them in parts"), folder,
		        COLLECTIONS_MOST);
		return NULL;
	}
	qsort(paths, *count, sizeof *paths, by_name);
	return paths;
}

int collections_asset(struct case_file *c, const char *path, char label[LABEL_TEXT])
{
	const char *slash = strrchr(path, '/');
	char *name = xstrdup(slash ? slash + 1 : path);
	char id[37];
	int found = 0;
	*label = '\0';
	while (*name && !found) {
		found = record_find_named(c, kind_find("asset"), name, id);
		char *ending = strrchr(name, '.');
		if (!ending)
			break;
		*ending = '\0';
	}
	json_t *asset = found == 1 ? record_get(c, id, RECORD_RAW, NULL) : NULL;
	if (asset)
		snprintf(label, LABEL_TEXT, "%s", record_label(asset));
	json_decref(asset);
	free(name);
	return found;
}
