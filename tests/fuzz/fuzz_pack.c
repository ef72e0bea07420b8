/*
 * Packs as a hostile colleague makes them. The first byte says how the rest is
 * read: as a whole pack; as the objects of a pack whose head and checksum are
 * put right; or as a list of objects, each a byte of type, a length and bytes
 * that are compressed here, so that deltas are reached. Whatever is given out
 * must have the id of its bytes, and stay within the limits.
 */
#include "handover/parcel/pack.h"

#include "base/buf.h"
#include "base/err.h"

#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

struct seen {
	size_t count;
	size_t total;
};

static int take(void *ctx, const struct pack_object *object)
{
	static const char *const names[] = {"", "commit", "tree", "blob", "tag"};
	struct seen *seen = ctx;
	unsigned char id[20];
	struct buf whole = BUF_INIT;
	must(object->type >= PACK_COMMIT && object->type <= PACK_TAG);
	buf_addf(&whole, "%s %zu", names[object->type], object->size);
	buf_addc(&whole, '\0');
	buf_add(&whole, object->data, object->size);
	SHA1((const unsigned char *)whole.data, whole.len, id);
	must(memcmp(id, object->id, sizeof id) == 0);
	buf_release(&whole);
	seen->total += object->size;
	must(++seen->count <= PACK_OBJECTS && seen->total <= PACK_TOTAL);
	return 0;
}

static void add_head(struct buf *pack, size_t count)
{
	const unsigned char head[12] = {
	    'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, (unsigned char)(count >> 8), (unsigned char)count};
	buf_add(pack, head, sizeof head);
}

static void add_object(struct buf *pack, unsigned type, unsigned back, const uint8_t *bytes, size_t n)
{
	unsigned char packed[512];
	uLongf packed_size = sizeof packed;
	buf_addc(pack, (char)((n > 15 ? 0x80 : 0) | type << 4 | (n & 15)));
	if (n > 15)
		buf_addc(pack, (char)(n >> 4));
	if (type == 6)
		buf_addc(pack, (char)(back & 0x7F));
	if (type == 7) {
		unsigned char id[20];
		SHA1((const unsigned char *)"blob 0", 7, id); /* of an empty file */
		buf_add(pack, id, sizeof id);
	}
	must(compress(packed, &packed_size, bytes, n) == Z_OK);
	buf_add(pack, packed, packed_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {0, 0};
	struct err err = ERR_INIT;
	struct buf pack = BUF_INIT;
	if (size == 0)
		return 0;
	unsigned how = data[0] % 3;
	data++;
	size--;
	if (how == 1 && size > 0) {
		add_head(&pack, data[0]);
		buf_add(&pack, data + 1, size - 1);
	} else if (how == 2) {
		size_t count = 0;
		add_head(&pack, 0);
		while (size >= 3 && count < 200) {
			size_t n = data[2] < size - 3 ? data[2] : size - 3;
			add_object(&pack, data[0] % 8, data[1], data + 3, n);
			data += 3 + n;
			size -= 3 + n;
			count++;
		}
		pack.data[11] = (char)count;
	} else {
		buf_add(&pack, data, size);
	}
	if (how != 0) {
		unsigned char digest[20];
		SHA1((const unsigned char *)pack.data, pack.len, digest);
		buf_add(&pack, digest, sizeof digest);
	}
	int rc = pack.len ? pack_read(pack.data, pack.len, take, &seen, &err) : -1;
	must(rc == 0 || !pack.len || err.code == ERR_INVALID);
	buf_release(&pack);
	return 0;
}
