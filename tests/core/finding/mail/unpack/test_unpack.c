/* Archives in mails: what libraries read in their cage, what passwords open, zips of mails, archives in one another. */
#include "base/err.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/mails.h"
#include "finding/mail/unpack/unpack.h"
#include "help_archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <locale.h>

#include <cmocka.h>

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
		look_at_one(&archive, "a.dat", NULL, &all); /* cut: what can be unpacked is looked at */
		assert_true(fires(json_array_get(all, 0), "damaged.archive"));
		is_program(json_array_get(all, 0), "a.exe");
		assert_null(json_get_string(entry(json_array_get(all, 0), ""), "sha256"));
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
