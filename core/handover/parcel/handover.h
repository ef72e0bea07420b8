/*
 * Handing a case to a colleague: who may open it, the copy itself, and what the
 * other side is known to have.
 *
 * A colleague's `ssh-ed25519` line becomes a responder with a mark of this case.
 * The copy is a new file with a new key, the same case and history, for its
 * recipients' eyes; secrets stay behind unless named. What a side is known to
 * have (the commit at the last exchange) bounds the next parcel.
 */
#ifndef GENBA_HANDOVER_PARCEL_HANDOVER_H
#define GENBA_HANDOVER_PARCEL_HANDOVER_H

#include "base/buf.h"
#include "base/progress.h"
#include "case/case.h"
#include "handover/parcel/parcel.h"

#define HANDOVER_TO 16 /* recipients at most */

struct handover_recipient {
	unsigned char key[32];
	char label[LABEL_TEXT]; /* of the responder's record */
	char mark[MARK_TEXT];
	char *name; /* owned */
	int added;  /* became a responder of the case by this */
};

/*
 * Makes the holders of these key lines known responders, in one action if any is
 * new. A mark that is taken gets a number. A revoked responder is refused.
 */
int handover_recipients(struct case_file *c, const char *const *lines, size_t count, struct handover_recipient *out,
                        struct err *err);
void handover_recipients_release(struct handover_recipient *list, size_t count);

struct handover_copy {
	const struct handover_recipient *to;
	size_t count;
	int without_me;
	const struct secret *passphrase; /* of a further slot, or NULL */
	enum vault_kdf kdf;
	const char *const *secrets; /* labels of records whose secrets go along, NULL-terminated, or NULL */
	json_t *records;            /* of a parcel: gets the ids of what travels as names */
	const struct progress *progress;
};

/* Writes the copy to `path`, which must not exist, and verifies it. `left` counts secrets that stayed behind. */
int handover_copy(struct case_file *c, const char *path, const struct handover_copy *how, size_t *left,
                  struct err *err);

/* What the holder of a key is known to have: a commit, or ERR_NOT_FOUND. */
int handover_known(struct case_file *c, const unsigned char key[32], char commit[HISTORY_ID], struct err *err);
int handover_set_known(struct case_file *c, const unsigned char key[32], const char *commit, struct err *err);

/* Writes a sealed parcel of what the recipients do not have to `path`, which must not exist. */
int handover_delta(struct case_file *c, const char *path, const struct handover_copy *how, size_t *bytes,
                   struct err *err);

/* Opens a sealed parcel: reads, unseals, takes apart. `plain` owns the bytes that `p` borrows. */
int handover_open_delta(const char *path, const struct identity *id, struct buf *plain, struct parcel *p,
                        struct err *err);

#endif
