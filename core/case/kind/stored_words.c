#include "case/kind/stored_words.h"

#include "base/err.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

#define COLONS 4 /* that are looked at: a text may come from outside and hold any number */

static const struct {
	const char *en, *ja;
} playbooks[] = {
#define ROW(english, japanese) {english, japanese},
#include "rows/playbook_words.def"
#undef ROW
};

static const char *stored_words_shown(const char *text)
{
	static const char *const words[] = {
	    WORDS_HANDOVER,       WORDS_BRIEF,         WORDS_VOUCH_QUESTION, WORDS_VOUCH_CHOICE,
	    WORDS_MEDIUM_WRITTEN, WORDS_MEDIUM_READ,   WORDS_ASKED_BECOMES,  WORDS_ASKED_RESCUE,
	    WORDS_BECAME_CASE,    WORDS_BECAME_ADVICE, WORDS_BECAME_RESCUE,  WORDS_BECAME_SITE,
	    WORDS_BECAME_WATCH,   WORDS_BECAME_CLOSED, WORDS_DECLINED,       WORDS_PASTED};
	if (strcmp(text, WORDS_ENDED_ADVICE) == 0)
		text = WORDS_BECAME_ADVICE;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i]) == 0)
			return i18n_text(text);
	return text;
}

/* What decisions of before have for their choice is the program's name of a stage. */
static int is_old_choice(const struct field *field, const char *text)
{
	return field && strcmp(field->name, "choice") == 0 && strcmp(text, "on_site") == 0;
}

const char *stored_words_of_program(const char *text)
{
	static const char *const left[] = {WORDS_LEFT_INCIDENT, WORDS_LEFT_PRELIMINARY, WORDS_LEFT_FINAL,
	                                   WORDS_LEFT_ALERT, WORDS_LEFT_TWIN};
	int japanese = strcmp(i18n_language(), "ja") == 0;
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (strcmp(text, left[i]) == 0)
			return i18n_text(text);
	for (size_t i = 0; i < sizeof playbooks / sizeof *playbooks; i++)
		if (strcmp(text, japanese ? playbooks[i].en : playbooks[i].ja) == 0)
			return japanese ? playbooks[i].ja : playbooks[i].en;
	return stored_words_shown(text);
}

/* Checks speak in sentences; a word that a person typed ("Logon") is left as it is. */
static int is_sentence(const char *text)
{
	size_t n = strlen(text);
	return n > 0 && text[n - 1] == '.';
}

size_t stored_words_without_stop(const char *sentence)
{
	static const char *const stops[] = {".", "。"};
	size_t n = strlen(sentence);
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		size_t stop = strlen(stops[i]);
		if (n > stop && strcmp(sentence + n - stop, stops[i]) == 0)
			return n - stop;
	}
	return n;
}

/* A sentence of a check, and behind a colon what it is said of. NULL: it is no such. */
static char *said_of_something(const char *text)
{
	char *shown = NULL;
	const char *colon = strstr(text, ": ");
	for (int i = 0; colon && !shown && i < COLONS; i++, colon = strstr(colon + 1, ": ")) {
		char *sentence = xasprintf("%.*s.", (int)(colon - text), text);
		const char *said = i18n_text(sentence);
		if (said != sentence)
			shown = xasprintf("%.*s%s", (int)stored_words_without_stop(said), said, colon);
		free(sentence);
	}
	return shown;
}

char *stored_words_in(const struct field *field, const char *text)
{
	if (field && field->program_words && is_sentence(text))
		return xstrdup(i18n_text(text));
	if (is_old_choice(field, text))
		return xstrdup(i18n_text(WORDS_BECAME_SITE));
	char *shown = field && field->program_words ? said_of_something(text) : NULL;
	return shown ? shown
	             : xstrdup(field && field->machine ? stored_words_of_program(text) : stored_words_shown(text));
}

const char *stored_words_other(const struct field *field, const char *text)
{
	for (size_t i = 0; field && field->machine && i < sizeof playbooks / sizeof *playbooks; i++) {
		if (strcmp(text, playbooks[i].en) == 0)
			return playbooks[i].ja;
		if (strcmp(text, playbooks[i].ja) == 0)
			return playbooks[i].en;
	}
	return NULL;
}
