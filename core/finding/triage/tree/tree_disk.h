/*
 * Virtual disks, encrypted volumes and shadow copies, in the cage: bytes behind bytes, by libyal's libraries.
 *
 *     tree_disk_open(file, &size, why)               what a VMDK, VHD or VHDX holds
 *     tree_unlocked_open(volume, key, …)              a BitLocker volume, opened by a password or a recovery password
 *     tree_shadows_open(volume, …)                   the shadow copies of an NTFS volume
 *
 * A `struct tree_bytes` is what they read from and what they give: all n bytes at an offset.
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_DISK_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_DISK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct tree_bytes {
	uint64_t size;
	/* All n bytes at `offset`, which lie inside, or -1. */
	int (*read)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err);
	void *ctx;
};

/* If the file begins as a virtual disk: opens it; *size gets the bytes it holds. NULL: it is none, or `why` says why it cannot be
 * opened. `file` is copied; what it reads from has to be there as long. */
struct tree_disk *tree_disk_open(const struct tree_bytes *file, uint64_t *size, char why[256]);
int tree_disk_read(struct tree_disk *d, uint64_t offset, void *bytes, size_t n, struct err *err);
void tree_disk_close(struct tree_disk *d); /* NULL is allowed */

/* ---- BitLocker: Joachim Metz, "BitLocker Drive Encryption (BDE) format" */

struct tree_unlocked;

int tree_is_bitlocker(const struct tree_bytes *volume);
/* `key` is a password, or a recovery password (eight groups of six digits). NULL with the error: no key fits, or it is damaged. The
 * bytes are filled in and read until it is closed; `volume` has to be there as long. */
struct tree_unlocked *tree_unlocked_open(const struct tree_bytes *volume, const char *key, struct tree_bytes *bytes,
                                         struct err *err);
void tree_unlocked_close(struct tree_unlocked *u);

/* ---- shadow copies: Joachim Metz, "Volume Shadow Snapshot (VSS) format" */

struct tree_shadows;

/* NULL: it has none, or they cannot be read (err says so then). *count gets how many there are. */
struct tree_shadows *tree_shadows_open(const struct tree_bytes *volume, int *count, struct err *err);
/* The one of that number, from 0; *made gets when it was made. 0 or -1; it is open until the next is. */
int tree_shadows_at(struct tree_shadows *s, int number, struct tree_bytes *bytes, int64_t *made, struct err *err);
void tree_shadows_close(struct tree_shadows *s);

#endif
