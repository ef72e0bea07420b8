#include "finding/chain/name_text.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define TEXT_MOST (1U << 20) /* bytes of one text */
#define BMP       0x10000
#define DROPPED   (-1) /* folds to nothing */
#define SEVERAL   (-2) /* folds to more than one */

struct name_folder {
	int32_t single[BMP]; /* what it becomes; 0: not worked out yet */
};

struct name_folder *name_folder_new(void)
{
	return xcalloc(1, sizeof(struct name_folder));
}

void name_folder_free(struct name_folder *folder)
{
	free(folder);
}

void name_text_release(struct name_text *text)
{
	free(text->points);
	*text = (struct name_text){0};
}

enum name_break name_text_gap(const struct name_text *text, size_t i)
{
	if (i == 0 || i >= text->count)
		return BREAK_HARD;
	return (enum name_break)text->points[i].gap;
}

void name_text_key(const struct name_text *text, size_t from, size_t to, struct buf *out)
{
	utf8proc_uint8_t bytes[4];
	for (size_t i = from; i < to && i < text->count; i++) {
		utf8proc_ssize_t n = utf8proc_encode_char(text->points[i].point, bytes);
		buf_add(out, bytes, n > 0 ? (size_t)n : 0);
	}
}

static enum name_script script_of(int32_t p)
{
	if ((p >= 'a' && p <= 'z') || (p >= 'A' && p <= 'Z') || (p >= '0' && p <= '9') || p == '&' || p == '+')
		return SCRIPT_LATIN;
	if (p < 0x80)
		return SCRIPT_OTHER;
	if ((p >= 0x4E00 && p <= 0x9FFF) || (p >= 0x3400 && p <= 0x4DBF) || p == 0x3005 || p == 0x3007 ||
	    (p >= 0xF900 && p <= 0xFAFF) || (p >= 0x20000 && p <= 0x3FFFF))
		return SCRIPT_HAN;
	if (p >= 0x3041 && p <= 0x309F)
		return SCRIPT_HIRAGANA;
	if ((p >= 0x30A1 && p <= 0x30FA) || (p >= 0x30FC && p <= 0x30FF) || (p >= 0xFF66 && p <= 0xFF9F) ||
	    (p >= 0x31F0 && p <= 0x31FF))
		return SCRIPT_KATAKANA;
	if ((p >= 0xFF10 && p <= 0xFF19) || (p >= 0xFF21 && p <= 0xFF3A) || (p >= 0xFF41 && p <= 0xFF5A))
		return SCRIPT_LATIN;
	utf8proc_category_t category = utf8proc_category(p);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO ? SCRIPT_LATIN : SCRIPT_OTHER;
}

/* Left out between the parts of a name: 1 without a trace, 2 with a soft break. */
static int is_left_out(int32_t p)
{
	switch (p) {
	case 0x30FB: /* ・ */
	case 0xFF65:
	case 0x200B:
	case 0xFEFF:
		return 1;
	case ' ':
	case '\t':
	case 0xA0:
	case 0x3000:
	case '.':
	case ',':
	case '-':
	case 0xFF0E:
	case 0xFF0C:
	case 0xFF0D:
	case 0x2010:
	case 0x2011:
		return 2;
	default:
		return 0;
	}
}

static int is_mark(int32_t p)
{
	return p == 0x3099 || p == 0x309A || p == 0xFF9E || p == 0xFF9F || (p >= 0x300 && p <= 0x36F) ||
	       (p >= 0xFE00 && p <= 0xFE0F);
}

static int is_address_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._%+-[]", c));
}

static int is_url_byte(unsigned char c)
{
	return c > ' ' && c < 0x7F && !strchr("<>\"()", c);
}

/* Where the address ends that begins at `at`; `at` itself if none does. */
static size_t address_end(const char *bytes, size_t n, size_t at)
{
	size_t end = at;
	while (end < n && is_address_byte((unsigned char)bytes[end]))
		end++;
	if (end > at && end < n && bytes[end] == '@') {
		for (end++; end < n && is_address_byte((unsigned char)bytes[end]);)
			end++;
		return end;
	}
	if (end > at && n - end > 3 && memcmp(bytes + end, "://", 3) == 0) {
		while (end < n && is_url_byte((unsigned char)bytes[end]))
			end++;
		return end;
	}
	return at;
}

static void put(struct name_text *text, struct name_point p)
{
	if (text->count == text->cap) {
		text->cap = text->cap ? text->cap * 2 : 512;
		text->points = xrealloc(text->points, text->cap * sizeof *text->points);
	}
	text->points[text->count++] = p;
}

/* One cluster: the code point at [at, at + n) with its marks. */
static void put_cluster(struct name_text *text, struct name_folder *folder, struct name_point p, int32_t source,
                        const char *bytes, size_t n)
{
	int one = source < BMP && n == (size_t)(source < 0x80 ? 1 : source < 0x800 ? 2 : 3);
	int32_t known = one ? folder->single[source] : SEVERAL;
	if (known > 0) {
		p.point = known;
		put(text, p);
		return;
	}
	if (known == DROPPED)
		return;
	struct fold fold;
	fold_init(&fold, bytes, n);
	while (fold_next(&fold)) {
		fold_for_find(&fold);
		for (int i = 0; i < fold.count; i++) {
			p.point = fold.points[i];
			/* ㈱ is (株) */
			p.script = (uint8_t)(fold.count > 1 ? script_of(p.point) : p.script);
			put(text, p);
			p.gap = BREAK_NONE;
		}
		if (one)
			folder->single[source] = fold.count == 0 ? DROPPED : fold.count == 1 ? fold.points[0] : SEVERAL;
	}
}

void name_text_read(struct name_text *text, struct name_folder *folder, const char *bytes, size_t n)
{
	uint8_t gap = BREAK_HARD;
	text->count = 0;
	text->end = BREAK_HARD;
	n = n > TEXT_MOST ? TEXT_MOST : n;
	size_t no_address = 0; /* none begins before it */
	for (size_t i = 0; i < n;) {
		utf8proc_int32_t p;
		utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
		                                         (utf8proc_ssize_t)(n - i > 4 ? 4 : n - i), &p);
		if (took <= 0) {
			gap = BREAK_HARD;
			i++;
			continue;
		}
		size_t end = i + (size_t)took;
		if (p < 0x80 && i >= no_address && is_address_byte((unsigned char)p)) {
			size_t past = address_end(bytes, n, i);
			if (past > i) {
				gap = BREAK_HARD;
				i = past;
				continue;
			}
			for (no_address = i; no_address < n && is_address_byte((unsigned char)bytes[no_address]);)
				no_address++;
		}
		while (end < n) { /* marks */
			utf8proc_int32_t mark;
			utf8proc_ssize_t more =
			    (unsigned char)bytes[end] < 0x80
			        ? 0
			        : utf8proc_iterate((const utf8proc_uint8_t *)bytes + end,
			                           (utf8proc_ssize_t)(n - end > 4 ? 4 : n - end), &mark);
			if (more <= 0 || !is_mark(mark))
				break;
			end += (size_t)more;
		}
		int out = is_left_out(p);
		enum name_script script = script_of(p);
		int kept = script != SCRIPT_OTHER || p == '(' || p == ')' || p == 0xFF08 || p == 0xFF09 ||
		           (p >= 0x3220 && p <= 0x33FF);
		if (out || !kept) {
			uint8_t is = out == 1 ? BREAK_NONE : out ? BREAK_SOFT : BREAK_HARD;
			gap = is > gap ? is : gap;
		} else {
			struct name_point point = {.script = (uint8_t)script,
			                           .gap = gap,
			                           .capital = p >= 'A' && p <= 'Z',
			                           .from = (uint32_t)i,
			                           .to = (uint32_t)end};
			size_t before = text->count;
			put_cluster(text, folder, point, p, bytes + i, end - i);
			if (text->count > before)
				gap = BREAK_NONE;
		}
		i = end;
	}
}
