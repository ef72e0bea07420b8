#include "base/outside_file.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The names of descriptors: what lies behind them was opened already, by whoever passed it. */
static int is_passed(const char *path)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return 1;
	return strcmp(path, "/dev/stdin") == 0;
}

int outside_open(const char *path, struct err *err)
{
	struct stat st;
	int passed = is_passed(path);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (passed ? 0 : O_NONBLOCK));
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), path);
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || passed))
		return fd;
	close(fd);
	return err_set(err, ERR_INVALID, _("'%s' is no file: a folder, a pipe or a device is not read here"), path);
}
