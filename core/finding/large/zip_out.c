#include "finding/large/zip_out.h"

#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define VERSION  20U
#define DEFLATED 8U
#define UTF8     0x800U
#define DOS_TIME 0x4800U /* 09:00:00 */
#define DOS_DATE 0x4529U /* 2014-09-09 */

struct zip_out {
	struct buf files;
	struct buf central;
	unsigned count;
};

struct zip_out *zip_out_new(void)
{
	struct zip_out *z = xcalloc(1, sizeof *z);
	buf_init(&z->files);
	buf_init(&z->central);
	return z;
}

void zip_out_free(struct zip_out *z)
{
	buf_release(&z->files);
	buf_release(&z->central);
	free(z);
}

/* Raw deflate at zlib's ordinary level; memory running out ends the program, as everywhere. */
static void zip_out_deflate(const void *bytes, size_t size, struct buf *out)
{
	z_stream s = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)size};
	if (deflateInit2(&s, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t most = deflateBound(&s, (uLong)size);
	buf_grow(out, most);
	s.next_out = (Bytef *)out->data + out->len;
	s.avail_out = (uInt)most;
	if (deflate(&s, Z_FINISH) != Z_STREAM_END)
		abort();
	out->len += s.total_out;
	deflateEnd(&s);
}

/* What local and central headers have in common. */
static void zip_out_facts(struct buf *out, uint32_t crc, size_t packed, size_t size, size_t name)
{
	out_le(out, VERSION, 2);
	out_le(out, UTF8, 2);
	out_le(out, DEFLATED, 2);
	out_le(out, DOS_TIME, 2);
	out_le(out, DOS_DATE, 2);
	out_le(out, crc, 4);
	out_le(out, packed, 4);
	out_le(out, size, 4);
	out_le(out, name, 2);
	out_le(out, 0, 2);
}

void zip_out_file(struct zip_out *z, const char *path, const void *bytes, size_t size)
{
	struct buf packed = BUF_INIT;
	uint32_t crc = (uint32_t)crc32(0, bytes, (uInt)size);
	size_t at = z->files.len;
	zip_out_deflate(bytes, size, &packed);
	buf_add(&z->files, "PK\3\4", 4);
	zip_out_facts(&z->files, crc, packed.len, size, strlen(path));
	buf_adds(&z->files, path);
	buf_add(&z->files, packed.data, packed.len);
	buf_add(&z->central, "PK\1\2", 4);
	out_le(&z->central, VERSION, 2);
	zip_out_facts(&z->central, crc, packed.len, size, strlen(path));
	out_zeros(&z->central, 10); /* no comment, first disk, no attributes */
	out_le(&z->central, at, 4);
	buf_adds(&z->central, path);
	z->count++;
	buf_release(&packed);
}

void zip_out_finish(struct zip_out *z, struct buf *out)
{
	size_t at = z->files.len;
	buf_add(out, z->files.data, z->files.len);
	buf_add(out, z->central.data, z->central.len);
	buf_add(out, "PK\5\6", 4);
	out_le(out, 0, 4);
	out_le(out, z->count, 2);
	out_le(out, z->count, 2);
	out_le(out, z->central.len, 4);
	out_le(out, at, 4);
	out_le(out, 0, 2);
}
