/* Sources that do not hold still: they grow, shrink, vanish, fail for good, have holes. */
#include "help_evidence.h"

#include "evidence/acquire/acquire.h"
#include "evidence/preserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB ((size_t)DIGEST_PIECE)

/* ---- a layer that dies: from some time on every read fails, or gives nothing */

struct dying {
	size_t size;
	size_t dies_at; /* when a read gets there, for all reads from then on */
	int error;      /* 0: reads give no bytes */
	int is_dead;
	uint64_t reads_after;
};

static ssize_t dying_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	struct dying *d = ctx;
	d->is_dead |= offset + n > d->dies_at;
	if (d->is_dead) {
		d->reads_after++;
		errno = d->error;
		return d->error ? -1 : 0;
	}
	memset(bytes, 'x', n);
	return (ssize_t)n;
}

/* A stick that was pulled: some kernels give errors of the sector, others the end. Neither is a bad range, nor the end. */
static void a_medium_that_dies_is_no_bad_range(void **state)
{
	(void)state;
	static const int errors[] = {EIO, 0, ENXIO};
	for (size_t i = 0; i < 3; i++) {
		struct dying d = {.size = 400 * MIB, .dies_at = 20 * MIB + 4096, .error = errors[i]};
		struct source s;
		struct digest_result r;
		struct err err = ERR_INIT;
		source_from_layer(&s, dying_read, &d, d.size);
		struct acquisition a = {.source = &s, .label = "stick", .retry = 1};
		assert_int_equal(acquire(&a, &r, &err), -1);
		assert_int_equal(a.fault, ACQUIRE_SOURCE);
		assert_non_null(strstr(err.message, "cannot read 'stick' at byte "));
		assert_int_equal(a.unreadable.count, 0);
		assert_true(r.size <= 20 * MIB);
		assert_true(d.reads_after < 20000); /* not sector by sector to its end */
		ranges_release(&a.unreadable);
		digest_result_release(&r);
		source_close(&s);
	}
}

/* ---- files that change: at the moment when so much is through */

enum change { GROW, SHRINK, TOUCH, UNLINK };

struct changing {
	const char *path;
	enum change change;
	int done;
};

static int change_it(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct changing *c = ctx;
	(void)what;
	(void)total;
	if (c->done || done < MIB)
		return 0;
	c->done = 1;
	int fd = open(c->path, O_WRONLY | O_APPEND);
	if (c->change == GROW)
		assert_int_equal(write(fd, "more", 4), 4);
	else if (c->change == SHRINK)
		assert_int_equal(ftruncate(fd, 70 * MIB + 5), 0);
	else if (c->change == TOUCH)
		assert_int_equal(futimens(fd, NULL), 0);
	else
		assert_int_equal(unlink(c->path), 0);
	close(fd);
	return 0;
}

static void what_changes_is_on_record(void **state)
{
	(void)state;
	static const struct {
		enum change change;
		const char *note;
		const char *complete;
		const char *size;
	} all[] = {
	    {GROW, "grew while it was read: the first 125829120 bytes are preserved, of 125829124", "partial",
	     "125829120"},
	    {SHRINK, "shrank while it was read: it had 125829120 bytes, 73400325 could be read", "partial", "73400325"},
	    {TOUCH, "changed while it was read", "partial", "125829120"},
	    {UNLINK, "was removed while it was read", "complete", "125829120"},
	};
	struct case_file *c = case_begin();
	const char *path = scratch_path("moving");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (int copy = 0; copy < 2; copy++) {
			struct changing changing = {path, all[i].change, 0};
			struct progress progress = {change_it, &changing};
			struct preserve_options o = {.form = copy ? EVIDENCE_RAW : EVIDENCE_HASH,
			                             .to_dir = scratch_path("copies"),
			                             .progress = &progress};
			struct preserved p;
			struct err err = ERR_INIT;
			make_file(path, 120 * MIB, 5);
			assert_ok(evidence_preserve(c, path, &o, &p, &err), err);
			assert_int_equal(changing.done, 1);
			if (!strstr(p.note.data, all[i].note))
				fail_msg("'%s' is not in: %s", all[i].note, p.note.data);
			assert_non_null(strstr(field_of(c, p.label, "unread"), all[i].note));
			assert_string_equal(field_of(c, p.label, "complete"), all[i].complete);
			assert_string_equal(field_of(c, p.label, "source_size"), all[i].size);
			assert_int_equal(p.complete, all[i].change == UNLINK);
			assert_int_equal(strlen(p.sha256), 64); /* of what was read */
			if (copy && all[i].change != UNLINK)
				assert_string_equal(field_of(c, p.label, "match"), "not_comparable");
			preserved_release(&p);
		}
	case_end(c);
}

/* A log that is written faster than it is read comes to an end, alone and in a tree. */
static void a_growing_file_ends(void **state)
{
	(void)state;
	struct source s;
	struct err err = ERR_INIT;
	unsigned char bytes[64];
	size_t got;
	write_text(scratch_path("log"), "0123456789");
	assert_ok(source_open(&s, AT_FDCWD, scratch_path("log"), 0, &err), err);
	int fd = open(scratch_path("log"), O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "more", 4), 4);
	close(fd);
	assert_ok(source_read_at(&s, "log", 0, bytes, sizeof bytes, NULL, &got, &err), err);
	assert_int_equal(got, 10);
	struct digest *d = digest_new(0);
	struct digest_result r;
	char sha256[65];
	assert_ok(source_digest(&s, d, "log", &err), err);
	digest_end(d, &r);
	sha256_text_of("0123456789", 10, sha256);
	assert_string_equal(r.sha256, sha256);
	assert_true(source_changed(&s));
	digest_result_release(&r);
	digest_free(d);
	source_close(&s);
	/* what says that it has no bytes is read to its end */
	assert_ok(source_open(&s, AT_FDCWD, "/proc/self/status", 0, &err), err);
	assert_int_equal(s.size, 0);
	assert_ok(source_read_at(&s, "status", 0, bytes, sizeof bytes, NULL, &got, &err), err);
	assert_int_equal(got, sizeof bytes);
	source_close(&s);
}

/* ---- holes */

static void write_at(int fd, const char *text, size_t at)
{
	assert_int_equal(pwrite(fd, text, strlen(text), (off_t)at), (ssize_t)strlen(text));
}

/* Pages of the file that are in memory. */
static size_t resident(int fd, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *map = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	unsigned char *in = xmalloc(n / page + 1);
	size_t count = 0;
	assert_true(map != MAP_FAILED);
	assert_int_equal(mincore(map, n, in), 0);
	for (size_t i = 0; i < (n + page - 1) / page; i++)
		count += in[i] & 1;
	munmap(map, n);
	free(in);
	return count;
}

/* Holes are zeros that are not read, in the middle of pieces, at the end, behind a shrinking end. */
static void holes_are_zeros_that_are_not_read(void **state)
{
	(void)state;
	const size_t n = 80 * MIB + 777;
	unsigned char *bytes = xcalloc(1, n);
	static const size_t data[] = {5 * MIB - 3, 33 * MIB + 70000, 64 * MIB};
	const char *path = scratch_path("sparse");
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_int_equal(ftruncate(fd, (off_t)n), 0);
	for (size_t i = 0; i < 3; i++) {
		write_at(fd, "these bytes are no hole", data[i]);
		memcpy(bytes + data[i], "these bytes are no hole", 23);
	}
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	struct source s;
	struct digest_result r;
	struct err err = ERR_INIT;
	char sha256[65];
	assert_ok(source_open(&s, AT_FDCWD, path, 0, &err), err);
	struct acquisition a = {.source = &s, .label = "sparse", .retry = 1};
	assert_ok(acquire(&a, &r, &err), err);
	sha256_text_of(bytes, n, sha256);
	assert_string_equal(r.sha256, sha256);
	assert_int_equal(r.size, n);
	struct digest *plain = digest_new(DIGEST_PIECES); /* hashes pieces of zeros as all others */
	struct digest_result one;
	digest_add(plain, bytes, n);
	digest_end(plain, &one);
	assert_string_equal(r.piece_root, one.piece_root);
	if (lseek(fd, 0, SEEK_DATA) > 0)
		assert_true(resident(fd, n) < 40 * MIB / 4096);
	else
		print_message("this file system does not tell holes\n");
	/* where it ends now, not where a hole of before reached to */
	assert_int_equal(ftruncate(fd, 70 * MIB), 0);
	unsigned char some[100];
	size_t got;
	assert_ok(source_read_at(&s, "sparse", 70 * MIB - 10, some, sizeof some, NULL, &got, &err), err);
	assert_int_equal(got, 10);
	source_close(&s);
	close(fd);
	digest_free(plain);
	digest_result_release(&one);
	digest_result_release(&r);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_medium_that_dies_is_no_bad_range),
	    cmocka_unit_test(what_changes_is_on_record),
	    cmocka_unit_test(a_growing_file_ends),
	    cmocka_unit_test(holes_are_zeros_that_are_not_read),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
