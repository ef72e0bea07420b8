#include "tui/beside.h"

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void beside_terminals(void)
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n <= 0)
		return;
	program[n] = '\0';
	char *slash = strrchr(program, '/');
	if (!slash || memchr(program, ':', (size_t)(slash - program))) /* a colon separates folders */
		return;
	*slash = '\0';
	char *folder = xasprintf("%s/share/terminfo", program);
	const char *others = getenv("TERMINFO_DIRS");
	/* an empty item stands for the places that curses was built with */
	char *folders = xasprintf("%s:%s", folder, others ? others : "");
	if (access(folder, R_OK | X_OK) == 0)
		setenv("TERMINFO_DIRS", folders, 1);
	free(folders);
	free(folder);
}
