#include "finding/mail/content/office.h"

#include "base/buf.h"
#include "finding/mail/content/seen.h"

#include "finding/mail/content/vba.h"
#include "finding/mail/files/listing.h"

#include <string.h>
#include <strings.h>

struct office_looking {
	struct pool *pool;
	unsigned seen;
};

/* The text of all <w:instrText> joined, since a field's words are cut into any number of them; and w:instr="…". */
static void field_text(const char *p, size_t n, struct buf *out)
{
	const char *stop = p + n;
	for (const char *at = p; at < stop;) {
		const char *open = memmem(at, (size_t)(stop - at), "instr", 5);
		if (!open)
			return;
		at = open + 5;
		if (stop - open > 9 && memcmp(open, "instrText", 9) == 0) {
			if (open > p && open[-1] == '/') /* its end */
				continue;
			const char *text = memchr(open, '>', (size_t)(stop - open));
			const char *end = text ? memchr(text, '<', (size_t)(stop - text)) : NULL;
			if (!end)
				return;
			if (open[-1] == ':' && open - p > 3 && open[-3] == '/')
				continue;
			buf_add(out, text + 1, (size_t)(end - text) - 1);
			at = end;
		} else if (stop - open > 7 && memcmp(open, "instr=\"", 7) == 0) {
			const char *end = memchr(open + 7, '"', (size_t)(stop - open) - 7);
			if (!end)
				return;
			buf_add(out, open + 7, (size_t)(end - open) - 7);
			buf_addc(out, ' ');
			at = end;
		}
	}
}

static int has_dde(const char *p, size_t n)
{
	struct buf text = BUF_INIT;
	int found = 0;
	field_text(p, n, &text);
	for (const char *at = text.data; (at = strcasestr(at, "DDE")) != NULL && !found; at += 3)
		found = (at == text.data || strchr(" \t\r\n\"", at[-1])) &&
		        (strncasecmp(at + 3, "AUTO", 4) == 0 || strchr(" \t\r\n\"", at[3]));
	buf_release(&text);
	return found;
}

/* A relationship to a template that lies elsewhere. */
static int has_template(const char *p, size_t n)
{
	const char *stop = p + n;
	for (const char *at = p; (at = memmem(at, (size_t)(stop - at), "attachedTemplate\"", 17)) != NULL; at += 17) {
		const char *end = memchr(at, '>', (size_t)(stop - at));
		const char *begin = at;
		while (begin > p && *begin != '<')
			begin--;
		end = end ? end : stop;
		size_t length = (size_t)(end - begin);
		if (memmem(begin, length, "\"External\"", 10) &&
		    (memmem(begin, length, "http", 4) || memmem(begin, length, "\\\\", 2) ||
		     memmem(begin, length, "ftp:", 4)))
			return 1;
	}
	return 0;
}

static int ends(const char *name, const char *with)
{
	size_t n = strlen(name);
	size_t length = strlen(with);
	return n >= length && strcasecmp(name + n - length, with) == 0;
}

static void take_entry(void *ctx, const struct inside *entry, const void *bytes, size_t n)
{
	struct office_looking *l = ctx;
	if (ends(entry->name, "vbaProject.bin")) {
		l->seen |= SEEN_MACRO;
		l->seen |= seen_in_macros(l->pool, bytes, n);
	} else if (ends(entry->name, ".rels")) {
		l->seen |= has_template(bytes, n) ? SEEN_TEMPLATE : 0;
	} else if (ends(entry->name, ".xml")) {
		if (strncmp(entry->name, "word/", 5) == 0 && has_dde(bytes, n))
			l->seen |= SEEN_DDE;
		if (strncmp(entry->name, "xl/externalLinks/", 17) == 0 && memmem(bytes, n, "<ddeLink", 8))
			l->seen |= SEEN_DDE;
	}
}

unsigned office_look(struct pool *pool, const void *bytes, size_t n)
{
	struct office_looking l = {.pool = pool};
	struct listing list = {.content = take_entry, .ctx = &l, .depth = LISTING_DEPTH};
	listing_read(&list, pool, FORMAT_OOXML, bytes, n);
	for (size_t i = 0; i < list.count; i++) /* also where its content could not be read */
		if (ends(list.all[i].name, "vbaProject.bin"))
			l.seen |= SEEN_MACRO;
	return l.seen;
}
