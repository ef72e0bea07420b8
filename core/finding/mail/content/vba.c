#include "finding/mail/content/vba.h"

#include "base/buf.h"
#include "finding/mail/outlook/compound.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define SOURCE_MOST ((size_t)4 << 20)
#define COMPILED    512                 /* bytes of a module before its source that can hold something */
#define COMPARED    ((uint64_t)8 << 30) /* bytes that texts are looked for in: no honest module comes near */
#define LITERAL     8                   /* characters of a text that must be in the source too */

/* Appends what a compressed container holds. -1: it is none, or damaged. */
static int vba_unpack(const void *bytes, size_t n, struct buf *out)
{
	struct span s = {bytes, n};
	size_t at = 1;
	if (span_8(s, 0) != 1)
		return -1;
	while (span_has(s, at, 3) && out->len < SOURCE_MOST) {
		unsigned head = span_16(s, at);
		size_t end = at + (head & 0xFFF) + 3;
		size_t start = out->len;
		if ((head & 0x7000) != 0x3000)
			return -1;
		at += 2;
		end = end < n ? end : n;
		if (!(head & 0x8000)) { /* as it is */
			buf_add(out, s.p + at, end - at);
			at = end;
			continue;
		}
		while (at < end) {
			unsigned flags = s.p[at++];
			for (int bit = 0; bit < 8 && at < end; bit++, flags >>= 1) {
				if (!(flags & 1)) {
					buf_addc(out, (char)s.p[at++]);
					continue;
				}
				unsigned token = span_16(s, at);
				size_t here = out->len - start;
				unsigned bits = 4;
				while (bits < 12 && ((size_t)1 << bits) < here)
					bits++;
				size_t length = (token & (0xFFFFU >> bits)) + 3;
				size_t back = (token >> (16 - bits)) + 1;
				at += 2;
				if (back > here)
					return -1;
				for (; length > 0 && out->len - start < 4096; length--) {
					char c = out->data[out->len - back];
					buf_addc(out, c);
				}
			}
		}
	}
	return 0;
}

/* A compressed source begins with "Attribut": its first flags are 0, so it stands there as it is. */
static size_t source_at(const struct buf *stream)
{
	for (size_t i = 0; i + 12 < stream->len; i++) {
		const char *p = memmem(stream->data + i, stream->len - i, "\0Attribut", 9);
		if (!p)
			return stream->len;
		i = (size_t)(p - stream->data);
		if (i >= 3 && p[-3] == 1)
			return i - 3;
	}
	return stream->len;
}

/* Words by which macros do harm; a name that everybody uses is none. */
static int says_something(const char *p, size_t n)
{
	static const char *const words[] = {"http://", "https://", ".exe",  "powershell", "cmd ",
	                                    "cmd.exe", "wscript",  "mshta", "shell",      "\\\\"};
	char text[256];
	n = n < sizeof text - 1 ? n : sizeof text - 1;
	memcpy(text, p, n);
	text[n] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(text, words[i]))
			return 1;
	return 0;
}

/* Whether what was compiled holds a text that the source does not. Of a source that was not unpacked whole nothing is known but
 * what is in it. */
static enum vba_found compare(const char *compiled, size_t n, const struct buf *source)
{
	enum vba_found missing = source->len < SOURCE_MOST ? VBA_STOMPED : VBA_UNCOMPARED;
	size_t run = 0;
	uint64_t compared = 0;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && compiled[i] >= ' ' && compiled[i] < 0x7F) {
			run++;
			continue;
		}
		const char *p = compiled + i - run;
		if (run >= LITERAL && says_something(p, run)) {
			compared += source->len;
			if (compared > COMPARED)
				return VBA_UNCOMPARED;
			if (!memmem(source->data, source->len, p, run))
				return missing;
		}
		run = 0;
	}
	return VBA_MACROS;
}

static enum vba_found look_at_module(const struct buf *stream)
{
	struct buf source = BUF_INIT;
	size_t at = source_at(stream);
	enum vba_found found = VBA_MACROS;
	if (at >= stream->len)
		found = stream->len > COMPILED ? VBA_STOMPED : VBA_NONE;
	else if (vba_unpack(stream->data + at, stream->len - at, &source) < 0)
		found = at > COMPILED ? VBA_STOMPED : VBA_MACROS;
	else if (at > COMPILED)
		found = compare(stream->data, at, &source);
	buf_release(&source);
	return found;
}

static enum vba_found look_below(struct compound *c, size_t storage, int is_vba, int depth)
{
	char name[COMPOUND_NAME];
	enum vba_found found = VBA_NONE;
	for (size_t i = compound_first(c, storage); i; i = compound_next(c, i)) {
		enum vba_found here = VBA_NONE;
		compound_name(c, i, name);
		if (compound_is_storage(c, i)) {
			if (depth < 10)
				here = look_below(c, i, strcasecmp(name, "VBA") == 0, depth + 1);
		} else if (is_vba && strncmp(name, "_", 1) != 0 && strcasecmp(name, "dir") != 0) {
			struct buf stream = BUF_INIT;
			compound_read(c, i, &stream);
			here = look_at_module(&stream);
			buf_release(&stream);
		}
		found = here > found ? here : found;
	}
	return found;
}

enum vba_found vba_look(struct pool *pool, const void *bytes, size_t n)
{
	struct compound c;
	enum vba_found found = VBA_NONE;
	if (compound_open(&c, pool, bytes, n) == 0)
		found = look_below(&c, 0, 0, 0);
	compound_close(&c);
	return found;
}
