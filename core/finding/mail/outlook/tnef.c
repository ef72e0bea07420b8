/* TNEF: attributes one after the other; most that matters is in blocks of properties. */
#include "finding/mail/outlook/outlook_private.h"

enum tnef_attribute {
	TNEF_FROM = 0x00008000,
	TNEF_SUBJECT = 0x00018004,
	TNEF_TITLE = 0x00018010,
	TNEF_MESSAGE_ID = 0x00018009,
	TNEF_BODY = 0x0002800C,
	TNEF_DATA = 0x0006800F,
	TNEF_BEGIN_ATTACHMENT = 0x00069002,
	TNEF_PROPERTIES = 0x00069003,
	TNEF_RECIPIENTS = 0x00069004,
	TNEF_ATTACHMENT_PROPERTIES = 0x00069005,
	TNEF_CODE_PAGE = 0x00069007,
};

/* The length of a value of fixed length, as it stands in a block; 0: its length stands before it. */
static size_t fixed_length(unsigned type)
{
	switch (type) {
	case 0x02: /* short, with its padding */
	case MAPI_LONG:
	case 0x04:
	case 0x0A:
	case MAPI_BOOLEAN:
		return 4;
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x14:
	case MAPI_TIME:
		return 8;
	case 0x48:
		return 16;
	default:
		return 0;
	}
}

static size_t padded(size_t n)
{
	return n + (4 - n % 4) % 4;
}

/* One value at `at`: where the next is, or 0 if it does not fit. */
static size_t one_value(struct mapi *m, struct span s, size_t at, unsigned id, unsigned type)
{
	size_t n = fixed_length(type);
	if (n) {
		if (!span_has(s, at, n))
			return 0;
		mapi_add(m, id, type, (struct span){0}, n == 8 ? span_64(s, at) : span_32(s, at));
		return at + n;
	}
	n = span_32(s, at);
	if (!span_has(s, at, 4) || !span_has(s, at + 4, n))
		return 0;
	mapi_add(m, id, type, span_of(s, at + 4, n), 0);
	return at + 4 + padded(n);
}

/* A block at *from: the number of properties, and each; *from gets behind it. -1: it is cut off. */
static int read_block_at(struct mapi *m, struct span s, size_t *from)
{
	size_t count = span_32(s, *from);
	size_t at = *from + 4;
	if (!span_has(s, *from, 4))
		return -1;
	for (size_t i = 0; i < count; i++) {
		unsigned type = span_16(s, at);
		unsigned id = span_16(s, at + 2);
		if (!span_has(s, at, 4))
			return -1;
		at += 4;
		if (id >= 0x8000) { /* named: a GUID, and a number or a name */
			size_t n = span_32(s, at + 16) == 1 ? 4 + padded(span_32(s, at + 20)) : 4;
			if (!span_has(s, at, 20) || !span_has(s, at + 20, n))
				return -1;
			at += 20 + n;
			id = 0xFFFF;
		}
		size_t values = 1;
		unsigned single = type & ~0x1000U;
		if (type & 0x1000 || fixed_length(single) == 0) {
			if (!span_has(s, at, 4))
				return -1;
			values = span_32(s, at);
			at += 4;
		}
		for (size_t k = 0; k < values; k++)
			if ((at = one_value(m, s, at, k ? 0xFFFF : id, single)) == 0)
				return -1;
	}
	*from = at;
	return 0;
}

static int read_block(struct mapi *m, struct span s)
{
	size_t from = 0;
	return read_block_at(m, s, &from);
}

/* The number of recipients, and a block for each. */
static void read_recipients(struct outlook *o, struct outlook_mail *mail, struct span s)
{
	size_t count = span_32(s, 0);
	size_t at = 4;
	for (size_t i = 0; i < count; i++) {
		struct mapi m = {.pool = o->pool, .code_page = mail->m.code_page};
		if (mail->recipient_count >= OUTLOOK_ATTACHMENTS) {
			o->limited = 1;
			return;
		}
		int rc = read_block_at(&m, s, &at);
		o->limited |= m.limited;
		if (m.count) {
			mail->recipients = pool_more(o->pool, mail->recipients, mail->recipient_count,
			                             &mail->recipient_cap, sizeof *mail->recipients);
			mail->recipients[mail->recipient_count++] = m;
		}
		if (rc < 0) {
			o->damaged = 1;
			return;
		}
	}
}

/* A one-off recipient: three lengths, the name, and "SMTP:" with the address, both ended by NUL (MS-OXTNEF 2.1.3.3.1). */
static void read_from(struct mapi *m, struct span s)
{
	size_t name = span_16(s, 4);
	struct span address = span_of(s, 8 + name, span_16(s, 6));
	const unsigned char *colon = address.n ? memchr(address.p, ':', address.n) : NULL;
	if (span_16(s, 0) != 4 || !span_has(s, 8, name))
		return;
	mapi_add(m, MAPI_SENDER_NAME, MAPI_STRING, span_of(s, 8, name), 0);
	if (colon)
		mapi_add(m, MAPI_SENDER_ADDRESS, MAPI_STRING,
		         span_of(address, (size_t)(colon + 1 - address.p), address.n), 0);
}

int tnef_read(struct outlook *o, struct span s, struct outlook_mail *mail)
{
	struct outlook_attachment *a = NULL;
	*mail = (struct outlook_mail){.m = {.pool = o->pool}};
	if (!span_is(s, 0, "\x78\x9F\x3E\x22", 4))
		return -1;
	size_t at = 6;
	for (; span_has(s, at, 11);) {
		uint32_t attribute = span_32(s, at + 1);
		size_t n = span_32(s, at + 5);
		if (!span_has(s, at + 9, n))
			break;
		struct span data = span_of(s, at + 9, n);
		if (s.p[at] != 1 && s.p[at] != 2)
			break;
		switch (attribute) {
		case TNEF_CODE_PAGE:
			mail->m.code_page = span_32(data, 0);
			break;
		case TNEF_FROM:
			read_from(&mail->m, data);
			break;
		case TNEF_RECIPIENTS:
			read_recipients(o, mail, data);
			break;
		case TNEF_SUBJECT:
			mapi_add(&mail->m, MAPI_SUBJECT, MAPI_STRING, data, 0);
			break;
		case TNEF_MESSAGE_ID:
			mapi_add(&mail->m, MAPI_MESSAGE_ID, MAPI_STRING, data, 0);
			break;
		case TNEF_BODY:
			mapi_add(&mail->m, MAPI_BODY, MAPI_STRING, data, 0);
			break;
		case TNEF_PROPERTIES:
			o->damaged |= read_block(&mail->m, data) < 0;
			o->limited |= mail->m.limited;
			break;
		case TNEF_BEGIN_ATTACHMENT:
			if (mail->count >= OUTLOOK_ATTACHMENTS) {
				o->limited = 1;
				return 0;
			}
			mail->attachments =
			    pool_more(o->pool, mail->attachments, mail->count, &mail->cap, sizeof *mail->attachments);
			a = &mail->attachments[mail->count++];
			*a = (struct outlook_attachment){.m = {.pool = o->pool, .code_page = mail->m.code_page}};
			break;
		case TNEF_TITLE:
			if (a)
				mapi_add(&a->m, MAPI_SHORT_NAME, MAPI_STRING, data, 0);
			break;
		case TNEF_DATA:
			if (a)
				a->data = data;
			break;
		case TNEF_ATTACHMENT_PROPERTIES:
			if (a) {
				o->damaged |= read_block(&a->m, data) < 0;
				o->limited |= a->m.limited;
			}
			break;
		default:
			break;
		}
		at += 9 + n + 2;
	}
	o->damaged |= at < s.n;
	return 0;
}

struct span tnef_inner(const struct outlook_attachment *a)
{
	const struct mapi_value *v = mapi_find(&a->m, MAPI_DATA, MAPI_OBJECT);
	struct span inner = v ? span_of(v->bytes, 16, v->bytes.n) : (struct span){0};
	return span_is(inner, 0, "\x78\x9F\x3E\x22", 4) ? inner : (struct span){0};
}
