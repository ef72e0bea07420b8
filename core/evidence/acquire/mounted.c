#include "evidence/acquire/mounted.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TEXT_LIMIT (16U << 20)

/* All of a small file of /proc or /sys, at most `limit` bytes, with a final NUL. The caller frees; NULL: it cannot be read. */
static char *read_text(const char *path, size_t limit)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	if (!f)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0 || strlen(text) > limit) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static int has_option(const char *options, size_t n, const char *name)
{
	size_t k = strlen(name);
	for (size_t i = 0; i + k <= n; i += strcspn(options + i, ",") + 1)
		if (strncmp(options + i, name, k) == 0 && (i + k == n || options[i + k] == ','))
			return 1;
	return 0;
}

/* "36 35 98:0 /root /mount options … - type source super-options": the file system itself must be read-only, not only the mount. */
static int line_matches(const char *line, size_t n, dev_t device, int (*partition)(dev_t, dev_t),
                        char where[MOUNTED_WHERE])
{
	unsigned major_no;
	unsigned minor_no;
	char mount_point[MOUNTED_WHERE];
	const char *dash = memmem(line, n, " - ", 3);
	if (!dash || sscanf(line, "%*d %*d %u:%u %*s %4095s", &major_no, &minor_no, mount_point) != 3)
		return 0;
	dev_t mounted = makedev(major_no, minor_no);
	if (mounted != device && !(partition && partition(mounted, device)))
		return 0;
	const char *options = line + n;
	while (options > dash && options[-1] != ' ')
		options--;
	if (!has_option(options, (size_t)(line + n - options), "rw"))
		return 0;
	memcpy(where, mount_point, sizeof mount_point);
	return 1;
}

/* Looks in the text of /proc/self/mountinfo (proc(5)). `partition` answers whether a device is one of the other. */
static int mounted_find(const char *mountinfo, dev_t device, int (*partition)(dev_t device, dev_t of),
                        char where[MOUNTED_WHERE])
{
	for (const char *line = mountinfo; *line;) {
		size_t n = strcspn(line, "\n");
		if (line_matches(line, n, device, partition, where))
			return 1;
		line += n + (line[n] == '\n');
	}
	return 0;
}

/* /sys/dev/block/8:1 is a link into the folder of its disk. */
static int is_partition(dev_t device, dev_t of)
{
	char path[128];
	unsigned major_no;
	unsigned minor_no;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/../dev", major(device), minor(device));
	char *text = read_text(path, 64);
	int is = text && sscanf(text, "%u:%u", &major_no, &minor_no) == 2 && makedev(major_no, minor_no) == of;
	free(text);
	return is;
}

/* The loop device whose backing file is `path`; 0 if there is none. */
static dev_t loop_of(const char *path)
{
	DIR *folder = opendir("/sys/block");
	struct dirent *entry;
	dev_t found = 0;
	while (folder && !found && (entry = readdir(folder)) != NULL) {
		char name[512];
		unsigned major_no;
		unsigned minor_no;
		if (strncmp(entry->d_name, "loop", 4) != 0)
			continue;
		snprintf(name, sizeof name, "/sys/block/%s/loop/backing_file", entry->d_name);
		char *text = read_text(name, 8192);
		int same = text && strncmp(text, path, strlen(path)) == 0 && text[strlen(path)] == '\n';
		free(text);
		snprintf(name, sizeof name, "/sys/block/%s/dev", entry->d_name);
		text = same ? read_text(name, 64) : NULL;
		if (text && sscanf(text, "%u:%u", &major_no, &minor_no) == 2)
			found = makedev(major_no, minor_no);
		free(text);
	}
	if (folder)
		closedir(folder);
	return found;
}

int mounted_writable(dev_t device, const char *path, char where[MOUNTED_WHERE])
{
	if (path)
		device = loop_of(path);
	char *text = device ? read_text("/proc/self/mountinfo", TEXT_LIMIT) : NULL;
	int found = text && mounted_find(text, device, is_partition, where);
	free(text);
	return found;
}
