/* Windows paths and registry keys. Where they end is a guess: both may hold spaces. */
#include "base/printable.h"
#include "finding/indicator/textscan_private.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COMPONENT_LIMIT 128
#define PATH_LIMIT      1024

static int is_forbidden(unsigned char c)
{
	return c < 0x20 || c == 0x7F || strchr("<>\"|?*:", c) != NULL;
}

/* Bytes of the character at `text`; 0 if it is not UTF-8. */
static size_t textscan_path_character(const char *text, size_t n)
{
	for (size_t length = 1; length <= 4 && length <= n; length++)
		if (text_is_utf8(text, length))
			return length;
	return 0;
}

/* Bytes of the component at `at`: up to a backslash, what no name may hold, or what is not UTF-8. */
static size_t component(const struct plain *plain, size_t at)
{
	size_t end = at;
	while (end < plain->n && plain->text[end] != '\\' && !is_forbidden((unsigned char)plain->text[end])) {
		size_t length = textscan_path_character(plain->text + end, plain->n - end);
		if (length == 0 || end + length - at > COMPONENT_LIMIT)
			break;
		end += length;
	}
	return end - at;
}

static size_t with_extension_from(const char *name, size_t n, size_t from)
{
	for (size_t i = from; i < n; i++) {
		if (name[i] != '.')
			continue;
		size_t end = i + 1;
		while (end < n && isalnum((unsigned char)name[end]))
			end++;
		int is_end = end == n || name[end] != '.' || end + 1 == n || !isalnum((unsigned char)name[end + 1]);
		if (end > i + 1 && end - i <= 6 && is_end && (end == n || (name[end] != '_' && name[end] != '-')))
			return end;
	}
	return 0;
}

/* Bytes up to and with an extension (".exe") that ends a word, or 0. Behind a run of spaces a second one may hide, the one
 * that counts ("minutes.doc          .exe"). */
static size_t with_extension(const char *name, size_t n)
{
	size_t end = with_extension_from(name, n, 1);
	size_t spaces = 0;
	while (end && end + spaces < n && name[end + spaces] == ' ')
		spaces++;
	if (spaces > 1 && end + spaces < n && name[end + spaces] == '.') {
		size_t hidden = with_extension_from(name, n, end + spaces);
		size_t word = end + spaces + 1;
		while (word < n && isalnum((unsigned char)name[word]))
			word++;
		if (hidden == word)
			return hidden;
	}
	return end;
}

/* Where the last component ends: at its extension, else before the first space, the first Japanese character behind an
 * ASCII name, or closing punctuation. */
static size_t last_component(const char *name, size_t n)
{
	size_t end = with_extension(name, n);
	if (end && !memchr(name, ',', end) && !memchr(name, ';', end))
		return end;
	int is_ascii = n > 0 && (unsigned char)name[0] < 0x80;
	for (end = 0; end < n; end++) {
		unsigned char c = (unsigned char)name[end];
		if (c == ' ' || c == ',' || c == ';' || (is_ascii && c >= 0x80) ||
		    (c == 0xE3 && n - end >= 3 && name[end + 1] == '\x80' &&
		     (name[end + 2] == '\x81' || name[end + 2] == '\x82' || name[end + 2] == '\x8D'))) /* 、。」 */
			break;
	}
	for (; end > 0; end--) {
		char c = name[end - 1];
		char open = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
		if (open ? memchr(name, open, end) != NULL : c != '.' && c != '\'')
			break;
	}
	return end;
}

/* Adds the components from `at` on, one backslash before each. Returns where they end; `at` if there is none. */
static size_t add_components(const struct plain *plain, size_t at, struct buf *value)
{
	size_t end = at;
	while (plain->text[at] == '\\' && value->len < PATH_LIMIT) {
		at += plain->text[at + 1] == '\\' ? 2 : 1; /* as strings in JSON and C are written */
		const char *name = plain->text + at;
		size_t n = component(plain, at);
		int goes_on = n > 0 && at + n < plain->n && name[n] == '\\' && name[n - 1] != ' ' && name[0] != ' ';
		if (goes_on && !memchr(name, ',', n) && !memchr(name, ';', n) && !memmem(name, n, " %", 2)) {
			buf_addc(value, '\\');
			buf_add(value, name, n);
			end = at += n;
			continue;
		}
		n = last_component(name, n);
		if (n > 0 && name[0] != ' ') {
			buf_addc(value, '\\');
			buf_add(value, name, n);
			end = at + n;
		}
		break;
	}
	return end;
}

/* %APPDATA% and the like; bytes, or 0. */
static size_t variable(const char *text)
{
	size_t n = text[0] == '%' ? 1 : 0;
	while (n && n < 40 && (isalnum((unsigned char)text[n]) || (text[n] != '\0' && strchr("_()", text[n]))))
		n++;
	return n > 1 && text[n] == '%' ? n + 1 : 0;
}

/* \\server\ */
static int is_unc(const char *text)
{
	size_t n = 2;
	if (text[0] != '\\' || text[1] != '\\')
		return 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '-' || text[n] == '.' || text[n] == '_')
		n++;
	return n > 3 && n < 64 && text[n] == '\\';
}

int match_path(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t root = isalpha((unsigned char)text[0]) && text[1] == ':' ? 2 : variable(text);
	buf_clear(&match->value);
	if (!root && is_unc(text)) {
		buf_addc(&match->value, '\\'); /* \\server\share; the second backslash comes with the first component */
		match->end = add_components(plain, at + 1, &match->value);
		match->type = TEXTSCAN_PATH;
		return match->end > at + 1 && strchr(match->value.data + 2, '\\') != NULL;
	}
	if (!root || text[root] != '\\')
		return 0;
	buf_add(&match->value, text, root);
	if (root == 2)
		match->value.data[0] = (char)toupper((unsigned char)text[0]);
	match->end = add_components(plain, at + root, &match->value);
	match->type = TEXTSCAN_PATH;
	return match->end > at + root;
}

int match_registry(const struct plain *plain, size_t at, struct match *match)
{
	static const char *const roots[][2] = {
	    {"HKEY_LOCAL_MACHINE", "HKLM"},
	    {"HKEY_CURRENT_USER", "HKCU"},
	    {"HKEY_CLASSES_ROOT", "HKCR"},
	    {"HKEY_USERS", "HKU"},
	    {"HKEY_CURRENT_CONFIG", "HKCC"},
	    {"HKLM", "HKLM"},
	    {"HKCU", "HKCU"},
	    {"HKCR", "HKCR"},
	    {"HKU", "HKU"},
	    {"HKCC", "HKCC"},
	};
	const char *text = plain->text + at;
	if (toupper((unsigned char)text[0]) != 'H' || toupper((unsigned char)text[1]) != 'K')
		return 0;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
		size_t n = strlen(roots[i][0]);
		if (plain->n - at <= n || strncasecmp(text, roots[i][0], n) != 0)
			continue;
		n += text[n] == ':'; /* as PowerShell writes it */
		if (text[n] != '\\')
			continue;
		buf_clear(&match->value);
		buf_adds(&match->value, roots[i][1]);
		match->end = add_components(plain, at + n, &match->value);
		match->type = TEXTSCAN_REGISTRY;
		return match->end > at + n;
	}
	return 0;
}
