#include "finding/mail/outlook/smime.h"

#include "base/buf.h"
#include "finding/mail/files/span.h"

#include <string.h>

#define DEPTH 20 /* of octet strings in pieces */

struct der {
	unsigned tag;
	struct span body; /* of indefinite length: up to the end */
	size_t next;
	int open; /* its length is not said */
};

static int der_at(struct span s, size_t at, struct der *d)
{
	unsigned length = span_8(s, at + 1);
	size_t head = 2;
	size_t n = length;
	if (!span_has(s, at, 2))
		return -1;
	*d = (struct der){.tag = s.p[at], .open = length == 0x80};
	if (length > 0x80) {
		size_t more = length & 0x7F;
		if (more > 4 || !span_has(s, at + 2, more))
			return -1;
		n = 0;
		for (size_t i = 0; i < more; i++)
			n = n << 8 | s.p[at + 2 + i];
		head += more;
	}
	d->body = d->open ? span_of(s, at + head, s.n) : span_of(s, at + head, n);
	d->next = at + head + d->body.n;
	return 0;
}

/* Appends an octet string, which may be in pieces. Returns where it ends, or 0. */
static size_t add_octets(struct span s, size_t at, int depth, struct buf *out)
{
	struct der d;
	if (depth > DEPTH || der_at(s, at, &d) < 0)
		return 0;
	if (d.tag == 0x04) {
		buf_add(out, d.body.p, d.body.n);
		return d.next;
	}
	if (d.tag != 0x24)
		return 0;
	size_t in = 0;
	size_t base = (size_t)(d.body.p - s.p);
	while (in < d.body.n) {
		if (d.open && span_16(d.body, in) == 0) {
			in += 2;
			break;
		}
		if ((in = add_octets(d.body, in, depth + 1, out)) == 0)
			return 0;
	}
	return base + in;
}

int smime_content(const void *bytes, size_t n, struct buf *out)
{
	static const unsigned char signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
	static const unsigned char data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
	struct span s = {bytes, n};
	struct der d;
	size_t before = out->len;
	struct span head = span_of(s, 0, 64);
	if (span_8(s, 0) != 0x30 || !memmem(head.p, head.n, signed_data, sizeof signed_data))
		return -1;
	struct span start = span_of(s, 0, 1024); /* the digests' names stand before it */
	const unsigned char *p = memmem(start.p, start.n, data, sizeof data);
	if (!p || der_at(s, (size_t)(p - s.p) + sizeof data, &d) < 0 || d.tag != 0xA0)
		return -1;
	return add_octets(d.body, 0, 0, out) && out->len > before ? 0 : -1;
}
