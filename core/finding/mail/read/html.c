#include "finding/mail/read/html.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ATTRIBUTE ((size_t)64 << 10) /* bytes of a value that are kept */

struct html {
	struct buf *text;
	html_link_fn link;
	void *ctx;
	struct buf href; /* of the link that is open */
	size_t shown;    /* where its text begins in `text` */
	int is_open;
};

static int is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Appends a character reference at p ("&…"), and returns its length; 0: it is none. */
static size_t reference(const char *p, size_t n, struct buf *out)
{
	static const struct {
		const char *name;
		unsigned long c;
	} names[] = {{"amp", '&'},   {"lt", '<'},   {"gt", '>'},  {"quot", '"'},
	             {"apos", '\''}, {"nbsp", ' '}, {"yen", 0xA5}};
	if (n > 2 && p[1] == '#') {
		char *stop;
		char digits[12] = "";
		int hex = p[2] == 'x' || p[2] == 'X';
		size_t i = hex ? 3 : 2;
		size_t k = 0;
		for (; i < n && k < sizeof digits - 1 &&
		       (hex ? strchr("0123456789abcdefABCDEF", p[i]) && p[i] : p[i] >= '0' && p[i] <= '9');
		     i++)
			digits[k++] = p[i];
		unsigned long c = strtoul(digits, &stop, hex ? 16 : 10);
		if (k == 0)
			return 0;
		charset_utf8(c ? c : 0xFFFD, out);
		return i + (i < n && p[i] == ';');
	}
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		size_t length = strlen(names[k].name);
		if (n > length && strncasecmp(p + 1, names[k].name, length) == 0) {
			charset_utf8(names[k].c, out);
			return length + 1 + (n > length + 1 && p[length + 1] == ';');
		}
	}
	return 0;
}

static void add_text(const char *p, size_t n, struct buf *out, int fold)
{
	for (size_t i = 0; i < n;) {
		size_t length = p[i] == '&' ? reference(p + i, n - i, out) : 0;
		if (length) {
			i += length;
			continue;
		}
		size_t run = i; /* bytes that are nothing but text */
		while (run < n && p[run] != '&' && (unsigned char)p[run] > ' ')
			run++;
		if (run > i) {
			buf_add(out, p + i, run - i);
			i = run;
			continue;
		}
		char c = p[i];
		if (!fold)
			buf_addc(out, c);
		else if (!is_space(c))
			buf_addc(out, c);
		else if (out->len && !is_space(out->data[out->len - 1]))
			buf_addc(out, ' ');
		i++;
	}
}

static void close_link(struct html *h)
{
	char shown[HTML_SHOWN + 1];
	if (!h->is_open)
		return;
	size_t n = h->text->len - h->shown;
	n = n > HTML_SHOWN ? HTML_SHOWN : n;
	while (n > 0 && n == HTML_SHOWN && (h->text->data[h->shown + n] & '\xC0') == '\x80')
		n--;
	memcpy(shown, h->text->data + h->shown, n);
	shown[n] = '\0';
	h->is_open = 0;
	h->link(h->ctx, HTML_HREF, h->href.data, shown);
}

/* Reads `name=value` in a tag at *at; 0 at the tag's end. The name is in lower case. */
static int attribute(const char *p, size_t n, size_t *at, char name[32], struct buf *value)
{
	size_t i = *at;
	while (i < n && (is_space(p[i]) || p[i] == '/'))
		i++;
	if (i >= n || p[i] == '>') {
		*at = i + (i < n);
		return 0;
	}
	size_t k = 0;
	size_t from = i;
	while (i < n && !is_space(p[i]) && p[i] != '>' && p[i] != '/' && (p[i] != '=' || i == from)) {
		if (k < 31)
			name[k++] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
		i++;
	}
	name[k] = '\0';
	buf_clear(value);
	while (i < n && is_space(p[i]))
		i++;
	if (i < n && p[i] == '=') {
		i++;
		while (i < n && is_space(p[i]))
			i++;
		size_t to;
		if (i < n && (p[i] == '"' || p[i] == '\'')) {
			const char *close = memchr(p + i + 1, p[i], n - i - 1);
			from = i + 1;
			to = close ? (size_t)(close - p) : n;
			i = to + (close ? 1 : 0);
		} else {
			from = i;
			while (i < n && !is_space(p[i]) && p[i] != '>')
				i++;
			to = i;
		}
		add_text(p + from, to - from > ATTRIBUTE ? ATTRIBUTE : to - from, value, 0);
	}
	*at = i;
	return 1;
}

static int is_one_of(const char *name, const char *list)
{
	size_t n = strlen(name);
	for (const char *p = list; (p = strstr(p, name)) != NULL; p++)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return 1;
	return 0;
}

static void refresh(struct html *h, const char *content)
{
	const char *url = strcasestr(content, "url=");
	if (!url)
		return;
	url += 4;
	url += *url == '\'' || *url == '"';
	struct buf out = BUF_INIT;
	buf_add(&out, url, strcspn(url, "'\""));
	h->link(h->ctx, HTML_REFRESH, out.data, "");
	buf_release(&out);
}

/* A start tag whose name ends at `at`. Returns where it ends. */
static size_t open_tag(struct html *h, const char *tag, const char *p, size_t n, size_t at)
{
	char name[32];
	struct buf value = BUF_INIT;
	struct buf content = BUF_INIT;
	int is_refresh = 0;
	int is_a = is_one_of(tag, "a area");
	while (attribute(p, n, &at, name, &value)) {
		if (is_a && strcmp(name, "href") == 0) {
			close_link(h);
			buf_clear(&h->href);
			buf_add(&h->href, value.data, value.len);
			h->is_open = 1;
			h->shown = h->text->len;
			if (strcmp(tag, "area") == 0)
				close_link(h);
		} else if (is_one_of(tag, "form button input") && is_one_of(name, "action formaction")) {
			h->link(h->ctx, HTML_FORM, value.data, "");
		} else if (is_one_of(tag,
		                     "img iframe embed object frame video audio source script link body table td") &&
		           is_one_of(name, "src data background href")) {
			h->link(h->ctx, HTML_SOURCE, value.data, "");
		} else if (strcmp(tag, "meta") == 0 && strcmp(name, "http-equiv") == 0) {
			is_refresh = strcasecmp(value.data, "refresh") == 0;
		} else if (strcmp(tag, "meta") == 0 && strcmp(name, "content") == 0) {
			buf_clear(&content);
			buf_add(&content, value.data, value.len);
		}
	}
	if (is_refresh)
		refresh(h, content.data);
	buf_release(&value);
	buf_release(&content);
	return at;
}

/* Where the element ends whose text is none (script, style, title). */
static size_t raw_end(const char *p, size_t n, size_t at, const char *tag)
{
	size_t length = strlen(tag);
	const char *found;
	while (at < n && (found = memmem(p + at, n - at, "</", 2)) != NULL) {
		at = (size_t)(found - p);
		if (n - at - 2 >= length && strncasecmp(found + 2, tag, length) == 0)
			return at;
		at += 2;
	}
	return n;
}

void html_read(const char *p, size_t n, struct buf *text, html_link_fn link, void *ctx, size_t *scripts)
{
	struct html h = {text, link, ctx, BUF_INIT, 0, 0};
	size_t i = 0;
	*scripts = 0;
	while (i < n) {
		const char *tag = memchr(p + i, '<', n - i);
		size_t to = tag ? (size_t)(tag - p) : n;
		add_text(p + i, to - i, text, 1);
		i = to;
		if (!tag)
			break;
		if (n - i >= 4 && memcmp(tag, "<!--", 4) == 0) {
			const char *close = memmem(tag + 4, n - i - 4, "-->", 3);
			i = close ? (size_t)(close - p) + 3 : n;
			continue;
		}
		int closes = i + 1 < n && p[i + 1] == '/';
		size_t from = i + 1 + (closes ? 1 : 0);
		if (from >= n ||
		    !(((p[from] | 32) >= 'a' && (p[from] | 32) <= 'z') || p[from] == '!' || p[from] == '?')) {
			buf_addc(text, '<');
			i++;
			continue;
		}
		char name[16] = "";
		size_t k = 0;
		size_t at = from;
		for (; at < n && !is_space(p[at]) && p[at] != '>' && p[at] != '/'; at++)
			if (k < sizeof name - 1)
				name[k++] = (char)(p[at] >= 'A' && p[at] <= 'Z' ? p[at] + 32 : p[at]);
		if (closes) {
			const char *close = memchr(p + at, '>', n - at);
			i = close ? (size_t)(close - p) + 1 : n;
			if (strcmp(name, "a") == 0)
				close_link(&h);
		} else {
			i = open_tag(&h, name, p, n, at);
			if (is_one_of(name, "script style title")) {
				*scripts += strcmp(name, "script") == 0;
				i = raw_end(p, n, i, name);
			}
		}
		if (is_one_of(name, "br p div tr li h1 h2 h3 h4 table blockquote hr") && text->len &&
		    text->data[text->len - 1] != '\n')
			buf_addc(text, '\n');
		else if (is_one_of(name, "td th") && text->len && !is_space(text->data[text->len - 1]))
			buf_addc(text, ' ');
	}
	close_link(&h);
	buf_release(&h.href);
}
