/* E01 images: written so that others read them, read back through the cage, damage named. */
#include "evidence/acquire/acquire.h"
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/image/ewf.h"
#include "evidence/preserve.h"

#include <errno.h>
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

static void keep_finding(void *ctx, const char *part, const char *text)
{
	buf_addf(ctx, "%s: %s\n", part, text);
}

/* Where the scratch folder lies in memory there is no medium, which is said. */
static void nothing_to_note(const struct preserved *p)
{
	if (p->note.len && !strstr(p->note.data, "compared from memory"))
		fail_msg("%s", p->note.data);
}

/* Runs one of ewf-tools: 0 if it succeeded, -1 if not, 1 if it is not installed. Its output is for the log. */
static int run_tool(const char *tool, const char *words)
{
	char command[8192];
	snprintf(command, sizeof command, "command -v %s >/dev/null || exit 127; %s %s >%s 2>&1", tool, tool, words,
	         scratch_path("tool.log"));
	int status = system(command); // NOLINT(cert-env33-c): the tools of the peer, in a test
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		print_message("%s (ewf-tools) is not installed: not compared with it\n", tool);
		return 1;
	}
	return status == 0 ? 0 : -1;
}

/* ewfverify finds the image sound, ewfexport gives the same bytes. */
static void others_read_it(const char *image, const char *source)
{
	char words[4096];
	snprintf(words, sizeof words, "-q %s", image);
	assert_true(run_tool("ewfverify", words) >= 0);
	snprintf(words, sizeof words, "-u -q -f raw -t %s %s", scratch_path("exported"), image);
	int rc = run_tool("ewfexport", words);
	assert_true(rc >= 0);
	if (rc == 0) {
		assert_same_file(scratch_path("exported.raw"), source);
		unlink(scratch_path("exported.raw"));
		unlink(scratch_path("exported.raw.info"));
	}
}

/* A third random, a third text, a third zeros. */
static void make_mixed(const char *path, size_t n)
{
	unsigned char *bytes = calloc(1, n + 1);
	fill(bytes, n / 3, 7);
	for (size_t i = n / 3; i < n / 3 * 2; i++)
		bytes[i] = (unsigned char)"the scene, 現場. "[i * i % 17];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
	free(bytes);
}

static void what_is_written_others_read(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 511, 512, 32768, 100001, (3U << 20) + 512, (5U << 20) + 77};
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct preserved p;
		struct preserve_options o = {.form = EVIDENCE_EWF,
		                             .to_dir = scratch_path("images"),
		                             .on = "R1-A1",
		                             .also = i % 2 ? DIGEST_SHA1 : 0,
		                             .split = i % 2 ? 0 : mib,
		                             .compression = (enum ewf_compression)(i % 3)};
		char name[32];
		char image[32];
		snprintf(name, sizeof name, "disk%zu.dd", i);
		snprintf(image, sizeof image, "images/disk%zu.dd.E01", i);
		make_mixed(scratch_path(name), sizes[i]);
		assert_ok(evidence_preserve(c, scratch_path(name), &o, &p, &err), err);
		nothing_to_note(&p);
		assert_true(p.complete);
		assert_string_equal(field_of(c, p.label, "form"), "ewf");
		assert_string_equal(field_of(c, p.label, "match"), "same");
		assert_int_equal(strlen(field_of(c, p.label, "md5")), 32);
		others_read_it(scratch_path(image), scratch_path(name));
		assert_ok(evidence_extract(c, p.label, scratch_path("given"), 0, NULL, &err), err);
		assert_same_file(scratch_path("given"), scratch_path(name));
		unlink(scratch_path("given"));
		preserved_release(&p);
	}
	assert_true(exists(scratch_path("images/disk6.dd.E02")));
	struct evidence_report report;
	assert_ok(evidence_verify(c, 1, NULL, no_finding, NULL, &report, &err), err);
	assert_int_equal(report.checked, sizeof sizes / sizeof *sizes);
	assert_string_equal(field_of(c, "R1-E1", "verified"), "ok");
	case_end(c);
}

static void the_image_says_what_it_is(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct ewf_set set;
	struct preserve_options o = {.form = EVIDENCE_EWF, .to_dir = scratch_path("images"), .also = DIGEST_SHA1};
	make_file(scratch_path("tab\there 現場\033[2J.dd"), 4096, 3);
	assert_ok(evidence_preserve(c, scratch_path("tab\there 現場\033[2J.dd"), &o, &p, &err), err);
	assert_ok(ewf_set_open(&set, scratch_path("images/tab\there 現場\033[2J.dd.E01"), &err), err);
	struct ewf *image = ewf_open(&set, &err);
	assert_non_null(image);
	const struct ewf_about *about = ewf_about(image);
	assert_int_equal(about->size, 4096);
	assert_string_equal(about->md5, field_of(c, p.label, "md5"));
	assert_string_equal(about->sha1, field_of(c, p.label, "sha1"));
	assert_string_equal(json_string_value(json_object_get(about->words, "case_number")), case_id(c));
	assert_string_equal(json_string_value(json_object_get(about->words, "evidence_number")), p.label);
	assert_string_equal(json_string_value(json_object_get(about->words, "examiner_name")), "R1");
	const char *from = json_string_value(json_object_get(about->words, "description"));
	assert_non_null(strstr(from, "tab\\there 現場\\x1b[2J.dd"));
	assert_false(about->corrupted);
	ewf_close(image);
	ewf_set_close(&set);
	preserved_release(&p);
	case_end(c);
}

/* ---- damage */

static void flip(const char *path, off_t offset)
{
	unsigned char byte;
	int fd = open(path, O_RDWR);
	if (offset < 0)
		offset += lseek(fd, 0, SEEK_END);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x41;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static struct case_file *one_image(enum ewf_compression compression, struct preserved *p)
{
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserve_options o = {
	    .form = EVIDENCE_EWF, .to_dir = scratch_path("images"), .split = 2 * mib, .compression = compression};
	make_file(scratch_path("disk.dd"), 5 * mib, 11);
	assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, p, &err), err);
	return c;
}

static void expect_damage(struct case_file *c, const char *result, const char *finding)
{
	struct evidence_report report;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	assert_ok(evidence_verify(c, 1, NULL, keep_finding, &text, &report, &err), err);
	print_message("%s", text.data);
	assert_non_null(strstr(text.data, finding));
	assert_string_equal(field_of(c, "R1-E1", "verified"), result);
	buf_release(&text);
	assert_int_equal(evidence_extract(c, "R1-E1", scratch_path("given"), 0, NULL, &err), -1);
	print_message("%s\n", err.message);
	assert_int_equal(err_status(&err), 4);
	assert_false(exists(scratch_path("given")));
}

static void a_flipped_byte_is_named(void **state)
{
	(void)state;
	for (int level = 0; level < 2; level++) {
		struct preserved p;
		struct case_file *c = one_image((enum ewf_compression)level, &p);
		struct err err = ERR_INIT;
		flip(scratch_path("images/disk.dd.E01"), mib + mib / 2);
		expect_damage(c, "failed", "32768 bytes from byte");
		assert_int_equal(evidence_extract(c, "R1-E1", scratch_path("given"), EXTRACT_INTACT, NULL, &err), -1);
		assert_int_equal(err_status(&err), 4);
		size_t n;
		size_t m;
		size_t differ = 0;
		unsigned char *is = read_whole(scratch_path("given"), &n);
		unsigned char *was = read_whole(scratch_path("disk.dd"), &m);
		assert_int_equal(n, m);
		for (size_t i = 0; i < n; i++)
			differ += is[i] != was[i];
		assert_in_range(differ, 1, 32768); /* all but the one chunk */
		free(is);
		free(was);
		unlink(scratch_path("given"));
		preserved_release(&p);
		case_end(c);
		scratch_end(NULL);
		scratch_begin(NULL);
	}
}

static void a_missing_segment_is_named(void **state)
{
	(void)state;
	struct preserved p;
	struct case_file *c = one_image(EWF_FAST, &p);
	assert_int_equal(unlink(scratch_path("images/disk.dd.E03")), 0);
	expect_damage(c, "failed", "R1-E1: damaged: 1");
	preserved_release(&p);
	case_end(c);
}

static void a_short_image_is_named(void **state)
{
	(void)state;
	struct preserved p;
	struct case_file *c = one_image(EWF_FAST, &p);
	static const off_t lengths[] = {2 * 1048576 - 100000, 100000, 14, 5, 0};
	static const char *const findings[] = {"damaged: ", "damaged: ", "cannot be read as an E01 image",
	                                       "cannot be read as an E01 image", "cannot be read as an E01 image"};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		assert_int_equal(truncate(scratch_path("images/disk.dd.E01"), lengths[i]), 0);
		expect_damage(c, "failed", findings[i]);
	}
	preserved_release(&p);
	case_end(c);
}

/* A cut through the last table, and around it: libewf opens none of these. What lies before the cut is given. */
static void a_cut_table_loses_no_chunk(void **state)
{
	(void)state;
	static const unsigned splits[] = {2 * mib, 64 * mib};
	for (size_t k = 0; k < sizeof splits / sizeof *splits; k++) {
		struct preserved p;
		struct case_file *c = case_begin();
		struct err err = ERR_INIT;
		struct preserve_options o = {.form = EVIDENCE_EWF,
		                             .to_dir = scratch_path("images"),
		                             .split = splits[k],
		                             .compression = EWF_FAST};
		make_file(scratch_path("disk.dd"), 5 * mib, 11);
		assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
		char *last = xstrdup(scratch_path(k ? "images/disk.dd.E01" : "images/disk.dd.E03"));
		size_t n;
		unsigned char *was = read_whole(scratch_path("disk.dd"), &n);
		struct stat st;
		assert_int_equal(stat(last, &st), 0);
		for (off_t less = 40; less < 2500; less += 123) {
			size_t m;
			assert_int_equal(truncate(last, st.st_size - less), 0);
			err_clear(&err);
			evidence_extract(c, "R1-E1", scratch_path("given"), EXTRACT_INTACT, NULL, &err);
			if (!exists(scratch_path("given")))
				fail_msg("%ld bytes less: %s", (long)less, err.message);
			unsigned char *is = read_whole(scratch_path("given"), &m);
			assert_int_equal(m, n);
			if (memcmp(is, was, n - 32768 * 2) != 0)
				fail_msg("%ld bytes less: chunks before the cut are lost", (long)less);
			free(is);
			unlink(scratch_path("given"));
		}
		free(was);
		free(last);
		preserved_release(&p);
		case_end(c);
		scratch_end(NULL);
		scratch_begin(NULL);
	}
}

/* Whatever byte is damaged: the bytes given are the right ones, or it is said. */
static void no_wrong_bytes(void **state)
{
	(void)state;
	struct preserved p;
	struct case_file *c = one_image(EWF_FAST, &p);
	struct stat st;
	assert_int_equal(stat(scratch_path("images/disk.dd.E02"), &st), 0);
	for (unsigned i = 0; i < 24; i++) {
		struct err err = ERR_INIT;
		off_t at = i < 8    ? (off_t)i * 11
		           : i < 16 ? -(off_t)(i - 7) * 37
		                    : (off_t)(st.st_size / 8 * (i - 16) + i);
		flip(scratch_path("images/disk.dd.E02"), at);
		int rc = evidence_extract(c, "R1-E1", scratch_path("given"), 0, NULL, &err);
		if (rc == 0) {
			assert_same_file(scratch_path("given"), scratch_path("disk.dd"));
			unlink(scratch_path("given"));
		} else {
			assert_int_equal(err_status(&err), 4);
		}
		flip(scratch_path("images/disk.dd.E02"), at);
	}
	preserved_release(&p);
	case_end(c);
}

/* ---- trouble */

static int stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)total;
	return done >= *(uint64_t *)ctx;
}

static void an_interrupted_image_begins_anew(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	uint64_t stop = 20 * (uint64_t)mib;
	struct progress progress = {stop_at, &stop};
	struct preserve_options o = {
	    .form = EVIDENCE_EWF, .to_dir = scratch_path("images"), .split = 4 * mib, .progress = &progress};
	make_file(scratch_path("disk.dd"), 40 * mib, 5);
	assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
	assert_false(p.complete);
	assert_non_null(strstr(p.note.data, "begins it anew"));
	assert_string_equal(field_of(c, "R1-E1", "complete"), "interrupted");
	assert_string_equal(field_of(c, "R1-E1", "sha256"), "");
	assert_true(exists(scratch_path("images/disk.dd.part.E01")));
	preserved_release(&p);
	o.progress = NULL;
	c = case_again(c);
	assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
	assert_true(p.complete);
	assert_string_equal(p.label, "R1-E1");
	assert_non_null(strstr(field_of(c, "R1-E1", "interruptions"), "from the beginning: an E01 image cannot"));
	assert_false(exists(scratch_path("images/disk.dd.part.E01")));
	others_read_it(scratch_path("images/disk.dd.E01"), scratch_path("disk.dd"));
	preserved_release(&p);
	case_end(c);
}

static ssize_t failing_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const int *fd = ctx;
	if (offset < 70656 && offset + n > 69632) { /* two sectors */
		errno = EIO;
		return -1;
	}
	return pread(*fd, bytes, n, (off_t)offset);
}

static void bad_sectors_stand_in_the_image(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct source source;
	struct digest_result digests;
	struct ewf_set set;
	const char *first = scratch_path("bad.E01");
	struct ewf_options o = {.compression = EWF_FAST, .segment = EWF_SEGMENT, .size = mib};
	make_file(scratch_path("disk.dd"), mib, 9);
	int fd = open(scratch_path("disk.dd"), O_RDONLY);
	source_from_layer(&source, failing_read, &fd, mib);
	struct ewf_writer *w = ewf_writer_begin(first, &o, &err);
	assert_non_null(w);
	struct acquisition a = {
	    .source = &source, .label = "disk", .retry = 1, .also = DIGEST_MD5, .ops = &ewf_sink, .sink = w};
	assert_ok(acquire(&a, &digests, &err), err);
	assert_ok(ewf_writer_finish(w, &digests, &a.unreadable, &err), err);
	ewf_writer_free(w);
	assert_ok(ewf_set_finish(first, &err), err);
	assert_ok(ewf_set_open(&set, first, &err), err);
	struct ewf *image = ewf_open(&set, &err);
	assert_non_null(image);
	assert_int_equal(ewf_about(image)->unreadable.count, 1);
	assert_int_equal(ewf_about(image)->unreadable.items[0].offset, 69632);
	assert_int_equal(ewf_about(image)->unreadable.items[0].length, 1024);
	ewf_close(image);
	ewf_set_close(&set);
	char words[4096];
	snprintf(words, sizeof words, "-q %s", first);
	assert_true(run_tool("ewfverify", words) >= 0);
	ranges_release(&a.unreadable);
	digest_result_release(&digests);
	close(fd);
}

/* More ranges than are told one by one: how many are not is told. */
static void many_bad_ranges_are_counted(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct source source;
	struct digest_result digests;
	struct ewf_set set;
	struct ranges bad = {.count = 0};
	const char *first = scratch_path("many.E01");
	struct ewf_options o = {.compression = EWF_FAST, .segment = EWF_SEGMENT, .size = 11 * mib};
	make_file(scratch_path("disk.dd"), 11 * mib, 9);
	int fd = open(scratch_path("disk.dd"), O_RDONLY);
	source_from_layer(&source, failing_read, &fd, 11 * mib);
	struct ewf_writer *w = ewf_writer_begin(first, &o, &err);
	assert_non_null(w);
	struct acquisition a = {
	    .source = &source, .label = "disk", .retry = 1, .also = DIGEST_MD5, .ops = &ewf_sink, .sink = w};
	assert_ok(acquire(&a, &digests, &err), err);
	for (uint64_t i = 0; i < 10005; i++)
		ranges_add(&bad, i * 1024, 512);
	assert_ok(ewf_writer_finish(w, &digests, &bad, &err), err);
	ewf_writer_free(w);
	assert_ok(ewf_set_finish(first, &err), err);
	assert_ok(ewf_set_open(&set, first, &err), err);
	struct ewf *image = ewf_open(&set, &err);
	assert_non_null(image);
	assert_int_equal(ewf_about(image)->unreadable.count, 10000);
	assert_int_equal(ewf_about(image)->more, 5);
	ewf_close(image);
	ewf_set_close(&set);
	ranges_release(&bad);
	ranges_release(&a.unreadable);
	digest_result_release(&digests);
	close(fd);
}

static void any_order_of_reading(void **state)
{
	(void)state;
	struct preserved p;
	struct case_file *c = one_image(EWF_NONE, &p);
	struct err err = ERR_INIT;
	struct ewf_set set;
	size_t n;
	unsigned char *was = read_whole(scratch_path("disk.dd"), &n);
	unsigned char *bytes = malloc(n);
	assert_ok(ewf_set_open(&set, scratch_path("images/disk.dd.E01"), &err), err);
	struct ewf *image = ewf_open(&set, &err);
	static const uint64_t offsets[] = {0, 4 << 20, 100, (5U << 20) - 10, 3 << 20, 2 << 20, (3 << 20) - 5};
	for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
		ssize_t got = ewf_read(image, bytes, 4096, offsets[i]);
		assert_true(got > 0);
		assert_memory_equal(bytes, was + offsets[i], (size_t)got);
	}
	assert_int_equal(ewf_read(image, bytes, 10, 5 * mib), 0);
	ewf_close(image);
	ewf_set_close(&set);
	free(bytes);
	free(was);
	preserved_release(&p);
	case_end(c);
}

static void names_of_segments(void **state)
{
	(void)state;
	static const struct {
		size_t i;
		const char *name;
	} names[] = {{0, "a.E01"}, {98, "a.E99"}, {99, "a.EAA"}, {124, "a.EAZ"}, {125, "a.EBA"}, {99 + 676, "a.FAA"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *name = ewf_segment_path("a.E01", names[i].i);
		assert_string_equal(name, names[i].name);
		free(name);
	}
	char *lower = ewf_segment_path("b.e01", 100);
	assert_string_equal(lower, "b.eab");
	free(lower);
	assert_null(ewf_segment_path("a.E01", 99 + 676 * 22));
	assert_null(ewf_segment_path("E01", 1));
	assert_null(ewf_segment_path("a.dd", 1));
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_written_others_read, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(the_image_says_what_it_is, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_flipped_byte_is_named, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_missing_segment_is_named, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_short_image_is_named, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_cut_table_loses_no_chunk, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(no_wrong_bytes, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(an_interrupted_image_begins_anew, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(bad_sectors_stand_in_the_image, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(many_bad_ranges_are_counted, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(any_order_of_reading, scratch_begin, scratch_end),
	    cmocka_unit_test(names_of_segments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
