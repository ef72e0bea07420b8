/* Where the session socket of a case lies. */
#include "base/buf.h"
#include "base/err.h"
#include "tui/session/socket.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES 12

const char *const socket_screen_names[] = {"TERM",        "TERMINFO",   "TERMINFO_DIRS",    "COLORTERM", "NO_COLOR",
                                           "GENBA_THEME", "GENBA_COPY", "GENBA_LOCK_AFTER", "TZ",        NULL};

/* A folder that nobody but its owner can put a socket into. */
static int is_private(const char *folder, uid_t uid)
{
	struct stat st;
	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid && (st.st_mode & 077) == 0;
}

char *socket_folder(unsigned uid, int make)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *base = uid == geteuid() && runtime && *runtime == '/' ? xstrdup(runtime) : xasprintf("/run/user/%u", uid);
	char *folder = is_private(base, uid) ? xasprintf("%s/genba", base) : xasprintf("/tmp/genba-%u", uid);
	free(base);
	if (make && mkdir(folder, 0700) < 0 && errno != EEXIST) {
		free(folder);
		return NULL;
	}
	if (is_private(folder, uid))
		return folder;
	free(folder);
	return NULL;
}

char *socket_path(const char *case_path, unsigned uid, int make)
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	char name[2 * NAME_BYTES + 1];
	char *real = realpath(case_path, NULL);
	char *folder = real ? socket_folder(uid, make) : NULL;
	char *path = NULL;
	if (folder) {
		crypto_generichash(digest, sizeof digest, (const unsigned char *)real, strlen(real), NULL, 0);
		sodium_bin2hex(name, sizeof name, digest, NAME_BYTES);
		path = xasprintf("%s/%s", folder, name);
	}
	free(folder);
	free(real);
	return path;
}
