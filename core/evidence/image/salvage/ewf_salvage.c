#include "evidence/image/salvage/ewf_salvage.h"

#include "base/bytes.h"
#include "base/err.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_HEAD = 13, SECTION_HEAD = 76, TABLE_HEAD = 24, CHECKSUM = 4 };

#define CHUNK_MOST    (16U << 20)
#define CHUNKS_MOST   (1U << 20) /* that are found again: many times what a table has */
#define SECTIONS_MOST 100000U

struct ewf_salvage {
	int fd;
	uint64_t size;
	uint32_t chunk;
	uint64_t before;  /* chunks that tables tell of */
	uint64_t *places; /* of the others, and where the last ends */
	size_t count;
	size_t held; /* the one whose bytes are in memory; SIZE_MAX: none */
	unsigned char *packed;
	size_t packed_room;
	unsigned char *bytes;
	struct libdeflate_decompressor *zlib;
};

/* Bytes of chunk `i` of the media. */
static size_t chunk_size(const struct ewf_salvage *s, uint64_t i)
{
	uint64_t at = i * s->chunk;
	return at >= s->size ? 0 : s->size - at < s->chunk ? (size_t)(s->size - at) : s->chunk;
}

/* Unpacks the chunk of `want` bytes that begins the n bytes there: the bytes that it takes, or 0: there is none. */
static size_t unpack(struct ewf_salvage *s, size_t n, size_t want)
{
	size_t taken = 0;
	if (libdeflate_zlib_decompress_ex(s->zlib, s->packed, n, s->bytes, want, &taken, NULL) == LIBDEFLATE_SUCCESS)
		return taken;
	taken = 0;
	if (n >= want + CHECKSUM && libdeflate_adler32(1, s->packed, want) == bytes_le32(s->packed + want)) {
		memcpy(s->bytes, s->packed, want);
		taken = want + CHECKSUM;
	}
	return taken;
}

static size_t read_some(const struct ewf_salvage *s, uint64_t at, uint64_t end)
{
	size_t n = end - at < s->packed_room ? (size_t)(end - at) : s->packed_room;
	ssize_t got = at < end ? pread(s->fd, s->packed, n, (off_t)at) : 0;
	return got > 0 ? (size_t)got : 0;
}

static void find_chunks(struct ewf_salvage *s, uint64_t at, uint64_t end)
{
	for (;;) {
		if (s->count % 1024 == 0)
			s->places = xrealloc(s->places, (s->count + 1025) * sizeof *s->places);
		s->places[s->count] = at;
		size_t want = chunk_size(s, s->before + s->count);
		size_t n = want && s->count < CHUNKS_MOST ? read_some(s, at, end) : 0;
		size_t taken = n ? unpack(s, n, want) : 0;
		if (!taken)
			return;
		at += taken;
		s->count++;
	}
}

/* Follows the sections of a segment. *sectors gets where chunks lie of which no table tells, or 0. -1: it is no segment. */
static int follow(struct ewf_salvage *s, int fd, uint64_t file_size, uint64_t *sectors)
{
	unsigned char head[SECTION_HEAD];
	unsigned char table[TABLE_HEAD];
	uint64_t at = FILE_HEAD;
	for (unsigned i = 0; i < SECTIONS_MOST; i++) {
		if (at > file_size || file_size - at < SECTION_HEAD ||
		    pread(fd, head, sizeof head, (off_t)at) != SECTION_HEAD ||
		    libdeflate_adler32(1, head, SECTION_HEAD - CHECKSUM) != bytes_le32(head + SECTION_HEAD - CHECKSUM))
			return i ? 0 : -1;
		uint64_t next = bytes_le64(head + 16);
		uint64_t size = bytes_le64(head + 24);
		if (strncmp((char *)head, "sectors", 16) == 0)
			*sectors = at + SECTION_HEAD;
		if (strncmp((char *)head, "table", 16) == 0) {
			/* of one that is cut itself libewf has no use */
			if (size > file_size - at ||
			    pread(fd, table, sizeof table, (off_t)at + SECTION_HEAD) != TABLE_HEAD)
				return 0;
			s->before += bytes_le32(table);
			*sectors = 0;
		}
		if (next <= at)
			return 0;
		at = next;
	}
	return 0;
}

struct ewf_salvage *ewf_salvage_open(const int *fds, size_t count, uint64_t size, uint32_t chunk)
{
	struct ewf_salvage *s = xcalloc(1, sizeof *s);
	uint64_t sectors = 0;
	struct stat st = {.st_size = 0};
	*s = (struct ewf_salvage){.size = size, .chunk = chunk, .held = SIZE_MAX};
	int rc = count && chunk && chunk <= CHUNK_MOST ? 0 : -1;
	for (size_t i = 0; i < count && rc == 0; i++) {
		sectors = 0;
		rc = fstat(fds[i], &st) < 0 || st.st_size < 0 ? -1 : follow(s, fds[i], (uint64_t)st.st_size, &sectors);
		s->fd = fds[i];
	}
	if (rc == 0 && sectors && s->before <= size / chunk) {
		s->zlib = libdeflate_alloc_decompressor();
		s->packed_room =
		    chunk + chunk / 1024 + 1024; /* what does not get smaller, packed or with its checksum */
		s->packed = xmalloc(s->packed_room);
		s->bytes = xmalloc(chunk);
		if (s->zlib)
			find_chunks(s, sectors, (uint64_t)st.st_size);
	}
	if (s->count)
		return s;
	ewf_salvage_close(s);
	return NULL;
}

void ewf_salvage_close(struct ewf_salvage *s)
{
	if (!s)
		return;
	free(s->places);
	free(s->packed);
	free(s->bytes);
	if (s->zlib)
		libdeflate_free_decompressor(s->zlib);
	free(s);
}

uint64_t ewf_salvage_first(const struct ewf_salvage *s)
{
	return s->before * s->chunk;
}

int ewf_salvage_read(struct ewf_salvage *s, uint64_t offset, unsigned char *bytes, size_t n)
{
	while (n > 0) {
		uint64_t number = offset / s->chunk;
		size_t in = (size_t)(offset % s->chunk);
		if (number < s->before || number - s->before >= s->count)
			return -1;
		size_t i = (size_t)(number - s->before);
		size_t want = chunk_size(s, number);
		size_t part = n < want - in ? n : want - in;
		if (in >= want)
			return -1;
		if (s->held != i) {
			s->held = SIZE_MAX;
			if (!unpack(s, read_some(s, s->places[i], s->places[i + 1]), want))
				return -1;
			s->held = i;
		}
		memcpy(bytes, s->bytes + in, part);
		bytes += part;
		offset += part;
		n -= part;
	}
	return 0;
}
