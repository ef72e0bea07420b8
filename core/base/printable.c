#include "base/printable.h"

#include "base/buf.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* Characters that take no cell or change how others are shown, though their category says letter or mark. */
static int is_invisible(utf8proc_int32_t c)
{
	return c == 0x00AD || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
	       (c >= 0x180B && c <= 0x180F) || c == 0x3164 || c == 0xFFA0 || (c >= 0xFE00 && c <= 0xFE0F) ||
	       (c >= 0xE0000 && c <= 0xE0FFF);
}

static int is_harmful(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return 1;
	default:
		return is_invisible(c);
	}
}

static int is_mark(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

static size_t cell_width(utf8proc_int32_t c)
{
	if (is_mark(c))
		return 0;
	int width = utf8proc_charwidth(c);
	return width < 0 ? 0 : (size_t)width;
}

/* One character at `p`; invalid bytes come back as c = -1 with a length of one. */
static size_t printable_next(const unsigned char *p, size_t n, utf8proc_int32_t *c)
{
	utf8proc_ssize_t length = utf8proc_iterate(p, (utf8proc_ssize_t)n, c);
	if (length <= 0) {
		*c = -1;
		return 1;
	}
	return (size_t)length;
}

void printable_add(struct buf *out, const void *bytes, size_t n, unsigned flags)
{
	const unsigned char *p = bytes;
	size_t marks = PRINTABLE_MARKS; /* a mark at the beginning would sit on what stands before the text */
	while (n > 0) {
		utf8proc_int32_t c;
		size_t length = printable_next(p, n, &c);
		if (c >= 0x20 && c < 0x7F) {
			buf_addc(out, (char)c);
			marks = 0;
		} else if (c < 0) {
			buf_addf(out, "\\x%02x", *p);
			marks = 0;
		} else if (c == '\n' && (flags & PRINTABLE_KEEP_NEWLINES)) {
			buf_addc(out, '\n');
			marks = PRINTABLE_MARKS;
		} else if (c == '\t' && (flags & PRINTABLE_KEEP_NEWLINES)) {
			buf_addc(out, ' ');
		} else if (c == '\n') {
			buf_adds(out, "\\n");
		} else if (c == '\t') {
			buf_adds(out, "\\t");
		} else if (c == '\r') {
			buf_adds(out, "\\r");
		} else if (c < 0xA0) {
			buf_addf(out, "\\x%02x", (unsigned)c);
			marks = 0;
		} else if (is_harmful(c) || (is_mark(c) && ++marks > PRINTABLE_MARKS)) {
			buf_addf(out, "<U+%04X>", (unsigned)c);
		} else {
			if (!is_mark(c))
				marks = 0;
			buf_add(out, p, length);
		}
		p += length;
		n -= length;
	}
}

void printable_json(struct buf *out, const char *json)
{
	const unsigned char *p = (const unsigned char *)json;
	size_t n = strlen(json);
	while (n > 0) {
		utf8proc_int32_t c;
		size_t length = printable_next(p, n, &c);
		if (c >= 0x10000 && is_harmful(c))
			buf_addf(out, "\\u%04X\\u%04X", 0xD800 + (unsigned)((c - 0x10000) >> 10),
			         0xDC00 + (unsigned)((c - 0x10000) & 0x3FF));
		else if (c >= 0x7F && is_harmful(c))
			buf_addf(out, "\\u%04X", (unsigned)c);
		else if (c >= 0) /* JSON is UTF-8, and its lines end in newlines */
			buf_add(out, p, length);
		p += length;
		n -= length;
	}
}

void printable_printf(FILE *out, const char *format, ...)
{
	struct buf text = BUF_INIT;
	struct buf safe = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	printable_add(&safe, text.data, text.len, PRINTABLE_KEEP_NEWLINES);
	if (safe.len)
		fwrite(safe.data, 1, safe.len, out);
	buf_release(&safe);
	buf_release(&text);
}

char *printable_dup(const char *text)
{
	struct buf b = BUF_INIT;
	printable_add(&b, text, strlen(text), PRINTABLE_LINE);
	return buf_take(&b, NULL);
}

char *printable_vdup(const char *format, va_list args)
{
	struct buf text = BUF_INIT;
	buf_addv(&text, format, args);
	char *safe = printable_dup(text.data);
	buf_release(&text);
	return safe;
}

size_t text_width_n(const char *text, size_t n)
{
	size_t width = 0;
	const unsigned char *p = (const unsigned char *)text;
	while (n > 0) {
		utf8proc_int32_t c;
		size_t length = printable_next(p, n, &c);
		width += c < 0 ? 1 : cell_width(c);
		p += length;
		n -= length;
	}
	return width;
}

size_t text_width(const char *text)
{
	return text_width_n(text, strlen(text));
}

size_t text_fit(const char *text, size_t cells, size_t *used)
{
	size_t width = 0;
	size_t taken = 0;
	size_t n = strlen(text);
	const unsigned char *p = (const unsigned char *)text;
	while (taken < n) {
		utf8proc_int32_t c;
		size_t length = printable_next(p + taken, n - taken, &c);
		size_t w = c < 0 ? 1 : cell_width(c);
		if (width + w > cells)
			break;
		width += w;
		taken += length;
	}
	if (used)
		*used = width;
	return taken;
}

void text_pad(struct buf *out, const char *text, size_t cells)
{
	size_t used;
	size_t taken = text_fit(text, cells, &used);
	if (text[taken] != '\0' && cells > 0) {
		taken = text_fit(text, cells - 1, &used);
		buf_add(out, text, taken);
		buf_adds(out, "…");
		used++;
	} else {
		buf_add(out, text, taken);
	}
	for (; used < cells; used++)
		buf_addc(out, ' ');
}

/* Japanese line breaking (kinsoku): these do not begin a line. */
static int must_not_begin(utf8proc_int32_t c)
{
	static const char closing[] =
	    "、。，．・：；？！）〕］｝〉》」』】ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…,.:;?!)]}";
	char one[5] = "";
	utf8proc_ssize_t n = utf8proc_encode_char(c, (utf8proc_uint8_t *)one);
	one[n > 0 ? n : 0] = '\0';
	return *one && strstr(closing, one) != NULL;
}

/* Where the line that starts at `text` (n bytes, no newline inside) is to be broken: bytes to keep. */
static size_t break_at(const char *text, size_t n, size_t cells)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t width = 0;
	size_t at = 0;
	size_t last = 0; /* the last place where a break is allowed */
	int before_wide = 0;
	while (at < n) {
		utf8proc_int32_t c;
		size_t length = printable_next(p + at, n - at, &c);
		size_t w = c < 0 ? 1 : cell_width(c);
		int wide = w == 2;
		if (at > 0 && w > 0 && (wide || before_wide) && !must_not_begin(c))
			last = at;
		if (width + w > cells && c != ' ')
			return last > 0 ? last : (at > 0 ? at : length);
		width += w;
		at += length;
		if (c == ' ')
			last = at;
		if (w > 0)
			before_wide = wide;
	}
	return n;
}

void text_wrap(struct buf *out, const char *text, size_t cells, size_t indent)
{
	if (cells < 2)
		cells = 2;
	while (*text) {
		size_t line = strcspn(text, "\n");
		while (line > 0) {
			size_t keep = break_at(text, line, cells);
			size_t shown = keep;
			while (shown > 0 && text[shown - 1] == ' ' &&
			       (keep < line || text_width_n(text, shown) > cells))
				shown--;
			buf_add(out, text, shown);
			text += keep;
			line -= keep;
			if (line > 0) {
				buf_addc(out, '\n');
				for (size_t i = 0; i < indent; i++)
					buf_addc(out, ' ');
			}
		}
		if (*text == '\n') {
			text++;
			buf_addc(out, '\n');
			for (size_t i = 0; i < indent && *text && *text != '\n'; i++)
				buf_addc(out, ' ');
		}
	}
}

int text_is_utf8(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	while (n > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t length = utf8proc_iterate(p, (utf8proc_ssize_t)n, &c);
		if (length <= 0 || c == 0)
			return 0;
		p += length;
		n -= (size_t)length;
	}
	return 1;
}

/* ---- cutting */

size_t text_whole(const char *text, size_t n, size_t most)
{
	if (n <= most)
		return n;
	for (n = most; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
		n--;
	return n;
}

int text_cut(const char *text, int most)
{
	return (int)text_whole(text, strlen(text), (size_t)most);
}

void text_copy(char *out, size_t size, const char *text)
{
	size_t n = text_whole(text, strlen(text), size - 1);
	memcpy(out, text, n);
	out[n] = '\0';
}
