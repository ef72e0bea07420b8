#include "finding/mail/outlook/rtf.h"

#include "base/buf.h"
#include "base/words.h"
#include "finding/mail/files/span.h"
#include "finding/mail/read/charset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the window of 4096 bytes holds at the beginning. */
static const char first_window[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
                                   "\\fmodern \\fscript \\fdecor MS Sans "
                                   "SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
                                   "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

int rtf_unpack(const void *bytes, size_t n, struct buf *out)
{
	struct span s = {bytes, n};
	char window[4096] = {0};
	size_t at = 16;
	size_t want = span_32(s, 4);
	size_t start = out->len;
	size_t to = sizeof first_window - 1;
	if (n < 16)
		return -1;
	if (span_32(s, 8) == 0x414C454D) { /* "MELA": as it is */
		buf_add(out, s.p + 16, n - 16 < want ? n - 16 : want);
		return n - 16 < want ? -1 : 0;
	}
	if (span_32(s, 8) != 0x75465A4C) /* "LZFu" */
		return -1;
	memcpy(window, first_window, to);
	while (at < n && out->len - start < want && out->len - start < RTF_MOST) {
		unsigned control = s.p[at++];
		for (int bit = 0; bit < 8 && at < n; bit++, control >>= 1) {
			if (!(control & 1)) {
				buf_addc(out, (char)s.p[at]);
				window[to] = (char)s.p[at++];
				to = (to + 1) & 4095;
				continue;
			}
			unsigned pair = span_8(s, at) << 8 | span_8(s, at + 1);
			size_t from = pair >> 4;
			at += 2;
			if (from == to) /* the end */
				return out->len - start == want ? 0 : -1;
			for (size_t i = (pair & 15) + 2; i > 0; i--) {
				char c = window[from];
				buf_addc(out, c);
				window[to] = c;
				from = (from + 1) & 4095;
				to = (to + 1) & 4095;
			}
		}
	}
	return out->len - start >= want ? 0 : out->len - start >= RTF_MOST ? 1 : -1;
}

/* ---- reading it */

#define GROUPS 200 /* of nesting that are told apart */

struct rtf_group {
	int skipped;   /* no text of the document */
	int tag;       /* HTML as it stands */
	int rtf_only;  /* \htmlrtf: only for readers of rich text */
	unsigned skip; /* characters behind each \u that stand for it */
};

struct rtf_reading {
	struct buf *out;
	struct buf bytes; /* of the code page, not yet decoded */
	char charset[24];
	int is_html;
	struct rtf_group stack[GROUPS];
	size_t depth;
	size_t deeper; /* groups beyond: their text is that of the last that is told apart */
	unsigned left; /* characters still to be skipped behind \u */
	unsigned high; /* first half of a surrogate pair */
};

static void flush(struct rtf_reading *r)
{
	if (r->bytes.len)
		charset_decode(r->charset, strlen(r->charset), r->bytes.data, r->bytes.len, r->out);
	buf_clear(&r->bytes);
}

static int is_shown(const struct rtf_reading *r)
{
	const struct rtf_group *g = &r->stack[r->depth];
	return g->tag || (!g->skipped && !(r->is_html && g->rtf_only));
}

static void add_byte(struct rtf_reading *r, char c)
{
	if (r->left)
		r->left--;
	else if (is_shown(r))
		buf_addc(&r->bytes, c);
}

static void add_unicode(struct rtf_reading *r, long number)
{
	unsigned c = (unsigned)(number < 0 ? number + 65536 : number) & 0xFFFF;
	r->left = r->stack[r->depth].skip;
	if (!is_shown(r))
		return;
	flush(r);
	if (c >= 0xD800 && c < 0xDC00) {
		r->high = c;
		return;
	}
	if (c >= 0xDC00 && c < 0xE000 && r->high)
		charset_utf8(0x10000 + ((unsigned long)(r->high - 0xD800) << 10) + (c - 0xDC00), r->out);
	else
		charset_utf8(c, r->out);
	r->high = 0;
}

static void control_word(struct rtf_reading *r, const char *word, int has_number, long number)
{
	struct rtf_group *g = &r->stack[r->depth];
	if (strcmp(word, "u") == 0 && has_number) {
		add_unicode(r, number);
	} else if (r->deeper &&
	           !words_among("par line row sect page tab cell lquote rquote ldblquote rdblquote bullet", word)) {
		return; /* it would change the group that is told apart */
	} else if (strcmp(word, "uc") == 0) {
		g->skip = number >= 0 && number < 100 ? (unsigned)number : 1;
	} else if (strcmp(word, "ansicpg") == 0 && number > 0 && number < 100000) {
		snprintf(r->charset, sizeof r->charset,
		         number == 932     ? "shift_jis"
		         : number == 65001 ? "utf-8"
		                           : "cp%ld",
		         number);
	} else if (strcmp(word, "fromhtml") == 0) {
		r->is_html = 1;
	} else if (strcmp(word, "htmltag") == 0) {
		g->tag = 1;
	} else if (strcmp(word, "htmlrtf") == 0) {
		g->rtf_only = !has_number || number != 0;
	} else if (words_among("fonttbl colortbl stylesheet info pict object header footer pntext mhtmltag themedata",
	                       word)) {
		g->skipped = 1;
	} else if (words_among("par line row sect page", word)) {
		add_byte(r, '\n');
	} else if (words_among("tab cell", word)) {
		add_byte(r, '\t');
	} else {
		static const struct {
			const char *word;
			unsigned c;
		} signs[] = {{"lquote", 0x2018}, {"rquote", 0x2019}, {"ldblquote", 0x201C}, {"rdblquote", 0x201D},
		             {"bullet", 0x2022}, {"endash", 0x2013}, {"emdash", 0x2014}};
		for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
			if (strcmp(word, signs[i].word) == 0 && is_shown(r)) {
				flush(r);
				charset_utf8(signs[i].c, r->out);
			}
	}
}

static void open_group(struct rtf_reading *r)
{
	if (r->depth + 1 < GROUPS && !r->deeper) {
		r->stack[r->depth + 1] = r->stack[r->depth];
		r->depth++;
	} else {
		r->deeper++;
	}
}

static void close_group(struct rtf_reading *r)
{
	if (r->deeper)
		r->deeper--;
	else if (r->depth)
		r->depth--;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* What begins with a backslash at p; returns its length. */
static size_t escape(struct rtf_reading *r, const char *p, size_t n)
{
	char word[32];
	char digits[16];
	size_t i = 1;
	size_t w = 0;
	size_t d = 0;
	if (n < 2)
		return 1;
	if (p[1] == '\'') {
		int a = n > 3 ? hex(p[2]) : -1;
		int b = a >= 0 ? hex(p[3]) : -1;
		if (b >= 0)
			add_byte(r, (char)(a * 16 + b));
		return b >= 0 ? 4 : 2;
	}
	if ((p[1] | 32) < 'a' || (p[1] | 32) > 'z') {
		if (p[1] == '*' && !r->deeper) /* what follows is of no concern unless it is known */
			r->stack[r->depth].skipped = 1;
		else if (p[1] == '~')
			add_byte(r, ' ');
		else if (p[1] == '\\' || p[1] == '{' || p[1] == '}')
			add_byte(r, p[1]);
		else if (p[1] == '\r' || p[1] == '\n')
			add_byte(r, '\n');
		return 2;
	}
	for (; i < n && (p[i] | 32) >= 'a' && (p[i] | 32) <= 'z'; i++)
		if (w + 1 < sizeof word)
			word[w++] = p[i];
	word[w] = '\0';
	if (i < n && p[i] == '-')
		digits[d++] = p[i++];
	for (; i < n && p[i] >= '0' && p[i] <= '9'; i++)
		if (d + 1 < sizeof digits)
			digits[d++] = p[i];
	digits[d] = '\0';
	long number = strtol(digits, NULL, 10);
	i += i < n && p[i] == ' ';
	if (strcmp(word, "bin") == 0 && number > 0) /* bytes as they are: their brackets are none */
		return i + ((size_t)number < n - i ? (size_t)number : n - i);
	control_word(r, word, d > 0, number);
	return i;
}

enum rtf_is rtf_read(const char *p, size_t n, struct buf *out)
{
	struct rtf_reading r = {.out = out, .charset = "windows-1252"};
	buf_init(&r.bytes);
	r.stack[0].skip = 1;
	for (size_t i = 0; i < n;) {
		if (p[i] == '\\') {
			i += escape(&r, p + i, n - i);
			continue;
		}
		if (p[i] == '{')
			open_group(&r);
		else if (p[i] == '}')
			close_group(&r);
		else if (p[i] != '\r' && p[i] != '\n' && p[i])
			add_byte(&r, p[i]);
		i++;
	}
	flush(&r);
	buf_release(&r.bytes);
	return r.is_html ? RTF_HTML : RTF_TEXT;
}
