/* The mail that a mail carries, when that is the one meant (--forwarded yes). */
#include "finding/mail/look/look_private.h"

#include "finding/mail/read/sha256.h"

#include <string.h>

static void is_carried(struct look *l)
{
	char *id = look_field(l, "message-id");
	l->carrier = *id ? id : pool_text(&l->pool, l->sha256, strlen(l->sha256));
}

/* Begins again with other bytes, of the pool or of the mail. */
static void begin_at(struct look *l, const char *bytes, size_t n)
{
	is_carried(l);
	l->mime = (struct mime){0};
	l->bytes = bytes;
	l->n = n;
	mail_sha256(bytes, n, l->sha256);
	if (outlook_open(&l->outlook, &l->pool, bytes, n) == 0) {
		l->is_outlook = 1;
		mime_header(&l->mime, &l->pool, l->outlook.header, l->outlook.header_n);
	} else {
		mime_read(&l->mime, &l->pool, bytes, n);
	}
	l->header = &l->mime.parts[0].header;
}

/* A file of the mail that is a mail itself: .msg, .eml, or one that is encoded although it may not be. */
static int attached_mail(struct look *l)
{
	for (size_t i = 0; i < l->mime.count; i++) {
		struct mime_part *part = &l->mime.parts[i];
		struct buf content = BUF_INIT;
		if (part->is_container)
			continue;
		mime_content(part, &content);
		enum file_format format = file_format_of(content.data, content.len, part->name);
		int is = format == FORMAT_MSG || (part->is_mail && content.len) ||
		         (format == FORMAT_MAIL && file_format_extension_is(part->name, "eml"));
		char *bytes = is ? pool_text(&l->pool, content.data, content.len) : NULL;
		size_t n = content.len;
		buf_release(&content);
		if (is) {
			begin_at(l, bytes, n);
			return 1;
		}
	}
	return 0;
}

void look_forwarded(struct look *l)
{
	char sha256[65];
	if (l->is_outlook) {
		if (outlook_go_inside(&l->outlook, sha256) == 0) {
			is_carried(l);
			memcpy(l->sha256, sha256, sizeof l->sha256);
			l->mime = (struct mime){0};
			mime_header(&l->mime, &l->pool, l->outlook.header, l->outlook.header_n);
			l->header = &l->mime.parts[0].header;
		}
		return;
	}
	for (size_t i = 1; i < l->mime.count; i++) {
		const struct mime_part *inner = &l->mime.parts[i];
		const struct mime_part *above = &l->mime.parts[inner->above];
		if (!above->is_mail || inner->header.count == 0)
			continue;
		const char *start = above->body;
		size_t n = (size_t)(inner->body - start) + inner->n;
		begin_at(l, start, above->n > n ? above->n : n);
		return;
	}
	attached_mail(l);
}
