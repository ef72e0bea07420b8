#include "finding/mail/look/look_private.h"

#include "finding/mail/read/sha256.h"

#include <string.h>
#include <strings.h>

void look_begin(struct look *l, const struct look_options *options, const char *bytes, size_t n)
{
	memset(l, 0, sizeof *l);
	l->options = options;
	l->bytes = bytes;
	l->n = n;
	buf_init(&l->text);
	buf_init(&l->html_text);
	l->parsed = "whole";
	l->sent = l->received = l->origin = l->authentication = l->envelope_from = l->carrier = l->subject = buf_empty;
	l->class = "other";
	l->class_basis = "unknown";
	l->sender_class = "unknown";
	l->sender_basis = "unknown";
	mail_sha256(bytes, n, l->sha256);
}

void look_release(struct look *l)
{
	buf_release(&l->text);
	buf_release(&l->html_text);
	outlook_close(&l->outlook);
	pool_release(&l->pool);
}

size_t look_cut(const char *text, size_t n, size_t most)
{
	if (n <= most)
		return n;
	n = most;
	while (n && (text[n] & '\xC0') == '\x80')
		n--;
	return n;
}

void look_find(struct look *l, const char *id, const char *part, const char *detail)
{
	size_t same = 0;
	for (size_t i = 0; i < l->finding_count; i++)
		if (strcmp(l->findings[i].id, id) == 0) {
			if (strcmp(l->findings[i].part, part) == 0)
				return;
			same++;
		}
	if (same >= 50)
		return;
	size_t n = look_cut(detail, strlen(detail), 500);
	l->findings = pool_more(&l->pool, l->findings, l->finding_count, &l->finding_cap, sizeof *l->findings);
	l->findings[l->finding_count++] =
	    (struct look_finding){id, pool_text(&l->pool, part, strlen(part)), pool_text(&l->pool, detail, n)};
	if ((strncmp(id, "limit.", 6) == 0 || strncmp(id, "damaged.", 8) == 0) && strcmp(l->parsed, "no") != 0)
		l->parsed = "partly";
}

char *look_field(struct look *l, const char *name)
{
	const struct header_field *f = header_find(l->header, name, NULL);
	return f ? header_text(&l->pool, f->value, f->n, l->charset) : pool_text(&l->pool, "", 0);
}

int look_host_in(const char *host, const char *list)
{
	size_t n = strlen(host);
	for (const char *p = list; n && *p; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length <= n && strncasecmp(host + n - length, p, length) == 0 &&
		    (length == n || host[n - length - 1] == '.'))
			return 1;
		p += length;
	}
	return 0;
}

/* ---- files */

struct look_entries {
	struct look *l;
	unsigned seen;
};

/* What the content of an entry shows counts for the archive. */
static void look_at_entry(void *ctx, const struct inside *entry, const void *bytes, size_t n)
{
	struct look_entries *e = ctx;
	if (!file_format_archive(entry->format))
		e->seen |= seen_in(&e->l->pool, entry->format, bytes, n);
}

static void list_archive(struct look *l, struct look_file *f, const void *bytes, size_t n)
{
	struct look_entries entries = {l, 0};
	const json_t *contents = json_object_get(l->options->contents, f->number);
	if (!file_format_archive(f->format) && f->format != FORMAT_JAR)
		return;
	f->list.passwords = l->options->passwords;
	f->list.content = f->format == FORMAT_JAR ? NULL : look_at_entry;
	f->list.ctx = &entries;
	int listed = listing_read(&f->list, &l->pool, f->format, bytes, n) == 0;
	if (contents)
		look_take_contents(l, f, contents);
	else if (!listed)
		look_find(l, "archive.unread", f->number, f->name);
	else
		f->wants_content = look_wants_content(f, l->options->passwords && *l->options->passwords);
	f->seen = entries.seen;
	f->locked = (f->list.flags & LISTING_LOCKED) != 0;
	f->was_locked = f->locked || f->list.flags & LISTING_OPENED;
	if (f->list.flags & LISTING_DAMAGED)
		look_find(l, "damaged.archive", f->number, f->name);
	if (f->list.flags & LISTING_LIMIT)
		look_find(l, "limit.archive", f->number, f->name);
}

struct look_file *look_add_file(struct look *l, const char *number, const char *via, const char *type, const char *name,
                                const void *bytes, size_t n)
{
	l->files = pool_more(&l->pool, l->files, l->file_count, &l->file_cap, sizeof *l->files);
	struct look_file *f = &l->files[l->file_count++];
	*f = (struct look_file){.number = pool_text(&l->pool, number, strlen(number)),
	                        .via = via,
	                        .type = pool_text(&l->pool, type, strlen(type)),
	                        .name = pool_text(&l->pool, name ? name : "", name ? strlen(name) : 0),
	                        .size = n,
	                        .by_content = 1};
	mail_sha256(bytes, n, f->sha256);
	f->format = file_format_of(bytes, n, f->name);
	f->by_content = f->format != FORMAT_UNKNOWN || !*f->name;
	if (!f->by_content)
		f->format = file_format_by_name(f->name);
	list_archive(l, f, bytes, n);
	f->seen |= seen_in(&l->pool, f->format, bytes, n);
	return f;
}
