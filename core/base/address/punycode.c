#include "base/address/punycode.h"

#include "base/buf.h"

#include <string.h>

static int digit_of(char c)
{
	return c >= 'a' && c <= 'z'   ? c - 'a'
	       : c >= 'A' && c <= 'Z' ? c - 'A'
	       : c >= '0' && c <= '9' ? c - '0' + 26
	                              : -1;
}

int punycode_is_digit(char c)
{
	return digit_of(c) >= 0;
}

/* Section 6.1 of RFC 3492. */
static uint32_t adapted_bias(uint32_t delta, uint32_t points, int is_first)
{
	uint32_t k = 0;
	delta = is_first ? delta / 700 : delta / 2;
	delta += delta / points;
	for (; delta > (36 - 1) * 26 / 2; k += 36)
		delta /= 36 - 1;
	return k + (36 - 1 + 1) * delta / (delta + 38);
}

static void add_variable(struct buf *out, uint32_t delta, uint32_t bias)
{
	uint32_t q = delta;
	for (uint32_t k = 36;; k += 36) {
		uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
		uint32_t digit = q < t ? q : t + (q - t) % (36 - t);
		buf_addc(out, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
		if (q < t)
			return;
		q = (q - t) / (36 - t);
	}
}

void punycode_encode(struct buf *out, const int32_t *points, uint32_t count)
{
	uint32_t n = 128;
	uint32_t delta = 0;
	uint32_t bias = 72;
	uint32_t basic = 0;
	for (uint32_t i = 0; i < count; i++)
		if (points[i] < 128) {
			buf_addc(out, (char)points[i]);
			basic++;
		}
	if (basic)
		buf_addc(out, '-');
	for (uint32_t done = basic; done < count;) {
		uint32_t next = UINT32_MAX;
		for (uint32_t i = 0; i < count; i++)
			if ((uint32_t)points[i] >= n && (uint32_t)points[i] < next)
				next = (uint32_t)points[i];
		delta += (next - n) * (done + 1);
		n = next;
		for (uint32_t i = 0; i < count; i++) {
			delta += (uint32_t)points[i] < n;
			if ((uint32_t)points[i] != n)
				continue;
			add_variable(out, delta, bias);
			bias = adapted_bias(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		n++;
	}
}

size_t punycode_decode(const char *text, size_t n, uint32_t points[PUNYCODE_LABEL])
{
	uint32_t c = 128;
	uint32_t at = 0;
	uint32_t bias = 72;
	size_t count = 0;
	const char *last = memrchr(text, '-', n);
	size_t i = last ? (size_t)(last - text) + 1 : 0;
	if (n > PUNYCODE_LABEL)
		return 0;
	for (; last && count < (size_t)(last - text); count++)
		points[count] = (unsigned char)text[count];
	while (i < n) {
		uint64_t place = at;
		uint64_t weight = 1;
		for (uint32_t k = 36;; k += 36) {
			int digit = i < n ? digit_of(text[i++]) : -1;
			uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			if (digit < 0)
				return 0;
			place += (uint32_t)digit * weight;
			if (place > UINT32_MAX)
				return 0;
			if ((uint32_t)digit < t)
				break;
			weight *= 36 - t;
			if (weight > UINT32_MAX)
				return 0;
		}
		if (count == PUNYCODE_LABEL)
			return 0;
		bias = adapted_bias((uint32_t)place - at, (uint32_t)count + 1, at == 0);
		uint64_t point = c + place / (count + 1);
		if (point > 0x10FFFF)
			return 0;
		c = (uint32_t)point;
		at = (uint32_t)(place % (count + 1));
		memmove(points + at + 1, points + at, (count - at) * sizeof *points);
		points[at++] = c;
		count++;
	}
	return count;
}
