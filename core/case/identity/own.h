/*
 * What lies beside the records and is obeyed only from one's own hand.
 *
 * Drafts and notes of unfinished work are rows that everybody who can open the case may write, and no history has them. So
 * each carries a signature of whoever wrote it, over the case, its purpose and its text; one that does not fit the
 * unlocked identity is nobody's. No text that SSHSIG signs begins like this.
 */
#ifndef GENBA_CASE_IDENTITY_OWN_H
#define GENBA_CASE_IDENTITY_OWN_H

struct buf;
struct err;
struct identity;

/* Where it holds: in the case of that id, for that purpose. */
struct own_place {
	const char *case_id;
	const char *purpose;
};

/* Appends the signature of the text in hex. -1 with ERR_UNLOCK while no identity (NULL is none) is unlocked. */
int own_sign(const struct identity *id, const struct own_place *place, const char *text, struct buf *hex,
             struct err *err);

/* 1 if that is a signature of the identity, which may be locked. */
int own_check(const struct identity *id, const struct own_place *place, const char *text, const char *hex);

#endif
