/*
 * The one judge of stored objects.
 *
 * What merge, accept, verify, import, upgrade and salvage let in is what this
 * function lets in, so that no door takes what another one rejects. It looks at
 * one object alone: is this the canonical text of a record, in the place where
 * its kind and id belong, and has each value the form of its field? Who may
 * change what in a record that is there already is record_change.h.
 *
 *     id        a version 4 UUID in lower case
 *     kind      a name: lower-case letters, digits, '_', '-'
 *     label     MARK-LETTERSnumber with the kind's own letters; the kind's name for the one `case`; X-xxxxxxxx, the
 *               beginning of its id, for a conflict
 *     author    a responder's mark; `genba` for a conflict, which the program makes
 *     entered, modified   a moment with its zone
 *     fields    of the type that the table of kinds says: values of enums, EDTF, digests, ids, sizes from 0, names of
 *               texts in the text store; sets hold nothing twice
 *
 * A kind or a field that this genba does not know is kept: a newer one wrote it.
 * Its forms are judged all the same: a name as above, and strings, whole
 * numbers, truth values, or one list of these.
 */
#ifndef GENBA_CASE_STORE_RECORD_VALIDATE_H
#define GENBA_CASE_STORE_RECORD_VALIDATE_H

#include "case/store/case_file.h"

#include <jansson.h>
#include <stddef.h>

#define RECORD_BYTES (1U << 20) /* of a record's text at most */
#define RECORD_NAME  40         /* bytes of a kind's or a field's name at most */

/* Judges n bytes that lie at `path` of the history's tree (NULL: the place is not judged). Returns the object, a new
 * reference; or NULL with ERR_INVALID, which names the path and what is wrong. */
json_t *record_validate(const char *path, const void *text, size_t n, struct err *err);

/* Judges an object that is about to be stored. 0, or -1 with ERR_INVALID. */
int record_validate_object(const json_t *object, struct err *err);

#endif
