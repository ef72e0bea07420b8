/*
 * Reading a git pack or bundle that somebody else made.
 *
 * For the sandboxed worker: everything is bounded before it is believed, and
 * nothing is written anywhere. Only what stands on its own is read: a delta's
 * base must be in the same pack. The objects' ids are computed, not taken.
 *
 * Source: git's gitformat-pack(5) and gitformat-bundle(5).
 */
#ifndef GENBA_HANDOVER_PARCEL_PACK_H
#define GENBA_HANDOVER_PARCEL_PACK_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define PACK_OBJECTS (1U << 20)        /* objects of a pack at most */
#define PACK_OBJECT  (64U << 20)       /* bytes of one object, unpacked */
#define PACK_TOTAL   ((size_t)1 << 30) /* bytes of all objects together, unpacked */
#define PACK_CHAIN   64                /* deltas on deltas */
#define BUNDLE_REFS  16                /* lines of each sort in a bundle's head */
#define PACK_ID      20                /* bytes of an object id (SHA-1) */

enum pack_type { PACK_COMMIT = 1, PACK_TREE = 2, PACK_BLOB = 3, PACK_TAG = 4 };

struct pack_object {
	enum pack_type type;
	unsigned char id[PACK_ID];
	const unsigned char *data; /* borrowed for the call */
	size_t size;
};

/* Each object; nonzero stops and is returned. */
typedef int (*pack_object_fn)(void *ctx, const struct pack_object *object);

/* Reads a whole pack of n bytes. 0, or -1 with ERR_INVALID, or what the callback returned. */
int pack_read(const void *bytes, size_t n, pack_object_fn fn, void *ctx, struct err *err);

struct bundle_head {
	size_t need_count; /* commits that the reader must have */
	unsigned char needs[BUNDLE_REFS][PACK_ID];
	unsigned char tip[PACK_ID]; /* of refs/heads/main */
	size_t pack_at;             /* offset of the pack */
};

/* Reads the head of a v2 bundle. 0, or -1 with ERR_INVALID. */
int pack_read_head(const void *bytes, size_t n, struct bundle_head *head, struct err *err);

#endif
