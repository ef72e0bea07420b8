#include "outward/release/forbidden.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/refang.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS        65536U
#define BASE64_LEAST 8 /* characters of a run that is looked into */
#define DEPTH        3 /* base64 inside base64 */

struct forbidden_name {
	char *text; /* as added */
	char *folded;
	size_t n;
	char *label;
	char *field;
	size_t next; /* in its slot, from 1; 0: none */
};

struct forbidden {
	struct forbidden_name *names;
	size_t count;
	char **allowed;
	size_t allowed_count;
	size_t *slots; /* by the first three folded bytes */
	int ready;
};

struct forbidden *forbidden_new(void)
{
	return xcalloc(1, sizeof(struct forbidden));
}

void forbidden_free(struct forbidden *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		free(f->names[i].text);
		free(f->names[i].folded);
		free(f->names[i].label);
		free(f->names[i].field);
	}
	for (size_t i = 0; i < f->allowed_count; i++)
		free(f->allowed[i]);
	free(f->allowed);
	free(f->names);
	free(f->slots);
	free(f);
}

static char *folded(const char *name)
{
	return text_fold_dup(name);
}

void forbidden_add(struct forbidden *f, const char *name, const char *label, const char *field)
{
	char *text = folded(name);
	if (strlen(text) < FORBIDDEN_LEAST) {
		free(text);
		return;
	}
	f->names = xrealloc(f->names, (f->count + 1) * sizeof *f->names);
	f->names[f->count++] =
	    (struct forbidden_name){xstrdup(name), text, strlen(text), xstrdup(label), xstrdup(field), 0};
}

void forbidden_allow(struct forbidden *f, const char *name)
{
	f->allowed = xrealloc(f->allowed, (f->allowed_count + 1) * sizeof *f->allowed);
	f->allowed[f->allowed_count++] = folded(name);
}

/* ---- the table */

static unsigned slot_of(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (unsigned)((u[0] * 2654435761U ^ u[1] * 40503U ^ u[2] * 2246822519U) >> 8) % SLOTS;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void prepare(struct forbidden *f)
{
	f->ready = 1;
	f->slots = xcalloc(SLOTS, sizeof *f->slots);
	if (f->allowed_count)
		qsort(f->allowed, f->allowed_count, sizeof *f->allowed, by_text);
	for (size_t i = 0; i < f->count; i++) {
		struct forbidden_name *name = &f->names[i];
		if (f->allowed_count &&
		    bsearch(&name->folded, f->allowed, f->allowed_count, sizeof *f->allowed, by_text))
			continue;
		size_t *slot = &f->slots[slot_of(name->folded)];
		name->next = *slot;
		*slot = i + 1;
	}
}

static int is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Looks into text that is folded already. The byte behind it is readable (NUL). */
static int search_folded(const struct forbidden *f, const char *text, size_t n, struct forbidden_hit *hit)
{
	for (size_t i = 0; i + FORBIDDEN_LEAST <= n; i++) {
		for (size_t at = f->slots[slot_of(text + i)]; at; at = f->names[at - 1].next) {
			const struct forbidden_name *name = &f->names[at - 1];
			if (name->n > n - i || memcmp(text + i, name->folded, name->n) != 0)
				continue;
			unsigned char before = i ? (unsigned char)text[i - 1] : 0;
			unsigned char after = (unsigned char)text[i + name->n];
			if ((is_word((unsigned char)name->folded[0]) && is_word(before)) ||
			    (is_word((unsigned char)name->folded[name->n - 1]) && is_word(after)))
				continue;
			*hit = (struct forbidden_hit){name->text, name->label, name->field};
			return 1;
		}
	}
	return 0;
}

/* ---- dresses */

static int hex_of(int c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

static void add_point(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xC0 | c >> 6));
		buf_addc(out, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xE0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(out, (char)(0x80 | (c & 63)));
	} else {
		buf_addc(out, (char)(0xF0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 63)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(out, (char)(0x80 | (c & 63)));
	}
}

static int hex4(const char *p, const char *end)
{
	int value = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_of(p[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* A JSON escape at p (behind the backslash). Bytes taken, 0: none. */
static size_t json_escape(const char *p, const char *end, struct buf *out)
{
	if (p >= end)
		return 0;
	if (*p != 'u') {
		buf_addc(out, *p == 'n' || *p == 't' || *p == 'r' || *p == 'b' || *p == 'f' ? ' ' : *p);
		return 1;
	}
	int c = hex4(p + 1, end);
	if (c < 0)
		return 0;
	if (c >= 0xD800 && c < 0xDC00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u') {
		int low = hex4(p + 7, end);
		if (low >= 0xDC00 && low < 0xE000) {
			add_point(out, 0x10000U + (((unsigned)c - 0xD800U) << 10) + ((unsigned)low - 0xDC00U));
			return 11;
		}
	}
	add_point(out, (unsigned)c);
	return 5;
}

/* An HTML reference at p (behind the ampersand). */
static size_t html_escape(const char *p, const char *end, struct buf *out)
{
	const char *stop = memchr(p, ';', (size_t)(end - p) < 12 ? (size_t)(end - p) : 12);
	if (!stop || *p != '#')
		return 0;
	char *rest;
	unsigned long c =
	    strtoul(p[1] == 'x' || p[1] == 'X' ? p + 2 : p + 1, &rest, p[1] == 'x' || p[1] == 'X' ? 16 : 10);
	if (rest != stop || c == 0 || c > 0x10FFFF)
		return 0;
	add_point(out, (unsigned)c);
	return (size_t)(stop + 1 - p);
}

/* The text without its escapes, of all three kinds at once. 1 if there were any. */
static int undress(const char *text, size_t n, struct buf *out)
{
	const char *end = text + n;
	int some = 0;
	for (const char *p = text; p < end;) {
		size_t taken = 0;
		if (*p == '\\') {
			taken = json_escape(p + 1, end, out);
		} else if (*p == '&') {
			taken = html_escape(p + 1, end, out);
		} else if (*p == '%' && end - p >= 3 && hex_of(p[1]) >= 0 && hex_of(p[2]) >= 0) {
			buf_addc(out, (char)(hex_of(p[1]) * 16 + hex_of(p[2])));
			taken = 2;
		}
		some |= taken > 0;
		if (!taken)
			buf_addc(out, *p);
		p += 1 + taken;
	}
	return some;
}

static int is_ascii(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] & 0x80)
			return 0;
	return 1;
}

static int search_text(const struct forbidden *f, const char *text, size_t n, struct forbidden_hit *hit)
{
	struct buf fold = BUF_INIT;
	if (is_ascii(text, n)) {
		buf_add(&fold, text, n);
		for (size_t i = 0; i < n; i++)
			if (fold.data[i] >= 'A' && fold.data[i] <= 'Z')
				fold.data[i] = (char)(fold.data[i] | 0x20);
	} else {
		text_fold(&fold, text, n);
	}
	int found = search_folded(f, fold.data, fold.len, hit);
	if (!found) {
		struct plain plain; /* evil[.]test, taro[at]mail(dot)test */
		plain_init(&plain, text, n, 0);
		if (plain.n != n) {
			buf_clear(&fold);
			text_fold(&fold, plain.text, plain.n);
			found = search_folded(f, fold.data, fold.len, hit);
		}
		plain_release(&plain);
	}
	buf_release(&fold);
	return found;
}

static int search_part(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_hit *hit);

static int is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
	       c == '-' || c == '_';
}

/* Decodes as much of a run as is base64: with what is left behind its last four, or without. */
static size_t decode(const char *text, size_t n, unsigned char *bytes)
{
	int url = memchr(text, '-', n) != NULL || memchr(text, '_', n) != NULL;
	int variant = url ? sodium_base64_VARIANT_URLSAFE_NO_PADDING : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	size_t size = 0;
	if (n % 4 != 1 && sodium_base642bin(bytes, n, text, n, NULL, &size, NULL, variant) == 0)
		return size;
	n -= n % 4;
	return sodium_base642bin(bytes, n, text, n, NULL, &size, NULL, variant) == 0 ? size : 0;
}

static int search_base64(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_hit *hit)
{
	int found = 0;
	for (size_t i = 0; i < n && !found;) {
		size_t run = 0;
		while (i + run < n && is_base64(text[i + run]))
			run++;
		unsigned char *bytes = xmalloc(run + 1);
		for (size_t skip = 0; run >= BASE64_LEAST && skip < 4 && !found; skip++) {
			size_t size = decode(text + i + skip, run - skip, bytes);
			if (size)
				found = search_part(f, (const char *)bytes, size, depth + 1, hit);
		}
		free(bytes);
		i += run ? run : 1;
	}
	return found;
}

static int search_part(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_hit *hit)
{
	struct buf plain = BUF_INIT;
	int found = search_text(f, text, n, hit);
	if (!found && undress(text, n, &plain)) {
		found = search_text(f, plain.data, plain.len, hit);
		if (!found && depth < DEPTH &&
		    (memchr(plain.data, '%', plain.len) || memchr(plain.data, '\\', plain.len)))
			found = search_part(f, plain.data, plain.len, depth + 1, hit);
	}
	if (!found && depth < DEPTH)
		found = search_base64(f, text, n, depth, hit);
	buf_release(&plain);
	return found;
}

int forbidden_search(struct forbidden *f, const void *bytes, size_t n, struct forbidden_hit *hit)
{
	const char *text = bytes;
	const char *end = text + n;
	if (!f->ready)
		prepare(f);
	if (f->count == 0)
		return 0;
	/* lines: what a long file needs at once stays small, and a name does not run over the end of a line */
	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((stop ? stop : end) - line);
		if (search_part(f, line, length, 0, hit))
			return 1;
		line += length + 1;
	}
	return 0;
}
