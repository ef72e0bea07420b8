/* Images in several files, whole and with files missing, cut short, exchanged: named, and nothing else is. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/image/ewf.h"
#include "evidence/image/image_log.h"
#include "evidence/image/part_names.h"
#include "evidence/preserve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned mib = 1U << 20;

static int preserve(struct case_file *c, const char *path, const struct preserve_options *o, struct preserved *p)
{
	struct err err = ERR_INIT;
	int rc = evidence_preserve(c, path, o, p, &err);
	if (rc < 0)
		print_message("%s\n", err.message);
	return rc;
}

/* The parts of a file, 1 MiB each, named NAME.001 … */
static void cut(const char *source, const char *name)
{
	size_t n;
	unsigned char *bytes = read_whole(source, &n);
	for (size_t at = 0, i = 1; at < n; at += mib, i++) {
		char path[4096];
		size_t part = n - at < mib ? n - at : mib;
		snprintf(path, sizeof path, "%s.%03zu", name, i);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, bytes + at, part), part);
		close(fd);
	}
	free(bytes);
}

static void a_gap_is_not_the_end(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_HASH};
	make_file(scratch_path("disk.dd"), 5 * mib - 7, 1);
	cut(scratch_path("disk.dd"), scratch_path("disk"));
	assert_int_equal(unlink(scratch_path("disk.003")), 0);
	for (int form = EVIDENCE_HASH; form <= EVIDENCE_EWF; form++) {
		struct preserve_options copy = {.form = (enum evidence_form)form, .to_dir = scratch_path("copies")};
		assert_int_equal(preserve(c, scratch_path("disk.001"), &copy, &p), 0);
		assert_false(p.complete);
		assert_int_equal(p.size, 2 * mib);
		assert_string_equal(field_of(c, p.label, "complete"), "partial");
		assert_non_null(strstr(field_of(c, p.label, "unread"), "disk.003' is missing, while '"));
		assert_non_null(strstr(p.note.data, "disk.004' is there"));
		preserved_release(&p);
	}
	/* the gap may be the second part, and long */
	assert_int_equal(rename(scratch_path("disk.004"), scratch_path("disk.017")), 0);
	assert_int_equal(unlink(scratch_path("disk.002")), 0);
	assert_int_equal(preserve(c, scratch_path("disk.001"), &o, &p), 0);
	assert_string_equal(field_of(c, p.label, "complete"), "partial");
	assert_non_null(strstr(p.note.data, "disk.002' is missing, while '"));
	preserved_release(&p);
	/* a later part: refused while the first is there, told when it is not */
	struct err err = ERR_INIT;
	assert_int_equal(evidence_preserve(c, scratch_path("disk.005"), &o, &p, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	preserved_release(&p);
	assert_int_equal(rename(scratch_path("disk.001"), scratch_path("disk.006")), 0);
	assert_int_equal(preserve(c, scratch_path("disk.005"), &o, &p), 0);
	assert_string_equal(field_of(c, p.label, "complete"), "partial");
	assert_non_null(strstr(p.note.data, "is missing"));
	preserved_release(&p);
	/* a number alone is no set */
	write_text(scratch_path("letter.123"), "text");
	assert_int_equal(preserve(c, scratch_path("letter.123"), &o, &p), 0);
	assert_true(p.complete);
	assert_string_equal(p.note.data, "");
	preserved_release(&p);
	case_end(c);
}

static void parts_that_are_not_joined_are_told(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *other; /* NULL: none beside it */
		int told;
	} files[] = {
	    {"x.aa", "x.ab", 1},
	    {"y.ab", "y.aa", 1},
	    {"z.aaa", "z.aab", 1},
	    {"n.0001", "n.0002", 1},
	    {"two.01", "two.02", 1},
	    {"nine.09", "nine.10", 1},
	    {"a.z01", "a.z02", 1},
	    {"l.L01", "l.L02", 1},
	    {"e.Ex01", "e.Ex02", 1},
	    {"d.part1.rar", "d.part2.rar", 1},
	    {"v-s001.vmdk", "v-s002.vmdk", 1},
	    {"p_part09.bin", "p_part10.bin", 1},
	    {"alone.aa", NULL, 0},
	    {"log.1", "log.2", 0},
	    {"disk1.dd", "disk2.dd", 0},
	    {"m.mp3", "m.mp4", 0},
	    {"20240101.txt", "20240102.txt", 0},
	    {"k.so", "k.sp", 0},
	};
	struct case_file *c = case_begin();
	struct preserve_options o = {.form = EVIDENCE_HASH};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct preserved p;
		char path[4096];
		snprintf(path, sizeof path, "%s", scratch_path(files[i].name));
		write_text(path, files[i].name);
		if (files[i].other)
			write_text(scratch_path(files[i].other), "other");
		assert_int_equal(preserve(c, path, &o, &p), 0);
		if ((strstr(p.note.data, "does not join") != NULL) != files[i].told)
			fail_msg("%s: %s", files[i].name, p.note.data);
		preserved_release(&p);
	}
	case_end(c);
}

static void an_e01_without_its_beginning_is_told(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct preserved p;
	struct preserve_options o = {.form = EVIDENCE_EWF, .to_dir = scratch_path("images"), .split = 2 * mib};
	make_file(scratch_path("disk"), 7 * mib, 21);
	assert_int_equal(preserve(c, scratch_path("disk"), &o, &p), 0);
	preserved_release(&p);
	o.form = EVIDENCE_HASH;
	size_t n;
	unsigned char *whole = read_whole(scratch_path("images/disk.E01"), &n);
	free(whole);
	/* cut in its midst: its chunks are gone, and it is named */
	assert_int_equal(truncate(scratch_path("images/disk.E01"), (off_t)n / 2), 0);
	assert_int_equal(preserve(c, scratch_path("images/disk.E01"), &o, &p), 0);
	assert_true(p.wrong);
	assert_string_equal(field_of(c, p.label, "complete"), "partial");
	assert_non_null(strstr(p.note.data, "disk.E01' is cut short"));
	preserved_release(&p);
	/* no header at all */
	assert_int_equal(truncate(scratch_path("images/disk.E01"), 0), 0);
	assert_int_equal(preserve(c, scratch_path("images/disk.E01"), &o, &p), 0);
	assert_string_equal(field_of(c, p.label, "complete"), "partial");
	assert_non_null(strstr(p.note.data, "does not begin as one"));
	preserved_release(&p);
	case_end(c);
}

/* ---- verification: each alteration is named, and no other evidence */

static const struct form {
	const char *label;
	const char *file; /* "%zu": in parts */
	size_t count;
	int set;
	int container; /* what is behind its end is no part of the content, and files know their place */
} forms[] = {
    {"R1-E1", "theirs.%03zu", 4, 1, 0},
    {"R1-E2", "copies/disk.%03zu", 4, 1, 0},
    {"R1-E3", "copies/disk.gev.%03zu", 4, 1, 1},
    {"R1-E4", "copies/disk.E%02zu", 4, 1, 1},
    {"R1-E5", "one", 1, 0, 0},
    {"R1-E6", "single/disk", 1, 0, 0},
    {"R1-E7", "single/disk.gev", 1, 0, 1},
    {"R1-E8", "single/disk.E01", 1, 0, 1},
};

struct findings {
	const char *expected; /* label */
	const char *file;     /* that some line must name, or NULL */
	size_t here;
	size_t named;
	size_t elsewhere;
};

static void take_finding(void *ctx, const char *part, const char *text)
{
	struct findings *f = ctx;
	int here = f->expected && strcmp(part, f->expected) == 0;
	f->here += (size_t)here;
	f->elsewhere += (size_t)!here;
	f->named += here && f->file && strstr(text, f->file) != NULL;
	if (!here)
		print_message("%s: %s\n", part, text);
}

static void verify(struct case_file *c, struct findings *f)
{
	struct evidence_report report;
	struct err err = ERR_INIT;
	assert_ok(evidence_verify(c, 0, NULL, take_finding, f, &report, &err), err);
}

static const char *file_of(const struct form *form, size_t i)
{
	char name[256];
	if (form->count == 1)
		snprintf(name, sizeof name, "%s", form->file);
	else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(name, sizeof name, form->file, i + 1);
#pragma GCC diagnostic pop
	return scratch_path(name);
}

enum alteration { FLIP, CUT, EMPTY, REMOVE, LENGTHEN, EXCHANGE, ALTERATIONS };
static const char *const alterations[] = {"flipped", "cut", "emptied", "removed", "lengthened", "exchanged"};

static void put_back(const char *path, const unsigned char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

/* Alters file i of a form. 0 if that is no alteration of it. */
static int alter(const struct form *form, size_t i, enum alteration how)
{
	const char *path = file_of(form, i);
	const char *next = file_of(form, i + 1);
	struct stat st;
	unsigned char byte = 0;
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_RDWR);
	int done = 1;
	switch (how) {
	case FLIP:
		assert_int_equal(pread(fd, &byte, 1, st.st_size / 2), 1);
		byte ^= 0x40;
		assert_int_equal(pwrite(fd, &byte, 1, st.st_size / 2), 1);
		break;
	case CUT:
		assert_int_equal(ftruncate(fd, st.st_size - st.st_size / 3), 0);
		break;
	case EMPTY:
		assert_int_equal(ftruncate(fd, 0), 0);
		break;
	case REMOVE:
		assert_int_equal(unlink(path), 0);
		break;
	case LENGTHEN:
		done = !form->container && i + 1 == form->count;
		if (done)
			assert_int_equal(pwrite(fd, "x", 1, st.st_size), 1);
		break;
	default:
		/* the segments of an E01 are known by their numbers, in whatever file they lie */
		done = i + 1 < form->count && !(form->container && strstr(form->file, ".E"));
		if (done)
			assert_int_equal(renameat2(AT_FDCWD, path, AT_FDCWD, next, RENAME_EXCHANGE), 0);
		break;
	}
	close(fd);
	return done;
}

static void try_alteration(struct case_file *c, const struct form *form, size_t i, enum alteration how, size_t *tried)
{
	size_t n;
	char path[4096];
	snprintf(path, sizeof path, "%s", file_of(form, i));
	unsigned char *bytes = read_whole(path, &n);
	if (alter(form, i, how)) {
		struct findings f = {.expected = form->label};
		/* a file that is gone is named; of those that are cut, all that a container's own structure does not tell */
		f.file = form->set && how == REMOVE ? strrchr(path, '/') + 1 : NULL;
		verify(c, &f);
		if (!f.here || f.elsewhere || (f.file && !f.named))
			fail_msg("%s, file %zu %s: %zu findings, %zu name it, %zu of others", form->label, i + 1,
			         alterations[how], f.here, f.named, f.elsewhere);
		++*tried;
		if (how == EXCHANGE)
			assert_int_equal(alter(form, i, how), 1);
		else
			put_back(path, bytes, n);
	}
	free(bytes);
}

static void each_alteration_is_named_and_nothing_else(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct preserved p;
	make_file(scratch_path("disk"), 4 * mib - 99999, 3);
	make_file(scratch_path("one"), 4 * mib - 99999, 3);
	cut(scratch_path("disk"), scratch_path("theirs"));
	const struct {
		const char *path;
		struct preserve_options o;
	} made[] = {
	    {"theirs.001", {.form = EVIDENCE_HASH}},
	    {"disk", {.form = EVIDENCE_RAW, .to_dir = scratch_path("copies"), .split = mib}},
	    {"disk", {.form = EVIDENCE_SEALED, .to_dir = scratch_path("copies"), .split = mib}},
	    {"disk", {.form = EVIDENCE_EWF, .to_dir = scratch_path("copies"), .split = mib}},
	    {"one", {.form = EVIDENCE_HASH}},
	    {"disk", {.form = EVIDENCE_RAW, .to_dir = scratch_path("single")}},
	    {"disk", {.form = EVIDENCE_SEALED, .to_dir = scratch_path("single")}},
	    {"disk", {.form = EVIDENCE_EWF, .to_dir = scratch_path("single")}},
	};
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		assert_int_equal(preserve(c, scratch_path(made[i].path), &made[i].o, &p), 0);
		assert_string_equal(p.label, forms[i].label);
		assert_true(p.complete);
		preserved_release(&p);
		assert_true(exists(file_of(&forms[i], forms[i].count - 1)));
	}
	struct findings whole = {.expected = NULL};
	verify(c, &whole);
	assert_int_equal(whole.elsewhere, 0);
	size_t tried = 0;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		for (size_t k = 0; k < forms[i].count; k++)
			for (int how = 0; how < ALTERATIONS; how++)
				try_alteration(c, &forms[i], k, (enum alteration)how, &tried);
	verify(c, &whole);
	assert_int_equal(whole.elsewhere, 0);
	print_message("%zu alterations named\n", tried);
	assert_true(tried >= 80);
	case_end(c);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, &image_log_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_gap_is_not_the_end, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(parts_that_are_not_joined_are_told, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(an_e01_without_its_beginning_is_told, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(each_alteration_is_named_and_nothing_else, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
