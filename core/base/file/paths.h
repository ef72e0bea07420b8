/*
 * Places and small files: where genba keeps its own things, and how it writes them.
 */
#ifndef GENBA_BASE_FILE_PATHS_H
#define GENBA_BASE_FILE_PATHS_H

#include <stddef.h>

struct err;

/* Where identity, settings, what was seen and own playbooks lie: the folder of path_set_data(), else
 * `$XDG_DATA_HOME/genba`, or `~/.local/share/genba`. The caller frees. */
char *path_data_home(void);

/* Takes the place of it: one folder, such as on a stick, and nothing is left in the machine's own. NULL or "" undoes it.
 * A relative path is made absolute against the folder one is in now. 0, or -1 if that folder is unknown. */
int path_set_data(const char *folder, struct err *err);

/* Makes a folder and every missing one above it, mode 0700. An existing folder is fine. 0 or -1. */
int path_make(const char *folder, struct err *err);

/* The same for the folders above the file `path`. */
int path_make_parents(const char *path, struct err *err);

/* 1 if the file is there and holds these very bytes. */
int path_holds(const char *path, const void *bytes, size_t n);

enum path_write_flags {
	PATH_REPLACE = 1, /* an existing file is replaced; without it, it is an error (ERR_EXISTS) */
	PATH_SAME = 2,    /* one that holds these very bytes is as good as written; another one is an error */
};

/* ERR_EXISTS if anything has that name, a link that leads nowhere too: asked before work at whose end a person's file is
 * written. A file that is there is never replaced; PATH_REPLACE is for genba's own. 0 or -1. */
int path_must_be_new(const char *path, struct err *err);

/* The same, and the folder must be one in which a file can be made. */
int path_can_be_new(const char *path, struct err *err);

/*
 * Writes a small file whole or not at all: a temporary file in the same folder
 * (mode 0600), synced, renamed, the folder synced. 0 or -1.
 */
int path_write_file(const char *path, const void *bytes, size_t n, unsigned flags, struct err *err);

/* Gives the file `from` the name `to`, both relative to the folder `dir` (AT_FDCWD: the one one is in). 0, or -1 with errno:
 * EEXIST if something has that name. Where the file system cannot do that in one (FAT), it is looked for first. */
int path_rename_new(int dir, const char *from, const char *to);

/* Removes a folder of our own making with all that is in it; links in it are not followed. Best effort. */
void path_remove_folder(const char *path);

/* Syncs the folder that holds `path`, so that a rename in it is on the medium. Best effort. */
void path_sync_folder(const char *path);

#endif
