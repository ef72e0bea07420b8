/* Sealed blocks: OpenSSL's fast way and libsodium's make and take the same bytes; nothing else opens. */
#include "vault/cipher.h"

#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { TEXT = FRAME_TEXT };

static struct cipher_keys *fast, *plain;
static unsigned char text[TEXT], block[FRAME_SIZE], back[TEXT];

static int setup(void **state)
{
	(void)state;
	if (secret_setup(NULL) < 0)
		return -1;
	fast = cipher_keys_new();
	plain = cipher_keys_new();
	randombytes_buf(fast->data, CIPHER_KEY_SIZE);
	randombytes_buf(fast->id, FILE_ID);
	memcpy(plain->data, fast->data, CIPHER_KEY_SIZE);
	memcpy(plain->id, fast->id, FILE_ID);
	cipher_derive(fast);
	cipher_derive(plain);
	randombytes_buf(text, sizeof text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cipher_keys_free(fast);
	cipher_keys_free(plain);
	return 0;
}

static void test_same_bytes(void **state)
{
	(void)state;
	struct cipher_engine *engine = plain->engine;
	assert_non_null(fast->engine);
	plain->engine = NULL;
	static const size_t sizes[] = {0, 1, 63, 511, 512, 513, PAGE_TEXT, FRAME_TEXT};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t n = sizes[i];
		cipher_seal(fast, CIPHER_PAGE, 7, block, text, n);
		memset(back, 0, sizeof back);
		assert_int_equal(cipher_open(plain, CIPHER_PAGE, 7, back, block, n), 0);
		assert_memory_equal(back, text, n);
		cipher_seal(plain, CIPHER_FRAME, 0xfffffffe, block, text, n);
		memset(back, 0, sizeof back);
		assert_int_equal(cipher_open(fast, CIPHER_FRAME, 0xfffffffe, back, block, n), 0);
		assert_memory_equal(back, text, n);
	}
	plain->engine = engine;
}

static void test_in_place(void **state)
{
	(void)state;
	memcpy(block, text, TEXT);
	cipher_seal(fast, CIPHER_FRAME, 1, block, block, TEXT);
	assert_memory_not_equal(block, text, TEXT);
	assert_int_equal(cipher_open(fast, CIPHER_FRAME, 1, back, block, TEXT), 0);
	assert_memory_equal(back, text, TEXT);
}

/* Another sort, another place, another file, any flipped bit: and no plain text is left behind. */
static void test_nothing_else_opens(void **state)
{
	(void)state;
	static const unsigned char zero[PAGE_TEXT];
	cipher_seal(fast, CIPHER_PAGE, 7, block, text, PAGE_TEXT);
	assert_int_equal(cipher_open(fast, CIPHER_PAGE, 8, back, block, PAGE_TEXT), -1);
	assert_int_equal(cipher_open(fast, CIPHER_FRAME, 7, back, block, PAGE_TEXT), -1);
	fast->id[3] ^= 1;
	assert_int_equal(cipher_open(fast, CIPHER_PAGE, 7, back, block, PAGE_TEXT), -1);
	fast->id[3] ^= 1;
	for (size_t bit = 0; bit < (size_t)PAGE_SIZE * 8; bit += 61) {
		block[bit / 8] = (unsigned char)(block[bit / 8] ^ 1 << bit % 8);
		memset(back, 0xaa, sizeof back);
		assert_int_equal(cipher_open(fast, CIPHER_PAGE, 7, back, block, PAGE_TEXT), -1);
		assert_memory_equal(back, zero, PAGE_TEXT);
		block[bit / 8] = (unsigned char)(block[bit / 8] ^ 1 << bit % 8);
	}
	assert_int_equal(cipher_open(fast, CIPHER_PAGE, 7, back, block, PAGE_TEXT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_bytes),
	    cmocka_unit_test(test_in_place),
	    cmocka_unit_test(test_nothing_else_opens),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
