/* What was decoded of base64 or hexadecimal numbers: as it is, as text in further dresses, as UTF-16, unpacked. */
#include "outward/release/forbidden_private.h"

#include "base/err.h"

#include <string.h>
#include <zlib.h>

#define BINARY_LEAST 6  /* bytes of a name that is believed in what is no text: shorter ones stand there by chance */
#define STRING_LEAST 16 /* bytes of text in a row in what is none: there it is none by chance */
#define UNPACKED     (1U << 22) /* bytes of what was packed */
#define PACKED_MOST  8          /* places that look like the beginning of something packed */

/* Bytes of the character of UTF-8 at the place; 0: none begins there. */
static size_t character(const unsigned char *u, size_t n)
{
	size_t want = u[0] < 0x80 ? 1 : u[0] < 0xC2 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : u[0] < 0xF5 ? 4 : 0;
	if (want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((u[i] & 0xC0) != 0x80)
			return 0;
	return want;
}

/* Nearly all of it is text: only then is it worth a closer look. What stands before the place where it really begins is not. */
static int is_texty(const char *bytes, size_t n)
{
	const unsigned char *u = (const unsigned char *)bytes;
	size_t odd = 0;
	size_t most = n / 16 + 3;
	for (size_t i = 0; i < n && odd <= most;) {
		size_t k = character(u + i, n - i);
		odd += k == 0 || (u[i] < 32 && u[i] != '\t' && u[i] != '\n' && u[i] != '\r') || u[i] == 127;
		i += k ? k : 1;
	}
	return odd <= most && odd * 3 < n;
}

/* UTF-16 as UTF-8, from the place `first`. */
static void narrow(const char *bytes, size_t n, size_t first, int big, struct buf *out)
{
	buf_clear(out);
	for (size_t i = first; i + 1 < n; i += 2) {
		unsigned char low = (unsigned char)bytes[i + (big ? 1 : 0)];
		unsigned char high = (unsigned char)bytes[i + (big ? 0 : 1)];
		forbidden_add_point(out, (unsigned)high << 8 | low);
	}
}

/* A zero in each second byte of half of it at least. */
static int is_wide(const char *bytes, size_t n)
{
	size_t zeros[2] = {0, 0};
	for (size_t i = 0; i < n; i++)
		zeros[i & 1] += bytes[i] == '\0';
	return n >= 6 && (zeros[0] * 4 >= n || zeros[1] * 4 >= n);
}

/* gzip, zlib, or the first entry of a zip. */
static int unpack(const char *bytes, size_t n, struct buf *out)
{
	const unsigned char *u = (const unsigned char *)bytes;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
	int raw = n > 30 && memcmp(bytes, "PK\3\4", 4) == 0;
	if (!raw && !(n > 10 && u[0] == 0x1F && u[1] == 0x8B) &&
	    !(n > 6 && (u[0] & 0x0F) == 8 && (u[0] << 8 | u[1]) % 31 == 0))
		return 0;
	if (raw) {
		size_t skip = 30U + u[26] + ((size_t)u[27] << 8) + u[28] + ((size_t)u[29] << 8);
		if (skip >= n)
			return 0;
		z.next_in += skip;
		z.avail_in = (uInt)(n - skip);
		if (u[8] == 0) { /* stored */
			buf_clear(out);
			buf_add(out, bytes + skip, n - skip);
			return 1;
		}
	}
	if (inflateInit2(&z, raw ? -MAX_WBITS : MAX_WBITS + 32) != Z_OK)
		return 0;
	buf_clear(out);
	int rc = Z_OK;
	while (rc == Z_OK && out->len < UNPACKED) {
		buf_grow(out, 65536);
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = 65536;
		rc = inflate(&z, Z_NO_FLUSH);
		out->len += 65536 - z.avail_out;
		if (z.avail_out == 65536)
			break;
	}
	out->data[out->len] = '\0';
	inflateEnd(&z);
	return out->len > 0;
}

/* A shorter name in what is no text, where enough text is around it. */
static int in_strings(const struct forbidden *f, const char *bytes, size_t n, struct forbidden_scratch *s,
                      struct forbidden_hit *hit)
{
	const unsigned char *u = (const unsigned char *)bytes;
	size_t least = s->least;
	int found = 0;
	s->least = 0;
	for (size_t i = 0; i < n && !found;) {
		size_t begin = i;
		size_t k;
		while (i < n && u[i] >= 32 && u[i] != 127 && (k = character(u + i, n - i)) > 0)
			i += k;
		found = i - begin >= STRING_LEAST && forbidden_in_fold(f, bytes + begin, i - begin, 1, s, hit);
		i += i == begin;
	}
	s->least = least;
	return found;
}

/* The name of an entry of a zip. */
static int in_entry(const struct forbidden *f, const char *bytes, size_t n, struct forbidden_scratch *s,
                    struct forbidden_hit *hit)
{
	const unsigned char *u = (const unsigned char *)bytes;
	if (n < 30 || memcmp(bytes, "PK\3\4", 4) != 0)
		return 0;
	size_t length = u[26] + ((size_t)u[27] << 8);
	return forbidden_in_fold(f, bytes + 30, length < n - 30 ? length : n - 30, 1, s, hit);
}

static int in_packed(const struct forbidden *f, const struct buf *decoded, int depth, struct forbidden_scratch *inner,
                     struct buf *other, struct forbidden_hit *hit)
{
	size_t tried = 0;
	for (size_t i = 0; i + 6 < decoded->len && tried < PACKED_MOST; i++) {
		char c = decoded->data[i];
		if (c != '\x1F' && c != '\x78' && c != 'P')
			continue;
		if (in_entry(f, decoded->data + i, decoded->len - i, inner, hit))
			return 1;
		if (!unpack(decoded->data + i, decoded->len - i, other))
			continue;
		tried++;
		if (forbidden_in_part(f, other->data, other->len, depth + 1, inner, hit))
			return 1;
	}
	return 0;
}

int forbidden_in_decoded(const struct forbidden *f, const struct buf *decoded, int depth, int sign,
                         struct forbidden_scratch *s, struct forbidden_hit *hit)
{
	struct forbidden_scratch inner = FORBIDDEN_SCRATCH;
	struct buf other = BUF_INIT;
	int texty = is_texty(decoded->data, decoded->len);
	size_t least = s->least;
	s->least = texty ? 0 : BINARY_LEAST;
	int found = sign && forbidden_in_fold(f, decoded->data, decoded->len, 0, s, hit);
	s->least = least;
	found = found || (sign && !texty && in_strings(f, decoded->data, decoded->len, &inner, hit));
	if (!found && texty)
		found = forbidden_in_part(f, decoded->data, decoded->len, depth + 1, &inner, hit);
	int wide = !found && !texty && (sign || is_wide(decoded->data, decoded->len));
	for (size_t way = 0; wide && way < 4 && !found; way++) {
		narrow(decoded->data, decoded->len, way & 1, (way & 2) != 0, &other);
		if (is_texty(other.data, other.len)) {
			found = forbidden_in_part(f, other.data, other.len, depth + 1, &inner, hit);
			continue;
		}
		inner.least = BINARY_LEAST;
		found = forbidden_in_fold(f, other.data, other.len, 1, &inner, hit);
		inner.least = 0;
		found = found || in_strings(f, other.data, other.len, &inner, hit);
	}
	if (!found && sign && !texty)
		found = in_packed(f, decoded, depth, &inner, &other, hit);
	buf_release(&other);
	forbidden_scratch_release(&inner);
	return found;
}
