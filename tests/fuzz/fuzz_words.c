/* A line split into words: quoting the words again gives the same words. */
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void add_quoted(struct buf *line, const char *word)
{
	buf_addc(line, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			buf_addc(line, '\\');
		buf_addc(line, *word);
	}
	buf_adds(line, "\" ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct words words;
	struct words again;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	if (words_split(&words, text, &err) < 0) {
		if (!strstr(err.message, "column") || words.items)
			abort();
	} else {
		if (words.items[words.count])
			abort();
		for (size_t i = 0; i < words.count; i++) {
			if (i % 2) {
				words_quote(&line, words.items[i]);
				buf_addc(&line, ' ');
			} else {
				add_quoted(&line, words.items[i]);
			}
		}
		if (words_split(&again, line.data, NULL) < 0 || again.count != words.count)
			abort();
		for (size_t i = 0; i < words.count; i++)
			if (strcmp(words.items[i], again.items[i]) != 0)
				abort();
		words_release(&again);
		words_release(&words);
	}
	buf_release(&line);
	free(text);
	return 0;
}
