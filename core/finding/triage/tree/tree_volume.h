/*
 * The volumes of an image, each opened as a file system of libtsk, which reads through a layer of ours.
 *
 *     static const struct tree_volume_ops ops = {see_volume, tell_uncovered};
 *     tree_volume_each(&media, &ops, ctx, err);
 *
 * In the cage. Volumes are named alike by everybody: "vol2:", or "" where the image is one volume.
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_VOLUME_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_VOLUME_H

#include "finding/triage/tree/tree.h"

#include <tsk/libtsk.h>

struct tree_volume_ops {
	/* `fs` is closed behind the call. -1 stops. */
	int (*volume)(void *ctx, TSK_FS_INFO *fs, const char *name, struct err *err);
	/* What cannot be opened, and why. May be NULL. -1 stops. */
	int (*uncovered)(void *ctx, const char *name, const char *reason, struct err *err);
	/* Around each opening, as tree_open_begin() and tree_open_end(). May be NULL, both. */
	int (*begin)(void *ctx, const char *name, enum tree_opening what, struct err *err);
	int (*end)(void *ctx, struct err *err);
};

/* 0, or -1 of a call. */
int tree_volume_each(struct tree_media *media, const struct tree_volume_ops *ops, void *ctx, struct err *err);

#endif
