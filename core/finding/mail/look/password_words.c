#include "finding/mail/look/password_words.h"

#include "base/buf.h"
#include "base/json.h"

#include <string.h>
#include <strings.h>

#define LOOKED_AT 240 /* bytes behind the word that announces it */
#define LINES     3   /* with something in them */
#define SHORTEST  3
#define LONGEST   64

static const char *const announcing[] = {"パスワード", "パスコード", "password", "passcode", "ＰＷ"};

const char *password_announced(const char *text)
{
	for (text += strcspn(text, "pP\xE3\xEF"); *text; text += 1 + strcspn(text + 1, "pP\xE3\xEF"))
		for (size_t i = 0; i < sizeof announcing / sizeof *announcing; i++)
			if (strncasecmp(text, announcing[i], strlen(announcing[i])) == 0)
				return text + strlen(announcing[i]);
	return NULL;
}

static void add_word(json_t *words, const char *word, size_t n)
{
	size_t i;
	json_t *known;
	if (n < SHORTEST || n > LONGEST || json_array_size(words) >= PASSWORD_WORDS)
		return;
	json_array_foreach(words, i, known)
		if (json_string_length(known) == n && memcmp(json_string_value(known), word, n) == 0)
			return;
	json_array_append_new(words, json_stringn(word, n));
}

/* A run of printed ASCII: without the marks around it, what follows a colon in it, and as it stands. */
static void add_run(json_t *words, const char *run, size_t n)
{
	static const char around[] = "\"'`()[]{}<>:;,.=!?*";
	size_t from = 0;
	size_t to = n;
	while (from < to && strchr(around, run[from]))
		from++;
	while (to > from && strchr(around, run[to - 1]))
		to--;
	add_word(words, run + from, to - from);
	for (size_t i = to; i > from; i--)
		if (strchr(":=", run[i - 1])) {
			add_word(words, run + i, to - i);
			break;
		}
	add_word(words, run, n);
}

/* Fullwidth letters, digits and signs are typed as the narrow ones: U+FF01 to U+FF5E. Bytes of the character, or 0. */
static size_t narrow(const char *p, char *c)
{
	unsigned char second = (unsigned char)p[1];
	if (p[0] != '\xEF' || (second != 0xBC && second != 0xBD))
		return 0;
	unsigned code = 0xF000U | (second & 0x3FU) << 6 | ((unsigned char)p[2] & 0x3FU);
	if (code < 0xFF01 || code > 0xFF5E)
		return 0;
	*c = (char)(code - 0xFF01 + '!');
	return 3;
}

static void add_behind(json_t *words, const char *p)
{
	const char *stop = p + strnlen(p, LOOKED_AT);
	struct buf run = BUF_INIT;
	int lines = 0;
	int has_text = 0;
	while (p < stop && lines < LINES) {
		char c = *p;
		size_t wide = narrow(p, &c);
		if (wide || (c > ' ' && c < 0x7F)) {
			buf_addc(&run, c);
			has_text = 1;
			p += wide ? wide : 1;
			continue;
		}
		add_run(words, run.data, run.len);
		buf_clear(&run);
		has_text |= c != '\n' && c != '\r' && c != ' ';
		lines += c == '\n' && has_text;
		has_text = c == '\n' ? 0 : has_text;
		p++;
	}
	add_run(words, run.data, run.len);
	buf_release(&run);
}

void password_words(const char *text, json_t *words)
{
	for (const char *p = text; json_array_size(words) < PASSWORD_WORDS && (p = password_announced(p)) != NULL;)
		add_behind(words, p);
}
