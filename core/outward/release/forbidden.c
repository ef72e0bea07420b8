#include "outward/release/forbidden.h"
#include "outward/release/forbidden_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"

#include <stdlib.h>
#include <string.h>

struct forbidden *forbidden_new(void)
{
	struct forbidden *f = xcalloc(1, sizeof *f);
	f->texts = (struct buf)BUF_INIT;
	return f;
}

void forbidden_free(struct forbidden *f)
{
	if (!f)
		return;
	buf_release(&f->texts);
	for (size_t i = 0; i < f->allowed_count; i++)
		free(f->allowed[i]);
	free(f->allowed);
	free(f->names);
	free(f->slots);
	free(f->grams);
	free(f->base64);
	free(f->hex);
	free(f->seen);
	free(f);
}

static char *folded(const char *name)
{
	return text_fold_dup(name);
}

size_t forbidden_count(const struct forbidden *f)
{
	return f->count;
}

static uint32_t add_text(struct forbidden *f, const char *text)
{
	size_t at = f->texts.len;
	buf_add(&f->texts, text, strlen(text) + 1);
	return (uint32_t)at;
}

struct forbidden_adding {
	struct forbidden *f;
	uint32_t text;
	uint32_t label;
	const char *field;
};

static void add_form(void *ctx, const char *text)
{
	const struct forbidden_adding *a = ctx;
	struct forbidden *f = a->f;
	if (strlen(text) < FORBIDDEN_LEAST)
		return;
	if (f->count == f->room) {
		f->room = f->room ? f->room + f->room / 2 : 64;
		f->names = xrealloc(f->names, f->room * sizeof *f->names);
	}
	f->names[f->count++] =
	    (struct forbidden_name){a->text, add_text(f, text), a->label, (uint32_t)strlen(text), 0, a->field};
}

void forbidden_add(struct forbidden *f, const char *name, const char *label, const char *field)
{
	struct forbidden_adding a = {f, add_text(f, name), add_text(f, label), field};
	char *text = folded(name);
	forbidden_each_variant(text, add_form, &a);
	add_form(&a, text);
	free(text);
}

static void allow_form(void *ctx, const char *text)
{
	struct forbidden *f = ctx;
	f->allowed = xrealloc(f->allowed, (f->allowed_count + 1) * sizeof *f->allowed);
	f->allowed[f->allowed_count++] = xstrdup(text);
}

void forbidden_allow(struct forbidden *f, const char *name)
{
	char *text = folded(name);
	forbidden_each_variant(text, allow_form, f);
	allow_form(f, text);
	free(text);
}

/* ---- the table */

static unsigned slot_of(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return forbidden_slot(u[0] | (unsigned)u[1] << 8 | (unsigned)u[2] << 16);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By slot, in it by text, and equal ones as they were added. */
static int by_slot(const void *a, const void *b, void *ctx)
{
	const struct forbidden *f = ctx;
	const struct forbidden_name *x = a;
	const struct forbidden_name *y = b;
	const char *one = forbidden_text(f, x->folded);
	const char *other = forbidden_text(f, y->folded);
	const unsigned slots[2] = {slot_of(one), slot_of(other)};
	if (slots[0] != slots[1])
		return slots[0] < slots[1] ? -1 : 1;
	int order = strcmp(one, other);
	return order ? order : (x->folded > y->folded) - (x->folded < y->folded);
}

static int is_allowed(const struct forbidden *f, const char *folded_name)
{
	return f->allowed_count && bsearch(&folded_name, f->allowed, f->allowed_count, sizeof *f->allowed, by_text);
}

/* The longest of the names before it that it begins with: the name before it, or one that this begins with. */
static uint32_t prefix_of(const struct forbidden *f, size_t i)
{
	const char *text = forbidden_text(f, f->names[i].folded);
	uint32_t before = (uint32_t)i;
	while (before) {
		const struct forbidden_name *name = &f->names[before - 1];
		const char *shorter = forbidden_text(f, name->folded);
		if (name->n < f->names[i].n && slot_of(shorter) == slot_of(text) && memcmp(shorter, text, name->n) == 0)
			return before;
		before = name->prefix;
	}
	return 0;
}

static void prepare(struct forbidden *f)
{
	size_t kept = 0;
	f->ready = 1;
	f->slots = xcalloc(FORBIDDEN_SLOTS + 1, sizeof *f->slots);
	f->seen = xcalloc(FORBIDDEN_SLOTS / 8, 1);
	forbidden_prepare_signs(f, f->count);
	if (f->allowed_count)
		qsort(f->allowed, f->allowed_count, sizeof *f->allowed, by_text);
	for (size_t i = 0; i < f->count; i++)
		if (!is_allowed(f, forbidden_text(f, f->names[i].folded)))
			f->names[kept++] = f->names[i];
	f->count = kept;
	if (kept)
		qsort_r(f->names, kept, sizeof *f->names, by_slot, f);
	for (size_t i = 0; i < kept; i++) {
		unsigned slot = slot_of(forbidden_text(f, f->names[i].folded));
		f->names[i].prefix = prefix_of(f, i);
		forbidden_add_signs(f, &f->names[i]);
		f->seen[slot >> 3] |= (unsigned char)(1U << (slot & 7));
		f->slots[slot + 1] = (uint32_t)i + 1; /* where the next slot begins */
	}
	for (size_t slot = 0; slot < FORBIDDEN_SLOTS; slot++)
		if (f->slots[slot + 1] < f->slots[slot])
			f->slots[slot + 1] = f->slots[slot];
}

static int is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether a name is before the text in the order of names, or equal to its beginning. */
static int is_before(const char *name, size_t length, const char *text, size_t n)
{
	int order = memcmp(name, text, length < n ? length : n);
	return order < 0 || (order == 0 && length <= n);
}

/* The longest of the names that begin at i. The last of those that are before the text is the longest that may be it: what
 * else stands there is a beginning of that one. */
static int compare_at(const struct forbidden *f, const char *text, size_t n, size_t i, unsigned slot, size_t least,
                      struct forbidden_hit *hit)
{
	uint32_t low = f->slots[slot];
	uint32_t high = f->slots[slot + 1];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (is_before(forbidden_text(f, f->names[middle].folded), f->names[middle].n, text + i, n - i))
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t at = low > f->slots[slot] ? low : 0; at; at = f->names[at - 1].prefix) {
		const struct forbidden_name *name = &f->names[at - 1];
		const char *folded_name = forbidden_text(f, name->folded);
		if (name->n < least)
			return 0; /* those that it begins with are shorter still */
		if (name->n > n - i || memcmp(text + i, folded_name, name->n) != 0)
			continue;
		unsigned char before = i ? (unsigned char)text[i - 1] : 0;
		unsigned char after = (unsigned char)text[i + name->n];
		if ((is_word((unsigned char)folded_name[0]) && is_word(before)) ||
		    (is_word((unsigned char)folded_name[name->n - 1]) && is_word(after)))
			continue;
		*hit =
		    (struct forbidden_hit){forbidden_text(f, name->text), forbidden_text(f, name->label), name->field};
		return 1;
	}
	return 0;
}

int forbidden_in_folded(const struct forbidden *f, const char *text, size_t n, size_t least, struct forbidden_hit *hit)
{
	const unsigned char *u = (const unsigned char *)text;
	if (n < FORBIDDEN_LEAST)
		return 0;
	uint32_t three = (uint32_t)u[0] << 8 | (uint32_t)u[1] << 16;
	for (size_t i = 0; i + FORBIDDEN_LEAST <= n; i++) {
		three = three >> 8 | (uint32_t)u[i + 2] << 16;
		unsigned slot = forbidden_slot(three);
		if (f->seen[slot >> 3] & 1U << (slot & 7) && compare_at(f, text, n, i, slot, least, hit))
			return 1;
	}
	return 0;
}

/* ---- lines */

#define LINES ((size_t)1 << 16) /* bytes that are looked at together */

/* A line of JSON: no name runs over its end. */
static int is_structure(const char *line, size_t n)
{
	if (n && line[n - 1] == '\r')
		n--;
	return n == 0 || (memchr("{}[]\"", line[0], 5) && memchr("{}[],", line[n - 1], 5));
}

/* Where the lines begin that are looked at once more with what follows: a name may run over the end of a piece. */
static const char *lines_again(const char *begin, const char *end)
{
	if (end - begin <= FORBIDDEN_SEAM)
		return begin;
	const char *last = memrchr(begin, '\n', (size_t)(end - begin) - FORBIDDEN_SEAM);
	return last ? last + 1 : begin;
}

/* What is longer than a line: a name, or base64, that the end of a line cuts. Lines of JSON have been looked at one by one. */
static int in_lines(const struct forbidden *f, const char *text, const char *end, struct forbidden_scratch *s,
                    struct forbidden_hit *hit)
{
	const char *begin = text; /* of those that belong together */
	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((stop ? stop : end) - line);
		const char *next = line + n + 1 < end ? line + n + 1 : end;
		int ends = is_structure(line, n) || next == end;
		const char *last = is_structure(line, n) ? line : next;
		if ((ends || last - begin >= (ptrdiff_t)LINES) && last > begin &&
		    memchr(begin, '\n', (size_t)(last - begin) - 1) &&
		    forbidden_in_part(f, begin, (size_t)(last - begin), 0, s, hit))
			return 1;
		if (ends)
			begin = next;
		else if (last - begin >= (ptrdiff_t)LINES)
			begin = lines_again(begin, last);
		line = next;
	}
	return 0;
}

int forbidden_search(struct forbidden *f, const void *bytes, size_t n, struct forbidden_hit *hit)
{
	const char *text = bytes;
	const char *end = text + n;
	int found = 0;
	if (!f->ready)
		prepare(f);
	if (f->count == 0)
		return 0;
	struct forbidden_scratch scratch = FORBIDDEN_SCRATCH;
	for (const char *line = text; line < end && !found;) { /* what a long file needs at once stays small */
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((stop ? stop : end) - line);
		found = forbidden_in_part(f, line, length, 0, &scratch, hit);
		line += length + 1;
	}
	found = found || in_lines(f, text, end, &scratch, hit);
	forbidden_scratch_release(&scratch);
	return found;
}
