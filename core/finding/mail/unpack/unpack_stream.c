/* xz by liblzma and bzip2 by libbz2: one file, in one or several streams. */
#include "finding/mail/unpack/unpack_private.h"

#include <bzlib.h>
#include <lzma.h>

#define XZ_MEMORY ((uint64_t)80 << 20) /* xz -9 takes 65 MiB */
#define PIECE     65536

/* Room for the next piece of what comes out; 0: it is too large. */
static size_t room(const struct unpacking *u, struct buf *out)
{
	if (out->len >= u->left || out->len >= UNPACK_LARGEST)
		return 0;
	buf_grow(out, PIECE);
	return PIECE;
}

/* 0; 1: it is too large; -1: it cannot be read. */
static int read_xz(const struct unpacking *u, const void *bytes, size_t n, struct buf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret rc = lzma_stream_decoder(&z, XZ_MEMORY, LZMA_CONCATENATED);
	int state = -1;
	size_t wide = 1;
	z.next_in = bytes;
	z.avail_in = n;
	while (rc == LZMA_OK && (wide = room(u, out)) > 0) {
		z.next_out = (unsigned char *)out->data + out->len;
		z.avail_out = wide;
		rc = lzma_code(&z, LZMA_FINISH);
		out->len += wide - z.avail_out;
	}
	if (rc == LZMA_STREAM_END)
		state = 0;
	else if (wide == 0 || rc == LZMA_MEMLIMIT_ERROR)
		state = 1;
	lzma_end(&z);
	return state;
}

static int read_bz2(const struct unpacking *u, const void *bytes, size_t n, struct buf *out)
{
	const char *p = bytes;
	int rc = BZ_OK;
	size_t wide = 1;
	while (n > 0 && rc == BZ_OK && wide > 0) { /* streams, one after the other */
		bz_stream z = {.next_in = (char *)(uintptr_t)p, .avail_in = (unsigned)n};
		rc = BZ2_bzDecompressInit(&z, 0, 0);
		while (rc == BZ_OK && (wide = room(u, out)) > 0) {
			z.next_out = out->data + out->len;
			z.avail_out = (unsigned)wide;
			rc = BZ2_bzDecompress(&z);
			out->len += wide - z.avail_out;
			if (rc == BZ_OK && z.avail_in == 0 && z.avail_out == wide)
				rc = BZ_UNEXPECTED_EOF;
		}
		p += n - z.avail_in;
		n = z.avail_in;
		BZ2_bzDecompressEnd(&z);
		if (rc == BZ_STREAM_END)
			rc = n >= 3 && p[0] == 'B' && p[1] == 'Z' && p[2] == 'h' ? BZ_OK : BZ_STREAM_END;
	}
	return rc == BZ_STREAM_END ? 0 : wide == 0 ? 1 : -1;
}

void unpack_stream(struct unpacking *u, enum file_format format, const void *bytes, size_t n, const char *above,
                   int depth)
{
	struct buf content = BUF_INIT;
	int state = format == FORMAT_XZ ? read_xz(u, bytes, n, &content) : read_bz2(u, bytes, n, &content);
	if (state)
		unpack_says(u, state == 1 ? "limit" : "damaged");
	u->left -= content.len < u->left ? content.len : u->left;
	unpack_entry(u, above,
	             &(struct unpacked){.name = "", .content = &content, .torn = state != 0, .size = content.len},
	             depth);
	buf_release(&content);
}
