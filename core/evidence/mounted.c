#include "evidence/mounted.h"

#include "base/buf.h"
#include "base/err.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TEXT_LIMIT (16U << 20)

static int has_option(const char *options, size_t n, const char *name)
{
	size_t k = strlen(name);
	for (size_t i = 0; i + k <= n; i += strcspn(options + i, ",") + 1)
		if (strncmp(options + i, name, k) == 0 && (i + k == n || options[i + k] == ','))
			return 1;
	return 0;
}

/* "36 35 98:0 /root /mount options … - type source super-options": the file system itself must be read-only, not only the mount. */
static int line_matches(const char *line, size_t n, dev_t device, int (*partition)(dev_t, dev_t), struct buf *where)
{
	unsigned major_no;
	unsigned minor_no;
	char mount_point[4096];
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
	buf_adds(where, mount_point);
	return 1;
}

int mounted_find(const char *mountinfo, dev_t device, int (*partition)(dev_t device, dev_t of), struct buf *where)
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
	struct buf text = BUF_INIT;
	unsigned major_no;
	unsigned minor_no;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/../dev", major(device), minor(device));
	int is = buf_read_file(&text, path, 64, NULL) == 0 && sscanf(text.data, "%u:%u", &major_no, &minor_no) == 2 &&
	         makedev(major_no, minor_no) == of;
	buf_release(&text);
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
		struct buf text = BUF_INIT;
		unsigned major_no;
		unsigned minor_no;
		if (strncmp(entry->d_name, "loop", 4) != 0)
			continue;
		snprintf(name, sizeof name, "/sys/block/%s/loop/backing_file", entry->d_name);
		int same = buf_read_file(&text, name, 8192, NULL) == 0 && strncmp(text.data, path, strlen(path)) == 0 &&
		           text.data[strlen(path)] == '\n';
		buf_clear(&text);
		snprintf(name, sizeof name, "/sys/block/%s/dev", entry->d_name);
		if (same && buf_read_file(&text, name, 64, NULL) == 0 &&
		    sscanf(text.data, "%u:%u", &major_no, &minor_no) == 2)
			found = makedev(major_no, minor_no);
		buf_release(&text);
	}
	if (folder)
		closedir(folder);
	return found;
}

int mounted_writable(dev_t device, const char *path, struct buf *where)
{
	struct buf text = BUF_INIT;
	if (path)
		device = loop_of(path);
	int found = device != 0 && buf_read_file(&text, "/proc/self/mountinfo", TEXT_LIMIT, NULL) == 0 &&
	            mounted_find(text.data, device, is_partition, where);
	buf_release(&text);
	return found;
}
