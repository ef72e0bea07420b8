/*
 * The full-text tokenizer "genba" for SQLite's FTS5.
 *
 *     CREATE VIRTUAL TABLE search USING fts5(body, content='', tokenize='genba', prefix='1 2');
 *     … WHERE search MATCH ?       with what tokenizer_query() made of the user's words
 *
 * Text is folded as a search compares it (fold_for_find() in base/fold.h), then cut into
 *   words     of letters and digits:     HR-PC-03        hr pc 03
 *   bigrams   of Han, kana:              感染経路        感染 染経 経路
 *   symbols   (emoji), one by one.
 * A name such as HR-PC-03, 10.1.2.3, a mail address or a path is therefore found
 * by any of its parts, and as a whole by the phrase of its parts. Two-character
 * words such as 隔離 are found inside longer text, which FTS5's own trigram
 * tokenizer cannot do.
 *
 * The last character of a run of Han or kana is indexed also alone, at the
 * position of its bigram, so that a query of one character, asked as a prefix,
 * finds it wherever it stands.
 *
 * Byte offsets are those of the text as given, so that snippet() and
 * highlight() mark what the reader sees.
 */
#ifndef GENBA_CASE_STORE_TOKENIZER_H
#define GENBA_CASE_STORE_TOKENIZER_H

#include <sqlite3.h>

struct buf;
struct err;

/* Rises with what text becomes: an index of another version is made anew. Version 1 knew no variants. */
#define TOKENIZER_VERSION 2

/* Makes the tokenizer known to a connection; before the first statement that uses a table with it. 0 or -1. */
int tokenizer_register(sqlite3 *db, struct err *err);

/* The same of version 1, for an index that cannot be made anew: what is asked is then cut as what is in it was. */
int tokenizer_register_first(sqlite3 *db, struct err *err);

#define TOKENIZER_QUERY_LIMIT 1024 /* bytes of user text that are looked at */

/*
 * Appends an FTS5 MATCH expression for what a person typed; nothing if there is
 * no word in it (then nothing is found, and MATCH must not be asked).
 *
 *     隔離 pc-0        both; "pc-0" may go on: it is the last word and no space follows
 *     "not found"      the phrase, as it stands (also with the curly marks of input methods)
 *
 * Everything is quoted: no text can reach FTS5 as an operator or a column name.
 */
void tokenizer_query(const char *user_text, struct buf *fts_expression);

#endif
