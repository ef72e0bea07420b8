/* One pass over a source: whole, failing, vanishing, cancelled, and gone on with. */
#include "help_evidence.h"

#include "evidence/acquire/acquire.h"
#include "evidence/image/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A device in memory with sectors that fail, and an end of its life. */
struct device {
	const unsigned char *bytes;
	size_t size;
	const struct range *bad;
	size_t bad_count;
	uint64_t gone_at; /* reads at or behind it fail with ENODEV; 0: never */
	int good_after;   /* so many reads of a bad range fail, then it can be read; 0: never */
	int failures;
};

static ssize_t device_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	struct device *d = ctx;
	if (offset >= d->size)
		return 0;
	if (n > d->size - offset)
		n = d->size - (size_t)offset;
	if (d->gone_at && offset + n > d->gone_at) {
		errno = ENODEV;
		return -1;
	}
	for (size_t i = 0; i < d->bad_count; i++)
		if (offset < d->bad[i].offset + d->bad[i].length && offset + n > d->bad[i].offset &&
		    (!d->good_after || d->failures++ < d->good_after)) {
			errno = EIO;
			return -1;
		}
	memcpy(bytes, d->bytes + offset, n);
	return (ssize_t)n;
}

static unsigned char *pattern(size_t n, uint64_t seed)
{
	unsigned char *bytes = xmalloc(n);
	fill(bytes, n, seed);
	return bytes;
}

static void count_trouble(void *ctx, uint64_t more)
{
	*(uint64_t *)ctx += more;
}

static int take(struct device *d, struct acquisition *a, struct digest_result *r, struct err *err)
{
	struct source s;
	source_from_layer(&s, device_read, d, d->size);
	a->source = &s;
	a->label = "device";
	int rc = acquire(a, r, err);
	source_close(&s);
	return rc;
}

static void sizes_around_a_piece(void **state)
{
	(void)state;
	static const size_t sizes[] = {
	    0, 1, 511, DIGEST_PIECE - 1, DIGEST_PIECE, DIGEST_PIECE + 1, 20 * DIGEST_PIECE + 3};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		unsigned char *bytes = pattern(sizes[i] + 1, i);
		struct device d = {.bytes = bytes, .size = sizes[i]};
		struct err err = ERR_INIT;
		struct digest_result r;
		struct digest_result one;
		struct acquisition a = {.also = DIGEST_MD5 | DIGEST_SHA1, .retry = 1};
		assert_ok(take(&d, &a, &r, &err), err);
		struct digest *single = digest_new(DIGEST_MD5 | DIGEST_SHA1 | DIGEST_PIECES);
		digest_add(single, bytes, sizes[i]);
		digest_end(single, &one);
		assert_string_equal(r.sha256, one.sha256);
		assert_string_equal(r.sha1, one.sha1);
		assert_string_equal(r.md5, one.md5);
		assert_string_equal(r.piece_root, one.piece_root);
		assert_int_equal(r.size, sizes[i]);
		assert_int_equal(a.unreadable.count, 0);
		digest_result_release(&r);
		digest_result_release(&one);
		digest_free(single);
		free(bytes);
	}
}

/* Offsets are exact to the sector, what is beside is kept, and the root covers the map. */
static void bad_sectors_are_zeros_and_ranges(void **state)
{
	(void)state;
	size_t n = 6 * DIGEST_PIECE + 1000;
	unsigned char *bytes = pattern(n, 3);
	const struct range bad[] = {
	    {512 * 3, 512},                   /* alone */
	    {DIGEST_PIECE - 1024, 2048},      /* over the border of two pieces */
	    {2 * DIGEST_PIECE + 100, 10},     /* less than a sector: the sector */
	    {3 * DIGEST_PIECE, DIGEST_PIECE}, /* a whole piece */
	    {6 * DIGEST_PIECE + 900, 100},    /* at the end, which is no whole sector */
	};
	const struct range expected[] = {{512 * 3, 512},
	                                 {DIGEST_PIECE - 1024, 2048},
	                                 {2 * DIGEST_PIECE, 512},
	                                 {3 * DIGEST_PIECE, DIGEST_PIECE},
	                                 {6 * DIGEST_PIECE + 512, 488}};
	struct device d = {bytes, n, bad, 5, 0, 0, 0};
	uint64_t troubles = 0;
	struct acquisition a = {.retry = 1, .trouble = count_trouble, .trouble_ctx = &troubles};
	struct digest_result r;
	struct err err = ERR_INIT;
	assert_ok(take(&d, &a, &r, &err), err);
	assert_int_equal(a.unreadable.count, 5);
	assert_int_equal(troubles, 6); /* told piece by piece: one of them lies in two */
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(a.unreadable.items[i].offset, expected[i].offset);
		assert_int_equal(a.unreadable.items[i].length, expected[i].length);
		memset(bytes + expected[i].offset, 0, expected[i].length);
	}
	char sha256[65];
	sha256_text_of(bytes, n, sha256);
	assert_string_equal(r.sha256, sha256);
	/* 7 pieces and the map */
	assert_int_equal(r.pieces.len, 8 * 32);
	struct buf map = BUF_INIT;
	unsigned char digest[32];
	ranges_text(&a.unreadable, &map);
	digest_piece(map.data, map.len, digest);
	assert_memory_equal(digest, r.pieces.data + (size_t)7 * 32, 32);
	struct ranges again = RANGES_INIT;
	assert_int_equal(ranges_parse(&again, map.data), 0);
	assert_int_equal(again.count, 5);
	assert_int_equal(ranges_total(&again), ranges_total(&a.unreadable));
	ranges_release(&again);
	assert_int_equal(ranges_parse(&again, "5 5\n7 1\n"), -1); /* overlapping */
	ranges_release(&again);
	assert_int_equal(ranges_parse(&again, "5 0\n"), -1);
	assert_int_equal(ranges_parse(&again, "-5 1\n"), -1);
	assert_int_equal(ranges_parse(&again, "5 1"), -1);
	buf_release(&map);
	ranges_release(&a.unreadable);
	digest_result_release(&r);
	free(bytes);
}

static void a_sector_that_can_be_read_again_is_read(void **state)
{
	(void)state;
	size_t n = 2 * DIGEST_PIECE;
	unsigned char *bytes = pattern(n, 4);
	const struct range bad[] = {{DIGEST_PIECE + 4096, 512}};
	struct device d = {bytes, n, bad, 1, 0, 3, 0};
	struct acquisition a = {.retry = 1};
	struct digest_result r;
	struct err err = ERR_INIT;
	char sha256[65];
	assert_ok(take(&d, &a, &r, &err), err);
	sha256_text_of(bytes, n, sha256);
	assert_int_equal(a.unreadable.count, 0);
	assert_string_equal(r.sha256, sha256);
	digest_result_release(&r);
	free(bytes);
}

static void without_retry_it_is_an_error(void **state)
{
	(void)state;
	unsigned char *bytes = pattern(DIGEST_PIECE, 4);
	const struct range bad[] = {{4096, 512}};
	struct device d = {bytes, DIGEST_PIECE, bad, 1, 0, 0, 0};
	struct acquisition a = {.retry = 0};
	struct digest_result r;
	struct err err = ERR_INIT;
	assert_int_equal(take(&d, &a, &r, &err), -1);
	assert_int_equal(a.fault, ACQUIRE_SOURCE);
	assert_non_null(strstr(err.message, "at byte 0"));
	digest_result_release(&r);
	free(bytes);
}

/* A medium that was pulled is not a very long bad range. */
static void a_vanished_device_ends_the_work(void **state)
{
	(void)state;
	size_t n = 8 * DIGEST_PIECE;
	unsigned char *bytes = pattern(n, 5);
	struct device d = {bytes, n, NULL, 0, 5 * DIGEST_PIECE, 0, 0};
	struct acquisition a = {.retry = 1};
	struct digest_result r;
	struct err err = ERR_INIT;
	assert_int_equal(take(&d, &a, &r, &err), -1);
	assert_int_equal(a.fault, ACQUIRE_SOURCE);
	assert_int_equal(a.unreadable.count, 0);
	assert_true(r.size <= 5 * DIGEST_PIECE);
	digest_result_release(&r);
	free(bytes);
}

/* ---- interrupted, and gone on with */

struct keeper {
	struct acquire_state state;
	int count;
};

static int keep(void *ctx, const struct acquire_state *state, struct err *err)
{
	(void)err;
	struct keeper *k = ctx;
	acquire_state_release(&k->state);
	k->state.digest = state->digest;
	buf_init(&k->state.pieces);
	buf_add(&k->state.pieces, state->pieces.data, state->pieces.len);
	for (size_t i = 0; i < state->unreadable.count; i++)
		ranges_add(&k->state.unreadable, state->unreadable.items[i].offset, state->unreadable.items[i].length);
	k->count++;
	return 0;
}

static int stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)total;
	return done >= *(uint64_t *)ctx;
}

static void goes_on_with_a_copy(void **state)
{
	(void)state;
	size_t n = 90 * DIGEST_PIECE + 777;
	unsigned char *bytes = pattern(n, 6);
	memset(bytes + 10 * DIGEST_PIECE, 0, 30 * DIGEST_PIECE); /* a hole over the checkpoint */
	const struct range bad[] = {{512 * 7, 512}, {80 * DIGEST_PIECE, 512}};
	struct device d = {bytes, n, bad, 2, 0, 0, 0};
	struct keeper k = {.state = {.pieces = BUF_INIT}};
	struct err err = ERR_INIT;
	uint64_t stop = 41 * DIGEST_PIECE;
	struct progress progress = {stop_at, &stop};
	struct volume v;
	assert_ok(volume_create(&v, scratch_path("copy"), 7 * DIGEST_PIECE + 5, &err), err);
	struct acquisition a = {.retry = 1,
	                        .ops = &acquire_raw,
	                        .sink = &v,
	                        .progress = &progress,
	                        .checkpoint = keep,
	                        .checkpoint_ctx = &k};
	struct digest_result r;
	assert_int_equal(take(&d, &a, &r, &err), -1);
	assert_int_equal(a.fault, ACQUIRE_CANCELLED);
	assert_true(k.count >= 1);
	ranges_release(&a.unreadable);
	digest_result_release(&r);
	volume_close(&v, 0);
	assert_true(exists(scratch_path("copy.001.part")));

	uint64_t from = k.state.pieces.len / 32;
	assert_true(from >= 32 && from <= 41);
	err_clear(&err);
	assert_ok(volume_resume(&v, scratch_path("copy"), 7 * DIGEST_PIECE + 5, from * DIGEST_PIECE, &err), err);
	struct acquisition b = {.retry = 1, .ops = &acquire_raw, .sink = &v, .from = &k.state};
	assert_ok(take(&d, &b, &r, &err), err);
	assert_ok(volume_truncate(&v, r.size, &err), err);
	assert_ok(volume_finish(&v, &err), err);
	volume_close(&v, 0);
	memset(bytes + 512 * 7, 0, 512);
	memset(bytes + 80 * DIGEST_PIECE, 0, 512);
	char sha256[65];
	sha256_text_of(bytes, n, sha256);
	assert_string_equal(r.sha256, sha256);
	assert_int_equal(r.size, n);
	assert_int_equal(b.unreadable.count, 2);
	assert_int_equal(b.unreadable.items[0].offset, 512 * 7);

	/* the parts joined are the bytes */
	assert_ok(volume_open(&v, scratch_path("copy"), &err), err);
	assert_int_equal(v.size, n);
	unsigned char *got = xmalloc(n);
	for (size_t at = 0; at < n;) {
		ssize_t part = volume_read(&v, got + at, n - at, at);
		assert_true(part > 0);
		at += (size_t)part;
	}
	assert_int_equal(volume_read(&v, got, 1, n), 0);
	assert_int_equal(memcmp(got, bytes, n), 0);
	volume_close(&v, 0);
	free(got);
	ranges_release(&b.unreadable);
	digest_result_release(&r);
	acquire_state_release(&k.state);
	free(bytes);
}

/* Killed before the first checkpoint: there is a state, but nothing was hashed yet. */
static void goes_on_from_the_very_beginning(void **state)
{
	(void)state;
	size_t n = 3 * DIGEST_PIECE + 5;
	unsigned char *bytes = pattern(n, 9);
	struct device d = {.bytes = bytes, .size = n};
	struct acquire_state nothing = {.pieces = BUF_INIT};
	struct acquisition a = {.from = &nothing, .also = DIGEST_MD5 | DIGEST_SHA1};
	struct digest_result r;
	struct err err = ERR_INIT;
	char sha256[65];
	assert_ok(take(&d, &a, &r, &err), err);
	sha256_text_of(bytes, n, sha256);
	assert_string_equal(r.sha256, sha256);
	assert_int_equal(r.size, n);
	digest_result_release(&r);
	free(bytes);
}

static void a_copy_is_never_written_over(void **state)
{
	(void)state;
	struct volume v;
	struct err err = ERR_INIT;
	write_text(scratch_path("taken.part"), "x");
	assert_int_equal(volume_create(&v, scratch_path("taken"), 0, &err), -1);
	char *name = volume_choose_name(scratch_path(""), "/dev/taken", "");
	assert_string_equal(strrchr(name, '/'), "/taken.2");
	free(name);
	/* somebody took the final name meanwhile */
	err_clear(&err);
	assert_ok(volume_create(&v, scratch_path("late"), 0, &err), err);
	assert_ok(volume_write(&v, 0, "mine", 4, &err), err);
	write_text(scratch_path("late"), "theirs");
	assert_int_equal(volume_finish(&v, &err), -1);
	volume_close(&v, 1);
	size_t n;
	unsigned char *bytes = read_whole(scratch_path("late"), &n);
	assert_memory_equal(bytes, "theirs", 6);
	free(bytes);
	assert_false(exists(scratch_path("late.part")));
	/* an unfinished copy that is shorter than what was kept */
	write_text(scratch_path("short.part"), "abc");
	err_clear(&err);
	assert_int_equal(volume_resume(&v, scratch_path("short"), 0, 4, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* A pipe that gives nothing does not keep a cancelled run alive. */
static void a_silent_pipe_can_be_cancelled(void **state)
{
	(void)state;
	int fds[2];
	struct source s;
	struct err err = ERR_INIT;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "begun", 5), 5);
	assert_ok(source_from_fd(&s, fds[0], "standard input", &err), err);
	assert_true(s.stream);
	uint64_t stop = 0;
	struct progress progress = {stop_at, &stop};
	struct acquisition a = {.source = &s, .label = "standard input", .progress = &progress};
	struct digest_result r;
	assert_int_equal(acquire(&a, &r, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	digest_result_release(&r);
	source_close(&s);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes_around_a_piece),
	    cmocka_unit_test(bad_sectors_are_zeros_and_ranges),
	    cmocka_unit_test(a_sector_that_can_be_read_again_is_read),
	    cmocka_unit_test(without_retry_it_is_an_error),
	    cmocka_unit_test(a_vanished_device_ends_the_work),
	    cmocka_unit_test(goes_on_with_a_copy),
	    cmocka_unit_test(goes_on_from_the_very_beginning),
	    cmocka_unit_test(a_copy_is_never_written_over),
	    cmocka_unit_test(a_silent_pipe_can_be_cancelled),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
