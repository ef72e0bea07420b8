/* Digests against the tools' known answers, in any cut, and from a kept state. */
#include "help_evidence.h"

#include "evidence/image/digest.h"

#include <stdlib.h>
#include <string.h>

static void known_answers(void **state)
{
	(void)state;
	struct digest *d = digest_new(DIGEST_MD5 | DIGEST_SHA1 | DIGEST_PIECES);
	struct digest_result r;
	/* FIPS 180-4 and RFC 1321 give "abc"; b2sum -l 256 for the pieces' root of one piece */
	digest_add(d, "abc", 3);
	digest_end(d, &r);
	assert_string_equal(r.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(r.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_string_equal(r.md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_int_equal(r.size, 3);
	assert_int_equal(r.pieces.len, 32);
	struct buf hex = BUF_INIT;
	buf_addhex(&hex, r.pieces.data, 32);
	assert_string_equal(hex.data, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	buf_release(&hex);
	assert_true(digest_root_is(&r.pieces, r.piece_root));
	r.pieces.data[0] ^= 1;
	assert_false(digest_root_is(&r.pieces, r.piece_root));
	digest_result_release(&r);
	/* of nothing; and the computation begins anew */
	digest_end(d, &r);
	assert_string_equal(r.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(r.size, 0);
	assert_int_equal(r.pieces.len, 0);
	digest_result_release(&r);
	digest_free(d);
}

static void any_cut_gives_the_same(void **state)
{
	(void)state;
	size_t n = 3 * DIGEST_PIECE + 4321;
	unsigned char *bytes = malloc(n);
	fill(bytes, n, 7);
	struct digest_result whole;
	struct digest *d = digest_new(DIGEST_PIECES | DIGEST_SHA1);
	digest_add(d, bytes, n);
	digest_end(d, &whole);
	assert_int_equal(whole.pieces.len, 4 * 32);
	static const size_t cuts[] = {
	    1000, 65537, DIGEST_PIECE - 1, DIGEST_PIECE, DIGEST_PIECE + 1, 2 * DIGEST_PIECE + 5};
	for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
		struct digest_result r;
		for (size_t at = 0; at < n; at += cuts[c])
			digest_add(d, bytes + at, n - at < cuts[c] ? n - at : cuts[c]);
		digest_end(d, &r);
		assert_string_equal(r.sha256, whole.sha256);
		assert_string_equal(r.sha1, whole.sha1);
		assert_string_equal(r.piece_root, whole.piece_root);
		assert_int_equal(digest_first_difference(&r.pieces, &whole.pieces), -1);
		digest_result_release(&r);
	}
	/* a byte in the third piece */
	bytes[2 * DIGEST_PIECE + 17] ^= 0x20;
	struct digest_result r;
	digest_add(d, bytes, n);
	digest_end(d, &r);
	assert_int_equal(digest_first_difference(&r.pieces, &whole.pieces), 2);
	digest_result_release(&r);
	digest_result_release(&whole);
	digest_free(d);
	free(bytes);
}

/* Each algorithm apart, its state kept as text behind every piece, another computation going on from there. */
static void goes_on_from_a_kept_state(void **state)
{
	(void)state;
	size_t n = 4 * DIGEST_PIECE + 99;
	unsigned char *bytes = malloc(n);
	fill(bytes, n, 8);
	unsigned also = DIGEST_MD5 | DIGEST_SHA1 | DIGEST_PIECES;
	struct digest *d = digest_new(also);
	struct digest_result whole;
	digest_add(d, bytes, n);
	digest_end(d, &whole);
	for (size_t stop = 1; stop <= 4; stop++) {
		struct digest_state kept;
		struct digest *first = digest_new(also);
		for (size_t i = 0; i < stop; i++) {
			unsigned char piece[32];
			digest_add_one(first, DIGEST_ONE_SHA256, bytes + i * DIGEST_PIECE, DIGEST_PIECE, &kept);
			digest_add_one(first, DIGEST_ONE_SHA1, bytes + i * DIGEST_PIECE, DIGEST_PIECE, &kept);
			digest_add_one(first, DIGEST_ONE_MD5, bytes + i * DIGEST_PIECE, DIGEST_PIECE, &kept);
			digest_piece(bytes + i * DIGEST_PIECE, DIGEST_PIECE, piece);
			digest_add_piece(first, piece, DIGEST_PIECE);
		}
		struct buf text = BUF_INIT;
		digest_state_text(&kept, &text);
		struct digest_state again;
		assert_int_equal(digest_state_parse(&again, text.data), 0);
		digest_resume(d, &again, digest_pieces(first));
		digest_add(d, bytes + stop * DIGEST_PIECE, n - stop * DIGEST_PIECE);
		struct digest_result r;
		digest_end(d, &r);
		assert_string_equal(r.sha256, whole.sha256);
		assert_string_equal(r.sha1, whole.sha1);
		assert_string_equal(r.md5, whole.md5);
		assert_string_equal(r.piece_root, whole.piece_root);
		assert_int_equal(r.size, n);
		digest_result_release(&r);
		digest_free(first);
		text.data[5] = 'x';
		assert_int_equal(digest_state_parse(&again, text.data), -1);
		buf_truncate(&text, 40);
		assert_int_equal(digest_state_parse(&again, text.data), -1);
		buf_release(&text);
	}
	digest_result_release(&whole);
	digest_free(d);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(any_cut_gives_the_same),
	    cmocka_unit_test(goes_on_from_a_kept_state),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
