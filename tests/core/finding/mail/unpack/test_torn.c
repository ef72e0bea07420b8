/* Archives in mails that are cut or damaged: what lies before the tear is looked at. */
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/look/look_job.h"
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
#include <zlib.h>

/* A file of it that is torn is a mail up to there; one of which nothing is left is told. */
static void a_cut_zip_of_mails_gives_what_is_there(void **state)
{
	(void)state;
	static const char *const names[] = {"one.eml", "two.eml", "three.eml", NULL};
	static const char mail[] = "From: a@b\nSubject: in a zip\n\nx and some more, so that it can be cut\n";
	const size_t each = 30 + 7 + sizeof mail - 1; /* of the first two: header, name, content */
	struct buf zip = BUF_INIT;
	make_zip(&zip, names, mail, sizeof mail - 1);
	json_t *all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 3);
	assert_int_equal(unread, 0);
	json_decref(all);
	zip.len = 2 * each - 20;
	all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 2);
	assert_int_equal(unread, 0);
	assert_string_equal(json_get_string(json_array_get(all, 0), "parsed"), "whole");
	assert_string_equal(json_get_string(json_array_get(all, 1), "parsed"), "partly");
	assert_string_equal(json_get_string(json_array_get(all, 1), "subject"), "in a zip");
	assert_true(fires(json_array_get(all, 1), "damaged.archive"));
	json_decref(all);
	zip.len = each + 30 + 7;
	all = look(&zip, NULL);
	assert_int_equal(json_array_size(all), 1);
	assert_int_equal(unread, 1);
	assert_non_null(strstr(told, "1 file in it was not read"));
	json_decref(all);
	buf_release(&zip);
}
/* A program of 300 KB that is hardly packed. */
static void make_noise(struct buf *out)
{
	uint32_t x = 1;
	buf_add(out, PROGRAM, sizeof PROGRAM - 1);
	while (out->len < 300000) {
		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		buf_addc(out, (char)(x >> 8));
	}
}

static void pack_gz(const struct buf *in, struct buf *out)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_grow(out, in->len + 4096);
	z.next_in = (Bytef *)in->data, z.avail_in = (uInt)in->len;
	z.next_out = (Bytef *)out->data, z.avail_out = (uInt)in->len + 4096;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len = z.total_out;
	deflateEnd(&z);
}

static void pack_tar(const struct buf *in, struct buf *out)
{
	make_tar(out, "t.dat", in->data, in->len);
}

static void pack_zip(const struct buf *in, struct buf *out)
{
	static const char *const names[] = {"t.dat", NULL};
	make_zip(out, names, in->data, in->len);
}

/* Deflated, with its sizes behind it, as what is written in one go has them. */
static void pack_zip_in_one_go(const struct buf *in, struct buf *out)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_add(out, "PK\3\4", 4);
	le(out, 20, 2), le(out, 8, 2), le(out, 8, 2), le(out, 0, 4), le(out, 0, 4), le(out, 0, 4), le(out, 0, 4);
	le(out, 5, 2), le(out, 0, 2);
	buf_adds(out, "t.dat");
	buf_grow(out, in->len + 4096);
	z.next_in = (Bytef *)in->data, z.avail_in = (uInt)in->len;
	z.next_out = (Bytef *)out->data + out->len, z.avail_out = (uInt)in->len + 4096;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void pack_7z(const struct buf *in, struct buf *out)
{
	static const char *const names[] = {"t.dat", NULL};
	make_7z(out, names, in->data, in->len);
}

static void pack_lzh(const struct buf *in, struct buf *out)
{
	static const char head[] = "\x1B\0-lh0-";
	buf_add(out, head, sizeof head - 1);
	le(out, in->len, 4), le(out, in->len, 4), le(out, 0, 4);
	le(out, 0x20, 1), le(out, 0, 1), le(out, 5, 1);
	buf_adds(out, "t.dat");
	le(out, 0, 2);
	buf_add(out, in->data, in->len);
}

/* A program in an archive is known as one though the archive is cut in the middle of it, or damaged there. */
static void what_is_torn_is_known_by_its_beginning(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*pack)(const struct buf *in, struct buf *out);
		int is_cut; /* else damaged: cut, its list would be gone */
	} forms[] = {{"a.gz", pack_gz, 1},   {"a.xz", pack_xz, 1},   {"a.xz", pack_xz, 0},
	             {"a.tar", pack_tar, 1}, {"a.zip", pack_zip, 1}, {"a.zip", pack_zip_in_one_go, 1},
	             {"a.7z", pack_7z, 0},   {"a.lzh", pack_lzh, 1}};
	struct buf noise = BUF_INIT;
	make_noise(&noise);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct buf archive = BUF_INIT;
		json_t *all;
		forms[i].pack(&noise, &archive);
		if (forms[i].is_cut)
			archive.len /= 2;
		else
			memset(archive.data + archive.len / 2, 0xFF, 64);
		look_at_one(&archive, forms[i].name, NULL, &all);
		const json_t *mail = json_array_get(all, 0);
		const json_t *inside =
		    json_array_get(json_object_get(json_array_get(json_object_get(mail, "parts"), 1), "inside"), 0);
		if (!inside || strcmp(json_get_string(inside, "format"), "exe") != 0 ||
		    strcmp(json_get_string(inside, "basis"), "content") != 0 || json_get_string(inside, "sha256") ||
		    !fires(mail, "file.program") || !fires(mail, "damaged.archive"))
			fail_msg("%s, %s: %s", forms[i].name, forms[i].is_cut ? "cut" : "damaged", json_dumps(mail, 0));
		json_decref(all);
		buf_release(&archive);
	}
	buf_release(&noise);
}

/* Of a packed tar the members before the tear are whole; of bzip2 all blocks before it come. */
static void members_before_a_tear_are_whole(void **state)
{
	(void)state;
	static void (*const packers[])(const struct buf *in, struct buf *out) = {pack_gz, pack_xz, pack_bz2};
	struct buf noise = BUF_INIT;
	struct buf tar_bytes = BUF_INIT;
	make_noise(&noise);
	buf_grow(&noise, 2300000); /* it is added to itself */
	while (noise.len < 2000000)
		buf_add(&noise, noise.data + 7, 290000);
	make_tar(&tar_bytes, "a.exe", PROGRAM, sizeof PROGRAM - 1);
	tar_bytes.len -= 1024;
	make_tar(&tar_bytes, "b.dat", noise.data, noise.len);
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
		struct buf archive = BUF_INIT;
		json_t *all;
		packers[i](&tar_bytes, &archive);
		archive.len = archive.len * 3 / 4;
		look_at_one(&archive, "a.dat", NULL, &all);
		is_program(json_array_get(all, 0), "a.exe");
		const json_t *torn = entry(json_array_get(all, 0), "b.dat");
		assert_non_null(torn);
		assert_string_equal(json_get_string(torn, "format"), "exe");
		assert_null(json_get_string(torn, "sha256"));
		assert_true(fires(json_array_get(all, 0), "damaged.archive"));
		json_decref(all);
		buf_release(&archive);
	}
	buf_release(&tar_bytes);
	buf_release(&noise);
}
/* Libraries are asked for the content of so many archives of a mail; of the others it is said. */
static void archives_beyond_the_limit_are_told(void **state)
{
	(void)state;
	struct buf program = BUF_INIT;
	struct buf packed = BUF_INIT;
	struct buf mail = BUF_INIT;
	size_t i;
	buf_adds(&program, PROGRAM);
	pack_xz(&program, &packed);
	buf_adds(&mail, "From: a@x.co.jp\nSubject: s\nContent-Type: multipart/mixed; boundary=bbb\n\n");
	for (i = 0; i < 22; i++) {
		buf_adds(&mail, "--bbb\nContent-Type: application/octet-stream; name=a.xz\n\n");
		buf_add(&mail, packed.data, packed.len);
		buf_adds(&mail, "\n");
	}
	buf_adds(&mail, "--bbb--\n");
	json_t *all = look(&mail, NULL);
	const json_t *parts = json_object_get(json_array_get(all, 0), "parts");
	assert_int_equal(json_array_size(parts), 22);
	size_t programs = 0;
	size_t told_of = 0;
	json_t *it;
	json_array_foreach(parts, i, it)
		programs +=
		    strcmp(json_get_string(json_array_get(json_object_get(it, "inside"), 0), "format"), "exe") == 0;
	json_array_foreach(json_object_get(json_array_get(all, 0), "findings"), i, it)
		told_of += strcmp(json_get_string(it, "id"), "limit.archive") == 0;
	assert_int_equal(programs, 20);
	assert_int_equal(told_of, 2);
	json_decref(all);
	buf_release(&program);
	buf_release(&packed);
	buf_release(&mail);
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cut_zip_of_mails_gives_what_is_there),
	    cmocka_unit_test(what_is_torn_is_known_by_its_beginning),
	    cmocka_unit_test(members_before_a_tear_are_whole),
	    cmocka_unit_test(archives_beyond_the_limit_are_told),
	};
	worker_main(argc, argv, jobs);
	setlocale(LC_CTYPE, "C.UTF-8"); /* names that libarchive writes */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
