#include "evidence/capture/capture_tool.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "evidence/image/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_LIMIT   (16U << 20)
#define STATUS_LIMIT (64U << 20)

static int is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *capture_tool_find(const char *name, struct err *err)
{
	const char *path = getenv("PATH");
	char *found = NULL;
	if (strchr(name, '/')) {
		found = is_program(name) ? realpath(name, NULL) : NULL;
	} else {
		for (const char *p = path ? path : "/usr/bin:/bin"; !found && *p;) {
			size_t n = strcspn(p, ":");
			char *candidate = xasprintf("%.*s%s%s", (int)n, p, n ? "/" : "", name);
			if (n && is_program(
			             candidate)) /* an empty element would mean the current folder: not for evidence */
				found = realpath(candidate, NULL);
			free(candidate);
			p += n + (p[n] == ':');
		}
	}
	if (!found)
		err_set(err, ERR_FAILED, _("there is no program '%s' that could be run"), name);
	return found;
}

void capture_tool_digest(const char *path, char sha256[65])
{
	struct source s;
	struct digest_result r;
	sha256[0] = '\0';
	if (source_open(&s, AT_FDCWD, path, 0, NULL) < 0)
		return;
	struct digest *d = digest_new(0);
	int rc = source_digest(&s, d, path, NULL);
	digest_end(d, &r);
	if (rc == 0)
		memcpy(sha256, r.sha256, sizeof r.sha256);
	digest_result_release(&r);
	digest_free(d);
	source_close(&s);
}

/* 1 if one of the lines of the list is the path (with or without /usr, which older packages leave out). */
static int capture_tool_lists(const char *list, const char *path)
{
	const char *other = strncmp(path, "/usr/", 5) == 0 ? path + 4 : path;
	for (const char *line = list; *line;) {
		size_t n = strcspn(line, "\n");
		if ((strlen(path) == n && memcmp(line, path, n) == 0) ||
		    (strlen(other) == n && memcmp(line, other, n) == 0))
			return 1;
		line += n + (line[n] == '\n');
	}
	return 0;
}

static int find_package(const char *path, const char *root, char package[256])
{
	char name[PATH_MAX];
	snprintf(name, sizeof name, "%s/var/lib/dpkg/info", root);
	DIR *folder = opendir(name);
	struct dirent *entry;
	struct buf list = BUF_INIT;
	int found = 0;
	while (folder && !found && (entry = readdir(folder)) != NULL) {
		size_t n = strlen(entry->d_name);
		if (n < 6 || n > 250 || strcmp(entry->d_name + n - 5, ".list") != 0)
			continue;
		buf_clear(&list);
		snprintf(name, sizeof name, "%s/var/lib/dpkg/info/%s", root, entry->d_name);
		if (buf_read_file(&list, name, LIST_LIMIT, NULL) == 0 && capture_tool_lists(list.data, path)) {
			snprintf(package, 256, "%.*s",
			         (int)strcspn(entry->d_name, ":") < (int)n - 5 ? (int)strcspn(entry->d_name, ":")
			                                                       : (int)n - 5,
			         entry->d_name);
			found = 1;
		}
	}
	buf_release(&list);
	if (folder)
		closedir(folder);
	return found;
}

void capture_tool_version(const char *path, const char *root, struct buf *version)
{
	char package[256];
	char name[PATH_MAX];
	struct buf status = BUF_INIT;
	if (!find_package(path, root, package))
		return;
	snprintf(name, sizeof name, "%s/var/lib/dpkg/status", root);
	char *heading = xasprintf("\nPackage: %s\n", package);
	buf_addc(&status, '\n');
	if (buf_read_file(&status, name, STATUS_LIMIT, NULL) == 0) {
		const char *paragraph = strstr(status.data, heading);
		const char *end = paragraph ? strstr(paragraph + 1, "\n\n") : NULL;
		const char *line = paragraph ? strstr(paragraph, "\nVersion: ") : NULL;
		if (line && (!end || line < end))
			buf_addf(version, "%s %.*s", package, (int)strcspn(line + 10, "\n"), line + 10);
	}
	free(heading);
	buf_release(&status);
}
