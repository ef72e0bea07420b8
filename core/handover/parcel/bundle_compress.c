#include "handover/parcel/bundle_compress.h"

#include "base/err.h"
#include "base/i18n.h"
#include "handover/parcel/pack.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define BUNDLE_COMPRESS_LIMIT \
	(2U << 20) /* bytes of a bundle: above, trying takes seconds and a mail is out of question */
#define BUNDLE_COMPRESS_LEVEL 19

/* Type and size: the lowest 4 bits of the size in the first byte, then 7 a byte (gitformat-pack(5)). */
static void add_object_head(struct buf *out, unsigned type, size_t size)
{
	unsigned char c = (unsigned char)(type << 4 | (size & 15));
	for (size >>= 4; size; size >>= 7) {
		buf_addc(out, (char)(c | 0x80));
		c = size & 0x7F;
	}
	buf_addc(out, (char)c);
}

static int add_object(void *ctx, const struct pack_object *object)
{
	struct buf *out = ctx;
	uLongf size = compressBound((uLong)object->size);
	unsigned char *stored = xmalloc(size);
	int rc = compress2(stored, &size, object->data, (uLong)object->size, Z_NO_COMPRESSION) == Z_OK ? 0 : -1;
	if (rc == 0) {
		add_object_head(out, object->type, object->size);
		buf_add(out, stored, size);
	}
	free(stored);
	return rc;
}

/* The same bundle with whole objects that are not compressed. */
static int loosen(const struct buf *bundle, struct buf *loose)
{
	struct bundle_head head;
	unsigned char digest[SHA_DIGEST_LENGTH];
	if (pack_read_head(bundle->data, bundle->len, &head, NULL) < 0 || bundle->len - head.pack_at < 12)
		return -1;
	buf_add(loose, bundle->data, head.pack_at + 12);
	if (pack_read(bundle->data + head.pack_at, bundle->len - head.pack_at, add_object, loose, NULL) < 0)
		return -1;
	SHA1((const unsigned char *)loose->data + head.pack_at, loose->len - head.pack_at, digest);
	buf_add(loose, digest, sizeof digest);
	return 0;
}

void bundle_compress(struct buf *bundle)
{
	struct buf loose = BUF_INIT;
	struct buf made = BUF_INIT;
	if (bundle->len <= BUNDLE_COMPRESS_LIMIT && loosen(bundle, &loose) == 0) {
		buf_grow(&made, ZSTD_compressBound(loose.len));
		size_t size = ZSTD_compress(made.data, ZSTD_compressBound(loose.len), loose.data, loose.len,
		                            BUNDLE_COMPRESS_LEVEL);
		if (!ZSTD_isError(size) && size < bundle->len) {
			buf_clear(bundle);
			buf_add(bundle, made.data, size);
		}
	}
	buf_release(&loose);
	buf_release(&made);
}

int bundle_expand(const void *bytes, size_t n, struct buf *out, struct err *err)
{
	static const unsigned char magic[4] = {0x28, 0xB5, 0x2F, 0xFD}; /* RFC 8878 */
	if (n < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0) {
		buf_add(out, bytes, n);
		return 0;
	}
	unsigned long long size = ZSTD_getFrameContentSize(bytes, n);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > PACK_TOTAL)
		return err_set(err, ERR_INVALID, _("it unpacks to more than is allowed"));
	buf_grow(out, (size_t)size);
	size_t got = ZSTD_decompress(out->data + out->len, (size_t)size, bytes, n);
	if (ZSTD_isError(got) || got != size)
		return err_set(err, ERR_INVALID, _("it cannot be unpacked"));
	out->len += got;
	if (out->cap)
		out->data[out->len] = '\0';
	return 0;
}
