#include "finding/mail/read/mime.h"

#include "base/buf.h"
#include "finding/mail/read/transfer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct boundary {
	const char *text;
	size_t n;
};

struct mime_scan {
	struct mime *m;
	struct pool *pool;
	const char *bytes;
	size_t n;
	struct boundary stack[MIME_DEPTH];
	size_t depth;
};

/* Where a line is that ends what is being read. */
struct mime_hit {
	size_t line;  /* its beginning; n: none came */
	size_t after; /* behind it */
	size_t level; /* of the stack, 1…; 0: the end of the mail */
	int close;
};

/* Which boundary the line at p is. */
static size_t level_of(const struct mime_scan *s, const char *p, size_t length, int *close)
{
	while (length && (p[length - 1] == ' ' || p[length - 1] == '\t'))
		length--;
	for (size_t i = s->depth; i > 0; i--) {
		const struct boundary *b = &s->stack[i - 1];
		if (length != b->n + 2 && length != b->n + 4)
			continue;
		*close = length == b->n + 4;
		if (memcmp(p + 2, b->text, b->n) == 0 && (!*close || memcmp(p + 2 + b->n, "--", 2) == 0))
			return i;
	}
	return 0;
}

/* The first such line from there on. */
static struct mime_hit find(const struct mime_scan *s, size_t from)
{
	size_t at = from;
	while (s->depth && at < s->n) {
		const char *p = s->bytes + at;
		size_t left = s->n - at;
		if (left >= 2 && p[0] == '-' && p[1] == '-' && (at == 0 || p[-1] == '\n' || p[-1] == '\r')) {
			size_t end;
			int close = 0;
			size_t length = header_line(p, left, &end);
			size_t level = level_of(s, p, length, &close);
			if (level)
				return (struct mime_hit){at, at + length + end, level, close};
			at += length + end;
			continue;
		}
		const char *next = memchr(p + 1, '-', left - 1); /* base64 has none */
		if (!next)
			break;
		at = (size_t)(next - s->bytes);
	}
	return (struct mime_hit){s->n, s->n, 0, 0};
}

/* Where the header that begins at `at` ends at the latest: behind an empty line, or at a boundary, which `*hit` gets. */
static size_t header_end(const struct mime_scan *s, size_t at, struct mime_hit *hit)
{
	*hit = (struct mime_hit){s->n, s->n, 0, 0};
	while (at < s->n) {
		const char *p = s->bytes + at;
		size_t end;
		int close = 0;
		size_t length = header_line(p, s->n - at, &end);
		size_t level = length >= 2 && p[0] == '-' && p[1] == '-' ? level_of(s, p, length, &close) : 0;
		if (level) {
			*hit = (struct mime_hit){at, at + length + end, level, close};
			return at;
		}
		at += length + end;
		if (length == 0)
			return at;
	}
	return s->n;
}

static char *number_of(struct pool *pool, const char *above, size_t i)
{
	char text[1024];
	int n = snprintf(text, sizeof text, "%s%s%zu", above, *above ? "." : "", i);
	return pool_text(pool, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static enum mime_encoding encoding_of(struct pool *pool, const struct header_field *f)
{
	char *token = f ? header_token(pool, f->value, f->n) : NULL;
	if (!token)
		return MIME_PLAIN;
	return strcmp(token, "base64") == 0             ? MIME_BASE64
	       : strcmp(token, "quoted-printable") == 0 ? MIME_QUOTED
	       : strstr(token, "uue") != NULL           ? MIME_UU
	                                                : MIME_PLAIN;
}

static void describe(struct mime_scan *s, struct mime_part *part, const char *otherwise)
{
	struct pool *pool = s->pool;
	const struct header_field *type = header_find(&part->header, "content-type", NULL);
	const struct header_field *disposition = header_find(&part->header, "content-disposition", NULL);
	const struct header_field *id = header_find(&part->header, "content-id", NULL);
	part->type = type ? header_token(pool, type->value, type->n) : pool_text(pool, otherwise, strlen(otherwise));
	const char *slash = strchr(part->type, '/');
	if (!slash || slash == part->type || !slash[1])
		part->type = pool_text(pool, "text/plain", 10); /* RFC 2045, 5.2 */
	if (type)
		part->charset = header_parameter(pool, type->value, type->n, "charset", NULL);
	part->encoding = encoding_of(pool, header_find(&part->header, "content-transfer-encoding", NULL));
	if (disposition) {
		char *token = header_token(pool, disposition->value, disposition->n);
		part->says_attached = strcmp(token, "attachment") == 0;
		part->says_inline = strcmp(token, "inline") == 0;
		part->name = header_parameter(pool, disposition->value, disposition->n, "filename", part->charset);
	}
	if (type && (!part->name || !*part->name))
		part->name = header_parameter(pool, type->value, type->n, "name", part->charset);
	if (part->name && !*part->name)
		part->name = NULL;
	if (id)
		part->content_id = header_token(pool, id->value, id->n);
}

static struct mime_hit entity(struct mime_scan *s, size_t at, const char *number, size_t above, const char *otherwise);

static struct mime_hit skip(struct mime_scan *s, size_t at, unsigned flag)
{
	s->m->flags |= flag;
	return find(s, at);
}

/* The parts of a multipart whose boundary is on top of the stack. */
static struct mime_hit parts_of(struct mime_scan *s, size_t at, size_t self, const char *otherwise)
{
	size_t level = s->depth;
	size_t i = 0;
	struct mime_hit hit = find(s, at);
	const char *number = self == 0 ? "" : s->m->parts[self].number;
	while (hit.level == level && !hit.close)
		hit = s->m->count >= MIME_PARTS
		          ? skip(s, hit.after, MIME_PARTS_LIMIT)
		          : entity(s, hit.after, number_of(s->pool, number, ++i), self, otherwise);
	s->depth--;
	if (i == 0)
		s->m->flags |= MIME_NEVER_CAME;
	if (hit.level != level) {
		s->m->flags |= MIME_BOUNDARY_MISSING;
		return hit;
	}
	do /* behind its end: only what belongs to outer ones counts */
		hit = find(s, hit.after);
	while (hit.level == level);
	return hit;
}

/* The body ends before the line end that belongs to the boundary. */
static size_t body_end(const struct mime_scan *s, size_t from, size_t line)
{
	if (line < s->n) {
		if (line > from && s->bytes[line - 1] == '\n')
			line--;
		if (line > from && s->bytes[line - 1] == '\r')
			line--;
	}
	return line;
}

static struct mime_hit entity(struct mime_scan *s, size_t at, const char *number, size_t above, const char *otherwise)
{
	size_t self = s->m->count;
	s->m->parts = pool_more(s->pool, s->m->parts, self, &s->m->cap, sizeof *s->m->parts);
	s->m->count++;
	struct mime_part *part = &s->m->parts[self];
	*part = (struct mime_part){.number = pool_text(s->pool, number, strlen(number)), .above = above};
	/* a part may end within its header, even where a boundary looks like a field */
	struct mime_hit first;
	size_t stop = header_end(s, at, &first);
	size_t body = at + header_read(&part->header, s->pool, s->bytes + at, stop - at);
	int ended = first.level != 0 && body == stop;
	if (part->header.limited)
		s->m->flags |= MIME_HEADER_LIMIT;
	if (part->header.broken && self == 0)
		s->m->flags |= MIME_HEADER_BROKEN;
	describe(s, part, otherwise);
	part->body = s->bytes + body;
	const struct header_field *type = header_find(&part->header, "content-type", NULL);
	part->n = 0;
	if (ended) {
		part->is_mail = strcmp(part->type, "message/rfc822") == 0;
	} else if (strncmp(part->type, "multipart/", 10) == 0) {
		char *boundary = header_parameter(s->pool, type->value, type->n, "boundary", NULL);
		size_t n = boundary ? strlen(boundary) : 0;
		while (n && (boundary[n - 1] == ' ' || boundary[n - 1] == '\t'))
			n--;
		if (n && s->depth < MIME_DEPTH) {
			part->is_container = 1;
			s->stack[s->depth++] = (struct boundary){boundary, n};
			struct mime_hit hit =
			    parts_of(s, body, self,
			             strcmp(part->type, "multipart/digest") == 0 ? "message/rfc822" : "text/plain");
			s->m->parts[self].n = body_end(s, body, hit.line) - body;
			return hit;
		}
		s->m->flags |= n ? MIME_DEPTH_LIMIT : MIME_BOUNDARY_MISSING;
	} else if ((strcmp(part->type, "message/rfc822") == 0 || strcmp(part->type, "message/global") == 0) &&
	           part->encoding == MIME_PLAIN) {
		size_t depth = 0;
		for (size_t i = self; i != 0 && depth <= MIME_DEPTH; i = s->m->parts[i].above)
			depth++;
		part->is_mail = 1;
		if (depth > MIME_DEPTH) {
			s->m->flags |= MIME_DEPTH_LIMIT;
		} else if (s->m->count < MIME_PARTS) {
			part->is_container = 1;
			struct mime_hit hit = entity(s, body, number_of(s->pool, number, 1), self, "text/plain");
			s->m->parts[self].n = body_end(s, body, hit.line) - body;
			return hit;
		}
	}
	if (!ended)
		first = find(s, body);
	part->n = body_end(s, body, first.line) - body;
	return first;
}

/* Blank lines before the first field are of whoever copied the mail, not of the mail. */
static size_t blank_lines(const char *bytes, size_t n)
{
	size_t end;
	size_t at = 0;
	while (at < n) {
		size_t length = header_line(bytes + at, n - at, &end);
		size_t blank = 0;
		while (blank < length && (bytes[at + blank] == ' ' || bytes[at + blank] == '\t'))
			blank++;
		if (blank < length)
			break;
		at += length + end;
	}
	size_t length = header_line(bytes + at, n - at, &end);
	return at < n && header_is_field(bytes + at, length) ? at : 0;
}

void mime_read(struct mime *m, struct pool *pool, const char *bytes, size_t n)
{
	struct mime_scan s = {.m = m, .pool = pool, .bytes = bytes, .n = n};
	entity(&s, blank_lines(bytes, n), "1", 0, "text/plain");
}

void mime_header(struct mime *m, struct pool *pool, const char *bytes, size_t n)
{
	m->parts = pool_more(pool, m->parts, m->count, &m->cap, sizeof *m->parts);
	struct mime_part *part = &m->parts[m->count++];
	*part = (struct mime_part){.number = pool_text(pool, "", 0), .is_container = 1};
	part->body = bytes + header_read(&part->header, pool, bytes, n);
	part->type = pool_text(pool, "multipart/mixed", 15);
	if (part->header.limited)
		m->flags |= MIME_HEADER_LIMIT;
}

void mime_content(struct mime_part *part, struct buf *out)
{
	struct uufile file;
	switch (part->encoding) {
	case MIME_BASE64:
		part->damaged = transfer_base64(part->body, part->n, out);
		return;
	case MIME_QUOTED:
		part->damaged = transfer_quoted(part->body, part->n, out);
		return;
	case MIME_UU:
		if (transfer_uu(part->body, part->n, 0, &file, out)) {
			part->damaged = file.damaged;
			return;
		}
		part->damaged = 1;
		break;
	case MIME_PLAIN:
		break;
	}
	buf_add(out, part->body, part->n);
}
