/*
 * Which commits count where keys were revoked.
 *
 * A revoked key counts in the ancestors of its revocation. Beside it, on another
 * copy, nobody can tell when something was signed: the date is a claim of the
 * very key that is not believed any more. Two things vouch for it all the same:
 *
 *   a witness       a commit of a key that counts, dated before the revocation's effective date, that comes after it:
 *                   a colleague had merged that work, or built on it, before the key was revoked
 *   a named voucher a commit of a key that counts, after it, with the trailer `Genba-Vouch: SHA256:…` that names the
 *                   revoked key: a colleague took that work in knowingly, and the reason is a decision in that commit
 *
 * The rule needs nothing but the history and its last state, so every copy and
 * every reader comes to the same. A revocation by the key's own holder, or by a
 * commit that does not count, is none.
 */
#ifndef GENBA_CASE_TRUST_KEY_TRUST_H
#define GENBA_CASE_TRUST_KEY_TRUST_H

#include "case/store/case_file.h"

/* Somebody who is known can make up keys, enter and revoke them. So many revoked keys are told apart in a case, and a merge may
 * bring so many at once; what goes beyond is refused, and what is here stays as it is. */
#define KEY_TRUST_REVOKED 1024
#define KEY_TRUST_AT_ONCE 64

struct key_trust;

/* Looks at all commits that are here. Revocations are those of the last state and, unless NULL, of the commit `other`; the
 * earlier date counts. NULL: damage, or too many of them. */
struct key_trust *key_trust_new(struct case_file *c, const char *other, struct err *err);

/* The same in slices, of the commits that are here now: key_trust_step() looks at that many of them. 1: there are more, 0: the
 * questions below can be asked, -1: damage. */
struct key_trust *key_trust_begin(struct case_file *c, const char *other, struct err *err);
int key_trust_step(struct key_trust *s, size_t commits, struct err *err);
void key_trust_free(struct key_trust *s); /* NULL is fine */

/* Whether the commit with this number (history_number()) counts: 1 or 0. */
int key_trust_counts(const struct key_trust *s, uint64_t number);

/* Each commit that does not count, newest first: its number, id and key. Nonzero from the callback stops. */
typedef int (*key_trust_fn)(void *ctx, uint64_t number, const char *commit, const unsigned char key[32]);
int key_trust_each_void(const struct key_trust *s, key_trust_fn fn, void *ctx);

/* Each commit that counts for what vouches for it, not for standing before its revocation; the same way. */
int key_trust_each_vouched(const struct key_trust *s, key_trust_fn fn, void *ctx);

#endif
