/* .msg: storages and streams of a compound file whose names are the numbers of properties. */
#include "finding/mail/outlook/outlook_private.h"

#include "finding/mail/read/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define SMALL ((size_t)32 << 20) /* bytes of a property that is no attachment */

static int begins(const char *name, const char *with)
{
	return strncasecmp(name, with, strlen(with)) == 0;
}

/* Values of fixed length stand in a table behind a head. */
static void read_fixed(struct outlook *o, struct mapi *m, size_t entry, size_t head)
{
	struct buf bytes = BUF_INIT;
	compound_read(&o->c, entry, &bytes);
	struct span s = {(const unsigned char *)bytes.data, bytes.len};
	for (size_t at = head; span_has(s, at, 16); at += 16) {
		unsigned type = span_16(s, at);
		if (type == MAPI_LONG || type == MAPI_BOOLEAN || type == MAPI_TIME)
			mapi_add(m, span_16(s, at + 2), type, (struct span){0},
			         type == MAPI_TIME ? span_64(s, at + 8) : span_32(s, at + 8));
	}
	buf_release(&bytes);
}

static void read_properties(struct outlook *o, struct mapi *m, size_t storage, size_t head)
{
	char name[COMPOUND_NAME];
	unsigned id;
	unsigned type;
	*m = (struct mapi){.pool = o->pool};
	for (size_t i = compound_first(&o->c, storage); i; i = compound_next(&o->c, i)) {
		compound_name(&o->c, i, name);
		if (begins(name, "__properties_version1.0"))
			read_fixed(o, m, i, head);
		if (!begins(name, "__substg1.0_") || strlen(name) != 20 ||
		    sscanf(name + 12, "%4x%4x", &id, &type) != 2 || id == MAPI_DATA || compound_is_storage(&o->c, i))
			continue;
		if (type != MAPI_STRING && type != MAPI_UNICODE && type != MAPI_BINARY)
			continue;
		struct buf bytes = BUF_INIT;
		compound_read(&o->c, i, &bytes);
		if (bytes.len > SMALL)
			o->limited = 1;
		else if (bytes.len)
			mapi_add(m, id, type,
			         (struct span){(unsigned char *)pool_text(o->pool, bytes.data, bytes.len), bytes.len},
			         0);
		buf_release(&bytes);
	}
	o->limited |= m->limited;
}

struct msg_child {
	size_t entry;
	char name[COMPOUND_NAME];
};

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct msg_child *)a)->name, ((const struct msg_child *)b)->name);
}

/* The children of a storage in the order of their names. The caller frees. */
static struct msg_child *sorted(struct outlook *o, size_t storage, size_t *count)
{
	size_t n = 0;
	for (size_t i = compound_first(&o->c, storage); i; i = compound_next(&o->c, i))
		n++;
	struct msg_child *all = calloc(n + 1, sizeof *all);
	*count = 0;
	for (size_t i = compound_first(&o->c, storage); all && i; i = compound_next(&o->c, i)) {
		all[*count].entry = i;
		compound_name(&o->c, i, all[(*count)++].name);
	}
	if (all)
		qsort(all, *count, sizeof *all, by_name);
	return all;
}

void msg_read(struct outlook *o, size_t storage, struct outlook_mail *mail)
{
	size_t count;
	*mail = (struct outlook_mail){.storage = storage};
	read_properties(o, &mail->m, storage, storage ? 24 : 32);
	struct msg_child *all = sorted(o, storage, &count);
	for (size_t i = 0; i < count; i++) {
		if (!compound_is_storage(&o->c, all[i].entry))
			continue;
		if (begins(all[i].name, "__recip_version1.0_") && mail->recipient_count < OUTLOOK_ATTACHMENTS) {
			mail->recipients = pool_more(o->pool, mail->recipients, mail->recipient_count,
			                             &mail->recipient_cap, sizeof *mail->recipients);
			read_properties(o, &mail->recipients[mail->recipient_count++], all[i].entry, 8);
		} else if (begins(all[i].name, "__recip_version1.0_")) {
			o->limited = 1;
		} else if (begins(all[i].name, "__attach_version1.0_") && mail->count < OUTLOOK_ATTACHMENTS) {
			mail->attachments =
			    pool_more(o->pool, mail->attachments, mail->count, &mail->cap, sizeof *mail->attachments);
			struct outlook_attachment *a = &mail->attachments[mail->count++];
			*a = (struct outlook_attachment){.storage = all[i].entry};
			read_properties(o, &a->m, a->storage, 8);
		} else if (begins(all[i].name, "__attach_version1.0_")) {
			o->limited = 1;
		}
	}
	for (size_t i = 0; i < mail->recipient_count; i++)
		mail->recipients[i].code_page = (unsigned)mapi_number(&mail->m, MAPI_MESSAGE_CODE_PAGE);
	for (size_t i = 0; i < mail->count; i++)
		mail->attachments[i].m.code_page = (unsigned)mapi_number(&mail->m, MAPI_MESSAGE_CODE_PAGE);
	free(all);
}

size_t msg_inner(struct outlook *o, const struct outlook_attachment *a)
{
	size_t inner = compound_find(&o->c, a->storage, "__substg1.0_3701000D");
	return inner && compound_is_storage(&o->c, inner) && compound_find(&o->c, inner, "__properties_version1.0")
	           ? inner
	           : 0;
}

void msg_data(struct outlook *o, const struct outlook_attachment *a, struct buf *out)
{
	size_t data = compound_find(&o->c, a->storage, "__substg1.0_37010102");
	if (data && !compound_is_storage(&o->c, data))
		compound_read(&o->c, data, out);
}

/* Everything below a storage, names with their bytes, in order. */
static void gather(struct outlook *o, size_t storage, int depth, struct buf *out)
{
	size_t count;
	struct msg_child *all = sorted(o, storage, &count);
	for (size_t i = 0; i < count && depth < OUTLOOK_DEPTH * 2; i++) {
		buf_add(out, all[i].name, strlen(all[i].name) + 1);
		if (compound_is_storage(&o->c, all[i].entry))
			gather(o, all[i].entry, depth + 1, out);
		else
			compound_read(&o->c, all[i].entry, out);
	}
	free(all);
}

void msg_sha256(struct outlook *o, size_t storage, char sha256[65])
{
	struct buf bytes = BUF_INIT;
	gather(o, storage, 0, &bytes);
	mail_sha256(bytes.data, bytes.len, sha256);
	buf_release(&bytes);
}
