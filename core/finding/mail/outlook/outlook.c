#include "finding/mail/outlook/outlook_private.h"

#include "base/err.h"
#include "finding/mail/outlook/rtf.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/header.h"
#include "finding/mail/read/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* ---- the header */

static void one_line(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_addc(out, *text == '\r' || *text == '\n' ? ' ' : *text);
}

static void add_person(struct buf *out, const char *name, const char *address)
{
	if (*name) {
		buf_addc(out, '"');
		for (const char *p = name; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_addc(out, '\\');
			buf_addc(out, *p == '\r' || *p == '\n' ? ' ' : *p);
		}
		buf_addc(out, '"');
	}
	if (strchr(address, '@')) { /* an X.500 name is none that mails are sent by */
		buf_adds(out, " <");
		one_line(out, address);
		buf_addc(out, '>');
	}
}

static void add_text(struct buf *out, const struct header *has, const char *field, const struct mapi *m, unsigned id)
{
	struct buf text = BUF_INIT;
	if (!header_find(has, field, NULL) && mapi_text(m, id, &text)) {
		buf_addf(out, "%s: ", field);
		one_line(out, text.data);
		buf_addc(out, '\n');
	}
	buf_release(&text);
}

static void first_text(const struct mapi *m, const unsigned *ids, size_t n, int is_address, struct buf *out)
{
	for (size_t i = 0; i < n && !out->len; i++)
		if (mapi_text(m, ids[i], out) && is_address && !strchr(out->data, '@'))
			buf_clear(out);
}

static void add_from(struct buf *out, const struct header *has, const struct mapi *m)
{
	static const unsigned names[] = {MAPI_FROM_NAME, MAPI_SENDER_NAME};
	static const unsigned addresses[] = {MAPI_FROM_SMTP, MAPI_FROM_ADDRESS, MAPI_SENDER_SMTP, MAPI_SENDER_ADDRESS};
	struct buf name = BUF_INIT;
	struct buf address = BUF_INIT;
	first_text(m, names, 2, 0, &name);
	first_text(m, addresses, 4, 1, &address);
	if (!header_find(has, "from", NULL) && (name.len || address.len)) {
		buf_adds(out, "From: ");
		add_person(out, name.data, address.data);
		buf_addc(out, '\n');
	}
	buf_release(&name);
	buf_release(&address);
}

static void add_recipients(struct buf *out, const struct header *has, const char *field,
                           const struct outlook_mail *mail, uint64_t type, unsigned shown)
{
	static const unsigned addresses[] = {MAPI_SMTP, MAPI_ADDRESS};
	struct buf list = BUF_INIT;
	if (header_find(has, field, NULL))
		return;
	for (size_t i = 0; i < mail->recipient_count; i++) {
		const struct mapi *m = &mail->recipients[i];
		struct buf name = BUF_INIT;
		struct buf address = BUF_INIT;
		mapi_text(m, MAPI_NAME, &name);
		first_text(m, addresses, 2, 1, &address);
		if (mapi_number(m, MAPI_RECIPIENT_TYPE) == type && (name.len || address.len)) {
			buf_adds(&list, list.len ? ", " : "");
			add_person(&list, name.data, address.data);
		}
		buf_release(&name);
		buf_release(&address);
	}
	if (list.len)
		buf_addf(out, "%s: %s\n", field, list.data);
	else
		add_text(out, has, field, &mail->m, shown);
	buf_release(&list);
}

/* 100 ns since 1601 as seconds since 1970. */
static uint64_t seconds_of(uint64_t filetime)
{
	const uint64_t epoch = 11644473600ULL;
	uint64_t seconds = filetime / 10000000;
	return seconds > epoch && seconds - epoch < 253402300800ULL ? seconds - epoch : 0;
}

static void add_date(struct buf *out, const struct header *has, uint64_t filetime)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm;
	time_t seconds = (time_t)seconds_of(filetime);
	if (!header_find(has, "date", NULL) && seconds && gmtime_r(&seconds, &tm))
		buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n", days[tm.tm_wday], tm.tm_mday,
		         months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The header of a mail as text. */
static void outlook_header(struct outlook *o, const struct outlook_mail *mail)
{
	struct header has = {0};
	struct buf kept = BUF_INIT;
	struct buf out = BUF_INIT;
	const struct mapi *m = &mail->m;
	size_t end = mapi_text(m, MAPI_HEADERS, &kept) ? header_read(&has, o->pool, kept.data, kept.len) : 0;
	while (end && (kept.data[end - 1] == '\n' || kept.data[end - 1] == '\r'))
		end--;
	if (has.count) {
		buf_add(&out, kept.data, end);
		buf_addc(&out, '\n');
	}
	add_from(&out, &has, m);
	add_recipients(&out, &has, "To", mail, 1, MAPI_SHOWN_TO);
	add_recipients(&out, &has, "Cc", mail, 2, MAPI_SHOWN_CC);
	add_text(&out, &has, "Subject", m, MAPI_SUBJECT);
	add_date(&out, &has, mapi_number(m, MAPI_SENT));
	add_text(&out, &has, "Message-ID", m, MAPI_MESSAGE_ID);
	add_text(&out, &has, "In-Reply-To", m, MAPI_ANSWER_TO);
	add_text(&out, &has, "References", m, MAPI_REFERENCES);
	o->received = seconds_of(mapi_number(m, MAPI_RECEIVED));
	buf_addc(&out, '\n');
	o->header = pool_text(o->pool, out.data, out.len);
	o->header_n = out.len;
	o->damaged |= o->c.damaged;
	o->limited |= o->c.limited;
	buf_release(&kept);
	buf_release(&out);
}

int outlook_open(struct outlook *o, struct pool *pool, const void *bytes, size_t n)
{
	*o = (struct outlook){.pool = pool, .s = {bytes, n}};
	if (tnef_read(o, o->s, &o->mail) == 0) {
		o->is_tnef = 1;
	} else {
		if (compound_open(&o->c, pool, bytes, n) < 0)
			return -1;
		msg_read(o, 0, &o->mail);
	}
	outlook_header(o, &o->mail);
	return 0;
}

void outlook_close(struct outlook *o)
{
	compound_close(&o->c);
}

/* ---- items */

struct outlook_telling {
	struct outlook *o;
	outlook_item_fn item;
	void *ctx;
	int depth;
};

static void tell_body(struct outlook_telling *t, struct outlook_item *item, const char *above, size_t *i,
                      enum outlook_sort sort, const void *bytes, size_t n)
{
	char *number = xasprintf("%s%s%zu", above, *above ? "." : "", ++*i);
	*item = (struct outlook_item){.sort = sort,
	                              .number = number,
	                              .name = "",
	                              .content_id = "",
	                              .type = sort == OUTLOOK_HTML ? "text/html" : "text/plain",
	                              .charset = item->charset,
	                              .in_mail = t->depth > 0,
	                              .bytes = bytes,
	                              .n = n};
	t->item(t->ctx, item);
	free(number);
}

/* The text as it was written: HTML, or rich text that was made of it, beside plain text. */
static void tell_bodies(struct outlook_telling *t, const struct mapi *m, const char *above, size_t *i)
{
	char charset[24];
	struct buf text = BUF_INIT;
	struct buf rtf = BUF_INIT;
	struct buf rich = BUF_INIT;
	struct outlook_item item = {.charset = "utf-8"};
	int unpacked;
	int has_text = mapi_text(m, MAPI_BODY, &text);
	const struct mapi_value *html = mapi_find(m, MAPI_HTML, MAPI_BINARY);
	const struct mapi_value *packed = mapi_find(m, MAPI_RTF, MAPI_BINARY);
	if (has_text)
		tell_body(t, &item, above, i, OUTLOOK_TEXT, text.data, text.len);
	buf_clear(&text);
	if (html) {
		mapi_charset((unsigned)mapi_number(m, MAPI_CODE_PAGE), charset);
		item.charset = charset;
		tell_body(t, &item, above, i, OUTLOOK_HTML, html->bytes.p, html->bytes.n);
	} else if (mapi_text(m, MAPI_HTML, &text)) {
		tell_body(t, &item, above, i, OUTLOOK_HTML, text.data, text.len);
	} else if (packed && ((unpacked = rtf_unpack(packed->bytes.p, packed->bytes.n, &rtf)) == 0 || rtf.len)) {
		t->o->limited |= unpacked > 0;
		enum rtf_is is = rtf_read(rtf.data, rtf.len, &rich);
		if (is == RTF_HTML)
			tell_body(t, &item, above, i, OUTLOOK_HTML, rich.data, rich.len);
		else if (!has_text && rich.len)
			tell_body(t, &item, above, i, OUTLOOK_TEXT, rich.data, rich.len);
	}
	buf_release(&text);
	buf_release(&rtf);
	buf_release(&rich);
}

static void tell_mail(struct outlook_telling *t, const struct outlook_mail *mail, const char *above);

static void tell_inner(struct outlook_telling *t, const struct outlook_attachment *a, const char *number)
{
	struct outlook *o = t->o;
	struct outlook_mail inner;
	o->mails++;
	if (t->depth >= OUTLOOK_DEPTH) {
		o->limited = 1;
		return;
	}
	t->depth++;
	if (o->is_tnef)
		tnef_read(o, tnef_inner(a), &inner);
	else
		msg_read(o, msg_inner(o, a), &inner);
	tell_mail(t, &inner, number);
	t->depth--;
}

static void tell_file(struct outlook_telling *t, const struct outlook_attachment *a, const char *number)
{
	static const unsigned names[] = {MAPI_LONG_NAME, MAPI_SHORT_NAME, MAPI_NAME};
	struct buf name = BUF_INIT;
	struct buf type = BUF_INIT;
	struct buf id = BUF_INIT;
	struct buf data = BUF_INIT;
	struct span bytes = a->data;
	const struct mapi_value *inside = mapi_find(&a->m, MAPI_DATA, MAPI_BINARY);
	first_text(&a->m, names, 3, 0, &name);
	mapi_text(&a->m, MAPI_MIME_TYPE, &type);
	mapi_text(&a->m, MAPI_CONTENT_ID, &id);
	if (!t->o->is_tnef) {
		msg_data(t->o, a, &data);
		bytes = (struct span){(const unsigned char *)data.data, data.len};
	} else if (inside && inside->bytes.n > bytes.n) {
		bytes = inside->bytes;
	}
	t->o->others++;
	t->item(t->ctx, &(struct outlook_item){.sort = OUTLOOK_FILE,
	                                       .number = number,
	                                       .name = name.data,
	                                       .type = type.len ? type.data : "application/octet-stream",
	                                       .content_id = id.data,
	                                       .charset = "",
	                                       .is_inline = mapi_number(&a->m, MAPI_HIDDEN) == 1 ||
	                                                    (id.len && mapi_number(&a->m, MAPI_FLAGS) & 4),
	                                       .in_mail = t->depth > 0,
	                                       .bytes = bytes.p ? (const void *)bytes.p : "",
	                                       .n = bytes.n});
	buf_release(&name);
	buf_release(&type);
	buf_release(&id);
	buf_release(&data);
}

static void tell_mail(struct outlook_telling *t, const struct outlook_mail *mail, const char *above)
{
	size_t n = 0;
	tell_bodies(t, &mail->m, above, &n);
	for (size_t i = 0; i < mail->count && t->o->others < OUTLOOK_ATTACHMENTS; i++) {
		const struct outlook_attachment *a = &mail->attachments[i];
		char *number = xasprintf("%s%s%zu", above, *above ? "." : "", ++n);
		int is_mail = t->o->is_tnef ? tnef_inner(a).n > 0 : msg_inner(t->o, a) > 0;
		if (is_mail)
			tell_inner(t, a, number);
		else
			tell_file(t, a, number);
		free(number);
	}
}

void outlook_items(struct outlook *o, const char *above, outlook_item_fn item, void *ctx)
{
	struct outlook_telling t = {.o = o, .item = item, .ctx = ctx};
	o->mails = o->others = 0;
	tell_mail(&t, &o->mail, above);
	o->damaged |= o->c.damaged;
	o->limited |= o->c.limited || o->others >= OUTLOOK_ATTACHMENTS;
}

int outlook_go_inside(struct outlook *o, char sha256[65])
{
	for (size_t i = 0; i < o->mail.count; i++) {
		const struct outlook_attachment *a = &o->mail.attachments[i];
		struct span inner = o->is_tnef ? tnef_inner(a) : (struct span){0};
		size_t storage = o->is_tnef ? 0 : msg_inner(o, a);
		if (!storage && !inner.n)
			continue;
		if (storage) {
			msg_sha256(o, storage, sha256);
			msg_read(o, storage, &o->mail);
		} else {
			mail_sha256(inner.p, inner.n, sha256);
			tnef_read(o, inner, &o->mail);
		}
		outlook_header(o, &o->mail);
		return 0;
	}
	return -1;
}
