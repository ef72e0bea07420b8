/*
 * Closing every descriptor from a number on, also where close_range() is missing (before Linux 5.9) or forbidden.
 *
 * Called between fork and exec of a process with threads: system calls only.
 */
#include "base/worker/worker_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static int close_one(int fd, int at_exec)
{
	return at_exec ? fcntl(fd, F_SETFD, FD_CLOEXEC) : close(fd);
}

/* The number that the name is; -1 for "." and "..". */
static int parse_number(const char *name)
{
	int number = 0;
	for (; *name >= '0' && *name <= '9'; name++)
		number = number * 10 + (*name - '0');
	return *name ? -1 : number;
}

/* /proc/self/fd is ordered by number: closing one while it is read skips none. */
static int close_listed(int first, int at_exec)
{
	_Alignas(struct dirent64) char bytes[4096];
	int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;
	long n;
	if (folder < 0)
		return -1;
	while ((n = syscall(SYS_getdents64, folder, bytes, sizeof bytes)) > 0)
		for (long at = 0; at < n;) {
			const struct dirent64 *e = (const void *)(bytes + at); /* its layout is the kernel's */
			int fd = parse_number(e->d_name);
			if (fd >= first && fd != folder && close_one(fd, at_exec) < 0)
				rc = -1;
			at += e->d_reclen;
		}
	close(folder);
	return n < 0 ? -1 : rc;
}

/* Without /proc: every number that may be in use. One above a limit that was lowered since it was opened is not met. */
static int close_possible(int first, int at_exec)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > 1 << 20)
		return -1;
	for (int fd = first; fd < (int)limit.rlim_max; fd++)
		close_one(fd, at_exec);
	return 0;
}

int worker_close_from(int first, int at_exec)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, at_exec ? CLOSE_RANGE_CLOEXEC : 0U) == 0)
		return 0;
	if (close_listed(first, at_exec) == 0)
		return 0;
	return close_possible(first, at_exec);
}
