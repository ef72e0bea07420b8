#include "case/kind/stored_words.h"

#include <string.h>

const char *stored_words_shown(const char *text)
{
	static const char *const words[] = {WORDS_HANDOVER,     WORDS_BRIEF,          WORDS_VOUCH_QUESTION,
	                                    WORDS_VOUCH_CHOICE, WORDS_MEDIUM_WRITTEN, WORDS_MEDIUM_READ};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i]) == 0)
			return i18n_text(text);
	return text;
}
