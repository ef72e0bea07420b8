#include "finding/mail/look/mailbox.h"

#include "finding/mail/read/header.h"

#include <string.h>

/* "From taro@mail.example Tue Jun 10 09:10:00 2014": a time of day and a year. */
static int has_date(const char *p, size_t n)
{
	int time = 0;
	int year = 0;
	for (size_t i = 5; i + 4 <= n; i++) {
		if (i >= 2 && p[i] == ':' && p[i - 1] >= '0' && p[i - 1] <= '9' && p[i + 1] >= '0' && p[i + 1] <= '9')
			time = 1;
		if (p[i - 1] == ' ' && (memcmp(p + i, "19", 2) == 0 || memcmp(p + i, "20", 2) == 0) &&
		    p[i + 2] >= '0' && p[i + 2] <= '9' && p[i + 3] >= '0' && p[i + 3] <= '9')
			year = 1;
	}
	return time && year;
}

static int is_field(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && (unsigned char)p[i] > ' ' && p[i] != ':' && (unsigned char)p[i] < 0x7F)
		i++;
	return i > 0 && i < n && p[i] == ':';
}

/* Whether a mail of a mbox begins at `at`; *body gets where its header does. */
static int begins(const struct mailbox *box, size_t at, size_t *body)
{
	size_t end;
	const char *p = box->bytes + at;
	size_t left = box->n - at;
	if (left < 20 || memcmp(p, "From ", 5) != 0)
		return 0;
	size_t length = header_line(p, left < 1000 ? left : 1000, &end);
	if (!end || !has_date(p, length))
		return 0;
	*body = at + length + end;
	size_t next = header_line(box->bytes + *body, box->n - *body, &end);
	return is_field(box->bytes + *body, next) || (next > 6 && memcmp(box->bytes + *body, ">From ", 6) == 0);
}

void mailbox_begin(struct mailbox *box, const char *bytes, size_t n)
{
	size_t body;
	size_t end = 0;
	*box = (struct mailbox){.bytes = bytes, .n = n};
	/* who copied it may have put a byte order mark or empty lines before it */
	size_t at = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	while (at < n && header_line(bytes + at, n - at, &end) == 0)
		at += end;
	box->is_mbox = begins(box, at, &body);
	box->at = box->is_mbox ? at : 0;
}

/* Where the next mail begins behind `from`, or the end. */
static size_t next_start(const struct mailbox *box, size_t from)
{
	size_t body;
	const char *p = box->bytes;
	while (from < box->n) {
		const char *found = memmem(p + from, box->n - from, "\nFrom ", 6);
		if (!found)
			break;
		size_t at = (size_t)(found - p);
		int empty = (at >= 1 && p[at - 1] == '\n') || (at >= 2 && p[at - 1] == '\r' && p[at - 2] == '\n');
		if (empty && begins(box, at + 1, &body))
			return at + 1;
		from = at + 6;
	}
	return box->n;
}

static int blank_rest(const char *p, size_t n)
{
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return n == 0;
}

static int emlx(struct mailbox *box, struct mailbox_mail *mail)
{
	size_t end;
	size_t length = header_line(box->bytes, box->n < 32 ? box->n : 32, &end);
	size_t size = 0;
	size_t digits = 0;
	while (digits < length && box->bytes[digits] >= '0' && box->bytes[digits] <= '9')
		digits++;
	if (box->n < 32 || digits == 0 || digits > 10 || blank_rest(box->bytes + digits, length - digits) == 0)
		return 0;
	for (size_t i = 0; i < digits; i++)
		size = size * 10 + (size_t)(box->bytes[i] - '0');
	size_t start = length + end;
	if (size > box->n - start || !is_field(box->bytes + start, box->n - start < 200 ? box->n - start : 200))
		return 0;
	*mail = (struct mailbox_mail){box->bytes + start, size, start, 0};
	return 1;
}

int mailbox_next(struct mailbox *box, struct mailbox_mail *mail)
{
	size_t body;
	if (box->done)
		return 0;
	if (!box->is_mbox) {
		box->done = 1;
		if (!emlx(box, mail))
			*mail = (struct mailbox_mail){box->bytes, box->n, 0, 0};
		return 1;
	}
	if (box->at >= box->n || !begins(box, box->at, &body)) {
		box->done = 1;
		return 0;
	}
	size_t next = next_start(box, body);
	size_t n = next - body;
	if (next < box->n && n && box->bytes[next - 1] == '\n') /* the empty line before the next one is the mbox's */
		n -= n > 1 && box->bytes[next - 2] == '\r' ? 2 : 1;
	*mail = (struct mailbox_mail){box->bytes + body, n, body, 1};
	box->at = next;
	return 1;
}
