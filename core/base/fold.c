#include "base/fold.h"

#include "base/buf.h"
#include "base/err.h"

#include <ctype.h>
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFD

static const utf8proc_option_t options =
    UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

void fold_init(struct fold *fold, const void *text, size_t n)
{
	fold->text = text;
	fold->n = n;
	fold->start = fold->end = 0;
	fold->count = 0;
}

/* The code point at `at`; its length in bytes, or 0 if the bytes there are not UTF-8. */
static size_t point_at(const struct fold *fold, size_t at, int32_t *point)
{
	if (fold->text[at] < 0x80) {
		*point = fold->text[at];
		return 1;
	}
	utf8proc_ssize_t used =
	    utf8proc_iterate(fold->text + at, (utf8proc_ssize_t)(fold->n - at > 4 ? 4 : fold->n - at), point);
	return used > 0 ? (size_t)used : 0;
}

/* Characters that folding leaves alone and that never combine with one before: most of Japanese text. */
static int is_plain(int32_t point)
{
	return (point >= 0x4E00 && point <= 0x9FFC) || (point >= 0x3041 && point <= 0x3096) ||
	       (point >= 0x30A1 && point <= 0x30FC) || point == 0x3001 || point == 0x3002;
}

/* 1 if the cluster that begins before `at` ends there for sure. */
static int ends_plainly(const struct fold *fold, size_t at)
{
	int32_t next;
	if (at >= fold->n || fold->text[at] < 0x80)
		return 1;
	return point_at(fold, at, &next) && is_plain(next);
}

/* Sets `end` behind the marks that belong to the character `point` that ends at `end`. */
static void extend_cluster(struct fold *fold, int32_t point)
{
	int32_t state = 0;
	for (int i = 1; i < FOLD_SOURCE && fold->end < fold->n; i++) {
		int32_t next;
		size_t used = point_at(fold, fold->end, &next);
		if (!used || next == 0 || utf8proc_grapheme_break_stateful(point, next, &state))
			return;
		fold->end += used;
		point = next;
	}
}

static void fold_cluster(struct fold *fold)
{
	const utf8proc_uint8_t *bytes = fold->text + fold->start;
	utf8proc_ssize_t size = (utf8proc_ssize_t)(fold->end - fold->start);
	utf8proc_ssize_t count = utf8proc_decompose(bytes, size, fold->points, FOLD_POINTS, options);
	if (count >= 0 && count <= FOLD_POINTS)
		count = utf8proc_normalize_utf32(fold->points, count, options);
	if (count < 0 || count > FOLD_POINTS) {
		fold->points[0] = REPLACEMENT;
		count = 1;
	}
	fold->count = (int)count;
}

int fold_next(struct fold *fold)
{
	int32_t point;
	fold->start = fold->end;
	if (fold->start >= fold->n)
		return 0;
	size_t used = point_at(fold, fold->start, &point);
	fold->end += used ? used : 1;
	fold->count = 1;
	if (!used) {
		fold->points[0] = REPLACEMENT;
	} else if ((point < 0x80 || is_plain(point)) && ends_plainly(fold, fold->end)) {
		fold->points[0] = point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
	} else {
		extend_cluster(fold, point);
		fold_cluster(fold);
	}
	return 1;
}

/* The ASCII bytes from `at` on that no mark can follow: text is mostly that, and it needs no table. */
static size_t ascii_run(const struct fold *fold, size_t at)
{
	size_t end = at;
	while (end < fold->n && fold->text[end] < 0x80)
		end++;
	return end == fold->n || end == at ? end - at : end - at - 1;
}

static void add_lower(struct buf *out, const unsigned char *bytes, size_t n)
{
	buf_grow(out, n);
	for (size_t i = 0; i < n; i++)
		out->data[out->len + i] =
		    (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + ('a' - 'A') : bytes[i]);
	out->len += n;
	out->data[out->len] = '\0';
}

static void add_folded(struct buf *out, const void *text, size_t n, int for_find)
{
	struct fold fold;
	fold_init(&fold, text, n);
	for (;;) {
		size_t ascii = ascii_run(&fold, fold.end);
		if (ascii) {
			add_lower(out, fold.text + fold.end, ascii);
			fold.end += ascii;
		}
		if (!fold_next(&fold))
			return;
		if (for_find)
			fold_for_find(&fold);
		for (int i = 0; i < fold.count; i++) {
			utf8proc_uint8_t bytes[4];
			utf8proc_ssize_t used = utf8proc_encode_char(fold.points[i], bytes);
			buf_add(out, bytes, (size_t)used);
		}
	}
}

static char *folded_dup(const char *text, int for_find)
{
	struct buf out = BUF_INIT;
	add_folded(&out, text, strlen(text), for_find);
	return out.cap ? buf_take(&out, NULL) : xstrdup("");
}

void text_fold(struct buf *out, const void *text, size_t n)
{
	add_folded(out, text, n, 0);
}

char *text_fold_dup(const char *text)
{
	return folded_dup(text, 0);
}

void text_fold_for_find(struct buf *out, const void *text, size_t n)
{
	add_folded(out, text, n, 1);
}

char *text_fold_for_find_dup(const char *text)
{
	return folded_dup(text, 1);
}

/* ---- how near two words are */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t fold_slips(const char *a, const char *b)
{
	size_t rows[3][SLIPS_LETTERS + 1];
	size_t na = strlen(a);
	size_t nb = strlen(b);
	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t other = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}
