/*
 * Walking a directory tree: every entry a line of a manifest, every file hashed, and copied if wanted.
 *
 * One thread walks and opens; workers read, hash and write; lines stand in the
 * order of the walk whoever is ready first.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_TREE_H
#define GENBA_EVIDENCE_ACQUIRE_TREE_H

#include "evidence/acquire/manifest.h"

struct tree_options {
	const char *copy_to; /* an existing folder, or NULL */
	const char *before;  /* text of an interrupted manifest of the same tree to go on with, or NULL */
	const struct progress *progress;
	/* Called now and then with the text so far, to be kept for going on later. May be NULL. */
	int (*checkpoint)(void *ctx, const struct manifest *m, struct err *err);
	void *checkpoint_ctx;
	void (*trouble)(void *ctx, uint64_t more); /* told of so many more entries that cannot be read; or NULL */
	void *trouble_ctx;
};

/*
 * Walks the tree below `root`. 0, also when entries could not be read or the
 * person stopped (m->interrupted); -1 if the root cannot be opened or the copy
 * cannot be written (the manifest holds what was done).
 *
 * Going on with `before`: a file that has the size, mode, owner and time of its line (and, copied, a
 * copy of its size) keeps its digest; the others are read.
 */
int tree_make(struct manifest *m, const char *root, const struct tree_options *options, struct err *err);

#endif
