/*
 * A handover that was cut short.
 *
 * The transfer goes on record before the copy is written, since the copy holds
 * it too. So the same transaction notes where the copy will lie; when the copy
 * is in its place the note goes. If the process dies between the two, the next
 * one that opens the case settles it: the copy lies there whole (it gets its
 * name in one rename, when it is verified), or the transfer is retracted. Then
 * no case says that something was handed over of which there is no file.
 */
#ifndef GENBA_HANDOVER_PARCEL_HANDOVER_RECOVER_H
#define GENBA_HANDOVER_PARCEL_HANDOVER_RECOVER_H

#include "base/buf.h"
#include "handover/parcel/handover.h"

/* Notes a handover to `path`, inside the action that records the transfers `labels`. */
int handover_recover_note(struct case_file *c, const char *path, const struct handover_recipient *to,
                          const char (*labels)[LABEL_TEXT], size_t count, struct err *err);

/* Whose key the transfer was made to, where this copy made it: 1; 0 if it does not know. */
int handover_recover_recipient(struct case_file *c, const char *label, unsigned char key[32]);

/*
 * Settles the handover that is noted, if one is: with a copy in its place, that
 * is what its recipients begin with; without one, its transfers are retracted.
 * What an interrupted writing left beside it is removed. `told` gets a line
 * for people if there was no copy. Nothing happens where the case cannot be
 * written. 0; -1: it stays noted.
 */
int handover_settle(struct case_file *c, struct buf *told, struct err *err);

#endif
