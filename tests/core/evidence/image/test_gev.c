/* The sealed container: every class of damage is found and named, and what is intact can be had. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/image/gev_private.h"

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
		sha256_text_of(plain, all[i], sha256);
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

/* ---- every class of position */

struct place_class {
	const char *name;
	const char *named; /* what a finding must say; NULL: "piece N " */
	size_t first;      /* bytes of it: of the container, or of each piece's frame */
	size_t length;
	int of_piece;
	unsigned flips, refused;
};

static uint64_t frame_of(const struct gev *g, uint64_t piece)
{
	return bytes_le64((const unsigned char *)g->offsets.data + piece * 8);
}

/* The length of the frame at `at`, all of it. */
static size_t frame_length(const struct bytes *b, size_t at)
{
	return GEV_FRAME + bytes_le32(b->data + at + 20);
}

/* A position of the class, by a number; `piece` gets whose it is. */
static size_t choose(const struct place_class *c, const struct gev *whole, const struct bytes *b, uint64_t number,
                     uint64_t *piece)
{
	number *= 0x9E3779B97F4A7C15U; /* spread: Fibonacci hashing */
	number >>= 16;
	if (!c->of_piece)
		return c->first + number % c->length;
	*piece = number % whole->count;
	number /= whole->count;
	size_t frame = (size_t)frame_of(whole, *piece);
	size_t sealed = frame_length(b, frame) - GEV_FRAME - GEV_TAG;
	if (c->length) /* a part of the frame's head */
		return frame + c->first + number % c->length;
	return c->first ? frame + GEV_FRAME + sealed + number % GEV_TAG : frame + GEV_FRAME + number % sealed;
}

/* Opens what is there and looks at all of it: the damage is found, named as the class says, and no wrong byte given out. */
static void check_flip(struct place_class *c, struct bytes *b, uint64_t piece, size_t at, const unsigned char *plain,
                       unsigned char *out)
{
	struct gev g;
	struct err err = ERR_INIT;
	struct buf findings = BUF_INIT;
	char expected[64];
	c->flips++;
	if (opens(&g, b, &err) < 0) {
		if (!*err.message || (err.code != ERR_DAMAGED && err.code != ERR_INVALID))
			fail_msg("a flip at %zu (%s) is refused with '%s'", at, c->name, err.message);
		c->refused++;
		return;
	}
	snprintf(expected, sizeof expected, "piece %llu ", (unsigned long long)piece);
	if (gev_check(&g, NULL, NULL, keep_finding, &findings) == 0)
		fail_msg("a flip at %zu (%s) was not found", at, c->name);
	if (!strstr(findings.data, c->named ? c->named : expected))
		fail_msg("a flip at %zu (%s) is not named '%s': %s", at, c->name, c->named ? c->named : expected,
		         findings.data);
	for (uint64_t i = 0; i < g.count; i++) {
		size_t n;
		int rc = gev_piece(&g, i, out, &n, NULL);
		if (rc == 0 && memcmp(out, plain + i * DIGEST_PIECE, n) != 0)
			fail_msg("a flip at %zu (%s) gave wrong bytes", at, c->name);
		if (rc < 0 && (!c->of_piece || i != piece))
			fail_msg("a flip at %zu (%s) keeps the intact piece %llu from being had", at, c->name,
			         (unsigned long long)i);
	}
	gev_close(&g);
	buf_release(&findings);
}

/* Bits of every class of position are flipped, GEV_FLIPS in all (2,000 in the long form). */
static void every_flip_is_found(void **state)
{
	(void)state;
	const char *wish = getenv("GEV_FLIPS");
	unsigned flips = wish ? (unsigned)strtoul(wish, NULL, 10) : 120;
	unsigned char *plain;
	struct bytes b = make(3 * DIGEST_PIECE + 1000, &plain);
	struct gev whole;
	struct err err = ERR_INIT;
	unsigned char *out = xmalloc(DIGEST_PIECE);
	assert_ok(opens(&whole, &b, &err), err);
	size_t end = (size_t)frame_of(&whole, whole.count - 1);
	end += frame_length(&b, end);
	size_t index = end + frame_length(&b, end);
	struct place_class classes[] = {
	    {"header", "header", 0, GEV_HEADER, 0, 0, 0},
	    {"magic of a piece", NULL, 0, 4, 1, 0, 0},
	    {"flags of a piece", NULL, 4, 4, 1, 0, 0},
	    {"number of a piece", NULL, 8, 8, 1, 0, 0},
	    {"lengths of a piece", NULL, 16, 8, 1, 0, 0},
	    {"nonce of a piece", NULL, 24, 24, 1, 0, 0},
	    {"sealed bytes of a piece", NULL, 0, 0, 1, 0, 0},
	    {"tag of a piece", NULL, 1, 0, 1, 0, 0},
	    {"end frame", "the end ", end, index - end, 0, 0, 0},
	    {"index frame", "index", index, b.n - GEV_TRAILER - index, 0, 0, 0},
	    {"trailer", "trailer", b.n - GEV_TRAILER, GEV_TRAILER, 0, 0, 0},
	};
	const size_t count = sizeof classes / sizeof *classes;
	for (unsigned i = 0; i < flips; i++) {
		struct place_class *c = &classes[i % count];
		uint64_t piece = UINT64_MAX;
		size_t at = choose(c, &whole, &b, i / count + 1, &piece);
		unsigned char mask = (unsigned char)(1U << (i / count % 8));
		assert_true(at < b.n);
		b.data[at] ^= mask;
		check_flip(c, &b, piece, at, plain, out);
		b.data[at] ^= mask;
	}
	for (size_t i = 0; i < count; i++)
		print_message("%4u flips in the %s: %u refused at opening, the others found and named\n",
		              classes[i].flips, classes[i].name, classes[i].refused);
	gev_close(&whole);
	free(out);
	free(plain);
	free(b.data);
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
