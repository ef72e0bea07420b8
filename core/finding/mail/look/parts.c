/* What is in a mail: its files, its text, its links. */
#include "finding/mail/look/look_private.h"

#include "base/err.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* An attachment that is shown in the text: a picture with an id, beside it in a multipart/related, or said to be inline. */
static int is_shown_inline(const struct look_file *f, const struct mime_part *part, const struct mime *mime)
{
	if (!part || strncmp(f->type, "image/", 6) != 0)
		return 0;
	const char *above = mime->parts[part->above].type;
	return part->says_inline || (part->content_id && !part->says_attached) ||
	       (strcmp(above, "multipart/related") == 0 && !part->says_attached);
}

int look_is_signature(const struct look_file *f)
{
	return strcmp(f->type, "application/pgp-signature") == 0 ||
	       strcmp(f->type, "application/pkcs7-signature") == 0 ||
	       strcmp(f->type, "application/x-pkcs7-signature") == 0 || f->format == FORMAT_SIGNATURE;
}

/* ---- text and links */

static void add_link(struct look *l, enum html_link sort, const char *url, size_t n, const char *shown, int in_text)
{
	if (n == 0)
		return;
	if (l->link_count >= LOOK_LINKS) {
		look_find(l, "limit.links", "", "");
		return;
	}
	l->links = pool_more(&l->pool, l->links, l->link_count, &l->link_cap, sizeof *l->links);
	l->links[l->link_count++] = (struct look_link){sort, pool_text(&l->pool, url, look_cut(url, n, 8192)),
	                                               pool_text(&l->pool, shown, strlen(shown)), in_text};
}

static void take_link(void *ctx, enum html_link sort, const char *url, const char *shown)
{
	while (*url == ' ' || *url == '\t' || *url == '\n' || *url == '\r')
		url++;
	add_link(ctx, sort, url, strcspn(url, "\r\n\t"), shown, 0);
}

/* How long the address is that begins at p: ASCII that a URL may hold, without the punctuation behind it. */
static size_t url_length(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && (unsigned char)p[i] > ' ' && (unsigned char)p[i] < 0x7F && !strchr("<>\"`{}|\\^", p[i]))
		i++;
	while (i && strchr(".,;:!?')]", p[i - 1]))
		i--;
	return i;
}

/* Addresses that are typed in text. */
static void find_urls(struct look *l, const char *p, size_t n)
{
	static const char *const starts[] = {"http://", "https://", "ftp://", "www."};
	for (size_t i = 0; i + 8 < n; i++) {
		char c = (char)(p[i] | 32);
		if ((c != 'h' && c != 'f' && c != 'w') || (i && (p[i - 1] | 32) >= 'a' && (p[i - 1] | 32) <= 'z'))
			continue;
		for (size_t k = 0; k < 4; k++) {
			size_t start = strlen(starts[k]);
			if (n - i > start && strncasecmp(p + i, starts[k], start) == 0) {
				size_t length = url_length(p + i, n - i);
				if (length > start + 1)
					add_link(l, HTML_HREF, p + i, length, "", 1);
				i += length ? length - 1 : 0;
				break;
			}
		}
	}
}

void look_add_text(struct look *l, const char *number, int is_html, const char *charset, const void *bytes, size_t size)
{
	struct buf text = BUF_INIT;
	size_t n = size < LOOK_TEXT ? size : LOOK_TEXT;
	unsigned said = charset_decode(charset, charset ? strlen(charset) : 0, bytes, n, &text);
	if (said & CHARSET_LIED)
		look_find(l, "mime.charset_lie", number, charset);
	if (said & CHARSET_UNKNOWN)
		look_find(l, "damaged.charset", number, charset);
	if (size > n)
		look_find(l, "limit.text", number, "");
	l->has_body |= size > 0;
	struct buf *into = is_html ? &l->html_text : &l->text;
	if (into->len && into->len < LOOK_TEXT)
		buf_addc(into, '\n');
	if (into->len >= LOOK_TEXT) {
		buf_release(&text);
		return;
	}
	if (is_html) {
		size_t scripts;
		html_read(text.data, text.len, into, take_link, l, &scripts);
		l->scripts += scripts;
	} else {
		buf_add(into, text.data, text.len);
		find_urls(l, text.data, text.len);
	}
	buf_release(&text);
}

/* Files that are uuencoded in the text; what is left is the text. */
static void take_uuencoded(struct look *l, const struct mime_part *part, struct buf *content)
{
	struct uufile file;
	struct buf bytes = BUF_INIT;
	size_t from = 0;
	size_t i = 0;
	struct buf rest = BUF_INIT;
	if (!memmem(content->data, content->len, "begin ", 6))
		return;
	while (i < MIME_PARTS && transfer_uu(content->data, content->len, from, &file, &bytes)) {
		char *number = xasprintf("%s.u%zu", part->number, ++i);
		char *name = header_text(&l->pool, file.name, file.name_n, part->charset);
		struct look_file *f =
		    look_add_file(l, number, "uuencode", "application/octet-stream", name, bytes.data, bytes.len);
		f->attachment = f->counted = 1;
		if (file.damaged)
			look_find(l, "damaged.uuencode", number, name);
		buf_add(&rest, content->data + from, file.start - from);
		from = file.end;
		buf_clear(&bytes);
		free(number);
	}
	if (i) {
		buf_add(&rest, content->data + from, content->len - from);
		buf_clear(content);
		buf_add(content, rest.data, rest.len);
	}
	buf_release(&bytes);
	buf_release(&rest);
}

static int is_text_type(const char *type)
{
	return strcmp(type, "text/plain") == 0 || strcmp(type, "text/html") == 0;
}

static void take_part(struct look *l, struct mime_part *part)
{
	struct buf content = BUF_INIT;
	int attached = part->name || part->says_attached || !is_text_type(part->type);
	mime_content(part, &content);
	if (part->damaged)
		look_find(l, "damaged.encoding", part->number, part->name ? part->name : "");
	if (!attached) {
		if (part->encoding == MIME_PLAIN)
			take_uuencoded(l, part, &content);
		look_add_text(l, part->number, strcmp(part->type, "text/html") == 0, part->charset, content.data,
		              content.len);
	}
	struct look_file *f = look_add_file(l, part->number, "mime", part->type, part->name, content.data, content.len);
	f->attachment = attached;
	f->is_inline = is_shown_inline(f, part, &l->mime);
	f->counted = attached && !f->is_inline && !look_is_signature(f) && f->format != FORMAT_TNEF &&
	             strcmp(f->type, "message/delivery-status") != 0;
	if (attached)
		look_inside(l, l->file_count - 1, content.data, content.len);
	buf_release(&content);
}

static void say_limits(struct look *l)
{
	static const struct {
		unsigned flag;
		const char *id;
	} said[] = {{MIME_PARTS_LIMIT, "limit.parts"},        {MIME_DEPTH_LIMIT, "limit.depth"},
	            {MIME_HEADER_LIMIT, "limit.header"},      {MIME_HEADER_BROKEN, "damaged.header"},
	            {MIME_BOUNDARY_MISSING, "damaged.parts"}, {MIME_NEVER_CAME, "damaged.parts"}};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (l->mime.flags & said[i].flag)
			look_find(l, said[i].id, "", "");
	if (l->from.limited || l->to.limited || l->cc.limited || l->reply_to.limited)
		look_find(l, "limit.addresses", "", "");
}

void look_parts(struct look *l)
{
	for (size_t i = 0; i < l->mime.count; i++) {
		struct mime_part *part = &l->mime.parts[i];
		if (!part->is_container)
			take_part(l, part);
	}
	if (l->is_outlook)
		look_outlook(l);
	say_limits(l);
	if (l->header->count == 0 && !(l->is_outlook && l->file_count)) /* winmail.dat may have none */
		l->parsed = "no";
}
