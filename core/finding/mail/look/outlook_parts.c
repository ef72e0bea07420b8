/* What is in mails of Outlook, in files of Outlook that a mail carries, and in mails that are signed as a whole. */
#include "finding/mail/look/look_private.h"

#include "base/err.h"
#include "finding/mail/outlook/smime.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NESTED 3 /* files of Outlook in one another */

struct outlook_taking {
	struct look *l;
	const char *via;
	const char *wanted; /* number of the item whose bytes are asked for, or NULL */
	struct buf *out;
	int found;
	int depth;
};

static void say_state(struct look *l, const struct outlook *o, const char *number)
{
	l->inner += o->mails;
	if (o->damaged)
		look_find(l, "damaged.outlook", number, "");
	if (o->limited)
		look_find(l, "limit.parts", number, "");
}

static void take_item(void *ctx, const struct outlook_item *item);
static int take_signed(struct look *l, const char *number, const void *bytes, size_t n, const char *wanted,
                       struct buf *out);

static int is_signed(const char *type, const char *name)
{
	return strcmp(type, "application/pkcs7-mime") == 0 || strcmp(type, "application/x-pkcs7-mime") == 0 ||
	       strcmp(type, "multipart/signed") == 0 || (name && file_format_extension_is(name, "p7m"));
}

/* The items of a file of Outlook, if it is one. */
static void take_file(struct outlook_taking *t, const char *number, enum file_format format, const void *bytes,
                      size_t n)
{
	struct outlook o;
	struct outlook_taking inner = *t;
	if (t->depth >= NESTED || (format != FORMAT_TNEF && format != FORMAT_MSG))
		return;
	inner.via = format == FORMAT_TNEF ? "tnef" : "msg";
	inner.depth++;
	if (outlook_open(&o, &t->l->pool, bytes, n) == 0) {
		outlook_items(&o, number, take_item, &inner);
		if (!t->wanted)
			say_state(t->l, &o, number);
	}
	outlook_close(&o);
	t->found |= inner.found;
}

/* What is in a file that was taken out. */
static void take_inner(struct outlook_taking *t, size_t file, const void *bytes, size_t n)
{
	struct look *l = t->l;
	struct look_file f = l->files[file];
	if (!is_signed(f.type, f.name)) {
		take_file(t, f.number, f.format, bytes, n);
		return;
	}
	take_signed(l, f.number, bytes, n, NULL, NULL);
	if (l->file_count > file + 1) /* the envelope is no attachment, what is in it may be */
		l->files[file].counted = 0;
}

static void take_item(void *ctx, const struct outlook_item *item)
{
	struct outlook_taking *t = ctx;
	struct look *l = t->l;
	if (t->wanted) {
		if (strcmp(t->wanted, item->number) == 0) {
			buf_clear(t->out);
			buf_add(t->out, item->bytes, item->n);
			t->found = 1;
		} else if (item->sort == OUTLOOK_FILE && is_signed(item->type, item->name)) {
			t->found |= take_signed(l, item->number, item->bytes, item->n, t->wanted, t->out);
		} else if (item->sort == OUTLOOK_FILE) {
			take_file(t, item->number, file_format_of(item->bytes, item->n, item->name), item->bytes,
			          item->n);
		}
		return;
	}
	if (l->file_count >= MIME_PARTS) {
		look_find(l, "limit.parts", "", "");
		return;
	}
	if (item->sort != OUTLOOK_FILE)
		look_add_text(l, item->number, item->sort == OUTLOOK_HTML, item->charset, item->bytes, item->n);
	struct look_file *f = look_add_file(l, item->number, t->via, item->type, item->name, item->bytes, item->n);
	f->attachment = item->sort == OUTLOOK_FILE;
	f->is_inline = item->is_inline && f->format == FORMAT_IMAGE;
	f->counted = f->attachment && !f->is_inline && !look_is_signature(f) && f->format != FORMAT_TNEF;
	if (f->attachment)
		take_inner(t, l->file_count - 1, item->bytes, item->n);
}

void look_outlook(struct look *l)
{
	struct outlook_taking t = {.l = l, .via = l->outlook.is_tnef ? "tnef" : "msg"};
	outlook_items(&l->outlook, "", take_item, &t);
	say_state(l, &l->outlook, "");
}

/* ---- signed as a whole: the mail is inside the signature's file */

static int take_signed(struct look *l, const char *number, const void *bytes, size_t n, const char *wanted,
                       struct buf *out)
{
	struct mime m = {0};
	struct buf signed_bytes = BUF_INIT;
	int found = 0;
	if (n > 13 && strncasecmp(bytes, "content-type:", 13) == 0) { /* Outlook keeps it so, signature and all */
		buf_add(&signed_bytes, bytes, n);
	} else if (smime_content(bytes, n, &signed_bytes) < 0) {
		buf_release(&signed_bytes);
		return 0;
	}
	char *inner = pool_text(&l->pool, signed_bytes.data, signed_bytes.len);
	mime_read(&m, &l->pool, inner, signed_bytes.len);
	for (size_t i = 0; i < m.count && l->file_count < MIME_PARTS; i++) {
		struct mime_part *part = &m.parts[i];
		struct buf content = BUF_INIT;
		if (part->is_container)
			continue;
		char *full = xasprintf("%s.%s", number, part->number);
		mime_content(part, &content);
		int is_html = strcmp(part->type, "text/html") == 0;
		int attached = part->name || part->says_attached || (!is_html && strcmp(part->type, "text/plain") != 0);
		if (wanted && strcmp(wanted, full) == 0) {
			buf_add(out, content.data, content.len);
			found = 1;
		} else if (!wanted) {
			if (!attached)
				look_add_text(l, full, is_html, part->charset, content.data, content.len);
			struct look_file *f =
			    look_add_file(l, full, "smime", part->type, part->name, content.data, content.len);
			f->attachment = attached;
			f->counted = attached && !look_is_signature(f);
		}
		free(full);
		buf_release(&content);
	}
	buf_release(&signed_bytes);
	return found;
}

void look_inside(struct look *l, size_t file, const void *bytes, size_t n)
{
	take_inner(&(struct outlook_taking){.l = l}, file, bytes, n);
}

int look_outlook_content(struct look *l, const char *number, struct buf *out)
{
	struct outlook_taking t = {.l = l, .wanted = number, .out = out};
	if (l->is_outlook)
		outlook_items(&l->outlook, "", take_item, &t);
	for (size_t i = 0; i < l->mime.count && !t.found; i++) {
		struct mime_part *part = &l->mime.parts[i];
		size_t above = strlen(part->number);
		if (part->is_container || strncmp(number, part->number, above) != 0 || number[above] != '.')
			continue;
		struct buf content = BUF_INIT;
		mime_content(part, &content);
		if (is_signed(part->type, part->name))
			t.found = take_signed(l, part->number, content.data, content.len, number, out);
		else
			take_file(&t, part->number, file_format_of(content.data, content.len, part->name), content.data,
			          content.len);
		buf_release(&content);
	}
	return t.found ? 0 : -1;
}
