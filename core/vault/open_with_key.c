#include "vault/open_with_key.h"

#include "base/i18n.h"
#include "vault/vault_private.h"

#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int vault_file_key(const char *path, const struct vault_unlock *unlock, unsigned char key[32], struct err *err)
{
	struct vault *v = vault_alloc(NULL, path, VAULT_READ_ONLY, err);
	if (!v)
		return -1;
	int rc = vault_lock(v, SQLITE_OPEN_READONLY, err);
	if (rc == 0)
		rc = state_read_header(v, unlock, err);
	if (rc == 0)
		memcpy(key, v->keys->data, CIPHER_KEY_SIZE);
	vault_free(v);
	return rc;
}

int vault_file_session(const char *path, const struct vault_unlock *unlock, unsigned char state[VAULT_STATE])
{
	struct err why = ERR_INIT;
	struct vault *v = vault_alloc(NULL, path, VAULT_READ_ONLY, &why);
	if (!v)
		return -1;
	int rc = vault_lock(v, SQLITE_OPEN_READONLY, &why);
	if (rc == 0)
		rc = state_read_header(v, unlock, &why);
	if (rc == 0)
		rc = state_read_anchors(v, &why);
	if (rc == 0 && v->anchor.state == ANCHOR_CLEAN)
		rc = -1;
	if (rc == 0)
		vault_state_of_session(v, state);
	vault_free(v);
	return rc;
}

/* ---- a file system of a file and its log, which are descriptors and can be read */

static const char only_path[] = "/descriptor";
static const char log_path[] = "/descriptor-wal";
static int descriptor = -1; /* one vault of this sort in a process */
static int log_descriptor = -1;

struct one_file {
	sqlite3_file base;
	int fd;
};

static int fd_of(const sqlite3_file *file)
{
	return ((const struct one_file *)file)->fd;
}

static int one_close(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

static int one_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
	char *at = bytes;
	int got = 0;
	while (got < n) {
		ssize_t k = pread(fd_of(file), at + got, (size_t)(n - got), offset + got);
		if (k < 0)
			return SQLITE_IOERR_READ;
		if (k == 0)
			break;
		got += (int)k;
	}
	memset(at + got, 0, (size_t)(n - got));
	return got == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int one_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
	(void)file;
	(void)bytes;
	(void)n;
	(void)offset;
	return SQLITE_READONLY;
}

static int one_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file;
	(void)size;
	return SQLITE_READONLY;
}

static int one_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct stat st;
	if (fstat(fd_of(file), &st) < 0)
		return SQLITE_IOERR_FSTAT;
	*size = st.st_size;
	return SQLITE_OK;
}

/* Syncing and locking: there is nothing to do. */
static int one_fine(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int one_reserved(sqlite3_file *file, int *reserved)
{
	(void)file;
	*reserved = 0;
	return SQLITE_OK;
}

static int one_control(sqlite3_file *file, int op, void *argument)
{
	(void)file;
	(void)op;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int one_property(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods one_methods = {
    .iVersion = 1,
    .xClose = one_close,
    .xRead = one_read,
    .xWrite = one_write,
    .xTruncate = one_truncate,
    .xSync = one_fine,
    .xFileSize = one_size,
    .xLock = one_fine,
    .xUnlock = one_fine,
    .xCheckReservedLock = one_reserved,
    .xFileControl = one_control,
    .xSectorSize = one_property,
    .xDeviceCharacteristics = one_property,
};

static int one_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)vfs;
	int log = flags & SQLITE_OPEN_WAL && log_descriptor >= 0;
	file->pMethods = NULL;
	if (!name || strcmp(name, log ? log_path : only_path) != 0 || !(log || flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	((struct one_file *)file)->fd = log ? log_descriptor : descriptor;
	file->pMethods = &one_methods;
	if (out_flags)
		*out_flags = SQLITE_OPEN_READONLY | (log ? SQLITE_OPEN_WAL : SQLITE_OPEN_MAIN_DB);
	return SQLITE_OK;
}

static int one_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_IOERR_DELETE;
}

static int one_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
	(void)vfs;
	*result = (strcmp(name, only_path) == 0 || (strcmp(name, log_path) == 0 && log_descriptor >= 0)) &&
	          flags != SQLITE_ACCESS_READWRITE;
	return SQLITE_OK;
}

static int one_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

static int one_random(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	randombytes_buf(out, (size_t)n);
	return n;
}

static int one_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int one_time(sqlite3_vfs *vfs, double *now)
{
	(void)vfs;
	*now = 2460000.5; /* nothing asks for it */
	return SQLITE_OK;
}

static int one_error(sqlite3_vfs *vfs, int n, char *text)
{
	(void)vfs;
	(void)n;
	(void)text;
	return 0;
}

static sqlite3_vfs one_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(struct one_file),
    .mxPathname = 64,
    .zName = "genba-descriptor",
    .xOpen = one_open,
    .xDelete = one_delete,
    .xAccess = one_access,
    .xFullPathname = one_full_path,
    .xRandomness = one_random,
    .xSleep = one_sleep,
    .xCurrentTime = one_time,
    .xGetLastError = one_error,
};

int vault_open_with_data_key(struct vault **out, int fd, int log, const unsigned char key[32], struct err *err)
{
	const struct vault_unlock unlock = {.identity = NULL};
	descriptor = fd;
	log_descriptor = log;
	return vault_open_with_key(out, &one_vfs, only_path, &unlock, key, VAULT_READ_ONLY, err);
}
