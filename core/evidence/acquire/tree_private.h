/* What the files of a tree share: folders as the walk meets them, and the line that an entry becomes. */
#ifndef GENBA_EVIDENCE_ACQUIRE_TREE_PRIVATE_H
#define GENBA_EVIDENCE_ACQUIRE_TREE_PRIVATE_H

#include "base/err.h"
#include "evidence/acquire/hash_pool.h"
#include "evidence/acquire/tree.h"

#define TREE_DEPTH   200         /* folders in each other: two descriptors each */
#define TREE_MADE_UP (64U << 20) /* bytes of a file that the kernel makes up: some have no end */
#define TREE_TYPE    64          /* room for the name of a file system */

/* ---- folders (tree_folder.c) */

/* Names in a folder, by byte value. */
struct tree_names {
	char **items;
	size_t count;
	int error; /* errno, if it could not be read to its end */
};

/* A folder below an open one, without following a link and without changing its time of access. -1 with errno. */
int tree_open_folder(int dir, const char *name);
void tree_names_read(struct tree_names *names, int fd);
int tree_names_have(const struct tree_names *names, const char *name);
void tree_names_release(struct tree_names *names);

/* The extended attributes as lines of a manifest. */
void tree_attributes(int fd, const char *path, struct manifest *m);

/* What an entry that is no file, folder or link is called in a manifest. */
const char *tree_other_type(mode_t mode);

/* ---- mounts (tree_mounts.c) */

/* 1 if another file system begins at this folder. */
int tree_is_mount(int fd, const struct stat *st, dev_t above);

/* 1 if the kernel makes up what is in it: no medium is behind it, and some of it has no end. */
int tree_is_made_up(int fd);

/* The file system's name, as the kernel says it; "?" if it is not known. */
void tree_file_system(int fd, dev_t device, char type[TREE_TYPE]);

/* ---- the walk (tree.c) */

/* A folder that the walk is in. */
struct tree_level {
	int fd;
	int copy;     /* the copy's folder; -1: none */
	int kept_out; /* nothing of it can be copied, since the medium does not hold a folder's name */
	int made_up;  /* tree_is_made_up() */
	int depth;
	struct stat st;
	struct tree_names names;
	struct tree_names copied; /* what the copy had here when work went on */
	const struct tree_level *above;
};

/* What a line is made of once its place in the order has come: the owner's part of a job. */
struct tree_line {
	char type;
	struct stat st;
	int reused; /* the digest is that of `before` */
	char sha256[65];
	uint64_t size;
	char *more;     /* link target, type's name, reason */
	unsigned about; /* MANIFEST_NOT_COPIED, MANIFEST_NOT_WALKED */
	char mount[TREE_TYPE];
	char *uncopied; /* why there is no copy of it */
};

struct tree_walk {
	struct manifest *m;
	const struct tree_options *options;
	struct hash_pool *pool;
	struct err *err;
	struct buf path;     /* below the root */
	struct stat copy_st; /* of the copy's own folder */
	const char *before;  /* the rest of the interrupted manifest */
	size_t kept;         /* bytes of text at the last checkpoint */
	double kept_at;
	int fatal;
};

/* 1 if this folder is one of those that the walk is in. */
int tree_is_above(const struct tree_level *level, const struct stat *st);

/* ---- the copy (tree_copy.c) */

/* Each makes the copy of an entry, or says in the line why it cannot be had; w->fatal if the medium fails. */
void tree_copy_file(struct tree_walk *w, const struct tree_level *level, const char *name, struct filejob *job);
void tree_copy_folder(struct tree_walk *w, const struct tree_level *level, const char *name, struct tree_level *below,
                      struct tree_line *line);
void tree_copy_link(struct tree_walk *w, const struct tree_level *level, const char *name, struct tree_line *line);

/* Removes what an interruption left half in this folder. */
void tree_copy_go_on(const struct tree_level *level);

/* Why a medium cannot hold something, from the errno. */
const char *tree_copy_reason(int error);

#endif
