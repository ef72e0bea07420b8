/* What a name may be dressed as, one dress after the other, and one inside another: escapes and tags (forbidden_undress.c),
 * defanged, base64 and hexadecimal numbers (forbidden_encoded.c). */
#include "outward/release/forbidden_private.h"

#include "base/address/refang.h"
#include "base/fold.h"

#include <string.h>

#define DEPTH        3 /* one dress inside another */
#define JOINED_LEAST 6 /* bytes of a name that the end of a line cuts */

void forbidden_scratch_release(struct forbidden_scratch *s)
{
	buf_release(&s->fold);
	buf_release(&s->plain);
	buf_release(&s->decoded);
	buf_release(&s->wide);
	buf_release(&s->bits);
}

/* [.] (dot) {at} [://] */
static int is_defanged(const char *text, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++) {
		char c = text[i];
		if (c != '[' && c != '(' && c != '{' && c != '<')
			continue;
		size_t k = i + 1;
		while (k < n && text[k] == ' ')
			k++;
		if (k >= n || !strchr(".:@/dDaA", text[k]))
			continue;
		for (size_t j = k + 1; j < n && j < k + 6; j++)
			if (text[j] == ']' || text[j] == ')' || text[j] == '}' || text[j] == '>')
				return 1;
	}
	return 0;
}

/* ---- text */

int forbidden_in_fold(const struct forbidden *f, const char *text, size_t n, int high, struct forbidden_scratch *s,
                      struct forbidden_hit *hit)
{
	buf_clear(&s->fold);
	if (!high) {
		buf_add(&s->fold, text, n);
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)s->fold.data[i];
			s->fold.data[i] = (char)(c | (unsigned char)((unsigned)(c - 'A') < 26U ? 0x20U : 0U));
		}
		return forbidden_in_folded(f, s->fold.data, n, s->least, hit);
	}
	text_fold(&s->fold, text, n);
	if (forbidden_in_folded(f, s->fold.data, s->fold.len, s->least, hit))
		return 1;
	buf_clear(&s->wide);
	if (forbidden_alike(s->fold.data, s->fold.len, &s->wide) &&
	    forbidden_in_folded(f, s->wide.data, s->wide.len, s->least, hit))
		return 1;
	buf_clear(&s->wide);
	text_fold_for_find(&s->wide, s->fold.data, s->fold.len);
	return (s->wide.len != s->fold.len || memcmp(s->wide.data, s->fold.data, s->fold.len) != 0) &&
	       forbidden_in_folded(f, s->wide.data, s->wide.len, s->least, hit);
}

/* As it is, and as it would be if it were not defanged: evil[.]test, taro[at]mail(dot)test. */
static int in_text(const struct forbidden *f, const char *text, size_t n, unsigned traits, struct forbidden_scratch *s,
                   struct forbidden_hit *hit)
{
	int high = (traits & FORBIDDEN_HIGH) != 0;
	if (forbidden_in_fold(f, text, n, high, s, hit))
		return 1;
	if (!high && !(traits & FORBIDDEN_BRACKET && is_defanged(text, n)))
		return 0;
	struct plain plain;
	plain_init(&plain, text, n, 0);
	int found = plain.n != n && forbidden_in_fold(f, plain.text, plain.n, high, s, hit);
	plain_release(&plain);
	return found;
}

static int without_zeros(const char *text, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		if (text[i])
			buf_addc(out, text[i]);
	return out->len < n;
}

int forbidden_in_part(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_scratch *s,
                      struct forbidden_hit *hit)
{
	static const struct {
		unsigned traits;
		int (*take_off)(const char *text, size_t n, struct buf *out);
		size_t least; /* bytes of a name: a shorter one comes about by chance */
	} dresses[] = {
	    {FORBIDDEN_ESCAPE, forbidden_undress, 0},        {FORBIDDEN_TAG, forbidden_without_tags, 0},
	    {FORBIDDEN_QUOTED, forbidden_unquote, 0},        {FORBIDDEN_ZERO, without_zeros, 0},
	    {FORBIDDEN_PUNYCODE, forbidden_unpunycode, 0},   {FORBIDDEN_PLUS, forbidden_utf7, 0},
	    {FORBIDDEN_BREAK, forbidden_join, JOINED_LEAST}, {FORBIDDEN_BREAK, forbidden_join_with_blanks, 0}};
	unsigned traits = forbidden_look(text, n, s);
	if (in_text(f, text, n, traits, s, hit) || (depth < DEPTH && forbidden_in_encoded(f, text, n, depth, s, hit)))
		return 1;
	for (size_t i = 0; i < sizeof dresses / sizeof *dresses && depth < DEPTH; i++) {
		struct buf plain = BUF_INIT;
		size_t least = s->least;
		s->least = dresses[i].least > least ? dresses[i].least : least;
		int found = traits & dresses[i].traits && dresses[i].take_off(text, n, &plain) &&
		            forbidden_in_part(f, plain.data, plain.len, depth + 1, s, hit);
		buf_release(&plain);
		s->least = least;
		if (found)
			return 1;
	}
	return 0;
}
