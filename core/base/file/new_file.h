/*
 * A file that gets its name when it is whole.
 *
 *     struct new_file f;
 *     if (new_file_open(&f, "report.html", err) == 0) {
 *         …write(f.fd, …)…
 *         new_file_name(&f, 0, err);       // or new_file_abandon(&f)
 *     }
 *
 * Where the file system holds files without a name (O_TMPFILE), nothing is left of one whose writer was killed. Elsewhere it is
 * called NAME.new-XXXXXXXX while it is written, and its writer holds a lock on it (flock): what bears such a name,
 * belongs to this user alone and is held by nobody was left by a writer who was killed, and is removed by the next who writes NAME.
 */
#ifndef GENBA_BASE_FILE_NEW_FILE_H
#define GENBA_BASE_FILE_NEW_FILE_H

struct err;

struct new_file {
	int fd;          /* to be written to; -1: there is none */
	char *path;      /* the name it gets; owned, as is the other */
	char *temporary; /* the name it has; NULL: none */
};

/* 0, or -1. Everything that was left of the same name is gone then. */
int new_file_open(struct new_file *f, const char *path, struct err *err);

/* Syncs the file, gives it its name, and syncs the folder. `replace`: an existing one is replaced, else that is an error
 * (ERR_EXISTS). 0, or -1 with nothing left. Either way the file is done with. */
int new_file_name(struct new_file *f, int replace, struct err *err);

/* Leaves nothing of it. A file that is done with, or was never opened ({.fd = -1}), is allowed. */
void new_file_abandon(struct new_file *f);

/*
 * Removes what was left of `path`: regular files in its folder that are called as it and a further part that `is_ours` knows,
 * that belong to this user, that nobody else may read, and that nobody holds a lock on.
 */
void new_file_remove_left(const char *path, int (*is_ours)(const char *rest));

#endif
