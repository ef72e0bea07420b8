/*
 * A line split as a shell splits words.
 *
 * Blanks separate words; 'single' quotes keep everything; "double" quotes keep
 * blanks, with \" \\ inside; a backslash outside quotes takes the next
 * character as it is; `#` at the beginning of a word begins a comment. Nothing
 * is expanded.
 */
#ifndef GENBA_BASE_WORDS_H
#define GENBA_BASE_WORDS_H

#include <stddef.h>

struct buf;
struct err;

struct words {
	char **items; /* `count` strings and a final NULL; owned */
	size_t count;
};

/* 0, or -1 with ERR_USAGE and the column of an unclosed quote. Free with words_release(). */
int words_split(struct words *words, const char *line, struct err *err);
void words_release(struct words *words);

/* Appends one word so that words_split() gives it back, whatever is in it. */
void words_quote(struct buf *line, const char *word);

/* The same where that is needed: for a shell, and for a line of the workbench. */
void words_quote_needed(struct buf *line, const char *word);

/* 1 if the word is one of the list's, which single blanks separate; the empty word is in none. */
int words_among(const char *list, const char *word);

#endif
