/* Opening and closing: everything is read and judged before SQLite sees the file. */
#include "vault/vault_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- faults ---- */

/* The errno behind an error of the VFS below, as far as it remembers it. */
static int errno_below(const struct vault *v)
{
	sqlite3_file *files[] = {v->file_open ? v->file : NULL, v->log.file};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		int e = 0;
		if (files[i] && files[i]->pMethods &&
		    files[i]->pMethods->xFileControl(files[i], SQLITE_FCNTL_LAST_ERRNO, &e) == SQLITE_OK &&
		    (e == EFBIG || e == EDQUOT || e == EROFS || e == ENOSPC))
			return e;
	}
	return 0;
}

int vault_fault(struct vault *v, int code, enum err_code kind, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	int e = kind == ERR_FAILED && code != SQLITE_READONLY ? errno_below(v) : 0;
	if (code == SQLITE_FULL)
		e = ENOSPC;
	if (e != 0) {
		kind = ERR_NO_SPACE;
		buf_addf(&text, ": %s", err_system_text(e));
	}
	err_clear(&v->fault);
	err_set(&v->fault, kind, "%s", text.data);
	buf_release(&text);
	return code;
}

const char *vault_last_fault(const struct vault *v)
{
	return v->fault.code ? v->fault.message : NULL;
}

enum err_code vault_last_fault_code(const struct vault *v)
{
	return v->fault.code;
}

int vault_exec(struct vault *v, const char *sql, struct err *err)
{
	char *message = NULL;
	err_clear(&v->fault);
	int rc = sqlite3_exec(v->db, sql, NULL, NULL, &message);
	if (rc == SQLITE_OK)
		return 0;
	if (v->fault.code)
		err_take(err, &v->fault);
	else
		err_set(err, (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB ? ERR_DAMAGED : ERR_FAILED,
		        _("'%s': %s"), v->path, message ? message : sqlite3_errstr(rc));
	sqlite3_free(message);
	return -1;
}

/* ---- the struct ---- */

static sqlite3_vfs *disk_below;

void vault_set_disk(sqlite3_vfs *below)
{
	disk_below = below;
}

struct vault *vault_alloc(sqlite3_vfs *below, const char *path, unsigned flags, struct err *err)
{
	struct vault *v = xcalloc(1, sizeof *v);
	below = below ? below : disk_below;
	v->below = below ? below : sqlite3_vfs_find("unix");
	v->on_disk = !below;
	v->flags = flags;
	v->guard = -1;
	if (!v->below || sodium_init() < 0) {
		err_set(err, ERR_FAILED, _("SQLite or libsodium cannot be used here"));
		vault_free(v);
		return NULL;
	}
	v->path = xcalloc(1, (size_t)v->below->mxPathname + 1);
	int rc = v->below->xFullPathname(v->below, path, v->below->mxPathname + 1, v->path);
	if ((rc & 0xff) != SQLITE_OK) {
		err_set(err, ERR_FAILED, _("'%s' is not a usable path"), path);
		vault_free(v);
		return NULL;
	}
	char *log = xasprintf("%s-wal", v->path);
	v->names = sqlite3_create_filename(v->path, "", log, 0, NULL);
	free(log);
	v->keys = cipher_keys_new();
	v->scratch = xmalloc(PAGE_SIZE + FRAME_SIZE);
	v->file = xcalloc(1, (size_t)v->below->szOsFile);
	vault_vfs_init(v);
	return v;
}

void vault_free(struct vault *v)
{
	if (!v)
		return;
	if (v->registered)
		sqlite3_vfs_unregister(&v->vfs);
	log_release(v);
	if (v->file_open) {
		v->file->pMethods->xUnlock(v->file, SQLITE_LOCK_NONE);
		v->file->pMethods->xClose(v->file);
	}
	if (v->guard >= 0)
		close(v->guard);
	page_table_release(&v->pages);
	free(v->file);
	sqlite3_free_filename(v->names);
	cipher_keys_free(v->keys);
	free(v->scratch);
	free(v->path);
	free(v);
}

/*
 * SQLite's POSIX locks fall when anything in this process closes another
 * descriptor of the file, for instance because somebody hashes their own case
 * as evidence. A lock of the open file description does not; it lies on a byte
 * that SQLite's locks leave alone. Where a file system has none, it is left out.
 */
static int take_guard(struct vault *v, struct err *err)
{
	enum { GUARD_BYTE = 0x40000000 + 4096 };
	int read_only = (v->flags & VAULT_READ_ONLY) != 0;
	struct flock lock = {
	    .l_type = read_only ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET, .l_start = GUARD_BYTE, .l_len = 1};
	if (!v->on_disk)
		return 0;
	v->guard = open(v->path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (v->guard < 0)
		return 0; /* SQLite's own opening says why */
	if (fcntl(v->guard, F_OFD_SETLK, &lock) < 0 && (errno == EAGAIN || errno == EACCES))
		return err_set(err, ERR_BUSY, _("'%s' is open elsewhere"), v->path);
	return 0;
}

int vault_lock(struct vault *v, int flags, struct err *err)
{
	int got = 0;
	if (take_guard(v, err) < 0)
		return -1;
	int rc = v->below->xOpen(v->below, v->names, v->file, flags | SQLITE_OPEN_MAIN_DB, &got);
	if (rc != SQLITE_OK) {
		int e = v->below->xGetLastError ? v->below->xGetLastError(v->below, 0, NULL) : 0;
		if (e != 0)
			return err_set_errno(err, ERR_FAILED, e, _("cannot open '%s'"), v->path);
		return err_set(err, ERR_FAILED, _("cannot open '%s'"), v->path);
	}
	v->file_open = 1;
	if (!(v->flags & VAULT_READ_ONLY) && (got & SQLITE_OPEN_READONLY))
		return err_set(err, ERR_NO_SPACE, _("'%s' can only be read: open it with --read-only"), v->path);
	rc = v->file->pMethods->xLock(v->file, SQLITE_LOCK_SHARED);
	if (rc == SQLITE_OK && !(v->flags & VAULT_READ_ONLY))
		rc = v->file->pMethods->xLock(v->file, SQLITE_LOCK_EXCLUSIVE);
	if (rc == SQLITE_BUSY)
		return err_set(err, ERR_BUSY, _("'%s' is open elsewhere"), v->path);
	return rc == SQLITE_OK ? 0 : err_set(err, ERR_FAILED, _("cannot lock '%s'"), v->path);
}

/* ---- SQLite ---- */

int vault_connect(struct vault *v, struct err *err)
{
	/* one thread at a time has the case: see background_task.c for how it is handed on */
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
	int read_only = (v->flags & VAULT_READ_ONLY) != 0;
	flags |= read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (sqlite3_vfs_register(&v->vfs, 0) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot register with SQLite"));
	v->registered = 1;
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2("vault", &db, flags, v->vfs_name);
	if (rc != SQLITE_OK) {
		if (v->fault.code) /* page 1 is read at once */
			err_take(err, &v->fault);
		else
			err_set(err, ERR_FAILED, _("SQLite cannot open '%s': %s"), v->path, sqlite3_errstr(rc));
		sqlite3_close(db);
		return -1;
	}
	int reserve = SEAL_OVERHEAD;
	if (v->phase == PHASE_CREATING)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, read_only, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	v->db = db;
	/* a journal is only ever asked for on an empty file, and stays in memory; WAL then writes page 1 */
	enum vault_phase phase = v->phase;
	v->phase = PHASE_CREATING;
	rc = vault_exec(v,
	                "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"
	                "PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
	                "PRAGMA journal_size_limit=16777216; PRAGMA wal_autocheckpoint=4000",
	                err);
	if (rc == 0 && phase == PHASE_CREATING)
		rc = vault_exec(v, "PRAGMA journal_mode=MEMORY; PRAGMA journal_mode=WAL", err);
	v->phase = phase;
	if (rc < 0)
		return rc;
	vault_cache(v, VAULT_CACHE);
	return vault_exec(v, "SELECT count(*) FROM sqlite_schema", err);
}

void vault_cache(struct vault *v, unsigned kib)
{
	char sql[48];
	snprintf(sql, sizeof sql, "PRAGMA cache_size=-%u", kib);
	sqlite3_exec(v->db, sql, NULL, NULL, NULL); /* only a wish */
}

/* ---- open ---- */

/* What the operating system can tell in plainer words than SQLite. */
static int check_path(const struct vault *v, struct err *err)
{
	struct stat st;
	if (!v->on_disk)
		return 0;
	if (stat(v->path, &st) < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, errno, _("cannot open '%s'"),
		                     v->path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_FAILED, _("'%s' is a directory, not a case file"), v->path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, _("'%s' is not a regular file"), v->path);
	if (access(v->path, v->flags & VAULT_READ_ONLY ? R_OK : R_OK | W_OK) < 0)
		return err_set_errno(err,
		                     (errno == EACCES || errno == EROFS) && !(v->flags & VAULT_READ_ONLY) ? ERR_NO_SPACE
		                                                                                          : ERR_FAILED,
		                     errno, _("cannot open '%s' for %s"), v->path,
		                     v->flags & VAULT_READ_ONLY ? _("reading") : _("writing (--read-only may help)"));
	return 0;
}

/* Passes over damage if the caller is here to salvage. */
static int tolerate(struct vault *v, int rc, struct err *found, struct err *err)
{
	if (rc == 0)
		return 0;
	if (!(v->flags & VAULT_TOLERANT) || found->code != ERR_DAMAGED)
		return err_take(err, found);
	if (v->report.damage++ == 0)
		text_copy(v->report.damage_text, sizeof v->report.damage_text, found->message);
	return 0;
}

static void note_content(struct vault *v)
{
	crypto_generichash_state hash;
	unsigned char count[4];
	crypto_generichash_init(&hash, NULL, 0, VAULT_CONTENT);
	crypto_generichash_update(&hash, v->header, HEADER_SIZE);
	bytes_put_be32(count, v->pages.count);
	crypto_generichash_update(&hash, count, sizeof count);
	if (v->pages.count)
		crypto_generichash_update(&hash, v->pages.tag[0], (size_t)v->pages.count * TAG_SIZE);
	if (v->log.commit)
		crypto_generichash_update(&hash, (const unsigned char *)v->log.note,
		                          (size_t)v->log.commit * sizeof *v->log.note);
	crypto_generichash_final(&hash, v->content, VAULT_CONTENT);
}

void vault_content(const struct vault *v, unsigned char content[VAULT_CONTENT])
{
	memcpy(content, v->content, VAULT_CONTENT);
}

static int read_all(struct vault *v, const struct vault_unlock *unlock, struct err *err)
{
	struct err found = ERR_INIT;
	sqlite3_int64 size = 0;
	if (state_read_header(v, unlock, err) < 0)
		return -1;
	v->file->pMethods->xFileSize(v->file, &size);
	if (size < PAGES_OFFSET + PAGE_SIZE)
		return err_set(err, ERR_DAMAGED, _("'%s' is truncated: it ends before its first page"), v->path);
	if (tolerate(v, state_read_anchors(v, &found), &found, err) < 0)
		return -1;
	if (found.code) /* without an anchor: no log, and as many pages as there are */
		v->anchor = (struct anchor){.pages = (uint32_t)((size - PAGES_OFFSET) / PAGE_SIZE)};
	err_clear(&found);
	if (tolerate(v, log_recover(v, &found), &found, err) < 0)
		return -1;
	if (found.code)
		v->log.frames = v->log.commit;
	err_clear(&found);
	return tolerate(v, page_load(v, &found), &found, err);
}

/* Writes back what was recovered, so that a new generation of the log begins and torn frames are gone. */
static int finish_recovery(struct vault *v, struct err *err)
{
	if (v->report.wal_ignored && v->log.file && v->log.file->pMethods->xTruncate(v->log.file, 0) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot empty the log of '%s'"), v->path);
	if (!v->report.unclean)
		return 0;
	err_clear(&v->fault);
	int rc = sqlite3_wal_checkpoint_v2(v->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK && v->anchor.state == ANCHOR_CLEAN)
		return 0;
	if (v->fault.code)
		return err_set(err, v->fault.code, _("cannot recover '%s': %s (--read-only may help)"), v->path,
		               v->fault.message);
	return err_set(err, ERR_FAILED, _("cannot recover '%s': %s"), v->path, sqlite3_errstr(rc));
}

/* Closes SQLite without a checkpoint, for errors. */
static void vault_abandon(struct vault *v)
{
	if (v->db) {
		v->dead = 1;
		sqlite3_db_config(v->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_close(v->db);
	}
	vault_free(v);
}

int vault_open_over(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_unlock *unlock,
                    unsigned flags, struct err *err)
{
	return vault_open_with_key(out, below, path, unlock, NULL, flags, err);
}

static int open_vault(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_unlock *unlock,
                      const unsigned char *key, const unsigned char *header, unsigned flags, struct err *err)
{
	*out = NULL;
	if (flags & VAULT_TOLERANT && !(flags & VAULT_READ_ONLY))
		return err_set(err, ERR_USAGE, _("damage is only passed over when nothing is written"));
	struct vault *v = vault_alloc(below, path, flags, err);
	if (!v)
		return -1;
	v->phase = PHASE_RUNNING;
	v->given_key = key;
	v->given_header = header;
	int rc = check_path(v, err);
	if (rc == 0)
		rc = vault_lock(v, flags & VAULT_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, err);
	if (rc == 0)
		rc = read_all(v, unlock, err);
	if (rc == 0)
		note_content(v);
	if (rc == 0 && !(flags & VAULT_READ_ONLY))
		rc = state_repair(v, err);
	if (rc == 0)
		rc = vault_connect(v, err);
	if (rc == 0 && !(flags & VAULT_READ_ONLY))
		rc = finish_recovery(v, err);
	if (rc < 0) {
		vault_abandon(v);
		return -1;
	}
	err_clear(&v->fault);
	v->given_key = NULL;
	v->given_header = NULL;
	*out = v;
	return 0;
}

int vault_open_with_key(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_unlock *unlock,
                        const unsigned char *key, unsigned flags, struct err *err)
{
	return open_vault(out, below, path, unlock, key, NULL, flags, err);
}

int vault_open_with_header(struct vault **out, const char *path, const struct vault_unlock *unlock,
                           const unsigned char raw[HEADER_SIZE], struct err *err)
{
	return open_vault(out, NULL, path, unlock, NULL, raw, VAULT_READ_ONLY | VAULT_TOLERANT, err);
}

int vault_open(struct vault **out, const char *path, const struct vault_unlock *unlock, unsigned flags, struct err *err)
{
	return vault_open_over(out, NULL, path, unlock, flags, err);
}

int vault_close(struct vault *v, struct err *err)
{
	if (!v)
		return 0;
	err_clear(&v->fault);
	if (v->dead)
		sqlite3_db_config(v->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (sqlite3_close(v->db) !=
	    SQLITE_OK) /* a statement is still in use: freeing what it points to would be worse */
		return err_set(err, ERR_FAILED, _("'%s' is still in use and was not closed"), v->path);
	v->db = NULL;
	int rc = 0;
	if (!(v->flags & VAULT_READ_ONLY) && v->anchor.state != ANCHOR_CLEAN)
		rc = err_set(err, v->fault.code ? v->fault.code : ERR_FAILED,
		             _("'%s' could not be closed cleanly; nothing is lost, the next opening recovers: %s"),
		             v->path, v->fault.code ? v->fault.message : _("its log was not written back"));
	vault_free(v);
	return rc;
}

/* ---- what a vault tells ---- */

sqlite3 *vault_db(struct vault *v)
{
	return v->db;
}

const unsigned char *vault_file_id(const struct vault *v)
{
	return v->keys->id;
}

const char *vault_path(const struct vault *v)
{
	return v->path;
}

const struct vault_report *vault_report(const struct vault *v)
{
	return &v->report;
}

uint32_t vault_pages(const struct vault *v)
{
	return v->pages.count;
}
