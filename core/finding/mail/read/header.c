#include "finding/mail/read/header.h"

#include "base/buf.h"
#include "base/err.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t header_line(const char *p, size_t n, size_t *end)
{
	const char *lf = memchr(p, '\n', n);
	size_t length = lf ? (size_t)(lf - p) : n;
	const char *cr = memchr(p, '\r', length);
	if (!cr) {
		*end = lf ? 1 : 0;
		return length;
	}
	*end = lf && cr + 1 == lf ? 2 : 1;
	return (size_t)(cr - p);
}

/* The length of a field's name with blanks behind it, up to the colon; 0: the line is no field. */
static size_t name_of(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && (unsigned char)p[i] > ' ' && p[i] != ':' && (unsigned char)p[i] < 0x7F)
		i++;
	size_t name = i;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return name && i < n && p[i] == ':' ? name : 0;
}

int header_is_field(const char *line, size_t n)
{
	return name_of(line, n) > 0;
}

size_t header_read(struct header *h, struct pool *pool, const char *bytes, size_t n)
{
	size_t at = 0;
	size_t end;
	int first = 1;
	while (at < n) {
		size_t length = header_line(bytes + at, n - at, &end);
		if (length == 0)
			return at + end;
		const char *line = bytes + at;
		if (first && (strncmp(line, "From ", length < 5 ? length : 5) == 0 ||
		              (length > 6 && memcmp(line, ">From ", 6) == 0))) {
			at += length + end;
			continue;
		}
		if (*line == ':' && !first) { /* no field, but no text either: those behind it are fields still */
			h->broken = 1;
			at += length + end;
			continue;
		}
		int folded = *line == ' ' || *line == '\t';
		size_t blank = 0;
		while (first && blank < length && (line[blank] == ' ' || line[blank] == '\t'))
			blank++; /* there is nothing that the first line could go on */
		size_t name = folded && !first ? 0 : name_of(line + blank, length - blank);
		if (!name && !(folded && !first)) {
			h->broken = 1;
			return at;
		}
		if (at > HEADER_ALL || h->count >= HEADER_FIELDS)
			h->limited = 1;
		if (name && !h->limited) {
			h->fields = pool_more(pool, h->fields, h->count, &h->cap, sizeof *h->fields);
			const char *value = (const char *)memchr(line, ':', length) + 1;
			h->fields[h->count++] =
			    (struct header_field){line + blank, name, value, length - (size_t)(value - line)};
		} else if (!h->limited) {
			struct header_field *last = &h->fields[h->count - 1];
			last->n = (size_t)(line + length - last->value);
			if (last->n > HEADER_FIELD) {
				last->n = HEADER_FIELD;
				h->limited = 1;
			}
		}
		first = 0;
		at += length + end;
	}
	return n;
}

const struct header_field *header_find(const struct header *h, const char *name, const struct header_field *after)
{
	size_t n = strlen(name);
	for (const struct header_field *f = after ? after + 1 : h->fields; f && f < h->fields + h->count; f++)
		if (f->name_n == n && strncasecmp(f->name, name, n) == 0)
			return f;
	return NULL;
}

/* ---- encoded words */

struct word {
	const char *charset;
	size_t charset_n;
	const char *text;
	size_t n;
	char encoding;
	size_t whole; /* bytes of all of it */
};

/* 1; 0: there is none; -1: nor can there be one behind it, since nothing ends one. */
static int word_at(const char *p, size_t n, struct word *w)
{
	if (n < 8 || p[0] != '=' || p[1] != '?')
		return 0;
	const char *mark = memchr(p + 2, '?', n - 2 < 80 ? n - 2 : 80);
	if (!mark || (size_t)(mark - p) + 4 > n || mark[2] != '?' || !mark[1] || !strchr("bBqQ", mark[1]))
		return 0;
	w->charset = p + 2;
	w->charset_n = (size_t)(mark - p) - 2;
	const char *star = memchr(w->charset, '*', w->charset_n);
	if (star)
		w->charset_n = (size_t)(star - w->charset);
	w->encoding = mark[1] == 'b' || mark[1] == 'B' ? 'b' : 'q';
	w->text = mark + 3;
	const char *stop = p + n;
	const char *close = w->text;
	while ((close = memchr(close, '?', (size_t)(stop - close))) != NULL && close + 1 < stop && close[1] != '=')
		close++;
	if (!close || close + 1 >= stop)
		return -1;
	w->n = (size_t)(close - w->text);
	w->whole = (size_t)(close - p) + 2;
	return 1;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void add_raw(const char *p, size_t n, const char *charset, struct buf *out)
{
	struct buf line = BUF_INIT;
	size_t i = 0;
	while (i < n && !(p[i] & '\x80') && p[i] != 0x1B && p[i] != '\r' && p[i] != '\n')
		i++;
	if (i == n) {
		buf_add(out, p, n);
		return;
	}
	for (i = 0; i < n; i++) /* a fold is the blank behind it */
		if (p[i] != '\r' && p[i] != '\n')
			buf_addc(&line, p[i]);
		else if (i + 1 < n && !is_blank(p[i + 1]))
			buf_addc(&line, ' ');
	charset_decode(charset, charset ? strlen(charset) : 0, line.data, line.len, out);
	buf_release(&line);
}

static void add_words(const char *p, size_t n, const char *charset, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	struct word w;
	struct word last = {0};
	size_t plain = 0; /* where what is no encoded word begins */
	int pending = 0;  /* bytes of words are not decoded yet */
	for (size_t i = 0; i < n;) {
		int there = p[i] == '=' ? word_at(p + i, n - i, &w) : 0;
		if (there < 0)
			break;
		if (there == 0) {
			i++;
			continue;
		}
		size_t blank = plain;
		while (blank < i && is_blank(p[blank]))
			blank++;
		int beside = pending && blank == i;
		if (pending && (!beside || last.charset_n != w.charset_n ||
		                strncasecmp(last.charset, w.charset, w.charset_n) != 0)) {
			charset_decode(last.charset, last.charset_n, bytes.data, bytes.len, out);
			buf_clear(&bytes);
		}
		if (!beside)
			add_raw(p + plain, i - plain, charset, out);
		if (w.encoding == 'b')
			transfer_base64(w.text, w.n, &bytes);
		else
			transfer_q(w.text, w.n, &bytes);
		last = w;
		pending = 1;
		i += w.whole;
		plain = i;
	}
	if (pending)
		charset_decode(last.charset, last.charset_n, bytes.data, bytes.len, out);
	add_raw(p + plain, n - plain, charset, out);
	buf_release(&bytes);
}

char *header_text(struct pool *pool, const char *value, size_t n, const char *charset)
{
	struct buf text = BUF_INIT;
	while (n && is_blank(*value)) {
		value++;
		n--;
	}
	while (n && is_blank(value[n - 1]))
		n--;
	add_words(value, n, charset, &text);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\0' || text.data[i] == '\n' || text.data[i] == '\r')
			text.data[i] = ' ';
	char *copy = pool_text(pool, text.data, text.len);
	buf_release(&text);
	return copy;
}

/* ---- parameters */

size_t header_opaque(const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;
	if (((c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC)) && n > 1 && (p[1] == '\\' || p[1] == '"'))
		return p[1] == '\\' ? 2 : 0;
	if (c == 0x1B && n > 2 && p[1] == '$') {
		size_t i = 3;
		while (i < n && p[i] != 0x1B && p[i] != '\r' && p[i] != '\n')
			i++;
		return i;
	}
	return 0;
}

struct parameter {
	const char *name;
	size_t name_n;
	struct buf value; /* unquoted */
};

/* Whether the value itself is missing, and a parameter stands in its place. */
static int begins_with_parameter(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && p[i] != ';' && p[i] != '/' && p[i] != '"' && p[i] != '=')
		i++;
	return i < n && p[i] == '=';
}

/* Reads one `; name=value` at *at, or `here` one without the semicolon. 0 at the end. */
static int next_parameter(const char *p, size_t n, size_t *at, int here, struct parameter *out)
{
	size_t i = *at;
	for (;; here = 0) {
		while (i < n && p[i] != ';' && !here) {
			size_t skip = header_opaque(p + i, n - i);
			if (p[i] == '"') /* a stray quoted string */
				for (i++; i < n && p[i] != '"';)
					i += p[i] == '\\' ? 2 : 1;
			i += skip ? skip : 1;
		}
		while (i < n && (p[i] == ';' || is_blank(p[i])))
			i++;
		if (i >= n)
			return 0;
		out->name = p + i;
		while (i < n && p[i] != '=' && p[i] != ';')
			i++;
		out->name_n = (size_t)(p + i - out->name);
		while (out->name_n && is_blank(out->name[out->name_n - 1]))
			out->name_n--;
		if (i < n && p[i] == '=')
			break;
	}
	i++;
	while (i < n && is_blank(p[i]))
		i++;
	buf_clear(&out->value);
	if (i < n && p[i] == '"') {
		for (i++; i < n && p[i] != '"';) {
			size_t skip = header_opaque(p + i, n - i);
			if (!skip && p[i] == '\\' && i + 1 < n)
				i++;
			buf_add(&out->value, p + i, skip ? skip : 1);
			i += skip ? skip : 1;
		}
		i += i < n;
	} else {
		size_t from = i;
		while (i < n && p[i] != ';')
			i++;
		size_t to = i;
		while (to > from && is_blank(p[to - 1]))
			to--;
		buf_add(&out->value, p + from, to - from);
	}
	*at = i;
	return 1;
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	                              : -1;
}

static void add_percent(const char *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		int a = p[i] == '%' && i + 2 < n ? hex_of(p[i + 1]) : -1;
		int b = a >= 0 ? hex_of(p[i + 2]) : -1;
		buf_addc(out, b >= 0 ? (char)(a * 16 + b) : p[i]);
		i += b >= 0 ? 2 : 0;
	}
}

#define SECTIONS 1000 /* of a parameter (RFC 2231) */

struct header_section {
	struct buf bytes;
	int there;
	int encoded;
};

static char *join_sections(struct pool *pool, struct header_section *sections, size_t count)
{
	struct buf bytes = BUF_INIT;
	struct buf text = BUF_INIT;
	struct buf charset = BUF_INIT;
	for (size_t i = 0; i < count && sections[i].there; i++) {
		const char *p = sections[i].bytes.data;
		size_t n = sections[i].bytes.len;
		const char *one = i == 0 && sections[0].encoded ? memchr(p, '\'', n) : NULL;
		const char *two = one ? memchr(one + 1, '\'', n - (size_t)(one + 1 - p)) : NULL;
		if (two) {
			buf_add(&charset, p, (size_t)(one - p));
			n -= (size_t)(two + 1 - p);
			p = two + 1;
		}
		if (sections[i].encoded)
			add_percent(p, n, &bytes);
		else
			buf_add(&bytes, p, n);
	}
	charset_decode(charset.data, charset.len, bytes.data, bytes.len, &text);
	char *out = pool_text(pool, text.data, text.len);
	buf_release(&bytes);
	buf_release(&text);
	buf_release(&charset);
	return out;
}

char *header_parameter(struct pool *pool, const char *value, size_t n, const char *name, const char *charset)
{
	struct parameter parameter = {.value = BUF_INIT};
	struct header_section *sections = NULL;
	size_t count = 0;
	size_t length = strlen(name);
	size_t at = 0;
	char *plain = NULL;
	int here = begins_with_parameter(value, n);
	for (; next_parameter(value, n, &at, here, &parameter); here = 0) {
		const char *rest = parameter.name + length;
		if (parameter.name_n < length || strncasecmp(parameter.name, name, length) != 0)
			continue;
		size_t rest_n = parameter.name_n - length;
		if (rest_n == 0) {
			if (!plain)
				plain = header_text(pool, parameter.value.data, parameter.value.len, charset);
			continue;
		}
		if (*rest != '*')
			continue;
		size_t index = 0;
		size_t i = 1;
		for (; i < rest_n && rest[i] >= '0' && rest[i] <= '9' && index < SECTIONS; i++)
			index = index * 10 + (size_t)(rest[i] - '0');
		if (index >= SECTIONS)
			continue;
		if (index >= count) {
			sections = xrealloc(sections, (index + 1) * sizeof *sections);
			for (; count <= index; count++)
				sections[count] = (struct header_section){BUF_INIT, 0, 0};
		}
		if (sections[index].there)
			continue;
		sections[index].there = 1;
		sections[index].encoded = rest[rest_n - 1] == '*';
		buf_add(&sections[index].bytes, parameter.value.data, parameter.value.len);
	}
	char *out = count && sections[0].there ? join_sections(pool, sections, count) : plain;
	for (size_t i = 0; i < count; i++)
		buf_release(&sections[i].bytes);
	free(sections);
	buf_release(&parameter.value);
	return out;
}

char *header_token(struct pool *pool, const char *value, size_t n)
{
	struct buf token = BUF_INIT;
	int depth = 0;
	for (size_t i = 0; i < n && value[i] != ';' && token.len < 100; i++) {
		char c = value[i];
		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && (unsigned char)c > ' ' && c != 0x7F && !(c & '\x80') && c != '"')
			buf_addc(&token, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	char *out = pool_text(pool, token.data, token.len);
	buf_release(&token);
	return out;
}
