/* Where in a tree another file system begins, and which are none that a medium holds. */
#include "evidence/acquire/tree_private.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define MQUEUE_MAGIC   0x19800202
#define CONFIGFS_SUPER 0x62656570
#define RPC_PIPEFS     0x67596969

static const struct {
	unsigned long magic;
	const char *name;
} made_up[] = {{PROC_SUPER_MAGIC, "proc"},       {SYSFS_MAGIC, "sysfs"},          {CGROUP_SUPER_MAGIC, "cgroup"},
               {CGROUP2_SUPER_MAGIC, "cgroup2"}, {DEBUGFS_MAGIC, "debugfs"},      {TRACEFS_MAGIC, "tracefs"},
               {SECURITYFS_MAGIC, "securityfs"}, {SELINUX_MAGIC, "selinuxfs"},    {BPF_FS_MAGIC, "bpf"},
               {DEVPTS_SUPER_MAGIC, "devpts"},   {BINFMTFS_MAGIC, "binfmt_misc"}, {NSFS_MAGIC, "nsfs"},
               {AUTOFS_SUPER_MAGIC, "autofs"},   {MQUEUE_MAGIC, "mqueue"},        {CONFIGFS_SUPER, "configfs"},
               {RPC_PIPEFS, "rpc_pipefs"}};

/* The index in the table, or -1. */
static int find_made_up(int fd)
{
	struct statfs fs;
	if (fstatfs(fd, &fs) < 0)
		return -1;
	for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++)
		if ((unsigned long)fs.f_type == made_up[i].magic)
			return (int)i;
	return -1;
}

int tree_is_made_up(int fd)
{
	return find_made_up(fd) >= 0;
}

/* A bind mount of the same file system has the same device: only statx() tells it. */
int tree_is_mount(int fd, const struct stat *st, dev_t above)
{
	struct statx x;
	if (st->st_dev != above)
		return 1;
	return statx(fd, "", AT_EMPTY_PATH, 0, &x) == 0 && (x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
	       (x.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* "36 35 98:0 /root /mount options … - type source super-options" (proc(5)). */
static int type_in_line(const char *line, dev_t device, char type[TREE_TYPE])
{
	unsigned major_no;
	unsigned minor_no;
	const char *dash = strstr(line, " - ");
	return dash && sscanf(line, "%*d %*d %u:%u", &major_no, &minor_no) == 2 &&
	       makedev(major_no, minor_no) == device && sscanf(dash, " - %63s", type) == 1;
}

void tree_file_system(int fd, dev_t device, char type[TREE_TYPE])
{
	int known = find_made_up(fd);
	snprintf(type, TREE_TYPE, "%s", known >= 0 ? made_up[known].name : "?");
	FILE *f = known < 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
	char *line = NULL;
	size_t room = 0;
	while (f && getline(&line, &room, f) > 0)
		if (type_in_line(line, device, type))
			break;
	free(line);
	if (f)
		fclose(f);
}
