#include "case/store/header_copy.h"

#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "case/store/case_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_OF_A_CASE = 8, KEPT_TRIED = 4096 };

static char *header_folder(void)
{
	char *home = path_data_home();
	char *folder = xasprintf("%s/header", home);
	free(home);
	return folder;
}

/* A rotation gives a case a new file, and the headers of those before it are of little use: the oldest goes. */
static void prune(const char *folder, const char *case_id)
{
	size_t n = strlen(case_id);
	int count = 0;
	struct timespec oldest = {0, 0};
	char *name = NULL;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)) != NULL) {
		struct stat st;
		if (strncmp(entry->d_name, case_id, n) != 0 || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0)
			continue;
		if (count++ == 0 || st.st_mtim.tv_sec < oldest.tv_sec ||
		    (st.st_mtim.tv_sec == oldest.tv_sec && st.st_mtim.tv_nsec < oldest.tv_nsec)) {
			oldest = st.st_mtim;
			free(name);
			name = xstrdup(entry->d_name);
		}
	}
	if (count > KEPT_OF_A_CASE && name)
		unlinkat(dirfd(dir), name, 0);
	if (dir)
		closedir(dir);
	free(name);
}

int header_copy_write(const struct case_file *c, const char *path, struct err *err)
{
	unsigned char now[VAULT_HEADER];
	unsigned char kept[VAULT_HEADER];
	vault_header_copy(c->vault, now);
	if (vault_header_load(path, kept, NULL) == 0 && memcmp(now, kept, sizeof now) == 0)
		return 0;
	return path_write_file(path, now, sizeof now, PATH_REPLACE, err);
}

void header_copy_keep(const struct case_file *c)
{
	const char *id = safe_name(c->id, NULL);
	if (!id)
		return;
	struct buf file = BUF_INIT;
	char *folder = header_folder();
	buf_addhex(&file, vault_file_id(c->vault), VAULT_ID);
	char *path = xasprintf("%s/%s-%s", folder, id, file.data);
	int is_new = access(path, F_OK) < 0;
	if (path_make(folder, NULL) == 0 && header_copy_write(c, path, NULL) == 0) {
		utimensat(AT_FDCWD, path, NULL, 0); /* of the files of a case the one opened last is the youngest */
		if (is_new)
			prune(folder, id);
	}
	free(path);
	free(folder);
	buf_release(&file);
}

int header_copy_each(int (*fn)(void *ctx, const unsigned char raw[VAULT_HEADER]), void *ctx)
{
	char *folder = header_folder();
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;
	for (int tried = 0; rc == 0 && dir && tried < KEPT_TRIED && (entry = readdir(dir)) != NULL; tried++) {
		unsigned char raw[VAULT_HEADER];
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.' && vault_header_load(path, raw, NULL) == 0)
			rc = fn(ctx, raw);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return rc;
}
