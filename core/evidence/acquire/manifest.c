#include "evidence/acquire/manifest.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/acquire/filepool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void manifest_init(struct manifest *m)
{
	memset(m, 0, sizeof *m);
	buf_init(&m->text);
	buf_init(&m->unread);
}

void manifest_release(struct manifest *m)
{
	buf_release(&m->text);
	buf_release(&m->unread);
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

void manifest_add_unread(struct manifest *m, const char *reason, const char *path)
{
	buf_adds(&m->text, "!\t");
	pathname_escape(reason, &m->text);
	buf_addc(&m->text, '\t');
	pathname_escape(*path ? path : ".", &m->text);
	buf_addc(&m->text, '\n');
	printable_add(&m->unread, *path ? path : ".", *path ? strlen(path) : 1, PRINTABLE_LINE);
	buf_adds(&m->unread, ": ");
	printable_add(&m->unread, reason, strlen(reason), PRINTABLE_LINE);
	buf_addc(&m->unread, '\n');
	m->failed++;
}

/* ---- reading it back */

static int take_field(const char **p, const char *end, struct buf *field)
{
	const char *tab = memchr(*p, '\t', (size_t)(end - *p));
	const char *stop = tab ? tab : end;
	buf_clear(field);
	buf_add(field, *p, (size_t)(stop - *p));
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

static int parse_number(const char *text, uint64_t *number)
{
	char *end;
	if (*text < '0' || *text > '9')
		return -1;
	*number = strtoull(text, &end, 10);
	return *end ? -1 : 0;
}

static int parse_line(const char *line, const char *end, struct manifest_entry *entry, struct buf *field)
{
	entry->type = *line;
	int skip = fields_before_path(*line);
	if (skip == 0)
		return -1;
	for (int i = 0; i < skip; i++) {
		if (!take_field(&line, end, field) || (i == 0 && field->len != 1))
			return -1;
		if (i == 1 && skip == 6 && parse_number(field->data, &entry->size) < 0)
			return -1;
		if (i == 5 && entry->type == 'f') {
			if (field->len != 64 || strspn(field->data, "0123456789abcdef") != 64)
				return -1;
			snprintf(entry->sha256, sizeof entry->sha256, "%s", field->data);
		}
	}
	take_field(&line, end, field);
	return field->len == 0 || pathname_unescape(field->data, &entry->path) < 0 ? -1 : 0;
}

int manifest_next(const char **p, struct manifest_entry *entry)
{
	memset(entry, 0, sizeof *entry);
	buf_init(&entry->path);
	while (**p == '#') {
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
	struct buf field = BUF_INIT;
	int rc = parse_line(line, end, entry, &field);
	buf_release(&field);
	if (rc < 0)
		buf_release(&entry->path);
	return rc < 0 ? -1 : 1;
}

/* ---- comparing a tree with it */

struct verifying {
	int root;
	struct filepool *pool;
	struct buf *damage;
	uint64_t *damaged;
	int reread;
	struct err *err;
};

static void note_damage(struct verifying *v, const char *path, const char *what)
{
	printable_add(v->damage, path, strlen(path), PRINTABLE_LINE);
	buf_adds(v->damage, ": ");
	printable_add(v->damage, what, strlen(what), PRINTABLE_LINE);
	buf_addc(v->damage, '\n');
	++*v->damaged;
}

static int take_back(struct verifying *v)
{
	struct filejob *job = filepool_oldest(v->pool);
	int rc = 0;
	if (job->rc < 0 && job->err.code == ERR_CANCELLED)
		rc = err_set(v->err, job->err.code, "%s", job->err.message);
	else if (job->rc < 0)
		note_damage(v, job->path.data, job->err.message);
	else if (strcmp(job->result.sha256, job->text.data) != 0)
		note_damage(v, job->path.data, _("its content is not what was preserved"));
	v->reread &= job->reread;
	filepool_pop(v->pool);
	return rc;
}

/* A manifest is checked before it is believed, but a path must not lead out of the root even so. */
static int leads_out(const char *path)
{
	if (*path == '/')
		return 1;
	for (const char *p = path; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
			return 1;
	}
	return 0;
}

static void give(struct verifying *v, const struct manifest_entry *entry)
{
	struct filejob *job = filepool_slot(v->pool);
	struct err why = ERR_INIT;
	if (leads_out(entry->path.data)) {
		note_damage(v, entry->path.data, _("the name leads out of the folder"));
	} else if (source_open(&job->source, v->root, entry->path.data, SOURCE_NO_LINK, &why) < 0) {
		note_damage(v, entry->path.data, why.message);
	} else {
		job->has_source = job->drop_cache = 1;
		buf_add(&job->path, entry->path.data, entry->path.len);
		buf_adds(&job->text, entry->sha256);
		filepool_submit(v->pool);
	}
}

int manifest_verify(const char *text, const char *root, const struct progress *progress, struct buf *damage,
                    uint64_t *damaged, int *reread, struct err *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	struct manifest_entry entry;
	uint64_t total = 0;
	int more;
	for (const char *p = text; (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path))
		total += entry.type == 'f' ? entry.size : 0;
	struct verifying v = {fd, filepool_new(progress, total), damage, damaged, 1, err};
	int rc = 0;
	for (const char *p = text; rc == 0 && (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path)) {
		if (filepool_is_full(v.pool))
			rc = take_back(&v);
		if (rc == 0 && entry.type == 'f')
			give(&v, &entry);
	}
	while (rc == 0 && filepool_oldest(v.pool))
		rc = take_back(&v);
	filepool_free(v.pool);
	close(fd);
	if (reread)
		*reread = v.reread;
	if (rc == 0 && more < 0)
		return err_set(err, ERR_DAMAGED, _("the manifest has a wrong form"));
	return rc;
}
