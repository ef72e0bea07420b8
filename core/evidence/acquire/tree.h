/*
 * Walking a directory tree: every entry a line of a manifest, every file hashed, and copied if wanted.
 *
 * One thread walks and opens, part by part of the path, so that no path is too
 * long and no link is followed; workers read, hash and write; lines stand in the
 * order of the walk whoever is ready first. A file is read as a single one is:
 * bad sectors are zeros and a range, holes stay holes, and a copy has its name
 * only when it is whole.
 *
 * File systems that the kernel makes up (/proc, /sys and the like) have no end
 * and are left out where they are mounted below the root; other mounts are
 * walked, unless one_file_system says no. Both are in the manifest.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_TREE_H
#define GENBA_EVIDENCE_ACQUIRE_TREE_H

#include "base/progress.h"
#include "base/remark.h"
#include "evidence/acquire/manifest.h"

struct err;

struct tree_options {
	const char *copy_to; /* an existing folder, or NULL */
	const char *before;  /* text of an interrupted manifest of the same tree to go on with, or NULL */
	int one_file_system;
	uint64_t total; /* bytes, for the progress; 0: not known */
	const struct progress *progress;
	/* Called now and then with the text so far, to be kept for going on later. May be NULL. */
	int (*checkpoint)(void *ctx, const struct manifest *m, struct err *err);
	void *checkpoint_ctx;
	void (*trouble)(void *ctx, uint64_t more); /* told of so many more entries that cannot be read; or NULL */
	void *trouble_ctx;
};

/*
 * Walks the tree below `root`. 0, also when entries could not be read or copied
 * or the person stopped (m->interrupted); -1 if the root cannot be opened, the
 * copy cannot be written or the medium is gone (the manifest holds what was done).
 *
 * Going on with `before`: a file that has the size, mode, owner and time of its line (and, copied, a
 * copy of its size) keeps its digest; the others are read.
 */
int tree_make(struct manifest *m, const char *root, const struct tree_options *options, struct err *err);

/* What a walk of the tree would read, and what a copy of it takes on a medium. Best effort. */
struct tree_size {
	uint64_t bytes;
	uint64_t room;
	uint64_t entries;
	uint64_t manifest; /* bytes of the lines of files and folders, without what is said of their attributes */
};

void tree_measure(struct tree_size *size, const char *root, int one_file_system);

struct tree_comparing {
	const struct progress *progress;
	int in_place; /* the tree itself, whose metadata are in the manifest; 0: a copy of it */
	/* What is not as it was, one call for each entry; all of it printable. `unread`: it could not be read, so that nothing
	 * is known of it, and nobody may be told that it is other than it was. */
	void (*finding)(void *ctx, const char *path, const struct remark *what, int unread);
	void *ctx;
};

/*
 * Compares a tree with its manifest: the bytes of its files, read again, and
 * what is missing, added, of another type, or a link elsewhere; in place also
 * metadata. A folder that is missing or added is one finding, whatever is in it.
 * `reread` (may be NULL) is 0 if for any file the cache could not be dropped.
 */
int tree_verify(const char *manifest, const char *root, const struct tree_comparing *how, int *reread, struct err *err);

#endif
