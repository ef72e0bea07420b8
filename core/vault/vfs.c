/*
 * What SQLite calls. Each vault registers a VFS of its own, so that several
 * can be open in one process and none needs to find its vault by a file name.
 *
 * The main file is opened and locked before SQLite comes; SQLite's handle on
 * it borrows that, because opening and closing a second descriptor would drop
 * the POSIX locks. Journals that SQLite asks for while a file is made live in
 * memory, as do temporary files: nothing plain ever reaches the disk.
 */
#include "vault/vault_private.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

struct vault_file {
	sqlite3_file base; /* first: SQLite sees only this */
	struct vault *v;
	struct buf memory; /* journals and temporary files */
};

static struct vault *vault_of(sqlite3_file *f)
{
	return ((struct vault_file *)f)->v;
}

/* ---- locks, the same for all: the vault holds the real one ---- */

static int no_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int no_reserved(sqlite3_file *f, int *held)
{
	(void)f;
	*held = 0;
	return SQLITE_OK;
}

static int sector_size(sqlite3_file *f)
{
	(void)f;
	return PAGE_SIZE;
}

static int characteristics(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- the main file ---- */

static int main_close(sqlite3_file *f)
{
	vault_of(f)->main_open = 0;
	return SQLITE_OK;
}

static int main_read(sqlite3_file *f, void *data, int n, sqlite3_int64 offset)
{
	struct vault *v = vault_of(f);
	int64_t page = offset / PAGE_SIZE + 1, within = offset % PAGE_SIZE;
	if (within == 0 && n == PAGE_SIZE && page <= UINT32_MAX)
		return page_read(v, (uint32_t)page, data);
	unsigned char text[PAGE_SIZE];
	int rc = SQLITE_MISUSE;
	if (within + n <= PAGE_SIZE && page <= UINT32_MAX)
		rc = page_read(v, (uint32_t)page, text);
	if (rc == SQLITE_OK)
		memcpy(data, text + within, (size_t)n);
	else
		memset(data, 0, (size_t)n);
	sodium_memzero(text, sizeof text);
	return rc;
}

static int main_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 offset)
{
	struct vault *v = vault_of(f);
	if (n != PAGE_SIZE || offset % PAGE_SIZE != 0 || offset / PAGE_SIZE >= UINT32_MAX)
		return vault_fault(v, SQLITE_MISUSE, ERR_FAILED, _("an unforeseen write of %d bytes at %lld"), n,
		                   (long long)offset);
	return page_write(v, (uint32_t)(offset / PAGE_SIZE) + 1, data);
}

static int main_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return page_truncate(vault_of(f), (uint32_t)((size + PAGE_SIZE - 1) / PAGE_SIZE));
}

static int main_sync(sqlite3_file *f, int flags)
{
	return page_sync(vault_of(f), flags);
}

static int main_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)vault_of(f)->pages.count * PAGE_SIZE;
	return SQLITE_OK;
}

/* Settings on which the format or its guarantees rest are not changed any more once a vault runs. */
static int main_pragma(struct vault *v, char **args)
{
	static const char *const fixed[] = {"journal_mode", "locking_mode", "synchronous", "temp_store", "mmap_size"};
	if (sqlite3_stricmp(args[1], "page_size") == 0)
		return args[2] ? SQLITE_OK : SQLITE_NOTFOUND;
	if (v->phase != PHASE_RUNNING || !v->db || !args[2])
		return SQLITE_NOTFOUND;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		if (sqlite3_stricmp(args[1], fixed[i]) == 0) {
			args[0] = sqlite3_mprintf("%s of a case is fixed", args[1]);
			return SQLITE_ERROR;
		}
	}
	return SQLITE_NOTFOUND;
}

static int main_control(sqlite3_file *f, int op, void *arg)
{
	struct vault *v = vault_of(f);
	switch (op) {
	case SQLITE_FCNTL_PRAGMA:
		return main_pragma(v, arg);
	case SQLITE_FCNTL_SIZE_HINT:  /* it speaks of SQLite's offsets, not ours */
	case SQLITE_FCNTL_CHUNK_SIZE: /* and this would leave zero pages */
		return SQLITE_OK;
	default:
		return SQLITE_NOTFOUND;
	}
}

static const sqlite3_io_methods main_methods = {
    .iVersion = 1, /* no shared memory, no mmap: nothing goes around us */
    .xClose = main_close,
    .xRead = main_read,
    .xWrite = main_write,
    .xTruncate = main_truncate,
    .xSync = main_sync,
    .xFileSize = main_size,
    .xLock = no_lock,
    .xUnlock = no_lock,
    .xCheckReservedLock = no_reserved,
    .xFileControl = main_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

/* ---- the log ---- */

static int wal_close(sqlite3_file *f)
{
	(void)f; /* the vault keeps the file below until the log is removed or the vault closed */
	return SQLITE_OK;
}

static int wal_read(sqlite3_file *f, void *data, int n, sqlite3_int64 offset)
{
	return log_read(vault_of(f), data, n, offset);
}

static int wal_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 offset)
{
	struct vault *v = vault_of(f);
	if (v->dead || v->flags & VAULT_READ_ONLY)
		return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED,
		                   _("'%s' can no longer be written: close and reopen it"), v->path);
	return log_write(v, data, n, offset);
}

static int wal_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return log_truncate(vault_of(f), size);
}

static int wal_sync(sqlite3_file *f, int flags)
{
	return log_sync(vault_of(f), flags);
}

static int wal_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int64_t n;
	int rc = log_size(vault_of(f), &n);
	*size = n;
	return rc;
}

static int no_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static const sqlite3_io_methods wal_methods = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = no_lock,
    .xUnlock = no_lock,
    .xCheckReservedLock = no_reserved,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

/* ---- files in memory ---- */

static int memory_close(sqlite3_file *f)
{
	struct vault_file *file = (struct vault_file *)f;
	sodium_memzero(file->memory.data, file->memory.len);
	buf_release(&file->memory);
	return SQLITE_OK;
}

static int memory_read(sqlite3_file *f, void *data, int n, sqlite3_int64 offset)
{
	const struct buf *m = &((struct vault_file *)f)->memory;
	size_t at = (size_t)offset, want = (size_t)n;
	size_t have = at >= m->len ? 0 : m->len - at < want ? m->len - at : want;
	memcpy(data, m->data + (have ? at : 0), have);
	memset((char *)data + have, 0, want - have);
	return have < want ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int memory_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 offset)
{
	struct buf *m = &((struct vault_file *)f)->memory;
	size_t end = (size_t)offset + (size_t)n;
	if (end > m->len) {
		size_t more = end - m->len;
		buf_grow(m, more);
		memset(m->data + m->len, 0, more + 1);
		m->len = end;
	}
	memcpy(m->data + offset, data, (size_t)n);
	return SQLITE_OK;
}

static int memory_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct buf *m = &((struct vault_file *)f)->memory;
	if ((size_t)size < m->len)
		buf_truncate(m, (size_t)size);
	return SQLITE_OK;
}

static int memory_sync(sqlite3_file *f, int flags)
{
	return no_lock(f, flags);
}

static int memory_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)((struct vault_file *)f)->memory.len;
	return SQLITE_OK;
}

static const sqlite3_io_methods memory_methods = {
    .iVersion = 1,
    .xClose = memory_close,
    .xRead = memory_read,
    .xWrite = memory_write,
    .xTruncate = memory_truncate,
    .xSync = memory_sync,
    .xFileSize = memory_size,
    .xLock = no_lock,
    .xUnlock = no_lock,
    .xCheckReservedLock = no_reserved,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

/* ---- the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *got)
{
	struct vault *v = vfs->pAppData;
	struct vault_file *file = (struct vault_file *)f;
	(void)name;
	memset(file, 0, sizeof *file);
	file->v = v;
	if (flags & SQLITE_OPEN_MAIN_DB) {
		if (v->main_open) /* an ATTACH: one vault is one file */
			return SQLITE_CANTOPEN;
		v->main_open = 1;
		file->base.pMethods = &main_methods;
	} else if (flags & SQLITE_OPEN_WAL) {
		int rc = log_open(v, !(v->flags & VAULT_READ_ONLY));
		if (rc != SQLITE_OK)
			return rc;
		if (!v->log.file)
			v->log.scanned = 1; /* read-only and none there: it looks empty */
		file->base.pMethods = &wal_methods;
	} else {
		if (flags & SQLITE_OPEN_MAIN_JOURNAL && v->phase != PHASE_CREATING)
			return SQLITE_CANTOPEN;
		buf_init(&file->memory);
		file->base.pMethods = &memory_methods;
	}
	if (got) {
		*got = flags;
		if (flags & SQLITE_OPEN_MAIN_DB && v->flags & VAULT_READ_ONLY)
			*got = (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
	}
	return SQLITE_OK;
}

/* Which of the two files a name means: SQLite asks only for the log and for journals. */
static int is_log(const struct vault *v, const char *name)
{
	return strcmp(name, sqlite3_filename_wal(v->names)) == 0;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
	struct vault *v = vfs->pAppData;
	(void)sync_directory;
	if (!is_log(v, name))
		return SQLITE_OK; /* a journal in memory */
	if (v->flags & VAULT_READ_ONLY)
		return SQLITE_OK;
	return log_remove(v);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *yes)
{
	struct vault *v = vfs->pAppData;
	(void)flags;
	*yes = is_log(v, name) && v->log.file != NULL;
	return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	struct vault *v = vfs->pAppData;
	(void)name; /* SQLite opens a vault under any name: there is only the one file */
	sqlite3_snprintf(n, out, "%s", v->path);
	return strlen(v->path) < (size_t)n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	randombytes_buf(out, (size_t)n);
	return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	struct vault *v = vfs->pAppData;
	return v->below->xSleep(v->below, microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *now)
{
	struct vault *v = vfs->pAppData;
	return v->below->xCurrentTime(v->below, now);
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
	struct vault *v = vfs->pAppData;
	return v->below->xGetLastError ? v->below->xGetLastError(v->below, n, out) : 0;
}

void vault_vfs_init(struct vault *v)
{
	static unsigned count;
	sqlite3_snprintf(sizeof v->vfs_name, v->vfs_name, "genba-%u", __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
	v->vfs = (sqlite3_vfs){
	    .iVersion = 1,
	    .szOsFile = sizeof(struct vault_file),
	    .mxPathname = v->below->mxPathname,
	    .zName = v->vfs_name,
	    .pAppData = v,
	    .xOpen = vfs_open,
	    .xDelete = vfs_delete,
	    .xAccess = vfs_access,
	    .xFullPathname = vfs_full_name,
	    .xRandomness = vfs_random,
	    .xSleep = vfs_sleep,
	    .xCurrentTime = vfs_time,
	    .xGetLastError = vfs_last_error,
	};
}
