/* Images of other tools as sources: content hashed, what they and their logs state compared. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/image/ewf.h"
#include "evidence/image/image_log.h"
#include "evidence/image/parts.h"
#include "evidence/preserve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned mib = 1U << 20;

static void no_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	fail_msg("%s: %s", part, text);
}

/* The file's bytes in parts NAME.first, … of these sizes. */
static void cut(const char *source, const char *name, unsigned first, const size_t *sizes, size_t count)
{
	size_t n;
	size_t at = 0;
	unsigned char *bytes = read_whole(source, &n);
	for (size_t i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s.%03zu", name, first + i);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		size_t part = i + 1 < count ? sizes[i] : n - at;
		assert_int_equal(write(fd, bytes + at, part), part);
		close(fd);
		at += part;
	}
	free(bytes);
}

static void sha256_of_file(const char *path, char hex[65])
{
	size_t n;
	unsigned char *bytes = read_whole(path, &n);
	sha256_text_of(bytes, n, hex);
	free(bytes);
}

static int preserve(struct case_file *c, const char *path, const struct preserve_options *o, struct preserved *p,
                    struct err *err)
{
	err_clear(err);
	return evidence_preserve(c, path, o, p, err);
}

static void a_set_of_raw_parts(void **state)
{
	(void)state;
	static const size_t sizes[] = {1000, 2U << 20, 1, 0};
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_HASH};
	char sha256[65];
	char log[1024];
	const char *source = scratch_path("disk.dd");
	make_file(source, 5 * mib + 5, 1);
	sha256_of_file(source, sha256);
	cut(source, scratch_path("img"), 0, sizes, 4);
	snprintf(log, sizeof log,
	         "dc3dd 7.2.646 started\ncommand line: dc3dd if=x hofs=img.000 hash=sha256\n\n"
	         "input results for file `x':\n   10240 sectors in\n   %s (sha256)\n      %.64s, sectors 0 - 2047\n"
	         "output results for files `img.000':\n   [ok] %s (sha256)\n",
	         sha256, "00000000000000000000000000000000000000000000000000000000000000ff", sha256);
	write_text(scratch_path("img.log"), log);
	assert_ok(preserve(c, scratch_path("img.000"), &o, &p, &err), err);
	assert_string_equal(p.note.data, "");
	assert_true(p.complete);
	assert_false(p.wrong);
	assert_string_equal(p.sha256, sha256);
	assert_string_equal(field_of(c, p.label, "form"), "raw");
	assert_string_equal(field_of(c, p.label, "image"), "raw, 4");
	assert_string_equal(field_of(c, p.label, "match"), "same");
	assert_non_null(strstr(field_of(c, p.label, "stated"), "img.log): same"));
	assert_ok(evidence_extract(c, p.label, scratch_path("given"), 0, NULL, &err), err);
	assert_same_file(scratch_path("given"), source);
	preserved_release(&p);

	/* as copies: what lands is the content, under the image's name */
	static const struct {
		enum evidence_form form;
		const char *copy;
	} forms[] = {
	    {EVIDENCE_RAW, "copies/img.dd"}, {EVIDENCE_SEALED, "copies/img.gev"}, {EVIDENCE_EWF, "copies/img.E01"}};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct preserve_options copy = {.form = forms[i].form, .to_dir = scratch_path("copies")};
		assert_ok(preserve(c, scratch_path("img.000"), &copy, &p, &err), err);
		assert_true(p.complete);
		assert_string_equal(p.sha256, sha256);
		assert_true(exists(scratch_path(forms[i].copy)));
		preserved_release(&p);
	}
	struct evidence_report report;
	assert_ok(evidence_verify(c, 0, NULL, no_finding, NULL, &report, &err), err);
	assert_int_equal(report.checked, 4);

	/* a later part, and the file as it is */
	assert_int_equal(preserve(c, scratch_path("img.001"), &o, &p, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	preserved_release(&p);
	o.plain = 1;
	assert_ok(preserve(c, scratch_path("img.000"), &o, &p, &err), err);
	assert_int_equal(p.size, 1000);
	assert_string_equal(field_of(c, p.label, "form"), "hash");
	preserved_release(&p);
	case_end(c);
}

static void a_part_alone_is_a_file(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_HASH};
	make_file(scratch_path("backup.001"), 700, 3);
	assert_ok(preserve(c, scratch_path("backup.001"), &o, &p, &err), err);
	assert_string_equal(field_of(c, p.label, "form"), "hash");
	assert_string_equal(field_of(c, p.label, "image"), "");
	preserved_release(&p);
	case_end(c);
}

static void a_log_that_does_not_fit_is_told(void **state)
{
	(void)state;
	static const size_t sizes[] = {mib, 0};
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_HASH};
	make_file(scratch_path("disk.dd"), 3 * mib, 1);
	cut(scratch_path("disk.dd"), scratch_path("x"), 1, sizes, 2);
	write_text(scratch_path("x.001.txt"), "Created By AccessData\n Information for C:\\x:\n[Computed Hashes]\r\n"
	                                      " MD5 checksum:    00000000000000000000000000000001 : verified\r\n");
	assert_ok(preserve(c, scratch_path("x.001"), &o, &p, &err), err);
	assert_true(p.wrong);
	assert_false(p.complete);
	assert_string_equal(field_of(c, p.label, "match"), "different");
	assert_string_equal(field_of(c, p.label, "complete"), "complete");
	assert_non_null(strstr(field_of(c, p.label, "stated"), "MD5 00000000000000000000000000000001"));
	assert_non_null(strstr(field_of(c, p.label, "stated"), "x.001.txt): different"));
	assert_int_equal(strlen(field_of(c, p.label, "md5")), 32);
	preserved_release(&p);
	/* a log by name, also for a plain file; one that states nothing; one that is not there */
	write_text(scratch_path("other.log"), "SHA1 hash 00000000000000000000000000000000000000AB\n");
	o.log = scratch_path("other.log");
	assert_ok(preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
	assert_true(p.wrong);
	assert_non_null(strstr(field_of(c, p.label, "stated"), "SHA-1 00000000000000000000000000000000000000ab"));
	preserved_release(&p);
	write_text(scratch_path("other.log"), "nothing here\n");
	assert_int_equal(preserve(c, scratch_path("disk.dd"), &o, &p, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	preserved_release(&p);
	o.log = scratch_path("nonesuch.log");
	assert_int_equal(preserve(c, scratch_path("disk.dd"), &o, &p, &err), -1);
	preserved_release(&p);
	case_end(c);
}

/* An E01 that another case wrote, moved away: foreign. */
static void foreign_image(size_t n, uint64_t split)
{
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_EWF, .to_dir = scratch_path("theirs"), .split = split};
	make_file(scratch_path("disk"), n, 21);
	assert_ok(preserve(c, scratch_path("disk"), &o, &p, &err), err);
	preserved_release(&p);
	case_end(c);
	assert_int_equal(unlink(scratch_path("site.genba")), 0);
}

static void an_e01_is_imported(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct preserved p;
	char sha256[65];
	foreign_image(5 * mib + 512, 2 * mib);
	sha256_of_file(scratch_path("disk"), sha256);
	struct case_file *c = case_begin();
	struct preserve_options o = {.form = EVIDENCE_HASH, .on = "R1-A1"};
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_string_equal(p.note.data, "");
	assert_true(p.complete);
	assert_string_equal(p.sha256, sha256);
	assert_string_equal(field_of(c, p.label, "form"), "ewf");
	assert_string_equal(field_of(c, p.label, "image"), "E01, 3");
	assert_non_null(strstr(field_of(c, p.label, "stated"), "(the image): same"));
	assert_non_null(strstr(field_of(c, p.label, "image_says"), "examiner_name: R1\n"));
	assert_non_null(strstr(field_of(c, p.label, "image_says"), "acquiry_date: "));
	assert_ok(evidence_extract(c, p.label, scratch_path("given"), 0, NULL, &err), err);
	assert_same_file(scratch_path("given"), scratch_path("disk"));
	preserved_release(&p);
	o.form = EVIDENCE_RAW;
	o.to_dir = scratch_path("copies");
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_true(p.complete);
	assert_same_file(scratch_path("copies/disk.dd"), scratch_path("disk"));
	preserved_release(&p);
	o.form = EVIDENCE_HASH;
	assert_int_equal(preserve(c, scratch_path("theirs/disk.E02"), &o, &p, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	preserved_release(&p);
	case_end(c);
}

static void a_damaged_e01_is_told(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct preserved p;
	foreign_image(5 * mib, 2 * mib);
	struct case_file *c = case_begin();
	struct preserve_options o = {.form = EVIDENCE_RAW, .to_dir = scratch_path("copies")};
	int fd = open(scratch_path("theirs/disk.E01"), O_RDWR);
	assert_int_equal(pwrite(fd, "damage", 6, mib), 6);
	close(fd);
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_true(p.wrong);
	assert_non_null(strstr(p.note.data, "zeros stand there: 32768 bytes from byte"));
	assert_non_null(strstr(p.note.data, "does not have the MD5 that is stated (the image)"));
	assert_string_equal(field_of(c, p.label, "complete"), "partial");
	assert_string_equal(field_of(c, p.label, "match"), "different");
	preserved_release(&p);
	assert_int_equal(unlink(scratch_path("theirs/disk.E03")), 0);
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_true(p.wrong);
	assert_non_null(strstr(p.note.data, "segments of it are missing"));
	preserved_release(&p);
	/* nothing of it can be read: nothing is recorded, the file itself can be kept */
	assert_int_equal(truncate(scratch_path("theirs/disk.E01"), 60), 0);
	assert_int_equal(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), -1);
	print_message("%s\n", err.message);
	assert_int_equal(err_status(&err), 4);
	assert_non_null(strstr(err.message, "--plain"));
	preserved_release(&p);
	o.plain = 1;
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_int_equal(p.size, 60);
	preserved_release(&p);
	case_end(c);
}

static int stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)total;
	return done >= *(uint64_t *)ctx;
}

static void an_interrupted_import_goes_on(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct preserved p;
	uint64_t stop = 40 * (uint64_t)mib;
	struct progress progress = {stop_at, &stop};
	foreign_image(48 * (size_t)mib, 0);
	struct case_file *c = case_begin();
	struct preserve_options o = {.form = EVIDENCE_RAW, .to_dir = scratch_path("copies"), .progress = &progress};
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_string_equal(field_of(c, p.label, "complete"), "interrupted");
	preserved_release(&p);
	o.progress = NULL;
	assert_ok(preserve(c, scratch_path("theirs/disk.E01"), &o, &p, &err), err);
	assert_true(p.complete);
	assert_string_equal(p.label, "R1-E1");
	assert_non_null(strstr(field_of(c, p.label, "interruptions"), "from byte"));
	assert_non_null(strstr(field_of(c, p.label, "stated"), "(the image): same"));
	assert_same_file(scratch_path("copies/disk.dd"), scratch_path("disk"));
	preserved_release(&p);
	case_end(c);
}

/* ---- logs */

static void expect_stated_of(const char *path, int set, const char *text, size_t n, const char *expected)
{
	struct image_log_of image = {path, set};
	struct image_log log = {.others = 0};
	struct buf is = BUF_INIT;
	image_log_scan(text, n, &image, &log);
	for (size_t i = 0; i < log.stated.count; i++)
		buf_addf(&is, "%s %.8s;", stated_name(log.stated.items[i].algorithm), log.stated.items[i].hex);
	if (log.others && !log.stated.count)
		buf_addf(&is, "others %zu;", log.others);
	assert_string_equal(is.data, expected);
	buf_release(&is);
}

static void expect_stated(const char *text, size_t n, const char *expected)
{
	expect_stated_of(NULL, 0, text, n, expected);
	expect_stated_of("/cases/disk1.dd", 0, text, n, expected);
	expect_stated_of("/cases/disk1.E01", 1, text, n, expected);
}

#define HEX32 "1abac1eccbc071d16376de822e613d56"
#define HEX40 "95BC457e75400e40cf2602773d5d98394f3afb70"
#define HEX64 "5c693ab8d0bcc826242c66686d96a25253d2cf7b6a17f7cddb023b3a0d0e9f86"

static void logs_of_tools(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *stated;
	} logs[] = {
	    {"   " HEX32 " (md5)\n      caae6749bfe0bc8aed866c736d51cfc0, sectors 0 - 2047\n", "MD5 1abac1ec;"},
	    {"   [ok] " HEX40 " (sha1)\n   [ok] " HEX64 " (sha256)", "SHA-1 95bc457e;SHA-256 5c693ab8;"},
	    {" MD5 checksum:    " HEX32 "\r\n SHA1 checksum:   " HEX40 " : verified\r\n",
	     "MD5 1abac1ec;SHA-1 95bc457e;"},
	    {"MD5 hash calculated over data:\t\t" HEX32 "\n", "MD5 1abac1ec;"},
	    {"SHA256 hash                   : " HEX64 "\nSHA256 hash verified source   : --\n", "SHA-256 5c693ab8;"},
	    {"SHA-256: " HEX64, "SHA-256 5c693ab8;"},
	    {"md5 " HEX32 "\rmd5 " HEX32 "\r", "MD5 1abac1ec;"},
	    {HEX32 "\nmd5 " HEX32 "0\nmd5 " HEX40 "\nmd5 z" HEX32 "\nsha256 " HEX32 "\n", ""},
	    {"command line: dc3dd hash=md5 of=/mnt/" HEX32 "\n",
	     "MD5 1abac1ec;"}, /* cannot be told apart: it is shown */
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
		expect_stated(logs[i].text, strlen(logs[i].text), logs[i].stated);
	char wide[256] = "\xFF\xFE";
	size_t n = 2;
	for (const char *p = "MD5\t" HEX32 "\r\n"; *p; p++) {
		wide[n++] = *p;
		wide[n++] = 0;
	}
	expect_stated(wide, n, "MD5 1abac1ec;");
	expect_stated(wide, n - 1, "MD5 1abac1ec;");
	struct image_log_of image = {"/x/img.001", 1};
	struct image_log log = {.others = 0};
	image_log_scan("of IMG.000", 10, &image, &log);
	assert_int_equal(log.mentions, 1);
	image_log_scan("of other.000", 12, &image, &log);
	assert_int_equal(log.mentions, 0);
}

#define B32 "bbbac1eccbc071d16376de822e613d56"
#define B64 "bb693ab8d0bcc826242c66686d96a25253d2cf7b6a17f7cddb023b3a0d0e9f86"

static void lists_of_several_images(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		int set;
		const char *text;
		const char *stated;
	} lists[] = {
	    {"/c/disk2.dd", 0, HEX64 "  disk1.dd\n" B64 "  disk2.dd\n", "SHA-256 bb693ab8;"},
	    {"/c/disk2.dd", 0, HEX64 " *disk1.dd\r\n" B64 " *disk2.dd\r\n", "SHA-256 bb693ab8;"},
	    {"/c/disk2.dd", 0, HEX32 " disk1.dd\n" B32 " disk2.dd\n", "MD5 bbbac1ec;"},
	    {"/c/disk2.dd", 0, "SHA256 (disk1.dd) = " HEX64 "\nSHA256 (/mnt/disk2.dd) = " B64 "\n",
	     "SHA-256 bb693ab8;"},
	    {"/c/disk2.dd", 0,
	     "MD5(disk1.dd)= " HEX32 "\nMD5(disk2.dd)= " B32 "\nSHA512 (disk2.dd) = " HEX64 HEX64 "\n",
	     "MD5 bbbac1ec;"},
	    {"/c/disk2.dd", 0,
	     "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## $ hashdeep *\n9," HEX32 "," HEX64
	     ",/x/disk1.dd\n9," B32 "," B64 ",/x/disk2.dd\n",
	     "MD5 bbbac1ec;SHA-256 bb693ab8;"},
	    {"/c/disk2.dd", 0, "MD5 of disk1.dd: " HEX32 "\nMD5 of disk2.dd: " B32 "\n", "MD5 bbbac1ec;"},
	    /* none of this image: others are told; a name that is only the end of another is another */
	    {"/c/disk3.dd", 0, HEX64 "  disk1.dd\n" B64 "  disk2.dd\n", "others 2;"},
	    {"/c/k1.dd", 0, HEX64 "  disk1.dd\n" B64 "  disk2.dd\n", "others 2;"},
	    /* one file alone was called otherwise then */
	    {"/c/disk3.dd", 0, "SHA256 (/dev/sdb) = " HEX64 "\n", "SHA-256 5c693ab8;"},
	    {"/c/disk3.dd", 0, HEX64 "  D:\\disk1.dd\n" HEX32 "  D:\\disk1.dd\n", "SHA-256 5c693ab8;MD5 1abac1ec;"},
	    /* of the same name in several folders, the one that agrees best */
	    {"/c/b/disk.dd", 0, HEX64 "  a/disk.dd\n" B64 "  b/disk.dd\n", "SHA-256 bb693ab8;"},
	    {"/c/b/disk.dd", 0, B64 "  X:\\c\\b\\disk.dd\n" HEX64 "  c/disk.dd\n", "SHA-256 bb693ab8;"},
	    {"/c/a\nb", 0, "\\" HEX64 "  a\\nb\n" B64 "  a\n", "SHA-256 5c693ab8;"},
	    /* a segment's digest is not the content's */
	    {"/c/disk.E01", 1, HEX64 "  disk.E01\n" B64 "  disk.E02\n", "others 2;"},
	    {"/c/disk.E01", 1, HEX64 "  disk.E01\n", "others 1;"},
	    {"/c/disk.E01", 1, HEX64 "  disk.E01\n" B64 "  disk.raw\n", "SHA-256 bb693ab8;"},
	    {"/c/disk.001", 1, HEX64 "  disk.001\n" B64 "  disk.002\n" HEX32 "  disk\n", "MD5 1abac1ec;"},
	    {"/c/disk.001", 0, HEX64 "  disk.001\n", "SHA-256 5c693ab8;"},
	    /* a list and a log in one */
	    {"/c/disk2.dd", 0, "md5 " HEX32 "\n" HEX64 "  disk1.dd\n" B64 "  disk2.dd\n",
	     "SHA-256 bb693ab8;MD5 1abac1ec;"},
	};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		expect_stated_of(lists[i].path, lists[i].set, lists[i].text, strlen(lists[i].text), lists[i].stated);
	struct buf wide = BUF_INIT;
	buf_add(&wide, "\xFF\xFE", 2);
	for (const char *p = B64 "  disk2.dd\r\n" HEX64 "  disk1.dd\r\n"; *p; p++) {
		buf_addc(&wide, *p);
		buf_addc(&wide, '\0');
	}
	expect_stated_of("/c/disk2.dd", 0, wide.data, wide.len, "SHA-256 bb693ab8;");
	buf_release(&wide);
}

static void a_list_of_several_images_is_no_charge(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct preserved p;
	struct err err = ERR_INIT;
	char one[65];
	char two[65];
	char text[1024];
	make_file(scratch_path("disk1.dd"), 5000, 1);
	make_file(scratch_path("disk2.dd"), 5000, 2);
	sha256_of_file(scratch_path("disk1.dd"), one);
	sha256_of_file(scratch_path("disk2.dd"), two);
	snprintf(text, sizeof text, "SHA256 (disk1.dd) = %s\nSHA256 (disk2.dd) = %s\n", one, two);
	write_text(scratch_path("tagged"), text);
	snprintf(text, sizeof text, "%s  disk1.dd\n%s  disk2.dd\n", one, one);
	write_text(scratch_path("plain"), text);
	struct preserve_options o = {.form = EVIDENCE_HASH, .log = scratch_path("tagged")};
	assert_ok(preserve(c, scratch_path("disk1.dd"), &o, &p, &err), err);
	assert_false(p.wrong);
	assert_null(strchr(field_of(c, p.label, "stated"), '\n')); /* one line */
	preserved_release(&p);
	o.log = scratch_path("plain");
	assert_ok(preserve(c, scratch_path("disk2.dd"), &o, &p, &err), err);
	assert_true(p.wrong); /* that one is really another */
	preserved_release(&p);
	assert_int_equal(preserve(c, scratch_path("plain"), &o, &p, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.message, "digests of other files"));
	preserved_release(&p);
	case_end(c);
}

static void a_huge_line_is_no_trap(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct image_log_of image = {NULL, 0};
	struct image_log log;
	while (text.len < IMAGE_LOG_LIMIT - 100)
		buf_adds(&text, "md5 sha1 sha256 " HEX32 " " HEX40 " ");
	int fd = open(scratch_path("huge.log"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	assert_ok(image_log_read(scratch_path("huge.log"), &image, &log, &err), err);
	assert_int_equal(log.stated.count, 2);
	assert_int_equal(write(fd, text.data, 1000), 1000);
	close(fd);
	assert_int_equal(image_log_read(scratch_path("huge.log"), &image, &log, &err), -1);
	buf_release(&text);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, &image_log_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_set_of_raw_parts, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_part_alone_is_a_file, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_log_that_does_not_fit_is_told, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(an_e01_is_imported, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_damaged_e01_is_told, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(an_interrupted_import_goes_on, scratch_begin, scratch_end),
	    cmocka_unit_test(logs_of_tools),
	    cmocka_unit_test(lists_of_several_images),
	    cmocka_unit_test_setup_teardown(a_list_of_several_images_is_no_charge, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_huge_line_is_no_trap, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
