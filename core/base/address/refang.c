#include "base/address/refang.h"

#include "base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct spelling {
	const char *written;
	const char *meant;
};

/* What may stand between brackets for a sign. */
static const struct spelling signs[] = {
    {"://", "://"},        {":/", ":/"}, {"//", "//"}, {"dot", "."}, {"at", "@"},
    {"\xE3\x80\x82", "."}, {".", "."},   {"@", "@"},   {":", ":"},   {"/", "/"},
};

/* Schemes that no program opens. */
static const struct spelling schemes[] = {
    {"hxxps", "https"}, {"hxxp", "http"},   {"h**ps", "https"}, {"h**p", "http"}, {"hxtps", "https"},
    {"hxtp", "http"},   {"htxps", "https"}, {"htxp", "http"},   {"fxps", "ftps"}, {"sfxp", "sftp"},
    {"fxp", "ftp"},     {"hxps", "https"},  {"hxp", "http"},
};

/* What scanning reads as ASCII, or does not see. Japanese Windows shows a backslash as a yen sign. */
static const struct spelling characters[] = {
    {"\xC2\xA5", "\\"},   {"\xEF\xBF\xA5", "\\"}, {"\xC2\xA0", " "},    {"\xE3\x80\x80", " "}, {"\xE2\x80\x8B", ""},
    {"\xE2\x80\x8C", ""}, {"\xE2\x80\x8D", ""},   {"\xE2\x81\xA0", ""}, {"\xEF\xBB\xBF", ""},  {"\xC2\xAD", ""},
};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static char closing(char open)
{
	return open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : '\0';
}

/* "[.]", "( dot )", "{at}": bytes of the whole, or 0. */
static size_t read_sign(const char *text, size_t n, const char **meant)
{
	char close = closing(*text);
	if (!close)
		return 0;
	size_t begin = n > 1 && text[1] == ' ' ? 2 : 1;
	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		size_t len = strlen(signs[i].written);
		if (n - begin < len || strncasecmp(text + begin, signs[i].written, len) != 0)
			continue;
		size_t end = begin + len;
		end += end < n && text[end] == ' ';
		if (end < n && text[end] == close) {
			*meant = signs[i].meant;
			return end + 1;
		}
	}
	return 0;
}

/* "hxxp" before a colon, however that is written. */
static size_t read_scheme(const char *text, size_t n, const char **meant)
{
	char first = (char)tolower((unsigned char)*text);
	const char *sign;
	for (size_t i = 0; (first == 'h' || first == 'f' || first == 's') && i < COUNT_OF(schemes); i++) {
		size_t len = strlen(schemes[i].written);
		if (n <= len || strncasecmp(text, schemes[i].written, len) != 0)
			continue;
		if (text[len] == ':' || (read_sign(text + len, n - len, &sign) && *sign == ':')) {
			*meant = schemes[i].meant;
			return len;
		}
	}
	return 0;
}

/* Full-width forms of ASCII, U+FF01 to U+FF5E. */
static size_t read_wide(const char *text, size_t n, char ascii[2])
{
	const unsigned char *p = (const unsigned char *)text;
	if (n < 3 || p[0] != 0xEF || (p[1] != 0xBC && p[1] != 0xBD) || (p[2] & 0xC0) != 0x80)
		return 0;
	int point = ((p[1] & 0x3F) << 6 | (p[2] & 0x3F)) - 0xF00;
	if (point < 1 || point > 0x5E)
		return 0;
	ascii[0] = (char)(point + 0x20);
	ascii[1] = '\0';
	return 3;
}

static size_t read_character(const char *text, size_t n, const char **meant)
{
	for (size_t i = 0; (unsigned char)*text >= 0x80 && i < COUNT_OF(characters); i++) {
		size_t len = strlen(characters[i].written);
		if (n >= len && memcmp(text, characters[i].written, len) == 0) {
			*meant = characters[i].meant;
			return len;
		}
	}
	return 0;
}

/* The text has room for twice the source: "hxp" is the only spelling that grows. */
static void refang_put(struct plain *plain, const char *bytes, size_t n, size_t from, int one_by_one)
{
	for (size_t i = 0; i < n; i++) {
		plain->text[plain->n] = bytes[i];
		plain->from[plain->n++] = (uint32_t)(from + (one_by_one ? i : 0));
	}
}

void plain_init(struct plain *plain, const char *text, size_t n, unsigned flags)
{
	*plain = (struct plain){
	    .text = xmalloc(2 * n + 8), .from = xmalloc((2 * n + 8) * sizeof *plain->from), .source = text};
	int is_word = 0;
	for (size_t i = 0; i < n;) {
		const char *meant = text + i;
		char ascii[2];
		size_t used = is_word ? 0 : read_scheme(text + i, n - i, &meant);
		if (!used)
			used = read_sign(text + i, n - i, &meant);
		if (!used && (flags & PLAIN_LOOSE))
			used = read_character(text + i, n - i, &meant);
		if (!used && (flags & PLAIN_LOOSE) && (used = read_wide(text + i, n - i, ascii)) > 0)
			meant = ascii;
		if (used)
			refang_put(plain, meant, strlen(meant), i, 0);
		else
			refang_put(plain, text + i, used = 1, i, 1);
		is_word = isalnum((unsigned char)text[i + used - 1]) != 0;
		i += used;
	}
	plain->text[plain->n] = '\0';
	plain->from[plain->n] = (uint32_t)n;
}

void plain_release(struct plain *plain)
{
	free(plain->text);
	free(plain->from);
}

int plain_is_changed(const struct plain *plain, size_t start, size_t end)
{
	size_t from = plain->from[start];
	return plain->from[end] - from != end - start ||
	       memcmp(plain->source + from, plain->text + start, end - start) != 0;
}
