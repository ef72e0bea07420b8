/* What files are, and what archives list. The archives are made here, byte by byte, as their formats say. */
#include "base/buf.h"
#include "finding/mail/files/listing.h"
#include "finding/mail/read/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static struct pool pool;

static int setup(void **state)
{
	(void)state;
	return charset_prepare(NULL);
}

static int teardown(void **state)
{
	(void)state;
	pool_release(&pool);
	return 0;
}

static void le(struct buf *b, unsigned long value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_addc(b, (char)(value & 0xFF));
}

/* A zip of one stored entry, by both its names. */
static void make_zip(struct buf *b, const char *central, const char *local, const char *content, unsigned flags)
{
	unsigned long n = strlen(content);
	unsigned long sum = crc32(0, (const Bytef *)content, (uInt)n);
	buf_add(b, "PK\3\4", 4);
	le(b, 20, 2), le(b, flags, 2), le(b, 0, 2), le(b, 0, 4), le(b, sum, 4), le(b, n, 4), le(b, n, 4);
	le(b, strlen(local), 2), le(b, 0, 2);
	buf_adds(b, local);
	buf_adds(b, content);
	unsigned long at = b->len;
	buf_add(b, "PK\1\2", 4);
	le(b, 20, 2), le(b, 20, 2), le(b, flags, 2), le(b, 0, 2), le(b, 0, 4), le(b, sum, 4), le(b, n, 4), le(b, n, 4);
	le(b, strlen(central), 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 4), le(b, 0, 4);
	buf_adds(b, central);
	unsigned long size = b->len - at;
	buf_add(b, "PK\5\6", 4);
	le(b, 0, 2), le(b, 0, 2), le(b, 1, 2), le(b, 1, 2), le(b, size, 4), le(b, at, 4), le(b, 0, 2);
}

static struct listing list(enum file_format format, const struct buf *b)
{
	struct listing l = {0};
	assert_int_equal(listing_read(&l, &pool, format, b->data, b->len), 0);
	return l;
}

static void a_zip_is_read_by_both_its_directories(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	make_zip(&b, "a.txt", "a.txt", "hello", 0);
	assert_int_equal(file_format_of(b.data, b.len, "x.doc"), FORMAT_ZIP);
	struct listing l = list(FORMAT_ZIP, &b);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.all[0].name, "a.txt");
	assert_null(l.all[0].other_name);
	assert_true(l.all[0].by_content);
	assert_string_equal(l.all[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_int_equal(l.flags, 0);
	buf_clear(&b);
	make_zip(&b, "\x95\x5C.txt", "evil.exe", "MZ", 0);
	l = list(FORMAT_ZIP, &b);
	assert_string_equal(l.all[0].name, "表.txt");
	assert_string_equal(l.all[0].other_name, "evil.exe");
	assert_int_equal(l.flags, LISTING_TWO_NAMES);
	buf_release(&b);
}

static void what_is_locked_is_known_by_its_name_only(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	make_zip(&b, "invoice.doc.scr", "invoice.doc.scr", "0123456789abc", 1);
	struct listing l = list(FORMAT_ZIP, &b);
	assert_true(l.all[0].locked);
	assert_false(l.all[0].by_content);
	assert_int_equal(l.all[0].format, FORMAT_SCR);
	assert_int_equal(l.flags, LISTING_LOCKED);
	buf_release(&b);
}

static void a_zip_that_was_cut_off_is_read_by_its_local_headers(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	make_zip(&b, "a.txt", "a.txt", "hello", 0);
	buf_truncate(&b, 45);
	struct listing l = list(FORMAT_ZIP, &b);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.all[0].name, "a.txt");
	assert_true(l.flags & LISTING_DAMAGED);
	for (size_t n = 0; n < 45; n++) /* wherever it is cut: no more is read than there is */
		listing_read(&(struct listing){0}, &pool, FORMAT_ZIP, b.data, n);
	buf_release(&b);
}

static void an_old_lzh_is_listed(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	/* level 0: size, sum, method, packed, size, time, attribute, level, name */
	le(&b, 22 + 8 - 0, 1), le(&b, 0, 1);
	buf_add(&b, "-lh0-", 5);
	le(&b, 5, 4), le(&b, 5, 4), le(&b, 0, 4), le(&b, 0x20, 1), le(&b, 0, 1), le(&b, 8, 1);
	buf_add(&b, "\x95\x5C\x8E\x86.txt", 8);
	le(&b, 0, 2);
	buf_add(&b, "hello", 5);
	le(&b, 0, 1);
	assert_int_equal(file_format_of(b.data, b.len, "x"), FORMAT_LZH);
	struct listing l = list(FORMAT_LZH, &b);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.all[0].name, "表紙.txt");
	assert_int_equal(l.all[0].size, 5);
	assert_string_equal(l.all[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	buf_release(&b);
}

static void rar_of_both_kinds_is_listed(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_add(&b, "Rar!\x1A\x07\x00", 7);
	le(&b, 0, 2), le(&b, 0x73, 1), le(&b, 0, 2), le(&b, 13, 2), le(&b, 0, 6);
	le(&b, 0, 2), le(&b, 0x74, 1), le(&b, 0x8004, 2), le(&b, 32 + 5, 2); /* locked */
	le(&b, 3, 4), le(&b, 9, 4), le(&b, 0, 1), le(&b, 0, 4), le(&b, 0, 4), le(&b, 29, 1), le(&b, 0x33, 1);
	le(&b, 5, 2), le(&b, 0x20, 4);
	buf_adds(&b, "a.exe");
	buf_add(&b, "xyz", 3);
	struct listing l = list(FORMAT_RAR, &b);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.all[0].name, "a.exe");
	assert_int_equal(l.all[0].size, 9);
	assert_true(l.all[0].locked);
	buf_clear(&b);
	buf_add(&b, "Rar!\x1A\x07\x01\x00", 8);
	le(&b, 0, 4);
	/* size, type 2, flags 2 (data), packed 3, file flags, size, attributes, method stored, system, name */
	static const char head[] = "\x02\x02\x03\x00\x03\x00\x00\x00\x05"
	                           "b.scr";
	le(&b, sizeof head - 1, 1);
	buf_add(&b, head, sizeof head - 1);
	buf_add(&b, "xyz", 3);
	l = list(FORMAT_RAR, &b);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.all[0].name, "b.scr");
	assert_true(l.all[0].by_content);
	buf_clear(&b);
	buf_add(&b, "Rar!\x1A\x07\x01\x00", 8);
	le(&b, 0, 4), le(&b, 4, 1), le(&b, 4, 1), le(&b, 0, 3), le(&b, 0, 8); /* headers are encrypted */
	l = list(FORMAT_RAR, &b);
	assert_true(l.flags & LISTING_NAMES_HIDDEN);
	buf_release(&b);
}

/* The headers of both kinds bear their checksums: one that does not fit is told, and what it says is listed. */
static void damage_in_the_headers_of_a_rar_is_told(void **state)
{
	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		struct buf b = BUF_INIT;
		struct buf h = BUF_INIT;
		buf_add(&b, "Rar!\x1A\x07\x00", 7);
		le(&h, 0x74, 1), le(&h, 0x8000, 2), le(&h, 32 + 5, 2);
		le(&h, 3, 4), le(&h, 9, 4), le(&h, 0, 1), le(&h, 0, 4), le(&h, 0, 4), le(&h, 29, 1), le(&h, 0x33, 1);
		le(&h, 5, 2), le(&h, 0x20, 4);
		buf_adds(&h, "a.exe");
		le(&b, crc32(0, (const Bytef *)h.data, (uInt)h.len), 2);
		if (damaged)
			h.data[h.len - 2] = 'i';
		buf_add(&b, h.data, h.len);
		buf_adds(&b, "xyz");
		struct listing l = list(FORMAT_RAR, &b);
		assert_int_equal(l.count, 1);
		assert_string_equal(l.all[0].name, damaged ? "a.eie" : "a.exe");
		assert_int_equal(l.flags, damaged ? LISTING_DAMAGED : 0);
		buf_clear(&b);
		buf_clear(&h);
		buf_add(&b, "Rar!\x1A\x07\x01\x00", 8);
		buf_add(&h, "\x0E\x02\x02\x03\x00\x03\x00\x00\x00\x05", 10);
		buf_adds(&h, "b.scr");
		le(&b, crc32(0, (const Bytef *)h.data, (uInt)h.len), 4);
		if (damaged)
			h.data[h.len - 2] = 'x';
		buf_add(&b, h.data, h.len);
		buf_adds(&b, "xyz");
		l = list(FORMAT_RAR, &b);
		assert_int_equal(l.count, 1);
		assert_int_equal(l.flags, LISTING_DAMAGED); /* its end never came */
		le(&b, crc32(0, (const Bytef *)"\x03\x05\x00\x00", 4), 4);
		buf_add(&b, "\x03\x05\x00\x00", 4);
		l = list(FORMAT_RAR, &b);
		assert_string_equal(l.all[0].name, damaged ? "b.sxr" : "b.scr");
		assert_int_equal(l.flags, damaged ? LISTING_DAMAGED : 0);
		buf_release(&h);
		buf_release(&b);
	}
}

static void add_tar(struct buf *b, char type, const char *name, const char *content)
{
	char h[512] = {0};
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	snprintf(h + 124, 12, "%011o", (unsigned)strlen(content));
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_add(b, h, 512);
	buf_adds(b, content);
	while (b->len % 512)
		buf_addc(b, 0);
}

static void a_tar_is_listed_whole(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct buf twice = BUF_INIT;
	add_tar(&b, '0', "a.txt", "one");
	/* POSIX's records give the name; what stands in the header is what is left of it */
	add_tar(&b, 'x', "PaxHeaders/x", "30 mtime=1700000000.000000000\n22 path=請求書.exe\n");
	add_tar(&b, '0', "???.exe", "two");
	add_tar(&b, '0', "c.txt", "three");
	size_t end = b.len;
	for (int i = 0; i < 1024; i++)
		buf_addc(&b, 0);
	assert_int_equal(file_format_of(b.data, b.len, "x.tar"), FORMAT_TAR);
	struct listing l = list(FORMAT_TAR, &b);
	assert_int_equal(l.count, 3);
	assert_string_equal(l.all[1].name, "請求書.exe");
	assert_string_equal(l.all[2].name, "c.txt");
	assert_int_equal(l.flags, 0);
	/* a block of zeros is the end for most programs, not for all: what stands behind it is listed, and told */
	buf_add(&twice, b.data, 1024);
	for (int i = 0; i < 512; i++)
		buf_addc(&twice, 0);
	buf_add(&twice, b.data + 1024, b.len - 1024);
	l = list(FORMAT_TAR, &twice);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.flags, LISTING_DAMAGED);
	/* a header that is damaged costs its own entry */
	b.data[end - 2048 + 3] ^= 1;
	l = list(FORMAT_TAR, &b);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.all[1].name, "c.txt");
	assert_int_equal(l.flags, LISTING_DAMAGED);
	buf_release(&twice);
	buf_release(&b);
}

static void add_gz(struct buf *b, const char *text)
{
	unsigned char out[256];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text)};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out;
	z.avail_out = sizeof out;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(b, out, sizeof out - z.avail_out);
	deflateEnd(&z);
}

static void a_gz_of_several_pieces_is_one_file(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	add_gz(&b, "hel");
	add_gz(&b, "lo");
	struct listing l = list(FORMAT_GZ, &b);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.all[0].size, 5);
	assert_string_equal(l.all[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_int_equal(l.flags, 0);
	buf_addc(&b, 0);
	l = list(FORMAT_GZ, &b);
	assert_int_equal(l.flags, 0);
	buf_adds(&b, "more");
	l = list(FORMAT_GZ, &b);
	assert_int_equal(l.flags, LISTING_DAMAGED);
	buf_release(&b);
}

/* Five entries; one of them is damaged in one of the directories. */
static void a_damaged_entry_of_a_zip_costs_itself(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct buf directory = BUF_INIT;
	size_t locals[5];
	size_t centrals[5];
	for (unsigned i = 0; i < 5; i++) {
		struct buf one = BUF_INIT;
		char name[8];
		snprintf(name, sizeof name, "%u.txt", i);
		make_zip(&one, name, name, "hello", 0);
		size_t local = 30 + 5 + 5;
		locals[i] = b.len;
		centrals[i] = directory.len;
		buf_add(&directory, one.data + local, 46 + 5);
		for (unsigned k = 0; k < 4; k++)
			directory.data[centrals[i] + 42 + k] = (char)(b.len >> 8 * k);
		buf_add(&b, one.data, local);
		buf_release(&one);
	}
	size_t start = b.len;
	buf_add(&b, directory.data, directory.len);
	buf_add(&b, "PK\5\6", 4);
	le(&b, 0, 4), le(&b, 5, 2), le(&b, 5, 2), le(&b, directory.len, 4), le(&b, start, 4), le(&b, 0, 2);
	struct listing l = list(FORMAT_ZIP, &b);
	assert_int_equal(l.count, 5);
	assert_int_equal(l.flags, 0);
	b.data[locals[0] + 35] = 'H'; /* what it holds is not of its checksum any more */
	l = list(FORMAT_ZIP, &b);
	assert_int_equal(l.count, 5);
	assert_int_equal(l.flags, LISTING_DAMAGED);
	b.data[locals[0] + 35] = 'h';
	memset(b.data + start + centrals[2], 'x', 4);
	l = list(FORMAT_ZIP, &b);
	assert_int_equal(l.count, 4);
	assert_string_equal(l.all[3].name, "4.txt");
	assert_int_equal(l.flags, LISTING_DAMAGED);
	memset(b.data + locals[1], 'x', 4);
	l = (struct listing){0};
	assert_int_equal(listing_read(&l, &pool, FORMAT_ZIP, b.data, start), 0);
	assert_int_equal(l.count, 4);
	assert_string_equal(l.all[3].name, "4.txt");
	assert_int_equal(l.flags, LISTING_DAMAGED);
	buf_release(&directory);
	buf_release(&b);
}

/* The header of a 7z as it stands: one folder of one coder, locked or stored, and two entries, of which the second is empty. */
static void make_7z(struct buf *b, int locked)
{
	static const char locked_folder[] = "\x01\x24\x06\xF1\x07\x01\x01\x13\x0C\x0D\x00";
	static const char stored_folder[] = "\x01\x01\x00\x0C\x10\x00";
	static const char names[] =
	    "\0a\0.\0e\0x\0e\0\0\0d\0\0"; /* UTF-16; "external" is before it, and a NUL behind */
	struct buf h = BUF_INIT;
	buf_add(&h, "\x01\x04\x06\x00\x01\x09\x10\x00\x07\x0B\x01\x00", 12);
	if (locked)
		buf_add(&h, locked_folder, sizeof locked_folder - 1);
	else
		buf_add(&h, stored_folder, sizeof stored_folder - 1);
	buf_add(&h, "\x00\x05\x02\x0E\x01\x40\x11", 7);
	le(&h, sizeof names, 1);
	buf_add(&h, names, sizeof names);
	le(&h, 0, 2);
	buf_add(b, "7z\xBC\xAF\x27\x1C\x00\x04", 8);
	le(b, 0, 4), le(b, 16, 8), le(b, h.len, 8), le(b, 0, 4);
	buf_add(b, "0123456789abcdef", 16);
	buf_add(b, h.data, h.len);
	buf_release(&h);
}

static void a_7z_keeps_its_names_where_it_is_locked(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	make_7z(&b, 1);
	struct listing l = list(FORMAT_7Z, &b);
	assert_int_equal(l.count, 1); /* d is a folder */
	assert_string_equal(l.all[0].name, "a.exe");
	assert_int_equal(l.all[0].size, 13);
	assert_true(l.all[0].locked);
	assert_int_equal(l.flags, LISTING_LOCKED);
	for (size_t n = 0; n < b.len; n++)
		listing_read(&(struct listing){0}, &pool, FORMAT_7Z, b.data, n);
	for (size_t i = 32; i < b.len; i++) /* any byte another: no more is read than there is */
		for (int value = 0; value < 256; value += 51) {
			char was = b.data[i];
			b.data[i] = (char)value;
			listing_read(&(struct listing){0}, &pool, FORMAT_7Z, b.data, b.len);
			b.data[i] = was;
		}
	buf_clear(&b);
	make_7z(&b, 0);
	l = list(FORMAT_7Z, &b);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.all[0].size, 16);
	assert_false(l.all[0].locked);
	buf_release(&b);
}

static void arj_and_ace_are_listed(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	/* ARJ: the main header, then a file: stored, and one that is locked; 11 is the version that stores */
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"main.arj", "\x95\x5C.exe", "b.scr"};
		buf_add(&b, "\x60\xEA", 2);
		le(&b, 30 + strlen(names[i]) + 2, 2);
		le(&b, 30, 1), le(&b, 11, 1), le(&b, 1, 1), le(&b, 2, 1);
		le(&b, i == 2 ? 1 : 0, 1); /* flags */
		le(&b, i == 2 ? 1 : 0, 1); /* method */
		le(&b, i ? 0 : 2, 1), le(&b, 0, 1), le(&b, 0, 4);
		le(&b, i ? 5 : 0, 4), le(&b, i == 2 ? 9 : i ? 5 : 0, 4);
		le(&b, 0, 4), le(&b, 0, 6);
		buf_adds(&b, names[i]);
		le(&b, 0, 2), le(&b, 0, 4), le(&b, 0, 2); /* no comment, a sum, no more headers */
		if (i)
			buf_add(&b, "hello", 5);
	}
	buf_add(&b, "\x60\xEA\0\0", 4);
	assert_int_equal(file_format_of(b.data, b.len, "x"), FORMAT_ARJ);
	struct listing l = list(FORMAT_ARJ, &b);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.all[0].name, "表.exe");
	assert_string_equal(l.all[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_string_equal(l.all[1].name, "b.scr");
	assert_true(l.all[1].locked);
	assert_false(l.all[1].by_content);
	assert_int_equal(l.all[1].size, 9);
	assert_int_equal(l.flags, LISTING_LOCKED);
	for (size_t n = 0; n < b.len; n++)
		listing_read(&(struct listing){0}, &pool, FORMAT_ARJ, b.data, n);
	size_t second = (size_t)((char *)memmem(b.data + 4, b.len - 4, "\x95\x5C.exe", 6) - b.data) - 34;
	b.data[second] = 'x'; /* what no header follows is no end */
	l = list(FORMAT_ARJ, &b);
	assert_int_equal(l.count, 0);
	assert_int_equal(l.flags, LISTING_DAMAGED);

	buf_clear(&b);
	le(&b, 0, 2), le(&b, 27, 2), le(&b, 0, 1), le(&b, 0, 2); /* ACE: sum, size, type and flags */
	buf_adds(&b, "**ACE**");
	le(&b, 0, 17);
	for (int i = 0; i < 2; i++) {
		le(&b, 0, 2), le(&b, 31 + 5, 2), le(&b, 1, 1), le(&b, i ? 0x4001 : 1, 2), le(&b, 5, 4);
		le(&b, i ? 9 : 5, 4), le(&b, 0, 4), le(&b, 0x20, 4), le(&b, 0, 4);
		le(&b, i ? 1 : 0, 4), le(&b, 0, 2), le(&b, 5, 2);
		buf_adds(&b, i ? "b.scr" : "a.txt");
		buf_add(&b, "hello", 5);
	}
	assert_int_equal(file_format_of(b.data, b.len, "x"), FORMAT_ACE);
	l = list(FORMAT_ACE, &b);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.all[0].name, "a.txt");
	assert_string_equal(l.all[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_true(l.all[1].locked);
	assert_int_equal(l.all[1].size, 9);
	assert_int_equal(l.flags, LISTING_LOCKED);
	for (size_t n = 0; n < b.len; n++)
		listing_read(&(struct listing){0}, &pool, FORMAT_ACE, b.data, n);
	buf_release(&b);
}

/* Its size stands in an index at the end: one record of 40 MiB, which is more than is unpacked; and one that is cut off. */
static void the_size_of_an_xz_is_read(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_add(&b,
	        "\xFD"
	        "7zXZ\0\0\1",
	        8);
	le(&b, 0, 4);
	buf_add(&b, "\0\1\x20\x80\x80\x80\x14\0", 8); /* 32 bytes hold 0x14 << 21 */
	le(&b, 0, 4), le(&b, 0, 4), le(&b, 2, 4), le(&b, 0x0100, 2);
	buf_add(&b, "YZ", 2);
	assert_int_equal(file_format_of(b.data, b.len, "x"), FORMAT_XZ);
	struct listing l = list(FORMAT_XZ, &b);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.all[0].size, 0x14 << 21);
	assert_int_equal(l.flags, LISTING_LIMIT);
	for (size_t n = 0; n < b.len; n++)
		listing_read(&(struct listing){0}, &pool, FORMAT_XZ, b.data, n);
	b.len -= 1;
	assert_true(list(FORMAT_XZ, &b).flags & LISTING_DAMAGED);
	buf_release(&b);
}

static void content_beats_the_name(void **state)
{
	(void)state;
	char program[256] = "MZ";
	program[0x3C] = 0x40;
	memcpy(program + 0x40, "PE\0\0", 4);
	assert_int_equal(file_format_of(program, sizeof program, "invoice.doc"), FORMAT_EXE);
	assert_int_equal(file_format_of(program, sizeof program, "invoice.scr"), FORMAT_SCR);
	assert_int_equal(file_format_of(program, sizeof program, "invoice.cpl"), FORMAT_CPL);
	assert_int_equal(file_format_of("%PDF-1.4", 8, "x.exe"), FORMAT_PDF);
	assert_int_equal(file_format_of("hello", 5, "x.txt"), FORMAT_TEXT);
	assert_int_equal(file_format_of("WScript.Echo 1", 14, "x.vbs"), FORMAT_SCRIPT);
	assert_int_equal(file_format_by_name("a.b.LZH"), FORMAT_LZH);
	assert_string_equal(file_format_archive(FORMAT_CAB), "other");
	assert_null(file_format_archive(FORMAT_OOXML));
	assert_string_equal(file_format_suspect(FORMAT_RTF), "office");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_zip_is_read_by_both_its_directories, teardown),
	    cmocka_unit_test_teardown(what_is_locked_is_known_by_its_name_only, teardown),
	    cmocka_unit_test_teardown(a_zip_that_was_cut_off_is_read_by_its_local_headers, teardown),
	    cmocka_unit_test_teardown(an_old_lzh_is_listed, teardown),
	    cmocka_unit_test_teardown(rar_of_both_kinds_is_listed, teardown),
	    cmocka_unit_test_teardown(a_7z_keeps_its_names_where_it_is_locked, teardown),
	    cmocka_unit_test_teardown(arj_and_ace_are_listed, teardown),
	    cmocka_unit_test_teardown(the_size_of_an_xz_is_read, teardown),
	    cmocka_unit_test_teardown(content_beats_the_name, teardown),
	    cmocka_unit_test_teardown(damage_in_the_headers_of_a_rar_is_told, teardown),
	    cmocka_unit_test_teardown(a_tar_is_listed_whole, teardown),
	    cmocka_unit_test_teardown(a_gz_of_several_pieces_is_one_file, teardown),
	    cmocka_unit_test_teardown(a_damaged_entry_of_a_zip_costs_itself, teardown),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
