#include "vault/anchor.h"

#include <sodium.h>
#include <string.h>

/* Offsets in the text of an anchor; genba-case(5), ANCHORS. */
enum {
	AT_SEQUENCE = 0,
	AT_HEADER = 8,
	AT_STATE = 16,
	AT_GENERATION = 20,
	AT_LOG_HEADER = 24,
	AT_LEAST = 56,
	AT_PAGES = 60,
	AT_LOG_FRAMES = 64,
	AT_FINAL_PAGES = 68,
	AT_SEAL = 72,
	AT_END = 88,
};
_Static_assert(AT_END == (int)ANCHOR_TEXT, "the fields fill the text");

void anchor_encode(const struct anchor *a, struct cipher_keys *keys, unsigned char record[ANCHOR_RECORD])
{
	unsigned char text[ANCHOR_TEXT]; /* every byte is set: see the offsets */
	bytes_put_be64(text + AT_SEQUENCE, a->sequence);
	bytes_put_be64(text + AT_HEADER, a->header_sequence);
	bytes_put_be32(text + AT_STATE, (uint32_t)a->state);
	bytes_put_be32(text + AT_GENERATION, a->generation);
	memcpy(text + AT_LOG_HEADER, a->log_header, WAL_HEADER);
	bytes_put_be32(text + AT_LEAST, a->least);
	bytes_put_be32(text + AT_PAGES, a->pages);
	bytes_put_be32(text + AT_LOG_FRAMES, a->log_frames);
	bytes_put_be32(text + AT_FINAL_PAGES, a->final_pages);
	memcpy(text + AT_SEAL, a->seal, sizeof a->seal);
	cipher_seal(keys, CIPHER_ANCHOR, 0, record, text, ANCHOR_TEXT);
	sodium_memzero(text, sizeof text);
}

int anchor_decode(struct anchor *a, const struct cipher_keys *keys, const unsigned char block[ANCHOR_SIZE])
{
	unsigned char text[ANCHOR_TEXT];
	if (cipher_open(keys, CIPHER_ANCHOR, 0, text, block, ANCHOR_TEXT) < 0 ||
	    !sodium_is_zero(block + ANCHOR_RECORD, ANCHOR_SIZE - ANCHOR_RECORD) ||
	    bytes_be32(text + AT_STATE) > ANCHOR_CHECKPOINT)
		return -1;
	a->sequence = bytes_be64(text + AT_SEQUENCE);
	a->header_sequence = bytes_be64(text + AT_HEADER);
	a->state = (enum anchor_state)bytes_be32(text + AT_STATE);
	a->generation = bytes_be32(text + AT_GENERATION);
	memcpy(a->log_header, text + AT_LOG_HEADER, WAL_HEADER);
	a->least = bytes_be32(text + AT_LEAST);
	a->pages = bytes_be32(text + AT_PAGES);
	a->log_frames = bytes_be32(text + AT_LOG_FRAMES);
	a->final_pages = bytes_be32(text + AT_FINAL_PAGES);
	memcpy(a->seal, text + AT_SEAL, sizeof a->seal);
	sodium_memzero(text, sizeof text);
	return 0;
}
