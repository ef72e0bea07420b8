/*
 * How far the contact with an organisation of the attack chain has come: party.chain_status, which goes
 *
 *     candidate → confirmed → approved → contacted → answered → inspecting → damaged | not_damaged → closed
 *
 * and `rejected` from any. A contact with purpose=chain_notice takes it on in its own action: approved, as the rules want
 * (case/store/rules.h); contacted, once it reached them; answered, once there is an answer. It never goes back by itself,
 * and what was rejected stays so. The rest is for a person to say; not_damaged only with what it rests on.
 */
#ifndef GENBA_CASE_ACTION_CONTACT_STATUS_H
#define GENBA_CASE_ACTION_CONTACT_STATUS_H

#include "case/store/record.h"

typedef int (*contact_status_fn)(void *ctx, const char *id, const char *value, struct err *err);

/* After a record was stored: calls `set` with the party and its status, if that goes on by it. 0 or -1. */
int contact_status_follow(struct case_file *c, const json_t *after, contact_status_fn set, void *ctx, struct err *err);

/* The last notice to the party that says nothing of what came of it, and so takes its status to approved only, where no later one
 * reached them: its label. 0, or -1: there is none. */
int contact_without_result(struct case_file *c, const char *party, char label[LABEL_TEXT]);

/* chain_status for people, with what no damage rests on; printable, in the interface's language. "" if there is none. The
 * caller frees. */
char *contact_status_text(struct case_file *c, const json_t *party);

#endif
