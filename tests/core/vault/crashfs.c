#include "crashfs.h"

#include "vault/vault_private.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, FILES = 16 };

struct bytes {
	unsigned char *data;
	size_t n, room;
};

/* One write or truncation that was not synced. */
struct change {
	int64_t offset;
	size_t n;
	unsigned char *data; /* NULL: a truncation to `offset` */
};

struct inode {
	int links; /* directory entries, open files */
	struct bytes live, durable;
	struct change *change;
	size_t changes, room;
};

struct entry {
	char name[96];
	struct inode *live, *durable;
};

struct crashfs {
	struct vault_disk disk; /* first: what the VFS's pAppData must begin with */
	sqlite3_vfs vfs;
	struct entry entry[FILES];
	uint64_t op, dead_at;
	int dead;
	uint64_t full_at; /* this operation alone fails for want of space */
	int was_full;
};

struct crash_file {
	sqlite3_file base;
	struct crashfs *fs;
	struct inode *inode;
};

uint64_t crashfs_random(uint64_t *state)
{
	/* splitmix64, S. Vigna: https://prng.di.unimi.it/splitmix64.c (public domain) describes the constants */
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* ---- bytes and inodes ---- */

static void bytes_resize(struct bytes *b, size_t n)
{
	if (n > b->room) {
		b->room = n + n / 2 + 4096;
		b->data = xrealloc(b->data, b->room);
	}
	if (n > b->n)
		memset(b->data + b->n, 0, n - b->n);
	b->n = n;
}

static void bytes_write(struct bytes *b, int64_t offset, const unsigned char *data, size_t n)
{
	if ((size_t)offset + n > b->n)
		bytes_resize(b, (size_t)offset + n);
	memcpy(b->data + offset, data, n);
}

static void bytes_copy(struct bytes *to, const struct bytes *from)
{
	bytes_resize(to, from->n);
	if (from->n > 0)
		memcpy(to->data, from->data, from->n);
}

static void forget_changes(struct inode *i)
{
	for (size_t k = 0; k < i->changes; k++)
		free(i->change[k].data);
	i->changes = 0;
}

static struct inode *inode_link(struct inode *i)
{
	if (i)
		i->links++;
	return i;
}

static void inode_unlink(struct inode *i)
{
	if (!i || --i->links > 0)
		return;
	forget_changes(i);
	free(i->change);
	free(i->live.data);
	free(i->durable.data);
	free(i);
}

static void add_change(struct inode *i, int64_t offset, const void *data, size_t n)
{
	if (i->changes == i->room) {
		i->room = i->room * 2 + 16;
		i->change = xrealloc(i->change, i->room * sizeof *i->change);
	}
	struct change *c = &i->change[i->changes++];
	c->offset = offset;
	c->n = n;
	c->data = data ? xmalloc(n) : NULL;
	if (data)
		memcpy(c->data, data, n);
}

static struct entry *find(struct crashfs *fs, const char *name, int make)
{
	struct entry *empty = NULL;
	for (size_t i = 0; i < FILES; i++) {
		struct entry *e = &fs->entry[i];
		if ((e->live || e->durable) && strcmp(e->name, name) == 0)
			return e;
		if (!empty && !e->live && !e->durable)
			empty = e;
	}
	if (!make || !empty)
		return NULL;
	snprintf(empty->name, sizeof empty->name, "%s", name);
	return empty;
}

/* Counts a write operation. 1 if the disk is dead; *last is set when it dies in this very operation. */
static int is_dead(struct crashfs *fs, int *last)
{
	*last = 0;
	if (fs->dead)
		return 1;
	fs->op++;
	if (fs->dead_at != 0 && fs->op >= fs->dead_at) {
		fs->dead = 1;
		*last = 1;
		return 1;
	}
	return 0;
}

/* Whether there is no room for this operation. */
static int is_full(struct crashfs *fs)
{
	if (fs->full_at == 0 || fs->op != fs->full_at)
		return 0;
	fs->was_full = 1;
	return 1;
}

/* ---- files ---- */

static int file_close(sqlite3_file *f)
{
	struct crash_file *c = (struct crash_file *)f;
	inode_unlink(c->inode);
	c->inode = NULL;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *f, void *data, int n, sqlite3_int64 offset)
{
	struct crash_file *c = (struct crash_file *)f;
	const struct bytes *b = &c->inode->live;
	if (c->fs->dead)
		return SQLITE_IOERR_READ;
	size_t have = (size_t)offset >= b->n ? 0 : b->n - (size_t)offset;
	if (have > (size_t)n)
		have = (size_t)n;
	if (have > 0)
		memcpy(data, b->data + offset, have);
	memset((char *)data + have, 0, (size_t)n - have);
	return have < (size_t)n ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int file_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 offset)
{
	struct crash_file *c = (struct crash_file *)f;
	int last, dead = is_dead(c->fs, &last);
	if (!dead && is_full(c->fs)) { /* what there was room for is written */
		size_t part = (size_t)n / SECTOR / 2 * SECTOR + 100;
		part = part < (size_t)n ? part : (size_t)n;
		bytes_write(&c->inode->live, offset, data, part);
		add_change(c->inode, offset, data, part);
		return SQLITE_FULL;
	}
	if (!dead || last) { /* the write in which it dies may reach the medium too */
		bytes_write(&c->inode->live, offset, data, (size_t)n);
		add_change(c->inode, offset, data, (size_t)n);
	}
	return dead ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct crash_file *c = (struct crash_file *)f;
	int last, dead = is_dead(c->fs, &last);
	if (!dead || last) {
		bytes_resize(&c->inode->live, (size_t)size);
		add_change(c->inode, size, NULL, 0);
	}
	return dead ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int file_sync(sqlite3_file *f, int flags)
{
	struct crash_file *c = (struct crash_file *)f;
	int last;
	(void)flags;
	if (is_dead(c->fs, &last))
		return SQLITE_IOERR_FSYNC;
	bytes_copy(&c->inode->durable, &c->inode->live);
	forget_changes(c->inode);
	for (size_t i = 0; i < FILES; i++) {
		struct entry *e = &c->fs->entry[i];
		if (e->live == c->inode && e->durable != c->inode) {
			inode_unlink(e->durable);
			e->durable = inode_link(e->live);
		}
	}
	return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)((struct crash_file *)f)->inode->live.n;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *f, int *held)
{
	(void)f;
	*held = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *f)
{
	(void)f;
	return SECTOR;
}

static int file_characteristics(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_characteristics,
};

/* ---- the directory ---- */

static int fs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *got)
{
	struct crashfs *fs = vfs->pAppData;
	struct crash_file *c = (struct crash_file *)f;
	struct entry *e = find(fs, name, 1);
	memset(c, 0, sizeof *c);
	if (!e || fs->dead)
		return SQLITE_CANTOPEN;
	if (e->live && (flags & SQLITE_OPEN_EXCLUSIVE))
		return SQLITE_CANTOPEN;
	if (!e->live) {
		int last;
		if (!(flags & SQLITE_OPEN_CREATE) || is_dead(fs, &last) || is_full(fs))
			return SQLITE_CANTOPEN;
		e->live = inode_link(xcalloc(1, sizeof(struct inode)));
	}
	c->fs = fs;
	c->inode = inode_link(e->live);
	c->base.pMethods = &methods;
	if (got)
		*got = flags;
	return SQLITE_OK;
}

static int fs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
	struct crashfs *fs = vfs->pAppData;
	struct entry *e = find(fs, name, 0);
	int last;
	(void)sync_directory;
	if (!e || !e->live)
		return SQLITE_IOERR_DELETE_NOENT;
	if (is_dead(fs, &last) && !last)
		return SQLITE_IOERR_DELETE;
	inode_unlink(e->live);
	e->live = NULL;
	return last ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

static int fs_access(sqlite3_vfs *vfs, const char *name, int flags, int *yes)
{
	struct entry *e = find(vfs->pAppData, name, 0);
	(void)flags;
	*yes = e && e->live && e->live->live.n > 0; /* as the operating system's: an empty file does not count */
	return SQLITE_OK;
}

static int fs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

/* Until the directory is synced, a power cut may leave either name as it was. */
static int fs_rename(struct vault_disk *disk, const char *from, const char *to)
{
	struct crashfs *fs = (struct crashfs *)disk;
	struct entry *source = find(fs, from, 0), *target = find(fs, to, 1);
	int last;
	if (!source || !source->live || !target || (is_dead(fs, &last) && !last))
		return -1;
	inode_unlink(target->live);
	target->live = source->live;
	source->live = NULL;
	return last ? -1 : 0;
}

static int fs_sync_directory(struct vault_disk *disk)
{
	struct crashfs *fs = (struct crashfs *)disk;
	int last;
	if (is_dead(fs, &last))
		return -1;
	for (size_t i = 0; i < FILES; i++) {
		struct entry *e = &fs->entry[i];
		if (e->durable == e->live)
			continue;
		inode_unlink(e->durable);
		e->durable = inode_link(e->live);
	}
	return 0;
}

static int fs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int fs_time(sqlite3_vfs *vfs, double *now)
{
	(void)vfs;
	*now = 2460000.5;
	return SQLITE_OK;
}

static void set_vfs(struct crashfs *fs)
{
	fs->disk = (struct vault_disk){fs_rename, fs_sync_directory};
	fs->vfs = (sqlite3_vfs){
	    .iVersion = 1,
	    .szOsFile = sizeof(struct crash_file),
	    .mxPathname = 90,
	    .zName = "crashfs",
	    .pAppData = fs,
	    .xOpen = fs_open,
	    .xDelete = fs_delete,
	    .xAccess = fs_access,
	    .xFullPathname = fs_full_name,
	    .xSleep = fs_sleep,
	    .xCurrentTime = fs_time,
	};
}

struct crashfs *crashfs_new(void)
{
	struct crashfs *fs = xcalloc(1, sizeof *fs);
	set_vfs(fs);
	return fs;
}

static struct inode *inode_copy(const struct inode *i)
{
	struct inode *copy = xcalloc(1, sizeof *copy);
	bytes_copy(&copy->live, &i->live);
	bytes_copy(&copy->durable, &i->durable);
	for (size_t k = 0; k < i->changes; k++)
		add_change(copy, i->change[k].offset, i->change[k].data, i->change[k].n);
	return copy;
}

/* The copy's inode for one of the original's, which more than one name may mean. */
static struct inode *inode_of_copy(const struct crashfs *fs, const struct crashfs *copy, size_t done,
                                   const struct inode *i)
{
	for (size_t k = 0; k < done; k++) {
		if (fs->entry[k].live == i)
			return copy->entry[k].live;
		if (fs->entry[k].durable == i)
			return copy->entry[k].durable;
	}
	return inode_copy(i);
}

struct crashfs *crashfs_copy(const struct crashfs *fs)
{
	struct crashfs *copy = crashfs_new();
	for (size_t i = 0; i < FILES; i++) {
		const struct entry *from = &fs->entry[i];
		struct entry *to = &copy->entry[i];
		memcpy(to->name, from->name, sizeof to->name);
		if (from->live)
			to->live = inode_link(inode_of_copy(fs, copy, i, from->live));
		if (from->durable)
			to->durable = inode_link(
			    from->durable == from->live ? to->live : inode_of_copy(fs, copy, i, from->durable));
	}
	copy->op = fs->op;
	copy->dead = fs->dead;
	return copy;
}

void crashfs_free(struct crashfs *fs)
{
	if (!fs)
		return;
	for (size_t i = 0; i < FILES; i++) {
		inode_unlink(fs->entry[i].live);
		inode_unlink(fs->entry[i].durable);
	}
	free(fs);
}

sqlite3_vfs *crashfs_vfs(struct crashfs *fs)
{
	return &fs->vfs;
}

void crashfs_arm(struct crashfs *fs, uint64_t op)
{
	fs->op = 0;
	fs->dead_at = op;
	fs->dead = 0;
	fs->full_at = 0;
	fs->was_full = 0;
}

void crashfs_fill(struct crashfs *fs, uint64_t op)
{
	crashfs_arm(fs, 0);
	fs->full_at = op;
}

int crashfs_was_full(const struct crashfs *fs)
{
	return fs->was_full;
}

uint64_t crashfs_ops(const struct crashfs *fs)
{
	return fs->op;
}

int crashfs_dead(const struct crashfs *fs)
{
	return fs->dead;
}

void crashfs_kill(struct crashfs *fs)
{
	crashfs_arm(fs, 0);
}

/* ---- losing power ---- */

static void lose_write(struct bytes *b, const struct change *c, enum crashfs_loss loss, uint64_t *random)
{
	if (loss == CRASHFS_DROP_SOME && crashfs_random(random) % 2)
		return;
	if (loss == CRASHFS_KEEP_ALL || loss == CRASHFS_DROP_SOME) {
		bytes_write(b, c->offset, c->data, c->n);
		return;
	}
	for (size_t at = 0; at < c->n;) {
		size_t n = SECTOR - (size_t)(c->offset + (int64_t)at) % SECTOR;
		if (n > c->n - at)
			n = c->n - at;
		uint64_t what = crashfs_random(random) % (loss == CRASHFS_GARBAGE ? 3 : 2);
		if (what == 0)
			bytes_write(b, c->offset + (int64_t)at, c->data + at, n);
		for (size_t i = 0; what == 2 && i < n; i++) {
			unsigned char byte = (unsigned char)crashfs_random(random);
			bytes_write(b, c->offset + (int64_t)(at + i), &byte, 1);
		}
		at += n;
	}
}

static void lose(struct inode *i, enum crashfs_loss loss, uint64_t *random)
{
	struct bytes *b = &i->durable;
	for (size_t k = 0; k < i->changes && loss != CRASHFS_DROP_ALL; k++) {
		const struct change *c = &i->change[k];
		if (c->data)
			lose_write(b, c, loss, random);
		else if (loss == CRASHFS_KEEP_ALL || crashfs_random(random) % 2)
			bytes_resize(b, (size_t)c->offset);
	}
	forget_changes(i);
	bytes_copy(&i->live, b);
}

void crashfs_power_cut(struct crashfs *fs, enum crashfs_loss loss, uint64_t seed)
{
	uint64_t random = seed;
	for (size_t k = 0; k < FILES; k++) {
		struct entry *e = &fs->entry[k];
		if (e->live != e->durable) { /* a creation or removal that is not safe yet */
			int keep =
			    loss == CRASHFS_KEEP_ALL || (loss != CRASHFS_DROP_ALL && crashfs_random(&random) % 2);
			struct inode *stays = inode_link(keep ? e->live : e->durable);
			inode_unlink(e->live);
			inode_unlink(e->durable);
			e->live = stays;
			e->durable = inode_link(stays);
		}
		if (e->live)
			lose(e->live, loss, &random);
	}
	crashfs_arm(fs, 0);
}

unsigned char *crashfs_bytes(struct crashfs *fs, const char *name, size_t *n)
{
	struct entry *e = find(fs, name, 0);
	*n = e && e->live ? e->live->live.n : 0;
	return e && e->live ? e->live->live.data : NULL;
}
