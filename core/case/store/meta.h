/*
 * Settings of this copy of a case: rows beside the records, not history.
 *
 * For what one copy must remember and no other should believe: what a colleague
 * is known to have ("peer.KEY"), when the last backup was made ("local.…").
 * Keys that begin with "peer." and "local." do not travel with a handover.
 */
#ifndef GENBA_CASE_STORE_META_H
#define GENBA_CASE_STORE_META_H

struct buf;
struct case_file;
struct err;

/* Inside an action it is part of its transaction, else one of its own. */
int case_meta_set(struct case_file *c, const char *key, const char *value, struct err *err);

/* Appends the value. 0, or -1 with ERR_NOT_FOUND. */
int case_meta_get(struct case_file *c, const char *key, struct buf *value, struct err *err);

#endif
