/* Archives in mails: what libraries read in their cage, what passwords open, zips of mails, archives in one another. The archives
 * are made by libarchive's writer of 7z, and by hand. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/mails.h"
#include "finding/mail/unpack/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <locale.h>

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <cmocka.h>
#include <lzma.h>
#include <zlib.h>

#define PROGRAM "MZ, and more than the sixty-four bytes that a program has in its first header, at the least\n"

/* a.exe, locked with the password "right": as everybody does it, and with AES */
static const char locked_zip[] =
    "\x50\x4b\x03\x04\x14\x00\x09\x00\x08\x00\xf1\xb5\x7d\x5d\x99\xa4\x03\x24\x5b\x00\x00\x00\x5c\x00\x00"
    "\x00\x05\x00\x00\x00\x61\x2e\x65\x78\x65\x49\x45\x66\xb2\x0f\xa7\x32\xa2\x59\xf9\xba\xb1\x44\xea\xbf"
    "\xd3\xa7\xca\x3d\xdf\xb0\x62\x9d\xe2\xae\x7e\x23\x14\xc5\x9c\x2b\x0f\xed\xfb\xaf\x4c\xda\x77\x38\x96"
    "\xf5\xfb\xa0\x7c\xd8\xd8\xbc\x2f\xed\x36\x8c\x85\xa5\x9d\xb0\x57\xe1\xe1\xa5\xcc\x9f\x17\xfd\xbb\xaf"
    "\x82\x7c\x7d\x54\x70\x46\x5c\xaf\x41\xc7\x83\x82\xc5\x8e\x0e\xc0\x96\x17\xe0\xdc\xa3\x1c\xe0\x33\x44"
    "\xe7\x50\x4b\x07\x08\x99\xa4\x03\x24\x5b\x00\x00\x00\x5c\x00\x00\x00\x50\x4b\x01\x02\x1e\x03\x14\x00"
    "\x09\x00\x08\x00\xf1\xb5\x7d\x5d\x99\xa4\x03\x24\x5b\x00\x00\x00\x5c\x00\x00\x00\x05\x00\x00\x00\x00"
    "\x00\x00\x00\x01\x00\x00\x00\xa4\x81\x00\x00\x00\x00\x61\x2e\x65\x78\x65\x50\x4b\x05\x06\x00\x00\x00"
    "\x00\x01\x00\x01\x00\x33\x00\x00\x00\x8e\x00\x00\x00\x00\x00";
static const char aes_zip[] =
    "\x50\x4b\x03\x04\x14\x00\x09\x00\x63\x00\xf0\xb5\x7d\x5d\x00\x00\x00\x00\x00\x00\x00\x00\x5c\x00\x00"
    "\x00\x05\x00\x2b\x00\x61\x2e\x65\x78\x65\x55\x54\x0d\x00\x07\x85\xab\x0c\x6b\x85\xab\x0c\x6b\x85\xab"
    "\x0c\x6b\x75\x78\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00\x01\x99\x07\x00\x01\x00\x41\x45"
    "\x03\x08\x00\xf0\x5d\xe0\x9c\xd9\xf1\xd7\x2e\xf2\xe1\x8d\x1e\x45\x54\x18\x3f\x87\x49\xc9\xc3\xd5\x63"
    "\xbc\xa9\xbe\xb6\x87\xf8\x96\xb5\x09\xfd\xbd\x4f\xdd\xda\x35\x9f\x77\x4a\x81\x10\x2c\x47\xee\x97\x61"
    "\x30\xe1\x11\x54\xb4\x59\x8e\x82\xa1\x11\x57\x16\xdf\xe3\xfe\x0a\x88\x32\xf4\x16\x7a\xb6\x85\x7a\xba"
    "\x8f\xf8\x61\x34\x82\x59\xd6\xf6\xd8\x4f\x3f\x0b\x86\x88\x21\x1a\x8e\x7a\x1f\xc5\x2c\x41\x16\x2f\x87"
    "\x2d\x99\x14\x4b\xec\x50\x5a\xf4\x9c\x6e\x50\x4b\x07\x08\x99\xa4\x03\x24\x6b\x00\x00\x00\x5c\x00\x00"
    "\x00\x50\x4b\x01\x02\x14\x03\x14\x00\x09\x00\x63\x00\xf0\xb5\x7d\x5d\x99\xa4\x03\x24\x6b\x00\x00\x00"
    "\x5c\x00\x00\x00\x05\x00\x2b\x00\x00\x00\x00\x00\x00\x00\x00\x00\xa4\x81\x00\x00\x00\x00\x61\x2e\x65"
    "\x78\x65\x55\x54\x0d\x00\x07\x85\xab\x0c\x6b\x85\xab\x0c\x6b\x85\xab\x0c\x6b\x75\x78\x0b\x00\x01\x04"
    "\x00\x00\x00\x00\x04\x00\x00\x00\x00\x01\x99\x07\x00\x01\x00\x41\x45\x03\x08\x00\x50\x4b\x05\x06\x00"
    "\x00\x00\x00\x01\x00\x01\x00\x5e\x00\x00\x00\xc9\x00\x00\x00\x00\x00";

static void make_7z(struct buf *out, const char *const *names, const char *content, size_t n)
{
	size_t used = 0;
	struct archive *a = archive_write_new();
	buf_grow(out, 1 << 20);
	archive_write_set_format_7zip(a);
	assert_int_equal(archive_write_open_memory(a, out->data, 1 << 20, &used), ARCHIVE_OK);
	for (; *names; names++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, *names);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)n);
		assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, content, n), (int)n);
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	out->len = used;
}

/* A tar of one file. */
static void make_tar(struct buf *out, const char *name, const char *content, size_t n)
{
	char head[512] = "";
	unsigned sum = 8 * ' '; /* where the sum itself stands */
	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "0000644");
	snprintf(head + 124, 12, "%011zo", n);
	memcpy(head + 156, "0\0", 2);
	memcpy(head + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof head; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(out, head, sizeof head);
	buf_add(out, content, n);
	memset(head, 0, sizeof head);
	buf_add(out, head, 512 - n % 512);
	buf_add(out, head, 512);
	buf_add(out, head, 512);
}

static void pack_xz(const struct buf *in, struct buf *out)
{
	size_t n = 0;
	buf_grow(out, in->len + 4096);
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (const uint8_t *)in->data, in->len,
	                                         (uint8_t *)out->data, &n, in->len + 4096),
	                 LZMA_OK);
	out->len = n;
}

static void pack_bz2(const struct buf *in, struct buf *out)
{
	unsigned n = (unsigned)in->len + 4096;
	buf_grow(out, n);
	assert_int_equal(BZ2_bzBuffToBuffCompress(out->data, &n, in->data, (unsigned)in->len, 9, 0, 0), BZ_OK);
	out->len = n;
}

static void le(struct buf *b, unsigned long value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_addc(b, (char)(value & 0xFF));
}

/* Stored entries of one content. */
static void make_zip(struct buf *b, const char *const *names, const char *content, size_t n)
{
	struct buf central = BUF_INIT;
	unsigned long sum = crc32(0, (const Bytef *)content, (uInt)n);
	size_t count = 0;
	for (; names[count]; count++) {
		size_t length = strlen(names[count]);
		buf_add(&central, "PK\1\2", 4);
		le(&central, 20, 2), le(&central, 20, 2), le(&central, 0, 2), le(&central, 0, 2), le(&central, 0, 4);
		le(&central, sum, 4), le(&central, n, 4), le(&central, n, 4), le(&central, length, 2);
		le(&central, 0, 8), le(&central, 0, 4), le(&central, b->len, 4);
		buf_adds(&central, names[count]);
		buf_add(b, "PK\3\4", 4);
		le(b, 20, 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 4), le(b, sum, 4), le(b, n, 4), le(b, n, 4);
		le(b, length, 2), le(b, 0, 2);
		buf_adds(b, names[count]);
		buf_add(b, content, n);
	}
	unsigned long at = b->len;
	buf_add(b, central.data, central.len);
	buf_add(b, "PK\5\6", 4);
	le(b, 0, 2), le(b, 0, 2), le(b, count, 2), le(b, count, 2), le(b, central.len, 4), le(b, at, 4), le(b, 0, 2);
	buf_release(&central);
}

/* A mail with the file. */
static void make_mail(struct buf *out, const char *name, const struct buf *file)
{
	buf_addf(out,
	         "From: a@x.co.jp\nSubject: s\nContent-Type: multipart/mixed; boundary=bbb\n\n--bbb\n\ntext\n--bbb\n"
	         "Content-Type: application/octet-stream; name=%s\n\n",
	         name);
	buf_add(out, file->data, file->len);
	buf_adds(out, "\n--bbb--\n");
}

static const struct buf *given; /* what the path is */

static int open_given(void *ctx, const char *path, struct err *err)
{
	(void)ctx;
	(void)path;
	int fd = memfd_create("given", MFD_CLOEXEC);
	if (fd < 0 || write(fd, given->data, given->len) != (ssize_t)given->len || lseek(fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_FAILED, "memfd");
	return fd;
}

static int keep(void *ctx, const struct mail_found *found, struct err *err)
{
	(void)err;
	json_array_append(ctx, found->object);
	return 0;
}

/* All mails of the bytes. */
static json_t *look(const struct buf *bytes, const char *password)
{
	struct err err = ERR_INIT;
	json_t *all = json_array();
	const char *paths[] = {"given"};
	json_t *request = password ? json_pack("{s:[s, s]}", "passwords", "wrong", password) : json_object();
	struct mails m = {.request = request, .open = open_given, .found = keep, .ctx = all};
	given = bytes;
	if (mails_look(&m, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	json_decref(request);
	return all;
}

static int fires(const json_t *object, const char *id)
{
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(object, "findings"), i, finding)
		if (strcmp(json_get_string(finding, "id"), id) == 0)
			return 1;
	return 0;
}

/* The entry of that name in part 2, or NULL. */
static const json_t *entry(const json_t *object, const char *name)
{
	size_t i;
	json_t *e;
	json_array_foreach(json_object_get(json_array_get(json_object_get(object, "parts"), 1), "inside"), i, e)
		if (strcmp(json_get_string(e, "name"), name) == 0)
			return e;
	return NULL;
}

static void is_program(const json_t *object, const char *name)
{
	const json_t *e = entry(object, name);
	if (!e)
		fail_msg("there is no %s in it", name);
	assert_string_equal(json_get_string(e, "basis"), "content");
	assert_string_equal(json_get_string(e, "format"), "exe");
	assert_int_equal(strlen(json_get_string(e, "sha256")), 64);
	assert_true(fires(object, "file.program"));
	assert_null(json_object_get(object, "content_wanted"));
}

static void look_at_one(struct buf *archive, const char *name, const char *password, json_t **all)
{
	struct buf mail = BUF_INIT;
	make_mail(&mail, name, archive);
	*all = look(&mail, password);
	assert_int_equal(json_array_size(*all), 1);
	buf_release(&mail);
}

static void what_is_in_a_7z_is_read(void **state)
{
	(void)state;
	static const char *const names[] = {"a.doc", "\xE8\xA1\xA8.exe", NULL};
	struct buf archive = BUF_INIT;
	json_t *all;
	make_7z(&archive, names, PROGRAM, sizeof PROGRAM - 1);
	look_at_one(&archive, "a.7z", NULL, &all);
	is_program(json_array_get(all, 0), "a.doc");
	is_program(json_array_get(all, 0), "\xE8\xA1\xA8.exe");
	assert_true(fires(json_array_get(all, 0), "name.extension_differs"));
	json_decref(all);
	buf_release(&archive);
}

static void what_a_password_opens_is_read_and_a_wrong_one_is_said(void **state)
{
	(void)state;
	struct buf archives[2] = {BUF_INIT, BUF_INIT};
	json_t *all;
	buf_add(&archives[0], locked_zip, sizeof locked_zip - 1);
	buf_add(&archives[1], aes_zip, sizeof aes_zip - 1);
	for (size_t i = 0; i < 2; i++) {
		look_at_one(&archives[i], "a.zip", NULL, &all);
		assert_true(fires(json_array_get(all, 0), "archive.locked"));
		assert_string_equal(json_get_string(entry(json_array_get(all, 0), "a.exe"), "basis"), "name");
		json_decref(all);
		look_at_one(&archives[i], "a.zip", "not it", &all);
		assert_true(fires(json_array_get(all, 0), "archive.locked"));
		assert_true(json_is_true(json_object_get(entry(json_array_get(all, 0), "a.exe"), "locked")));
		json_decref(all);
		look_at_one(&archives[i], "a.zip", "right", &all);
		assert_false(fires(json_array_get(all, 0), "archive.locked"));
		is_program(json_array_get(all, 0), "a.exe");
		json_decref(all);
		buf_release(&archives[i]);
	}
}

/* An archive in an archive in an archive: the list goes down, its names behind each other's. */
static void archives_in_archives_are_read(void **state)
{
	(void)state;
	static const char *const names[] = {"a.exe", NULL};
	static const char *const middle[] = {"in.7z", NULL};
	static const char *const outer[] = {"mid.zip", NULL};
	struct buf one = BUF_INIT;
	struct buf two = BUF_INIT;
	struct buf three = BUF_INIT;
	json_t *all;
	make_7z(&one, names, PROGRAM, sizeof PROGRAM - 1);
	make_zip(&two, middle, one.data, one.len);
	make_zip(&three, outer, two.data, two.len);
	look_at_one(&three, "a.zip", NULL, &all);
	assert_non_null(entry(json_array_get(all, 0), "mid.zip"));
	assert_non_null(entry(json_array_get(all, 0), "mid.zip/in.7z"));
	assert_true(fires(json_array_get(all, 0), "archive.nested"));
	json_decref(all);
	look_at_one(&two, "a.zip", NULL, &all);
	is_program(json_array_get(all, 0), "in.7z/a.exe");
	json_decref(all);
	buf_release(&one);
	buf_release(&two);
	buf_release(&three);
}

/* LZH by liblhasa: a file that is stored, with its sum right and wrong. */
static void lzh_is_read(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	/* level 0: size and sum of the head, method, lengths, time, attribute, level, name, CRC-16 */
	static const unsigned char head[] = {27, 0, '-', 'l', 'h',  '0', '-', 3,   0,   0,   0,   3,   0, 0, 0,
	                                     0,  0, 0,   0,   0x20, 0,   5,   'a', '.', 'e', 'x', 'e', 0, 0};
	for (int damaged = 0; damaged < 2; damaged++) {
		struct buf b = BUF_INIT;
		unsigned crc = 0;
		unsigned sum = 0;
		static const char content[] = "MZ!";
		for (size_t i = 0; i < 3; i++) {
			crc ^= (unsigned char)content[i];
			for (int bit = 0; bit < 8; bit++)
				crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
		}
		buf_add(&b, head, sizeof head);
		b.data[27] = (char)(crc + (unsigned)damaged);
		b.data[28] = (char)(crc >> 8);
		for (size_t i = 2; i < sizeof head; i++)
			sum += (unsigned char)b.data[i];
		b.data[1] = (char)sum;
		buf_add(&b, content, 4); /* and the end */
		json_t *entries = mail_unpack(FORMAT_LZH, b.data, b.len, NULL, &err);
		assert_non_null(entries);
		const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
		assert_string_equal(json_get_string(last, "name"), "a.exe");
		assert_int_equal(strlen(json_get_string(last, "sha256")), damaged ? 0 : 64);
		assert_int_equal(json_array_size(entries), damaged ? 2 : 1);
		json_decref(entries);
		buf_release(&b);
	}
}

static void a_zip_of_mails_is_as_many_mails(void **state)
{
	(void)state;
	static const char *const names[] = {"one.eml", "two.eml", NULL};
	static const char mail[] = "From: a@b\nSubject: in a zip\n\nx\n";
	static const char box[] =
	    "From a@b Tue Jun 10 09:10:00 2014\nSubject: one\n\nx\n\nFrom c@d Tue Jun 10 09:11:00 "
	    "2014\nSubject: two\n\ny\n";
	struct buf zip = BUF_INIT;
	make_zip(&zip, names, mail, sizeof mail - 1);
	json_t *all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(json_get_string(json_array_get(all, 1), "subject"), "in a zip");
	assert_string_equal(json_get_string(json_array_get(all, 1), "member"), "two.eml");
	json_decref(all);
	buf_release(&zip);
	make_zip(&zip, names, box, sizeof box - 1);
	all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 4);
	assert_string_equal(json_get_string(json_array_get(all, 3), "member"), "two.eml:2");
	assert_string_equal(json_get_string(json_array_get(all, 3), "subject"), "two");
	struct err err = ERR_INIT;
	struct buf part = BUF_INIT;
	struct mails_part asked = {.source = zip.data, .n = zip.len, .number = 3, .part = "1"};
	assert_int_equal(mails_part(&asked, &part, &err), 0);
	assert_string_equal(part.data, "y\n");
	asked.sha256 =
	    "0000000000000000000000000000000000000000000000000000000000000000"; /* another mail is not given out */
	assert_int_equal(mails_part(&asked, &part, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	json_decref(all);
	buf_release(&part);
	buf_release(&zip);
	buf_add(&zip, locked_zip, sizeof locked_zip - 1);
	all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 1);
	assert_string_equal(json_get_string(json_array_get(all, 0), "parsed"), "no");
	assert_true(fires(json_array_get(all, 0), "archive.locked"));
	json_decref(all);
	all = look(&zip, "right");
	assert_string_equal(json_get_string(json_array_get(all, 0), "member"), "a.exe");
	json_decref(all);
	buf_release(&zip);
}

static void packed_tars_are_read(void **state)
{
	(void)state;
	static void (*const packers[])(const struct buf *in, struct buf *out) = {pack_xz, pack_bz2};
	struct buf tar_bytes = BUF_INIT;
	make_tar(&tar_bytes, "a.exe", PROGRAM, sizeof PROGRAM - 1);
	for (size_t i = 0; i < 2; i++) {
		struct buf archive = BUF_INIT;
		json_t *all;
		packers[i](&tar_bytes, &archive);
		look_at_one(&archive, "a.dat", NULL, &all); /* told by its content */
		is_program(json_array_get(all, 0), "a.exe");
		const json_t *tar = entry(json_array_get(all, 0), "");
		assert_non_null(tar);
		assert_string_equal(json_get_string(tar, "format"), "tar");
		assert_true(json_integer_value(json_object_get(tar, "size")) == (json_int_t)tar_bytes.len);
		assert_true(fires(json_array_get(all, 0), "archive.nested"));
		assert_string_equal(json_get_string(json_array_get(all, 0), "parsed"), "whole");
		json_decref(all);
		archive.len -= 5;
		look_at_one(&archive, "a.dat", NULL, &all);
		assert_true(fires(json_array_get(all, 0), "damaged.archive"));
		assert_null(entry(json_array_get(all, 0), "a.exe"));
		json_decref(all);
		buf_release(&archive);
	}
	buf_release(&tar_bytes);
}

/* What is no archive, cut off, or turned over at any byte costs its content and nothing else. */
static void a_damaged_archive_is_a_finding(void **state)
{
	(void)state;
	static const char *const names[] = {"a.exe", NULL};
	struct buf archive = BUF_INIT;
	json_t *all;
	make_7z(&archive, names, PROGRAM, sizeof PROGRAM - 1);
	archive.data[40] = (char)~archive.data[40];
	archive.len -= 3;
	look_at_one(&archive, "a.7z", NULL, &all);
	assert_true(fires(json_array_get(all, 0), "damaged.archive"));
	assert_string_equal(json_get_string(json_array_get(all, 0), "parsed"), "partly");
	json_decref(all);
	buf_release(&archive);
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_in_a_7z_is_read),
	    cmocka_unit_test(what_a_password_opens_is_read_and_a_wrong_one_is_said),
	    cmocka_unit_test(archives_in_archives_are_read),
	    cmocka_unit_test(lzh_is_read),
	    cmocka_unit_test(packed_tars_are_read),
	    cmocka_unit_test(a_zip_of_mails_is_as_many_mails),
	    cmocka_unit_test(a_damaged_archive_is_a_finding),
	};
	worker_main(argc, argv, jobs);
	setlocale(LC_CTYPE, "C.UTF-8"); /* names that libarchive writes */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
