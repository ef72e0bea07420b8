#include "base/file/held_name.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM       160                 /* bytes of a name that was made: on any medium, with every ending */
#define UNFINISHED ".0000.part.part99" /* as long as what stands behind a name while it is written */

int held_name_is_refused(int error)
{
	/* ENOENT, since exfat-fuse says that of a name it cannot hold */
	return error == EINVAL || error == ENOENT || error == ENAMETOOLONG || error == EILSEQ || error == EEXIST ||
	       error == EPERM || error == EOPNOTSUPP || error == EFBIG;
}

static int is_listed(int dir, const char *name)
{
	int listed = 0;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	while (folder && !listed && (entry = readdir(folder)) != NULL)
		listed = strcmp(entry->d_name, name) == 0;
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return listed;
}

/* Makes a folder of that name and looks for it: a folder left behind by a power cut is empty and tells what it was. 0: it
 * cannot be; 1: it can, or nobody can say. */
static int comes_back(int dir, const char *name)
{
	if (mkdirat(dir, name, 0700) < 0)
		return errno == EEXIST || !held_name_is_refused(errno);
	int listed = is_listed(dir, name);
	unlinkat(dir, name, AT_REMOVEDIR);
	return listed;
}

static int is_held(int dir, const char *name, const char *ending)
{
	/* as it will be called, and as it is called until then; neither may be there */
	char *last = xasprintf("genba-try %s%s", name, ending);
	char *first = xasprintf("%s%s" UNFINISHED, name, ending);
	int held = comes_back(dir, last) && comes_back(dir, first);
	free(first);
	free(last);
	return held;
}

static char *made_of(const char *name)
{
	struct buf made = BUF_INIT;
	unsigned char digest[crypto_hash_sha256_BYTES];
	size_t n = strlen(name);
	int utf8 = text_is_utf8(name, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];
		int held = c >= 0x20 && c != 0x7F && !strchr("<>:\"/\\|?*", c) && (utf8 || c < 0x80);
		buf_addc(&made, held ? (char)c : '_');
	}
	if (made.len > ROOM) {
		size_t end = ROOM;
		while (end > 0 && ((unsigned char)made.data[end] & 0xC0) == 0x80)
			end--;
		buf_truncate(&made, end);
		crypto_hash_sha256(digest, (const unsigned char *)name, n);
		buf_addc(&made, '-');
		buf_addhex(&made, digest, 4);
	}
	for (size_t i = made.len; i > 0 && (made.data[i - 1] == '.' || made.data[i - 1] == ' '); i--)
		made.data[i - 1] = '_';
	return buf_take(&made, NULL);
}

char *held_name(const char *dir, const char *name, const char *ending)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int held = fd < 0 || is_held(fd, name, ending); /* without a folder there is nothing to try */
	if (fd >= 0)
		close(fd);
	return held ? xstrdup(name) : made_of(name);
}
