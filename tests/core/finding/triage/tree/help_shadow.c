#include "core/finding/triage/tree/help_shadow.h"

#include "finding/practice/bytes_out.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK  16384U
#define HEADER 0x1e00U
#define HEAD   128U /* of each block of what is kept */
#define STORES (1U << 20)
#define TOTAL  0x28U /* where the boot sector says how many sectors the volume has */

enum record { RECORD_VOLUME = 1, RECORD_CATALOGUE, RECORD_LIST, RECORD_STORE, RECORD_RANGES, RECORD_BITMAP };

static const unsigned char vss[16] = {0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e,
                                      0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52};

static void add_guid(struct buf *b, unsigned char first)
{
	for (unsigned i = 0; i < 16; i++)
		buf_addc(b, (char)(first + i));
}

/* Begins a block at the end of the volume; `start`: where what it belongs to begins. */
static void begin_block(struct buf *b, enum record record, uint64_t start, uint64_t information)
{
	uint64_t at = b->len;
	buf_add(b, vss, sizeof vss);
	out_le(b, 1, 4);
	out_le(b, record, 4);
	out_le(b, at - start, 8);
	out_le(b, at, 8);
	out_le(b, 0, 8);
	out_le(b, information, 8);
	out_zeros(b, HEAD - 56);
}

static void volume_header(uint64_t catalogue, char *volume)
{
	struct buf b = BUF_INIT;
	buf_add(&b, vss, sizeof vss);
	out_le(&b, 1, 4);
	out_le(&b, RECORD_VOLUME, 4);
	out_le(&b, HEADER, 8);
	out_le(&b, HEADER, 8);
	out_le(&b, 0, 8);
	out_le(&b, catalogue, 8);
	out_le(&b, 0, 8);
	add_guid(&b, 0x10);
	add_guid(&b, 0x10);
	memcpy(volume + HEADER, b.data, b.len);
	buf_release(&b);
}

/* The volume as it was, in whole blocks, with the header that it had then, too. */
static char *state_of(const void *bytes, size_t n, size_t size, uint64_t catalogue)
{
	char *state = calloc(1, size);
	if (!state)
		abort();
	memcpy(state, bytes, n);
	volume_header(catalogue, state);
	for (unsigned i = 0; i < 8; i++) /* what lies behind the file system becomes its free space */
		state[TOTAL + i] = (char)((((uint64_t)size + STORES) / 512 - 1) >> (8 * i));
	return state;
}

struct store {
	uint64_t header;
	uint64_t list;
	uint64_t ranges;
	uint64_t bitmap;
	uint64_t size;
};

static struct store add_store(struct buf *b, const char *then, const char *next, size_t size, unsigned char mark)
{
	struct store s = {.header = b->len};
	struct buf data = BUF_INIT;
	struct buf list = BUF_INIT;
	uint64_t first = s.header + (uint64_t)4 * BLOCK; /* of its data */
	begin_block(b, RECORD_STORE, s.header, 66 + 16 + 2 + 16);
	add_guid(b, (unsigned char)(mark + 1));
	add_guid(b, (unsigned char)(mark + 2));
	add_guid(b, (unsigned char)(mark + 3));
	out_le(b, 0xd, 4); /* client accessible writers */
	out_le(b, 0, 4);
	out_le(b, 0x42000d, 4);
	out_le(b, 0, 4);
	for (unsigned i = 0; i < 2; i++) {
		out_le(b, 16, 2);
		out_utf16(b, "HR-PC-03");
	}
	out_align(b, BLOCK);
	for (size_t at = 0; at < size; at += BLOCK)
		if (memcmp(then + at, next + at, BLOCK) != 0) {
			out_le(&list, at, 8);
			out_le(&list, first + data.len - s.header, 8);
			out_le(&list, first + data.len, 8);
			out_le(&list, 0, 4);
			out_le(&list, 0, 4);
			buf_add(&data, then + at, BLOCK);
		}
	if (list.len > BLOCK - HEAD)
		abort(); /* one block of descriptors is enough for what tests make */
	s.list = b->len;
	begin_block(b, RECORD_LIST, s.header, 0);
	buf_add(b, list.data, list.len);
	out_align(b, BLOCK);
	s.ranges = b->len;
	begin_block(b, RECORD_RANGES, s.header, 0);
	out_le(b, first, 8);
	out_le(b, first - s.header, 8);
	out_le(b, data.len, 8);
	out_align(b, BLOCK);
	s.bitmap = b->len;
	begin_block(b, RECORD_BITMAP, s.header, 0);
	out_align(b, BLOCK);
	buf_add(b, data.data, data.len);
	s.size = b->len - s.header;
	buf_release(&list);
	buf_release(&data);
	return s;
}

void made_shadow(const void *today, size_t n, const struct made_copy *copies, size_t count, struct buf *out)
{
	struct buf catalogue = BUF_INIT;
	struct store *stores = calloc(count, sizeof *stores);
	size_t size = n;
	for (size_t i = 0; i < count; i++)
		size = copies[i].n > size ? copies[i].n : size;
	size = (size + BLOCK - 1) / BLOCK * BLOCK;
	char *next = state_of(today, n, size, size);
	if (!stores)
		abort();
	buf_add(out, next, size);
	out_zeros(out, BLOCK); /* for the catalogue */
	for (size_t i = count; i-- > 0;) {
		char *then = state_of(copies[i].bytes, copies[i].n, size, size);
		stores[i] = add_store(out, then, next, size, (unsigned char)(0x40 + 0x10 * i));
		free(next);
		next = then;
	}
	free(next);
	if (out->len > size + STORES)
		abort();
	out_zeros(out, size + STORES - out->len);
	for (size_t i = 0; i < count; i++) {
		unsigned char mark = (unsigned char)(0x40 + 0x10 * i);
		out_le(&catalogue, 2, 8);
		out_le(&catalogue, out->len, 8);
		add_guid(&catalogue, mark);
		out_le(&catalogue, i + 1, 8);
		out_le(&catalogue, 0x40, 8);
		out_le(&catalogue, copies[i].made, 8);
		out_zeros(&catalogue, HEAD - 56);
		out_le(&catalogue, 3, 8);
		out_le(&catalogue, stores[i].list, 8);
		add_guid(&catalogue, mark);
		out_le(&catalogue, stores[i].header, 8);
		out_le(&catalogue, stores[i].ranges, 8);
		out_le(&catalogue, stores[i].bitmap, 8);
		out_le(&catalogue, 0x1000000000030ULL, 8);
		out_le(&catalogue, stores[i].size, 8);
		out_zeros(&catalogue, HEAD - 72);
	}
	struct buf head = BUF_INIT;
	begin_block(&head, RECORD_CATALOGUE, 0, 0);
	memcpy(out->data + size, head.data, head.len);
	out_le_at(out, size + 32, size, 8);
	memcpy(out->data + size + HEAD, catalogue.data, catalogue.len);
	buf_release(&head);
	buf_release(&catalogue);
	free(stores);
}
