/* A medium that does not keep what is written: the copy, read back, is found different, and the place is named. */
#include "help_evidence.h"

#include "evidence/preserve.h"

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MIB (1U << 20)

static int64_t spoil = -1; /* the byte at this offset of a copy is written wrong */

static int is_copy(int fd)
{
	char name[64];
	char path[512];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	return strstr(path, "/source.") || strstr(path, "/source (");
}

/* Stands before the C library's: the program is linked with the code under test. */
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	if (spoil < offset || spoil >= offset + (off64_t)n || !is_copy(fd))
		return syscall(SYS_pwrite64, fd, bytes, n, offset);
	unsigned char *wrong = xmalloc(n);
	memcpy(wrong, bytes, n);
	wrong[spoil - offset] ^= 1;
	ssize_t written = syscall(SYS_pwrite64, fd, wrong, n, offset);
	free(wrong);
	return written;
}

static void copy(struct case_file *c, const char *source, const struct preserve_options *o, int wrong,
                 const char *place)
{
	struct err err = ERR_INIT;
	struct preserved p;
	assert_ok(evidence_preserve(c, source, o, &p, &err), err);
	if (strcmp(field_of(c, p.label, "match"), wrong ? "different" : "same") != 0)
		fail_msg("form %d, split %llu, wrong at %lld: %s; %s", (int)o->form, (unsigned long long)o->split,
		         (long long)spoil, field_of(c, p.label, "match"), p.note.data);
	if (wrong && !strstr(p.note.data, place))
		fail_msg("'%s' is not in: %s", place, p.note.data);
	preserved_release(&p);
}

/* Where a difference is named: the beginning of its stretch, or in memory of its piece. */
struct places {
	const char *middle;
	const char *part;
	const char *end;
};

static void in_a_folder(const char *folder, const struct places *places)
{
	struct case_file *c = case_begin();
	const char *source = scratch_path("source");
	make_file(source, 23 * MIB + 5, 3);
	struct preserve_options raw = {.form = EVIDENCE_RAW, .to_dir = folder};
	struct preserve_options split = {.form = EVIDENCE_RAW, .to_dir = folder, .split = 5 * MIB};
	struct preserve_options sealed = {.form = EVIDENCE_SEALED, .to_dir = folder};
	spoil = -1;
	copy(c, source, &raw, 0, "");
	copy(c, source, &split, 0, "");
	copy(c, source, &sealed, 0, "");
	spoil = 9 * MIB + 77;
	copy(c, source, &raw, 1, places->middle);
	spoil = 100000;
	copy(c, source, &sealed, 1, "");
	spoil = 3 * MIB; /* of each part */
	copy(c, source, &split, 1, places->part);
	spoil = 23 * MIB + 4;
	copy(c, source, &raw, 1, places->end);
	spoil = -1;
	case_end(c);
}

static void on_a_disk(void **state)
{
	(void)state;
	char *folder = xstrdup(scratch_path("copies"));
	in_a_folder(folder, &(struct places){"byte 8388608", "byte 0", "byte 20971520"});
	free(folder);
}

static void in_memory(void **state)
{
	(void)state;
	struct statfs fs;
	char folder[] = "/dev/shm/genba-test-XXXXXX";
	if (statfs("/dev/shm", &fs) < 0 || fs.f_type != TMPFS_MAGIC || !mkdtemp(folder)) {
		print_message("skipped: /dev/shm is not a tmpfs here\n");
		skip();
	}
	in_a_folder(folder, &(struct places){"byte 9437184", "byte 3145728", "byte 24117248"});
	char *command = xasprintf("rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(on_a_disk, scratch_begin, scratch_end),
	                                   cmocka_unit_test_setup_teardown(in_memory, scratch_begin, scratch_end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
