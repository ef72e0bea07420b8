/* Reading a copy back by stretches: what is the same is found the same, and a difference is found in its stretch. */
#include "help_evidence.h"

#include "evidence/acquire/acquire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)DIGEST_PIECE)

struct memory {
	const unsigned char *bytes;
	size_t size;
	size_t bad; /* reads of this byte fail; 0: none */
};

static ssize_t memory_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct memory *m = ctx;
	if (offset >= m->size)
		return 0;
	if (n > m->size - offset)
		n = m->size - (size_t)offset;
	if (m->bad && offset <= m->bad && m->bad < offset + n) {
		errno = EIO;
		return -1;
	}
	memcpy(bytes, m->bytes + offset, n);
	return (ssize_t)n;
}

/* The first pass over `bytes`, its first `before` pieces done by an earlier process. */
static void pass(const unsigned char *bytes, size_t n, size_t before, struct waypoints *way,
                 struct digest_result *digests)
{
	struct memory m = {bytes, n, 0};
	struct source s;
	struct err err = ERR_INIT;
	struct acquire_state from = {.pieces = BUF_INIT, .unreadable = RANGES_INIT};
	struct digest *d = digest_new(DIGEST_PIECES);
	for (size_t i = 0; i < before; i++) {
		digest_add_one(d, DIGEST_ONE_SHA256, bytes + i * MIB, MIB, &from.digest);
		unsigned char piece[DIGEST_PIECE_SIZE];
		digest_piece(bytes + i * MIB, MIB, piece);
		buf_add(&from.pieces, piece, sizeof piece);
	}
	digest_free(d);
	source_from_layer(&s, memory_read, &m, n);
	struct acquisition a = {.source = &s, .label = "source", .way = way, .from = before ? &from : NULL};
	assert_ok(acquire(&a, digests, &err), err);
	ranges_release(&a.unreadable);
	acquire_state_release(&from);
	source_close(&s);
}

static int64_t back(const unsigned char *bytes, size_t n, const struct waypoints *way,
                    const struct digest_result *digests)
{
	struct memory m = {bytes, n, 0};
	struct source s;
	struct err err = ERR_INIT;
	int64_t differs = 0;
	enum readback_fault fault;
	source_from_layer(&s, memory_read, &m, n);
	assert_ok(readback(&s, "copy", way, digests, NULL, &differs, &fault, &err), err);
	assert_int_equal(fault, READBACK_NO_FAULT);
	source_close(&s);
	return differs;
}

static size_t stretch_start(size_t before, size_t piece)
{
	if (piece < before)
		return 0;
	return (before + (piece - before) / READBACK_STRETCH * READBACK_STRETCH) * MIB;
}

static void every_size_and_every_place(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		size_t before;
	} cases[] = {{0, 0},       {1, 0},           {MIB - 1, 0},      {MIB, 0},
	             {4 * MIB, 0}, {5 * MIB, 0},     {8 * MIB, 0},      {33 * MIB + 7, 0},
	             {9 * MIB, 9}, {9 * MIB + 1, 9}, {31 * MIB + 5, 3}, {40 * MIB, 17}};
	unsigned char *bytes = xmalloc(41 * MIB);
	fill(bytes, 41 * MIB, 7);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct waypoints way = WAYPOINTS_INIT;
		struct digest_result digests;
		size_t n = cases[i].size;
		size_t before = cases[i].before;
		char whole[65];
		pass(bytes, n, before, &way, &digests);
		sha256_text_of(bytes, n, whole);
		assert_string_equal(digests.sha256, whole);
		assert_int_equal(back(bytes, n, &way, &digests), READBACK_SAME);
		size_t pieces = (n + MIB - 1) / MIB;
		for (size_t piece = 0; piece < pieces; piece += piece + 1 < pieces && piece > 3 ? 5 : 1) {
			size_t at = piece * MIB + (n - piece * MIB < MIB ? n - piece * MIB : MIB) / 2;
			bytes[at] ^= 4;
			assert_int_equal(back(bytes, n, &way, &digests), stretch_start(before, piece));
			bytes[at] ^= 4;
		}
		assert_int_equal(back(bytes, n + 1, &way, &digests), n);
		if (n)
			assert_int_equal(back(bytes, n - 1, &way, &digests), n - 1);
		waypoints_release(&way);
		digest_result_release(&digests);
	}
	free(bytes);
}

static int stop_at_once(void *ctx, const char *label, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)label;
	(void)done;
	(void)total;
	return 1;
}

static void failures_say_whose_they_are(void **state)
{
	(void)state;
	struct waypoints way = WAYPOINTS_INIT;
	struct digest_result digests;
	struct err err = ERR_INIT;
	struct source s;
	int64_t differs;
	enum readback_fault fault;
	size_t n = 20 * MIB;
	unsigned char *bytes = xmalloc(n);
	fill(bytes, n, 9);
	pass(bytes, n, 0, &way, &digests);
	struct memory m = {bytes, n, 11 * MIB + 3};
	source_from_layer(&s, memory_read, &m, n);
	assert_int_equal(readback(&s, "copy", &way, &digests, NULL, &differs, &fault, &err), -1);
	assert_int_equal(fault, READBACK_UNREADABLE);
	assert_non_null(strstr(err.message, "11534336"));
	m.bad = 0;
	struct progress stops = {.step = stop_at_once};
	err_clear(&err);
	assert_int_equal(readback(&s, "copy", &way, &digests, &stops, &differs, &fault, &err), -1);
	assert_int_equal(fault, READBACK_STOPPED);
	source_close(&s);
	waypoints_release(&way);
	digest_result_release(&digests);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_size_and_every_place),
	                                   cmocka_unit_test(failures_say_whose_they_are)};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
