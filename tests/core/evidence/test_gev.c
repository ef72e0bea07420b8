/* The sealed container: every class of damage is found and named, and what is intact can be had. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/gev.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASE  "11111111-2222-4333-8444-555555555555"
#define OTHER "11111111-2222-4333-8444-555555555556"

static const unsigned char key[GEV_KEY] = {1, 2, 3};

struct bytes {
	unsigned char *data;
	size_t n;
};

static ssize_t read_bytes(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct bytes *b = ctx;
	if (offset >= b->n)
		return 0;
	if (n > b->n - offset)
		n = b->n - (size_t)offset;
	memcpy(bytes, b->data + offset, n);
	return (ssize_t)n;
}

/* A container in memory of `n` bytes; the last third compresses well. */
static struct bytes make(size_t n, unsigned char **plain)
{
	struct err err = ERR_INIT;
	struct gev_writer w;
	struct digest_result r;
	struct digest *d = digest_new(DIGEST_PIECES);
	FILE *f = tmpfile();
	assert_non_null(f);
	*plain = xmalloc(n + 1);
	fill(*plain, n, n);
	memset(*plain + n - n / 3, 'x', n / 3);
	assert_ok(gev_writer_begin(&w, NULL, fileno(f), key, CASE, &err), err);
	for (size_t at = 0; at < n; at += DIGEST_PIECE)
		assert_ok(gev_writer_add(&w, *plain + at, n - at < DIGEST_PIECE ? n - at : DIGEST_PIECE, &err), err);
	digest_add(d, *plain, n);
	digest_end(d, &r);
	assert_ok(gev_writer_finish(&w, &r, &err), err);
	struct bytes b = {xmalloc((size_t)w.position), (size_t)w.position};
	assert_int_equal(pread(fileno(f), b.data, b.n, 0), b.n);
	gev_writer_release(&w);
	digest_result_release(&r);
	digest_free(d);
	fclose(f);
	return b;
}

static int opens(struct gev *g, struct bytes *b, struct err *err)
{
	err_clear(err);
	return gev_open(g, read_bytes, b, b->n, key, CASE, err);
}

static void sizes(void **state)
{
	(void)state;
	static const size_t all[] = {0, 1, DIGEST_PIECE - 1, DIGEST_PIECE, DIGEST_PIECE + 1, 5 * DIGEST_PIECE + 77};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		unsigned char *plain;
		struct bytes b = make(all[i], &plain);
		struct gev g;
		struct err err = ERR_INIT;
		char sha256[65];
		assert_ok(opens(&g, &b, &err), err);
		assert_int_equal(gev_check(&g, NULL, NULL, NULL, NULL), 0);
		assert_int_equal(g.size, all[i]);
		sha256_of(plain, all[i], sha256);
		assert_string_equal(g.sha256, sha256);
		/* random access */
		unsigned char some[64];
		for (size_t at = 0; at < all[i]; at += all[i] / 7 + 1) {
			ssize_t n = gev_read(&g, some, sizeof some, at);
			assert_true(n > 0);
			assert_memory_equal(some, plain + at, (size_t)n);
		}
		assert_int_equal(gev_read(&g, some, 1, all[i]), 0);
		gev_close(&g);
		free(plain);
		free(b.data);
	}
}

static void keep_finding(void *ctx, const char *text)
{
	struct buf *b = ctx;
	buf_adds(b, text);
	buf_addc(b, '\n');
}

/* What stands at an offset, and so what a finding must name. */
static const char *part_at(const struct gev *whole, size_t n, size_t at, char expected[64])
{
	uint64_t count = whole->count;
	const unsigned char *offsets = (const unsigned char *)whole->offsets.data;
	uint64_t last_end = 0;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t begin = 0;
		uint64_t next = 0;
		for (int k = 7; k >= 0; k--) {
			begin = begin << 8 | offsets[i * 8 + (uint64_t)k];
			next = i + 1 < count ? next << 8 | offsets[(i + 1) * 8 + (uint64_t)k] : 0;
		}
		last_end = next ? next : last_end;
		if (at >= begin && i + 1 < count && at < next) {
			snprintf(expected, 64, "piece %llu ", (unsigned long long)i);
			return expected;
		}
	}
	(void)n;
	return at < GEV_HEADER ? "header" : "";
}

/* Bytes of every class are flipped (GEV_FLIPS of them; 2,000 in the long form): always found, a piece by its number,
 * and never a wrong byte given out. */
static void every_flip_is_found(void **state)
{
	(void)state;
	const char *wish = getenv("GEV_FLIPS");
	unsigned flips = wish ? (unsigned)strtoul(wish, NULL, 10) : 120;
	unsigned char *plain;
	size_t size = 3 * DIGEST_PIECE + 1000;
	struct bytes b = make(size, &plain);
	struct gev whole;
	struct err err = ERR_INIT;
	unsigned char *out = xmalloc(DIGEST_PIECE);
	assert_ok(opens(&whole, &b, &err), err);
	for (unsigned i = 0; i < flips; i++) {
		/* headers, ends and borders as often as the long middle */
		size_t at = i % 4 == 0   ? i / 4 % (GEV_HEADER + GEV_FRAME + 8)
		            : i % 4 == 1 ? b.n - 1 - (i / 4 % 400)
		            : i % 4 == 2 ? (size_t)DIGEST_PIECE + GEV_HEADER + i / 4 % 200
		                         : (size_t)(((uint64_t)i * 2654435761U) % b.n);
		unsigned char mask = (unsigned char)(1U << (i / 4 % 8));
		char expected[64] = "";
		struct buf findings = BUF_INIT;
		struct gev g;
		b.data[at] ^= mask;
		if (opens(&g, &b, &err) == 0) {
			if (gev_check(&g, NULL, NULL, keep_finding, &findings) == 0)
				fail_msg("a flip at %zu of %zu was not found", at, b.n);
			if (!strstr(findings.data, part_at(&whole, b.n, at, expected)))
				fail_msg("a flip at %zu is not named '%s': %s", at, expected, findings.data);
			for (uint64_t p = 0; p < g.count; p++) {
				size_t n;
				if (gev_piece(&g, p, out, &n, NULL) == 0 &&
				    memcmp(out, plain + p * DIGEST_PIECE, n) != 0)
					fail_msg("a flip at %zu gave wrong bytes", at);
			}
			gev_close(&g);
		}
		buf_release(&findings);
		b.data[at] ^= mask;
	}
	gev_close(&whole);
	free(out);
	free(plain);
	free(b.data);
	print_message("%u flips, all found\n", flips);
}

static void cut_short(void **state)
{
	(void)state;
	unsigned char *plain;
	struct bytes b = make(3 * DIGEST_PIECE + 1000, &plain);
	size_t whole = b.n;
	unsigned char *out = xmalloc(DIGEST_PIECE);
	static const size_t less[] = {1, GEV_TRAILER, GEV_TRAILER + 20, 400, 1000, DIGEST_PIECE + 9};
	for (size_t i = 0; i < sizeof less / sizeof *less; i++) {
		struct gev g;
		struct err err = ERR_INIT;
		struct buf findings = BUF_INIT;
		size_t n;
		b.n = whole - less[i];
		assert_ok(opens(&g, &b, &err), err);
		assert_true(gev_check(&g, NULL, NULL, keep_finding, &findings) > 0);
		assert_int_equal(gev_piece(&g, 0, out, &n, &err), 0); /* the intact ones can be had */
		assert_memory_equal(out, plain, DIGEST_PIECE);
		gev_close(&g);
		buf_release(&findings);
	}
	/* something appended */
	b.data = xrealloc(b.data, whole + 10);
	memset(b.data + whole, 0, 10);
	b.n = whole + 10;
	struct gev g;
	struct err err = ERR_INIT;
	assert_ok(opens(&g, &b, &err), err);
	assert_true(gev_check(&g, NULL, NULL, NULL, NULL) > 0);
	gev_close(&g);
	free(out);
	free(plain);
	free(b.data);
}

static void pieces_exchanged(void **state)
{
	(void)state;
	unsigned char *plain;
	size_t size = 4 * DIGEST_PIECE;
	struct bytes b = make(size, &plain);
	const size_t frame = DIGEST_PIECE + GEV_FRAME + GEV_TAG; /* random pieces do not shrink */
	unsigned char *keep = xmalloc(frame);
	memcpy(keep, b.data + GEV_HEADER, frame);
	memcpy(b.data + GEV_HEADER, b.data + GEV_HEADER + frame, frame);
	memcpy(b.data + GEV_HEADER + frame, keep, frame);
	struct gev g;
	struct err err = ERR_INIT;
	struct buf findings = BUF_INIT;
	size_t n;
	assert_ok(opens(&g, &b, &err), err);
	assert_true(gev_check(&g, NULL, NULL, keep_finding, &findings) >= 2);
	assert_non_null(strstr(findings.data, "piece 0 "));
	assert_non_null(strstr(findings.data, "piece 1 "));
	assert_int_equal(gev_piece(&g, 0, keep, &n, NULL), -1);
	gev_close(&g);
	buf_release(&findings);
	free(keep);
	free(plain);
	free(b.data);
}

static void another_case_and_another_key(void **state)
{
	(void)state;
	unsigned char *plain;
	struct bytes b = make(1000, &plain);
	struct gev g;
	struct err err = ERR_INIT;
	static const unsigned char other[GEV_KEY] = {9};
	assert_int_equal(gev_open(&g, read_bytes, &b, b.n, key, OTHER, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	assert_non_null(strstr(err.message, "another case"));
	err_clear(&err);
	assert_int_equal(gev_open(&g, read_bytes, &b, b.n, other, CASE, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	assert_non_null(strstr(err.message, "another sealed container"));
	err_clear(&err);
	memset(b.data, 'z', b.n);
	assert_int_equal(opens(&g, &b, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	b.n = 10;
	assert_int_equal(opens(&g, &b, &err), -1);
	free(plain);
	free(b.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(every_flip_is_found),
	    cmocka_unit_test(cut_short),
	    cmocka_unit_test(pieces_exchanged),
	    cmocka_unit_test(another_case_and_another_key),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
