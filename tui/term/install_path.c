#include "tui/term/install_path.h"

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of this program. 0 if it cannot be told. */
static int own_folder(char folder[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	folder[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	return slash != NULL;
}

char *install_path_program(const char *name)
{
	char folder[PATH_MAX];
	return own_folder(folder) ? xasprintf("%s/%s", folder, name) : xstrdup(name);
}

void install_path_terminals(void)
{
	char program[PATH_MAX];
	if (!own_folder(program) || strchr(program, ':')) /* a colon separates folders */
		return;
	char *folder = xasprintf("%s/share/terminfo", program);
	const char *others = getenv("TERMINFO_DIRS");
	/* an empty item stands for the places that curses was built with */
	char *folders = xasprintf("%s:%s", folder, others ? others : "");
	if (access(folder, R_OK | X_OK) == 0)
		setenv("TERMINFO_DIRS", folders, 1);
	free(folders);
	free(folder);
}
