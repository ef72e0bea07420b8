/* The responder's own playbooks, by the names of their files. */
#include "base/err.h"
#include "base/file/paths.h"
#include "base/json.h"
#include "playbook/load/playbook.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define OWN 100 /* shown, at most */

static int own_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *playbook_own_names(void)
{
	static const char end[] = ".yaml";
	char *home = path_data_home();
	char *folder = xasprintf("%s/playbooks", home);
	DIR *dir = opendir(folder);
	char *names[OWN] = {NULL};
	size_t count = 0;
	for (struct dirent *e; dir && count < OWN && (e = readdir(dir));) {
		size_t n = strlen(e->d_name);
		if (n < sizeof end || strcmp(e->d_name + n - strlen(end), end) != 0)
			continue;
		char *name = xstrndup(e->d_name, n - strlen(end));
		if (strchr(name, '.')) /* by that name it would be a path */
			free(name);
		else
			names[count++] = name;
	}
	if (dir)
		closedir(dir);
	if (count)
		qsort(names, count, sizeof *names, own_compare);
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *name = json_string(names[i]); /* NULL: not UTF-8 */
		if (name)
			json_array_append_new(list, name);
		free(names[i]);
	}
	free(folder);
	free(home);
	return list;
}
