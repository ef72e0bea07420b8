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

static void add_folded(struct forbidden *f, const char *name, const char *text, const char *label, const char *field)
{
	if (strlen(text) < FORBIDDEN_LEAST)
		return;
	if (f->count == f->room) {
		f->room = f->room ? f->room + f->room / 2 : 64;
		f->names = xrealloc(f->names, f->room * sizeof *f->names);
	}
	f->names[f->count++] = (struct forbidden_name){
	    add_text(f, name), add_text(f, text), add_text(f, label), (uint32_t)strlen(text), 0, field};
}

void forbidden_add(struct forbidden *f, const char *name, const char *label, const char *field)
{
	char *text = folded(name);
	struct buf alike = BUF_INIT;
	if (forbidden_alike(text, strlen(text), &alike))
		add_folded(f, name, alike.data, label, field);
	add_folded(f, name, text, label, field);
	buf_release(&alike);
	free(text);
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
	return forbidden_slot(u[0] | (unsigned)u[1] << 8 | (unsigned)u[2] << 16);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void prepare(struct forbidden *f)
{
	f->ready = 1;
	f->slots = xcalloc(FORBIDDEN_SLOTS, sizeof *f->slots);
	f->seen = xcalloc(FORBIDDEN_SLOTS / 8, 1);
	forbidden_prepare_signs(f, f->count);
	if (f->allowed_count)
		qsort(f->allowed, f->allowed_count, sizeof *f->allowed, by_text);
	for (size_t i = 0; i < f->count; i++) {
		struct forbidden_name *name = &f->names[i];
		const char *folded_name = forbidden_text(f, name->folded);
		if (f->allowed_count &&
		    bsearch(&folded_name, f->allowed, f->allowed_count, sizeof *f->allowed, by_text))
			continue;
		unsigned at = slot_of(folded_name);
		uint32_t *slot = &f->slots[at];
		forbidden_add_signs(f, name);
		f->seen[at >> 3] |= (unsigned char)(1U << (at & 7));
		name->next = *slot;
		*slot = (uint32_t)i + 1;
	}
}

static int is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The longest of the names that begin at i. */
static int compare_at(const struct forbidden *f, const char *text, size_t n, size_t i, unsigned slot, size_t least,
                      struct forbidden_hit *hit)
{
	size_t longest = 0;
	for (size_t at = f->slots[slot]; at; at = f->names[at - 1].next) {
		const struct forbidden_name *name = &f->names[at - 1];
		const char *folded_name = forbidden_text(f, name->folded);
		if (name->n > n - i || name->n < least || name->n <= longest ||
		    memcmp(text + i, folded_name, name->n) != 0)
			continue;
		unsigned char before = i ? (unsigned char)text[i - 1] : 0;
		unsigned char after = (unsigned char)text[i + name->n];
		if ((is_word((unsigned char)folded_name[0]) && is_word(before)) ||
		    (is_word((unsigned char)folded_name[name->n - 1]) && is_word(after)))
			continue;
		*hit =
		    (struct forbidden_hit){forbidden_text(f, name->text), forbidden_text(f, name->label), name->field};
		longest = name->n;
	}
	return longest > 0;
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
	/* lines: what a long file needs at once stays small, and a name does not run over the end of a line */
	for (const char *line = text; line < end && !found;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((stop ? stop : end) - line);
		found = forbidden_in_part(f, line, length, 0, &scratch, hit);
		line += length + 1;
	}
	forbidden_scratch_release(&scratch);
	return found;
}
