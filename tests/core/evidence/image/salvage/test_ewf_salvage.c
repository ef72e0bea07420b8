/* Chunks behind a table that was lost: each one up to the cut, packed or as it is, and none where the table is there. */
#include "base/buf.h"
#include "evidence/image/salvage/ewf_salvage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <libdeflate.h>

#define CHUNK 4096U
#define SIZE  (6 * CHUNK + 1000) /* of the media: the last chunk is shorter */

static unsigned char media[SIZE];

static void number(unsigned char *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static void section(struct buf *b, const char *type, uint64_t next, uint64_t size)
{
	unsigned char head[76] = "";
	snprintf((char *)head, 16, "%s", type);
	number(head + 16, next);
	number(head + 24, size);
	uint32_t sum = libdeflate_adler32(1, head, 72);
	for (unsigned i = 0; i < 4; i++)
		head[72 + i] = (unsigned char)(sum >> 8 * i);
	buf_add(b, head, sizeof head);
}

/* Every other chunk packed. ends[i]: where it ends in the file. */
static void make(struct buf *b, size_t ends[7])
{
	struct libdeflate_compressor *zlib = libdeflate_alloc_compressor(6);
	for (size_t i = 0; i < SIZE; i++)
		media[i] = (unsigned char)(i / CHUNK % 2 ? i * i >> 7 : i / 256);
	buf_add(b, "EVF\t\r\n\xFF\0\1\1\0\0\0", 13);
	section(b, "header", 13 + 76, 76);
	section(b, "sectors", 1U << 20, (1U << 20) - b->len); /* as it was written before the end was known */
	for (size_t i = 0; i < 7; i++) {
		const unsigned char *at = media + i * CHUNK;
		size_t n = i < 6 ? CHUNK : SIZE - 6 * CHUNK;
		unsigned char packed[2 * CHUNK];
		size_t size = i % 2 == 0 ? libdeflate_zlib_compress(zlib, at, n, packed, sizeof packed) : 0;
		if (!size) {
			uint32_t sum = libdeflate_adler32(1, at, n);
			memcpy(packed, at, n);
			for (unsigned k = 0; k < 4; k++)
				packed[n + k] = (unsigned char)(sum >> 8 * k);
			size = n + 4;
		}
		buf_add(b, packed, size);
		ends[i] = b->len;
	}
	libdeflate_free_compressor(zlib);
}

static struct ewf_salvage *open_bytes(const struct buf *b, size_t n, int *fd)
{
	*fd = memfd_create("image", MFD_CLOEXEC);
	assert_int_equal(write(*fd, b->data, n), n);
	return ewf_salvage_open(fd, 1, SIZE, CHUNK);
}

static void each_chunk_before_the_cut_is_found(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	size_t ends[7];
	static unsigned char bytes[SIZE];
	make(&b, ends);
	for (size_t cut = 0; cut <= b.len; cut += cut + 1 < b.len && cut > 80 ? 97 : 1) {
		int fd;
		size_t whole = 0;
		while (whole < 7 && ends[whole] <= cut)
			whole++;
		size_t there = whole < 7 ? whole * CHUNK : SIZE;
		struct ewf_salvage *s = open_bytes(&b, cut, &fd);
		assert_int_equal(s != NULL, whole > 0);
		if (s) {
			assert_int_equal(ewf_salvage_first(s), 0);
			assert_int_equal(ewf_salvage_read(s, 0, bytes, there), 0);
			assert_memory_equal(bytes, media, there);
			assert_int_equal(ewf_salvage_read(s, there - 1, bytes, 1), 0);
			assert_int_equal(bytes[0], media[there - 1]);
			assert_int_equal(ewf_salvage_read(s, there, bytes, 1), -1);
			assert_int_equal(ewf_salvage_read(s, there - 1, bytes, 2), -1);
		}
		ewf_salvage_close(s);
		close(fd);
	}
	buf_release(&b);
}

/* A chunk that is damaged ends it: where the next one begins is not known. */
static void damage_ends_it(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	size_t ends[7];
	unsigned char byte;
	int fd;
	make(&b, ends);
	b.data[ends[2] + 100] ^= 1;
	struct ewf_salvage *s = open_bytes(&b, b.len, &fd);
	assert_non_null(s);
	assert_int_equal(ewf_salvage_read(s, 3 * CHUNK - 1, &byte, 1), 0);
	assert_int_equal(ewf_salvage_read(s, 3 * CHUNK, &byte, 1), -1);
	ewf_salvage_close(s);
	close(fd);
	buf_release(&b);
}

/* Chunks of which a table tells are libewf's; those of the next section are counted behind them. */
static void tables_are_counted(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct buf all = BUF_INIT;
	size_t ends[7];
	unsigned char table[24] = {2};
	unsigned char bytes[CHUNK];
	int fd;
	make(&b, ends);
	size_t first = 13 + 76 + 76; /* of the chunks */
	buf_add(&all, b.data, 13 + 76);
	section(&all, "sectors", ends[1], ends[1] - 13 - 76);
	buf_add(&all, b.data + first, ends[1] - first);
	section(&all, "table", all.len + 76 + 24, 76 + 24);
	buf_add(&all, table, sizeof table);
	struct ewf_salvage *s = open_bytes(&all, all.len, &fd);
	assert_null(s);
	close(fd);
	section(&all, "sectors", all.len + 76 + 1000000, 1000076);
	buf_add(&all, b.data + ends[1], ends[3] - ends[1]);
	s = open_bytes(&all, all.len, &fd);
	assert_non_null(s);
	assert_int_equal(ewf_salvage_first(s), 2 * CHUNK);
	assert_int_equal(ewf_salvage_read(s, 0, bytes, 1), -1);
	assert_int_equal(ewf_salvage_read(s, 2 * CHUNK + 100, bytes, CHUNK), 0);
	assert_memory_equal(bytes, media + 2 * CHUNK + 100, CHUNK);
	assert_int_equal(ewf_salvage_read(s, 4 * CHUNK, bytes, 1), -1);
	ewf_salvage_close(s);
	close(fd);
	buf_release(&all);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_chunk_before_the_cut_is_found),
	    cmocka_unit_test(damage_ends_it),
	    cmocka_unit_test(tables_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
