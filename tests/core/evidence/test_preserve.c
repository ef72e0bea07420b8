/* Preserving into a case: records, forms, what is refused, and going on after interruptions. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/image/gev.h"
#include "evidence/image/volume.h"
#include "evidence/preserve.h"
#include "evidence/readable.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned mib = 1U << 20;

static int preserve(struct case_file *c, const char *path, struct preserve_options *o, struct preserved *out,
                    struct err *err)
{
	err_clear(err);
	return evidence_preserve(c, path, o, out, err);
}

static void no_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	fail_msg("%s: %s", part, text);
}

static void count_finding(void *ctx, const char *part, const char *text)
{
	(void)part;
	print_message("%s\n", text);
	++*(int *)ctx;
}

static void every_form_of_a_file(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	const char *source = scratch_path("disk.dd");
	char sha256[65];
	size_t n;
	make_file(source, 3 * mib + 17, 1);
	unsigned char *bytes = read_whole(source, &n);
	sha256_text_of(bytes, n, sha256);
	free(bytes);
	static const enum evidence_form forms[] = {EVIDENCE_HASH, EVIDENCE_RAW, EVIDENCE_SEALED};
	for (size_t i = 0; i < 3; i++)
		for (int split = 0; split < (forms[i] == EVIDENCE_HASH ? 1 : 2); split++) {
			struct preserve_options o = {.form = forms[i],
			                             .to_dir = scratch_path("copies"),
			                             .on = "R1-A1",
			                             .also = DIGEST_MD5,
			                             .split = split ? mib + 1 : 0};
			assert_ok(preserve(c, source, &o, &p, &err), err);
			assert_true(p.complete);
			assert_string_equal(p.sha256, sha256);
			assert_string_equal(field_of(c, p.label, "sha256"), sha256);
			assert_string_equal(field_of(c, p.label, "form"), evidence_form_name(forms[i]));
			assert_string_equal(field_of(c, p.label, "match"), forms[i] == EVIDENCE_HASH ? "" : "same");
			assert_string_equal(field_of(c, p.label, "complete"), "complete");
			assert_int_equal(strlen(field_of(c, p.label, "md5")), 32);
			preserved_release(&p);
		}
	assert_same_file(source, scratch_path("copies/disk.dd"));
	assert_true(exists(scratch_path("copies/disk.dd.2.004")));
	assert_true(exists(scratch_path("copies/disk.dd.gev")));
	/* nothing of the source can be read in the container, and it differs each time */
	struct evidence_report report;
	assert_ok(evidence_verify(c, 0, NULL, no_finding, NULL, &report, &err), err);
	assert_int_equal(report.checked, 5);
	/* bytes out again */
	assert_ok(evidence_extract(c, "R1-E4", scratch_path("out"), 0, NULL, &err), err);
	assert_same_file(source, scratch_path("out"));
	assert_ok(evidence_extract(c, "R1-E5", scratch_path("out2"), 0, NULL, &err), err);
	assert_same_file(source, scratch_path("out2"));
	assert_int_equal(evidence_extract(c, "R1-E5", scratch_path("out2"), 0, NULL, &err), -1); /* never over a file */
	case_end(c);
}

static void damage_is_found_and_named(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	const char *source = scratch_path("mail.eml");
	make_file(source, 2 * mib + 5, 2);
	static const enum evidence_form forms[] = {EVIDENCE_RAW, EVIDENCE_SEALED};
	for (size_t i = 0; i < 2; i++) {
		struct preserve_options o = {.form = forms[i], .to_dir = scratch_path("damaged")};
		assert_ok(preserve(c, source, &o, &p, &err), err);
		preserved_release(&p);
	}
	size_t n;
	static const char *const copies[] = {"damaged/mail.eml", "damaged/mail.eml.gev"};
	for (size_t i = 0; i < 2; i++) {
		unsigned char *bytes = read_whole(scratch_path(copies[i]), &n);
		int fd = open(scratch_path(copies[i]), O_WRONLY);
		bytes[mib + 1000] ^= 4;
		assert_int_equal(pwrite(fd, bytes + mib + 1000, 1, mib + 1000), 1);
		close(fd);
		free(bytes);
	}
	int findings = 0;
	struct evidence_report report;
	err_clear(&err);
	assert_ok(evidence_verify(c, 1, NULL, count_finding, &findings, &report, &err), err);
	assert_int_equal(findings, 2);
	assert_string_equal(field_of(c, "R1-E1", "verified"), "failed");
	assert_string_equal(field_of(c, "R1-E2", "verified"), "failed");
	/* the intact pieces can be had all the same */
	assert_int_equal(evidence_extract(c, "R1-E2", scratch_path("whole"), 0, NULL, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	assert_false(exists(scratch_path("whole")));
	err_clear(&err);
	assert_int_equal(evidence_extract(c, "R1-E2", scratch_path("intact"), EXTRACT_INTACT, NULL, &err), -1);
	unsigned char *was = read_whole(source, &n);
	unsigned char *is = read_whole(scratch_path("intact"), &n);
	assert_int_equal(n, 2 * mib + 5);
	assert_memory_equal(was, is, mib);
	assert_int_equal(is[mib], 0);
	assert_int_equal(memcmp(was + 2 * mib, is + 2 * mib, 5), 0);
	free(was);
	free(is);
	case_end(c);
}

static void what_is_refused(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_RAW};
	write_text(scratch_path("small"), "abc");
	assert_int_equal(preserve(c, scratch_path("small"), &o, &p, &err), -1); /* no --to */
	assert_int_equal(err.code, ERR_USAGE);
	preserved_release(&p);
	o = (struct preserve_options){.form = EVIDENCE_HASH, .on = "R1-X9"};
	assert_int_equal(preserve(c, scratch_path("small"), &o, &p, &err), -1);
	preserved_release(&p);
	o = (struct preserve_options){.form = EVIDENCE_HASH};
	assert_int_equal(preserve(c, scratch_path("absent"), &o, &p, &err), -1);
	preserved_release(&p);
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_int_equal(preserve(c, scratch_path("pipe"), &o, &p, &err), -1);
	preserved_release(&p);
	o = (struct preserve_options){.form = EVIDENCE_SEALED, .to_dir = scratch_path("x")};
	mkdir(scratch_path("folder"), 0700);
	assert_int_equal(preserve(c, scratch_path("folder"), &o, &p, &err), -1);
	preserved_release(&p);
	assert_int_equal(record_count(c, "evidence", RECORD_WITH_RETRACTED), 0);
	case_end(c);
}

static void a_stated_digest_is_compared(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"title", "export of the mail server"},
	                          {"claimed_hash", "md5:900150983CD24FB0D6963F7D28E17F72"}};
	assert_ok(record_add(c, "evidence", fields, 2, 0, label, &err), err);
	write_text(scratch_path("came"), "abc");
	write_text(scratch_path("other"), "abd");
	struct preserve_options o = {.form = EVIDENCE_HASH, .for_label = label};
	assert_ok(preserve(c, scratch_path("other"), &o, &p, &err), err);
	assert_false(p.complete);
	assert_string_equal(p.label, label);
	assert_string_equal(field_of(c, label, "match"), "different");
	preserved_release(&p);
	assert_ok(preserve(c, scratch_path("came"), &o, &p, &err), err);
	assert_true(p.complete);
	assert_string_equal(field_of(c, label, "match"), "same");
	assert_string_equal(field_of(c, label, "title"), "export of the mail server");
	assert_string_equal(field_of(c, label, "unread"), "");
	preserved_release(&p);
	assert_int_equal(record_count(c, "evidence", 0), 1);
	case_end(c);
}

/* ---- interrupted */

static int stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)total;
	return done >= *(uint64_t *)ctx;
}

static void an_interruption_is_on_record_and_gone_on_with(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	const char *source = scratch_path("big");
	char sha256[65];
	size_t n;
	make_file(source, 21 * (size_t)mib + 3, 4);
	unsigned char *bytes = read_whole(source, &n);
	sha256_text_of(bytes, n, sha256);
	free(bytes);
	static const enum evidence_form forms[] = {EVIDENCE_HASH, EVIDENCE_RAW, EVIDENCE_SEALED};
	for (size_t i = 0; i < 3; i++) {
		uint64_t stop = 10 * (uint64_t)mib;
		struct progress progress = {stop_at, &stop};
		struct preserve_options o = {.form = forms[i],
		                             .to_dir = scratch_path("resumed"),
		                             .split = i ? 7 * mib + 1 : 0,
		                             .progress = &progress};
		char label[LABEL_TEXT];
		/* twice interrupted, the case closed between */
		for (int k = 0; k < 2; k++) {
			assert_ok(preserve(c, source, &o, &p, &err), err);
			assert_false(p.complete);
			snprintf(label, sizeof label, "%s", p.label);
			assert_string_equal(field_of(c, label, "complete"), "interrupted");
			assert_string_equal(field_of(c, label, "sha256"), "");
			assert_non_null(strstr(field_of(c, label, "unread"), "stopped at byte"));
			preserved_release(&p);
			stop = 15 * (uint64_t)mib;
			c = case_again(c);
		}
		o.progress = NULL;
		assert_ok(preserve(c, source, &o, &p, &err), err);
		if (!p.complete)
			fail_msg("%s: %s: %s", p.label, field_of(c, p.label, "match"), p.note.data);
		assert_string_equal(p.label, label);
		assert_string_equal(p.sha256, sha256);
		assert_string_equal(field_of(c, label, "complete"), "complete");
		assert_string_equal(field_of(c, label, "unread"),
		                    forms[i] == EVIDENCE_HASH ? "" : field_of(c, label, "unread"));
		const char *interruptions = field_of(c, label, "interruptions");
		const char *first = strstr(interruptions, "gone on at");
		assert_non_null(first);
		assert_non_null(strstr(first + 1, "gone on at"));
		assert_null(strstr(interruptions, "from byte 0"));
		preserved_release(&p);
	}
	assert_int_equal(record_count(c, "evidence", RECORD_WITH_RETRACTED), 3);
	struct evidence_report report;
	assert_ok(evidence_verify(c, 0, NULL, no_finding, NULL, &report, &err), err);
	assert_int_equal(report.checked, 3);
	case_end(c);
}

static void a_copy_can_be_verified_later(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct evidence_report report;
	make_file(scratch_path("disk"), 3U << 20, 5);
	struct preserve_options o = {.form = EVIDENCE_SEALED, .to_dir = scratch_path("later"), .verify_later = 1};
	for (int i = 0; i < 2; i++) {
		assert_ok(preserve(c, scratch_path("disk"), &o, &p, &err), err);
		assert_true(p.complete);
		assert_string_equal(field_of(c, p.label, "match"), "pending");
		assert_non_null(strstr(p.note.data, "not read back"));
		preserved_release(&p);
	}
	int fd = open(scratch_path("later/disk.2.gev"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "wrong", 5, 1U << 20), 5);
	close(fd);
	int findings = 0;
	assert_ok(evidence_verify(c, 1, NULL, count_finding, &findings, &report, &err), err);
	assert_true(findings > 0);
	assert_string_equal(field_of(c, "R1-E1", "match"), "same");
	assert_string_equal(field_of(c, "R1-E2", "match"), "different");
	case_end(c);
}

struct steps {
	unsigned count, until; /* until 0: to the end */
};

static int count_steps(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct steps *steps = ctx;
	(void)what;
	(void)done;
	(void)total;
	return ++steps->count == steps->until;
}

/* What differs is read a second time, whether it can be read at all: for hours, if it is large. */
static void the_second_reading_can_be_cancelled(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct evidence_report report;
	struct steps steps = {0, 0};
	struct progress progress = {count_steps, &steps};
	int findings = 0;
	make_file(scratch_path("disk"), 3U << 20, 5);
	struct preserve_options o = {.form = EVIDENCE_HASH};
	assert_ok(preserve(c, scratch_path("disk"), &o, &p, &err), err);
	preserved_release(&p);
	assert_ok(evidence_verify(c, 0, &progress, no_finding, NULL, &report, &err), err);
	steps.until = steps.count + 2;
	steps.count = 0;
	make_file(scratch_path("disk"), 3U << 20, 6);
	assert_int_equal(evidence_verify(c, 1, &progress, count_finding, &findings, &report, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(steps.count, steps.until);
	assert_string_equal(field_of(c, "R1-E1", "verified"), "");
	case_end(c);
}

/* A folder one of whose files is not let to be read is not other than it was, until something is seen to be. */
static void a_folder_that_is_not_given_is_unreadable(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct evidence_report report;
	int findings = 0;
	assert_int_equal(mkdir(scratch_path("half"), 0755), 0);
	write_text(scratch_path("half/given"), "a");
	write_text(scratch_path("half/kept"), "b");
	struct preserve_options o = {.form = EVIDENCE_RAW, .to_dir = scratch_path("half-copy")};
	assert_ok(preserve(c, scratch_path("half"), &o, &p, &err), err);
	preserved_release(&p);
	chmod(scratch_path(""), 0755);
	chmod(scratch_path("half-copy"), 0755);
	chmod(scratch_path("half-copy/half"), 0755);
	chmod(scratch_path("half-copy/half/given"), 0644);
	chmod(scratch_path("half-copy/half/kept"), 0);
	uid_t self = geteuid();
	assert_true(self != 0 || seteuid(65534) == 0);
	assert_ok(evidence_verify(c, 0, NULL, count_finding, &findings, &report, &err), err);
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(findings, 1);
	assert_int_equal(report.unreadable, 1);
	assert_int_equal(report.checked, 0);
	write_text(scratch_path("half-copy/half/given"), "other");
	findings = 0;
	assert_true(self != 0 || seteuid(65534) == 0);
	assert_ok(evidence_verify(c, 0, NULL, count_finding, &findings, &report, &err), err);
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(findings, 2);
	assert_int_equal(report.unreadable, 0);
	assert_int_equal(report.checked, 1);
	case_end(c);
}

static void a_changed_source_is_noticed(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	const char *source = scratch_path("changing");
	make_file(source, 20 * (size_t)mib, 5);
	uint64_t stop = 10 * (uint64_t)mib;
	struct progress progress = {stop_at, &stop};
	struct preserve_options o = {.form = EVIDENCE_RAW, .to_dir = scratch_path("changed"), .progress = &progress};
	assert_ok(preserve(c, source, &o, &p, &err), err);
	preserved_release(&p);
	make_file(source, 20 * (size_t)mib, 6); /* another time of change */
	o.progress = NULL;
	assert_ok(preserve(c, source, &o, &p, &err), err);
	if (!p.complete)
		fail_msg("%s: %s: %s", p.label, field_of(c, p.label, "match"), p.note.data);
	assert_string_equal(p.label, "R1-E2");
	assert_non_null(strstr(p.note.data, "the source is not what it was"));
	assert_string_equal(field_of(c, "R1-E1", "complete"), "interrupted");
	preserved_release(&p);
	case_end(c);
}

static void a_damaged_unfinished_copy_is_noticed(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	const char *source = scratch_path("sound");
	make_file(source, 20 * (size_t)mib, 7);
	static const enum evidence_form forms[] = {EVIDENCE_RAW, EVIDENCE_SEALED};
	static const char *const parts[] = {"unsound/sound.part", "unsound/sound.gev.part"};
	for (size_t i = 0; i < 2; i++) {
		uint64_t stop = 10 * (uint64_t)mib;
		struct progress progress = {stop_at, &stop};
		struct preserve_options o = {
		    .form = forms[i], .to_dir = scratch_path("unsound"), .progress = &progress};
		assert_ok(preserve(c, source, &o, &p, &err), err);
		preserved_release(&p);
		int fd = open(scratch_path(parts[i]), O_WRONLY);
		assert_int_equal(pwrite(fd, "damage", 6, 10 * mib - 2000), 6);
		close(fd);
		o.progress = NULL;
		assert_ok(preserve(c, source, &o, &p, &err), err);
		assert_true(p.complete);
		assert_non_null(strstr(p.note.data, "begun anew"));
		preserved_release(&p);
	}
	assert_same_file(source, scratch_path("unsound/sound"));
	case_end(c);
}

static void a_tree_goes_on(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	char path[4096];
	mkdir(scratch_path("many"), 0700);
	for (int i = 0; i < 400; i++) {
		snprintf(path, sizeof path, "%s/f%03d", scratch_path("many"), i);
		make_file(path, 1000, (uint64_t)i);
	}
	uint64_t stop = 50000;
	struct progress progress = {stop_at, &stop};
	struct preserve_options o = {
	    .form = EVIDENCE_RAW, .to_dir = scratch_path("many-copies"), .progress = &progress};
	assert_ok(preserve(c, scratch_path("many"), &o, &p, &err), err);
	assert_false(p.complete);
	assert_string_equal(field_of(c, "R1-E1", "complete"), "interrupted");
	preserved_release(&p);
	o.progress = NULL;
	assert_ok(preserve(c, scratch_path("many"), &o, &p, &err), err);
	assert_true(p.complete);
	assert_string_equal(p.label, "R1-E1");
	assert_int_equal(p.files, 400);
	assert_non_null(strstr(field_of(c, "R1-E1", "interruptions"), "gone on at"));
	assert_false(exists(scratch_path("many-copies/many.2")));
	preserved_release(&p);
	case_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_form_of_a_file, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(damage_is_found_and_named, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(what_is_refused, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_copy_can_be_verified_later, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(the_second_reading_can_be_cancelled, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_stated_digest_is_compared, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(an_interruption_is_on_record_and_gone_on_with, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_folder_that_is_not_given_is_unreadable, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_changed_source_is_noticed, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_damaged_unfinished_copy_is_noticed, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_tree_goes_on, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
