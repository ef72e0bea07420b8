#include "evidence/acquire/manifest.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void manifest_init(struct manifest *m)
{
	memset(m, 0, sizeof *m);
	buf_init(&m->text);
	m->unread = (struct remark)REMARK_INIT;
	m->notes = (struct remark)REMARK_INIT;
}

void manifest_release(struct manifest *m)
{
	buf_release(&m->text);
	remark_release(&m->unread);
	remark_release(&m->notes);
}

void manifest_begin(struct manifest *m, const char *root)
{
	buf_adds(&m->text, "# genba manifest 1\n# root ");
	pathname_escape(root, &m->text);
	buf_addc(&m->text, '\n');
}

void manifest_add(struct manifest *m, char type, const struct stat *st, uint64_t size, const char *sha256,
                  const char *path, const char *more)
{
	struct buf *out = &m->text;
	buf_addf(out, "%c\t%llu\t%o\t%u:%u\t%lld.%09ld\t%s\t", type, (unsigned long long)size,
	         (unsigned)(st->st_mode & 07777), st->st_uid, st->st_gid, (long long)st->st_mtim.tv_sec,
	         st->st_mtim.tv_nsec, sha256);
	pathname_escape(path, out);
	if (more) {
		buf_addc(out, '\t');
		pathname_escape(more, out);
	}
	buf_addc(out, '\n');
}

void manifest_add_attribute(struct manifest *m, const char *name, const void *value, size_t n, const char *path)
{
	buf_adds(&m->text, "x\t");
	pathname_escape(name, &m->text);
	buf_addc(&m->text, '\t');
	/* a value is bytes, NUL among them: everything that is no plain ASCII is escaped */
	const unsigned char *p = value;
	for (size_t i = 0; i < n; i++)
		if (p[i] > ' ' && p[i] < 0x7F && p[i] != '%')
			buf_addc(&m->text, (char)p[i]);
		else
			buf_addf(&m->text, "%%%02X", p[i]);
	buf_addc(&m->text, '\t');
	pathname_escape(path, &m->text);
	buf_addc(&m->text, '\n');
}

static void add_line(struct buf *out, const char *path, const struct buf *text)
{
	printable_add(out, *path ? path : ".", *path ? strlen(path) : 1, PRINTABLE_LINE);
	buf_adds(out, ": ");
	printable_add(out, text->data, text->len - 1, PRINTABLE_LINE);
	buf_addc(out, '\n');
}

static void add_remark(struct remark *out, const char *path, struct remark *text)
{
	add_line(&out->shown, path, &text->shown);
	add_line(&out->english, path, &text->english);
	remark_release(text);
}

void manifest_add_unread(struct manifest *m, struct remark *reason, const char *path)
{
	char *words = xstrndup(reason->english.data, reason->english.len - 1);
	buf_adds(&m->text, "!\t");
	pathname_escape(words, &m->text);
	free(words);
	buf_addc(&m->text, '\t');
	pathname_escape(*path ? path : ".", &m->text);
	buf_addc(&m->text, '\n');
	add_remark(&m->unread, path, reason);
	m->failed++;
}

void manifest_add_about(struct manifest *m, const char *what, const char *more)
{
	buf_addf(&m->text, "# %s%s", what, more ? ": " : "");
	if (more)
		pathname_escape(more, &m->text);
	buf_addc(&m->text, '\n');
}

void manifest_ranges_text(const struct ranges *unreadable, struct buf *out)
{
	for (size_t i = 0; i < unreadable->count; i++)
		buf_addf(out, "%s%llu+%llu", i ? "," : "", (unsigned long long)unreadable->items[i].offset,
		         (unsigned long long)unreadable->items[i].length);
}

void manifest_add_about_ranges(struct manifest *m, const struct ranges *unreadable)
{
	buf_adds(&m->text, "# unreadable: ");
	manifest_ranges_text(unreadable, &m->text);
	buf_addc(&m->text, '\n');
}

void manifest_note(struct manifest *m, const char *path, struct remark *text)
{
	add_remark(&m->notes, path, text);
}

/* ---- reading it back */

/* The next field at *p; 1 if another one follows it. */
static int take_field(const char **p, const char *end, struct manifest_field *field)
{
	const char *tab = memchr(*p, '\t', (size_t)(end - *p));
	const char *stop = tab ? tab : end;
	field->text = *p;
	field->n = (size_t)(stop - *p);
	*p = tab ? tab + 1 : end;
	return tab != NULL;
}

/* Fields before the path; 0: no such type of line. */
static int fields_before_path(char type)
{
	switch (type) {
	case '!':
		return 2;
	case 'x':
		return 3;
	case 'f':
	case 'd':
	case 'l':
	case 'o':
		return 6;
	default:
		return 0;
	}
}

static int parse_number(const struct manifest_field *field, uint64_t *number)
{
	char *end;
	if (field->n == 0 || *field->text < '0' || *field->text > '9')
		return -1;
	*number = strtoull(field->text, &end, 10);
	return end == field->text + field->n ? 0 : -1;
}

static int parse_path(const struct manifest_field *field, struct buf *path)
{
	if (field->n == 0)
		return -1;
	if (!memchr(field->text, '%', field->n)) {
		buf_add(path, field->text, field->n);
		return 0;
	}
	char *text = xstrndup(field->text, field->n);
	int rc = pathname_unescape(text, path);
	free(text);
	return rc;
}

static int parse_line(const char *line, const char *end, struct manifest_entry *entry)
{
	struct manifest_field fields[6];
	struct manifest_field path;
	entry->type = *line;
	int count = fields_before_path(*line);
	if (count == 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (!take_field(&line, end, &fields[i]) || (i == 0 && fields[0].n != 1))
			return -1;
	if (take_field(&line, end, &path))
		take_field(&line, end, &entry->more);
	if (count == 6) {
		if (parse_number(&fields[1], &entry->size) < 0)
			return -1;
		entry->mode = fields[2];
		entry->owner = fields[3];
		entry->time = fields[4];
	}
	if (entry->type == 'f') {
		if (fields[5].n != 64 || strspn(fields[5].text, "0123456789abcdef") != 64)
			return -1;
		memcpy(entry->sha256, fields[5].text, 64);
	}
	return parse_path(&path, &entry->path);
}

static void parse_about(const char *line, struct manifest_entry *entry)
{
	static const struct {
		const char *begins;
		unsigned about;
	} known[] = {{"# not walked: ", MANIFEST_NOT_WALKED},
	             {"# not copied\n", MANIFEST_NOT_COPIED},
	             {"# unreadable: ", MANIFEST_UNREADABLE}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strncmp(line, known[i].begins, strlen(known[i].begins)) == 0) {
			const char *more = line + strlen(known[i].begins);
			entry->about |= known[i].about;
			if (known[i].about == MANIFEST_UNREADABLE)
				entry->unreadable = (struct manifest_field){more, strcspn(more, "\n")};
		}
}

int manifest_next(const char **p, struct manifest_entry *entry)
{
	memset(entry, 0, sizeof *entry);
	buf_init(&entry->path);
	while (**p == '#') {
		parse_about(*p, entry);
		*p += strcspn(*p, "\n");
		*p += **p == '\n';
	}
	if (!**p)
		return 0;
	const char *line = *p;
	const char *end = line + strcspn(line, "\n");
	*p = end + (*end == '\n');
	entry->line = line;
	entry->length = (size_t)(*p - line);
	if (parse_line(line, end, entry) == 0)
		return 1;
	buf_release(&entry->path);
	return -1;
}
