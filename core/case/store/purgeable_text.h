/*
 * The text store: bytes that can be purged, since history cannot.
 *
 * Long texts and secrets lie here; the record, and so the history, names them by
 * `text:sha256:…` or `secret:sha256:…`, the SHA-256 of sixteen salt bytes
 * followed by the text. The salt keeps a short text from being guessed after it
 * was purged.
 */
#ifndef GENBA_CASE_STORE_PURGEABLE_TEXT_H
#define GENBA_CASE_STORE_PURGEABLE_TEXT_H

#include <stddef.h>

#include <jansson.h>

struct buf;
struct case_file;
struct err;

#define TEXT_SALT   16 /* bytes */
#define TEXT_STORED 80 /* room for a stored name and its NUL */

/* Keeps n bytes. `stored` gets their name. Inside an action. */
int purgeable_text_put(struct case_file *c, const char *value, size_t n, int secret, struct buf *stored,
                       struct err *err);

/* Appends the bytes named by `stored`. ERR_NOT_FOUND: purged, or they never came to this copy. */
int purgeable_text_get(struct case_file *c, const char *stored, struct buf *value, struct err *err);

/* Whether the string is a stored name, and of what. NULL, as of a value that is no string, is none. */
int purgeable_text_is_digest(const char *stored, int *secret);

/* As purgeable_text_get(), with the salt: for giving the text to another copy of the case. */
int purgeable_text_get_salted(struct case_file *c, const char *stored, unsigned char salt[TEXT_SALT], struct buf *value,
                              struct err *err);

/* Takes a text from another copy: it must fit its name (ERR_INVALID). One that is here, or was purged here, stays so. */
int purgeable_text_take(struct case_file *c, const char *stored, const unsigned char salt[TEXT_SALT], const char *value,
                        size_t n, struct err *err);

/* All that records of this case name, as members of an object: one read of them, however many are asked for then. New reference;
 * NULL: err. */
json_t *purgeable_text_all_named(struct case_file *c, struct err *err);

#endif
