/*
 * What a person means who looks for words: those of a mail may be defanged, a network is a beginning of addresses.
 *
 *     hxxp://c2[.]example/a      c2.example/a         how it is reached is not compared, nor whether it was defused
 *     192.0.2.0/24               192.0.2.             a network of 8, 16 or 24 bits; others are said not to be looked for
 *     "not found"                not found            in quotes: as it stands
 *
 * One reading for records (what search_new() is given) and for observations.
 */
#ifndef GENBA_FINDING_OBSERVATION_SEARCHED_WORDS_H
#define GENBA_FINDING_OBSERVATION_SEARCHED_WORDS_H

struct buf;
struct err;

enum searched_as { SEARCHED_AS_WORD, SEARCHED_AS_PHRASE /* as it stands */ };

/* Each word that is meant, in order. Nonzero of `fn` ends it and is returned. */
int searched_words(const char *typed, int (*fn)(void *ctx, const char *word, enum searched_as as, struct err *err),
                   void *ctx, struct err *err);

/* The words for search_new(): appended. */
void searched_records(const char *typed, struct buf *out);

/* What is not looked for, as a sentence for people that the caller frees; NULL: all is. */
char *searched_not(const char *typed);

#endif
