#include "evidence/image/digest_list.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The hexadecimal digits at the beginning, if nothing that is part of a word follows them. */
static size_t hex_run(const char *p, size_t n)
{
	size_t k = 0;
	while (k < n && isxdigit((unsigned char)p[k]))
		k++;
	return k < n && isalnum((unsigned char)p[k]) ? 0 : k;
}

static enum stated_algorithm of_length(size_t digits)
{
	return digits == 32 ? STATED_MD5 : digits == 40 ? STATED_SHA1 : digits == 64 ? STATED_SHA256 : STATED_OTHER;
}

/* 0 if the word names no algorithm at all. */
static int of_word(const char *word, size_t n, enum stated_algorithm *algorithm)
{
	static const struct {
		const char *word;
		enum stated_algorithm algorithm;
	} words[] = {{"MD5", STATED_MD5},           {"SHA1", STATED_SHA1},       {"SHA-1", STATED_SHA1},
	             {"SHA256", STATED_SHA256},     {"SHA-256", STATED_SHA256},  {"SHA2-256", STATED_SHA256},
	             {"SHA224", STATED_OTHER},      {"SHA384", STATED_OTHER},    {"SHA512", STATED_OTHER},
	             {"SHA2-512", STATED_OTHER},    {"SHA2-384", STATED_OTHER},  {"SHA512t256", STATED_OTHER},
	             {"SHA3-256", STATED_OTHER},    {"SHA3-512", STATED_OTHER},  {"RMD160", STATED_OTHER},
	             {"RIPEMD160", STATED_OTHER},   {"BLAKE2b", STATED_OTHER},   {"BLAKE2s", STATED_OTHER},
	             {"BLAKE2b-256", STATED_OTHER}, {"SM3", STATED_OTHER},       {"BLAKE3", STATED_OTHER},
	             {"TIGER", STATED_OTHER},       {"WHIRLPOOL", STATED_OTHER}, {"SKEIN256", STATED_OTHER}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == n && strncasecmp(words[i].word, word, n) == 0) {
			*algorithm = words[i].algorithm;
			return 1;
		}
	return 0;
}

static void digest_list_take(struct digest_line *out, enum stated_algorithm algorithm, const char *hex, size_t digits)
{
	if (algorithm == STATED_OTHER || of_length(digits) != algorithm ||
	    out->count == sizeof out->stated / sizeof *out->stated)
		return;
	struct stated *s = &out->stated[out->count++];
	s->algorithm = algorithm;
	for (size_t i = 0; i < digits; i++)
		s->hex[i] = (char)tolower((unsigned char)hex[i]);
	s->hex[digits] = '\0';
}

/* A name as coreutils escapes it. */
static void add_name(struct digest_line *out, const char *p, size_t n, int escaped)
{
	for (size_t i = 0; i < n; i++)
		if (escaped && p[i] == '\\' && i + 1 < n) {
			i++;
			buf_addc(&out->name, p[i] == 'n' ? '\n' : p[i] == 'r' ? '\r' : p[i]);
		} else {
			buf_addc(&out->name, p[i]);
		}
}

/* HEX, two spaces or " *", or one space, NAME. */
static int plain_line(const char *line, size_t n, struct digest_line *out)
{
	int escaped = n > 0 && *line == '\\';
	line += escaped;
	n -= (size_t)escaped;
	size_t k = hex_run(line, n);
	if ((k != 32 && k != 40 && k != 56 && k != 64 && k != 96 && k != 128) || k + 2 > n || line[k] != ' ')
		return 0;
	size_t at = k + 1;
	if (line[at] == ' ' || line[at] == '*')
		at++;
	else if (strchr("(:,-=", line[at])) /* a word of a log: "HEX (md5)", "HEX : verified" */
		return 0;
	if (at >= n || line[at] == ' ')
		return 0;
	digest_list_take(out, of_length(k), line, k);
	add_name(out, line + at, n - at, escaped);
	return 1;
}

/* ALGORITHM (NAME) = HEX */
static int tagged_line(const char *line, size_t n, struct digest_line *out)
{
	enum stated_algorithm algorithm;
	int escaped = n > 0 && *line == '\\';
	line += escaped;
	n -= (size_t)escaped;
	size_t word = 0;
	while (word < n && line[word] != ' ' && line[word] != '(')
		word++;
	size_t open = word + (word < n && line[word] == ' ');
	if (open >= n || line[open] != '(' || !of_word(line, word, &algorithm))
		return 0;
	size_t close = n;
	while (close > open && line[close - 1] != ')')
		close--;
	if (close <= open + 2) /* no name between them */
		return 0;
	size_t hex = close;
	while (hex < n && (line[hex] == ' ' || line[hex] == '='))
		hex++;
	size_t k = hex_run(line + hex, n - hex);
	if (k == 0 || memchr(line + close, '=', hex - close) == NULL)
		return 0;
	digest_list_take(out, algorithm, line + hex, k);
	add_name(out, line + open + 1, close - open - 2, escaped);
	return 1;
}

static void read_columns(struct digest_list *list, const char *p, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		while (i + k < n && p[i + k] != ',')
			k++;
		if (count == DIGEST_LIST_COLUMNS)
			return;
		if (!of_word(p + i, k, &list->column[count]))
			list->column[count] = STATED_OTHER;
		count++;
		i += k + 1;
	}
	if (count > 1)
		list->columns = count;
}

static int columns_line(const struct digest_list *list, const char *line, size_t n, struct digest_line *out)
{
	size_t at = 0;
	for (size_t i = 0; i + 1 < list->columns; i++) {
		const char *comma = memchr(line + at, ',', n - at);
		if (!comma)
			return 0;
		size_t k = (size_t)(comma - line) - at;
		if (hex_run(line + at, k) == k)
			digest_list_take(out, list->column[i], line + at, k);
		at += k + 1;
	}
	if (at >= n)
		return 0;
	add_name(out, line + at, n - at, 0);
	return 1;
}

int digest_list_line(struct digest_list *list, const char *line, size_t n, struct digest_line *out)
{
	static const char columns[] = "%%%% size,";
	out->count = 0;
	buf_init(&out->name);
	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	if (n >= sizeof columns - 1 && memcmp(line, columns, sizeof columns - 1) == 0) {
		read_columns(list, line + 5, n - 5);
		return 0;
	}
	return plain_line(line, n, out) || tagged_line(line, n, out) ||
	       (list->columns && columns_line(list, line, n, out));
}

static size_t last_name(const char *path, size_t n, const char *between)
{
	while (n > 0 && !strchr(between, path[n - 1]))
		n--;
	return n;
}

size_t digest_list_agreement(const char *listed, const char *path)
{
	size_t a = strlen(listed);
	size_t b = strlen(path);
	size_t same = 0;
	while (a > 0 && b > 0) {
		size_t from_a = last_name(listed, a, "/\\");
		size_t from_b = last_name(path, b, "/");
		if (a - from_a != b - from_b || memcmp(listed + from_a, path + from_b, a - from_a) != 0)
			break;
		same++;
		a = from_a ? from_a - 1 : 0;
		b = from_b ? from_b - 1 : 0;
	}
	return same;
}
