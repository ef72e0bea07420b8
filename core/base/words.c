#include "base/words.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static void keep_word(struct words *words, struct buf *word)
{
	words->items = xrealloc(words->items, (words->count + 2) * sizeof *words->items);
	words->items[words->count++] = buf_take(word, NULL);
	words->items[words->count] = NULL;
}

/* Copies what stands behind an opening quote at line[i - 1]; returns the index behind the closing one, 0 if there is none. */
static size_t copy_quoted(const char *line, size_t i, char quote, struct buf *word)
{
	for (; line[i] && line[i] != quote; i++) {
		if (quote == '"' && line[i] == '\\' && (line[i + 1] == '"' || line[i + 1] == '\\'))
			i++;
		buf_addc(word, line[i]);
	}
	return line[i] ? i + 1 : 0;
}

int words_split(struct words *words, const char *line, struct err *err)
{
	words->items = xcalloc(1, sizeof *words->items);
	words->count = 0;
	struct buf word = BUF_INIT;
	int in_word = 0;
	for (size_t i = 0; line[i];) {
		char c = line[i];
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			if (in_word)
				keep_word(words, &word);
			in_word = 0;
			i++;
		} else if (c == '#' && !in_word) {
			break;
		} else if (c == '"' || c == '\'') {
			size_t end = copy_quoted(line, i + 1, c, &word);
			if (end == 0) {
				err_set(err, ERR_USAGE, _("column %zu: this quote is not closed"), i + 1);
				buf_release(&word);
				words_release(words);
				return -1;
			}
			in_word = 1;
			i = end;
		} else {
			if (c == '\\' && line[i + 1])
				c = line[++i];
			buf_addc(&word, c);
			in_word = 1;
			i++;
		}
	}
	if (in_word)
		keep_word(words, &word);
	buf_release(&word);
	return 0;
}

void words_release(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	words->items = NULL;
	words->count = 0;
}

void words_quote(struct buf *line, const char *word)
{
	buf_addc(line, '\'');
	for (const char *p = word; *p; p++) {
		if (*p == '\'')
			buf_adds(line, "'\\''");
		else
			buf_addc(line, *p);
	}
	buf_addc(line, '\'');
}

void words_quote_needed(struct buf *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	if (*word && !word[strspn(word, plain)])
		buf_adds(line, word);
	else
		words_quote(line, word);
}

int words_among(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = list; n && (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return 1;
	return 0;
}
