#include "evidence/image/salvage/ewf_salvage.h"

#include "base/bytes.h"
#include "base/err.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_HEAD = 13, SECTION_HEAD = 76, TABLE_HEAD = 24, CHECKSUM = 4, VOLUME = 1052, VOLUME_SMART = 94 };

#define CHUNK_MOST      (16U << 20)
#define OFFSET_OF_CHUNK 0x7FFFFFFFU /* of an entry of a table; the bit above says whether it is packed */
#define CHUNKS_MOST     (1U << 20)  /* that are found again: many times what a table has */
#define SECTIONS_MOST   100000U
#define SECTIONS_BEFORE 16 /* the one that tells of the media comes after a few of words */

/* A table that is whole: where its entries lie, what they count from, and where the chunks that it tells of end. */
struct ewf_table {
	int fd;
	uint64_t first; /* its first chunk */
	uint64_t count;
	uint64_t entries;
	uint64_t base;
	uint64_t end;
};

struct ewf_salvage {
	int fd;
	uint64_t size;
	uint32_t chunk;
	struct ewf_table *tables; /* of an image that libewf does not open at all */
	size_t table_count;
	int alone;        /* it does not */
	int cut;          /* the end of the last segment goes through a section behind the chunks */
	uint64_t before;  /* chunks that tables tell of */
	uint64_t *places; /* of the others, and where the last ends */
	size_t count;
	uint64_t held; /* the one whose bytes are in memory; UINT64_MAX: none */
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

static size_t read_some(const struct ewf_salvage *s, int fd, uint64_t at, uint64_t end)
{
	size_t n = end - at < s->packed_room ? (size_t)(end - at) : s->packed_room;
	ssize_t got = at < end ? pread(fd, s->packed, n, (off_t)at) : 0;
	return got > 0 ? (size_t)got : 0;
}

static void find_chunks(struct ewf_salvage *s, uint64_t at, uint64_t end)
{
	for (;;) {
		if (s->count % 1024 == 0)
			s->places = xrealloc(s->places, (s->count + 1025) * sizeof *s->places);
		s->places[s->count] = at;
		size_t want = chunk_size(s, s->before + s->count);
		size_t n = want && s->count < CHUNKS_MOST ? read_some(s, s->fd, at, end) : 0;
		size_t taken = n ? unpack(s, n, want) : 0;
		if (!taken)
			return;
		at += taken;
		s->count++;
	}
}

static void add_table(struct ewf_salvage *s, int fd, uint64_t at, const unsigned char *table)
{
	s->tables = xrealloc(s->tables, (s->table_count + 1) * sizeof *s->tables);
	s->tables[s->table_count++] = (struct ewf_table){.fd = fd,
	                                                 .first = s->before,
	                                                 .count = bytes_le32(table),
	                                                 .entries = at + SECTION_HEAD + TABLE_HEAD,
	                                                 .base = bytes_le64(table + 8),
	                                                 .end = at};
}

/* Follows the sections of a segment. *sectors gets where chunks lie of which no table tells, or 0. -1: it is no segment. */
static int follow(struct ewf_salvage *s, int fd, uint64_t file_size, uint64_t *sectors)
{
	unsigned char head[SECTION_HEAD];
	unsigned char table[TABLE_HEAD];
	uint64_t at = FILE_HEAD;
	s->cut = 0;
	for (unsigned i = 0; i < SECTIONS_MOST; i++) {
		if (at > file_size || file_size - at < SECTION_HEAD ||
		    pread(fd, head, sizeof head, (off_t)at) != SECTION_HEAD ||
		    libdeflate_adler32(1, head, SECTION_HEAD - CHECKSUM) != bytes_le32(head + SECTION_HEAD - CHECKSUM))
			return i ? 0 : -1;
		uint64_t next = bytes_le64(head + 16);
		uint64_t size = bytes_le64(head + 24);
		if (strncmp((char *)head, "sectors", 16) == 0)
			*sectors = at + SECTION_HEAD;
		else if (size > file_size - at)
			s->cut = 1;
		if (strncmp((char *)head, "table", 16) == 0) {
			/* of one that is cut itself libewf has no use */
			if (size > file_size - at ||
			    pread(fd, table, sizeof table, (off_t)at + SECTION_HEAD) != TABLE_HEAD ||
			    bytes_le32(table) > (file_size - at) / 4)
				return 0;
			if (s->alone)
				add_table(s, fd, at, table);
			s->before += bytes_le32(table);
			*sectors = 0;
		}
		if (next <= at)
			return 0;
		at = next;
	}
	return 0;
}

static void begin(struct ewf_salvage *s)
{
	s->zlib = libdeflate_alloc_decompressor();
	s->packed_room = s->chunk + s->chunk / 1024 + 1024; /* what does not get smaller, packed or with its checksum */
	s->packed = xmalloc(s->packed_room);
	s->bytes = xmalloc(s->chunk);
}

static struct ewf_salvage *salvage_open(const int *fds, size_t count, uint64_t size, uint32_t chunk, int alone)
{
	struct ewf_salvage *s = xcalloc(1, sizeof *s);
	uint64_t sectors = 0;
	struct stat st = {.st_size = 0};
	*s = (struct ewf_salvage){.size = size, .chunk = chunk, .alone = alone, .held = UINT64_MAX};
	int rc = count && chunk && chunk <= CHUNK_MOST ? 0 : -1;
	for (size_t i = 0; i < count && rc == 0; i++) {
		sectors = 0;
		rc = fstat(fds[i], &st) < 0 || st.st_size < 0 ? -1 : follow(s, fds[i], (uint64_t)st.st_size, &sectors);
		s->fd = fds[i];
	}
	if (rc == 0 && (alone ? s->cut : sectors != 0) && s->before <= size / chunk + 1) {
		begin(s);
		if (s->zlib && sectors)
			find_chunks(s, sectors, (uint64_t)st.st_size);
		if (s->zlib && (s->count || (alone && s->before)))
			return s;
	}
	ewf_salvage_close(s);
	return NULL;
}

struct ewf_salvage *ewf_salvage_open(const int *fds, size_t count, uint64_t size, uint32_t chunk)
{
	return salvage_open(fds, count, size, chunk, 0);
}

/* What a section "volume" (or, as older programs call it, "disk") says of the media. */
static int read_volume(int fd, struct ewf_salvage_media *media)
{
	unsigned char head[SECTION_HEAD];
	unsigned char volume[VOLUME];
	uint64_t at = FILE_HEAD;
	for (unsigned i = 0; i < SECTIONS_BEFORE; i++) {
		if (pread(fd, head, sizeof head, (off_t)at) != SECTION_HEAD ||
		    libdeflate_adler32(1, head, SECTION_HEAD - CHECKSUM) != bytes_le32(head + SECTION_HEAD - CHECKSUM))
			return -1;
		uint64_t next = bytes_le64(head + 16);
		uint64_t size = bytes_le64(head + 24);
		int is_smart = size == SECTION_HEAD + VOLUME_SMART;
		if (strncmp((char *)head, "volume", 16) == 0 || strncmp((char *)head, "disk", 16) == 0) {
			size_t n = is_smart ? VOLUME_SMART : VOLUME;
			if (pread(fd, volume, n, (off_t)at + SECTION_HEAD) != (ssize_t)n ||
			    libdeflate_adler32(1, volume, n - CHECKSUM) != bytes_le32(volume + n - CHECKSUM))
				return -1;
			uint64_t sectors = is_smart ? bytes_le32(volume + 16) : bytes_le64(volume + 16);
			uint64_t chunk = (uint64_t)bytes_le32(volume + 8) * bytes_le32(volume + 12);
			media->sector = bytes_le32(volume + 12);
			if (!chunk || chunk > CHUNK_MOST || sectors > INT64_MAX / media->sector)
				return -1;
			media->chunk = (uint32_t)chunk;
			media->size = sectors * media->sector;
			return 0;
		}
		if (next <= at || next > INT64_MAX)
			return -1;
		at = next;
	}
	return -1;
}

struct ewf_salvage *ewf_salvage_open_alone(const int *fds, size_t count, struct ewf_salvage_media *media)
{
	return count && read_volume(fds[0], media) == 0 ? salvage_open(fds, count, media->size, media->chunk, 1) : NULL;
}

void ewf_salvage_close(struct ewf_salvage *s)
{
	if (!s)
		return;
	free(s->tables);
	free(s->places);
	free(s->packed);
	free(s->bytes);
	if (s->zlib)
		libdeflate_free_decompressor(s->zlib);
	free(s);
}

uint64_t ewf_salvage_first(const struct ewf_salvage *s)
{
	return s->alone ? 0 : s->before * s->chunk;
}

/* Where the table says that a chunk lies. 0; -1: no table tells. */
static int place_by_table(const struct ewf_salvage *s, uint64_t number, int *fd, uint64_t *at, uint64_t *end)
{
	size_t low = 0;
	size_t high = s->table_count;
	unsigned char entries[8];
	while (low < high) { /* behind the last table that begins at or before it */
		size_t middle = low + (high - low) / 2;
		if (s->tables[middle].first <= number)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return -1;
	const struct ewf_table *t = &s->tables[low - 1];
	uint64_t i = number - t->first;
	size_t n = i + 1 < t->count ? 8 : 4;
	if (i >= t->count || pread(t->fd, entries, n, (off_t)(t->entries + 4 * i)) != (ssize_t)n)
		return -1;
	*fd = t->fd;
	*at = t->base + (bytes_le32(entries) & OFFSET_OF_CHUNK);
	*end = n == 8 ? t->base + (bytes_le32(entries + 4) & OFFSET_OF_CHUNK) : t->end;
	return *at < *end && *end <= t->end ? 0 : -1;
}

/* The chunk's bytes come into s->bytes. */
static int hold(struct ewf_salvage *s, uint64_t number, size_t want)
{
	int fd = s->fd;
	uint64_t at;
	uint64_t end;
	if (s->held == number)
		return 0;
	s->held = UINT64_MAX;
	if (number < s->before) {
		if (place_by_table(s, number, &fd, &at, &end) < 0)
			return -1;
	} else if (number - s->before < s->count) {
		at = s->places[number - s->before];
		end = s->places[number - s->before + 1];
	} else {
		return -1;
	}
	if (!unpack(s, read_some(s, fd, at, end), want))
		return -1;
	s->held = number;
	return 0;
}

int ewf_salvage_read(struct ewf_salvage *s, uint64_t offset, unsigned char *bytes, size_t n)
{
	while (n > 0) {
		uint64_t number = offset / s->chunk;
		size_t in = (size_t)(offset % s->chunk);
		size_t want = chunk_size(s, number);
		size_t part = n < want - in ? n : want - in;
		if (in >= want || hold(s, number, want) < 0)
			return -1;
		memcpy(bytes, s->bytes + in, part);
		bytes += part;
		offset += part;
		n -= part;
	}
	return 0;
}
