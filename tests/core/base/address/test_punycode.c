/* Punycode: the samples of RFC 3492, section 7.1, both ways; and what is none. */
#include "base/address/punycode.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *form;
	int32_t points[32];
} samples[] = {
    {"ihqwcrb4cv8a8dqg056pqjye", /* (B) Chinese, simplified */
     {0x4ED6, 0x4EEC, 0x4E3A, 0x4EC0, 0x4E48, 0x4E0D, 0x8BF4, 0x4E2D, 0x6587}},
    {"n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", /* (G) Japanese */
     {0x306A, 0x305C, 0x307F, 0x3093, 0x306A, 0x65E5, 0x672C, 0x8A9E, 0x3092, 0x8A71, 0x3057, 0x3066, 0x304F, 0x308C,
      0x306A, 0x3044, 0x306E, 0x304B}},
    {"3B-ww4c5e180e575a65lsy2b", /* (L) 3年B組金八先生 */
     {0x33, 0x5E74, 0x42, 0x7D44, 0x91D1, 0x516B, 0x5148, 0x751F}},
    {"Hello-Another-Way--fc4qua05auwb3674vfr0b", /* (N) */
     {0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x2D,   0x41,   0x6E,   0x6F,   0x74,   0x68,   0x65,  0x72,
      0x2D, 0x57, 0x61, 0x79, 0x2D, 0x305D, 0x308C, 0x305E, 0x308C, 0x306E, 0x5834, 0x6240}},
    {"d9juau41awczczp", /* (R) そのスピードで */
     {0x305D, 0x306E, 0x30B9, 0x30D4, 0x30FC, 0x30C9, 0x3067}},
    {"-> $1.00 <--", /* (S) ASCII only */
     {0x2D, 0x3E, 0x20, 0x24, 0x31, 0x2E, 0x30, 0x30, 0x20, 0x3C, 0x2D}},
};

static uint32_t count_of(const int32_t *points)
{
	uint32_t n = 0;
	while (points[n])
		n++;
	return n;
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct buf form = BUF_INIT;
		uint32_t points[PUNYCODE_LABEL];
		uint32_t n = count_of(samples[i].points);
		punycode_encode(&form, samples[i].points, n);
		assert_string_equal(form.data, samples[i].form);
		assert_int_equal(punycode_decode(form.data, form.len, points), n);
		for (uint32_t k = 0; k < n; k++)
			assert_int_equal(points[k], samples[i].points[k]);
		buf_release(&form);
	}
}

/* A sign that is no digit, a number that ends within, one that is too large, more than a label may hold. */
static void test_none(void **state)
{
	(void)state;
	static const char *const none[] = {"a_b", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdx", "999999999",
	                                   "99999999999999999999"};
	char longer[PUNYCODE_LABEL + 2];
	uint32_t points[PUNYCODE_LABEL];
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(punycode_decode(none[i], strlen(none[i]), points), 0);
	memset(longer, 'a', sizeof longer);
	assert_int_equal(punycode_decode(longer, sizeof longer, points), 0);
	assert_int_equal(punycode_decode("", 0, points), 0);
	assert_true(punycode_is_digit('0') && punycode_is_digit('z') && punycode_is_digit('A'));
	assert_false(punycode_is_digit('_') || punycode_is_digit('-'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples), cmocka_unit_test(test_none)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
