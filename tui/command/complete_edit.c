#include "tui/command/complete_edit.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "tui/term/edit.h"

#include <string.h>

static const char *last_part(const char *word)
{
	size_t n = strlen(word);
	while (n > 1 && word[n - 2] != '/')
		n--;
	return n > 1 && strchr(word, '/') ? word + n - 1 : word;
}

void complete_list(const struct candidates *c, struct buf *out)
{
	for (size_t i = 0; i < json_array_size(c->words); i++) {
		const char *word = json_string_value(json_array_get(c->words, i));
		buf_addf(out, "%s%s%s", i ? "  " : "", json_object_get(c->retracted, word) ? _("(retracted) ") : "",
		         last_part(word));
	}
}

int complete_is_whole(const struct candidates *c, const char *front)
{
	size_t n = json_array_size(c->words);
	return n == 0 || (n == 1 && strcmp(json_string_value(json_array_get(c->words, 0)), front + c->from) == 0);
}

static void replace_word(struct editing *e, size_t from, const char *word, size_t n, int blank)
{
	struct buf line = BUF_INIT;
	buf_add(&line, e->text.data, from);
	buf_add(&line, word, n);
	if (blank)
		buf_addc(&line, ' ');
	size_t at = line.len;
	buf_adds(&line, e->text.data + e->at);
	buf_release(&e->text);
	e->text = line;
	e->at = at;
	e->changed = 1;
}

void complete_put(struct editing *e, const struct candidates *c, int blank)
{
	const char *first = json_string_value(json_array_get(c->words, 0));
	size_t common = candidates_common(c);
	if (first && (json_array_size(c->words) == 1 || common > e->at - c->from)) {
		int whole = blank && json_array_size(c->words) == 1 && common > 0 && !strchr("=/", first[common - 1]);
		replace_word(e, c->from, first, common, whole);
	}
}
