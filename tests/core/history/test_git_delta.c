/* Deltas of git: whatever the base and the text are, the instructions make the text again. */
#include "history/git_delta.h"

#include "help_history.h"

static size_t take_size(const unsigned char **p)
{
	size_t n = 0;
	for (unsigned shift = 0;; shift += 7) {
		unsigned char c = *(*p)++;
		n |= (size_t)(c & 0x7F) << shift;
		if (!(c & 0x80))
			return n;
	}
}

/* As gitformat-pack describes it. */
static void apply(const struct buf *delta, const struct buf *base, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)delta->data;
	const unsigned char *end = p + delta->len;
	assert_int_equal(take_size(&p), base->len);
	size_t wanted = take_size(&p);
	while (p < end) {
		unsigned char code = *p++;
		assert_int_not_equal(code, 0);
		if (code & 0x80) {
			size_t at = 0;
			size_t n = 0;
			for (unsigned i = 0; i < 4; i++)
				if (code & (1U << i))
					at |= (size_t)*p++ << (8 * i);
			for (unsigned i = 0; i < 3; i++)
				if (code & (0x10U << i))
					n |= (size_t)*p++ << (8 * i);
			n = n ? n : 0x10000;
			assert_true(at + n <= base->len);
			buf_add(out, base->data + at, n);
		} else {
			assert_true(code <= end - p);
			buf_add(out, p, code);
			p += code;
		}
	}
	assert_true(p == end);
	assert_int_equal(out->len, wanted);
}

static void make_and_apply(const struct buf *base, const struct buf *text, size_t *size)
{
	struct buf delta = BUF_INIT;
	struct buf out = BUF_INIT;
	git_delta_make(base->data, base->len, text->data, text->len, &delta);
	apply(&delta, base, &out);
	assert_int_equal(out.len, text->len);
	assert_memory_equal(out.data, text->data, text->len);
	if (size)
		*size = delta.len;
	buf_release(&delta);
	buf_release(&out);
}

static uint32_t state_of_random = 1;

static uint32_t next_random(uint32_t below)
{
	state_of_random = state_of_random * 1664525U + 1013904223U;
	return (state_of_random >> 8) % below;
}

static void random_text(struct buf *b, size_t n, uint32_t letters)
{
	while (n-- > 0)
		buf_addc(b, (char)('a' + next_random(letters)));
}

/* The base with some ranges cut, put elsewhere, or new. */
static void altered(const struct buf *base, struct buf *text)
{
	size_t at = 0;
	while (at < base->len) {
		size_t n = 1 + next_random(90);
		n = n < base->len - at ? n : base->len - at;
		switch (next_random(5)) {
		case 0:
			break;
		case 1:
			random_text(text, 1 + next_random(200), 26);
			break;
		case 2:
			buf_add(text, base->data + base->len - at - n, n);
			break;
		default:
			buf_add(text, base->data + at, n);
		}
		at += n;
	}
}

static void any_base_and_text(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct buf base = BUF_INIT;
		struct buf text = BUF_INIT;
		random_text(&base, next_random(i % 10 ? 900 : 200000), i % 3 ? 26 : 2);
		if (i % 7)
			altered(&base, &text);
		else
			random_text(&text, next_random(500), 2);
		make_and_apply(&base, &text, NULL);
		buf_release(&base);
		buf_release(&text);
	}
}

static void the_same_and_nothing(void **state)
{
	(void)state;
	struct buf empty = BUF_INIT;
	struct buf text = BUF_INIT;
	size_t size;
	make_and_apply(&empty, &empty, NULL);
	random_text(&text, 150000, 26);
	make_and_apply(&empty, &text, NULL);
	make_and_apply(&text, &empty, NULL);
	make_and_apply(&text, &text, &size);
	assert_true(size < 40);
	buf_release(&text);
}

static void two_changes_are_two_small_ones(void **state)
{
	(void)state;
	struct buf base = BUF_INIT;
	struct buf text = BUF_INIT;
	size_t size;
	random_text(&base, 4000, 26);
	buf_add(&text, base.data, base.len);
	text.data[1000] = '1';
	text.data[3000] = '2';
	make_and_apply(&base, &text, &size);
	assert_true(size < 60);
	buf_release(&base);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_base_and_text),
	    cmocka_unit_test(the_same_and_nothing),
	    cmocka_unit_test(two_changes_are_two_small_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
