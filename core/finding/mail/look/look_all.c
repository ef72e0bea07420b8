/* The whole look at a mail, step by step; and one of its parts alone. */
#include "finding/mail/look/look_private.h"

#include "finding/mail/read/sha256.h"
#include "finding/mail/read/transfer.h"

#include <stdlib.h>
#include <string.h>

static int is_text_type(const char *type)
{
	return strcmp(type, "text/plain") == 0 || strcmp(type, "text/html") == 0;
}

/* The first part that is a mail, when that is the one meant: the record is about it, its carrier is this one. */
static void go_inside(struct look *l)
{
	for (size_t i = 1; i < l->mime.count; i++) {
		const struct mime_part *inner = &l->mime.parts[i];
		const struct mime_part *above = &l->mime.parts[inner->above];
		if (!above->is_mail || inner->header.count == 0)
			continue;
		char *id = look_field(l, "message-id");
		l->carrier = *id ? id : pool_text(&l->pool, l->sha256, strlen(l->sha256));
		const char *start = above->body;
		size_t n = (size_t)(inner->body - start) + inner->n;
		n = above->n > n ? above->n : n;
		struct mime fresh = {0};
		l->mime = fresh;
		l->bytes = start;
		l->n = n;
		mail_sha256(start, n, l->sha256);
		mime_read(&l->mime, &l->pool, start, n);
		l->header = &l->mime.parts[0].header;
		return;
	}
}

void look_all(struct look *l)
{
	size_t n = l->n < LOOK_MAIL ? l->n : LOOK_MAIL;
	if (n < l->n)
		look_find(l, "limit.mail", "", "");
	mime_read(&l->mime, &l->pool, l->bytes, n);
	l->header = &l->mime.parts[0].header;
	if (l->options->forwarded)
		go_inside(l);
	for (size_t i = 0; !l->charset && i < l->mime.count; i++)
		if (!l->mime.parts[i].is_container && is_text_type(l->mime.parts[i].type))
			l->charset = l->mime.parts[i].charset;
	look_header(l);
	look_parts(l);
	look_class(l);
	look_sender(l);
	look_rules(l);
}

int look_content(struct look *l, const char *number, struct buf *out)
{
	for (size_t i = 0; i < l->mime.count; i++)
		if (!l->mime.parts[i].is_container && strcmp(l->mime.parts[i].number, number) == 0) {
			mime_content(&l->mime.parts[i], out);
			return 0;
		}
	const char *u = strrchr(number, 'u');
	if (!u || u == number || u[-1] != '.')
		return -1;
	size_t want = strtoul(u + 1, NULL, 10);
	struct buf content = BUF_INIT;
	int rc = -1;
	for (size_t i = 0; i < l->mime.count; i++)
		if (strlen(l->mime.parts[i].number) == (size_t)(u - number) - 1 &&
		    strncmp(l->mime.parts[i].number, number, (size_t)(u - number) - 1) == 0)
			mime_content(&l->mime.parts[i], &content);
	struct uufile file = {0};
	while (want-- > 0 && transfer_uu(content.data, content.len, file.end, &file, out)) {
		if (want == 0)
			rc = 0;
		else
			buf_clear(out);
	}
	buf_release(&content);
	return rc;
}
