/* Whose signature counts at a commit: the responders that its tree knows and has not revoked. */
#ifndef GENBA_HANDOVER_PARCEL_KEYS_H
#define GENBA_HANDOVER_PARCEL_KEYS_H

#include "base/buf.h"
#include "history/exchange.h"

#include <jansson.h>

struct known_keys {
	struct history *h;
	char folder[HISTORY_ID]; /* of the responders that `keys` was read from */
	json_t *keys;            /* hex key -> 1 counts, 0 revoked */
	json_t *marks;           /* hex key -> {mark: true, …} */
};

void known_keys_init(struct known_keys *k, struct history *h);
void known_keys_release(struct known_keys *k);

/* 1 if the key belongs to a responder of that commit's tree who is not revoked there. */
int known_keys_has(struct known_keys *k, const char *commit, const unsigned char key[32]);

/* 1 if the key belongs to a responder who is revoked in that commit's tree. */
int known_keys_is_revoked(struct known_keys *k, const char *commit, const unsigned char key[32]);

/* 1 if a responder with that key and that mark is in that commit's tree. */
int known_keys_is_mark(struct known_keys *k, const char *commit, const unsigned char key[32], const char *mark);

#endif
