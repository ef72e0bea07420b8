/* LZH by liblhasa. */
#include "finding/mail/unpack/unpack_private.h"

#include <lhasa.h>
#include <string.h>

struct lha_source {
	const unsigned char *p;
	size_t n;
	size_t at;
};

static int source_read(void *handle, void *into, size_t n)
{
	struct lha_source *s = handle;
	size_t got = n < s->n - s->at ? n : s->n - s->at;
	memcpy(into, s->p + s->at, got);
	s->at += got;
	return (int)got;
}

static int source_skip(void *handle, size_t n)
{
	struct lha_source *s = handle;
	if (n > s->n - s->at)
		return 0;
	s->at += n;
	return 1;
}

static const LHAInputStreamType source_type = {source_read, source_skip, NULL};

/* CRC-16 as LZH has it (0xA001, reflected). */
static unsigned crc_of(const char *p, size_t n)
{
	unsigned crc = 0;
	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
	}
	return crc;
}

/* 0; 1: it is too large; -1: its bytes are not those that were packed. */
static int read_file(struct unpacking *u, LHAReader *reader, const LHAFileHeader *h, struct buf *out)
{
	if (h->length > UNPACK_LARGEST || h->length > u->left)
		return 1;
	buf_grow(out, h->length + 1);
	while (out->len < h->length) {
		size_t got = lha_reader_read(reader, out->data + out->len, h->length - out->len);
		if (got == 0)
			break;
		out->len += got;
		u->left -= got;
	}
	return out->len == h->length && crc_of(out->data, out->len) == h->crc ? 0 : -1;
}

void unpack_by_lhasa(struct unpacking *u, const void *bytes, size_t n, const char *above, int depth)
{
	struct lha_source source = {bytes, n, 0};
	LHAInputStream *stream = lha_input_stream_new(&source_type, &source);
	LHAReader *reader = stream ? lha_reader_new(stream) : NULL;
	LHAFileHeader *h;
	if (reader)
		lha_reader_set_dir_policy(reader, LHA_READER_DIR_PLAIN);
	while (reader && (h = lha_reader_next_file(reader)) != NULL) {
		struct buf content = BUF_INIT;
		struct buf name = BUF_INIT;
		if (strcmp(h->compress_method, "-lhd-") == 0)
			continue;
		buf_adds(&name, h->path ? h->path : "");
		buf_adds(&name, h->filename ? h->filename : "");
		int state = read_file(u, reader, h, &content);
		if (state)
			unpack_says(u, state == 1 ? "limit" : "damaged");
		struct unpacked told = {
		    .name = name.data, .name_n = name.len, .content = &content, .torn = state != 0, .size = h->length};
		int end = unpack_entry(u, above, &told, depth);
		buf_release(&content);
		buf_release(&name);
		if (end < 0)
			break;
	}
	if (reader)
		lha_reader_free(reader);
	if (stream)
		lha_input_stream_free(stream);
}
