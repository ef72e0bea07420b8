/* The whole look at a mail, step by step; and one of its parts alone. */
#include "finding/mail/look/look_private.h"

#include "finding/mail/read/transfer.h"

#include <stdlib.h>
#include <string.h>

static int is_text_type(const char *type)
{
	return strcmp(type, "text/plain") == 0 || strcmp(type, "text/html") == 0;
}

/* What only libraries read is asked for once, of the first archives; of the others it is told. */
static void want_contents(struct look *l)
{
	size_t wants = l->options->contents ? LOOK_WANTS : 0;
	for (size_t i = 0; i < l->file_count; i++) {
		struct look_file *f = &l->files[i];
		if (!f->wants_content || !f->attachment || ++wants <= LOOK_WANTS)
			continue;
		f->wants_content = 0;
		look_find(l, "limit.archive", f->number, f->name);
	}
}

void look_all(struct look *l)
{
	size_t n = l->n < LOOK_MAIL ? l->n : LOOK_MAIL;
	if (n < l->n)
		look_find(l, "limit.mail", "", "");
	enum file_format format = file_format_of(l->bytes, n, NULL);
	if ((format == FORMAT_MSG || format == FORMAT_CFB || format == FORMAT_TNEF) &&
	    outlook_open(&l->outlook, &l->pool, l->bytes, n) == 0) {
		l->is_outlook = 1;
		mime_header(&l->mime, &l->pool, l->outlook.header, l->outlook.header_n);
	} else {
		mime_read(&l->mime, &l->pool, l->bytes, n);
	}
	l->header = &l->mime.parts[0].header;
	if (l->options->forwarded)
		look_forwarded(l);
	for (size_t i = 0; !l->charset && i < l->mime.count; i++)
		if (!l->mime.parts[i].is_container && is_text_type(l->mime.parts[i].type))
			l->charset = l->mime.parts[i].charset;
	look_header(l);
	look_parts(l);
	want_contents(l);
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
		return look_outlook_content(l, number, out);
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
