/*
 * The words of a text that may be the password that it gives: what stands behind "password", "パスワード" and the like, on that line
 * and the next. Nothing is decided: a word more is one that opens nothing.
 *
 *     json_t *words = json_array();
 *     password_words("展開パスワード: 20140110", words);       // ["20140110"]
 */
#ifndef GENBA_FINDING_MAIL_LOOK_PASSWORD_WORDS_H
#define GENBA_FINDING_MAIL_LOOK_PASSWORD_WORDS_H

#include <jansson.h>

#define PASSWORD_WORDS 32 /* more are not collected in an array */

/* Adds those of a UTF-8 text that the array does not have yet, in their order. */
void password_words(const char *text, json_t *words);

/* Behind the first word that announces a password, or NULL: there is none from here. ASCII in either case. */
const char *password_announced(const char *text);

#endif
