/* A new case file: pages first, the header last, so that an interrupted making cannot be taken for a case. */
#include "vault/create.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct vault_disk *disk_of(struct vault *v)
{
	return v->on_disk ? NULL : v->below->pAppData;
}

int vault_rename(struct vault *v, const char *from, const char *to, struct err *err)
{
	struct vault_disk *disk = disk_of(v);
	if ((disk ? disk->rename(disk, from, to) : rename(from, to)) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot rename '%s' to '%s'"), from, to);
	return 0;
}

int vault_sync_directory(struct vault *v, const char *path, struct err *err)
{
	struct vault_disk *disk = disk_of(v);
	if (MUTANT(NO_DIRECTORY_SYNC))
		return 0;
	if (disk)
		return disk->sync_directory(disk) == 0
		           ? 0
		           : err_set(err, ERR_FAILED, _("cannot sync the directory '%s'"), "/");
	const char *slash = strrchr(path, '/');
	char *directory = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;
	/* some file systems have no sync of directories and say EINVAL */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot sync the directory '%s'"), directory);
	if (fd >= 0)
		close(fd);
	free(directory);
	return rc;
}

/* The file itself, readable by its owner only. Nobody has it open yet, so a second descriptor does no harm. */
static int make_file(struct vault *v, struct err *err)
{
	if (!v->on_disk)
		return 0;
	int fd = open(v->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set_errno(err, errno == EEXIST ? ERR_EXISTS : ERR_FAILED, errno, _("cannot make '%s'"),
		                     v->path);
	close(fd);
	return 0;
}

static int build_header(struct vault *v, const struct vault_new_slot *slots, size_t count,
                        const struct vault_identity *signer, struct err *err)
{
	if (count < 1 || count > VAULT_SLOTS)
		return err_set(err, ERR_INVALID, _("a case has 1 to %d slots"), VAULT_SLOTS);
	unsigned char *raw = xcalloc(count, SLOT_SIZE);
	uint64_t cost = 0;
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct slot_head head;
		rc = slot_make(raw + i * SLOT_SIZE, &slots[i], v->keys, err);
		if (rc == 0)
			rc = slot_parse(raw + i * SLOT_SIZE, &head, err);
		if (rc == 0)
			cost += (uint64_t)head.passes * head.kib;
	}
	if (rc == 0 && cost > SLOT_COST_MAX)
		rc = err_set(err, ERR_INVALID, _("so many passphrases of this cost would take too long to try"));
	if (rc == 0)
		header_build(v->header, v->keys, 1, raw, (unsigned)count, signer);
	free(raw);
	return rc;
}

/* What a lost case left behind: it may hold that case's last commits, and SQLite would find it beside the new file. */
static int refuse_old_log(struct vault *v, struct err *err)
{
	const char *log = sqlite3_filename_wal(v->names);
	int there = 0;
	if (v->below->xAccess(v->below, log, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there)
		return err_set(err, ERR_EXISTS, _("'%s' is there already, the log of another case: move it away"), log);
	return 0;
}

struct vault *vault_begin(sqlite3_vfs *below, const char *path, const struct vault_new_slot *slots, size_t count,
                          const struct vault_identity *signer, struct err *err)
{
	struct vault *v = vault_alloc(below, path, 0, err);
	if (!v)
		return NULL;
	v->phase = PHASE_CREATING;
	randombytes_buf(v->keys->data, CIPHER_KEY_SIZE);
	randombytes_buf(v->keys->id, FILE_ID);
	cipher_derive(v->keys);
	if (refuse_old_log(v, err) < 0 || build_header(v, slots, count, signer, err) < 0 || make_file(v, err) < 0) {
		vault_free(v);
		return NULL;
	}
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | (v->on_disk ? 0 : SQLITE_OPEN_EXCLUSIVE);
	if (vault_lock(v, flags, err) < 0) {
		vault_discard(v);
		return NULL;
	}
	return v;
}

int vault_finish(struct vault *v, struct err *err)
{
	v->anchor = (struct anchor){.state = ANCHOR_CLEAN, .header_sequence = 1, .pages = v->pages.count};
	memcpy(v->anchor.seal, v->pages.seal, sizeof v->anchor.seal);
	int rc = state_write_anchor_blocks(v);
	if (rc == SQLITE_OK)
		rc = page_sync(v, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK)
		rc = state_write_header(v);
	if (rc != SQLITE_OK)
		return err_set(err, v->fault.code ? v->fault.code : ERR_FAILED, "%s", v->fault.message);
	v->report.header_used = 'A';
	v->report.header_sequence = 1;
	v->report.signature = header_signature(v->header, v->report.signer);
	v->phase = PHASE_RUNNING;
	return vault_sync_directory(v, v->path, err);
}

void vault_discard(struct vault *v)
{
	if (v->db) {
		v->dead = 1;
		sqlite3_db_config(v->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_close(v->db);
	}
	v->below->xDelete(v->below, v->path, 0);
	v->below->xDelete(v->below, sqlite3_filename_wal(v->names), 0); /* ours: there was none (refuse_old_log) */
	vault_free(v);
}

int vault_create_over(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_new_slot *slots,
                      size_t count, const struct vault_identity *signer, struct err *err)
{
	*out = NULL;
	struct vault *v = vault_begin(below, path, slots, count, signer, err);
	if (!v)
		return -1;
	if (vault_connect(v, err) < 0 || vault_finish(v, err) < 0) {
		vault_discard(v);
		return -1;
	}
	*out = v;
	return 0;
}

int vault_create(struct vault **out, const char *path, const struct vault_new_slot *slots, size_t count,
                 const struct vault_identity *signer, struct err *err)
{
	return vault_create_over(out, NULL, path, slots, count, signer, err);
}
