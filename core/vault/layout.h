/*
 * Where everything lies in a case file, and how numbers are written.
 *
 *     0       header copy A, 8192 bytes
 *     8192    header copy B
 *     16384   anchor 0, 4096 bytes
 *     20480   anchor 1
 *     24576   page 1, 4096 bytes; page n at 24576 + (n - 1) * 4096
 *
 * The log PATH-wal: 32 bytes, then frames of 4120 bytes, at SQLite's own
 * offsets. Whatever is sealed has the shape ciphertext, nonce (24), tag (16).
 * Numbers are big-endian. genba-case(5) has every byte.
 */
#ifndef GENBA_VAULT_LAYOUT_H
#define GENBA_VAULT_LAYOUT_H

#include "base/bytes.h"

#include <stdint.h>

enum {
	LAYOUT_VERSION = 1,
	LAYOUT_CIPHER = 1, /* XChaCha20-Poly1305-IETF */

	HEADER_SIZE = 8192,
	HEADER_COPIES = 2,
	ANCHOR_OFFSET = 16384,
	ANCHOR_SIZE = 4096,
	ANCHOR_COPIES = 2,
	PAGES_OFFSET = 24576,

	PAGE_SIZE = 4096,
	SEAL_OVERHEAD = 40, /* nonce and tag: SQLite's reserved bytes of a page */
	NONCE_SIZE = 24,
	TAG_SIZE = 16,
	PAGE_TEXT = PAGE_SIZE - SEAL_OVERHEAD,

	WAL_HEADER = 32,
	FRAME_HEADER = 24,
	FRAME_SIZE = FRAME_HEADER + PAGE_SIZE,
	FRAME_TEXT = FRAME_SIZE - SEAL_OVERHEAD,

	FILE_ID = 16,
	CIPHER_KEY_SIZE = 32,
};

static inline int64_t layout_page_offset(uint32_t page)
{
	return PAGES_OFFSET + ((int64_t)page - 1) * PAGE_SIZE;
}

static inline int64_t layout_frame_offset(uint32_t frame)
{
	return WAL_HEADER + ((int64_t)frame - 1) * FRAME_SIZE;
}

#endif
