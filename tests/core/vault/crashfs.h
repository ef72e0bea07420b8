/*
 * A disk in memory that loses power.
 *
 * A sqlite3_vfs to put below a vault. Each file has what its readers see and
 * what is on the medium; between them are the writes since the last sync. At
 * the chosen write operation the disk goes dead: that operation and all later
 * ones fail. Then either the process has died and the kernel lives on
 * (crashfs_kill), or the power is gone (crashfs_power_cut) and each write that
 * was not synced is kept, dropped, torn at 512-byte sectors or replaced by
 * garbage. What was synced stays. A file's creation is safe once the file was
 * synced, its removal or renaming once the directory was.
 */
#ifndef GENBA_TESTS_CRASHFS_H
#define GENBA_TESTS_CRASHFS_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct crashfs;

enum crashfs_loss {
	CRASHFS_KEEP_ALL,
	CRASHFS_DROP_ALL,
	CRASHFS_DROP_SOME, /* each write whole or not at all */
	CRASHFS_TEAR,      /* each sector of each write on its own: kept or dropped */
	CRASHFS_GARBAGE,   /* each sector on its own: kept, dropped or random bytes */
	CRASHFS_LOSSES,
};

struct crashfs *crashfs_new(void);
struct crashfs *crashfs_copy(const struct crashfs *fs); /* the disk as it is, with its writes under way */
void crashfs_free(struct crashfs *fs);

sqlite3_vfs *crashfs_vfs(struct crashfs *fs);

/* Goes dead at write operation `op` from now (1: the next); 0: never. Counts from 0 again. */
void crashfs_arm(struct crashfs *fs, uint64_t op);
uint64_t crashfs_ops(const struct crashfs *fs); /* write operations since crashfs_arm() */
int crashfs_dead(const struct crashfs *fs);

/* The same, but the disk lives on: that one operation, if it needs room, is done by half and fails with SQLITE_FULL. */
void crashfs_fill(struct crashfs *fs, uint64_t op);
int crashfs_was_full(const struct crashfs *fs); /* whether that has happened */

void crashfs_kill(struct crashfs *fs); /* a new process sees all that was written; nothing more is on the medium */
void crashfs_power_cut(struct crashfs *fs, enum crashfs_loss loss, uint64_t seed);

/* The bytes of a file as readers see them, for attacks and flipped bits; NULL if there is none. Borrowed. */
unsigned char *crashfs_bytes(struct crashfs *fs, const char *name, size_t *n);

/* A small generator that repeats itself from its seed. */
uint64_t crashfs_random(uint64_t *state);

#endif
