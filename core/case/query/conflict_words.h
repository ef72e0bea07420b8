/*
 * A conflict for people. Its record holds what is stored: names of values, ids, digests. Here they are in the words of the
 * field that it is about, and each side has the name of who set it.
 *
 *     conflict_words(&names, c, conflict, "one", &out);         "no trace found"
 *     conflict_side(c, conflict, "one");                        "R2 Responder Two"
 */
#ifndef GENBA_CASE_QUERY_CONFLICT_WORDS_H
#define GENBA_CASE_QUERY_CONFLICT_WORDS_H

#include "case/query/title_cache.h"

/* Appends the member "field", "one", "other", "base" or "resolution" of a conflict as read or raw, printable: of a long text
 * itself, nothing of a secret; "(unset)" where a side is absent. 1; 0, and nothing is appended: the record is no conflict,
 * the member is another, or what it is about is not known here. */
int conflict_words(struct title_cache **names, struct case_file *c, const json_t *conflict, const char *member,
                   struct buf *out);

/* The responder who set the value of a side ("one", "other") before it was merged, as history has it: printable. NULL: not
 * known. The caller frees. */
char *conflict_side(struct case_file *c, const json_t *conflict, const char *member);

/* Which side stands first and is taken by `<` in the view that decides: 0 "one", 1 "other". By who set them (conflict_side();
 * NULL or "": not known). A conflict's own order is that of its values, so in the next one of the same record the same person
 * would stand second; here the one person has the one key in all of them, and on both copies alike. */
size_t conflict_first(const char *one, const char *other);

/* `> R2 Responder Two` of a side ("one", "other"): by which key its value is taken, and who set it, printable. The caller frees. */
char *conflict_side_named(struct case_file *c, const json_t *conflict, const char *member);

/* The same, where it is known already who set them; `side` is 0 for "one". */
char *conflict_side_name(const char *const people[2], size_t side);

#endif
