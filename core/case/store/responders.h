/*
 * Who a key is: the one place that reads responders.
 *
 * A responder is known by the key; the mark begins the labels that key gives and
 * the author of what it signs. This reads responders as the case has them now,
 * and as any state of the history had them, so that everybody who asks "whose
 * key, whose mark, revoked or not" gets one answer. Which commits of a revoked
 * key count is key_trust.h.
 *
 *     struct responders *r = responders_new(history);
 *     if (!responders_counts(r, parent, key)) …             // at that commit
 *     responders_free(r);
 */
#ifndef GENBA_CASE_STORE_RESPONDERS_H
#define GENBA_CASE_STORE_RESPONDERS_H

#include "case/store/case_file.h"
#include "history/history.h"

#include <jansson.h>

/* One record of a responder; one person may have been entered twice. Borrowed for the callback. */
struct responder {
	const char *path; /* in the history's tree */
	const char *label;
	const char *mark;
	const char *name;
	const char *line; /* the public key as a line, or NULL */
	unsigned char key[32];
	int has_key;         /* the line can be read */
	const char *revoked; /* since when, or NULL */
	int is_retracted;
	const json_t *record; /* as stored */
};

/* Nonzero from the callback stops and is returned. */
typedef int (*responder_fn)(void *ctx, const struct responder *r);

/* All responders as they are now, retracted ones too, the oldest first. */
int responder_each(struct case_file *c, responder_fn fn, void *ctx, struct err *err);

/* Reads one stored record into `r`, which borrows from it. */
void responder_read(struct responder *r, const char *path, const json_t *record);

/* ---- at any commit */

struct responders; /* the states that were asked about last are kept */

struct responders *responders_new(struct history *h);
void responders_free(struct responders *s); /* NULL is fine */

/* 1 if the key belongs to a responder of that commit's tree who is not revoked there. */
int responders_counts(struct responders *s, const char *commit, const unsigned char key[32]);

/* 1 if the key belongs to a responder who is revoked in that commit's tree. */
int responders_is_revoked(struct responders *s, const char *commit, const unsigned char key[32]);

/* 1 if a responder with that key and that mark is in that commit's tree. */
int responders_has_mark(struct responders *s, const char *commit, const unsigned char key[32], const char *mark);

/* 1 if a responder with that key has that name there, or had it before: a name may change, and what was signed before
 * keeps the old one. */
int responders_has_name(struct responders *s, const char *commit, const unsigned char key[32], const char *name);

/* 1 if the mark is that of a responder with another key there. */
int responders_mark_is_held(struct responders *s, const char *commit, const unsigned char key[32], const char *mark);

/* 1 if the mark is that of a responder with another key there, or was (see responder_mark_settled()). */
int responders_mark_is_anothers(struct responders *s, const char *commit, const unsigned char key[32],
                                const char *mark);

/* ---- marks that two keys were given */

/*
 * The mark that a key gets where two copies gave one mark to two keys: the
 * beginning of the old one, and letters from the key. It follows from mark and
 * key alone, so that all copies come to the same, and so that nobody's claims
 * decide: neither key keeps the mark, and it is never given out again.
 */
void responder_mark_settled(const char *mark, const unsigned char key[32], char settled[MARK_TEXT]);

#endif
