#include "base/file/standard_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int standard_fds_ensure(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* open() gives the lowest number that is free, which is this one: those below exist by now */
		int made = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		if (made != fd)
			return -1;
	}
	return 0;
}
