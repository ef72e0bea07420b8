/*
 * The anchors: what the file and its log must look like.
 *
 * Two sealed blocks with the same fields. A change that must be on the medium
 * goes to the block that is not the durable one, is synced, and then copied to
 * the other without waiting; after each later commit the block that is not
 * durable learns how much of the log is on the medium. So one of them is
 * always whole and true, and a log that is missing, swapped or cut shows.
 */
#ifndef GENBA_VAULT_ANCHOR_H
#define GENBA_VAULT_ANCHOR_H

#include "vault/cipher.h"

enum anchor_state {
	ANCHOR_CLEAN,      /* no log: all is in the file */
	ANCHOR_OPEN,       /* a log has begun; the file is as it was before */
	ANCHOR_CHECKPOINT, /* the log is being written back: only pages that are not in it are sure */
};

struct anchor {
	uint64_t sequence;        /* counts writes of anchors */
	uint64_t header_sequence; /* least sequence number of the header */
	enum anchor_state state;
	uint32_t generation;                  /* counts beginnings of the log */
	unsigned char log_header[WAL_HEADER]; /* SQLite's, which is nowhere else */
	uint32_t least;         /* frames of this generation known to be on the medium, the last one a commit */
	uint32_t pages;         /* pages in the file: all, or those before the checkpoint began */
	uint32_t log_frames;    /* CHECKPOINT: frames that are being written back */
	uint32_t final_pages;   /* CHECKPOINT: pages when it is done */
	unsigned char seal[16]; /* over all pages, or (CHECKPOINT) over those that stay and are not in the log */
};

/* A record is written after every commit: it is as short as its fields, and within one sector. */
enum { ANCHOR_TEXT = 88, ANCHOR_RECORD = ANCHOR_TEXT + SEAL_OVERHEAD };

/* Fills the first ANCHOR_RECORD bytes of a block; the rest of it is zeros. */
void anchor_encode(const struct anchor *a, struct cipher_keys *keys, unsigned char record[ANCHOR_RECORD]);

/* Reads a whole block. 0, or -1 if it does not authenticate or is malformed. */
int anchor_decode(struct anchor *a, const struct cipher_keys *keys, const unsigned char block[ANCHOR_SIZE]);

#endif
