/* A first look at a text, sixteen characters at a time: what of it has to be looked at more closely, which of its characters
 * are of base64, and which are hexadecimal digits. */
#include "outward/release/forbidden_private.h"

#include <endian.h>
#include <string.h>

#define BLOCK 64
#define AHEAD 16 /* characters behind a block that are looked at with it */

typedef unsigned char lane __attribute__((vector_size(16)));
typedef signed char truth __attribute__((vector_size(16))); /* -1 where it is so */

static lane lane_at(const unsigned char *u)
{
	lane l;
	memcpy(&l, u, sizeof l);
	return l;
}

static truth is_bracket(lane c)
{
	return ((c | 0x20) == '{') | (c == '(') | (c == '<');
}

static truth is_closing(lane c)
{
	return ((c | 0x20) == '}') | (c == ')') | (c == '>');
}

/* A bracket that closes soon, as in what is written defanged: [.] [at] ( dot ). */
static truth closes_soon(const unsigned char *u)
{
	return is_bracket(lane_at(u)) &
	       (is_closing(lane_at(u + 2)) | is_closing(lane_at(u + 3)) | is_closing(lane_at(u + 4)) |
	        is_closing(lane_at(u + 5)) | is_closing(lane_at(u + 6)));
}

/* A bit for each of sixteen. */
static uint64_t bits_of(truth t)
{
	uint64_t half[2];
	lane ones = (lane)t & 1;
	memcpy(half, &ones, sizeof half);
	return (le64toh(half[0]) * 0x0102040810204080U >> 56) | (le64toh(half[1]) * 0x0102040810204080U >> 56) << 8;
}

static int is_any(truth t)
{
	uint64_t half[2];
	memcpy(half, &t, sizeof half);
	return (half[0] | half[1]) != 0;
}

unsigned forbidden_look(const char *text, size_t n, struct forbidden_scratch *s)
{
	size_t words = n / BLOCK + 2;
	truth high = {0};
	truth escape = {0};
	truth tag = {0};
	truth quoted = {0};
	truth zero = {0};
	truth bracket = {0};
	truth line_end = {0};
	truth plus = {0};
	truth punycode = {0};
	buf_clear(&s->bits);
	buf_grow(&s->bits, words * sizeof(uint64_t) * 2);
	uint64_t *base64 = (uint64_t *)(void *)s->bits.data;
	uint64_t *hex = base64 + words;
	memset(base64, 0, words * sizeof(uint64_t) * 2);
	for (size_t at = 0; at < n; at += BLOCK) {
		unsigned char padded[BLOCK + AHEAD];
		const unsigned char *u = (const unsigned char *)text + at;
		if (n - at < sizeof padded) {
			memset(padded, ' ', sizeof padded);
			memcpy(padded, u, n - at);
			u = padded;
		}
		for (size_t i = 0; i < BLOCK; i += 16) {
			lane c = lane_at(u + i);
			truth digit = c - '0' < 10;
			lane letter = (c | 0x20) - 'a';
			high |= (truth)c < 0;
			escape |= (c == '\\') | (c == '&') | (c == '%');
			tag |= c == '<';
			quoted |= c == '=';
			zero |= c == 0;
			bracket |= closes_soon(u + i);
			line_end |= (c == '\n') | (c == '\r');
			plus |= c == '+';
			punycode |= ((c | 0x20) == 'n') & (lane_at(u + i + 1) == '-') & (lane_at(u + i + 2) == '-');
			base64[at / BLOCK] |=
			    bits_of((letter < 26) | digit | (c == '+') | (c == '-') | (c == '/') | (c == '_')) << i;
			hex[at / BLOCK] |= bits_of((letter < 6) | digit) << i;
		}
	}
	return (is_any(high) ? FORBIDDEN_HIGH : 0U) | (is_any(escape) ? FORBIDDEN_ESCAPE : 0U) |
	       (is_any(tag) ? FORBIDDEN_TAG : 0U) | (is_any(quoted) ? FORBIDDEN_QUOTED : 0U) |
	       (is_any(zero) ? FORBIDDEN_ZERO : 0U) | (is_any(bracket) ? FORBIDDEN_BRACKET : 0U) |
	       (is_any(line_end) ? FORBIDDEN_BREAK : 0U) | (is_any(plus) ? FORBIDDEN_PLUS : 0U) |
	       (is_any(punycode) ? FORBIDDEN_PUNYCODE : 0U);
}
